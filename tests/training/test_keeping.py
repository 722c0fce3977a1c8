"""Trainings that are kept, broken off and gone on with: the same bits, whatever takes part and whenever it happens."""

import os
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from broken_off import BACKUP, KINDS, RESULT, killed, learn
from numpy.typing import NDArray

from striate import Sequential
from striate.callbacks import BackupAndRestore, CSVLogger, LearningRateScheduler
from striate.checkpoints import SEAL, TENSORS, Checkpoints
from striate.errors import FileError, Notice, SettingError, StateError
from striate.network.optimizers import Momentum
from striate.training.callbacks import NO_LOGS, Callback, Logs
from striate.training.keeping import LEAST, SHARE, Cadence, CheckpointKeeper, Frequency
from striate.training.metrics import Accuracy
from striate.training.tallies import Array, Metric, Tally

EPOCHS = 5
Task = tuple[NDArray[np.float32], NDArray[np.int64]]
Build = Callable[..., Sequential]


class BrokenOffError(Exception):
    """Raised in the midst of a training."""


class BreakAt(Callback):
    """Ends a training like an error, at a step."""

    def __init__(self, step: int) -> None:
        self._step = step

    def on_train_batch_end(self, batch: int, logs: Logs = NO_LOGS) -> None:
        if self.run.step == self._step:
            raise BrokenOffError


def fit(
    model: Sequential, task: Task, folder: Path, *more: Callback, breaks: Sequence[int] = (), **settings: Any
) -> Any:
    """Train a model, broken off at steps and gone on with by others like it; the last of them and its history."""
    x, y = task
    given = {"epochs": EPOCHS, "batch_size": 16, "verbose": 0, "validation_data": (x[:20], y[:20]), **settings}
    return model.fit(x, y, callbacks=[*more, BackupAndRestore(folder, 1), *map(BreakAt, breaks)], **given)


def broken(build: Callable[[], Sequential], task: Task, folder: Path, steps: Iterable[int], **settings: Any) -> Any:
    """The model and the history of a training that is broken off at each of these steps."""
    for step in steps:
        with pytest.raises(BrokenOffError):
            fit(build(), task, folder, breaks=[step], **settings)
    model = build()
    return model, fit(model, task, folder, **settings)


# Everything takes part


@pytest.mark.parametrize("kind", KINDS)
def test_a_training_that_is_killed_ends_with_the_same_bits(kind: str, tmp_path: Path) -> None:
    """By SIGKILL, once while a checkpoint is written; it goes on with another number of threads."""
    epochs = 30 if kind == "nag-whole-batches" else 8
    (tmp_path / "unbroken").mkdir()
    learn(tmp_path / "unbroken", KINDS[kind], epochs, threads=1)
    if kind == "adam-gathered-augmented":
        rng = random.Random(5)
        for writing in (False, True):
            assert killed(tmp_path / "broken", kind, epochs, rng, writing=writing)
    else:
        (tmp_path / "broken").mkdir()
        for _ in range(2):
            with pytest.MonkeyPatch.context() as patch:
                break_third(patch)
                with pytest.raises(BrokenOffError):
                    learn(tmp_path / "broken", KINDS[kind], epochs, threads=1)
    learn(tmp_path / "broken", KINDS[kind], epochs, threads=2)
    assert (tmp_path / "broken" / RESULT).read_text() == (tmp_path / "unbroken" / RESULT).read_text()
    assert list((tmp_path / "broken" / BACKUP).iterdir()) == []


def break_third(patch: pytest.MonkeyPatch) -> None:
    """Let the process end, as it were, once it has written three checkpoints."""
    written, write = iter(range(3)), Checkpoints.write

    def write_and_break(self: Checkpoints, kept: Any) -> None:
        write(self, kept)
        if next(written, None) == 2:
            raise BrokenOffError

    patch.setattr(Checkpoints, "write", write_and_break)


def test_at_every_step(build: Build, task: Task, tmp_path: Path) -> None:
    """Also at the last one of an epoch, and as often as there are steps."""
    plain = build()
    history = fit(plain, task, tmp_path / "plain", epochs=2)
    model, its = broken(build, task, tmp_path / "broken", range(1, 13), epochs=2)
    assert model.fingerprint == plain.fingerprint
    assert its.history == history.history


def test_logs_are_those_of_the_unbroken_training(build: Build, task: Task, tmp_path: Path) -> None:
    fit(build(), task, tmp_path / "a", CSVLogger(tmp_path / "a.csv"))
    with pytest.raises(BrokenOffError):
        fit(build(), task, tmp_path / "b", CSVLogger(tmp_path / "b.csv"), breaks=[15])
    (tmp_path / "b.csv").write_text("something else")
    fit(build(), task, tmp_path / "b", CSVLogger(tmp_path / "b.csv"))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_training_that_goes_on_with_earlier_weights(build: Build, task: Task, tmp_path: Path) -> None:
    def trained() -> Sequential:
        model = build(optimizer=Momentum(0.05))
        model.fit(*task, batch_size=30, epochs=2, verbose=0)
        return model

    plain = trained()
    fit(plain, task, tmp_path / "plain")
    assert broken(trained, task, tmp_path / "broken", [13, 20])[0].fingerprint == plain.fingerprint


class Thaws(Callback):
    """Lets the first layer learn from the second epoch on, slowly."""

    def on_epoch_begin(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        if epoch == 1:
            self.model.unfreeze("conv1")
            self.model.scale_rate(0.5, "conv1")


def test_what_learns_and_how_fast(build: Build, task: Task, tmp_path: Path) -> None:
    """A callback that thaws layers does so once; whoever goes on finds them thawed."""

    def frozen() -> Sequential:
        model = build()
        model.freeze("conv1")
        return model

    rate = LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    plain, model = frozen(), frozen()
    fit(plain, task, tmp_path / "plain", Thaws(), rate)
    for step in (9, 14):
        with pytest.raises(BrokenOffError):
            fit(frozen(), task, tmp_path / "broken", Thaws(), rate, breaks=[step])
    fit(model, task, tmp_path / "broken", Thaws(), rate)
    assert model.fingerprint == plain.fingerprint
    assert (model._frozen, model._rates) == (frozenset(), {"conv1": 0.5})


class Own:
    """Data of a user's that come one behind the other."""

    class_names = ("a", "b", "c")

    def __init__(self, task: Task) -> None:
        self._x, self._y = task

    def __len__(self) -> int:
        return len(self._y)

    def batches(self, rng: np.random.Generator | None) -> Iterator[Any]:
        order = np.arange(len(self)) if rng is None else rng.permutation(len(self))
        for first in range(0, len(self), 7):
            yield self._x[order[first : first + 7]], self._y[order[first : first + 7]]


def test_data_that_a_user_wrote(build: Build, task: Task, tmp_path: Path) -> None:
    def fit_own(model: Sequential, folder: Path, *breaks: int) -> Any:
        callbacks = [BackupAndRestore(folder, 1), *map(BreakAt, breaks)]
        return model.fit(Own(task), batch_size=16, epochs=3, verbose=0, callbacks=callbacks)

    plain, model = build(), build()
    fit_own(plain, tmp_path / "plain")
    for step in (4, 11):
        with pytest.raises(BrokenOffError):
            fit_own(build(), tmp_path / "broken", step)
    fit_own(model, tmp_path / "broken")
    assert model.fingerprint == plain.fingerprint


class Wrong(Metric):
    """A metric of a user's that cannot be kept."""

    usual_name = "wrong"

    def begin(self) -> Tally:
        """A count from zero."""
        inner = Accuracy().begin()

        class Count:
            def update(self, output: Array, y: Array) -> None:
                inner.update(output, y)

            def result(self) -> float:
                return 1 - inner.result()

        return Count()


def test_a_metric_that_cannot_be_kept(build: Build, task: Task, tmp_path: Path) -> None:
    """Then a training is kept between epochs."""

    def other() -> Sequential:
        model = build()
        model.compile("adam", "sparse_categorical_crossentropy", metrics=[Wrong()])
        return model

    plain = other()
    history = fit(plain, task, tmp_path / "plain")
    model, its = broken(other, task, tmp_path / "broken", [4, 15])
    assert model.fingerprint == plain.fingerprint
    assert its.history == history.history


# Which checkpoint


@pytest.fixture
def kept(build: Build, task: Task, tmp_path: Path) -> Path:
    """The folder of a training that was broken off."""
    with pytest.raises(BrokenOffError):
        fit(build(), task, tmp_path / "kept", breaks=[15])
    return tmp_path / "kept"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_only_the_last_ones_stay(kept: Path) -> None:
    assert [len(names(kept)), len({name.partition(".")[0] for name in names(kept)})] == [4, 2]


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) * 3 // 4] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [
        lambda newest: flip(newest.with_suffix(TENSORS)),
        lambda newest: newest.with_suffix(TENSORS).write_bytes(newest.with_suffix(TENSORS).read_bytes()[:-40]),
        lambda newest: newest.with_suffix(TENSORS).unlink(),
        lambda newest: newest.write_text("{}"),
        lambda newest: newest.write_text("nothing"),
        lambda newest: newest.write_text(newest.read_text().replace('"sha256": "', '"sha256": "0')),
    ],
    ids=["bit", "end", "gone", "empty", "text", "sum"],
)
def test_the_last_whole_one_is_taken(
    damage: Callable[[Path], object], kept: Path, build: Build, task: Task, tmp_path: Path
) -> None:
    plain, model = build(), build()
    fit(plain, task, tmp_path / "plain")
    damage(max(kept.glob(f"*{SEAL}")))
    with pytest.warns(Notice) as caught:
        fit(model, task, kept)
    assert [each.message.code for each in caught if isinstance(each.message, Notice)] == ["checkpoint.damaged"]
    assert model.fingerprint == plain.fingerprint


def test_what_was_never_finished_is_nothing(kept: Path, build: Build, task: Task, tmp_path: Path) -> None:
    """Killed before the checksum was there."""
    plain, model = build(), build()
    fit(plain, task, tmp_path / "plain")
    max(kept.glob(f"*{SEAL}")).unlink()
    (kept / ".00000099.safetensors.1.part.safetensors").write_bytes(b"half")
    fit(model, task, kept)  # without a notice: warnings are errors
    assert model.fingerprint == plain.fingerprint
    assert names(kept) == []


def test_where_all_are_damaged_it_begins_anew(kept: Path, build: Build, task: Task, tmp_path: Path) -> None:
    plain, model = build(), build()
    fit(plain, task, tmp_path / "plain")
    for path in kept.glob(f"*{TENSORS}"):
        flip(path)
    with pytest.warns(Notice, match="damaged"):
        fit(model, task, kept)
    assert model.fingerprint == plain.fingerprint


def test_of_another_training_it_is_refused(kept: Path, build: Build, task: Task) -> None:
    with pytest.raises(StateError) as caught:
        fit(build(optimizer=Momentum(0.05)), task, kept, batch_size=17)
    assert caught.value.code == "checkpoint.other_training"
    assert caught.value.fields["names"] == ["batch_size", "optimizer"]


def test_without_its_callbacks_it_is_refused(build: Build, task: Task, tmp_path: Path) -> None:
    with pytest.raises(BrokenOffError):
        fit(build(), task, tmp_path / "kept", CSVLogger(tmp_path / "log.csv"), breaks=[7])
    with pytest.raises(StateError) as caught:
        fit(build(), task, tmp_path / "kept")
    assert caught.value.code == "checkpoint.does_not_fit"


def test_a_folder_that_goes_ends_it(build: Build, task: Task, tmp_path: Path) -> None:
    class Removes(Callback):
        def on_epoch_begin(self, epoch: int, logs: Logs = NO_LOGS) -> None:
            if epoch == 2:
                for path in (tmp_path / "kept").iterdir():
                    path.unlink()
                (tmp_path / "kept").rmdir()

    with pytest.raises(FileError) as caught:
        fit(build(), task, tmp_path / "kept", Removes())
    assert caught.value.code == "checkpoint.folder_gone"
    assert not (tmp_path / "kept").exists()


def test_a_folder_is_one_training_s_at_a_time(build: Build, task: Task, tmp_path: Path) -> None:
    """A second one is refused and changes nothing; after the end of the first, by itself or not, it may have it."""

    class Meets(Callback):
        def on_epoch_end(self, epoch: int, logs: Logs = NO_LOGS) -> None:
            with pytest.raises(FileError) as caught:
                fit(build(), task, tmp_path)
            assert (caught.value.code, caught.value.fields["pid"]) == ("run.in_use", str(os.getpid()))

    unbroken = build()
    fit(unbroken, task, tmp_path / "other")
    with pytest.raises(BrokenOffError):
        fit(build(), task, tmp_path, Meets(), breaks=[9])
    model = build()
    fit(model, task, tmp_path, Meets())
    assert model.theta.tobytes() == unbroken.theta.tobytes()
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


@pytest.mark.parametrize("wrong", [0, -3, 2.5, "often", None])
def test_a_frequency_that_is_none(wrong: Any, tmp_path: Path) -> None:
    with pytest.raises(SettingError) as caught:
        BackupAndRestore(tmp_path, wrong)
    assert caught.value.code == "checkpoint.frequency"


# When


class Clock:
    """Tells what it was set to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Done:
    """As much of a run as a cadence looks at."""

    def __init__(self, step: int, position: int) -> None:
        self.step, self.position = step, position


def due(cadence: Cadence, step: int = 1, position: int = 1) -> bool:
    return cadence.due(Done(step, position))  # type: ignore[arg-type]


def test_a_hundredth_of_the_time() -> None:
    clock = Clock()
    cadence = Cadence(clock=clock)
    assert not due(cadence)
    clock.now += LEAST
    assert due(cadence)
    cadence.written(1, cost=0.001)  # so cheap that only what would be lost counts
    clock.now += LEAST - 1
    assert not due(cadence)
    clock.now += 1
    assert due(cadence)
    cadence.written(1, cost=3.0)
    clock.now += 3.0 / SHARE - 1
    assert not due(cadence)
    clock.now += 1
    assert due(cadence)


@pytest.mark.parametrize(
    ("frequency", "seconds", "moments"),
    [(3, None, [3, 6, 9]), ("epoch", None, [4, 8]), ("never", None, []), ("auto", 2.0, [2, 4, 6, 8, 10])],
)
def test_so_often_as_is_said(frequency: Frequency, seconds: float | None, moments: list[int]) -> None:
    clock, found = Clock(), list[int]()
    cadence = Cadence(frequency, seconds, clock)
    cadence.begin(0)
    for step in range(1, 11):
        clock.now += 1
        if due(cadence, step, step % 4):
            found.append(step)
            cadence.written(step, cost=5.0)
    assert found == moments


def test_a_short_training_pays_nothing(build: Build, task: Task, tmp_path: Path) -> None:
    keeper = CheckpointKeeper(Checkpoints(tmp_path), Cadence())
    build().fit(*task, epochs=2, verbose=0, callbacks=keeper)
    assert names(tmp_path) == []


def test_the_clock_changes_no_bit(build: Build, task: Task, tmp_path: Path) -> None:
    plain, model = build(), build()
    plain.fit(*task, epochs=2, verbose=0)
    model.fit(*task, epochs=2, verbose=0, callbacks=BackupAndRestore(tmp_path, seconds=1e-9))
    assert model.fingerprint == plain.fingerprint
