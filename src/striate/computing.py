"""What a model computes with: its engine, and the programs that it keeps for the next question."""

from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import contextmanager
from typing import NamedTuple

from striate.engines.contract import Engine, Program, Purpose
from striate.engines.native.explain import PlanFacts
from striate.engines.native.program import NativeProgram
from striate.engines.select import engine as engine_named
from striate.errors import StateError
from striate.network.graph import Graph
from striate.network.losses import Loss
from striate.network.open_sizes import is_open
from striate.network.settings import convert, flag, keywords_checked, optional, positive
from striate.report import fitting_loss
from striate.training.plan import Plan
from striate.views.plan import show_plan

MOST_PROGRAMS = 4  # that a model keeps: each has memory of its own
Shape = tuple[int, ...]


class _Kept(NamedTuple):
    """A program, and what its key names by identity."""

    engine: Engine
    graph: Graph
    program: Program


class Programs:
    """The last few programs that were asked for: planning takes longer than a small batch. A copy begins empty."""

    def __init__(self) -> None:
        self._kept: dict[object, _Kept] = {}  # the one that was asked for last stands last

    def __reduce__(self) -> tuple[type["Programs"], tuple[()]]:
        return Programs, ()

    @contextmanager
    def lent(
        self, engine: Engine, graph: Graph, shape: Shape, capacity: int, purpose: Purpose, threads: int | None
    ) -> Generator[Program]:
        """A program for pictures of a shape, for nobody else until it is given back: its memory serves one batch."""
        key = id(engine), id(graph), shape, capacity, purpose, threads
        kept = self._kept.pop(key, None)  # in one step, so that of two threads only one gets it
        if kept is None:
            kept = _Kept(engine, graph, engine.compile(graph.at(shape), capacity, purpose, threads=threads))
        yield kept.program
        self._kept[key] = kept
        while len(self._kept) > MOST_PROGRAMS:
            self._kept.pop(next(iter(self._kept)), None)


def planned(engine: Engine, graph: Graph, capacity: int, loss: Loss | None, threads: int | None) -> PlanFacts:
    """How an engine goes through a batch; with a loss: through a training step. Raises `StateError`."""
    if is_open(graph.input_shape):
        raise StateError("plan.open_size", came=graph.input_shape)
    learns = loss is not None
    purpose = Purpose(loss=loss, dropout=learns, batch_statistics=learns)
    program = engine.compile(graph, capacity, purpose, threads=threads)
    if not isinstance(program, NativeProgram):
        raise StateError("plan.reference")
    return program.explain()


class Computing(ABC):
    """The part of a model that chooses an engine. Nothing of it is saved."""

    _engine: Engine
    _threads: int | None
    _programs: Programs
    _plan: Plan | None

    @property
    @abstractmethod
    def graph(self) -> Graph:
        """The wiring."""

    @keywords_checked("use")
    def use(self, *, engine: str | None = None, threads: int | None = None, isa: str | None = None) -> None:
        """Choose what computes: "native" or "reference", on how many threads, on which instruction set.

        None: the fastest engine that is there, all cores, the best set of this CPU. Raises `UnknownNameError` for what
        this computer has not, `StateError` for "native" without the compiled core.
        """
        self._engine = engine_named(engine, isa=isa)
        self._threads = convert("Model", "threads", optional(positive), threads)
        self._programs = Programs()

    def use_as(self, other: "Computing") -> None:
        """Compute with the same engine, on as many threads, as another model."""
        self._engine, self._threads, self._programs = other._engine, other._threads, Programs()

    @keywords_checked("plan")
    def plan(self, batch_size: int = 32, *, learning: bool = False) -> PlanFacts:
        """How the native engine goes through a batch: the facts that `explain()` prints.

        `learning`: a training step by the loss of `compile`, or by the cross-entropy that fits. Raises `StateError`
        where the engine is the reference one, which plans nothing, and while the size of the pictures is not known.
        """
        size = convert("plan", "batch_size", positive, batch_size)
        learns = convert("plan", "learning", flag, learning)
        loss = (self._plan.loss if self._plan else fitting_loss(self.graph)) if learns else None
        return planned(self._engine, self.graph, size, loss, self._threads)

    def explain(self, batch_size: int = 32, *, learning: bool = False) -> None:
        """Print how the native engine goes through a batch: what is fused, what runs when, where every buffer lies.

        What can be asked for and what is raised: see `plan`.
        """
        show_plan(self.plan(batch_size, learning=learning))
