"""NumPy's archives: the keys they may have, and what is refused before it is read."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.lib import format as npy

from striate.data.npz import read_npz
from striate.data.reading import LARGEST_UNPACKED
from striate.errors import DataError, FileError

X, Y = np.arange(24, dtype=np.uint8).reshape(4, 3, 2), np.array([0, 1, 0, 1])


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_parts_and_names(tmp_path: Path, save: Callable[..., None]) -> None:
    file = tmp_path / "a.npz"
    names = np.array(["고양이", "dog"])
    save(file, x_train=X, y_train=Y, x_val=X[:1], y_val=Y[:1], x_test=X[:3], y_test=Y[:3], class_names=names, note=Y)
    raw = read_npz(file)
    assert [(part, len(each.pictures)) for part, each in raw.parts.items()] == [
        ("train", 4),
        ("validation", 1),
        ("test", 3),
    ]
    np.testing.assert_array_equal(raw.parts["train"].pictures, X)
    np.testing.assert_array_equal(raw.parts["test"].labels, Y[:3])
    assert raw.parts["test"].labels_where == f"{file}: y_test"
    assert raw.class_names is not None
    assert raw.class_names.tolist() == names.tolist()
    assert [notice.fields["keys"] for notice in raw.notices] == [("note",)]


def test_x_and_y_are_for_training(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=X, y=Y)
    raw = read_npz(tmp_path / "a.npz")
    assert list(raw.parts) == ["train"]
    np.testing.assert_array_equal(raw.parts["train"].labels, Y)


def test_memory_order_does_not_matter(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.asfortranarray(X), y=Y)
    np.testing.assert_array_equal(read_npz(tmp_path / "a.npz").parts["train"].pictures, X)


@pytest.mark.parametrize("keys", [("a", "b"), ("X", "Y"), ("x_test", "y_test"), ()])
def test_other_keys(tmp_path: Path, refuses: Any, keys: tuple[str, ...]) -> None:
    np.savez(tmp_path / "a.npz", **dict.fromkeys(keys, X))
    with refuses(DataError, "npz.keys", file=str(tmp_path / "a.npz"), came=list(keys)):
        read_npz(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("keys", "missing"),
    [(("x",), "y"), (("y",), "x"), (("x_train",), "y_train"), (("x_train", "y_train", "y_test"), "x_test")],
)
def test_half_a_pair(tmp_path: Path, refuses: Any, keys: tuple[str, ...], missing: str) -> None:
    np.savez(tmp_path / "a.npz", **dict.fromkeys(keys, X))
    with refuses(DataError, "npz.missing", file=str(tmp_path / "a.npz"), missing=missing, came=list(keys)):
        read_npz(tmp_path / "a.npz")


class Trap:
    """What a pickle may do to its reader."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a pickle was read",))


def test_python_objects_are_not_read(tmp_path: Path, refuses: Any) -> None:
    np.savez(tmp_path / "a.npz", allow_pickle=True, x=X, y=np.array([Trap()], object))
    with refuses(DataError, "npz.pickled", file=str(tmp_path / "a.npz"), key="y"):
        read_npz(tmp_path / "a.npz")


def _member(header: dict[str, Any]) -> bytes:
    text = repr(header).encode().ljust(117) + b"\n"
    return npy.magic(1, 0) + struct.pack("<H", len(text)) + text


@pytest.mark.parametrize("shape", [(2**20, 2**20), (2**70,), (0, 2**70), (-1, 5), (5,)])
def test_a_header_that_declares_more_than_there_is(tmp_path: Path, refuses: Any, shape: tuple[int, ...]) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", _member({"descr": "|u1", "fortran_order": False, "shape": shape}))
        archive.writestr("y.npy", _member({"descr": "|u1", "fortran_order": False, "shape": ()}) + b"\0")
    with refuses(DataError, "npz.damaged", file=str(tmp_path / "a.npz")):
        read_npz(tmp_path / "a.npz")


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x93NUMPY\x01\0", b"PK\x05\x06" + bytes(10)])
def test_no_archive_at_all(tmp_path: Path, refuses: Any, content: bytes) -> None:
    (tmp_path / "a.npz").write_bytes(content)
    with refuses(DataError, "npz.damaged", file=str(tmp_path / "a.npz")):
        read_npz(tmp_path / "a.npz")


@pytest.mark.parametrize("member", [b"", b"text", npy.magic(1, 0), npy.magic(9, 9) + b"\xff\xff", _member({"(": 1})])
def test_a_member_that_is_no_array(tmp_path: Path, refuses: Any, member: bytes) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", member)
        archive.writestr("y.npy", member)
    with refuses(DataError, "npz.damaged", file=str(tmp_path / "a.npz")):
        read_npz(tmp_path / "a.npz")


@pytest.mark.parametrize("place", [0.2, 0.5])
def test_wrong_bytes(tmp_path: Path, rng: np.random.Generator, refuses: Any, place: float) -> None:
    np.savez_compressed(tmp_path / "a.npz", x=rng.integers(0, 9, (99, 9, 9), np.uint8), y=np.arange(99))
    content = bytearray((tmp_path / "a.npz").read_bytes())
    content[int(len(content) * place)] ^= 0xFF
    (tmp_path / "a.npz").write_bytes(content)
    with refuses(DataError, "npz.damaged", file=str(tmp_path / "a.npz")):
        read_npz(tmp_path / "a.npz")


def test_an_archive_whose_directory_points_nowhere(tmp_path: Path, refuses: Any) -> None:
    np.savez(tmp_path / "a.npz", x=X, y=Y)
    content = bytearray((tmp_path / "a.npz").read_bytes())
    at = content.index(b"PK\x05\x06") + 16  # where it says at which byte the directory begins
    content[at : at + 4] = b"\xff\xff\xff\x7f"
    (tmp_path / "a.npz").write_bytes(content)
    with refuses(DataError, "npz.damaged", file=str(tmp_path / "a.npz")):
        read_npz(tmp_path / "a.npz")


def test_a_truncated_archive(tmp_path: Path, refuses: Any) -> None:
    np.savez(tmp_path / "a.npz", x=X, y=Y)
    content = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(content[: len(content) // 2])
    with refuses(DataError, "npz.damaged", file=str(tmp_path / "a.npz")):
        read_npz(tmp_path / "a.npz")


def test_a_packed_archive_may_not_fill_the_memory(tmp_path: Path, refuses: Any) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", b"\0" * 1000)
        archive.writestr("y.npy", b"\0" * 1000)
    content = (tmp_path / "a.npz").read_bytes()
    # The directory at the end declares how long each member gets; nobody need unpack it to know.
    declared = struct.pack("<I", LARGEST_UNPACKED - 999)
    directory = content.index(b"PK\x01\x02")
    at = content.index(struct.pack("<I", 1000), directory)
    (tmp_path / "a.npz").write_bytes(content[:at] + declared + content[at + 4 :])
    too_large = {"came": LARGEST_UNPACKED + 1, "limit": LARGEST_UNPACKED}
    with refuses(DataError, "npz.too_large", file=str(tmp_path / "a.npz"), **too_large):
        read_npz(tmp_path / "a.npz")


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_methods_that_numpy_does_not_write(tmp_path: Path, refuses: Any, method: int) -> None:
    """An archive of a few bytes that says LZMA may ask for 4 GiB."""
    with zipfile.ZipFile(tmp_path / "a.npz", "w", method) as archive:
        for name, array in (("x", X), ("y", Y)):
            with archive.open(f"{name}.npy", "w") as member:
                npy.write_array(member, array)
    with refuses(DataError, "npz.method", file=str(tmp_path / "a.npz"), key="x", came=method):
        read_npz(tmp_path / "a.npz")


def test_an_archive_that_is_not_there(tmp_path: Path, refuses: Any) -> None:
    with refuses(FileError, "file.not_found", path=str(tmp_path / "a.npz")):
        read_npz(tmp_path / "a.npz")
