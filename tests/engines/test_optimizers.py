"""Update rules against stored paths of Keras and PyTorch (parity/make_optimizers.py), and what the lessons claim."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import Array

from striate.engines.reference.program import ReferenceEngine
from striate.network.layout import Span
from striate.optimizers import (
    NAG,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Momentum,
    Nadam,
    Nesterov,
    RMSprop,
    Rule,
)

STORED = np.load(Path(__file__).parents[1] / "parity" / "optimizers.npz")
ENTRIES: dict[str, dict[str, Any]] = json.loads(str(STORED["description"]))
KERAS: dict[str, Callable[..., Rule]] = {
    "SGD": SGD,
    "Adagrad": Adagrad,
    "Adadelta": Adadelta,
    "RMSprop": RMSprop,
    "Adam": Adam,
    "AdamW": AdamW,
    "Nadam": Nadam,
}
EVERY = [
    SGD(0.1),
    Momentum(0.1),
    NAG(0.1),
    Nesterov(0.1),
    Adagrad(0.1),
    Adadelta(0.1),
    RMSprop(0.1),
    RMSprop(0.1, momentum=0.9),
    RMSprop(0.1, centered=True),
    RMSprop(0.1, momentum=0.9, centered=True),
    Adam(0.1),
    AdamW(0.1, 0.0),
    Nadam(0.1),
]
Gradient = Callable[[int, Array], Array]


def whole(theta: Array) -> list[Span]:
    """One weight that is all of theta."""
    return [Span("dense1/kernel", theta.shape, 0, "zeros")]


def stored_gradient(step: int, theta: Array) -> Array:
    return STORED["gradients"][step]


def path(rule: Rule, gradient: Gradient, eta: Callable[[int], float], *, ahead: bool = False) -> Array:
    """theta after each of 100 steps; with `ahead` the place where the rule would take the next gradient."""
    engine, theta = ReferenceEngine(), STORED["theta0"].copy()
    slots, spans = rule.first_slots(theta), whole(theta)
    found = []
    for step in range(100):
        g = gradient(step, engine.look_ahead(rule, theta, slots, spans))
        engine.update(rule, theta, g, slots, step + 1, eta(step), spans)
        found.append((engine.look_ahead(rule, theta, slots, spans) if ahead else theta).copy())
    return np.stack(found)


def rates(change: dict[str, float] | None, first: float) -> Callable[[int], float]:
    """The learning rate at each step (from 0)."""
    return lambda step: change["learning_rate"] if change and step >= change["after_steps"] else first


def rate_of(name: str) -> Callable[[int], float]:
    entry = ENTRIES[name]
    settings = entry["hyperparameters"]
    return rates(entry["learning_rate_change"], settings.get("learning_rate", settings.get("lr")))


@pytest.mark.parametrize("name", [name for name in ENTRIES if name.startswith("keras_")])
def test_paths_are_those_of_keras(name: str) -> None:
    settings = {k: v for k, v in ENTRIES[name]["hyperparameters"].items() if k != "amsgrad"}
    ours = path(KERAS[ENTRIES[name]["rule"]](**settings), stored_gradient, rate_of(name))
    np.testing.assert_allclose(ours, STORED[name], rtol=0, atol=1e-10)


def test_adadelta_is_pytorchs_too() -> None:
    ours = path(Adadelta(1.0, rho=0.9, epsilon=1e-6), stored_gradient, rate_of("torch_adadelta"))
    np.testing.assert_allclose(ours, STORED["torch_adadelta"], rtol=0, atol=1e-10)


LARGE = slice(6, None)  # gradients beside which epsilon is small


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("torch_adam", Adam(0.001, epsilon=1e-8)),
        ("torch_adamw", AdamW(0.001, weight_decay=0.01, epsilon=1e-8)),
        ("torch_adagrad", Adagrad(0.01, initial_accumulator_value=0, epsilon=1e-20)),
        ("torch_rmsprop", RMSprop(0.01, rho=0.99, epsilon=1e-16)),
    ],
)
def test_others_of_pytorch_differ_in_epsilon_alone(name: str, rule: Rule) -> None:
    """Theirs stands behind the square root, or behind the correction of the means."""
    ours = path(rule, stored_gradient, rate_of(name))
    apart = np.abs(ours - STORED[name])
    assert apart[:, LARGE].max() < 1e-5 and apart.max() > 1e-7


def test_pytorchs_nadam_is_another() -> None:
    ours = path(Nadam(0.002, epsilon=1e-8), stored_gradient, rate_of("torch_nadam"))
    assert np.abs(ours - STORED["torch_nadam"])[:, LARGE].max() > 1e-3


def test_nadams_product_of_momenta_far_out(rng: np.random.Generator) -> None:
    """Late factors are taken together; the step must be that of the product of all."""
    t, beta = 3000, 0.999
    mu = beta * (1 - 0.96 ** np.arange(1, t + 2) / 2)
    m, v, g = rng.standard_normal(4), rng.random(4), rng.standard_normal(4)
    slots, theta = (m.copy(), v.copy()), np.zeros(4)
    ReferenceEngine().update(Nadam(1.0, beta_1=beta), theta, g, slots, t, 1.0, whole(theta))
    m, v = m + (1 - beta) * (g - m), v + 0.001 * (g * g - v)
    mean = mu[-1] * m / (1 - mu.prod()) + (1 - mu[-2]) * g / (1 - mu[:-1].prod())
    np.testing.assert_allclose(theta, -mean / (np.sqrt(v / (1 - 0.999**t)) + 1e-7), rtol=1e-12)


def test_a_centered_deviation_is_never_of_less_than_nothing() -> None:
    """The mean of g^2 less the square of the mean of g may round below -epsilon, as it does here in float32."""
    theta, g = np.zeros(1, np.float32), np.full(1, 10, np.float32)
    slots = np.full(1, 100, np.float32), np.full(1, 10.00001, np.float32)
    ReferenceEngine().update(RMSprop(0.001, centered=True), theta, g, slots, 1, 0.001, whole(theta))
    np.testing.assert_allclose(theta, -0.001 * 10 / np.sqrt(1e-7), rtol=1e-6)


@pytest.mark.parametrize("rate", ["constant", "changing"])
def test_keras_nesterov_is_where_the_textbook_looks_ahead(rate: str) -> None:
    """Keras's theta is the textbook's theta - gamma v at every step, also when eta changes."""
    name = "keras_nesterov" + "_change" * (rate == "changing")
    textbook = path(NAG(0.0625, 0.9), stored_gradient, rate_of(name), ahead=True)
    np.testing.assert_allclose(textbook, STORED[name], rtol=0, atol=1e-10)
    itself = path(NAG(0.0625, 0.9), stored_gradient, rate_of(name))
    assert np.abs(itself - STORED[name]).max() > 1e-3


def test_the_same_where_the_gradient_depends_on_theta(rng: np.random.Generator) -> None:
    """Each takes the gradient where it stands; the two places are one."""
    curvature = np.linspace(0.1, 1.5, 12)

    def slope(step: int, theta: Array) -> Array:
        return curvature * theta + 0.1 * np.sin(3 * theta)

    def eta(step: int) -> float:
        return 0.2 / (1 + step / 10)

    textbook = path(NAG(0.2, 0.8), slope, eta, ahead=True)
    np.testing.assert_allclose(textbook, path(Nesterov(0.2, 0.8), slope, eta), rtol=0, atol=1e-12)
    assert np.abs(textbook - path(Momentum(0.2, 0.8), slope, eta)).max() > 1e-2


def test_with_constant_eta_pytorch_goes_keras_path() -> None:
    for rule in ("momentum", "nesterov"):
        np.testing.assert_allclose(STORED[f"torch_{rule}"], STORED[f"keras_{rule}"], rtol=0, atol=1e-10)
    ours = path(Nesterov(0.0625, 0.9), stored_gradient, rate_of("torch_nesterov"))
    np.testing.assert_allclose(ours, STORED["torch_nesterov"], rtol=0, atol=1e-10)


def test_when_eta_changes_pytorch_departs_from_it() -> None:
    """PyTorch multiplies the whole velocity by the new eta, Keras and we only what is added to it."""
    ours = path(Nesterov(0.0625, 0.9), stored_gradient, rate_of("torch_nesterov_change"))
    change = ENTRIES["torch_nesterov_change"]["learning_rate_change"]["after_steps"]
    apart = np.abs(ours - STORED["torch_nesterov_change"]).max(axis=1)
    assert apart[:change].max() < 1e-10
    assert apart[change] > 1e-3 and apart[-1] > 1e-3


@pytest.mark.parametrize("rate", ["constant", "changing"])
def test_momentum_with_either_sign_goes_one_path(rate: str) -> None:
    """v = m v - eta g, theta += v, and v = gamma v + eta g, theta -= v."""
    eta = rate_of("keras_momentum" + "_change" * (rate == "changing"))
    theta, v, other = STORED["theta0"].copy(), np.zeros(12), []
    for step in range(100):
        v = 0.9 * v - eta(step) * STORED["gradients"][step]
        theta = theta + v
        other.append(theta)
    ours = path(Momentum(0.0625, 0.9), stored_gradient, eta)
    np.testing.assert_allclose(ours, np.stack(other), rtol=0, atol=1e-13)


def test_only_nag_looks_ahead(rng: np.random.Generator) -> None:
    engine, theta, v = ReferenceEngine(), rng.standard_normal(5), rng.standard_normal(5)
    for rule in EVERY:
        if not isinstance(rule, NAG):
            assert engine.look_ahead(rule, theta, [v, v, v][: len(rule.slots)], whole(theta)) is theta
    np.testing.assert_allclose(engine.look_ahead(NAG(0.1, 0.7), theta, [v], whole(theta)), theta - 0.7 * v)


def test_without_momentum_all_are_gradient_descent() -> None:
    plain = path(SGD(0.1), stored_gradient, rates(None, 0.1))
    for rule in (Momentum(0.1, 0), NAG(0.1, 0), Nesterov(0.1, 0)):
        np.testing.assert_array_equal(path(rule, stored_gradient, rates(None, 0.1)), plain)


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: type(rule).__name__)
def test_updates_are_in_place_and_keep_the_dtype(rule: Rule) -> None:
    theta, g = np.ones(4, np.float32), np.array([1, -2, 0, 0.5], np.float32)
    slots = rule.first_slots(theta)
    engine, before = ReferenceEngine(), g.copy()
    for t in range(1, 4):
        engine.update(rule, theta, g, slots, t, 0.1, whole(theta))
    assert {array.dtype for array in (theta, *slots)} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(g, before)
    assert theta[2] == 1 and np.isfinite(theta).all()  # no gradient, no step
    assert np.sign(1 - theta).tolist() == [1, -1, 0, 1]
    assert all(np.abs(slot).max() > 0 for slot in slots)


def test_adams_first_step_is_eta_against_the_sign() -> None:
    """Both means are corrected for their start at 0, so the first step is eta g / |g|, up to epsilon."""
    theta = np.zeros(4)
    g, slots = np.array([3.0, -1e-3, 100, 0]), [np.zeros(4), np.zeros(4)]
    ReferenceEngine().update(Adam(0.25), theta, g, slots, 1, 0.25, whole(theta))
    np.testing.assert_allclose(theta, [-0.25, 0.25, -0.25, 0], rtol=4e-3)
