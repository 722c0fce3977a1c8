"""All that can be seen before a training, in seconds. Nothing of the training is touched: weights, slots, keys."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.data.batches import ArrayBatches, Batch, Batches
from striate.engines.contract import Array, Engine
from striate.network.graph import Graph
from striate.network.layout import Span
from striate.training.plan import Plan
from striate.training.preflight.by_heart import of_learning
from striate.training.preflight.findings import Finding
from striate.training.preflight.pictures import SAMPLE, of_copies, of_pictures, of_scales, places
from striate.training.preflight.start import PICTURES, Start, of_start
from striate.training.preflight.targets import of_held_out, of_order, of_targets
from striate.training.preflight.weights import of_weights
from striate.training.preflight.wiring import of_wiring


@dataclass(frozen=True)
class Setup:
    """A training that has not begun."""

    engine: Engine
    graph: Graph
    theta: Array
    state: Array
    plan: Plan
    spans: Sequence[Span]
    frozen: Collection[str] = ()

    def batch(self, pictures: int) -> int:
        """The pictures of a step."""
        return pictures if self.plan.batch_size == "all" else min(self.plan.batch_size, pictures)

    def steps(self, pictures: int) -> int:
        """The steps of the rule over all epochs."""
        return self.plan.epochs * -(-pictures // self.batch(pictures))


def looked_at(setup: Setup, data: Batches, validation: Batches | None = None, pictures: int = SAMPLE) -> list[Finding]:
    """What is seen without computing with the network: wiring, weights, targets, samples of so many pictures."""
    graph, plan = setup.graph, setup.plan
    findings = [*of_wiring(graph, plan.loss, setup.batch(len(data)), setup.spans, setup.frozen)]
    findings += of_weights(graph, plan.loss, setup.theta)
    sample, y = data.take(places(len(data), pictures)), _targets(data)
    findings += [*of_targets(graph, plan.loss, y), *of_pictures(graph, sample.x)]
    if not plan.shuffle and plan.batch_size != "all":
        findings += of_order(y, plan.batch_size)
    if validation is not None:
        findings += _held_out(data, validation, sample, y)
    return findings


def preflight(
    setup: Setup,
    data: Batches,
    validation: Batches | None = None,
    *,
    seconds: float = 0.0,
    clock: Callable[[], float] = time.monotonic,
) -> list[Finding]:
    """What is wrong, as far as it can be seen in a few steps on copies; with `seconds` a few pictures are learned, too.

    Each look is taken only where those before it found nothing that spoils the numbers.
    """
    findings = looked_at(setup, data, validation)
    if any(not finding.code.startswith("preflight.validation_") for finding in findings):
        return findings
    start, batch = _start(setup, len(data)), _first(data)
    findings += of_start(start, batch)
    if not findings and seconds > 0:
        findings += of_learning(start, batch, seconds, clock)
    return findings


def _start(setup: Setup, pictures: int) -> Start:
    plan = setup.plan
    vectors = setup.theta, setup.state, setup.spans, setup.frozen
    return Start(setup.engine, setup.graph, plan.loss, plan.rule, *vectors, setup.steps(pictures), plan.threads)


def _first(data: Batches) -> Batch:
    return data.take(places(len(data), PICTURES))


def _targets(data: Batches) -> NDArray[Any]:
    """All targets where they are known, else those of a sample."""
    return data.targets if isinstance(data, ArrayBatches) else data.take(places(len(data))).y


def _held_out(data: Batches, validation: Batches, sample: Batch, y: NDArray[Any]) -> list[Finding]:
    findings = [*of_scales(sample.x, validation.take(places(len(validation), len(sample.x))).x)]
    if not isinstance(data, ArrayBatches) or not isinstance(validation, ArrayBatches):
        return findings
    findings += of_held_out(y, validation.targets)
    ours, theirs = data.pictures, validation.pictures
    if not findings and isinstance(ours, np.ndarray) and isinstance(theirs, np.ndarray) and ours.dtype == theirs.dtype:
        findings += of_copies(ours, theirs)
    return findings
