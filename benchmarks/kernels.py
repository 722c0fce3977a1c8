"""How near each kernel of the native engine comes to what the processor can do.

The bound of a kernel is max(operations / peak, bytes / bandwidth): two operations for a multiply-add of the formula,
the bytes of everything that it reads and writes as it lies in memory (channels rounded up to whole vectors), once. The
peak of multiply-adds and the bandwidth of memory are measured in the same run, before and after, and the better one
counts; what stays in a cache may take less than its bound. Each kernel is run by itself, as a plan has it that lets
pictures go through a cheap layer before it and one behind it. With one thread the time is that of the processor, which
other programs hardly change; with more it is the clock's.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter, process_time
from typing import Any

import numpy as np

from benchmarks.kernel_cases import AFTER, BEFORE, CASES, Case
from benchmarks.result import Limit, Result, Table
from striate.engines.contract import Key, Purpose
from striate.engines.native import core
from striate.engines.native.engine import NativeEngine
from striate.engines.native.lower import Wish, plan
from striate.engines.native.memory import FLOAT, Buffer, Maps
from striate.engines.native.program import LEARN, Runner
from striate.engines.native.recording import Group, Step
from striate.network.graph import Graph
from striate.network.initializers import first_values
from striate.network.losses import SparseCategoricalCrossentropy
from striate.network.optimizers import Adam, GradientDescent, Momentum, Rule

MOST, MOST_OF_COMMON = 3.0, 1.4  # times the bound
SLICE = 0.002  # seconds that a program has a core for itself, about
LEAST_TIMED = 2e-5  # seconds: less is mostly the call's
LEAST_SECONDS = 0.02  # of runs of one kernel, of which the fastest counts
RULES: Sequence[Rule] = (GradientDescent(), Momentum(), Adam())
WEIGHTS = 4_000_000


@dataclass(frozen=True)
class Machine:
    """What bounds every kernel: operations and bytes a second."""

    flops: float
    bandwidth: float

    @staticmethod
    def measured(threads: int) -> "Machine":
        """This one's, now."""
        flops = max(core.peak_flops(threads, SLICE) or 0.0 for _ in range(40))
        return Machine(flops, max(max(core.bandwidth(threads, SLICE) or (0.0,)) for _ in range(4)))

    def better(self, other: "Machine") -> "Machine":
        """The better of both."""
        return Machine(max(self.flops, other.flops), max(self.bandwidth, other.bandwidth))


@dataclass(frozen=True)
class Found:
    """What one kernel took."""

    case: str
    part: str
    common: bool
    seconds: float
    operations: float
    moved: float

    def bound(self, machine: Machine) -> float:
        """The least seconds that the machine could need."""
        return max(self.operations / machine.flops, self.moved / machine.bandwidth)


def add_arguments(parser: ArgumentParser) -> None:
    """What to measure, and on how many threads."""
    parser.add_argument("--threads", type=int, default=1, help="threads (default: 1)")
    parser.add_argument("--isa", help="instruction set (default: the best)")
    parser.add_argument("--only", default="", metavar="WORDS", help="only kernels whose names contain this")


def run(options: Namespace) -> Result:
    """Run every kernel by itself, some times, and compare the fastest run with the bound."""
    before = Machine.measured(options.threads)
    found = [each for case in CASES if options.only in case.name for each in _measured(case, options)]
    if options.only in "update":
        found += [_update(rule, options) for rule in RULES]
    machine = before.better(Machine.measured(options.threads))
    columns = {"kernel": "", "part": "", "ms": ".3f", "GFLOP/s": ".0f", "GB/s": ".1f", "x bound": ".2f"}
    rows = [
        (
            each.case,
            each.part,
            1e3 * each.seconds,
            each.operations / each.seconds / 1e9,
            each.moved / each.seconds / 1e9,
            each.seconds / each.bound(machine),
        )
        for each in found
    ]
    bounds = f"peak {machine.flops / 1e9:.0f} GFLOP/s, memory {machine.bandwidth / 1e9:.1f} GB/s"
    return Result((Table(f"{options.threads} threads, {bounds}", columns, rows),), tuple(_limits(found, machine)))


def _limits(found: Sequence[Found], machine: Machine) -> Iterator[Limit]:
    """The worst of all, and of the common ones."""
    for what, most, some in (
        ("any kernel", MOST, [each for each in found if each.seconds >= LEAST_TIMED]),
        ("3x3 and 1x1 from 32 channels on, dense", MOST_OF_COMMON, [each for each in found if each.common]),
    ):
        if some:
            worst = max(some, key=lambda each: each.seconds / each.bound(machine))
            ratio = worst.seconds / worst.bound(machine)
            yield Limit(f"{what} ({worst.case}, {worst.part})", ratio, "x bound", "at most", most)


def _measured(case: Case, options: Namespace) -> Iterator[Found]:
    """A layer's kernels, forward and backward."""
    steps, run = _planned(case, options)
    numbers: dict[str, list[int]] = {}
    for number, step in enumerate(steps):
        part = _part(step)
        if part:
            numbers.setdefault(part, []).append(number)
    for part, its in numbers.items():
        seconds = sum(_fastest(lambda number=number: run(number), options.threads) for number in its)
        of = [steps[number] for number in its]
        operations = 2.0 * sum(step.work * (case.batch if step.depth else 1) for step in of)
        moved = FLOAT * sum(_floats(buffer, case.batch) for buffer in _touched(of))
        yield Found(case.name, part, case.common and part != "pack", seconds, operations, moved)


def _part(step: Step) -> str | None:
    """What a step is for, None for what stands between the pictures and the layer."""
    kind = step.label.partition(" ")[0]
    if step.label == "read pictures" or any(word in step.label for word in (BEFORE, AFTER)):
        return None
    if step.label.startswith("d input of"):
        return "d input"
    if "/" in step.label:
        return "pack" if kind in ("pack", "turn") else "d weights"
    words = ("sums", "factors", "statistics")
    word = next((word for word in words if word in step.label), None)
    return " ".join(filter(None, ("backward" if kind == "d" else "forward", word)))


def _touched(steps: Iterable[Step]) -> Iterable[Buffer]:
    return {id(buffer): buffer for step in steps for buffer in (*step.reads, *step.writes)}.values()


def _floats(buffer: Buffer, batch: int) -> int:
    """Floats that must be read or written: no halo."""
    if isinstance(buffer, Maps):
        return buffer.shape[0] * buffer.shape[1] * buffer.pixel * batch
    return buffer.size


def _planned(case: Case, options: Namespace) -> tuple[Sequence[Step], Callable[[int], None]]:
    """The steps of a plan for a layer, and how to run one of them."""
    engine = NativeEngine(options.isa)
    graph = Graph.to(case.output())
    last = graph.nodes[-1].name
    purpose = Purpose(
        loss=SparseCategoricalCrossentropy() if case.loss else None,
        batch_statistics=True,
        gradients_of=(graph.nodes[0].name,) if case.of_input else (),
    )
    wish = LEARN if case.loss else Wish(sources=(last,))
    planned = plan(graph, case.batch, purpose, engine.isa, wish)
    recording = planned.recording
    # Each step by itself, and as large a block as it has among its neighbours.
    recording.groups = [
        Group([step], group.depth, group.block, group.parts) for group in recording.groups for step in group.steps
    ]
    runner = Runner(graph, case.batch, purpose, planned, engine.isa, options.threads)
    return [group.steps[0] for group in recording.groups], _begun(runner, graph, case)


def _begun(runner: Runner, graph: Graph, case: Case) -> Callable[[int], None]:
    """A pass with numbers in it, whose steps can be run alone."""
    random = np.random.default_rng(0)
    theta, state = first_values(graph.theta, 0), first_values(graph.state, 0)
    x = random.random((case.batch, *graph.input_shape), np.float32)
    run: Any = runner.begin(theta, state, x, Key(0, 0))
    if case.loss:
        run.targets(random.integers(0, graph.output_shape[-1], case.batch), None, graph.output_shape)
    for maps in runner.planned.sources.values():
        run.write(maps, random.random((case.batch, *graph.output_shape), np.float32))
    run.everything()
    return lambda number: run._segments(number, number + 1)


def _fastest(once: Callable[[], object], threads: int) -> float:
    """Seconds of the fastest of some runs."""
    clock = process_time if threads == 1 else perf_counter
    best, spent, runs = float("inf"), 0.0, 0
    while runs < 5 or spent < LEAST_SECONDS:
        began = clock()
        once()
        took = clock() - began
        best, spent, runs = min(best, took), spent + took, runs + 1
    return best


def _update(rule: Rule, options: Namespace) -> Found:
    """A rule's pass over theta, its gradient and its slots: all are read, and all but the gradient's values written."""
    engine = NativeEngine(options.isa)
    theta, gradient = np.ones(WEIGHTS, np.float32), np.full(WEIGHTS, 1e-3, np.float32)
    slots = rule.first_slots(theta)
    graph = Graph.to(CASES[0].output())
    span = graph.theta.spans[0]
    spans = (replace(span, offset=0, shape=(WEIGHTS,)),)

    def once() -> None:
        engine.update(rule, theta, gradient, slots, 1, 1e-3, spans, threads=options.threads)

    moved = 2.0 * FLOAT * WEIGHTS * (2 + len(slots))
    return Found("update", type(rule).__name__, False, _fastest(once, options.threads), 0.0, moved)
