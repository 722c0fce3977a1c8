"""A CNN against what it is said to beat: dense nets, shuffled pixels, no pooling, large kernels. All is measured."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from striate.data.counting import Reading
from striate.data.dataset import Dataset
from striate.engines.computer import Computer
from striate.engines.contract import Array
from striate.figures.shown import Shown
from striate.inspection import arguments as may_be
from striate.inspection.trials import Material, Schooling, Shape, batch_of, counted, material, right, trained
from striate.inspection.versus.moving import ANGLES, right_shifted, right_turned, shifts_for
from striate.inspection.versus.nets import (
    CNN,
    DENSE,
    FIELDS,
    PAIRS,
    PLAIN,
    STRIDED,
    Growth,
    Net,
    compared_nets,
    hidden_units,
    shuffled,
    weights_by_size,
)
from striate.model import Model
from striate.network.settings import checked, convert, optional, positive, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RULE = "adam,learning_rate=0.001"
STEPS = 500  # what a training has at least, where nobody says how many epochs
MOVED = (CNN, STRIDED, PLAIN, DENSE)
# Student's t for 2, 3 ... trainings: a mean of no difference is farther from 0 than so many of its standard errors once
# in twenty times. For more than the table has its last value is a little strict.
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
NORMAL = 1.96  # the same of the normal distribution


@dataclass(frozen=True)
class VersusBudget:
    """How much may be done: epochs, pictures to learn from and to judge by, trainings of each net, maps of a layer."""

    epochs: int | None = None  # at least 3, and as many as make `STEPS`
    pictures: int = 6000
    judged: int = 2000
    seeds: int = 3
    filters: int = 16


@dataclass(frozen=True, eq=False)
class Compared:
    """A claim and what was measured: `by_picture` (seeds, pictures), above 0 where the claim is so.

    Each is a difference of how often a picture was answered right. Of a claim that there is no difference
    (`none_claimed`), either sign is against it.
    """

    claim: str
    by_picture: Array
    none_claimed: bool = False

    @property
    def differences(self) -> Array:
        """Over all pictures, for each seed (seeds,): shares."""
        return self.by_picture.mean(axis=1)

    @property
    def mean(self) -> float:
        """Over the seeds, too."""
        return float(self.differences.mean())

    @property
    def spread(self) -> float | None:
        """The standard deviation over the seeds; None of a single one."""
        return float(self.differences.std(ddof=1)) if len(self.differences) > 1 else None

    @property
    def differs(self) -> bool:
        """Whether the mean is told from 0, at the level of 5 %, both over seeds and over pictures.

        Over seeds by Student's test; over pictures, each the mean of its seeds, by the normal distribution. Of a single
        training never.
        """
        seeds, pictures = len(self.by_picture), len(self.by_picture[0])
        if self.spread is None or pictures < 2:
            return False
        of_seeds = STUDENT[min(seeds - 2, len(STUDENT) - 1)] * self.spread / math.sqrt(seeds)
        of_pictures = NORMAL * float(self.by_picture.mean(axis=0).std(ddof=1)) / math.sqrt(pictures)
        return abs(self.mean) > max(of_seeds, of_pictures)

    @property
    def holds(self) -> bool | None:
        """Whether the claim is so, as far as these seeds tell; None: they do not tell."""
        if self.none_claimed:
            return not self.differs if self.spread is not None else None
        return self.mean > 0 if self.differs else None


@dataclass(frozen=True, eq=False)
class Versus(Shown):
    """What came of it, for each picture judged: 1 where it was answered right, else 0; by network.

    `right`, `right_shuffled` (seeds, judged): the latter trained and judged on pictures with shuffled pixels.
    `right_shifted` (seeds, S, judged), `right_turned` (seeds, A, judged): of the nets trained on pictures as they are,
    on shifted and turned ones; the mean over the ways of a move.
    """

    budget: VersusBudget
    shape: Shape
    pictures: int
    judged: int
    part: str
    nets: Mapping[str, Net]
    growth: Growth
    right: Mapping[str, Array]
    right_shuffled: Mapping[str, Array]
    shifts: tuple[int, ...]
    angles: tuple[int, ...]
    right_shifted: Mapping[str, Array]
    right_turned: Mapping[str, Array]

    @property
    def batch_size(self) -> int:
        """Pictures of a batch."""
        return batch_of(self.pictures)

    @property
    def accuracy(self) -> Mapping[str, Array]:
        """Shares of the pictures, (seeds,) by network."""
        return _means(self.right)

    @property
    def shuffled(self) -> Mapping[str, Array]:
        """The same of shuffled pixels."""
        return _means(self.right_shuffled)

    @property
    def by_shift(self) -> Mapping[str, Array]:
        """The same of shifted pictures, (seeds, S)."""
        return _means(self.right_shifted)

    @property
    def by_angle(self) -> Mapping[str, Array]:
        """The same of turned pictures, (seeds, A)."""
        return _means(self.right_turned)

    @cached_property
    def compared(self) -> tuple[Compared, ...]:
        """What is said of CNNs, each with its measured differences."""
        plain, mixed = self.right, self.right_shuffled
        return (
            Compared("equal_weights", plain[CNN] - plain[DENSE]),
            Compared("shuffle_cnn", plain[CNN] - mixed[CNN]),
            Compared("shuffle_dense", plain[DENSE] - mixed[DENSE], none_claimed=True),
            *(
                Compared(f"{what}_{other}", lost(of[other]) - lost(of[CNN]))
                for what, of in (("shift", self.right_shifted), ("turn", self.right_turned))
                for other in (STRIDED, PLAIN)
            ),
            *(Compared(f"kernels_{small}", plain[small] - plain[large]) for small, large in PAIRS),
        )

    def figure(self) -> "Figure":
        """Five panels."""
        from striate.figures.panels import drawn
        from striate.figures.versus import versus_panels

        accuracies = {(name, mixed): (self.shuffled if mixed else self.accuracy)[name] for name, mixed in BARS}
        kernels = {
            name: (self.accuracy[name], self.nets[name].weights, self.nets[name].multiply_adds) for name in FIELDS
        }
        weights = {name: self.nets[name].weights for name in MOVED}
        moves = (self.shifts, self.by_shift), (self.angles, self.by_angle)
        return drawn(versus_panels(accuracies, weights, (self.growth.sizes, self.growth.weights), moves, kernels))


BARS = ((CNN, False), (CNN, True), (DENSE, False), (DENSE, True))


def lost(by_move: Array) -> Array:
    """What moving costs: right on a picture as it is, less the mean over all moves: (seeds, N) of (seeds, M, N)."""
    return by_move[:, 0] - by_move[:, 1:].mean(axis=1)


def _means(of: Mapping[str, Array]) -> Mapping[str, Array]:
    return {name: values.mean(axis=-1) for name, values in of.items()}


@checked(data=may_be.dataset, budget=may_be.of(VersusBudget), seed=whole, computer=may_be.of(Computer))
def versus(
    data: Dataset,
    budget: VersusBudget | None = None,
    *,
    seed: int = 0,
    computer: Computer | None = None,
    progress: Reading | None = None,
) -> Versus:
    """Train every network with several seeds, on the same pictures in the same order, and judge them.

    `seed` draws the shuffle of the pixels, and is the first of the trainings'. Raises `SettingError`, `DataError`.
    """
    budget = _checked(budget or VersusBudget())
    pictures = material(data, budget.pictures, budget.judged)
    nets = compared_nets(pictures.shape, pictures.classes, budget.filters)
    batch = batch_of(len(pictures.y))
    epochs = budget.epochs or max(3, -(-STEPS * batch // len(pictures.y)))
    school = Schooling(RULE, epochs, batch, computer or Computer())
    trials = _Trials(nets, school, range(seed, seed + budget.seeds), progress)
    models = {name: trials.of(name, pictures) for name in nets}
    mixed = _shuffled(pictures, seed)
    models_of_mixed = {name: trials.of(name, mixed) for name in (CNN, DENSE)}
    shifts, x, y = shifts_for(*pictures.shape[:2]), pictures.judged_x, pictures.judged_y
    moved = counted(progress, "versus.moving", len(MOVED) * budget.seeds)
    shifted, turned = dict[str, Array](), dict[str, Array]()
    for name in MOVED:
        rows = [(right_shifted(m, x, y, shifts), right_turned(m, x, y, ANGLES), moved()) for m in models[name]]
        shifted[name], turned[name] = np.stack([row[0] for row in rows]), np.stack([row[1] for row in rows])
    hidden = hidden_units(nets[DENSE])
    return Versus(
        budget=replace(budget, epochs=epochs),
        shape=pictures.shape,
        pictures=len(pictures.y),
        judged=len(y),
        part=pictures.part,
        nets=nets,
        growth=weights_by_size(pictures.shape[2], pictures.classes, hidden=hidden, filters=budget.filters),
        right={name: _right(each, pictures) for name, each in models.items()},
        right_shuffled={name: _right(each, mixed) for name, each in models_of_mixed.items()},
        shifts=shifts,
        angles=ANGLES,
        right_shifted=shifted,
        right_turned=turned,
    )


class _Trials:
    """Trains networks, each with every seed."""

    def __init__(self, nets: Mapping[str, Net], school: Schooling, seeds: range, progress: Reading | None) -> None:
        self._nets, self._school, self._seeds = nets, school, seeds
        self._tick = counted(progress, "versus.training", (len(nets) + 2) * len(seeds))

    def of(self, name: str, pictures: Material) -> list[Model]:
        """A model for each seed."""
        models: list[Model] = []
        for seed in self._seeds:
            models.append(trained(self._nets[name].graph, pictures, self._school, seed))
            self._tick()
        return models


def _shuffled(pictures: Material, seed: int) -> Material:
    x, judged = shuffled(pictures.x, seed), shuffled(pictures.judged_x, seed)
    return Material(x, pictures.y, judged, pictures.judged_y, pictures.classes, pictures.part)


def _right(models: list[Model], pictures: Material) -> Array:
    return np.stack([right(model, pictures.judged_x, pictures.judged_y) for model in models])


def _checked(budget: VersusBudget) -> VersusBudget:
    convert("versus", "epochs", optional(positive), budget.epochs)
    for name in ("pictures", "judged", "seeds", "filters"):
        convert("versus", name, positive, getattr(budget, name))
    return budget
