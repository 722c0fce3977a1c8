"""Pooling: one number for each window of each channel."""

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.engines.reference.conv import Saved, fold, unfold
from striate.network.window import Border, Pair

Array = NDArray[Any]


def max_pool(x: Array, size: Pair, stride: Pair, pad: Border) -> tuple[Array, Saved]:
    """y[n,p,q,c] = the largest x of the window; NaN counts as largest, padding never wins."""
    windows = unfold(x, size, stride, pad, border=-np.inf)  # N P Q R S C
    # Place by place of the window: many times faster than a maximum over its two small axes.
    y: Array = reduce(np.maximum, (windows[:, :, :, r, s] for r, s in np.ndindex(size)))  # N P Q C
    return y, (windows, y, x.shape, stride, pad)


def max_pool_backward(dy: Array, saved: Saved) -> Array:
    """The gradient goes to the winner alone, of equals to the first."""
    windows, y, x_shape, stride, pad = saved
    dwindows: Array = np.zeros((*windows.shape[3:5], *dy.shape), dy.dtype)  # R S N P Q C
    undecided = np.ones(y.shape, bool)
    for r, s in np.ndindex(windows.shape[3:5]):
        x = windows[:, :, :, r, s]
        wins = undecided & ((x == y) | np.isnan(x))
        undecided &= ~wins
        np.multiply(dy, wins, out=dwindows[r, s])
    return fold(np.moveaxis(dwindows, (0, 1), (3, 4)), x_shape, stride, pad)


def average_pool(x: Array, size: Pair, stride: Pair, pad: Border) -> tuple[Array, Saved]:
    """y[n,p,q,c] = the sum of the window over the number of its pixels that are picture, not padding."""
    picture = np.ones((1, *x.shape[1:3], 1), x.dtype)
    count = unfold(picture, size, stride, pad).sum(axis=(3, 4))  # 1 P Q 1
    y = unfold(x, size, stride, pad).sum(axis=(3, 4)) / count
    return y, (count, size, x.shape, stride, pad)


def average_pool_backward(dy: Array, saved: Saved) -> Array:
    """Each pixel of the window gets an equal share."""
    count, size, x_shape, stride, pad = saved
    share = (dy / count)[:, :, :, None, None]  # N P Q 1 1 C
    return fold(np.broadcast_to(share, (*dy.shape[:3], *size, dy.shape[3])), x_shape, stride, pad)


def global_average_pool(x: Array) -> tuple[Array, Saved]:
    """y[n,c] = the mean of x[n,:,:,c]."""
    return x.mean(axis=(1, 2)), x.shape


def global_average_pool_backward(dy: Array, shape: Saved) -> Array:
    """Each pixel gets an equal share."""
    n, height, width, c = shape
    return np.broadcast_to(dy.reshape(n, 1, 1, c) / (height * width), shape)


def global_max_pool(x: Array) -> tuple[Array, Saved]:
    """y[n,c] = the largest of x[n,:,:,c]; of equals the first."""
    n, height, width, c = x.shape
    y, saved = max_pool(x, (height, width), (1, 1), ((0, 0), (0, 0)))
    return y.reshape(n, c), saved


def global_max_pool_backward(dy: Array, saved: Saved) -> Array:
    """The gradient goes to the winner alone."""
    n, c = dy.shape
    return max_pool_backward(dy.reshape(n, 1, 1, c), saved)
