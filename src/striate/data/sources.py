"""Which of all that pictures can come from it is that somebody gave: files that are listed, or arrays."""

import os
from pathlib import Path

from striate.data.archive import is_archive, list_archive
from striate.data.arrays import RawParts
from striate.data.cifar import is_cifar, read_cifar
from striate.data.folder import Listing, list_folder
from striate.data.idx import is_idx, read_idx
from striate.data.npz import read_npz
from striate.data.reading import cannot_read
from striate.errors import DataError


def find(source: str | os.PathLike[str]) -> Listing | RawParts:
    """The files and labels of a folder, or the arrays of a file of arrays. Raises `DataError`, `FileError`."""
    path = Path(source)
    try:
        path.stat()
    except OSError as error:
        raise cannot_read(path, error) from error
    except ValueError as error:  # a name that no file can have
        raise DataError("data.unknown_source", file=str(path)) from error
    if path.is_dir():
        return read_idx(path) if is_idx(path) else read_cifar(path) if is_cifar(path) else list_folder(path)
    if path.suffix.lower() == ".npz":
        return read_npz(path)
    if is_archive(path):
        return list_archive(path)
    raise DataError("data.unknown_source", file=str(path))
