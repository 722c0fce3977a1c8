"""Pictures and targets, handed out a batch at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from striate.errors import DataError

Array = NDArray[Any]
Indices = NDArray[np.intp]


class Batch(NamedTuple):
    """Pictures (n, H, W, C) as the model takes them, their targets, and their weights where they have any."""

    x: Array
    y: Array
    sample_weight: Array | None


class Batches(Protocol):
    """Pictures that can be asked for by number, in any order."""

    def __len__(self) -> int:
        """How many pictures there are."""
        ...

    def take(self, indices: Indices) -> Batch:
        """The batch of these pictures, in this order."""
        ...


def as_is(pictures: Array) -> Array:
    """Pictures already as the model takes them."""
    return pictures


@dataclass(frozen=True)
class ArrayBatches:
    """Pictures in memory. `prepare` makes of stored pictures (bytes, say) what the model takes, batch by batch."""

    pictures: Array
    targets: Array
    sample_weight: Array | None = None
    prepare: Callable[[Array], Array] = as_is

    def __len__(self) -> int:
        return len(self.pictures)

    def take(self, indices: Indices) -> Batch:
        weight = None if self.sample_weight is None else self.sample_weight[indices]
        return Batch(self.prepare(self.pictures[indices]), self.targets[indices], weight)

    def part(self, of: slice) -> "ArrayBatches":
        """Some of the pictures, without copying them."""
        weight = None if self.sample_weight is None else self.sample_weight[of]
        return ArrayBatches(self.pictures[of], self.targets[of], weight, self.prepare)

    def split_last(self, share: float) -> tuple["ArrayBatches", "ArrayBatches"]:
        """All but the last share of the pictures, and that. Raises `DataError` where one side would be empty."""
        kept = int(len(self) * (1 - share))
        if kept == 0 or kept == len(self):
            raise DataError("data.split_empty", pictures=len(self), share=share)
        return self.part(slice(kept)), self.part(slice(kept, None))
