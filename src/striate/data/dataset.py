"""Pictures with their labels, and the parts of a data set: what training, judging and reports are handed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from striate.data.arrays import Labels
from striate.data.decoded import Decoded, Pictures, chosen
from striate.data.names import Names
from striate.data.preprocessing import Preprocessing
from striate.data.same import Hashes, hashes_of
from striate.errors import Notice

Pair = tuple[ArrayLike, ArrayLike]


@runtime_checkable
class PictureData(Protocol):
    """Pictures that come in batches: what `fit`, `evaluate` and `validation_data` take besides arrays and `Images`.

    Write your own where pictures are made, or come from where nothing else can read them; a `Dataset` is one, too.
    """

    @property
    def class_names(self) -> Sequence[str]:
        """The classes' names by label; `fit` gives them to the model."""
        ...

    def __len__(self) -> int:
        """How many pictures an epoch has."""
        ...

    def batches(self, rng: np.random.Generator | None) -> Iterable[Pair]:
        """An epoch in batches of any size: pictures (n, H, W, C), numbers as the model takes them, and targets (n,).

        In an order drawn by `rng`, which the epoch alone decides; None: for judging, the same each time. It is asked
        for in a thread beside the training. Batches are put together anew as the training asks for them.
        """
        ...


@dataclass(frozen=True, eq=False, repr=False)
class Images:
    """Pictures and their labels.

    `pictures`: uint8 (N, H, W, C), an array, of many files read-only, or a `Decoded` that is asked like one; `labels`:
    int64 (N,), counting the classes from 0; `files`: where each came from, None for arrays. `x` and `y` are what `fit`,
    `evaluate` and `predict` take, whole in memory; `fit` and `evaluate` also take `Images`, a batch at a time.
    """

    pictures: Pictures
    labels: Labels
    files: Names | None
    preprocessing: Preprocessing

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Images(pictures={self.pictures.shape}, labels={self.labels.shape})"

    @cached_property
    def hashes(self) -> Hashes:
        """A hash of each picture's pixels, which tells what is there twice: (N, 16)."""
        return self.pictures.hashes if isinstance(self.pictures, Decoded) else hashes_of(self.pictures)

    @property
    def x(self) -> NDArray[np.float32]:
        """The pictures as the model computes with them: float32 (N, H, W, C), made anew each time."""
        return self.preprocessing.prepare(np.asarray(self.pictures))

    @property
    def y(self) -> Labels:
        """The labels: int64 (N,)."""
        return self.labels

    def batches(self, rng: np.random.Generator | None = None, batch_size: int = 32) -> Iterator[Pair]:
        """All pictures as the model computes with them, and their labels, shuffled by `rng`; None: in their order."""
        order = np.arange(len(self)) if rng is None else rng.permutation(len(self))
        for first in range(0, len(order), batch_size):
            some = order[first : first + batch_size]
            yield self.preprocessing.prepare(self.pictures[some]), self.labels[some]

    def take(self, indices: NDArray[np.intp]) -> "Images":
        """Some of them, in the order of the indices; what does not stand in memory is not brought there."""
        files = None if self.files is None else self.files.take(indices)
        pictures = chosen(self.pictures, indices, self.preprocessing)
        return Images(pictures, self.labels[indices], files, self.preprocessing)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Pictures for training and, where the source has them, for validation and test; the classes' names by label.

        data = load_images("flowers")
        model.fit(data.train.x, data.train.y)

    A part that the source does not have is None: nothing is split off unasked (`split.stratified` does it). `notices`
    were given while reading; `size_given` says that their size was asked for, not chosen. `root` is the folder or file
    that was read, as it was named; empty for lists and arrays.
    """

    train: Images
    validation: Images | None
    test: Images | None
    class_names: tuple[str, ...]
    preprocessing: Preprocessing
    notices: tuple[Notice, ...] = ()
    size_given: bool = False
    root: str = ""

    def __len__(self) -> int:
        """How many pictures there are to train with."""
        return len(self.train)

    def batches(self, rng: np.random.Generator | None = None, batch_size: int = 32) -> Iterator[Pair]:
        """The pictures to train with, as `Images.batches` gives them."""
        return self.train.batches(rng, batch_size)
