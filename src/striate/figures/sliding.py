"""A window that slides over a picture, its kernel, its products, its sum, and the map that fills up."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from striate.figures.canvas import FAINT, INK, RULE, VERMILION, require_matplotlib
from striate.figures.fonts import Lettering, lettering
from striate.figures.page import LINE, SMALL, Box, Page

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
Pair = tuple[int, int]

LARGEST_CELL, SMALLEST_CELL = 0.42, 0.12  # inches
READABLE_CELL = 0.22  # with less there is no room for a number
PICTURE_SIDE = 4.2  # inches that a picture may take, where its cells are not the smallest
SHEET_SIDE, SHEET_GAP = 1.8, 0.3
CHANNEL_GAP = 0.12
GAP, SIGN = 0.42, 0.3
MOVING_DPI = 100
TITLES = {"sum": "figure.sliding_sum", "max": "figure.sliding_max", "average": "figure.sliding_average"}
MINUS = "−"  # the sign: behind a hyphen lines would be broken
LONGEST_SUM = 6  # lines of text
DARKEST, LIGHTEST = 0.5, 1.0  # grey of pixels: numbers in ink stay readable
PALE = 0.28  # how far from white the colours of signed numbers go


@dataclass(frozen=True, eq=False)
class Position:
    """One place of the window: that of its number in the map, and its corner in the picture (below 0 in the padding).

    `seen`, `products` (C, R, S): NaN where a pooling does not count the padding; `inside` (R, S): what is no padding.
    """

    row: int
    column: int
    top: int
    left: int
    seen: Array
    products: Array | None
    inside: NDArray[np.bool_]
    value: float


@dataclass(frozen=True, eq=False)
class Slide:
    """All places of a window over a picture (C, H, W), by rows of the map.

    `kernels` (C, R, S), None for a pooling, whose `kind` is "max" or "average". `border`: rows and columns of padding,
    before and behind.
    """

    picture: Array
    kernels: Array | None
    kind: str
    stride: Pair
    border: tuple[Pair, Pair]
    count: Pair
    positions: tuple[Position, ...]

    @property
    def map(self) -> Array:
        """The numbers (P, Q)."""
        return np.array([position.value for position in self.positions]).reshape(self.count)

    @property
    def window(self) -> Pair:
        """Its rows and columns."""
        rows, columns = self.positions[0].inside.shape
        return rows, columns


def position_figure(slide: Slide, number: int) -> "Figure":
    """One position at length; the map is filled up to it."""
    require_matplotlib()
    return _Frame(slide, lettering()).draw(number)


def sliding_frames(slide: Slide) -> Iterator["Figure"]:
    """A figure for every position, of one size."""
    require_matplotlib()
    frame = _Frame(slide, lettering())
    for number in range(len(slide.positions)):
        figure = frame.draw(number)
        figure.set_dpi(MOVING_DPI)
        yield figure


def sliding_sheet(slide: Slide) -> "Figure":
    """Every position on one page, laid out as the map is: where the window stands, and its sum."""
    require_matplotlib()
    letters = lettering()
    rows, columns = slide.count
    height, width = _padded_size(slide)
    cell = max(min(SHEET_SIDE / max(width, height), LARGEST_CELL), SMALLEST_CELL / 2)
    channels = len(slide.picture)
    across = max(channels * (cell * width + CHANNEL_GAP) - CHANNEL_GAP, SHEET_SIDE)
    told = [_sheet_lines(slide, position, letters, across) for position in slide.positions]
    step_x, step_y = across + SHEET_GAP, cell * height + LINE * max(map(len, told)) + SHEET_GAP
    page = Page(letters, columns * step_x - SHEET_GAP, rows * step_y - SHEET_GAP, _title(slide, letters))
    for number, (position, lines) in enumerate(zip(slide.positions, told, strict=True)):
        left, top = number % columns * step_x, number // columns * step_y
        for channel in range(channels):
            box = Box(left + channel * (cell * width + CHANNEL_GAP), top, cell * width, cell * height)
            _picture(page.axes(box), slide, channel, cell, position)
        for i, line in enumerate(lines):
            page.text(line, left, top + cell * height + 0.06 + i * LINE, color=FAINT if i < len(lines) - 1 else INK)
    return page.figure


class _Frame:
    """The layout of a position's page, the same for all positions."""

    def __init__(self, slide: Slide, letters: Lettering) -> None:
        self._slide, self._letters = slide, letters
        height, width = _padded_size(slide)
        rows, columns = slide.window
        self._cell = cell = max(SMALLEST_CELL, min(LARGEST_CELL, PICTURE_SIDE / max(height, width)))
        self._small = small = min(LARGEST_CELL, max(cell, 2.4 / max(rows, columns)))
        self._map_cell = map_cell = max(SMALLEST_CELL, min(LARGEST_CELL, 3.2 / max(slide.count)))
        grids = 1 if slide.kernels is None else 2
        self._lefts = [cell * width + GAP]
        self._lefts += [self._lefts[0] + columns * small + SIGN + GAP]
        self._map_left = self._lefts[grids - 1] + columns * small + SIGN + GAP
        self._row = max(height * cell, rows * small) + 2 * LINE
        across = self._map_left + slide.count[1] * map_cell
        self._across = max(across, 7.0)
        lines = max(len(self._sums(position)) for position in slide.positions)
        grids_high = max(len(slide.picture) * self._row, slide.count[0] * map_cell + 2 * LINE)
        self._below = grids_high + 0.22
        self._height = self._below + lines * LINE * 1.25

    def draw(self, number: int) -> "Figure":
        slide, letters = self._slide, self._letters
        position = slide.positions[number]
        page = Page(letters, self._across, self._height, _title(slide, letters))
        for channel in range(len(slide.picture)):
            self._channel(page, channel, position)
        self._map(page, number)
        for i, line in enumerate(self._sums(position)):
            page.text(line, 0, self._below + i * LINE * 1.25, points=10)
        return page.figure

    def _channel(self, page: Page, channel: int, position: Position) -> None:
        slide, cell, top = self._slide, self._cell, channel * self._row
        height, width = _padded_size(slide)
        several = len(slide.picture) > 1
        name = "learn.channel_picture" if several else "learn.picture"
        page.text(self._letters.label(name, channel=channel), 0, top, color=FAINT)
        box = Box(0, top + LINE, cell * width, cell * height)
        _picture(page.axes(box), slide, channel, cell, position)
        kernel = None if slide.kernels is None else slide.kernels[channel]
        first = position.seen[channel] if kernel is None else kernel
        self._grid(page, 0, top, "learn.window" if kernel is None else "learn.kernel", first, position)
        if position.products is not None:
            self._grid(page, 1, top, "learn.products", position.products[channel], position)

    def _grid(self, page: Page, place: int, top: float, code: str, values: Array, position: Position) -> None:
        left, size = self._lefts[place], self._small
        page.text(self._letters.label(code), left, top, color=FAINT)
        rows, columns = values.shape
        box = Box(left, top + LINE, columns * size, rows * size)
        hatched = ~position.inside if code != "learn.kernel" else None
        pale = _greys(values, self._slide.picture) if code == "learn.window" else _signed(values)
        _cells(page.axes(box), pale, values, size, hatched)
        sign = "×" if code == "learn.kernel" else ""
        middle = box.y + box.height / 2 - 0.12
        if sign:
            page.text(sign, left - SIGN, middle, points=14)
        page.text("=" if code == "learn.kernel" else "→", box.x + box.width + 0.1, middle, points=14)

    def _map(self, page: Page, number: int) -> None:
        slide, size = self._slide, self._map_cell
        rows, columns = slide.count
        page.text(self._letters.label("learn.map"), self._map_left, 0, color=FAINT)
        filled = slide.map.copy()
        filled.ravel()[number + 1 :] = np.nan
        colors = _signed(filled, float(np.abs(slide.map).max(initial=0.0)))
        axes = page.axes(Box(self._map_left, LINE, columns * size, rows * size))
        _cells(axes, colors, filled, size, None)
        _window(axes, slide.positions[number].column, slide.positions[number].row, 1, 1)

    def _sums(self, position: Position) -> list[str]:
        where = self._letters.label("learn.place_of_map", row=position.row, column=position.column)
        lines = [where, *_written_out(self._slide, position, self._letters)]
        return [part for line in lines for part in self._letters.wrapped(line, self._across, 10, LONGEST_SUM)]


def _title(slide: Slide, letters: Lettering) -> str:
    title = letters.label(TITLES[slide.kind], stride=slide.stride[0], window=slide.window)
    return f"{title} ({letters.label('figure.padding')})" if _is_padded(slide) else title


def _is_padded(slide: Slide) -> bool:
    return any(sum(sides) for sides in slide.border)


def _padded_size(slide: Slide) -> Pair:
    (above, below), (before, behind) = slide.border
    _, height, width = slide.picture.shape
    return above + height + below, before + width + behind


def _picture(axes: "Axes", slide: Slide, channel: int, cell: float, position: Position) -> None:
    """A channel with its padding, hatched, and the window over it."""
    picture = slide.picture[channel]
    padded = np.pad(picture, slide.border, constant_values=0.0)
    inside = np.pad(np.ones(picture.shape, np.bool_), slide.border)
    shown = np.where(inside, padded, 0.0 if slide.kernels is not None else np.nan)
    _cells(axes, _greys(padded, slide.picture), shown, cell, ~inside)
    rows, columns = slide.window
    (above, _), (before, _) = slide.border
    _window(axes, position.left + before, position.top + above, columns, rows)


def _cells(axes: "Axes", colors: Array, values: Array, size: float, hatched: NDArray[np.bool_] | None) -> None:
    """Coloured cells (R, S, 3) with their numbers, where there is room; padding hatched."""
    from matplotlib.patches import Rectangle

    rows, columns = int(values.shape[0]), int(values.shape[1])
    axes.set_axis_off()
    axes.imshow(colors, extent=(0, columns, rows, 0), aspect="auto", interpolation="nearest")
    if hatched is not None:
        for i, j in np.argwhere(hatched):
            axes.add_patch(Rectangle((j, i), 1, 1, facecolor="white", edgecolor="#b5b5b5", hatch="/////", linewidth=0))
    lines: dict[str, Any] = {"colors": RULE, "linewidth": 0.6}
    axes.vlines(np.arange(columns + 1), 0, rows, **lines, clip_on=False)
    axes.hlines(np.arange(rows + 1), 0, columns, **lines, clip_on=False)
    axes.set(xlim=(0, columns), ylim=(rows, 0))
    if size >= READABLE_CELL:
        for (i, j), value in np.ndenumerate(values):
            if not np.isnan(value):
                _number(axes, float(value), i, j, size, padding=hatched is not None and bool(hatched[i, j]))


def _number(axes: "Axes", value: float, row: int, column: int, size: float, *, padding: bool) -> None:
    text = short(value)
    points = min(10.0, size * 72 * 0.42, size * 72 * 0.88 / (0.72 * len(text)))
    color = FAINT if padding else INK
    axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=points, color=color)


def _window(axes: "Axes", left: int, top: int, columns: int, rows: int) -> None:
    from matplotlib.patches import Rectangle

    frame = Rectangle((left, top), columns, rows, fill=False, edgecolor=VERMILION, linewidth=2.4, clip_on=False)
    frame.set_zorder(5)
    axes.add_patch(frame)


def _greys(values: Array, picture: Array) -> Array:
    """Pixels from dark to white, over all channels of the picture: (R, S, 3)."""
    least, most = float(picture.min()), float(picture.max())
    share = (np.nan_to_num(values, nan=most) - least) / (most - least or 1.0)
    grey = DARKEST + (LIGHTEST - DARKEST) * np.clip(share, 0, 1)
    return np.repeat(grey[..., np.newaxis], 3, axis=-1)


def _signed(values: Array, most: float | None = None) -> Array:
    """Pale blue below 0, white at 0, pale red above; NaN white: (R, S, 3)."""
    numbers = np.nan_to_num(values)
    largest = float(np.abs(numbers).max(initial=0.0)) if most is None else most
    share = numbers / (largest or 1.0)
    red, blue = np.array([0.835, 0.369, 0.0]), np.array([0.0, 0.447, 0.698])  # Okabe and Ito's
    tint = np.where(share[..., np.newaxis] > 0, red, blue)
    amount = (2 * PALE * np.abs(share))[..., np.newaxis]
    return 1 - amount * (1 - tint)


def _written_out(slide: Slide, position: Position, letters: Lettering) -> list[str]:
    """The sum of each channel, and that of all; or the pooling."""
    if slide.kernels is None:
        values = [float(value) for value in position.seen[0].ravel() if not np.isnan(value)]
        if slide.kind == "max":
            return [f"max({', '.join(map(full, values))}) = {full(position.value)}"]
        total = " + ".join(map(term, values))
        return [f"{f'({total})' if len(values) > 1 else total}/{len(values)} = {full(position.value)}"]
    sums: list[str] = []
    totals = [float(np.sum(products)) for products in position.products] if position.products is not None else []
    for seen, kernel, total in zip(position.seen, slide.kernels, totals, strict=True):
        pairs = zip(seen.ravel(), kernel.ravel(), position.inside.ravel(), strict=True)
        told = [f"{term(float(x)) if inside else '[0]'}*{term(float(w))}" for x, w, inside in pairs]
        sums.append(f"{' + '.join(told)} = {full(total)}")
    if len(sums) == 1:
        return sums
    named = [letters.label("learn.channel", channel=channel, sum=line) for channel, line in enumerate(sums)]
    return [*named, f"{' + '.join(map(term, totals))} = {full(position.value)}"]


def _sheet_lines(slide: Slide, position: Position, letters: Lettering, inches: float) -> Sequence[str]:
    """The sum in a few small lines, else what it comes to."""
    end = f"({position.row}, {position.column}): {full(position.value)}"
    written = _written_out(slide, position, letters)
    lines = [part for line in written for part in letters.wrapped(line, inches, SMALL, LONGEST_SUM)]
    return [*lines, end] if len(lines) <= LONGEST_SUM and not lines[-1].endswith("…") else [end]


def short(value: float) -> str:
    """A number in up to four digits, for a cell; no negative zero."""
    return f"{value + 0.0:.4g}".replace("-", MINUS)


def full(value: float) -> str:
    """A number in up to seven digits, for a sum."""
    return f"{value + 0.0:.7g}".replace("-", MINUS)


def term(value: float) -> str:
    """A number inside a sum."""
    text = full(value)
    return f"({text})" if text.startswith(MINUS) else text
