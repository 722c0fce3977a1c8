"""From where to where numbers go that become colours."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def unit_range(pictures: Array) -> NDArray[np.float64]:
    """Pictures from 0 to 1: bytes as 255ths, floats beyond 0 and 1 from the least to the greatest of them all."""
    values = np.nan_to_num(pictures.astype(np.float64) / (255 if pictures.dtype.kind in "iu" else 1))
    least, most = float(values.min()), float(values.max())
    return (values - least) / (most - least or 1.0) if least < 0 or most > 1 else values


def largest(values: Array) -> float:
    """The largest distance from 0; 1 where all are 0."""
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0.0)) or 1.0
