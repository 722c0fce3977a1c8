"""Size rules, one per layer: what comes out, which weights it takes, what it costs, what one unit sees.

Shapes are those of one picture, without the batch: (H, W, C) or (n,). All sizes are known here; open ones, None, are
for network/open_sizes.py.
"""

import math
from dataclasses import dataclass
from functools import singledispatch

from striate.errors import SizeError
from striate.network.layers import (
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    CustomLayer,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalPooling2D,
    InputLayer,
    Layer,
    LayerNormalization,
    Pooling2D,
    Windowed,
    ZeroPadding2D,
)
from striate.network.layout import Weight
from striate.network.settings import Padding
from striate.network.window import Border, Field, Pair, output_size, reach, same_padding

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Windows:
    """How a layer's windows lie on a picture of a given size: everything that a size formula needs."""

    size: Pair
    kernel: Pair
    stride: Pair
    border: Border
    dilation: Pair = (1, 1)

    @property
    def reach(self) -> Pair:
        """How many pixels a window spans, (down, right)."""
        return reach(self.kernel[0], self.dilation[0]), reach(self.kernel[1], self.dilation[1])

    @property
    def count(self) -> Pair:
        """How many windows fit, (down, right); 0 or less: none."""
        rows, columns = (
            output_size(n, f, s, before, after)
            for n, f, s, (before, after) in zip(self.size, self.reach, self.stride, self.border, strict=True)
        )
        return rows, columns


def windows(layer: Windowed, size: Pair) -> Windows:
    """Where a convolution's or pooling's windows lie on a map of this (height, width)."""
    if isinstance(layer, Pooling2D):
        kernel, stride, dilation = layer.pool_size, layer.steps, (1, 1)
    else:
        kernel, stride, dilation = layer.kernel_size, layer.strides, layer.dilation_rate
    spans = reach(kernel[0], dilation[0]), reach(kernel[1], dilation[1])
    return Windows(size, kernel, stride, border(layer.padding, size, spans, stride), dilation)


def border(padding: Padding, size: Pair, kernel: Pair, stride: Pair) -> Border:
    """The rows and columns that a padding adds: ((top, bottom), (left, right))."""
    if padding == "valid":
        return (0, 0), (0, 0)
    if padding == "same":
        return same_padding(size[0], kernel[0], stride[0]), same_padding(size[1], kernel[1], stride[1])
    return padding


@singledispatch
def output_shape(layer: Layer, shape: Shape) -> Shape:
    """The shape that a layer makes of those that reach it; `SizeError` where it cannot. Most layers keep it."""
    return shape


@output_shape.register
def _(layer: CustomLayer, *shapes: Shape) -> Shape:
    return layer.output_shape(*shapes)


@output_shape.register
def _(layer: InputLayer) -> Shape:
    return layer.shape


@output_shape.register
def _(layer: Conv2D, shape: Shape) -> Shape:
    count = _windows_that_fit(layer, shape).count
    if shape[-1] % layer.groups or layer.filters % layer.groups:
        raise SizeError("size.groups", groups=layer.groups, channels=shape[-1], filters=layer.filters)
    return *count, layer.filters


@output_shape.register
def _(layer: DepthwiseConv2D, shape: Shape) -> Shape:
    return *_windows_that_fit(layer, shape).count, shape[-1] * layer.depth_multiplier


@output_shape.register
def _(layer: Pooling2D, shape: Shape) -> Shape:
    return *_windows_that_fit(layer, shape).count, shape[-1]


@output_shape.register
def _(layer: GlobalPooling2D, shape: Shape) -> Shape:
    _check_maps(layer, shape)
    return (1, 1, shape[-1]) if layer.keepdims else shape[-1:]


@output_shape.register
def _(layer: ZeroPadding2D, shape: Shape) -> Shape:
    _check_maps(layer, shape)
    return sum(layer.padding[0]) + shape[0], sum(layer.padding[1]) + shape[1], shape[2]


@output_shape.register
def _(layer: Flatten, shape: Shape) -> Shape:
    return (math.prod(shape),)


@output_shape.register
def _(layer: Dense, shape: Shape) -> Shape:
    return *shape[:-1], layer.units


@output_shape.register
def _(layer: Add, *shapes: Shape) -> Shape:
    if len(set(shapes)) != 1:
        raise SizeError("size.add", shapes=shapes)
    return shapes[0]


@output_shape.register
def _(layer: Concatenate, *shapes: Shape) -> Shape:
    place = joined_axis(layer, shapes[0])
    others = {shape[:place] + shape[place + 1 :] for shape in shapes}
    if len({len(shape) for shape in shapes}) != 1 or len(others) != 1:
        raise SizeError("size.concatenate", shapes=shapes, axis=layer.axis)
    return *shapes[0][:place], sum(shape[place] for shape in shapes), *shapes[0][place + 1 :]


def joined_axis(layer: Concatenate, shape: Shape) -> int:
    """The axis that grows, counted in the shape of one picture."""
    place = len(shape) - 1 if layer.axis == -1 else layer.axis - 1
    if place >= len(shape):
        raise SizeError("size.no_axis", axis=layer.axis, shape=shape)
    return place


def _check_maps(layer: Layer, shape: Shape) -> None:
    if len(shape) != 3:
        raise SizeError("size.needs_maps", kind=type(layer).__name__, shape=shape)


def _windows_that_fit(layer: Windowed, shape: Shape) -> Windows:
    _check_maps(layer, shape)
    placed = windows(layer, (shape[0], shape[1]))
    if min(placed.count) < 1:
        raise SizeError("size.kernel_too_large", kernel=placed.reach, size=placed.size, border=placed.border)
    if isinstance(layer, Pooling2D) and any(max(b) >= f for b, f in zip(placed.border, placed.kernel, strict=True)):
        raise SizeError("size.window_of_padding", kernel=placed.kernel, border=placed.border)
    return placed


@singledispatch
def weights(layer: Layer, *shapes: Shape) -> tuple[Weight, ...]:
    """The weights that a layer takes where these shapes reach it. Most layers have none."""
    return ()


@weights.register
def _(layer: CustomLayer, *shapes: Shape) -> tuple[Weight, ...]:
    return layer.weights(*shapes)


@weights.register
def _(layer: Conv2D, shape: Shape) -> tuple[Weight, ...]:
    kernel = (*layer.kernel_size, shape[-1] // layer.groups, layer.filters)
    return _kernel_and_bias(layer, kernel, layer.kernel_initializer, layer.filters)


@weights.register
def _(layer: DepthwiseConv2D, shape: Shape) -> tuple[Weight, ...]:
    kernel = (*layer.kernel_size, shape[-1], layer.depth_multiplier)
    return _kernel_and_bias(layer, kernel, layer.depthwise_initializer, shape[-1] * layer.depth_multiplier)


@weights.register
def _(layer: Dense, shape: Shape) -> tuple[Weight, ...]:
    return _kernel_and_bias(layer, (shape[-1], layer.units), layer.kernel_initializer, layer.units)


@weights.register
def _(layer: LayerNormalization, shape: Shape) -> tuple[Weight, ...]:
    return _scale_and_centre(layer, shape)


@weights.register
def _(layer: BatchNormalization, shape: Shape) -> tuple[Weight, ...]:
    mean = Weight("moving_mean", shape[-1:], "zeros", decayed=False, learned=False)
    variance = Weight("moving_variance", shape[-1:], "ones", decayed=False, learned=False)
    return *_scale_and_centre(layer, shape), mean, variance


def _kernel_and_bias(
    layer: Conv2D | DepthwiseConv2D | Dense, kernel: Shape, initializer: str, outputs: int
) -> tuple[Weight, ...]:
    weight = Weight("kernel", kernel, initializer)
    bias = Weight("bias", (outputs,), layer.bias_initializer, decayed=False)
    return (weight, bias) if layer.use_bias else (weight,)


def _scale_and_centre(layer: BatchNormalization | LayerNormalization, shape: Shape) -> tuple[Weight, ...]:
    gamma = Weight("gamma", shape[-1:], "ones", decayed=False)
    beta = Weight("beta", shape[-1:], "zeros", decayed=False)
    return (gamma,) * layer.scale + (beta,) * layer.center


def multiply_adds(layer: Layer, shape: Shape, output: Shape) -> int:
    """Products that a layer sums for one picture: each output of a map uses each weight of its kernel once."""
    if isinstance(layer, DepthwiseConv2D):
        return math.prod(output) * math.prod(layer.kernel_size)
    if isinstance(layer, Conv2D | Dense):
        return math.prod(output) * math.prod(weights(layer, shape)[0].shape[:-1])
    return 0


Fields = tuple[Field, Field]  # along the height, along the width


def fields(layer: Layer, before: Fields | None, shape: Shape) -> Fields | None:
    """The receptive fields behind a layer, in pixels of the picture, from those before it; None: everything."""
    if before is None or isinstance(layer, Flatten | GlobalPooling2D | CustomLayer):
        return None
    if isinstance(layer, Concatenate) and joined_axis(layer, shape) < 2:  # units move: a row is no longer where it was
        return None
    if isinstance(layer, ZeroPadding2D):
        (top, _), (left, _) = layer.padding
        return before[0].padded(top), before[1].padded(left)
    if not isinstance(layer, Windowed):
        return before
    placed = windows(layer, (shape[0], shape[1]))
    rows, columns = (
        field.through(f, s, start, d)
        for field, f, s, (start, _), d in zip(
            before, placed.kernel, placed.stride, placed.border, placed.dilation, strict=True
        )
    )
    return rows, columns


def joined_fields(branches: list[Fields | None]) -> Fields | None:
    """What a unit sees through several branches: the box around all of them; None where no box moves with the unit."""
    joined = branches[0]
    for branch in branches[1:]:
        if joined is None or branch is None:
            return None
        (rows, columns), (more_rows, more_columns) = joined, branch
        if (rows.stride, columns.stride) != (more_rows.stride, more_columns.stride):
            return None
        joined = rows.union(more_rows), columns.union(more_columns)
    return joined
