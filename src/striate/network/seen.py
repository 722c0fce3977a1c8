"""What a part of a layer's output sees of the picture: followed back through any graph, layer by layer.

A part is named by its places along each axis of what a node gives for one picture: rows, columns and channels of maps,
numbers of a vector. Followed so, a unit behind branches of unlike strides has its field, too, and a channel of a
concatenation only that of its own branch; for a unit of a chain it is the box of `Graph.fields`.
"""

from collections.abc import Sequence
from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from striate.network.graph import Graph, Node
from striate.network.layers import (
    Concatenate,
    Conv2D,
    CustomLayer,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalPooling2D,
    Layer,
    LayerNormalization,
    Pooling2D,
    Windowed,
    ZeroPadding2D,
    activation_of,
)
from striate.network.shapes import Shape, joined_axis, windows

Places = NDArray[np.int64]  # sorted, each once
Part = tuple[Places, ...]


def seen(graph: Graph, name: str, part: Part, *, clipped: bool) -> Part | None:
    """The rows, columns and channels of the picture that a part of a node's output is made from; None: of none.

    Clipped, padding is left out wherever it stands in the network. Else rows and columns go on beyond the picture,
    as if each padding continued it: the field as arithmetic has it, the same at the border as in the middle.
    """
    parts = {graph.place(name): part}
    for place in range(graph.place(name), 0, -1):
        if (here := parts.pop(place, None)) is None:
            continue
        node = graph.nodes[place]
        for source, each in zip(node.inputs, _into(node, here, graph.shapes_into(node)), strict=True):
            inside = _clipped(each, graph.nodes[source].shape) if clipped else each
            if all(map(len, inside)):
                parts[source] = _joined(parts[source], inside) if source in parts else inside
    return parts.get(0)


def all_of(shape: Shape) -> Part:
    """Every place of an output."""
    return tuple(map(np.arange, shape))


def _into(node: Node, part: Part, shapes: Sequence[Shape]) -> list[Part]:
    """What a node needs of each of its inputs for a part of its output."""
    if activation_of(node.layer) == "softmax" or isinstance(node.layer, LayerNormalization):
        part = (*part[:-1], np.arange(node.shape[-1]))
    return needed(node.layer, part, *shapes)


@singledispatch
def needed(layer: Layer, part: Part, *shapes: Shape) -> list[Part]:
    """What a layer needs of each input. Most give at each place what they make of the same place."""
    return [part for _ in shapes]


@needed.register
def _(layer: CustomLayer, part: Part, *shapes: Shape) -> list[Part]:
    """A layer of the user's own may look anywhere."""
    return [all_of(shape) for shape in shapes]


@needed.register
def _(layer: Conv2D, part: Part, shape: Shape) -> list[Part]:
    into, out = shape[-1] // layer.groups, layer.filters // layer.groups
    channels = np.unique(part[-1] // out)[:, np.newaxis] * into + np.arange(into)
    return [(*_windowed(layer, part, shape), channels.ravel())]


@needed.register
def _(layer: DepthwiseConv2D, part: Part, shape: Shape) -> list[Part]:
    return [(*_windowed(layer, part, shape), np.unique(part[-1] // layer.depth_multiplier))]


@needed.register
def _(layer: Pooling2D, part: Part, shape: Shape) -> list[Part]:
    return [(*_windowed(layer, part, shape), part[-1])]


@needed.register
def _(layer: GlobalPooling2D, part: Part, shape: Shape) -> list[Part]:
    return [(np.arange(shape[0]), np.arange(shape[1]), part[-1])]


@needed.register
def _(layer: ZeroPadding2D, part: Part, shape: Shape) -> list[Part]:
    (top, _), (left, _) = layer.padding
    return [(part[0] - top, part[1] - left, part[2])]


@needed.register
def _(layer: Flatten, part: Part, shape: Shape) -> list[Part]:
    return [tuple(np.unique(places) for places in np.unravel_index(part[0], shape))]


@needed.register
def _(layer: Dense, part: Part, shape: Shape) -> list[Part]:
    return [(*part[:-1], np.arange(shape[-1]))]


@needed.register
def _(layer: Concatenate, part: Part, *shapes: Shape) -> list[Part]:
    """Each input gives the places of its own; what lies beyond all of them belongs to the first and the last."""
    axis, begin, parts = joined_axis(layer, shapes[0]), 0, list[Part]()
    for i, shape in enumerate(shapes):
        end = begin + shape[axis]
        own = np.ones(len(part[axis]), bool)
        if i > 0:
            own &= part[axis] >= begin
        if i < len(shapes) - 1:
            own &= part[axis] < end
        parts.append((*part[:axis], part[axis][own] - begin, *part[axis + 1 :]))
        begin = end
    return parts


def _windowed(layer: Windowed, part: Part, shape: Shape) -> Part:
    """The rows and columns that the windows of some rows and columns look at."""
    placed = windows(layer, (shape[0], shape[1]))
    return tuple(
        np.unique(places[:, np.newaxis] * stride - before + np.arange(0, reach, step))
        for places, stride, (before, _), reach, step in zip(
            part[:2], placed.stride, placed.border, placed.reach, placed.dilation, strict=True
        )
    )


def _clipped(part: Part, shape: Shape) -> Part:
    return tuple(places[(places >= 0) & (places < n)] for places, n in zip(part, shape, strict=True))


def _joined(one: Part, other: Part) -> Part:
    return tuple(np.union1d(a, b) for a, b in zip(one, other, strict=True))
