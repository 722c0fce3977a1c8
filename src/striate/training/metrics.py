"""What answers are judged by besides the loss: counted batch by batch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from striate.engines.targets import like_output
from striate.errors import unknown_name

Array = NDArray[Any]

THRESHOLD = 0.5  # a single output above it means class 1, as in Keras


class Metric(Protocol):
    """A number over many batches."""

    name: str

    def update(self, output: Array, y: Array) -> None:
        """Count a batch: outputs (n, ...) and their targets."""
        ...

    def result(self) -> float:
        """The number over everything counted so far."""
        ...


class Accuracy:
    """The share of answers whose largest output is the target's; of a single output: on the target's side of 1/2."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._right = self._seen = 0

    def update(self, output: Array, y: Array) -> None:
        single = output.shape[-1] == 1
        truth = y if single or y.ndim < output.ndim else y.argmax(axis=-1)
        answer = output > THRESHOLD if single else output.argmax(axis=-1)
        right = answer.ravel() == truth.ravel()
        self._right += int(np.count_nonzero(right))
        self._seen += right.size

    def result(self) -> float:
        return self._right / max(self._seen, 1)


class Mean:
    """The mean over pictures, and over the outputs of each, of an error."""

    def __init__(self, name: str, error: Callable[[Array], Array]) -> None:
        self.name = name
        self._error = error
        self._sum, self._seen = 0.0, 0

    def update(self, output: Array, y: Array) -> None:
        errors = self._error(output.astype(np.float64) - like_output(y, output))
        self._sum += float(errors.sum()) / output[0].size
        self._seen += len(output)

    def result(self) -> float:
        return self._sum / max(self._seen, 1)


def _mean_squared(name: str) -> Metric:
    return Mean(name, np.square)


def _mean_absolute(name: str) -> Metric:
    return Mean(name, np.abs)


METRICS: Mapping[str, Callable[[str], Metric]] = {
    "accuracy": Accuracy,
    "acc": Accuracy,
    "mean_squared_error": _mean_squared,
    "mse": _mean_squared,
    "mean_absolute_error": _mean_absolute,
    "mae": _mean_absolute,
}


def metrics_named(names: Sequence[str]) -> list[Metric]:
    """New metrics of these names, counting from zero; each is logged by the name it was asked for, as in Keras."""
    for name in names:
        if not isinstance(cast(object, name), str) or name not in METRICS:
            raise unknown_name("metric", name, METRICS)
    return [METRICS[name](name) for name in names]
