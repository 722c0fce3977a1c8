"""What a user can hang into training, by Keras's names. A callback works on the run, through `self.run`."""

import csv
import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Any, ClassVar, Literal, cast

import numpy as np

from striate.engines.contract import Array
from striate.errors import SettingError, unknown_name
from striate.files import append_text, as_path, empty, write_bytes
from striate.network.settings import Unfit, convert, flag, is_sequence, keywords_checked, optional, real, text, whole
from striate.training.run import Run

Mode = Literal["auto", "min", "max"]
GROWING = re.compile(r"acc|auc$|precision|recall|f1|top\d")  # names of what is better when larger


Logs = Mapping[str, float]
NO_LOGS: Logs = {}
Kept = Mapping[str, Any]  # numbers, texts, None, arrays, and lists and tables of them


class Callback:
    """Does nothing at every occasion; override what you need. `self.model` is the model, where one is being fitted."""

    run: Run
    model: Any = None
    changes_learning_rate: ClassVar[bool] = False  # then the logs hold the learning rate, too

    def on_train_begin(self, logs: Logs = NO_LOGS) -> None:
        """Before the first step."""

    def on_epoch_begin(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        """Before an epoch's first step; epochs count from 0."""

    def on_train_batch_end(self, batch: int, logs: Logs = NO_LOGS) -> None:
        """After a step; batches count from 0, logs are means over the epoch so far."""

    def on_epoch_end(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        """After an epoch and its validation."""

    def on_train_end(self, logs: Logs = NO_LOGS) -> None:
        """After the last epoch."""

    def snapshot(self) -> Kept:
        """What it must know to go on in a training that is resumed; nothing where it remembers nothing."""
        return {}

    def restore(self, kept: Kept) -> None:
        """Go on from a snapshot; called after `on_train_begin`, when the run is where it was broken off."""


class Monitor:
    """Follows one value of the logs and knows when it is better than it was."""

    def __init__(self, where: str, name: str, mode: Mode = "auto", min_delta: float = 0.0) -> None:
        if mode not in ("auto", "min", "max"):
            raise SettingError("setting.mode", where=where, setting="mode", came=mode)
        self.name = convert(where, "monitor", text, name)
        # As Keras: what counts successes is to grow, everything else to shrink.
        self._sign = 1 if mode == "max" or (mode == "auto" and GROWING.search(name)) else -1
        self._min_delta = abs(convert(where, "min_delta", real, min_delta))
        self.best: float | None = None

    def restart(self) -> None:
        """Forget what was best: a new training begins."""
        self.best = None

    def better(self, logs: Logs) -> bool:
        """Whether the value is the best so far; it is then kept as `best`."""
        if self.name not in logs:
            raise unknown_name("logged", self.name, logs)
        value = logs[self.name]
        if self.best is not None and not self.beats(value, self.best):
            return False
        self.best = value
        return True

    def beats(self, value: float, best: float) -> bool:
        """Whether a value is better by more than `min_delta`; any number is better than NaN."""
        return self._sign * (value - best) > self._min_delta or (math.isnan(best) and not math.isnan(value))


def as_callbacks(given: object) -> list[Callback]:
    """One callback, several or None as a list. Raises `SettingError` for what is no callback: a class, say."""
    listed = list(given) if is_sequence(given) else [] if given is None else [given]
    for each in listed:
        if not isinstance(each, Callback):
            raise SettingError("setting.callback", where="fit", setting="callbacks", came=each)
    return cast(list[Callback], listed)


class StopOnRequest(Callback):
    """Ends training when somebody asked for it: how Keras's `model.stop_training = True` is heard."""

    def __init__(self, asked: Callable[[], bool]) -> None:
        self._asked = asked

    def on_train_batch_end(self, batch: int, logs: Logs = NO_LOGS) -> None:
        if self._asked():
            self.run.stop()

    def on_epoch_end(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        if self._asked():
            self.run.stop()


class EarlyStopping(Callback):
    """Stop when a value has not improved for `patience` epochs; with `restore_best_weights` go back to its best epoch.

    The best weights come back also when training ends before patience does. With a `baseline` only what is better than
    that, too, makes patience begin anew. Epochs before `start_from_epoch`, counted from 0, are not looked at.
    """

    @keywords_checked("EarlyStopping")
    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        *,
        mode: Mode = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        self._monitor = Monitor("EarlyStopping", monitor, mode, min_delta)
        self.patience = convert("EarlyStopping", "patience", whole, patience)
        self.baseline = convert("EarlyStopping", "baseline", optional(real), baseline)
        self.restore_best_weights = convert("EarlyStopping", "restore_best_weights", flag, restore_best_weights)
        self.start_from_epoch = convert("EarlyStopping", "start_from_epoch", whole, start_from_epoch)
        self.best_epoch = 0
        self._waited = 0  # epochs
        self._best_weights: tuple[Array, Array] | None = None

    def on_train_begin(self, logs: Logs = NO_LOGS) -> None:
        self._monitor.restart()
        self.best_epoch = self._waited = 0
        self._best_weights = None

    def on_epoch_end(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        if epoch < self.start_from_epoch:
            return
        self._waited += 1
        if self._monitor.better(logs):
            self.best_epoch = epoch
            if self.restore_best_weights:
                self._best_weights = self.run.theta.copy(), self.run.state.copy()
            if self.baseline is None or self._monitor.beats(logs[self._monitor.name], self.baseline):
                self._waited = 0
        elif self._waited >= self.patience:
            self.run.stop("training.stopped_early")

    def on_train_end(self, logs: Logs = NO_LOGS) -> None:
        if self._best_weights is not None:
            self.run.theta[:], self.run.state[:] = self._best_weights

    def snapshot(self) -> Kept:
        weights = None if self._best_weights is None else list(self._best_weights)
        followed = {"best": self._monitor.best, "best_epoch": self.best_epoch, "waited": self._waited}
        return {**followed, "best_weights": weights}

    def restore(self, kept: Kept) -> None:
        self._monitor.best, self.best_epoch = kept["best"], kept["best_epoch"]
        self._waited = kept["waited"]
        self._best_weights = None if kept["best_weights"] is None else tuple(kept["best_weights"])


class ModelCheckpoint(Callback):
    """Save the model after each epoch, or with `save_best_only` when a value improved.

    `filepath` may hold {epoch} and any value of the logs, as in "model-{epoch:02d}-{val_loss:.3f}.safetensors".
    """

    @keywords_checked("ModelCheckpoint")
    def __init__(
        self,
        filepath: str | Path,
        monitor: str = "val_loss",
        *,
        save_best_only: bool = False,
        mode: Mode = "auto",
    ) -> None:
        self.filepath = str(as_path("ModelCheckpoint", filepath))
        self.save_best_only = convert("ModelCheckpoint", "save_best_only", flag, save_best_only)
        self._monitor = Monitor("ModelCheckpoint", monitor, mode)
        self._saved: dict[str, float] | None = None  # what the name of the last file was made of
        self._check_pattern()

    def on_epoch_end(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        if self.save_best_only and not self._monitor.better(logs):
            return
        known = {"epoch": epoch + 1, **logs}
        for _, name, _, _ in Formatter().parse(self.filepath):
            if name is not None and name not in known:
                raise unknown_name("logged", name, known)
        self.run.save(Path(self.filepath.format(**known)))
        self._saved = known

    def snapshot(self) -> Kept:
        """With the best file as it is, which only a later best epoch would write again."""
        content = None
        if self.save_best_only and self._saved is not None:
            content = np.fromfile(self.filepath.format(**self._saved), np.uint8)
        return {"best": self._monitor.best, "saved": self._saved, "file": content}

    def restore(self, kept: Kept) -> None:
        self._monitor.best, self._saved = kept["best"], kept["saved"]
        if self._saved is None:
            return
        path = Path(self.filepath.format(**self._saved))
        if kept["file"] is not None:
            write_bytes(path, kept["file"].tobytes())
        elif not self.run.position:  # else it is written again at the end of this epoch
            self.run.save(path)

    def _check_pattern(self) -> None:
        """Find now, not after the first epoch, what is no pattern."""
        try:
            for _, name, spec, _ in Formatter().parse(self.filepath):
                if name is not None:
                    format(1 if name == "epoch" else 1.0, spec or "")  # ValueError where the spec is none
                    if not name.isidentifier():
                        raise ValueError(name)
        except ValueError:
            raise SettingError(
                "setting.pattern", where="ModelCheckpoint", setting="filepath", came=self.filepath
            ) from None


def _separator(value: str) -> str:
    """One character between the values of a line: no part of a number, no end of a line."""
    if not isinstance(cast(object, value), str) or len(value) != 1 or value in '\r\n"' or value.isalnum():
        raise Unfit("setting.separator")
    return value


class CSVLogger(Callback):
    """One line an epoch into a CSV file: the epoch (from 0, as Keras) and every value of the logs."""

    @keywords_checked("CSVLogger")
    def __init__(self, filename: str | Path, separator: str = ",", *, append: bool = False) -> None:
        self.filename = as_path("CSVLogger", filename, "filename")
        self.separator = convert("CSVLogger", "separator", _separator, separator)
        self.append = convert("CSVLogger", "append", flag, append)
        self._names: Sequence[str] = ()

    def on_train_begin(self, logs: Logs = NO_LOGS) -> None:
        self._names = ()
        if not self.append:
            empty(self.filename)

    def on_epoch_end(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        rows: list[Sequence[object]] = []
        if not self._names:
            self._names = list(logs)
            if not self.filename.exists() or self.filename.stat().st_size == 0:
                rows.append(["epoch", *self._names])
        rows.append([epoch, *(logs.get(name, "") for name in self._names)])
        text = io.StringIO()
        csv.writer(text, delimiter=self.separator, lineterminator="\n").writerows(rows)
        append_text(self.filename, text.getvalue())

    def snapshot(self) -> Kept:
        return {"names": list(self._names), "text": self.filename.read_text(encoding="utf-8")}

    def restore(self, kept: Kept) -> None:
        self._names = kept["names"]
        write_bytes(self.filename, kept["text"].encode())
