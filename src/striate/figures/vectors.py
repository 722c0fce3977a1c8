"""The numbers of a layer that gives no maps, as bars."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from striate.errors import DataError
from striate.figures.canvas import BLUE, FAINT, RULE, VERMILION, require_matplotlib
from striate.figures.fonts import lettering
from striate.figures.page import LINE, SMALL, Box, Page, Pixels
from striate.figures.sheets import GAP, Beside

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMED = 32  # up to so many numbers each has its row and its name
BAR, BARS, VALUE = 0.24, 3.2, 0.9  # inches: a row, the longest bar, room for the number
WIDE, HIGH = 6.5, 2.2  # of the bars of many numbers
LONGEST_NAME = 2.0


def vector_figure(
    values: Pixels, *, title: str, picture: Pixels | None = None, names: Sequence[str] = (), notes: Sequence[str] = ()
) -> "Figure":
    """Numbers (K,) as bars to both sides of 0, beside the picture (H, W, C) they were made from.

    `names`, one for each or none. Raises `DataError`.
    """
    require_matplotlib()
    if values.ndim != 1 or not len(values):
        raise DataError("figure.vector_shape", came=values.shape)
    letters = lettering([title, *names, *notes])
    listed = len(values) <= NAMED
    labels = [letters.name(name) for name in names] or [str(i) for i in range(len(values))]
    short = [(letters.wrapped(label, LONGEST_NAME, SMALL, lines=1) or [""])[0] for label in labels]
    room = max(letters.width(label, SMALL) for label in short) + 0.12 if listed else 0.0
    beside = Beside.of(picture)
    left = beside.width
    box = Box(left + room, 0.0, BARS, BAR * len(values)) if listed else Box(left + 0.5, 0.0, WIDE, HIGH)
    bottom = max(box.height + (0.0 if listed else 2 * LINE), beside.height) + GAP
    page = Page(letters, box.x + box.width + (VALUE if listed else 0.0), bottom + LINE * len(notes), title)
    beside.draw(page, letters)
    _draw_bars(page, np.nan_to_num(values.astype(float)), box, across=listed)
    if listed:
        for i, (label, value) in enumerate(zip(short, values.tolist(), strict=True)):
            page.text(label, left, i * BAR + 0.05)
            page.text(f"{value:.4g}", box.x + box.width + 0.1, i * BAR + 0.05)
    page.lines([letters.name(note) for note in notes], 0, bottom, color=FAINT)
    return page.figure


def _draw_bars(page: Page, values: Pixels, box: Box, *, across: bool) -> None:
    axes = page.axes(box)
    places = np.arange(len(values))
    colors = [VERMILION if value >= 0 else BLUE for value in values]
    least, most = min(0.0, float(values.min())), max(0.0, float(values.max()))
    limits = (least, most if most > least else 1.0)
    if across:
        axes.set_axis_off()
        axes.barh(places + 0.5, values, height=0.7, color=colors)
        axes.axvline(0.0, color=FAINT, linewidth=0.8)
        axes.set(xlim=limits, ylim=(len(values), 0))
        return
    axes.vlines(places, np.minimum(values, 0), np.maximum(values, 0), colors=colors, linewidth=1.0)
    axes.axhline(0.0, color=FAINT, linewidth=0.8)
    axes.set(xlim=(-1, len(values)), ylim=limits)
    axes.tick_params(labelsize=SMALL, colors=FAINT, length=2)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_color(RULE)
