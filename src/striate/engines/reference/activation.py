"""Activations: a function of each value, softmax of each vector along the last axis."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.network.layers import ACTIVATIONS as NAMES

Array = NDArray[Any]
BackwardFunction = Callable[[Array, Array, Array], Array]

LEAK = 0.2
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # of the paper: the fixed point is mean 0, variance 1
GELU_FACTOR, GELU_CUBIC = math.sqrt(2 / math.pi), 0.044715


def linear(x: Array) -> Array:
    """y = x."""
    return x


def linear_backward(dy: Array, x: Array, y: Array) -> Array:
    """Slope 1."""
    return dy


def relu(x: Array) -> Array:
    """y = x for x > 0, 0 for x <= 0; NaN stays NaN. Nair and Hinton 2010."""
    return np.maximum(x, 0)


def relu_backward(dy: Array, x: Array, y: Array) -> Array:
    """Slope 1 for x > 0, 0 for x <= 0."""
    return dy * (x > 0)


def leaky_relu(x: Array) -> Array:
    """y = x for x > 0, LEAK x for x <= 0. Maas et al. 2013; the slope is Keras's."""
    return np.where(x > 0, x, LEAK * x)


def leaky_relu_backward(dy: Array, x: Array, y: Array) -> Array:
    """Slope 1 for x > 0, LEAK for x <= 0."""
    return np.where(x > 0, dy, LEAK * dy)


def relu6(x: Array) -> Array:
    """y = x between 0 and 6, else the nearer of the two."""
    return np.clip(x, 0, 6)


def relu6_backward(dy: Array, x: Array, y: Array) -> Array:
    """Slope 1 for 0 < x < 6, else 0."""
    return dy * ((x > 0) & (x < 6))


def elu(x: Array) -> Array:
    """y = x for x > 0, e^x - 1 for x <= 0. Clevert et al. 2016."""
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def elu_backward(dy: Array, x: Array, y: Array) -> Array:
    """Slope 1 for x > 0, e^x = y + 1 for x <= 0."""
    return dy * np.where(x > 0, 1, y + 1)


def selu(x: Array) -> Array:
    """y = SELU_SCALE x for x > 0, SELU_SCALE SELU_ALPHA (e^x - 1) for x <= 0. Klambauer et al. 2017."""
    return SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0)))


def selu_backward(dy: Array, x: Array, y: Array) -> Array:
    """Slope SELU_SCALE for x > 0, y + SELU_SCALE SELU_ALPHA for x <= 0."""
    return dy * np.where(x > 0, SELU_SCALE, y + SELU_SCALE * SELU_ALPHA)


def sigmoid(x: Array) -> Array:
    """y = 1 / (1 + e^-x), written so that no exponential overflows."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def sigmoid_backward(dy: Array, x: Array, y: Array) -> Array:
    """Slope y (1 - y), at most 1/4."""
    return dy * y * (1 - y)


def hard_sigmoid(x: Array) -> Array:
    """y = x / 6 + 1/2 between 0 and 1, else the nearer of the two: Keras 3's."""
    return np.clip(x / 6 + 0.5, 0, 1)


def hard_sigmoid_backward(dy: Array, x: Array, y: Array) -> Array:
    """Slope 1/6 for -3 < x < 3, else 0."""
    return dy * ((x > -3) & (x < 3)) / 6


def tanh(x: Array) -> Array:
    """y = (e^x - e^-x) / (e^x + e^-x)."""
    return np.tanh(x)


def tanh_backward(dy: Array, x: Array, y: Array) -> Array:
    """Slope 1 - y^2, at most 1."""
    return dy * (1 - y * y)


def silu(x: Array) -> Array:
    """y = x sigmoid(x). Elfwing et al. 2018; also called swish."""
    return x * sigmoid(x)


def silu_backward(dy: Array, x: Array, y: Array) -> Array:
    """Slope s (1 + x (1 - s)) with s = sigmoid(x)."""
    s = sigmoid(x)
    return dy * s * (1 + x * (1 - s))


def gelu_tanh(x: Array) -> Array:
    """y = x (1 + tanh(u)) / 2 with u = sqrt(2/pi) (x + 0.044715 x^3). The tanh form of Hendrycks and Gimpel 2016."""
    return x * (1 + np.tanh(_gelu_inner(x))) / 2


def gelu_tanh_backward(dy: Array, x: Array, y: Array) -> Array:
    """Slope (1 + t) / 2 + x (1 - t^2) u' / 2 with t = tanh(u), u' = sqrt(2/pi) (1 + 3 * 0.044715 x^2)."""
    t = np.tanh(_gelu_inner(x))
    return dy * ((1 + t) + x * (1 - t * t) * GELU_FACTOR * (1 + 3 * GELU_CUBIC * x * x)) / 2


def _gelu_inner(x: Array) -> Array:
    return GELU_FACTOR * (x + GELU_CUBIC * x * x * x)


def softplus(x: Array) -> Array:
    """y = ln(1 + e^x), written so that no exponential overflows. Dugas et al. 2001."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def softplus_backward(dy: Array, x: Array, y: Array) -> Array:
    """Slope sigmoid(x)."""
    return dy * sigmoid(x)


def softmax(x: Array) -> Array:
    """y_i = e^x_i / sum over j of e^x_j; the largest x is taken off first, which changes nothing but the overflow."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_backward(dy: Array, x: Array, y: Array) -> Array:
    """dy_i/dx_j = y_i (delta_ij - y_j)."""
    return y * (dy - (dy * y).sum(axis=-1, keepdims=True))


def bounded_relu(x: Array, largest: float | None, slope: float, threshold: float) -> Array:
    """y = min(x, largest) for x >= threshold, else slope (x - threshold): Keras's ReLU with all its settings."""
    below = slope * (x - threshold) if slope else 0  # 0 times -infinity would be NaN
    y = np.where(x < threshold, below, x)
    return y if largest is None else np.minimum(y, largest)


def bounded_relu_backward(dy: Array, x: Array, largest: float | None, slope: float, threshold: float) -> Array:
    """Slope 1 between threshold and largest, `slope` at and below the threshold, 0 at and above the largest."""
    inside = (x > threshold) if largest is None else (x > threshold) & (x < largest)
    return dy * inside + slope * dy * (x <= threshold)


class Function(NamedTuple):
    """An activation and its way back, which gets dy, the input x and the output y."""

    forward: Callable[[Array], Array]
    backward: Callable[[Array, Array, Array], Array]


ACTIVATIONS: dict[str, Function] = {
    "linear": Function(linear, linear_backward),
    "relu": Function(relu, relu_backward),
    "sigmoid": Function(sigmoid, sigmoid_backward),
    "tanh": Function(tanh, tanh_backward),
    "softmax": Function(softmax, softmax_backward),
    "leaky_relu": Function(leaky_relu, leaky_relu_backward),
    "relu6": Function(relu6, relu6_backward),
    "elu": Function(elu, elu_backward),
    "selu": Function(selu, selu_backward),
    "gelu_tanh": Function(gelu_tanh, gelu_tanh_backward),
    "silu": Function(silu, silu_backward),
    "softplus": Function(softplus, softplus_backward),
    "hard_sigmoid": Function(hard_sigmoid, hard_sigmoid_backward),
}


def custom_activation(name: str, forward: Callable[[Array], Array], backward: BackwardFunction) -> None:
    """Let layers use a function of the user's own by a name: y = forward(x), dx = backward(dy, x, y), place by place.

    A model that uses it is saved with the name alone: define it again before loading such a file.
    """
    NAMES[name] = None
    ACTIVATIONS[name] = Function(forward, backward)
