"""A tar archive's table of contents: it has none, so all headers are gone through once."""

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, cast

import numpy as np

from striate.data.cache import cache_folder
from striate.data.members import PLAIN, ROW, Members, RawName, read_names
from striate.data.reading import LARGEST_UNPACKED
from striate.errors import DataError, FileError

BLOCK = 512
CHUNK = 2**20
# Pictures hardly shrink when they are packed. An archive may unpack to so many times its length, or to 2 GiB.
LARGEST_RATIO = 20

Opener = Callable[[BinaryIO], Any]

PACKED: Mapping[bytes, Opener] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}


def read_tar(archive: str, file: IO[bytes], length: int) -> Members:
    """The members of a tar archive of so many bytes. Raises `DataError`, and nearly anything for damaged bytes."""
    files: dict[bytes, tuple[int, int]] = {}
    folders: list[bytes] = []
    links: list[bytes] = []
    with tarfile.open(fileobj=file, mode="r:", encoding="utf-8", errors="surrogateescape") as tar:
        while (member := tar.next()) is not None:
            cast(Any, tar).members = []  # it would keep them all
            name = _bytes(member.name)
            if member.isdir():
                folders.append(name)
            elif member.islnk() and _bytes(member.linkname) in files:  # a second name of a file
                files[name] = files[_bytes(member.linkname)]
            elif member.isreg() and not member.issparse():
                files[name] = member.offset_data, member.size
            else:
                links.append(name)
        end = tar.offset
    file.seek(end)
    # Python takes a tar that breaks off for one that ends; only a block of zeros ends it.
    if file.read(BLOCK) != bytes(BLOCK) or any(offset + size > length for offset, size in files.values()):
        raise DataError("archive.damaged", file=archive)
    names, notices = read_names(archive, [RawName(name) for name in (*files, *folders, *links)])
    rows = np.array([(offset, size, size, 0, PLAIN) for offset, size in files.values()], ROW)
    first_link = len(files) + len(folders)
    return Members(names[: len(files)], rows, names[len(files) : first_link], names[first_link:], notices)


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
