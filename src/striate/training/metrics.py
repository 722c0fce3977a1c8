"""Metrics by their names, as Keras's `compile` takes them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import numpy as np

from striate.engines.targets import like_output
from striate.errors import SettingError, unknown_name
from striate.network.settings import described, positive, setting
from striate.training.calibration import ExpectedCalibrationError
from striate.training.confusion import F1Score, Precision, Recall
from striate.training.tallies import Array, Metric, Tally, classes


@described
class Accuracy(Metric):
    """The share of answers whose largest output is the target's; of a single output: on the target's side of 1/2."""

    usual_name: ClassVar[str] = "accuracy"

    def begin(self) -> Tally:
        """A count from zero."""
        return _Mean(_right)


@described
class TopKCategoricalAccuracy(Metric):
    """The share of pictures whose true class is among the `k` largest outputs; of equals the first come first.

    For class numbers and for one-hot targets. Raises `SettingError` where there are not more than k classes.
    """

    usual_name: ClassVar[str] = "top_k_categorical_accuracy"

    k: int = setting(converter=positive, default=5)

    def begin(self) -> Tally:
        """A count from zero."""
        return _Mean(self._among_first)

    def _among_first(self, output: Array, y: Array) -> Array:
        truth, _, number = classes(output, y)
        if output.shape[-1] == 1 or self.k >= number:
            raise SettingError("metric.k_too_large", k=self.k, classes=number)
        rows = output.reshape(-1, number)
        own = np.take_along_axis(rows, truth[:, None], axis=1)
        # What is not smaller or equal is larger, or NaN: an answer that is no number is never among the first.
        ahead = ~(rows <= own) | ((rows == own) & (np.arange(number) < truth[:, None]))
        return ahead.sum(axis=1) < self.k


@described
class MeanSquaredError(Metric):
    """The mean over pictures, and over the outputs of each, of (a - y)^2."""

    usual_name: ClassVar[str] = "mean_squared_error"

    def begin(self) -> Tally:
        """A count from zero."""
        return _Mean(lambda output, y: np.square(_errors(output, y)))


@described
class MeanAbsoluteError(Metric):
    """The mean over pictures, and over the outputs of each, of |a - y|."""

    usual_name: ClassVar[str] = "mean_absolute_error"

    def begin(self) -> Tally:
        """A count from zero."""
        return _Mean(lambda output, y: np.abs(_errors(output, y)))


METRICS: Mapping[str, Metric] = {
    "accuracy": Accuracy(),
    "acc": Accuracy(),
    "top_k_categorical_accuracy": TopKCategoricalAccuracy(),
    "sparse_top_k_categorical_accuracy": TopKCategoricalAccuracy(),
    "top5": TopKCategoricalAccuracy(),
    "precision": Precision(),
    "recall": Recall(),
    "f1_score": F1Score(),
    "f1": F1Score(),
    "expected_calibration_error": ExpectedCalibrationError(),
    "ece": ExpectedCalibrationError(),
    "mean_squared_error": MeanSquaredError(),
    "mse": MeanSquaredError(),
    "mean_absolute_error": MeanAbsoluteError(),
    "mae": MeanAbsoluteError(),
}


@dataclass(frozen=True)
class Named:
    """A count under way, and what it is logged by."""

    name: str
    tally: Tally

    def update(self, output: Array, y: Array) -> None:
        """Count a batch."""
        self.tally.update(output, y)

    def result(self) -> float:
        """The number over everything counted so far."""
        return self.tally.result()


def metrics_named(asked: Sequence[str | Metric]) -> list[Named]:
    """Counts from zero for metrics given by name or as objects; each is logged by the name asked for, as in Keras.

    Raises `UnknownNameError` for a name that no metric has, `SettingError` where two would be logged by one name.
    """
    found = [_named(each) for each in asked]
    for name in ("loss", *(each.name for each in found)):
        if [each.name for each in found].count(name) > (name != "loss"):
            raise SettingError("metric.name_twice", name=name)
    return found


def _named(asked: str | Metric) -> Named:
    if isinstance(asked, Metric):
        return Named(asked.name or asked.usual_name, _begun(asked))
    if not isinstance(cast(object, asked), str) or asked not in METRICS:
        raise unknown_name("metric", asked, METRICS)
    return Named(asked, METRICS[asked].begin())


def _begun(metric: Metric) -> Tally:
    """A count of a metric that may be a user's own. Raises `SettingError` where it answers with what cannot count."""
    tally = metric.begin()
    missing = [name for name in ("update", "result") if not callable(getattr(tally, name, None))]
    if missing:
        where = type(metric).__name__
        raise SettingError("metric.no_tally", where=where, came=type(tally).__name__, missing=missing)
    return tally


class _Mean:
    """The mean over all pictures of what a function gives: (n,), or more numbers a picture."""

    def __init__(self, of: Callable[[Array, Array], Array]) -> None:
        self._of = of
        self._sum, self._seen = 0.0, 0

    def update(self, output: Array, y: Array) -> None:
        values = self._of(output, y)
        self._sum += float(values.sum())
        self._seen += values.size

    def result(self) -> float:
        return self._sum / max(self._seen, 1)

    def snapshot(self) -> Mapping[str, Any]:
        return {"sum": self._sum, "seen": self._seen}

    def restore(self, kept: Mapping[str, Any]) -> None:
        self._sum, self._seen = kept["sum"], kept["seen"]


def _right(output: Array, y: Array) -> Array:
    truth, answer, _ = classes(output, y)
    return truth == answer


def _errors(output: Array, y: Array) -> Array:
    return output.astype(np.float64) - like_output(y, output)
