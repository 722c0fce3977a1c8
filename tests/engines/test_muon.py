"""Muon: orthogonal steps for the kernels inside a network, Adam for all else; Keras's paths, both engines."""

from pathlib import Path

import numpy as np
import pytest
from cases import Array

from striate.engines.native import core
from striate.engines.reference import optimizers as reference
from striate.engines.reference.muon import orthogonalized
from striate.network.layout import Layout, Span, Weight
from striate.optimizers import Adam, Muon

STORED = np.load(Path(__file__).parents[1] / "parity" / "muon.npz")
KERAS = {
    "plain": Muon(0.0625, weight_decay=None),
    "other": Muon(
        0.125,
        weight_decay=0.1,
        momentum=0.6,
        ns_steps=3,
        nesterov=False,
        adam_beta_2=0.95,
        adam_weight_decay=0.2,
        adam_lr_ratio=0.25,
    ),
}
LAYOUT = Layout.of(
    [
        ("conv1", Weight("kernel", (3, 3, 1, 5), "zeros")),
        ("conv1", Weight("bias", (5,), "zeros", decayed=False)),
        ("depthwise1", Weight("kernel", (3, 3, 5, 1), "zeros")),
        ("conv2", Weight("kernel", (1, 1, 5, 33), "zeros")),
        ("conv3", Weight("kernel", (2, 2, 33, 16), "zeros")),
        ("dense1", Weight("kernel", (16, 3), "zeros")),
    ]
)
SPANS = LAYOUT.learning(set(), {"conv2": 0.5})
KERNELS = ("conv1/kernel", "conv2/kernel", "conv3/kernel")
native = pytest.mark.skipif(not core.available(), reason=str(core.why_absent()))


def sets() -> list[str]:
    if not core.available():
        return []
    from striate.engines.native import _core

    return [name for name, _, _ in _core.kernel_sets()]


def spans_of(*shapes: tuple[int, ...]) -> tuple[Span, ...]:
    return Layout.of([(f"l{i}", Weight("kernel", shape, "zeros")) for i, shape in enumerate(shapes)]).spans


@pytest.mark.parametrize("name", KERAS)
@pytest.mark.parametrize("matrix", ["tall", "wide"])
def test_a_matrix_goes_as_in_keras(matrix: str, name: str) -> None:
    """Keras takes the norm in float32: 2^-24 of the matrix, which five rounds raise at most 3.4445^5-fold; 20 steps."""
    rule, gradients, wanted = KERAS[name], STORED[f"{matrix}_gradients"], STORED[f"{matrix}_{name}"]
    spans = spans_of(gradients[0].shape, (1, 1))  # the last kernel is Adam's
    bound = 2.0**-24 * 3.4445**rule.ns_steps * len(wanted) * rule.rate_at(0) * 0.2 * np.sqrt(max(wanted.shape[1:]))
    theta = np.zeros(spans[-1].offset + 16)
    theta[spans[0].slice] = STORED[f"{matrix}_theta0"].reshape(-1)
    slots = rule.first_slots(theta)
    for t, (gradient, after) in enumerate(zip(gradients, wanted, strict=True), start=1):
        g = np.zeros_like(theta)
        g[spans[0].slice] = gradient.reshape(-1)
        reference.update(rule, theta, g, slots, t, rule.rate_at(t), spans)
        np.testing.assert_allclose(theta[spans[0].slice], after.reshape(-1), rtol=0, atol=bound)


@pytest.mark.parametrize("name", KERAS)
def test_a_vector_goes_as_in_keras(name: str) -> None:
    rule, gradients = KERAS[name], STORED["vector_gradients"]
    (span,) = spans_of((12, 1))  # a kernel of one output, which decays
    theta = np.zeros(span.offset + 16)
    theta[span.slice] = STORED["vector_theta0"]
    slots = rule.first_slots(theta)
    for t, (gradient, after) in enumerate(zip(gradients, STORED[f"vector_{name}"], strict=True), start=1):
        g = np.zeros_like(theta)
        g[span.slice] = gradient
        reference.update(rule, theta, g, slots, t, rule.rate_at(t), (span,))
        np.testing.assert_allclose(theta[span.slice], after, rtol=1e-10)


@pytest.mark.parametrize("shape", [(40, 7), (7, 40), (12, 12), (9, 2)])
def test_singular_values_come_near_one(shape: tuple[int, int], rng: np.random.Generator) -> None:
    """U and V stay. The polynomial's range after five rounds from s >= 0.05: 0.68 to 1.14 (Jordan et al.: 0.7, 1.2)."""
    u, _, v = np.linalg.svd(rng.standard_normal(shape), full_matrices=False)
    values = np.linspace(0.1, 1, min(shape))
    found = u.T @ orthogonalized(u * values @ v, 5) @ v.T
    np.testing.assert_allclose(found, np.diag(np.diag(found)), atol=1e-12)
    assert np.diag(found).min() > 0.65 and np.diag(found).max() < 1.25


def test_nothing_stays_nothing() -> None:
    assert not orthogonalized(np.zeros((4, 3)), 5).any()


def test_all_else_goes_by_adam(rng: np.random.Generator) -> None:
    theta = rng.standard_normal(LAYOUT.size)
    begun, adams = theta.copy(), theta.copy()
    rule, adam = Muon(0.01), Adam(0.01, weight_decay=0.004)
    slots, other_slots = rule.first_slots(theta), adam.first_slots(theta)
    for t in range(1, 6):
        g = rng.standard_normal(LAYOUT.size)
        reference.update(rule, theta, g, slots, t, 0.01, SPANS)
        reference.update(adam, adams, g, other_slots, t, 0.01, SPANS)
    for span in SPANS:
        assert np.array_equal(theta[span.slice], adams[span.slice]) == (span.name not in KERNELS), span.name
        assert not np.array_equal(theta[span.slice], begun[span.slice])


def walked(
    isa: str | None, threads: int, dtype: type[np.floating], seed: int = 3, rule: Muon = KERAS["other"]
) -> tuple[Array, ...]:
    from striate.engines.native.optimizers import Updates

    rng, updates = np.random.default_rng(seed), Updates(isa)
    theta = rng.standard_normal(LAYOUT.size).astype(dtype)
    slots = rule.first_slots(theta)
    for t in range(1, 6):
        g = rng.standard_normal(LAYOUT.size).astype(dtype)
        assert updates.update(rule, theta, g, slots, t, 0.1, SPANS, threads=threads) == 0
    return theta, *slots


@native
@pytest.mark.parametrize("rule", [KERAS["other"], Muon(0.1, global_clipnorm=2.0), Muon(0.1, clipvalue=0.3)])
@pytest.mark.parametrize("isa", sets())
def test_the_core_goes_the_same_way(isa: str, rule: Muon) -> None:
    """Three rounds of three products whose sums are at most 132 long, each singular value's error at most tripled
    (a = 3.4) by a round: 2^-24 * sqrt(132) * 3.4^3 * 9 a step, times the step's size, 0.1 * 0.2 * sqrt(132), and five.
    """
    bound = 2.0**-24 * np.sqrt(132) * 3.4**3 * 9 * 0.1 * 0.2 * np.sqrt(132) * 5
    exact, ours = walked(isa, 2, np.float64, rule=rule), walked(isa, 2, np.float32, rule=rule)
    assert 0 < np.abs(exact[0] - ours[0]).max() < bound


@native
@pytest.mark.parametrize("isa", sets())
def test_threads_change_no_bit(isa: str) -> None:
    one = walked(isa, 1, np.float32)
    for threads in (2, 3, 8):
        for alone, together in zip(one, walked(isa, threads, np.float32), strict=True):
            assert alone.tobytes() == together.tobytes()


@native
@pytest.mark.parametrize("place", ["conv1/bias", "conv3/kernel", "dense1/kernel"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_leaves_the_weights(place: str, bad: float) -> None:
    from striate.engines.native.optimizers import Updates

    rule, theta = Muon(0.1), np.ones(LAYOUT.size, np.float32)
    g = np.ones(LAYOUT.size, np.float32)
    g[next(span for span in SPANS if span.name == place).offset] = bad
    assert Updates().update(rule, theta, g, rule.first_slots(theta), 1, 0.1, SPANS, threads=2) > 0
    assert (theta == 1).all()
