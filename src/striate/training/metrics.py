"""What answers are judged by besides the loss: counted batch by batch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

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

    name = "accuracy"

    def __init__(self) -> None:
        self._right = self._seen = 0

    def update(self, output: Array, y: Array) -> None:
        truth = y if y.size == len(y) or y.ndim < output.ndim else y.argmax(axis=-1)
        answer = output.argmax(axis=-1) if output.shape[-1] > 1 else output > THRESHOLD
        right = answer.ravel() == truth.ravel()
        self._right += int(np.count_nonzero(right))
        self._seen += right.size

    def result(self) -> float:
        return self._right / max(self._seen, 1)


class Mean:
    """The mean over pictures of a number that each picture has."""

    def __init__(self, name: str, of: Callable[[Array, Array], Array]) -> None:
        self.name = name
        self._of = of
        self._sum, self._seen = 0.0, 0

    def update(self, output: Array, y: Array) -> None:
        self._sum += float(
            self._of(output, y.reshape(output.shape)).astype(np.float64).mean(axis=tuple(range(1, output.ndim))).sum()
        )
        self._seen += len(output)

    def result(self) -> float:
        return self._sum / max(self._seen, 1)


METRICS: Mapping[str, Callable[[], Metric]] = {
    "accuracy": Accuracy,
    "acc": Accuracy,
    "mean_squared_error": lambda: Mean("mean_squared_error", lambda a, y: np.square(a - y)),
    "mse": lambda: Mean("mse", lambda a, y: np.square(a - y)),
    "mean_absolute_error": lambda: Mean("mean_absolute_error", lambda a, y: np.abs(a - y)),
    "mae": lambda: Mean("mae", lambda a, y: np.abs(a - y)),
}


def metrics_named(names: Sequence[str]) -> list[Metric]:
    """New metrics of these names, counting from zero."""
    for name in names:
        if name not in METRICS:
            raise unknown_name("metric", name, METRICS)
    return [METRICS[name]() for name in names]
