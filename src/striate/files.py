"""Writing files so that no reader ever meets half of one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from striate.errors import FileError


@contextmanager
def written_apart(path: Path) -> Iterator[Path]:
    """A path beside the wanted one to write to; renamed onto it when all went well, removed when not.

    Raises `FileError` where the folder cannot be written to. What was at `path` before stays until the rename.
    """
    apart = path.with_name(f".{path.name}.{os.getpid()}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield apart
        with apart.open("rb") as file:
            os.fsync(file.fileno())
        apart.replace(path)
    except OSError as error:
        raise FileError("file.cannot_write", path=path, reason=error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            apart.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file, apart and then renamed."""
    with written_apart(path) as apart:
        apart.write_text(text, encoding="utf-8")
