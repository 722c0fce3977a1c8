"""IDX files: the names they go by, packed or not, and every way of being wrong."""

import gzip
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from striate.data.idx import is_idx, read_file, read_idx
from striate.data.reading import LARGEST_UNPACKED
from striate.errors import DataError, FileError

NAMES = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
]
IMAGES, LABELS = bytes([0, 0, 8, 3]), bytes([0, 0, 8, 1])


def idx(values: np.ndarray) -> bytes:
    return bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


@pytest.fixture
def arrays(rng: np.random.Generator) -> list[np.ndarray]:
    """Pictures and labels for training, the same for testing."""
    return [
        rng.integers(0, 256, (7, 3, 5), np.uint8),
        np.arange(7, dtype=np.uint8) % 3,
        rng.integers(0, 256, (4, 3, 5), np.uint8),
        np.arange(4, dtype=np.uint8) % 3,
    ]


@pytest.mark.parametrize("rename", [str, lambda name: name.replace("-idx", ".idx")])
@pytest.mark.parametrize(
    ("ending", "pack"),
    [("", bytes), (".gz", gzip.compress), (".gz", bytes), ("", gzip.compress)],  # downloads are often unpacked unasked
)
def test_the_four_files(
    tmp_path: Path, arrays: list[np.ndarray], rename: Callable[[str], str], ending: str, pack: Callable[[bytes], bytes]
) -> None:
    for name, values in zip(NAMES, arrays, strict=True):
        (tmp_path / (rename(name) + ending)).write_bytes(pack(idx(values)))
    assert is_idx(tmp_path)
    parts = read_idx(tmp_path).parts
    assert list(parts) == ["train", "test"]
    np.testing.assert_array_equal(parts["train"].pictures, arrays[0])
    np.testing.assert_array_equal(parts["train"].labels, arrays[1])
    np.testing.assert_array_equal(parts["test"].pictures, arrays[2])
    np.testing.assert_array_equal(parts["test"].labels, arrays[3])


def test_a_folder_of_the_same_name_is_passed_over(tmp_path: Path, arrays: list[np.ndarray]) -> None:
    for name, values in zip(NAMES[:2], arrays[:2], strict=True):
        (tmp_path / name).mkdir()
        (tmp_path / name.replace("-idx", ".idx")).write_bytes(idx(values))
    assert list(read_idx(tmp_path).parts) == ["train"]


@pytest.mark.parametrize("gone", range(4))
def test_a_missing_file(tmp_path: Path, arrays: list[np.ndarray], refuses: Any, gone: int) -> None:
    for name, values in zip(NAMES, arrays, strict=True):
        (tmp_path / name).write_bytes(idx(values))
    (tmp_path / NAMES[gone]).unlink()
    with refuses(DataError, "idx.missing", folder=str(tmp_path), missing=[NAMES[gone]]):
        read_idx(tmp_path)


def test_files_for_testing_alone(tmp_path: Path, arrays: list[np.ndarray], refuses: Any) -> None:
    for name, values in zip(NAMES[2:], arrays[2:], strict=True):
        (tmp_path / name).write_bytes(idx(values))
    with refuses(DataError, "idx.missing", folder=str(tmp_path), missing=NAMES[:2]):
        read_idx(tmp_path)


@pytest.fixture(params=[bytes, gzip.compress], ids=["plain", "packed"])
def written(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        (tmp_path / "a").write_bytes(request.param(content))
        return tmp_path / "a"

    return write


@pytest.mark.parametrize(
    "start", [b"", b"\0", b"\0\0\x08\x01", b"\0\0\x0d\x03", b"\x89PNG\r\n\x1a\n", b"\0\x01\x08\x03", b"\x08\0\0\x03"]
)
def test_another_kind_of_file(written: Callable[[bytes], Path], refuses: Any, start: bytes) -> None:
    file = written(start + b"\0" * 20 if len(start) >= 4 else start)
    required = {"required": "00 00 08 03", "came": start[:4].hex(" ")}
    with refuses(DataError, "idx.signature", file=str(file), **required):
        read_file(file, 3)


def test_a_header_without_all_sizes(written: Callable[[bytes], Path], refuses: Any) -> None:
    file = written(IMAGES + struct.pack(">2I", 4, 3))
    with refuses(DataError, "idx.no_sizes", file=str(file)):
        read_file(file, 3)


@pytest.mark.parametrize("sizes", [(0, 3, 5), (7, 0, 5), (7, 3, 0)])
def test_no_values_at_all(written: Callable[[bytes], Path], refuses: Any, sizes: tuple[int, ...]) -> None:
    file = written(IMAGES + struct.pack(">3I", *sizes))
    with refuses(DataError, "idx.empty", file=str(file), declared=sizes):
        read_file(file, 3)


# The last two are larger than any memory: they must be refused by the file's own size.
@pytest.mark.parametrize("sizes", [(7, 3, 6), (1000, 3, 5), (2**20, 2**10, 2**10), (2**32 - 1,) * 3])
def test_fewer_values_than_declared(written: Callable[[bytes], Path], refuses: Any, sizes: tuple[int, ...]) -> None:
    file = written(IMAGES + struct.pack(">3I", *sizes) + bytes(7 * 3 * 5))
    with refuses(DataError, "idx.ends_early", file=str(file), declared=sizes):
        read_file(file, 3)


def test_more_values_than_declared(written: Callable[[bytes], Path], refuses: Any) -> None:
    file = written(LABELS + struct.pack(">I", 7) + bytes(8))
    with refuses(DataError, "idx.too_long", file=str(file), declared=(7,)):
        read_file(file, 1)


def test_a_packed_file_may_not_fill_the_memory(tmp_path: Path, refuses: Any) -> None:
    # As long as a bomb of three gigabytes of zeros. What follows the header does not matter: it is not unpacked.
    sizes = (3 * 2**20, 2**5, 2**5)
    content = gzip.compress(IMAGES + struct.pack(">3I", *sizes) + np.random.default_rng(0).bytes(4 * 2**20), 1)
    (tmp_path / "a").write_bytes(content)
    with refuses(DataError, "idx.too_large", file=str(tmp_path / "a"), declared=sizes, limit=LARGEST_UNPACKED):
        read_file(tmp_path / "a", 3)


def test_a_small_file_that_unpacks_far_beyond_its_header_is_not_unpacked(tmp_path: Path, refuses: Any) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(LABELS + struct.pack(">I", 7) + bytes(50_000_000), 1))
    with refuses(DataError, "idx.too_long", file=str(tmp_path / "a"), declared=(7,)):
        read_file(tmp_path / "a", 1)


def test_a_packed_file_cut_short_or_with_wrong_bytes(tmp_path: Path, arrays: list[np.ndarray], refuses: Any) -> None:
    whole = gzip.compress(idx(arrays[0]))
    wrong = bytearray(whole)
    wrong[-6] ^= 0xFF  # in the checksum
    for content in (whole[:-20], whole[:12], bytes(wrong)):
        (tmp_path / "a").write_bytes(content)
        with refuses(DataError, "idx.damaged", file=str(tmp_path / "a")):
            read_file(tmp_path / "a", 3)


def test_a_file_that_cannot_be_read(tmp_path: Path, refuses: Any) -> None:
    with refuses(FileError, "file.not_found", path=str(tmp_path / "a")):
        read_file(tmp_path / "a", 3)
    with refuses(FileError, "file.folder_given", path=str(tmp_path)):
        read_file(tmp_path, 3)


def test_the_real_mnist(mnist: Path) -> None:
    parts = read_idx(mnist).parts
    train, test = parts["train"], parts["test"]
    assert train.pictures.shape == (60_000, 28, 28)
    assert test.pictures.shape == (10_000, 28, 28)
    assert train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert np.bincount(train.labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    # Published mean and deviation of the training pictures, as fractions of 255.
    assert round(float(train.pictures.mean() / 255), 4) == 0.1307
    assert round(float(train.pictures.std() / 255), 4) == 0.3081
