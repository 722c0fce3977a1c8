"""Pictures of each class, a row for each, and beside a picture what augmentation makes of it."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from striate.errors import DataError
from striate.figures.canvas import BLUE, INK, RULE, require_matplotlib
from striate.figures.fonts import lettering
from striate.figures.page import LINE, SMALL, Box, Page, Pixels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONGEST_NAME = 1.25  # inches; a longer one is broken
SIDE, GAP, ROW_GAP = 0.95, 0.08, 0.14
APART = 0.12  # between a picture and its variants


class Row(NamedTuple):
    """Pictures (N, H, W, C) of a class; with `varied` the first is the picture, the others what was made of it."""

    name: str
    pictures: Pixels
    varied: bool = False


def class_sheet(rows: Sequence[Row], *, title: str = "") -> "Figure":
    """A row of pictures of one size for each of the rows, the class's name before the first of its rows.

    C is 1 or 3; integers are 0 (black) to 255 (white), other numbers 0 to 1, and what lies beyond is cut off. A picture
    that was varied has a blue frame. Raises `DataError`.
    """
    require_matplotlib()
    shape: tuple[int, ...] = rows[0].pictures.shape[1:] if rows else (1, 1, 1)
    for row in rows:
        if row.pictures.ndim != 4 or row.pictures.shape[3] not in (1, 3) or row.pictures.shape[1:] != shape:
            raise DataError("figure.pictures_shape", came=row.pictures.shape)
    letters = lettering([title, *(row.name for row in rows)])
    longest = max((len(row.pictures) for row in rows), default=1)
    tall = shape[0] / shape[1]
    widest = max((letters.width(letters.name(row.name), SMALL) for row in rows), default=0.0)
    beside = min(widest, LONGEST_NAME) + 2 * GAP
    across = beside + longest * (SIDE + GAP) - GAP + (APART if any(row.varied for row in rows) else 0.0)
    page = Page(letters, across, len(rows) * (SIDE * tall + ROW_GAP) - ROW_GAP, title)
    for r, row in enumerate(rows):
        top = r * (SIDE * tall + ROW_GAP)
        if r == 0 or row.name != rows[r - 1].name:
            for n, line in enumerate(letters.wrapped(letters.name(row.name), LONGEST_NAME, SMALL, lines=3)):
                page.text(line, 0, top + n * LINE, color=INK)
        for c, picture in enumerate(_shown(row.pictures)):
            left = beside + c * (SIDE + GAP) + (APART if row.varied and c else 0.0)
            box = Box(left, top, SIDE, SIDE * tall)
            page.image(picture, box, "gray", 0.0, 1.0)
            marked = row.varied and c == 0
            page.frame(box, BLUE if marked else RULE, 1.5 if marked else 0.6)
    return page.figure


def _shown(pictures: Pixels) -> Pixels:
    """Numbers from 0 to 1; without the channel axis where there is one channel."""
    values = np.clip(pictures.astype(np.float64) / (255 if pictures.dtype.kind in "iu" else 1), 0, 1)
    return values[..., 0] if pictures.shape[3] == 1 else values
