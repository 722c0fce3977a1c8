"""Networks drawn at random: branches, joins, shared layers, users' layers."""

from collections.abc import Callable

from cases import Curve, Gate
from hypothesis import strategies as st

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
