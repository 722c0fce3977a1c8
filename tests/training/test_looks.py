"""Answers that are made of several looks at each picture, against the same by hand."""

from typing import Any

import numpy as np
import pytest

import striate
from striate import Sequential
from striate.confidence import Confidence, mean_of, shifted
from striate.data.dataset import Images
from striate.data.preprocessing import Preprocessing
from striate.layers import Conv2D, Dense, Flatten
from striate.losses import CategoricalCrossentropy, MeanSquaredError, SparseCategoricalCrossentropy
from striate.report import class_report, confidence_of

GREY = Preprocessing((6, 5), "grey")
# float32 outputs: their logarithms, of values down to 1e-3, are right to about 1e-4 relative to nothing smaller than 1.
CLOSE: dict[str, float] = {"rtol": 0, "atol": 1e-5}


@pytest.fixture
def data(rng: np.random.Generator) -> Images:
    pictures = rng.integers(0, 256, (20, 6, 5, 1), dtype=np.uint8)
    return Images(pictures, rng.integers(0, 2, 20), None, GREY)


def network(last: Dense) -> Sequential:
    model = Sequential([Conv2D(4, 3, input_shape=(6, 5, 1)), Flatten(), last], seed=2)
    model.preprocessing = GREY
    return model


def by_hand(model: Sequential, x: Any) -> np.ndarray:
    """Probabilities of both classes, (N, 2), from the outputs of both looks."""

    def both(output: np.ndarray) -> np.ndarray:
        exact = output.astype(np.float64)
        return np.hstack([1 - exact, exact]) if exact.shape[1] == 1 else exact

    product = np.sqrt(both(model.predict(x)) * both(model.predict(x[:, :, ::-1])))
    return product / product.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("last", [Dense(2, activation="softmax"), Dense(1, activation="sigmoid")])
def test_a_report_counts_the_answers_of_both_looks(data: Images, last: Dense) -> None:
    model = network(last)
    model.confidence = Confidence(mirrored=True)
    p, truth = by_hand(model, data.x), data.labels
    report = class_report(model, data)
    assert report.hits == int((p.argmax(axis=1) == truth).sum())
    np.testing.assert_allclose(report.loss, -np.log(p[np.arange(20), truth]).mean(), **CLOSE)
    for answer, expected in zip(model.classify(list(data.pictures)), p, strict=True):
        np.testing.assert_allclose(list(answer.scores.values()), expected, **CLOSE)
    once = class_report(network(last), data)
    assert once.loss != report.loss


@pytest.mark.parametrize(
    ("loss", "formula"),
    [
        (SparseCategoricalCrossentropy(), lambda p, y: -(y * np.log(p)).sum(axis=1)),
        (CategoricalCrossentropy(label_smoothing=0.2), lambda p, y: -((0.8 * y + 0.1) * np.log(p)).sum(axis=1)),
    ],
)
def test_the_loss_is_that_of_the_mean(data: Images, loss: Any, formula: Any) -> None:
    model = network(Dense(2, activation="softmax"))
    model.confidence = Confidence(mirrored=True)
    expected = formula(by_hand(model, data.x), np.eye(2)[data.labels]).mean()
    np.testing.assert_allclose(class_report(model, data, loss=loss).loss, expected, **CLOSE)


def test_another_loss_is_the_mean_of_both_looks(data: Images) -> None:
    model = network(Dense(2, activation="softmax"))
    x, y, loss = data.x, np.eye(2)[data.labels], MeanSquaredError()
    one, other = class_report(model, x, y, loss=loss).loss, class_report(model, x[:, :, ::-1], y, loss=loss).loss
    model.confidence = Confidence(mirrored=True)
    np.testing.assert_allclose(class_report(model, x, y, loss=loss).loss, (one + other) / 2, **CLOSE)


def test_a_mirror_image_gets_the_same_answer(data: Images) -> None:
    model = network(Dense(2, activation="softmax"))
    model.confidence = confidence_of(model, data, mirrored=True)
    assert model.confidence.mirrored
    for picture in data.pictures:
        here, there = model.classify(picture), model.classify(picture[:, ::-1])
        np.testing.assert_allclose(here[0].probability, there[0].probability, **CLOSE)


@pytest.mark.parametrize(("mirrored", "by"), [(False, 1), (True, 2)])
def test_pictures_that_are_moved(data: Images, mirrored: bool, by: int) -> None:
    """NumPy's padding moves them, too; a report, its loss and answers are of the geometric mean over all looks."""
    model = network(Dense(2, activation="softmax"))
    padded = np.pad(data.x, [(0, 0), (by, by), (by, by), (0, 0)], mode="reflect")
    seen = [data.x, padded[:, 2 * by :, 2 * by :], padded[:, : -2 * by, : -2 * by]]
    seen += [each[:, :, ::-1] for each in seen] if mirrored else []
    logs = np.mean([np.log(model.predict(each).astype(np.float64)) for each in seen], axis=0)
    p = np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True)
    model.confidence = Confidence(mirrored=mirrored, shifted=by)
    assert model.confidence.looks == len(seen)
    report = class_report(model, data)
    np.testing.assert_allclose(report.loss, -np.log(p[np.arange(20), data.labels]).mean(), **CLOSE)
    for answer, expected in zip(model.classify(list(data.pictures)), p, strict=True):
        np.testing.assert_allclose(list(answer.scores.values()), expected, **CLOSE)
    fitted = confidence_of(model, data, mirrored=mirrored, shifted=by)
    assert (fitted.mirrored, fitted.shifted) == (mirrored, by)


def test_small_pictures_may_be_moved_further_than_they_are_large() -> None:
    x = np.arange(6.0).reshape(1, 3, 2, 1)
    np.testing.assert_array_equal(shifted(x, 4), x)  # there and back: twice 3 - 1, four times 2 - 1
    np.testing.assert_array_equal(shifted(x[:, :1, :1], 3), x[:, :1, :1])


def test_outputs_of_nothing_or_all_stay_finite() -> None:
    sure = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]], np.float32)
    mean, log_z = mean_of(sure, sure[::-1])
    assert np.isfinite(mean).all() and np.isfinite(log_z).all() and (log_z <= 1e-6).all()
    single, _ = mean_of(sure[:, :1], sure[::-1, :1])
    assert single.shape == (3, 1) and single.dtype == np.float32


def test_it_is_saved_with_the_model(data: Images, tmp_path: Any) -> None:
    model = network(Dense(2, activation="softmax"))
    for shifted_by in (0, 2):
        model.confidence = Confidence(2.0, 0.25, mirrored=True, shifted=shifted_by)
        model.save(tmp_path / "m.safetensors")
        assert striate.load_model(tmp_path / "m.safetensors").confidence == model.confidence
