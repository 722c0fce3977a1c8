"""From stored pictures to a batch of numbers: gathered, varied, scaled; by the core or, without one, by NumPy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.data.variation import LUMA, Fill, Mix, Variation
from striate.engines.native import prepare as native

Array = NDArray[Any]
Floats = NDArray[np.float32]
Indices = NDArray[np.intp]
WHITE = 255  # of bytes


def prepared(pictures: Array, indices: Indices, scale: float, variation: Variation | None = None) -> Floats:
    """Some pictures (N, H, W, C) of bytes or float32, varied, each pixel times `scale`: float32 (n, H, W, C).

    NumPy and the core agree bit for bit where pixels are only copied, and else within the rounding of a few products.
    """
    compute = native.prepared if native.available() else by_numpy
    return compute(pictures, indices, *_scaling(pictures, scale), variation)


def mix_in(batch: Floats, pictures: Array, scale: float, mix: Mix, variation: Variation) -> None:
    """Mix into each picture of a batch its partner out of the stored pictures, varied: p + share (q - p) in its box."""
    compute = native.mix_in if native.available() else mix_in_by_numpy
    compute(batch, pictures, mix, *_scaling(pictures, scale), variation)


def by_numpy(
    pictures: Array, indices: Indices, scale: Floats, offset: Floats, variation: Variation | None = None
) -> Floats:
    """pixel * scale + offset of each pixel of the varied pictures; scale and offset (C,)."""
    pixels = pictures[indices].astype(np.float32)  # n H W C
    if variation is not None:
        if variation.colours is not None:
            pixels = _coloured(pixels, variation.colours, most=WHITE if pictures.dtype == np.uint8 else None)
        pixels = _holed(_warped(pixels, variation.warps, variation.fill), variation.holes)
    return pixels * scale + offset


def mix_in_by_numpy(
    batch: Floats, pictures: Array, mix: Mix, scale: Floats, offset: Floats, variation: Variation
) -> None:
    """As `mix_in`, with scale and offset (C,)."""
    partners = by_numpy(pictures, mix.partners, scale, offset, variation)
    for p, q, box, share in zip(batch, partners, mix.boxes.tolist(), mix.shares, strict=True):
        place = slice(box[0], box[2]), slice(box[1], box[3])
        p[place] += share * (q[place] - p[place])


def _scaling(pictures: Array, scale: float) -> tuple[Floats, Floats]:
    scales = np.full(pictures.shape[3], scale, np.float32)
    return scales, np.zeros_like(scales)


def _coloured(pixels: Floats, colours: Floats, most: float | None) -> Floats:
    """M x + k mean(Y) of each pixel x, for rows [M | k]; bytes stay within 0 and 255. A number M without three colours.

    Y is the brightness 0.299 R + 0.587 G + 0.114 B; without three colours, the mean of the channels.
    """
    means = pixels.mean(axis=(1, 2), dtype=np.float64)  # n C
    rgb = pixels.shape[3] == len(LUMA)
    brightness = means @ LUMA if rgb else means.mean(axis=1)
    lift = (colours[:, :, 3] * brightness[:, np.newaxis]).astype(np.float32)[:, np.newaxis, np.newaxis]  # n 1 1 3
    if rgb:
        made: Floats = np.matmul(pixels, colours[:, np.newaxis, :, :3].transpose(0, 1, 3, 2)) + lift
    else:
        made = pixels * colours[:, :1, :1, np.newaxis] + lift[..., :1]
    return made if most is None else np.clip(made, np.float32(0), np.float32(most))


def _warped(pixels: Floats, warps: NDArray[np.float64], fill: Fill) -> Floats:
    """Each pixel from where its picture's warp says; between pixels, four neighbours mixed; outside, as `fill` says.

    At (r + f, c + g), r and c whole: (1-f)(1-g) x[r, c] + (1-f) g x[r, c+1] + f (1-g) x[r+1, c] + f g x[r+1, c+1]
    """
    row, column = np.mgrid[: pixels.shape[1], : pixels.shape[2]]
    # Places in float64: in float32 they would be off by more than the pixels' own rounding.
    a, b, t, d, e, u = warps.reshape(-1, 6).T[:, :, np.newaxis, np.newaxis]
    y, x = (a * row + t) + b * column, (d * row + u) + e * column  # n H W
    y, x = _inside(y, pixels.shape[1] - 1, fill), _inside(x, pixels.shape[2] - 1, fill)
    top, left = np.floor(y), np.floor(x)
    f, g = (y - top).astype(np.float32)[..., np.newaxis], (x - left).astype(np.float32)[..., np.newaxis]
    one = np.float32(1)
    mixed = (one - f) * (one - g) * _at(pixels, top, left)
    mixed += (one - f) * g * _at(pixels, top, left + 1)
    mixed += f * (one - g) * _at(pixels, top + 1, left)
    mixed += f * g * _at(pixels, top + 1, left + 1)
    return mixed.astype(np.float32, copy=False)


def _inside(places: NDArray[np.float64], last: int, fill: Fill) -> NDArray[np.float64]:
    """Places outside of 0 to `last` brought to those that they look like: the nearest, or mirrored at both ends."""
    if fill == "black":
        return places
    if fill == "mirror":
        period = 2.0 * max(last, 1)  # 0, 1 ... last, last - 1 ... 1
        places = np.abs(places - period * np.rint(places / period))
    return np.clip(places, 0, last)


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
