"""Training as lines: one an epoch to read, one JSON object an event for programs. And what all views share."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from numbers import Integral, Real
from types import TracebackType
from typing import Self, TextIO, cast

from striate.messages import language, render
from striate.messages.render import texts
from striate.training.events import EpochDone, Event, Finished, Logs, Started, StepDone
from striate.views.columns import GAP, printable

EVENT_NAMES = {Started: "started", StepDone: "step", EpochDone: "epoch", Finished: "finished"}
COUNTERS = ("epoch", "step")  # from 0 in events, from 1 for readers
SMALL_SHARE = 0.01  # of waiting: no more is not worth saying


class View:
    """Takes the events of a training and shows nothing; those that show something build on it.

    The owner closes it, best by `with`: also after an error or Ctrl-C it leaves the terminal as it was.
    """

    def __call__(self, event: Event) -> None:
        """Take an event."""

    def close(self) -> None:
        """End showing. May be called twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Lines(View):
    """One plain line an epoch, without control characters; one more where training ended early."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._epochs = 0

    def __call__(self, event: Event) -> None:
        match event:
            case Started():
                self._epochs = event.epochs
            case EpochDone():
                self._write(epoch_text(event, self._epochs))
            case Finished() if early := end_text(event):
                self._write(early)
            case _:
                pass

    def _write(self, line: str) -> None:
        self._stream.write(printable(line) + "\n")
        self._stream.flush()  # who follows a log file sees the epoch when it is done


class JsonLines(View):
    """One JSON object a line for each event. Epochs and steps count from 1; a number that is not finite is null.

    started: epochs, steps, pictures, validation_pictures, engine
    step: epoch, step, pictures, seconds, logs, waiting
    epoch: epoch, seconds, pictures_per_second, logs, waiting, unread
    finished: reason, epochs, seconds

    Each has its name as "event"; what they mean stands in training/events.py. `logs` is an object of numbers by name.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        facts = {name: _plain(value + 1 if name in COUNTERS else value) for name, value in vars(event).items()}
        line = {"event": EVENT_NAMES[type(event)], **facts}
        self._stream.write(json.dumps(line, allow_nan=False) + "\n")
        self._stream.flush()


def epoch_text(event: EpochDone, epochs: int) -> str:
    """An epoch's results in one line."""
    parts = [
        render("progress.epoch", {"epoch": event.epoch + 1, "epochs": epochs}),
        *logs_texts(event.logs),
        speed_text(event.pictures_per_second),
        render("progress.seconds", {"seconds": event.seconds}),
        *waiting_texts(event.waiting),
    ]
    return GAP.join(parts)


def end_text(event: Finished) -> str:
    """Why training ended, if not because all epochs were done."""
    if event.reason == "training.all_epochs":
        return ""
    # A callback of the user's may give a reason in words of its own.
    return render(event.reason, asdict(event)) if event.reason in texts(language()) else event.reason


def logs_texts(logs: Logs, digits: int = 4) -> list[str]:
    """Each value with its name: "loss 0.2310", "validation accuracy 97.80 %"."""
    return [f"{_log_name(name)} {_log_value(name, value, digits)}" for name, value in logs.items()]


def speed_text(pictures_per_second: float) -> str:
    """How fast it goes."""
    return render("progress.speed", {"speed": pictures_per_second})


def waiting_texts(share: float) -> list[str]:
    """How much of its time the engine waited for pictures, where that is worth saying."""
    return [render("progress.waiting", {"percent": 100 * share})] if share > SMALL_SHARE else []


def _log_name(name: str) -> str:
    measured = name.removeprefix("val_")
    known = texts(language()).get(f"log.{measured}", measured)
    return known if measured == name else render("log.validation", {"log": known})


def _log_value(name: str, value: float, digits: int) -> str:
    return f"{100 * value:.{digits - 2}f} %" if name.endswith("accuracy") else f"{value:#.{digits}g}"


def _plain(value: object) -> object:
    """The value as JSON has it."""
    if isinstance(value, Mapping):
        return {name: _plain(number) for name, number in cast(Logs, value).items()}
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if math.isfinite(value) else None
    return value
