"""First values of weights: Keras's distributions, drawn by seed and place."""

import math

import numpy as np
import pytest

from striate.layers import Conv2D, Dense, Flatten
from striate.network.graph import Graph, chain
from striate.network.initializers import INITIALIZERS, fans, first_values

SHAPE = (3, 5, 40, 70)  # fan in 600, fan out 1050
DRAWN = math.prod(SHAPE)


def test_fans() -> None:
    assert fans((3, 5, 7, 2)) == (3 * 5 * 7, 3 * 5 * 2)
    assert fans((7, 2)) == (7, 2)
    assert fans((7,)) == (7, 7)


def test_glorot_uniform_fills_its_limits_evenly(rng: np.random.Generator) -> None:
    limit = math.sqrt(6 / (600 + 1050))
    values = INITIALIZERS["glorot_uniform"](SHAPE, rng) / limit
    assert values.min() > -1 and values.max() < 1
    assert values.max() - values.min() > 2 * (1 - 10 / DRAWN)
    # Of a uniform distribution on +-1: variance 1/3, and the standard error of its estimate sqrt(4/45/n).
    assert abs(values.var() - 1 / 3) < 5 * math.sqrt(4 / 45 / DRAWN)


def test_he_normal_has_its_variance_and_is_cut_off(rng: np.random.Generator) -> None:
    deviation = math.sqrt(2 / 600)
    values = INITIALIZERS["he_normal"](SHAPE, rng)
    assert abs(values.mean()) < 5 * deviation / math.sqrt(DRAWN)
    assert abs(values.var() / deviation**2 - 1) < 5 * math.sqrt(2 / DRAWN)
    # Keras draws from a normal distribution of deviation / .8796 and cuts it off at two of those.
    cut = 2 * deviation / 0.87962566103423978
    assert 0.99 * cut < np.abs(values).max() <= cut


@pytest.mark.parametrize("shape", [(3, 3, 4, 7), (3, 3, 7, 4), (2, 1, 5, 5), (6, 9), (8,)])
def test_dirac_hands_the_first_channels_on(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    values, limit = INITIALIZERS["dirac"](shape, rng), 1 / math.sqrt(fans(shape)[0])
    repeated = min(shape[-2:]) if len(shape) > 1 else 0
    rest = values[..., repeated:]
    assert rest.size == 0 or 0.5 * limit < np.abs(rest).max() < limit
    if len(shape) == 4:
        x = rng.standard_normal((6, 5, shape[2]))
        r, s = (shape[0] - 1) // 2, (shape[1] - 1) // 2
        for k in range(repeated):  # a sum over the window at (2, 2): the input itself
            window = x[2 - r : 2 - r + shape[0], 2 - s : 2 - s + shape[1]]
            assert (window * values[..., k]).sum() == x[2, 2, k]


@pytest.mark.parametrize(("name", "value"), [("zeros", 0), ("ones", 1)])
def test_constants(name: str, value: float, rng: np.random.Generator) -> None:
    np.testing.assert_array_equal(INITIALIZERS[name]((3, 2), rng), np.full((3, 2), value))


def test_the_layer_says_which_and_the_padding_stays_zero() -> None:
    layers = [
        Conv2D(5, 3, bias_initializer="ones"),
        Flatten(),
        Dense(3, kernel_initializer="zeros", bias_initializer="he_normal"),
    ]
    layout = Graph.to(chain(layers, (4, 4, 2))).theta
    theta = first_values(layout, seed=3)
    weights = layout.views(theta)
    assert theta.dtype == np.float32
    assert (weights["conv1/bias"] == 1).all()
    assert (weights["dense1/kernel"] == 0).all()
    assert (weights["conv1/kernel"] != 0).all() and (weights["dense1/bias"] != 0).all()
    assert np.count_nonzero(theta) == weights["conv1/kernel"].size + 5 + 3


def test_a_seed_decides_and_another_decides_otherwise() -> None:
    layout = Graph.to(chain([Dense(30)], (20,))).theta
    np.testing.assert_array_equal(first_values(layout, 7), first_values(layout, 7))
    assert (first_values(layout, 7) != first_values(layout, 8)).any()


def test_two_layers_of_one_shape_begin_differently() -> None:
    layout = Graph.to(chain([Dense(9), Dense(9)], (9,))).theta
    weights = layout.views(first_values(layout, 0))
    assert (weights["dense1/kernel"] != weights["dense2/kernel"]).any()


def test_a_layer_more_changes_no_earlier_one() -> None:
    short = Graph.to(chain([Dense(7), Dense(5)], (6,))).theta
    long = Graph.to(chain([Dense(7), Dense(5), Dense(4)], (6,))).theta
    np.testing.assert_array_equal(first_values(long, 1)[: short.size], first_values(short, 1))
