"""Pictures that a program hands over: files in a list, arrays, scikit-learn's Bunch; each with its labels."""

import math
import os
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from striate.data.arrays import RawPart, RawParts, check_classes, check_range, checked_names, whole_labels
from striate.data.folder import ListedPart, Listing, natural
from striate.data.names import Names
from striate.errors import DataError, Notice

Paths = Sequence[str | os.PathLike[str]]

FILES, PICTURES, LABELS, CLASS_NAMES = "files", "pictures", "labels", "class_names"

# What is white in numbers that are no bytes, by the largest that occurs: 1 for shares, 16 for scikit-learn's digits,
# which count dots.
WHITES = (1, 16, 255)


def from_list(files: Paths, labels: object, class_names: Sequence[str] | None) -> Listing:
    """Files in the order given; a label, number or name, for each. Raises `DataError`."""
    names = Names([os.fspath(file) for file in files])
    if labels is None:
        raise DataError("labels.needed")
    numbers, known = _numbered(labels, class_names, LABELS)
    numbers = whole_labels(numbers, LABELS, pictures=len(names))
    classes = known or tuple(str(k) for k in range(int(numbers.max(initial=0)) + 1))
    check_range(numbers, len(classes), LABELS)
    notices = check_classes(numbers, classes, LABELS)
    unused = frozenset(range(len(classes))) - {*numbers.tolist()}
    part = ListedPart(FILES, names, numbers)
    return Listing({"train": part}, classes, (), root=FILES, notices=tuple(notices), unused=unused)


def from_arrays(parts: Mapping[str, tuple[object, object]], class_names: Sequence[str] | None) -> RawParts:
    """Pictures and labels of each part, "train" and perhaps "test". Raises `DataError`."""
    raw: dict[str, RawPart] = {}
    known = None if class_names is None else tuple(class_names)
    for part, (pictures, labels) in parts.items():
        where = (PICTURES, LABELS) if part == "train" else (f"{part} {PICTURES}", f"{part} {LABELS}")
        if labels is None:
            raise DataError("labels.needed")
        numbers, known = _numbered(labels, known, where[1])
        raw[part] = RawPart(_array(pictures, where[0]), numbers, *where)
    return RawParts(raw, None if known is None else np.array(known), CLASS_NAMES)


def from_bunch(bunch: Mapping[str, Any], class_names: Sequence[str] | None) -> RawParts:
    """The data sets of scikit-learn: `images` or `data`, `target` and perhaps `target_names`. Raises `DataError`."""
    key = next((key for key in ("images", "data") if bunch.get(key) is not None), None)
    if key is None or bunch.get("target") is None:
        raise DataError("bunch.keys", came=sorted(map(str, bunch)))
    squares, notices = _squares(_array(bunch[key], key), key)
    pixels, also = _bytes(squares, key)
    given = bunch.get("target_names")
    # Some data sets have the name of the target's column in it.
    own = None if given is None or np.ndim(given) != 1 or len(given) < 2 else [str(name) for name in given]
    labels, known = _numbered(bunch["target"], class_names or own, "target")
    part = RawPart(pixels, labels, key, "target")
    return RawParts({"train": part}, None if known is None else np.array(known), CLASS_NAMES, (*notices, *also))


def _numbered(
    labels: object, class_names: Sequence[str] | None, where: str
) -> tuple[NDArray[Any], tuple[str, ...] | None]:
    """Labels as numbers: names are numbered as `class_names` has them, else in their order, numbers by their value."""
    array = _array(labels, where)
    if array.dtype.kind not in "UO" or not all(isinstance(label, str) for label in array.ravel().tolist()):
        return array, None if class_names is None else _checked(class_names)
    texts = [unicodedata.normalize("NFC", label) for label in cast(list[str], array.ravel().tolist())]
    names = _checked(class_names) if class_names is not None else tuple(sorted(set(texts), key=natural))
    number = {name: k for k, name in enumerate(names)}
    if unknown := next((text for text in texts if text not in number), None):
        raise DataError("labels.unknown_name", where=where, name=unknown, known=names)
    return np.array([number[text] for text in texts], np.int64).reshape(array.shape), names


def _array(values: object, where: str) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError as error:  # a list of arrays of several shapes
        raise DataError("array.ragged", where=where) from error


def _checked(class_names: Iterable[str]) -> tuple[str, ...]:
    return checked_names(np.array([unicodedata.normalize("NFC", str(name)) for name in class_names]), CLASS_NAMES)


def _squares(values: NDArray[Any], where: str) -> tuple[NDArray[Any], list[Notice]]:
    """Rows of numbers as square pictures; what has more axes stays."""
    if values.ndim != 2:
        return values, []
    side = math.isqrt(values.shape[1])
    if side * side != values.shape[1]:
        raise DataError("bunch.rows", where=where, came=values.shape[1])
    return values.reshape(-1, side, side), [Notice("bunch.square", where=where, size=(side, side))]


def _bytes(values: NDArray[Any], where: str) -> tuple[NDArray[Any], list[Notice]]:
    """Numbers from 0 to one of `WHITES` as bytes: v * 255 / white, rounded (a half up)."""
    if values.dtype == np.uint8 or values.dtype.kind not in "iuf" or not values.size:
        return values, []
    least, most = float(values.min()), float(values.max())
    white = next((white for white in WHITES if most <= white), None)
    if not least >= 0 or white is None:  # also where there is a NaN
        raise DataError("array.range", where=where, least=least, most=most)
    pixels = np.floor(values * (255 / white) + 0.5).astype(np.uint8)
    is_exact = white == WHITES[-1] and np.array_equal(pixels, values)
    return pixels, [] if is_exact else [Notice("bunch.scaled", where=where, least=least, most=most, white=white)]
