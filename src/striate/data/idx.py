"""IDX, the format of MNIST: two zero bytes, the type, the rank, the sizes (32 bits, big end first), the values.

Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database, "File formats".
"""

import gzip
import math
import os
import struct
from pathlib import Path
from typing import IO

import numpy as np

from striate.data.arrays import RawPart, RawParts
from striate.data.images import Pixels
from striate.data.reading import DEFLATE_LIMIT, LARGEST_UNPACKED, named_faults
from striate.errors import DataError

UNSIGNED_BYTE = 0x08  # IDX's number for the type
IMAGES_RANK, LABELS_RANK = 3, 1
STEMS = {"train": "train", "test": "t10k"}

GZIP_SIGNATURE = b"\x1f\x8b"
CHUNK = 1 << 20


def is_idx(folder: Path) -> bool:
    """Whether any of the four files is there."""
    return any(_find(folder, name) for name in _names().values())


def read_idx(folder: Path) -> RawParts:
    """The pictures (N, H, W) and labels (N,) of "train" and, if its two files are there, of "test".

    The files are called as MNIST's are, with '-' or '.' before "idx", packed with gzip or not (their first bytes
    decide). Raises `DataError` for a missing or damaged file, `FileError` for one that cannot be read.
    """
    names = _names()
    files = {key: path for key, name in names.items() if (path := _find(folder, name))}
    wanted = {"train"} | {part for part, _ in files}
    if missing := [name for key, name in names.items() if key[0] in wanted and key not in files]:
        raise DataError("idx.missing", folder=str(folder), missing=missing)
    return RawParts(
        {part: _part(files[part, IMAGES_RANK], files[part, LABELS_RANK]) for part in STEMS if part in wanted}
    )


def _part(images: Path, labels: Path) -> RawPart:
    return RawPart(read_file(images, IMAGES_RANK), read_file(labels, LABELS_RANK), str(images), str(labels))


def read_file(path: Path, rank: int) -> Pixels:
    """The bytes of one IDX file, in the shape its header declares.

    What the header declares is compared with what the file can hold before anything is allocated.
    """
    with named_faults(path, "idx.damaged"), path.open("rb") as file:
        held = os.fstat(file.fileno()).st_size
        packed = file.read(2) == GZIP_SIGNATURE
        file.seek(0)
        if not packed:
            return _read(path, file, rank, most=held, limit=held)
        with gzip.GzipFile(fileobj=file) as unpacked:
            return _read(path, unpacked, rank, most=held * DEFLATE_LIMIT, limit=LARGEST_UNPACKED)


def _read(path: Path, stream: IO[bytes] | gzip.GzipFile, rank: int, *, most: int, limit: int) -> Pixels:
    """`most`: the bytes that the file can hold at all; `limit`: those that we are ready to take."""
    sizes = _sizes(path, stream.read(4 + 4 * rank), rank)
    needed = math.prod(sizes)
    if needed > most:
        raise DataError("idx.ends_early", file=str(path), declared=sizes)
    if needed > limit:
        raise DataError("idx.too_large", file=str(path), declared=sizes, limit=limit)
    values = np.empty(needed, np.uint8)
    if _fill(values, stream) < needed:
        raise DataError("idx.ends_early", file=str(path), declared=sizes)
    if stream.read(1):
        raise DataError("idx.too_long", file=str(path), declared=sizes)
    return values.reshape(sizes)


def _sizes(path: Path, header: bytes, rank: int) -> tuple[int, ...]:
    required = bytes([0, 0, UNSIGNED_BYTE, rank])
    if header[:4] != required:
        raise DataError("idx.signature", file=str(path), required=required.hex(" "), came=header[:4].hex(" "))
    if len(header) < 4 + 4 * rank:
        raise DataError("idx.no_sizes", file=str(path))
    sizes = struct.unpack(f">{rank}I", header[4:])
    if 0 in sizes:
        raise DataError("idx.empty", file=str(path), declared=sizes)
    return sizes


def _fill(values: Pixels, stream: IO[bytes] | gzip.GzipFile) -> int:
    """Read until the array is full or the stream ends; how many bytes came."""
    filled = 0
    while filled < len(values) and (chunk := stream.read(min(CHUNK, len(values) - filled))):
        values[filled : filled + len(chunk)] = np.frombuffer(chunk, np.uint8)
        filled += len(chunk)
    return filled


def _names() -> dict[tuple[str, int], str]:
    return {
        (part, rank): f"{stem}-{kind}-idx{rank}-ubyte"
        for part, stem in STEMS.items()
        for kind, rank in (("images", IMAGES_RANK), ("labels", LABELS_RANK))
    }


def _find(folder: Path, name: str) -> Path | None:
    """The file of this name, with '-' or '.' before "idx", as it is or with ".gz"."""
    spellings = (name, name.replace("-idx", ".idx"))
    paths = (folder / (spelling + ending) for ending in ("", ".gz") for spelling in spellings)
    return next((path for path in paths if path.is_file()), None)
