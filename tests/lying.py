"""Files whose numbers lie, each found by fuzzing or made after one that was: what each holds, and what refuses it."""

import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import NamedTuple

import small_files as small

from striate.data.tars import BLOCK


class Lie(NamedTuple):
    """A file: who reads it (a row of `readers.READERS`), what it holds, the code that refuses it; "": it is read."""

    reader: str
    make: Callable[[], bytes]
    code: str


def tar(*headers: bytes) -> bytes:
    """Headers with what stands behind them, and the two blocks that end an archive."""
    return b"".join((header("cat/0.png", 0), header("dog/0.png", 0), *headers)) + bytes(2 * BLOCK)


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    """A tar header with any size, written as GNU tar writes sizes that are below zero or too large for digits."""
    member = tarfile.TarInfo(name)
    member.type = kind
    block = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    block[124:136] = b"%011o\0" % size if 0 <= size < 8**11 else (size % 2**96).to_bytes(12)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def extended(records: bytes) -> bytes:
    """A pax header that says something of the member behind it."""
    padded = records + bytes(-len(records) % BLOCK)
    return header("pax", len(records), tarfile.XHDTYPE) + padded + header("dog/1.png", 0)


def xz_dictionary() -> bytes:
    """A packed tar whose first block asks for 4 GiB of memory. Source: The .xz File Format 1.2.1, 3.1 and 5.3.1."""
    data = bytearray(lzma.compress(small.tarred(small.classes())))
    begin, size = 12, (data[12] + 1) * 4
    data[begin + 4] = 40
    data[begin + size - 4 : begin + size] = struct.pack("<I", zlib.crc32(data[begin : begin + size - 4]))
    return bytes(data)


def npz(shape: tuple[int, ...], method: int = zipfile.ZIP_STORED, declared: int | None = None) -> bytes:
    """Pictures of a shape, without their bytes; `declared`: how long the archive says that they are."""
    text = repr({"descr": "|u1", "fortran_order": False, "shape": shape}).encode()
    array = b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        member = zipfile.ZipInfo("x.npy")
        if declared is not None:
            member.extra = struct.pack("<2HQ", 1, 8, declared)  # its length in 64 bits
        archive.writestr(member, array, method)
        archive.writestr("y.npy", small.arrays()["y_train.npy"], method)
    data = bytearray(file.getvalue())
    if declared is not None:
        at = data.index(b"PK\1\2") + 24
        data[at : at + 4] = b"\xff" * 4
    return bytes(data)


def jpeg2000_box() -> bytes:
    """A JPEG 2000 whose second box says that 8 GB of headers follow. Source: ISO/IEC 15444-1, I.4."""
    begin = small.picture("JPEG2000")[:32]
    return begin + struct.pack(">I4sQ", 1, b"jp2h", 2**33) + bytes(64)


LIES: dict[str, Lie] = {
    "a member of -512 bytes, so that the next stands where it stands": Lie(
        "tar", lambda: tar(header("dog/1.png", -512)), "archive.damaged"
    ),
    "a member of -1024 bytes": Lie("tar", lambda: tar(header("dog/1.png", -1024)), "archive.damaged"),
    "a sparse member of -512 bytes": Lie("tar", lambda: tar(header("a", -512, b"S")), "archive.damaged"),
    "-512 bytes of something unknown": Lie("tar", lambda: tar(header("a", -512, b"V")), "archive.damaged"),
    "-1 bytes": Lie("tar", lambda: tar(header("dog/1.png", -1)), "archive.damaged"),
    "-1024 bytes, by a pax record": Lie("tar", lambda: tar(extended(b"14 size=-1024\n")), "archive.damaged"),
    "a size that is no number": Lie("tar", lambda: tar(extended(b"12 size=1e9\n")), "archive.damaged"),
    "a record of no length": Lie("tar", lambda: tar(extended(b"0 a=b\n")), "archive.damaged"),
    "a record longer than all": Lie("tar", lambda: tar(extended(b"999 path=x\n")), "archive.damaged"),
    "a record of digits alone": Lie("tar", lambda: tar(extended(b"9" * 500_000)), "archive.damaged"),
    "100,000 records": Lie("tar", lambda: tar(extended(b"6 a=b\n" * 100_000)), ""),
    "a name of 8 GB": Lie("tar", lambda: tar(header("a", 2**33 - 1, b"L")), "archive.damaged"),
    "a name of 2 MB": Lie("tar", lambda: tar(header("a", 2**21, b"L"), b"a" * 2**21), "archive.damaged"),
    "records of 8 GB": Lie("tar", lambda: tar(header("a", 2**33 - 1, b"x")), "archive.damaged"),
    "a sparse member whose map never ends": Lie(
        "tar", lambda: tar(header("a", 0, b"S")[:482] + b"\1" + bytes(29)), "archive.damaged"
    ),
    "a dictionary of 4 GiB": Lie("packed tar", xz_dictionary, "archive.damaged"),
    "pictures of a tebibyte": Lie("npz", lambda: npz((2**40, 1, 1, 1)), "npz.damaged"),
    "a member that says it has a pebibyte": Lie("npz", lambda: npz((2**40,), declared=2**50), "npz.damaged"),
    "the same, packed": Lie("npz", lambda: npz((2**30,), zipfile.ZIP_DEFLATED, 2**30), "npz.damaged"),
    "packed by a method that asks for memory": Lie("npz", lambda: npz((1,), zipfile.ZIP_LZMA), "npz.method"),
    "8 GB of headers": Lie("picture", jpeg2000_box, "picture.damaged"),
    "a name of 20,000 parts": Lie("network", lambda: b"a." * 20_000 + b"b = 1", "description.not_toml"),
    "a table of 3,000 parts": Lie("network", lambda: b"[" + b"a . " * 3000 + b"b]", "description.not_toml"),
    "lists in lists": Lie("network", lambda: b"a = " + b"[" * 3000, "description.not_toml"),
    "tables in tables": Lie("network", lambda: b"a = " + b"{a = " * 3000, "description.not_toml"),
    "a number of 5,000 digits": Lie("network", lambda: b"a = " + b"9" * 5000, "description.not_toml"),
    "two megabytes": Lie("network", lambda: b"#" * 2**21, "description.not_toml"),
    "texts with many dots": Lie("network", lambda: (small.NETWORK + "# " + "a." * 99 + "\n").encode(), ""),
}
