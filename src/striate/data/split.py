"""Holding a share of the pictures out of training."""

import math
import numbers
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from striate.errors import SettingError

Indices = NDArray[np.int64]


def stratified(
    labels: NDArray[Any], share: float, rng: np.random.Generator, groups: NDArray[Any] | None = None
) -> tuple[Indices, Indices]:
    """The indices to keep and those to hold out, each ascending; of every class the same share.

    Of a class's n pictures n * share are held out, rounded to the nearest (a half up), but of two or more at least one
    stays on each side; a class's only picture is kept. What has the same number in `groups` stays on one side: of a
    class's groups so many are held out as fit into its share, or, if none does, the smallest; a class that is one group
    is kept. Without groups the same is drawn as where each picture is its own. Raises `SettingError` unless
    0 < share < 1.
    """
    if not isinstance(cast(object, share), numbers.Real) or not 0 < share < 1:  # True and False are 1 and 0
        raise SettingError("split.share", came=share)
    grouped = _Groups(labels, np.arange(len(labels)) if groups is None else groups)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        grouped.hold_out(label, rng.permutation(members), _count(len(members), share))
    return np.flatnonzero(~grouped.held), np.flatnonzero(grouped.held)


class _Groups:
    """Which pictures are held out so far, whole groups at a time; all groups of a class are decided with the class."""

    def __init__(self, labels: NDArray[Any], groups: NDArray[Any]) -> None:
        self.held = np.zeros(len(labels), np.bool_)
        self._labels = labels
        _, self._group = np.unique(groups, return_inverse=True)
        self._members = np.split(np.argsort(self._group, kind="stable"), np.cumsum(np.bincount(self._group))[:-1])
        self._decided = np.zeros(len(self._members), np.bool_)
        self._left = {label: int((labels == label).sum()) for label in np.unique(labels)}  # not held out

    def hold_out(self, label: Any, drawn: Indices, wanted: int) -> None:
        """Hold out so many of a class, in the drawn order of its pictures."""
        order = list(dict.fromkeys(self._group[drawn].tolist()))
        room = wanted - int(self.held[drawn].sum())
        for group in order:
            if room <= 0:
                break
            size = self._of(group, label)
            if size <= room and self._may(group):
                self._hold(group)
                room -= size
        if wanted and not self.held[drawn].any():
            possible = [group for group in order if self._may(group)]
            for group in sorted(possible, key=lambda group: self._of(group, label))[:1]:
                self._hold(group)
        self._decided[order] = True

    def _may(self, group: int) -> bool:
        """Whether every class of the group keeps a picture without it."""
        labels, many = np.unique(self._labels[self._members[group]], return_counts=True)
        enough = all(self._left[label] > count for label, count in zip(labels, many.tolist(), strict=True))
        return enough and not self._decided[group]

    def _hold(self, group: int) -> None:
        members = self._members[group]
        self.held[members] = True
        self._decided[group] = True
        for label in self._labels[members]:
            self._left[label] -= 1

    def _of(self, group: int, label: Any) -> int:
        return int((self._labels[self._members[group]] == label).sum())


def _count(members: int, share: float) -> int:
    if members < 2:
        return 0
    return min(members - 1, max(1, math.floor(members * share + 0.5)))
