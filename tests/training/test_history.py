"""What fit answers with, and the batches it trained on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate import Sequential
from striate.data.batches import ArrayBatches
from striate.history import History

Build = Callable[..., Sequential]
Task = tuple[np.ndarray, np.ndarray]


def test_a_history_shows_its_last_numbers() -> None:
    history = History({"loss": [2.0, 0.123456], "accuracy": [0.5, 1.0]}, "training.all_epochs")
    assert history.epoch == [0, 1]
    assert repr(history) == "History(epochs=2, loss=0.1235, accuracy=1)"
    assert repr(History({}, "training.all_epochs")).startswith("History(epochs=0")


@pytest.mark.parametrize("epochs", [1, 3])
def test_a_history_is_drawn(epochs: int, build: Build, task: Task, tmp_path: Path) -> None:
    history = build().fit(*task, epochs=epochs, validation_split=0.2, verbose=0)
    figure = history.plot(tmp_path / "curves.png")
    lines = [line.get_ydata() for axes in figure.axes for line in axes.get_lines()]
    for values in history.history.values():
        assert any(len(line) == epochs and np.allclose(line, values) for line in lines)
    with Image.open(tmp_path / "curves.png") as drawn:
        assert drawn.format == "PNG" and min(drawn.size) > 100


def test_batches_are_taken_in_the_order_asked_for_and_prepared(rng: np.random.Generator) -> None:
    pixels, labels, weight = rng.integers(0, 256, (5, 2, 2, 1), np.uint8), np.arange(5), np.arange(5.0)
    data = ArrayBatches(pixels, labels, weight, 0.5)
    batch = data.take(np.array([3, 0, 3]))
    np.testing.assert_array_equal(batch.x, pixels[[3, 0, 3]] / np.float32(2))
    assert batch.y.tolist() == [3, 0, 3] == batch.sample_weight.tolist()  # type: ignore[union-attr]
    part = data.part(slice(2, None))
    assert len(part) == 3
    taken = part.take(np.array([0]))
    np.testing.assert_array_equal(taken.x, pixels[[2]] / np.float32(2))
    assert (taken.y, taken.sample_weight) == ([2], [2])
    assert ArrayBatches(pixels, labels).take(np.array([1])).sample_weight is None
