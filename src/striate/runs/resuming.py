"""Going on with a run that was broken off, to the same bits: by a signal, a full disk, a power failure."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from striate.data.dataset import Dataset
from striate.data.dividing import divided
from striate.data.fingerprint import changes, fingerprint
from striate.data.load import digits, load_images
from striate.data.preprocessing import Preprocessing
from striate.engines.native import core
from striate.engines.native.engine import instruction_sets
from striate.errors import DataError, FileError, StateError, StriateError
from striate.files import exists, remove_parts, write_text
from striate.model import Model
from striate.network.description import from_document
from striate.recipe import Decided
from striate.run_folder import BEST, CHECKPOINTS, RECORD, REPORT, SETTINGS, held, unfinished
from striate.runs.judging import Trained
from striate.runs.preparing import Prepared, compiled, counts_of
from striate.runs.record import Record, arithmetic_of, read_record
from striate.runs.train import Filming, Keeping, finished, fitted, writers
from striate.training.class_weight import weights_by
from striate.training.events import Progress
from striate.training.time_limit import StopAfter
from striate.transfer import scaled
from striate.version import __version__
from striate.views.progress import Verbose

DIGITS = "sklearn.datasets.load_digits"  # the source of the demo's pictures

Difference = tuple[str, dict[str, object]]  # the code of a sentence, and its fields


def read_again(record: Record, source: str | Path | None = None, **more: Any) -> Dataset:
    """The pictures of a run, read as it read them; from another place where a `source` is given.

    Raises what `load_images` raises, `DataError` for pictures that stood in memory.
    """
    source, known = source or record["source"], Preprocessing.from_config(record["preprocessing"])
    if source == DIGITS:
        return digits()
    if source is None:
        raise DataError("resume.data_needed")
    reading = {**record["reading"], **more}
    return load_images(source, size=known.size, colour=known.colour, resize=known.resize, **reading)


def resume_run(
    folder: Path,
    data: Dataset | None = None,
    *,
    threads: int | None = None,
    anyway: bool = False,
    verbose: Verbose = "auto",
    progress: Progress | None = None,
    begins: Callable[[Prepared], None] | None = None,
    keeping: Keeping | None = None,
    read: Callable[[Record], Dataset] = read_again,
) -> Trained:
    """Go on with the run in a folder from its newest checkpoint; one that had none yet begins anew.

    The settings are those that it began with; `threads` and `keeping` may be others, for they change no bit. `data`
    takes the place of reading the pictures again. Raises `FileError` where no training was broken off there or another
    process has it, `StateError` where version, arithmetic, settings or data are not what they were, unless `anyway`.
    """
    check_unfinished(folder)
    with held(folder):
        remove_parts(folder)
        remove_parts(folder / CHECKPOINTS)
        record = read_record(folder)
        with _as_written(folder):
            differing = _of_the_computer(record, anyway=anyway) + _of_the_settings(folder, record)
            scale = Preprocessing.from_config(record["preprocessing"]).scale
        _refuse(folder, [] if anyway else differing)  # before reading pictures for minutes
        if data is None:
            data = read(record)
        data = scaled(data, scale)
        now = fingerprint(data)
        with _as_written(folder):
            changed: list[Difference] = [(code, {}) for code in changes(record["data"], now)]
        _refuse(folder, [] if anyway else changed)
        with _as_written(folder):
            run = _prepared(record, data, threads)
            keeping, film = keeping or Keeping(**record["frequency"]), Filming(**record["film"])
        if begins:
            begins(run)
        if not exists(folder / SETTINGS):
            write_text(folder / SETTINGS, record["settings"])
        at_once = run.recipe.start is not None
        keeper = keeping.keeper(folder, resumes=True, anyway=anyway, at_once=at_once)
        callbacks = [*writers(folder, run, film), keeper]
        return finished(folder, run, fitted(folder, run, record["batch_size"], callbacks, keeping, verbose, progress))


@contextmanager
def _as_written(folder: Path) -> Generator[None]:
    """What is read in the block was written by Striate, or else `FileError` says that it is damaged."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, StriateError):
            raise
        raise FileError("resume.record_damaged", path=folder / CHECKPOINTS / RECORD, reason=repr(error)) from error


def check_unfinished(folder: Path) -> None:
    """Raise `FileError` unless a training was broken off in a folder, `StateError` where it has come to its end."""
    if exists(folder) and unfinished(folder):
        return
    if exists(folder) and (folder / REPORT).is_file() and (folder / BEST).is_file():
        raise StateError("resume.finished", path=folder)
    raise FileError("resume.no_run", path=folder)


def _refuse(folder: Path, differing: list[Difference]) -> None:
    if differing:
        raise StateError("resume.changed", path=folder, differing=differing)


def _of_the_computer(record: Record, *, anyway: bool) -> list[Difference]:
    """The version of Striate and what computes, where they are not those that the run began with."""
    found: list[Difference] = []
    if record["version"] != __version__:
        found.append(("changed.version", {"required": record["version"], "came": __version__}))
    if not anyway and not _computes(record["engine"], record["isa"]):
        now = arithmetic_of(replace(Decided(**record["recipe"]), engine=None, isa=None))
        names = [" ".join(filter(None, (each["engine"], each["isa"]))) for each in (record, now)]
        found.append(("changed.arithmetic", {"required": names[0], "came": names[1]}))
    return found


def _of_the_settings(folder: Path, record: Record) -> list[Difference]:
    path = folder / SETTINGS
    try:
        same = not path.exists() or path.read_text(encoding="utf-8") == record["settings"]
    except (OSError, ValueError):
        same = False
    return [] if same else [("changed.settings", {"file": SETTINGS})]


def _computes(engine: str, isa: str) -> bool:
    """Whether this computer can compute so."""
    return engine == "reference" or (core.available() and isa in instruction_sets())


def _prepared(record: Record, data: Dataset, threads: int | None) -> Prepared:
    """As it was when the run began: nothing is chosen, tried or begun with anew."""
    recipe = Decided(**record["recipe"])
    known = _computes(record["engine"], record["isa"])
    engine, isa = (record["engine"], record["isa"] or None) if known else (None, None)
    recipe = replace(recipe, engine=engine, isa=isa, threads=threads or recipe.threads)
    training, validation = divided(data, recipe.seed)
    model = Model.of(from_document(record["network"]), seed=recipe.seed)
    model.class_names, model.preprocessing = data.class_names, data.preprocessing
    compiled(model, recipe, recipe.rule_for(len(training)))
    model.about = dict(record["about"])
    weights = weights_by(recipe.class_weights or "none", counts_of(training, data))
    seconds = record["seconds"]
    stop = None if seconds is None else StopAfter.after(seconds)
    return Prepared(recipe, data, training, validation, recipe.epochs, model, (), weights, stop=stop)
