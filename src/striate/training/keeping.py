"""A training kept between two steps, and put back: everything that its next step depends on.

Random numbers are keyed by counters (seed, epoch, step), so that these are kept, and no generator's state. When a
checkpoint is written is for the clock to say; what is in it, and what is computed, does not depend on when.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Literal, cast

from striate.checkpoints import KEPT, Checkpoints
from striate.engines.contract import Array
from striate.errors import FileError, SettingError, StateError, StriateError
from striate.files import as_path, remove_parts
from striate.network.settings import Unfit, convert, flag, keywords_checked, optional, positive, positive_real
from striate.run_folder import held
from striate.training.averaging import Average
from striate.training.callbacks import NO_LOGS, Callback, Kept, Logs
from striate.training.counts import Counts
from striate.training.interrupts import Interrupted, Interrupts
from striate.training.run import Run
from striate.training.tallies import Metric

SHARE = 0.01  # of the time may go into checkpoints, unless the user says how often
LEAST = 10.0  # seconds between two of them: what a training that is broken off loses; a shorter one has none

Frequency = int | Literal["auto", "epoch", "never"]
Facts = Mapping[str, object]


class Keeper(Callback):
    """Looks at a run between any two steps; this one does nothing."""

    def begin(self, run: Run, callbacks: Sequence[Callback], facts: Facts, metrics: Sequence[str | Metric]) -> None:
        """Once all callbacks have begun: the run may be put back to where it was. `facts` tell it from others."""

    def between_steps(self, run: Run) -> None:
        """After a step, or an epoch with its validation, and all callbacks that look at it."""

    def heed(self, run: Run) -> None:
        """While the pictures held out are judged."""

    def end(self) -> None:
        """When the training has ended, however it did."""


NO_KEEPER = Keeper()


class Cadence:
    """When the next checkpoint is due: after so many steps, so many seconds, each epoch, or as time allows.

    "auto": so that writing takes about `SHARE` of the time, and `LEAST` seconds apart at least.
    """

    def __init__(
        self, frequency: Frequency = "auto", seconds: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._frequency, self._seconds, self._clock = frequency, seconds, clock
        self._next_step = 0
        self.begin(0)

    def begin(self, step: int) -> None:
        """Count from now."""
        self._wait(step, LEAST if self._seconds is None else self._seconds)

    def due(self, run: Run) -> bool:
        """Whether one is due now."""
        if self._seconds is not None or self._frequency == "auto":
            return self._clock() >= self._moment
        if self._frequency == "epoch":
            return run.position == 0
        return self._frequency != "never" and run.step >= self._next_step

    def written(self, step: int, cost: float) -> None:
        """One was written, in so many seconds."""
        self._wait(step, max(LEAST, cost / SHARE) if self._seconds is None else self._seconds)

    def _wait(self, step: int, seconds: float) -> None:
        self._moment = self._clock() + seconds
        if isinstance(self._frequency, int):
            self._next_step = step + self._frequency


class CheckpointKeeper(Keeper):
    """Keeps a run in `checkpoints` as often as the cadence says, and when a signal asks for its end.

    `resumes`: go on from the newest checkpoint, where there is one; `anyway`: even where it is another training's.
    `at_once`: a training that cannot begin anew has one before its first step. `resumed` is called with a run that was
    put back.
    """

    def __init__(
        self,
        checkpoints: Checkpoints,
        cadence: Cadence,
        interrupts: Interrupts | None = None,
        *,
        resumes: bool = True,
        anyway: bool = False,
        at_once: bool = False,
        resumed: Callable[[Run], object] | None = None,
    ) -> None:
        self.checkpoints, self._cadence, self._interrupts = checkpoints, cadence, interrupts
        self._resumes, self._anyway, self._at_once = resumes, anyway, at_once
        self._resumed = resumed
        self._callbacks: Sequence[Callback] = ()
        self._facts: Facts = {}

    def begin(self, run: Run, callbacks: Sequence[Callback], facts: Facts, metrics: Sequence[str | Metric]) -> None:
        self._callbacks, self._facts = callbacks, facts
        kept = self.checkpoints.newest() if self._resumes else None
        if kept is not None:
            came: object = kept.get("facts")
            self._check(cast(Facts, came) if isinstance(came, dict) else {})
            put_back(run, callbacks, kept, metrics)
            if self.model is not None:
                self.model.learn_as(run.spans, run.frozen)
            if self._resumed is not None:
                self._resumed(run)
        self._cadence.begin(run.step)
        if kept is None and self._at_once:
            if self._resumes:
                raise FileError("checkpoint.none_whole", path=self.checkpoints.folder)
            self.keep(run)

    def between_steps(self, run: Run) -> None:
        self.heed(run)
        if self._cadence.due(run):
            self.keep(run)

    def heed(self, run: Run) -> None:
        if self._interrupts is not None and self._interrupts.heard is not None:
            self.keep(run)
            raise Interrupted(self._interrupts.heard)

    def keep(self, run: Run) -> None:
        """Write a checkpoint, unless a metric of the user's can only be counted from an epoch's beginning."""
        if run.position and run.counts is not None and not run.counts.resumable:
            return
        if not self.checkpoints.folder.is_dir():  # or it would be made anew, where all else is gone
            raise FileError("checkpoint.folder_gone", path=self.checkpoints.folder)
        began = time.monotonic()
        self.checkpoints.write({"facts": self._facts, **snapshot(run, self._callbacks)})
        self._cadence.written(run.step, time.monotonic() - began)

    def _check(self, facts: Facts) -> None:
        differing = sorted(name for name in self._facts if facts.get(name) != self._facts[name])
        if differing and not self._anyway:
            raise StateError("checkpoint.other_training", path=self.checkpoints.folder, names=differing)


class BackupAndRestore(CheckpointKeeper):
    """Keep a training in a folder as it runs; the same `fit`, called again after it was broken off, goes on there.

        model.fit(x, y, epochs=100, callbacks=striate.callbacks.BackupAndRestore("backup"))

    It ends with the same bits. `save_freq`: "epoch", a number of steps, or "auto", about one percent of the time, as
    `seconds` apart where they are given. A training that ends by itself leaves nothing behind, unless
    `delete_checkpoint` is False. Raises `StateError` where the folder holds another training, `FileError` where it
    cannot be written or another process keeps its training there.
    """

    @keywords_checked("BackupAndRestore")
    def __init__(
        self,
        backup_dir: str | Path,
        save_freq: int | Literal["auto", "epoch"] = "auto",
        *,
        seconds: float | None = None,
        keep: int = KEPT,
        delete_checkpoint: bool = True,
    ) -> None:
        where = "BackupAndRestore"
        if save_freq not in ("auto", "epoch"):
            try:
                save_freq = positive(save_freq)
            except Unfit:
                raise SettingError("checkpoint.frequency", where=where, setting="save_freq", came=save_freq) from None
        folder = as_path(where, backup_dir, "backup_dir")
        cadence = Cadence(save_freq, convert(where, "seconds", optional(positive_real), seconds))
        super().__init__(Checkpoints(folder, convert(where, "keep", positive, keep)), cadence)
        self._deletes = convert(where, "delete_checkpoint", flag, delete_checkpoint)
        self._held = ExitStack()

    def begin(self, run: Run, callbacks: Sequence[Callback], facts: Facts, metrics: Sequence[str | Metric]) -> None:
        folder = self.checkpoints.folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError("file.cannot_write", path=folder, reason=error.strerror) from error
        self._held.enter_context(held(folder))
        remove_parts(folder)  # of a process that was killed: a folder is one training's
        super().begin(run, callbacks, facts, metrics)

    def on_train_end(self, logs: Logs = NO_LOGS) -> None:
        if self._deletes:
            self.checkpoints.clear()

    def end(self) -> None:
        self._held.close()


def snapshot(run: Run, callbacks: Sequence[Callback]) -> Kept:
    """Everything that the next step, the next epoch and the end of a training depend on."""
    spans = {span.name: [span.trainable, span.rate] for span in run.spans}
    return {
        "theta": run.theta,
        "state": run.state,
        "slots": list(run.slots),
        "gathered": run.gathered,
        "average": [run.average.theta, run.average.state] if run.average else None,
        "learning_rate": run.learning_rate,
        "step": run.step,
        "epoch": run.epoch,
        "epochs_before": run.epochs_before,
        "position": run.position,
        "counts": run.counts.snapshot() if run.counts is not None and run.position else None,
        "seconds": time.perf_counter() - run.epoch_begun,
        "history": run.history,
        "recent": run.recent,
        "stopped": run.stopped,
        "spans": spans,
        "frozen": sorted(run.frozen),
        "callbacks": {name: callback.snapshot() for name, callback in _named(callbacks)},
    }


NUMBER, NOTHING = (int, float), type(None)
# What a snapshot has beside vectors and tables.
KINDS: Mapping[str, type | tuple[type, ...]] = {
    "learning_rate": NUMBER,
    "step": int,
    "epoch": int,
    "epochs_before": int,
    "position": int,
    "seconds": NUMBER,
    "stopped": (str, NOTHING),
}


def put_back(run: Run, callbacks: Sequence[Callback], kept: Kept, metrics: Sequence[str | Metric]) -> None:
    """Make a run that has just begun what it was in a snapshot. Raises `StateError` where it is another's, or none."""
    try:
        _put_back(run, callbacks, kept, metrics)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        if isinstance(error, StriateError):
            raise
        raise StateError("checkpoint.does_not_fit") from error


def _put_back(run: Run, callbacks: Sequence[Callback], kept: Kept, metrics: Sequence[str | Metric]) -> None:
    vectors = (run.theta, run.state, *run.slots)
    came: list[Array] = [kept["theta"], kept["state"], *kept["slots"]]
    named = dict(_named(callbacks))
    known = {name for name, each in kept["callbacks"].items() if each} <= named.keys()
    if not known or [each.shape for each in vectors] != [each.shape for each in came]:
        raise StateError("checkpoint.does_not_fit")
    wrong = [name for name, kind in KINDS.items() if not isinstance(kept[name], kind)]
    if wrong or (kept["gathered"] is not None and kept["gathered"].shape != run.theta.shape):
        raise StateError("checkpoint.does_not_fit")
    for own, its in zip(vectors, came, strict=True):
        own[...] = its
    for name in ("gathered", "learning_rate", "step", "epoch", "epochs_before", "position", "stopped"):
        setattr(run, name, kept[name])
    run.epoch_begun = time.perf_counter() - kept["seconds"]
    run.history = {name: list(values) for name, values in kept["history"].items()}
    run.recent = [(float(loss), float(norm)) for loss, norm in kept["recent"]]
    run.frozen = frozenset(kept["frozen"])
    run.spans = tuple(
        replace(span, trainable=kept["spans"][span.name][0], rate=kept["spans"][span.name][1]) for span in run.spans
    )
    run.average = _average_of(run, kept["average"])
    if kept["counts"] is not None:
        run.counts = Counts(metrics)
        run.counts.restore(kept["counts"])
    for name, state in kept["callbacks"].items():
        if state:
            named[name].restore(state)


def _average_of(run: Run, came: Sequence[Array] | None) -> Average | None:
    if came is None:
        return None
    theta, state = came
    if (theta.shape, state.shape) != (run.theta.shape, run.state.shape):
        raise StateError("checkpoint.does_not_fit")
    return Average.of(theta, state)


def _named(callbacks: Sequence[Callback]) -> Iterator[tuple[str, Callback]]:
    """Each by its kind and which of them it is: "ModelCheckpoint 1"."""
    seen: dict[str, int] = {}
    for callback in callbacks:
        kind = type(callback).__name__
        seen[kind] = seen.get(kind, -1) + 1
        yield f"{kind} {seen[kind]}", callback
