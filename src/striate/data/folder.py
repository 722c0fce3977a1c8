"""A folder of pictures, one subfolder a class, as lists of files and labels. Lists only; opens no picture."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from striate.data.reading import cannot_read
from striate.data.source import DISK, Source
from striate.errors import DataError

PARTS = ("train", "validation", "test")
PART_NAMES = {"train": "train", "val": "validation", "valid": "validation", "validation": "validation", "test": "test"}

# What systems and archives leave behind, besides names that begin with a dot.
LEFTOVERS = ("__macosx", "desktop.ini", "thumbs.db")

Classes = Mapping[str, list[Path]]


@dataclass(frozen=True)
class ListedPart:
    """The files of one part, class by class, and the class number of each; the folder that they were found in."""

    folder: str
    files: tuple[str, ...]
    labels: tuple[int, ...]


@dataclass(frozen=True)
class Listing:
    """What a folder or archive holds: parts by name ("train", "validation", "test"); `stray` belongs to no class.

    `source` opens the files.
    """

    parts: Mapping[str, ListedPart]
    class_names: tuple[str, ...]
    stray: tuple[str, ...]
    source: Source = DISK


def list_folder(root: Path) -> Listing:
    """The files and classes of a folder: one subfolder a class, or train [and val] [and test] with one a class each.

    A class is called as its folder is, in Unicode's composed form (NFC): two folders whose names differ only in how
    their letters are composed, which systems do differently, are one class. Classes and files are sorted by name,
    numbers by their value. All files below a class's folder belong to it. Hidden files are passed over.
    Raises `DataError`, `FileError`.
    """
    parts, stray = _parts(root)
    found: dict[str, Classes] = {}
    for part, folder in parts.items():
        found[part], beside = _classes(folder)
        stray += beside
    _check_training(parts["train"], found["train"])
    names = tuple(sorted(found["train"], key=natural))
    for part, folder in parts.items():
        _check_known(folder, found[part], names)
    listed = {part: _listed(folder, found[part], names) for part, folder in parts.items()}
    return Listing(listed, names, tuple(str(path) for path in stray))


def files_below(folder: Path) -> list[Path]:
    """All files below a folder, hidden ones not counted, sorted by name, numbers by their value. Raises `FileError`."""
    return sorted(_files(folder)[0], key=lambda path: natural(path.as_posix()))


def natural(name: str) -> tuple[list[str | int], str]:
    """A key to sort names by: numbers by their value ("2" before "10"), composed and decomposed letters alike."""
    pieces = re.split("([0-9]+)", unicodedata.normalize("NFC", name))
    return [int(piece) if i % 2 else piece for i, piece in enumerate(pieces)], name


def check_filled(folder: str, names: tuple[str, ...], labels: Iterable[int]) -> None:
    """Every class must have a picture."""
    filled = set(labels)
    if not filled:
        raise DataError("folder.no_pictures", folder=folder)
    for label, name in enumerate(names):
        if label not in filled:
            raise DataError("folder.empty_class", folder=folder, name=name)


def _parts(root: Path) -> tuple[dict[str, Path], list[Path]]:
    """The folder of each part, and what stands beside them; the folder itself is the one part if it holds classes.

    "train" may be the name of a class. It is a part if there are folders in it, or if only parts stand beside it.
    """
    folders, files = _visible(root)
    named = [folder for folder in folders if folder.name.casefold() in PART_NAMES]
    train = [folder for folder in named if folder.name.casefold() == "train"]
    only_parts = bool(named) and len(named) == len(folders)
    if only_parts and not train:
        raise DataError("folder.no_train", folder=str(root), came=[folder.name for folder in folders])
    if not only_parts and not any(_visible(folder)[0] for folder in train):
        return {"train": root}, []
    parts: dict[str, Path] = {}
    for folder in named:
        part = PART_NAMES[folder.name.casefold()]
        if part in parts:
            raise DataError("folder.part_twice", folder=str(root), one=parts[part].name, other=folder.name)
        parts[part] = folder
    ordered = {part: parts[part] for part in PARTS if part in parts}
    return ordered, files + [folder for folder in folders if folder not in named]


def _classes(folder: Path) -> tuple[Classes, list[Path]]:
    """The files of each class, and what belongs to none."""
    folders, beside = _visible(folder)
    if not folders:
        raise DataError("folder.no_classes" if beside else "folder.empty", folder=str(folder))
    classes: dict[str, list[Path]] = {}
    for each in folders:
        if not _is_text(each.name):
            raise DataError("folder.name_no_text", folder=str(folder), name=each.name)
        files, stray = _files(each)
        classes.setdefault(unicodedata.normalize("NFC", each.name), []).extend(files)
        beside += stray
    return classes, beside


def _check_training(folder: Path, classes: Classes) -> None:
    if len(classes) == 1:
        only = _visible(folder)[0][0]
        if len(inside := _visible(only)[0]) > 1:  # an archive often unpacks into a folder around the classes
            raise DataError("folder.one_class_around", folder=str(only), inside=[each.name for each in inside])
        raise DataError("folder.one_class", folder=str(folder), name=only.name)
    names = tuple(sorted(classes, key=natural))
    check_filled(str(folder), names, (label for label, name in enumerate(names) if classes[name]))


def _check_known(folder: Path, classes: Classes, known: tuple[str, ...]) -> None:
    for name in sorted(classes, key=natural):
        if name not in known:
            raise DataError("folder.unknown_class", folder=str(folder), name=name, known=known)


def _listed(folder: Path, classes: Classes, names: tuple[str, ...]) -> ListedPart:
    pairs = [
        (str(file), label)
        for label, name in enumerate(names)
        for file in sorted(classes.get(name, []), key=lambda path: natural(path.as_posix()))
    ]
    return ListedPart(str(folder), tuple(file for file, _ in pairs), tuple(label for _, label in pairs))


def _files(folder: Path) -> tuple[list[Path], list[Path]]:
    """All files below a folder, and what is no file: links that lead nowhere, links to folders, devices."""
    files: list[Path] = []
    stray: list[Path] = []
    waiting = [folder]
    while waiting:
        folders, others = _visible(waiting.pop())
        # A link may lead back up; only the class's own folder may be one.
        waiting += [each for each in folders if not each.is_symlink()]
        stray += [each for each in folders if each.is_symlink()]
        files += [each for each in others if each.is_file()]
        stray += [each for each in others if not each.is_file()]
    return files, stray


def _visible(folder: Path) -> tuple[list[Path], list[Path]]:
    """The folders and the other entries of a folder, without hidden ones, sorted."""
    try:
        entries = sorted(folder.iterdir(), key=lambda path: natural(path.name))
        shown = [(entry, entry.is_dir()) for entry in entries if not _is_hidden(entry.name)]
    except OSError as error:
        raise cannot_read(folder, error) from error
    return [entry for entry, is_folder in shown if is_folder], [entry for entry, is_folder in shown if not is_folder]


def _is_text(name: str) -> bool:
    """Whether a name can be written down: one whose bytes are no UTF-8 holds lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.casefold() in LEFTOVERS
