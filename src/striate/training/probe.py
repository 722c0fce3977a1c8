"""Measuring a training by a few fixed pictures: which units fire, how large gradients are; and that all is finite."""

from collections.abc import Iterator, Sequence

import numpy as np

from striate.data.batches import Batch, Batches
from striate.engines.contract import Array, Key, Program, Purpose
from striate.network.graph import Graph, Node
from striate.network.layers import ReLU, activation_of
from striate.network.layout import Span
from striate.training.guard import Guard
from striate.training.measured import Measured
from striate.training.plan import Training

PICTURES = 128
SHARE = 16  # of a batch that goes forward at a time, so that keeping every output takes little memory
PIECE = 2**18  # weights
FLAT = ("relu", "relu6")


class Probe:
    """Evenly spread pictures of the training data, as they are."""

    def __init__(self, training: Training, data: Batches, validation: Batches | None, guard: Guard) -> None:
        self._training, self._run = training, training.run
        self._data, self._validation, self._guard = data, validation, guard
        self._part = part_of(training.capacity)
        self.learning: Program | None = None  # what takes a step
        self._forward: Program | None = None
        self._batch: Batch | None = None

    def begin(self) -> None:
        places = np.unique(np.linspace(0, len(self._data) - 1, PICTURES).astype(np.intp))
        self._batch = self._data.take(places)

    def measured(self) -> Measured:
        batch = self._batch
        if batch is None or not len(batch.x):
            return Measured({}, {})
        weighed = getattr(self._data, "sample_weight", None) is not None
        return Measured(self._dead(batch), self._gradients(batch), guess_of(self._validation), weighed)

    def _dead(self, batch: Batch) -> dict[str, float]:
        graph, run = self._run.graph, self._run
        if self._forward is None:
            keep = tuple(node.name for node in graph.nodes[1:])
            self._forward = self._training.compiled(Purpose(keep=keep), self._part)
        fired = {node.name: np.zeros(node.shape[-1], bool) for node in graph.nodes[1:] if is_flat(node)}
        for first in range(0, len(batch.x), self._part):
            kept = self._forward.forward(run.theta, run.state, batch.x[first : first + self._part]).kept
            for name, values in kept.items():
                if not np.isfinite(values).all():
                    self._guard.refuse_output(batch, first, self._part, name, values)
                if name in fired:
                    fired[name] |= (values > 0).any(axis=tuple(range(values.ndim - 1)))
        return {name: float(1 - units.mean()) for name, units in fired.items()}

    def _gradients(self, batch: Batch) -> dict[str, float]:
        if self.learning is None:
            return {}
        run, some = self._run, slice(self._training.capacity)
        key = Key(self._training.plan.seed, run.step)
        weight = None if batch.sample_weight is None else batch.sample_weight[some]
        step = self.learning.step(run.theta, run.state, batch.x[some], batch.y[some], weight, key)
        return by_layer(run.spans, step.gradient)


def part_of(capacity: int) -> int:
    """How many pictures go forward at a time."""
    return max(1, capacity // SHARE)


def by_layer(spans: Sequence[Span], vector: Array, minus: Array | None = None) -> dict[str, float]:
    """The root mean square over the kernels of each layer that learns; of one without a kernel, over its weights.

    Of the vector, or of its difference from another one.
    """
    squares: dict[str, tuple[float, int]] = {}
    kernels = {span.layer for span in spans if span.decayed}
    for span in spans:
        if span.trainable and (span.decayed or span.layer not in kernels):
            total, count = squares.get(span.layer, (0.0, 0))
            here = sum(
                float(np.square(piece, dtype=np.float64).sum())
                for piece in _pieces(vector[span.slice], None if minus is None else minus[span.slice])
            )
            squares[span.layer] = total + here, count + span.size
    return {layer: (total / count) ** 0.5 for layer, (total, count) in squares.items()}


def _pieces(vector: Array, minus: Array | None) -> Iterator[Array]:
    """A vector, or its difference from another one, a part at a time: a copy of it all may be large."""
    for first in range(0, len(vector), PIECE):
        part = slice(first, first + PIECE)
        yield vector[part] if minus is None else vector[part] - minus[part]


def is_flat(node: Node) -> bool:
    """Whether a node's activation is flat at 0, so that a unit may be dead."""
    relu = isinstance(node.layer, ReLU) and not node.layer.negative_slope
    return relu or activation_of(node.layer) in FLAT


def guess_of(validation: Batches | None) -> tuple[int, float] | None:
    """How many pictures there are, and which share is of the most frequent class; None where that is not known."""
    targets: Array | None = getattr(validation, "targets", None)
    if targets is None or not len(targets):
        return None
    by_shares = targets.ndim > 1 and targets.shape[-1] > 1
    labels = np.ravel(targets.argmax(axis=-1) if by_shares else targets)
    if labels.dtype.kind == "f" and not (labels == np.round(labels)).all():
        return None
    return len(labels), float(np.unique(labels, return_counts=True)[1].max() / len(labels))


def layers_of(graph: Graph) -> tuple[str, ...]:
    """Those that are measured: with weights, or with units that may be dead."""
    owners = {span.layer for span in graph.theta.spans}
    return tuple(node.name for node in graph.nodes[1:] if node.name in owners or is_flat(node))
