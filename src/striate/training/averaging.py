"""The mean of the weights along a training, which judges pictures better than where the last step happened to end."""

from collections.abc import Iterator
from dataclasses import dataclass

from striate.engines.contract import Array
from striate.network.optimizers import Rule

PIECE = 1 << 16  # numbers at a time: what is computed on the way stays in the cache


@dataclass(frozen=True)
class Average:
    """Exponential means of theta and of the running statistics: a <- m a + (1 - m) theta after each step.

    It begins as theta after the first step, as Keras's `use_ema`; Keras leaves running statistics as they are. Polyak
    and Juditsky 1992; Izmailov et al. 2018.
    """

    theta: Array
    state: Array

    @staticmethod
    def after(average: "Average | None", rule: Rule, theta: Array, state: Array, step: int) -> "Average | None":
        """The mean after a step, counted from 0, as the rule has it; theta and state become it where the rule says."""
        if not rule.use_ema:
            return None
        if average is None:
            average = Average.of(theta, state)
        else:
            average.follow(theta, state, rule.ema_momentum)
        if rule.ema_overwrite_frequency and (step + 1) % rule.ema_overwrite_frequency == 0:
            theta[...], state[...] = average.theta, average.state
        return average

    @staticmethod
    def of(theta: Array, state: Array) -> "Average":
        """The mean after one step."""
        return Average(theta.copy(), state.copy())

    def follow(self, theta: Array, state: Array, momentum: float) -> None:
        """One step more, in place."""
        for mean, value in _pieces((self.theta, theta), (self.state, state)):
            mean *= momentum
            mean += (1 - momentum) * value

    def swap(self, theta: Array, state: Array) -> None:
        """Put the mean in the place of the weights, and these in its own."""
        for mean, value in _pieces((self.theta, theta), (self.state, state)):
            mean[...], value[...] = value.copy(), mean.copy()


def _pieces(*pairs: tuple[Array, Array]) -> Iterator[tuple[Array, Array]]:
    for a, b in pairs:
        for first in range(0, len(a), PIECE):
            yield a[first : first + PIECE], b[first : first + PIECE]
