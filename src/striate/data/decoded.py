"""Pictures in files that are decoded when somebody asks for them, apart from those that were kept decoded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from striate.data.images import Pixels, in_parallel
from striate.data.preprocessing import Preprocessing
from striate.data.same import Hashes, hashes_of
from striate.data.source import DISK, Source
from striate.errors import DataError, FileError

Indices = NDArray[np.intp]


class Unread(NamedTuple):
    """A file that no longer gives the picture that it gave, and why."""

    file: str
    error: DataError | FileError


class Gathered(NamedTuple):
    """Where some pictures stand: at `places` of `pictures`; of what was asked for those at `came`, None: all.

    `unread` names the others.
    """

    pictures: NDArray[Any]
    places: Indices
    came: Indices | None = None
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Decoded:
    """As an array of uint8 (N, H, W, C) that is asked for by `[...]`, along its first axis; read-only.

    `files` and `stamps` (n, 2), their lengths and times of change, are those of all pictures, `kept` (k, H, W, C) the
    first of them as they were decoded before; `rows` (N,) says which of all there are here, in which order. The others
    are decoded by all cores whenever they are asked for. A file that is no longer what its stamp says is refused.
    `hashed` (n, 16) are the hashes of all, where they are known.
    """

    files: Sequence[str]
    stamps: NDArray[np.int64]
    kept: Pixels
    rows: Indices
    preprocessing: Preprocessing
    source: Source
    hashed: Hashes | None = None

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(N, H, W, C)."""
        return len(self.rows), *self.preprocessing.shape

    @property
    def ndim(self) -> int:
        """4."""
        return 4

    @property
    def dtype(self) -> np.dtype[np.uint8]:
        """Of uint8."""
        return np.dtype(np.uint8)

    @property
    def hashes(self) -> Hashes:
        """A hash of each picture's pixels: (N, 16). What is not known is decoded for it."""
        return hashes_of(self) if self.hashed is None else self.hashed[self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"Decoded(shape={self.shape})"

    def __getitem__(self, which: Any) -> Pixels:
        """Pictures by one number, a slice, numbers or a mask; by several axes, of all of them in memory.

        Raises `DataError` or `FileError` for a broken file.
        """
        if isinstance(which, tuple):
            return self[:][which]
        places = np.arange(len(self))[which]
        found = self.gathered(np.atleast_1d(places))
        for _, error in found.unread:
            raise error
        return found.pictures[found.places if np.ndim(places) else found.places[0]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All of them, in memory."""
        return np.asarray(self[:], dtype)

    def take(self, indices: Indices) -> "Decoded":
        """Some of them, none decoded yet."""
        return replace(self, rows=self.rows[indices])

    def gathered(self, indices: Indices) -> Gathered:
        """Some of them, without those whose files broke."""
        rows = self.rows[indices]
        if not len(rows) or rows.max() < len(self.kept):
            return Gathered(self.kept, rows)
        pictures = np.empty((len(rows), *self.preprocessing.shape), np.uint8)

        def fill(i: int) -> None:
            row = int(rows[i])
            pictures[i] = self.kept[row] if row < len(self.kept) else self._read(row)

        results = in_parallel(fill, range(len(rows)))
        unread = tuple(Unread(self.files[int(rows[i])], error) for i, error in enumerate(results) if error is not None)
        came = np.flatnonzero([error is None for error in results])
        return Gathered(pictures, came, came if unread else None, unread)

    def _read(self, row: int) -> Pixels:
        file = self.files[row]
        if tuple(self.stamps[row].tolist()) != self.source.stamp(file):
            raise DataError("picture.changed", file=file)
        return self.preprocessing.read(file, self.source)


Pictures = NDArray[Any] | Decoded


def chosen(pictures: Pictures, indices: Indices, preprocessing: Preprocessing) -> Pictures:
    """Some of them: of an array a copy, of what is mapped or decoded when asked for a view."""
    if isinstance(pictures, Decoded):
        return pictures.take(indices)
    if isinstance(pictures, np.memmap):
        no_stamps = np.empty((0, 2), np.int64)
        return Decoded((), no_stamps, cast(Pixels, pictures), indices, preprocessing, DISK)
    return pictures[indices]


def gathered(pictures: Pictures, indices: Indices) -> Gathered:
    """Where these pictures stand in memory, decoded if need be."""
    return pictures.gathered(indices) if isinstance(pictures, Decoded) else Gathered(pictures, indices)
