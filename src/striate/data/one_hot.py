"""Class numbers as rows."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from striate.errors import DataError
from striate.network.settings import convert, optional, positive


def to_categorical(x: ArrayLike, num_classes: int | None = None) -> NDArray[np.float64]:
    """Class numbers x (N,) as rows (N, K) with a 1 each: y[n, x[n]] = 1. A last axis of 1 is left out, as in Keras.

    K is `num_classes`, else the largest number + 1. Raises `DataError` for what is no class number below K.
    """
    classes = convert("to_categorical", "num_classes", optional(positive), num_classes)
    given = np.asarray(x)
    labels = given[..., 0] if given.ndim > 1 and given.shape[-1] == 1 else given
    if labels.dtype.kind not in "fiub" or not labels.size:
        raise DataError("data.no_class_numbers", came=f"dtype {labels.dtype}, {labels.size}")
    if classes is None and np.isfinite(labels).all():
        classes = int(labels.max()) + 1
    wrong = labels[~((labels >= 0) & (labels < (classes or 1)) & (labels == np.floor(labels)))]
    if wrong.size:
        raise _refused(wrong.flat[0].item(), None if num_classes is None else classes)
    return np.eye(classes or 1)[labels.astype(np.int64)]


def _refused(came: float, classes: int | None) -> DataError:
    if classes is None:
        return DataError("data.no_class_numbers", came=came)
    return DataError("data.class_numbers", came=came, last=classes - 1)
