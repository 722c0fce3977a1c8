"""Writing files so that no reader ever meets half of one."""

import os
import re
import shlex
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from striate.errors import FileError, SettingError


def as_path(where: str, path: object, setting: str = "filepath") -> Path:
    """A path from a text or a path. Raises `SettingError` for anything else, and for an empty text."""
    if not isinstance(path, str | Path) or not str(path) or "\0" in str(path):
        raise SettingError("setting.path", where=where, setting=setting, came=path)
    return Path(path)


def exists(path: Path) -> bool:
    """Whether there is anything at a path. Raises `FileError` where the system will not say: a name too long, say."""
    try:
        return path.exists()
    except OSError as error:
        raise FileError("file.cannot_read", path=path, reason=error.strerror) from error


def as_typed(path: Path) -> str:
    """A path to be copied into a shell: in quotes where that needs them, which Korean letters do not."""
    text = str(path)
    if text.startswith("-"):  # or it would be taken for an option
        text = f".{os.sep}{text}"
    return text if re.fullmatch(r"[\w@%+=:,./-]+", text) else shlex.quote(text)


@contextmanager
def written_apart(path: Path, *, synced: bool = True) -> Generator[Path]:
    """A path beside the wanted one to write to; renamed onto it when all went well, removed when not.

    Raises `FileError` where the folder cannot be written to. What was at `path` before stays until the rename. Without
    `synced` it outlasts the end of the process, not yet a power failure: see `sync_file`.
    """
    apart = path.with_name(f".{path.name}.{os.getpid()}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield apart
        if synced:
            sync_file(apart)
        apart.replace(path)
    except OSError as error:
        if isinstance(error, FileError):
            raise
        raise FileError("file.cannot_write", path=path, reason=error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            apart.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """Let what stands in a file outlast a power failure."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def write_bytes(path: Path, data: bytes, *, synced: bool = True) -> None:
    """Write a file, apart and then renamed."""
    with written_apart(path, synced=synced) as apart:
        apart.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    r"""Write a text file in UTF-8, apart and then renamed.

    Names of files whose bytes are no UTF-8 hold lone surrogates; they are written as \udcfe.
    """
    write_bytes(path, text.encode(errors="backslashreplace"))


def append_text(path: Path, text: str) -> None:
    """Write more at the end of a file; a part of it that the disk took before it was full goes away again."""
    data = text.encode(errors="backslashreplace")
    try:
        with path.open("ab", buffering=0) as file:
            before = file.tell()
            try:
                while data:
                    data = data[file.write(data) :]
            except OSError:
                with suppress(OSError):
                    file.truncate(before)
                raise
    except OSError as error:
        raise FileError("file.cannot_write", path=path, reason=error.strerror or str(error)) from error


def empty(path: Path) -> None:
    """Leave nothing in a file, or make it. Raises `FileError`."""
    try:
        path.write_bytes(b"")
    except OSError as error:
        raise FileError("file.cannot_write", path=path, reason=error.strerror or str(error)) from error


def sync_folder(folder: Path) -> None:
    """Let the names in a folder outlast a power failure; where a system cannot do that nothing happens."""
    with suppress(OSError):  # Windows opens no folders
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def remove_parts(folder: Path) -> None:
    """Remove what a process that was killed had begun to write in a folder. For those who have it alone."""
    for part in folder.glob(".*.part*"):
        with suppress(OSError):
            part.unlink()
