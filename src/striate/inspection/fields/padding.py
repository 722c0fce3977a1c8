"""How much of what a unit sees is padding: values that were never in the picture."""

from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from striate.errors import SettingError, StateError
from striate.figures.shown import Shown
from striate.inspection import arguments as may_be
from striate.inspection.fields.field import FieldBox, box_around
from striate.model import Model
from striate.network.graph import Graph
from striate.network.layers import (
    Add,
    Concatenate,
    Conv2D,
    CustomLayer,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalPooling2D,
    Layer,
    Pooling2D,
    Windowed,
    ZeroPadding2D,
)
from striate.network.open_sizes import is_open
from striate.network.seen import seen
from striate.network.settings import checked, positive_pair
from striate.network.shapes import Shape, joined_axis, output_shape, windows
from striate.network.window import Pair

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Map = NDArray[np.float64]


@dataclass(frozen=True)
class PaddingMap(Shown):
    """The share of padding in what each unit of a layer's maps (P, Q) sees, in pictures of a size.

    `boxes`: of the pixels of the unit's receptive field, the box that goes on beyond the picture, how many lie beyond.
    `walks`: of the walks from the unit down to the pixels, at each layer to any of the values that are summed there,
    all alike, how many end in padding; the mean over the channels. The first is geometry alone; the second counts a
    value as often as the unit uses it, so that a field's rim counts less than its middle.
    """

    layer: str
    size: Pair
    boxes: Map
    walks: Map

    def figure(self) -> "Figure":
        """Both maps."""
        from striate.figures.padding import padding_figure

        return padding_figure(self.layer, self.size, self.boxes, self.walks)


@checked(model=may_be.model, size=positive_pair)
def padding_map(model: Model, layer: str, size: Pair | None = None) -> PaddingMap:
    """The share of padding for each place of a layer's maps; `size` (height, width) where the model leaves it open.

    Raises `UnknownNameError` for a layer that is not there, `SettingError` for one that gives no maps, `StateError`
    where the size is not known.
    """
    shape = model.graph.input_shape if size is None else (*size, *model.graph.input_shape[2:])
    if is_open(shape):
        raise StateError("padding.open_size", came=shape)
    graph = model.graph.at(shape)
    node, known = graph.node(layer), layers_with_maps(graph)
    if node.name not in known:
        raise SettingError("padding.no_maps" if known else "padding.no_maps_anywhere", layer=layer, known=known)
    return PaddingMap(layer, (shape[0], shape[1]), box_shares(graph, layer), walk_shares(graph, layer).mean(axis=-1))


def layers_with_maps(graph: Graph) -> list[str]:
    """The names of the layers that give maps of pictures."""
    return [node.name for node in graph.nodes[1:] if len(node.shape) == len(graph.input_shape) == 3]


def box_shares(graph: Graph, layer: str) -> Map:
    """The share (P, Q) of each field's box that lies beyond the picture."""
    down, across = (_axis_shares(graph, layer, axis) for axis in (0, 1))
    return 1 - np.outer(down, across)


def field_boxes(graph: Graph, layer: str, axis: int) -> list[FieldBox]:
    """The boxes of the units along an axis of a layer's maps, at the first place of the other, all channels together.

    They go on beyond the picture.
    """
    shape = graph.node(layer).shape

    def place(i: int) -> tuple[NDArray[np.int64], ...]:
        return (np.array([i if axis == 0 else 0]), np.array([i if axis == 1 else 0]), np.arange(shape[2]))

    return [box_around(seen(graph, layer, place(i), clipped=False)) for i in range(shape[axis])]


def _axis_shares(graph: Graph, layer: str, axis: int) -> Map:
    """The share of each field that lies in the picture, along one axis: a box's is their product."""
    n = graph.input_shape[axis]
    sides = [(box.rows, box.columns)[axis] for box in field_boxes(graph, layer, axis)]
    return np.array([max(min(end, n) - max(begin, 0), 0) / (end - begin) for begin, end in sides])


def walk_shares(graph: Graph, layer: str) -> Map:
    """The share of walks that end in padding, for each unit of a layer's output for one picture."""
    shares: list[Map] = [np.zeros(graph.input_shape)]
    for node in graph.nodes[1 : graph.place(layer) + 1]:
        shares.append(through(node.layer, *(shares[place] for place in node.inputs)))
    return shares[graph.place(layer)]


@singledispatch
def through(layer: Layer, *into: Map) -> Map:
    """The shares behind a layer, from those of the values that it takes. Most give each value one of its own."""
    return into[0]


@through.register
def _(layer: CustomLayer, *into: Map) -> Map:
    """A layer of the user's own may look anywhere: the mean of all."""
    mean = sum(float(x.mean()) for x in into) / len(into)
    return np.full(layer.output_shape(*(x.shape for x in into)), mean)


@through.register
def _(layer: Conv2D, x: Map) -> Map:
    means = _window_means(layer, x, padding=1.0)
    grouped = means.reshape(*means.shape[:2], layer.groups, -1).mean(axis=-1)
    return np.repeat(grouped, layer.filters // layer.groups, axis=-1)


@through.register
def _(layer: DepthwiseConv2D, x: Map) -> Map:
    return np.repeat(_window_means(layer, x, padding=1.0), layer.depth_multiplier, axis=-1)


@through.register
def _(layer: Pooling2D, x: Map) -> Map:
    return _window_means(layer, x, padding=None)


@through.register
def _(layer: GlobalPooling2D, x: Map) -> Map:
    mean = x.mean(axis=(0, 1), keepdims=True)
    return mean if layer.keepdims else mean[0, 0]


@through.register
def _(layer: ZeroPadding2D, x: Map) -> Map:
    return np.pad(x, (*layer.padding, (0, 0)), constant_values=1.0)


@through.register
def _(layer: Flatten, x: Map) -> Map:
    return x.ravel()


@through.register
def _(layer: Dense, x: Map) -> Map:
    return np.repeat(x.mean(axis=-1, keepdims=True), layer.units, axis=-1)


@through.register
def _(layer: Add, *into: Map) -> Map:
    return np.stack(into).sum(axis=0) / len(into)


@through.register
def _(layer: Concatenate, *into: Map) -> Map:
    return np.concatenate(into, axis=joined_axis(layer, into[0].shape))


def _window_means(layer: Windowed, x: Map, padding: float | None) -> Map:
    """The mean (P, Q, C) over each window of x (H, W, C); padding counts as a value, or, None, not at all."""
    shape: Shape = x.shape
    placed, (rows, columns, _) = windows(layer, (shape[0], shape[1])), output_shape(layer, shape)
    wide = np.pad(x, (*placed.border, (0, 0)), constant_values=padding or 0.0)
    real = np.pad(np.ones(shape[:2]), placed.border, constant_values=0.0 if padding is None else 1.0)
    total, count = np.zeros((rows, columns, shape[2])), np.zeros((rows, columns, 1))
    for tap in np.ndindex(*placed.kernel):
        (r, s), (down, right) = np.multiply(tap, placed.dilation), placed.stride
        view = slice(r, r + (rows - 1) * down + 1, down), slice(s, s + (columns - 1) * right + 1, right)
        total += wide[view]
        count += real[view][..., np.newaxis]
    return total / count
