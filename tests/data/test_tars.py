"""Tar archives as our own reading of them has it, beside Python's; and .xz files."""

import io
import lzma
import tarfile
from collections.abc import Callable
from io import BufferedReader
from pathlib import Path

import numpy as np
import pytest

from striate.data import tars
from striate.data.archive import list_archive
from striate.data.tars import BLOCK, packing, read_tar
from striate.errors import DataError

FORMS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
KINDS = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.FIFOTYPE)


def drawn(rng: np.random.Generator, form: int) -> bytes:
    """An archive of members of all kinds, of any length, with short and long names."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for number in range(rng.integers(1, 12)):
            deep, most = (2, 60) if form == tarfile.USTAR_FORMAT else (6, 400)  # which has room for 100 letters
            folders = "/".join("고양이dog"[: rng.integers(1, 6)] for _ in range(rng.integers(0, deep)))
            long = "n" * int(rng.integers(0, most))
            member = tarfile.TarInfo(f"{folders}/{number}{long}".lstrip("/"))
            member.type = KINDS[rng.integers(len(KINDS))]
            member.size = int(rng.integers(0, 3 * BLOCK)) if member.isreg() else 0
            member.linkname = "elsewhere" if member.issym() else ""
            archive.addfile(member, io.BytesIO(rng.bytes(member.size)))
            if member.isreg() and rng.random() < 0.3:
                again = tarfile.TarInfo(f"again{number}")
                again.type, again.linkname = tarfile.LNKTYPE, member.name
                archive.addfile(again)
    return file.getvalue()


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_what_python_finds_in_an_archive_is_found(form: int, rng: np.random.Generator) -> None:
    for _ in range(30):
        data = drawn(rng, form)
        members = read_tar("a.tar", io.BytesIO(data), len(data))
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            theirs = archive.getmembers()
            assert members.folders == [each.name for each in theirs if each.isdir()]
            assert members.links == [each.name for each in theirs if each.issym() or each.isfifo()]
            files = {each.name: archive.extractfile(each) for each in theirs if each.isreg() or each.islnk()}
            assert members.names == list(files)
            for name, row in zip(members.names, members.rows, strict=True):
                found = files[name]
                assert found and data[row["offset"] : row["offset"] + row["size"]] == found.read()


def test_a_size_of_its_own_in_a_pax_record(tmp_path: Path) -> None:
    """As for members of more than 8 GB, whose header has no room for it."""
    member = tarfile.TarInfo("a/1")
    member.size = 700
    block = bytearray(member.tobuf(tarfile.USTAR_FORMAT))
    block[124:136] = b"%011o\0" % 0
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    record = b"12 size=700\n"
    head = tarfile.TarInfo("pax")
    head.type, head.size = tarfile.XHDTYPE, len(record)
    data = head.tobuf() + record.ljust(BLOCK, b"\0") + bytes(block) + b"x" * 700 + bytes(2 * BLOCK - 700) + bytes(BLOCK)
    (row,) = read_tar("a.tar", io.BytesIO(data), len(data)).rows
    assert (row["offset"], row["size"]) == (3 * BLOCK, 700)


def unpacked(data: bytes) -> bytes:
    opener = packing(data)
    assert opener
    with opener(io.BytesIO(data)) as stream:
        return stream.read()


SMALL = 2**14
XZ: dict[str, Callable[[bytes], bytes]] = {
    "one stream": lzma.compress,
    "the best that xz has": lambda data: lzma.compress(data, preset=9 | lzma.PRESET_EXTREME),
    "two streams": lambda data: lzma.compress(data[:1000]) + lzma.compress(data[1000:]),
    "zeros between streams and behind": lambda data: (
        lzma.compress(data[:1000]) + bytes(8) + lzma.compress(data[1000:]) + bytes(4)
    ),
    "a stream of nothing": lambda data: lzma.compress(b"") + lzma.compress(data),
}


@pytest.mark.parametrize("name", XZ)
def test_xz_is_unpacked_to_what_was_packed(
    name: str, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tars, "CHUNK", SMALL)  # packing whole ones takes most of a second
    data = rng.bytes(2 * SMALL + 77) + bytes(2 * SMALL)
    packed = XZ[name](data)
    assert unpacked(packed) == data


def test_xz_that_breaks_off(rng: np.random.Generator) -> None:
    packed = lzma.compress(rng.bytes(5000))
    for length in (13, 100, len(packed) - 1):
        with pytest.raises((EOFError, lzma.LZMAError)):
            unpacked(packed[:length])


def test_xz_takes_no_more_memory_than_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = lzma.compress(b"a" * 99, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 2**24}])
    assert unpacked(packed) == b"a" * 99
    monkeypatch.setattr(tars, "LARGEST_DICTIONARY", 2**23)
    with pytest.raises(lzma.LZMAError, match="emory"):
        unpacked(packed)


def test_it_is_buffered() -> None:
    """So that a block that is asked for comes whole."""
    opener = packing(lzma.compress(b""))
    assert opener and isinstance(opener(io.BytesIO(lzma.compress(b"a"))), BufferedReader)


def test_an_archive_that_goes_back_ends(tmp_path: Path) -> None:
    member = tarfile.TarInfo("a/1.png")
    block = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    block[124:136] = (-BLOCK % 2**96).to_bytes(12)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    (tmp_path / "a.tar").write_bytes(bytes(block) * 2 + bytes(2 * BLOCK))
    with pytest.raises(DataError) as caught:
        list_archive(tmp_path / "a.tar")
    assert caught.value.code == "archive.damaged"
