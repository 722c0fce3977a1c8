"""The compiled pools against the reference's, on every instruction set."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from all_in_one import all_in_one
from kernels import EPSILON, NO_HALO, Halo, Plan, assert_within, instruction_sets
from numpy.typing import NDArray

from striate.engines.native.operations import AveragePool, AveragePoolGradient, MaxPool, MaxPoolGradient
from striate.engines.native.tensors import Curve, Function, Tensor, Windows
from striate.engines.reference import pool

Array = NDArray[Any]
Pair = tuple[int, int]
every_isa = pytest.mark.parametrize("isa", instruction_sets())


@dataclass(frozen=True)
class Case:
    """A pool of maps (N, H, W, C)."""

    shape: tuple[int, int, int, int]
    kernel: Pair
    stride: Pair
    pad: tuple[Pair, Pair] = ((0, 0), (0, 0))
    halo: Halo = NO_HALO

    @property
    def windows(self) -> Windows:
        (top, bottom), (left, right) = self.pad
        rows = (self.shape[1] + top + bottom - self.kernel[0]) // self.stride[0] + 1
        columns = (self.shape[2] + left + right - self.kernel[1]) // self.stride[1] + 1
        return Windows(rows, columns, -top, -left, *self.stride)

    @property
    def pooled(self) -> tuple[int, int, int]:
        return self.windows.rows, self.windows.columns, self.shape[3]


CASES = (
    Case((3, 8, 6, 16), (2, 2), (2, 2)),
    Case((3, 9, 7, 3), (2, 2), (2, 2), halo=(1, 2, 3, 0)),
    Case((2, 7, 9, 17), (3, 3), (2, 2), ((1, 1), (1, 1)), halo=(1, 1, 1, 1)),
    Case((2, 6, 7, 40), (3, 3), (1, 1), ((1, 1), (1, 1))),
    Case((2, 6, 8, 1), (3, 3), (2, 2), ((0, 1), (0, 1))),
    Case((4, 11, 10, 17), (2, 3), (4, 5), ((1, 0), (2, 1)), halo=(0, 1, 0, 1)),
    Case((2, 9, 9, 40), (2, 2), (3, 3), halo=(2, 0, 0, 2)),
    Case((5, 5, 7, 33), (5, 7), (1, 1)),
    Case((2, 7, 5, 3), (5, 4), (2, 1), ((4, 4), (3, 3))),
    Case((1, 8, 8, 16), (2, 2), (1, 2), ((0, 1), (1, 0))),
    Case((1, 4, 4, 3), (1, 1), (3, 3)),
)
every_case = all_in_one("case", CASES)


def maps_for(case: Case, rng: np.random.Generator) -> Array:
    """Few different values, so that equals meet in a window, NaN and infinities."""
    x = rng.integers(-2, 3, case.shape).astype(np.float64)
    x.flat[rng.choice(x.size, x.size // 12, replace=False)] = np.nan
    x.flat[rng.choice(x.size, x.size // 20, replace=False)] = -np.inf
    return x


def winners_of(case: Case, x: Array) -> Array:
    """For each window the number of the place that won; whole windows counted, padding included."""
    windows = pool.unfold(x, case.kernel, case.stride, case.pad, border=-np.inf)
    on_map = pool.unfold(np.ones_like(x), case.kernel, case.stride, case.pad, border=0) > 0
    key = np.where(np.isnan(windows), np.inf, windows)
    key = np.where(on_map, np.where(key == -np.inf, -1e30, key), -np.inf)
    n, p, q, r, s, c = key.shape
    return key.reshape(n, p, q, r * s, c).argmax(axis=3)


@every_isa
@every_case
def test_max_pool_and_its_winners(isa: str, case: Case, rng: np.random.Generator) -> None:
    x = maps_for(case, rng)
    plan = Plan(len(x))
    y, winner, alone = (plan.maps(case.pooled, (1, 0, 2, 1)) for _ in range(3))
    given = plan.maps_of(x, case.halo)
    operations = [
        MaxPool(given, y, case.windows, *case.kernel, winner=winner),
        MaxPool(given, alone, case.windows, *case.kernel),
    ]
    done = plan.run_all_ways(isa, operations)
    wanted, _ = pool.max_pool(x, case.kernel, case.stride, case.pad)
    np.testing.assert_array_equal(done.maps(y), wanted)
    np.testing.assert_array_equal(done.maps(alone), wanted)
    np.testing.assert_array_equal(done.maps(winner).view(np.int32), winners_of(case, x))


def max_pool_gradient(case: Case, x: Array, dy: Array) -> Array:
    """As the reference does it, by our winners: it lets padding share the gradient of a window of -infinity."""
    winner = winners_of(case, x)[..., None, :]
    places = np.arange(case.kernel[0] * case.kernel[1])[:, None]
    sent = np.where(winner == places, dy[..., None, :], 0).reshape(*dy.shape[:3], *case.kernel, dy.shape[3])
    return pool.fold(sent, x.shape, case.stride, case.pad)


@every_isa
@every_case
@pytest.mark.parametrize("curve", [None, Curve.LINEAR, Curve.RELU, Curve.TANH])
@pytest.mark.parametrize("accumulate", [False, True])
def test_max_pool_gradient(
    isa: str, case: Case, curve: Curve | None, accumulate: bool, rng: np.random.Generator
) -> None:
    x, before = maps_for(case, rng), np.float32(rng.standard_normal(case.shape))
    if curve is Curve.TANH:
        x = np.nan_to_num(x, neginf=-2)  # whose slope at NaN is NaN
    dy = np.float32(rng.standard_normal((len(x), *case.pooled)))
    plan = Plan(len(x))
    given = plan.maps_of(dy, (1, 1, 0, 0))
    winner, y = plan.maps(case.pooled), plan.maps(case.pooled, (1, 0, 2, 1))
    dx = plan.maps_of(before, case.halo) if accumulate else plan.maps(case.shape[1:], case.halo)
    settings: dict[str, Any] = {} if curve is None else {"at": y, "slope": Function(curve)}
    operations = [
        MaxPool(plan.maps_of(x), y, case.windows, *case.kernel, winner=winner),
        MaxPoolGradient(given, winner, dx, case.windows, *case.kernel, accumulate=accumulate, **settings),
    ]
    done = plan.run_all_ways(isa, operations)
    pooled, _ = pool.max_pool(x, case.kernel, case.stride, case.pad)
    slope = {Curve.RELU: pooled > 0, Curve.TANH: 1 - pooled**2}.get(curve, np.ones_like(pooled))
    wanted = max_pool_gradient(case, x, dy * slope)
    sizes = max_pool_gradient(case, x, np.abs(dy) * (1 + np.abs(slope))) + (np.abs(before) if accumulate else 0)
    terms = case.kernel[0] * case.kernel[1] + 1
    assert_within(done.maps(dx), wanted + (before if accumulate else 0), terms * EPSILON * sizes)


@every_isa
def test_the_reference_sends_finite_maps_gradients_the_same_way(isa: str, rng: np.random.Generator) -> None:
    case = CASES[2]
    x = rng.integers(-2, 3, case.shape).astype(np.float64)
    dy = rng.integers(-3, 4, (len(x), *case.pooled)).astype(np.float64)
    plan = Plan(len(x))
    y, winner, dx = plan.maps(case.pooled), plan.maps(case.pooled), plan.maps(case.shape[1:])
    forward = MaxPool(plan.maps_of(x), y, case.windows, *case.kernel, winner=winner)
    backward = MaxPoolGradient(plan.maps_of(dy), winner, dx, case.windows, *case.kernel)
    _, saved = pool.max_pool(x, case.kernel, case.stride, case.pad)
    np.testing.assert_array_equal(plan.run(isa, [forward, backward]).maps(dx), pool.max_pool_backward(dy, saved))


@every_isa
@every_case
@pytest.mark.parametrize("accumulate", [False, True])
def test_average_pool_and_its_gradient(isa: str, case: Case, accumulate: bool, rng: np.random.Generator) -> None:
    x, before = (np.float32(rng.standard_normal(case.shape)).astype(np.float64) for _ in range(2))
    dy = np.float32(rng.standard_normal((len(x), *case.pooled))).astype(np.float64)
    plan = Plan(len(x))
    y = plan.maps(case.pooled, (2, 1, 0, 1))
    dx = plan.maps_of(before, case.halo) if accumulate else plan.maps(case.shape[1:], case.halo)
    operations = [
        AveragePool(plan.maps_of(x, case.halo), y, case.windows, *case.kernel),
        AveragePoolGradient(plan.maps_of(dy), dx, case.windows, *case.kernel, accumulate=accumulate),
    ]
    done = plan.run_all_ways(isa, operations)
    terms = case.kernel[0] * case.kernel[1] + 3
    wanted, saved = pool.average_pool(x, case.kernel, case.stride, case.pad)
    sizes, _ = pool.average_pool(np.abs(x), case.kernel, case.stride, case.pad)
    assert_within(done.maps(y), wanted, terms * EPSILON * sizes)
    start = before if accumulate else np.zeros_like(before)
    sizes = pool.average_pool_backward(np.abs(dy), saved) + np.abs(start)
    assert_within(done.maps(dx), pool.average_pool_backward(dy, saved) + start, terms * EPSILON * sizes)


def refused(plan: Plan, operation: Any) -> str:
    from striate.engines.native import _core

    with pytest.raises(_core.InvalidPlan) as caught:
        plan.run(instruction_sets()[0], [operation])
    return str(caught.value)


@pytest.mark.skipif(not instruction_sets(), reason="there is no core")
def test_plans_that_leave_the_maps_are_refused() -> None:
    plan = Plan(2)
    x, y = plan.maps((6, 6, 3)), plan.maps((3, 3, 3))
    other = plan.maps((3, 2, 3))
    for windows in (Windows(3, 3, -2, 0, 2, 2), Windows(3, 3, 0, -2, 2, 2), Windows(3, 3, 2, 0, 2, 2)):
        assert "has windows outside" in refused(plan, MaxPool(x, y, windows, 2, 2))
        assert "has windows outside" in refused(plan, AveragePoolGradient(y, x, windows, 2, 2))
    assert "has another shape" in refused(plan, AveragePool(x, other, Windows(3, 3, 0, 0, 2, 2), 2, 2))
    assert "winner has another shape" in refused(plan, MaxPool(x, y, Windows(3, 3, 0, 0, 2, 2), 2, 2, winner=other))
    assert "impossible size" in refused(plan, MaxPool(x, y, Windows(3, 3, 0, 0, 2, 2), 2**16, 2**16))
    narrow = Tensor(y.space, y.offset, 27, 9, 3, 3, 3, 3)
    assert "not rounded up" in refused(plan, MaxPool(x, narrow, Windows(3, 3, 0, 0, 2, 2), 2, 2))
