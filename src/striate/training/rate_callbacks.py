"""Callbacks that change the learning rate between epochs, by Keras's names."""

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any, ClassVar

from striate.errors import SettingError
from striate.network.settings import convert, is_real, keywords_checked, not_negative, proper_share, whole
from striate.training.callbacks import NO_LOGS, Callback, Kept, Logs, Mode, Monitor


class LearningRateScheduler(Callback):
    """Set the learning rate before each epoch: `schedule(epoch, learning_rate)`, or `schedule(epoch)`, from 0."""

    changes_learning_rate: ClassVar[bool] = True

    @keywords_checked("LearningRateScheduler")
    def __init__(self, schedule: Callable[..., float]) -> None:
        if not callable(schedule):
            raise SettingError(
                "rate.no_function", where="LearningRateScheduler", setting="schedule", came=type(schedule).__name__
            )
        self.schedule = schedule
        self._takes_rate = _positions(schedule) > 1

    def on_epoch_begin(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        rate = self.schedule(epoch, self.run.learning_rate) if self._takes_rate else self.schedule(epoch)
        if not is_real(rate) or rate < 0:
            raise SettingError("rate.no_rate", where="LearningRateScheduler", epoch=epoch, came=rate)
        self.run.change_rate(float(rate), "LearningRateScheduler")


class ReduceLROnPlateau(Callback):
    """Multiply the learning rate by `factor` when a value has not improved for `patience` epochs.

    It never goes below `min_lr`; for `cooldown` epochs after a change nothing is counted.
    """

    changes_learning_rate: ClassVar[bool] = True

    @keywords_checked("ReduceLROnPlateau")
    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        *,
        mode: Mode = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        where = "ReduceLROnPlateau"
        self._monitor = Monitor(where, monitor, mode, min_delta)
        self.factor = convert(where, "factor", proper_share, factor)
        self.patience = convert(where, "patience", whole, patience)
        self.cooldown = convert(where, "cooldown", whole, cooldown)
        self.min_lr = convert(where, "min_lr", not_negative, min_lr)
        self._waited = self._cooling = 0

    def on_train_begin(self, logs: Logs = NO_LOGS) -> None:
        self._monitor.restart()
        self._waited = self._cooling = 0

    def on_epoch_end(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        if self._cooling > 0:
            self._cooling, self._waited = self._cooling - 1, 0
        if self._monitor.better(logs):
            self._waited = 0
        elif self._cooling == 0:
            self._waited += 1
            if self._waited >= self.patience:
                self._reduce()

    def snapshot(self) -> Kept:
        return {"best": self._monitor.best, "waited": self._waited, "cooling": self._cooling}

    def restore(self, kept: Kept) -> None:
        self._monitor.best, self._waited, self._cooling = kept["best"], kept["waited"], kept["cooling"]

    def _reduce(self) -> None:
        if self.run.learning_rate > self.min_lr:
            self.run.change_rate(max(self.run.learning_rate * self.factor, self.min_lr), "ReduceLROnPlateau")
            self._cooling, self._waited = self.cooldown, 0


def _positions(function: Callable[..., Any]) -> int:
    """How many arguments a function takes by position; a builtin that does not say so takes one."""
    try:
        known = signature(function).parameters.values()
    except ValueError:
        return 1
    if any(each.kind is Parameter.VAR_POSITIONAL for each in known):
        return 2
    return sum(each.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD) for each in known)
