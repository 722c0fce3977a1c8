"""CIFAR-10's binary version: five files of 10,000 pictures to learn from, one to be judged by.

A picture is 3073 bytes: its label, then 1024 bytes of red, 1024 of green, 1024 of blue, each 32 rows of 32.
Source: A. Krizhevsky, The CIFAR-10 dataset, "Binary version". The Python version is a pickle, which may run code when
it is read; nothing here reads it.
"""

from pathlib import Path

import numpy as np

from striate.data.arrays import RawPart, RawParts
from striate.data.images import Pixels
from striate.data.reading import named_faults
from striate.errors import DataError

TRAIN_FILES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST_FILE, NAMES_FILE = "test_batch.bin", "batches.meta.txt"
SIDE, CHANNELS, CLASSES = 32, 3, 10
PICTURE_BYTES = 1 + CHANNELS * SIDE * SIDE
BATCH_BYTES = 10_000 * PICTURE_BYTES


def bin_files() -> tuple[str, ...]:
    """The files' names."""
    return *TRAIN_FILES, TEST_FILE, NAMES_FILE


def is_cifar(folder: Path) -> bool:
    """Whether any of the files with pictures is there."""
    return any((folder / name).is_file() for name in (*TRAIN_FILES, TEST_FILE))


def read_cifar(folder: Path) -> RawParts:
    """The pictures (N, 32, 32, 3) and labels (N,) of "train" and, if it is there, of "test", and the classes' names.

    Raises `DataError` for a missing or damaged file, `FileError` for one that cannot be read.
    """
    if missing := [name for name in (*TRAIN_FILES, NAMES_FILE) if not (folder / name).is_file()]:
        raise DataError("cifar.missing", folder=str(folder), missing=missing)
    parts = {"train": [folder / name for name in TRAIN_FILES]}
    if (folder / TEST_FILE).is_file():
        parts["test"] = [folder / TEST_FILE]
    names = folder / NAMES_FILE
    return RawParts({part: _part(folder, files) for part, files in parts.items()}, np.array(_names(names)), str(names))


def _part(folder: Path, files: list[Path]) -> RawPart:
    rows = np.concatenate([_rows(file) for file in files])
    pictures = rows[:, 1:].reshape(-1, CHANNELS, SIDE, SIDE).transpose(0, 2, 3, 1)  # N H W C
    return RawPart(np.ascontiguousarray(pictures), rows[:, 0], str(folder), str(folder))


def _rows(file: Path) -> Pixels:
    """A picture with its label in each row: (n, 3073). The file's length is looked at before it is read."""
    with named_faults(file, "cifar.damaged"):
        size = file.stat().st_size
        if size == 0 or size % PICTURE_BYTES or size > BATCH_BYTES:
            raise DataError("cifar.damaged", file=str(file))
        rows = np.fromfile(file, np.uint8).reshape(-1, PICTURE_BYTES)
    if rows[:, 0].max() >= CLASSES:
        raise DataError("cifar.damaged", file=str(file))
    return rows


def _names(file: Path) -> list[str]:
    """The classes' names, one a line."""
    with named_faults(file, "cifar.damaged"):
        if file.stat().st_size > PICTURE_BYTES:
            raise DataError("cifar.damaged", file=str(file))
        names = [line.strip() for line in file.read_text(encoding="ascii").splitlines()]
    found = [name for name in names if name]
    if len(found) != CLASSES:
        raise DataError("cifar.damaged", file=str(file))
    return found
