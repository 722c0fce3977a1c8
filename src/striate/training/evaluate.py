"""How well weights do on pictures: the loss and the metrics, without learning."""

from collections.abc import Sequence

import numpy as np

from striate.data.batches import Batches
from striate.engines.contract import Array, Program
from striate.training.metrics import metrics_named
from striate.training.tallies import Metric, Tally


def evaluate(
    program: Program,
    theta: Array,
    state: Array,
    data: Batches,
    metrics: Sequence[str | Metric],
    batch_size: int,
    watching: Sequence[Tally] = (),
) -> dict[str, float]:
    """{"loss": ..., and each metric by its name}, over all pictures, in their order.

    `watching` counts them too: for what is more than one number.
    """
    counting = metrics_named(metrics)
    total = 0.0
    for first in range(0, len(data), batch_size):
        batch = data.take(np.arange(first, min(first + batch_size, len(data))))
        loss, output = program.judge(theta, state, batch.x, batch.y, batch.sample_weight)
        total += loss * len(batch.x)
        for metric in (*counting, *watching):
            metric.update(output, batch.y)
    return {"loss": total / len(data)} | {metric.name: metric.result() for metric in counting}
