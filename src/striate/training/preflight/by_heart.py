"""Whether a few pictures can be learned by heart: what cannot learn these learns nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from striate.data.batches import Batch
from striate.engines.contract import Key
from striate.engines.targets import like_output
from striate.network.losses import BinaryCrossentropy, MeanSquaredError
from striate.network.optimizers import Adam
from striate.training.preflight.findings import Finding, found
from striate.training.preflight.start import TRAINED, Start, guessing
from striate.training.preflight.wiring import Categorical

RATE = 1e-3  # Adam's: what learns at all learns a few pictures by it
STEPS, FEWEST = 200, 60  # at most; with fewer than the second nothing is said
LEARNED = 0.7  # of the loss of the best constant answer: with less the pictures were looked at
FALLEN = 0.8  # of the first loss: far from their targets numbers are on their way


@dataclass(frozen=True)
class Tried:
    """How learning by heart went: the steps, the first loss and the least, that of the best constant answer."""

    steps: int
    first: float
    least: float
    constant: float

    @property
    def learned(self) -> bool:
        """Whether the pictures were told apart, or the loss is still on its way from far above."""
        far = self.first > 2 * self.constant and self.least < FALLEN * self.first
        return self.least < LEARNED * self.constant or far


def of_learning(start: Start, batch: Batch, seconds: float, clock: Callable[[], float]) -> Iterator[Finding]:
    """Learn some pictures by heart, in a few seconds; say where that fails."""
    tried = by_heart(start, batch, seconds, clock)
    if tried and not tried.learned and tried.steps >= FEWEST:
        fields = {"pictures": len(batch.x), "steps": tried.steps, "before": tried.first, "after": tried.least}
        yield found("preflight.not_by_heart", **fields)


def by_heart(start: Start, batch: Batch, seconds: float, clock: Callable[[], float]) -> Tried | None:
    """Learn on copies, by Adam; None where there is nothing to tell apart, or it is known already."""
    constant = of_constant(start, batch)
    guess = guessing(start.loss, batch.y, start.graph.output_shape)
    if not constant or not guess:
        return None
    program, ends = start.program(len(batch.x)), clock() + seconds
    theta, rule = start.theta.copy(), Adam(RATE)
    slots, losses = rule.first_slots(theta), list[float]()
    for t in range(1, STEPS + 1):
        step = program.step(theta, start.state, batch.x, batch.y, None, Key(0, t))
        losses.append(step.loss)
        tried = Tried(t, losses[0], min(losses), constant)
        if losses[0] < TRAINED * guess or not np.isfinite(step.loss):
            return None
        if tried.learned or clock() > ends or start.update(rule, theta, step.gradient, slots, t, RATE):
            return tried
    return Tried(STEPS, losses[0], min(losses), constant)


def of_constant(start: Start, batch: Batch) -> float | None:
    """The loss of the best answer that is the same for every picture: the targets' entropy, or their variance."""
    y = like_output(batch.y, np.empty((len(batch.y), *start.graph.output_shape), np.float64))
    mean = y.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if isinstance(start.loss, Categorical):
            return float(np.nansum(-mean * np.log(mean), axis=-1).mean())
        if isinstance(start.loss, BinaryCrossentropy):
            return float(np.nan_to_num(-mean * np.log(mean) - (1 - mean) * np.log(1 - mean)).mean())
    return float(y.var(axis=0).mean()) if isinstance(start.loss, MeanSquaredError) else None
