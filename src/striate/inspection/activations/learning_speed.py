"""How fast the same CNN learns with each activation: steps until it is right so often, for each rate and rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from striate.data.counting import Reading
from striate.data.dataset import Dataset
from striate.engines.computer import Computer
from striate.engines.contract import Array
from striate.errors import SettingError, TrainingError
from striate.figures.shown import Shown
from striate.inspection import arguments as may_be
from striate.inspection.activations.slopes import known
from striate.inspection.trials import (
    Material,
    Schooling,
    accuracy,
    batch_of,
    convolutions,
    counted,
    material,
    trained,
    wired,
)
from striate.network.graph import Graph
from striate.network.settings import checked, convert, positive, proper_share
from striate.training.callbacks import NO_LOGS, Callback, Logs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from striate.figures.panels import Sketch

COMPARED = ("relu", "tanh", "sigmoid")
# What is said: the first learns so many times as fast as the second.
CLAIMS = (("relu", "tanh", 6.0), ("relu", "sigmoid", 6.0), ("tanh", "sigmoid", 1.0))
RATES = {"SGD": (0.03, 0.1, 0.3), "Adam": (0.001, 0.003, 0.01)}
TRYING = 1000  # the seed that rates are tried with; it is none of those that are counted
EVERY = 10  # steps between two looks at the accuracy
FILTERS = 16


@dataclass(frozen=True)
class SpeedBudget:
    """How much may be done: steps of a training, pictures to learn from and to judge by, seeds of the final runs."""

    steps: int = 300
    pictures: int = 6000
    judged: int = 1000
    seeds: int = 3
    accuracy: float = 0.9


@dataclass(frozen=True, eq=False)
class Learning:
    """One training: the accuracy every `EVERY` steps, up to the step where it was enough.

    `steps` is that step; None: it was never enough, or a number was not finite any more.
    """

    curve: Array
    steps: int | None


@dataclass(frozen=True, eq=False)
class RuleSpeed:
    """The trainings under one rule: `tried` one for each activation and rate, `runs` each seed at the best `rate`."""

    rule: str
    rates: tuple[float, ...]
    tried: dict[str, tuple[Learning, ...]]
    best: dict[str, float]
    runs: dict[str, tuple[Learning, ...]]

    def median(self, activation: str) -> float | None:
        """The median over the seeds of the steps that it took; None where fewer than half of them came so far."""
        return median(self.runs[activation])


@dataclass(frozen=True)
class Factor:
    """How many times the steps of `faster` the other, `slower`, took under a rule, against what is claimed of them.

    `at_least`: the slower one never came so far. None: neither did the faster one.
    """

    rule: str
    faster: str
    slower: str
    claimed: float
    factor: float | None
    at_least: bool

    @property
    def holds(self) -> bool | None:
        """Whether the claimed factor was seen (of 1: a larger one); None where these steps cannot tell."""
        if self.factor is None or (self.at_least and self.factor < self.claimed):
            return None
        return self.factor > 1 if self.claimed == 1 else self.factor >= self.claimed


@dataclass(frozen=True, eq=False)
class LearningSpeed(Shown):
    """How fast the same CNN, from the same first weights in the same batches, learned with each activation."""

    activations: tuple[str, ...]
    budget: SpeedBudget
    pictures: int
    judged: int
    part: str
    weights: int
    rules: tuple[RuleSpeed, ...]

    @property
    def batch_size(self) -> int:
        """Pictures of a batch."""
        return batch_of(self.pictures)

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What is said of the activations that were compared, each at its own best rate."""
        return tuple(
            self._factor(speed, faster, slower, claimed)
            for speed in self.rules
            for faster, slower, claimed in CLAIMS
            if {faster, slower} <= set(self.activations)
        )

    def _factor(self, speed: RuleSpeed, faster: str, slower: str, claimed: float) -> Factor:
        steps, others = speed.median(faster), speed.median(slower)
        if steps is None:
            return Factor(speed.rule, faster, slower, claimed, None, at_least=False)
        factor = (others or self.budget.steps) / steps
        return Factor(speed.rule, faster, slower, claimed, factor, at_least=others is None)

    def sketch(self) -> "Sketch":
        """A panel for each rule: accuracy over steps, a line for each seed."""
        from striate.figures.activations import learning_speeds

        runs = {s.rule: {name: [run.curve for run in s.runs[name]] for name in self.activations} for s in self.rules}
        best = {speed.rule: speed.best for speed in self.rules}
        return learning_speeds(runs, best, EVERY, self.budget.accuracy)

    def figure(self) -> "Figure":
        """The panels on a figure of their own."""
        from striate.figures.panels import drawn

        return drawn([self.sketch()])


@checked(
    data=may_be.dataset,
    activations=may_be.some_names,
    budget=may_be.of(SpeedBudget),
    computer=may_be.of(Computer),
)
def learning_speed(
    data: Dataset,
    activations: Sequence[str] = COMPARED,
    budget: SpeedBudget | None = None,
    *,
    computer: Computer | None = None,
    progress: Reading | None = None,
) -> LearningSpeed:
    """Try rates with one seed, then train with several at each activation's best rate, under SGD and under Adam.

    Raises `UnknownNameError` for an activation that there is not, `SettingError`, `DataError`.
    """
    budget, names = _checked(budget or SpeedBudget()), known(activations)
    material_ = material(data, budget.pictures, budget.judged)
    trainings = sum(len(names) * (len(rates) + budget.seeds) for rates in RATES.values())
    tick = counted(progress, "activations.training", trainings)
    graphs = {name: wired(convolutions(FILTERS, material_.classes, name), material_.shape) for name in names}
    where = Computer() if computer is None else computer

    def learning(name: str, rule: str, rate: float, seed: int) -> Learning:
        learned = _learning(graphs[name], material_, f"{rule},learning_rate={rate}", seed, budget, where)
        tick()
        return learned

    def under(rule: str, rates: tuple[float, ...]) -> RuleSpeed:
        tried = {name: tuple(learning(name, rule, rate, TRYING) for rate in rates) for name in names}
        best = {name: rates[_best(tried[name])] for name in names}
        runs = {name: tuple(learning(name, rule, best[name], s) for s in range(budget.seeds)) for name in names}
        return RuleSpeed(rule, rates, tried, best, runs)

    speeds = tuple(under(rule, rates) for rule, rates in RATES.items())
    counts = len(material_.y), len(material_.judged_y)
    weights = graphs[names[0]].theta.count
    return LearningSpeed(names, budget, *counts, material_.part, weights, speeds)


def median(runs: Sequence[Learning]) -> float | None:
    """Of the steps that runs took; None where half of them or more never came so far."""
    steps = np.sort([np.inf if run.steps is None else run.steps for run in runs])
    middle = float(np.median(steps))
    return middle if np.isfinite(middle) else None


def _checked(budget: SpeedBudget) -> SpeedBudget:
    for name in ("steps", "pictures", "judged", "seeds"):
        convert("learning_speed", name, positive, getattr(budget, name))
    convert("learning_speed", "accuracy", proper_share, budget.accuracy)
    if budget.steps < EVERY:
        raise SettingError("activations.too_few_steps", came=budget.steps, required=EVERY)
    return budget


def _best(tried: Sequence[Learning]) -> int:
    """The rate that took the fewest steps; where none came so far, the one that came farthest."""
    return min(range(len(tried)), key=lambda i: (tried[i].steps or np.inf, -max(tried[i].curve, default=0.0)))


class _Watch(Callback):
    """Looks at the accuracy on pictures that are not learned from, and ends the training where it is enough."""

    def __init__(self, data: Material, budget: SpeedBudget) -> None:
        self._data, self._budget, self._step = data, budget, 0
        self.curve: list[float] = []
        self.steps: int | None = None

    def on_train_batch_end(self, batch: int, logs: Logs = NO_LOGS) -> None:
        """One step more."""
        self._step += 1
        if self._step % EVERY == 0 and self.steps is None and self._step <= self._budget.steps:
            self.curve.append(accuracy(self.model, self._data.judged_x, self._data.judged_y))
            if self.curve[-1] >= self._budget.accuracy:
                self.steps = self._step
        if self.steps is not None or self._step >= self._budget.steps:
            self.model.stop_training = True


def _learning(graph: Graph, data: Material, rule: str, seed: int, budget: SpeedBudget, computer: Computer) -> Learning:
    watch = _Watch(data, budget)
    batch = batch_of(len(data.y))
    epochs = -(-budget.steps * batch // len(data.y)) + 1
    how = Schooling(rule, epochs, batch, computer)
    try:
        trained(graph, data, how, seed, [watch])
    except TrainingError:  # the rate was too large
        watch.steps = None
    return Learning(np.array(watch.curve), watch.steps)
