"""What can be measured of a training between its epochs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Measured:
    """What a few fixed pictures show, by layer.

    `dead`: of layers that end in ReLU or ReLU6, the share of their units, of a convolution its channels, that are above
    0 for none of the pictures; `gradients`: of layers that learn, the root of the mean square of their kernels'
    gradient. `guess`: how many pictures the validation has, and which share of them is of its most frequent class;
    None where that is not known. `weighed`: pictures count unlike in the training loss.
    """

    dead: Mapping[str, float]
    gradients: Mapping[str, float]
    guess: tuple[int, float] | None = None
    weighed: bool = False


class Probing(Protocol):
    """Measures a training."""

    def begin(self) -> None:
        """Take the pictures to measure by, before the first step."""
        ...

    def measured(self) -> Measured:
        """What they show now. Raises `TrainingError` where some layer's output is not finite."""
        ...
