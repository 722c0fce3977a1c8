"""What of the data is learned from and what the best epoch is chosen by, and the file that says so."""

import csv
import io
from collections.abc import Iterator

import numpy as np

from striate.data.dataset import Dataset, Images
from striate.data.same import same_as
from striate.data.skipping import below
from striate.data.split import Indices, stratified
from striate.errors import DataError

HOLDING_OUT = 2  # keeps this draw apart from others of the same seed
# For validation, where the data have no part for it: a tenth, but no more than tells one percent from another.
HELD_OUT_SHARE, MOST_HELD_OUT = 0.1, 2_000
COLUMNS = ("part", "class", "picture")


def divided(data: Dataset, seed: int) -> tuple[Images, Images]:
    """The pictures to learn from and those to choose the best epoch by.

    Where the data have no part for validation a tenth of each class is held out, of more than 20,000 pictures only
    2,000; pictures that are the same stay on one side. Raises `DataError` where there are too few.
    """
    if data.validation is not None:
        return data.train, data.validation
    kept, held = _rows(data, seed)
    if len(held) == 0:
        raise DataError("run.too_few_pictures", pictures=len(data.train), classes=len(data.class_names))
    return data.train.take(kept), data.train.take(held)


def split_csv(data: Dataset, seed: int) -> str:
    """Which picture goes where, as CSV: part, class, the file's name below what was read; of an array "train/17"."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    every = np.arange(len(data.train))
    kept, held = (every, every[:0]) if data.validation is not None else _rows(data, seed)
    parts = [("train", data.train, "train", kept), ("validation", data.train, "train", held)]
    for name, images in (("validation", data.validation), ("test", data.test)):
        if images is not None:
            parts.append((name, images, name, np.arange(len(images))))
    for part, images, origin, rows in parts:
        table.writerows((part, *line) for line in _lines(images, data, origin, rows))
    return text.getvalue()


def _rows(data: Dataset, seed: int) -> tuple[Indices, Indices]:
    rng = np.random.default_rng([seed, HOLDING_OUT])
    share = min(HELD_OUT_SHARE, MOST_HELD_OUT / max(1, len(data.train)))
    return stratified(data.train.labels, share, rng, same_as(data.train.hashes)[0])


def _lines(images: Images, data: Dataset, origin: str, rows: Indices) -> Iterator[tuple[str, str]]:
    listed: list[int] = rows.tolist()
    for row in listed:
        picture = f"{origin}/{row}" if images.files is None else below(images.files[row], data.root)
        yield data.class_names[int(images.labels[row])], picture
