"""The learning-rate range test: raise the rate from step to step, look where the loss falls and where it breaks out.

Smith 2017, Cyclical Learning Rates for Training Neural Networks, section 3.3; the exponential growth, the smoothing
and the end of the test are Gugger's, How Do You Find A Good Learning Rate, 2018.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from striate.engines.contract import Array
from striate.network.settings import convert, positive, positive_real
from striate.training.callbacks import NO_LOGS, Callback, Kept, Logs

LEAST_RATE, LARGEST_RATE, STEPS = 1e-6, 10.0, 120
SMOOTHING = 0.95  # of the old mean stays
FALLEN = 0.02  # of the first loss, at least, or no rate is suggested
NEAR = 1.0  # decades, to either side of a rate: by their losses it is judged how the loss falls there
BROKEN_OUT = 4.0  # the test ends where the smoothed loss is so many times its least


@dataclass(frozen=True)
class RateRange:
    """What the test saw at each step: the learning rate, the loss, the smoothed loss."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]

    @property
    def smoothed(self) -> tuple[float, ...]:
        """m_t = (b m_(t-1) + (1 - b) loss_t), divided by 1 - b^t: the mean of what came so far, the latest most."""
        means: list[float] = []
        mean = 0.0
        for t, loss in enumerate(self.losses, start=1):
            mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
            means.append(mean / (1 - SMOOTHING**t))
        return tuple(means)

    @property
    def suggestion(self) -> float | None:
        """The rate at which the loss falls fastest, but at most a tenth of that at which the smoothed loss is least.

        How fast it falls at a rate is the slope of the line through the losses from a tenth of it to ten times as much,
        against the logarithm of the rate, by least squares: from one step to the next it is the pictures that differ.
        For the same reason what counts begins ten times above the first rate. Rounded to one figure, so that it is
        easily typed. None where the loss never fell.
        """
        finite = np.isfinite(self.losses)  # but for the last, with which it broke out
        where, losses = np.log10(np.array(self.rates))[finite], np.array(self.losses)[finite]
        begun = np.flatnonzero(where >= where[:1] + NEAR)
        if not len(begun):
            return None
        smoothed = np.array(self.smoothed)[finite]
        least = int(begun[smoothed[begun].argmin()])
        if smoothed[least] > (1 - FALLEN) * losses[: begun[0]].mean():
            return None
        whole = begun[(where[begun] <= where[-1] - NEAR) & (begun <= least)]
        slopes = [_slope(where, losses, place) for place in where[whole]]
        steepest = self.rates[int(whole[int(np.argmin(slopes))])] if slopes else math.inf
        return float(f"{min(steepest, self.rates[least] / 10):.0e}")


def _slope(where: Array, losses: Array, place: float) -> float:
    """Of the line through the losses NEAR a place: sum (x - mean x) l / sum (x - mean x)^2."""
    near = np.abs(where - place) <= NEAR
    x = where[near] - where[near].mean()
    return float(x @ losses[near] / (x @ x))


class RangeTest(Callback):
    """Gives each step another learning rate, eta_i = first (last / first)^(i / (steps - 1)), and keeps its loss.

    Give it pictures for whole batches. It ends the training after `steps`, or where the loss has broken out. For a
    model that may be spoilt: its weights are useless afterwards. `result` is what it saw, also after a `TrainingError`.
    """

    changes_learning_rate: ClassVar[bool] = True

    def __init__(self, steps: int = STEPS, first: float = LEAST_RATE, last: float = LARGEST_RATE) -> None:
        self.steps = convert("RangeTest", "steps", positive, steps)
        self._first = convert("RangeTest", "first", positive_real, first)
        self._last = convert("RangeTest", "last", positive_real, last)
        self._rates: list[float] = []
        self._losses: list[float] = []
        self._sum = 0.0  # of the losses of this epoch

    @property
    def result(self) -> RateRange:
        """What it saw so far."""
        return RateRange(tuple(self._rates), tuple(self._losses))

    def on_train_begin(self, logs: Logs = NO_LOGS) -> None:
        self._rates, self._losses, self._sum = [], [], 0.0
        self.run.explained = False  # it is bound to go wrong
        self._next()

    def on_epoch_begin(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        self._sum = 0.0

    def on_train_batch_end(self, batch: int, logs: Logs = NO_LOGS) -> None:
        # The logs hold the mean over the epoch so far; all batches are of one size.
        loss = logs["loss"] * (batch + 1) - self._sum
        self._sum += loss
        self._rates.append(self.run.learning_rate)
        self._losses.append(loss)
        if len(self._losses) == self.steps or self._broken_out():
            self.run.stop()
        else:
            self._next()

    def snapshot(self) -> Kept:
        return {"rates": self._rates, "losses": self._losses, "sum": self._sum}

    def restore(self, kept: Kept) -> None:
        self._rates, self._losses, self._sum = list(kept["rates"]), list(kept["losses"]), kept["sum"]

    def _next(self) -> None:
        way = len(self._rates) / max(1, self.steps - 1)
        self.run.change_rate(self._first * (self._last / self._first) ** way, "RangeTest")

    def _broken_out(self) -> bool:
        smoothed = self.result.smoothed
        return not math.isfinite(smoothed[-1]) or smoothed[-1] > BROKEN_OUT * min(smoothed)


def rows(found: RateRange) -> Sequence[Sequence[object]]:
    """The table of a CSV file, its head first."""
    return [("learning_rate", "loss", "smoothed_loss"), *zip(found.rates, found.losses, found.smoothed, strict=True)]
