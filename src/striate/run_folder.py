"""The folder of a training: what stands in it under which name, and how one is taken into use."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

from striate import toml
from striate.errors import FileError
from striate.files import exists

BEST, LAST = "best.safetensors", "last.safetensors"
METRICS, SETTINGS, CURVES = "metrics.csv", "settings.toml", "curves.png"
EPOCHS, REPORT, SPLIT = "metrics.jsonl", "report.html", "split.csv"
AUTOPSY, HEALTH = "autopsy.json", "health.jsonl"


@contextmanager
def claimed(folder: Path, *, overwrite: bool) -> Generator[None]:
    """The folder, made and free to use. If the block fails before anything is in it, it goes away again.

    Raises `FileError` where it cannot be made or holds something already (unless `overwrite`).
    """
    is_new = not exists(folder)
    _check_free(folder, overwrite=overwrite)
    try:
        yield
    except BaseException:
        if is_new:
            with suppress(OSError):  # it is not empty, and stays
                folder.rmdir()
        raise


def _check_free(folder: Path, *, overwrite: bool) -> None:
    if exists(folder) and not folder.is_dir():
        raise FileError("run.no_folder", path=folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise FileError("file.cannot_write", path=folder, reason=error.strerror) from error
    if taken and not overwrite:
        raise FileError("run.folder_taken", path=folder, files=taken[:3], count=len(taken))


def model_file(model_or_run: Path) -> Path:
    """A model file, or the best one of a run's folder. Raises `FileError` for a folder that has none."""
    if not (exists(model_or_run) and model_or_run.is_dir()):
        return model_or_run
    if not (model_or_run / BEST).is_file():
        raise FileError("run.no_model", path=model_or_run, file=BEST)
    return model_or_run / BEST


def source_of(folder: Path) -> str | None:
    """Where the pictures of the run in a folder came from, by its settings; None where there is no such thing."""
    try:
        settings = toml.parsed((folder / SETTINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none, or none of ours
        return None
    data: object = settings.get("data")
    source = cast(dict[str, object], data).get("source") if isinstance(data, dict) else None
    return source if isinstance(source, str) else None


def learned_from(model_or_run: Path, source: Path) -> bool:
    """Whether a run's settings name this as where its pictures came from."""
    folder = model_or_run if model_or_run.is_dir() else model_or_run.parent
    named = source_of(folder)
    return named is not None and Path(named).resolve() == source.resolve()
