"""A race of update rules on a real network: the same start and batches, at one learning rate and at each one's best."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from striate.figures.contest import Band, bands_figure
from striate.figures.shown import Shown
from striate.inspection import arguments as may_be
from striate.inspection.race.course import Course, Run, run_of
from striate.inspection.race.racers import GRID, RACERS, STOCHASTIC, checked_racers
from striate.network.settings import checked, positive_real

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Done = Callable[[int, int], object]  # so many runs, of so many


@dataclass(frozen=True, eq=False)
class Entry:
    """A racer at one learning rate: a run for each seed.

    `tried`: the mean final loss over the seeds at each learning rate that was tried; empty where none was chosen.
    """

    racer: str
    learning_rate: float
    runs: tuple[Run, ...]
    tried: dict[float, float]

    @property
    def at_edge(self) -> bool:
        """Whether the best rate is the first or the last that was tried: a better one may lie beyond."""
        return bool(self.tried) and self.learning_rate in (min(self.tried), max(self.tried))

    @property
    def seen(self) -> NDArray[np.int64]:
        """Pictures computed with (K,)."""
        return self.runs[0].seen

    @property
    def losses(self) -> NDArray[np.float64]:
        """Of all runs (S, K)."""
        return np.stack([run.losses for run in self.runs])

    @property
    def median(self) -> NDArray[np.float64]:
        """The median of the runs' smoothed losses (K,)."""
        return np.median([run.smoothed for run in self.runs], axis=0)

    @property
    def final(self) -> float:
        """The last of them."""
        return float(self.median[-1])

    @property
    def accuracies(self) -> tuple[float, float, float]:
        """The least, the median and the largest over the runs."""
        found = [run.accuracy for run in self.runs]
        return min(found), float(np.median(found)), max(found)

    @property
    def turn(self) -> float | None:
        """The mean over the runs."""
        found = [run.turn for run in self.runs if run.turn is not None]
        return float(np.mean(found)) if found else None

    @property
    def diverged(self) -> int:
        """How many of the runs did not end in finite numbers."""
        return sum(run.diverged is not None for run in self.runs)

    def pictures_to(self, loss: float) -> int | None:
        """How many pictures until the median first is as low as a loss."""
        found = np.flatnonzero(self.median <= loss)
        return int(self.seen[found[0]]) if len(found) else None


@dataclass(frozen=True, eq=False)
class Contest(Shown):
    """The race. `starts` and `batches`: by seed, SHA-256 of what was the same for everybody."""

    course: Course
    rate: float
    grid: tuple[float, ...]
    starts: dict[int, str]
    batches: dict[int, str]
    equal: tuple[Entry, ...]
    best: tuple[Entry, ...]

    @property
    def hash(self) -> str:
        """SHA-256 of the weights of all runs that are told of: equal exactly where every bit is."""
        prints = "".join(run.fingerprint for entry in (*self.equal, *self.best) for run in entry.runs)
        return hashlib.sha256(prints.encode()).hexdigest()

    def figure(self) -> "Figure":
        """The loss over the pictures that were computed with: medians and bands, at one rate and at each one's best."""
        sides = [("race.at_equal", self.equal), ("race.at_best", self.best)]
        return bands_figure(
            [(code, [Band(e.racer, e.learning_rate, e.seen, e.losses) for e in side]) for code, side in sides]
        )


@checked(
    course=may_be.of(Course),
    racers=may_be.names,
    seeds=may_be.seeds,
    rate=positive_real,
    grid=may_be.rates,
)
def contest(
    course: Course,
    racers: Sequence[str] = RACERS,
    *,
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
    rate: float = 0.01,
    grid: Sequence[float] = GRID,
    done: Done | None = None,
) -> Contest:
    """Let rules train the same network from the same starts with the same batches.

    Best is the rate of the grid whose loss ends lowest in the mean of all seeds (of equals the smallest). A seed
    decides the first weights, the order of the pictures, dropout. Raises `UnknownNameError`, `SettingError`.
    """
    racers = checked_racers(racers)
    known: dict[tuple[str, float, int], Run] = {}
    total = runs_of(len(racers), len(seeds), rate, grid)

    def run(racer: str, eta: float, seed: int) -> Run:
        if (racer, eta, seed) not in known:
            known[racer, eta, seed] = run_of(course, racer, eta, seed)
            if done:
                done(len(known), total)
        return known[racer, eta, seed]

    def entry(racer: str, eta: float, tried: dict[float, float]) -> Entry:
        return Entry(racer, eta, tuple(run(racer, eta, seed) for seed in seeds), tried)

    def best(racer: str) -> Entry:
        tried = {eta: float(np.mean([run(racer, eta, seed).final for seed in seeds])) for eta in sorted(grid)}
        return entry(racer, min(tried, key=lambda eta: (tried[eta], eta)), tried)

    bests = tuple(best(racer) for racer in racers)
    equal = tuple(entry(racer, rate, {}) for racer in racers)
    starts = {seed: course.start_hash(seed) for seed in seeds}
    batches = {seed: course.batches_hash(seed) for seed in seeds}
    return Contest(course, rate, tuple(grid), starts, batches, equal, bests)


def runs_of(racers: int, seeds: int, rate: float, grid: Sequence[float]) -> int:
    """How many runs a contest is."""
    return racers * seeds * len({*grid, rate})


def pictures_needed(entries: Sequence[Entry]) -> dict[str, int | None]:
    """Pictures until each is where sgd ends, by racer; empty where sgd does not run."""
    own = next((entry for entry in entries if entry.racer == STOCHASTIC), None)
    return {entry.racer: entry.pictures_to(own.final) for entry in entries} if own else {}
