"""What is to be made small: losses as descriptions. The formulas stand in engines/reference/losses.py.

Each loss is a mean over the batch of one number per picture; `sample_weight` multiplies that number, the sum is still
divided by the number of pictures, as in Keras. Targets of the cross-entropies are class numbers (N,) or shares (N, K).
"""

from typing import ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from striate.errors import SettingError, unknown_name
from striate.network.settings import described, flag, setting, share

Array = NDArray[np.floating]


@described
class Loss:
    """What a model's answers are measured by. A loss of your own overrides `forward` and `backward`."""

    abstract: ClassVar[bool] = True

    def forward(self, output: Array, y: Array) -> Array:
        """One number for each picture (N,), from outputs and targets of the outputs' shape (N, ...)."""
        raise SettingError("loss.no_formula", where=type(self).__name__)

    def backward(self, output: Array, y: Array) -> Array:
        """How the sum of these numbers moves with the outputs: an array of their shape."""
        raise SettingError("loss.no_formula", where=type(self).__name__)


@described
class MeanSquaredError(Loss):
    """The mean over outputs of (a - y)^2."""


@described
class CategoricalCrossentropy(Loss):
    """-sum over k of y_k ln a_k: a are probabilities, or with `from_logits` the values that softmax makes them of.

    With `label_smoothing` s the targets are y (1 - s) + s / K first. Szegedy et al. 2016.
    """

    from_logits: bool = setting(converter=flag, default=False)
    label_smoothing: float = setting(converter=share, default=0.0)


@described
class SparseCategoricalCrossentropy(Loss):
    """-ln a_y, for targets that are class numbers: the categorical cross-entropy of their one-hot form."""

    from_logits: bool = setting(converter=flag, default=False)


@described
class BinaryCrossentropy(Loss):
    """The mean over outputs of -y ln a - (1 - y) ln(1 - a); with `from_logits` a is sigmoid of the outputs.

    With `label_smoothing` s the targets are y (1 - s) + s / 2 first.
    """

    from_logits: bool = setting(converter=flag, default=False)
    label_smoothing: float = setting(converter=share, default=0.0)


LOSSES: dict[str, type[Loss]] = {
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
    "categorical_crossentropy": CategoricalCrossentropy,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
    "binary_crossentropy": BinaryCrossentropy,
}


def loss_named(loss: str | Loss) -> Loss:
    """The loss that a Keras name stands for; a loss stays itself."""
    if isinstance(loss, Loss):
        return loss
    if not isinstance(cast(object, loss), str) or loss not in LOSSES:
        raise unknown_name("loss", loss, LOSSES)
    return LOSSES[loss]()
