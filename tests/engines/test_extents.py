"""What nobody reads is not computed: how much of each node's maps a plan makes, and that answers stay the same."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from native_parity import Question, assert_parity, instruction_sets, truth

from striate.computing import planned
from striate.engines.contract import Key, Purpose
from striate.engines.native import core
from striate.engines.native.extents import read_extents
from striate.engines.native.fusing import Fuser
from striate.engines.select import engine
from striate.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    Layer,
    MaxPooling2D,
    ReLU,
)
from striate.losses import MeanSquaredError
from striate.network.graph import Graph, chain
from striate.network.window import Pair

pytestmark = pytest.mark.skipif(not core.available(), reason=str(core.why_absent()))
SETS = instruction_sets()


def extents(graph: Graph, visible: tuple[str, ...] = (), *, folds: bool = False) -> dict[str, Pair]:
    seen = {graph.place(name) for name in visible} | {len(graph.nodes) - 1}
    found = read_extents(Fuser(graph, seen), lambda _: False, lambda _: folds)
    return {node.name: extent for node, extent in zip(graph.nodes, found, strict=True)}


def lenet(*between: Layer) -> Graph:
    """28x28 -> 26 -> 13 -> 11 -> 5, which is 2 x 5 + 1 before the second pooling: one row and column too many."""
    layers = [Conv2D(4, 3, activation="relu"), MaxPooling2D(), Conv2D(6, 3), *between, MaxPooling2D()]
    return Graph.to(chain([*layers, Flatten(), Dense(3, "softmax")], (28, 28, 1)))


def test_what_falls_beside_the_last_pooling_is_left_out_back_to_the_first_layer() -> None:
    wanted = {"conv2": (10, 10), "pool1": (12, 12), "conv1": (24, 24), "pool2": (5, 5), "dense1": (1, 1)}
    for between in ([], [Activation("tanh")], [ReLU(max_value=2)]):
        assert extents(lenet(*between)).items() >= wanted.items()


def test_what_is_looked_at_is_made_in_full() -> None:
    assert extents(lenet(), ("conv2",))["conv2"] == (11, 11)
    found = extents(lenet(), ("pool1",))
    assert (found["conv2"], found["pool1"], found["conv1"]) == ((10, 10), (13, 13), (26, 26))


def test_statistics_of_a_map_are_of_all_of_it() -> None:
    graph = lenet(BatchNormalization())
    assert extents(graph)["conv2"] == (11, 11)
    assert extents(graph, folds=True)["conv2"] == (10, 10)
    assert extents(lenet(Activation("softmax")))["conv2"] == (11, 11)


def test_padding_and_several_readers_read_everything() -> None:
    x = Input((7, 6, 1))
    y = Conv2D(2, (1, 1))(x)
    padded = Graph.to(MaxPooling2D(2, padding="same")(y))
    assert extents(padded)["conv1"] == (7, 6)
    twice = Graph.to(Concatenate(axis=-1)([MaxPooling2D(2)(y), AveragePooling2D(2)(y)]))
    assert extents(twice)["conv1"] == (7, 6)
    strided = Graph.to(Conv2D(2, 1, strides=3)(y))
    assert extents(strided)["conv1"] == (7, 4)


def test_a_plan_does_less_work_by_that() -> None:
    graph = lenet()
    whole = sum(graph.multiply_adds(node) or 0 for node in graph.nodes)
    unread = 4 * 9 * (26 * 26 - 24 * 24) + 6 * 36 * (11 * 11 - 10 * 10)
    assert planned(engine("native"), graph, 16, None, 1).flops == 2 * 16 * (whole - unread)


def test_a_pixel_that_no_answer_reads_teaches_nothing() -> None:
    """Rows and columns 26 and 27 are seen by windows alone that nobody reads: NaN there reaches no gradient."""
    graph, rng = lenet(), np.random.default_rng(0)
    theta = rng.standard_normal(graph.theta.size).astype(np.float32)
    state = np.zeros(graph.state.size, np.float32)
    x = rng.standard_normal((9, 28, 28, 1)).astype(np.float32)
    y = rng.random((9, 3)).astype(np.float32)
    program = engine("native").compile(graph, 9, Purpose(loss=MeanSquaredError()))
    step = program.step(theta, state, x, y, None, Key(0, 0))
    gradient = step.gradient.copy()
    x[:, 26:], x[:, :, 26:] = np.nan, np.nan
    np.testing.assert_array_equal(program.step(theta, state, x, y, None, Key(0, 0)).gradient, gradient)
    assert np.isfinite(gradient).all()


@st.composite
def stacks(draw: st.DrawFn) -> Graph:
    """Layers of windows one behind the other, of strides and sizes that leave rows over, with others in between."""
    layers = list[Layer]()
    for _ in range(draw(st.integers(2, 3))):
        kernel, strides = (tuple(draw(st.lists(st.integers(1, most), min_size=2, max_size=2))) for most in (3, 3))
        padding = draw(st.sampled_from(["valid", "valid", "same"]))
        kind = draw(st.sampled_from(["conv", "conv", "max", "average"]))
        if kind == "conv":
            filters = draw(st.sampled_from([1, 3, 17]))
            layers.append(Conv2D(filters, kernel, strides, padding, activation=draw(ACTIVATIONS)))
        else:
            layers.append((MaxPooling2D if kind == "max" else AveragePooling2D)(kernel, strides, padding))
        layers += draw(st.sampled_from([[], [], [BatchNormalization()], [Activation("relu")], [Activation("silu")]]))
    last = draw(st.sampled_from([[Flatten(), Dense(3)], [GlobalAveragePooling2D()], []]))
    return Graph.to(chain([*layers, *last], (draw(st.integers(27, 32)), draw(st.integers(27, 32)), 1)))


ACTIVATIONS = st.sampled_from(["linear", "relu", "tanh"])
QUESTIONS = st.sampled_from(
    [
        Question(9, 5),
        Question(2, 2),
        Question(9, 9, loss=MeanSquaredError(), batch_statistics=True, weighted=True),
        Question(3, 2, loss=MeanSquaredError()),
    ]
)


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(stacks(), QUESTIONS, st.sampled_from(SETS or ["none"]))
def test_stacks_of_windows(graph: Graph, question: Question, isa: str) -> None:
    assert_parity(graph, question, truth(graph, question), isa, threads=2)
