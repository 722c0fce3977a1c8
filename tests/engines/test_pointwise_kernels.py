"""The compiled operations of one place or one pixel against the reference's, on every instruction set."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from all_in_one import all_in_one
from kernels import EPSILON, NO_HALO, Halo, Plan, assert_within, instruction_sets
from numpy.typing import NDArray

from striate.engines.contract import Key
from striate.engines.native.operations import Combine, Dropout, Loss, Slope, Softmax, SoftmaxGradient
from striate.engines.native.tensors import LINEAR, Curve, Function, LossKind, Region, Space, without_rounding
from striate.engines.reference import activation
from striate.engines.reference.activation import ACTIVATIONS, bounded_relu, bounded_relu_backward
from striate.engines.reference.dropout import dropout
from striate.engines.reference.random import uniform

Array = NDArray[Any]
every_isa = pytest.mark.parametrize("isa", instruction_sets())
SHAPES: tuple[tuple[tuple[int, int, int, int], Halo], ...] = (
    ((3, 5, 4, 3), (1, 2, 3, 0)),
    ((2, 3, 7, 17), (0, 1, 0, 1)),
    ((5, 1, 1, 33), NO_HALO),
    ((4, 6, 5, 1), (1, 1, 1, 1)),
    ((3, 4, 4, 16), NO_HALO),
)
every_shape = all_in_one("shape, halo", SHAPES)

BOUNDED = (
    Function(Curve.BOUNDED_RELU, largest=2.5, negative_slope=0.25, threshold=0.5),
    Function(Curve.BOUNDED_RELU, negative_slope=-0.5, threshold=-1.0),
)
FUNCTIONS = (*(Function(curve) for curve in Curve if curve != Curve.BOUNDED_RELU), *BOUNDED)
every_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.curve.name)
BY_INPUT_ALONE = (Curve.SILU, Curve.GELU_TANH, Curve.BOUNDED_RELU)
TURNS = (-3, -1, 0, 0.5, 1, 2.5, 3, 6)  # where functions of several pieces turn
LARGEST, SMALLEST = float(np.finfo(np.float32).max), float(np.finfo(np.float32).smallest_subnormal)


def forward_of(function: Function) -> Callable[[Array], Array]:
    """The reference's."""
    if function.curve != Curve.BOUNDED_RELU:
        return ACTIVATIONS[function.curve.name.lower()].forward
    settings = {"largest": function.largest, "slope": function.negative_slope, "threshold": function.threshold}
    return partial(bounded_relu, **settings)


def backward_of(function: Function, dy: Array, x: Array) -> Array:
    """The reference's gradient of the input."""
    if function.curve != Curve.BOUNDED_RELU:
        return ACTIVATIONS[function.curve.name.lower()].backward(dy, x, forward_of(function)(x))
    return bounded_relu_backward(dy, x, function.largest, function.negative_slope, function.threshold)


def floats(values: Array) -> Array:
    """What float32 holds of them, as float64."""
    return np.float32(values).astype(np.float64)


def numbers(rng: np.random.Generator, shape: tuple[int, ...], scale: float = 3) -> Array:
    return floats(scale * rng.standard_normal(shape))


@every_isa
@every_function
@every_shape
def test_sums_and_their_function(
    isa: str, function: Function, shape: tuple[int, int, int, int], halo: Halo, rng: np.random.Generator
) -> None:
    x, add = numbers(rng, shape), numbers(rng, shape)
    scale, shift = numbers(rng, shape[3:], 1), numbers(rng, shape[3:], 1)
    f, plan = forward_of(function), Plan(shape[0])
    at = plan.maps_of(x, halo)
    alone, scaled, shifted, added, in_place = (plan.maps(shape[1:], halo) for _ in range(5))
    more, by, to = plan.maps_of(add), plan.vector_of(scale), plan.vector_of(shift)
    operations = [
        Combine(at, alone, function=function),
        Combine(at, scaled, scale=by, function=function),
        Combine(at, shifted, shift=to, add=more, function=function),
        Combine(at, added, add=more, scale=by, shift=to, function=function),
        Combine(at, in_place),
        Combine(at, in_place, add=in_place, function=function),
    ]
    done = plan.run_all_ways(isa, operations)

    def assert_sum(got: Array, *terms: Array) -> None:
        wanted = f(np.sum(np.broadcast_arrays(*terms), axis=0))
        sizes = np.sum(np.broadcast_arrays(*map(np.abs, terms)), axis=0)
        # The steepest slope is 1.76, gelu's inner sum three times as steep; the function's own error is 3 roundings.
        assert_within(got, wanted, EPSILON * (4 * np.abs(wanted) + (6 if len(terms) > 1 else 3) * sizes))

    assert_sum(done.maps(alone), x)
    assert_sum(done.maps(scaled), x * scale)
    assert_sum(done.maps(shifted), x, shift, add)
    assert_sum(done.maps(added), x * scale, shift, add)
    assert_sum(done.maps(in_place), x, x)


def through(isa: str, function: Function, x: Array) -> Array:
    """f(x), one number a pixel's channel."""
    plan = Plan(1)
    y = plan.maps((1, 1, len(x)))
    done = plan.run(isa, [Combine(plan.maps_of(x.reshape(1, 1, 1, -1)), y, function=function)])
    return done.maps(y).ravel()


@every_isa
@every_function
def test_nan_infinity_and_the_largest_numbers(isa: str, function: Function) -> None:
    ends = np.array([np.nan, np.inf, LARGEST, 1e30, 1e5, 104, 90, 88.7, SMALLEST, 1e-38, 1e-5, 0, *TURNS])
    x = floats(np.concatenate([ends, -ends]))
    with np.errstate(all="ignore"):
        wanted = forward_of(function)(x).astype(np.float32)
    got = through(isa, function, x)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(wanted))
    assert np.isnan(got[np.isnan(x)]).all()
    np.testing.assert_allclose(got, wanted, rtol=2e-5, atol=1e-42)  # rtol: e^-x to 90 roundings for x = 90


SWEEPS = (
    (Curve.ELU, 1),
    (Curve.SELU, 2.5),
    (Curve.SIGMOID, 2.5),
    (Curve.TANH, 3),
    (Curve.SOFTPLUS, 2),
)


def ulps(got: Array, wanted: Array) -> Array:
    """How many of float32's steps at `wanted` the two are apart."""
    spacing = np.spacing(np.abs(wanted).astype(np.float32)).astype(np.float64)
    return np.abs(got.astype(np.float64) - wanted) / np.maximum(spacing, SMALLEST)


@every_isa
@pytest.mark.parametrize(("curve", "bound"), SWEEPS, ids=str)
def test_error_over_all_numbers(isa: str, curve: Curve, bound: float) -> None:
    """Every 8191st float, of each sign and size."""
    x = np.arange(0, 2**32, 8191, dtype=np.uint64).astype(np.uint32).view(np.float32)
    x = x[np.isfinite(x) & (np.abs(x) < LARGEST / 2)].astype(np.float64)
    with np.errstate(under="ignore"):
        wanted = forward_of(Function(curve))(x)
        assert ulps(through(isa, Function(curve), x), wanted).max() <= bound


@every_isa
def test_error_of_the_exponential(isa: str) -> None:
    sizes = np.arange(0, 2**31, 4099, dtype=np.uint32).view(np.float32)
    x = -sizes[np.isfinite(sizes)].astype(np.float64).reshape(1, 1, 1, -1)
    plan = Plan(1)
    at, dx = plan.maps_of(x), plan.maps(x.shape[1:])
    operation = Slope(plan.maps_of(np.ones_like(x)), at, dx, Function(Curve.ELU), from_output=False)
    with np.errstate(under="ignore"):
        assert ulps(plan.run(isa, [operation]).maps(dx), np.exp(x)).max() <= 1


@every_isa
@every_function
@every_shape
def test_slopes(
    isa: str, function: Function, shape: tuple[int, int, int, int], halo: Halo, rng: np.random.Generator
) -> None:
    x, dy, before = (numbers(rng, shape) for _ in range(3))
    turns = rng.choice(x.size, min(x.size, 3 * len(TURNS)), replace=False)
    x.flat[turns] = np.resize(TURNS, len(turns))
    wanted = backward_of(function, dy, x)
    plan = Plan(shape[0])
    gradient, given = plan.maps_of(dy, halo), plan.maps_of(x)
    output = plan.maps_of(forward_of(function)(x))
    for from_output in (False,) if function.curve in BY_INPUT_ALONE else (False, True):
        at = output if from_output else given
        dx, on_top = plan.maps(shape[1:], halo), plan.maps(shape[1:], halo)
        operations = [
            Slope(gradient, at, dx, function, from_output),
            Combine(plan.maps_of(before), on_top),
            Slope(gradient, at, on_top, function, from_output, accumulate=True),
        ]
        done = plan.run_all_ways(isa, operations)
        # 3 roundings of a slope of at most 1.76; silu's and gelu's weigh x by what rounds to 4 times that.
        bound = EPSILON * np.abs(dy) * (12 if function.curve in BY_INPUT_ALONE else 4)
        assert_within(done.maps(dx), wanted, bound)
        assert_within(done.maps(on_top), before + wanted, bound + EPSILON * np.abs(before + wanted))


@every_isa
@every_function
def test_slopes_far_from_0(isa: str, function: Function) -> None:
    """Products inside overflow there, the slope is that of the straight line which the curve has come to."""
    far, near = floats(np.array([[-1e30, -1e15, -1e4, 1e4, 1e15, 1e30]])), np.array([[-50.0] * 3 + [50.0] * 3])
    plan = Plan(1)
    dx = plan.maps((1, 1, 6))
    at, dy = plan.maps_of(far.reshape(1, 1, 1, 6)), plan.maps_of(np.ones((1, 1, 1, 6)))
    got = plan.run(isa, [Slope(dy, at, dx, function, from_output=False)]).maps(dx).reshape(1, 6)
    with np.errstate(under="ignore"):
        np.testing.assert_allclose(got, backward_of(function, np.ones_like(near), near), rtol=1e-6, atol=1e-19)


@every_isa
@every_function
def test_a_gradient_that_is_no_number_stays_so(isa: str, function: Function) -> None:
    x = floats(np.array([-200, *TURNS, 200], np.float64)).reshape(1, 1, 1, -1)
    plan = Plan(1)
    dx, at = plan.maps(x.shape[1:]), plan.maps_of(x)
    slope = Slope(plan.maps_of(np.full_like(x, np.nan)), at, dx, function, from_output=False)
    assert np.isnan(plan.run(isa, [slope]).maps(dx)).all()


@every_isa
@pytest.mark.parametrize(("shape", "halo"), [*SHAPES, ((2, 2, 1, 1000), (0, 0, 1, 1))], ids=str)
def test_softmax_and_its_gradient(
    isa: str, shape: tuple[int, int, int, int], halo: Halo, rng: np.random.Generator
) -> None:
    x, dy = numbers(rng, shape, 8), numbers(rng, shape)
    plan = Plan(shape[0])
    y, in_place, dx = (plan.maps(shape[1:], halo) for _ in range(3))
    given = plan.maps_of(x, halo)
    operations = [
        Softmax(given, y),
        Combine(given, in_place),
        Softmax(in_place, in_place),
        SoftmaxGradient(plan.maps_of(dy), y, dx),
    ]
    done = plan.run_all_ways(isa, operations)
    wanted = activation.softmax(x)
    # x - max is rounded, and an exponential's relative error is its argument's error; then sums of C / 16 + 4 terms.
    relative = EPSILON * (x.max(axis=-1, keepdims=True) - x + shape[3] / 16 + 6)
    assert_within(done.maps(y), wanted, wanted * relative + SMALLEST)
    np.testing.assert_array_equal(done.maps(in_place), done.maps(y))
    got = done.maps(y).astype(np.float64)
    sums = (got * np.abs(dy)).sum(axis=-1, keepdims=True)
    bound = EPSILON * got * (np.abs(dy) + (shape[3] / 16 + 6) * sums)
    assert_within(done.maps(dx), activation.softmax_backward(dy, x, got), bound + SMALLEST)


@every_isa
def test_softmax_of_numbers_that_overflow(isa: str) -> None:
    x = np.array([[1e38, -1e38, 1e38], [-LARGEST, -LARGEST, -LARGEST], [0, -np.inf, -1e4], [800, 0, -800]])
    with np.errstate(under="ignore"):
        np.testing.assert_allclose(softmax_of(isa, x), activation.softmax(floats(x)), rtol=1e-6)


@every_isa
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_softmax_of_no_numbers(isa: str, bad: float) -> None:
    """A pixel with NaN or infinity is NaN throughout, the others are not."""
    x = np.zeros((3, 21))
    x[1, 20] = bad
    got = softmax_of(isa, x)
    assert np.isnan(got[1]).all()
    np.testing.assert_allclose(got[[0, 2]], 1 / 21, rtol=1e-6)


def softmax_of(isa: str, x: Array) -> Array:
    """Of rows."""
    plan = Plan(1)
    y = plan.maps((1, *x.shape))
    return plan.run(isa, [Softmax(plan.maps_of(x[None, None]), y)]).maps(y)[0, 0]


KEY = Key(seed=0x1234_5678_9ABC_DEF0, step=0x8000_0003, first=5)


@every_isa
@pytest.mark.parametrize("rate", [0.0, 0.3, 0.5, 0.7])
@pytest.mark.parametrize(("shape", "halo"), [*SHAPES, ((3, 1, 1, 1100), NO_HALO), ((2, 33, 34, 3), NO_HALO)], ids=str)
def test_dropout_drops_what_the_reference_drops(
    isa: str, rate: float, shape: tuple[int, int, int, int], halo: Halo, rng: np.random.Generator
) -> None:
    x, before = np.float32(numbers(rng, shape)), numbers(rng, shape)
    plan = Plan(shape[0], key=KEY)
    y, on_top, given = plan.maps(shape[1:], halo), plan.maps(shape[1:]), plan.maps_of(x, halo)
    operations = [
        Dropout(given, y, rate, node=7),
        Combine(plan.maps_of(before), on_top),
        Dropout(given, on_top, rate, node=7, accumulate=True),
    ]
    done = plan.run_all_ways(isa, operations)
    wanted, _ = dropout(x, uniform(KEY, 7, shape), rate)
    np.testing.assert_array_equal(done.maps(y), wanted)
    assert_within(done.maps(on_top), before + wanted, EPSILON * (np.abs(before) + np.abs(wanted)))


@every_isa
def test_dropout_past_the_counters_first_word(isa: str, rng: np.random.Generator) -> None:
    """The second picture's counters need more than 32 bits."""
    shape, key = (3, 4, 4, 16), Key(1, 2, 2**32 // (4 * 4 * 16 // 4) - 1)
    x = np.float32(numbers(rng, shape))
    plan = Plan(3, key=key)
    y = plan.maps(shape[1:])
    done = plan.run_all_ways(isa, [Dropout(plan.maps_of(x), y, 0.5, node=0)])
    np.testing.assert_array_equal(done.maps(y), dropout(x, uniform(key, 0, shape), 0.5)[0])


@every_isa
def test_dropout_keeps_a_number_equal_to_the_rate(isa: str) -> None:
    """The rate is compared as a double."""
    shape = (1, 1, 1, 64)
    drawn = uniform(KEY, 3, shape).ravel()
    place = int(np.argmax((drawn > 0.5) & (drawn < 0.75)))
    for rate, kept in ((drawn[place], True), (np.nextafter(drawn[place], 1), False)):
        plan = Plan(1, key=KEY)
        y = plan.maps(shape[1:])
        done = plan.run(isa, [Dropout(plan.maps_of(np.ones(shape)), y, float(rate), node=3)])
        assert bool(done.maps(y).flat[place]) is kept


@every_isa
def test_dropout_of_no_number(isa: str) -> None:
    shape = (1, 2, 2, 5)
    plan = Plan(1, key=KEY)
    y = plan.maps(shape[1:])
    done = plan.run(isa, [Dropout(plan.maps_of(np.full(shape, np.nan)), y, 0.5, node=3)])
    assert np.isnan(done.maps(y)).all()


def refused(isa: str, plan: Plan, operation: Any, message: str) -> None:
    from striate.engines.native._core import InvalidPlan

    with pytest.raises(InvalidPlan, match=message):
        plan.run(isa, [operation])


@every_isa
def test_plans_that_would_leave_their_maps(isa: str) -> None:
    plan = Plan(2)
    x, y = plan.maps((3, 4, 5)), plan.maps((3, 4, 5))
    other, narrow = plan.maps((3, 3, 5)), without_rounding(Space.INPUT, (3, 4, 5))
    plan.floats[Space.INPUT] = 2 * 3 * 4 * 5
    small = Region(Space.ARENA, 0, 15)
    silu = Function(Curve.SILU)
    for operation, message in (
        (Combine(x, other), "y has another shape"),
        (Combine(narrow, y), "x has channels that are not rounded up"),
        (Combine(x, y, add=other), "add has another shape"),
        (Combine(x, y, scale=small), "scale is too small"),
        (Combine(x, y, shift=small), "shift is too small"),
        (Slope(x, x, other, LINEAR), "dx has another shape"),
        (Slope(x, x, y, silu), "function has a slope that its output does not tell"),
        (Softmax(x, other), "y has another shape"),
        (SoftmaxGradient(x, other, y), "y has another shape"),
        (Dropout(x, other, 0.5, 0), "y has another shape"),
        (Dropout(x, y, 1.0, 0), "rate is not from 0"),
        (Dropout(x, y, float("nan"), 0), "rate is not from 0"),
        (Loss(x, Region(Space.ARENA, 0, 1), LossKind.MEAN_SQUARED_ERROR), "losses is too small"),
        (Loss(x, Region(Space.ARENA, 0, 2), LossKind.MEAN_SQUARED_ERROR), "target is too small"),
        (Loss(narrow, Region(Space.ARENA, 0, 2), LossKind.MEAN_SQUARED_ERROR), "y has channels that are not"),
    ):
        refused(isa, plan, operation, message)
    plan.floats[Space.TARGET] = 2 * 3 * 4 * 5
    losses = Region(Space.ARENA, 0, 2)
    refused(isa, plan, Loss(x, losses, LossKind.MEAN_SQUARED_ERROR, dy=y), "share is too small")
    refused(isa, plan, Loss(x, losses, LossKind.MEAN_SQUARED_ERROR, dy=other), "dy has another shape")
