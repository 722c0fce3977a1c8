"""From stored pictures to a batch of numbers: gathered, varied, scaled; by the core or, without one, by NumPy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.data.augment import Variation
from striate.engines.native import prepare as native

Array = NDArray[Any]
Floats = NDArray[np.float32]
Indices = NDArray[np.intp]


def prepared(pictures: Array, indices: Indices, scale: float, variation: Variation | None = None) -> Floats:
    """Some pictures (N, H, W, C) of bytes or float32, varied, each pixel times `scale`: float32 (n, H, W, C).

    NumPy and the core agree bit for bit where pixels are only copied, and else within the rounding of four products.
    """
    compute = native.prepared if native.available() else by_numpy
    scales = np.full(pictures.shape[3], scale, np.float32)
    return compute(pictures, indices, scales, np.zeros_like(scales), variation)


def by_numpy(
    pictures: Array, indices: Indices, scale: Floats, offset: Floats, variation: Variation | None = None
) -> Floats:
    """pixel * scale + offset of each pixel of the varied pictures; scale and offset (C,)."""
    pixels = pictures[indices].astype(np.float32)  # n H W C
    if variation is not None:
        pixels = _holed(_warped(pixels, variation.warps), variation.holes)
    return pixels * scale + offset


def _warped(pixels: Floats, warps: NDArray[np.float64]) -> Floats:
    """Each pixel from where its picture's warp says; between pixels, four neighbours mixed; outside, 0.

    At (r + f, c + g), r and c whole: (1-f)(1-g) x[r, c] + (1-f) g x[r, c+1] + f (1-g) x[r+1, c] + f g x[r+1, c+1]
    """
    row, column = np.mgrid[: pixels.shape[1], : pixels.shape[2]]
    # Places in float64: in float32 they would be off by more than the pixels' own rounding.
    a, b, t, d, e, u = warps.reshape(-1, 6).T[:, :, np.newaxis, np.newaxis]
    y, x = (a * row + t) + b * column, (d * row + u) + e * column  # n H W
    top, left = np.floor(y), np.floor(x)
    f, g = (y - top).astype(np.float32)[..., np.newaxis], (x - left).astype(np.float32)[..., np.newaxis]
    one = np.float32(1)
    mixed = (one - f) * (one - g) * _at(pixels, top, left)
    mixed += (one - f) * g * _at(pixels, top, left + 1)
    mixed += f * (one - g) * _at(pixels, top + 1, left)
    mixed += f * g * _at(pixels, top + 1, left + 1)
    return mixed


def _at(pixels: Floats, row: NDArray[np.float64], column: NDArray[np.float64]) -> Floats:
    """x[n, row, column], 0 outside."""
    n, height, width, _ = pixels.shape
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    rows, columns = (np.where(inside, place, 0).astype(np.intp) for place in (row, column))
    return np.where(inside[..., np.newaxis], pixels[np.arange(n)[:, np.newaxis, np.newaxis], rows, columns], 0)


def _holed(pixels: Floats, holes: NDArray[np.int32]) -> Floats:
    for picture, (top, left, bottom, right) in zip(pixels, holes, strict=True):
        picture[top:bottom, left:right] = 0
    return pixels
