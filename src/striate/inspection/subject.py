"""The picture that is looked at, as the model takes it."""

from dataclasses import dataclass
from os import PathLike, fspath
from typing import cast

import numpy as np
from numpy.typing import NDArray

from striate.data.images import examine
from striate.data.preprocessing import Preprocessing
from striate.engines.contract import Array
from striate.errors import DataError, StateError
from striate.inspection import arguments as may_be
from striate.model import Model
from striate.network.settings import checked
from striate.network.window import Pair
from striate.training.targets import as_pictures

Picture = str | PathLike[str] | NDArray[np.generic]


@dataclass(frozen=True)
class Subject:
    """A picture as a model takes it, and as it can be shown.

    `x` (1, H, W, C) float32 is what the model computes with; `pixels` uint8 (H, W, C) the same before it was scaled,
    None where the picture came as floating-point numbers; `came` its height and width before it was resized.
    """

    x: Array
    pixels: NDArray[np.uint8] | None
    came: Pair
    file: str | None = None

    @property
    def size(self) -> Pair:
        """Height and width in the model; a vector is one row."""
        return _size(self.x)

    @property
    def resized(self) -> bool:
        """Whether the model takes pictures of another size than it came in."""
        return self.size != self.came

    @property
    def shown(self) -> NDArray[np.generic] | None:
        """(H, W, 1 or 3) for a figure: uint8, or floats as they came; None for other numbers of channels."""
        shown = self.x[0] if self.pixels is None else self.pixels
        return shown if shown.ndim == 3 and shown.shape[2] in (1, 3) else None


@checked(model=may_be.model)
def subject(model: Model, picture: Picture) -> Subject:
    """A file, pixels (h, w) or (h, w, c) of whole numbers 0 to 255, or floats that are as the model takes them.

    Files and pixels are brought to the model by its preprocessing: resized, recoloured, scaled. Raises `StateError`
    where it has none, and `DataError` or `FileError` as reading does.
    """
    if isinstance(picture, np.ndarray):
        return _of_array(model, picture)
    if not isinstance(cast(object, picture), str | PathLike):
        raise DataError("look.no_picture", came=type(picture).__name__)
    file, preprocessing = fspath(picture), _preprocessing(model)
    header = examine(file)
    pixels = preprocessing.read(file)
    return Subject(preprocessing.prepare(pixels[np.newaxis]), pixels, header.size, file)


def taken(model: Model, picture: Picture | Subject) -> Subject:
    """A picture as `subject` takes it; a `Subject` as it is."""
    return picture if isinstance(picture, Subject) else subject(model, picture)


def _of_array(model: Model, picture: NDArray[np.generic]) -> Subject:
    if picture.dtype.kind in "iub" and model.preprocessing is not None:
        pixels = model.preprocessing.picture(picture)
        x = model.preprocessing.prepare(pixels[np.newaxis])
        return Subject(x, pixels, (picture.shape[0], picture.shape[1]))
    x = as_pictures(picture[np.newaxis], model.graph.input_shape)
    return Subject(x, None, _size(x))


def _size(x: Array) -> Pair:
    return (x.shape[1], x.shape[2]) if x.ndim == 4 else (1, x.shape[1])


def _preprocessing(model: Model) -> Preprocessing:
    if model.preprocessing is None:
        raise StateError("model.no_preprocessing")
    return model.preprocessing
