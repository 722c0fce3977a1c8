"""The confusion matrix as a figure."""

import numpy as np
import pytest
from drawing import decoded, drawn_texts

from striate.errors import DataError
from striate.figures.confusion import MOST_CLASSES, confusion_figure
from striate.messages import speak

MATRIX = np.array([[40, 0, 3], [1, 0, 12345678], [0, 0, 7]])


def test_every_number_and_name_is_there() -> None:
    texts = drawn_texts(confusion_figure(MATRIX, ["a", "b $x$", "c"], title="held out"))
    assert sorted(texts) == sorted(
        ["held out", "truth", "answer", "a", "a", "b $x$", "b $x$", "c", "c", "40", "3", "1", "0", "12345678", "7"]
    )


def test_numbers_stay_within_their_cells() -> None:
    figure = confusion_figure(MATRIX, ["a", "b", "c"])
    figure.draw_without_rendering()
    image = figure.axes[0].images[0].get_window_extent()
    texts = {text.get_text(): text.get_window_extent() for text in figure.axes[0].texts}
    cell = image.width / 3
    assert texts["12345678"].width < cell and texts["12345678"].x0 >= image.x0 + 2 * cell
    assert image.y0 + cell <= texts["12345678"].y0 and texts["12345678"].y1 <= image.y0 + 2 * cell


@pytest.mark.usefixtures("hangul")
def test_korean_names_are_drawn_in_korean() -> None:
    speak("ko")
    texts = drawn_texts(confusion_figure(MATRIX, ["고양이", "강아지", "새"]))
    assert texts.count("고양이") == 2 and {"정답", "모델의 답"} <= set(texts)


def test_names_that_are_long_read_upwards_and_do_not_overlap() -> None:
    figure = confusion_figure(MATRIX, ["a class with a name", "another one of them", "c"])
    figure.draw_without_rendering()
    upright = [t.get_window_extent() for t in figure.axes[0].texts if t.get_rotation() == 90]
    assert len(upright) == 4
    boxes = [t.get_window_extent() for t in figure.axes[0].texts]
    assert not any(a is not b and a.overlaps(b) for a in boxes for b in boxes)


def test_dark_cells_have_light_numbers() -> None:
    figure = confusion_figure(np.array([[9, 1], [1, 9]]), ["a", "b"])
    colors = {text.get_text(): text.get_color() for text in figure.axes[0].texts}
    assert colors["9"] == "white" != colors["1"]
    assert decoded(figure).min() < 80


@pytest.mark.parametrize(
    ("matrix", "names"),
    [
        (np.zeros((2, 2)), ["a"]),
        (np.zeros((2, 3)), ["a", "b"]),
        (np.zeros((MOST_CLASSES + 1,) * 2), ["a"] * (MOST_CLASSES + 1)),
        (np.zeros((0, 0)), []),
    ],
)
def test_what_cannot_be_drawn(matrix: np.ndarray, names: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        confusion_figure(matrix, names)
    assert caught.value.code == "figure.confusion"
