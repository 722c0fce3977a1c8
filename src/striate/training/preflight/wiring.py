"""Mistakes that stand in the network, the loss and the settings alone: no picture is looked at."""

from collections.abc import Collection, Iterator, Sequence

from striate.network.graph import Graph, Node
from striate.network.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    CustomLayer,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalMaxPooling2D,
    LayerNormalization,
    MaxPooling2D,
    Pooling2D,
    ReLU,
    Softmax,
    activation_of,
)
from striate.network.layout import Span
from striate.network.losses import BinaryCrossentropy, CategoricalCrossentropy, Loss, SparseCategoricalCrossentropy
from striate.training.preflight.findings import Finding, found

MOST_DROPPED = 0.9  # networks that learn drop half, at most four fifths
SHARES = ("sigmoid", "hard_sigmoid", "softmax")  # give numbers from 0 to 1
SQUASHING = ("sigmoid", "hard_sigmoid", "softmax", "tanh", "relu", "relu6")  # let no logit be any number
CHANNELS = (1, 3, 4)  # of pictures in files
SMALLEST_SIDE = 8  # where the first size is one of CHANNELS, the others are sides of a picture from here on

Categorical = CategoricalCrossentropy | SparseCategoricalCrossentropy


def of_wiring(
    graph: Graph, loss: Loss, batch_size: int, spans: Sequence[Span], frozen: Collection[str]
) -> Iterator[Finding]:
    """What is wrong with the layers, with the loss behind them, and with what of them may learn."""
    yield from _of_channels(graph)
    yield from _of_loss(graph, loss)
    yield from _of_layers(graph, batch_size, frozen)
    if not spans:
        yield found("preflight.no_weights")
    elif not any(span.trainable for span in spans):
        yield found("preflight.all_frozen")


def last_activation(graph: Graph) -> tuple[Node, str]:
    """The node that makes the answers what they are, and its activation; what only reshapes is looked through."""
    node = graph.nodes[-1]
    while _reshapes(node):
        node = graph.nodes[node.inputs[0]]
    return node, "relu" if isinstance(node.layer, ReLU) else activation_of(node.layer)


def _reshapes(node: Node) -> bool:
    if isinstance(node.layer, Activation):
        return node.layer.activation == "linear"
    return isinstance(node.layer, Flatten | Dropout)


def _of_channels(graph: Graph) -> Iterator[Finding]:
    """Pictures that come channels first have so few rows that any convolution over rows is a mistake."""
    shape = graph.input_shape
    if len(shape) != 3 or shape[0] not in CHANNELS or shape[1] != shape[2] or shape[1] < SMALLEST_SIDE:
        return
    windowed = [node.layer for node in graph.nodes[1:] if isinstance(node.layer, Conv2D | DepthwiseConv2D)]
    if windowed and windowed[0].kernel_size[0] > 1:
        yield found("preflight.channels_first", shape=shape, required=(*shape[1:], shape[0]))


def _of_loss(graph: Graph, loss: Loss) -> Iterator[Finding]:
    node, activation = last_activation(graph)
    if isinstance(node.layer, CustomLayer):  # what it gives is its own affair
        return
    fields = {"layer": node.name, "activation": activation, "loss": type(loss).__name__}
    if (inner := _squashed_before(graph, node)) is not None:
        twice = activation == "softmax" and inner[1] == "softmax"
        yield found("preflight.softmax_twice" if twice else "preflight.squashed", **fields, inner=inner[0], by=inner[1])
    if activation == "softmax" and graph.output_shape[-1] == 1:
        yield found("preflight.softmax_of_one", **fields)
    elif isinstance(loss, Categorical):
        yield from _of_categorical(loss.from_logits, activation, fields)
    elif isinstance(loss, BinaryCrossentropy):
        yield from _of_binary(loss.from_logits, activation, fields, graph.output_shape[-1])


def _of_categorical(from_logits: bool, activation: str, fields: dict[str, str]) -> Iterator[Finding]:
    if from_logits and activation == "softmax":
        yield found("preflight.softmax_in_loss", **fields)
    elif from_logits and activation in SQUASHING:
        yield found("preflight.logits_squashed", **fields)
    elif not from_logits and activation != "softmax":
        yield found("preflight.no_probabilities", **fields)


def _of_binary(from_logits: bool, activation: str, fields: dict[str, str], outputs: int) -> Iterator[Finding]:
    if from_logits and activation in SQUASHING:
        yield found("preflight.logits_squashed", **fields)
    elif not from_logits and activation not in SHARES:
        yield found("preflight.no_shares", **fields)
    elif activation == "softmax" and outputs > 2:  # of two it is the categorical cross-entropy
        yield found("preflight.softmax_in_binary", **fields)


def _squashed_before(graph: Graph, last: Node) -> tuple[str, str] | None:
    """What squashes the numbers that softmax or sigmoid are then taken of, with no weights between."""
    if not isinstance(last.layer, Activation | Softmax) or activation_of(last.layer) not in SHARES:
        return None
    node = graph.nodes[last.inputs[0]]
    while _reshapes(node):
        node = graph.nodes[node.inputs[0]]
    activation = "relu" if isinstance(node.layer, ReLU) else activation_of(node.layer)
    return (node.name, activation) if activation in SQUASHING else None


def _of_layers(graph: Graph, batch_size: int, frozen: Collection[str]) -> Iterator[Finding]:
    for node in graph.nodes[1:]:
        if isinstance(node.layer, Dropout) and node.layer.rate >= MOST_DROPPED:
            yield found("preflight.dropout", layer=node.name, rate=node.layer.rate)
        if isinstance(node.layer, BatchNormalization) and batch_size == 1 and graph.owner(node).name not in frozen:
            yield found("preflight.norm_of_one", layer=node.name)
    weighted = [node for node in graph.nodes if isinstance(node.layer, Conv2D | DepthwiseConv2D | Dense)]
    inside = [node for node in graph.nodes[:-1] if _bends(node)]
    if len(weighted) > 1 and not inside and graph.owner(weighted[0]) is not graph.owner(weighted[-1]):
        yield found("preflight.all_linear", layers=[node.name for node in weighted])


def _bends(node: Node) -> bool:
    """Whether a node does anything but weighted sums."""
    kinds = (MaxPooling2D, GlobalMaxPooling2D, ReLU, LayerNormalization, CustomLayer)
    return isinstance(node.layer, kinds) or activation_of(node.layer) != "linear"


def normalises_first(graph: Graph) -> bool:
    """Whether pictures of any scale are the same to a network: they are normalised before anything bends them."""
    place = 0
    while len(behind := [other for other, node in enumerate(graph.nodes) if place in node.inputs]) == 1:
        place = behind[0]
        layer = graph.nodes[place].layer
        if isinstance(layer, BatchNormalization | LayerNormalization):
            return True
        sums = isinstance(layer, Conv2D | DepthwiseConv2D | Dense | Flatten | Pooling2D)
        if not sums or activation_of(layer) != "linear":
            return False
    return False
