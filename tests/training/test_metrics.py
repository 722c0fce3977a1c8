"""Metrics counted batch by batch, against their definitions."""

import numpy as np
import pytest

from striate.engines.targets import like_output
from striate.errors import UnknownNameError
from striate.training.metrics import METRICS, metrics_named


def measured(name: str, output: np.ndarray, y: np.ndarray, batch: int = 3) -> float:
    (metric,) = metrics_named([name])
    for first in range(0, len(output), batch):
        metric.update(output[first : first + batch], y[first : first + batch])
    return metric.result()


SHARES = np.array([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.1, 0.1, 0.8], [0.5, 0.2, 0.3]], np.float32)


@pytest.mark.parametrize("y", [np.array([0, 2, 2, 1]), np.eye(3)[[0, 2, 2, 1]], np.array([[0], [2], [2], [1]])])
def test_accuracy_of_classes(y: np.ndarray) -> None:
    for batch in (1, 2, 3, 4):
        assert measured("accuracy", SHARES, y, batch) == 0.5


@pytest.mark.parametrize("shape", [(5,), (5, 1)])
def test_accuracy_of_a_single_output(shape: tuple[int, ...]) -> None:
    """Above 1/2 is class 1, as in Keras; exactly 1/2 is not."""
    output, y = np.array([[0.9], [0.1], [0.5], [0.6], [0.2]]), np.array([1, 0, 1, 0, 1]).reshape(shape)
    assert measured("accuracy", output, y) == 2 / 5


def test_accuracy_over_maps(rng: np.random.Generator) -> None:
    output, labels = rng.uniform(size=(4, 2, 3, 5)), rng.integers(0, 5, (4, 2, 3))
    expected = np.mean(output.argmax(axis=-1) == labels)
    assert measured("accuracy", output, labels) == expected
    assert measured("accuracy", output, np.eye(5)[labels]) == expected


def test_accuracy_over_maps_of_a_single_output(rng: np.random.Generator) -> None:
    output, y = rng.uniform(size=(4, 2, 3, 1)), rng.integers(0, 2, (4, 2, 3, 1))
    assert measured("accuracy", output, y) == np.mean((output > 0.5) == y)


def test_of_equal_answers_the_first_counts() -> None:
    assert measured("accuracy", np.full((2, 3), 1 / 3), np.array([0, 1])) == 0.5


@pytest.mark.parametrize(("name", "error"), [("mse", np.square), ("mae", np.abs)])
def test_errors_are_means_over_everything(name: str, error: np.ufunc, rng: np.random.Generator) -> None:
    output, y = rng.standard_normal((7, 2, 3)).astype(np.float32), rng.standard_normal((7, 2, 3)).astype(np.float32)
    np.testing.assert_allclose(measured(name, output, y), error(output.astype(float) - y).mean(), rtol=1e-12)


def test_the_error_of_class_numbers_is_that_of_their_one_hot_form() -> None:
    labels = np.array([0, 2, 2, 1])
    assert measured("mse", SHARES, labels) == measured("mse", SHARES, np.eye(3, dtype=np.float32)[labels])


def test_names() -> None:
    assert [metric.name for metric in metrics_named(list(METRICS))] == list(METRICS)
    for unknown in (["acuracy"], ["accuracy", None], [[]]):
        with pytest.raises(UnknownNameError):
            metrics_named(unknown)  # type: ignore[arg-type]


def test_nothing_counted_is_0() -> None:
    assert [metric.result() for metric in metrics_named(["accuracy", "mse"])] == [0, 0]


def test_targets_take_the_outputs_form() -> None:
    output = np.zeros((2, 3), np.float32)
    one_hot = like_output(np.array([2, 0]), output)
    assert one_hot.dtype == np.float32 and one_hot.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert like_output(np.array([1, 0]), np.zeros((2, 1))).tolist() == [[1], [0]]
    assert like_output(np.ones((2, 3), int), output).dtype == np.float32
