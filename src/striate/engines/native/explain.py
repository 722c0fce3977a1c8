"""What a plan holds, as facts; the words are found in views/plan.py."""

import re
from dataclasses import dataclass

from striate.engines.native.lower import Planned
from striate.engines.native.memory import FLOAT, Maps
from striate.engines.native.recording import Group, Recording, Step
from striate.network.graph import Graph

IN_PYTHON = "Python"  # in the place of an operation's name
# What a step's label says beside the names of layers and weights.
WORDS_BEFORE = re.compile(r"^(?:add up |pack |turn |statistics of |sums of )?(?:d )?(?:input of )?")
WORDS_BEHIND = re.compile(r"(?:: (?:softmax|sums|factors|repeat)| sums| \(in Python\))+$")
NAMELESS = ("read pictures", "loss", "the user's loss", "slope", "copy", "add gradients")
BACKWARD = re.compile(r"^(?:d |add up d |turn |slope$|add gradients$)")
FUSED = " + "


@dataclass(frozen=True)
class PlannedStep:
    """A step: what the core's operations are called, the layers or weights that it is of, where it stands."""

    operations: tuple[str, ...]  # `IN_PYTHON` where there is none
    of: tuple[str, ...]  # several: layers that are computed in one pass
    backward: bool
    flops: int  # for a full batch, a multiply-add counted as two; 0 for what only moves or adds numbers


@dataclass(frozen=True)
class PlannedSegment:
    """Steps that run together: of `pictures` at a time, their sums kept in `chunks` parts of the batch."""

    kind: str  # "weights": before the first picture; "blocks"; "batch": all pictures at once; "python"
    pictures: int
    chunks: int
    steps: tuple[PlannedStep, ...]


@dataclass(frozen=True)
class PlannedBuffer:
    """A piece of the arena, and the first and the last segment that need it."""

    name: str
    bytes: int
    at: int  # bytes from the arena's beginning
    first: int
    last: int


@dataclass(frozen=True)
class PlanFacts:
    """Everything that a plan decided."""

    isa: str
    threads: int
    capacity: int  # pictures of a full batch
    learning: bool
    segments: tuple[PlannedSegment, ...]
    buffers: tuple[PlannedBuffer, ...]
    arena: int  # bytes
    least_arena: int  # bytes that are needed at one time, wherever they lie
    block: int  # bytes of each thread's own

    @property
    def steps(self) -> list[PlannedStep]:
        """All steps, in order."""
        return [step for segment in self.segments for step in segment.steps]

    @property
    def flops(self) -> int:
        """Operations in float32 of a full batch, a multiply-add counted as two."""
        return sum(step.flops for step in self.steps)

    @property
    def fused(self) -> list[tuple[str, ...]]:
        """The layers that are computed in one pass, together."""
        return [step.of for step in self.steps if len(step.of) > 1]

    @property
    def in_python(self) -> list[str]:
        """The layers that the core has no kernels for: they run through their Python functions."""
        return list(dict.fromkeys(name for step in self.steps if step.operations == (IN_PYTHON,) for name in step.of))


def explained(planned: Planned, graph: Graph, isa: str, threads: int, *, learning: bool) -> PlanFacts:
    """The facts of a plan."""
    recording = planned.recording
    memory, names = recording.memory, frozenset(node.name for node in graph.nodes)
    return PlanFacts(
        isa=isa,
        threads=threads,
        capacity=recording.capacity,
        learning=learning,
        segments=tuple(_segment(recording, number, names) for number in range(len(recording.groups))),
        buffers=_buffers(recording),
        arena=memory.arena * FLOAT,
        least_arena=memory.least_arena * FLOAT,
        block=memory.block * FLOAT,
    )


def _segment(recording: Recording, number: int, names: frozenset[str]) -> PlannedSegment:
    group = recording.groups[number]
    blocks = group.depth and number >= recording.preparing
    pictures = group.block if blocks else recording.capacity
    steps = tuple(_step(step, recording.capacity, names) for step in group.steps)
    return PlannedSegment(_kind(group, number < recording.preparing), pictures, group.chunks, steps)


def _kind(group: Group, prepares: bool) -> str:
    if group.python:
        return "python"
    return "weights" if prepares else "blocks" if group.depth else "batch"


def _step(step: Step, capacity: int, names: frozenset[str]) -> PlannedStep:
    operations = tuple(dict.fromkeys(type(operation).__name__ for operation in step.operations))
    flops = 2 * step.work * (capacity if step.depth else 1)
    return PlannedStep(operations or (IN_PYTHON,), _names(step.label, names), bool(BACKWARD.match(step.label)), flops)


def _names(label: str, names: frozenset[str]) -> tuple[str, ...]:
    """The layers, or the one weight, that a label is about."""
    if label in names:
        return (label,)
    if label in NAMELESS:
        return ()
    return tuple(WORDS_BEHIND.sub("", WORDS_BEFORE.sub("", label)).split(FUSED))


def _buffers(recording: Recording) -> tuple[PlannedBuffer, ...]:
    places = sorted(recording.memory.places, key=lambda place: (place[2], place[1]))
    return tuple(
        PlannedBuffer(
            buffer.name,
            buffer.floats * (recording.capacity if isinstance(buffer, Maps) else 1) * FLOAT,
            offset * FLOAT,
            first,
            last,
        )
        for buffer, offset, first, last in places
    )
