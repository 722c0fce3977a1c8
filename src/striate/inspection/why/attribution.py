"""What attributions have in common: a map over the picture for each of a few classes."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from striate.engines.contract import Array
from striate.figures.shown import Shown
from striate.inspection.subject import Subject
from striate.inspection.why.class_scores import Scores

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Map = NDArray[np.float64]
Told = tuple[str, Mapping[str, object]]  # a sentence's code and fields
Progress = Callable[[int, int], None]  # how much is done, of how much

THIRDS = 3


@dataclass(frozen=True)
class Evidence:
    """What speaks for a class: `map` (H, W) over the picture as the model takes it.

    `score` is the number before softmax or sigmoid, `probability` None where the model gives none.
    """

    index: int
    name: str
    score: float
    probability: float | None
    map: Map

    @property
    def silent(self) -> bool:
        """Whether no place speaks for the class."""
        return not (self.map > 0).any()

    @property
    def thirds(self) -> Map:
        """How what speaks for the class is spread over the picture cut into thirds (3, 3): shares of 1; all 0: nowhere.

        A picture with fewer than three rows or columns has fewer parts.
        """
        positive = np.maximum(self.map, 0)
        rows = np.array_split(positive, min(THIRDS, len(positive)))
        sums = [[part.sum() for part in np.array_split(row, min(THIRDS, row.shape[1]), axis=1)] for row in rows]
        total = float(np.sum(sums))
        return np.array(sums) / (total if total > 0 else 1.0)


@dataclass(frozen=True)
class Attribution(Shown):
    """Which parts of a picture decided, for each of `classes`: the best one first unless others were asked for."""

    method: ClassVar[str]
    title: ClassVar[str]  # a code
    signed: ClassVar[bool]  # whether maps also say what speaks against a class, by numbers below 0
    speaks: ClassVar[bool] = True  # whether maps say what speaks for a class, and not only what matters to it

    picture: Subject
    classes: tuple[Evidence, ...]

    @property
    @abstractmethod
    def facts(self) -> list[Told]:
        """How it was found, as sentences."""

    def figure(self) -> "Figure":
        """The picture, and beside it each class's map over it, on one scale."""
        from striate.figures.why import WhyPanel, why_figure

        panels = [WhyPanel(each.name, each.score, each.probability, each.map) for each in self.classes]
        picture = self.picture.shown
        return why_figure(self.title, picture, panels, self.facts, signed=self.signed, speaks=self.speaks)


def nothing(done: int, total: int) -> None:
    """Show no progress."""


def evidence(scores: Scores, given: Array, maps: Mapping[int, Map]) -> tuple[Evidence, ...]:
    """For each class its map, with the score and probability that the scores (K,) of the picture give."""
    probabilities = scores.probabilities(given)
    return tuple(
        Evidence(k, scores.names[k], float(given[k]), None if probabilities is None else float(probabilities[k]), each)
        for k, each in maps.items()
    )
