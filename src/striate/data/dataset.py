"""Pictures with their labels, and the parts of a data set: what training, judging and reports are handed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from striate.data.arrays import Labels
from striate.data.images import Pixels
from striate.data.names import Names
from striate.data.preprocessing import Preprocessing
from striate.errors import Notice


@dataclass(frozen=True, eq=False, repr=False)
class Images:
    """Pictures and their labels.

    `pictures`: uint8 (N, H, W, C); `labels`: int64 (N,), counting the classes from 0; `files`: where each came from,
    None for arrays. `x` and `y` are what `fit`, `evaluate` and `predict` take.
    """

    pictures: Pixels
    labels: Labels
    files: Names | None
    preprocessing: Preprocessing

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Images(pictures={self.pictures.shape}, labels={self.labels.shape})"

    @property
    def x(self) -> NDArray[np.float32]:
        """The pictures as the model computes with them: float32 (N, H, W, C), made anew each time."""
        return self.preprocessing.prepare(self.pictures)

    @property
    def y(self) -> Labels:
        """The labels: int64 (N,)."""
        return self.labels

    def take(self, indices: NDArray[np.intp]) -> "Images":
        """Some of them, in the order of the indices."""
        files = None if self.files is None else self.files.take(indices)
        return Images(self.pictures[indices], self.labels[indices], files, self.preprocessing)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Pictures for training and, where the source has them, for validation and test; the classes' names by label.

        data = load_images("flowers")
        model.fit(data.train.x, data.train.y)

    A part that the source does not have is None: nothing is split off unasked (`split.stratified` does it). `notices`
    were given while reading; `size_given` says that their size was asked for, not chosen.
    """

    train: Images
    validation: Images | None
    test: Images | None
    class_names: tuple[str, ...]
    preprocessing: Preprocessing
    notices: tuple[Notice, ...] = ()
    size_given: bool = False
