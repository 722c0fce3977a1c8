"""The folder of a training: what stands in it under which name, and how one is taken into use."""

import os
import platform
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

from striate import toml
from striate.data.locks import REMOVES_OPEN_FILES, claim, lockable
from striate.errors import FileError
from striate.files import as_typed, exists

BEST, LAST = "best.safetensors", "last.safetensors"
METRICS, SETTINGS, CURVES = "metrics.csv", "settings.toml", "curves.png"
EPOCHS, REPORT, SPLIT = "metrics.jsonl", "report.html", "split.csv"
AUTOPSY, HEALTH = "autopsy.json", "health.jsonl"
FILM = "film"  # a folder: snapshots of the weights

LOCK = ".lock"  # hidden: no part of a run, and gone when its process has ended by itself
CHECKPOINTS, RECORD = "checkpoints", "run.json"  # while a run is not finished
TRIES = 10  # to lock a file that others remove just then


@contextmanager
def claimed(folder: Path, *, overwrite: bool) -> Generator[None]:
    """The folder, made and free to use. If the block fails before anything is in it, it goes away again.

    Raises `FileError` where it cannot be made, is in use, or holds something already (unless `overwrite`).
    """
    is_new = not exists(folder)
    _make(folder)
    try:
        with held(folder):
            _check_free(folder, overwrite=overwrite)
            yield
    except BaseException:
        if is_new:
            with suppress(OSError):  # it is not empty, and stays
                folder.rmdir()
        raise


def _make(folder: Path) -> None:
    if exists(folder) and not folder.is_dir():
        raise FileError("run.no_folder", path=folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError("file.cannot_write", path=folder, reason=error.strerror) from error


def _check_free(folder: Path, *, overwrite: bool) -> None:
    try:
        taken = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise FileError("file.cannot_read", path=folder, reason=error.strerror) from error
    if not taken or overwrite:
        return
    if unfinished(folder):
        raise FileError("run.unfinished", path=folder, typed=as_typed(folder))
    if SETTINGS in taken and LAST not in taken and BEST not in taken:
        raise FileError("run.failed", path=folder)
    raise FileError("run.folder_taken", path=folder, files=taken[:3], count=len(taken))


def unfinished(folder: Path) -> bool:
    """Whether a training in it was broken off and can be resumed."""
    return (folder / CHECKPOINTS / RECORD).exists()


@contextmanager
def held(folder: Path) -> Generator[None]:
    """A run's folder for this process alone. Raises `FileError` where another one, which is named, has it.

    The lock ends with the process, however that ends; what the file says is only for the other's message.
    """
    path = folder / LOCK
    file = _locked(path)
    try:
        yield
    finally:
        with suppress(OSError):  # before it is unlocked: who waits for it sees that it is another one
            path.unlink()
        file.close()


def _locked(path: Path) -> IO[bytes]:
    for _ in range(TRIES):
        try:
            if not REMOVES_OPEN_FILES:  # there a file that is in use cannot go
                path.unlink(missing_ok=True)
            file = path.open("a+b")
            if not claim(file) or (not lockable(file) and _is_alive(_owner(file))):
                raise FileError("run.in_use", path=path.parent, **_owner_then_closed(file))
            if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
                file.truncate(0)
                file.write(f"{os.getpid()} {platform.node()}\n".encode())
                file.flush()
                return file
        except OSError as error:
            if isinstance(error, FileError):
                raise
            raise FileError("file.cannot_write", path=path.parent, reason=error.strerror) from error
        file.close()
    raise FileError("run.in_use", path=path.parent, pid="?", host="?")


def _owner(file: IO[bytes]) -> dict[str, str]:
    """Who wrote the file: the number of the process, the name of the computer."""
    file.seek(0)
    pid, _, host = file.read(1000).decode(errors="replace").strip().partition(" ")
    return {"pid": pid or "?", "host": host or "?"}


def _owner_then_closed(file: IO[bytes]) -> dict[str, str]:
    owner = _owner(file)
    file.close()
    return owner


def _is_alive(owner: dict[str, str]) -> bool:
    """For file systems without locks: whether a process of this computer is there."""
    if owner["host"] != platform.node() or not owner["pid"].isdecimal() or os.name != "posix":
        return False
    try:
        os.kill(int(owner["pid"]), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return int(owner["pid"]) != os.getpid()


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
