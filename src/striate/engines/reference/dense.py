"""Dense layers: every output sees every input."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.engines.reference.conv import Saved

Array = NDArray[Any]


def dense(x: Array, w: Array, b: Array) -> tuple[Array, Saved]:
    """y[...,k] = b[k] + sum over c of x[...,c] * w[c,k]."""
    return x @ w + b, (x, w)


def dense_backward(dy: Array, saved: Saved) -> tuple[Array, Array, Array]:
    """Each product x*w sends dy*w back to x and dy*x back to w."""
    x, w = saved
    before = tuple(range(x.ndim - 1))  # every axis but the last
    dw = np.tensordot(x, dy, axes=(before, before))  # C K
    return dy @ w.T, dw, dy.sum(axis=before)
