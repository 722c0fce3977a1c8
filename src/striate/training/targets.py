"""Checking pictures and targets once, before training, against the shapes that the network has."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from striate.errors import DataError, SettingError
from striate.network.layout import all_finite
from striate.network.losses import BinaryCrossentropy, CategoricalCrossentropy, Loss, SparseCategoricalCrossentropy
from striate.network.open_sizes import agrees

Array = NDArray[Any]
Shape = tuple[int, ...]
Labelled = tuple[ArrayLike, ArrayLike] | tuple[ArrayLike, ArrayLike, ArrayLike]


class Shaped(Protocol):
    """An array, or what is asked like one."""

    @property
    def shape(self) -> Shape:
        """Its sizes."""
        ...


def labelled(data: Labelled) -> tuple[ArrayLike, ArrayLike, ArrayLike | None]:
    """(x, y) or (x, y, weights), the weights None where they are not given."""
    if not isinstance(cast(object, data), tuple | list) or len(data) not in (2, 3):
        raise SettingError("setting.labelled", where="fit", setting="validation_data", came=type(data).__name__)
    return data if len(data) == 3 else (*data, None)


def as_numbers(values: ArrayLike) -> Array:
    """Values as an array. Raises `DataError` where they are no numbers or no array at all."""
    if isinstance(values, Iterator):
        raise DataError("data.goes_once", came=type(values).__name__)
    try:
        array = np.asarray(values)
    except ValueError:  # rows of different lengths
        raise DataError("data.not_an_array", came=type(values).__name__) from None
    if array.dtype.kind not in "fiub":
        raise DataError("data.objects" if array.dtype.kind == "O" else "data.not_numbers", dtype=array.dtype)
    return array


def put_weights(own: Sequence[Array], weights: Sequence[ArrayLike]) -> None:
    """Write weights over a model's own. Raises `DataError`, and writes none, unless shapes fit and all are finite."""
    if not isinstance(cast(object, weights), Iterable):
        raise DataError("weights.do_not_fit", required=[weight.shape for weight in own], came=type(weights).__name__)
    with np.errstate(over="ignore"):  # what is too large for float32 is infinite there, and said below
        given = [as_numbers(weight).astype(np.float32) for weight in weights]
    required, came = [weight.shape for weight in own], [weight.shape for weight in given]
    if required != came:
        raise DataError("weights.do_not_fit", required=required, came=came)
    if not all(all_finite(weight) for weight in given):
        raise DataError("weights.not_finite")
    for view, weight in zip(own, given, strict=True):
        view[...] = weight


def as_pictures(x: ArrayLike, shape: Shape) -> Array:
    """Pictures as float32 (N, *shape). A missing last axis of one channel is added, as Keras does.

    Raises `DataError` for another shape, for what is no number, and for NaN or infinity.
    """
    pictures = as_numbers(x)
    if shape[-1] == 1 and agrees(shape[:-1], pictures.shape[1:]):
        pictures = pictures[..., None]
    check_shape(pictures, shape)
    with np.errstate(over="ignore"):  # what is too large for float32 is infinite there, and said below
        pictures = pictures.astype(np.float32, copy=False)
    if not all_finite(pictures):
        first = int(np.argwhere(~np.isfinite(pictures))[0][0])
        raise DataError("data.not_finite", picture=first)
    return pictures


def check_shape(pictures: Shaped, shape: Shape) -> None:
    """Raise `DataError` unless the pictures are (N, *shape); a size that is open may be any."""
    if len(pictures.shape) != len(shape) + 1 or not agrees(shape, pictures.shape[1:]):
        if len(pictures.shape) == 4 and agrees(shape, (*pictures.shape[2:], pictures.shape[1])):
            raise DataError("data.channels_first", required=("N", *shape), came=pictures.shape)
        raise DataError("data.wrong_shape", required=("N", *shape), came=pictures.shape)


def as_targets(loss: Loss, y: ArrayLike, output: Shape, pictures: int) -> Array:
    """Targets in the form that the loss works on: class numbers int64 (N, ...), or float32 in the output's shape."""
    targets = as_numbers(y)
    if targets.ndim == 0 or len(targets) != pictures:
        raise DataError(
            "data.lengths_differ", pictures=pictures, targets=np.size(y) if targets.ndim == 0 else len(targets)
        )
    if not np.isfinite(targets).all():
        raise DataError("data.target_not_finite", picture=int(np.argwhere(~np.isfinite(targets))[0][0]))
    if isinstance(loss, CategoricalCrossentropy | SparseCategoricalCrossentropy):
        return _classes(loss, targets, output)
    if targets.size != pictures * int(np.prod(output)):
        raise DataError(
            "data.targets_do_not_fit", loss=type(loss).__name__, required=("N", *output), came=targets.shape
        )
    if isinstance(loss, BinaryCrossentropy) and (targets.min() < 0 or targets.max() > 1):
        raise DataError("data.target_no_share", came=(float(targets.min()), float(targets.max())))
    return targets.reshape(pictures, *output).astype(np.float32)


def as_weights(sample_weight: ArrayLike | None, pictures: int) -> Array | None:
    """Weights of pictures as float32 (N,), or None. Raises `DataError` for another length or a number below 0."""
    if sample_weight is None:
        return None
    with np.errstate(over="ignore"):  # what is too large for float32 is infinite there, and said below
        weights = as_numbers(sample_weight).astype(np.float32)
    if weights.shape != (pictures,):
        raise DataError("data.sample_weight", required=pictures, came=weights.shape)
    unfit = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(unfit):
        raise DataError("data.sample_weight_unfit", picture=int(unfit[0]), came=float(weights[unfit[0]]))
    return weights


def _classes(loss: Loss, targets: Array, output: Shape) -> Array:
    classes = output[-1]
    if classes < 2:
        raise DataError("data.one_output", loss=type(loss).__name__)
    if targets.shape[1:] == output:
        return targets.astype(np.float32)
    if targets.size != len(targets) * int(np.prod(output[:-1])):
        raise DataError(
            "data.targets_do_not_fit", loss=type(loss).__name__, required=("N", *output), came=targets.shape
        )
    with np.errstate(invalid="ignore"):  # what no whole number can hold differs from what was given, and is said below
        labels = targets.astype(np.int64).reshape(len(targets), *output[:-1])
    given = targets.reshape(labels.shape)
    wrong = np.argwhere((labels != given) | (labels < 0) | (labels >= classes))
    if len(wrong):
        if set(np.unique(given).tolist()) == set(range(1, classes + 1)):
            raise DataError("data.labels_from_one", outputs=classes, last=classes - 1)
        place = tuple(wrong[0])
        came = given[place].item()
        raise DataError("data.label_out_of_range", picture=int(place[0]), came=came, classes=classes, last=classes - 1)
    return labels
