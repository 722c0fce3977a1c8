"""What is counted over the pictures of an epoch."""

from collections.abc import Mapping, Sequence
from typing import Any

from striate.engines.contract import Array, Targets
from striate.training.metrics import metrics_named
from striate.training.tallies import Metric, Resumable


class Counts:
    """The mean loss and the metrics over the pictures of an epoch so far."""

    def __init__(self, metrics: Sequence[str | Metric]) -> None:
        self._metrics = metrics_named(metrics)
        self._loss = 0.0
        self.pictures = 0

    def count(self, loss: float, output: Array, y: Targets) -> None:
        """Count a batch."""
        self._loss += loss * len(output)
        self.pictures += len(output)
        for metric in self._metrics:
            metric.update(output, y)

    def logs(self) -> dict[str, float]:
        """The means so far, by name."""
        return {"loss": self._loss / self.pictures} | {metric.name: metric.result() for metric in self._metrics}

    @property
    def resumable(self) -> bool:
        """Whether all metrics can be kept; one that a user wrote need not."""
        return all(isinstance(metric.tally, Resumable) for metric in self._metrics)

    def snapshot(self) -> Mapping[str, Any]:
        """What was counted."""
        kept = {metric.name: metric.tally.snapshot() for metric in self._metrics if isinstance(metric.tally, Resumable)}
        return {"loss": float(self._loss), "pictures": self.pictures, "metrics": kept}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Go on counting from a snapshot."""
        self._loss, self.pictures = kept["loss"], kept["pictures"]
        for metric in self._metrics:
            if isinstance(metric.tally, Resumable):
                metric.tally.restore(kept["metrics"][metric.name])
