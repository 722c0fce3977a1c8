"""A zip archive's table of contents, read once into a few bytes a member, and its members' bytes.

Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 and 4.4.
"""

import bz2
import lzma
import stat
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.data.members import ROW, Members, RawName, read_names
from striate.errors import DataError

END, END_SIGNATURE = struct.Struct("<4s4H2LH"), b"PK\5\6"
END64, END64_SIGNATURE = struct.Struct("<4sQ2H2L4Q"), b"PK\6\6"
LOCATOR, LOCATOR_SIGNATURE = struct.Struct("<4sLQL"), b"PK\6\7"
ENTRY, ENTRY_SIGNATURE = struct.Struct("<4s6H3L5H2L"), b"PK\1\2"
LOCAL, LOCAL_SIGNATURE = struct.Struct("<4s5H3L2H"), b"PK\3\4"

LONGEST_COMMENT = 2**16 - 1
FULL = 2**32 - 1  # in a field of 32 bits: the number stands in the zip64 field
ZIP64_FIELD, UNICODE_FIELD = 0x0001, 0x7075
ENCRYPTED, UTF8 = 0x0001, 0x0800  # flags
FAT, UNIX, NTFS = 0, 3, 10  # systems that an archive was made on

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
LZMA_HEAD = struct.Struct("<2xHBL")  # the properties' length, the three settings in one byte, the dictionary's size
LEAST_DICTIONARY = 4096  # bytes


class _Entry(NamedTuple):
    name: RawName
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    is_link: bool


def read_zip(archive: str, file: BinaryIO, length: int) -> Members:
    """The members of a zip archive of so many bytes. Raises `DataError`, and nearly anything for damaged bytes."""
    table, count, shift = _table(archive, file, length)
    entries = list(_entries(archive, table, shift))
    if len(entries) != count:
        raise DataError("archive.damaged", file=archive)
    names, notices = read_names(archive, [entry.name for entry in entries])
    kept: list[tuple[str, _Entry]] = []
    folders: list[str] = []
    links: list[str] = []
    for name, entry in zip(names, entries, strict=True):
        if _is_folder(entry):
            folders.append(name)
        elif entry.is_link:
            links.append(name)
        else:
            _check(archive, name, entry)
            kept.append((name, entry))
    rows = np.array([(e.offset, e.packed, e.size, e.crc, e.method) for _, e in kept], ROW)
    _check_apart(archive, rows, length - len(table))
    return Members([name for name, _ in kept], rows, folders, links, notices)


def unpacked(file: BinaryIO, row: Any) -> bytes | None:
    """The bytes of a member; None where they are not what the table says."""
    file.seek(int(row["offset"]))
    header = file.read(LOCAL.size)
    if len(header) < LOCAL.size or not header.startswith(LOCAL_SIGNATURE):
        return None
    *_, name, extra = LOCAL.unpack(header)
    file.seek(name + extra, 1)
    packed, size = file.read(int(row["packed"])), int(row["size"])
    try:
        data = _METHODS[int(row["method"])](packed, size)
    except (zlib.error, lzma.LZMAError, OSError, EOFError):
        return None
    return data if len(packed) == row["packed"] and len(data) == size and zlib.crc32(data) == row["crc"] else None


# Each asks for one byte more than the table promises, and so never gets much more.
def _inflated(packed: bytes, size: int) -> bytes:
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size + 1)


def _bunzipped(packed: bytes, size: int) -> bytes:
    return bz2.BZ2Decompressor().decompress(packed, size + 1)


def _unlzma(packed: bytes, size: int) -> bytes:
    """Section 5.8.8; the properties are (pb * 5 + lp) * 9 + lc and the size of the dictionary."""
    if len(packed) < LZMA_HEAD.size or LZMA_HEAD.unpack_from(packed)[0] != 5:
        return b""
    _, settings, dictionary = LZMA_HEAD.unpack_from(packed)
    rest, lc = divmod(settings, 9)
    pb, lp = divmod(rest, 5)
    # A dictionary beyond what there is to unpack is never used, but would be allocated: up to 4 GB.
    dictionary = max(LEAST_DICTIONARY, min(dictionary, size))
    chain = [{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": dictionary}]
    try:
        opened = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain)
    except ValueError:  # settings that there are not
        return b""
    return opened.decompress(packed[LZMA_HEAD.size :], size + 1)


_METHODS: Mapping[int, Callable[[bytes, int], bytes]] = {
    STORED: lambda packed, _: packed,
    DEFLATED: _inflated,
    BZIP2: _bunzipped,
    LZMA: _unlzma,
}


def _table(archive: str, file: BinaryIO, length: int) -> tuple[bytes, int, int]:
    """The central directory, how many entries it has, and how many bytes stand before the archive's first."""
    tail_length = min(length, END64.size + LOCATOR.size + END.size + LONGEST_COMMENT)
    file.seek(length - tail_length)
    tail = file.read(tail_length)
    at = tail.rfind(END_SIGNATURE)
    if at < 0 or len(tail) - at < END.size:
        raise DataError("archive.damaged", file=archive)
    _, disk, first_disk, _, count, size, offset, _ = END.unpack_from(tail, at)
    end = length - tail_length + at
    if at >= LOCATOR.size and tail.startswith(LOCATOR_SIGNATURE, at - LOCATOR.size):
        end -= LOCATOR.size + END64.size
        file.seek(max(0, end))
        signature, _, _, _, disk, first_disk, _, count, size, offset = END64.unpack(file.read(END64.size))
        if signature != END64_SIGNATURE:
            raise DataError("archive.damaged", file=archive)
    if disk or first_disk:
        raise DataError("archive.in_parts", file=archive)
    shift = end - size - offset  # of an archive that stands behind a program that unpacks it
    if shift < 0 or (shift and _begins_with_member(file)):  # then the table is that of an archive within this one
        raise DataError("archive.damaged", file=archive)
    file.seek(offset + shift)
    return file.read(size), count, shift


def _begins_with_member(file: BinaryIO) -> bool:
    file.seek(0)
    return file.read(len(LOCAL_SIGNATURE)) == LOCAL_SIGNATURE


def _entries(archive: str, table: bytes, shift: int) -> Iterator[_Entry]:
    at = 0
    while at < len(table):
        if len(table) - at < ENTRY.size or not table.startswith(ENTRY_SIGNATURE, at):
            raise DataError("archive.damaged", file=archive)
        _, made_by, _, flags, method, _, _, crc, *numbers = ENTRY.unpack_from(table, at)
        packed, size, name_length, extra_length, comment_length, _, _, mode, offset = numbers
        at += ENTRY.size
        data, extra = table[at : at + name_length], table[at + name_length : at + name_length + extra_length]
        at += name_length + extra_length + comment_length
        system = made_by >> 8
        size, packed, offset = _wide(extra, [size, packed, offset])
        is_link = system == UNIX and stat.S_ISLNK(mode >> 16)
        yield _Entry(_name(data, extra, flags, system), flags, method, crc, packed, size, offset + shift, is_link)


def _name(data: bytes, extra: bytes, flags: int, system: int) -> RawName:
    if system in (FAT, NTFS) and b"/" not in data and not flags & UTF8:
        data = data.replace(b"\\", b"/")  # some programs of Windows write it so; CP949 has it in no letter
    if flags & UTF8:
        return RawName(data, data.decode("utf-8", "replace"))
    also = _field(extra, UNICODE_FIELD)
    if len(also) > 5 and also[0] == 1 and int.from_bytes(also[1:5], "little") == zlib.crc32(data):
        return RawName(data, also[5:].decode("utf-8", "replace"))
    return RawName(data)


def _wide(extra: bytes, numbers: list[int]) -> list[int]:
    """The numbers, those that do not fit into 32 bits from the zip64 field, where they stand in this order."""
    wide = struct.iter_unpack("<Q", _field(extra, ZIP64_FIELD)[:24].ljust(24, b"\xff"))
    return [next(wide)[0] if number == FULL else number for number in numbers]


def _field(extra: bytes, wanted: int) -> bytes:
    """One of the extra fields: each is its number and length, 16 bits each, and its bytes."""
    while len(extra) >= 4:
        number, length = struct.unpack_from("<2H", extra)
        if number == wanted:
            return extra[4 : 4 + length]
        extra = extra[4 + length :]
    return b""


def _is_folder(entry: _Entry) -> bool:
    return (entry.name.text or "").endswith("/") or entry.name.data.endswith(b"/")


def _check(archive: str, name: str, entry: _Entry) -> None:
    if entry.flags & ENCRYPTED:
        raise DataError("archive.encrypted", file=archive, member=name)
    if entry.method not in _METHODS:
        raise DataError("archive.method", file=archive, member=name, came=entry.method)


def _check_apart(archive: str, rows: NDArray[Any], end: int) -> None:
    """No byte may belong to two members: so a file of kilobytes would unpack to terabytes (D. Fifield, 2019)."""
    rows = rows[np.argsort(rows["offset"])]
    ends = rows["offset"] + LOCAL.size + rows["packed"]
    if (rows["packed"] < 0).any() or (ends > np.append(rows["offset"][1:], end)[: len(ends)]).any():
        raise DataError("archive.overlaps", file=archive)
