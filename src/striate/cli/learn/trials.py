"""What commands that train for comparison share: the pictures, the names of what is compared, how far it has come."""

import warnings
from pathlib import Path

from striate.cli.output import aside
from striate.data.dataset import Dataset
from striate.data.images import Colour, Pair
from striate.data.load import digits, load_images
from striate.errors import SettingError
from striate.views.reading import reading_view

LARGEST_CHOSEN = 32  # larger pictures take a comparison many minutes


def checked_source(data: Path | None, *, digits: bool) -> None:
    """Raise `SettingError` where both are asked for: a source, and scikit-learn's digits."""
    if data and digits:
        raise SettingError("trials.data_and_digits")


def read_pictures(source: Path | None, *, size: int | Pair | None = None, colour: Colour | None = None) -> Dataset:
    """The pictures of a source, stretched to one size; None: scikit-learn's digits."""
    if source is None:
        return digits()
    with reading_view() as progress:
        return load_images(source, size=size, colour=colour, resize="stretch", progress=progress)


def trial_pictures(source: Path | None, size: Pair | None) -> Dataset:
    """The pictures of a source, all of one size; None: scikit-learn's digits.

    Where nobody says a size, pictures stay as they are up to `LARGEST_CHOSEN`, and become squares of that beyond.
    """
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        data = read_pictures(source, size=size)
    if size is not None or max(data.preprocessing.size) <= LARGEST_CHOSEN:
        for notice in told:
            warnings.warn(notice.message, stacklevel=2)
        return data
    data = read_pictures(source, size=LARGEST_CHOSEN)
    aside("trials.made_small", size=data.preprocessing.size)
    return data
