"""The mean of the weights along a training: what is validated, saved and left in the end."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from striate import Sequential
from striate.callbacks import EarlyStopping, ModelCheckpoint
from striate.layers import BatchNormalization, Conv2D, Dense, Flatten
from striate.model import load_model
from striate.optimizers import SGD, Adam, Momentum, Rule
from striate.training.averaging import PIECE, Average
from striate.training.callbacks import NO_LOGS, Callback, Logs

Task = tuple[NDArray[np.float32], NDArray[np.int64]]
Build = Callable[..., Sequential]
MOMENTUM = 0.75


class Walked(Callback):
    """The weights and running statistics after every step, as the steps left them."""

    def __init__(self) -> None:
        self.path: list[tuple[NDArray[Any], NDArray[Any]]] = []

    def on_train_batch_end(self, batch: int, logs: Logs = NO_LOGS) -> None:
        self.path.append((self.run.theta.copy(), self.run.state.copy()))


def normalised(rule: Rule, **settings: Any) -> Sequential:
    layers = [Conv2D(4, 3, input_shape=(6, 5, 1)), BatchNormalization(), Flatten(), Dense(3, "softmax")]
    model = Sequential(layers, seed=1)
    model.compile(rule, "sparse_categorical_crossentropy", metrics=["accuracy"], **settings)
    return model


@pytest.mark.parametrize("engine", ["native", "reference"])
def test_the_weights_in_the_end_are_the_mean(engine: str, task: Task) -> None:
    walked = Walked()
    model = normalised(Adam(0.01, use_ema=True, ema_momentum=MOMENTUM), engine=engine)
    model.fit(*task, 30, 3, 0, walked)
    for index, mean in enumerate((model.theta, model.state)):
        expected = np.asarray(walked.path[0][index], np.float64)
        for step in walked.path[1:]:
            expected = MOMENTUM * expected + (1 - MOMENTUM) * step[index]
        # Nine steps, each rounded to float32 three times.
        np.testing.assert_allclose(mean, expected, rtol=0, atol=30 * 2**-24 * np.abs(expected).max())
        assert not np.array_equal(mean, walked.path[-1][index])


def test_the_steps_do_not_depend_on_it(build: Build, task: Task) -> None:
    with_mean, without = Walked(), Walked()
    build(optimizer=Momentum(0.05, use_ema=True)).fit(*task, 30, 2, 0, with_mean, validation_split=0.2)
    build(optimizer=Momentum(0.05)).fit(*task, 30, 2, 0, without, validation_split=0.2)
    for ours, plain in zip(with_mean.path, without.path, strict=True):
        assert ours[0].tobytes() == plain[0].tobytes()


def test_validation_and_files_are_of_the_mean(task: Task, held_out: Task, tmp_path: Path) -> None:
    model = normalised(SGD(0.1, use_ema=True, ema_momentum=0.9))
    saves = ModelCheckpoint(tmp_path / "{epoch}.safetensors")
    history = model.fit(*task, 30, 3, 0, saves, validation_data=held_out).history
    for epoch in range(3):
        saved = load_model(next(tmp_path.glob(f"*{epoch + 1}.safetensors")))
        saved.compile("sgd", "sparse_categorical_crossentropy")
        assert saved.evaluate(*held_out, 30) == history["val_loss"][epoch]
    assert model.evaluate(*held_out, 30) == [history["val_loss"][-1], history["val_accuracy"][-1]]


def test_the_best_weights_are_means_too(task: Task, held_out: Task) -> None:
    model = normalised(SGD(3.0, use_ema=True, ema_momentum=0.5))
    stops = EarlyStopping(patience=1, restore_best_weights=True)
    history = model.fit(*task, 30, 9, 0, stops, validation_data=held_out).history
    assert len(history["val_loss"]) < 9, "it ends too well to be stopped"
    assert model.judge(*held_out, 30)["loss"] == min(history["val_loss"])


def test_training_goes_on_from_the_mean(build: Build, task: Task) -> None:
    model, walked = build(optimizer=SGD(0.1, use_ema=True)), Walked()
    model.fit(*task, 90, 2, 0)
    mean = model.theta.copy()
    model.fit(*task, 90, 1, 0, walked)
    np.testing.assert_array_equal(model.theta, walked.path[0][0])  # one step: it is the mean
    assert not np.array_equal(model.theta, mean)


def test_long_vectors_go_piece_by_piece(rng: np.random.Generator) -> None:
    was, now = (rng.standard_normal(2 * PIECE + 7).astype(np.float32) for _ in range(2))
    average, theta = Average(was.copy(), was[:3].copy()), now.copy()
    average.follow(theta, now[:3], 0.5)
    np.testing.assert_array_equal(average.theta, np.float32(0.5) * was + np.float32(0.5) * now)
    mean = average.theta.copy()
    average.swap(theta, now[:3].copy())
    np.testing.assert_array_equal(theta, mean)
    np.testing.assert_array_equal(average.theta, now)
