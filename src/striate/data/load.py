"""Pictures with labels, ready to train with: from files, from arrays, or scikit-learn's digits."""

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from striate.data.arrays import Labels, RawParts, check_classes, checked_parts
from striate.data.cache import BOUND, Cache, users_cache
from striate.data.choosing import changes, common_colour, common_size
from striate.data.counting import HEADERS, PICTURES, Counted, Reading
from striate.data.dataset import Dataset, Images
from striate.data.digit import could_be_mnist, looks_like_mnist
from striate.data.endings import ending_lies
from striate.data.folder import ListedPart, Listing
from striate.data.images import Colour, Header, Pair, Pixels, examine, in_parallel
from striate.data.parts import read_part
from striate.data.preprocessing import CHANNELS, Preprocessing, Resize, checked_colour, checked_resize, checked_size
from striate.data.skipping import without
from striate.data.source import Source
from striate.data.sources import Pictures, find
from striate.errors import DataError, Notice, StateError
from striate.network.settings import convert, whole

MOST_LISTED = 5  # names that a notice shows
DIGITS_WHITE = 16  # scikit-learn's digits count dots: 0 to 16
SAMPLE = 200  # files that are opened to know digits by
HELD_OUT = 4  # one in so many of them is held out


def load_images(
    source: Pictures,
    labels: object = None,
    *,
    class_names: Sequence[str] | None = None,
    size: int | Pair | None = None,
    colour: Colour | None = None,
    resize: Resize | None = None,
    cache: int = BOUND,
    skip: str | os.PathLike[str] | None = None,
    strict: bool = False,
    progress: Reading | None = None,
) -> Dataset:
    """Read pictures with labels.

    `source` is one of

    - a folder with one subfolder of pictures a class, or with train, val and test that each hold such subfolders;
    - a .zip, .tar, .tar.gz, .tar.bz2 or .tar.xz of such a folder, which is read in place;
    - an .npz file with x_train, y_train[, x_val, y_val][, x_test, y_test][, class_names], or with x and y;
    - a folder with the IDX files that MNIST comes in, packed with gzip or not;
    - a folder with the files of CIFAR-10's binary version;
    - a list of picture files, with `labels`: for each the name or the number of its class;
    - an array (N, H, W[, 1 or 3]) of whole numbers 0 to 255 with `labels`, or a pair (x, y), or two such pairs for
      training and test, as Keras's data sets come;
    - a Bunch of scikit-learn, or any mapping with `images` or `data`, and `target`.

    `class_names`: what the numbers of the last three stand for. None: the names themselves, else "0", "1" ...

    `size`: (height, width) that all get, or one number for both. None: arrays, and pictures all of one size up to 128,
    stay as they are; others become squares of 96 or, if less, of their median shorter side, with a `Notice`.
    `colour`: "grey" or "rgb". None: grey if all are stored as grey, else RGB. `resize`: see `Preprocessing`. None:
    "digit" for digits as MNIST has them, with a `Notice`, else "stretch".

    `cache`: how many bytes of decoded pictures, of all data sets together, may be kept in the user's cache folder for
    the next time; 0: none. Sets of few files leave nothing there.

    `skip`: a list of pictures to leave out, as `striate check DATA --list FILE` writes it. What is no picture among
    pictures is skipped with a `Notice`; with `strict` it is a `DataError`.

    `progress` is called as files are read: with what is done ("reading.headers", then "reading.pictures"), how many
    files it is done to, and of how many.

    Raises `SettingError`, `UnknownNameError`, `DataError`, `FileError`.
    """
    wanted = _Wanted(
        None if size is None else checked_size(size, "load_images"),
        None if colour is None else checked_colour(colour),
        None if resize is None else checked_resize(resize),
        users_cache(convert("load_images", "cache", whole, cache)),
        progress,
    )
    found: Listing | RawParts = find(source, labels, class_names)
    if skip is not None:
        found = without(cast(Any, found), Path(skip), str(source))  # of the kind that it is given
    dataset, notices = _from_arrays(found, wanted) if isinstance(found, RawParts) else _from_files(found, wanted)
    for notice in (*notices, *found.notices):
        if strict and notice.code.startswith("folder.skipped"):
            all_shown = notice.code == "folder.skipped"
            raise DataError("skip.strict" if all_shown else "skip.strict_many", **notice.fields)
        warnings.warn(notice, stacklevel=2)
    root = os.fspath(source) if isinstance(source, str | os.PathLike) else ""
    return replace(dataset, notices=(*notices, *found.notices), size_given=size is not None, root=root)


def digits() -> Dataset:
    """Scikit-learn's 1,797 handwritten digits, grey, 8x8; every fourth of each class is held out as `test`.

    Their values 0 to 16 become 0 to 255: v * 255 / 16, rounded (a half up). Raises `StateError` without scikit-learn.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise StateError("samples.missing", command="pip install 'striate[samples]'") from error
    bunch = cast(Any, load_digits())
    dots = cast(NDArray[np.float64], bunch.images).astype(np.int64)  # N 8 8
    labels = cast(NDArray[Any], bunch.target).astype(np.int64)
    pictures = ((dots * 255 + DIGITS_WHITE // 2) // DIGITS_WHITE).astype(np.uint8)[..., np.newaxis]
    everything = Images(pictures, labels, None, Preprocessing((8, 8), "grey"))
    # Not drawn: NumPy may change its generators, and this part is to be the same for ever.
    held = _rank_in_class(labels) % HELD_OUT == HELD_OUT - 1
    train, test = everything.take(np.flatnonzero(~held)), everything.take(np.flatnonzero(held))
    return Dataset(train, None, test, tuple("0123456789"), everything.preprocessing)


@dataclass(frozen=True)
class _Wanted:
    """What the user said about the pictures, checked."""

    size: Pair | None
    colour: Colour | None
    resize: Resize | None
    cache: Cache | None
    progress: Reading | None


_Read = tuple[Dataset, list[Notice]]


def _from_arrays(raw: RawParts, wanted: _Wanted) -> _Read:
    parts = checked_parts(raw)
    pictures, labels, names = parts.pictures, parts.labels, parts.class_names
    notices = check_classes(labels["train"], names, raw.parts["train"].labels_where)
    if wanted.size is None:
        _check_one_size(raw, pictures)
    headers = [header for each in pictures.values() for header in [_header(each)] * len(each)]
    colour, said = (wanted.colour, []) if wanted.colour else common_colour(headers)
    resize, also_said = _rule_for_arrays(wanted, pictures["train"], names)
    preprocessing = Preprocessing(wanted.size or headers[0].size, colour, resize=resize)
    images = {
        part: Images(preprocessing.pictures(each), labels[part], None, preprocessing) for part, each in pictures.items()
    }
    return _dataset(images, names, preprocessing), notices + said + also_said


def _rule_for_arrays(wanted: _Wanted, pictures: Pixels, names: tuple[str, ...]) -> tuple[Resize, list[Notice]]:
    as_they_are = wanted.size in (None, _size(pictures)) and wanted.colour != "rgb"
    if wanted.resize is None and as_they_are and looks_like_mnist(pictures, names):
        return "digit", [Notice("data.digit_rule")]
    return wanted.resize or "stretch", []


def _from_files(listing: Listing, wanted: _Wanted) -> _Read:
    preprocessing, notices = _decided(listing, wanted)
    if wanted.resize is None and _holds_digits(listing, preprocessing):
        preprocessing, notices = replace(preprocessing, resize="digit"), [*notices, Notice("data.digit_rule")]
    images: dict[str, Images] = {}
    skipped = list(listing.stray)
    done = Counted(wanted.progress, PICTURES, _files(listing))
    for part, listed in listing.parts.items():
        images[part], unusable = read_part(listed, preprocessing, listing.source, wanted.cache, done)
        skipped += unusable
        if not len(images[part]):
            raise DataError("folder.no_pictures", folder=listed.folder)
    train = listing.parts["train"]
    lost = sorted({*range(len(listing.class_names))} - {*images["train"].labels.tolist()} - listing.unused)
    if lost:
        raise DataError("folder.empty_class", folder=train.folder, name=listing.class_names[lost[0]])
    return _dataset(images, listing.class_names, preprocessing), notices + _skipped(listing.root, skipped)


def _holds_digits(listing: Listing, preprocessing: Preprocessing) -> bool:
    """Whether the files are digits as MNIST has them, by some of those to learn from."""
    if not could_be_mnist(preprocessing.shape, listing.class_names):
        return False
    files = listing.parts["train"].files
    some = in_parallel(lambda file: preprocessing.read(file, listing.source), files[:: max(1, len(files) // SAMPLE)])
    pictures = [one for one in some if isinstance(one, np.ndarray)]
    return bool(pictures) and looks_like_mnist(np.stack(pictures), listing.class_names)


def _decided(listing: Listing, wanted: _Wanted) -> tuple[Preprocessing, list[Notice]]:
    """The preprocessing for listed files: as wanted; what is left open is decided by all of the pictures."""
    done = Counted(wanted.progress, HEADERS, _files(listing))
    found = [each for part in listing.parts.values() for each in _headers(part, listing.source, done)]
    headers = [header for _, header in found]
    if not headers:
        raise DataError("folder.no_pictures", folder=listing.root)
    size, said = (wanted.size, []) if wanted.size else common_size(headers)
    colour, also_said = (wanted.colour, []) if wanted.colour else common_colour(headers)
    return Preprocessing(size, colour, resize=wanted.resize or "stretch"), [
        *said,
        *also_said,
        *changes(headers),
        *_misnamed(listing.root, [file for file, header in found if ending_lies(file, header.format)]),
    ]


def _files(listing: Listing) -> int:
    return sum(len(part.files) for part in listing.parts.values())


def _headers(part: ListedPart, source: Source, done: Counted) -> list[tuple[str, Header]]:
    """The files that are pictures, with their headers."""
    found = in_parallel(lambda i: examine(part.files[i], source), range(len(part.files)), done)
    return [(part.files[i], header) for i, header in enumerate(found) if isinstance(header, Header)]


def _misnamed(root: str, files: list[str]) -> list[Notice]:
    return [Notice("data.misnamed", count=len(files), shown=_names(root, files[:MOST_LISTED]))] if files else []


def _skipped(root: str, files: list[str]) -> list[Notice]:
    if not files:
        return []
    names = _names(root, files)
    code = "folder.skipped" if len(names) <= MOST_LISTED else "folder.skipped_many"
    return [Notice(code, folder=root, count=len(names), shown=names[:MOST_LISTED], files=names)]


def _names(root: str, files: list[str]) -> tuple[str, ...]:
    return tuple(file.removeprefix(f"{root}{os.sep}").replace(os.sep, "/") for file in files)


def _dataset(images: dict[str, Images], names: tuple[str, ...], preprocessing: Preprocessing) -> Dataset:
    return Dataset(images["train"], images.get("validation"), images.get("test"), names, preprocessing)


def _check_one_size(raw: RawParts, pictures: Mapping[str, Pixels]) -> None:
    required = _size(pictures["train"])
    for part, each in pictures.items():
        if _size(each) != required:
            where = raw.parts[part].pictures_where
            raise DataError("data.sizes_differ", where=where, required=required, came=_size(each))


def _header(pictures: Pixels) -> Header:
    return Header(_size(pictures), "grey" if pictures.shape[3] == CHANNELS["grey"] else "rgb")


def _size(pictures: Pixels) -> Pair:
    return pictures.shape[1], pictures.shape[2]


def _rank_in_class(labels: Labels) -> Labels:
    """0 for the first picture of its class, 1 for the second ..."""
    rank = np.empty_like(labels)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        rank[members] = np.arange(len(members))
    return rank
