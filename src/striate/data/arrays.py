"""Arrays that somebody hands over as pictures or labels: checked, and brought to one form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from striate.data.images import Pixels
from striate.errors import DataError, Notice

Labels = NDArray[np.int64]

# More classes than any collection has (the largest ImageNet: 21,841). A larger label is a mistake, and would make as
# many names.
MOST_CLASSES = 100_000
MOST_SHOWN = 10


@dataclass(frozen=True, eq=False)
class RawPart:
    """The pictures and labels of one part as a file holds them, unchecked; `where` names each for errors."""

    pictures: NDArray[Any]
    labels: NDArray[Any]
    pictures_where: str
    labels_where: str


@dataclass(frozen=True, eq=False)
class RawParts:
    """What a file of arrays holds: parts by name ("train", "validation", "test"), class names if it has them."""

    parts: Mapping[str, RawPart]
    class_names: NDArray[Any] | None = None
    class_names_where: str = ""
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, eq=False)
class Checked:
    """The same as `RawParts`, checked and in one form: for each part uint8 (N, h, w, C) and int64 (N,)."""

    pictures: Mapping[str, Pixels]
    labels: Mapping[str, Labels]
    class_names: tuple[str, ...]


def checked_parts(raw: RawParts) -> Checked:
    """Pictures, labels and class names, "0", "1" ... where there are none. Raises `DataError` where they are not."""
    pictures = {name: many_pictures(part.pictures, part.pictures_where) for name, part in raw.parts.items()}
    labels = {
        name: whole_labels(part.labels, part.labels_where, pictures=len(pictures[name]))
        for name, part in raw.parts.items()
    }
    if raw.class_names is None:
        class_names = tuple(str(label) for label in range(int(labels["train"].max()) + 1))
    else:
        class_names = checked_names(raw.class_names, raw.class_names_where)
    for name, part in raw.parts.items():
        check_range(labels[name], len(class_names), part.labels_where)
    return Checked(pictures, labels, class_names)


def one_picture(array: object, where: str) -> Pixels:
    """(h, w), (h, w, 1) or (h, w, 3) of whole numbers 0..255 -> uint8 (h, w, C)."""
    pixels = _bytes(array, where)
    if pixels.ndim == 2:
        pixels = pixels[..., np.newaxis]
    if pixels.ndim != 3 or pixels.shape[-1] not in (1, 3) or pixels.size == 0:
        raise DataError("array.one_picture", where=where, came=_shape(array))
    return pixels


def many_pictures(array: object, where: str) -> Pixels:
    """(N, h, w), (N, h, w, 1) or (N, h, w, 3) of whole numbers 0..255 -> uint8 (N, h, w, C)."""
    pixels = _bytes(array, where)
    if pixels.ndim == 3:
        pixels = pixels[..., np.newaxis]
    if pixels.ndim != 4 or pixels.shape[-1] not in (1, 3) or pixels.size == 0:
        raise DataError("array.many_pictures", where=where, came=_shape(array))
    return pixels


def whole_labels(array: NDArray[Any], where: str, *, pictures: int) -> Labels:
    """One whole number for each picture, (N,) or (N, 1) -> int64 (N,)."""
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise DataError("labels.nan", where=where)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise DataError("labels.shape", where=where, came=array.shape)
    if array.dtype.kind not in "iu":
        raise DataError("labels.dtype", where=where, came=str(array.dtype))
    if len(array) != pictures:
        raise DataError("labels.count", where=where, pictures=pictures, labels=len(array))
    check_range(array, MOST_CLASSES, where)
    return array.astype(np.int64)


def check_range(labels: NDArray[Any], classes: int, where: str) -> None:
    """Labels count the classes from 0. Raises `DataError` for one outside."""
    for label in (int(labels.min()), int(labels.max())):
        if not 0 <= label < classes:
            raise DataError("labels.range", where=where, last=classes - 1, came=label)


def checked_names(array: NDArray[Any], where: str) -> tuple[str, ...]:
    """Class names: texts, none twice, none empty."""
    names: tuple[str, ...] = tuple(array.tolist()) if array.dtype.kind == "U" and array.ndim == 1 else ()
    if len(names) < 2 or len(set(names)) < len(names) or not all(names):
        raise DataError("class_names.unfit", where=where)
    return names


def check_classes(labels: Labels, class_names: tuple[str, ...], where: str) -> list[Notice]:
    """At least two classes must occur; a notice if some do not."""
    found = set(np.unique(labels).tolist())
    if len(found) < 2:
        raise DataError("labels.one_class", where=where, name=class_names[int(labels[0])])
    unused = tuple(name for label, name in enumerate(class_names) if label not in found)
    if not unused:
        return []
    return [Notice("labels.unused", where=where, count=len(unused), shown=unused[:MOST_SHOWN])]


def _bytes(array: object, where: str) -> Pixels:
    if not isinstance(array, np.ndarray):
        raise DataError("array.type", where=where, came=type(array).__name__)
    values = cast(NDArray[Any], array)
    if values.dtype == np.uint8:
        return values
    if values.dtype.kind not in "iu":
        raise DataError("array.dtype", where=where, came=str(values.dtype))
    if values.size and not (values.min() >= 0 and values.max() <= 255):
        raise DataError("array.range", where=where, least=int(values.min()), most=int(values.max()))
    return values.astype(np.uint8)


def _shape(array: object) -> tuple[int, ...]:
    return cast(NDArray[Any], array).shape
