"""Training within a time: how many epochs will fit, and an end when it is over all the same."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from striate.training.callbacks import NO_LOGS, Callback, Kept, Logs
from striate.training.events import EpochDone, Event

USED = 0.9  # of the time is planned with: other programs take some of the processor, too
TIME_IS_UP = "training.time_is_up"


@dataclass(frozen=True)
class Speed:
    """Seconds that an epoch takes: to learn from all pictures, and to judge those held out."""

    learning: float
    judging: float

    @property
    def epoch(self) -> float:
        return self.learning + self.judging

    def epochs(self, seconds: float, most: int) -> int:
        """How many epochs fit into a time, leaving a tenth of it; at least 1."""
        return max(1, min(most, int(USED * seconds / self.epoch)))


class StopAfter(Callback):
    """Ends the training at the first step after a moment of `clock`."""

    def __init__(self, moment: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._moment, self._clock = moment, clock

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> "StopAfter":
        """What ends a training in so many seconds from now."""
        return cls(clock() + seconds, clock)

    def on_train_batch_end(self, batch: int, logs: Logs = NO_LOGS) -> None:
        if self._clock() >= self._moment:
            self.run.stop(TIME_IS_UP)

    @property
    def left(self) -> float:
        """Seconds until then."""
        return self._moment - self._clock()

    def snapshot(self) -> Kept:
        return {"left": self.left}

    def restore(self, kept: Kept) -> None:
        """The time in which nothing ran does not count."""
        self._moment = self._clock() + kept["left"]


@dataclass
class Stopwatch:
    """Takes the events of a training and keeps how fast it learned: pictures a second, an epoch each."""

    speeds: list[float] = field(default_factory=list[float])

    def __call__(self, event: Event) -> None:
        if isinstance(event, EpochDone):
            self.speeds.append(event.pictures_per_second)

    @property
    def settled(self) -> float:
        """The speed after the first epoch, in which everything is done for the first time: the mean time a picture."""
        later = self.speeds[1:] or self.speeds
        return len(later) / sum(1 / speed for speed in later)
