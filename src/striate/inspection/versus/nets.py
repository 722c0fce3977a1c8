"""The networks that are compared: a CNN, others with as many weights, and one field made of large or small kernels."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from striate.engines.contract import Array
from striate.inspection.trials import Shape, convolutions, wired
from striate.network.graph import Graph
from striate.network.layers import Conv2D, Dense, Flatten, Layer, MaxPooling2D
from striate.network.shapes import weights
from striate.network.summary import summarize
from striate.network.window import Pair

CNN, DENSE, STRIDED, PLAIN = "cnn", "dense", "strided", "plain"
# Kernels of one field, one behind the other, and the one that sees as much: (F - 1) adds up.
FIELDS: Mapping[str, tuple[int, ...]] = {"two3": (3, 3), "one5": (5,), "three3": (3, 3, 3), "one7": (7,)}
PAIRS = (("two3", "one5"), ("three3", "one7"))
SIZES = (8, 16, 28, 32, 48, 64, 96, 128, 160, 192, 224)
GROWING = ("same_maps", DENSE, CNN, "convolutions")


@dataclass(frozen=True)
class Net:
    """A network and what it costs: `weights`, `multiply_adds` for a picture, what its last convolution sees."""

    name: str
    graph: Graph
    weights: int
    multiply_adds: int
    field: Pair | None


@dataclass(frozen=True, eq=False)
class Growth:
    """Weights against the size of the pictures: `weights` (S,) of whole numbers by network, for `sizes` (S,).

    `cnn` is the small CNN, `convolutions` what of it does not depend on the size; `dense` the net with `hidden` units;
    `same_maps` dense layers that make maps as large as the convolutions do.
    """

    sizes: tuple[int, ...]
    hidden: int
    weights: dict[str, tuple[int, ...]]


def compared_nets(shape: Shape, classes: int, filters: int) -> dict[str, Net]:
    """All networks for pictures of a shape (H, W, C); those without pooling, and the dense one, as near as can be."""
    cnn = wired(convolutions(filters, classes), shape)
    wanted = cnn.theta.count
    hidden = nearest(wanted, lambda units: wired(dense_layers(units, classes), shape).theta.count)
    second = nearest(wanted, lambda maps: wired(unpooled(filters, maps, 1, classes), shape).theta.count)
    layers = {
        DENSE: dense_layers(hidden, classes),
        STRIDED: unpooled(filters, 2 * filters, 2, classes),
        PLAIN: unpooled(filters, second, 1, classes),
        **{name: one_field(kernels, filters, classes) for name, kernels in FIELDS.items()},
    }
    return {CNN: _net(CNN, cnn), **{name: _net(name, wired(each, shape)) for name, each in layers.items()}}


def dense_layers(hidden: int, classes: int) -> list[Layer]:
    """The pixels in a row, one hidden layer, the classes."""
    return [Flatten(), Dense(hidden, "relu"), Dense(classes, "softmax")]


def unpooled(filters: int, second: int, stride: int, classes: int) -> list[Layer]:
    """The CNN with a stride in its convolutions in place of pooling; stride 1: maps stay as large as the picture."""
    return [
        Conv2D(filters, 3, stride, padding="same", activation="relu"),
        Conv2D(second, 3, stride, padding="same", activation="relu"),
        Flatten(),
        Dense(classes, "softmax"),
    ]


def one_field(kernels: Sequence[int], filters: int, classes: int) -> list[Layer]:
    """Convolutions with these kernels, `filters` maps in and out, in the middle of an otherwise equal network."""
    return [
        Conv2D(filters, 3, padding="same", activation="relu"),
        MaxPooling2D(2),
        *(Conv2D(filters, size, padding="same", activation="relu") for size in kernels),
        MaxPooling2D(2),
        Flatten(),
        Dense(classes, "softmax"),
    ]


def nearest(wanted: int, count: Callable[[int], int]) -> int:
    """The whole number of 1 or more whose count, which grows with it, is nearest to the one wanted."""
    low, high = 1, 2
    while count(high) < wanted:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle) <= wanted else (low, middle)
    return min(low, high, key=lambda n: abs(count(n) - wanted))


def weights_by_size(channels: int, classes: int, *, hidden: int, filters: int, sizes: Sequence[int] = SIZES) -> Growth:
    """How many weights each network has for square pictures of each size. Nothing is made, only counted."""
    rows = [_counted((size, size, channels), classes, hidden, filters) for size in sizes]
    return Growth(tuple(sizes), hidden, {name: tuple(row[name] for row in rows) for name in GROWING})


def hidden_units(net: Net) -> int:
    """Of the dense network."""
    return next(node.shape[0] for node in net.graph.nodes if isinstance(node.layer, Dense))


def shuffled(x: Array, seed: int) -> Array:
    """Pictures (N, H, W, C), the places of their pixels changed by one permutation, the same for all."""
    places = np.random.default_rng([seed, SHUFFLING_PIXELS]).permutation(math.prod(x.shape[1:3]))
    return np.ascontiguousarray(x.reshape(len(x), -1, x.shape[3])[:, places].reshape(x.shape))


SHUFFLING_PIXELS = 6  # keeps this draw apart from others of the same seed


def _counted(shape: Shape, classes: int, hidden: int, filters: int) -> dict[str, int]:
    cnn = wired(convolutions(filters, classes), shape)
    convolved = [node for node in cnn.nodes if isinstance(node.layer, Conv2D)]
    last = next(node for node in cnn.nodes if isinstance(node.layer, Dense))
    same_maps = sum(_of_dense(math.prod(cnn.shapes_into(n)[0]), math.prod(n.shape)) for n in (*convolved, last))
    return {
        "same_maps": same_maps,
        DENSE: wired(dense_layers(hidden, classes), shape).theta.count,
        CNN: cnn.theta.count,
        "convolutions": sum(math.prod(w.shape) for n in convolved for w in weights(n.layer, cnn.shapes_into(n)[0])),
    }


def _of_dense(inputs: int, outputs: int) -> int:
    return sum(math.prod(weight.shape) for weight in weights(Dense(outputs), (inputs,)))


def _net(name: str, graph: Graph) -> Net:
    facts = summarize(graph)
    seen = [layer.field for layer in facts.layers if layer.kind == "Conv2D"]
    return Net(name, graph, facts.weights, facts.multiply_adds or 0, seen[-1] if seen else None)
