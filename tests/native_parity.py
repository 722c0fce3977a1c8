"""The native engine beside the reference one in float64: what a program is asked, and how far answers may lie apart.

The bound. Whoever adds up T numbers in float32 rounds each of them at most T times, so what comes out is what exact
arithmetic makes of weights, pictures and gradients that are moved by up to T eps, relatively (Higham, Accuracy and
Stability of Numerical Algorithms, 3.1). How far answers move with such changes is measured: the reference engine
answers again with every number moved by eps up or down. A bound is T times the largest such movement, T being the
network's longest sum, and a few roundings for what is no sum.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from cases import random_state, random_theta
from numpy.typing import NDArray

from striate.engines.contract import Engine, Key, Program, Purpose
from striate.engines.native import core
from striate.engines.reference.program import ReferenceEngine
from striate.engines.select import engine
from striate.network.graph import Graph
from striate.network.layout import Layout
from striate.network.losses import Loss

Array = NDArray[Any]

EPSILON = float(np.finfo(np.float32).eps)
MOVES = 3  # how often everything is moved by eps
FEW = 16  # roundings of what is no sum: a function of a value, a division, a step from layer to layer


def instruction_sets() -> list[str]:
    """What this CPU can run; nothing where there is no core."""
    if not core.available():
        return []
    from striate.engines.native import _core

    return [name for name, _, _ in _core.kernel_sets()]


@dataclass(frozen=True)
class Question:
    """What is asked of a program for batches of up to `capacity` pictures, with a batch of so many.

    `every`: all nodes' values and gradients, so that nothing is fused; otherwise the output and the input's gradient.
    """

    capacity: int
    batch: int
    every: bool = False
    batch_statistics: bool = False
    dropout: bool = False
    frozen: tuple[str, ...] = ()
    loss: Loss | None = None
    weighted: bool = False

    def purpose(self, graph: Graph, dtype: type[np.floating]) -> Purpose:
        names = tuple(node.name for node in graph.nodes)
        return Purpose(
            loss=self.loss,
            dropout=self.dropout,
            batch_statistics=self.batch_statistics,
            frozen=self.frozen,
            keep=names if self.every else (),
            gradients_of=names if self.every else (names[0],),
            dtype=dtype,
        )


@dataclass(frozen=True)
class Numbers:
    """What a program works on, in float64, each of them a number of float32."""

    theta: Array
    state: Array
    x: Array
    dy: Mapping[str, Array]
    y: Array
    weight: Array | None

    @staticmethod
    def of(graph: Graph, question: Question, seed: int) -> "Numbers":
        rng = np.random.default_rng(seed)
        n, names = question.batch, [node.name for node in graph.nodes]
        sources = names if question.every else names[-1:]
        weight = rng.uniform(0.5, 2, n) if question.weighted else None
        return Numbers(
            _rounded(random_theta(graph, rng)),
            _rounded(random_state(graph, rng)),
            _rounded(rng.standard_normal((n, *graph.input_shape))),
            {name: _rounded(rng.standard_normal((n, *graph.node(name).shape))) for name in sources},
            _rounded(rng.dirichlet(np.ones(graph.output_shape[-1]), (n, *graph.output_shape[:-1]))),
            None if weight is None else _rounded(weight),
        )

    def moved(self, seed: int) -> "Numbers":
        """Every number a little more or a little less, by eps of it."""
        rng = np.random.default_rng(seed)

        def near(values: Array) -> Array:
            return values * (1 + EPSILON * rng.choice([-1, 1], values.shape))

        dy = {name: near(values) for name, values in self.dy.items()}
        return replace(self, theta=near(self.theta), state=near(self.state), x=near(self.x), dy=dy)


def _rounded(values: Array) -> Array:
    return values.astype(np.float32).astype(np.float64)


def answers(
    program: Program, graph: Graph, question: Question, on: Numbers, dtype: type[np.floating]
) -> dict[str, Array]:
    """All that the question is about, by name."""
    theta, state, x = on.theta.astype(dtype), on.state.astype(dtype), on.x.astype(dtype)
    key = Key(5, 7, 11)
    if question.loss is not None:
        stepped = program.step(theta, state, x, on.y.astype(dtype), on.weight, key)
        all_of = {"loss": np.array(stepped.loss), "output": stepped.output}
        all_of |= {f"d {name}": values.copy() for name, values in _views(graph.theta, stepped.gradient)}
        return all_of | {f"new {name}": values for name, values in _views(graph.state, stepped.state)}
    forward = program.forward(theta, state, x, key)
    all_of = {"output": forward.output} | {f"kept {name}": values for name, values in forward.kept.items()}
    if not question.dropout:
        gradients = program.backward(theta, state, x, {name: d.astype(dtype) for name, d in on.dy.items()})
        all_of |= {f"d {name}": values for name, values in _views(graph.theta, gradients.weights)}
        all_of |= {f"d node {name}": values for name, values in gradients.nodes.items()}
    return all_of


def _views(layout: Layout, vector: Array) -> list[tuple[str, Array]]:
    return [(span.name, layout.view(vector, span)) for span in layout.spans]


def longest_sum(graph: Graph, batch: int) -> int:
    """The most numbers that are added up anywhere: over a batch's pixels, a window's values, a kernel's filters."""
    pixels = max(batch * int(np.prod(node.shape[:-1])) for node in graph.nodes)
    values = max(int(np.prod(node.shape)) for node in graph.nodes)
    kernels = [
        max(int(np.prod(s.shape[:-1])), int(np.prod(s.shape)) // s.shape[-2])
        for s in graph.theta.spans
        if len(s.shape) > 1
    ]
    return max([pixels, values, *kernels])


@dataclass(frozen=True)
class Truth:
    """What exact arithmetic would answer (as float64 does, nearly), and how far off float32 may be."""

    numbers: Numbers
    answers: Mapping[str, Array]
    bounds: Mapping[str, float]


def truth(graph: Graph, question: Question, seed: int = 1) -> Truth:
    """The reference engine's answers in float64."""
    program = ReferenceEngine().compile(graph, question.capacity, question.purpose(graph, np.float64))
    on = Numbers.of(graph, question, seed)
    return bounded(program, graph, question, on, answers(program, graph, question, on, np.float64))


def bounded(program: Program, graph: Graph, question: Question, on: Numbers, exact: Mapping[str, Array]) -> Truth:
    """Exact answers, and how far off float32 may be, by what they are when everything is moved."""
    moves = dict.fromkeys(exact, 0.0)
    for i in range(MOVES):
        for name, values in answers(program, graph, question, on.moved(i), np.float64).items():
            moves[name] = max(moves[name], float(np.abs(values - exact[name]).max(initial=0)))
    roundings = longest_sum(graph, question.batch) + FEW
    return Truth(on, exact, {name: roundings * (moves[name] + EPSILON * _scale(exact, name)) for name in exact})


def _scale(exact: Mapping[str, Array], name: str) -> float:
    """The largest number of an answer, but of what may cancel that of its terms.

    A gradient is made of the other gradients. A loss may be ln(1 - d), whose error is that of 1 however small d is.
    """
    alike = [values for other, values in exact.items() if other == name or (name[:2] == other[:2] == "d ")]
    return max([float(np.abs(values).max(initial=0)) for values in alike] + [1.0] * (name == "loss"))


def native(isa: str) -> Engine:
    return engine("native", isa=isa)


def assert_parity(graph: Graph, question: Question, known: Truth, isa: str, threads: int = 1) -> None:
    """The native engine answers within the bounds; the same question again, to the same bits."""
    program = native(isa).compile(graph, question.capacity, question.purpose(graph, np.float32), threads=threads)
    got = answers(program, graph, question, known.numbers, np.float32)
    again = answers(program, graph, question, known.numbers, np.float32)
    assert got.keys() == known.answers.keys()
    for name, wanted in known.answers.items():
        what = f"{name} of {question} on {isa}, {threads} threads"
        assert got[name].shape == wanted.shape, what
        assert name == "loss" or got[name].dtype == np.float32, what
        worst = float(np.abs(got[name] - wanted).max(initial=0))
        assert worst <= known.bounds[name], f"{what}: off by {worst:.3g}, at most {known.bounds[name]:.3g}"
        np.testing.assert_array_equal(got[name], again[name], err_msg=what)
