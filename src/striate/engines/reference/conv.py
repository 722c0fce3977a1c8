"""Windows of a picture as an array, and convolution as one sum over them. Letters: docs/notation.md."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from striate.network.window import Border, Pair, reach

Array = NDArray[Any]
Saved = Any  # what a forward function leaves for its backward


def unfold(x: Array, kernel: Pair, stride: Pair, pad: Border, border: float = 0, dilation: Pair = (1, 1)) -> Array:
    """Every window of a picture, as a view: (N, H, W, C) -> (N, P, Q, R, S, C); `border` stands where no picture is."""
    if pad != ((0, 0), (0, 0)):
        x = np.pad(x, ((0, 0), *pad, (0, 0)), constant_values=border)
    spans = reach(kernel[0], dilation[0]), reach(kernel[1], dilation[1])
    windows = sliding_window_view(x, spans, axis=(1, 2))[:, :: stride[0], :: stride[1]]  # N P Q C and the spans
    return np.moveaxis(windows[..., :: dilation[0], :: dilation[1]], 3, 5)


def fold(windows: Array, shape: tuple[int, ...], stride: Pair, pad: Border, dilation: Pair = (1, 1)) -> Array:
    """The adjoint of `unfold`: every window's values added where they came from. (N, P, Q, R, S, C) -> (N, H, W, C)."""
    n, height, width, c = shape
    (top, bottom), (left, right) = pad
    down, across = stride
    _, p, q, r, s, _ = windows.shape
    x = np.zeros((n, top + height + bottom, left + width + right, c), windows.dtype)
    for i in range(r):
        for j in range(s):
            row, column = i * dilation[0], j * dilation[1]
            x[:, row : row + down * p : down, column : column + across * q : across] += windows[:, :, :, i, j]
    return x[:, top : top + height, left : left + width]


def conv2d(x: Array, w: Array, b: Array, stride: Pair, pad: Border, dilation: Pair = (1, 1)) -> tuple[Array, Saved]:
    """y[n,p,q,k] = b[k] + sum over r,s,c of x[n, p*stride+r*dilation-top, q*stride+s*dilation-left, c] w[r,s,c,k]"""
    windows = unfold(x, w.shape[:2], stride, pad, dilation=dilation)  # N P Q R S C
    y = np.tensordot(windows, w, axes=3) + b  # N P Q K
    return y, (windows, w, x.shape, stride, pad, dilation)


def conv2d_backward(dy: Array, saved: Saved) -> tuple[Array, Array, Array]:
    """Each product x*w of the forward sum sends dy*w back to x and dy*x back to w."""
    windows, w, x_shape, stride, pad, dilation = saved
    dw = np.tensordot(windows, dy, axes=((0, 1, 2), (0, 1, 2)))  # R S C K
    db = dy.sum(axis=(0, 1, 2))  # K
    dx = fold(np.tensordot(dy, w, axes=((3,), (3,))), x_shape, stride, pad, dilation)
    return dx, dw, db


def grouped_conv2d(
    x: Array, w: Array, b: Array, stride: Pair, pad: Border, dilation: Pair, groups: int
) -> tuple[Array, Saved]:
    """The channels and filters cut into groups, each convolved by itself: filter k sees its own group's channels."""
    parts = zip(np.split(x, groups, axis=3), np.split(w, groups, axis=3), np.split(b, groups), strict=True)
    done = [conv2d(each_x, each_w, each_b, stride, pad, dilation) for each_x, each_w, each_b in parts]
    return np.concatenate([y for y, _ in done], axis=3), [saved for _, saved in done]


def grouped_conv2d_backward(dy: Array, saved: Saved) -> tuple[Array, Array, Array]:
    """Group by group."""
    done = [conv2d_backward(part, each) for part, each in zip(np.split(dy, len(saved), axis=3), saved, strict=True)]
    dx, dw, db = zip(*done, strict=True)
    return np.concatenate(dx, axis=3), np.concatenate(dw, axis=3), np.concatenate(db)


def depthwise_conv2d(x: Array, w: Array, b: Array, stride: Pair, pad: Border, dilation: Pair) -> tuple[Array, Saved]:
    """y[n,p,q,c*M+m] = b[c*M+m] + sum over r,s of x[n,p*stride+r*dilation-top,q*stride+s*dilation-left,c] w[r,s,c,m]"""
    windows = unfold(x, w.shape[:2], stride, pad, dilation=dilation)  # N P Q R S C
    y = np.einsum("npqrsc,rscm->npqcm", windows, w)
    n, p, q, c, m = y.shape
    return y.reshape(n, p, q, c * m) + b, (windows, w, x.shape, stride, pad, dilation)


def depthwise_conv2d_backward(dy: Array, saved: Saved) -> tuple[Array, Array, Array]:
    """As for the convolution, each channel by itself."""
    windows, w, x_shape, stride, pad, dilation = saved
    dz = dy.reshape(*dy.shape[:3], *w.shape[2:])  # N P Q C M
    dw = np.einsum("npqrsc,npqcm->rscm", windows, dz)
    dx = fold(np.einsum("npqcm,rscm->npqrsc", dz, w), x_shape, stride, pad, dilation)
    return dx, dw, dy.sum(axis=(0, 1, 2))
