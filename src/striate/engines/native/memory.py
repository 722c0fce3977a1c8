"""Maps and vectors before they have a place, and the placing: one arena, memory used again after its last reader."""

from collections.abc import Sequence
from dataclasses import dataclass

from striate.engines.native.tensors import Region, Space, Tensor, rounded_up

Shape3 = tuple[int, int, int]
FLOAT = 4  # bytes


class Maps:
    """Maps of each picture that a plan works on: (H, W, C), with as wide a halo as any reader asks for."""

    def __init__(self, name: str, shape: Shape3, *, dense: bool = False, given: Tensor | None = None) -> None:
        self.name = name
        self.shape = shape
        self.dense = dense  # channels not rounded up: what convolutions alone read
        self.halo = (0, 0, 0, 0)  # top, bottom, left, right
        self._given = given  # the caller's memory
        self._place: tuple[Space, int] | None = None

    def __repr__(self) -> str:
        return f"Maps({self.name!r}, {self.shape})"

    @property
    def given(self) -> bool:
        """Whether it is the caller's, so that nobody may widen or place it."""
        return self._given is not None

    def with_halo(self, top: int, bottom: int, left: int, right: int) -> None:
        """Let there be at least so many rows and columns of zeros around each picture."""
        wide = (top, bottom, left, right)
        self.halo = tuple(max(here, asked, 0) for here, asked in zip(self.halo, wide, strict=True))  # type: ignore

    @property
    def floats(self) -> int:
        """Floats of one picture, halo and rounding counted; a multiple of a vector, so that the next one is aligned."""
        top, bottom, left, right = self.halo
        height, width, _ = self.shape
        return rounded_up((top + height + bottom) * (left + width + right) * self.pixel)

    @property
    def pixel(self) -> int:
        """Floats from one pixel to the next."""
        return self.shape[2] if self.dense else rounded_up(self.shape[2])

    def become(self, other: "Maps") -> None:
        """Be other maps, of the caller's."""
        self._given = other.tensor

    def place(self, space: Space, offset: int) -> None:
        """Give it its memory."""
        self._place = space, offset

    @property
    def tensor(self) -> Tensor:
        """Where it lies; known once everything is placed."""
        if self._given is not None:
            return self._given
        if self._place is None:
            raise ValueError(f"{self!r} has no place yet")
        space, offset = self._place
        top, bottom, left, right = self.halo
        height, width, channels = self.shape
        row = (left + width + right) * self.pixel
        first = offset + top * row + left * self.pixel
        return Tensor(space, first, self.floats, row, self.pixel, height, width, channels, top, bottom, left, right)


class Vector:
    """Numbers of the whole batch: packed weights, sums, factors. Partial sums: once for each of `chunks`."""

    def __init__(self, name: str, size: int, *, chunks: int = 1, given: Region | None = None) -> None:
        self.name = name
        self.size = rounded_up(size)
        self.chunks = chunks
        self._given = given
        self._offset: int | None = None

    def __repr__(self) -> str:
        return f"Vector({self.name!r}, {self.size})"

    @property
    def given(self) -> bool:
        return self._given is not None

    @property
    def floats(self) -> int:
        return self.size * self.chunks

    def place(self, space: Space, offset: int) -> None:
        """Give it its memory: always in the arena, since blocks hold maps alone."""
        assert space is Space.ARENA
        self._offset = offset

    @property
    def region(self) -> Region:
        """Where it lies (of partial sums the first chunk); known once everything is placed."""
        if self._given is not None:
            return self._given
        if self._offset is None:
            raise ValueError(f"{self!r} has no place yet")
        return Region(Space.ARENA, self._offset, self.size)


Buffer = Maps | Vector


@dataclass(frozen=True)
class Life:
    """A buffer's floats, and from when to when it is needed, both counted in it."""

    floats: int
    first: int
    last: int

    def meets(self, other: "Life") -> bool:
        """Whether both are needed at one time."""
        return self.first <= other.last and other.first <= self.last


def placed(lives: Sequence[Life]) -> tuple[list[int], int]:
    """An offset for each, so that none that are needed at one time overlap; and the size of it all.

    The largest first, each at the lowest offset that is free throughout its life.
    """
    offsets = [0] * len(lives)
    done: list[int] = []
    for number in sorted(range(len(lives)), key=lambda i: (-lives[i].floats, lives[i].first)):
        life = lives[number]
        taken = sorted((offsets[i], lives[i].floats) for i in done if lives[i].meets(life))
        offset = 0
        for start, floats in taken:
            if offset + life.floats <= start:
                break
            offset = max(offset, start + floats)
        offsets[number] = offset
        done.append(number)
    return offsets, max((o + life.floats for o, life in zip(offsets, lives, strict=True)), default=0)


def least(lives: Sequence[Life]) -> int:
    """A lower bound for any placing: the most floats that are needed at one time."""
    times = range(max((life.last for life in lives), default=-1) + 1)
    return max((sum(life.floats for life in lives if life.first <= time <= life.last) for time in times), default=0)
