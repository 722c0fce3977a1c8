"""Size rules, one per layer: what comes out, which weights it takes, what it costs, what one unit sees.

Shapes are those of one picture, without the batch: (H, W, C) or (n,).
"""

import math
from dataclasses import dataclass
from functools import singledispatch

from striate.errors import SizeError
from striate.network.layers import Conv2D, Dense, Flatten, InputLayer, Layer, Pooling2D
from striate.network.layout import Weight
from striate.network.settings import Padding
from striate.network.window import Border, Field, Pair, output_size, same_padding

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Windows:
    """How a layer's windows lie on a picture of a given size: everything that a size formula needs."""

    size: Pair
    kernel: Pair
    stride: Pair
    border: Border

    @property
    def count(self) -> Pair:
        """How many windows fit, (down, right); 0 or less: none."""
        rows, columns = (
            output_size(n, f, s, before, after)
            for n, f, s, (before, after) in zip(self.size, self.kernel, self.stride, self.border, strict=True)
        )
        return rows, columns


def windows(layer: Conv2D | Pooling2D, size: Pair) -> Windows:
    """Where a convolution's or pooling's windows lie on a map of this (height, width)."""
    kernel, stride = (layer.kernel_size, layer.strides) if isinstance(layer, Conv2D) else (layer.pool_size, layer.steps)
    return Windows(size, kernel, stride, border(layer.padding, size, kernel, stride))


def border(padding: Padding, size: Pair, kernel: Pair, stride: Pair) -> Border:
    """The rows and columns that a padding adds: ((top, bottom), (left, right))."""
    if padding == "valid":
        return (0, 0), (0, 0)
    if padding == "same":
        return same_padding(size[0], kernel[0], stride[0]), same_padding(size[1], kernel[1], stride[1])
    return padding


@singledispatch
def output_shape(layer: Layer, shape: Shape) -> Shape:
    """The shape that a layer makes of the one that reaches it; `SizeError` where it cannot. Most layers keep it."""
    return shape


@output_shape.register
def _(layer: InputLayer) -> Shape:
    return layer.shape


@output_shape.register
def _(layer: Conv2D, shape: Shape) -> Shape:
    return *_windows_that_fit(layer, shape).count, layer.filters


@output_shape.register
def _(layer: Pooling2D, shape: Shape) -> Shape:
    return *_windows_that_fit(layer, shape).count, shape[-1]


@output_shape.register
def _(layer: Flatten, shape: Shape) -> Shape:
    return (math.prod(shape),)


@output_shape.register
def _(layer: Dense, shape: Shape) -> Shape:
    return *shape[:-1], layer.units


def _windows_that_fit(layer: Conv2D | Pooling2D, shape: Shape) -> Windows:
    if len(shape) != 3:
        raise SizeError("size.needs_maps", kind=type(layer).__name__, shape=shape)
    placed = windows(layer, (shape[0], shape[1]))
    if min(placed.count) < 1:
        raise SizeError("size.kernel_too_large", kernel=placed.kernel, size=placed.size, border=placed.border)
    if isinstance(layer, Pooling2D) and any(max(b) >= f for b, f in zip(placed.border, placed.kernel, strict=True)):
        raise SizeError("size.window_of_padding", kernel=placed.kernel, border=placed.border)
    return placed


@singledispatch
def weights(layer: Layer, shape: Shape) -> tuple[Weight, ...]:
    """The weights that a layer takes where this shape reaches it. Most layers have none."""
    return ()


@weights.register
def _(layer: Conv2D, shape: Shape) -> tuple[Weight, ...]:
    return _kernel_and_bias(layer, (*layer.kernel_size, shape[-1], layer.filters))


@weights.register
def _(layer: Dense, shape: Shape) -> tuple[Weight, ...]:
    return _kernel_and_bias(layer, (shape[-1], layer.units))


def _kernel_and_bias(layer: Conv2D | Dense, kernel: Shape) -> tuple[Weight, ...]:
    weight = Weight("kernel", kernel, layer.kernel_initializer)
    bias = Weight("bias", kernel[-1:], layer.bias_initializer, decayed=False)
    return (weight, bias) if layer.use_bias else (weight,)


def multiply_adds(layer: Layer, shape: Shape, output: Shape) -> int:
    """Products that a layer sums for one picture: each output of a map uses each weight of its kernel once."""
    if not isinstance(layer, Conv2D | Dense):
        return 0
    return math.prod(output) * math.prod(weights(layer, shape)[0].shape[:-1])


Fields = tuple[Field, Field]  # along the height, along the width


def fields(layer: Layer, before: Fields | None, shape: Shape) -> Fields | None:
    """The receptive fields behind a layer, in pixels of the picture, from those before it; None: everything."""
    if before is None or isinstance(layer, Flatten):
        return None
    if not isinstance(layer, Conv2D | Pooling2D):
        return before
    placed = windows(layer, (shape[0], shape[1]))
    rows, columns = (
        field.through(f, s, start)
        for field, f, s, (start, _) in zip(before, placed.kernel, placed.stride, placed.border, strict=True)
    )
    return rows, columns
