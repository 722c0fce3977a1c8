"""One number of a network: what it depends on of the picture, its patch times its kernel, its strongest terms."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from striate.figures.canvas import BLUE, FAINT, INK, VERMILION, require_matplotlib
from striate.figures.fonts import Lettering, lettering
from striate.figures.page import LINE, SMALL, Box, Page, Pixels
from striate.figures.sheets import COLORS, as_pixels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PICTURE = 2.4  # inches across
GRID = 1.5  # a patch, at its longer side
SIGN = 0.3  # between patch, kernel and products
GAP = 0.3
BAR, BARS = 0.24, 2.2  # a bar's height with its room; the longest one
VALUE = 0.95  # room for a bar's number
TINY, CELL = 6.5, 0.36  # points of a number in a cell, and the smallest cell that has room for one
LEAST_ENLARGED = 0.5  # what is smaller than this share of the picture is shown enlarged, too


@dataclass(frozen=True)
class Block:
    """One channel of a window (R, S): what is seen, where that is padding, the kernel, and what they come to."""

    channel: int
    patch: Pixels
    padding: Pixels
    kernel: Pixels
    products: Pixels


Span = tuple[int, int]
Seen = tuple[Pixels | None, tuple[Span, Span] | None]  # a picture (H, W, 1 or 3); what of it is looked at, None: all


def traced_sheet(
    title: str, seen: Seen, blocks: Sequence[Block], bars: Sequence[tuple[str, float]], lines: Sequence[str]
) -> "Figure":
    """The picture with what is looked at; blocks; numbers as bars, by name; lines of text below them."""
    require_matplotlib()
    letters = lettering([title, *(name for name, _ in bars), *lines])
    lines = [letters.name(line) for line in lines]
    left, left_height = _measured(seen)
    names = max((letters.width(letters.name(name), SMALL) for name, _ in bars), default=0.0) + 0.1
    texts = max((letters.width(line, SMALL) for line in lines), default=0.0)
    tall, across = _block_size(blocks)
    right = max(3 * across + 2 * SIGN if blocks else 0.0, names + BARS + VALUE if bars else 0.0, texts)
    height = len(blocks) * (tall + 2 * LINE + 0.1) + len(bars) * BAR + LINE * len(lines) + GAP
    page = Page(letters, left + right, max(left_height, height), title)
    _draw_seen(page, letters, seen)
    y = _draw_blocks(page, letters, blocks, left)
    y = _draw_bars(page, letters, bars, Box(left + names, y, BARS, BAR * len(bars)), left)
    page.lines(lines, left, y)
    return page.figure


def _measured(seen: Seen) -> tuple[float, float]:
    """How far right the picture goes, and how far down it and its enlarged part."""
    picture, part = seen[0], _enlarged(seen)
    if picture is None:
        return 0.0, 0.0
    below = 0.0 if part is None else 2 * LINE + _fitted(part)[1]
    return PICTURE + GAP, LINE + PICTURE * picture.shape[0] / picture.shape[1] + below


def _enlarged(seen: Seen) -> Pixels | None:
    """The part that is looked at, where it is too small to be seen well."""
    picture, field = seen
    if field is None or picture is None:
        return None
    (top, bottom), (left, right) = field
    part = picture[top:bottom, left:right]
    small = max(part.shape[0] / picture.shape[0], part.shape[1] / picture.shape[1]) < LEAST_ENLARGED
    return part if small and part.size else None


def _fitted(part: Pixels) -> tuple[float, float]:
    """Width and height of an enlarged part, no larger than the picture is wide."""
    longest = max(part.shape[:2])
    return 0.7 * PICTURE * part.shape[1] / longest, 0.7 * PICTURE * part.shape[0] / longest


def _draw_seen(page: Page, letters: Lettering, seen: Seen) -> None:
    picture, field = seen
    if picture is None:
        return
    pixels = as_pixels(picture[np.newaxis])[0]
    rows, columns = pixels.shape[:2]
    scale = PICTURE / columns
    box = Box(0, LINE, PICTURE, rows * scale)
    page.text(letters.label("figure.picture"), 0, 0, color=FAINT)
    page.framed(pixels, box)
    if field is None:
        return
    (top, bottom), (left, right) = field
    if bottom > top and right > left:
        framed = Box(left * scale, LINE + top * scale, (right - left) * scale, (bottom - top) * scale)
        page.frame(framed, VERMILION, 1.5)
    part = _enlarged(seen)
    if part is not None:
        y = box.y + box.height + LINE
        page.text(letters.label("figure.trace.field"), 0, y, color=FAINT)
        place = Box(0, y + LINE, *_fitted(part))
        page.image(pixels[top:bottom, left:right], place, "gray", 0.0, 1.0)
        page.frame(place, VERMILION, 1.5)


def _block_size(blocks: Sequence[Block]) -> tuple[float, float]:
    if not blocks:
        return 0.0, 0.0
    rows, columns = blocks[0].patch.shape
    return GRID * rows / max(rows, columns), max(GRID * columns / max(rows, columns), 0.7)


def _draw_blocks(page: Page, letters: Lettering, blocks: Sequence[Block], left: float) -> float:
    """The blocks below each other; where they end."""
    tall, across = _block_size(blocks)
    y = 0.0
    for block in blocks:
        named = ("figure.trace.patch", "figure.trace.kernel", "figure.trace.products")
        grids = (block.patch, block.kernel, block.products)
        page.text(letters.label("figure.trace.channel", channel=block.channel), left, y, color=FAINT)
        for i, (code, values) in enumerate(zip(named, grids, strict=True)):
            x = left + i * (across + SIGN)
            page.text(letters.label(code), x, y + LINE, color=FAINT)
            box = Box(x, y + 2 * LINE, tall * values.shape[1] / values.shape[0], tall)
            _draw_grid(page, values, block.padding if i == 0 else None, box)
            if i:
                page.text(("×", "=")[i - 1], x - SIGN / 2 - 0.06, box.y + tall / 2 - 0.1, points=12)
        y += tall + 2 * LINE + 0.1
    return y + (GAP / 2 if blocks else 0.0)


def _draw_grid(page: Page, values: Pixels, padding: Pixels | None, box: Box) -> None:
    """Values in colours symmetric around 0, as numbers where there is room; padding is hatched by a cross."""
    finite = np.abs(values[np.isfinite(values)])
    most = float(finite.max(initial=0.0)) or 1.0
    page.framed(values, box, COLORS, ends=(-most, most))
    width, height = box.width / values.shape[1], box.height / values.shape[0]
    if min(width, height) < CELL:
        return
    for (r, s), value in np.ndenumerate(values):
        text = "0" if padding is not None and padding[r, s] else _short(float(value))
        dark = abs(value) > 0.6 * most
        x, y = box.x + s * width + 0.06, box.y + r * height + height / 2 - 0.055
        page.text(text, x, y, points=TINY, color="white" if dark else INK)


def _draw_bars(page: Page, letters: Lettering, bars: Sequence[tuple[str, float]], box: Box, left: float) -> float:
    """Numbers as bars to both sides of 0, their names to the left; where they end."""
    if not bars:
        return box.y
    values = np.nan_to_num(np.array([value for _, value in bars]))
    least, most = min(0.0, float(values.min())), max(0.0, float(values.max()))
    if least == most:
        most = 1.0
    axes = page.axes(box)
    axes.set_axis_off()
    axes.set(xlim=(least, most), ylim=(len(bars), 0))
    places = np.arange(len(bars)) + 0.5
    axes.barh(places, values, height=0.7, color=[VERMILION if value >= 0 else BLUE for value in values])
    axes.axvline(0.0, color=FAINT, linewidth=0.8)
    for i, (name, value) in enumerate(bars):
        y = box.y + i * BAR + 0.05
        page.text(letters.name(name), left, y)
        page.text(f"{value + 0.0:.4g}", box.x + box.width + 0.1, y)
    return box.y + box.height + GAP / 2


def _short(value: float) -> str:
    """At most six characters."""
    value += 0.0  # -0 is 0, too
    return f"{value:.2f}" if 0.01 <= abs(value) < 100 or value == 0 else f"{value:.0e}".replace("e-0", "e-")
