"""One step at a time, by Keras's names."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from numpy.typing import ArrayLike

from striate.engines.contract import Array
from striate.history import History
from striate.network.elsewhere import MODEL, missing
from striate.network.settings import keywords_checked
from striate.training.feeding import Data, shaped

Judged = float | list[float] | dict[str, float]


class Learner(Protocol):
    """What these methods ask of a model."""

    @property
    def fit(self) -> Callable[..., History]: ...

    @property
    def evaluate(self) -> Callable[..., Judged]: ...

    @property
    def predict(self) -> Callable[..., Array]: ...


class ByBatch:
    """The part of a model that learns, judges and answers on one batch; and what it says of Keras's other methods."""

    @keywords_checked("train_on_batch")
    def train_on_batch(
        self: Learner,
        x: Data,
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        class_weight: Mapping[int, float] | None = None,
        return_dict: bool = False,
    ) -> Judged:
        """One step on all pictures that are given; answers with their loss and metrics before it, as `evaluate` does.

        It is an epoch of `fit` of one batch. A row of steps gives the bits of `fit` on these batches in this order.
        """
        size = max(shaped(x).shape[0], 1)
        weights = {"sample_weight": sample_weight, "class_weight": class_weight}
        history = self.fit(x, y, batch_size=size, verbose=0, shuffle=False, **weights).history
        logs = {name: values[-1] for name, values in history.items() if name != "learning_rate"}
        if return_dict:
            return logs
        return list(logs.values()) if len(logs) > 1 else logs["loss"]

    @keywords_checked("test_on_batch")
    def test_on_batch(
        self: Learner,
        x: Data,
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        return_dict: bool = False,
    ) -> Judged:
        """`evaluate` on all pictures at once."""
        size = max(shaped(x).shape[0], 1)
        return self.evaluate(x, y, batch_size=size, sample_weight=sample_weight, return_dict=return_dict)

    @keywords_checked("predict_on_batch")
    def predict_on_batch(self: Learner, x: ArrayLike) -> Array:
        """`predict` on all pictures at once."""
        return self.predict(x, batch_size=max(shaped(x).shape[0], 1))

    if not TYPE_CHECKING:

        def __setattr__(self, name: str, value: object) -> None:
            if name in MODEL:  # kept, it would change nothing, in silence
                raise missing(self, name, MODEL)
            super().__setattr__(name, value)

        def __getattr__(self, name: str) -> object:
            raise missing(self, name, MODEL)
