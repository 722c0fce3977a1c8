"""What an engine is: one meaning, two protocols. Training and the face know nothing of arithmetic but this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from striate.network.graph import Graph
from striate.network.layout import Span
from striate.network.losses import Loss
from striate.network.optimizers import Rule

Array = NDArray[np.floating]
Targets = NDArray[np.generic]


class Key(NamedTuple):
    """What random numbers inside a pass depend on; `first` is the place of the batch's first picture in its step."""

    seed: int
    step: int
    first: int = 0


class Forward(NamedTuple):
    """The output (N, ...), and by name what the nodes gave that were to be kept."""

    output: Array
    kept: Mapping[str, Array]


class Judged(NamedTuple):
    """The mean loss of a batch, and the output (N, ...) that it belongs to."""

    loss: float
    output: Array


class Stepped(NamedTuple):
    """What a training step finds: the mean loss, the output, the gradient in theta's layout, the new state.

    The gradient is the caller's until the program's next step, which may write into the same memory.
    """

    loss: float
    output: Array
    gradient: Array
    state: Array


class Gradients(NamedTuple):
    """Gradients of sum(dy * y): of the weights in theta's layout, and by name of what nodes gave."""

    weights: Array
    nodes: Mapping[str, Array]


@dataclass(frozen=True)
class Purpose:
    """What a program is for; declared before it is planned, because planning destroys what nobody asked for."""

    loss: Loss | None = None
    dropout: bool = False
    batch_statistics: bool = False
    frozen: tuple[str, ...] = ()  # layers that go by running statistics in spite of batch_statistics
    keep: tuple[str, ...] = ()
    gradients_of: tuple[str, ...] = ()
    dtype: type[np.floating] = np.float32


class Program(Protocol):
    """A graph made ready for batches of up to `capacity` pictures. Weights are arguments: it holds none."""

    capacity: int

    def needs(self, pictures: int, *, learning: bool) -> int:
        """Bytes that it takes for batches of so many pictures beside the caller's arrays, `learning` or judging."""
        ...

    def forward(self, theta: Array, state: Array, x: Array, key: Key | None = None) -> Forward:
        """The output for pictures x (N, H, W, C). `key` is needed where the purpose is to drop."""
        ...

    def judge(self, theta: Array, state: Array, x: Array, y: Targets, sample_weight: Array | None = None) -> Judged:
        """The mean loss and the output, without a gradient."""
        ...

    def step(self, theta: Array, state: Array, x: Array, y: Targets, sample_weight: Array | None, key: Key) -> Stepped:
        """The mean loss and its gradient for a batch; theta and state stay as they are."""
        ...

    def backward(self, theta: Array, state: Array, x: Array, dy: Mapping[str, Array]) -> Gradients:
        """How sum(dy * y), over the named nodes' outputs y, moves with the weights and with the nodes asked for."""
        ...


class Engine(Protocol):
    """Knows arithmetic: makes programs, and lets weights follow their gradient."""

    name: str

    def compile(self, graph: Graph, capacity: int, purpose: Purpose, *, threads: int | None = None) -> Program:
        """Plan a graph for batches of up to `capacity` pictures."""
        ...

    def all_finite(self, numbers: Array, *, threads: int | None = None) -> bool:
        """Whether none of a vector's numbers is NaN or infinite."""
        ...

    def norm(self, numbers: Array, *, threads: int | None = None) -> float:
        """The Euclidean norm of a vector: finite exactly where all of its numbers are."""
        ...

    def look_ahead(
        self, rule: Rule, theta: Array, slots: Sequence[Array], spans: Sequence[Span], *, threads: int | None = None
    ) -> Array:
        """Where the rule wants the gradient taken: theta itself, except for the textbook's NAG."""
        ...

    def update(
        self,
        rule: Rule,
        theta: Array,
        gradient: Array,
        slots: Sequence[Array],
        t: int,
        learning_rate: float,
        spans: Sequence[Span],
        *,
        threads: int | None = None,
    ) -> int:
        """One step of the rule, in place, with its clipping and weight decay; t counts from 1.

        Answers how many weights it would have made NaN or infinite; where there are any, theta stays as it is. What is
        not trainable stays, bit for bit, in theta and in the slots. The gradient is used up: it may be overwritten.
        """
        ...
