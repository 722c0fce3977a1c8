"""Matrices as tables of coloured cells with their numbers in them, beside each other: picture * kernel = map."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from striate.figures.canvas import FAINT, INK, RULE, VERMILION, require_matplotlib
from striate.figures.fonts import Lettering, lettering
from striate.figures.page import LINE, SMALL, Box, Page, Pixels
from striate.figures.sheets import COLORS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CELL = 0.36  # inches
NUMBER, SIGN = 9.0, 15.0  # points
SIGN_ROOM, GAP = 0.34, 0.3
PALE = 1.8  # how far beyond the largest number the colours go, so that numbers can be read on them
CAP = 0.73 / 72  # the height of a digit, inches a point


@dataclass(frozen=True)
class Grid:
    """A matrix (H, W) and the code of what it is called; `window`: (top, left, height, width) of cells in a frame.

    `sign` stands before it; `unit` behind each number. Colours go by the largest number, or by `most`.
    """

    values: Pixels
    called: str
    sign: str = ""
    window: tuple[int, int, int, int] | None = None
    unit: str = ""
    most: float | None = None

    @property
    def width(self) -> float:
        """Across, in inches, without what it is called."""
        return self.values.shape[1] * CELL

    @property
    def height(self) -> float:
        """Down, in inches, without what it is called."""
        return self.values.shape[0] * CELL


def number_grids(lines: Sequence[Sequence[Grid]]) -> "Figure":
    """Lines of matrices, one below the other."""
    require_matplotlib()
    letters = lettering()
    widths = [sum(_room(grid, letters, first=i == 0) for i, grid in enumerate(line)) for line in lines]
    heights = [LINE + 0.04 + max(grid.height for grid in line) for line in lines]
    page = Page(letters, max(widths), sum(heights) + GAP * (len(lines) - 1), "")
    y = 0.0
    for line, height in zip(lines, heights, strict=True):
        x = 0.0
        for i, grid in enumerate(line):
            _draw(page, letters, grid, x, y, height, first=i == 0)
            x += _room(grid, letters, first=i == 0)
        y += height + GAP
    return page.figure


def _room(grid: Grid, letters: Lettering, *, first: bool) -> float:
    before = 0.0 if first else SIGN_ROOM if grid.sign else GAP
    return before + max(grid.width, letters.width(letters.label(grid.called), SMALL))


def _draw(page: Page, letters: Lettering, grid: Grid, x: float, y: float, height: float, *, first: bool) -> None:
    top = y + LINE + 0.04
    if not first:
        if grid.sign:
            room = (SIGN_ROOM - letters.width(grid.sign, SIGN)) / 2
            page.text(grid.sign, x + room, top + (height - LINE) / 2 - SIGN / 72 * 0.75, SIGN, FAINT)
        x += SIGN_ROOM if grid.sign else GAP
    page.text(letters.label(grid.called), x, y, color=FAINT)
    most = grid.most or float(np.abs(grid.values).max()) or 1.0
    page.image(grid.values, Box(x, top, grid.width, grid.height), COLORS, -PALE * most, PALE * most)
    for (row, column), value in np.ndenumerate(grid.values):
        box = Box(x + column * CELL, top + row * CELL, CELL, CELL)
        page.frame(box, RULE, 0.5)
        written = f"{value:g}{grid.unit}"
        points = min(NUMBER, NUMBER * 0.9 * CELL / letters.width(written, NUMBER))
        across, down = letters.width(written, points), points * CAP
        # Matplotlib places a line by the height of its highest letters: a little above its digits.
        page.text(written, box.x + (CELL - across) / 2, box.y + (CELL - down) / 2 - 0.012, points, INK)
    if grid.window:
        first_row, first_column, rows, columns = grid.window
        corner = x + first_column * CELL, top + first_row * CELL
        page.frame(Box(*corner, columns * CELL, rows * CELL), VERMILION, 2.0)
