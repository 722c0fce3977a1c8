"""Where picture files stand: on the disk, or inside an archive that is read in place."""

import io
import os
import stat
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from striate.data.reading import cannot_read
from striate.errors import DataError


class Stamp(NamedTuple):
    """What tells that a file is still the one it was: its length in bytes, its time of change in nanoseconds."""

    size: int
    changed: int


class Source(Protocol):
    """Opens picture files by their names; the names, unique and printable, are what errors and lists show."""

    def open(self, file: str) -> BinaryIO:
        """The file's bytes, from the first. Raises `OSError`, or `DataError` where the archive around it is damaged."""
        ...

    def stamp(self, file: str) -> Stamp:
        """Its length and time of change. Raises `FileError`."""
        ...


class _Held(io.BufferedReader):
    """A file of which never more is asked for than it holds: where a field says that 8 GB follow, Python makes room."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > io.DEFAULT_BUFFER_SIZE:
            size = min(size, max(0, os.fstat(self.fileno()).st_size - self.tell()))
        return super().read(size)


class Disk:
    """Files by their paths."""

    def open(self, file: str) -> BinaryIO:
        """The opened file. Raises `DataError` for a pipe or a device: the one may never end, the other never begin."""
        mode = Path(file).stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # the system itself refuses a folder
            raise DataError("picture.no_file", file=file)
        return _Held(Path(file).open("rb", buffering=0))

    def stamp(self, file: str) -> Stamp:
        """Its length and time of change, a link's those of the file that it leads to."""
        try:
            found = Path(file).stat()
        except OSError as error:
            raise cannot_read(file, error) from error
        return Stamp(found.st_size, found.st_mtime_ns)


DISK = Disk()
