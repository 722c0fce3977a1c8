"""What the first step would do, on copies: the loss that it begins with, units that never fire, the rate's effect."""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.data.batches import Batch
from striate.engines.contract import Engine, Key, Program, Purpose
from striate.engines.targets import like_output
from striate.network.graph import Graph, Node
from striate.network.layers import ReLU, activation_of
from striate.network.layout import Span
from striate.network.losses import BinaryCrossentropy, Loss, MeanSquaredError
from striate.network.optimizers import Rule
from striate.training.preflight.findings import Finding, found
from striate.training.preflight.weights import kernels
from striate.training.preflight.wiring import Categorical

Array = NDArray[Any]

PICTURES = 32  # of the batch that is looked at, at most
KEPT_BYTES = 1 << 26  # that units which are looked at may take
DEAD = 0.9  # of a layer's units
GUESSES, MORE = 3.0, 2.0  # times the loss of guessing, and so much more, are worse than any first weights
LARGE_TARGETS = 100.0  # the root of the mean square of numbers to be answered
TRAINED = 0.5  # of the loss of guessing: with less the weights have learned already
# The change of a kernel in a step, as a share of it: about a thousandth is usual (Karpathy, CS231n 2015), the rules'
# own rates give 1e-5 to 1e-1.
TEARING, LEAPING, CREEPING = 10.0, 0.5, 2e-5
BROKEN_OUT = 3.0  # times the loss before, behind a step that leaps
LENGTHS = 1.0  # of itself that a kernel may move over a whole training, at a rate that is not too small
WARMING = 0.01  # of a training in which a schedule may rise from nothing


@dataclass(frozen=True)
class Start:
    """Where a training begins: all of it is read, nothing written. `steps`: of the rule, over the whole training."""

    engine: Engine
    graph: Graph
    loss: Loss
    rule: Rule
    theta: Array
    state: Array
    spans: Sequence[Span]
    frozen: Collection[str] = ()
    steps: int = 1
    threads: int | None = None

    def program(self, pictures: int, *, keep: tuple[str, ...] = ()) -> Program:
        """What computes as the training will, without dropping."""
        purpose = Purpose(loss=self.loss, batch_statistics=True, frozen=tuple(sorted(self.frozen)), keep=keep)
        return self.engine.compile(self.graph, pictures, purpose, threads=self.threads)

    def update(self, rule: Rule, theta: Array, gradient: Array, slots: Sequence[Array], t: int, rate: float) -> int:
        """A step of a rule on copies; how many weights it would make NaN or infinite."""
        return self.engine.update(rule, theta, gradient, slots, t, rate, self.spans, threads=self.threads)


def guessing(loss: Loss, y: Array, shape: tuple[int, ...]) -> float | None:
    """The loss of an answer that knows nothing: ln K, ln 2, or of the best constant; None: for a loss of the user's."""
    if isinstance(loss, Categorical):
        return math.log(shape[-1])
    if isinstance(loss, BinaryCrossentropy):
        return math.log(2)
    if isinstance(loss, MeanSquaredError):
        return float(like_output(y, np.empty((len(y), *shape), np.float64)).var(axis=0).mean())
    return None


def of_start(start: Start, batch: Batch) -> Iterator[Finding]:
    """What is wrong with the first step on some pictures."""
    if dead := _dead(start, batch.x):
        yield found("preflight.dead_units", layer=dead[0], percent=100 * dead[1])
        return
    program = start.program(len(batch.x))
    step = program.step(start.theta, start.state, batch.x, batch.y, None, Key(0, 0))
    gradient, guess = step.gradient, guessing(start.loss, batch.y, start.graph.output_shape)
    if not (math.isfinite(step.loss) and np.isfinite(gradient).all()):
        yield found("preflight.not_finite", loss=step.loss)
        return
    if wrong := _of_loss(start, step.loss, guess, batch.y):
        yield wrong
        return
    yield from _of_rate(start, program, batch, gradient, step.loss, guess)


def _of_loss(start: Start, loss: float, guess: float | None, y: Array) -> Finding | None:
    if guess is None:
        return None
    if isinstance(start.loss, MeanSquaredError):
        size = float(np.sqrt(np.square(y, dtype=np.float64).mean()))
        if loss > guess and size > LARGE_TARGETS:
            return found("preflight.large_targets", size=size, least=float(y.min()), most=float(y.max()))
        return None
    if loss > GUESSES * guess + MORE:
        return found("preflight.first_loss", loss=loss, guessing=guess)
    return None


def _of_rate(
    start: Start, program: Program, batch: Batch, gradient: Array, loss: float, guess: float | None
) -> Iterator[Finding]:
    rates = [start.rule.rate_at(step) for step in np.linspace(0, start.steps - 1, 50).astype(int).tolist()]
    first = rates[0] or start.rule.rate_at(max(1, int(WARMING * start.steps)))
    moved, after = _stepped(start, program, batch, gradient, first)
    before = max(loss, guess or 0)
    if moved is None:
        return
    if not math.isfinite(after) or moved > TEARING or (moved > LEAPING and after > BROKEN_OUT * before):
        # A schedule may begin far below the rate that somebody gave, which is the one to be changed.
        yield found("preflight.rate_large", rate=max(rates), percent=100 * moved, before=loss, after=after)
        return
    moved = moved * max(rates) / first if first else 0.0
    creeps = 0 < moved < CREEPING and moved * start.steps < LENGTHS
    if creeps and (guess is None or loss > TRAINED * guess):
        yield found("preflight.rate_small", rate=max(rates), percent=100 * moved, steps=start.steps)


def _stepped(start: Start, program: Program, batch: Batch, gradient: Array, rate: float) -> tuple[float | None, float]:
    """How far a step moves the kernels, as a share of their length, and the loss of the same pictures behind it.

    A last kernel that begins at zero lets nothing through to the others: then it is the second step that counts. None
    for the first answer where all kernels begin at zero.
    """
    theta, slots = start.theta.copy(), start.rule.first_slots(start.theta)
    spans = [span for span in kernels(start.graph) if start.theta[span.slice].any()]
    length = _length(start.theta, spans)
    moved, after = 0.0, math.nan
    for t in (1, 2):
        if start.update(start.rule, theta, gradient, slots, t, rate):
            return math.inf, math.nan
        moved = _length(theta, spans, start.theta) / length if length else None
        with np.errstate(all="ignore"):
            step = program.step(theta, start.state, batch.x, batch.y, None, Key(0, t))
        gradient, after = step.gradient, step.loss
        if moved != 0:
            break
    return moved, after


def _length(vector: Array, spans: Sequence[Span], beyond: Array | None = None) -> float:
    """The length of the weights, or of how far they are from others; span by span, for a copy of all is large."""
    parts = (vector[span.slice] if beyond is None else vector[span.slice] - beyond[span.slice] for span in spans)
    return math.sqrt(sum(float(np.vdot(part, part)) for part in parts))


def _dead(start: Start, x: Array) -> tuple[str, float] | None:
    """The first layer with ReLUs of which nearly all never fire, and their share; None: there is none."""
    graph = start.graph
    names = [node.name for node in graph.nodes[1:-1] if _is_relu(node)]
    each = sum(4 * math.prod(graph.node(name).shape) for name in names)
    some = x[: max(2, KEPT_BYTES // max(each, 1))]
    if not names or len(some) < 2:
        return None
    kept = start.program(len(some), keep=tuple(names)).forward(start.theta, start.state, some).kept
    for name in names:
        fires = (kept[name] > 0).reshape(-1, kept[name].shape[-1]).any(axis=0)
        if 1 - fires.mean() >= DEAD:
            return name, float(1 - fires.mean())
    return None


def _is_relu(node: Node) -> bool:
    return (isinstance(node.layer, ReLU) and not node.layer.negative_slope) or activation_of(node.layer) == "relu"
