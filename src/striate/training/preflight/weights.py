"""Mistakes in the weights that a training begins with."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.network.graph import Graph
from striate.network.layout import Span
from striate.network.losses import Loss, MeanSquaredError
from striate.training.preflight.findings import Finding, found

Array = NDArray[Any]

HUGE_BIAS = 20.0  # what reaches a unit from pictures of size 1 has a size around 1


def kernels(graph: Graph) -> list[Span]:
    """The weights that are matrices or more: what first values break the sameness of units in."""
    return [span for span in graph.theta.spans if len(span.shape) > 1]


def of_weights(graph: Graph, loss: Loss, theta: Array) -> Iterator[Finding]:
    """Kernels inside the network that are zero or the same for all units, and biases that drown what comes in.

    The last kernel may begin at zero; one alone inside may, too (behind a shortcut), so zeros are named where all are.
    """
    inside = kernels(graph)[:-1]
    zero = [span.layer for span in inside if not theta[span.slice].any()]
    if inside and len(zero) == len(inside):
        yield found("preflight.zero_weights", layers=zero)
    elif alike := [span.layer for span in inside if _alike(graph.theta.view(theta, span))]:
        yield found("preflight.weights_alike", layers=alike)
    yield from _of_biases(graph, loss, theta)


def _alike(kernel: Array) -> bool:
    """Whether all units of a kernel (..., K) are one; of a single one nobody knows."""
    return kernel.shape[-1] > 1 and bool(kernel.any()) and bool((kernel == kernel[..., :1]).all())


def _of_biases(graph: Graph, loss: Loss, theta: Array) -> Iterator[Finding]:
    biases = [span for span in graph.theta.spans if span.name.endswith("/bias")]
    last = graph.owner(graph.nodes[-1]).name
    for span in _without_last(biases, last) if isinstance(loss, MeanSquaredError) else biases:
        largest = theta[span.slice][np.abs(theta[span.slice]).argmax()]
        if abs(largest) > HUGE_BIAS:
            yield found("preflight.huge_bias", layer=span.layer, value=float(largest))


def _without_last(biases: Sequence[Span], last: str) -> list[Span]:
    """A last bias answers with the mean of the targets, however large."""
    return [span for span in biases if span.layer != last]
