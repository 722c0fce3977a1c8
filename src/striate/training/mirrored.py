"""Judging by answers that are made of two looks at each picture: as it is, and mirrored."""

from dataclasses import dataclass

from striate.confidence import mean_of, mirrored
from striate.engines.contract import Array, Judged, Program, Targets
from striate.network.losses import BinaryCrossentropy, CategoricalCrossentropy, Loss, SparseCategoricalCrossentropy

CROSS_ENTROPIES = (BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy)


@dataclass(frozen=True)
class TwoLooks:
    """A program whose outputs are probabilities, asked twice. `loss` is the one that it computes."""

    program: Program
    loss: Loss

    def judge(self, theta: Array, state: Array, x: Array, y: Targets, sample_weight: Array | None = None) -> Judged:
        """The loss and the outputs of the means of both looks.

        L = -sum over k of y_k ln a_k with ln a_k = (ln one_k + ln other_k) / 2 - ln Z and sum over k of y_k = 1: the
        mean of the two losses, plus that of ln Z. Of a loss that is no cross-entropy: the mean of the two.
        """
        one = self.program.judge(theta, state, x, y, sample_weight)
        # The program may write the next output into the same memory.
        first = one.output.copy()
        other = self.program.judge(theta, state, mirrored(x), y, sample_weight)
        output, log_z = mean_of(first, other.output)
        both = (one.loss + other.loss) / 2
        if isinstance(self.loss, CROSS_ENTROPIES):
            both += float((log_z if sample_weight is None else sample_weight * log_z).mean())
        return Judged(both, output)
