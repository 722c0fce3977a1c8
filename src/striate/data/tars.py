"""A tar archive's table of contents: it has none, so all headers are gone through once, here and not by `TarFile`."""

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from io import BufferedReader, RawIOBase
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, NamedTuple

import numpy as np

from striate.data.cache import cache_folder
from striate.data.members import PLAIN, ROW, Members, RawName, read_names
from striate.data.reading import LARGEST_UNPACKED
from striate.errors import DataError, FileError

BLOCK = 512
CHUNK = 2**20
# Pictures hardly shrink when they are packed. An archive may unpack to so many times its length, or to 2 GiB.
LARGEST_RATIO = 20

# Headers that say more of the member behind them, or of all: a long name, or records of the pax format.
EXTENSIONS = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)
LARGEST_EXTENSION = 2**20  # bytes: names are at most some thousands long
LONGEST_NUMBER = 20  # digits of a record's length
PATH, LINK, SIZE, SPARSE = b"path", b"linkpath", b"size", b"GNU.sparse."
SPARSE_GOES_ON, SPARSE_GOES_ON_AGAIN = 482, 504  # bytes in a GNU header, and in what continues it

LARGEST_DICTIONARY = 2**28  # bytes: xz -9 needs a quarter of it to unpack

Opener = Callable[[BinaryIO], Any]


class _Unxz(RawIOBase):
    """What an .xz file unpacks to. `LZMAFile` would take what memory the file asks for: a few bytes ask for 4 GiB."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed, self._unpacker = packed, lzma.LZMADecompressor(memlimit=LARGEST_DICTIONARY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = self._some(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _some(self, most: int) -> bytes:
        """Some bytes; none at the end, which may be that of one stream behind another."""
        while True:
            if self._unpacker.eof:
                packed = (self._unpacker.unused_data or self._packed.read(CHUNK)).lstrip(b"\0")
                if not packed:
                    return b""
                self._unpacker = lzma.LZMADecompressor(memlimit=LARGEST_DICTIONARY)
            elif not self._unpacker.needs_input:
                packed = b""
            elif not (packed := self._packed.read(CHUNK)):
                raise EOFError
            if data := self._unpacker.decompress(packed, most):
                return data


PACKED: Mapping[bytes, Opener] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lambda file: BufferedReader(_Unxz(file)),
}


class _Entry(NamedTuple):
    """A member's header: its name and that which it links to, its kind, where its bytes begin, and how many."""

    name: bytes
    target: bytes
    kind: bytes
    is_sparse: bool
    offset: int
    size: int


def read_tar(archive: str, file: IO[bytes], length: int) -> Members:
    """The members of a tar archive of so many bytes. Raises `DataError`, and nearly anything for damaged bytes."""
    files: dict[bytes, tuple[int, int]] = {}
    folders: list[bytes] = []
    links: list[bytes] = []
    for entry in _Headers(archive, file, length):
        if entry.kind == tarfile.DIRTYPE:
            folders.append(entry.name)
        elif entry.kind == tarfile.LNKTYPE and entry.target in files:  # a second name of a file
            files[entry.name] = files[entry.target]
        elif entry.kind in tarfile.REGULAR_TYPES and not entry.is_sparse:
            files[entry.name] = entry.offset, entry.size
        else:
            links.append(entry.name)
    names, notices = read_names(archive, [RawName(name) for name in (*files, *folders, *links)])
    rows = np.array([(offset, size, size, 0, PLAIN) for offset, size in files.values()], ROW)
    first_link = len(files) + len(folders)
    return Members(names[: len(files)], rows, names[len(files) : first_link], names[first_link:], notices)


class _Headers:
    """A tar's headers, one behind the other; each begins behind the one before it, so that they come to an end.

    Python's own `TarFile` goes back and forth for ever where a size is below zero, and takes whatever memory a long
    name says that it needs. Source: POSIX.1-2017, pax; GNU tar's manual, "Basic Tar Format".
    """

    def __init__(self, archive: str, file: IO[bytes], length: int) -> None:
        self._archive, self._file, self._length = archive, file, length
        self._for_all: dict[bytes, bytes] = {}  # what is said of every member behind it
        self._own: dict[bytes, bytes] = {}  # of the next

    def __iter__(self) -> Iterator[_Entry]:
        """The members."""
        at = 0
        while any(block := self._read(at, BLOCK)):  # a block of zeros ends it; without one it broke off
            head = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
            at += BLOCK
            if head.type in EXTENSIONS:
                self._extended(at, head)
                at += _padded(head.size)
                continue
            entry = self._entry(at, head, block)
            yield entry
            holds_bytes = head.isreg() or head.type not in tarfile.SUPPORTED_TYPES
            at = entry.offset + (_padded(entry.size) if holds_bytes else 0)

    def _extended(self, at: int, head: tarfile.TarInfo) -> None:
        """Keep what a header says of the members behind it."""
        if head.size > LARGEST_EXTENSION:
            raise self._damaged()
        said = self._read(at, head.size)
        match head.type:
            case tarfile.GNUTYPE_LONGNAME:
                self._own[PATH] = said.partition(b"\0")[0]
            case tarfile.GNUTYPE_LONGLINK:
                self._own[LINK] = said.partition(b"\0")[0]
            case tarfile.XGLTYPE:
                self._for_all |= self._records(said)
            case _:
                self._own |= self._records(said)

    def _entry(self, at: int, head: tarfile.TarInfo, block: bytes) -> _Entry:
        said, self._own = self._for_all | self._own, {}
        is_old_sparse = head.type == tarfile.GNUTYPE_SPARSE
        more = is_old_sparse and block[SPARSE_GOES_ON] != 0
        while more:  # where the holes of a file are, if there are many
            more = self._read(at, BLOCK)[SPARSE_GOES_ON_AGAIN] != 0
            at += BLOCK
        size = int(said.get(SIZE, head.size))
        if size < 0 or (head.isreg() and at + size > self._length):
            raise self._damaged()
        is_sparse = is_old_sparse or any(key.startswith(SPARSE) for key in said)
        name, target = said.get(PATH, _bytes(head.name)), said.get(LINK, _bytes(head.linkname))
        return _Entry(name.rstrip(b"/"), target, head.type, is_sparse, at, size)

    def _records(self, said: bytes) -> dict[bytes, bytes]:
        """The records of a pax header: "LENGTH KEY=VALUE" and a line's end, LENGTH being that of all of it."""
        found: dict[bytes, bytes] = {}
        at = 0
        while at < len(said):
            digits = said[at : at + LONGEST_NUMBER].partition(b" ")[0]
            end = at + int(digits) if digits.isdigit() else 0
            key, equals, value = said[at + len(digits) + 1 : end].partition(b"=")
            if not equals or end > len(said) or not value.endswith(b"\n"):
                raise self._damaged()
            found[key] = value[:-1]
            at = end
        return found

    def _read(self, at: int, count: int) -> bytes:
        """Bytes that must be there: nothing is taken for them before that is known."""
        if not 0 <= count <= self._length - at:
            raise self._damaged()
        self._file.seek(at)
        return self._file.read(count)

    def _damaged(self) -> DataError:
        return DataError("archive.damaged", file=self._archive)


def _padded(size: int) -> int:
    """Whole blocks."""
    return -(-size // BLOCK) * BLOCK


def plain_bytes(file: BinaryIO, row: Any) -> bytes | None:
    """The bytes of a member; None where the archive ends before them."""
    file.seek(int(row["offset"]))
    data = file.read(int(row["size"]))
    return data if len(data) == row["size"] else None


def packing(begin: bytes) -> Opener | None:
    """What unpacks a file that begins with these bytes."""
    return next((opener for signature, opener in PACKED.items() if begin.startswith(signature)), None)


def spooled(archive: str, packed: BinaryIO, opener: Opener, length: int) -> IO[bytes]:
    """The unpacked bytes in a file without a name, which is gone when it is closed, or the process ends.

    What is packed as a whole can only be read from its first byte on, and pictures are wanted in any order. The file is
    in the cache folder, for a system's own temporary folder may be in memory.
    """
    most = max(LARGEST_UNPACKED, LARGEST_RATIO * length)
    folder = cache_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        spool = TemporaryFile(dir=folder)  # noqa: SIM115 (it stays open as long as the archive is in use)
    except OSError as error:
        raise _no_room(archive, folder, error) from error
    try:
        with opener(packed) as stream:
            while chunk := stream.read(CHUNK):
                if spool.tell() + len(chunk) > most:
                    raise DataError("archive.too_large", file=archive, limit=most)
                try:
                    spool.write(chunk)
                    spool.flush()
                except OSError as error:
                    raise _no_room(archive, folder, error) from error
    except BaseException:
        with suppress(OSError):  # what could not be written is tried once more
            spool.close()
        raise
    return spool


def _no_room(archive: str, folder: Path, error: OSError) -> FileError:
    return FileError("archive.no_room", path=archive, folder=str(folder), reason=error.strerror or str(error))


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
