"""Gradients by a model's face: against differences, for any layer, in batches of any size."""

import numpy as np
import pytest
from cases import CASES, Case

from striate.errors import DataError, UnknownNameError
from striate.layers import Conv2D, Dense, Flatten
from striate.model import Model
from striate.sequential import Sequential
from striate.training.loop import CHUNK


def test_gradients_of_the_pixels_are_slopes(rng: np.random.Generator) -> None:
    model = Sequential([Conv2D(3, 3, activation="tanh", input_shape=(6, 5, 2)), Flatten(), Dense(3, "softmax")])
    x, dy = rng.standard_normal((4, 6, 5, 2)), rng.standard_normal((4, 3))
    found = model.gradients(x, {"dense1": dy}, ["input1", "conv1"])
    assert found["conv1"].shape == (4, 4, 3, 3)
    direction, step = rng.standard_normal(x.shape), 1e-2
    ends = [np.sum(dy * model.predict(x + side * step * direction)) for side in (1, -1)]
    # float32: outputs are right to about 1e-7, the difference is divided by 2e-2; the tanh bends by step^2.
    assert np.sum(found["input1"] * direction) == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=2e-3)


def test_every_picture_by_itself(rng: np.random.Generator) -> None:
    model = Sequential([Conv2D(2, 3, input_shape=(5, 5, 1)), Flatten(), Dense(2)])
    x, dy = rng.standard_normal((CHUNK + 3, 5, 5, 1)), rng.standard_normal((CHUNK + 3, 2))
    together = model.gradients(x, {"dense1": dy}, ["input1"])["input1"]
    alone = model.gradients(x[-1:], {"dense1": dy[-1:]}, ["input1"])["input1"]
    np.testing.assert_array_equal(together[-1:], alone)
    assert model.gradients(x[:0], {"dense1": dy[:0]}, ["input1"])["input1"].shape == (0, 5, 5, 1)


@pytest.mark.parametrize("case", CASES[:1], ids=str)
def test_what_is_not_there(case: Case) -> None:
    model = Model.of(case.graph)
    x = np.zeros((1, *case.graph.input_shape))
    with pytest.raises(UnknownNameError):
        model.gradients(x, {}, ["nothing"])
    with pytest.raises(DataError):
        model.gradients(x, {case.graph.nodes[-1].name: np.zeros((1, 99))}, [case.graph.nodes[0].name])
