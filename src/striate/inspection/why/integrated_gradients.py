"""Integrated gradients: the score's way from a picture that says nothing, shared out among the pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from striate.engines.contract import Array
from striate.inspection import arguments as may_be
from striate.inspection.subject import Picture, Subject, taken
from striate.inspection.why.attribution import Attribution, Progress, Told, evidence, nothing
from striate.inspection.why.baselines import BASELINES, baseline_of
from striate.inspection.why.class_scores import Scores
from striate.model import Model
from striate.network.settings import checked, one_of, positive

FIRST_STEPS, MOST_STEPS = 32, 512  # where nobody says how many: doubled until the gap is small
SMALL_GAP = 0.01  # of the difference between the scores
BASELINE = "black"  # unless said
AT_A_TIME = 8  # pictures whose gradients are in memory together


@dataclass(frozen=True)
class IntegratedGradients(Attribution):
    """`values` (H, W, C) for each class; its map is their sum over the channels.

    Their sum should be `differences`, the score of the picture minus that of the baseline: completeness. `gaps` is how
    much it misses: sum - difference, for each class.
    """

    method: ClassVar[str] = "integrated-gradients"
    title: ClassVar[str] = "why.integrated.title"
    signed: ClassVar[bool] = True

    values: tuple[NDArray[np.float64], ...]
    baseline: str
    steps: int
    differences: tuple[float, ...]
    gaps: tuple[float, ...]

    @property
    def facts(self) -> list[Told]:
        """The path, and how well the parts add up."""
        sums = [
            ("why.integrated.gap", {"name": each.name, "sum": difference + gap, "difference": difference, "gap": gap})
            for each, difference, gap in zip(self.classes, self.differences, self.gaps, strict=True)
        ]
        return [("why.integrated.fact", {"baseline": BASELINES[self.baseline], "steps": self.steps}), *sums]


@checked(model=may_be.model, classes=may_be.classes, baseline=one_of("baseline", BASELINES), steps=positive)
def integrated_gradients(
    model: Model,
    picture: Picture | Subject,
    classes: Sequence[str | int] | None = None,
    *,
    baseline: str = BASELINE,
    steps: int | None = None,
    progress: Progress = nothing,
) -> IntegratedGradients:
    """(x - b) * integral over a from 0 to 1 of dS/dx at b + a (x - b), b the baseline: "black", "mean" or "blurred".

    Sundararajan, Taly and Yan 2017, Axiomatic attribution for deep networks. The integral is Gauss and Legendre's sum
    of so many `steps`; None: as many as leave a gap below 1 % of the difference for each class, at most 512. Raises
    `StateError` where the model gives no classes, `UnknownNameError` for a class or baseline that is not there.
    """
    scores, looked_at = Scores.of(model), taken(model, picture)
    x = looked_at.x[0]
    start = baseline_of(x, baseline)
    given, before = scores.given(np.stack([x, start]), 2)
    chosen = scores.chosen(given, classes)
    differences = [float(given[k]) - float(before[k]) for k in chosen]
    count = FIRST_STEPS if steps is None else steps
    while True:
        values = [_integrated(scores, x, start, k, count, progress, (i, len(chosen))) for i, k in enumerate(chosen)]
        gaps = [float(each.sum()) - difference for each, difference in zip(values, differences, strict=True)]
        small = all(abs(gap) <= SMALL_GAP * abs(whole) for gap, whole in zip(gaps, differences, strict=True))
        if small or steps is not None or count >= MOST_STEPS:
            break
        count *= 2
    maps = {k: each.sum(axis=-1) for k, each in zip(chosen, values, strict=True)}
    found = tuple(values), baseline, count, tuple(differences), tuple(gaps)
    return IntegratedGradients(looked_at, evidence(scores, given, maps), *found)


def _integrated(
    scores: Scores, x: Array, start: Array, k: int, steps: int, progress: Progress, turn: tuple[int, int]
) -> NDArray[np.float64]:
    """(H, W, C): the sum over the path, each step's gradient by its weight."""
    places, weights = np.polynomial.legendre.leggauss(steps)
    along, share = (places + 1) / 2, weights / 2  # from -1 ... 1 to 0 ... 1
    way, total = x.astype(np.float64) - start, np.zeros(x.shape)
    pixels = scores.model.graph.nodes[0].name
    for begin in range(0, steps, AT_A_TIME):
        some = slice(begin, begin + AT_A_TIME)
        on_path = (start + along[some, np.newaxis, np.newaxis, np.newaxis] * way).astype(np.float32)
        total += np.tensordot(share[some], scores.gradients(on_path, k, pixels).astype(np.float64), axes=1)
        progress(turn[0] * steps + min(begin + AT_A_TIME, steps), turn[1] * steps)
    return way * total
