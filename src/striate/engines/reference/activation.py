"""Activations: a function of each value, softmax of each vector along the last axis."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def linear(x: Array) -> Array:
    """y = x."""
    return x


def linear_backward(dy: Array, y: Array) -> Array:
    """Slope 1."""
    return dy


def relu(x: Array) -> Array:
    """y = x for x > 0, 0 for x <= 0; NaN stays NaN. Nair and Hinton 2010."""
    return np.maximum(x, 0)


def relu_backward(dy: Array, y: Array) -> Array:
    """Slope 1 for x > 0, 0 for x <= 0."""
    return dy * (y > 0)


def sigmoid(x: Array) -> Array:
    """y = 1 / (1 + e^-x), written so that no exponential overflows."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def sigmoid_backward(dy: Array, y: Array) -> Array:
    """Slope y (1 - y), at most 1/4."""
    return dy * y * (1 - y)


def tanh(x: Array) -> Array:
    """y = (e^x - e^-x) / (e^x + e^-x)."""
    return np.tanh(x)


def tanh_backward(dy: Array, y: Array) -> Array:
    """Slope 1 - y^2, at most 1."""
    return dy * (1 - y * y)


def softmax(x: Array) -> Array:
    """y_i = e^x_i / sum over j of e^x_j; the largest x is taken off first, which changes nothing but the overflow."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_backward(dy: Array, y: Array) -> Array:
    """dy_i/dx_j = y_i (delta_ij - y_j)."""
    return y * (dy - (dy * y).sum(axis=-1, keepdims=True))


class Function(NamedTuple):
    """An activation and its way back, which needs only dy and the output y."""

    forward: Callable[[Array], Array]
    backward: Callable[[Array, Array], Array]


ACTIVATIONS: Mapping[str, Function] = {
    "linear": Function(linear, linear_backward),
    "relu": Function(relu, relu_backward),
    "sigmoid": Function(sigmoid, sigmoid_backward),
    "tanh": Function(tanh, tanh_backward),
    "softmax": Function(softmax, softmax_backward),
}
