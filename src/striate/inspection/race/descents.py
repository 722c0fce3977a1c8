"""Update rules on a function of two numbers: Striate's own, on a theta of two numbers, in float64."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from striate.engines.reference.program import ReferenceEngine
from striate.errors import SettingError
from striate.figures.paths import Panel, Track, paths_figure
from striate.figures.shown import Shown
from striate.inspection import arguments as may_be
from striate.inspection.race.racers import GRID, KNOWN, RACERS, STOCHASTIC, checked_racers, rule_of
from striate.inspection.race.surfaces import Surface
from striate.network.layout import Span
from striate.network.optimizers import Rule
from striate.network.settings import checked, not_negative, one_of, positive, positive_real, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

NEAR = 0.1  # this close to the minimum is near
FAR = 1000.0  # what is further from the origin has diverged
FINE = 301  # points of a drawn function along each axis
MOST_STEPS = 100_000
NOISE = 2  # keeps the noise apart from other draws of the same seed


@dataclass(frozen=True, eq=False)
class Descent:
    """One rule's way down: `path` (T + 1, 2) with the start, `values` (T + 1,) of the function along it.

    `diverged`: the step that left the world (further than `FAR` from the origin, or not finite), where the path ends.
    """

    racer: str
    learning_rate: float
    surface: Surface
    path: Array
    diverged: int | None

    @cached_property
    def values(self) -> Array:
        """f along the path (T + 1,)."""
        return self.surface.value(self.path)

    @cached_property
    def distances(self) -> Array:
        """How far from the minimum each place is (T + 1,)."""
        return np.hypot(*(self.path - self.surface.minimum).T)

    @property
    def near(self) -> int | None:
        """The first step that ends near the minimum."""
        found = np.flatnonzero(self.distances <= NEAR)
        return int(found[0]) if len(found) else None

    @property
    def settled(self) -> int | None:
        """The step from which on it stays near the minimum, to the last one."""
        outside = np.flatnonzero(self.distances > NEAR)
        first = int(outside[-1]) + 1 if len(outside) else 0
        return first if self.diverged is None and first < len(self.path) else None

    @property
    def turn(self) -> float | None:
        """The mean angle between a step and the next one, in degrees: 0 straight on, 180 back; over steps not near."""
        ends = len(self.path) if self.near is None else max(self.near + 1, 3)
        return mean_turn(np.diff(self.path[:ends], axis=0))


def mean_turn(steps: Array) -> float | None:
    """The mean angle in degrees between each of the steps (T, n) and the next; None where there are no two."""
    lengths = np.linalg.norm(steps, axis=1)
    both = lengths[:-1] * lengths[1:]
    moved = both > 0
    if not moved.any():
        return None
    cosines = (steps[:-1] * steps[1:]).sum(1)[moved] / both[moved]
    return float(np.degrees(np.arccos(np.clip(cosines, -1, 1))).mean())


@dataclass(frozen=True, eq=False)
class SurfaceRace(Shown):
    """A race on one function: everyone at the same learning rate, and everyone at its own best of `grid`."""

    surface: Surface
    steps: int
    seed: int
    noise: float
    rate: float
    grid: tuple[float, ...]
    equal: tuple[Descent, ...]
    best: tuple[Descent, ...]

    @property
    def hash(self) -> str:
        """SHA-256 of all paths: equal exactly where every bit is."""
        return hashlib.sha256(b"".join(d.path.tobytes() for d in (*self.equal, *self.best))).hexdigest()

    @property
    def panels(self) -> tuple[Panel, Panel]:
        """Both races as what a figure shows."""
        return self._panel("race.at_equal", self.equal), self._panel("race.at_best", self.best)

    def _panel(self, code: str, descents: Sequence[Descent]) -> Panel:
        surface, first = self.surface, descents[0].path[0]
        tracks = tuple(Track(d.racer, d.learning_rate, d.path, d.diverged) for d in descents)
        return Panel(code, surface.formula, *field(surface), surface.view, surface.minimum, tuple(first), tracks)

    def figure(self) -> "Figure":
        """Both races over the function's contours."""
        return paths_figure([self.panels])


def field(surface: Surface) -> tuple[Array, float]:
    """The function over its view, rows from above (FINE, FINE), and its least value."""
    left, right, below, above = surface.view
    x, y = np.meshgrid(np.linspace(left, right, FINE), np.linspace(above, below, FINE))
    return surface.value(np.stack([x, y], -1)), surface.least


@checked(
    surface=may_be.of(Surface),
    racers=may_be.names,
    steps=positive,
    rate=positive_real,
    grid=may_be.rates,
    seed=whole,
    noise=not_negative,
    start=may_be.point,
)
def race_on(
    surface: Surface,
    racers: Sequence[str] = RACERS,
    *,
    steps: int = 500,
    rate: float = 0.01,
    grid: Sequence[float] = GRID,
    seed: int = 0,
    noise: float | None = None,
    start: tuple[float, float] | None = None,
    done: Callable[[int, int], object] | None = None,
) -> SurfaceRace:
    """Let rules run down a function from the same place; all take its gradient, `sgd` one with noise.

    The noise is normal, independent in both numbers and every step, of standard deviation `noise` (None: the
    surface's), drawn by the seed: the same for every learning rate. Best is who comes near the minimum in the fewest
    steps and stays; where none does, who ends lowest. `done` is told how many ways were gone, and of how many. Raises
    `UnknownNameError`, `SettingError`.
    """
    racers = checked_racers(racers)
    spread = surface.noise if noise is None else noise
    if steps > MOST_STEPS:
        raise SettingError("race.too_many_steps", came=steps, most=MOST_STEPS)
    counting, total = count(1), len(racers) * (1 + len(grid))

    def run(racer: str, eta: float) -> Descent:
        found = descend(surface, racer, eta, steps=steps, seed=seed, noise=spread, start=start)
        if done:
            done(next(counting), total)
        return found

    equal = tuple(run(racer, rate) for racer in racers)
    best = tuple(min((run(racer, eta) for eta in grid), key=_merit) for racer in racers)
    return SurfaceRace(surface, steps, seed, spread, rate, tuple(grid), equal, best)


def _merit(descent: Descent) -> tuple[bool, bool, float]:
    """What is smaller is better."""
    lasting = descent.diverged is None
    arrival = descent.settled if descent.settled is not None else descent.near
    if lasting and arrival is not None:
        return False, descent.settled is None, arrival
    return True, not lasting, float(descent.values[-1]) if lasting else -float(len(descent.path))


@checked(
    surface=may_be.of(Surface),
    racer=one_of("optimizer", KNOWN),
    learning_rate=positive_real,
    steps=positive,
    seed=whole,
    noise=not_negative,
    start=may_be.point,
)
def descend(
    surface: Surface,
    racer: str,
    learning_rate: float,
    *,
    steps: int = 500,
    seed: int = 0,
    noise: float = 0.0,
    start: tuple[float, float] | None = None,
) -> Descent:
    """One rule's way down. Raises `SettingError` for a start beyond the world."""
    if start is not None and not max(map(abs, start)) <= FAR:
        raise SettingError("race.start_too_far", came=list(start), most=FAR)
    begin = np.array([surface.start if start is None else start])
    draws = noise_of(seed, steps, 1) * noise if racer == STOCHASTIC else None
    paths = ways_down(surface, rule_of(racer, learning_rate), learning_rate, begin, steps, draws)[:, 0]  # T+1 2
    left = np.flatnonzero(~(np.abs(paths).max(1) <= FAR))
    diverged = int(left[0]) if len(left) else None
    return Descent(racer, learning_rate, surface, paths[:diverged], diverged)


def noise_of(seed: int, steps: int, walkers: int) -> Array:
    """Standard normal numbers (steps, walkers, 2)."""
    return np.random.default_rng([seed, NOISE]).standard_normal((steps, walkers, 2))


def ways_down(surface: Surface, rule: Rule, eta: float, begin: Array, steps: int, noise: Array | None) -> Array:
    """The ways of several walkers under one rule, side by side in one theta: (T + 1, walkers, 2).

    A rule treats every number alike and by itself, so none feels the others. Who leaves the world stays at NaN.
    """
    engine, walkers = ReferenceEngine(), len(begin)
    spans = (Span("points", (2 * walkers,), 0, "zeros", decayed=False),)
    theta = begin.astype(np.float64).ravel()
    slots = rule.first_slots(theta)
    paths = np.full((steps + 1, walkers, 2), np.nan)
    paths[0], here = begin, np.ones(walkers, np.bool_)
    for t in range(1, steps + 1):
        gradient = surface.gradient(np.asarray(engine.look_ahead(rule, theta, slots, spans), np.float64).reshape(-1, 2))
        if noise is not None:
            gradient = gradient + noise[t - 1]
        gradient[~here] = 0.0
        engine.update(rule, theta, gradient.ravel(), slots, t, eta, spans)
        at = theta.reshape(-1, 2)
        here &= np.abs(at).max(1) <= FAR
        paths[t, here] = at[here]
        if not here.any():
            break
    return paths
