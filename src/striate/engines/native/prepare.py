"""The core's preparing of batches, with the sizes and layouts that it asks for."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.engines.native import core

Floats = NDArray[np.float32]


@cache
def available() -> bool:
    """Whether there is a core; asked for every batch, hence remembered."""
    return core.available()


def prepared(
    pictures: NDArray[Any],
    indices: NDArray[np.intp],
    scale: Floats,
    offset: Floats,
    variation: tuple[NDArray[np.float64], NDArray[np.int32]] | None = None,
) -> Floats:
    """As `data.prepare.by_numpy`, outside of Python's lock: pictures of bytes or float32, (N, H, W, C)."""
    from striate.engines.native import _core

    warps, holes = variation or (None, None)
    out = np.empty((len(indices), *pictures.shape[1:]), np.float32)
    stored = np.ascontiguousarray(pictures)  # as it is, unless somebody trains on a view with gaps
    _core.prepare(stored, np.ascontiguousarray(indices, np.int64), warps, holes, scale, offset, out)
    return out
