"""What reading any file here shares: what becomes of its faults, and a bound on what unpacking may fill."""

import errno
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from striate.errors import DataError, FileError, StriateError

# Bytes that a packed file may grow to. The largest public IDX set (EMNIST by class) needs a third of it; without a
# bound a file of some megabytes fills any memory.
LARGEST_UNPACKED = 2**31
CHUNK = 2**20
DEFLATE_LIMIT = 1032  # one byte of deflate unpacks to at most so many. Source: zlib's technical details.


@contextmanager
def named_faults(path: str | Path, damaged: str) -> Generator[None]:
    """What goes wrong in the block becomes an error that names the file.

    What the operating system refuses becomes a `FileError`, all else a `DataError` with the code `damaged`: wrong bytes
    make decoders raise nearly anything.
    """
    try:
        yield
    except (StriateError, MemoryError):
        raise
    except Exception as error:
        # A decoder's own errors have no number; EINVAL is the answer to a seek to where damaged bytes point.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise cannot_read(path, error) from error
        raise DataError(damaged, file=str(path)) from error


def read_at_most(file: BinaryIO, count: int) -> bytes:
    """All of a file, or so many bytes of it. Asked for them at once, Python would make room for them at once."""
    chunks: list[bytes] = []
    while count and (chunk := file.read(min(CHUNK, count))):
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)


def cannot_read(path: str | Path, error: OSError) -> FileError:
    """The error for a file or folder that the operating system does not give."""
    match error:
        case FileNotFoundError():
            return FileError("file.not_found", path=str(path))
        case PermissionError():
            return FileError("file.no_permission", path=str(path))
        case IsADirectoryError():
            return FileError("file.folder_given", path=str(path))
        case _:
            return FileError("file.cannot_read", path=str(path), reason=error.strerror or str(error))
