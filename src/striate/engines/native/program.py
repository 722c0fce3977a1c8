"""A graph on the native engine: planned once for each thing that is asked of it, then run by the core."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from math import prod
from threading import RLock
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from striate.engines.checks import check_gradients, check_pictures, check_targets, check_weights
from striate.engines.contract import (
    Array,
    Forward,
    Gradients,
    Judged,
    Key,
    Purpose,
    Stepped,
    Targets,
)
from striate.engines.native.explain import PlanFacts, explained
from striate.engines.native.lower import Planned, Wish, plan
from striate.engines.native.lowering import as_maps
from striate.engines.native.memory import FLOAT, Maps
from striate.engines.native.recording import Group
from striate.engines.native.room import check_room, free_bytes
from striate.engines.native.tensors import ROUNDING, Space, Tensor
from striate.engines.native.tiles import InstructionSet
from striate.engines.reference.losses import loss_function, smooth_targets
from striate.engines.targets import like_output, shares
from striate.errors import StateError
from striate.network.graph import Graph
from striate.network.layers import activation_of
from striate.network.losses import BinaryCrossentropy, CategoricalCrossentropy

FORWARD, JUDGE, LEARN = Wish(), Wish(judged=True), Wish(judged=True, learns=True)
P = ParamSpec("P")
T = TypeVar("T")
Call = tuple[Callable[[Any], None] | None, int, int]  # a function of Python; else the first and the last segment


def alone(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """One pass at a time: a program has one arena, and the core works without the interpreter's lock."""

    @wraps(method)
    def locked(self: Any, *args: P.args, **kwargs: P.kwargs) -> T:
        with self.lock:
            return method(self, *args, **kwargs)

    return locked


class NativeProgram:
    """A graph made ready for the core. What is asked for first is planned then, and kept.

    Several threads may ask at a time; they are answered one after the other.
    """

    def __init__(self, graph: Graph, capacity: int, purpose: Purpose, isa: InstructionSet, threads: int) -> None:
        self.graph, self.capacity, self.purpose = graph, capacity, purpose
        self._isa, self._threads = isa, threads
        self._runners: dict[Wish, Runner] = {}
        self.lock = RLock()

    @alone
    def forward(self, theta: Array, state: Array, x: Array, key: Key | None = None) -> Forward:
        runner = self._runner(FORWARD)
        x = self._checked(theta, state, x)
        prepared = runner.holds(theta, state)
        found = self._forward(runner, theta, state, x, key, prepared=prepared)
        if not prepared:
            runner.hold(theta, state)
        return found

    def bind(self, theta: Array, state: Array) -> "Bound":
        """This program for weights that stay as they are: they are packed and folded once, for every batch."""
        return Bound(self, theta, state)

    @alone
    def judge(self, theta: Array, state: Array, x: Array, y: Targets, sample_weight: Array | None = None) -> Judged:
        x = self._checked(theta, state, x)
        check_targets(self.graph, len(x), y, sample_weight)
        runner = self._runner(JUDGE)
        run = runner.begin(theta, state, x, self._key(None))
        run.targets(y, sample_weight, self.graph.output_shape)
        prepared = runner.holds(theta, state)
        run.everything(prepared=prepared)
        if not prepared:
            runner.hold(theta, state)
        return Judged(run.loss(), run.output())

    @alone
    def step(self, theta: Array, state: Array, x: Array, y: Targets, sample_weight: Array | None, key: Key) -> Stepped:
        x = self._checked(theta, state, x)
        check_targets(self.graph, len(x), y, sample_weight)
        run = self._runner(LEARN).begin(theta, state, x, self._key(key))
        run.targets(y, sample_weight, self.graph.output_shape)
        run.everything()
        return Stepped(run.loss(), run.output(), run.gradient, run.statistics)

    @alone
    def backward(self, theta: Array, state: Array, x: Array, dy: Mapping[str, Array]) -> Gradients:
        x = self._checked(theta, state, x)
        check_gradients(self.graph, len(x), dy)
        runner = self._runner(Wish(sources=tuple(sorted(dy))))
        run = runner.begin(theta, state, x, self._key(None))
        for name, values in dy.items():
            run.write(runner.planned.sources[name], np.asarray(values, np.float32))
        run.everything()
        return Gradients(run.gradient.copy(), {name: run.node_gradient(name) for name in self.purpose.gradients_of})

    def needs(self, pictures: int, *, learning: bool) -> int:
        judging = JUDGE if self.purpose.loss is not None else FORWARD
        return self._needs(self._planned(pictures, LEARN if learning else judging))

    def explain(self, *, learning: bool | None = None) -> PlanFacts:
        """What was planned, without taking its memory; `learning`: a training step (None: where there is a loss)."""
        learns = self.purpose.loss is not None if learning is None else learning
        planned = self._planned(self.capacity, LEARN if learns else FORWARD)
        return explained(planned, self.graph, self._isa.name, self._threads, learning=learns)

    def _forward(
        self, runner: "Runner", theta: Array, state: Array, x: Array, key: Key | None, *, prepared: bool
    ) -> Forward:
        run = runner.begin(theta, state, x, self._key(key))
        run.everything(prepared=prepared)
        kept = {name: run.read(maps, self.graph.node(name).shape) for name, maps in runner.planned.kept.items()}
        return Forward(run.output(), kept)

    def _runner(self, wish: Wish) -> "Runner":
        if wish not in self._runners:
            planned = self._planned(self.capacity, wish)
            check_room(
                self._needs(planned),
                self.capacity,
                lambda pictures: self._needs(self._planned(pictures, wish)),
                free_bytes(),
            )
            self._runners[wish] = Runner(self.graph, self.capacity, self.purpose, planned, self._isa, self._threads)
        return self._runners[wish]

    def _planned(self, capacity: int, wish: Wish) -> Planned:
        return plan(self.graph, capacity, self.purpose, self._isa, wish)

    def _needs(self, planned: Planned) -> int:
        """Bytes that a plan takes: its arena, a block for each thread, output, and a copy of the weights.

        That is the gradient of a program that learns, or the weights that one which does not has packed.
        """
        memory, capacity = planned.recording.memory, planned.recording.capacity
        weights = self.graph.theta.size + 2 * self.graph.state.size
        output = 2 * capacity * prod(self.graph.output_shape)
        return FLOAT * (memory.arena + memory.block * self._threads + weights + output)

    def _checked(self, theta: Array, state: Array, x: Array) -> Array:
        """The pictures as the core reads them, once all three are what the plan is for."""
        check_weights(self.graph, theta, state)
        return self.checked_pictures(x)

    def checked_pictures(self, x: Array) -> Array:
        """Pictures as the core reads them. Raises `DataError` where they are not those of the plan."""
        check_pictures(self.graph, self.capacity, x)
        return np.ascontiguousarray(x, np.float32)

    def _key(self, key: Key | None) -> Key:
        if self.purpose.dropout and key is None:
            raise StateError("engine.key_missing")
        return key or Key(0, 0)


class Bound:
    """A program with its weights: `forward` takes pictures alone."""

    def __init__(self, program: NativeProgram, theta: Array, state: Array) -> None:
        check_weights(program.graph, theta, state)
        self._program, self._theta, self._state = program, theta.copy(), state.copy()
        self._runner = program._runner(FORWARD)  # pyright: ignore[reportPrivateUsage]
        self.capacity, self.lock = program.capacity, program.lock

    @alone
    def forward(self, x: Array, key: Key | None = None) -> Forward:
        """The output for pictures x (N, H, W, C)."""
        prepared = self._runner.owner is self
        found = self._program._forward(  # pyright: ignore[reportPrivateUsage]
            self._runner, self._theta, self._state, self._program.checked_pictures(x), key, prepared=prepared
        )
        self._runner.owner = self  # a run that packs forgets whose weights were there
        return found


class Runner:
    """A plan with its memory in the core."""

    def __init__(
        self, graph: Graph, capacity: int, purpose: Purpose, planned: Planned, isa: InstructionSet, threads: int
    ) -> None:
        from striate.engines.native import _core

        self.graph, self.purpose, self.planned, self.capacity = graph, purpose, planned, capacity
        self._gradient: Array | None = None
        self.owner: object = None  # whose weights are packed in it
        self._held: tuple[Array, Array] | None = None  # copies of the weights that are packed in it
        self._tensors: dict[int, Tensor] = {}
        recording = planned.recording
        self.calls = list(_calls(recording.groups, 0))
        self.prepared_calls = list(_calls(recording.groups, recording.preparing))
        output = int(np.prod(graph.output_shape))
        sizes = {
            Space.ARENA: recording.memory.arena,
            Space.BLOCK: recording.memory.block,
            Space.INPUT: capacity * int(np.prod(graph.input_shape)),
            Space.TARGET: capacity * output if planned.losses else 0,
            Space.SHARE: capacity if planned.losses else 0,
            Space.THETA: graph.theta.size,
            Space.STATE: graph.state.size,
            Space.GRADIENT: graph.theta.size,
            Space.STATISTICS: graph.state.size,
        }
        self.core: Any = _core.Program(
            isa.name, recording.segments(), [sizes.get(space, 0) for space in Space], capacity, threads
        )

    def gradient(self) -> Array:
        """The gradient's memory, the same for every step; what no step of the plan writes is 0."""
        if self._gradient is None:
            self._gradient = _aligned_zeros(self.graph.theta.size)
        elif self.planned.adds_to_gradient:
            self._gradient.fill(0)
        return self._gradient

    def holds(self, theta: Array, state: Array) -> bool:
        """Whether these weights, bit for bit, are packed already."""
        return self._held is not None and _same_bits(self._held[0], theta) and _same_bits(self._held[1], state)

    def hold(self, theta: Array, state: Array) -> None:
        """Remember whose weights were packed."""
        self._held = theta.copy(), state.copy()

    def forget(self) -> None:
        """Other weights come into the place of what was packed."""
        self.owner = self._held = None

    def tensor(self, maps: Maps) -> Tensor:
        """Where maps lie."""
        if id(maps) not in self._tensors:
            self._tensors[id(maps)] = maps.tensor
        return self._tensors[id(maps)]

    def begin(self, theta: Array, state: Array, x: Array, key: Key) -> "Pass":
        """A pass for these pictures."""
        return Pass(self, theta, state, x, key)


class Pass:
    """One run of a plan: the caller's arrays, and the numbers that come out."""

    def __init__(self, runner: Runner, theta: Array, state: Array, x: Array, key: Key) -> None:
        self._runner, self._key, self._x = runner, key, x
        self.theta, self.state = np.ascontiguousarray(theta, np.float32), np.ascontiguousarray(state, np.float32)
        self.gradient = runner.gradient()
        self.statistics = self.state.copy()
        self.saved: dict[object, Any] = {}
        self._target: Array | None = None
        self._share: Array | None = None
        self._shape: tuple[int, ...] = ()
        self._own: float | None = None

    def targets(self, y: Targets, sample_weight: Array | None, shape: tuple[int, ...]) -> None:
        """What the output is compared with, and the weight of each picture in the mean."""
        pictures = len(self._x)
        target = like_output(y, np.empty((pictures, *shape), np.float32))
        self._y = target
        match self._runner.purpose.loss:
            case CategoricalCrossentropy(label_smoothing=smoothing) if smoothing:
                target = smooth_targets(target, smoothing, target.shape[-1])
            case BinaryCrossentropy(label_smoothing=smoothing) if smoothing:
                target = smooth_targets(target, smoothing, 2)
            case _:
                pass
        self._target = np.ascontiguousarray(target, np.float32)
        self._shares = shares(pictures, sample_weight)
        self._share = np.ascontiguousarray(self._shares, np.float32)

    def everything(self, *, prepared: bool = False) -> None:
        """Run the plan; `prepared`: the weights are packed already."""
        if not prepared:
            self._runner.forget()
        for call, begin, end in self._runner.prepared_calls if prepared else self._runner.calls:
            if call is None:
                self._segments(begin, end)
            else:
                with np.errstate(all="ignore"):  # as on the reference engine: training says itself what is not finite
                    call(self)

    def _segments(self, first: int, last: int) -> None:
        planned = self._runner.planned.losses is not None
        self._runner.core.run(
            input=self._x,
            target=self._target if planned else None,
            share=self._share if planned else None,
            theta=self.theta,
            state=self.state,
            gradient=self.gradient,
            statistics=self.statistics,
            pictures=len(self._x),
            seed=self._key.seed & 0xFFFFFFFFFFFFFFFF,
            step=self._key.step & 0xFFFFFFFF,
            first_picture=self._key.first,
            first=first,
            last=last,
        )

    # Numbers

    def loss(self) -> float:
        """The mean loss, each picture by its share."""
        losses = self._runner.planned.losses
        if losses is None:
            function, _ = self._loss_function()
            output = self.output()
            with np.errstate(all="ignore"):
                return float(function.forward(output, self._y).astype(np.float64) @ self._shares)
        values = np.empty(len(self._x), np.float32)
        self._runner.core.read_numbers(losses.region.offset, values)
        return float(values.astype(np.float64) @ self._shares)

    def own_loss(self) -> None:
        """The gradient of a user's loss, where the way back begins."""
        function, _ = self._loss_function()
        slope = self._runner.planned.slope
        assert slope is not None
        share = self._shares.astype(np.float32).reshape(-1, *[1] * len(self._runner.graph.output_shape))
        self.write(slope, np.asarray(function.backward(self.output(), self._y) * share, np.float32))

    def _loss_function(self) -> Any:
        loss = self._runner.purpose.loss
        assert loss is not None
        return loss_function(loss, activation_of(self._runner.graph.nodes[-1].layer))

    def output(self) -> Array:
        return self.read(self._runner.planned.output, self._runner.graph.output_shape)

    def node_gradient(self, name: str) -> Array:
        """The gradient of a node's output; 0 where nothing flows back to it."""
        shape = self._runner.graph.node(name).shape
        maps = self._runner.planned.gradients[name]
        return np.zeros((len(self._x), *shape), np.float32) if maps is None else self.read(maps, shape)

    def read(self, maps: Maps, shape: tuple[int, ...]) -> Array:
        values = np.empty((len(self._x), *shape), np.float32)
        if maps.given:
            return self._x.reshape(values.shape).copy()
        self._runner.core.read_maps(self._runner.tensor(maps), values, len(self._x))
        return values

    def write(self, maps: Maps, values: Array) -> None:
        self._runner.core.write_maps(maps.tensor, np.ascontiguousarray(values, np.float32), len(self._x))

    def add(self, maps: Maps, values: Array) -> None:
        self.write(maps, self.read(maps, as_maps(maps.shape)).reshape(values.shape) + values)


def _calls(groups: Sequence[Group], first: int) -> Iterator[Call]:
    """What happens in turn, from a group on: a function of Python, or as many groups as the core runs by itself."""
    while first < len(groups):
        if call := groups[first].steps[0].python:
            yield call, first, first + 1
            first += 1
        else:
            last = next((i for i in range(first, len(groups)) if groups[i].python), len(groups))
            yield None, first, last
            first = last


def _aligned_zeros(floats: int) -> Array:
    """Zeros that begin where a line of the cache does, as NumPy's own large arrays do not."""
    room = np.zeros(floats + ROUNDING, np.float32)
    first = -room.ctypes.data // FLOAT % ROUNDING
    return room[first : first + floats]


def _same_bits(a: Array, b: Array) -> bool:
    """Whether two vectors are equal in every bit: NaN is itself, and -0 is not 0."""
    if a.dtype != b.dtype or a.size != b.size or not b.flags.c_contiguous:
        return False
    whole = np.uint64 if a.nbytes % 8 == 0 else np.uint8
    return bool((a.view(whole) == b.view(whole)).all())
