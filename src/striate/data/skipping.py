"""The list of pictures to leave out: how it is written, read and followed.

One name a line, relative to the data's folder, then a tab and `# ` with the reason; lines that begin with # are
comments. A name that would be misread so stands as a JSON text, in double quotes. Pictures of arrays have names such as
"train/17".
"""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from striate.data.arrays import RawPart, RawParts
from striate.data.folder import ListedPart, Listing
from striate.data.reading import cannot_read, read_at_most
from striate.errors import DataError, Notice

COMMENT = "#"
REASON = "\t# "
LARGEST = 1 << 28  # bytes: names of some millions of files
MOST_SHOWN = 5

Found = TypeVar("Found", Listing, RawParts)


def line(name: str, reason: str) -> str:
    """A line of the list."""
    plain = name.isprintable() and name == name.strip() and not name.startswith((COMMENT, '"'))
    return f"{name if plain else json.dumps(name)}{REASON}{reason}"


def read_list(path: Path) -> list[str]:
    """The names in a list, each once. Raises `DataError`, `FileError`."""
    try:
        with path.open("rb") as file:
            content = read_at_most(file, LARGEST + 1)
    except OSError as error:
        raise cannot_read(path, error) from error
    try:
        if len(content) > LARGEST:
            raise ValueError
        lines = content.decode("utf-8-sig").split("\n")
        return list(dict.fromkeys(name for each in lines if (name := _name(each.rstrip("\r")))))
    except ValueError as error:  # also of a text that is no UTF-8, and of what begins like a JSON text and is none
        raise DataError("skip.no_list", file=str(path)) from error


def without(found: Found, skip: Path, root: str) -> Found:
    """What was found, without the pictures that a list names; how many went is one more of its notices.

    Raises `DataError`, `FileError` where the list cannot be read, `DataError` where it leaves a class no picture to
    train with.
    """
    names = read_list(skip)
    wanted = {_comparable(name): name for name in names}
    seen: set[str] = set()
    if isinstance(found, Listing):
        parts = {name: _fewer_files(part, root, wanted, seen) for name, part in found.parts.items()}
        _check_left(skip, found, parts["train"])
    else:
        parts = {name: _fewer_rows(name, part, wanted, seen) for name, part in found.parts.items()}
    left = tuple(name for key, name in wanted.items() if key not in seen)
    notices = [Notice("skip.done", file=str(skip), count=len(seen))]
    if left:
        notices.append(Notice("skip.unknown", file=str(skip), count=len(left), shown=left[:MOST_SHOWN], root=root))
    return cast(Found, replace(found, parts=cast(Any, parts), notices=(*found.notices, *notices)))


def below(file: str, root: str) -> str:
    """A file's name below the root, with / on every system."""
    path = PurePath(file)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _name(text: str) -> str:
    if text.startswith(COMMENT) or not text.strip():
        return ""
    if text.startswith('"'):
        return cast(str, json.JSONDecoder().raw_decode(text)[0])
    return text.partition(REASON)[0].strip()


def _comparable(name: str) -> str:
    """A name as names are compared: composed and decomposed letters alike."""
    return unicodedata.normalize("NFC", name).removeprefix("./")


def _fewer_files(part: ListedPart, root: str, wanted: dict[str, str], seen: set[str]) -> ListedPart:
    kept = _kept([_comparable(below(file, root)) for file in part.files], wanted, seen)
    return replace(part, files=part.files.take(kept), labels=part.labels[kept])


def _check_left(skip: Path, found: Listing, train: ListedPart) -> None:
    """No class may lose all of its pictures: it would be blamed on the files."""
    gone = np.setdiff1d(found.parts["train"].labels, train.labels)
    if len(gone):
        raise DataError("skip.class_gone", file=str(skip), name=found.class_names[int(gone[0])])


def _fewer_rows(name: str, part: RawPart, wanted: dict[str, str], seen: set[str]) -> RawPart:
    if part.pictures.ndim < 1 or part.labels.ndim < 1 or len(part.pictures) != len(part.labels):
        return part  # refused later, with the reason
    kept = _kept([f"{name}/{row}" for row in range(len(part.labels))], wanted, seen)
    return replace(part, pictures=part.pictures[kept], labels=part.labels[kept])


def _kept(names: Sequence[str], wanted: dict[str, str], seen: set[str]) -> NDArray[np.int64]:
    seen.update(name for name in names if name in wanted)
    return np.array([row for row, name in enumerate(names) if name not in wanted], np.int64)
