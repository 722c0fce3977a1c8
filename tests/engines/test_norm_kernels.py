"""The compiled normalisations against the reference's formulas, on every instruction set."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from all_in_one import all_in_one
from kernels import EPSILON, NO_HALO, WAYS, Halo, Plan, Way, assert_within, instruction_sets
from numpy.typing import NDArray

from striate.engines.native.operations import (
    ChannelStatistics,
    LayerNorm,
    LayerNormGradient,
    NormGradient,
    NormGradientFactors,
    NormGradientSums,
    NormStatistics,
)
from striate.engines.native.tensors import Curve, Function, Region, Space, rounded_up
from striate.engines.reference import activation, norm

Array = NDArray[Any]
every_isa = pytest.mark.parametrize("isa", instruction_sets())
OVER = (0, 1, 2)
NORM_EPSILON = 1e-3
MOMENTUM = 0.9


@dataclass(frozen=True)
class Case:
    """Maps (N, H, W, C), and in how many chunks they are summed."""

    shape: tuple[int, int, int, int]
    chunks: int = 1
    halo: Halo = NO_HALO

    @property
    def channels(self) -> int:
        return self.shape[3]

    @property
    def ways(self) -> tuple[Way, ...]:
        """Chunks whose pictures come block by block, too, where there are several."""
        return WAYS if self.chunks > 1 else WAYS[:2]


CASES = (
    Case((4, 7, 9, 16)),
    Case((7, 5, 6, 3), 3, (1, 1, 0, 2)),
    Case((5, 3, 11, 17), 2, (0, 1, 1, 0)),
    Case((9, 6, 5, 40), 4),
    Case((3, 4, 4, 1), 8),
    Case((1, 1, 1, 33), 2),
    Case((2, 2, 3, 600), 2, (1, 0, 1, 1)),
)
every_case = all_in_one("case", CASES)


def floats(rng: np.random.Generator, *shape: int) -> Array:
    """Numbers that float32 has, as float64."""
    return rng.standard_normal(shape).astype(np.float32).astype(np.float64)


def batch_statistics(plan: Plan, case: Case, x: Array, **settings: Any) -> tuple[ChannelStatistics, NormStatistics]:
    width = rounded_up(case.channels)
    partial = plan.vector(2 * width, case.chunks)
    moving = (plan.vector_in(Space.STATE, np.zeros(case.channels)) for _ in range(2))
    new = [plan.vector_in(Space.STATISTICS, np.zeros(case.channels)) for _ in range(2)]
    out = {name: plan.vector(width) for name in ("scale", "shift", "mean", "inverse")}
    return ChannelStatistics(plan.maps_of(x, case.halo), partial), NormStatistics(
        case.shape[1] * case.shape[2],
        case.channels,
        *moving,
        momentum=MOMENTUM,
        epsilon=NORM_EPSILON,
        partial=partial,
        chunks=case.chunks,
        new_mean=new[0],
        new_variance=new[1],
        **(out | settings),
    )


@every_isa
@every_case
@pytest.mark.parametrize("centre", [0.0, 1e4])
def test_batch_statistics(isa: str, case: Case, centre: float, rng: np.random.Generator) -> None:
    x = (floats(rng, *case.shape) + centre).astype(np.float32).astype(np.float64)
    plan = Plan(len(x), case.chunks)
    first, second = batch_statistics(plan, case, x)
    plan.run_all_ways(isa, [first], case.ways)
    done = plan.run_all_ways(isa, [first, second], (Way(1), Way(3)))
    _, mean, variance, _ = norm.normalize(x, OVER, NORM_EPSILON)
    mean, variance = mean.ravel(), variance.ravel()
    # The mean is known to a few roundings of itself, the variance to a few of the squared distances.
    assert_within(done.vector(second.mean)[: case.channels], mean, 2 * EPSILON * (np.abs(mean) + np.sqrt(variance)))
    new_mean, new_variance = (done.caller[Space.STATISTICS][i * case.channels :][: case.channels] for i in range(2))
    assert_within(new_mean, (1 - MOMENTUM) * mean, 4 * EPSILON * (np.abs(mean) + np.sqrt(variance)))
    terms = len(x) * 8 + case.shape[2] / 4
    # A picture's mean is off by a rounding of the centre, and so is its distance from the others'.
    bound = terms * EPSILON * variance + 4 * EPSILON * centre * np.sqrt(variance)
    assert_within(new_variance, (1 - MOMENTUM) * variance, (1 - MOMENTUM) * bound + EPSILON * variance)


@every_isa
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("folded", [False, True])
def test_scale_and_shift(isa: str, weighted: bool, folded: bool, rng: np.random.Generator) -> None:
    channels = 19
    gamma, beta, mean, bias = (floats(rng, channels) for _ in range(4))
    variance = floats(rng, channels) ** 2
    plan = Plan(2)
    optional: dict[str, Region] = {}
    if weighted:
        optional |= {"gamma": plan.vector_in(Space.THETA, gamma), "beta": plan.vector_in(Space.THETA, beta)}
    if folded:
        optional["bias"] = plan.vector_in(Space.THETA, bias)
    moving = [plan.vector_in(Space.STATE, values) for values in (mean, variance)]
    out = {name: plan.vector(32) for name in ("scale", "shift", "mean", "inverse")}
    given = NormStatistics(12, channels, *moving, momentum=MOMENTUM, epsilon=NORM_EPSILON, **out, **optional)
    done = plan.run(isa, [given], Way(3))
    inverse = 1 / np.sqrt(variance + NORM_EPSILON)
    scale = inverse * (gamma if weighted else 1)
    shift = (beta if weighted else 0) + ((bias if folded else 0) - mean) * scale
    wanted = {"scale": scale, "shift": shift, "mean": mean, "inverse": inverse}
    for name, region in out.items():
        # float32 has epsilon itself only to a rounding, which the inverse of a small variance shows.
        bound = 4 * EPSILON * (np.abs(wanted[name]) + (np.abs(mean) + 1 if name == "shift" else 0) * np.abs(scale))
        assert_within(done.vector(region)[:channels], wanted[name], bound)
        assert not done.vector(region)[channels:].any()


CURVES = {
    Curve.LINEAR: (lambda y: y, lambda dy, x, y: dy),
    Curve.RELU: (activation.relu, lambda dy, x, y: dy * (x > 0)),
    Curve.RELU6: (activation.relu6, lambda dy, x, y: dy * ((x > 0) & (x < 6))),
    Curve.TANH: (np.tanh, lambda dy, x, y: dy * (1 - y * y)),
}


@dataclass(frozen=True)
class Backward:
    """The operations that take dy of function(gamma z + beta) back, and where they leave what."""

    sums: NormGradientSums
    factors: NormGradientFactors
    apply: NormGradient


def backward(
    plan: Plan, case: Case, values: dict[str, Array], curve: Curve, by_batch: bool, before: Array | None
) -> Backward:
    x, dy = plan.maps_of(values["x"], case.halo), plan.maps_of(values["dy"])
    read = {name: plan.vector_of(values[name]) for name in ("scale", "shift", "mean", "inverse")}
    width = rounded_up(case.channels)
    partial = plan.vector(2 * width, case.chunks)
    function = Function(curve)
    sums = NormGradientSums(dy, x, **read, partial=partial, function=function)
    start = np.zeros(case.channels) if before is None else before[0, 0, 0]
    factors = NormGradientFactors(
        partial,
        case.shape[1] * case.shape[2],
        case.channels,
        read["scale"],
        read["mean"],
        read["inverse"],
        *(plan.vector(width) for _ in range(3)),
        chunks=case.chunks,
        batch_statistics=by_batch,
        accumulate=before is not None,
        dgamma=plan.vector_in(Space.GRADIENT, start),
        dbeta=plan.vector_in(Space.GRADIENT, start),
    )
    dx = plan.maps(case.shape[1:], case.halo) if before is None else plan.maps_of(before, case.halo)
    shaped = (read["scale"], read["shift"], factors.a, factors.b, factors.c)
    return Backward(sums, factors, NormGradient(dy, x, dx, *shaped, function, accumulate=before is not None))


@every_isa
@every_case
@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
@pytest.mark.parametrize("by_batch", [False, True])
@pytest.mark.parametrize("accumulate", [False, True])
def test_gradients_of_a_batch_normalisation(
    isa: str, case: Case, curve: Curve, by_batch: bool, accumulate: bool, rng: np.random.Generator
) -> None:
    x, dy, before = (floats(rng, *case.shape) for _ in range(3))
    gamma, beta = floats(rng, case.channels), floats(rng, case.channels)
    if by_batch:
        z, mean, variance, saved = norm.normalize(x, OVER, NORM_EPSILON)
    else:
        mean, variance = floats(rng, case.channels), floats(rng, case.channels) ** 2
        z, saved = norm.normalize_by(x, mean, variance, NORM_EPSILON)
    inverse = 1 / np.sqrt(variance.ravel() + NORM_EPSILON)
    read = {"scale": gamma * inverse, "shift": beta - gamma * inverse * mean.ravel(), "mean": mean.ravel()}
    y, scaled = norm.scale_and_centre(z, gamma, beta)
    # Where a corner of the curve is nearer than a rounding either side is right: no gradient goes there.
    dy = np.where((np.abs(y) < 1e-5) | (np.abs(y - 6) < 1e-5), 0, dy)
    function, back = CURVES[curve]
    dz, dgamma, dbeta = norm.scale_and_centre_backward(back(dy, y, function(y)), scaled)
    wanted = (norm.normalize_backward if by_batch else norm.normalize_by_backward)(dz, saved)

    plan = Plan(len(x), case.chunks)
    values = {"x": x, "dy": dy, "inverse": inverse, **read}
    steps = backward(plan, case, values, curve, by_batch, before if accumulate else None)
    plan.run_all_ways(isa, [steps.sums], case.ways)
    done = plan.run_all_ways(isa, [steps.sums, steps.factors, steps.apply], (Way(1), Way(3)))

    start = before if accumulate else np.zeros_like(before)
    had = start[0, 0, 0]
    # Each g is right to some roundings of its slope's; the sums to as many as their parts are long.
    sizes = np.abs(dy) * (1 + np.abs(y))
    terms = len(x) + case.shape[1] + case.shape[2] + 16
    g_bound = sizes.sum(axis=OVER) * EPSILON * terms
    reach = np.abs(z) + np.abs(mean) * inverse
    z_bound = (sizes * reach).sum(axis=OVER) * EPSILON * terms
    assert_within(done.vector(steps.factors.dbeta), dbeta + had, g_bound + EPSILON * np.abs(had))
    assert_within(done.vector(steps.factors.dgamma), dgamma + had, z_bound + EPSILON * np.abs(had))
    count = x.size / case.channels
    from_sums = (g_bound + reach * z_bound) / count if by_batch else 0
    scale = np.abs(gamma) * inverse
    spread = scale * (np.abs(dy) + (np.abs(dbeta) + reach * np.abs(dgamma)) / count)
    bound = scale * (from_sums + 16 * EPSILON * sizes) + EPSILON * (8 * spread + np.abs(start) + np.abs(wanted))
    assert_within(done.maps(steps.apply.dx), wanted + start, bound)


@every_isa
@every_case
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("centre", [0.0, 1e4])
def test_layer_normalisation(isa: str, case: Case, weighted: bool, centre: float, rng: np.random.Generator) -> None:
    x = (floats(rng, *case.shape) + centre).astype(np.float32).astype(np.float64)
    gamma, beta = floats(rng, case.channels), floats(rng, case.channels)
    plan = Plan(len(x))
    weights: dict[str, Region] = {}
    if weighted:
        weights = {"gamma": plan.vector_in(Space.THETA, gamma), "beta": plan.vector_in(Space.THETA, beta)}
    else:
        gamma, beta = np.ones_like(gamma), np.zeros_like(beta)
    y = plan.maps(case.shape[1:], case.halo)
    done = plan.run_all_ways(isa, [LayerNorm(plan.maps_of(x, case.halo), y, NORM_EPSILON, **weights)])
    z, mean, _, (_, inverse, _) = norm.normalize(x, (-1,), NORM_EPSILON)
    terms = case.channels / 16 + 12
    off = EPSILON * (np.abs(mean) * 4 + terms * (np.abs(x - mean).max() + 1e-3)) * inverse
    bound = np.abs(gamma) * (off + terms * EPSILON * np.abs(z)) + 2 * EPSILON * np.abs(beta)
    assert_within(done.maps(y), gamma * z + beta, bound)


@every_isa
@every_case
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("accumulate", [False, True])
def test_gradients_of_a_layer_normalisation(
    isa: str, case: Case, weighted: bool, accumulate: bool, rng: np.random.Generator
) -> None:
    x, dy, before = (floats(rng, *case.shape) for _ in range(3))
    gamma = floats(rng, case.channels) if weighted else np.ones(case.channels)
    plan = Plan(len(x), case.chunks)
    width = rounded_up(case.channels)
    partial = plan.vector(2 * width, case.chunks)
    dx = plan.maps_of(before, case.halo) if accumulate else plan.maps(case.shape[1:], case.halo)
    operation = LayerNormGradient(
        plan.maps_of(dy, case.halo),
        plan.maps_of(x),
        dx,
        partial,
        NORM_EPSILON,
        gamma=plan.vector_in(Space.THETA, gamma) if weighted else None,
        accumulate=accumulate,
    )
    done = plan.run_all_ways(isa, [operation], case.ways)
    z, _, _, saved = norm.normalize(x, (-1,), NORM_EPSILON)
    _, scaled = norm.scale_and_centre(z, gamma, gamma)
    dz, dgamma, dbeta = norm.scale_and_centre_backward(dy, scaled)
    chunks = min(case.chunks, len(x))
    sums = sum(np.float64(done.vector(partial, chunk)) for chunk in range(chunks))
    terms = x.size / case.channels / 4 + 32
    size = np.abs(dy).sum(axis=OVER)
    assert_within(
        sums[:width][: case.channels], dgamma, terms * EPSILON * (np.abs(dy) * (np.abs(z) + 8)).sum(axis=OVER)
    )
    assert_within(sums[width:][: case.channels], dbeta, terms * EPSILON * size)
    start = before if accumulate else 0
    wanted = norm.normalize_backward(dz, saved)
    inverse = saved[1]
    terms = case.channels / 16 + 24
    parts = np.abs(dz) + np.abs(dz).mean(axis=-1, keepdims=True) * (
        1 + np.abs(z) * (np.abs(z).max(axis=-1, keepdims=True) + 1)
    )
    assert_within(done.maps(dx), wanted + start, terms * EPSILON * (inverse * parts + np.abs(start)))


def refused(plan: Plan, operation: Any) -> str:
    from striate.engines.native import _core

    with pytest.raises(_core.InvalidPlan) as caught:
        plan.run(instruction_sets()[0], [operation])
    return str(caught.value)


@pytest.mark.skipif(not instruction_sets(), reason="there is no core")
def test_plans_whose_vectors_are_too_short_are_refused() -> None:
    case = Case((2, 3, 3, 17))
    values = {name: np.ones(17) for name in ("scale", "shift", "mean", "inverse")}
    values |= {"x": np.ones(case.shape), "dy": np.ones(case.shape)}
    plan = Plan(2)
    steps = backward(plan, case, values, Curve.RELU, True, None)
    first, second = batch_statistics(plan, case, np.ones(case.shape))
    short = plan.vector(16)
    assert "too small" in refused(plan, replace(first, partial=short))
    assert "no room for its chunks" in refused(plan, replace(second, chunks=10**9))
    assert "too small" in refused(plan, replace(second, scale=short))
    assert "too small" in refused(plan, replace(second, gamma=short))
    assert "moves alone" in refused(plan, replace(second, new_variance=None))
    assert "too small" in refused(plan, replace(steps.sums, inverse=short))
    assert "has another shape" in refused(plan, replace(steps.sums, dy=plan.maps((3, 3, 16))))
    assert "too small" in refused(plan, replace(steps.factors, dbeta=short))
    assert "chunks is 0 or less" in refused(plan, replace(steps.factors, chunks=0))
    assert "too small" in refused(plan, replace(steps.apply, c=short))
    assert "missing" in refused(plan, replace(steps.apply, c=None))
    layer = LayerNormGradient(steps.sums.dy, steps.sums.x, steps.apply.dx, short, 1e-3)
    assert "too small" in refused(plan, layer)
    assert "too small" in refused(plan, LayerNorm(steps.sums.x, steps.apply.dx, 1e-3, beta=short))
