"""Where padding reaches: for each place of a map the share of what it sees that was never in the picture."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from striate.figures.canvas import FAINT, INK, require_matplotlib
from striate.figures.color_bars import color_bar
from striate.figures.fonts import lettering
from striate.figures.page import LINE, SMALL, Box, Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Shares = NDArray[np.float64]

SIDE, APART = 2.9, 0.35
BAR, BAR_ROOM = 0.14, 0.75
MOST_WRITTEN = 8  # places across: with no more, each share is written into its place
COLORS = "cividis"  # looks alike to all who see colours differently


def padding_figure(layer: str, size: tuple[int, int], boxes: Shares, walks: Shares) -> "Figure":
    """Two maps (P, Q) of shares from 0 to 1 on one scale, from 0 to the greatest of both."""
    require_matplotlib()
    letters = lettering([layer])
    scale = SIDE / max(boxes.shape)
    width, height = boxes.shape[1] * scale, boxes.shape[0] * scale
    across = max(width, 2.2)
    captions = [letters.wrapped(letters.label(code), across, SMALL, lines=3) for code in CAPTIONS]
    top = LINE * (max(map(len, captions)) + 0.4)
    title = letters.label("padding.figure.title", layer=letters.name(layer), size=size)
    page = Page(letters, 2 * across + APART + BAR_ROOM, top + height, title)
    most = float(max(boxes.max(), walks.max())) or 1.0
    for i, (caption, shares) in enumerate(zip(captions, (boxes, walks), strict=True)):
        box = Box(i * (across + APART), top, width, height)
        page.lines(caption, box.x, 0, color=FAINT)
        page.framed(shares, box, COLORS, ends=(0.0, most))
        if max(shares.shape) <= MOST_WRITTEN:
            _write(page, box, shares, most)
    bar = Box(2 * across + APART + 0.12, top, BAR, min(height, 2.2))
    color_bar(page, bar, COLORS, (0, most), ["0 %", f"{100 * most:.0f} %"])
    return page.figure


CAPTIONS = ("padding.figure.boxes", "padding.figure.walks")


def _write(page: Page, box: Box, shares: Shares, most: float) -> None:
    """Each share in percent, in its place."""
    step = box.width / shares.shape[1]
    for (row, column), share in np.ndenumerate(shares):
        color = INK if share > 0.55 * most else "white"
        page.text(f"{100 * share:.0f}", box.x + (column + 0.32) * step, box.y + (row + 0.36) * step, color=color)
