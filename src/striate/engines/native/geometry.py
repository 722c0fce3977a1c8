"""The geometry of sums over windows: what a window sees, and how far it hangs over the map."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from striate.engines.native.memory import FLOAT, Maps
from striate.engines.native.tensors import ROUNDING, Stretch, Tensor, Windows, rounded_up
from striate.network.layout import Span
from striate.network.window import Border, Pair

DEPTH_BYTES = 640 * 1024  # weights beyond it leave the cache between two pictures, so all pictures go by at once
PASS_BYTES = 256 * 1024  # of one panel's weights: they stay in the second cache while the windows go by
LONGEST = 512  # values of a stretch, so that passes can be cut between stretches


@dataclass(frozen=True)
class Geometry:
    """Where a layer's windows stand."""

    kernel: Pair
    stride: Pair
    dilation: Pair
    border: Border
    count: Pair  # windows

    @property
    def taps(self) -> int:
        return self.kernel[0] * self.kernel[1]


@dataclass(frozen=True)
class Sum(Geometry):
    """A layer as sums over windows: its kernel is (R, S, C, K), of each group."""

    inputs: int  # channels that a filter sees
    filters: int  # of a group
    groups: int
    span: Span
    bias: Span | None

    @property
    def rows(self) -> int:
        """Values that a window sees: rows of the matrix of weights."""
        return self.taps * self.inputs

    @property
    def work(self) -> int:
        """Multiply-adds for a picture."""
        return self.count[0] * self.count[1] * self.rows * self.filters * self.groups

    @property
    def depth(self) -> bool:
        """Whether the weights stay in the cache while pictures go by one at a time."""
        many = self.count[0] * self.count[1] >= 4
        return many and self.rows * rounded_up(self.filters) * self.groups * FLOAT <= DEPTH_BYTES


def widened(x: Maps, of: Geometry) -> None:
    """A halo as wide as the windows hang over the map."""
    (top, _), (left, _) = of.border
    reach = [d * (k - 1) + 1 for k, d in zip(of.kernel, of.dilation, strict=True)]
    last = [(n - 1) * s + r for n, s, r in zip(of.count, of.stride, reach, strict=True)]
    if top or left or last[0] > x.shape[0] or last[1] > x.shape[1]:
        x.with_halo(top, last[0] - top - x.shape[0], left, last[1] - left - x.shape[1])


def stretches(of: Sum, x: Tensor) -> list[Stretch]:
    """What a window sees, in the order of the kernel's rows (R, S, C): values that lie side by side in one stretch."""
    rows = [r * of.dilation[0] * x.row for r in range(of.kernel[0])]
    columns = [s * of.dilation[1] for s in range(of.kernel[1])]
    left = of.border[1][0]
    beside = [beside_the_map(c - left, of.count[1], of.stride[1], x.width, of.inputs) for c in columns]
    taps = list(zip(columns, beside, strict=True))
    return cut([Stretch(row + c * x.pixel, of.inputs, where) for row in rows for c, where in taps])


def beside_the_map(first: int, windows: int, stride: int, width: int, channels: int) -> int:
    """Of a tap that the first of some windows has in column `first`: whether that lies beside the map, or the last's.

    As `Stretch.beside`. Of few channels too little work is left out, so that they stay one stretch with their
    neighbours.
    """
    if channels < ROUNDING:
        return 0
    return (first < 0) + 2 * (first + (windows - 1) * stride >= width)


def cut(pieces: Sequence[Stretch]) -> list[Stretch]:
    """Neighbours made one, then no stretch longer than LONGEST."""
    joined: list[Stretch] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and last.offset + last.size == piece.offset and last.beside == piece.beside:
            joined[-1] = Stretch(last.offset, last.size + piece.size, last.beside)
        else:
            joined.append(piece)
    return [
        Stretch(piece.offset + first, min(LONGEST, piece.size - first), piece.beside)
        for piece in joined
        for first in range(0, piece.size, LONGEST)
    ]


@dataclass(frozen=True)
class Phase:
    """Of a stride: every so many-th pixel of a map. The same taps reach them all, so their gradient is a sum over
    windows of dy."""

    places: Windows  # the pixels
    rows: Sequence[Pair]  # taps with where they lie in dy, as `phase_taps` has them
    columns: Sequence[Pair]

    @property
    def windows(self) -> Windows:
        """As many windows of dy."""
        return Windows(self.places.rows, self.places.columns)

    def taps(self, of: Geometry) -> list[int]:
        """The taps by their numbers in the kernel."""
        return [r * of.kernel[1] + s for r, _ in self.rows for s, _ in self.columns]


def phases(of: Geometry, size: Pair, dy: Maps) -> Iterator[Phase]:
    """The phases of a map of this size; dy gets a halo as wide as their windows hang over it."""
    for top, left in product(range(of.stride[0]), range(of.stride[1])):
        height, width = (-(-(n - at) // s) for n, at, s in zip(size, (top, left), of.stride, strict=True))
        if height < 1 or width < 1:
            continue
        rows, columns = phase_taps(of, 0, top), phase_taps(of, 1, left)
        phase_halo(dy, 0, [o for _, o in rows], height)
        phase_halo(dy, 1, [o for _, o in columns], width)
        yield Phase(Windows(height, width, top, left, *of.stride), rows, columns)


def phase_taps(of: Geometry, axis: int, first: int) -> list[Pair]:
    """The taps r that reach pixels first, first + stride, ..., each with o: pixel first + m stride sees dy[m + o]."""
    s, d, before = of.stride[axis], of.dilation[axis], of.border[axis][0]
    return [(r, (first + before - r * d) // s) for r in range(of.kernel[axis]) if (first + before - r * d) % s == 0]


def phase_halo(dy: Maps, axis: int, offsets: list[int], count: int) -> None:
    """A halo as wide as the windows of a phase hang over dy."""
    if offsets:
        before, after = -min(offsets), count - 1 + max(offsets) - (dy.shape[axis] - 1)
        dy.with_halo(*((before, after, 0, 0) if axis == 0 else (0, 0, before, after)))
