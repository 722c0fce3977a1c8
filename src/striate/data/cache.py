"""Pictures decoded once and kept for the next time: sets of them in the user's cache folder, within a bound."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np

from striate.data.locks import remove_unused
from striate.data.setfile import PAGE, PART, Kept, SetWriter, Shape3, read_set
from striate.errors import tell

MB, GB = 10**6, 10**9
BOUND = 4 * GB  # bytes that all sets together may take, unless the user says otherwise
SPARE = 2**28  # bytes of the disk that are left free
SETS, SET = "pictures", ".set"  # the folder in the cache folder; how names of sets end


def cache_folder(environment: Mapping[str, str] = os.environ, system: str = sys.platform) -> Path:
    """Where a user's caches are: STRIATE_CACHE, or as the system has it. Raises `RuntimeError` without a home.

    Linux: $XDG_CACHE_HOME/striate, by default ~/.cache/striate (XDG Base Directory 0.8, which passes over relative
    paths); macOS: ~/Library/Caches/striate; Windows: %LOCALAPPDATA%/striate/Cache.
    """
    if given := environment.get("STRIATE_CACHE"):
        return Path(given).expanduser()
    if system == "win32":
        local = environment.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "striate" / "Cache"
    if system == "darwin":
        return Path.home() / "Library" / "Caches" / "striate"
    given = Path(environment.get("XDG_CACHE_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".cache") / "striate"


class Held(NamedTuple):
    """What a cache holds: how many sets, and their bytes."""

    sets: int
    bytes: int


class _File(NamedTuple):
    path: Path
    size: int
    used: int  # when it was used last, in nanoseconds


@dataclass
class Cache:
    """Sets of decoded pictures in a folder, `bound` bytes at most: those used longest ago make room, none in use.

    What cannot be written is said once, and the cache is left alone from then on.
    """

    folder: Path
    bound: int = BOUND
    given_up: bool = False

    def give_up(self, error: OSError) -> None:
        """Go on without."""
        self.given_up = True
        tell("cache.given_up", folder=str(self.folder), reason=error.strerror or str(error))

    def tell_full(self, kept: int, pictures: int) -> None:
        """Say that there is no room for all."""
        tell("cache.full", folder=str(self.folder), bound=self.bound, kept=kept, pictures=pictures)

    def open(self, key: str, shape: Shape3) -> Kept | None:
        """A set, as it was written; None where there is none, or where it is damaged."""
        kept = read_set(self._path(key), shape)
        if kept:
            with suppress(OSError):
                os.utime(self._path(key))
        return kept

    def room(self, key: str, shape: Shape3, pictures: int) -> int:
        """How many of so many pictures there is room for, once sets used longest ago are removed for them.

        Raises `OSError` where there is no folder, and none can be made.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # pictures may be private
        each = int(np.prod(shape))
        free = self._made_room(PAGE + pictures * each, self._path(key)) - PAGE
        return max(0, min(pictures, free // each))

    def writer(self, key: str, shape: Shape3, pictures: int) -> SetWriter:
        """For writing a set anew; the one before stays until the new one is finished. Raises `OSError`."""
        return SetWriter(self._path(key), shape, self.room(key, shape, pictures))

    def held(self) -> Held:
        """What is there now."""
        files = list(self._files())
        return Held(sum(file.path.suffix == SET for file in files), sum(file.size for file in files))

    def clear(self) -> Held:
        """Remove all that nobody uses; what is left."""
        for file in self._files():
            remove_unused(file.path)
        return self.held()

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{SET}"

    def _files(self) -> Iterator[_File]:
        """All files of the cache; of those that disappear meanwhile, none."""
        with suppress(OSError):
            for path in self.folder.iterdir():
                with suppress(OSError):
                    if path.suffix in (SET, PART):
                        found = path.stat()
                        yield _File(path, found.st_size, found.st_mtime_ns)

    def _made_room(self, needed: int, replaced: Path) -> int:
        """Remove what dead processes left, then the sets used longest ago, until the bytes fit; how many would."""
        for file in self._files():
            if file.path.suffix == PART:
                remove_unused(file.path)
        others = sorted((file for file in self._files() if file.path != replaced), key=lambda file: file.used)
        taken = sum(file.size for file in others)
        for file in others:
            if min(self.bound - taken, self._free()) >= needed:
                break
            if file.path.suffix == SET and remove_unused(file.path):
                taken -= file.size
        return min(self.bound - taken, self._free())

    def _free(self) -> int:
        return shutil.disk_usage(self.folder).free - SPARE


def users_folder() -> Path | None:
    """The folder of the user's sets; None where a user has no home."""
    try:
        return cache_folder() / SETS
    except RuntimeError:
        return None


def users_cache(bound: int) -> Cache | None:
    """The cache of the user, of so many bytes at most; None for 0, or where a user has no home."""
    folder = users_folder()
    return Cache(folder, bound) if bound and folder else None


def key_of(*what: str) -> str:
    """The name of a set, from all that it depends on besides its files."""
    hashed = blake2b(digest_size=16)
    for each in what:
        hashed.update(each.encode("utf-8", "surrogateescape") + b"\0")
    return hashed.hexdigest()
