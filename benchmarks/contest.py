"""Who is faster, from slices of work that were timed in turn: pairwise ratios, so that noise falls on both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Rates = Mapping[str, Sequence[float]]  # of each contestant, its images per second in each round


@dataclass(frozen=True)
class Best:
    """The peer that leaves us the smallest ratio, and that ratio."""

    peer: str
    ratio: float


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How many times as fast we are: the median over the rounds, each compared within itself."""
    return median(our / their for our, their in zip(ours, theirs, strict=True))


def best_peer(rates: Rates, us: str) -> Best | None:
    """The strongest of the others; None where there is none, or we did not run."""
    if us not in rates:
        return None
    found = [Best(peer, ratio(rates[us], of)) for peer, of in rates.items() if peer != us]
    return min(found, key=lambda best: best.ratio, default=None)


def fastest_variants(rates: Mapping[tuple[str, str], Sequence[float]]) -> dict[str, str]:
    """{peer: variant}: of each peer its fastest way, by the best slice, since noise only slows."""
    best: dict[str, tuple[float, str]] = {}
    for (peer, variant), of in rates.items():
        if peer not in best or max(of) > best[peer][0]:
            best[peer] = (max(of), variant)
    return {peer: variant for peer, (_, variant) in best.items()}


def rotated(names: Sequence[str], turn: int) -> list[str]:
    """The order of one round: each begins once, so that nobody always follows the same one."""
    turn %= len(names) or 1
    return [*names[turn:], *names[:turn]]
