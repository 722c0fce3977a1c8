"""The file of a set of decoded pictures, as the cache keeps it.

header      a page: what it is, N pictures known, K of them kept, their (H, W, C), BLAKE2b of all this and the index
pixels      K x H x W x C bytes, mapped into memory as they are
index       N x 4 int64, the kept ones first: two of the name's hash, the file's length in bytes, its time of
            change in nanoseconds
"""

import os
import struct
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from tempfile import mkstemp
from types import TracebackType
from typing import IO, Self

import numpy as np
from numpy.typing import NDArray

from striate.data.images import Pixels
from striate.data.locks import REMOVES_OPEN_FILES, claim, share

Index = NDArray[np.int64]  # N 4
Shape3 = tuple[int, int, int]

MAGIC = b"striate pictures 1\r\n\x1a\n"  # damaged by what takes it for text
FIXED = struct.Struct("<24s5q")
DIGEST = 16
PAGE = 4096  # pixels begin at a page, so that they are aligned for any use
COLUMNS = 4
PART = ".part"  # ends the name of a file that is being written


@dataclass(frozen=True, eq=False)
class Kept:
    """The index of all pictures of a set, and the pixels of the first of them, read-only, mapped."""

    index: Index
    pixels: Pixels


def read_set(path: Path, shape: Shape3) -> Kept | None:
    """A set of pictures of this shape; None where there is none, or where it is damaged."""
    try:
        with path.open("rb") as file:
            share(file)  # lasts as long as the mapping, which has the same file open
            return _read(file, shape)
    except (OSError, ValueError):
        return None


def _read(file: IO[bytes], shape: Shape3) -> Kept | None:
    head = file.read(PAGE)
    if len(head) < PAGE:
        return None
    fixed = head[: FIXED.size]
    magic, known, kept, *sides = FIXED.unpack(fixed)
    if magic.rstrip(b"\0") != MAGIC or tuple(sides) != shape or not 0 <= kept <= known:
        return None
    behind = PAGE + kept * int(np.prod(shape))
    if os.fstat(file.fileno()).st_size != behind + known * COLUMNS * 8:
        return None
    file.seek(behind)
    rows = file.read()
    if head[FIXED.size : FIXED.size + DIGEST] != _digest(fixed, rows):
        return None
    index = np.frombuffer(rows, "<i8").reshape(known, COLUMNS)
    if not kept:
        return Kept(index, np.empty((0, *shape), np.uint8))
    return Kept(index, np.memmap(file, np.uint8, "r", PAGE, (kept, *shape)))


class SetWriter:
    """Writes a set beside where it is to stand, in blocks; `finish` puts it there at once, whole.

    Of its pictures the first `room` are kept, the others only known. Raises `OSError` where the disk does not take it.
    """

    def __init__(self, path: Path, shape: Shape3, room: int) -> None:
        self._path, self._shape, self.room = path, shape, room
        self._rows: list[bytes] = []
        self._known = self._kept = 0
        self._apart, self._file = _begun(path)
        try:
            self._file.truncate(PAGE + room * int(np.prod(shape)))  # so that others see what it will take
            self._file.seek(PAGE)
        except OSError:
            self._end()
            raise

    @property
    def full(self) -> bool:
        """Whether the pixels of more pictures would not be kept."""
        return self._kept == self.room

    def write(self, index: Index, pixels: Pixels) -> None:
        """Some pictures more; where there is no room for all, the pixels of the last may be missing."""
        some = np.ascontiguousarray(pixels[: self.room - self._kept])
        self._file.write(some.data)
        self._kept += len(some)
        self._known += len(index)
        self._rows.append(index.astype("<i8").tobytes())

    def finish(self) -> Kept:
        """Put it into its place, and open it. Raises `OSError`."""
        rows = b"".join(self._rows)
        self._file.write(rows)
        self._file.truncate()
        fixed = FIXED.pack(MAGIC, self._known, self._kept, *self._shape)
        self._file.seek(0)
        self._file.write(fixed + _digest(fixed, rows))
        self._file.flush()
        os.fsync(self._file.fileno())
        share(self._file)  # no longer alone, so that it can be opened
        if not REMOVES_OPEN_FILES:
            self._file.close()
        self._apart.replace(self._path)
        _sync_folder(self._path.parent)
        if (kept := read_set(self._path, self._shape)) is None:
            raise OSError(None, "it was changed at once", str(self._path))
        return kept

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        """Close the file; unless it is in its place, remove it."""
        with suppress(OSError):  # closing may write what is left, to a full disk
            self._file.close()
        with suppress(OSError):
            self._apart.unlink(missing_ok=True)


def _begun(path: Path) -> tuple[Path, IO[bytes]]:
    """A new file beside a path, claimed before anybody took it for a leftover."""
    while True:
        number, name = mkstemp(PART, f"{path.stem}.", path.parent)
        file = os.fdopen(number, "w+b")
        if claim(file) and (apart := Path(name)).exists():
            return apart, file
        file.close()


def _digest(fixed: bytes, rows: bytes) -> bytes:
    hashed = blake2b(fixed, digest_size=DIGEST)
    hashed.update(rows)
    return hashed.digest()


def _sync_folder(folder: Path) -> None:
    """Let the folder's entries survive a power failure, where the system has a way."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
