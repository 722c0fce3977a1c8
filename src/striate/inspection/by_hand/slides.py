"""The places of a sliding window, as something to look at: standing still or moving."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from striate.errors import SettingError
from striate.figures.animation import save_animation
from striate.figures.shown import Shown
from striate.figures.sliding import Position, Slide, position_figure, sliding_frames, sliding_sheet
from striate.inspection import arguments as may_be
from striate.inspection.by_hand.windows import Convolution, Matrix, Pooled, Pooling, Sum
from striate.network.settings import checked
from striate.network.window import Pair

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

MOST_ON_SHEET, MOST_FRAMES = 64, 256
FRAME = 700  # milliseconds


@dataclass(frozen=True, eq=False)
class Sliding(Shown):
    """A window's way over a picture; `at`: only one place of it."""

    slide: Slide
    at: Pair | None = None

    def figure(self) -> "Figure":
        """All positions on a sheet, or the one, at length. Raises `SettingError` for more than a sheet can hold."""
        if self.at is not None:
            return position_figure(self.slide, self._number(self.at))
        self._bounded(MOST_ON_SHEET)
        return sliding_sheet(self.slide)

    def frames(self) -> Iterator["Figure"]:
        """A figure for each position, or for the one. Raises `SettingError` for more than anybody would look at."""
        if self.at is not None:
            return iter([self.figure()])
        self._bounded(MOST_FRAMES)
        return sliding_frames(self.slide)

    def save_animation(self, path: str | Path, milliseconds: int = FRAME) -> None:
        """Write the moving window as GIF or WebP. Raises `FileError`, `SettingError`."""
        save_animation(self.frames(), path, milliseconds)

    def _number(self, at: Pair) -> int:
        rows, columns = self.slide.count
        if not (0 <= at[0] < rows and 0 <= at[1] < columns):
            raise SettingError("learn.at_outside", row=at[0], column=at[1], last_row=rows - 1, last_column=columns - 1)
        return at[0] * columns + at[1]

    def _bounded(self, most: int) -> None:
        if len(self.slide.positions) > most:
            raise SettingError("learn.too_many_positions", came=len(self.slide.positions), most=most)


@checked(facts=may_be.of(Convolution, Pooling), at=may_be.row_and_column)
def sliding(
    facts: Convolution | Pooling, channels: Sequence[Matrix], kernels: Sequence[Matrix] = (), at: Pair | None = None
) -> Sliding:
    """What `convolution` or `pooling` wrote out of these channels, to be looked at."""
    placed = facts.windows
    picture = np.array([[list(map(float, row)) for row in channel] for channel in channels])  # C H W
    if isinstance(facts, Convolution):
        weights = np.array([[list(map(float, row)) for row in kernel] for kernel in kernels])  # C R S
        positions = tuple(_of_sum(number, placed.kernel) for row in facts.sums for number in row)
        slide = Slide(picture, weights, "sum", placed.stride, placed.border, placed.count, positions)
    else:
        pools = (number for row in facts.pools for number in row)
        positions = tuple(_of_pool(number, placed.kernel, placed.stride, placed.border) for number in pools)
        slide = Slide(picture, None, facts.kind, placed.stride, placed.border, placed.count, positions)
    return Sliding(slide, at)


def _of_sum(number: Sum, window: Pair) -> Position:
    """Exact numbers as float64, for a figure."""
    first = number.channels[0][0].cell
    seen = np.array([[float(p.cell.value) for p in products] for products in number.channels])
    products = np.array([[float(p.value) for p in products] for products in number.channels])
    inside = np.array([not p.cell.padding for p in number.channels[0]]).reshape(window)
    shape = (len(number.channels), *window)
    place = number.row, number.column, first.row, first.column
    return Position(*place, seen.reshape(shape), products.reshape(shape), inside, float(number.value))


def _of_pool(number: Pooled, window: Pair, stride: Pair, border: tuple[Pair, Pair]) -> Position:
    top, left = number.row * stride[0] - border[0][0], number.column * stride[1] - border[1][0]
    seen = np.full((1, *window), np.nan)
    for cell in number.cells:
        seen[0, cell.row - top, cell.column - left] = float(cell.value)
    return Position(number.row, number.column, top, left, seen, None, ~np.isnan(seen[0]), float(number.value))
