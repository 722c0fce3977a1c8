"""Whether a model is right as often as it says."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.errors import DataError
from striate.network.settings import described, positive, setting
from striate.training.tallies import Array, Counts, Metric, Tally, classes

BINS = 15  # as in Guo et al. 2017
ROUNDING = 1e-3  # how far from 1 probabilities of float32, or written by hand, may sum


class Bin(NamedTuple):
    """The answers whose confidence c is low < c <= high: how many, how many right, their mean confidence."""

    low: float
    high: float
    pictures: int
    hits: int
    confidence: float


class Calibration:
    """Counts, for answers of like confidence, how many are right.

    The confidence is the probability of the answer: the largest output, of a single output p the larger of p and 1 - p.
    `bins` parts of equal width divide 0 to 1, each with its upper end. Raises `DataError` for outputs that are no
    probabilities.
    """

    def __init__(self, bins: int = BINS) -> None:
        self._bins = bins
        self._pictures: Counts = np.zeros(bins, np.int64)
        self._hits: Counts = np.zeros(bins, np.int64)
        self._confidence: NDArray[np.float64] = np.zeros(bins)

    def update(self, output: Array, y: Array) -> None:
        """Count a batch."""
        truth, answer, _ = classes(output, y)
        self.count(_confidence(output), answer == truth)

    def count(self, confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> None:
        """Count answers: how sure the model is of each, and which of them are right."""
        place = np.clip(np.ceil(confidence * self._bins).astype(np.int64) - 1, 0, self._bins - 1)
        self._pictures += np.bincount(place, minlength=self._bins)
        self._hits += np.bincount(place[right], minlength=self._bins)
        self._confidence += np.bincount(place, weights=confidence, minlength=self._bins)

    def bins(self) -> list[Bin]:
        """The bins, from 0 to 1."""
        counted = zip(self._pictures.tolist(), self._hits.tolist(), self._confidence.tolist(), strict=True)
        return [
            Bin(i / self._bins, (i + 1) / self._bins, n, hits, total / max(n, 1))
            for i, (n, hits, total) in enumerate(counted)
        ]

    def result(self) -> float:
        """sum over bins b of n_b / n |hits_b / n_b - confidence_b|. Naeini et al. 2015."""
        gaps = np.abs(self._hits - self._confidence)
        return float(gaps.sum() / max(int(self._pictures.sum()), 1))

    def snapshot(self) -> Mapping[str, Any]:
        """What was counted."""
        return {"pictures": self._pictures, "hits": self._hits, "confidence": self._confidence}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Go on counting from a snapshot."""
        self._pictures, self._hits, self._confidence = kept["pictures"], kept["hits"], kept["confidence"]


@described
class ExpectedCalibrationError(Metric):
    """How far confidence and share of right answers lie apart, on average. Naeini et al. 2015, Guo et al. 2017.

    sum over bins b of n_b / n |share right in b - mean confidence in b|: `bins` of equal width divide 0 to 1, each with
    its upper end. 0: the model is right as often as it says. The value depends on the bins: compare like with like.
    """

    usual_name: ClassVar[str] = "expected_calibration_error"

    bins: int = setting(converter=positive, default=BINS)

    def begin(self) -> Tally:
        """A count from zero."""
        return Calibration(self.bins)


def _confidence(output: Array) -> NDArray[np.float64]:
    """The probability of each answer, (n,)."""
    p = output.astype(np.float64).reshape(-1, output.shape[-1])
    if p.shape[1] == 1:
        p = np.hstack([1 - p, p])
    fits = (p >= 0).all() and (np.abs(p.sum(axis=1) - 1) <= ROUNDING).all()  # False for NaN
    if not fits:
        raise DataError("metric.no_probabilities")
    return np.minimum(p.max(axis=1), 1.0)
