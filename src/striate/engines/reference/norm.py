"""Normalisation: values brought to mean 0 and variance 1, then to a learned scale and centre."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Saved = Any


def normalize(x: Array, over: tuple[int, ...], epsilon: float) -> tuple[Array, Array, Array, Saved]:
    """z = (x - mean) / sqrt(variance + epsilon), mean and (biased) variance over some axes; also gives these two."""
    mean = x.mean(axis=over, keepdims=True)
    # Two passes on purpose: E[x^2] - E[x]^2 cancels when the mean is far from zero.
    variance = np.square(x - mean).mean(axis=over, keepdims=True)
    inverse = 1 / np.sqrt(variance + epsilon)
    z = (x - mean) * inverse
    return z, mean, variance, (z, inverse, over)


def normalize_backward(dz: Array, saved: Saved) -> Array:
    """Each x moves its own z, and all z through mean and variance: what is left is free of both."""
    z, inverse, over = saved
    return inverse * (dz - dz.mean(axis=over, keepdims=True) - z * (dz * z).mean(axis=over, keepdims=True))


def normalize_by(x: Array, mean: Array, variance: Array, epsilon: float) -> tuple[Array, Saved]:
    """z = (x - mean) / sqrt(variance + epsilon) with a mean and a variance that were measured before."""
    inverse = 1 / np.sqrt(variance + epsilon)
    return (x - mean) * inverse, inverse


def normalize_by_backward(dz: Array, inverse: Saved) -> Array:
    """The mean and the variance stand still, so the gradient is only scaled."""
    return dz * inverse


def moved(old: Array, batch: Array, momentum: float) -> Array:
    """A running statistic: momentum old + (1 - momentum) batch."""
    return momentum * old + (1 - momentum) * batch


def scale_and_centre(z: Array, gamma: Array, beta: Array) -> tuple[Array, Saved]:
    """y = gamma z + beta, a number of each for every channel."""
    return gamma * z + beta, (z, gamma)


def scale_and_centre_backward(dy: Array, saved: Saved) -> tuple[Array, Array, Array]:
    """dz = gamma dy; gamma and beta gather over everything but the channels."""
    z, gamma = saved
    before = tuple(range(dy.ndim - 1))
    return gamma * dy, (dy * z).sum(axis=before), dy.sum(axis=before)
