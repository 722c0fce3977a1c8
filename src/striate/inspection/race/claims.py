"""What is said of update rules, measured: zigzag, braking, escape from local minima, and who is slow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from striate.inspection import arguments as may_be
from striate.inspection.race.descents import Descent, descend, noise_of, ways_down
from striate.inspection.race.racers import AHEAD, FULL, MOMENTUM, STOCHASTIC, rule_of
from striate.inspection.race.surfaces import ACROSS, ALONG, BARRIER, STEEP, SURFACES
from striate.network.settings import checked, whole

Array = NDArray[np.float64]
Verdict = Literal["holds", "partly", "fails"]

FACTORS = (1.9, 1.0, 0.1)  # of 1/L, L the steepest curvature: from 2/L on gradient descent diverges
FAR_SLOWER = 2.0  # times as many steps are far slower
WELLS_RATE, WELLS_STEPS, WALKERS = 0.05, 500, 200
WELLS_NOISE = (1.0, 2.0, 4.0, 8.0)


def verdict(answers: Iterable[bool]) -> Verdict:
    """Of several measurements: all, some or none for the claim."""
    found = list(answers)
    return "holds" if found and all(found) else "partly" if any(found) else "fails"


@dataclass(frozen=True)
class Swing:
    """How a rule goes along the valley, and across it.

    `crossings` of the floor and `travelled` across it (a sum of lengths) over the first `WINDOW` steps; what is nearer
    to the floor than `FLOOR` of the start crosses nothing. `overshoot`: the furthest beyond the minimum along the
    floor, as a share of the way there; `fastest`: the step of the greatest speed along it, behind which a rule brakes.
    `turn` as `Descent`'s.
    """

    racer: str
    learning_rate: float
    turn: float | None
    crossings: int
    travelled: float
    overshoot: float
    fastest: int
    near: int | None
    diverged: int | None


WINDOW = 100  # steps over which crossings are counted
FLOOR = 1e-3


@checked(factors=may_be.rates)
def swings(factors: Sequence[float] = FACTORS) -> tuple[Swing, ...]:
    """Gradient descent, momentum and NAG in the valley at the same learning rates, factor / L."""
    return tuple(
        swing(descend(SURFACES["valley"], racer, factor / STEEP))
        for factor in factors
        for racer in (FULL, MOMENTUM, AHEAD)
    )


def swing(descent: Descent) -> Swing:
    """What one way through the valley was like."""
    along, across = descent.path @ ALONG, descent.path @ ACROSS  # T+1 each
    first = across[: WINDOW + 1]
    sides = np.sign(first[np.abs(first) > FLOOR * abs(float(first[0]))])
    beyond = float(np.max(-np.sign(along[0]) * along, initial=0.0))
    speed = np.abs(np.diff(along))
    return Swing(
        descent.racer,
        descent.learning_rate,
        descent.turn,
        int(np.sum(sides[:-1] != sides[1:])),
        float(np.abs(np.diff(first)).sum()),
        beyond / abs(float(along[0])),
        int(speed.argmax()) + 1,
        descent.near,
        descent.diverged,
    )


def zigzag_verdict(found: Sequence[Swing]) -> Verdict:
    """Momentum crosses the floor less often than gradient descent at the same rate, and travels less across it."""
    return verdict(
        swung.diverged is None and swung.crossings < plain.crossings and swung.travelled < plain.travelled
        for plain, swung, _ in _threes(found)
    )


def braking_verdict(found: Sequence[Swing]) -> Verdict:
    """NAG is fastest no later than momentum at the same rate, overshoots no more, and travels less across the floor."""
    return verdict(
        ahead.diverged is None
        and ahead.fastest <= swung.fastest
        and ahead.overshoot <= swung.overshoot
        and ahead.travelled < swung.travelled
        for _, swung, ahead in _threes(found)
    )


def _threes(found: Sequence[Swing]) -> list[Sequence[Swing]]:
    """Those at one rate: gradient descent, momentum, NAG."""
    return [found[first : first + 3] for first in range(0, len(found), 3)]


@dataclass(frozen=True)
class Escape:
    """How many of the walkers that begin above the lesser minimum of `wells` end beyond the barrier, in the least."""

    racer: str
    noise: float
    escaped: int
    diverged: int
    walkers: int

    @property
    def share(self) -> float:
        """Of all walkers."""
        return self.escaped / self.walkers


@checked(seed=whole)
def escapes(seed: int = 0) -> tuple[Escape, ...]:
    """Gradient descent and momentum, which have no luck to try, and sgd with more and more noise."""
    still = [(racer, 0.0, 1) for racer in (FULL, MOMENTUM)]
    return tuple(_escape(*each, seed) for each in (*still, *((STOCHASTIC, noise, WALKERS) for noise in WELLS_NOISE)))


def _escape(racer: str, noise: float, walkers: int, seed: int) -> Escape:
    surface = SURFACES["wells"]
    begin = np.tile(surface.start, (walkers, 1))
    draws = noise_of(seed, WELLS_STEPS, walkers) * noise if noise else None
    ends = ways_down(surface, rule_of(racer, WELLS_RATE), WELLS_RATE, begin, WELLS_STEPS, draws)[-1]  # walkers 2
    return Escape(racer, noise, int(np.sum(ends[:, 0] < BARRIER)), int(np.isnan(ends[:, 0]).sum()), walkers)


def escape_verdict(found: Sequence[Escape]) -> Verdict:
    """Gradient descent stays, and sgd mostly escapes, whatever the noise."""
    stays = all(not each.escaped for each in found if each.racer == FULL)
    return verdict(stays and each.share > 0.5 for each in found if each.racer == STOCHASTIC)


@dataclass(frozen=True)
class Slowness:
    """How many steps sgd needs, as a multiple of what another racer needs; None where one of them never arrives.

    `slower`: it takes at least `FAR_SLOWER` times as many, or never arrives where the other does.
    """

    other: str
    times: float | None
    slower: bool


def slowness(steps: dict[str, int | None]) -> tuple[Slowness, ...]:
    """Sgd beside each other racer but full gradient descent; `steps` by racer, None: never arrived."""
    own = steps.get(STOCHASTIC)
    return tuple(
        Slowness(other, own / max(theirs, 1) if own is not None and theirs is not None else None, _slower(own, theirs))
        for other, theirs in steps.items()
        if other not in (FULL, STOCHASTIC) and STOCHASTIC in steps
    )


def _slower(own: int | None, theirs: int | None) -> bool:
    return theirs is not None and (own is None or own >= FAR_SLOWER * max(theirs, 1))
