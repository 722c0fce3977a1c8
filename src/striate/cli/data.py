"""`striate data`: collections of pictures, to look at and to fetch."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from striate.cli.figure_files import check_figure
from striate.cli.output import aside, say, write_json
from striate.cli.readers import OneOf, Place, Text, Whole
from striate.cli.ui import argument, command, group, json_flag, option
from striate.data.augment import Augmentation
from striate.data.cache import cache_folder
from striate.data.collections import COLLECTIONS, fetch
from striate.data.dataset import Dataset
from striate.data.load import load_images
from striate.data.samples import plain, sampled, variants
from striate.data.usual_augmentation import USUAL, usual_augmentation
from striate.errors import FileError
from striate.files import as_typed
from striate.messages import render

if TYPE_CHECKING:
    from striate.figures.classes import Row

data = group("data")

MEGABYTE = 1e6
MOST_CLASSES = 40  # rows of a sheet that can still be looked at
PICTURES, PICTURES_WITH_VARIANTS, VARIANTS = 10, 2, 9  # of a class on a sheet


@data.add
@command("data.show")
@argument("data", Place())
@option("-o", "--output", reader=Place(), required=True)
@option("--augment", reader=Text())
@option("--pictures", reader=Whole(1))
@option("--seed", reader=Whole(0), default=0)
@json_flag
def show(data: Path, output: Path, augment: str | None, pictures: int | None, seed: int, json: bool) -> None:
    """`striate data show`."""
    from striate.figures.classes import class_sheet
    from striate.figures.save import save

    check_figure(output)  # as the next: a mistake is told before reading pictures for minutes
    if augment not in (None, USUAL):
        Augmentation.of(augment)
    images = load_images(data)
    how = _augmentation(images, augment)
    title = render("collections.title", {"data": data.resolve().name, "pictures": len(images.train)})
    rows = _rows(images, how, pictures, seed)
    save(class_sheet(rows, title=title if how is None else f"{title}, {how}"), output)
    if len(images.class_names) > MOST_CLASSES:
        aside("data.show.first", shown=MOST_CLASSES, classes=len(images.class_names))
    if json:
        shown = images.class_names[:MOST_CLASSES]
        facts = {"file": str(output), "pictures": len(images.train), "shown": list(shown)}
        write_json(facts | {"classes": len(images.class_names), "augmentation": None if how is None else str(how)})
    else:
        say("data.show.wrote", file=output)


def _augmentation(images: Dataset, augment: str | None) -> Augmentation | None:
    if augment != USUAL:
        return None if augment is None else Augmentation.of(augment)
    usual = usual_augmentation(images.preprocessing.shape, images.class_names)
    aside("data.show.usual", augmentation=str(usual.augmentation), reason=render(usual.reason, {}))
    return usual.augmentation


def _rows(images: Dataset, how: Augmentation | None, pictures: int | None, seed: int) -> "list[Row]":
    from striate.figures.classes import Row

    train, classes = images.train, len(images.class_names)
    count = pictures or (PICTURES if how is None else PICTURES_WITH_VARIANTS)
    rows: list[Row] = []
    for label, name in enumerate(images.class_names[:MOST_CLASSES]):
        numbers = sampled(train.labels, label, count, seed)
        if how is None:
            rows.append(Row(name, plain(train, numbers)))
        else:
            rows += [Row(name, variants(train, n, how, VARIANTS, seed, classes), varied=True) for n in numbers.tolist()]
    return rows


@data.add
@command("data.get")
@argument("name", OneOf(tuple(COLLECTIONS)))
@option("-o", "--output", reader=Place())
@json_flag
def get(name: str, output: Path | None, json: bool) -> None:
    """`striate data get`."""
    collection = COLLECTIONS[name]
    kept = _kept() / name
    folder = output or kept
    size = sum(file.size for file in collection.files)
    aside("data.get.what", title=collection.title, page=collection.page, bytes=size)
    aside("data.get.licence", licence=render(collection.licence, {}))
    fetch(collection, folder, kept, begins=lambda address: aside("collections.from", address=address), progress=_show)
    if json:
        about = {"name": name, "title": collection.title, "page": collection.page}
        write_json({**about, "folder": str(folder), "files": [file.name for file in collection.files]})
    else:
        say("data.get.there", folder=folder)
        aside("collections.next", folder=as_typed(folder))


def _kept() -> Path:
    """Where fetched collections stay. Raises `FileError` where a user has no home."""
    try:
        return cache_folder() / "collections"
    except RuntimeError as error:
        raise FileError("collections.no_home") from error


def _show(came: int, size: int) -> None:
    """How much is there, on one line that is written over; only where somebody sees it."""
    if sys.stderr.isatty():
        end = "\n" if came == size else "\r"
        print(f"  {came / MEGABYTE:.1f} / {size / MEGABYTE:.1f} MB", end=end, file=sys.stderr, flush=True)
