"""Losses: one number for each picture, and how it moves with the model's outputs.

Outputs a and targets y are (N, ...); the gradient is that of the plain sum over pictures, so the caller weights it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.engines.reference.activation import sigmoid, softmax
from striate.network.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)

Array = NDArray[Any]

EPSILON = 1e-7  # Keras's: probabilities are kept this far from 0 and 1 before the logarithm


def mean_squared_error(a: Array, y: Array) -> Array:
    """The mean over outputs of (a - y)^2."""
    return _mean_per_picture(np.square(a - y))


def mean_squared_error_backward(a: Array, y: Array) -> Array:
    """2 (a - y) / number of outputs."""
    return 2 * (a - y) / a[0].size


def crossentropy(a: Array, y: Array) -> Array:
    """-sum over k of y_k ln a_k, for probabilities: brought to sum 1 and kept EPSILON from 0 and 1, as Keras does."""
    return _mean_per_picture(-(y * np.log(_probabilities(a))).sum(axis=-1))


def crossentropy_backward(a: Array, y: Array) -> Array:
    """-y_k / p_k through the division by the sum; 0 where the probability was cut off at EPSILON."""
    total = a.sum(axis=-1, keepdims=True)
    share, p = a / total, _probabilities(a)
    dp = np.where(share == p, -y / p, 0)
    return (dp - (dp * share).sum(axis=-1, keepdims=True)) / total / _positions(a)


def softmax_crossentropy(z: Array, y: Array) -> Array:
    """-sum over k of y_k ln softmax(z)_k, without taking the logarithm of a rounded probability."""
    shifted = z - z.max(axis=-1, keepdims=True)
    log_softmax = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return _mean_per_picture(-(y * log_softmax).sum(axis=-1))


def softmax_crossentropy_backward(z: Array, y: Array) -> Array:
    """softmax(z) sum over k of y_k - y: for shares that sum to 1, the answer minus the target."""
    return (softmax(z) * y.sum(axis=-1, keepdims=True) - y) / _positions(z)


def binary_crossentropy(a: Array, y: Array) -> Array:
    """The mean over outputs of -y ln a - (1 - y) ln(1 - a), for probabilities kept EPSILON from 0 and 1."""
    p = np.clip(a, EPSILON, 1 - EPSILON)
    return _mean_per_picture(-(y * np.log(p) + (1 - y) * np.log(1 - p)))


def binary_crossentropy_backward(a: Array, y: Array) -> Array:
    """(a - y) / (a (1 - a)) / number of outputs; 0 where the probability was cut off."""
    p = np.clip(a, EPSILON, 1 - EPSILON)
    return np.where(p == a, (p - y) / (p * (1 - p)), 0) / a[0].size


def sigmoid_crossentropy(z: Array, y: Array) -> Array:
    """The binary cross-entropy of sigmoid(z): the mean of max(z, 0) - z y + ln(1 + e^-|z|), which never overflows."""
    return _mean_per_picture(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))


def sigmoid_crossentropy_backward(z: Array, y: Array) -> Array:
    """(sigmoid(z) - y) / number of outputs."""
    return (sigmoid(z) - y) / z[0].size


class LossFunction(NamedTuple):
    """A loss, one number for each picture, and its way back."""

    forward: Callable[[Array, Array], Array]
    backward: Callable[[Array, Array], Array]


SQUARED = LossFunction(mean_squared_error, mean_squared_error_backward)
CROSSENTROPY = LossFunction(crossentropy, crossentropy_backward)
SOFTMAX_CROSSENTROPY = LossFunction(softmax_crossentropy, softmax_crossentropy_backward)
BINARY = LossFunction(binary_crossentropy, binary_crossentropy_backward)
SIGMOID_CROSSENTROPY = LossFunction(sigmoid_crossentropy, sigmoid_crossentropy_backward)


def smooth_targets(y: Array, smoothing: float, kinds: int) -> Array:
    """y (1 - smoothing) + smoothing / kinds: a little of each answer's share is given to all of them evenly."""
    return y * (1 - smoothing) + smoothing / kinds


def loss_function(loss: Loss, last_activation: str) -> tuple[LossFunction, bool]:
    """The functions for a loss, and whether they take in the last activation and so work on what enters it."""
    function, fused = _sharp_function(loss, last_activation)
    match loss:
        case CategoricalCrossentropy(label_smoothing=smoothing) if smoothing:
            return _of_targets(function, lambda y: smooth_targets(y, smoothing, y.shape[-1])), fused
        case BinaryCrossentropy(label_smoothing=smoothing) if smoothing:
            return _of_targets(function, lambda y: smooth_targets(y, smoothing, 2)), fused
        case _:
            return function, fused


def _of_targets(function: LossFunction, change: Callable[[Array], Array]) -> LossFunction:
    """A loss whose targets are changed first."""

    def forward(a: Array, y: Array) -> Array:
        return function.forward(a, change(y))

    def backward(a: Array, y: Array) -> Array:
        return function.backward(a, change(y))

    return LossFunction(forward, backward)


def _sharp_function(loss: Loss, last_activation: str) -> tuple[LossFunction, bool]:
    match loss:
        case CategoricalCrossentropy(from_logits=True) | SparseCategoricalCrossentropy(from_logits=True):
            return SOFTMAX_CROSSENTROPY, False
        case CategoricalCrossentropy() | SparseCategoricalCrossentropy():
            return (SOFTMAX_CROSSENTROPY, True) if last_activation == "softmax" else (CROSSENTROPY, False)
        case BinaryCrossentropy(from_logits=True):
            return SIGMOID_CROSSENTROPY, False
        case BinaryCrossentropy():
            return (SIGMOID_CROSSENTROPY, True) if last_activation == "sigmoid" else (BINARY, False)
        case MeanSquaredError():
            return SQUARED, False
        case _:  # a loss of the user's brings its own
            return LossFunction(loss.forward, loss.backward), False


def _probabilities(a: Array) -> Array:
    return np.clip(a / a.sum(axis=-1, keepdims=True), EPSILON, 1 - EPSILON)


def _mean_per_picture(values: Array) -> Array:
    return values.reshape(len(values), -1).mean(axis=1)


def _positions(a: Array) -> int:
    """How many vectors of classes one picture has: 1, except where the output is a map."""
    return a[0].size // a.shape[-1]
