"""What a model answered to each picture, and what follows from it: the worst mistakes, how often it had better not."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.confidence import Confidence, Floats
from striate.training.calibration import BINS, Bin, Calibration
from striate.training.shares import Interval, wilson
from striate.training.tallies import Array, Counts, classes

CURVE_POINTS = 100


class Abstaining(NamedTuple):
    """What becomes of pictures where answers of less than a probability are refused.

    `right` of the `answered` are; of those refused `right_refused` would have been.
    """

    threshold: float
    pictures: int
    answered: int
    right: int
    right_refused: int

    @property
    def refused(self) -> int:
        return self.pictures - self.answered

    @property
    def refused_interval(self) -> Interval:
        """Wilson's interval of the share that is refused, 95 %."""
        return wilson(self.refused, self.pictures)

    @property
    def accuracy(self) -> float | None:
        """The share of right ones among the answers given; of none, None."""
        return self.right / self.answered if self.answered else None

    @property
    def accuracy_interval(self) -> Interval:
        return wilson(self.right, self.answered)


@dataclass(frozen=True, eq=False)
class Answers:
    """Of each picture, in their order: its class, the answer, and how sure the model is of it, all of them (n,).

    `read`: the numbers of these pictures among those that were asked for, where some could not be read; None: all were.
    """

    truth: Counts
    answer: Counts
    sure: Floats
    read: NDArray[np.intp] | None = None

    @property
    def right(self) -> NDArray[np.bool_]:
        return self.answer == self.truth

    def mistakes(self, most: int) -> list[int]:
        """Which of these answers are wrong, those first of which the model is surest."""
        wrong = np.flatnonzero(~self.right)
        order = np.argsort(-self.sure[wrong], kind="stable")[:most]
        return wrong[order].tolist()

    def calibration(self, bins: int = BINS) -> Calibration:
        """How often the answers of like probability are right."""
        counted = Calibration(bins)
        counted.count(self.sure, self.right)
        return counted

    def bins(self) -> list[Bin]:
        return self.calibration().bins()

    def picture(self, answer: int) -> int:
        """The number of the picture that an answer is to."""
        return answer if self.read is None else int(self.read[answer])

    def abstaining(self, threshold: float) -> Abstaining:
        """What is answered where the probability must reach a threshold."""
        given, right = self.sure >= threshold, self.right
        counts = (len(self.sure), given.sum(), (given & right).sum(), (~given & right).sum())
        return Abstaining(threshold, *map(int, counts))

    def risk_and_coverage(self, most: int = CURVE_POINTS) -> list[tuple[float, float]]:
        """(share of pictures answered, share of wrong ones among these), the surest first. El-Yaniv, Wiener 2010.

        One point for each threshold that there is, of more than `most` some.
        """
        order = np.argsort(-self.sure, kind="stable")
        sure, wrong = self.sure[order], np.cumsum(~self.right[order])
        last = np.flatnonzero(np.append(sure[1:] != sure[:-1], True))  # of equally sure ones, all or none
        chosen = last[np.unique(np.linspace(0, len(last) - 1, min(most, len(last))).astype(np.intp))]
        n = len(sure)
        return [(float((i + 1) / n), float(wrong[i] / (i + 1))) for i in chosen]


class Answering:
    """Keeps the answers of all pictures, their probabilities as they come or as `confidence` has them."""

    def __init__(self, confidence: Confidence | None = None) -> None:
        self._confidence = confidence or Confidence()
        self._kept: list[tuple[Counts, Counts, Floats]] = []

    def update(self, output: Array, y: Array) -> None:
        """Keep a batch."""
        truth, answer, _ = classes(output, y)
        self._kept.append((truth, answer, self._confidence.probabilities(output).max(axis=1)))

    def result(self) -> float:
        """The accuracy."""
        return float(self.answers().right.mean())

    def answers(self, read: NDArray[np.intp] | None = None) -> Answers:
        """All of them, to the pictures that could be read."""
        truth, answer, sure = map(np.concatenate, zip(*self._kept, strict=True))
        return Answers(truth, answer, sure, read)
