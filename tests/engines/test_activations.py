"""Activations and their slopes, and what the lessons claim of them."""

import numpy as np
import pytest
from cases import Array

from striate.engines.contract import Purpose
from striate.engines.reference.activation import ACTIVATIONS, bounded_relu
from striate.engines.reference.program import ReferenceEngine
from striate.layers import Dense
from striate.network.graph import Graph, chain
from striate.network.initializers import first_values
from striate.network.layers import ACTIVATIONS as NAMES


def f(name: str, *x: float) -> Array:
    return ACTIVATIONS[name].forward(np.array(x))


def slope(name: str, x: Array) -> Array:
    """The diagonal of the derivative: how each output moves with its own input."""
    y = ACTIVATIONS[name].forward(x)
    return np.array([ACTIVATIONS[name].backward(row, x, y)[i] for i, row in enumerate(np.eye(len(x)))])


def test_every_name_has_a_formula() -> None:
    assert set(ACTIVATIONS) == set(NAMES)


def test_sigmoid() -> None:
    np.testing.assert_allclose(f("sigmoid", 0, 1, -1), [0.5, 1 / (1 + np.exp(-1)), 1 / (1 + np.e)], rtol=1e-15)
    x = np.linspace(-6, 6, 25)
    a = ACTIVATIONS["sigmoid"].forward(x)
    np.testing.assert_allclose(slope("sigmoid", x), a * (1 - a), rtol=1e-15)
    assert slope("sigmoid", x).max() == 0.25 == slope("sigmoid", np.zeros(1))[0]


def test_tanh() -> None:
    x = np.linspace(-3, 3, 25)
    y = ACTIVATIONS["tanh"].forward(x)
    np.testing.assert_allclose(y, (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)), rtol=1e-14, atol=1e-16)
    np.testing.assert_allclose(slope("tanh", x), 1 - y**2)
    assert slope("tanh", x).max() == 1 == slope("tanh", np.zeros(1))[0]


def test_relu() -> None:
    x = np.array([-2.0, -0.0, 0.0, 0.5, 7])
    assert ACTIVATIONS["relu"].forward(x).tolist() == [0, 0, 0, 0.5, 7]
    assert slope("relu", x).tolist() == [0, 0, 0, 1, 1]


def test_softmax_gives_shares(rng: np.random.Generator) -> None:
    y = ACTIVATIONS["softmax"].forward(5 * rng.standard_normal((4, 3, 6)))
    assert (y > 0).all()
    np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=1e-15)


def test_softmax_widens_4_and_1_but_not_0_and_a_tenth() -> None:
    wide, narrow = f("softmax", 4, 1), f("softmax", 0, 0.1)
    np.testing.assert_allclose(wide, [0.9526, 0.0474], atol=5e-5)
    assert wide[0] / wide[1] > 4  # e^3 = 20 times as large
    np.testing.assert_allclose(narrow, [0.475, 0.525], atol=5e-4)
    assert narrow[1] - narrow[0] < 0.1


def test_softmax_of_one_input_is_1_and_not_the_sigmoid() -> None:
    for x in (-3.0, 0, 0.5, 100):
        assert f("softmax", x).tolist() == [1]
        np.testing.assert_allclose(f("sigmoid", x), f("softmax", x, 0)[:1], rtol=1e-15)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_values_neither_overflow_nor_change_the_dtype(name: str, dtype: type[np.floating]) -> None:
    x = np.array([-1e4, -800, -90, 0, 90, 800, 1e4], dtype)
    y = ACTIVATIONS[name].forward(x)
    back = ACTIVATIONS[name].backward(np.ones_like(x), x, y)
    assert np.isfinite(y).all() and np.isfinite(back).all()
    assert (y.dtype, back.dtype) == (dtype, dtype)


@pytest.mark.parametrize("name", NAMES)
def test_nan_stays_nan(name: str) -> None:
    assert np.isnan(f(name, np.nan, 1)[0])


# Left of the gradient after 30 dense layers of width 256: the lessons' claim, by activation and initializer.
LEFT = {
    ("sigmoid", "glorot_uniform"): 1e-19,
    ("sigmoid", "he_normal"): 1e-15,
    ("tanh", "glorot_uniform"): 0.15,
    ("tanh", "he_normal"): 2.6,
    ("relu", "glorot_uniform"): 3e-5,
    ("relu", "he_normal"): 1.05,
}


@pytest.mark.parametrize(("activation", "initializer"), LEFT)
def test_what_is_left_of_the_gradient_after_30_layers(
    activation: str, initializer: str, rng: np.random.Generator
) -> None:
    layers = [Dense(256, activation, kernel_initializer=initializer) for _ in range(30)]
    graph = Graph.to(chain(layers, (256,)))
    theta = first_values(graph.theta, seed=0).astype(np.float64)
    purpose = Purpose(gradients_of=("input1",), dtype=np.float64)
    x, dy = rng.standard_normal((2, 8, 256))
    backward = ReferenceEngine().compile(graph, 8, purpose).backward
    dx = backward(theta, np.zeros(0), x, {"dense30": dy}).nodes["input1"]
    left = np.linalg.norm(dx) / np.linalg.norm(dy)
    assert 1 / 3 < left / LEFT[activation, initializer] < 3  # the order of magnitude


def collapsed(activation: str | None, rng: np.random.Generator) -> float:
    """How far a net of three layers is from the affine map through the points that it gives at 0 and the axes."""
    graph = Graph.to(chain([Dense(6, activation), Dense(7, activation), Dense(3, activation)], (4,)))
    theta = rng.standard_normal(graph.theta.size)
    forward = ReferenceEngine().compile(graph, 16, Purpose(dtype=np.float64)).forward

    def net(x: Array) -> Array:
        return forward(theta, np.zeros(0), x).output

    b = net(np.zeros((1, 4)))
    a = net(np.eye(4)) - b
    x = rng.standard_normal((16, 4))
    return float(np.abs(net(x) - (x @ a + b)).max())


def test_without_a_non_linear_activation_any_depth_is_one_affine_layer(rng: np.random.Generator) -> None:
    assert collapsed(None, rng) < 1e-12
    for activation in ("relu", "tanh", "sigmoid"):
        assert collapsed(activation, rng) > 1e-2


def test_a_relu_without_a_slope_is_0_at_minus_infinity() -> None:
    x = np.array([-np.inf, -1.0, 0.0, np.inf, np.nan])
    np.testing.assert_array_equal(bounded_relu(x, None, 0.0, 0.0), [0, 0, 0, np.inf, np.nan])
