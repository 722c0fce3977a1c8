"""Kernels as pictures: in their own colours where they look at colours, else blue below 0 and red above."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from striate.errors import DataError
from striate.figures.canvas import FAINT, require_matplotlib
from striate.figures.columns import columns_for
from striate.figures.fonts import lettering
from striate.figures.page import LINE, NARROWEST, SMALL, Box, Page, Pixels
from striate.figures.ranges import largest
from striate.figures.sheets import BAR, BAR_HEIGHT, COLORS, GAP, SHEET, side_for, signed_bar

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SMALLEST, CELL_GAP = 0.42, 0.07  # of a kernel on a sheet of filters and channels
MATRIX, THINNEST = 6.0, 0.8  # inches: a matrix of weights, its longer side, and its shorter one at least


def color_kernel_sheet(
    kernels: Pixels, *, title: str, numbers: Sequence[int], scale: str, notes: Sequence[str]
) -> "Figure":
    """Kernels (R, S, 3, K) as colour pictures: a weight of 0 is half bright, the largest is full, its opposite dark."""
    require_matplotlib()
    count = _checked(kernels)
    of_all = largest(kernels)
    letters = lettering([title, *notes])
    tall = kernels.shape[0] / kernels.shape[1]
    columns = columns_for(count, tall + 0.2)
    side = side_for(columns, SMALLEST + 0.2)
    step = LINE + side * tall + GAP / 2
    bottom = -(-count // columns) * step + GAP / 2
    across = columns * (side + GAP) - GAP
    lines = letters.paragraphs(map(letters.name, notes), max(across, NARROWEST), SMALL)
    page = Page(letters, across, bottom + LINE * len(lines), title)
    for i, number in enumerate(numbers):
        box = Box(i % columns * (side + GAP), i // columns * step + LINE, side, side * tall)
        kernel = np.nan_to_num(kernels[..., i])
        most = of_all if scale == "shared" else largest(kernel)
        page.text(str(number), box.x, box.y - LINE, color=FAINT)
        page.framed(np.clip(0.5 + 0.5 * kernel / most, 0, 1), box)
    page.lines(lines, 0, bottom, color=FAINT)
    return page.figure


def kernel_sheet(
    kernels: Pixels, *, title: str, filters: Sequence[int], channels: Sequence[int], scale: str, notes: Sequence[str]
) -> "Figure":
    """Kernels (R, S, C, K): a row for each filter, in it a kernel for each channel that it looks at.

    By one scale of colours for all, or ("own") by one for each filter.
    """
    require_matplotlib()
    _checked(kernels)
    letters = lettering([title, *notes])
    tall = kernels.shape[0] / kernels.shape[1]
    side = max(SMALLEST, min(1.0, SHEET / len(channels)))
    step_x, step_y = side + CELL_GAP, side * tall + CELL_GAP
    left = max(letters.width(str(number), SMALL) for number in filters) + LINE + 0.2
    top = 2 * LINE
    right = left + len(channels) * step_x + GAP
    bottom = top + len(filters) * step_y + GAP / 2
    across = right + BAR + 0.5
    lines = letters.paragraphs(map(letters.name, notes), across, SMALL)
    page = Page(letters, across, bottom + LINE * len(lines), title)
    page.text(letters.label("figure.kernels.channels"), left, 0, color=FAINT)
    page.upright(letters.label("figure.kernels.filters"), LINE / 2, top + min(len(filters) * step_y, 1.4), color=FAINT)
    for j, channel in enumerate(channels):
        page.text(str(channel), left + j * step_x, LINE, color=FAINT)
    of_all = largest(kernels)
    for i, number in enumerate(filters):
        most = of_all if scale == "shared" else largest(kernels[..., i])
        page.text(str(number), LINE + 0.1, top + i * step_y + side * tall / 2 - 0.07, color=FAINT)
        for j in range(len(channels)):
            box = Box(left + j * step_x, top + i * step_y, side, side * tall)
            page.framed(kernels[:, :, j, i], box, COLORS, ends=(-most, most))
    if scale == "shared":
        signed_bar(page, Box(right, top, BAR, min(BAR_HEIGHT, max(bottom - top - GAP, 0.8))), of_all)
    page.lines(lines, 0, bottom, color=FAINT)
    return page.figure


def weight_matrix(weights: Pixels, *, title: str, notes: Sequence[str]) -> "Figure":
    """Weights (C, K) as one picture: a row for each output, a column for each input."""
    require_matplotlib()
    if weights.ndim != 2 or 0 in weights.shape:
        raise DataError("figure.kernels_shape", came=weights.shape)
    letters = lettering([title, *notes])
    columns, rows = weights.shape
    width, height = (max(THINNEST, MATRIX * min(1.0, n / m)) for n, m in ((columns, rows), (rows, columns)))
    bottom = LINE + height + GAP
    across = width + GAP + BAR + 0.5
    lines = letters.paragraphs(map(letters.name, notes), across, SMALL)
    page = Page(letters, max(across, 4.0), bottom + LINE * len(lines), title)
    most = largest(weights)
    page.text(letters.label("figure.kernels.matrix", inputs=columns - 1, outputs=rows - 1), 0, 0, color=FAINT)
    box = Box(0, LINE, width, height)
    page.framed(weights.T, box, COLORS, ends=(-most, most))
    signed_bar(page, Box(width + GAP, LINE, BAR, min(BAR_HEIGHT, height)), most)
    page.lines(lines, 0, bottom, color=FAINT)
    return page.figure


def _checked(kernels: Pixels) -> int:
    if kernels.ndim != 4 or 0 in kernels.shape:
        raise DataError("figure.kernels_shape", came=kernels.shape)
    return int(kernels.shape[3])
