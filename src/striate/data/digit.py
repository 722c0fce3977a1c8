"""A photographed digit as MNIST would hold it: light on black, 20 pixels long, its weight in the middle of 28x28.

Source of what MNIST did: Y. LeCun, C. Cortes, C. Burges, The MNIST database (a box of 20x20, anti-aliased, proportions
kept; the centre of mass in the centre of 28x28). How a photograph is brought there is our own.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.data.components import Piece, pieces
from striate.data.images import Pair, Pixels

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

MNIST_SIDE, MNIST_BOX = 28, 20
MNIST_CLASSES = tuple("0123456789")
OFF_CENTRE = 0.52  # pixels: MNIST's centres of mass are off by up to half a pixel, as whole shifts leave them
SAMPLE = 1000  # pictures looked at, to know MNIST by

WORKING = 196  # the longer side that a picture is brought to: seven times MNIST's, so that strokes have an inside
RING = 0.06  # of the shorter side: the border that is taken for paper
ROUNDS = 4  # of the fit to the paper's light, each without what the last one found off
STEP = 7  # every so many pixels of the border: enough of them, and no divisor of a usual side
OFF_PAPER = 2.5  # deviations from the paper's light that are no more its own
FAINTEST = 0.1  # of the whole range: what differs less from the paper is no ink
NOISE = 5.0  # deviations of the paper: likewise
DARKEST = 95  # the percentile of all ink that counts as fully black
SPECK = 0.03  # of the largest piece: smaller ones are dirt
REACH = 0.35  # of the largest piece's length: pieces further off are no part of the digit
AROUND = 0.5  # of the digit's length: the paper kept around it for a closer look
THIN, THICK = 2.2, 4.0  # pixels of the box: how wide strokes are made. Most of MNIST's are from 1.8 to 3.5.
OUTLINE = 1.27  # steps of a pixel outline for a unit of length, over all directions: 4 / pi


class Ink(NamedTuple):
    """How much of each pixel is ink, 0 to 1, and which pixels belong to the digit."""

    amount: Floats
    mask: Mask


def normalised(picture: Pixels, size: Pair) -> Pixels:
    """The digit of a grey picture (h, w, 1), of any size and light, as (height, width, 1); black where there is none.

    1. The paper's light, a curved surface through the border, is taken away. The border so decides what is paper and
       what is ink, dark on light or light on dark.
    2. Ink is what stands out by half of what the darkest does; dirt and what comes in from the border are left out.
       Around the digit that is found so, the same is done again.
    3. Strokes too thin or too thick for MNIST are thickened or thinned, and the box around the digit is scaled to
       20/28 of the size, its proportions kept.
    4. Its centre of mass is put into the middle.

    A picture that is so already, as all of MNIST's are, stays as it is, bit for bit.
    """
    if is_normalised(picture[np.newaxis], size)[0]:
        return np.ascontiguousarray(picture)
    ink = _ink(_looked_at(picture))
    if not ink.mask.any():
        return np.zeros((*size, 1), np.uint8)
    return _centred(_scaled(_of_usual_strokes(ink), _box(size)), size)[..., np.newaxis]


def is_normalised(pictures: Pixels, size: Pair) -> NDArray[np.bool_]:
    """Which of (N, H, W, 1) are as `normalised` leaves them: that size, on black, that box, that centre."""
    count = len(pictures)
    if pictures.shape[1:3] != size or not count:
        return np.zeros(count, np.bool_)
    values = pictures[..., 0]
    length = np.maximum(_extent(values.max(2) > 0), _extent(values.max(1) > 0))
    box = _box(size)
    weight = np.maximum(values.sum((1, 2), dtype=np.float64), 1)
    centred = np.ones(count, np.bool_)
    for axis, side in ((2, size[0]), (1, size[1])):
        mass = values.sum(axis, dtype=np.float64) @ np.arange(side) / weight
        centred &= np.abs(mass - side // 2) < OFF_CENTRE
    return centred & (length <= box) & (length >= box - 1)


def looks_like_mnist(pictures: Pixels, class_names: Sequence[str]) -> bool:
    """Whether pictures (N, H, W, C) are digits as MNIST has them: grey 28x28, classes 0 to 9, each in its place.

    Fashion-MNIST, whose files are called the same, fills its pictures to the border, and is not.
    """
    if not could_be_mnist(pictures.shape[1:], class_names):
        return False
    step = max(1, len(pictures) // SAMPLE)
    return bool(is_normalised(pictures[::step], (MNIST_SIDE, MNIST_SIDE)).all())


def could_be_mnist(shape: tuple[int, ...], class_names: Sequence[str]) -> bool:
    """Whether pictures of this shape (H, W, C) and these classes are worth a look."""
    return shape == (MNIST_SIDE, MNIST_SIDE, 1) and tuple(class_names) == MNIST_CLASSES


def _box(size: Pair) -> int:
    return max(1, round(min(size) * MNIST_BOX / MNIST_SIDE))


def _extent(filled: NDArray[np.bool_]) -> NDArray[np.int64]:
    """From the first to the last that is filled, in each row of (N, n); 0 where none is."""
    first, last = filled.argmax(1), filled.shape[1] - filled[:, ::-1].argmax(1)
    return np.where(filled.any(1), last - first, 0)


def _looked_at(picture: Pixels) -> Floats:
    """The picture, or the part of it around the digit where that is much smaller; its longer side WORKING."""
    whole = _resized(picture[..., 0], WORKING)
    ink = _ink(whole)
    if not ink.mask.any():
        return whole
    top, left, bottom, right = _bounds(ink.mask)
    margin = AROUND * max(bottom - top, right - left)
    factor = max(picture.shape[:2]) / WORKING
    edges = np.array([top - margin, left - margin, bottom + margin, right + margin]) * factor
    height, width = picture.shape[:2]
    first_row, first, last_row, last = np.clip(edges.round().astype(int), 0, [height, width, height, width])
    part = picture[first_row:last_row, first:last, 0]
    return _resized(part, WORKING) if part.size else whole  # a speck of less than half a pixel


def _resized(values: Pixels, longer: int) -> Floats:
    """Scaled so that its longer side is so many pixels."""
    from PIL import Image

    height, width = values.shape
    factor = longer / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return np.asarray(Image.fromarray(values).resize(size, Image.Resampling.BICUBIC), np.float64)


def _ink(values: Floats) -> Ink:
    paper, noise = _paper(values)
    off = values - paper
    faintest = max(255 * FAINTEST, NOISE * noise)
    dark = np.square(np.maximum(-off - faintest, 0)).sum() > np.square(np.maximum(off - faintest, 0)).sum()
    # Dark ink swallows a share of the light; light on dark adds to it.
    amount = np.maximum(-off / np.maximum(paper, 1), 0) if dark else np.maximum(off, 0) / 255
    least = faintest / (max(float(np.median(paper)), 1) if dark else 255)
    above = amount[amount > least]
    if not above.size:
        return Ink(amount, np.zeros(values.shape, np.bool_))
    darkest = float(np.percentile(above, DARKEST))
    mask = _of_the_digit(amount > max(darkest / 2, least))
    # From a quarter to three quarters of the darkest: edges stay as soft as they are, grain and paper go.
    return Ink(np.clip(2 * amount / darkest - 0.5, 0, 1) * _grown(mask), mask)


def _paper(values: Floats) -> tuple[Floats, float]:
    """The paper's light everywhere, a quadratic surface through the border, and how much the paper deviates from it."""
    height, width = values.shape
    ring = max(2, round(RING * min(height, width)))
    border = np.ones((height, width), np.bool_)
    border[ring:-ring, ring:-ring] = False
    row, column = np.nonzero(border)
    row, column = row[::STEP], column[::STEP]
    terms, light = _terms(row / height, column / width), values[row, column]  # n 6, n
    middle, spread = _middle_and_spread(light)
    off = light - middle
    weights = np.zeros(terms.shape[1])
    for _ in range(ROUNDS):
        like = np.abs(off) <= OFF_PAPER * spread
        weights = np.linalg.lstsq(terms[like], light[like], rcond=None)[0]
        off = light - terms @ weights
        spread = _middle_and_spread(off[like])[1]
    y, x = np.ogrid[:height, :width]
    return np.tensordot(weights, _terms(y / height, x / width), (0, -1)), spread


def _terms(y: Floats, x: Floats) -> Floats:
    """1, x, y, x^2, xy, y^2 of places from 0 to 1, as a last axis."""
    y, x = np.broadcast_arrays(2 * y - 1, 2 * x - 1)
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], -1)


def _middle_and_spread(values: Floats) -> tuple[float, float]:
    """The median, and the deviation that a normal distribution of this median deviation has; at least 1."""
    middle = float(np.median(values))
    return middle, max(1.0, 1.4826 * float(np.median(np.abs(values - middle))))


def _of_the_digit(mask: Mask) -> Mask:
    """The largest piece, and those near it that are large enough to be strokes."""
    labels, found = pieces(mask)
    if not found:
        return mask
    height, width = mask.shape
    inside = [p for p in found if p.top > 0 and p.left > 0 and p.bottom < height and p.right < width]
    # What comes in from the border is a line or the table; only where there is nothing else is it the digit.
    main = (inside or found)[0]
    kept = [p.label for p in inside or found if _is_part(p, main)]
    return np.isin(labels, kept)


def _is_part(piece: Piece, main: Piece) -> bool:
    return piece.pixels >= SPECK * main.pixels and piece.gap(main) <= REACH * main.length


def _grown(mask: Mask) -> Mask:
    """With the pixels around it."""
    return _filtered(mask.astype(np.float64), 1) > 0


def _filtered(values: Floats, radius: int) -> Floats:
    """The largest of each square around a pixel; with a negative radius the least. Values 0 to 1."""
    from PIL import Image, ImageFilter

    image = Image.fromarray((255 * values).round().astype(np.uint8))
    side = 2 * abs(radius) + 1
    turned = image.filter(ImageFilter.MaxFilter(side) if radius > 0 else ImageFilter.MinFilter(side))
    return np.asarray(turned, np.float64) / 255


def _of_usual_strokes(ink: Ink) -> Floats:
    """The amount of ink, its strokes thickened or thinned to widths that MNIST has; cut to the box around it."""
    top, left, bottom, right = _bounds(ink.mask)
    unit = max(bottom - top, right - left) / MNIST_BOX
    width = _stroke_width(ink.mask) / unit
    radius = round((min(max(width, THIN), THICK) - width) * unit / 2)
    room = max(radius, 0) + 1
    amount = np.pad(ink.amount[top:bottom, left:right], room)
    changed = _filtered(amount, radius) if radius else amount
    if not (changed > 0.5).any():
        changed = amount
    top, left, bottom, right = _bounds(changed > 0.5)
    return changed[top:bottom, left:right]


def _stroke_width(mask: Mask) -> float:
    """2 area / outline: what a long stroke of this area and outline is wide."""
    outline = sum(int((a != b).sum()) for a, b in ((mask[1:], mask[:-1]), (mask[:, 1:], mask[:, :-1])))
    return 2 * float(mask.sum()) * OUTLINE / max(outline, 1)


def _bounds(mask: Mask) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def _scaled(amount: Floats, box: int) -> Pixels:
    """Its longer side so many pixels, anti-aliased, the fullest of them white."""
    from PIL import Image

    height, width = amount.shape
    factor = box / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    image = Image.fromarray((255 * amount).round().astype(np.uint8))
    small = np.asarray(image.resize(size, Image.Resampling.HAMMING), np.float64)
    return (small * (255 / max(float(small.max()), 1))).round().astype(np.uint8)


def _centred(digit: Pixels, size: Pair) -> Pixels:
    """On black of this size, its centre of mass in the middle, as far as it stays whole."""
    placed = np.zeros(size, np.uint8)
    weight = max(float(digit.sum()), 1)
    slices: list[slice] = []
    for axis, side in ((0, size[0]), (1, size[1])):
        length: int = digit.shape[axis]
        mass = float(np.dot(digit.sum(1 - axis, dtype=np.float64), np.arange(length))) / weight
        begin = min(max(round(side // 2 - mass), 0), side - length)
        slices.append(slice(begin, begin + length))
    placed[slices[0], slices[1]] = digit
    return placed
