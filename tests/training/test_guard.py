"""The first number that is not finite stops training, and the weights are those before it."""

from collections.abc import Callable

import numpy as np
import pytest

from striate import Sequential
from striate.errors import DataError, TrainingError
from striate.layers import Dense
from striate.network.layout import all_finite
from striate.optimizers import NAG, SGD, Adam, Momentum
from striate.training.autopsy import Autopsy
from striate.training.callbacks import Callback

Build = Callable[..., Sequential]
Task = tuple[np.ndarray, np.ndarray]


class Weights(Callback):
    """The weights after every step."""

    def __init__(self) -> None:
        self.after: list[np.ndarray] = []

    def on_train_begin(self, logs: object = None) -> None:
        self.after.append(self.run.theta.copy())

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        self.after.append(self.run.theta.copy())


def line(rule: object) -> Sequential:
    model = Sequential([Dense(4, input_shape=(3,)), Dense(2)])
    model.compile(rule, "mse")  # type: ignore[arg-type]
    return model


@pytest.mark.parametrize("rule", [SGD(1e3), Momentum(1e3, 0.9), NAG(1e3, 0.9), SGD(1e30), SGD(1e39), Adam(1e30)])
def test_a_diverging_training_ends_with_its_last_finite_weights(rule: object, rng: np.random.Generator) -> None:
    """At whichever of loss, gradient and update it shows first; no warning of NumPy's beside the error."""
    model, seen = line(rule), Weights()
    x, y = rng.standard_normal((20, 3)), rng.standard_normal((20, 2))
    with pytest.raises(TrainingError) as caught:
        model.fit(x, y, batch_size=5, epochs=100, callbacks=[seen], verbose=0)
    error = caught.value
    assert error.code.startswith("training.") and error.code.endswith("_not_finite")
    step = len(seen.after)
    assert (error.fields["step"], error.fields["epoch"]) == (step, 1 + (step - 1) // 4)
    assert error.fields["learning_rate"] == model._run.learning_rate  # type: ignore[union-attr]
    assert np.isfinite(model.theta).all()
    np.testing.assert_array_equal(model.theta, seen.after[-1])


def test_a_loss_that_is_not_finite_never_reaches_the_weights(build: Build, task: Task) -> None:
    model = build()
    model.theta[3] = np.nan
    before = model.theta.copy()
    with pytest.raises(TrainingError) as caught:
        model.fit(*task, verbose=0)
    assert caught.value.code == "training.loss_not_finite"
    np.testing.assert_array_equal(model.theta, before)


def test_the_same_where_the_gradient_comes_in_parts(build: Build, task: Task) -> None:
    model = build()
    model.theta[3] = np.inf
    before = model.theta.copy()
    with pytest.raises(TrainingError):
        model.fit(*task, batch_size="all", verbose=0)
    np.testing.assert_array_equal(model.theta, before)


def test_after_a_failure_a_smaller_rate_goes_on_from_there(rng: np.random.Generator) -> None:
    model = line(SGD(1e39))
    x, y = rng.standard_normal((20, 3)), rng.standard_normal((20, 2))
    with pytest.raises(TrainingError):
        model.fit(x, y, batch_size=5, verbose=0)
    model.compile(SGD(0.01), "mse")
    history = model.fit(x, y, batch_size=5, epochs=5, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]


def test_all_finite_looks_closer_where_a_sum_overflows() -> None:
    assert all_finite(np.full(4, 3e38, np.float32))
    assert all_finite(np.zeros(0, np.float32))
    for bad in (np.nan, np.inf, -np.inf):
        assert not all_finite(np.array([0, bad, 1]))
    assert not all_finite(np.array([np.inf, -np.inf]))


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e39])
def test_pictures_that_are_not_finite_are_refused_at_the_door(bad: float, build: Build, task: Task) -> None:
    """1e39 is infinite in float32."""
    model, (x, y) = build(), task
    x = x.astype(np.float64)
    x[7, 2, 1, 0] = bad
    for call in (lambda: model.fit(x, y, verbose=0), lambda: model.predict(x), lambda: model.evaluate(x, y)):
        with pytest.raises(DataError) as caught:
            call()
        assert (caught.value.code, caught.value.fields["picture"]) == ("data.not_finite", 7)


@pytest.mark.parametrize("engine", ["native", "reference"])
def test_pictures_held_out_whose_loss_is_not_finite(engine: str, rng: np.random.Generator) -> None:
    """The picture among those held out is named; the weights are those that the epoch ended with."""
    model, seen = Sequential([Dense(4, input_shape=(3,)), Dense(2)]), Weights()
    model.compile(SGD(0.01), "mse", engine=engine)
    x, y = rng.standard_normal((20, 3)), rng.standard_normal((20, 2))
    held_out = x[:9].copy()
    held_out[7] = 1e38
    with pytest.raises(TrainingError) as caught:
        model.fit(x, y, batch_size=5, epochs=3, callbacks=[seen], verbose=0, validation_data=(held_out, y[:9]))
    autopsy: Autopsy = caught.value.fields["autopsy"]  # type: ignore[assignment]
    assert (caught.value.code, autopsy.stopped_by) == ("training.held_out_not_finite", "held_out")
    assert (autopsy.picture, autopsy.epoch) == (7, 1)
    np.testing.assert_array_equal(model.theta, seen.after[4])
