"""Data that a user wrote: batches that come one behind the other, in an order of their own."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from striate.data.augment import Augmentation
from striate.data.batches import Array, Batch, Indices
from striate.data.dataset import PictureData
from striate.errors import DataError, SettingError
from striate.network.losses import Loss
from striate.training.targets import as_numbers, as_pictures, as_targets

FEEDING = 5  # keeps the order of pictures apart from other draws of the same seed


@dataclass(frozen=True)
class Sized:
    """What is known of pictures that are not there yet: (N, H, W, C)."""

    shape: tuple[int, ...]

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __len__(self) -> int:
        return self.shape[0]


def sized(data: PictureData) -> Sized:
    """Number and size of the pictures, by the first batch. Raises `DataError` where there is none."""
    first = next(iter(data.batches(None)), None)
    if first is None or not len(pictures := as_numbers(first[0])):
        raise DataError("data.no_pictures")
    return Sized((len(data), *pictures.shape[1:]))


class OwnBatches:
    """A user's data in batches of the size that is asked for; which pictures they hold is for the data to say.

    Where fewer come than the data's length promised, the last batches are short or empty; what is too many stays out.
    """

    def __init__(self, data: PictureData, pictures: Sized, loss: Loss, shape: tuple[int, ...], output: tuple[int, ...]):
        self.pictures = pictures
        self._data, self._loss, self._shape, self._output = data, loss, shape, output
        self._seed = 0
        self._epoch: int | None = None
        self._coming: Iterator[tuple[ArrayLike, ArrayLike]] = iter(())
        self._left: tuple[Array, Array] | None = None

    def __len__(self) -> int:
        return len(self.pictures)

    def augmented(self, augmentation: Augmentation | None, seed: int, classes: int) -> "OwnBatches":
        """As they are, in orders drawn by the seed. Raises `SettingError` where they were to be varied."""
        if augmentation is not None:
            raise SettingError("own.not_before", where="fit", setting="augmentation")
        self._seed = seed
        return self

    def split_last(self, share: float) -> tuple["OwnBatches", "OwnBatches"]:
        """Raises `SettingError`."""
        raise SettingError("own.not_before", where="fit", setting="validation_split")

    def take(self, indices: Indices, epoch: int | None = None) -> Batch:
        """As many pictures as there are indices: the next of this epoch, without one, the next in their fixed order."""
        begins = epoch != self._epoch if epoch is not None else not len(indices) or indices[0] == 0
        if begins:
            rng = None if epoch is None else np.random.default_rng([self._seed, FEEDING, epoch])
            self._coming, self._left, self._epoch = iter(self._data.batches(rng)), None, epoch
        gathered: list[tuple[Array, Array]] = []
        while (missing := len(indices) - sum(len(x) for x, _ in gathered)) > 0 and (some := self._next()):
            x, y = some
            gathered.append((x[:missing], y[:missing]))
            self._left = (x[missing:], y[missing:]) if len(x) > missing else None
        if not gathered:
            empty = np.zeros((0, *self.pictures.shape[1:]), np.float32)
            return Batch(empty, np.zeros(0, np.int64), None)
        xs, ys = zip(*gathered, strict=True)
        return Batch(np.concatenate(xs), np.concatenate(ys), None)

    def skip(self, indices: Indices, epoch: int) -> None:
        """Take it and let it go: these come one behind the other."""
        self.take(indices, epoch)

    def _next(self) -> tuple[Array, Array] | None:
        """What was left over, or the next batch of the data, checked."""
        if (left := self._left) is not None:
            self._left = None
            return left
        if (some := next(self._coming, None)) is None:
            return None
        pictures = as_pictures(some[0], self._shape)
        return pictures, as_targets(self._loss, some[1], self._output, len(pictures))
