"""NumPy's .npz: a zip archive with one array a member. Read without pickle, so that no file can run code."""

import math
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from striate.data.arrays import RawPart, RawParts
from striate.data.reading import DEFLATE_LIMIT, LARGEST_UNPACKED, named_faults
from striate.errors import DataError, Notice

# keras.datasets' mnist.npz has the first and the last of these; x and y alone are all for training.
PARTS = {"train": ("x_train", "y_train"), "validation": ("x_val", "y_val"), "test": ("x_test", "y_test")}
WHOLE = ("x", "y")
CLASS_NAMES = "class_names"
MEMBER = ".npy"
# Bytes that one byte comes to, by how it is packed. LZMA is not read: its files ask for any amount of memory.
MOST_UNPACKED = {zipfile.ZIP_STORED: 1, zipfile.ZIP_DEFLATED: DEFLATE_LIMIT}


def read_npz(path: Path) -> RawParts:
    """The arrays x_train, y_train[, x_val, y_val][, x_test, y_test] or x, y, and class_names if it is there.

    Raises `DataError` for other contents and for a damaged or pickled member, `FileError` for what cannot be read.
    """
    with named_faults(path, "npz.damaged"), zipfile.ZipFile(path) as archive:
        return _parts(path, archive)


def _parts(path: Path, archive: zipfile.ZipFile) -> RawParts:
    keys = [name.removesuffix(MEMBER) for name in archive.namelist() if name.endswith(MEMBER)]
    pairs = _pairs(path, keys)
    used = [key for pair in pairs.values() for key in pair] + [CLASS_NAMES]
    _check_sizes(path, archive, [key for key in used if key in keys])
    parts = {
        part: RawPart(_array(path, archive, x), _array(path, archive, y), f"{path}: {x}", f"{path}: {y}")
        for part, (x, y) in pairs.items()
    }
    names = _array(path, archive, CLASS_NAMES) if CLASS_NAMES in keys else None
    ignored = tuple(key for key in keys if key not in used)
    notices = (Notice("npz.ignored", file=str(path), keys=ignored),) if ignored else ()
    return RawParts(parts, names, f"{path}: {CLASS_NAMES}", notices)


def _pairs(path: Path, keys: list[str]) -> dict[str, tuple[str, str]]:
    """Which keys are the pictures and labels of which part."""
    known = PARTS if PARTS["train"][0] in keys else {"train": WHOLE}
    pairs = {part: pair for part, pair in known.items() if pair[0] in keys or pair[1] in keys}
    if "train" not in pairs:
        raise DataError("npz.keys", file=str(path), came=keys)
    for pair in pairs.values():
        if missing := [key for key in pair if key not in keys]:
            raise DataError("npz.missing", file=str(path), missing=missing[0], came=keys)
    return pairs


def _check_sizes(path: Path, archive: zipfile.ZipFile, keys: list[str]) -> None:
    """What is packed may grow only so far; what is not packed is as long as it is in the file.

    Lengths are what the file says of itself: none is believed that its own bytes could not hold.
    """
    members = [archive.getinfo(key + MEMBER) for key in keys]
    unpacked = sum(member.file_size for member in members if member.compress_type != zipfile.ZIP_STORED)
    if unpacked > LARGEST_UNPACKED:
        raise DataError("npz.too_large", file=str(path), came=unpacked, limit=LARGEST_UNPACKED)
    held = path.stat().st_size
    for member in members:
        if member.compress_type not in MOST_UNPACKED:
            key = member.filename.removesuffix(MEMBER)
            raise DataError("npz.method", file=str(path), key=key, came=member.compress_type)
        if member.file_size > MOST_UNPACKED[member.compress_type] * min(held, member.compress_size):
            raise DataError("npz.damaged", file=str(path))


def _array(path: Path, archive: zipfile.ZipFile, key: str) -> NDArray[Any]:
    with archive.open(key + MEMBER) as member:
        shape, dtype = _header(member)
        if dtype.hasobject:
            raise DataError("npz.pickled", file=str(path), key=key)
        if math.prod(shape) * dtype.itemsize > archive.getinfo(key + MEMBER).file_size:
            raise DataError("npz.damaged", file=str(path))
    with archive.open(key + MEMBER) as member:
        return npy.read_array(member, allow_pickle=False)


def _header(member: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = npy.read_magic(member)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _, dtype = read(member)
    return shape, dtype
