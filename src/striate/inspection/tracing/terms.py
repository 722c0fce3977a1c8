"""What one number of a layer is made of: the values it looks at, their weights, and the sum before the activation.

Every rule of a layer that ships is written here as a weighted sum, value = f(bias + sum of x * w), so that all of them
can be shown and checked alike: a mean has the weights 1/n, a maximum the weight 1 at the first largest value, batch
normalisation w = gamma / sqrt(variance + epsilon), layer normalisation w_j = gamma (d_ij - 1/C) / sqrt(variance +
epsilon), where the variance is that of the values themselves. What a layer gets and its weights are the engine's
float32; what is made of them here is float64.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from striate.engines.reference.activation import ACTIVATIONS, bounded_relu
from striate.engines.reference.operations import CUSTOM, Call
from striate.network.layers import (
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    CustomLayer,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    InputLayer,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    ReLU,
    Windowed,
    ZeroPadding2D,
    activation_of,
)
from striate.network.shapes import Shape, joined_axis, windows

Array = NDArray[Any]
Index = tuple[int, ...]
Rule = Literal["input", "sum", "mean", "max", "scaled", "normalized", "same", "add", "unknown"]


@dataclass(frozen=True)
class At:
    """A layer where it stands: what reaches it, of one picture, and its weights by their own names."""

    layer: Layer
    inputs: Sequence[Array]
    weights: Mapping[str, Array]


@dataclass(frozen=True)
class Terms:
    """The T numbers that one number is made of.

    `edges` (T,) says which of the layer's inputs each comes from, `places` (T, rank) where it stands there; a place of
    padding lies outside of the input, and its value is 0. `window` (R, S, C) is how they lie in a kernel or pool.
    """

    rule: Rule
    edges: Array
    places: Array
    values: Array
    weights: Array | None  # None: nobody knows how the number depends on them
    padding: Array
    bias: float | None = None
    facts: Mapping[str, float] = field(default_factory=dict[str, float])  # numbers that the weights are made of
    window: tuple[int, int, int] | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def products(self) -> Array:
        """x * w of each (T,); of a maximum only the largest counts, whatever the others are."""
        if self.weights is None:
            return np.full(len(self), np.nan)
        with np.errstate(invalid="ignore", over="ignore"):
            products = self.values * self.weights
        return np.where(self.weights == 0, 0.0, products) if self.rule == "max" else products

    @property
    @np.errstate(all="ignore")
    def total(self) -> float | None:
        """The products and the bias, added up without rounding between; None: not known."""
        if self.weights is None or self.rule == "input":
            return None
        numbers = [*self.products.tolist(), self.bias or 0.0]
        return math.fsum(numbers) if np.isfinite(numbers).all() else float(np.sum(numbers))

    def order(self) -> Array:
        """The numbers of the terms, the one that counts most first; padding last."""
        sizes = np.abs(self.values if self.weights is None else self.products)
        if self.rule == "normalized":  # each moves the mean a little; its own is the one that is carried on
            sizes = np.where(np.asarray(self.weights) == np.max(np.abs(np.asarray(self.weights))), np.inf, sizes)
        return np.lexsort((np.arange(len(self)), -np.nan_to_num(sizes, nan=np.inf), self.padding))

    @property
    def strongest(self) -> int | None:
        """The term that counts most; None where nothing but padding is looked at."""
        order = self.order()
        return None if len(order) == 0 or self.padding[order[0]] else int(order[0])


@singledispatch
def terms_of(layer: Layer, at: At, index: Index) -> Terms:
    """What the number at a place of the layer's output is made of. Most layers take the one at the same place."""
    return _single(at.inputs[0], index)


@terms_of.register
def _(layer: InputLayer, at: At, index: Index) -> Terms:
    none = np.zeros(0)
    return Terms("input", none.astype(int), np.zeros((0, len(index)), int), none, none, none.astype(bool))


@terms_of.register
def _(layer: Conv2D, at: At, index: Index) -> Terms:
    (x,), (p, q, k) = at.inputs, index
    each = x.shape[2] // layer.groups
    first = k // (layer.filters // layer.groups) * each
    return _seen(layer, x, (p, q), range(first, first + each), "sum", at.weights["kernel"][..., k], _bias(at, k))


@terms_of.register
def _(layer: DepthwiseConv2D, at: At, index: Index) -> Terms:
    (x,), (p, q, k) = at.inputs, index
    c, m = divmod(k, layer.depth_multiplier)
    kernel = at.weights["kernel"][:, :, c : c + 1, m]
    return _seen(layer, x, (p, q), range(c, c + 1), "sum", kernel, _bias(at, k))


@terms_of.register
def _(layer: MaxPooling2D, at: At, index: Index) -> Terms:
    seen = _seen(layer, at.inputs[0], index[:2], range(index[2], index[2] + 1), "max")
    return _with_weights(seen, first_largest(np.where(seen.padding, -np.inf, seen.values), seen.padding))


@terms_of.register
def _(layer: AveragePooling2D, at: At, index: Index) -> Terms:
    seen = _seen(layer, at.inputs[0], index[:2], range(index[2], index[2] + 1), "mean")
    return _with_weights(seen, ~seen.padding / np.count_nonzero(~seen.padding))


@terms_of.register
def _(layer: GlobalAveragePooling2D, at: At, index: Index) -> Terms:
    seen = _whole_map(at.inputs[0], index[-1], "mean")
    return _with_weights(seen, np.full(len(seen), 1 / len(seen)))


@terms_of.register
def _(layer: GlobalMaxPooling2D, at: At, index: Index) -> Terms:
    seen = _whole_map(at.inputs[0], index[-1], "max")
    return _with_weights(seen, first_largest(seen.values, seen.padding))


@terms_of.register
def _(layer: Dense, at: At, index: Index) -> Terms:
    x, kernel = at.inputs[0], at.weights["kernel"]
    places = _along_channels(index[:-1], x.shape[-1])
    return _terms("sum", places, x[index[:-1]], kernel[:, index[-1]], _bias(at, index[-1]))


@terms_of.register
def _(layer: BatchNormalization, at: At, index: Index) -> Terms:
    c, w = index[-1], at.weights
    moving = {"mean": float(w["moving_mean"][c]), "variance": float(w["moving_variance"][c])}
    facts = {**moving, **_scale_and_centre(layer, at, c)}
    weight = facts["gamma"] / math.sqrt(facts["variance"] + facts["epsilon"])
    bias = facts["beta"] - facts["mean"] * weight
    return _terms("scaled", np.array([index]), at.inputs[0][index][None], np.array([weight]), bias, facts)


@terms_of.register
def _(layer: LayerNormalization, at: At, index: Index) -> Terms:
    x, c = at.inputs[0][index[:-1]].astype(float), index[-1]
    facts = {"mean": float(x.mean()), "variance": float(x.var()), **_scale_and_centre(layer, at, c)}
    inverse = 1 / math.sqrt(facts["variance"] + facts["epsilon"])
    weights = facts["gamma"] * inverse * ((np.arange(len(x)) == c) - 1 / len(x))
    return _terms("normalized", _along_channels(index[:-1], len(x)), x, weights, facts["beta"], facts)


@terms_of.register
def _(layer: Add, at: At, index: Index) -> Terms:
    count = len(at.inputs)
    values = np.array([x[index] for x in at.inputs])
    return _terms("add", np.tile(index, (count, 1)), values, np.ones(count), edges=np.arange(count))


@terms_of.register
def _(layer: Concatenate, at: At, index: Index) -> Terms:
    axis, place = joined_axis(layer, at.inputs[0].shape), list(index)
    edge = 0
    while place[axis] >= at.inputs[edge].shape[axis]:
        place[axis] -= at.inputs[edge].shape[axis]
        edge += 1
    return _single(at.inputs[edge], tuple(place), edge)


@terms_of.register
def _(layer: Flatten, at: At, index: Index) -> Terms:
    (x,) = at.inputs
    return _single(x, tuple(int(i) for i in np.unravel_index(index[0], x.shape)))


@terms_of.register
def _(layer: ZeroPadding2D, at: At, index: Index) -> Terms:
    (top, _), (left, _) = layer.padding
    return _single(at.inputs[0], (index[0] - top, index[1] - left, index[2]))


@terms_of.register
def _(layer: CustomLayer, at: At, index: Index) -> Terms:
    """All that reaches it; what it does with them only its author knows."""
    rank = max(x.ndim for x in at.inputs)
    places = [np.argwhere(np.ones(x.shape, bool)) for x in at.inputs]
    edges = np.repeat(np.arange(len(at.inputs)), [x.size for x in at.inputs])
    wide = np.concatenate([np.pad(each, ((0, 0), (rank - each.shape[1], 0))) for each in places])
    values = np.concatenate([x.ravel() for x in at.inputs]).astype(float)
    return Terms("unknown", edges, wide, values, None, np.zeros(len(edges), bool))


def slopes_of(layer: CustomLayer, at: At, index: Index, shape: Shape) -> Array | None:
    """How a user's layer says, by its own `backward`, that a number moves with each input (T,); None: it does not."""
    dy = np.zeros((1, *shape))
    dy[(0, *index)] = 1.0
    call = Call([x[None] for x in at.inputs], list(at.weights.values()), (), None, batch_statistics=False)
    try:
        gradients, _ = CUSTOM.backward(layer, dy, CUSTOM.forward(layer, call).saved)
    except Exception:  # whatever a user's code raises: the slopes are a help, not what was asked for
        return None
    return np.concatenate([np.asarray(each, float).ravel() for each in gradients])


def activation(layer: Layer) -> tuple[str, Callable[[Array], Array]] | None:
    """What is done with the sum: the function's name and itself, on any array; None: nothing."""
    if isinstance(layer, ReLU):
        return "relu", lambda z: bounded_relu(z, layer.max_value, layer.negative_slope, layer.threshold)
    name = activation_of(layer)
    return None if name == "linear" else (name, ACTIVATIONS[name].forward)


def over_the_vector(layer: Layer) -> bool:
    """Whether a number depends on the sums of all channels at its place: softmax."""
    return activation_of(layer) == "softmax"


def first_largest(values: Array, padding: Array) -> Array:
    """1 at the first largest value, or at the first that is no number, and 0 at all others."""
    return (np.arange(len(values)) == np.argmax(np.where(padding, -np.inf, values))).astype(float)


def _terms(
    rule: Rule,
    places: Array,
    values: Array,
    weights: Array,
    bias: float | None = None,
    facts: Mapping[str, float] | None = None,
    edges: Array | None = None,
) -> Terms:
    none = np.zeros(len(values), bool)
    own = np.zeros(len(values), int) if edges is None else edges
    return Terms(rule, own, places, values.astype(float), weights.astype(float), none, bias, facts or {})


def _single(x: Array, place: Index, edge: int = 0) -> Terms:
    """One value as it is; outside of the map it is padding."""
    inside = all(0 <= i < n for i, n in zip(place, x.shape, strict=True))
    value = float(x[place]) if inside else 0.0
    one = np.ones(1)
    return Terms("same", np.array([edge]), np.array([place]), value * one, one, np.array([not inside]))


def _seen(
    layer: Windowed,
    x: Array,
    place: Index,
    channels: range,
    rule: Rule,
    kernel: Array | None = None,
    bias: float | None = None,
) -> Terms:
    """What a window sees of some channels: rows, then columns, then channels."""
    placed = windows(layer, (x.shape[0], x.shape[1]))
    rows, columns = (
        place[axis] * placed.stride[axis] + np.arange(placed.kernel[axis]) * placed.dilation[axis] - before
        for axis, (before, _) in enumerate(placed.border)
    )
    grid = np.stack(np.meshgrid(rows, columns, np.array(channels), indexing="ij"), axis=-1).reshape(-1, 3)
    inside: Array = np.all((grid >= 0) & (grid < np.array(x.shape)), axis=1)
    i, j, c = np.where(inside[:, None], grid, 0).T
    values = np.where(inside, x[i, j, c].astype(float), 0.0)
    weights = np.ones(len(grid)) if kernel is None else kernel.ravel().astype(float)
    window = (*placed.kernel, len(channels))
    return Terms(rule, np.zeros(len(grid), int), grid, values, weights, ~inside, bias, window=window)


def _whole_map(x: Array, channel: int, rule: Rule) -> Terms:
    rows, columns = np.indices(x.shape[:2]).reshape(2, -1)
    places = np.stack([rows, columns, np.full(len(rows), channel)], axis=1)
    seen = _terms(rule, places, x[:, :, channel].ravel(), np.ones(len(rows)))
    return Terms(rule, seen.edges, places, seen.values, seen.weights, seen.padding, window=(*x.shape[:2], 1))


def _with_weights(seen: Terms, weights: Array) -> Terms:
    return Terms(seen.rule, seen.edges, seen.places, seen.values, weights, seen.padding, window=seen.window)


def _along_channels(place: Index, channels: int) -> Array:
    return np.array([(*place, c) for c in range(channels)])


def _bias(at: At, k: int) -> float | None:
    return float(at.weights["bias"][k]) if "bias" in at.weights else None


def _scale_and_centre(layer: BatchNormalization | LayerNormalization, at: At, c: int) -> dict[str, float]:
    gamma = at.weights["gamma"][c] if layer.scale else 1.0
    beta = at.weights["beta"][c] if layer.center else 0.0
    return {"epsilon": layer.epsilon, "gamma": float(gamma), "beta": float(beta)}
