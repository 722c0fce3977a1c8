"""All pictures of a source in numbers: about 1.3 KB a picture, whatever their sizes."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from sys import intern

import numpy as np
from numpy.typing import NDArray

from striate.data.arrays import Labels, RawParts, checked_parts
from striate.data.check.looks import HASH, SIDE, Look, look_at
from striate.data.counting import PICTURES, Counted, Reading
from striate.data.folder import Listing
from striate.data.images import Pixels, decode, in_parallel, inspect
from striate.data.reading import cannot_read
from striate.data.skipping import below
from striate.data.source import Source
from striate.data.sources import find
from striate.errors import StriateError

READ = 1 << 20  # bytes at a time


@dataclass(frozen=True, eq=False)
class Survey:
    """The pictures of a source, one row each, in the order of its parts.

    `names` are relative to `root`; arrays have names such as "train/17". `part` and `label` count `parts` and
    `class_names`. What cannot be read stands in `faults`, and its other columns are zero. `content` is a hash of the
    file, `pixels` one of the decoded picture (both uint8 (N, HASH)), `sizes` height and width; for the rest see `Look`
    and `Inspected`. `picture` decodes a row anew. `stray` belongs to no class.
    """

    root: str
    names: Sequence[str]
    parts: tuple[str, ...]
    class_names: tuple[str, ...]
    part: NDArray[np.uint8]
    label: Labels
    picture: Callable[[int], Pixels]
    stray: tuple[str, ...] = ()
    are_files: bool = True
    faults: dict[int, StriateError] = field(default_factory=dict[int, StriateError])
    content: Pixels = field(init=False)
    pixels: Pixels = field(init=False)
    thumbnails: Pixels = field(init=False)
    sizes: NDArray[np.int32] = field(init=False)
    dark: NDArray[np.float32] = field(init=False)
    light: NDArray[np.float32] = field(init=False)
    blur: NDArray[np.float32] = field(init=False)
    turned: NDArray[np.bool_] = field(init=False)
    formats: list[str] = field(init=False)
    modes: list[str] = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.names)
        columns = {
            "content": np.zeros((count, HASH), np.uint8),
            "pixels": np.zeros((count, HASH), np.uint8),
            "thumbnails": np.zeros((count, SIDE, SIDE), np.uint8),
            "sizes": np.zeros((count, 2), np.int32),
            "dark": np.zeros(count, np.float32),
            "light": np.zeros(count, np.float32),
            "blur": np.zeros(count, np.float32),
            "turned": np.zeros(count, np.bool_),
            "formats": [""] * count,
            "modes": [""] * count,
        }
        for name, column in columns.items():
            object.__setattr__(self, name, column)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def readable(self) -> NDArray[np.int64]:
        """The rows of the pictures that can be read."""
        usable = np.ones(len(self), np.bool_)
        usable[list(self.faults)] = False
        return np.flatnonzero(usable)

    def class_of(self, row: int) -> str:
        """The name of a picture's class."""
        return self.class_names[int(self.label[row])]

    def part_of(self, row: int) -> str:
        """The name of a picture's part."""
        return self.parts[int(self.part[row])]


def survey(source: Path, progress: Reading | None = None) -> Survey:
    """Look at all pictures of a source. Raises `DataError` and `FileError` where there are none with labels."""
    found = find(source)
    for notice in found.notices:
        warnings.warn(notice, stacklevel=2)
    if isinstance(found, RawParts):
        return survey_arrays(found, str(source))
    return survey_files(found, str(source), progress)


def survey_files(listing: Listing, root: str, progress: Reading | None = None) -> Survey:
    """Read and decode every listed file, on all cores. What cannot be read is a fault of that picture, no error."""
    files = [file for part in listing.parts.values() for file in part.files]
    survey = Survey(
        root,
        [below(file, root) for file in files],
        tuple(listing.parts),
        listing.class_names,
        _numbers([len(part.files) for part in listing.parts.values()]),
        np.concatenate([part.labels for part in listing.parts.values()]),
        lambda row: decode(files[row], listing.source),
        tuple(below(file, root) for file in listing.stray),
    )

    def fill(row: int) -> None:
        try:
            _read(survey, row, files[row], listing.source)
        except StriateError as error:
            survey.faults[row] = error

    in_parallel(fill, range(len(files)), Counted(progress, PICTURES, len(files)))
    return survey


def survey_arrays(raw: RawParts, root: str) -> Survey:
    """The same of arrays. Raises `DataError` where they are no pictures with labels."""
    parts = checked_parts(raw)
    pictures = parts.pictures
    where = [(name, i) for name in pictures for i in range(len(pictures[name]))]
    survey = Survey(
        root,
        [f"{name}/{i}" for name, i in where],
        tuple(pictures),
        parts.class_names,
        _numbers([len(each) for each in pictures.values()]),
        np.concatenate(list(parts.labels.values())),
        lambda row: pictures[where[row][0]][where[row][1]],
        are_files=False,
    )

    def fill(row: int) -> None:
        pixels = survey.picture(row)
        _keep(survey, row, look_at(pixels), pixels.shape)

    in_parallel(fill, range(len(survey)))
    return survey


def _read(survey: Survey, row: int, file: str, source: Source) -> None:
    content = _digest(file, source)
    found = inspect(file, source)
    _keep(survey, row, look_at(found.pixels), found.pixels.shape)
    survey.content[row] = np.frombuffer(content, np.uint8)
    survey.turned[row] = found.turned
    survey.formats[row] = intern(found.format)
    survey.modes[row] = intern(found.mode)


def _keep(survey: Survey, row: int, look: Look, shape: Sequence[int]) -> None:
    survey.pixels[row] = np.frombuffer(look.pixels, np.uint8)
    survey.thumbnails[row] = look.thumbnail
    survey.sizes[row] = shape[:2]
    survey.dark[row], survey.light[row], survey.blur[row] = look.dark, look.light, look.blur
    survey.modes[row] = "L" if shape[2] == 1 else "RGB"


def _digest(file: str, source: Source) -> bytes:
    """A hash of the file's bytes. Raises `FileError`."""
    found = blake2b(digest_size=HASH)
    try:
        with source.open(file) as stream:
            while piece := stream.read(READ):
                found.update(piece)
    except OSError as error:
        if isinstance(error, StriateError):
            raise
        raise cannot_read(file, error) from error
    return found.digest()


def _numbers(counts: list[int]) -> NDArray[np.uint8]:
    return np.repeat(np.arange(len(counts), dtype=np.uint8), counts)
