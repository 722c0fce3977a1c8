"""What a peer's file offers to the worker that runs it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.nets import NETS, Net

RATE = 1e-6  # of Adam: so small that a batch seen thousands of times is not learned by heart, down to gradients of 0
SEED = 0


@dataclass(frozen=True)
class Task:
    """One thing to be timed: `what` is "train" or "infer", `variant` one of the peer's own ways of doing it."""

    net: str
    what: str
    batch: int
    variant: str
    threads: int

    @property
    def drawing(self) -> Net:
        """The net in words."""
        return NETS[self.net]()

    def pictures(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """A batch that is always the same: x (N, H, W, C), and the classes y (N)."""
        net, rng = self.drawing, np.random.default_rng(SEED)
        x = rng.standard_normal((self.batch, *net.shape), np.float32)
        return x, rng.integers(0, net.classes, self.batch)


@dataclass(frozen=True)
class Built:
    """A task made ready. `once` does it once and returns when it is done; counts are None where nothing tells them."""

    once: Callable[[], object]
    weights: int | None = None
    multiply_adds: int | None = None  # for one picture, forward


class Peer(Protocol):
    """A framework: what the class `Framework` in each of the files on_*.py is."""

    def start(self, threads: int, settings: dict[str, Any]) -> str:
        """Make it ready, once in its process; the answer names it, with its version."""
        ...

    def variants(self, what: str) -> list[str]:
        """Its ways to "train" or to "infer"; none: it cannot."""
        ...

    def build(self, task: Task) -> Built:
        """Make a net ready for a batch."""
        ...
