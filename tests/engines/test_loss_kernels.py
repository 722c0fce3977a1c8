"""The compiled losses and their gradients against the reference's, on every instruction set."""

from typing import Any

import numpy as np
import pytest
from all_in_one import all_in_one
from kernels import EPSILON, NO_HALO, Halo, Plan, assert_within, instruction_sets
from numpy.typing import NDArray

from striate.engines.native.operations import Loss
from striate.engines.native.tensors import LossKind, Space
from striate.engines.reference import losses
from striate.engines.reference.activation import softmax

Array = NDArray[Any]
Shape = tuple[int, int, int, int]
every_isa = pytest.mark.parametrize("isa", instruction_sets())
every_shape = all_in_one(
    "shape, halo",
    [
        ((5, 1, 1, 10), NO_HALO),
        ((3, 1, 1, 16), NO_HALO),
        ((4, 1, 1, 1), NO_HALO),
        ((3, 4, 5, 3), (1, 0, 2, 1)),
        ((2, 3, 3, 33), (0, 1, 0, 0)),
        ((2, 5, 4, 1), NO_HALO),
        ((2, 1, 1, 1000), NO_HALO),
    ],
)
REFERENCE = {
    LossKind.MEAN_SQUARED_ERROR: losses.SQUARED,
    LossKind.CROSSENTROPY: losses.CROSSENTROPY,
    LossKind.SOFTMAX_CROSSENTROPY: losses.SOFTMAX_CROSSENTROPY,
    LossKind.BINARY_CROSSENTROPY: losses.BINARY,
    LossKind.SIGMOID_CROSSENTROPY: losses.SIGMOID_CROSSENTROPY,
}
OF_VECTORS = (LossKind.CROSSENTROPY, LossKind.SOFTMAX_CROSSENTROPY)


def floats(values: Array) -> Array:
    """What float32 holds of them, as float64."""
    return np.float32(values).astype(np.float64)


def case(kind: LossKind, shape: Shape, rng: np.random.Generator) -> tuple[Array, Array]:
    """Outputs or scores, and targets, some of them shared among answers."""
    a = 3 * rng.standard_normal(shape)
    y = softmax(3 * rng.standard_normal(shape)) if kind in OF_VECTORS else rng.random(shape)
    y[::2] = y[::2].round()
    if kind == LossKind.CROSSENTROPY:
        a = softmax(a) * rng.uniform(0.5, 2, (*shape[:3], 1))  # sums other than 1
        a.flat[rng.choice(a.size, a.size // 8, replace=False)] = 0
        a[..., 0] += 0.1
    if kind == LossKind.BINARY_CROSSENTROPY:
        a = rng.uniform(0.001, 0.999, shape)
        cut = rng.choice(a.size, a.size // 4, replace=False)
        a.flat[cut] = np.resize([0, 1, -0.5, 1.5], len(cut))
    return floats(a), floats(y)


def as_kept(kind: LossKind, a: Array) -> Array:
    """Outputs as far from 0 and 1 as float32 can say it: 1 - 1e-7 is 1 - 1.2e-7 there, which the logarithm shows."""
    if kind != LossKind.BINARY_CROSSENTROPY:
        return a
    return np.clip(np.float32(a), losses.EPSILON, 1 - losses.EPSILON).astype(np.float64)


def run(isa: str, kind: LossKind, a: Array, y: Array, halo: Halo = NO_HALO) -> tuple[Array, Array, Array]:
    """Losses, gradients and the shares that these are weighted by."""
    shares = floats(np.linspace(0.125, 0.75, len(a)))
    plan = Plan(len(a))
    given, alone, both = plan.maps_of(a, halo), plan.vector(len(a)), plan.vector(len(a))
    dy = plan.maps(a.shape[1:], halo)
    plan.vector_in(Space.TARGET, y.ravel())
    plan.vector_in(Space.SHARE, shares)
    done = plan.run_all_ways(isa, [Loss(given, alone, kind), Loss(given, both, kind, dy=dy)])
    np.testing.assert_array_equal(done.vector(alone), done.vector(both))
    return done.vector(both), done.maps(dy), shares.reshape(-1, 1, 1, 1)


def terms(kind: LossKind, a: Array, y: Array) -> Array:
    """Sizes of what each value adds to its picture's loss: what roundings are relative to."""
    match kind:
        case LossKind.MEAN_SQUARED_ERROR:
            return (np.abs(a) + np.abs(y)) ** 2
        case LossKind.CROSSENTROPY:
            return y * (1 - np.log(np.clip(a / a.sum(axis=-1, keepdims=True), 1e-7, 1)))
        case LossKind.SOFTMAX_CROSSENTROPY:
            return y * (1 + a.max(axis=-1, keepdims=True) - a)
        case LossKind.BINARY_CROSSENTROPY:
            p = np.clip(a, 1e-7, 1 - 1e-7)
            return 1 - y * np.log(p) - (1 - y) * np.log(1 - p)
        case _:
            return 1 + np.abs(a) * (1 + y)


def slopes(kind: LossKind, a: Array, y: Array) -> Array:
    """Sizes of what each value's gradient is a difference of."""
    match kind:
        case LossKind.MEAN_SQUARED_ERROR:
            return np.abs(a) + np.abs(y)
        case LossKind.CROSSENTROPY:
            total = a.sum(axis=-1, keepdims=True)
            each = np.divide(y * total, a, out=np.zeros_like(a), where=a > 0)
            return (each + y.sum(axis=-1, keepdims=True)) / total
        case LossKind.BINARY_CROSSENTROPY:
            p = np.clip(a, 1e-7, 1 - 1e-7)
            return 1 / (p * (1 - p)) + 1 / (1 - p) ** 2
        case _:
            return (1 + np.abs(a - a.max(axis=-1, keepdims=True))) * np.ones_like(y)


@every_isa
@pytest.mark.parametrize("kind", LossKind, ids=lambda kind: kind.name)
@every_shape
def test_losses_and_gradients(isa: str, kind: LossKind, shape: Shape, halo: Halo, rng: np.random.Generator) -> None:
    a, y = case(kind, shape, rng)
    given, gradient, shares = run(isa, kind, a, y, halo)
    pixels = shape[1] * shape[2]
    count = pixels if kind in OF_VECTORS else pixels * shape[3]
    roundings = EPSILON * (6 + shape[3] / 16)  # sums are of 16 columns
    size = terms(kind, a, y).reshape(shape[0], -1).sum(axis=1) / count
    assert_within(given, REFERENCE[kind].forward(as_kept(kind, a), y), roundings * size)
    wanted = shares * REFERENCE[kind].backward(a, y)
    assert_within(gradient, wanted, roundings * shares * slopes(kind, a, y) / count)


@every_isa
def test_a_sure_answer_keeps_its_digits(isa: str) -> None:
    """The loss of a score far above the others is the others' sum, not 0."""
    scores = np.array([[30.0, 2, -1, 3], [0, 0, -40, -40]])
    targets = np.array([[1.0, 0, 0, 0], [0.5, 0.5, 0, 0]])
    given, _, _ = run(isa, LossKind.SOFTMAX_CROSSENTROPY, scores[:, None, None], targets[:, None, None])
    wanted = [np.log1p(np.exp(scores[0, 1:] - 30).sum()), np.log(2)]  # the reference's own sum keeps 5 digits of it
    np.testing.assert_allclose(given, wanted, rtol=1e-6)


@every_isa
@pytest.mark.parametrize("kind", [LossKind.SOFTMAX_CROSSENTROPY, LossKind.SIGMOID_CROSSENTROPY], ids=str)
def test_scores_of_any_size(isa: str, kind: LossKind) -> None:
    scores = floats(np.array([[1e30, -1e30, 0], [-3e38, -3e38, -3e38], [200, -200, 100]]))[:, None, None]
    targets = np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, 1]])[:, None, None]
    given, gradient, shares = run(isa, kind, scores, targets)
    with np.errstate(under="ignore"):
        np.testing.assert_allclose(given, REFERENCE[kind].forward(scores, targets), rtol=1e-6)
        wanted = shares * REFERENCE[kind].backward(scores, targets)
    np.testing.assert_allclose(gradient, wanted, rtol=1e-6, atol=1e-7)


@every_isa
@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("kind", LossKind, ids=lambda kind: kind.name)
def test_a_picture_that_is_no_number_spoils_its_own_loss_alone(isa: str, kind: LossKind, bad: float) -> None:
    a, y = np.full((3, 1, 2, 4), 0.25), np.full((3, 1, 2, 4), 0.25)
    a[1, 0, 1, 2] = bad
    given, gradient, _ = run(isa, kind, a, y)
    with np.errstate(invalid="ignore"):
        wanted, slope = REFERENCE[kind].forward(a, y), REFERENCE[kind].backward(a, y)
    np.testing.assert_array_equal(np.isfinite(given), np.isfinite(wanted.astype(np.float32)))
    np.testing.assert_array_equal(np.isfinite(gradient), np.isfinite(slope))
    assert np.isfinite(given[[0, 2]]).all()
    assert not np.isfinite(given[1]) or kind == LossKind.BINARY_CROSSENTROPY
