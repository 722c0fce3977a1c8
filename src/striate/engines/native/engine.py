"""The native engine: plans in Python, works in the compiled core."""

from collections.abc import Sequence

import numpy as np

from striate.engines.contract import Array, Program, Purpose
from striate.engines.native.core import usable_cores
from striate.engines.native.optimizers import Updates
from striate.engines.native.program import NativeProgram
from striate.engines.native.tiles import InstructionSet
from striate.engines.reference.program import ReferenceEngine
from striate.errors import unknown_name
from striate.network.graph import Graph
from striate.network.layout import Span
from striate.network.optimizers import Rule


def instruction_sets() -> dict[str, InstructionSet]:
    """The kernels that this CPU can run, by name, from the plainest to the best."""
    from striate.engines.native import _core

    return {name: InstructionSet(name, lanes, registers) for name, lanes, registers in _core.kernel_sets()}


class NativeEngine:
    """Float32 on the compiled core; other numbers are the reference engine's."""

    name = "native"

    def __init__(self, isa: str | None = None) -> None:
        sets = instruction_sets()
        if isa is not None and isa not in sets:
            raise unknown_name("isa", isa, sets)
        self._asked = isa
        self.isa = sets[isa] if isa else list(sets.values())[-1]
        self._reference = ReferenceEngine()
        self._updates = Updates(self.isa.name)
        self._cores = usable_cores()  # asked once: containers tell in files

    def __reduce__(self) -> tuple[type["NativeEngine"], tuple[str | None]]:
        return NativeEngine, (self._asked,)  # a copy asks the computer that it wakes on

    def compile(self, graph: Graph, capacity: int, purpose: Purpose, *, threads: int | None = None) -> Program:
        if purpose.dtype is not np.float32:
            return self._reference.compile(graph, capacity, purpose, threads=threads)
        return NativeProgram(graph, capacity, purpose, self.isa, threads or self._cores)

    def all_finite(self, numbers: Array, *, threads: int | None = None) -> bool:
        if numbers.dtype != np.float32:
            return self._reference.all_finite(numbers)
        return self._updates.all_finite(numbers, threads=threads or self._cores)

    def norm(self, numbers: Array, *, threads: int | None = None) -> float:
        if numbers.dtype != np.float32:
            return self._reference.norm(numbers)
        return self._updates.norm(numbers, threads=threads or self._cores)

    def look_ahead(
        self, rule: Rule, theta: Array, slots: Sequence[Array], spans: Sequence[Span], *, threads: int | None = None
    ) -> Array:
        return self._updates.look_ahead(rule, theta, slots, spans, threads=threads or self._cores)

    def update(
        self,
        rule: Rule,
        theta: Array,
        gradient: Array,
        slots: Sequence[Array],
        t: int,
        learning_rate: float,
        spans: Sequence[Span],
        *,
        threads: int | None = None,
    ) -> int:
        threads = threads or self._cores
        return self._updates.update(rule, theta, gradient, slots, t, learning_rate, spans, threads=threads)
