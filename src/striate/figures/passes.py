"""A chain of numbers: what goes forward written above the line, the slopes that come back below it."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from striate.figures.canvas import BLUE, FAINT, INK, VERMILION, require_matplotlib
from striate.figures.fonts import Lettering, lettering
from striate.figures.page import LINE, SMALL, Box, Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BOX, STEP, HIGH = 0.92, 1.42, 0.52  # inches: across a box, from one to the next, its height
LARGE = 11.0


@dataclass(frozen=True)
class Stop:
    """A number on the way: its name, its value, its slope (None: nobody asks for it), and the weight behind it.

    `through` is what leads to it from the stop before: a name, or a weight with its slope.
    """

    name: str
    value: str
    slope: str | None
    through: str = ""
    through_slope: str | None = None


def passes(stops: Sequence[Stop]) -> "Figure":
    """The chain, from the left to the right and back."""
    require_matplotlib()
    letters = lettering()
    wide = (len(stops) - 1) * STEP + BOX
    top = 3 * LINE
    page = Page(letters, wide, top + HIGH + 4 * LINE, "")
    for i, stop in enumerate(stops):
        x = i * STEP
        box = Box(x, top, BOX, HIGH)
        page.image(np.zeros((1, 1)), box, "Greys", -1.0, 20.0)
        page.frame(box, FAINT, 0.8)
        _centred(page, letters, f"{stop.name} = {stop.value}", box, top + (HIGH - LARGE / 72) / 2 - 0.01, LARGE, BLUE)
        if stop.slope is not None:
            _centred(page, letters, f"dE/d{stop.name} = {stop.slope}", box, top + HIGH + 0.08, SMALL, VERMILION)
        if stop.through:
            between = Box(x - STEP + BOX, top, STEP - BOX, HIGH)
            _centred(page, letters, "→", between, top + 0.1, 16.0, FAINT)
            _centred(
                page, letters, stop.through, between, top - LINE - 0.06, SMALL, BLUE if "=" in stop.through else INK
            )
        if stop.through_slope is not None:
            between = Box(x - STEP + BOX, top, STEP - BOX, HIGH)
            _centred(page, letters, stop.through_slope, between, top + HIGH + 0.08 + 1.4 * LINE, SMALL, VERMILION)
    page.text(letters.label("figure.forward"), 0, 0, color=BLUE)
    page.text(letters.label("figure.backward"), 0, top + HIGH + 3.2 * LINE, color=VERMILION)
    return page.figure


def _centred(page: Page, letters: Lettering, text: str, box: Box, y: float, points: float, color: str) -> None:
    page.text(text, box.x + (box.width - letters.width(text, points)) / 2, y, points, color)
