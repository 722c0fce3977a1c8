"""What is left of a gradient: the numbers of the lessons, and the same from a model's own back-propagation."""

import math

import numpy as np
import pytest

from striate import Sequential
from striate.errors import SettingError, UnknownNameError
from striate.inspection.activations.slopes import activation_functions
from striate.inspection.activations.vanishing import gradient_left, shares_left
from striate.layers import Dense, Input
from striate.network.initializers import glorot_uniform

# Behind 30 dense layers of width 256: (glorot, he).
GOLDEN = {"sigmoid": (1e-19, 1e-15), "tanh": (0.15, 2.6), "relu": (3e-5, 1.05)}


@pytest.fixture(scope="module")
def left() -> np.ndarray:
    return gradient_left(GOLDEN, depths=(3, 30), draws=2).typical


@pytest.mark.parametrize("name", GOLDEN)
def test_what_is_left_behind_thirty_layers(left: np.ndarray, name: str) -> None:
    place = list(GOLDEN).index(name)
    for start, expected in enumerate(GOLDEN[name]):
        assert abs(math.log10(left[place, start, 1] / expected)) < 0.3  # a factor of two: draws differ by that


def test_it_is_what_a_model_finds(rng: np.random.Generator) -> None:
    width, depth = 12, 4
    model = Sequential([Input((width,)), *(Dense(width, "tanh") for _ in range(depth))])
    x, dy = rng.standard_normal((2, 5, width))
    kernels = [w.astype(np.float64) for name, w in model.weights.items() if name.endswith("kernel")]
    for n in range(1, depth + 1):
        layer = model.graph.nodes[n].name
        gradient = model.gradients(x, {layer: dy}, [model.graph.nodes[0].name])
        (dx,) = gradient.values()
        found = np.linalg.norm(dx) / np.linalg.norm(dy)
        assert shares_left("tanh", kernels, x, dy, [n])[0] == pytest.approx(found, rel=1e-5)


def test_linear_layers_pass_the_gradient_through_their_weights(rng: np.random.Generator) -> None:
    weights = [glorot_uniform((6, 6), rng) for _ in range(3)]
    x, dy = rng.standard_normal((2, 4, 6))
    product = weights[0] @ weights[1] @ weights[2]
    expected = np.linalg.norm(dy @ product.T) / np.linalg.norm(dy)
    assert shares_left("linear", weights, x, dy, [3])[0] == pytest.approx(expected, rel=1e-12)


def test_the_same_seed_gives_the_same_numbers() -> None:
    a, b, c = (gradient_left(["tanh"], width=8, draws=2, seed=seed).shares for seed in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)
    assert a.shape == (1, 2, 6, 2)


def test_each_depth_is_a_network_of_its_own() -> None:
    """The first layers are the same, however deep the deepest is; more draws leave the first ones as they are."""
    shallow = gradient_left(["relu"], depths=(1, 3), width=8, draws=2)
    deep = gradient_left(["relu"], depths=(3, 5, 1), width=8, draws=3)
    np.testing.assert_array_equal(shallow.shares[..., [1, 0], :], deep.shares[..., [0, 2], :2])


def test_refusals() -> None:
    with pytest.raises(UnknownNameError):
        gradient_left(["rele"])
    with pytest.raises(UnknownNameError):
        gradient_left(starts=["he"])
    with pytest.raises(SettingError):
        gradient_left(depths=(0,))


def test_figures_are_drawn() -> None:
    left = gradient_left(["relu", "tanh"], depths=(1, 2), width=4, draws=2)
    titles = [axes.get_title("left") for axes in left.figure().axes]
    assert titles == ["glorot_uniform, width 4", "he_normal, width 4"]
    panels = activation_functions(["relu", "tanh"]).figure().axes
    assert [axes.get_title("left") for axes in panels] == ["relu", "tanh"]
    np.testing.assert_array_equal(panels[0].lines[1].get_ydata(), panels[0].lines[0].get_xdata() > 0)
