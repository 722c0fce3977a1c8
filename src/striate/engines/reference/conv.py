"""Windows of a picture as an array, and convolution as one sum over them. Letters: docs/notation.md."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from striate.network.window import Border, Pair

Array = NDArray[Any]
Saved = tuple[Any, ...]


def unfold(x: Array, kernel: Pair, stride: Pair, pad: Border, border: float = 0) -> Array:
    """Every window of a picture, as a view: (N, H, W, C) -> (N, P, Q, R, S, C); `border` stands where no picture is."""
    if pad != ((0, 0), (0, 0)):
        x = np.pad(x, ((0, 0), *pad, (0, 0)), constant_values=border)
    windows = sliding_window_view(x, kernel, axis=(1, 2))[:, :: stride[0], :: stride[1]]  # N P Q C R S
    return np.moveaxis(windows, 3, 5)


def fold(windows: Array, shape: tuple[int, ...], stride: Pair, pad: Border) -> Array:
    """The adjoint of `unfold`: every window's values added where they came from. (N, P, Q, R, S, C) -> (N, H, W, C)."""
    n, height, width, c = shape
    (top, bottom), (left, right) = pad
    down, across = stride
    _, p, q, r, s, _ = windows.shape
    x = np.zeros((n, top + height + bottom, left + width + right, c), windows.dtype)
    for i in range(r):
        for j in range(s):
            x[:, i : i + down * p : down, j : j + across * q : across] += windows[:, :, :, i, j]
    return x[:, top : top + height, left : left + width]


def conv2d(x: Array, w: Array, b: Array, stride: Pair, pad: Border) -> tuple[Array, Saved]:
    """y[n,p,q,k] = b[k] + sum over r,s,c of x[n, p*stride+r-top, q*stride+s-left, c] * w[r,s,c,k]."""
    windows = unfold(x, w.shape[:2], stride, pad)  # N P Q R S C
    y = np.tensordot(windows, w, axes=3) + b  # N P Q K
    return y, (windows, w, x.shape, stride, pad)


def conv2d_backward(dy: Array, saved: Saved) -> tuple[Array, Array, Array]:
    """Each product x*w of the forward sum sends dy*w back to x and dy*x back to w."""
    windows, w, x_shape, stride, pad = saved
    dw = np.tensordot(windows, dy, axes=((0, 1, 2), (0, 1, 2)))  # R S C K
    db = dy.sum(axis=(0, 1, 2))  # K
    dx = fold(np.tensordot(dy, w, axes=((3,), (3,))), x_shape, stride, pad)
    return dx, dw, db
