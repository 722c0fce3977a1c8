"""Which of all that pictures can come from it is that somebody gave: files that are listed, or arrays."""

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from striate.data.archive import is_archive, list_archive
from striate.data.arrays import RawParts
from striate.data.cifar import is_cifar, read_cifar
from striate.data.folder import Listing, list_folder
from striate.data.given import Paths, from_arrays, from_bunch, from_list
from striate.data.idx import is_idx, read_idx
from striate.data.npz import read_npz
from striate.data.reading import cannot_read
from striate.errors import DataError, FileError, SettingError
from striate.files import as_typed

# A path, files, an array, pairs of arrays, or a Bunch: for the last three any array will do that NumPy knows.
Pictures = str | os.PathLike[str] | Paths | tuple[Any, Any] | Mapping[str, Any]


def find(source: Any, labels: object = None, class_names: Sequence[str] | None = None) -> Listing | RawParts:
    """The files and labels, or the arrays, that a source holds.

    Raises `SettingError` where labels or names are given for what has its own, `DataError`, `FileError`.
    """
    if isinstance(source, str | os.PathLike):
        _check_none(labels, class_names)
        if source == "":  # `Path("")` would be the folder one is in
            raise SettingError("setting.path", where="load_images", setting="source", came="")
        return _at(Path(cast(str, source)))
    if isinstance(source, Mapping):
        _check_none(labels, None)
        return from_bunch(cast(Mapping[str, Any], source), class_names)
    if isinstance(source, tuple) and labels is None and not _are_paths(cast(tuple[Any, ...], source)):
        return from_arrays(_parts(cast(tuple[Any, ...], source)), class_names)
    if isinstance(source, list | tuple | np.ndarray) and _are_paths(cast(Any, source)):
        return from_list(cast(Paths, source), labels, class_names)
    given = cast(Any, source)
    if not _is_row(given) and np.ndim(given) == 0:  # a text of bytes, a set, an iterator
        raise SettingError("data.no_source", where="load_images", setting="source", came=given)
    if not len(given):
        raise DataError("data.no_pictures")
    return from_arrays({"train": (given, labels)}, class_names)


def _at(path: Path) -> Listing | RawParts:
    try:
        kind = path.stat().st_mode
        cifar, idx = is_cifar(path), is_idx(path)  # neither is told of a folder that may not be entered
    except FileNotFoundError as error:
        raise _not_there(path, error) from error
    except OSError as error:
        raise cannot_read(path, error) from error
    except ValueError as error:  # a name that no file can have
        raise DataError("data.unknown_source", file=str(path)) from error
    if path.is_dir():
        if cifar:
            return read_cifar(path)
        return read_idx(path) if idx else list_folder(path)
    if not stat.S_ISREG(kind):  # a pipe, say, at which reading would wait for ever
        raise DataError("data.unknown_source", file=str(path))
    if path.suffix.lower() == ".npz":
        return read_npz(path)
    if is_archive(path):
        return list_archive(path)
    raise DataError("data.unknown_source", file=str(path))


def _not_there(path: Path, error: OSError) -> FileError:
    """The error for a path with nothing at it, which may be the name of a collection that can be fetched."""
    from striate.data.collections import COLLECTIONS

    if path.name in COLLECTIONS:
        return FileError("data.not_fetched", path=path, name=path.name, typed=as_typed(path))
    return cannot_read(path, error)


def _parts(source: tuple[Any, ...]) -> dict[str, tuple[Any, Any]]:
    """(x, y), or ((x, y), (x_test, y_test)) as Keras's data sets come."""
    match source:
        case ((x, y), (x_test, y_test)) if all(isinstance(each, tuple | list) for each in source):
            return {"train": (x, y), "test": (x_test, y_test)}
        case (x, y):
            return {"train": (x, y)}
        case _:
            raise DataError("data.not_a_pair", came=len(source))


def _is_row(source: object) -> bool:
    return isinstance(source, list | tuple)


def _are_paths(source: Any) -> bool:
    if getattr(source, "ndim", 1) == 0:
        return False
    return len(source) > 0 and all(isinstance(each, str | os.PathLike) for each in source)


def _check_none(labels: object, class_names: object) -> None:
    for setting, came in (("labels", labels), ("class_names", class_names)):
        if came is not None:
            raise SettingError("labels.has_own", setting=setting)
