"""The confusion matrix as a figure: every number readable, every class by its name."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from striate.errors import DataError
from striate.figures.canvas import FAINT, INK, require_matplotlib
from striate.figures.fonts import Lettering, lettering
from striate.figures.page import LINE, SMALL, Box, Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_CLASSES = 40  # more make a page that no screen shows
SMALLEST_CELL, ROOM = 0.42, 0.2  # inches: of a cell; around the number in it
WIDEST_NAME = 1.9  # inches
GAP = 0.1
COLORS = "Blues"
DARK = 0.55  # of a row's pictures: from here on the cell is dark, its number white
POINTS_TO_INCHES = 1.2 / 72  # a line is 1.2 times as high as its letters are large


def confusion_figure(matrix: NDArray[Any], names: Sequence[str], *, title: str = "") -> "Figure":
    """A row for each truth, a column for each answer; the darker, the larger the share of the row's pictures.

    `matrix[truth, answer]` counts pictures, (K, K), K up to 40. Raises `DataError` for more, or for another shape.
    """
    require_matplotlib()
    k = len(names)
    if matrix.shape != (k, k) or not 1 <= k <= MOST_CLASSES:
        raise DataError("figure.confusion", required=MOST_CLASSES, names=k, came=matrix.shape)
    letters = lettering([title, *names])
    labels = [letters.wrapped(letters.name(name), WIDEST_NAME, SMALL, lines=1)[0] for name in names]
    widest = max(letters.width(label, SMALL) for label in labels)
    cell = max(SMALLEST_CELL, max(letters.width(str(n), SMALL) for n in matrix.flat) + ROOM)
    upright = widest > cell - GAP
    left, top = LINE + GAP + widest + GAP, LINE + GAP + (widest if upright else LINE) + GAP
    page = Page(letters, left + k * cell, top + k * cell, title)
    _headings(page, letters, Box(left, top, k * cell, k * cell))
    for i, label in enumerate(labels):
        wide = letters.width(label, SMALL)
        page.text(label, left - GAP - wide, top + (i + 0.5) * cell - _half_line(), color=INK)
        if upright:
            page.upright(label, left + (i + 0.5) * cell, top - GAP)
        else:
            page.text(label, left + (i + 0.5) * cell - wide / 2, top - GAP - LINE)
    _cells(page, letters, matrix, Box(left, top, cell, cell))
    return page.figure


def _headings(page: Page, letters: Lettering, box: Box) -> None:
    """What the two sides are."""
    truth, answer = letters.label("figure.truths"), letters.label("figure.answers_given")
    page.text(answer, box.x + (box.width - letters.width(answer, SMALL)) / 2, 0, color=FAINT)
    page.upright(truth, LINE / 2, box.y + (box.height + letters.width(truth, SMALL)) / 2, color=FAINT)


def _cells(page: Page, letters: Lettering, matrix: NDArray[Any], first: Box) -> None:
    k, side = len(matrix), first.width
    whole = Box(first.x, first.y, k * side, k * side)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    page.framed(shares, whole, COLORS)
    for (truth, answer), count in np.ndenumerate(matrix):
        if count or truth == answer:
            text = str(count)
            x = first.x + (answer + 0.5) * side - letters.width(text, SMALL) / 2
            color = "white" if shares[truth, answer] >= DARK else INK
            page.text(text, x, first.y + (truth + 0.5) * side - _half_line(), color=color)


def _half_line() -> float:
    return SMALL * POINTS_TO_INCHES / 2
