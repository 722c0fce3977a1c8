"""Counter-based random numbers: the published vectors, and dropout that depends on nothing but what it may."""

import numpy as np
import pytest
from cases import Array

from striate.engines.contract import Key, Purpose
from striate.engines.reference.dropout import dropout
from striate.engines.reference.program import ReferenceEngine
from striate.engines.reference.random import philox, uniform
from striate.errors import StriateError
from striate.layers import Dropout, Flatten
from striate.losses import MeanSquaredError
from striate.network.graph import Graph, chain

# Random123's known answers for philox4x32-10 (Salmon et al. 2011; its file kat_vectors): counter, key, result.
KNOWN = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


def test_philox_gives_the_known_answers_all_at_once() -> None:
    for counter, key, _ in KNOWN:
        (result,) = [answer for c, k, answer in KNOWN if (c, k) == (counter, key)]
        first, second = words(key)
        assert philox(np.array([words(counter)], np.uint32), (first, second)).tolist() == [words(result)]
    counters = np.array([words(counter) for counter, _, _ in KNOWN], np.uint32)
    assert philox(counters, (0, 0))[0].tolist() == words(KNOWN[0][2])
    assert philox(counters, (0xFFFFFFFF, 0xFFFFFFFF))[1].tolist() == words(KNOWN[1][2])


def test_uniform_is_the_upper_24_bits() -> None:
    """So the numbers are exact in float32, too. Counter: block of four numbers, step, node; key: the seed."""
    found = uniform(Key(seed=5 + (9 << 32), step=7), node=3, shape=(2, 3))
    counters = np.array([[0, 0, 7, 3], [1, 0, 7, 3]], np.uint32)
    expected = (philox(counters, (5, 9)).ravel()[:6] >> 8) * 2.0**-24
    np.testing.assert_array_equal(found, expected.reshape(2, 3))
    np.testing.assert_array_equal(found.astype(np.float32), found)


def test_uniform_is_uniform() -> None:
    drawn = uniform(Key(1, 2), 3, (100, 1000))
    assert 0 <= drawn.min() < 1e-3 and 1 - 1e-3 < drawn.max() < 1
    n = drawn.size
    assert abs(drawn.mean() - 0.5) < 4 * np.sqrt(1 / 12 / n)
    counts = np.histogram(drawn, bins=20, range=(0, 1))[0]
    assert np.square(counts - n / 20).sum() / (n / 20) < 45  # chi squared, 19 degrees of freedom: p = 0.001 at 43.8
    neighbours = np.corrcoef(drawn.ravel()[:-1], drawn.ravel()[1:])[0, 1]
    assert abs(neighbours) < 4 / np.sqrt(n)


@pytest.mark.parametrize("shape", [(5,), (3, 1), (2, 3), (1, 2, 3), (3, 5, 7), (7, 4)])
def test_a_pictures_numbers_do_not_depend_on_how_batches_are_cut(shape: tuple[int, ...]) -> None:
    whole = uniform(Key(3, 4), 5, (11, *shape))
    for cut in (1, 2, 3, 4, 10):
        parts = [uniform(Key(3, 4, first), 5, (min(cut, 11 - first), *shape)) for first in range(0, 11, cut)]
        np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_every_part_of_the_key_counts() -> None:
    drawn = [
        uniform(Key(seed, step, first), node, (4, 8)).tobytes()
        for seed in (0, 1, 1 << 32)
        for step in (0, 1)
        for node in (1, 2)
        for first in (0, 4)
    ]
    assert len(set(drawn)) == len(drawn)


def dropped(rate: float, x: Array, key: Key, *, extra: int = 0) -> Array:
    """What a dropout layer lets through of x in a training step, after `extra` layers that do nothing."""
    graph = Graph.to(chain([*(Flatten() for _ in range(extra)), Dropout(rate)], x.shape[1:]))
    purpose = Purpose(loss=MeanSquaredError(), dropout=True, dtype=np.float64)
    program = ReferenceEngine().compile(graph, len(x), purpose)
    return program.step(np.zeros(0), np.zeros(0), x, np.zeros_like(x), None, key).output


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_zeroes_its_share_and_keeps_the_mean(rate: float) -> None:
    x = np.ones((50, 2000))
    y = dropped(rate, x, Key(0, 0))
    share = np.mean(y == 0)
    assert abs(share - rate) < 4 * np.sqrt(rate * (1 - rate) / x.size)
    np.testing.assert_allclose(y[y != 0], 1 / (1 - rate))
    assert abs(y.mean() - 1) < 4 * np.sqrt(rate / (1 - rate) / x.size)


def test_a_number_equal_to_the_rate_passes() -> None:
    """Numbers are below the rate with probability `rate`: they start at 0, and a rate of 0 drops none."""
    drawn = np.array([0, 0.25, 0.5])
    assert dropout(np.ones(3), drawn, 0.25)[0].tolist() == [0, 1 / 0.75, 1 / 0.75]
    assert dropout(np.ones(3), drawn, 0.0)[0].tolist() == [1, 1, 1]


def test_dropout_of_nothing_drops_nothing(rng: np.random.Generator) -> None:
    x = rng.standard_normal((3, 50))
    np.testing.assert_array_equal(dropped(0, x, Key(0, 0)), x)


def test_the_mask_depends_on_seed_step_node_and_picture_alone() -> None:
    x = np.ones((6, 40))
    mask = dropped(0.5, x, Key(1, 2)) != 0
    np.testing.assert_array_equal(dropped(0.5, 3 * x, Key(1, 2)) != 0, mask)  # not on the values
    np.testing.assert_array_equal(dropped(0.5, x[2:5], Key(1, 2, 2)) != 0, mask[2:5])  # not on the others
    for other in (dropped(0.5, x, Key(2, 2)), dropped(0.5, x, Key(1, 3)), dropped(0.5, x, Key(1, 2), extra=1)):
        assert ((other != 0) != mask).mean() > 0.3
    assert (mask[0] != mask[1]).mean() > 0.3


def test_a_larger_rate_drops_what_a_smaller_one_dropped_and_more() -> None:
    x = np.ones((5, 100))
    little, much = (dropped(rate, x, Key(4, 5)) == 0 for rate in (0.2, 0.7))
    assert (much | ~little).all() and much.sum() > little.sum()


def test_nothing_is_dropped_where_nobody_learns(rng: np.random.Generator) -> None:
    x = rng.standard_normal((3, 50))
    graph = Graph.to(chain([Dropout(0.5)], (50,)))
    program = ReferenceEngine().compile(graph, 3, Purpose(dtype=np.float64))
    np.testing.assert_array_equal(program.forward(np.zeros(0), np.zeros(0), x).output, x)


def test_dropping_needs_a_key() -> None:
    graph = Graph.to(chain([Dropout(0.5)], (4,)))
    program = ReferenceEngine().compile(graph, 1, Purpose(dropout=True))
    with pytest.raises(StriateError) as caught:
        program.forward(np.zeros(0), np.zeros(0), np.ones((1, 4)))
    assert caught.value.code == "engine.key_missing"


def test_the_gradient_goes_where_the_value_went() -> None:
    """The mean squared error of y against 0 has the gradient 2 y / n, times 1 / (1 - rate) where y passed."""
    from striate.layers import Dense

    graph = Graph.to(chain([Dense(40, use_bias=False), Dropout(0.25)], (1,)))
    program = ReferenceEngine().compile(graph, 1, Purpose(loss=MeanSquaredError(), dropout=True, dtype=np.float64))
    theta = np.zeros(graph.theta.size)
    theta[:40] = 3
    found = program.step(theta, np.zeros(0), np.ones((1, 1)), np.zeros((1, 40)), None, Key(0, 0))
    assert 0 < np.count_nonzero(found.output) < 40
    np.testing.assert_allclose(found.gradient[:40], 2 * found.output[0] / 40 / 0.75)
