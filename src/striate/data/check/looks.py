"""One picture as the few numbers that it is judged and compared by: about a kilobyte, whatever the picture's size."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from striate.data.images import Pixels
from striate.engines.contract import Array

SIDE = 32  # of the thumbnail that pictures are compared by, pixels
HASH = 16  # bytes: two of a million different pictures share one with probability 1e-27
JUDGED_SIDE = 128  # brightness and sharpness are judged where the longer side has 128 to 255 pixels, or all it has
SPAN = 9  # pixels of Crete's box filter
PERCENTILES = (1, 99)


@dataclass(frozen=True, eq=False)
class Look:
    """What is kept of a picture.

    `pixels`: a hash of its size and pixels, the same for grey stored as grey and as RGB; `thumbnail`: grey uint8
    (SIDE, SIDE), the sides stretched; `dark`, `light`: the brightness, 0 to 1, that 1 % of the picture lie below and
    above; `blur`: see `blur_of`.
    """

    pixels: bytes
    thumbnail: Pixels
    dark: float
    light: float
    blur: float


def look_at(pixels: Pixels) -> Look:
    """The look of a picture: uint8 (h, w, 1) or (h, w, 3)."""
    from PIL import Image

    plain = _plain(pixels)
    # Grey as Pillow makes it: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).
    grey = Image.fromarray(plain[..., 0] if plain.shape[2] == 1 else plain).convert("L")
    thumbnail = np.asarray(grey.resize((SIDE, SIDE), Image.Resampling.BILINEAR))
    judged = np.asarray(grey.reduce(max(1, max(grey.size) // JUDGED_SIDE)))
    dark, light = np.percentile(judged, PERCENTILES) / 255
    return Look(_hash(plain), thumbnail, float(dark), float(light), blur_of(judged))


def blur_of(grey: NDArray[np.uint8]) -> float:
    """How blurred a grey picture (h, w) is: 0 not at all, towards 1 entirely; contrast and brightness do not matter.

    What neighbouring pixels differ by, D, shrinks where the picture is blurred once more along an axis, to D';
    blur = 1 - sum(max(0, D - D')) / sum(D), of the axis where it is more. An already blurred picture loses little.
    0 for a picture of one value or smaller than the filter. Source: F. Crete, T. Dolmiere, P. Ladret, M. Nicolas,
    The blur effect: perception and estimation with a new no-reference perceptual blur metric, Proc. SPIE 6492, 2007.
    """
    if min(grey.shape) <= SPAN:
        return 0.0
    values = grey.astype(np.float32)
    return max(_blur_along(values), _blur_along(values.T))


def _blur_along(values: Array) -> float:
    ends = ((SPAN // 2 + 1, SPAN // 2), (0, 0))
    # The sum of a span as the difference of two running sums; whole numbers below 2^24, so float32 is exact.
    running = np.pad(values, ends, mode="edge").cumsum(axis=0)
    blurred = (running[SPAN:] - running[:-SPAN]) / SPAN
    before = np.abs(np.diff(values, axis=0))
    lost = np.maximum(0, before - np.abs(np.diff(blurred, axis=0)))
    total = float(before.sum())
    return 1 - float(lost.sum()) / total if total else 0.0


def _plain(pixels: Pixels) -> Pixels:
    """Of equal red, green and blue only one."""
    if pixels.shape[2] == 3 and (pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 0] == pixels[..., 2]).all():
        return np.ascontiguousarray(pixels[..., :1])
    return np.ascontiguousarray(pixels)


def _hash(pixels: Pixels) -> bytes:
    return blake2b(pixels.tobytes(), digest_size=HASH, person=b"x".join(b"%d" % n for n in pixels.shape)[:16]).digest()
