"""One case of a comparison: a heat among the ways of each peer, then rounds in which everyone has a turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter, process_time

from benchmarks.contest import fastest_variants, ratio, rotated
from benchmarks.peers.nets import NETS
from benchmarks.peers.process import PeerError, Process
from benchmarks.peers.work import Task
from striate.engines.native import core

HEAT = 3  # slices of each way of a peer, before the rounds
LARGE = {"resnet18": 16}  # the large batch of a net; of the others:
LARGE_BATCH = 128
PEAK_SECONDS = 0.2


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
    ours: list[float] = field(default_factory=list[float])  # share of the cores that no other program took

    def share(self, peer: str) -> float | None:
        """Of the machine's peak, in percent: the median over the rounds."""
        if not self.peaks:
            return None
        return 100 * NETS[self.case.net]().flops(self.case.what) * ratio(self.rates[peer], self.peaks)


def play(
    case: Case, running: Mapping[str, Process], threads: int, rounds: int, seconds: float, notes: list[str]
) -> Outcome:
    """Build, hold the heat, play the rounds, forget what was built. Who fails is left out, with a note."""
    slices = _Slices(case, running, seconds, notes)
    for name, process in running.items():
        for way in process.variants(case.what):
            slices.build(name, Task(case.net, case.what, case.batch, way, threads))
    heat: dict[tuple[str, str], list[float]] = {}
    for name, way in slices.ready:
        times = HEAT if len(running[name].variants(case.what)) > 1 else 1
        heat[name, way] = [rate for _ in range(times) if (rate := slices.rate(name, way))]
    outcome = Outcome(case, ways=fastest_variants({who: rates for who, rates in heat.items() if rates}))
    outcome.rates = {name: [] for name in outcome.ways}
    for turn in range(rounds):
        for name in rotated(list(outcome.rates), turn):
            if rate := slices.rate(name, outcome.ways[name]):
                outcome.rates[name].append(rate)
            else:
                del outcome.rates[name]
        _measure_peak(outcome, threads)
    slices.drop()
    return outcome


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


def _measure_peak(outcome: Outcome, threads: int) -> None:
    """Where the core is there: the peak, and how much of the cores nobody else took meanwhile."""
    began, cpu_began = perf_counter(), process_time()
    peak = core.peak_flops(threads, PEAK_SECONDS)
    if peak is not None:
        outcome.peaks.append(peak)
        outcome.ours.append((process_time() - cpu_began) / (perf_counter() - began) / threads)


def built_as_drawn(process: Process, task: Task) -> int:
    """Its number; `PeerError` where it is another net than the one that was drawn."""
    answer, net = process.build(task), task.drawing
    for what, counted in (("weights", net.weights), ("multiply_adds", net.multiply_adds)):
        if answer[what] not in (None, counted):
            raise PeerError(f"another net: {what} {answer[what]:,} instead of {counted:,}")
    return answer["id"]
