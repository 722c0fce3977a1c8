"""A training under way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from striate.engines.contract import Array
from striate.network.graph import Graph


@dataclass
class Run:
    """A training under way: what callbacks look at and may change. Epochs and steps count from 0."""

    graph: Graph
    theta: Array
    state: Array
    slots: tuple[Array, ...]
    learning_rate: float
    save: Callable[[Path], None]
    epoch: int = 0
    epochs_before: int = 0  # of earlier trainings of the same weights, which this one continues
    step: int = 0  # steps of the rule since the beginning, over all epochs
    history: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    stopped: str | None = None

    def record(self, logs: Mapping[str, float]) -> None:
        """Keep an epoch's logs."""
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)

    def stop(self, reason: str = "training.stopped_by_callback") -> None:
        """End training after this step."""
        self.stopped = self.stopped or reason
