"""How training went, as curves."""

import numpy as np
import pytest
from drawing import HISTORY, drawn_texts

from striate.errors import DataError
from striate.figures.curves import training_curves


def test_curves_draw_what_the_history_holds_from_epoch_one() -> None:
    figure = training_curves(HISTORY)
    assert len(figure.axes) == 2
    for panel, name in zip(figure.axes, ("loss", "accuracy"), strict=True):
        training, validation = panel.lines
        np.testing.assert_array_equal(training.get_xdata(), [1, 2, 3])
        np.testing.assert_array_equal(training.get_ydata(), HISTORY[name])
        np.testing.assert_array_equal(validation.get_ydata(), HISTORY[f"val_{name}"])
        assert training.get_linestyle() != validation.get_linestyle()  # not by colour alone


def test_curves_say_what_they_are() -> None:
    texts = drawn_texts(training_curves(HISTORY))
    assert {"loss", "accuracy", "epoch", "training 0.25", "validation 0.75", "training 87.50 %", "80 %"} <= set(texts)


def test_legends_cover_no_curve() -> None:
    figure = training_curves(HISTORY)
    figure.draw_without_rendering()
    for panel in figure.axes:
        legend = panel.get_legend()
        assert legend is not None
        assert legend.get_window_extent().y0 >= panel.get_window_extent().y1
        assert legend.get_window_extent().y1 <= panel.title.get_window_extent().y0 + figure.bbox.height


def test_training_without_validation() -> None:
    (panel,) = training_curves({"loss": [1.0]}).axes
    assert len(panel.lines) == 1
    assert panel.lines[0].get_marker() == "o"  # one point is no line


@pytest.mark.parametrize(
    ("epochs", "ticks"),
    [
        (1, [1]),
        (3, [1, 2, 3]),
        (12, [1, 2, 4, 6, 8, 10, 12]),
        (100, [1, 20, 40, 60, 80, 100]),
        (55, [1, 10, 20, 30, 40, 50]),
    ],
)
def test_ticks_are_whole_epochs(epochs: int, ticks: list[int]) -> None:
    (panel,) = training_curves({"loss": [1.0] * epochs}).axes
    assert list(panel.get_xticks()) == ticks


def test_other_metrics_get_panels_of_their_own() -> None:
    figure = training_curves({"my_$cost$": [3, 2], **HISTORY, "learning_rate": [0.1, 0.1]})
    titles = [panel.get_title(loc="left") for panel in figure.axes]
    assert titles == ["loss", "accuracy", "my_$cost$", "learning rate"]
    assert not any(panel._left_title.get_parse_math() for panel in figure.axes)  # dollar signs are no mathematics


@pytest.mark.parametrize("history", [{}, {"loss": []}, {"val_loss": [1.0]}])
def test_an_empty_history_is_refused(history: dict[str, list[float]]) -> None:
    with pytest.raises(DataError) as error:
        training_curves(history)
    assert error.value.code == "figure.no_history"


def test_accuracy_axis_stays_within_reason() -> None:
    (panel,) = training_curves({"accuracy": [0.0, 1.0]}).axes
    low, high = panel.get_ylim()
    assert -0.05 < low <= 0
    assert 1 <= high < 1.05
