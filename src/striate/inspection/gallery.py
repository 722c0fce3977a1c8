"""Many pictures, asked for a few at a time: as a model takes them, and as they can be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.data.dataset import Images
from striate.data.decoded import Pictures
from striate.data.names import Names
from striate.data.preprocessing import Preprocessing
from striate.engines.contract import Array
from striate.errors import StateError
from striate.model import Model
from striate.training.targets import as_pictures


@dataclass(frozen=True, eq=False)
class _Part:
    """Pictures (N, H, W, C): bytes for the preprocessing to scale, or numbers as the model takes them."""

    pictures: Pictures
    files: Names | None
    first: int  # the number of its first picture among all


@dataclass(frozen=True, eq=False)
class Gallery:
    """The pictures, numbered through all parts. `shape` is that of one, as the model takes it."""

    parts: Sequence[_Part]
    shape: tuple[int, ...]
    preprocessing: Preprocessing | None

    @staticmethod
    def of_images(model: Model, parts: Sequence[Images]) -> "Gallery":
        """The pictures of data that were read. Raises `StateError`, `DataError` where they are not as the model's."""
        taken = model.preprocessing
        if taken is None:
            raise StateError("model.no_preprocessing")
        numbered: list[_Part] = []
        for part in parts:
            taken.check(part.pictures)
            numbered.append(_Part(part.pictures, part.files, sum(len(each.pictures) for each in numbered)))
        return Gallery(numbered, taken.shape, taken)

    @staticmethod
    def of_array(model: Model, pictures: NDArray[Any]) -> "Gallery":
        """Whole numbers 0 to 255 of any size, or floats as the model takes them. Raises `DataError`."""
        if pictures.dtype.kind in "iub" and model.preprocessing is not None:
            brought = model.preprocessing.pictures(pictures)
            return Gallery([_Part(brought, None, 0)], model.preprocessing.shape, model.preprocessing)
        x = as_pictures(pictures, model.graph.input_shape)
        return Gallery([_Part(x, None, 0)], x.shape[1:], None)

    def __len__(self) -> int:
        return sum(len(part.pictures) for part in self.parts)

    @property
    def channels(self) -> int:
        """Of a picture; 0 for what is none."""
        return self.shape[2] if len(self.shape) == 3 else 0

    def x(self, first: int, end: int) -> Array:
        """The pictures from `first` to `end` - 1, as the model computes with them; behind the last one none."""
        cut = [part.pictures[max(0, first - part.first) : max(0, end - part.first)] for part in self.parts]
        together: NDArray[Any] = np.concatenate([np.asarray(each) for each in cut])
        return together if self.preprocessing is None else self.preprocessing.prepare(together)

    def shown(self, number: int) -> NDArray[np.generic]:
        """A picture (H, W, C): bytes, or numbers as they came."""
        part = self._part(number)
        return np.asarray(part.pictures[number - part.first])

    def file(self, number: int) -> str | None:
        """Where a picture came from."""
        part = self._part(number)
        return None if part.files is None else part.files[number - part.first]

    def _part(self, number: int) -> _Part:
        return next(part for part in reversed(self.parts) if part.first <= number)
