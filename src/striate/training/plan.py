"""How to train, and a training as all its parts know it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from striate.engines.contract import Engine, Program, Purpose
from striate.network.losses import Loss
from striate.network.optimizers import Rule
from striate.training.missing import Missing
from striate.training.run import Run
from striate.training.tallies import Metric

CHUNK = 256  # pictures that a step over the whole data takes at a time; part of the result's bits, so fixed


@dataclass(frozen=True)
class Plan:
    """How to train. `batch_size` "all": one step an epoch, on the gradient of all pictures."""

    rule: Rule
    loss: Loss
    metrics: tuple[str | Metric, ...] = ()
    epochs: int = 1
    batch_size: int | Literal["all"] = 32
    shuffle: bool = True
    seed: int = 0
    threads: int | None = None

    def capacity(self, pictures: int, held_out: int = 0) -> int:
        """How many pictures a program must take at once: never more than there are."""
        return min(CHUNK if self.batch_size == "all" else self.batch_size, max(pictures, held_out))

    def learning(self, frozen: Collection[str]) -> Purpose:
        """What a program that learns is for, where the weights of some layers stay."""
        return Purpose(loss=self.loss, dropout=True, batch_statistics=True, frozen=tuple(sorted(frozen)))


@dataclass(frozen=True)
class Training:
    """A run, what computes it, and how; `capacity` pictures go through at once."""

    engine: Engine
    run: Run
    plan: Plan
    capacity: int
    missing: Missing = field(default_factory=Missing)

    def compiled(self, purpose: Purpose, pictures: int | None = None) -> Program:
        """A program for the run's network, for as many pictures at once as asked or as usual."""
        return self.engine.compile(
            self.run.graph, self.capacity if pictures is None else pictures, purpose, threads=self.plan.threads
        )
