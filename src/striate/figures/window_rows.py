"""Rows of pixels with the windows that look at them: how a stride divides, or does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from striate.figures.canvas import BLUE, FAINT, INK, require_matplotlib
from striate.figures.fonts import Lettering, lettering
from striate.figures.page import LINE, SMALL, Box, Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PIXEL, BAR, GAP = 0.42, 0.13, 0.28  # inches
BETWEEN = 0.05  # bars
STRIP = LINE + 0.06  # where the pixels begin, below the label
SEEN, UNSEEN = 0.04, 0.35  # shades, of 1


@dataclass(frozen=True)
class WindowRow:
    """N pixels, windows of F at a stride of s, how many there are, and the pixels that none looks at."""

    pixels: int
    window: int
    stride: int
    count: int
    unseen: tuple[int, ...]

    @property
    def label(self) -> dict[str, object]:
        """The fields of what is written above it."""
        return {"n": self.pixels, "f": self.window, "s": self.stride, "k": self.count}


def window_rows(rows: Sequence[WindowRow]) -> "Figure":
    """A strip of pixels for each, its windows as bars below; pixels that no window looks at are red."""
    require_matplotlib()
    letters = lettering()
    labels = [letters.label("figure.windows", **row.label) for row in rows]
    heights = [STRIP + PIXEL + row.count * (BAR + BETWEEN) for row in rows]
    wide = max(*(row.pixels * PIXEL for row in rows), *(letters.width(label, SMALL) for label in labels))
    page = Page(letters, wide, sum(heights) + GAP * (len(rows) - 1), "")
    y = 0.0
    for row, label, height in zip(rows, labels, heights, strict=True):
        page.text(label, 0, y, color=FAINT)
        _pixels(page, letters, row, y + STRIP)
        _windows(page, row, y + STRIP + PIXEL + BETWEEN)
        y += height + GAP
    return page.figure


def _pixels(page: Page, letters: Lettering, row: WindowRow, top: float) -> None:
    for pixel in range(row.pixels):
        box = Box(pixel * PIXEL, top, PIXEL, PIXEL)
        lost = pixel in row.unseen
        page.framed(np.full((1, 1), UNSEEN if lost else SEEN), box, "Reds" if lost else "Greys")
        across = letters.width(str(pixel), SMALL)
        page.text(str(pixel), box.x + (PIXEL - across) / 2, top + 0.13, color=INK)


def _windows(page: Page, row: WindowRow, top: float) -> None:
    for window in range(row.count):
        left, down = window * row.stride * PIXEL, top + window * (BAR + BETWEEN)
        page.frame(Box(left + 0.03, down, row.window * PIXEL - 0.06, BAR), BLUE, 1.2)
