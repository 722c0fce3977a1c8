"""Targets as a loss or a metric compares them with outputs, and how much each picture counts."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def like_output(y: Array, output: Array) -> Array:
    """Targets in the output's shape and dtype: class numbers become one-hot rows where K classes are answered."""
    if y.size == output.size:
        return y.reshape(output.shape).astype(output.dtype)
    return np.eye(output.shape[-1], dtype=output.dtype)[y.reshape(output.shape[:-1]).astype(np.int64)]


def shares(pictures: int, sample_weight: Array | None) -> Array:
    """What each picture counts in the mean loss, (N,): its weight / N, without weights 1 / N."""
    return np.full(pictures, 1 / pictures) if sample_weight is None else sample_weight / pictures
