"""Where numbers lie, and the small things that operations are said in; as in native/include/striate/operations.hpp.

Offsets, sizes and steps are in floats, unless pixels are said.
"""

from dataclasses import dataclass
from enum import IntEnum
from math import inf

ROUNDING = 16  # channels are rounded up to whole vectors of 64 bytes


def rounded_up(channels: int) -> int:
    """Channels as they lie in memory."""
    return -(-channels // ROUNDING) * ROUNDING


class Space(IntEnum):
    """Where numbers live: the first two are the program's own, the others the caller's."""

    NONE = 0
    ARENA = 1
    BLOCK = 2
    INPUT = 3
    TARGET = 4
    SHARE = 5
    THETA = 6
    STATE = 7
    GRADIENT = 8
    STATISTICS = 9


class Curve(IntEnum):
    """The functions of one value that kernels know."""

    LINEAR = 0
    RELU = 1
    LEAKY_RELU = 2
    RELU6 = 3
    ELU = 4
    SELU = 5
    SIGMOID = 6
    HARD_SIGMOID = 7
    TANH = 8
    SILU = 9
    GELU_TANH = 10
    SOFTPLUS = 11
    BOUNDED_RELU = 12


class LossKind(IntEnum):
    """What a picture's loss is; of probabilities, or of the scores before softmax or sigmoid."""

    MEAN_SQUARED_ERROR = 0
    CROSSENTROPY = 1
    SOFTMAX_CROSSENTROPY = 2
    BINARY_CROSSENTROPY = 3
    SIGMOID_CROSSENTROPY = 4


@dataclass(frozen=True)
class Tensor:
    """Maps of a batch, NHWC; a halo of zeros may surround each picture."""

    space: Space
    offset: int
    picture: int
    row: int
    pixel: int
    height: int
    width: int
    channels: int
    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.height, self.width, self.channels


@dataclass(frozen=True)
class Region:
    """A vector of numbers."""

    space: Space
    offset: int
    size: int


@dataclass(frozen=True)
class Function:
    """A function of one value; the settings are those of a bounded ReLU."""

    curve: Curve = Curve.LINEAR
    largest: float = inf
    negative_slope: float = 0.0
    threshold: float = 0.0


LINEAR = Function()


@dataclass(frozen=True)
class Windows:
    """`rows` x `columns` windows, the first at pixel (top, left), by `down` and `across` pixels apart."""

    rows: int
    columns: int
    top: int = 0
    left: int = 0
    down: int = 1
    across: int = 1


@dataclass(frozen=True)
class Stretch:
    """Values that follow one another in x and meet as many rows of packed weights.

    `beside`: 1 where they lie beside the map, in its halo, for the first window of a row, 2 for the last, 3 for both.
    """

    offset: int
    size: int
    beside: int = 0


def maps(
    space: Space, offset: int, shape: tuple[int, int, int], halo: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> Tensor:
    """Maps of a shape (H, W, C) from `offset` on, channels rounded up, with a halo (top, bottom, left, right)."""
    height, width, channels = shape
    top, bottom, left, right = halo
    pixel = rounded_up(channels)
    row = (left + width + right) * pixel
    first = offset + top * row + left * pixel
    picture = (top + height + bottom) * row
    return Tensor(space, first, picture, row, pixel, height, width, channels, top, bottom, left, right)


def without_rounding(space: Space, shape: tuple[int, int, int]) -> Tensor:
    """The caller's maps (N, H, W, C), as NumPy has them."""
    height, width, channels = shape
    return Tensor(space, 0, height * width * channels, width * channels, channels, height, width, channels)
