"""A folder of pictures, one subfolder a class, as lists of files and labels. Lists only; opens no picture.

The rules are the same for a folder on the disk and for one in an archive: both are a `Tree`.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from striate.data.arrays import Labels
from striate.data.endings import PACKED_ENDINGS
from striate.data.names import Names
from striate.data.reading import cannot_read
from striate.data.source import DISK, Source
from striate.errors import DataError, Notice

PARTS = ("train", "validation", "test")
PART_NAMES = {"train": "train", "val": "validation", "valid": "validation", "validation": "validation", "test": "test"}

# What systems and archives leave behind, besides names that begin with a dot.
LEFTOVERS = ("__macosx", "desktop.ini", "thumbs.db")
# A folder with such files directly in it is a class, not one that stands around the classes.
PICTURE_ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")

# What stands in the folder of a training, which is given for its pictures now and then.
RUN_FILES, RUN_FOLDERS = {"settings.toml", "split.csv"}, {"film", "checkpoints"}

MOST_LISTED = 5  # names that an error shows

Classes = Mapping[str, list[str]]


class Inside(NamedTuple):
    """The names of what stands directly in a folder, hidden ones not counted, sorted.

    `links` lead to folders; `others` are neither folders nor files: links that lead nowhere, devices.
    """

    folders: list[str]
    links: list[str]
    files: list[str]
    others: list[str]


class Tree(Protocol):
    """Folders and files by their paths."""

    def inside(self, folder: str) -> Inside:
        """What stands directly in it. Raises `FileError`."""
        ...

    def below(self, folder: str) -> tuple[list[str], list[str]]:
        """The paths of all files below it, and of what is no file: other entries, and links to folders."""
        ...


@dataclass(frozen=True, eq=False)
class ListedPart:
    """The files of one part, class by class, and the class number of each; the folder that they were found in."""

    folder: str
    files: Names
    labels: Labels


@dataclass(frozen=True, eq=False)
class Listing:
    """What a folder or archive holds: parts by name ("train", "validation", "test"); `stray` belongs to no class.

    `source` opens the files; `root` is what was asked for, of which all names are below; `notices` are to be said;
    `unused` classes need no picture.
    """

    parts: Mapping[str, ListedPart]
    class_names: tuple[str, ...]
    stray: tuple[str, ...]
    source: Source = DISK
    root: str = ""
    notices: tuple[Notice, ...] = ()
    unused: frozenset[int] = frozenset()


class DiskTree:
    """Folders as the disk has them."""

    def inside(self, folder: str) -> Inside:
        found = Inside([], [], [], [])
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if not is_hidden(entry.name):
                        _kind(entry, found).append(entry.name)
        except OSError as error:
            raise cannot_read(folder, error) from error
        return Inside(*(sorted(names, key=natural) for names in found))

    def below(self, folder: str) -> tuple[list[str], list[str]]:
        files: list[str] = []
        stray: list[str] = []
        waiting = [folder]
        while waiting:
            here = waiting.pop()
            inside = self.inside(here)
            waiting += _paths(here, inside.folders)
            stray += _paths(here, inside.links)  # a link may lead back up; only the class's own folder may be one
            stray += _paths(here, inside.others)
            files += _paths(here, inside.files)
        return files, stray


def list_folder(root: Path) -> Listing:
    """The files and classes of a folder: one subfolder a class, or train [and val] [and test] with one a class each.

    A class is called as its folder is, in Unicode's composed form (NFC): two folders whose names differ only in how
    their letters are composed, which systems do differently, are one class. Classes and files are sorted by name,
    numbers by their value. All files below a class's folder belong to it. Hidden files are passed over. A folder that
    alone stands around the classes or parts is entered, with a notice. Raises `DataError`, `FileError`.
    """
    return list_tree(DiskTree(), str(root), DISK)


def list_tree(tree: Tree, root: str, source: Source) -> Listing:
    """As `list_folder`, for any tree."""
    _check_no_run(tree.inside(root), root)
    inner, stray = _around(tree, root)
    parts, beside = _parts(tree, inner)
    stray += beside
    found: dict[str, Classes] = {}
    for part, folder in parts.items():
        found[part], beside = _classes(tree, folder)
        stray += beside
    _check_training(tree, parts["train"], found["train"])
    names = tuple(sorted(found["train"], key=natural))
    for part, folder in parts.items():
        _check_known(folder, found[part], names)
    listed = {part: _listed(folder, found[part], names) for part, folder in parts.items()}
    notices = () if inner == root else (Notice("folder.around", folder=root, inner=inner),)
    return Listing(listed, names, tuple(stray), source, root, notices)


def files_below(folder: Path) -> list[Path]:
    """All files below a folder, hidden ones not counted, sorted by name, numbers by their value. Raises `FileError`."""
    return [Path(file) for file in sorted(DiskTree().below(str(folder))[0], key=natural)]


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


def under(folder: str, name: str) -> str:
    """The path of what stands in a folder. A `Path` for each of a million files would take its time and memory."""
    return f"{folder.rstrip(os.sep)}{os.sep}{name}"


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is none of the user's."""
    return name.startswith(".") or name.casefold() in LEFTOVERS


def _check_no_run(here: Inside, root: str) -> None:
    if set(here.files) >= RUN_FILES and {*here.folders, *here.links} <= RUN_FOLDERS:
        raise DataError("folder.is_run", folder=root)


def _around(tree: Tree, root: str) -> tuple[str, list[str]]:
    """The folder that holds the classes or parts, and what stands beside it: often one more folder is around them.

    So is a lone "test", of pictures that are only to be judged.
    """
    inner, stray = root, list[str]()
    while True:
        here = tree.inside(inner)
        folders = here.folders + here.links
        if len(folders) != 1 or folders[0].casefold() == "train" or any(map(_is_picture, here.files)):
            break
        stray += _paths(inner, here.files + here.others)
        inner = under(inner, folders[0])
    held = {name.casefold() for name in folders}
    holds_classes = len(folders) > 1 or "train" in held
    return (inner, stray) if holds_classes and not any(map(_is_picture, here.files)) else (root, [])


def _parts(tree: Tree, root: str) -> tuple[dict[str, str], list[str]]:
    """The folder of each part, and what stands beside them; the folder itself is the one part if it holds classes.

    "train" may be the name of a class. It is a part if there are folders in it, or if only parts stand beside it.
    """
    here = tree.inside(root)
    folders = sorted(here.folders + here.links, key=natural)
    named = [name for name in folders if name.casefold() in PART_NAMES]
    train = [name for name in named if name.casefold() == "train"]
    only_parts = bool(named) and len(named) == len(folders)
    if only_parts and not train:
        raise DataError("folder.no_train", folder=root, came=folders)
    if not only_parts and not any(_holds_folders(tree, under(root, name)) for name in train):
        return {"train": root}, []
    parts: dict[str, str] = {}
    for name in named:
        part = PART_NAMES[name.casefold()]
        if part in parts:
            raise DataError("folder.part_twice", folder=root, one=Path(parts[part]).name, other=name)
        parts[part] = under(root, name)
    ordered = {part: parts[part] for part in PARTS if part in parts}
    return ordered, _paths(root, here.files + here.others + [name for name in folders if name not in named])


def _classes(tree: Tree, folder: str) -> tuple[Classes, list[str]]:
    """The files of each class, and what belongs to none."""
    here = tree.inside(folder)
    folders = here.folders + here.links
    stray = _paths(folder, here.files + here.others)
    if not folders:
        packed = [name for name in here.files if name.lower().endswith(PACKED_ENDINGS)]
        if packed:
            raise DataError("folder.packed", folder=folder, inside=packed[:MOST_LISTED])
        raise DataError("folder.no_classes" if stray else "folder.empty", folder=folder)
    classes: dict[str, list[str]] = {}
    for name in folders:
        if not _is_text(name):
            raise DataError("folder.name_no_text", folder=folder, name=name)
        files, beside = tree.below(under(folder, name))
        classes.setdefault(unicodedata.normalize("NFC", name), []).extend(files)
        stray += beside
    return classes, stray


def _check_training(tree: Tree, folder: str, classes: Classes) -> None:
    if len(classes) == 1:
        here = tree.inside(folder)
        name = (here.folders + here.links)[0]
        inside = tree.inside(under(folder, name)).folders
        if len(inside) > 1:  # pictures stand beside them, so it is not sure which of the two are the classes
            raise DataError("folder.one_class_around", folder=under(folder, name), inside=inside)
        raise DataError("folder.one_class", folder=folder, name=name)
    names = tuple(sorted(classes, key=natural))
    check_filled(folder, names, (label for label, name in enumerate(names) if classes[name]))


def _check_known(folder: str, classes: Classes, known: tuple[str, ...]) -> None:
    for name in sorted(classes, key=natural):
        if name not in known:
            raise DataError("folder.unknown_class", folder=folder, name=name, known=known)


def _listed(folder: str, classes: Classes, names: tuple[str, ...]) -> ListedPart:
    sorted_files = [sorted(classes.get(name, []), key=natural) for name in names]
    labels = np.repeat(np.arange(len(names)), [len(files) for files in sorted_files])
    return ListedPart(folder, Names([file for files in sorted_files for file in files]), labels.astype(np.int64))


def _kind(entry: "os.DirEntry[str]", found: Inside) -> list[str]:
    """The list that an entry belongs to."""
    if entry.is_dir():
        return found.links if entry.is_symlink() else found.folders
    return found.files if entry.is_file() else found.others


def _paths(folder: str, names: list[str]) -> list[str]:
    return [under(folder, name) for name in names]


def _holds_folders(tree: Tree, folder: str) -> bool:
    here = tree.inside(folder)
    return bool(here.folders or here.links)


def _is_picture(name: str) -> bool:
    return name.lower().endswith(PICTURE_ENDINGS)


def _is_text(name: str) -> bool:
    """Whether a name can be written down: one whose bytes are no UTF-8 holds lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
