"""The first number that is not finite stops training, before it touches the weights."""

from typing import Any

import numpy as np

from striate.engines.contract import Stepped
from striate.errors import TrainingError


class Guard:
    """Looks at every step of one training; its errors name the epoch and the step, counted from 1."""

    def __init__(self, epoch: int, step: int, learning_rate: float) -> None:
        self._where: dict[str, Any] = {"epoch": epoch, "step": step, "learning_rate": learning_rate}

    def check_step(self, step: Stepped, *, finite_gradient: bool) -> None:
        """Raise `TrainingError` where a step's loss or gradient holds NaN or infinity."""
        if not np.isfinite(step.loss):
            raise TrainingError("training.loss_not_finite", loss=step.loss, **self._where)
        if not finite_gradient:
            bad = int(np.count_nonzero(~np.isfinite(step.gradient)))
            raise TrainingError("training.gradient_not_finite", count=bad, **self._where)

    def check_weights(self, bad: int) -> None:
        """Raise `TrainingError` where the rule would have made weights NaN or infinite."""
        if bad:
            raise TrainingError("training.weights_not_finite", count=bad, **self._where)
