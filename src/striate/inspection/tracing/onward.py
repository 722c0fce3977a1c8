"""What a number is used for: the outputs of the next layers that it is a term of, and with which weights.

Read the other way round than `terms`: there the inputs of an output, here the outputs of an input.
"""

from collections.abc import Callable
from functools import singledispatch
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.inspection.tracing.terms import At, Index, terms_of
from striate.network.layers import (
    BatchNormalization,
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
)
from striate.network.shapes import joined_axis, windows

Array = NDArray[Any]


class Uses(NamedTuple):
    """The M outputs of a layer, by their places (M, rank), whose sums move with a number, each by its weight (M,).

    Where a sum is no sum, as with layer normalisation, the weight is the slope there.
    """

    places: Array
    weights: Array


@singledispatch
def uses_of(layer: Layer, at: At, edge: int, index: Index) -> Uses | None:
    """Where the number at `index` of input `edge` goes; None: nobody knows. Most layers keep it where it is."""
    return Uses(np.array([index]), np.ones(1))


@uses_of.register
def _(layer: CustomLayer, at: At, edge: int, index: Index) -> Uses | None:
    return None


@uses_of.register
def _(layer: Conv2D, at: At, edge: int, index: Index) -> Uses:
    kernel = at.weights["kernel"]
    each, filters = kernel.shape[2], layer.filters // layer.groups
    group, c = divmod(index[2], each)
    seeing = range(group * filters, (group + 1) * filters)
    return _through_windows(layer, at, index, seeing, lambda r, s: kernel[r, s, c, seeing.start : seeing.stop])


@uses_of.register
def _(layer: DepthwiseConv2D, at: At, edge: int, index: Index) -> Uses:
    kernel, m, c = at.weights["kernel"], layer.depth_multiplier, index[2]
    return _through_windows(layer, at, index, range(c * m, (c + 1) * m), lambda r, s: kernel[r, s, c])


@uses_of.register
def _(layer: Pooling2D, at: At, edge: int, index: Index) -> Uses:
    c = index[2]
    seen = _through_windows(layer, at, index, range(c, c + 1), lambda r, s: np.ones(1))
    return Uses(seen.places, np.array([_weight_in(layer, at, index, tuple(place)) for place in seen.places.tolist()]))


@uses_of.register
def _(layer: GlobalPooling2D, at: At, edge: int, index: Index) -> Uses:
    place = (0, 0, index[2]) if layer.keepdims else (index[2],)
    return Uses(np.array([place]), np.array([_weight_in(layer, at, index, place)]))


@uses_of.register
def _(layer: Dense, at: At, edge: int, index: Index) -> Uses:
    weights = at.weights["kernel"][index[-1]].astype(float)
    return Uses(np.array([(*index[:-1], k) for k in range(len(weights))]), weights)


@uses_of.register
def _(layer: BatchNormalization, at: At, edge: int, index: Index) -> Uses:
    return Uses(np.array([index]), np.asarray(terms_of(layer, at, index).weights))


@uses_of.register
def _(layer: LayerNormalization, at: At, edge: int, index: Index) -> Uses:
    """dz_j/dx_i = (d_ij - 1/C - z_i z_j / C) / sqrt(variance + epsilon): each number moves mean and variance, too."""
    x, i = at.inputs[0][index[:-1]].astype(float), index[-1]
    inverse = 1 / np.sqrt(x.var() + layer.epsilon)
    z = (x - x.mean()) * inverse
    slopes = ((np.arange(len(x)) == i) - 1 / len(x) - z[i] * z / len(x)) * inverse
    gamma = at.weights["gamma"].astype(float) if layer.scale else np.ones(len(x))
    return Uses(np.array([(*index[:-1], j) for j in range(len(x))]), gamma * slopes)


@uses_of.register
def _(layer: Concatenate, at: At, edge: int, index: Index) -> Uses:
    axis, place = joined_axis(layer, at.inputs[0].shape), list(index)
    place[axis] += sum(x.shape[axis] for x in at.inputs[:edge])
    return Uses(np.array([place]), np.ones(1))


@uses_of.register
def _(layer: Flatten, at: At, edge: int, index: Index) -> Uses:
    return Uses(np.array([[np.ravel_multi_index(index, at.inputs[0].shape)]]), np.ones(1))


@uses_of.register
def _(layer: ZeroPadding2D, at: At, edge: int, index: Index) -> Uses:
    (top, _), (left, _) = layer.padding
    return Uses(np.array([(index[0] + top, index[1] + left, index[2])]), np.ones(1))


def _through_windows(
    layer: Windowed, at: At, index: Index, channels: range, weights: Callable[[int, int], Array]
) -> Uses:
    """Window p sees row i as its r-th where p * stride + r * dilation - before = i; `weights(r, s)` of the channels."""
    placed = windows(layer, at.inputs[0].shape[:2])
    seeing: list[list[tuple[int, int]]] = []
    for axis, (before, _) in enumerate(placed.border):
        starts = [(tap, index[axis] + before - tap * placed.dilation[axis]) for tap in range(placed.kernel[axis])]
        found = [(tap, start // placed.stride[axis]) for tap, start in starts if start % placed.stride[axis] == 0]
        seeing.append([(tap, p) for tap, p in found if 0 <= p < placed.count[axis]])
    pairs = [(r, p, s, q) for r, p in seeing[0] for s, q in seeing[1]]
    places = [(p, q, k) for _, p, _, q in pairs for k in channels]
    values = [weights(r, s).astype(float) for r, _, s, _ in pairs]
    return Uses(np.array(places, int).reshape(-1, 3), np.concatenate([np.zeros(0), *values]))


def _weight_in(layer: Pooling2D | GlobalPooling2D, at: At, index: Index, place: Index) -> float:
    """The weight of a value in the mean or maximum at a place of a pooling's output."""
    seen = terms_of(layer, at, place)
    mine = np.flatnonzero((seen.places == index).all(axis=1) & ~seen.padding)
    return float(np.asarray(seen.weights)[mine[0]])
