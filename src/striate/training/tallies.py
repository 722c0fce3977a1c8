"""Numbers counted batch by batch: what a metric is, and what outputs and targets say as classes."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from striate.errors import SettingError
from striate.network.settings import described, optional_name, setting

Array = NDArray[Any]
Counts = NDArray[np.int64]

THRESHOLD = 0.5  # a single output above it means class 1, as in Keras


class Tally(Protocol):
    """Counts over many batches; a metric's holds no more for more pictures, what keeps every answer says so."""

    def update(self, output: Array, y: Array) -> None:
        """Count a batch: outputs (n, ...) and their targets, class numbers or rows in the output's shape."""
        ...

    def result(self) -> float:
        """The number over everything counted so far."""
        ...


@runtime_checkable
class Resumable(Protocol):
    """A tally that can be kept in the middle of an epoch. One that cannot is counted anew only at an epoch's begin."""

    def snapshot(self) -> Mapping[str, Any]:
        """What was counted: numbers and arrays by name."""
        ...

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Go on counting from there."""
        ...


@described
class Metric:
    """What answers are judged by besides the loss. A description: each training and each judging counts anew.

    For one of your own, a subclass with `begin` is enough; `name` is what it is logged by, None: `usual_name`.
    """

    abstract: ClassVar[bool] = True
    usual_name: ClassVar[str] = "metric"

    name: str | None = setting(converter=optional_name, default=None, kw_only=True)

    def begin(self) -> Tally:
        """A count from zero."""
        raise SettingError("metric.no_count", where=type(self).__name__)


class Classes(NamedTuple):
    """The classes of a batch, each a vector over pictures (or over the places of all maps), and how many there are."""

    truth: Counts
    answer: Counts
    number: int


def classes(output: Array, y: Array) -> Classes:
    """The target's class and the answer's: that of the largest output, of equals the first.

    A single output is two classes: 1 above 1/2, else 0; its targets likewise.
    """
    single = output.shape[-1] == 1
    truth = y > THRESHOLD if single else y if y.ndim < output.ndim else y.argmax(axis=-1)
    answer = output > THRESHOLD if single else output.argmax(axis=-1)
    return Classes(truth.ravel().astype(np.int64), answer.ravel().astype(np.int64), max(output.shape[-1], 2))
