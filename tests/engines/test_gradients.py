"""Gradients by finite differences in float64, for every row of the table: backward, and step with every loss."""

from collections.abc import Callable

import numpy as np
import pytest
from all_in_one import all_in_one
from cases import CASES, Array, Case, random_state, random_theta

from striate.engines.contract import Gradients, Key, Program, Purpose
from striate.engines.reference.program import ReferenceEngine
from striate.layers import Activation, AveragePooling2D, Conv2D, Dense, Flatten, MaxPooling2D
from striate.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from striate.network.graph import Graph, chain
from striate.network.layers import activation_of

over_the_table = all_in_one("case", CASES)
NO_STATE = np.zeros(0)
KEY = Key(seed=7, step=3)


def program(graph: Graph, purpose: Purpose) -> Program:
    return ReferenceEngine().compile(graph, 16, purpose)


def check_slope(f: Callable[[Array], float], at: Array, gradient: Array, direction: Array, h: float = 1e-6) -> None:
    """The gradient must predict how f moves along a direction."""
    slope = (f(at + h * direction) - f(at - h * direction)) / (2 * h)
    scale = np.linalg.norm(gradient) * np.linalg.norm(direction)
    # The difference is off by about eps |f| / h = 1e-10 |f| from rounding, and by h^2 f''' / 6 from its steps.
    np.testing.assert_allclose(np.sum(gradient * direction), slope, rtol=1e-6, atol=1e-7 * scale + 1e-9)


def padding_of(graph: Graph, vector: Array) -> Array:
    used = np.zeros(len(vector), bool)
    for span in graph.theta.spans:
        used[span.slice] = True
    return vector[~used]


def modes(case: Case) -> list[bool]:
    """Normalising by running statistics; where any layer has some, by those of the batch, too."""
    return [False, True] if case.graph.state.spans else [False]


over_the_table_in_every_mode = all_in_one("case, by_batch", [(c, m) for c in CASES for m in modes(c)])


@over_the_table_in_every_mode
def test_backward_of_weights_and_pictures(case: Case, by_batch: bool, rng: np.random.Generator) -> None:
    graph, x = case.graph, case.pictures(rng)
    theta, state, last = random_theta(graph, rng), random_state(graph, rng), graph.nodes[-1].name
    built = program(graph, Purpose(gradients_of=("input1",), batch_statistics=by_batch, dtype=np.float64))
    dy = rng.standard_normal((len(x), *graph.output_shape))
    gradients = built.backward(theta, state, x, {last: dy})

    def moved(theta: Array, x: Array) -> float:
        return float(np.sum(dy * built.forward(theta, state, x).output))

    check_slope(lambda at: moved(theta, at), x, gradients.nodes["input1"], rng.standard_normal(x.shape))
    check_slope(lambda at: moved(at, x), theta, gradients.weights, random_theta(graph, rng))
    for span in graph.theta.spans:  # one weight at a time, so that a large gradient hides no small one
        direction = np.zeros_like(theta)
        direction[span.slice] = rng.standard_normal(span.size)
        check_slope(lambda at: moved(at, x), theta, gradients.weights * (direction != 0), direction)
    assert not padding_of(graph, gradients.weights).any()


@over_the_table_in_every_mode
def test_backward_from_and_to_every_node_at_once(case: Case, by_batch: bool, rng: np.random.Generator) -> None:
    graph, x, theta = case.graph, case.pictures(rng), random_theta(case.graph, rng)
    state, names = random_state(graph, rng), tuple(node.name for node in graph.nodes)
    built = program(graph, Purpose(keep=names, gradients_of=names, batch_statistics=by_batch, dtype=np.float64))
    dy = {node.name: rng.standard_normal((len(x), *node.shape)) for node in graph.nodes}
    gradients = built.backward(theta, state, x, dy)

    def moved(theta: Array, x: Array) -> float:
        kept = built.forward(theta, state, x).kept
        return sum(float(np.sum(dy[name] * kept[name])) for name in names)

    check_slope(lambda at: moved(theta, at), x, gradients.nodes["input1"], rng.standard_normal(x.shape))
    check_slope(lambda at: moved(at, x), theta, gradients.weights, random_theta(graph, rng))
    np.testing.assert_array_equal(gradients.nodes[names[-1]], dy[names[-1]])


@pytest.mark.parametrize("case", [case for case in CASES if case.graph.state.spans], ids=lambda case: case.id)
def test_a_frozen_layer_goes_by_its_running_statistics(case: Case, rng: np.random.Generator) -> None:
    """The first normalisation is frozen, others are not: gradients fit, and only its statistics stay."""
    graph, x = case.graph, case.pictures(rng)
    theta, state, last = random_theta(graph, rng), random_state(graph, rng), graph.nodes[-1].name
    frozen = (graph.state.spans[0].layer,)
    purpose = Purpose(
        loss=MeanSquaredError(), gradients_of=("input1",), batch_statistics=True, frozen=frozen, dtype=np.float64
    )
    built, dy = program(graph, purpose), rng.standard_normal((len(x), *graph.output_shape))
    gradients = built.backward(theta, state, x, {last: dy})

    def moved(theta: Array, x: Array) -> float:
        return float(np.sum(dy * built.forward(theta, state, x).output))

    check_slope(lambda at: moved(theta, at), x, gradients.nodes["input1"], rng.standard_normal(x.shape))
    check_slope(lambda at: moved(at, x), theta, gradients.weights, random_theta(graph, rng))
    now = built.step(theta, state, x, dy, None, KEY).state
    stays = {span.layer for span in graph.state.spans if np.array_equal(state[span.slice], now[span.slice])}
    assert stays == set(frozen)
    if len(graph.state.views(state)) == 2:  # nothing else goes by the batch
        still = program(graph, Purpose(dtype=np.float64)).forward(theta, state, x).output
        np.testing.assert_array_equal(built.forward(theta, state, x).output, still)


def losses_for(graph: Graph, pictures: int, rng: np.random.Generator) -> list[tuple[Loss, Array]]:
    """Every loss that a network's answers may be measured by, with targets, as training hands them over."""
    shape = (pictures, *graph.output_shape)
    many_hot = rng.integers(0, 2, shape).astype(float)
    shares = rng.uniform(0, 1, shape)  # of any sum: nobody keeps a user from smoothing or weighting them
    labels = rng.integers(0, shape[-1], shape[:-1])
    found: list[tuple[Loss, Array]] = [
        (MeanSquaredError(), rng.standard_normal(shape)),
        (BinaryCrossentropy(from_logits=True), many_hot),
    ]
    if shape[-1] > 1:
        found.append((CategoricalCrossentropy(from_logits=True), shares))
        found.append((SparseCategoricalCrossentropy(from_logits=True), labels))
    if activation_of(graph.nodes[-1].layer) in ("sigmoid", "softmax"):
        found.append((BinaryCrossentropy(), many_hot))
        if shape[-1] > 1:
            found.append((CategoricalCrossentropy(), shares))
            found.append((SparseCategoricalCrossentropy(), labels))
    return found


@over_the_table
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_step_with_every_loss(case: Case, weighted: bool, rng: np.random.Generator) -> None:
    graph, x, theta = case.graph, case.pictures(rng), random_theta(case.graph, rng)
    weight, state = rng.uniform(0, 2, len(x)) if weighted else None, random_state(graph, rng)
    for loss, y in losses_for(graph, len(x), rng):
        built = program(graph, Purpose(loss=loss, dropout=True, batch_statistics=True, dtype=np.float64))

        def measured(theta: Array, built: Program = built, y: Array = y) -> float:
            return built.step(theta, state, x, y, weight, KEY).loss

        stepped = built.step(theta, state, x, y, weight, KEY)
        check_slope(measured, theta, stepped.gradient, random_theta(graph, rng))
        assert not padding_of(graph, stepped.gradient).any()


@over_the_table
def test_step_is_judge_with_a_gradient(case: Case, rng: np.random.Generator) -> None:
    """Where nothing is dropped."""
    graph, x, theta = case.graph, case.pictures(rng), random_theta(case.graph, rng)
    y, weight = rng.standard_normal((len(x), *graph.output_shape)), rng.uniform(0, 2, len(x))
    state = random_state(graph, rng)
    built = program(graph, Purpose(loss=MeanSquaredError(), dtype=np.float64))
    judged, stepped = built.judge(theta, state, x, y, weight), built.step(theta, state, x, y, weight, KEY)
    assert judged.loss == stepped.loss
    np.testing.assert_array_equal(judged.output, stepped.output)
    np.testing.assert_array_equal(judged.output, built.forward(theta, state, x).output)
    np.testing.assert_array_equal(stepped.state, state)  # nothing was normalised by the batch
    per_picture = np.square(judged.output - y).reshape(len(x), -1).mean(axis=1)
    np.testing.assert_allclose(judged.loss, (weight * per_picture).mean(), rtol=1e-13)


# float32: a gradient's sums are over a batch's places; each is off by as many eps as it has terms.


def gradients(graph: Graph, theta: Array, x: Array, dy: Array, dtype: type[np.floating]) -> Gradients:
    built = program(graph, Purpose(gradients_of=("input1",), dtype=dtype))
    return built.backward(theta.astype(dtype), NO_STATE, x, {graph.nodes[-1].name: dy.astype(dtype)})


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Conv2D(5, (3, 2), strides=(1, 2), padding="same"), (9, 8, 3)),
        (Conv2D(17, 4, padding=((2, 0), (1, 3)), use_bias=False), (7, 6, 2)),
        (Dense(9), (33,)),
        (Dense(4), (3, 5, 7)),
        (MaxPooling2D(3, strides=2, padding="same"), (9, 8, 3)),
        (AveragePooling2D(3, strides=2, padding="same"), (9, 8, 3)),
    ],
)
def test_gradients_in_float32_are_off_by_no_more_than_their_sums_allow(
    layer: Conv2D | Dense, shape: tuple[int, ...], rng: np.random.Generator
) -> None:
    graph = Graph.to(chain([layer], shape))
    theta = random_theta(graph, rng).astype(np.float32)
    x = rng.standard_normal((4, *shape)).astype(np.float32)
    dy = rng.standard_normal((4, *graph.output_shape)).astype(np.float32)
    single, double = (gradients(graph, theta, x, dy, dtype) for dtype in (np.float32, np.float64))
    # The same sums of the terms' sizes: every number replaced by its size (max pooling: the winners stay).
    inputs = x if isinstance(layer, MaxPooling2D) else np.abs(x)
    sizes = gradients(graph, np.abs(theta), inputs, np.abs(dy), np.float64)
    terms = 4 * int(np.prod(graph.output_shape))  # no weight and no pixel meets more values of dy
    eps = float(np.finfo(np.float32).eps)
    assert single.weights.dtype == single.nodes["input1"].dtype == np.float32
    assert (np.abs(single.weights - double.weights) <= terms * eps * sizes.weights).all()
    for_input = terms * eps * sizes.nodes["input1"]
    assert (np.abs(single.nodes["input1"] - double.nodes["input1"]) <= for_input).all()


# What finite differences cannot see: the slope that is chosen at a kink.


def gradient_of_input(graph: Graph, x: Array, dy: Array) -> Array:
    built = program(graph, Purpose(gradients_of=("input1",), dtype=np.float64))
    return built.backward(np.zeros(graph.theta.size), NO_STATE, x, {graph.nodes[-1].name: dy}).nodes["input1"]


def test_the_slope_of_relu_at_0_is_0() -> None:
    graph = Graph.to(chain([Activation("relu")], (4,)))
    gradient = gradient_of_input(graph, np.array([[0.0, -0.0, 1e-300, -1e-300]]), np.ones((1, 4)))
    assert gradient.tolist() == [[0, 0, 1, 0]]


def test_of_equal_values_the_first_wins_the_pooling() -> None:
    graph = Graph.to(chain([MaxPooling2D(2, strides=1), Flatten()], (2, 3, 1)))
    x = np.array([[3.0, 3.0, 3.0], [1.0, 3.0, 3.0]]).reshape(1, 2, 3, 1)
    assert gradient_of_input(graph, x, np.array([[1.0, 10.0]])).ravel().tolist() == [1, 10, 0, 0, 0, 0]


def test_a_gradient_that_is_not_reached_is_zero() -> None:
    """dy at the first layer says nothing of the second's output."""
    graph = Graph.to(chain([Dense(3), Dense(2)], (4,)))
    built = program(graph, Purpose(gradients_of=("dense2", "input1"), dtype=np.float64))
    found = built.backward(np.ones(graph.theta.size), NO_STATE, np.ones((2, 4)), {"dense1": np.ones((2, 3))}).nodes
    np.testing.assert_array_equal(found["dense2"], np.zeros((2, 2)))
    np.testing.assert_array_equal(found["input1"], np.full((2, 4), 3.0))


def test_a_layer_used_twice_gathers_the_gradients_of_both_places(rng: np.random.Generator) -> None:
    shared = Dense(4, "tanh")
    one, two = Graph.to(chain([shared, shared], (4,))), Graph.to(chain([Dense(4, "tanh"), Dense(4, "tanh")], (4,)))
    weights = random_theta(one, rng)
    x, dy = rng.standard_normal((3, 4)), rng.standard_normal((3, 4))
    together = program(one, Purpose(dtype=np.float64)).backward(weights, NO_STATE, x, {"dense1:2": dy}).weights
    both = np.concatenate([weights, weights])
    apart = program(two, Purpose(dtype=np.float64)).backward(both, NO_STATE, x, {"dense2": dy}).weights
    np.testing.assert_allclose(together, apart[: len(weights)] + apart[len(weights) :], rtol=1e-12, atol=1e-15)
