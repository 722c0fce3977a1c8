"""The first number that is not finite stops training, before it touches the weights."""

import numpy as np

from striate.engines.contract import Stepped
from striate.errors import TrainingError


def check_finite(step: Stepped, *, epoch: int, number: int, learning_rate: float) -> None:
    """Raise `TrainingError` where the loss or the gradient of a step holds NaN or infinity. Epoch and step count from 1."""
    if not np.isfinite(step.loss):
        raise TrainingError(
            "training.loss_not_finite", epoch=epoch, step=number, loss=step.loss, learning_rate=learning_rate
        )
    # A sum of finite numbers may overflow; a sum with NaN or infinity in it is never finite: so look closer only then.
    if not np.isfinite(step.gradient.sum()) and not np.isfinite(step.gradient).all():
        bad = int(np.count_nonzero(~np.isfinite(step.gradient)))
        raise TrainingError(
            "training.gradient_not_finite", epoch=epoch, step=number, count=bad, learning_rate=learning_rate
        )
