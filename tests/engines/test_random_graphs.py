"""Whole networks that nobody thought of: branches, joins and shared layers drawn at random, gradients in float64."""

from collections.abc import Callable

import numpy as np
from cases import Array, Curve, Gate, random_state, random_theta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from striate.engines.contract import Purpose
from striate.engines.reference.program import ReferenceEngine
from striate.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    Input,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    ReLU,
)
from striate.network.description import from_document, to_document
from striate.network.graph import Graph, Symbol

SMOOTH = ("tanh", "sigmoid", "silu", "gelu_tanh", "softplus", "softmax", "elu")


def kept_size(channels: int, activation: str) -> list[Callable[[], Layer]]:
    """Layers that keep a map's size, so that what they give can be joined with anything."""
    return [
        lambda: Conv2D(channels, 3, padding="same", activation=activation),
        lambda: Conv2D(channels, (2, 3), padding="same", dilation_rate=2, use_bias=False),
        lambda: Conv2D(2 * channels, 1, groups=1, activation=activation),
        lambda: DepthwiseConv2D(3, padding="same", depth_multiplier=2),
        lambda: AveragePooling2D(3, strides=1, padding="same"),
        lambda: MaxPooling2D(2, strides=1, padding="same"),
        lambda: Activation(activation),
        lambda: ReLU(max_value=2, negative_slope=0.1),
        BatchNormalization,
        LayerNormalization,
        Curve,
        lambda: Dropout(0.5),
    ]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """From one input some layers, each behind any symbol there is; then all loose ends are joined."""
    symbols = [Input((draw(st.integers(2, 5)), draw(st.integers(2, 5)), draw(st.integers(1, 3))))]
    layers: list[tuple[Layer, int]] = []  # with the channels that they were first given
    for _ in range(draw(st.integers(1, 7))):
        x = draw(st.sampled_from(symbols))
        again = [layer for layer, channels in layers if channels == x.shape[-1]]
        alike = [symbol for symbol in symbols if symbol.shape == x.shape]
        kind = draw(st.sampled_from(["new", "new", "new", "again", "add", "concatenate", "gate"]))
        if kind == "add":
            symbols.append(Add()([x, *draw(st.lists(st.sampled_from(alike), min_size=1, max_size=2))]))
        elif kind == "concatenate":
            symbols.append(Concatenate()([x, draw(st.sampled_from(symbols))]))
        elif kind == "gate":
            symbols.append(Gate()([x, draw(st.sampled_from(alike))]))
        elif kind == "again" and again:
            symbols.append(draw(st.sampled_from(again))(x))
        else:
            layer = draw(st.sampled_from(kept_size(draw(st.integers(1, 3)), draw(st.sampled_from(SMOOTH)))))()
            layers.append((layer, x.shape[-1]))
            symbols.append(layer(x))
    return Graph.to(joined(symbols))


def joined(symbols: list[Symbol]) -> Symbol:
    used = {each for symbol in symbols for each in symbol.inputs}
    loose = [symbol for symbol in symbols if symbol not in used]
    return Concatenate()(loose) if len(loose) > 1 else loose[0]


def slope(f: Callable[[Array], float], at: Array, direction: Array, h: float) -> float:
    return (f(at + h * direction) - f(at - h * direction)) / (2 * h)


def check(f: Callable[[Array], float], at: Array, gradient: Array, direction: Array) -> None:
    """The gradient against differences of two steps: where these do not agree there is a kink between, or a jump."""
    direction = direction / max(np.linalg.norm(direction), 1)
    near, far = slope(f, at, direction, 1e-6), slope(f, at, direction, 2e-6)
    scale = np.linalg.norm(gradient) + abs(near)
    if abs(near - far) <= 1e-4 * scale:
        np.testing.assert_allclose(np.sum(gradient * direction), near, rtol=1e-5, atol=1e-5 * scale + 1e-8)


@settings(max_examples=120, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs(), st.integers(0, 2**32 - 1), st.booleans())
def test_gradients_of_random_networks(graph: Graph, seed: int, by_batch: bool) -> None:
    rng = np.random.default_rng(seed)
    theta, state, x = random_theta(graph, rng), random_state(graph, rng), rng.standard_normal((3, *graph.input_shape))
    names = tuple(node.name for node in graph.nodes)
    purpose = Purpose(keep=names, gradients_of=names, batch_statistics=by_batch, dtype=np.float64)
    program = ReferenceEngine().compile(graph, 3, purpose)
    dy = {node.name: rng.standard_normal((3, *node.shape)) for node in graph.nodes}
    gradients = program.backward(theta, state, x, dy)

    def moved(theta: Array, x: Array) -> float:
        kept = program.forward(theta, state, x).kept
        return sum(float(np.sum(dy[name] * kept[name])) for name in names)

    check(lambda at: moved(theta, at), x, gradients.nodes["input1"], rng.standard_normal(x.shape))
    check(lambda at: moved(at, x), theta, gradients.weights, random_theta(graph, rng))


@settings(max_examples=120, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs())
def test_random_networks_are_described_and_read_again(graph: Graph) -> None:
    again = from_document(to_document(graph))
    assert to_document(again) == to_document(graph)
    assert (again.theta, again.state, again.fields) == (graph.theta, graph.state, graph.fields)
