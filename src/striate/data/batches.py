"""Pictures and targets, handed out a batch at a time."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from striate.data.augment import Augmentation
from striate.data.decoded import Decoded, Gathered, Pictures, Unread, gathered
from striate.data.mixing import as_shares, mixed_targets
from striate.data.names import Names
from striate.data.prepare import mix_in, prepared
from striate.errors import DataError

Array = NDArray[Any]
Indices = NDArray[np.intp]


class Batch(NamedTuple):
    """Pictures (n, H, W, C) as the model takes them, their targets, and their weights where they have any.

    `unread`: the files of those that were asked for and could not be read; they are not among the n, which may be 0.
    `numbers`: which pictures of the data they are (n,), where that is known.
    """

    x: Array
    y: Array
    sample_weight: Array | None
    unread: tuple[Unread, ...] = ()
    numbers: Indices | None = None

    def only(self, some: Indices) -> "Batch":
        """Some of its pictures."""
        weight = None if self.sample_weight is None else self.sample_weight[some]
        numbers = None if self.numbers is None else self.numbers[some]
        return Batch(self.x[some], self.y[some], weight, self.unread, numbers)


class Batches(Protocol):
    """Pictures that can be asked for by number, in any order."""

    def __len__(self) -> int:
        """How many pictures there are."""
        ...

    def take(self, indices: Indices, epoch: int | None = None) -> Batch:
        """The batch of these pictures, in this order, varied as in an epoch of training; None: as they are."""
        ...

    def skip(self, indices: Indices, epoch: int) -> None:
        """Let a batch of an epoch be, before the ones behind it are taken."""
        ...


@dataclass(frozen=True)
class ArrayBatches:
    """Pictures, bytes or numbers. `scale` makes of stored ones what the model takes; None: nothing is to do.

    In an epoch of training they come varied by `augmentation`, drawn by `seed`; what asks for no epoch gets them as
    they are. Targets of mixed pictures are shares, of `classes` classes where they are class numbers.
    """

    pictures: Pictures
    targets: Array
    sample_weight: Array | None = None
    scale: float | None = None
    augmentation: Augmentation | None = None
    seed: int = 0
    classes: int = 1
    files: Names | None = None  # where each picture came from

    def __len__(self) -> int:
        return len(self.pictures)

    def take(self, indices: Indices, epoch: int | None = None) -> Batch:
        found = gathered(self.pictures, indices)
        if found.came is not None:
            indices = indices[found.came]
        weight = None if self.sample_weight is None else self.sample_weight[indices]
        batch = Batch(self._prepared(found, indices, epoch), self.targets[indices], weight, found.unread, indices)
        if self.augmentation is None or epoch is None or not self.augmentation.mixes:
            return batch
        return self._mixed(self.augmentation, batch, indices, epoch)

    def skip(self, indices: Indices, epoch: int) -> None:
        """Nothing: what comes does not depend on what was taken before."""

    def _prepared(self, found: Gathered, indices: Indices, epoch: int | None) -> Array:
        pictures, places, *_ = found
        if self.augmentation is None or epoch is None:
            return pictures[places] if self.scale is None else prepared(pictures, places, self.scale)
        variation = self.augmentation.draw(self.seed, epoch, indices, *self.pictures.shape[1:3])
        return prepared(pictures, places, 1.0 if self.scale is None else self.scale, variation)

    def _mixed(self, augmentation: Augmentation, batch: Batch, indices: Indices, epoch: int) -> Batch:
        """A batch of varied pictures, each with its partner, which is varied as it is where its own turn comes."""
        if not len(indices):
            return batch
        size = self.pictures.shape[1:3]
        mix = augmentation.mix(self.seed, epoch, indices, len(self), *size)
        variation = augmentation.draw(self.seed, epoch, mix.partners, *size)
        found = gathered(self.pictures, mix.partners)
        if found.came is not None:  # what has lost its partner stays out
            return self._mixed(augmentation, batch.only(found.came), indices[found.came], epoch)
        stored = mix._replace(partners=found.places)
        mix_in(batch.x, found.pictures, 1.0 if self.scale is None else self.scale, stored, variation)
        own, partner = (as_shares(self.targets[which], self.classes) for which in (indices, mix.partners))
        w = self.sample_weight
        weights = None if w is None else (w[indices], w[mix.partners])
        return Batch(batch.x, *mixed_targets(own, partner, mix.of_targets(*size), weights), batch.unread, indices)

    def augmented(self, augmentation: Augmentation | None, seed: int, classes: int) -> "ArrayBatches":
        """These pictures, to be varied in training, of so many classes. Raises `DataError` where they cannot be."""
        if augmentation is None:
            return self
        augmentation.check(self.pictures.shape[1:])
        return replace(self, augmentation=augmentation, seed=seed, classes=classes)

    def part(self, of: slice) -> "ArrayBatches":
        """Some of the pictures, without copying them."""
        weight = None if self.sample_weight is None else self.sample_weight[of]
        lazy = isinstance(self.pictures, Decoded)
        pictures = self.pictures.take(np.arange(len(self))[of]) if lazy else self.pictures[of]
        files = None if self.files is None else self.files[of]
        return replace(self, pictures=pictures, targets=self.targets[of], sample_weight=weight, files=files)

    def split_last(self, share: float) -> tuple["ArrayBatches", "ArrayBatches"]:
        """All but the last share of the pictures, and that. Raises `DataError` where one side would be empty."""
        kept = int(len(self) * (1 - share))
        if kept == 0 or kept == len(self):
            raise DataError("data.split_empty", pictures=len(self), share=share)
        return self.part(slice(kept)), self.part(slice(kept, None))
