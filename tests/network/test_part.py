"""Networks cut from networks: the same numbers, also where a layer is shared and its first place is cut away."""

import numpy as np
import pytest
from cases import CASES, Case, random_state, random_theta

from striate.inspection.parts import scored, up_to, with_first_weights
from striate.layers import Activation, Add, Conv2D, Dense, Flatten, Input, Softmax
from striate.model import Model
from striate.network.graph import Graph
from striate.network.initializers import first_values
from striate.network.layers import activation_of
from striate.network.part import before_probabilities, part

SHARED = [case for case in CASES if len({n.layer for n in case.graph.nodes}) < len(case.graph.nodes) or case.branches]


def model_of(case: Case, rng: np.random.Generator) -> Model:
    theta, state = random_theta(case.graph, rng), random_state(case.graph, rng)
    return Model.of(case.graph, theta=theta.astype(np.float32), state=state.astype(np.float32))


@pytest.mark.parametrize("case", SHARED, ids=lambda case: case.id)
def test_a_part_gives_what_the_whole_gives_there(case: Case, rng: np.random.Generator) -> None:
    model = model_of(case, rng)
    model.use(engine="reference")
    x = case.pictures(rng).astype(np.float32)
    for node in case.graph.nodes[1:]:
        cut = up_to(model, node.name)
        assert cut.graph.nodes[-1].name == node.name
        np.testing.assert_array_equal(cut.predict(x), model.feature_maps(x, node.name))


def test_a_shared_layer_whose_first_place_is_cut_away(rng: np.random.Generator) -> None:
    x, shared = Input((5, 4, 2)), Conv2D(2, 3, padding="same", name="c")
    model = Model(x, Add()([Activation("relu")(shared(x)), shared(Activation("tanh")(x))]), seed=3)
    cut = up_to(model, "c:2")
    assert [node.name for node in cut.graph.nodes] == ["input1", "activation2", "c:2"]
    np.testing.assert_array_equal(cut.weights["c:2/kernel"], model.weights["c/kernel"])
    model.theta[:] = rng.standard_normal(len(model.theta))
    first = with_first_weights(up_to(model, "c:2"), model, 3)
    began = model.graph.theta.views(first_values(model.graph.theta, 3))
    np.testing.assert_array_equal(first.weights["c:2/kernel"], began["c/kernel"])


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
@pytest.mark.parametrize("apart", [True, False])
def test_scores_before_probabilities(activation: str, apart: bool, rng: np.random.Generator) -> None:
    """Softmax's logarithm differs from the scores by one number a picture; sigmoid's logit is the score."""
    x, ending = Input((4, 4, 1)), Softmax() if activation == "softmax" else Activation("sigmoid")
    dense = Dense(3)(Flatten()(x))
    model = Model(x, ending(dense) if apart else Dense(3, activation)(Flatten()(x)))
    pictures = rng.standard_normal((5, 4, 4, 1))
    scores, p = scored(model).predict(pictures).astype(np.float64), model.predict(pictures).astype(np.float64)
    found = np.log(p) if activation == "softmax" else np.log(p / (1 - p))
    difference = scores - found
    if activation == "softmax":
        difference -= difference.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(difference, 0, atol=1e-4)  # the logarithm of a float32 probability


def test_a_last_layer_that_is_used_before(rng: np.random.Generator) -> None:
    shared = Dense(5, "sigmoid")
    x = Input((5,))
    model = Model(x, shared(Dense(5, "relu")(shared(x))), seed=1)
    cut, pictures = scored(model), rng.standard_normal((4, 5))
    assert [activation_of(node.layer) for node in cut.graph.nodes[1:]] == ["sigmoid", "relu", "linear"]
    p = model.predict(pictures).astype(np.float64)
    np.testing.assert_allclose(cut.predict(pictures), np.log(p / (1 - p)), atol=1e-4)


def test_what_ends_otherwise_stays() -> None:
    x = Input((4, 4, 1))
    for last in (Dense(3), Dense(3, "relu")):
        graph = Graph.to(last(Flatten()(x)))
        assert before_probabilities(graph) is graph
    alone = Graph.to(Softmax()(x))
    assert before_probabilities(alone) is alone
    assert part(alone, "input1").nodes == alone.nodes[:1]
