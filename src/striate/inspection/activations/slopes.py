"""The activation functions and their slopes: how steep each is at most, where it passes nothing back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from striate.engines.contract import Array
from striate.engines.reference.activation import ACTIVATIONS
from striate.errors import unknown_name
from striate.figures.shown import Shown
from striate.inspection import arguments as may_be
from striate.network.settings import checked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from striate.figures.panels import Sketch

NO_FUNCTION_OF_ONE_NUMBER = "softmax"
REACH = 6.5  # looked at from -REACH to REACH; what holds up to there is taken to hold for ever
STEP = 1 / 1024  # a power of two, so that the corners of the functions, whole numbers, are looked at exactly
FAR = 40.0  # e^-40 is lost beside 1 in float64: a slope that fades is gone by there
FADED = 1e-9
HALVINGS = 40  # a step halved so often is below float64's last digit

Interval = tuple[float, float]


@dataclass(frozen=True)
class Slope:
    """What can be said of a function's slope.

    `largest` stands between the ends of `largest_at`, or where these are one point, there; None: it is only neared, far
    to one side.
    `zeros` are the intervals, or points, where it is exactly 0; `fades` says whether it nears 0 (left, right).
    """

    name: str
    largest: float
    largest_at: Interval | None
    at_zero: float
    zeros: tuple[Interval, ...]
    fades: tuple[bool, bool]


@dataclass(frozen=True, eq=False)
class ActivationFunctions(Shown):
    """Functions and slopes over `x` (P,): `values` and `slopes` (F, P), what is said of them in `facts`."""

    names: tuple[str, ...]
    x: Array
    values: Array
    slopes: Array
    facts: tuple[Slope, ...]

    def sketch(self) -> "Sketch":
        """Each function with its slope."""
        from striate.figures.activations import activation_functions

        return activation_functions(self.names, self.x, self.values, self.slopes)

    def figure(self) -> "Figure":
        """Each function with its slope."""
        from striate.figures.panels import drawn

        return drawn([self.sketch()])


@checked(names=may_be.some_names)
def activation_functions(names: Sequence[str] | None = None) -> ActivationFunctions:
    """The functions that layers know by these names (None: all but softmax, which is one of a whole vector).

    Raises `UnknownNameError`.
    """
    listed = known(names)
    x = _grid()
    curves = [_curve(name, x) for name in listed]
    facts = tuple(slope_facts(name) for name in listed)
    return ActivationFunctions(listed, x, np.stack([y for y, _ in curves]), np.stack([s for _, s in curves]), facts)


def known(names: Sequence[str] | None) -> tuple[str, ...]:
    """The names, all of them functions of one number."""
    every = [name for name in ACTIVATIONS if name != NO_FUNCTION_OF_ONE_NUMBER]
    for name in names or ():
        if name not in every:
            raise unknown_name("activation", name, every)
    return tuple(dict.fromkeys(every if names is None else names))


def slope_facts(name: str) -> Slope:
    """Found by looking, step by step; the place of a peak or a crossing is then narrowed down."""
    x = _grid()
    slopes = slope(name, x)
    left, right = (float(s) for s in slope(name, np.array([-FAR, FAR])))
    largest, at = _largest(name, x, slopes, right if right > left else left)
    zeros = (*_runs(x, slopes == 0), *_crossings(name, x, slopes))
    fades = tuple(bool(abs(far) < FADED and near != 0) for far, near in ((left, slopes[0]), (right, slopes[-1])))
    return Slope(name, largest, at, float(slope(name, np.zeros(1))[0]), tuple(sorted(zeros)), (fades[0], fades[1]))


def slope(name: str, x: Array) -> Array:
    """dy/dx at each x, as back-propagation takes it."""
    return _curve(name, x)[1]


def _curve(name: str, x: Array) -> tuple[Array, Array]:
    function = ACTIVATIONS[name]
    y = function.forward(x)
    return y, np.broadcast_to(function.backward(np.ones_like(x), x, y), x.shape)


def _grid() -> Array:
    steps = round(REACH / STEP)
    return np.arange(-steps, steps + 1) * STEP


def _largest(name: str, x: Array, slopes: Array, far: float) -> tuple[float, Interval | None]:
    """The largest slope and where it stands; None where it still grows at the border."""
    most = float(slopes.max())
    if far > most:
        return far, None
    runs = _runs(x, slopes == most)
    low, high = runs[0][0], runs[-1][1]
    if low < high or low == 0:
        return most, (_widened(name, low, -STEP, most), _widened(name, high, STEP, most))
    peak = _peak(name, low)
    return float(slope(name, np.array([peak]))[0]), (peak, peak)


def _widened(name: str, end: float, step: float, most: float) -> float:
    """An end of an interval; where the slope is the same up to the next step it is there that the interval is open."""
    between = np.array([end + step / 2])
    return end + step if math.isfinite(end) and slope(name, between)[0] == most else end


def _peak(name: str, near: float) -> float:
    """The top between two steps, by thirds."""
    low, high = near - STEP, near + STEP
    for _ in range(HALVINGS):
        thirds = np.array([low + (high - low) / 3, high - (high - low) / 3])
        before, behind = slope(name, thirds)
        low, high = (float(thirds[0]), high) if before < behind else (low, float(thirds[1]))
    return (low + high) / 2


def _crossings(name: str, x: Array, slopes: Array) -> list[Interval]:
    """Points between two steps where the slope changes its sign."""
    found: list[Interval] = []
    for i in np.flatnonzero(slopes[:-1] * slopes[1:] < 0):
        low, high = float(x[i]), float(x[i + 1])
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if slope(name, np.array([middle]))[0] * slopes[i] > 0 else (low, middle)
        found.append((low, low))
    return found


def _runs(x: Array, holds: Array) -> list[Interval]:
    """Where something holds, as intervals; one that reaches the border is taken to go on for ever."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], holds.astype(np.int8), [0]])))
    last = len(x) - 1
    return [
        (-math.inf if first == 0 else float(x[first]), math.inf if end - 1 == last else float(x[end - 1]))
        for first, end in zip(edges[::2], edges[1::2], strict=True)
    ]
