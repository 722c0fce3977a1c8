"""What a training will take of the memory, before it begins; and the largest batch that fits into what there is."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from striate.engines.contract import Engine, Purpose
from striate.engines.native.room import free_bytes, resident_bytes
from striate.errors import OutOfMemoryError
from striate.network.graph import Graph
from striate.training.plan import Plan
from striate.training.probe import part_of

FLOAT = 4  # bytes
IN_FLIGHT = 3  # batches: one is learned from, one waits, the bytes of one are being prepared
MEASURED = 1  # copies of the weights, while it is measured how far a step moves them
PACKED = 2  # copies of weights, of slots and of the best model's file, while a checkpoint of them is written
GUESSES = 12  # forecasts that are made to find the largest batch


@dataclass(frozen=True)
class Memory:
    """Bytes that a training takes: what is held already, slots of the rule, programs, batches, weights being saved.

    `after`: what is taken when programs and batches are gone.
    """

    held: int
    slots: int
    programs: int
    batches: int
    saving: int = 0
    after: int = 0

    @property
    def total(self) -> int:
        """At its largest."""
        return self.held + self.slots + max(self.programs + self.batches + self.saving, self.after)


def memory(
    engine: Engine, graph: Graph, plan: Plan, pictures: int, held_out: int, *, saves: bool = False, after: int = 0
) -> Memory:
    """What training on so many pictures, and judging those held out, will take at its largest.

    `saves`: checkpoints are written and the health is measured meanwhile; `after`: bytes that the caller will take
    behind it.
    """
    capacity = plan.capacity(pictures, held_out)
    learning = Purpose(loss=plan.loss, dropout=True, batch_statistics=True)
    programs = engine.compile(graph, capacity, learning, threads=plan.threads).needs(capacity, learning=True)
    others = [judging(engine, graph, plan, capacity)] if held_out else []
    others += [probing(engine, graph, plan, capacity)] if saves else []
    # The reference engine has an arena for nothing: one of them works at a time.
    programs = max([programs, *others]) if engine.name == "reference" else sum([programs, *others])
    vectors = len(plan.rule.slots) + bool(plan.rule.gradient_accumulation_steps) + plan.rule.use_ema
    batches = IN_FLIGHT * capacity * FLOAT * (prod(graph.input_shape) + prod(graph.output_shape))
    theta = bytes_of(graph)
    saving = max(MEASURED, PACKED * (2 + len(plan.rule.slots))) * theta if saves else 0
    return Memory(resident_bytes(), vectors * theta, programs, batches, saving, after)


def judging(engine: Engine, graph: Graph, plan: Plan, capacity: int) -> int:
    """Bytes of a program that judges so many pictures at a time."""
    program = engine.compile(graph, capacity, Purpose(loss=plan.loss), threads=plan.threads)
    return program.needs(capacity, learning=False)


def probing(engine: Engine, graph: Graph, plan: Plan, capacity: int) -> int:
    """Bytes of the program that measures a training's health, and of all that it keeps."""
    part, kept = part_of(capacity), graph.nodes[1:]
    purpose = Purpose(keep=tuple(node.name for node in kept))
    program = engine.compile(graph, part, purpose, threads=plan.threads)
    return program.needs(part, learning=False) + FLOAT * part * sum(prod(node.shape) for node in kept)


def bytes_of(graph: Graph) -> int:
    """Bytes of all weights."""
    return FLOAT * (graph.theta.size + graph.state.size)


def check_memory(forecast: Callable[[int], Memory], batch: int, allowed: int | None = None) -> Memory:
    """The forecast for a batch. Raises `OutOfMemoryError`, with the largest batch that fits, where it is too much.

    That is: more than the `allowed` bytes, or more than the computer and this process's control groups have left.
    """
    expected, free = forecast(batch), free_bytes()
    room = None if free is None else expected.held + free
    bound = min((each for each in (allowed, room) if each is not None), default=None)
    if bound is None or expected.total <= bound:
        return expected
    fits = largest(lambda size: forecast(size).total <= bound, batch)
    fields = {"needed": expected.total, "bound": bound, "pictures": batch, "fits": fits}
    if bound == allowed:
        raise OutOfMemoryError("memory.above_allowed" if fits else "memory.above_allowed_for_one", **fields)
    raise OutOfMemoryError("memory.above_free" if fits else "memory.above_free_for_one", **fields)


def largest(fits: Callable[[int], bool], batch: int) -> int:
    """The largest number below a batch that does not fit, found by halving; 0: not even one fits."""
    if batch == 1 or not fits(1):
        return 0
    low, high = 1, batch
    for _ in range(GUESSES):
        if high - low <= 1:
            break
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
