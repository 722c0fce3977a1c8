"""Convolution and pooling as one does them by hand: every product, every sum, every place where padding stands in.

The arithmetic is that of the numbers given: exact with int and Fraction, rounded with float. Rows and columns count
from 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from numbers import Real
from typing import Any, Literal, TypeGuard, cast

import numpy as np
from numpy.typing import NDArray

from striate.errors import DataError, SettingError, SizeError, unknown_name
from striate.inspection import arguments as may_be
from striate.network.settings import Padding, convert, optional, positive_pair
from striate.network.settings import padding as padding_form
from striate.network.shapes import Windows, border
from striate.network.summary import AxisSize
from striate.network.window import Border, Pair, unseen

Number = int | float | Fraction
Matrix = Sequence[Sequence[Number]]
Rows = tuple[tuple[Number, ...], ...]
Kind = Literal["max", "average"]
KINDS: tuple[Kind, ...] = ("max", "average")


@dataclass(frozen=True)
class Cell:
    """One place that a window covers; where it is padding, row and column lie outside of the picture."""

    row: int
    column: int
    value: Number
    padding: bool


@dataclass(frozen=True)
class Product:
    """A place of the picture times a weight of the kernel."""

    cell: Cell
    weight: Number

    @property
    def value(self) -> Number:
        """What it gives."""
        return self.cell.value * self.weight


@dataclass(frozen=True)
class Sum:
    """One number of a feature map; for each channel the products, in the order of the kernel's rows."""

    row: int
    column: int
    channels: tuple[tuple[Product, ...], ...]

    @property
    def channel_values(self) -> tuple[Number, ...]:
        """The sum over each channel."""
        return tuple(sum(product.value for product in products) for products in self.channels)

    @property
    def value(self) -> Number:
        """The sum over all channels."""
        return sum(self.channel_values)

    @property
    def padding(self) -> int:
        """How many of the places that the window covers are padding."""
        return sum(product.cell.padding for product in self.channels[0])


@dataclass(frozen=True)
class Pooled:
    """One number of a pooled map, and the places it comes from; padding is not among them."""

    row: int
    column: int
    cells: tuple[Cell, ...]
    value: Number


@dataclass(frozen=True)
class _Slid:
    windows: Windows

    @property
    def axes(self) -> tuple[AxisSize, AxisSize]:
        """The size formula for the rows and for the columns."""
        placed = self.windows
        rows, columns = (
            AxisSize(n, before, after, f, s, count)
            for n, (before, after), f, s, count in zip(
                placed.size, placed.border, placed.kernel, placed.stride, placed.count, strict=True
            )
        )
        return rows, columns

    @property
    def unseen(self) -> tuple[list[int], list[int]]:
        """The rows and the columns of the picture that no window looks at."""
        rows, columns = (unseen(axis.size, axis.kernel, axis.stride, axis.before, axis.after) for axis in self.axes)
        return rows, columns


@dataclass(frozen=True)
class Convolution(_Slid):
    """A convolution, written out: its numbers, by rows."""

    sums: tuple[tuple[Sum, ...], ...]

    @property
    def map(self) -> Rows:
        """The feature map."""
        return tuple(tuple(number.value for number in row) for row in self.sums)

    @property
    def multiply_adds(self) -> int:
        """How many products are summed for the whole map."""
        return sum(len(products) for row in self.sums for number in row for products in number.channels)


@dataclass(frozen=True)
class Pooling(_Slid):
    """A pooling, written out: its numbers, by rows."""

    kind: Kind
    pools: tuple[tuple[Pooled, ...], ...]

    @property
    def map(self) -> Rows:
        """The pooled map."""
        return tuple(tuple(number.value for number in row) for row in self.pools)


def _matrix(what: str, rows: object) -> Matrix:
    """Rows of numbers; those of an array as Python has them. Raises `DataError` for what is none."""
    written: object = cast(NDArray[Any], rows).tolist() if isinstance(rows, np.ndarray) else rows
    if not _is_list(written) or not all(_is_list(row) and all(map(_is_number, row)) for row in written):
        raise DataError("learn.no_matrix", what=what, came=cast(object, rows))
    return cast(Matrix, written)


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _is_number(value: object) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real)


_EACH = [[[1, 2], [3, 4]]]  # a matrix a channel
_PICTURES = may_be.several(partial(_matrix, "learn.picture"), _EACH, least=0)
_KERNELS = may_be.several(partial(_matrix, "learn.kernel"), _EACH, least=0)


def convolution(
    channels: Sequence[Matrix],
    kernels: Sequence[Matrix],
    stride: int | Pair = 1,
    padding: str | int | Pair | Border = 0,
) -> Convolution:
    """Slide a kernel over a picture, without flipping it (cross-correlation, as all CNN frameworks do it).

    Picture and kernel are given as one matrix a channel. Raises `DataError` for matrices that are none or do not belong
    together, `SettingError` for a stride or padding that cannot be, `SizeError` where no window fits.
    """
    channels = convert("convolution", "channels", _PICTURES, channels)
    kernels = convert("convolution", "kernels", _KERNELS, kernels)
    if len(channels) != len(kernels):
        raise SettingError("learn.channels", pictures=len(channels), kernels=len(kernels))
    size = _common_size("learn.picture", channels)
    kernel = _common_size("learn.kernel", kernels)
    stride = convert("convolution", "stride", positive_pair, stride)
    placed = _placed(size, kernel, stride, convert("convolution", "padding", padding_form, padding))
    sums = [
        [Sum(row, column, _products(channels, kernels, placed, row, column)) for column in range(placed.count[1])]
        for row in range(placed.count[0])
    ]
    return Convolution(placed, tuple(map(tuple, sums)))


def pooling(
    picture: Matrix,
    size: int | Pair = 2,
    stride: int | Pair | None = None,
    padding: str | int | Pair | Border = 0,
    kind: Kind = "max",
) -> Pooling:
    """Take the largest number, or the average, of every window; stride None: the window's size. Padding is not counted.

    Raises as `convolution`, and `SizeError` where a window would see nothing but padding.
    """
    if kind not in KINDS:
        raise unknown_name("pooling", kind, KINDS)
    window = convert("pooling", "size", positive_pair, size)
    steps = convert("pooling", "stride", optional(positive_pair), stride) or window
    border_asked = convert("pooling", "padding", padding_form, padding)
    picture = _matrix("learn.picture", picture)
    placed = _placed(_common_size("learn.picture", [picture]), window, steps, border_asked)
    pools = [
        [_pooled(picture, placed, row, column, kind) for column in range(placed.count[1])]
        for row in range(placed.count[0])
    ]
    return Pooling(placed, kind, tuple(map(tuple, pools)))


def _common_size(what: str, matrices: Sequence[Matrix]) -> Pair:
    """The size that all of these matrices have; `what` is the code of what they are."""
    sizes = [_size(what, matrix) for matrix in matrices]
    if not sizes:
        raise DataError("learn.empty", what=what)
    for size in sizes:
        if size != sizes[0]:
            raise DataError("learn.channel_sizes", what=what, came=size, required=sizes[0])
    return sizes[0]


def _size(what: str, matrix: Matrix) -> Pair:
    if not matrix or not matrix[0]:
        raise DataError("learn.empty", what=what)
    for place, row in enumerate(matrix):
        if len(row) != len(matrix[0]):
            raise DataError("learn.ragged", what=what, row=place, came=len(row), required=len(matrix[0]))
    return len(matrix), len(matrix[0])


def _placed(size: Pair, kernel: Pair, stride: Pair, padding: Padding) -> Windows:
    placed = Windows(size, kernel, stride, border(padding, size, kernel, stride))
    if min(placed.count) < 1:
        (top, bottom), (left, right) = placed.border
        raise SizeError("learn.window_too_large", window=kernel, size=(size[0] + top + bottom, size[1] + left + right))
    return placed


def _products(
    channels: Sequence[Matrix], kernels: Sequence[Matrix], placed: Windows, row: int, column: int
) -> tuple[tuple[Product, ...], ...]:
    def of_channel(picture: Matrix, kernel: Matrix) -> tuple[Product, ...]:
        weights = [weight for line in kernel for weight in line]
        return tuple(map(Product, _cells(picture, placed, row, column), weights))

    return tuple(map(of_channel, channels, kernels))


def _pooled(picture: Matrix, placed: Windows, row: int, column: int, kind: Kind) -> Pooled:
    cells = tuple(cell for cell in _cells(picture, placed, row, column) if not cell.padding)
    if not cells:
        raise SizeError("learn.only_padding", row=row, column=column)
    values = [cell.value for cell in cells]
    return Pooled(row, column, cells, max(values) if kind == "max" else sum(values) / len(values))


def _cells(picture: Matrix, placed: Windows, row: int, column: int) -> list[Cell]:
    """What the window at a place of the map sees, by rows."""
    (top, _), (left, _) = placed.border
    first_row, first_column = row * placed.stride[0] - top, column * placed.stride[1] - left
    return [
        _cell(picture, r, c)
        for r in range(first_row, first_row + placed.kernel[0])
        for c in range(first_column, first_column + placed.kernel[1])
    ]


def _cell(picture: Matrix, row: int, column: int) -> Cell:
    inside = 0 <= row < len(picture) and 0 <= column < len(picture[0])
    return Cell(row, column, picture[row][column] if inside else 0, not inside)
