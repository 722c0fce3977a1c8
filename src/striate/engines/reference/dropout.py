"""Dropout: in training some values are zeroed, the others made larger."""

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]


def dropout(x: Array, uniform: Array, rate: float) -> tuple[Array, Array]:
    """y = x / (1 - rate) where uniform >= rate, else 0: the expectation stays x. Srivastava et al. 2014."""
    scale = ((uniform >= rate) / (1 - rate)).astype(x.dtype)
    return x * scale, scale


def dropout_backward(dy: Array, scale: Array) -> Array:
    """The values that passed pass back, equally enlarged."""
    return dy * scale
