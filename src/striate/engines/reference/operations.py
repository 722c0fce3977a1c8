"""Which functions a layer's description stands for: from a layer, its weights and its input to an output and back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.engines.contract import Key
from striate.engines.reference.conv import conv2d, conv2d_backward
from striate.engines.reference.dense import dense, dense_backward
from striate.engines.reference.dropout import dropout, dropout_backward
from striate.engines.reference.pool import average_pool, average_pool_backward, max_pool, max_pool_backward
from striate.engines.reference.random import uniform
from striate.network.layers import (
    Activation,
    AveragePooling2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
)
from striate.network.shapes import windows

Array = NDArray[Any]


class Draw(NamedTuple):
    """What a layer that draws random numbers draws by."""

    key: Key
    node: int


class Operation(NamedTuple):
    """A layer's arithmetic before its activation.

    forward: layer, input, weights in the order of shapes.weights, what to draw by (None: nothing is dropped)
    -> output, saved. backward: gradient of the output, saved -> gradient of the input, gradients of the weights.
    """

    forward: Callable[[Any, Array, Sequence[Array], Draw | None], tuple[Array, Any]]
    backward: Callable[[Array, Any], tuple[Array, Sequence[Array]]]


def _conv2d(layer: Conv2D, x: Array, weights: Sequence[Array], draw: Draw | None) -> tuple[Array, Any]:
    placed = windows(layer, (x.shape[1], x.shape[2]))
    return conv2d(x, *_kernel_and_bias(weights), placed.stride, placed.border)


def _conv2d_backward(dy: Array, saved: Any) -> tuple[Array, Sequence[Array]]:
    dx, dw, db = conv2d_backward(dy, saved)
    return dx, (dw, db)


def _dense(layer: Dense, x: Array, weights: Sequence[Array], draw: Draw | None) -> tuple[Array, Any]:
    return dense(x, *_kernel_and_bias(weights))


def _dense_backward(dy: Array, saved: Any) -> tuple[Array, Sequence[Array]]:
    dx, dw, db = dense_backward(dy, saved)
    return dx, (dw, db)


def _max_pool(layer: MaxPooling2D, x: Array, weights: Sequence[Array], draw: Draw | None) -> tuple[Array, Any]:
    placed = windows(layer, (x.shape[1], x.shape[2]))
    return max_pool(x, placed.kernel, placed.stride, placed.border)


def _average_pool(layer: AveragePooling2D, x: Array, weights: Sequence[Array], draw: Draw | None) -> tuple[Array, Any]:
    placed = windows(layer, (x.shape[1], x.shape[2]))
    return average_pool(x, placed.kernel, placed.stride, placed.border)


def _flatten(layer: Flatten, x: Array, weights: Sequence[Array], draw: Draw | None) -> tuple[Array, Any]:
    return x.reshape(len(x), -1), x.shape


def _activation(layer: Activation, x: Array, weights: Sequence[Array], draw: Draw | None) -> tuple[Array, Any]:
    return x, None  # the program applies every layer's activation itself


def _dropout(layer: Dropout, x: Array, weights: Sequence[Array], draw: Draw | None) -> tuple[Array, Any]:
    if draw is None:
        return x, np.ones((), x.dtype)
    return dropout(x, uniform(draw.key, draw.node, x.shape), layer.rate)


def _max_pool_backward(dy: Array, saved: Any) -> tuple[Array, Sequence[Array]]:
    return max_pool_backward(dy, saved), ()


def _average_pool_backward(dy: Array, saved: Any) -> tuple[Array, Sequence[Array]]:
    return average_pool_backward(dy, saved), ()


def _flatten_backward(dy: Array, saved: Any) -> tuple[Array, Sequence[Array]]:
    return dy.reshape(saved), ()


def _activation_backward(dy: Array, saved: Any) -> tuple[Array, Sequence[Array]]:
    return dy, ()


def _dropout_backward(dy: Array, saved: Any) -> tuple[Array, Sequence[Array]]:
    return dropout_backward(dy, saved), ()


def _kernel_and_bias(weights: Sequence[Array]) -> tuple[Array, Array]:
    kernel = weights[0]
    return kernel, weights[1] if len(weights) == 2 else np.zeros_like(kernel, shape=kernel.shape[-1])


OPERATIONS: Mapping[type[Layer], Operation] = {
    Conv2D: Operation(_conv2d, _conv2d_backward),
    Dense: Operation(_dense, _dense_backward),
    MaxPooling2D: Operation(_max_pool, _max_pool_backward),
    AveragePooling2D: Operation(_average_pool, _average_pool_backward),
    Flatten: Operation(_flatten, _flatten_backward),
    Activation: Operation(_activation, _activation_backward),
    Dropout: Operation(_dropout, _dropout_backward),
}
