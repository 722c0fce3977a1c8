"""One vector for all weights: which span of it belongs to which weight.

theta holds what is learned, state the running statistics; a gradient has theta's layout. Each span starts at 64 bytes
(in float32), the padding between is zero and counted nowhere.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

ALIGNMENT = 16  # values: 64 bytes of float32, one AVX-512 vector


@dataclass(frozen=True)
class Weight:
    """What a layer asks for: one array of weights, under the layer's own name for it."""

    name: str
    shape: tuple[int, ...]
    initializer: str
    decayed: bool = True  # weight decay applies: not to biases and scales
    learned: bool = True  # in theta; else a running statistic, in state


@dataclass(frozen=True)
class Span:
    """A weight's place in the vector, and how it learns; offset and size in values."""

    name: str  # "conv1/kernel"
    shape: tuple[int, ...]
    offset: int
    initializer: str
    decayed: bool = True
    trainable: bool = True  # else frozen: neither it nor its slots ever change
    rate: float = 1.0  # a factor for the learning rate

    @property
    def layer(self) -> str:
        """The name of the layer that it belongs to."""
        return self.name.rpartition("/")[0]

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def slice(self) -> slice:
        return slice(self.offset, self.offset + self.size)


@dataclass(frozen=True)
class Layout:
    """The spans of a vector, in order."""

    spans: tuple[Span, ...]

    @staticmethod
    def of(weights: Iterable[tuple[str, Weight]]) -> "Layout":
        """Lay weights out one behind the other; each comes with its layer's name."""
        spans: list[Span] = []
        offset = 0
        for layer, weight in weights:
            spans.append(Span(f"{layer}/{weight.name}", weight.shape, offset, weight.initializer, weight.decayed))
            offset += -(-spans[-1].size // ALIGNMENT) * ALIGNMENT
        return Layout(tuple(spans))

    @cached_property
    def size(self) -> int:
        """The vector's length, padding counted."""
        return max((-(-(s.offset + s.size) // ALIGNMENT) * ALIGNMENT for s in self.spans), default=0)

    @property
    def count(self) -> int:
        """How many weights there are, padding not counted."""
        return sum(span.size for span in self.spans)

    def learning(self, frozen: Collection[str], rates: Mapping[str, float]) -> tuple[Span, ...]:
        """The spans with layers frozen, and with factors for the learning rate of layers, by their names."""
        return tuple(
            replace(span, trainable=span.layer not in frozen, rate=rates.get(span.layer, 1.0)) for span in self.spans
        )

    def view(self, vector: Array, span: Span) -> Array:
        """The weight as an array that shares the vector's memory."""
        return vector[span.slice].reshape(span.shape)

    def views(self, vector: Array) -> dict[str, Array]:
        """Every weight by its full name, sharing the vector's memory."""
        return {span.name: self.view(vector, span) for span in self.spans}


def all_finite(numbers: Array) -> bool:
    """Whether no number is NaN or infinite."""
    # A sum is finite only if all its terms are; as it may overflow by itself, look at each one before saying no.
    with np.errstate(all="ignore"):
        return bool(np.isfinite(numbers.sum())) or bool(np.isfinite(numbers).all())
