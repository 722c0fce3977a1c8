"""Hand-made kernels and what they answer to two classes of pictures."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from striate.figures.canvas import BLUE, FAINT, INK, RULE, VERMILION, require_matplotlib
from striate.figures.fonts import lettering
from striate.figures.page import LINE, SMALL, Box, Page
from striate.figures.sheets import COLORS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIDE, GAP, STEP = 1.0, 0.25, 1.3
BARS, BARS_GAP = 1.7, 0.6
COLOURS = (BLUE, VERMILION)

Values = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class StrokeRow:
    """A kernel (R, S) by the code of its name, its mean maps (2, P, Q), and for each measure its two answers."""

    name: str
    kernel: Values
    maps: Values
    answers: tuple[tuple[float, float], ...]


def strokes_figure(
    rows: Sequence[StrokeRow], classes: tuple[str, str], means: Values, measures: Sequence[str]
) -> "Figure":
    """A row for each kernel: itself, the mean map over each class, and bars for every measure (texts' codes)."""
    require_matplotlib()
    letters = lettering(classes)
    lefts = [i * (SIDE + GAP) for i in range(3)]
    bars_left = lefts[2] + SIDE + BARS_GAP
    across = bars_left + len(measures) * (BARS + BARS_GAP) - BARS_GAP
    top = SIDE + 3 * LINE
    page = Page(letters, across, top + len(rows) * STEP, letters.label("figure.strokes"))
    for i, name in enumerate(classes):
        box = Box(lefts[i + 1], LINE * 1.2, SIDE, SIDE)
        page.text(letters.label("figure.strokes_mean", name=letters.name(name)), box.x, 0, color=COLOURS[i])
        page.image(means[i], box, "gray", 0.0, float(means.max()) or 1.0)
        page.frame(box, COLOURS[i], 1.5)
    for i, code in enumerate(measures):
        left = bars_left + i * (BARS + BARS_GAP)
        for n, line in enumerate(letters.wrapped(letters.label(code), BARS + BARS_GAP / 2, SMALL, lines=4)):
            page.text(line, left, SIDE - 2 * LINE + n * LINE, color=FAINT)
    most = float(max(row.maps.max() for row in rows)) or 1.0
    largest = [max(max(row.answers[i]) for row in rows) or 1.0 for i in range(len(measures))]
    for n, row in enumerate(rows):
        y = top + n * STEP
        page.text(letters.label(row.name), 0, y - 0.02)
        inner = Box(0, y + LINE, SIDE - LINE, SIDE - LINE)
        weight = float(np.abs(row.kernel).max())
        page.image(row.kernel, inner, COLORS, -weight, weight)
        page.frame(inner, RULE, 0.8)
        for i in range(2):
            box = Box(lefts[i + 1], y + LINE, SIDE - LINE, SIDE - LINE)
            page.image(row.maps[i], box, "gray", 0.0, most)
            page.frame(box, COLOURS[i], 1.2)
        for i, pair in enumerate(row.answers):
            _bars(page, Box(bars_left + i * (BARS + BARS_GAP), y + LINE, BARS, SIDE - LINE), pair, largest[i])
    return page.figure


def _bars(page: Page, box: Box, pair: tuple[float, float], largest: float) -> None:
    axes = page.axes(box)
    axes.set_axis_off()
    axes.set(xlim=(0, largest * 1.02), ylim=(1.6, -0.6))
    for i, value in enumerate(pair):
        axes.barh(i, value, height=0.62, color=COLOURS[i])
        inside = value > 0.62 * largest
        color, side = ("white", "right") if inside else (INK, "left")
        axes.text(value + largest * (-0.02 if inside else 0.02), i, f"{value:.3g}", va="center", ha=side, color=color)
