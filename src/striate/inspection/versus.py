"""A CNN against what it is said to beat: dense nets, shuffled pixels, no pooling, large kernels. All is measured."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from striate.data.counting import Reading
from striate.data.dataset import Dataset
from striate.engines.contract import Array
from striate.figures.shown import Shown
from striate.inspection.moving import ANGLES, by_angle, by_shift, shifts_for
from striate.inspection.trials import Computing, Material, Schooling, Shape, accuracy, counted, material, trained
from striate.inspection.versus_nets import (
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
from striate.network.settings import convert, optional_positive, positive, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RULE = "adam,learning_rate=0.001"
BATCH = 64
STEPS = 500  # what a training has at least, where nobody says how many epochs
MOVED = (CNN, STRIDED, PLAIN, DENSE)
# Student's t for 2, 3 ... trainings: a mean of no difference is farther from 0 than so many of its standard errors once
# in twenty times. For more than the table has its last value is a little strict.
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


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
    """A claim and what was measured: `differences` (seeds,), a share of the pictures, above 0 where the claim is so.

    Of a claim that there is no difference (`none_claimed`), either sign is against it.
    """

    claim: str
    differences: Array
    none_claimed: bool = False

    @property
    def mean(self) -> float:
        """Over the seeds."""
        return float(self.differences.mean())

    @property
    def spread(self) -> float | None:
        """The standard deviation over the seeds; None of a single one."""
        return float(self.differences.std(ddof=1)) if len(self.differences) > 1 else None

    @property
    def differs(self) -> bool:
        """Whether the mean is told from 0 by Student's test at the level of 5 %; of a single training never."""
        n = len(self.differences)
        if self.spread is None:
            return False
        return bool(abs(self.mean) > STUDENT[min(n - 2, len(STUDENT) - 1)] * self.spread / np.sqrt(n))

    @property
    def holds(self) -> bool | None:
        """Whether the claim is so, as far as these seeds tell; None: they do not tell."""
        if self.none_claimed:
            return not self.differs if self.spread is not None else None
        return self.mean > 0 if self.differs else None


@dataclass(frozen=True, eq=False)
class Versus(Shown):
    """What came of it. Accuracies are shares of `judged` pictures, (seeds,) by network.

    `shuffled`: trained and judged on pictures with shuffled pixels. `by_shift` (seeds, S) and `by_angle` (seeds, A): of
    the nets trained on pictures as they are, on shifted and turned ones.
    """

    budget: VersusBudget
    shape: Shape
    pictures: int
    judged: int
    part: str
    nets: Mapping[str, Net]
    growth: Growth
    accuracy: Mapping[str, Array]
    shuffled: Mapping[str, Array]
    shifts: tuple[int, ...]
    angles: tuple[int, ...]
    by_shift: Mapping[str, Array]
    by_angle: Mapping[str, Array]

    @cached_property
    def compared(self) -> tuple[Compared, ...]:
        """What is said of CNNs, each with its measured differences."""
        plain, mixed = self.accuracy, self.shuffled
        return (
            Compared("equal_weights", plain[CNN] - plain[DENSE]),
            Compared("shuffle_cnn", plain[CNN] - mixed[CNN]),
            Compared("shuffle_dense", plain[DENSE] - mixed[DENSE], none_claimed=True),
            *(
                Compared(f"{what}_{other}", lost(of[other]) - lost(of[CNN]))
                for what, of in (("shift", self.by_shift), ("turn", self.by_angle))
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
    """What moving costs: the accuracy on pictures as they are, less the mean over all moves, (seeds,) of (seeds, M)."""
    return by_move[:, 0] - by_move[:, 1:].mean(axis=1)


def versus(
    data: Dataset,
    budget: VersusBudget | None = None,
    *,
    seed: int = 0,
    computing: Computing | None = None,
    progress: Reading | None = None,
) -> Versus:
    """Train every network with several seeds, on the same pictures in the same order, and judge them.

    `seed` draws the shuffle of the pixels, and is the first of the trainings'. Raises `SettingError`, `DataError`.
    """
    budget = _checked(budget or VersusBudget(), seed)
    pictures = material(data, budget.pictures, budget.judged)
    nets = compared_nets(pictures.shape, pictures.classes, budget.filters)
    batch = min(BATCH, len(pictures.y))
    epochs = budget.epochs or max(3, -(-STEPS * batch // len(pictures.y)))
    school = Schooling(RULE, epochs, batch, computing or Computing())
    trials = _Trials(nets, school, range(seed, seed + budget.seeds), progress)
    models = {name: trials.of(name, pictures) for name in nets}
    mixed = _shuffled(pictures, seed)
    models_of_mixed = {name: trials.of(name, mixed) for name in (CNN, DENSE)}
    shifts, x, y = shifts_for(*pictures.shape[:2]), pictures.judged_x, pictures.judged_y
    moved = counted(progress, "versus.moving", len(MOVED) * budget.seeds)
    shifted, turned = dict[str, Array](), dict[str, Array]()
    for name in MOVED:
        rows = [(by_shift(m, x, y, shifts), by_angle(m, x, y, ANGLES), moved()) for m in models[name]]
        shifted[name], turned[name] = np.stack([row[0] for row in rows]), np.stack([row[1] for row in rows])
    return Versus(
        replace(budget, epochs=epochs),
        pictures.shape,
        len(pictures.y),
        len(y),
        pictures.part,
        nets,
        weights_by_size(pictures.shape[2], pictures.classes, hidden=hidden_units(nets[DENSE]), filters=budget.filters),
        {name: _accuracies(each, pictures) for name, each in models.items()},
        {name: _accuracies(each, mixed) for name, each in models_of_mixed.items()},
        shifts,
        ANGLES,
        shifted,
        turned,
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


def _accuracies(models: list[Model], pictures: Material) -> Array:
    return np.array([accuracy(model, pictures.judged_x, pictures.judged_y) for model in models])


def _checked(budget: VersusBudget, seed: int) -> VersusBudget:
    convert("versus", "epochs", optional_positive, budget.epochs)
    for name in ("pictures", "judged", "seeds", "filters"):
        convert("versus", name, positive, getattr(budget, name))
    convert("versus", "seed", whole, seed)
    return budget
