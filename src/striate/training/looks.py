"""Judging by answers that are made of several looks at each picture: as it is, mirrored, moved."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from striate.confidence import mean_of
from striate.engines.contract import Array, Judged, Program, Targets
from striate.network.losses import BinaryCrossentropy, CategoricalCrossentropy, Loss, SparseCategoricalCrossentropy

CROSS_ENTROPIES = (BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy)


@dataclass(frozen=True)
class Looks:
    """A program whose outputs are probabilities, asked for every look. `loss` is the one that it computes."""

    program: Program
    loss: Loss
    seen: Callable[[Array], Iterator[Array]]

    def judge(self, theta: Array, state: Array, x: Array, y: Targets, sample_weight: Array | None = None) -> Judged:
        """The loss and the outputs of the means of all n looks.

        L = -sum over k of y_k ln a_k with ln a_k = (sum of the looks' ln a_k) / n - ln Z and sum over k of y_k = 1: the
        mean of their losses, plus that of ln Z. Of a loss that is no cross-entropy: the mean of theirs.
        """
        losses, outputs = list[float](), list[Array]()
        for pictures in self.seen(x):
            judged = self.program.judge(theta, state, pictures, y, sample_weight)
            losses.append(judged.loss)
            outputs.append(judged.output.copy())  # the program may write the next one into the same memory
        output, log_z = mean_of(*outputs)
        loss = sum(losses) / len(losses)
        if isinstance(self.loss, CROSS_ENTROPIES):
            loss += float((log_z if sample_weight is None else sample_weight * log_z).mean())
        return Judged(loss, output)
