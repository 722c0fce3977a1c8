"""What training says while it runs. Whoever wants to show it passes a callable that takes these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Logs = Mapping[str, float]  # "loss", "accuracy", "val_loss" ... by name


@dataclass(frozen=True)
class Started:
    """Training begins. `steps` is per epoch."""

    epochs: int
    steps: int
    pictures: int
    validation_pictures: int
    engine: str


@dataclass(frozen=True)
class StepDone:
    """A step is done. Epoch and step count from 0; `logs` are means over the epoch so far; seconds since it began.

    `waiting` is the share of these seconds in which the engine waited for pictures.
    """

    epoch: int
    step: int
    pictures: int
    seconds: float
    logs: Logs
    waiting: float = 0.0


@dataclass(frozen=True)
class EpochDone:
    """An epoch is done, its validation counted in `seconds`, not in `pictures_per_second` and `waiting`.

    `waiting` is the share of the time in which the engine waited for pictures; `unread` counts those that could not be
    read any more.
    """

    epoch: int
    seconds: float
    pictures_per_second: float
    logs: Logs
    waiting: float = 0.0
    unread: int = 0


@dataclass(frozen=True)
class Finished:
    """Training is over. `reason` is the code of why, such as "training.all_epochs" or "training.stopped_early"."""

    reason: str
    epochs: int
    seconds: float


Event = Started | StepDone | EpochDone | Finished
Progress = Callable[[Event], None]
