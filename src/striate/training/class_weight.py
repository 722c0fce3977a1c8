"""Weights of pictures by their class, as Keras's `class_weight`, and rules that make them from the classes' sizes.

Of n pictures, n_k of class k out of K. In each rule a picture weighs 1 on average:

    balanced     w_k = n / (K n_k): every class weighs the same in all. King and Zeng 2001; scikit-learn's rule
    tempered     w_k = n / sqrt(n_k) / sum over j of sqrt(n_j): half way there, on a scale of powers
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from striate.data.batches import ArrayBatches
from striate.errors import DataError, SettingError
from striate.network.settings import is_real, is_whole
from striate.training.own_data import OwnBatches

Array = NDArray[Any]


def balanced(count: int, counts: Sequence[int]) -> float:
    """n / (K n_k)"""
    return sum(counts) / (sum(each > 0 for each in counts) * count)


def tempered(count: int, counts: Sequence[int]) -> float:
    """n / sqrt(n_k) / sum over j of sqrt(n_j)"""
    return sum(counts) / (math.sqrt(count) * sum(map(math.sqrt, counts)))


WEIGHTINGS: Mapping[str, Callable[[int, Sequence[int]], float]] = {rule.__name__: rule for rule in (balanced, tempered)}


def weights_by(rule: str, counts: Sequence[int]) -> dict[int, float] | None:
    """The weight of each class that has pictures, by its number; None where the rule is "none"."""
    if rule not in WEIGHTINGS:
        return None
    return {label: WEIGHTINGS[rule](count, counts) for label, count in enumerate(counts) if count}


def by_class(
    data: ArrayBatches | OwnBatches, class_weight: Mapping[int, float] | None, outputs: int
) -> ArrayBatches | OwnBatches:
    """The data with each picture weighing as its class; a class that is not named weighs 1.

    Raises `SettingError` where pictures have weights already, `DataError` where weights or targets are not of classes.
    """
    if class_weight is None:
        return data
    if isinstance(data, OwnBatches):
        raise SettingError("own.not_before", where="fit", setting="class_weight")
    if data.sample_weight is not None:
        raise SettingError("weights.both", where="fit")
    known = np.ones(max(outputs, 2), np.float32)
    for label, weight in _checked(class_weight, len(known)).items():
        known[label] = weight
    return replace(data, sample_weight=known[_labels(data.targets)])


def _checked(class_weight: object, classes: int) -> Mapping[int, float]:
    if not isinstance(class_weight, Mapping):
        raise DataError("weights.by_class", last=classes - 1, came=class_weight)
    weights = cast(Mapping[int, float], class_weight)
    for label, weight in weights.items():
        if not (is_whole(label) and 0 <= label < classes and is_real(weight) and weight >= 0):
            raise DataError("weights.by_class", last=classes - 1, came={label: weight})
    return weights


def _labels(targets: Array) -> Array:
    """The class of each picture, from class numbers (N,), shares (N, K) or one share of class 1 (N, 1)."""
    if targets.dtype.kind == "f":
        one = targets.shape[-1] == 1
        targets = np.round(targets[..., 0]).astype(np.int64) if one else targets.argmax(axis=-1)
    if targets.ndim != 1 or targets.min() < 0:
        raise DataError("weights.no_class", shape=targets.shape[1:])
    return targets
