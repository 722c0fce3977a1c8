"""Pictures in a zip or tar archive, read in place: a folder to list, and a source that opens its members.

Nothing is written but the unpacked bytes of a compressed tar, to a file without a name.
"""

import os
import tarfile
from bisect import bisect_left
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import IO, Any, BinaryIO
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from striate.data.endings import PACKED_ENDINGS, ZIP_ENDINGS
from striate.data.folder import PART_NAMES, Inside, Listing, is_hidden, list_tree, natural, under
from striate.data.members import PLAIN, Members
from striate.data.reading import cannot_read, named_faults
from striate.data.source import Stamp
from striate.data.tars import BLOCK, packing, plain_bytes, read_tar, spooled
from striate.data.zips import read_zip, unpacked
from striate.errors import DataError, FileError, Notice

ZIP_BEGINS = (b"PK\3\4", b"PK\5\6")  # the second is one without members

# Bytes that a member may unpack to. As many as that of a picture's file nobody has; a few would fill the memory.
LARGEST_MEMBER = 2**28

Bytes = Callable[[BinaryIO, Any], bytes | None]


def is_archive(path: Path) -> bool:
    """Whether a file is a zip or a tar, by its first bytes or else by its name. Raises `FileError`."""
    begin = _begin(path)
    by_name = path.name.lower().endswith(PACKED_ENDINGS)
    return by_name or begin.startswith(ZIP_BEGINS) or _is_tar(begin) or _holds_tar(path, begin)


def list_archive(path: Path) -> Listing:
    """The files and classes of an archive, by the rules of `list_folder`. Raises `DataError`, `FileError`."""
    with named_faults(path, "archive.damaged"):
        archive, members = _opened(path)
    tree = ArchiveTree(str(path), members)
    listing = list_tree(tree, str(path), archive)
    # That a folder stands around the classes is usual in an archive; only of one called "test" it is said.
    around = (notice for notice in listing.notices if Path(str(notice.fields["inner"])).name.casefold() in PART_NAMES)
    return replace(listing, notices=(*members.notices, *around))


class ArchiveTree:
    """The folders of an archive, found among the sorted names of its members: no object for each."""

    def __init__(self, root: str, members: Members) -> None:
        self._root = root
        self._links = {name for name in members.links if _is_shown(name)}
        named = {f"{name}/" for name in members.folders} | {*members.names, *members.links}
        self._names = sorted(name for name in named if _is_shown(name))

    def inside(self, folder: str) -> Inside:
        """What stands directly in it."""
        found = Inside([], [], [], [])
        begin = self._begin(folder)
        at = bisect_left(self._names, begin)
        while at < len(self._names) and self._names[at].startswith(begin):
            name, slash, _ = self._names[at][len(begin) :].partition("/")
            if slash and name:
                found.folders.append(name)
                at = bisect_left(self._names, f"{begin}{name}0")  # "0" is the sign after "/"
                continue
            if name:
                (found.others if self._names[at] in self._links else found.files).append(name)
            at += 1
        return Inside(*(sorted(names, key=natural) for names in found))

    def below(self, folder: str) -> tuple[list[str], list[str]]:
        """The paths of all files below it, and of what is none."""
        begin = self._begin(folder)
        first = bisect_left(self._names, begin)
        last = bisect_left(self._names, f"{begin[:-1]}0") if begin else len(self._names)
        here = [name for name in self._names[first:last] if not name.endswith("/")]
        files = [self._path(name) for name in here if name not in self._links]
        return files, [self._path(name) for name in here if name in self._links]

    def _begin(self, folder: str) -> str:
        """What the names of all below a folder begin with."""
        inner = folder.removeprefix(self._root).replace(os.sep, "/").strip("/")
        return f"{inner}/" if inner else ""

    def _path(self, name: str) -> str:
        return under(self._root, name.replace("/", os.sep))


class Archive:
    """Opens the members of an archive, by their paths below its own; any number of threads may at a time.

    Of a member it keeps 8 bytes of its name's hash and a row of 30: where its bytes stand, and what they come to.
    """

    def __init__(self, path: Path, members: Members, stamp: Stamp, spool: IO[bytes] | None = None) -> None:
        self._path, self._stamp = path, stamp
        self._spool, self._turn = spool, Lock()
        if spool:
            finalize(self, spool.close)
        # The last of one name counts, as all programs have it: tar appends what is newer.
        rows = {_key(name): i for i, name in enumerate(members.names)}
        keys = np.fromiter(rows, np.uint64, len(rows))
        order = np.argsort(keys)
        self._keys = keys[order]
        self._rows: NDArray[Any] = members.rows[np.fromiter(rows.values(), np.int64, len(rows))[order]]

    def open(self, file: str) -> BinaryIO:
        """The unpacked bytes of a member. Raises `DataError` for a damaged one, `FileError` for a changed archive."""
        row = self._row(file)
        if row["size"] > LARGEST_MEMBER:
            raise DataError("archive.member_too_large", file=file, came=int(row["size"]), limit=LARGEST_MEMBER)
        read: Bytes = plain_bytes if row["method"] == PLAIN else unpacked
        with self._opened() as archive:
            data = read(archive, row)
        if data is None:
            raise DataError("archive.member_damaged", file=file)
        return BytesIO(data)

    def stamp(self, file: str) -> Stamp:
        """A member's length, and the time of change of the archive."""
        return Stamp(int(self._row(file)["size"]), self._stamp.changed)

    def _row(self, file: str) -> Any:
        name = file.removeprefix(f"{self._path}{os.sep}").replace(os.sep, "/")
        key = _key(name)
        at = int(np.searchsorted(self._keys, key))
        if at == len(self._keys) or self._keys[at] != key:
            raise FileError("file.not_found", path=file)
        return self._rows[at]

    @contextmanager
    def _opened(self) -> Generator[Any]:
        """The archive's bytes, for this thread alone."""
        if self._spool:
            with self._turn:
                yield self._spool
            return
        with self._path.open("rb") as file:
            if _stamp(file) != self._stamp:
                raise FileError("archive.changed", path=str(self._path))
            yield file


def _opened(path: Path) -> tuple[Archive, Members]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise cannot_read(path, error) from error
    with file:
        stamp, begin = _stamp(file), file.read(BLOCK)
        file.seek(0)
        if begin.startswith(ZIP_BEGINS) or path.name.lower().endswith(ZIP_ENDINGS):
            members = read_zip(str(path), file, stamp.size)
            return Archive(path, members, stamp), members
        opener = packing(begin)
        if opener is None:
            members = read_tar(str(path), file, stamp.size)
            return Archive(path, members, stamp), members
        spool = spooled(str(path), file, opener, stamp.size)
    try:
        length = spool.tell()
        spool.seek(0)
        members = read_tar(str(path), spool, length)
    except BaseException:
        spool.close()
        raise
    said = Notice("archive.unpacked", file=str(path), bytes=length)
    members = replace(members, notices=(*members.notices, said))
    return Archive(path, members, stamp, spool), members


def _begin(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(BLOCK)
    except OSError as error:
        raise cannot_read(path, error) from error


def _is_tar(block: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.TarError:
        return False
    return True


def _holds_tar(path: Path, begin: bytes) -> bool:
    """Whether what is packed is a tar."""
    opener = packing(begin)
    if opener is None:
        return False
    try:
        with path.open("rb") as file, opener(file) as stream:
            return _is_tar(stream.read(BLOCK))
    except Exception:  # wrong bytes make unpackers raise nearly anything
        return False


def _stamp(file: BinaryIO) -> Stamp:
    found = os.fstat(file.fileno())
    return Stamp(found.st_size, found.st_mtime_ns)


def _key(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(errors="surrogatepass"), digest_size=8).digest(), "little")


def _is_shown(name: str) -> bool:
    """Whether neither it nor a folder that it stands in is hidden."""
    return not any(map(is_hidden, name.rstrip("/").split("/")))
