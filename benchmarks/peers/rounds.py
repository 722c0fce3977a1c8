"""One case of a comparison: a heat among the ways of each peer, then rounds in which everyone has a turn."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.contest import fastest_variants, ratio, rotated
from benchmarks.peers.nets import NETS
from benchmarks.peers.noise import Watch
from benchmarks.peers.process import PeerError, Process
from benchmarks.peers.work import Task
from striate.engines.native import core

HEAT = 3  # slices of each way of a peer, before the rounds
LARGE = {"resnet18": 16}  # the large batch of a net; of the others:
LARGE_BATCH = 128
PEAK_SECONDS = 0.2
QUIET = 0.05  # of the cores that others may take in a round


@dataclass(frozen=True)
class Case:
    """What is compared: a net, training or inference, a batch."""

    net: str
    what: str
    batch: int

    def __str__(self) -> str:
        return f"{self.net} {self.what} {self.batch}"

    @property
    def large(self) -> bool:
        """Whether it is the batch that the goals are about."""
        return self.batch == LARGE.get(self.net, LARGE_BATCH)


@dataclass
class Outcome:
    """What was timed of a case: images per second of each peer in each round, and by which way."""

    case: Case
    rates: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    ways: dict[str, str] = field(default_factory=dict[str, str])
    peaks: list[float] = field(default_factory=list[float])  # operations a second, in each round
    others: list[float] = field(default_factory=list[float])  # the share of the cores that other programs took

    def share(self, peer: str) -> float | None:
        """Of the machine's peak, in percent: the median over the rounds."""
        if not self.peaks:
            return None
        return 100 * NETS[self.case.net]().flops(self.case.what) * ratio(self.rates[peer], self.peaks)


@dataclass(frozen=True)
class Pace:
    """How long to play."""

    threads: int
    rounds: int
    seconds: float  # that a slice lasts at least
    patience: int = 3  # at most so many times the rounds, where they are not quiet


def play(case: Case, running: Mapping[str, Process], pace: Pace, notes: list[str]) -> Outcome:
    """Build, hold the heat, play the rounds, forget what was built. Who fails is left out, with a note."""
    slices = _Slices(case, running, pace.seconds, notes)
    for name, process in running.items():
        for way in process.variants(case.what):
            slices.build(name, Task(case.net, case.what, case.batch, way, pace.threads))
    heat: dict[tuple[str, str], list[float]] = {}
    for name, way in slices.ready:
        times = HEAT if len(running[name].variants(case.what)) > 1 else 1
        heat[name, way] = [rate for _ in range(times) if (rate := slices.rate(name, way))]
    ways = fastest_variants({who: rates for who, rates in heat.items() if rates})
    played = _played(slices, ways, [process.pid for process in running.values()], pace)
    slices.drop()
    kept = quietest(played, pace.rounds)
    names = [name for name in ways if all(name in each.rates for each in played)]
    return Outcome(
        case,
        {name: [each.rates[name] for each in kept] for name in names},
        ways,
        [each.peak for each in kept if each.peak is not None],
        [each.others for each in kept if each.others is not None],
    )


@dataclass(frozen=True)
class Round:
    """Images per second of each, the peak, and what share of the cores others took."""

    rates: Mapping[str, float]
    peak: float | None = None
    others: float | None = None

    @property
    def quiet(self) -> bool:
        """Whether it can be believed; where nothing tells, it must."""
        return self.others is None or self.others <= QUIET


def quietest(played: Sequence[Round], rounds: int) -> list[Round]:
    """So many of them, in their order: which ones, is decided by what others did, not by the rates."""
    order = sorted(range(len(played)), key=lambda turn: played[turn].others or 0.0)
    return [played[turn] for turn in sorted(order[:rounds])]


def _played(slices: "_Slices", ways: Mapping[str, str], pids: Sequence[int], pace: Pace) -> list[Round]:
    """Rounds until enough were quiet, but not without end."""
    played: list[Round] = []
    names = list(ways)
    while len(played) < pace.patience * pace.rounds and sum(each.quiet for each in played) < pace.rounds:
        watch = Watch([os.getpid(), *pids])
        rates = {name: slices.rate(name, ways[name]) for name in rotated(names, len(played))}
        peak = core.peak_flops(pace.threads, PEAK_SECONDS)
        played.append(Round({name: rate for name, rate in rates.items() if rate}, peak, watch.others()))
        names = [name for name in names if rates[name]]
    return played


class _Slices:
    """What was built for a case, and how it is timed."""

    def __init__(self, case: Case, running: Mapping[str, Process], seconds: float, notes: list[str]) -> None:
        self._case, self._running, self._seconds, self._notes = case, running, seconds, notes
        self._numbers: dict[tuple[str, str], int] = {}

    @property
    def ready(self) -> list[tuple[str, str]]:
        """(peer, way) of all that could be built."""
        return list(self._numbers)

    def build(self, name: str, task: Task) -> None:
        """Make a task ready, or note why it cannot be."""
        try:
            self._numbers[name, task.variant] = built_as_drawn(self._running[name], task)
        except PeerError as error:
            self._note(name, task.variant, error)

    def rate(self, name: str, way: str) -> float | None:
        """Images per second over a slice; None where it failed."""
        try:
            return self._case.batch / self._running[name].time(self._numbers[name, way], self._seconds)
        except PeerError as error:
            self._note(name, way, error)
            return None

    def drop(self) -> None:
        """Let all processes forget what they built."""
        for name, process in self._running.items():
            try:
                process.drop()
            except PeerError as error:
                self._note(name, "", error)

    def _note(self, name: str, way: str, error: PeerError) -> None:
        self._notes.append(f"{self._case}, {' '.join(filter(None, (name, way)))}: {error}")


def built_as_drawn(process: Process, task: Task) -> int:
    """Its number; `PeerError` where it is another net than the one that was drawn."""
    answer, net = process.build(task), task.drawing
    for what, counted in (("weights", net.weights), ("multiply_adds", net.multiply_adds)):
        if answer[what] not in (None, counted):
            raise PeerError(f"another net: {what} {answer[what]:,} instead of {counted:,}")
    return answer["id"]
