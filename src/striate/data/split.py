"""Holding a share of the pictures out of training."""

import math
import numbers
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from striate.errors import SettingError

Indices = NDArray[np.int64]


def stratified(labels: NDArray[Any], share: float, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """The indices to keep and those to hold out, each ascending; of every class the same share.

    Of a class's n pictures n * share are held out, rounded to the nearest (a half up), but of two or more at least one
    stays on each side; a class's only picture is kept. Raises `SettingError` unless 0 < share < 1.
    """
    if not isinstance(cast(object, share), numbers.Real) or not 0 < share < 1:  # True and False are 1 and 0
        raise SettingError("split.share", came=share)
    held = np.zeros(len(labels), np.bool_)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        held[rng.permutation(members)[: _count(len(members), share)]] = True
    return np.flatnonzero(~held), np.flatnonzero(held)


def _count(members: int, share: float) -> int:
    if members < 2:
        return 0
    return min(members - 1, max(1, math.floor(members * share + 0.5)))
