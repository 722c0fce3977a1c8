"""Gradients by a model's face: against differences, for any layer, in batches of any size."""

import numpy as np
import pytest
from cases import CASES, Case
from tracing import model_of

from striate.engines.native.core import available
from striate.errors import DataError, UnknownNameError
from striate.layers import Conv2D, Dense, Flatten
from striate.model import Model
from striate.sequential import Sequential
from striate.training.plan import CHUNK


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


@pytest.mark.parametrize("case", [case for case in CASES if len(case.graph.nodes) > 4], ids=lambda case: case.id)
def test_a_gradient_is_the_same_whoever_else_is_asked_for(case: Case, rng: np.random.Generator) -> None:
    """What is not asked for may be planned away; what is asked for may not notice."""
    model = model_of(case.graph, rng, "reference")
    names = [node.name for node in case.graph.nodes]
    x, dy = case.pictures(rng), {names[-1]: rng.standard_normal((case.batch, *case.graph.output_shape))}
    expected = model.gradients(x, dy, names)
    model.use(threads=1)
    most = max(float(np.abs(each).max()) for each in expected.values())
    for asked in ([name] for name in names):
        found = model.gradients(x, dy, asked)[asked[0]]
        # float32: sums of some hundred terms at most, through some ten layers
        np.testing.assert_allclose(found, expected[asked[0]], rtol=1e-4, atol=1e-4 * most, err_msg=str(asked))


@pytest.mark.parametrize("channels", [1, 3, 16])
@pytest.mark.parametrize("engine", ["reference", *(["native"] if available() else [])])
def test_the_gradient_of_a_flattened_picture_of_one_pixel(channels: int, engine: str) -> None:
    """Flattened it is still the caller's memory, of which no gradient's plan may be made."""
    model = Sequential([Flatten(input_shape=(1, 1, channels)), Dense(2)])
    model.use(engine=engine)
    weights, dy = model.get_weights()[0], np.array([[1.0, -2.0]])
    found = model.gradients(np.ones((1, 1, 1, channels)), {"dense1": dy}, ["flatten1"])["flatten1"]
    np.testing.assert_allclose(found, dy @ weights.T, rtol=1e-6)
