"""Targets of mixed pictures: shares of what they were mixed from."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float32]


def as_shares(targets: Array, classes: int) -> Array:
    """Class numbers (n, ...) as shares (n, ..., classes), one of them 1; shares and other numbers as they are."""
    return targets if targets.dtype.kind == "f" else np.eye(classes, dtype=np.float32)[targets]


def mixed_targets(
    own: Array, partner: Array, share: Floats, weights: tuple[Array, Array] | None = None
) -> tuple[Array, Array | None]:
    """y + share (y' - y) of targets (n, ...) and their partners', and the weights of the pictures where there are any.

    What is small is w loss(y) + w' loss(y') in these shares. For a loss that is linear in its targets, as the
    cross-entropies are, that is one loss with the mixed weight, for targets mixed by their weights' parts.
    """
    if weights is None:
        return _mixed(own, partner, share), None
    mine, theirs = weights[0] * (1 - share), weights[1] * share
    total = mine + theirs
    part = np.divide(theirs, total, out=np.zeros_like(total), where=total > 0)
    return _mixed(own, partner, part), total


def _mixed(own: Array, partner: Array, share: Floats) -> Array:
    by_picture = share.reshape(-1, *[1] * (own.ndim - 1))
    return own + by_picture * (partner - own)
