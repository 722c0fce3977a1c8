"""How the learning rate eta goes with the number of the step: schedules as descriptions, each with its formula.

`step` counts the batches of a training from 0, as in Keras. Names and formulas are Keras's, `OneCycle` is PyTorch's.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar, cast

from striate.errors import SettingError
from striate.network.settings import (
    Unfit,
    described,
    flag,
    is_real,
    is_sequence,
    not_negative,
    optional,
    positive,
    positive_real,
    proper_share,
    setting,
    whole,
)


@described
class Schedule:
    """The learning rate of each step. One of your own overrides `__call__`."""

    abstract: ClassVar[bool] = True

    def __call__(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        raise SettingError("schedule.no_formula", where=type(self).__name__)


def rate(value: float | Schedule) -> float | Schedule:
    """A finite number above 0, or a schedule."""
    return value if isinstance(value, Schedule) else positive_real(value)


def _ascending(value: Sequence[int]) -> tuple[int, ...]:
    """Whole numbers of 0 or more, each larger than the one before; at least one."""
    steps = tuple(whole(cast(int, each)) for each in value) if is_sequence(value) else ()
    if not steps or any(later <= earlier for earlier, later in pairwise(steps)):
        raise Unfit("schedule.ascending")
    return steps


def _rates(value: Sequence[float]) -> tuple[float, ...]:
    """Finite numbers of 0 or more."""
    if not is_sequence(value) or not all(is_real(each) and each >= 0 for each in value):
        raise Unfit("schedule.rates")
    return tuple(float(cast(float, each)) for each in value)


@described
class ExponentialDecay(Schedule):
    """eta = initial_learning_rate * decay_rate^(step / decay_steps); with `staircase` the exponent is rounded down."""

    initial_learning_rate: float = setting(converter=positive_real)
    decay_steps: int = setting(converter=positive)
    decay_rate: float = setting(converter=positive_real)
    staircase: bool = setting(converter=flag, default=False)

    def __call__(self, step: int) -> float:
        times = step // self.decay_steps if self.staircase else step / self.decay_steps
        return self.initial_learning_rate * self.decay_rate**times


@described
class CosineDecay(Schedule):
    """Half a cosine from the first rate down to alpha times it. Loshchilov and Hutter 2017.

    eta = first * ((1 - alpha) * (1 + cos(pi * step / decay_steps)) / 2 + alpha)

    With `warmup_target` the rate first rises to it in a straight line, from `initial_learning_rate` over `warmup_steps`
    (Goyal et al. 2017); then `first` is the target and steps count from there.
    """

    initial_learning_rate: float = setting(converter=not_negative)
    decay_steps: int = setting(converter=positive)
    alpha: float = setting(converter=not_negative, default=0.0)
    warmup_target: float | None = setting(converter=optional(not_negative), default=None, kw_only=True)
    warmup_steps: int = setting(converter=whole, default=0, kw_only=True)

    def __call__(self, step: int) -> float:
        if self.warmup_target is None:
            return self._decayed(self.initial_learning_rate, step)
        if step < self.warmup_steps:
            rise = self.warmup_target - self.initial_learning_rate
            return self.initial_learning_rate + rise * step / self.warmup_steps
        return self._decayed(self.warmup_target, step - self.warmup_steps)

    def _decayed(self, first: float, step: int) -> float:
        cosine = (1 + math.cos(math.pi * min(step, self.decay_steps) / self.decay_steps)) / 2
        return first * ((1 - self.alpha) * cosine + self.alpha)


@described
class PolynomialDecay(Schedule):
    """From the first rate down to the last along a power of the way that is left; a straight line where that is 1.

    eta = (initial_learning_rate - end_learning_rate) * (1 - step / decay_steps)^power + end_learning_rate

    After decay_steps it stays at the last rate; with `cycle` decay_steps is doubled, tripled ... instead.
    """

    initial_learning_rate: float = setting(converter=positive_real)
    decay_steps: int = setting(converter=positive)
    end_learning_rate: float = setting(converter=not_negative, default=0.0001)
    power: float = setting(converter=positive_real, default=1.0)
    cycle: bool = setting(converter=flag, default=False)

    def __call__(self, step: int) -> float:
        steps = self.decay_steps * max(1, -(-step // self.decay_steps)) if self.cycle else self.decay_steps
        left = (1 - min(step, steps) / steps) ** self.power
        return (self.initial_learning_rate - self.end_learning_rate) * left + self.end_learning_rate


@described
class PiecewiseConstantDecay(Schedule):
    """eta = values[i], where i is how many of the boundaries lie before the step; a boundary itself is not yet behind.

    PiecewiseConstantDecay([1000, 2000], [0.1, 0.01, 0.001]): 0.1 up to step 1000, 0.01 up to 2000, then 0.001.
    """

    boundaries: tuple[int, ...] = setting(converter=_ascending)
    values: tuple[float, ...] = setting(converter=_rates)

    def __post_init__(self) -> None:
        if len(self.values) != len(self.boundaries) + 1:
            raise SettingError(
                "schedule.lengths",
                where=type(self).__name__,
                setting="values",
                required=len(self.boundaries) + 1,
                came=len(self.values),
            )

    def __call__(self, step: int) -> float:
        return self.values[bisect_left(self.boundaries, step)]


@described
class OneCycle(Schedule):
    """Up to the largest rate and down to almost nothing, both along half a cosine. Smith and Topin 2018, as in PyTorch.

    From max_learning_rate / first_divisor up to max_learning_rate at step warm_share * total_steps - 1, then down to
    max_learning_rate / first_divisor / last_divisor at step total_steps - 1, where it stays:
    eta = end + (start - end) * (1 + cos(pi * share of the way)) / 2
    """

    max_learning_rate: float = setting(converter=positive_real)
    total_steps: int = setting(converter=positive)
    warm_share: float = setting(converter=proper_share, default=0.3)
    first_divisor: float = setting(converter=positive_real, default=25.0)
    last_divisor: float = setting(converter=positive_real, default=1e4)

    def __call__(self, step: int) -> float:
        first = self.max_learning_rate / self.first_divisor
        top, last = self.warm_share * self.total_steps - 1, self.total_steps - 1
        if step < top:
            return _along_cosine(first, self.max_learning_rate, step / top)
        way = min((step - top) / (last - top), 1.0)
        return _along_cosine(self.max_learning_rate, first / self.last_divisor, way)


def _along_cosine(start: float, end: float, way: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * way)) / 2
