"""The learning-rate range test: what it tries, when it ends, what it suggests."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from striate.engines.contract import Array
from striate.errors import SettingError, TrainingError
from striate.layers import Dense
from striate.sequential import Sequential
from striate.training.rate_range import BROKEN_OUT, SMOOTHING, RangeTest, RateRange, rows


def valley(steps: int = 100, least: float = 0.05, edge: float = 1.0) -> RateRange:
    """Flat, then falling in the logarithm of the rate, then breaking out."""
    rates = np.geomspace(1e-5, 10, steps)
    losses = 2 - 1 / (1 + (least / rates) ** 2) + np.maximum(0, rates / edge - 1) ** 2
    return RateRange(tuple(rates.tolist()), tuple(losses.tolist()))


def test_smoothing_is_a_mean_of_what_came_so_far() -> None:
    losses = (4.0, 2.0, 1.0)
    smoothed = RateRange((1, 2, 3), losses).smoothed
    for t in range(3):
        weights = [SMOOTHING ** (t - i) for i in range(t + 1)]
        assert smoothed[t] == pytest.approx(np.average(losses[: t + 1], weights=weights))
    assert RateRange((1, 2), (3.0, 3.0)).smoothed == pytest.approx((3, 3))


def test_it_suggests_where_the_loss_falls_fastest_but_well_below_the_least() -> None:
    # The valley is steepest, against the logarithm of the rate, at 0.05, and so is the line over two decades around it.
    assert valley().suggestion == pytest.approx(0.05, rel=0.2)
    # Where the least comes soon after the steepest place, the tenth decides; where it comes late, the steepest place.
    soon = valley(edge=0.06)
    assert soon.suggestion == float(f"{soon.rates[int(np.argmin(soon.smoothed))] / 10:.0e}") <= 0.02


def test_losses_that_differ_from_batch_to_batch_do_not_lead_it_astray() -> None:
    """Above all not the first ones, which the smoothed loss follows closely."""
    found, rng = valley(120), np.random.default_rng(0)
    for spread in (0.05, 0.15):
        for _ in range(20):
            losses = np.array(found.losses) + spread * rng.standard_normal(120)
            suggestion = RateRange(found.rates, tuple(losses.tolist())).suggestion
            assert suggestion is not None and 0.02 <= suggestion <= 0.2
    for last in (math.nan, math.inf):
        assert RateRange((*found.rates, 11.0), (*found.losses, last)).suggestion == found.suggestion
    losses = np.array(found.losses)
    losses[:3] += (1.0, 0.5, 0.2)  # as of a network whose first weights are far off
    assert RateRange(found.rates, tuple(losses.tolist())).suggestion == found.suggestion


@pytest.mark.parametrize("losses", [(), (1.0,), (1.0, 2.0, 3.0, 4.0), (1.0, 1.0, 1.0), (1.0, 0.999, 0.998, 0.999)])
def test_no_suggestion_where_the_loss_never_fell(losses: tuple[float, ...]) -> None:
    rates = tuple(0.1 * (i + 1) for i in range(len(losses)))
    assert RateRange(rates, losses).suggestion is None


def test_the_table() -> None:
    table = rows(RateRange((0.1, 0.2), (3.0, 1.0)))
    assert table[0] == ("learning_rate", "loss", "smoothed_loss")
    assert table[1] == (0.1, 3.0, pytest.approx(3.0)) and len(table) == 3


def data(pictures: int = 24) -> tuple[Array, NDArray[np.int64]]:
    rng = np.random.default_rng(3)
    y = np.arange(pictures) % 3
    return (np.eye(3)[y] + 0.1 * rng.standard_normal((pictures, 3))).astype(np.float32), y


def model(loss: str = "sparse_categorical_crossentropy") -> Sequential:
    made = Sequential([Dense(3, "softmax", input_shape=(3,))], seed=1)
    made.compile("sgd", loss, threads=1)
    return made


def test_each_step_has_its_rate_and_its_own_loss() -> None:
    """Over several epochs; the loss of a step is that of its batch alone, as another training with its rates has it."""
    test, (x, y) = RangeTest(7, 1e-3, 1.0), data(12)
    model().fit(x, y, batch_size=4, epochs=100, verbose=0, callbacks=test, shuffle=False)
    assert test.result.rates == pytest.approx(np.geomspace(1e-3, 1, 7))
    again, losses = model(), list[float]()
    for step, rate in enumerate(test.result.rates):
        part = slice(4 * (step % 3), 4 * (step % 3) + 4)
        history = again.fit(x[part], y[part], batch_size=4, verbose=0, callbacks=_At(rate), shuffle=False)
        losses.append(history.history["loss"][-1])
    assert test.result.losses == pytest.approx(losses, rel=1e-5)


class _At(RangeTest):
    """One step at a rate."""

    def __init__(self, rate: float) -> None:
        super().__init__(1, rate, rate)


def test_it_ends_where_the_loss_has_broken_out() -> None:
    test, (x, y) = RangeTest(200, 1e-3, 1e6), data()
    made = Sequential([Dense(3, input_shape=(3,))], seed=1)
    made.compile("sgd", "mse", threads=1)
    try:
        made.fit(x, np.eye(3, dtype=np.float32)[y], batch_size=8, epochs=100, verbose=0, callbacks=test)
    except TrainingError:
        raise AssertionError("it should have ended before") from None
    smoothed = test.result.smoothed
    assert len(smoothed) < 200 and smoothed[-1] > BROKEN_OUT * min(smoothed)
    assert all(map(math.isfinite, smoothed)) and all(
        smoothed[i] <= BROKEN_OUT * min(smoothed[: i + 1]) for i in range(len(smoothed) - 1)
    )


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"first": 0.0}, {"last": float("inf")}])
def test_what_it_cannot_be(wrong: dict[str, float]) -> None:
    with pytest.raises(SettingError) as caught:
        RangeTest(**wrong)  # type: ignore[arg-type]
    assert caught.value.fields["setting"] == next(iter(wrong))
