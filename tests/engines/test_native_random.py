"""The native engine on networks and geometries that nobody thought of, beside the reference engine in float64."""

from typing import Any

import pytest
from cases import Curve
from drawn_graphs import graphs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from native_parity import Question, assert_parity, instruction_sets, truth

from striate.engines.native import core
from striate.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    Input,
    Layer,
    MaxPooling2D,
    ReLU,
    ZeroPadding2D,
)
from striate.losses import MeanSquaredError
from striate.network.graph import Graph, chain

pytestmark = pytest.mark.skipif(not core.available(), reason="the compiled core is not there")

SETS = instruction_sets()
CHANNELS = st.sampled_from([1, 3, 5, 17, 33, 70])
Pair = tuple[int, int]


def drawn(examples: int) -> settings:
    return settings(max_examples=examples, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


def pairs(most: int) -> st.SearchStrategy[Pair]:
    return st.tuples(st.integers(1, most), st.integers(1, most))


def questions() -> st.SearchStrategy[Question]:
    """In turn and depth first, full and short batches, with and without everything visible."""
    sizes = st.sampled_from([(1, 1), (2, 2), (3, 2), (9, 9), (9, 5)])
    learning = Question(0, 0, batch_statistics=True, dropout=True, loss=MeanSquaredError(), weighted=True)
    kinds = st.sampled_from([Question(0, 0), Question(0, 0, every=True, batch_statistics=True), learning])
    return st.builds(lambda size, kind: Question(**{**vars(kind), "capacity": size[0], "batch": size[1]}), sizes, kinds)


@st.composite
def borders(draw: st.DrawFn, kernel: Pair, dilation: Pair, *, pool: bool = False) -> Any:
    """A padding that fits: of pools less than the window."""
    if draw(st.booleans()):
        return draw(st.sampled_from(["same", "valid"]))
    reach = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    return tuple((draw(st.integers(0, r)), draw(st.integers(0, r if pool else r + 2))) for r in reach)


@st.composite
def windowed(draw: st.DrawFn) -> Graph:
    """A layer of windows of any geometry, between others so that both its gradients are wanted."""
    kernel, strides, dilation = draw(pairs(4)), draw(pairs(3)), draw(pairs(3))
    kind = draw(st.sampled_from(["conv", "conv", "groups", "depthwise", "max", "average"]))
    if strides != (1, 1) and draw(st.booleans()):
        dilation = (1, 1)
    if kind in {"max", "average"}:
        dilation = (1, 1)
    padding = draw(borders(kernel, dilation, pool=kind in {"max", "average"}))
    channels = draw(CHANNELS)
    least = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    size = tuple(draw(st.integers(n, n + 5)) for n in least)
    activation = draw(st.sampled_from(["linear", "relu", "tanh", "relu6"]))
    layer: Layer
    match kind:
        case "conv" | "groups":
            groups = channels if kind == "groups" and channels < 6 else 1
            filters = groups * draw(st.sampled_from([1, 2])) if groups > 1 else draw(CHANNELS)
            layer = Conv2D(
                filters, kernel, strides, padding, dilation_rate=dilation, groups=groups, activation=activation
            )
        case "depthwise":
            times = draw(st.integers(1, 3)) if channels < 20 else 1
            layer = DepthwiseConv2D(kernel, strides, padding, times, dilation_rate=dilation, activation=activation)
        case "max":
            layer = MaxPooling2D(kernel, strides, padding)
        case _:
            layer = AveragePooling2D(kernel, strides, padding)
    before = [Activation(draw(st.sampled_from(["linear", "relu", "silu"])))] if draw(st.booleans()) else []
    return Graph.to(chain([*before, layer], (*size, channels)))


@drawn(60)
@given(windowed(), questions(), st.sampled_from(SETS or ["none"]))
def test_windows_of_any_geometry(graph: Graph, question: Question, isa: str) -> None:
    assert_parity(graph, question, truth(graph, question), isa, threads=2)


@drawn(50)
@given(graphs(), questions(), st.sampled_from(SETS or ["none"]))
def test_networks_of_any_wiring(graph: Graph, question: Question, isa: str) -> None:
    assert_parity(graph, question, truth(graph, question), isa, threads=2)


def flat_everywhere() -> list[Graph]:
    """Flattened values where a plan would rather leave them maps."""
    found = []
    for read_by in (
        lambda flat, dense: Concatenate()([flat, dense]),
        lambda flat, dense: Concatenate(axis=1)([dense, flat, flat]),
        lambda flat, dense: Add()([flat, dense]),
        lambda flat, dense: Add()([BatchNormalization()(flat), dense]),
        lambda flat, dense: Add()([Flatten()(flat), Curve()(flat), dense]),
        lambda flat, dense: Concatenate()([Activation("softmax")(flat), ReLU(0.5)(flat), dense]),
        lambda flat, dense: Concatenate()([Dense(3)(flat), flat, Dense(2)(flat)]),
        lambda flat, dense: Flatten()(flat),
    ):
        x = Input((3, 4, 2))
        y = Conv2D(3, 2, activation="relu")(ZeroPadding2D(((1, 0), (0, 2)))(x))
        flat = Flatten()(y)
        found.append(Graph.to(read_by(flat, Dense(flat.shape[-1], "tanh")(flat))))
    return found


@pytest.mark.parametrize("number", range(8))
def test_flattened_values_in_odd_places(number: int) -> None:
    graph = flat_everywhere()[number]
    for question in (
        Question(9, 7, loss=MeanSquaredError(), batch_statistics=True),
        Question(9, 9, every=True),
        Question(2, 2, every=True, batch_statistics=True),
        Question(2, 2),
    ):
        assert_parity(graph, question, truth(graph, question), SETS[-1])


@pytest.mark.parametrize("axis", [1, 2, 3, -1])
def test_joins_along_every_axis(axis: int) -> None:
    x = Input((3, 3, 4))
    sizes = {1: (2, 1), 2: (1, 2)}.get(axis, (1, 1))
    y = Concatenate(axis=axis)([x, Conv2D(4, sizes, activation="relu")(x), x, Curve()(x)])
    graph = Graph.to(Conv2D(17, 2)(y))
    for question in (Question(9, 7, every=True), Question(2, 2, loss=MeanSquaredError())):
        assert_parity(graph, question, truth(graph, question), SETS[-1])
