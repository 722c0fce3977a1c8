"""A whole training with its folder: what `striate train` and `striate demo` do, for scripts and notebooks too.

The folder holds best.safetensors and last.safetensors, settings.toml, split.csv, metrics.csv and the same as
metrics.jsonl, report.html, film with snapshots of the weights and, where matplotlib is there, curves.png; while it is
not finished, checkpoints, too.
"""

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from striate.checkpoints import Checkpoints
from striate.data.dataset import Dataset
from striate.data.dividing import split_csv
from striate.errors import FileError, StateError, TrainingError
from striate.files import write_text
from striate.history import History
from striate.recipe import Recipe
from striate.run_folder import (
    AUTOPSY,
    BEST,
    CHECKPOINTS,
    CURVES,
    EPOCHS,
    FILM,
    HEALTH,
    LAST,
    METRICS,
    RECORD,
    REPORT,
    SETTINGS,
    SPLIT,
    claimed,
    unfinished,
)
from striate.runs.judging import Trained, judged
from striate.runs.preparing import Prepared, prepared, settings_toml
from striate.runs.record import Record, record_of, write_record
from striate.runs.tuning import RATES_CSV, RATES_PNG, Tuning, write_range
from striate.training.autopsy import autopsy_kept
from striate.training.callbacks import NO_LOGS, Callback, CSVLogger, Logs, ModelCheckpoint
from striate.training.class_parts import plain
from striate.training.events import Progress
from striate.training.film_folder import FilmFolder
from striate.training.health import Health
from striate.training.interrupts import Interrupts
from striate.training.json_lines import JSONLinesLogger
from striate.training.keeping import Cadence, CheckpointKeeper, Frequency
from striate.training.run import Run
from striate.training.snapshots import BUDGET, Snapshots
from striate.views.progress import Verbose

OF_A_RUN = (BEST, LAST, METRICS, EPOCHS, CURVES, REPORT, SPLIT, RATES_CSV, RATES_PNG, AUTOPSY, HEALTH)


@dataclass(frozen=True)
class Filming:
    """What is kept for a film of a run's weights: so many bytes at most, 0 is nothing; as for `Snapshots`."""

    budget: int = BUDGET
    classes: bool = False

    def check(self, run: Prepared) -> None:
        """Raise `StateError` before anything is written where it cannot be told which class did what."""
        if self.classes:
            plain(run.recipe.rule)
            if run.recipe.augmentation is not None and run.recipe.augmentation.mixes:
                raise StateError("film.classes_mixed")

    def callbacks(self, folder: Path) -> list[Callback]:
        """What keeps them in a run's folder."""
        return [Snapshots(folder / FILM, self.budget, classes=self.classes)] if self.budget else []


@dataclass(frozen=True)
class Keeping:
    """How often a run is kept for a resume, as for `Cadence`, and what may end it between two steps.

    `resumed` is called where it goes on. `film` is that of the whole run: where it goes on nothing is changed in it.
    """

    frequency: Frequency = "auto"
    seconds: float | None = None
    interrupts: Interrupts | None = None
    resumed: Callable[[Run], object] | None = None
    film: Filming = Filming()

    def keeper(self, folder: Path, *, resumes: bool, anyway: bool = False, at_once: bool = False) -> CheckpointKeeper:
        """What keeps the run in a folder so."""
        checkpoints, cadence = Checkpoints(folder / CHECKPOINTS), Cadence(self.frequency, self.seconds)
        return CheckpointKeeper(
            checkpoints,
            cadence,
            self.interrupts,
            resumes=resumes,
            anyway=anyway,
            at_once=at_once,
            resumed=self.resumed,
        )


def train_run(
    data: Dataset,
    folder: Path,
    recipe: Recipe,
    *,
    source: str | None = None,
    overwrite: bool = False,
    verbose: Verbose = "auto",
    progress: Progress | None = None,
    begins: Callable[[Prepared], None] | None = None,
    tuning: Tuning | None = None,
    keeping: Keeping | None = None,
) -> Trained:
    """Train a network on pictures and write the run's folder.

    `source` is where the pictures come from, for the settings; `begins` is called when all is prepared. What is broken
    off is gone on with by `resume_run`. Raises `FileError` where the folder is in use, holds something
    already (unless `overwrite`) or cannot be written to, `DataError` and `GraphError` where the network cannot learn
    from the data, `TrainingError` where numbers stop being finite.
    """
    with claimed(folder, overwrite=overwrite):
        return train_in(
            folder,
            data,
            recipe,
            source=source,
            verbose=verbose,
            progress=progress,
            begins=begins,
            tuning=tuning,
            keeping=keeping,
        )


def train_in(
    folder: Path,
    data: Dataset,
    recipe: Recipe,
    *,
    source: str | None = None,
    reading: Mapping[str, Any] | None = None,
    verbose: Verbose = "auto",
    progress: Progress | None = None,
    begins: Callable[[Prepared], None] | None = None,
    tuning: Tuning | None = None,
    keeping: Keeping | None = None,
) -> Trained:
    """As `train_run`, into a folder that was claimed. `reading`: what else `load_images` was told about the source."""
    run, keeping = prepared(data, recipe, tuning), keeping or Keeping()
    keeping.film.check(run)
    if begins:
        begins(run)
    rates = write_range(folder, run.found, run.recipe.learning_rate) if run.found else {}
    settings = settings_toml(run, source)
    # Only a batch that somebody asked for is worth a notice when there are fewer pictures.
    batch_size = recipe.batch_size or _at_most(run.recipe.batch_size, len(run.training))
    frequency = {"frequency": keeping.frequency, "seconds": keeping.seconds}
    record = record_of(run, settings, batch_size, source, reading or {}, frequency, asdict(keeping.film))
    callbacks = [_Begins(folder, settings, record, rates), *writers(folder, run, keeping.film)]
    keeper = keeping.keeper(folder, resumes=False, at_once=run.start is not None)
    history = fitted(folder, run, batch_size, [*callbacks, keeper], keeping, verbose, progress)
    return finished(folder, run, history)


def fitted(
    folder: Path,
    run: Prepared,
    batch_size: int | Literal["all"],
    callbacks: Sequence[Callback],
    keeping: Keeping,
    verbose: Verbose,
    progress: Progress | None,
) -> History:
    """Let the model learn; what may end it is heard meanwhile."""
    with _of_use(folder), autopsy_kept(folder / AUTOPSY), keeping.interrupts or nullcontext():
        return run.model.fit(
            run.training,
            batch_size=batch_size,
            epochs=run.epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=run.validation,
            augmentation=run.recipe.augmentation,
            class_weight=run.class_weight,
            progress=progress,
        )


@contextmanager
def _of_use(folder: Path) -> Generator[None]:
    """Where numbers stop being finite they would again: such a training is not gone on with."""
    try:
        yield
    except TrainingError:
        remove_checkpoints(folder)
        raise


def finished(folder: Path, run: Prepared, history: History) -> Trained:
    """Judge what came of it; then nothing is left to be resumed."""
    trained = judged(folder, run, history)
    remove_checkpoints(folder)
    return trained


def remove_checkpoints(folder: Path) -> None:
    """Remove a run's checkpoints, and what tells how to resume it."""
    checkpoints = folder / CHECKPOINTS
    with suppress(OSError):  # at the worst a few files stay that nobody reads
        (checkpoints / RECORD).unlink(missing_ok=True)
        Checkpoints(checkpoints).clear()
        checkpoints.rmdir()


def writers(folder: Path, run: Prepared, film: Filming) -> list[Callback]:
    """What writes a run's files as it goes."""

    def pattern(name: str) -> str:
        return str(folder / name).replace("{", "{{").replace("}", "}}")

    return [
        _Division(folder / SPLIT, run.data, run.recipe.seed),
        _StillThere(folder),
        ModelCheckpoint(pattern(BEST), save_best_only=True),
        ModelCheckpoint(pattern(LAST)),
        CSVLogger(folder / METRICS),
        JSONLinesLogger(folder / EPOCHS),
        Health(folder / HEALTH),
        *film.callbacks(folder),
        *([run.stop] if run.stop else []),
    ]


def _at_most(batch_size: int | Literal["all"], pictures: int) -> int | Literal["all"]:
    return min(batch_size, pictures) if isinstance(batch_size, int) else batch_size


class _Begins(Callback):
    """Writes settings and record as training begins; what an earlier run left beside them goes, for it had others."""

    def __init__(self, folder: Path, settings: str, record: Record, written: Collection[str]) -> None:
        self._folder, self._settings, self._record, self._written = folder, settings, record, written

    def on_train_begin(self, logs: Logs = NO_LOGS) -> None:
        remove_checkpoints(self._folder)
        FilmFolder(self._folder / FILM).clear()
        for name in {*OF_A_RUN}.difference(self._written):
            try:
                (self._folder / name).unlink(missing_ok=True)
            except OSError as error:
                raise FileError("file.cannot_write", path=self._folder / name, reason=error.strerror) from error
        write_text(self._folder / SETTINGS, self._settings)
        write_record(self._folder, self._record)


class _Division(Callback):
    """Writes down which picture is used for what, as training begins."""

    def __init__(self, file: Path, data: Dataset, seed: int) -> None:
        self._file, self._data, self._seed = file, data, seed

    def on_train_begin(self, logs: Logs = NO_LOGS) -> None:
        write_text(self._file, split_csv(self._data, self._seed))


class _StillThere(Callback):
    """Ends a training whose folder has gone: files would be written anew, without what stood before them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def on_epoch_end(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        if not unfinished(self._folder):
            raise FileError("run.folder_gone", path=self._folder)
