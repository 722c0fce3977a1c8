"""How well weights do on pictures: the loss and the metrics, without learning."""

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from striate.data.ahead import ahead
from striate.data.batches import Batch, Batches
from striate.engines.contract import Array, Judged, Targets
from striate.training.metrics import metrics_named
from striate.training.missing import Missing
from striate.training.tallies import Metric, Tally


class Judge(Protocol):
    """What a program is asked here."""

    def judge(self, theta: Array, state: Array, x: Array, y: Targets, sample_weight: Array | None = None) -> Judged:
        """The mean loss and the output."""
        ...


def evaluate(
    program: Judge,
    theta: Array,
    state: Array,
    data: Batches,
    metrics: Sequence[str | Metric],
    batch_size: int,
    watching: Sequence[Tally] = (),
    missing: Missing | None = None,
    between: Callable[[], object] | None = None,
    refuse: Callable[[Batch, float], object] | None = None,
) -> dict[str, float]:
    """{"loss": ..., and each metric by its name}, over all pictures, in their order.

    `watching` counts them too: for what is more than one number. Files that cannot be read any more are left out; they
    go into `missing`, or are said. `between` is called before each batch, `refuse` with one whose loss is not finite.
    Raises `DataError` where none can be read.
    """
    counting, unread = metrics_named(metrics), Missing() if missing is None else missing
    total, pictures = 0.0, 0
    places = (np.arange(i, min(i + batch_size, len(data))) for i in range(0, len(data), batch_size))
    with ahead(data.take, places) as batches:
        for batch in batches:
            if between:
                between()
            unread.add(batch.unread)
            if not len(batch.x):
                continue
            loss, output = program.judge(theta, state, batch.x, batch.y, batch.sample_weight)
            if refuse and not math.isfinite(loss):
                refuse(batch, loss)
            total += loss * len(batch.x)
            pictures += len(batch.x)
            for metric in (*counting, *watching):
                metric.update(output, batch.y)
            del batch  # before the next one is asked for, so that no three are there at once
    if missing is None or not pictures:
        unread.say(pictures)
    return {"loss": total / pictures} | {metric.name: metric.result() for metric in counting}
