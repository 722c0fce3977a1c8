"""What a race over pictures is run on: the same network, pictures and batches for everybody; and one run over it."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from striate.data.dataset import Dataset
from striate.engines.contract import Array, Engine, Key, Program, Purpose
from striate.engines.select import engine as engine_named
from striate.inspection import arguments as may_be
from striate.inspection.race.descents import mean_turn
from striate.inspection.race.racers import FULL, rule_of
from striate.inspection.trials import convolutions, some
from striate.network.graph import Graph, chain
from striate.network.initializers import first_values
from striate.network.losses import SparseCategoricalCrossentropy
from striate.network.settings import checked, positive, text
from striate.presets.read import wired

Indices = NDArray[np.intp]

CHOSEN, ORDER = 3, 1  # keep these draws apart from others of the same seed
MEASURES = 20  # of the loss, along a run
MEASURED = 500  # training pictures that the loss is measured on
CHUNK = 256  # pictures that a program takes at a time
LOSS = SparseCategoricalCrossentropy()


@dataclass(frozen=True, eq=False)
class Run:
    """One racer's run from one seed's start.

    `seen` (K,): how many pictures had been computed with when the loss was measured; `losses` (K,), infinite behind a
    step that `diverged`; `accuracy` on the test pictures at the end; `turn`: the mean angle between a step and the
    next, in degrees; `fingerprint`: SHA-256 of the weights.
    """

    seed: int
    steps: int
    seen: NDArray[np.int64]
    losses: NDArray[np.float64]
    accuracy: float
    turn: float | None
    diverged: int | None
    fingerprint: str

    @property
    def smoothed(self) -> NDArray[np.float64]:
        """The mean of each loss and the two before it (K,): one batch makes a single one a matter of luck.

        Where few were measured, of full gradient descent, which has no such luck, they are as they are.
        """
        if len(self.losses) <= MEASURES // 2:
            return self.losses
        return np.array([self.losses[max(0, k - 2) : k + 1].mean() for k in range(len(self.losses))])

    @property
    def final(self) -> float:
        """The last of them."""
        return float(self.smoothed[-1])


@dataclass(frozen=True, eq=False)
class Course:
    """A network and pictures: x (N, H, W, C), labels (N,), and as many others to be judged by."""

    graph: Graph
    x: Array
    y: NDArray[np.int64]
    test_x: Array
    test_y: NDArray[np.int64]
    steps: int
    batch_size: int
    engine: Engine
    threads: int | None

    def start(self, seed: int) -> Array:
        """The first weights."""
        return first_values(self.graph.theta, seed)

    def batches(self, seed: int) -> Iterator[Indices]:
        """Batches without end: a new order each epoch, by seed and epoch; what does not fill one begins the next."""
        waiting, epoch = np.zeros(0, np.intp), 0
        while True:
            while len(waiting) < self.batch_size:
                order = np.random.default_rng([seed, ORDER, epoch]).permutation(len(self.x))
                waiting, epoch = np.concatenate([waiting, order]), epoch + 1
            yield waiting[: self.batch_size]
            waiting = waiting[self.batch_size :]

    def batches_hash(self, seed: int) -> str:
        """SHA-256 of the numbers of the pictures, batch by batch, over all steps."""
        told = hashlib.sha256()
        for _, batch in zip(range(self.steps), self.batches(seed), strict=False):
            told.update(batch.astype("<i8").tobytes())
        return told.hexdigest()

    def start_hash(self, seed: int) -> str:
        """SHA-256 of the first weights."""
        return hashlib.sha256(self.start(seed).tobytes()).hexdigest()

    def steps_of(self, racer: str) -> int:
        """Steps that cost as many pictures as everybody has: of full gradient descent few, and one at least."""
        return max(1, self.steps * self.batch_size // len(self.x)) if racer == FULL else self.steps

    @cached_property
    def learning(self) -> Program:
        """What gives gradients."""
        capacity = min(max(self.batch_size, CHUNK), len(self.x))
        purpose = Purpose(loss=LOSS, dropout=True, batch_statistics=True)
        return self.engine.compile(self.graph, capacity, purpose, threads=self.threads)

    @cached_property
    def judging(self) -> Program:
        """What tells the loss."""
        capacity = min(CHUNK, max(len(self.x), len(self.test_x)))
        return self.engine.compile(self.graph, capacity, Purpose(loss=LOSS), threads=self.threads)


@checked(
    data=may_be.dataset,
    network=text,
    pictures=positive,
    steps=positive,
    batch_size=positive,
    threads=positive,
)
def course_of(
    data: Dataset,
    *,
    network: str | None = None,
    pictures: int = 2000,
    steps: int = 150,
    batch_size: int = 64,
    engine: str | None = None,
    isa: str | None = None,
    threads: int | None = None,
) -> Course:
    """A race's course over some of the data's pictures, drawn once for all seeds.

    `network`: a preset's name or a TOML file; None: `small_network`. Raises what reading these raises.
    """
    judged = some(data.test or data.validation or data.train, pictures, CHOSEN)
    train = some(data.train, pictures, CHOSEN)
    shape, classes = data.preprocessing.shape, len(data.class_names)
    graph = small_network(shape, classes) if network is None else Graph.to(wired(network, classes, shape))
    graph = graph.at(shape)
    x, test_x = train.x, judged.x
    size, made = min(batch_size, len(x)), engine_named(engine, isa=isa)
    return Course(graph, x, train.labels, test_x, judged.labels, steps, size, made, threads)


def small_network(shape: tuple[int, ...], classes: int) -> Graph:
    """Two convolutions with ReLU and pooling, and the answers: 8 and 16 kernels of 3x3."""
    return Graph.to(chain(convolutions(8, classes), shape))


def run_of(course: Course, racer: str, learning_rate: float, seed: int) -> Run:
    """Train from a seed's start by one rule, measuring the loss now and then; ends where a number is not finite."""
    rule, spans = rule_of(racer, learning_rate), course.graph.theta.spans
    theta, state = course.start(seed), first_values(course.graph.state, seed)
    slots, steps = rule.first_slots(theta), course.steps_of(racer)
    a_step = len(course.x) if racer == FULL else course.batch_size
    when = sorted({round(steps * i / MEASURES) for i in range(MEASURES + 1)})
    losses, moves, diverged = {0: _loss(course, theta, state)}, _Moves(), None
    batches = course.batches(seed)
    with np.errstate(all="ignore"):
        for t in range(1, steps + 1):
            ahead = course.engine.look_ahead(rule, theta, slots, spans, threads=course.threads)
            numbers = np.arange(len(course.x)) if racer == FULL else next(batches)
            loss, gradient, state = _gradient(course, ahead, state, numbers, Key(seed, t - 1))
            before = theta.copy()
            not_finite = course.engine.update(
                rule, theta, gradient, slots, t, learning_rate, spans, threads=course.threads
            )
            if not_finite or not np.isfinite(loss):
                diverged = t
                break
            moves.add(theta - before)
            if t in when:
                losses[t] = _loss(course, theta, state)
    measured = np.array([losses.get(t, np.inf) for t in when])
    accuracy = _accuracy(course, theta, state) if diverged is None else 0.0
    told = hashlib.sha256(theta.tobytes() + state.tobytes()).hexdigest()
    return Run(seed, steps, np.array(when) * a_step, measured, accuracy, moves.turn, diverged, told)


class _Moves:
    """Angles between each step and the next, as they come."""

    def __init__(self) -> None:
        self._last: Array | None = None
        self._angles: list[float] = []

    def add(self, move: Array) -> None:
        if self._last is not None:
            angle = mean_turn(np.stack([self._last, move]).astype(np.float64))
            self._angles += [] if angle is None else [angle]
        self._last = move

    @property
    def turn(self) -> float | None:
        """Their mean."""
        return float(np.mean(self._angles)) if self._angles else None


def _gradient(course: Course, theta: Array, state: Array, numbers: Indices, key: Key) -> tuple[float, Array, Array]:
    """The mean loss of these pictures, its gradient, the new running statistics."""
    program = course.learning
    loss, gradient = 0.0, np.zeros_like(theta)
    for first in range(0, len(numbers), program.capacity):
        some = numbers[first : first + program.capacity]
        share = len(some) / len(numbers)
        step = program.step(theta, state, course.x[some], course.y[some], None, Key(key.seed, key.step, first))
        loss, gradient, state = loss + share * step.loss, gradient + np.float32(share) * step.gradient, step.state
    return loss, gradient, state


def _loss(course: Course, theta: Array, state: Array) -> float:
    x, y, size = course.x[:MEASURED], course.y[:MEASURED], course.judging.capacity
    total = 0.0
    for first in range(0, len(x), size):
        some = slice(first, first + size)
        total += course.judging.judge(theta, state, x[some], y[some]).loss * len(x[some])
    return total / len(x)


def _accuracy(course: Course, theta: Array, state: Array) -> float:
    size, right = course.judging.capacity, 0
    for first in range(0, len(course.test_x), size):
        answers = course.judging.forward(theta, state, course.test_x[first : first + size]).output
        right += int((answers.argmax(1) == course.test_y[first : first + size]).sum())
    return right / len(course.test_x)


def seconds_a_step(course: Course, clock: Callable[[], float] = perf_counter) -> float:
    """What one step costs here, with its share of the measuring; timed over a few."""
    theta, state = course.start(0), first_values(course.graph.state, 0)
    batches = course.batches(0)
    _gradient(course, theta, state, next(batches), Key(0, 0))
    begun, timed = clock(), 5
    for i in range(timed):
        _gradient(course, theta, state, next(batches), Key(0, i))
    measuring = clock()
    _loss(course, theta, state)
    return (measuring - begun) / timed + (clock() - measuring) * MEASURES / max(course.steps, 1)
