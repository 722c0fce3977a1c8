"""Who is taken for whom: the confusion matrix, and what follows from it class by class."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from striate.errors import SettingError
from striate.network.settings import Unfit, described, setting, whole
from striate.training.shares import Interval, wilson
from striate.training.tallies import Array, Counts, Metric, Tally, classes


class Confusion:
    """Counts the confusion matrix: `matrix[truth, answer]`, (K, K). K is known with the first batch."""

    def __init__(self) -> None:
        self.matrix: Counts = np.zeros((0, 0), np.int64)

    def update(self, output: Array, y: Array) -> None:
        """Count a batch."""
        truth, answer, k = classes(output, y)
        if not self.matrix.size:
            self.matrix = np.zeros((k, k), np.int64)
        self.matrix += np.bincount(truth * k + answer, minlength=k * k).reshape(k, k)

    def result(self) -> float:
        """The accuracy: the share on the diagonal."""
        return _share(int(self.matrix.trace()), int(self.matrix.sum()))


@dataclass(frozen=True)
class ClassFacts:
    """How well one class is known. Shares of nothing are None; the intervals are Wilson's, 95 %.

    precision: of the pictures answered with this class, the share that is of it
    recall: of the pictures of this class, the share answered with it
    f1: their harmonic mean, 2 hits / (pictures + answers)
    """

    pictures: int
    answers: int
    hits: int

    @property
    def precision(self) -> float | None:
        return self.hits / self.answers if self.answers else None

    @property
    def recall(self) -> float | None:
        return self.hits / self.pictures if self.pictures else None

    @property
    def f1(self) -> float | None:
        return 2 * self.hits / (self.pictures + self.answers) if self.pictures + self.answers else None

    @property
    def precision_interval(self) -> Interval:
        return wilson(self.hits, self.answers)

    @property
    def recall_interval(self) -> Interval:
        return wilson(self.hits, self.pictures)


def class_facts(matrix: Counts) -> list[ClassFacts]:
    """The facts of each class, from a confusion matrix [truth, answer]."""
    return [
        ClassFacts(pictures=int(matrix[k].sum()), answers=int(matrix[:, k].sum()), hits=int(matrix[k, k]))
        for k in range(len(matrix))
    ]


Share = Callable[[ClassFacts], float | None]


def macro(facts: list[ClassFacts], share: Share) -> float:
    """The mean of a share over the classes that occur, among the truths or among the answers; of nothing it is 0."""
    values = [share(each) or 0.0 for each in facts if each.pictures or each.answers]
    return sum(values) / max(len(values), 1)


def balanced_accuracy(facts: list[ClassFacts]) -> float:
    """The mean recall of the classes that have pictures: each class counts alike. Brodersen et al. 2010."""
    recalls = [each.recall for each in facts if each.recall is not None]
    return sum(recalls) / max(len(recalls), 1)


def _class_id(value: int | None) -> int | None:
    """A class number, or None."""
    if value is None:
        return None
    try:
        return whole(value)
    except Unfit:
        raise Unfit("metric.class_id") from None


@described
class ClassMetric(Metric):
    """A share of one class, `class_id`; None: of a single output that of class 1, else the mean over the classes.

    The mean is over the classes that occur, among the truths or the answers, each counting alike ("macro"); a class
    whose share is one of nothing counts as 0 there.
    """

    abstract: ClassVar[bool] = True

    class_id: int | None = setting(converter=_class_id, default=None)

    def begin(self) -> Tally:
        """A count from zero."""
        return _ClassTally(self.share, self.class_id)

    def share(self, facts: ClassFacts) -> float | None:
        """The share of one class."""
        raise SettingError("metric.no_share", where=type(self).__name__)


@described
class Precision(ClassMetric):
    """Of the pictures answered with a class, the share that is of it."""

    usual_name: ClassVar[str] = "precision"

    def share(self, facts: ClassFacts) -> float | None:
        """The precision of one class."""
        return facts.precision


@described
class Recall(ClassMetric):
    """Of the pictures of a class, the share answered with it."""

    usual_name: ClassVar[str] = "recall"

    def share(self, facts: ClassFacts) -> float | None:
        """The recall of one class."""
        return facts.recall


@described
class F1Score(ClassMetric):
    """The harmonic mean of precision and recall: 2 hits / (pictures + answers). Van Rijsbergen 1979."""

    usual_name: ClassVar[str] = "f1_score"

    def share(self, facts: ClassFacts) -> float | None:
        """The F1 of one class."""
        return facts.f1


class _ClassTally:
    def __init__(self, share: Share, class_id: int | None) -> None:
        self._share, self._class = share, class_id
        self._confusion = Confusion()
        self._single = False

    def update(self, output: Array, y: Array) -> None:
        self._confusion.update(output, y)
        self._single = output.shape[-1] == 1
        count = len(self._confusion.matrix)
        if self._class is not None and self._class >= count:
            raise SettingError("metric.no_such_class", class_id=self._class, last=count - 1)

    def result(self) -> float:
        facts = class_facts(self._confusion.matrix)
        chosen = 1 if self._single and self._class is None else self._class
        if chosen is None or not facts:
            return macro(facts, self._share)
        return self._share(facts[chosen]) or 0.0

    def snapshot(self) -> Mapping[str, Any]:
        return {"matrix": self._confusion.matrix, "single": self._single}

    def restore(self, kept: Mapping[str, Any]) -> None:
        self._confusion.matrix, self._single = kept["matrix"], kept["single"]


def _share(hits: int, trials: int) -> float:
    return hits / max(trials, 1)
