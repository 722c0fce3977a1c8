"""Mistakes in the pictures: their scale, their sameness, and those held out beside them. By a sample."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.network.graph import Graph
from striate.training.preflight.findings import Finding, found
from striate.training.preflight.wiring import normalises_first

Array = NDArray[Any]

SAMPLE = 256  # pictures that are looked at
LARGE = 10.0  # the root of the mean square of pictures that nobody scaled; bytes have 20 (dark) to 200
SMALL = 0.02  # from the least to the largest number of pictures that were scaled twice; 1/255 is 0.004
APART = 2.5  # times as much spread are another scale
FEWEST = 8  # pictures on each side, for their spread to mean anything
COMPARED, POINTS = 32, 64  # pictures held out that are looked for among the others; first by so many numbers
SHARED = 0.5  # of them found there are no accident


def places(count: int, sample: int = SAMPLE) -> NDArray[np.intp]:
    """Where a sample stands among so many: evenly from the first to the last, since data often come class by class."""
    return np.unique(np.linspace(0, count - 1, min(sample, count)).astype(np.intp))


def of_pictures(graph: Graph, x: Array) -> Iterator[Finding]:
    """What is wrong with some pictures (n, H, W, C) as the network takes them."""
    least, most = float(x.min()), float(x.max())
    if least == most:
        yield found("preflight.constant", value=least)
    elif len(x) > 1 and (x == x[:1]).all():
        yield found("preflight.same_pictures", pictures=len(x))
    elif _size(x) > LARGE and not normalises_first(graph):
        yield found("preflight.unscaled", least=least, most=most)
    elif most - least < SMALL:
        yield found("preflight.scaled_twice", least=least, most=most)


def of_scales(x: Array, held_out: Array) -> Iterator[Finding]:
    """Whether the pictures held out have another scale than those to learn from."""
    if min(len(x), len(held_out)) < FEWEST or not (spread := float(x.std())):
        return
    theirs = float(held_out.std())
    shifted = abs(float(held_out.mean()) - float(x.mean())) > 2 * max(spread, theirs)
    if not 1 / APART < theirs / spread < APART or shifted:
        fields = {"least": float(x.min()), "most": float(x.max())}
        yield found(
            "preflight.validation_scale", **fields, its_least=float(held_out.min()), its_most=float(held_out.max())
        )


def of_copies(pictures: Array, held_out: Array) -> Iterator[Finding]:
    """Whether the pictures held out are among those to learn from: a sample is looked for among all."""
    some = held_out[places(len(held_out), COMPARED)]
    seen = sum(_is_among(picture, pictures) for picture in some)
    if seen > SHARED * len(some):
        yield found("preflight.validation_seen", percent=100 * seen / len(some))


def _is_among(picture: Array, pictures: Array) -> bool:
    """Whether one of the pictures is this one: those that agree in a few numbers are compared whole."""
    flat, all_flat = picture.ravel(), pictures.reshape(len(pictures), -1)
    candidates = np.arange(len(pictures))
    points = places(flat.size, POINTS)
    for point in points[np.argsort(flat[points])[::-1]]:  # bright ones are rare, so that few candidates are left
        candidates = candidates[all_flat[candidates, point] == flat[point]]
        if not len(candidates):
            return False
    return any((all_flat[each] == flat).all() for each in candidates)


def _size(x: Array) -> float:
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64))))
