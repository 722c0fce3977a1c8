"""What can be said of the size of a map, along one axis, from N, F, s and p. Letters as in docs/notation.md."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from striate.errors import SizeError
from striate.network.layers import Conv2D
from striate.network.settings import Unfit, convert, is_whole, positive
from striate.network.shapes import Shape, multiply_adds, output_shape, weights
from striate.network.summary import AxisSize
from striate.network.window import left_over, output_size, same_padding, unseen

LARGEST = 100_000  # of N, F, s and p: every pixel is looked at one by one


@dataclass(frozen=True)
class Nearest:
    """The next smaller and the next larger number for which something holds; None: there is none."""

    below: int | None
    above: int | None


@dataclass(frozen=True)
class Neighbours:
    """For N, F, s and p, the others kept: the nearest with which the stride divides."""

    n: Nearest
    f: Nearest
    s: Nearest
    p: Nearest


@dataclass(frozen=True)
class SizeFacts:
    """Windows of F pixels at a stride s over N pixels with p of padding on both sides.

    `axis` is the size formula. `looks` says of every pixel, padding included, how many windows look at it; `unseen` are
    the pixels of the picture (from 0) that none looks at. `keeping` is the p for which k = N by the formula,
    `keeping_rounded` all whole p for which k = N holds when k is rounded down. `same` is the size formula with Keras's
    padding='same'.
    """

    axis: AxisSize
    left_over: int  # pixels behind the last window, padding counted
    looks: tuple[int, ...]
    unseen: tuple[int, ...]
    keeping: Fraction
    keeping_rounded: tuple[int, ...]
    same: AxisSize
    neighbours: Neighbours

    @property
    def divides(self) -> bool:
        """Whether the formula gives a whole number."""
        return self.left_over == 0

    @property
    def same_is_lopsided(self) -> bool:
        """Whether Keras's 'same' pads one side more: the one after."""
        return self.same.before != self.same.after

    @property
    def same_keeps_size(self) -> bool:
        """Whether Keras's "same", k = ceil(N / s), is the formula's, k = N."""
        return self.same.result == self.same.size


@dataclass(frozen=True)
class LayerFacts:
    """What a convolution makes of a square picture, and what it costs. Shapes are (height, width, channels)."""

    shape_in: Shape
    shape_out: Shape
    weights: int  # biases counted
    multiply_adds: int


def size_facts(n: int, f: int, s: int = 1, p: int = 0) -> SizeFacts:
    """All of it. Raises `SettingError` for numbers that cannot be, `SizeError` where no window fits."""
    n, f, s = (convert("calc", name, _positive, came) for name, came in (("n", n), ("f", f), ("s", s)))
    p = convert("calc", "p", _not_negative, p)
    if f > n + 2 * p:
        raise SizeError("learn.window_too_large", window=(f,), size=(n + 2 * p,))
    k = output_size(n, f, s, p, p)
    keeping = Fraction((n - 1) * s + f - n, 2)
    before, after = same_padding(n, f, s)
    return SizeFacts(
        axis=AxisSize(n, p, p, f, s, k),
        left_over=left_over(n, f, s, p, p),
        looks=_looks(n + 2 * p, f, s, k),
        unseen=tuple(unseen(n, f, s, p, p)),
        keeping=keeping,
        # k = N when N - 1 <= (N + 2p - F) / s < N: from `keeping` on, for less than s / 2.
        keeping_rounded=tuple(range(math.ceil(keeping), math.ceil(keeping + Fraction(s, 2)))),
        same=AxisSize(n, before, after, f, s, output_size(n, f, s, before, after)),
        neighbours=_neighbours(n, f, s, p),
    )


def layer_facts(n: int, f: int, s: int = 1, p: int = 0, channels: int = 1, filters: int = 1) -> LayerFacts:
    """A convolution of `filters` kernels of F x F over a picture of N x N with so many channels."""
    layer, shape = Conv2D(filters, f, strides=s, padding=p), (n, n, convert("calc", "channels", positive, channels))
    output = output_shape(layer, shape)
    numbers = sum(math.prod(weight.shape) for weight in weights(layer, shape))
    return LayerFacts(shape, output, numbers, multiply_adds(layer, shape, output))


def _looks(pixels: int, f: int, s: int, k: int) -> tuple[int, ...]:
    """How many of the windows that start at 0, s ... (k - 1)s look at each pixel."""
    return tuple(min(pixel // s, k - 1) - max(-(-(pixel - f + 1) // s), 0) + 1 for pixel in range(pixels))


def _neighbours(n: int, f: int, s: int, p: int) -> Neighbours:
    """Searched one by one: as far as anything new can come."""
    steps = n + 2 * p - f
    return Neighbours(
        n=_nearest(n, max(f - 2 * p, 1), n + s, lambda n: (n + 2 * p - f) % s == 0),
        f=_nearest(f, 1, n + 2 * p, lambda f: (n + 2 * p - f) % s == 0),
        s=_nearest(s, 1, max(steps, s + 1), lambda s: steps % s == 0),
        p=_nearest(p, max(-(-(f - n) // 2), 0), p + s, lambda p: (n + 2 * p - f) % s == 0),
    )


def _nearest(value: int, low: int, high: int, holds: Callable[[int], bool]) -> Nearest:
    return Nearest(
        below=next((number for number in range(value - 1, low - 1, -1) if holds(number)), None),
        above=next((number for number in range(value + 1, high + 1) if holds(number)), None),
    )


def _positive(value: int) -> int:
    return _not_too_large(positive(value))


def _not_negative(value: int) -> int:
    if not is_whole(value) or value < 0:
        raise Unfit("learn.not_negative")
    return _not_too_large(int(value))


def _not_too_large(value: int) -> int:
    if value > LARGEST:
        raise Unfit("learn.too_large", largest=LARGEST)
    return value
