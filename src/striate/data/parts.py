"""From listed files to pictures with labels: in memory, mapped from the cache, or decoded when they are asked for."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache as once
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from striate.data.cache import Cache, key_of
from striate.data.dataset import Images
from striate.data.decoded import Decoded, Indices, Pictures
from striate.data.folder import ListedPart
from striate.data.images import Pixels, in_parallel
from striate.data.names import Names
from striate.data.preprocessing import Preprocessing
from striate.data.same import Hashes, hashes_of
from striate.data.setfile import COLUMNS, Index, Kept
from striate.data.source import DISK, Source
from striate.errors import FileError, StriateError
from striate.version import __version__

SMALL_FILES = 2**24  # bytes of picture files that are read in a second or two: they leave nothing in the cache
SMALL = 2**26  # bytes of decoded pictures that may stay in memory
BLOCK, LEAST_BLOCK = 2**23, 8  # bytes of decoded pictures that are worked on at a time; at least so many pictures
NO_STAMP = -1  # for length and time of change of a file that does not tell them

Mask = NDArray[np.bool_]


def read_part(
    listed: ListedPart,
    preprocessing: Preprocessing,
    source: Source = DISK,
    cache: Cache | None = None,
    done: Callable[[], object] | None = None,
) -> tuple[Images, list[str]]:
    """The pictures of listed files, in their order, and the files that are no usable pictures.

    All are decoded once, or were before and stand in the cache. Few stay in memory; many are mapped from the cache, and
    what does not fit into it is decoded again whenever it is asked for. `done` is called for each that is decoded here.
    """
    pictures, usable = _Part(listed, preprocessing, source, done).read(cache)
    missing: list[int] = np.flatnonzero(~usable).tolist()
    unusable = [listed.files[i] for i in missing]
    return Images(pictures, listed.labels[usable], _those(listed.files, usable), preprocessing), unusable


class _Part:
    """Files that are to become one set of pictures."""

    def __init__(
        self,
        listed: ListedPart,
        preprocessing: Preprocessing,
        source: Source,
        done: Callable[[], object] | None,
    ) -> None:
        self._folder, self._files = listed.folder, listed.files
        self._preprocessing, self._source, self._done = preprocessing, source, done
        self._shape = preprocessing.shape
        self._each = int(np.prod(self._shape))
        self._index = _index(listed, source)  # N 4

    def read(self, cache: Cache | None) -> tuple[Pictures, Mask]:
        """The usable pictures, and which files they come from."""
        if cache and not cache.given_up and not (self._is_small and self._index[:, 2].sum() <= SMALL_FILES):
            try:
                return self._cached(cache)
            except OSError as error:
                if isinstance(error, StriateError):
                    raise
                cache.give_up(error)
        return self._uncached()

    @property
    def _is_small(self) -> bool:
        return len(self._files) * self._each <= SMALL

    def _uncached(self) -> tuple[Pictures, Mask]:
        usable = np.zeros(len(self._files), np.bool_)
        if self._is_small:
            pictures = self._empty(len(usable))
            for places in self._blocks():
                usable[places] = self._decode(places, pictures[places[0] : places[-1] + 1])
            return (pictures if usable.all() else pictures[usable]), usable
        hashed: list[Hashes] = []
        for places in self._blocks():
            block = self._empty(len(places))
            usable[places] = self._decode(places, block)
            hashed.append(hashes_of(block[usable[places]]))  # nothing else is kept of them
        return self._when_asked_for(self._empty(0), usable, np.concatenate(hashed)), usable

    def _cached(self, cache: Cache) -> tuple[Pictures, Mask]:
        """From the set in the cache, which is made, or made anew where files have changed."""
        # Any change of the code may change the pixels, and so may another Pillow.
        key = key_of(os.path.realpath(self._folder), repr(replace(self._preprocessing, scale=1.0)), _code())
        old = cache.open(key, self._shape) or Kept(np.empty((0, COLUMNS), np.int64), self._empty(0))
        rows = _rows(self._index, old.index)
        has_room = len(old.pixels) < len(old.index) == cache.room(key, self._shape, len(old.index))
        if has_room or not self._is_all(old, rows):
            if self._is_small and cache.room(key, self._shape, len(rows)) < len(rows):
                cache.tell_full(0, len(rows))
                return self._uncached()
            old, rows = self._renewed(cache, key, old, rows)
        if len(old.pixels) == len(old.index):
            return old.pixels, rows >= 0
        cache.tell_full(len(old.pixels), len(old.index))
        return self._when_asked_for(old.pixels, rows >= 0), rows >= 0

    def _is_all(self, old: Kept, rows: Indices) -> bool:
        """Whether a set knows just the usable pictures, in their order."""
        unknown = np.flatnonzero(rows < 0)
        in_order = np.array_equal(np.delete(rows, unknown), np.arange(len(old.index)))
        return in_order and not any(self._decode(one, self._empty(1)).any() for one in unknown[:, np.newaxis])

    def _renewed(self, cache: Cache, key: str, old: Kept, rows: Indices) -> tuple[Kept, Indices]:
        """The set written anew, with what the old one holds taken from it."""
        usable = rows >= 0
        with cache.writer(key, self._shape, len(rows)) as writer:
            for places in self._blocks():
                pixels, known = self._empty(len(places)), usable[places]
                there = known & (rows[places] < len(old.pixels))
                pixels[there] = old.pixels[rows[places[there]]]
                # What is known to be sound is not decoded where there is no room for its pixels.
                missing = np.flatnonzero(~there & ~(known & writer.full))
                decoded = self._empty(len(missing))
                usable[places[missing]] = self._decode(places[missing], decoded)
                pixels[missing] = decoded
                writer.write(self._index[places[usable[places]]], pixels[usable[places]])
            return writer.finish(), np.where(usable, np.cumsum(usable) - 1, -1)

    def _decode(self, places: Indices, pixels: Pixels) -> Mask:
        """Decode some files into the pixels given for them, (n, H, W, C); which of them are usable pictures."""

        def fill(i: int) -> None:
            file = self._files[int(places[i])]
            if self._index[places[i], 2] == NO_STAMP:
                self._source.stamp(file)  # says why it cannot be read
            pixels[i] = self._preprocessing.read(file, self._source)

        return np.array([error is None for error in in_parallel(fill, range(len(places)), self._done)], np.bool_)

    def _when_asked_for(self, kept: Pixels, usable: Mask, hashed: Hashes | None = None) -> Decoded:
        stamps = self._index[usable, 2:]
        files, rows = _those(self._files, usable), np.arange(len(stamps))
        return Decoded(files, stamps, kept, rows, self._preprocessing, self._source, hashed)

    def _blocks(self) -> Iterator[Indices]:
        everything, size = np.arange(len(self._files)), max(LEAST_BLOCK, BLOCK // self._each)
        return (everything[first : first + size] for first in range(0, len(everything), size))

    def _empty(self, count: int) -> Pixels:
        return np.empty((count, *self._shape), np.uint8)


def _index(listed: ListedPart, source: Source) -> Index:
    """What tells each file from others, and from what it was before: the hash of its name in the folder, its stamp."""
    index = np.empty((len(listed.files), COLUMNS), np.int64)
    for row, file in zip(index, listed.files, strict=True):
        name = file.removeprefix(listed.folder).encode("utf-8", "surrogateescape")
        row[:2] = np.frombuffer(blake2b(name, digest_size=16).digest(), np.int64)
        try:
            row[2:] = source.stamp(file)
        except FileError:
            row[2:] = NO_STAMP
    return index


def _rows(index: Index, old: Index) -> Indices:
    """For each row of an index its number in the old one, -1 where that has no equal row."""
    if not len(old):
        return np.full(len(index), -1)
    order = np.argsort(old[:, 0], kind="stable")
    at = order[np.minimum(np.searchsorted(old[order, 0], index[:, 0]), len(old) - 1)]
    return np.where((old[at] == index).all(axis=1), at, -1)


def _those(files: Names, usable: Mask) -> Names:
    return files if usable.all() else files.take(np.flatnonzero(usable))


@once
def _code() -> str:
    """What stands for all code that decodes and resizes."""
    import PIL

    hashed = blake2b(f"{__version__} {PIL.__version__}".encode(), digest_size=16)
    for file in sorted(Path(__file__).parent.glob("*.py")):
        hashed.update(file.read_bytes())
    return hashed.hexdigest()
