"""The compiled convolutions of each channel by itself, or in small groups, against the reference's, on every set."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from all_in_one import all_in_one
from kernels import EPSILON, WAYS, Halo, Plan, Way, assert_within, instruction_sets
from numpy.typing import NDArray

from striate.engines.native.operations import Depthwise, DepthwiseWeightGradient, Repeat, RepeatGradient
from striate.engines.native.tensors import Curve, Function, Space, Tensor, Windows, rounded_up
from striate.engines.reference import activation, conv

Array = NDArray[Any]
Pair = tuple[int, int]
every_isa = pytest.mark.parametrize("isa", instruction_sets())


@dataclass(frozen=True)
class Case:
    """A convolution of maps (N, H, W, C), in how many chunks its gradients are summed; channels of a group."""

    shape: tuple[int, int, int, int]
    kernel: Pair
    stride: Pair = (1, 1)
    pad: tuple[Pair, Pair] = ((0, 0), (0, 0))
    dilation: Pair = (1, 1)
    chunks: int = 1
    group: int = 1

    @property
    def rows(self) -> int:
        """Rows of the weights: a value of a tap, each of its group."""
        return self.kernel[0] * self.kernel[1] * self.group

    @property
    def channels(self) -> int:
        return self.shape[3]

    @property
    def halo(self) -> Halo:
        return (*self.pad[0], *self.pad[1])

    @property
    def windows(self) -> Windows:
        spans = [(kernel - 1) * step + 1 for kernel, step in zip(self.kernel, self.dilation, strict=True)]
        counts = [
            (size + sum(pad) - span) // stride + 1
            for size, pad, span, stride in zip(self.shape[1:3], self.pad, spans, self.stride, strict=True)
        ]
        return Windows(*counts, -self.pad[0][0], -self.pad[1][0], *self.stride)

    @property
    def output(self) -> tuple[int, int, int]:
        return self.windows.rows, self.windows.columns, self.channels

    def taps(self, x: Tensor) -> list[int]:
        return [r * self.dilation[0] * x.row + s * self.dilation[1] * x.pixel for r, s in np.ndindex(self.kernel)]


SAME = ((1, 1), (1, 1))
CASES = (
    Case((2, 9, 11, 16), (3, 3), pad=SAME),
    Case((5, 7, 7, 40), (3, 3), pad=SAME, chunks=2),
    Case((3, 8, 19, 17), (3, 3), (2, 2), ((0, 1), (0, 1)), chunks=3),
    Case((4, 13, 12, 3), (5, 5), (1, 1), ((2, 2), (2, 2)), chunks=2),
    Case((2, 9, 8, 1), (3, 2), (2, 3), dilation=(2, 3), pad=((1, 2), (0, 1))),
    Case((3, 9, 10, 33), (7, 5), (3, 1), ((3, 3), (2, 2)), chunks=9),
    Case((2, 5, 6, 16), (1, 1), (2, 2)),
    Case((1, 4, 3, 20), (4, 3)),
    Case((2, 6, 40, 5), (2, 3), chunks=2),
    Case((3, 8, 9, 6), (3, 3), (2, 1), SAME, chunks=2, group=2),
    Case((2, 5, 16, 20), (3, 2), (1, 1), ((0, 1), (2, 0)), group=4),
    Case((4, 4, 9, 24), (3, 4), dilation=(1, 2), chunks=3, group=8),
    Case((2, 3, 5, 40), (1, 1), group=8),
)
every_case = all_in_one("case", CASES)


def floats(rng: np.random.Generator, *shape: int) -> Array:
    """Numbers that float32 has, as float64."""
    return rng.standard_normal(shape).astype(np.float32).astype(np.float64)


def by_groups(case: Case, w: Array) -> Array:
    """Rows (tap, j) as the kernel (R, S, j, K) of a convolution in groups."""
    return w.reshape(*case.kernel, case.group, case.channels)


def convolution(case: Case, x: Array, w: Array, b: Array) -> Array:
    return conv.grouped_conv2d(
        x, by_groups(case, w), b, case.stride, case.pad, case.dilation, case.channels // case.group
    )[0]


CURVES = {
    Curve.LINEAR: (lambda x: x, lambda dy, y: dy),
    Curve.RELU: (activation.relu, lambda dy, y: dy * (y > 0)),
    Curve.RELU6: (activation.relu6, lambda dy, y: dy * ((y > 0) & (y < 6))),
    Curve.TANH: (np.tanh, lambda dy, y: dy * (1 - y * y)),
}


@every_isa
@every_case
@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
@pytest.mark.parametrize("more", ["", "bias", "bias add at", "itself"])
def test_depthwise(isa: str, case: Case, curve: Curve, more: str, rng: np.random.Generator) -> None:
    x, w = floats(rng, *case.shape), floats(rng, case.rows, case.channels) * 2
    b, add, at = floats(rng, case.channels), floats(rng, len(x), *case.output), floats(rng, len(x), *case.output)
    plan = Plan(len(x))
    given = plan.maps_of(x, case.halo)
    weights = plan.rows_of(w)
    y = plan.maps_of(add, (1, 1, 2, 0)) if more == "itself" else plan.maps(case.output, (0, 1, 1, 2))
    places = Windows(case.windows.rows, case.windows.columns)
    optional: dict[str, Any] = {"function": Function(curve)}
    if "bias" in more:
        optional["bias"] = plan.vector_of(b)
    if "add" in more:
        optional["add"] = plan.maps_of(add)
    if "at" in more:
        optional |= {"at": plan.maps_of(at), "slope": Function(curve), "function": Function()}
    if more == "itself":
        optional["add"] = y
    operation = Depthwise(given, y, weights, case.taps(given), case.windows, places, group=case.group, **optional)
    done = plan.run_all_ways(isa, [operation])
    zero = np.zeros(case.channels)
    b = b if "bias" in more else zero
    add = add if "add" in more or more == "itself" else np.zeros_like(add)
    z = convolution(case, x, w, b) + add
    sizes = convolution(case, np.abs(x), np.abs(w), np.abs(b)) + np.abs(add)
    bound = (len(w) + 4) * EPSILON * sizes
    function, back = CURVES[curve]
    if "at" in more:
        assert_within(done.maps(y), back(z, at), (bound + EPSILON * np.abs(z)) * (1 + at * at))
    else:
        assert_within(done.maps(y), function(z), bound + 4 * EPSILON * np.abs(function(z)))


@every_isa
@pytest.mark.parametrize("accumulate", [False, True])
def test_each_phase_of_a_stride_writes_its_own_pixels(isa: str, accumulate: bool, rng: np.random.Generator) -> None:
    """dx of a 3x2 convolution by stride (2, 4): phases of one or two taps, and of none, which are 0."""
    case = Case((3, 9, 13, 19), (3, 2), (2, 4))
    dy, w, before = floats(rng, 3, *case.output), floats(rng, 6, case.channels), floats(rng, *case.shape)
    plan = Plan(3)
    given = plan.maps_of(dy, (1, 1, 0, 1))
    dx = plan.maps_of(before) if accumulate else plan.maps(case.shape[1:], (1, 0, 0, 1))
    add = dx if accumulate else None
    operations = []
    for down, across in np.ndindex(case.stride):
        places = Windows(-(-(9 - down) // 2), -(-(13 - across) // 4), down, across, 2, 4)
        mine = [(r, s) for r, s in np.ndindex(case.kernel) if r % 2 == down and s == across]
        windows = replace(places, top=0, left=0, down=1, across=1)
        taps = [-(r // 2) * given.row for r, _ in mine]
        weights = plan.rows_of(np.array([w[2 * r + s] for r, s in mine])) if mine else plan.vector(16)
        operations.append(Depthwise(given, dx, weights, taps, windows, places, add=add))
    done = plan.run_all_ways(isa, operations)
    _, saved = conv.depthwise_conv2d(before, w.reshape(3, 2, 19, 1), np.zeros(19), case.stride, case.pad, case.dilation)
    wanted, _, _ = conv.depthwise_conv2d_backward(dy, saved)
    start = before if accumulate else np.zeros_like(before)
    assert_within(done.maps(dx), wanted + start, 8 * EPSILON * (np.abs(dy).max() * np.abs(w).max() + np.abs(start)))


@every_isa
@every_case
@pytest.mark.parametrize("with_bias", [False, True])
def test_depthwise_weight_gradient(isa: str, case: Case, with_bias: bool, rng: np.random.Generator) -> None:
    x, dy = floats(rng, *case.shape), floats(rng, case.shape[0], *case.output)
    plan = Plan(len(x), case.chunks)
    given = plan.maps_of(x, case.halo)
    taps, width = case.taps(given), rounded_up(case.channels)
    dw, db = plan.vector(case.rows * width, case.chunks), plan.vector(width, case.chunks)
    operation = DepthwiseWeightGradient(
        given, plan.maps_of(dy, (0, 1, 0, 1)), dw, taps, case.windows, db if with_bias else None, case.group
    )
    done = plan.run_all_ways(isa, [operation], WAYS if case.chunks > 1 else (Way(1), Way(3)))
    chunks = min(case.chunks, len(x))
    kernel, groups = by_groups(case, np.ones(case.rows * case.channels)), case.channels // case.group

    def gradients(x: Array, dy: Array) -> tuple[Array, Array]:
        _, saved = conv.grouped_conv2d(x, kernel, np.zeros(case.channels), case.stride, case.pad, case.dilation, groups)
        _, dw, db = conv.grouped_conv2d_backward(dy, saved)
        return dw.reshape(case.rows, case.channels), db

    got = sum(np.float64(done.vector(dw, chunk)) for chunk in range(chunks)).reshape(case.rows, width)
    (wanted, wanted_b), (size, size_b) = gradients(x, dy), gradients(np.abs(x), np.abs(dy))
    pixels = 40 + len(x) * case.windows.rows  # a strip's sums, and the strips
    assert_within(got[:, : case.channels], wanted, pixels * EPSILON * size)
    if with_bias:
        got = sum(np.float64(done.vector(db, chunk)) for chunk in range(chunks))
        assert_within(got[: case.channels], wanted_b, pixels * EPSILON * size_b)


@every_isa
@pytest.mark.parametrize(("channels", "times"), [(3, 1), (3, 2), (17, 3), (40, 2), (16, 4), (1, 20)])
@pytest.mark.parametrize("accumulate", [False, True])
def test_repeated_channels(isa: str, channels: int, times: int, accumulate: bool, rng: np.random.Generator) -> None:
    x, dy, before = (
        floats(rng, 3, 5, 4, channels),
        floats(rng, 3, 5, 4, channels * times),
        floats(rng, 3, 5, 4, channels),
    )
    plan = Plan(3)
    y = plan.maps((5, 4, channels * times), (1, 0, 2, 1))
    dx = plan.maps_of(before, (0, 1, 1, 0)) if accumulate else plan.maps((5, 4, channels), (0, 1, 1, 0))
    operations = [
        Repeat(plan.maps_of(x, (1, 1, 1, 1)), y, times),
        RepeatGradient(plan.maps_of(dy, (1, 1, 1, 1)), dx, times, accumulate=accumulate),
    ]
    done = plan.run_all_ways(isa, operations)
    np.testing.assert_array_equal(done.maps(y), np.repeat(x, times, axis=3))
    parts = dy.reshape(3, 5, 4, channels, times)
    start = before if accumulate else np.zeros_like(before)
    bound = (times + 1) * EPSILON * (np.abs(parts).sum(axis=4) + np.abs(start))
    assert_within(done.maps(dx), parts.sum(axis=4) + start, bound)


def refused(plan: Plan, operation: Any) -> str:
    from striate.engines.native import _core

    with pytest.raises(_core.InvalidPlan) as caught:
        plan.run(instruction_sets()[0], [operation])
    return str(caught.value)


@pytest.mark.skipif(not instruction_sets(), reason="there is no core")
def test_plans_that_leave_the_maps_are_refused() -> None:
    plan = Plan(2)
    x, y = plan.maps((4, 4, 3)), plan.maps((2, 2, 3))
    taps = [r * x.row + s * x.pixel for r, s in np.ndindex(3, 3)]
    good = Depthwise(x, y, plan.vector(9 * 16), taps, Windows(2, 2), Windows(2, 2))
    plan.run(instruction_sets()[0], [good])
    assert "has windows outside" in refused(plan, replace(good, windows=Windows(2, 2, top=1)))
    assert "has windows outside" in refused(plan, replace(good, taps=[*taps[1:], -1]))
    assert "places leaves the maps" in refused(plan, replace(good, places=Windows(2, 2, left=1)))
    assert "places has other windows" in refused(plan, replace(good, places=Windows(2, 1)))
    assert "weights is too small" in refused(plan, replace(good, weights=plan.vector(8 * 16)))
    assert "weights is too small" in refused(plan, replace(good, group=2))
    assert "group is not 1, 2, 4 or 8" in refused(plan, replace(good, group=3))
    assert "bias is too small" in refused(plan, replace(good, bias=plan.vector(8)))
    assert "has another shape" in refused(plan, replace(good, add=x))
    assert "has other channels" in refused(plan, replace(good, y=plan.maps((2, 2, 4))))
    dw = plan.vector(9 * 16, 1)
    back = DepthwiseWeightGradient(x, y, dw, taps, Windows(2, 2))
    plan.run(instruction_sets()[0], [back])
    assert "too small" in refused(plan, replace(back, taps=[*taps, 0]))
    assert "too small" in refused(plan, replace(back, group=2))
    assert "group is not 1, 2, 4 or 8" in refused(plan, replace(back, group=0))
    assert "dy has another shape" in refused(plan, replace(back, windows=Windows(2, 1)))
    assert "taps is empty" in refused(plan, replace(back, taps=[]))
    in_theta = replace(dw, space=Space.THETA)
    assert "leaves its space" in refused(plan, replace(back, dw=in_theta))
    assert "does not fit the channels" in refused(plan, Repeat(y, plan.maps((2, 2, 5)), 2))
    assert "has another shape" in refused(plan, RepeatGradient(plan.maps((2, 1, 6)), y, 2))
