"""Rows of pixels with the windows that look at them: how a stride divides, or does not."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from striate.figures.canvas import BLUE, FAINT, INK, RULE, VERMILION, require_matplotlib
from striate.figures.fonts import lettering
from striate.figures.page import LINE, SMALL, Box, Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PIXEL, BAR, GAP = 0.42, 0.13, 0.28  # inches
INDENT = 0.0


@dataclass(frozen=True)
class WindowRow:
    """N pixels, windows of F at a stride of s, and the pixels that none looks at."""

    pixels: int
    window: int
    stride: int
    count: int
    unseen: tuple[int, ...]


def window_rows(rows: Sequence[WindowRow]) -> "Figure":
    """A strip of pixels for each, its windows as bars below; pixels that no window looks at are red."""
    require_matplotlib()
    letters = lettering()
    labels = [letters.label("figure.windows", n=row.pixels, f=row.window, s=row.stride, k=row.count) for row in rows]
    heights = [LINE + 0.06 + PIXEL + row.count * (BAR + 0.05) for row in rows]
    strip = max(row.pixels for row in rows) * PIXEL
    page = Page(
        letters,
        max([strip, *(letters.width(label, SMALL) for label in labels)]),
        sum(heights) + GAP * (len(rows) - 1),
        "",
    )
    y = 0.0
    for row, label, height in zip(rows, labels, heights, strict=True):
        page.text(label, 0, y, color=FAINT)
        top = y + LINE + 0.06
        for pixel in range(row.pixels):
            box = Box(pixel * PIXEL, top, PIXEL, PIXEL)
            lost = pixel in row.unseen
            page.image(
                np.full((1, 1), -0.4 if lost else 0.0), box, "Reds_r" if lost else "Greys", -1.0, 1.0 if lost else 10.0
            )
            page.frame(box, RULE, 0.6)
            text = str(pixel)
            page.text(
                text, box.x + (PIXEL - letters.width(text, SMALL)) / 2, box.y + 0.13, color=VERMILION if lost else INK
            )
        for window in range(row.count):
            place = Box(
                window * row.stride * PIXEL + 0.03,
                top + PIXEL + 0.05 + window * (BAR + 0.05),
                row.window * PIXEL - 0.06,
                BAR,
            )
            page.frame(place, BLUE, 1.2)
        y += height + GAP
    return page.figure
