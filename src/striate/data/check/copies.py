"""What of the check costs next to nothing, so that every training begins with it."""

import numpy as np
from numpy.typing import NDArray

from striate.data.dataset import Dataset
from striate.data.same import same_as
from striate.errors import tell


def tell_copies(data: Dataset, source: str) -> None:
    """Give notices of pictures to train with that spoil it, and of classes with one picture only.

    They spoil it where they are there again, pixel for pixel, under another label or to be judged by.
    """
    parts = [part for part in (data.train, data.validation, data.test) if part is not None]
    same = same_as(*(part.hashes for part in parts))
    every, labels = np.concatenate(same), np.concatenate([part.labels for part in parts])
    contradicted = _several(every, labels)
    if count := int(np.isin(same[0], contradicted).sum()):
        tell("copies.labels", count=count, data=source)
    if len(parts) > 1 and (count := int(np.isin(same[0], np.concatenate(same[1:])).sum())):
        tell("copies.parts", count=count, data=source)
    many = np.bincount(data.train.labels, minlength=len(data.class_names))
    lone = [data.class_names[label] for label in np.flatnonzero(many == 1)]
    if lone and many.max() > 1:  # else nothing can be held out, which is an error of its own
        tell("copies.lone", classes=lone)


def _several(groups: NDArray[np.int64], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The groups in which more than one label occurs."""
    pairs = np.unique(np.stack([groups, labels], axis=1), axis=0)
    found, many = np.unique(pairs[:, 0], return_counts=True)
    return found[many > 1]
