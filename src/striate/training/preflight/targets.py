"""Mistakes in what is to be answered: labels, shares, numbers."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.network.graph import Graph
from striate.network.losses import BinaryCrossentropy, Loss, MeanSquaredError
from striate.training.preflight.findings import Finding, found
from striate.training.preflight.wiring import Categorical, last_activation

Array = NDArray[Any]

BEYOND = 1e-3  # that a share may miss 1 by
LARGE = 100.0  # numbers of this size are not learned from weights that begin around 1
LISTED = 10  # classes that are named

REACH = {  # what an activation can answer
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "relu": (0.0, np.inf),
    "softplus": (0.0, np.inf),
    "relu6": (0.0, 6.0),
}


def of_targets(graph: Graph, loss: Loss, y: Array) -> Iterator[Finding]:
    """What is wrong with the targets of a training, in the form that the loss works on."""
    if len(y) < 2:
        return
    if isinstance(loss, Categorical):
        yield from _of_classes(y, graph.output_shape[-1])
    elif isinstance(loss, BinaryCrossentropy) and _alike(y):
        yield found("preflight.targets_alike", value=float(y.flat[0]), pictures=len(y))
    elif isinstance(loss, MeanSquaredError):
        yield from _of_numbers(graph, y)


def of_order(y: Array, batch: int) -> Iterator[Finding]:
    """Of pictures that come unshuffled: whether they stand class by class."""
    if y.dtype.kind != "i" or y.ndim != 1 or len(y) < 2 * batch or y[0] == y[-1]:
        return
    if (np.diff(y) >= 0).all() and y[0] == y[batch - 1]:
        yield found("preflight.unshuffled", batch=batch, label=int(y[0]))


def of_held_out(y: Array, held_out: Array) -> Iterator[Finding]:
    """Of the pictures held out: whether they show classes that nobody learns."""
    if y.dtype.kind != "i" or held_out.dtype.kind != "i":
        return
    new = np.setdiff1d(held_out, y)
    if len(new):
        yield found("preflight.validation_classes", count=len(new), classes=new[:LISTED].tolist())


def _of_classes(y: Array, classes: int) -> Iterator[Finding]:
    if y.dtype.kind == "f":
        yield from _of_shares(y)
        return
    counts = np.bincount(y.ravel(), minlength=classes)
    if (counts > 0).sum() == 1:
        yield found("preflight.one_class", label=int(counts.argmax()), pictures=len(y))
    elif classes > 2 and counts[0] == 0 and (counts[1:] > 0).all():
        yield found("preflight.labels_from_one", last=classes - 1, outputs=classes)


def _of_shares(y: Array) -> Iterator[Finding]:
    sums = y.sum(axis=-1)
    if abs(sums - 1).max() > BEYOND:
        yield found("preflight.shares", least=float(sums.min()), most=float(sums.max()))
    elif _alike(y):
        yield found("preflight.one_class", label=int(y.reshape(len(y), -1)[0].argmax()), pictures=len(y))


def _of_numbers(graph: Graph, y: Array) -> Iterator[Finding]:
    if _alike(y) and y[0].size == 1:
        yield found("preflight.targets_alike", value=float(y.flat[0]), pictures=len(y))
        return
    node, activation = last_activation(graph)
    low, high = REACH.get(activation, (-np.inf, np.inf))
    least, most = float(y.min()), float(y.max())
    if least < low or most > high:
        yield found("preflight.out_of_reach", layer=node.name, activation=activation, least=least, most=most)


def _alike(y: Array) -> bool:
    return bool((y == y[:1]).all())
