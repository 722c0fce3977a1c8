"""Pictures in archives: read in place, under the names that their makers gave; and archives that do harm."""

import contextlib
import io
import os
import random
import struct
import tarfile
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from unicodedata import normalize
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

import numpy as np
import pytest
from PIL import Image

from striate.data import archive as archive_module
from striate.data import tars
from striate.data.archive import list_archive
from striate.data.folder import Listing, list_folder
from striate.data.images import decode, in_parallel
from striate.data.load import load_images
from striate.errors import DataError, FileError, Notice

Files = Mapping[str, bytes]
CAT, DOG = "고양이 사진", "dog 🐶"


def png(rng: np.random.Generator, size: tuple[int, int] = (5, 7)) -> bytes:
    written = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, (*size, 3), np.uint8)).save(written, "PNG")
    return written.getvalue()


@pytest.fixture
def files(rng: np.random.Generator) -> dict[str, bytes]:
    return {
        f"{part}/{normalize(form, name)}/{i}.png": png(rng)
        for part, count, form in (("train", 3, "NFD"), ("test", 2, "NFC"))
        for name in (CAT, DOG)
        for i in range(count)
    }


def write_zip(path: Path, files: Files, packing: int = ZIP_DEFLATED) -> Path:
    with ZipFile(path, "w", packing) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def write_tar(path: Path, files: Files, packing: str = "", form: int = tarfile.PAX_FORMAT) -> Path:
    with tarfile.open(path, f"w:{packing}", format=form) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def unpacked(path: Path, files: Files) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def raw_zip(path: Path, members: Iterable[tuple[bytes, bytes]], **changes: int) -> Path:
    """A zip of stored members as APPNOTE.TXT has it, whose names may be of any bytes, and whose fields may lie."""
    body, table = b"", b""
    for name, data in members:
        at = {"system": 0, "flags": 0, "method": 0, "size": len(data), "packed": len(data), "mode": 0} | changes
        fields = (20, at["flags"], at["method"], 0, 0, zlib.crc32(data), at["packed"], at["size"], len(name), 0)
        place = at.get("offset", len(body))
        table += struct.pack("<4sH5H3L2H", b"PK\1\2", at["system"] << 8, *fields)
        table += struct.pack("<3H2L", 0, 0, 0, at["mode"] << 16, place) + name
        body += struct.pack("<4s5H3L2H", b"PK\3\4", *fields) + name + data
    count = table.count(b"PK\1\2")
    path.write_bytes(body + table + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(table), len(body), 0))
    return path


def pictures(listing: Listing) -> list[bytes]:
    return [bytes(decode(file, listing.source)) for part in listing.parts.values() for file in part.files]


WRITERS: dict[str, Callable[[Path, Files], Path]] = {
    "stored.zip": lambda path, files: write_zip(path, files, ZIP_STORED),
    "deflated.zip": write_zip,
    "bzip2.zip": lambda path, files: write_zip(path, files, ZIP_BZIP2),
    "lzma.zip": lambda path, files: write_zip(path, files, ZIP_LZMA),
    "pax.tar": write_tar,
    "gnu.tar": lambda path, files: write_tar(path, files, form=tarfile.GNU_FORMAT),
    "a.tar.gz": lambda path, files: write_tar(path, files, "gz"),
    "a.tbz2": lambda path, files: write_tar(path, files, "bz2"),
    "a.tar.xz": lambda path, files: write_tar(path, files, "xz"),
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("around", ["", "./", "내 자료/", f"{'long ' * 40}/a/"])
def test_an_archive_is_as_its_folder(tmp_path: Path, files: dict[str, bytes], name: str, around: str) -> None:
    files = {around + path: data for path, data in files.items()} | {f"{around}train/README.txt": b"x"}
    extra = {f"__MACOSX/{around}train/._cat.png": b"x", f"{around}train/dog 🐶/.DS_Store": b"x"}
    path = WRITERS[name](tmp_path / name, files | extra)
    folder = list_folder(unpacked(tmp_path / "folder", files))
    listing = list_archive(path)
    assert listing.class_names == folder.class_names == (DOG, CAT)
    for part, listed in folder.parts.items():
        shown = [file.replace(str(tmp_path / "folder"), str(path)) for file in listed.files]
        assert list(listing.parts[part].files) == shown
        assert listing.parts[part].labels.tolist() == listed.labels.tolist()
    assert [Path(file).name for file in listing.stray] == ["README.txt"]
    assert pictures(listing) == pictures(folder)
    assert {notice.code for notice in listing.notices} == ({"archive.unpacked"} if packed(name) else set())
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([name, "folder"])


def packed(name: str) -> bool:
    return name.endswith(("gz", "bz2", "xz"))


def test_empty_folders_are_classes_too(tmp_path: Path, rng: np.random.Generator, refuses: Any) -> None:
    path = write_zip(tmp_path / "a.zip", {"a/": b"", "b/1.png": png(rng)})
    with refuses(DataError, "folder.empty_class", folder=str(path), name="a"):
        list_archive(path)


def test_an_archive_is_loaded_as_a_folder_is(tmp_path: Path, files: dict[str, bytes]) -> None:
    files |= {f"train/{DOG}/broken.png": b"text", "train/notes.txt": b"x"}
    folder = unpacked(tmp_path / "folder", files)
    for path in (write_zip(tmp_path / "a.zip", files), write_tar(tmp_path / "a.tar", files)):
        with pytest.warns(Notice) as said:
            data = load_images(path)
        (notice,) = (each.message for each in said)
        assert isinstance(notice, Notice)
        assert notice.fields["folder"] == str(path)
        assert notice.fields["files"] == ("train/notes.txt", f"train/{normalize('NFD', DOG)}/broken.png")
        with pytest.warns(Notice):
            wanted = load_images(folder)
        np.testing.assert_array_equal(data.train.pictures, wanted.train.pictures)
        assert data.test is not None and wanted.test is not None
        np.testing.assert_array_equal(data.test.pictures, wanted.test.pictures)


def test_a_lone_test_part_is_said(tmp_path: Path, rng: np.random.Generator) -> None:
    path = write_zip(tmp_path / "a.zip", {f"faces/test/{name}/1.png": png(rng) for name in "ab"})
    (notice,) = list_archive(path).notices
    assert (notice.code, notice.fields["inner"]) == ("folder.around", f"{path}/faces/test")


def test_many_threads_read_at_once(tmp_path: Path, rng: np.random.Generator) -> None:
    files = {f"{name}/{i}.png": png(rng) for name in "ab" for i in range(40)}
    folder = unpacked(tmp_path / "folder", files)
    alone = [bytes(decode(str(folder / name))) for name in files]
    for path in (write_zip(tmp_path / "a.zip", files), write_tar(tmp_path / "a.tgz", files, "gz")):
        listing = list_archive(path)
        names = [f"{path}/{name}" for name in files]
        random.Random(0).shuffle(names)
        read = in_parallel(lambda file, source=listing.source: decode(file, source), names)
        found = dict(zip(names, read, strict=True))
        assert [np.asarray(found[f"{path}/{name}"]).tobytes() for name in files] == alone


# Names


@pytest.mark.parametrize(
    ("coding", "names", "said"),
    [
        ("cp949", ("고양이", "강아지"), "CP949"),
        ("cp949", ("똠방각하", "사진 모음"), "CP949"),  # 똠 is one of the syllables that only CP949 has
        ("utf-8", ("고양이", "강아지"), None),  # macOS's and older Linux's, without the flag
        ("utf-8", ("кот", "café"), None),
        ("cp437", ("Hündin", "Kätzchen"), "CP437"),
        ("cp437", ("Ärger", "naïveté"), "CP437"),
    ],
)
def test_names_without_a_word_on_their_coding(
    tmp_path: Path, rng: np.random.Generator, coding: str, names: tuple[str, str], said: str | None
) -> None:
    members = [(f"{name}/{i}.png".encode(coding), png(rng)) for name in names for i in range(2)]
    listing = list_archive(raw_zip(tmp_path / "a.zip", members))
    assert set(listing.class_names) == set(names)
    assert [(each.code, each.fields["coding"]) for each in listing.notices] == (
        [("archive.names_guessed", said)] if said else []
    )
    assert len(pictures(listing)) == 4


def test_names_in_a_field_of_their_own(tmp_path: Path, rng: np.random.Generator) -> None:
    """Info-ZIP's Unicode path (0x7075), which counts where its checksum is that of the name."""
    with ZipFile(tmp_path / "a.zip", "w") as archive:
        for i, name in enumerate(("고양이", "개")):
            member = ZipInfo(f"{i}/1.png")
            path = f"{name}/1.png".encode()
            right = zlib.crc32(member.filename.encode())
            member.extra = struct.pack("<2HBL", 0x7075, 5 + len(path), 1, right) + path
            archive.writestr(member, png(rng))
            member = ZipInfo(f"{i}/2.png")
            member.extra = struct.pack("<2HBL", 0x7075, 5 + len(path), 1, right ^ 1) + path
            archive.writestr(member, png(rng))
    assert list_archive(tmp_path / "a.zip").class_names == ("0", "1", "개", "고양이")


def test_backslashes_of_windows(tmp_path: Path, rng: np.random.Generator) -> None:
    members = [(rf"{name}\1.png".encode("cp949"), png(rng)) for name in ("고양이", "개")]
    assert list_archive(raw_zip(tmp_path / "a.zip", members)).class_names == ("개", "고양이")
    members = [(f"{name}/1\\2.png".encode(), png(rng)) for name in "ab"]
    listing = list_archive(raw_zip(tmp_path / "a.zip", members, system=3))  # on Unix it is a letter
    assert listing.parts["train"].files[0] == f"{tmp_path}/a.zip/a/1\\2.png"


def test_the_last_of_one_name_counts(tmp_path: Path, rng: np.random.Generator) -> None:
    old, new, other = png(rng), png(rng), png(rng)
    members = [(b"a/1.png", old), (b"b/1.png", other), (b"a/1.png", new)]
    listing = list_archive(raw_zip(tmp_path / "a.zip", members))
    assert len(listing.parts["train"].files) == 2
    with listing.source.open(f"{tmp_path}/a.zip/a/1.png") as file:
        assert file.read() == new


def test_a_second_name_of_a_file_and_links_in_a_tar(tmp_path: Path, rng: np.random.Generator) -> None:
    data = png(rng)
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for name, kind, target in (
            ("a/1.png", tarfile.REGTYPE, ""),
            ("b/1.png", tarfile.LNKTYPE, "a/1.png"),
            ("b/2.png", tarfile.SYMTYPE, "/etc/passwd"),
            ("b/3.png", tarfile.FIFOTYPE, ""),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname, member.size = kind, target, len(data) * (kind == tarfile.REGTYPE)
            archive.addfile(member, io.BytesIO(data))
    listing = list_archive(tmp_path / "a.tar")
    assert [Path(file).name for file in listing.stray] == ["2.png", "3.png"]
    one, other = pictures(listing)
    assert one == other


def test_a_link_in_a_zip_is_no_file(tmp_path: Path, rng: np.random.Generator) -> None:
    with ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a/1.png", png(rng))
        archive.writestr("b/1.png", png(rng))
        link = ZipInfo("b/link.png")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    listing = list_archive(tmp_path / "a.zip")
    assert listing.stray == (f"{tmp_path}/a.zip/b/link.png",)
    with pytest.raises(FileError):
        listing.source.open(f"{tmp_path}/a.zip/b/link.png")


def test_zip64_and_what_stands_before_the_first_member(
    tmp_path: Path, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    import zipfile

    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)  # from here on sizes and places need 64 bits
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 3)
    path = tmp_path / "a.zip"
    path.write_bytes(b"#!/bin/sh a program that unpacks what is behind it\n")
    with ZipFile(path, "a") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    assert b"PK\6\6" in path.read_bytes()
    assert len(pictures(list_archive(path))) == len(files)


# Archives that do harm, and damaged ones

BOTH = [(write_zip, "a.zip"), (write_tar, "a.tar")]


@pytest.mark.parametrize(("write", "name"), BOTH)
@pytest.mark.parametrize("bad", ["../x.png", "a/../../x.png", "/etc/x.png", "C:/x.png", "c:x.png"])
def test_a_path_that_leads_out(
    tmp_path: Path, files: dict[str, bytes], refuses: Any, write: Any, name: str, bad: str
) -> None:
    path = write(tmp_path / name, files | {bad: b"x"})
    with refuses(DataError, "archive.escapes", file=str(path), member=bad):
        list_archive(path)
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_a_backslash_path_that_leads_out(tmp_path: Path, refuses: Any) -> None:
    path = raw_zip(tmp_path / "a.zip", [(rb"..\..\x.png", b"x")])
    with refuses(DataError, "archive.escapes", file=str(path), member="../../x.png"):
        list_archive(path)


@pytest.mark.parametrize(
    ("change", "code", "fields"),
    [
        ({"flags": 1}, "archive.encrypted", {"member": "a/1.png"}),
        ({"method": 9}, "archive.method", {"member": "a/1.png", "came": 9}),
        ({"offset": 0}, "archive.overlaps", {}),
        ({"packed": 10**6, "size": 10**6}, "archive.overlaps", {}),
    ],
)
def test_zips_that_are_refused(
    tmp_path: Path, rng: np.random.Generator, refuses: Any, change: dict[str, int], code: str, fields: dict[str, Any]
) -> None:
    path = raw_zip(tmp_path / "a.zip", [(f"{name}/1.png".encode(), png(rng)) for name in "ab"], **change)
    with refuses(DataError, code, file=str(path), **fields):
        list_archive(path)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x09\x14\x05\x00\x5d",  # cut off
        b"\x09\x14\x06\x00\x5d\x00\x00\x01\x00",  # properties of another length
        b"\x09\x14\x05\x00\xff\x00\x00\x01\x00",  # settings that there are not
        b"\x09\x14\x05\x00\x2c\x00\x00\x01\x00",  # lc + lp above 4
        b"\x09\x14\x05\x00\x5d\xff\xff\xff\xff",  # a dictionary of 4 GB, and then nonsense
    ],
)
def test_damaged_lzma(tmp_path: Path, refuses: Any, head: bytes) -> None:
    members = [(b"a/1.png", head + b"nonsense" * bool(head)), (b"b/1.png", head)]
    path = raw_zip(tmp_path / "a.zip", members, method=14, size=1000)
    source = list_archive(path).source
    tracemalloc.start()
    with refuses(DataError, "archive.member_damaged", file=f"{path}/a/1.png"):
        source.open(f"{path}/a/1.png")
    assert tracemalloc.get_traced_memory()[1] < 10**6
    tracemalloc.stop()


@pytest.mark.parametrize("packing", [ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA])
def test_a_member_that_would_fill_the_memory(
    tmp_path: Path, rng: np.random.Generator, refuses: Any, packing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "LARGEST_MEMBER", 10**6)
    path = write_zip(tmp_path / "a.zip", {"a/1.png": bytes(10**6 + 1), "b/1.png": bytes(10**6)}, packing)
    source = list_archive(path).source
    with refuses(DataError, "archive.member_too_large", file=f"{path}/a/1.png", came=10**6 + 1, limit=10**6):
        source.open(f"{path}/a/1.png")
    assert len(source.open(f"{path}/b/1.png").read()) == 10**6


def test_a_member_that_unpacks_to_more_than_it_says(tmp_path: Path, refuses: Any) -> None:
    path = write_zip(tmp_path / "a.zip", {"a/1.png": bytes(10**7), "b/1.png": b"x"})
    content = path.read_bytes()
    assert content.count(struct.pack("<L", 10**7)) == 2
    path.write_bytes(content.replace(struct.pack("<L", 10**7), struct.pack("<L", 1000)))
    source = list_archive(path).source
    tracemalloc.start()
    with refuses(DataError, "archive.member_damaged", file=f"{path}/a/1.png"):
        source.open(f"{path}/a/1.png")
    assert tracemalloc.get_traced_memory()[1] < 10**6
    tracemalloc.stop()


def test_a_compressed_tar_that_would_fill_the_disk(
    tmp_path: Path, refuses: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tars, "LARGEST_UNPACKED", 2**21)
    path = write_tar(tmp_path / "a.tgz", {"a/1.png": bytes(2**22)}, "gz")
    with refuses(DataError, "archive.too_large", file=str(path), limit=2**21):
        list_archive(path)


def test_a_compressed_tar_where_there_is_no_room(
    tmp_path: Path, files: dict[str, bytes], refuses: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_tar(tmp_path / "a.tgz", files, "gz")
    (tmp_path / "file").touch()
    monkeypatch.setenv("STRIATE_CACHE", str(tmp_path / "file"))
    with refuses(FileError, "archive.no_room", path=str(path), folder=str(tmp_path / "file"), reason="File exists"):
        list_archive(path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is Linux's")
def test_a_compressed_tar_on_a_full_disk(
    tmp_path: Path, files: dict[str, bytes], refuses: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_tar(tmp_path / "a.tgz", files, "gz")
    monkeypatch.setenv("STRIATE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(tars, "TemporaryFile", lambda **_: Path("/dev/full").open("wb"))  # noqa: SIM115
    reason = "No space left on device"
    with refuses(FileError, "archive.no_room", path=str(path), folder=str(tmp_path / "cache"), reason=reason):
        list_archive(path)


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.995])
def test_an_archive_that_breaks_off(
    tmp_path: Path, files: dict[str, bytes], refuses: Any, name: str, share: float
) -> None:
    path = WRITERS[name](tmp_path / name, files | {"train/x.bin": random.Random(1).randbytes(30_000)})
    content = path.read_bytes()
    if ".tar" in name and not packed(name):
        content = content.rstrip(b"\0")  # of the zeros at the end two blocks are enough
    path.write_bytes(content[: int(len(content) * share)])
    with refuses(DataError, "archive.damaged", file=str(path)):
        list_archive(path)


def test_of_an_archive_that_breaks_off_the_one_within_is_not_taken_for_it(
    tmp_path: Path, files: dict[str, bytes], refuses: Any
) -> None:
    inner = write_zip(tmp_path / "inner.zip", {"a/1.png": b"", "b/1.png": b""}, ZIP_STORED).read_bytes()
    path = write_zip(tmp_path / "a.zip", files | {"train/x.zip": inner}, ZIP_STORED)
    content = path.read_bytes()
    end = content.index(inner) + len(inner)
    for cut in (end, end + 20, len(content) - 20):
        path.write_bytes(content[:cut])
        with refuses(DataError, "archive.damaged", file=str(path)):
            list_archive(path)


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz"])
@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"PK\5\6"])
def test_a_file_that_is_an_archive_by_name_only(tmp_path: Path, refuses: Any, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with refuses(DataError, "archive.damaged", file=str(tmp_path / name)):
        load_images(tmp_path / name)


def test_an_archive_by_its_bytes_alone(tmp_path: Path, files: dict[str, bytes]) -> None:
    for name, write in WRITERS.items():
        path = write(tmp_path / name, files).rename(tmp_path / "download")
        with pytest.warns(Notice) if packed(name) else contextlib.nullcontext():
            assert load_images(path).class_names == (DOG, CAT)


def test_wrong_bytes_anywhere_are_an_error_or_do_not_matter(tmp_path: Path, files: dict[str, bytes]) -> None:
    for name in ("deflated.zip", "pax.tar", "a.tar.gz"):
        content = WRITERS[name](tmp_path / name, files).read_bytes()
        where = random.Random(7)
        for _ in range(150):
            wrong = bytearray(content)
            for _ in range(where.choice((1, 4))):
                wrong[where.randrange(len(wrong))] = where.randrange(256)
            (tmp_path / name).write_bytes(wrong)
            try:
                listing = list_archive(tmp_path / name)
            except (DataError, FileError):
                continue
            for part in listing.parts.values():
                for file in part.files:
                    with contextlib.suppress(DataError, FileError):
                        listing.source.open(file).close()


def test_a_member_with_wrong_bytes(tmp_path: Path, files: dict[str, bytes], refuses: Any) -> None:
    path = write_zip(tmp_path / "a.zip", files, ZIP_STORED)
    first = next(iter(files))
    content = path.read_bytes()
    place = content.index(files[first]) + 20
    path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    listing = list_archive(path)
    with refuses(DataError, "archive.member_damaged", file=f"{path}/{first}"):
        decode(f"{path}/{first}", listing.source)


def test_an_archive_that_changes_while_it_is_read(tmp_path: Path, files: dict[str, bytes], refuses: Any) -> None:
    path = write_zip(tmp_path / "a.zip", files)
    listing = list_archive(path)
    file = listing.parts["train"].files[0]
    stamp = listing.source.stamp(file)
    assert stamp.size == len(next(iter(files.values()))) and stamp.changed == path.stat().st_mtime_ns
    os.utime(path, ns=(0, 12345))
    with refuses(FileError, "archive.changed", path=str(path)):
        listing.source.open(file)
    path.unlink()
    with refuses(FileError, "file.not_found", path=file):
        decode(file, listing.source)


# Memory

N = 20_000


@pytest.mark.parametrize("name", ["stored.zip", "pax.tar"])
def test_20_000_pictures_take_200_bytes_each_at_most(tmp_path: Path, name: str) -> None:
    files = {f"사진 모음/train/{i % 10}/IMG_2024_{i:08}.jpeg": b"" for i in range(N)}
    path = WRITERS[name](tmp_path / name, files)
    tracemalloc.start()
    listing = list_archive(path)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(listing.parts["train"].files) == N
    assert size / N < 100


# Real archives


def test_real_photos_in_a_zip(cats_dogs: Path) -> None:
    listing = list_archive(cats_dogs)
    assert listing.class_names == ("cat", "dog")
    assert {part: len(listed.files) for part, listed in listing.parts.items()} == {"train": 2000, "test": 2000}
    some = listing.parts["test"].files[::500]
    assert all(decode(file, listing.source).shape[2] == 3 for file in some)
