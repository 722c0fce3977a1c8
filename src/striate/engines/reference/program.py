"""The reference engine: walks the graph forward, then backward, node by node."""

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.engines.checks import check_gradients, check_pictures, check_targets, check_weights
from striate.engines.contract import (
    Array,
    Forward,
    Gradients,
    Judged,
    Key,
    Program,
    Purpose,
    Stepped,
    Targets,
)
from striate.engines.native.core import usable_cores
from striate.engines.reference import optimizers
from striate.engines.reference.activation import ACTIVATIONS
from striate.engines.reference.losses import LossFunction, loss_function
from striate.engines.reference.operations import Call, Draw, operation_of
from striate.engines.targets import like_output, shares
from striate.errors import StateError
from striate.network.graph import Graph, Node
from striate.network.layers import Conv2D, activation_of
from striate.network.layout import Layout, Span, all_finite
from striate.network.optimizers import Rule


class _Passed(NamedTuple):
    """What a node leaves behind on the way forward."""

    before: NDArray[Any]  # before its activation
    output: NDArray[Any]
    saved: Any


class ReferenceProgram:
    """A graph on the reference engine. It plans nothing: the walk is the plan."""

    def __init__(self, graph: Graph, capacity: int, purpose: Purpose, threads: int | None) -> None:
        self.graph = graph
        self.capacity = capacity
        self.purpose = purpose
        # More threads than cores only wait for each other.
        self._threads = threads and min(threads, usable_cores())
        self._weights = owned(graph, graph.theta)
        self._statistics = owned(graph, graph.state)

    def needs(self, pictures: int, *, learning: bool) -> int:
        """An estimate: two arrays a node, as many gradients on the way back, and the windows of the widest node."""
        sizes = [math.prod(node.shape) for node in self.graph.nodes]
        widest = max(_windows(self.graph, node) for node in self.graph.nodes)
        numbers = pictures * ((3 if learning else 2) * sum(sizes) + widest) + 2 * self.graph.theta.size
        return numbers * np.dtype(self.purpose.dtype).itemsize

    def forward(self, theta: Array, state: Array, x: Array, key: Key | None = None) -> Forward:
        self._check(theta, state, x)
        with self._limits():
            passed = self._forward(theta, state, x, key)
        kept = {name: passed[self.graph.place(name)].output for name in self.purpose.keep}
        return Forward(passed[-1].output, kept)

    def judge(self, theta: Array, state: Array, x: Array, y: Targets, sample_weight: Array | None = None) -> Judged:
        self._check(theta, state, x)
        check_targets(self.graph, len(x), y, sample_weight)
        with self._limits():
            last = self._forward(theta, state, x, None)[-1]
            return Judged(self._loss(last, y, sample_weight)[0], last.output)

    def step(self, theta: Array, state: Array, x: Array, y: Targets, sample_weight: Array | None, key: Key) -> Stepped:
        self._check(theta, state, x)
        check_targets(self.graph, len(x), y, sample_weight)
        with self._limits():
            moved = state.copy()
            passed = self._forward(theta, state, x, key, moved)
            loss, dy, dz = self._loss(passed[-1], y, sample_weight)
            gradients = self._backward(theta, passed, {len(passed) - 1: dy}, dz)
        return Stepped(loss, passed[-1].output, gradients.weights, moved)

    def backward(self, theta: Array, state: Array, x: Array, dy: Mapping[str, Array]) -> Gradients:
        self._check(theta, state, x)
        check_gradients(self.graph, len(x), dy)
        with self._limits():
            passed = self._forward(theta, state, x, None)
            return self._backward(theta, passed, {self.graph.place(name): d for name, d in dy.items()}, None)

    def _check(self, theta: Array, state: Array, x: Array) -> None:
        check_weights(self.graph, theta, state)
        check_pictures(self.graph, self.capacity, x)

    def _forward(
        self, theta: Array, state: Array, x: Array, key: Key | None, moved: Array | None = None
    ) -> list[_Passed]:
        """Every node's output; the running statistics that come of it are written into `moved`."""
        if self.purpose.dropout and key is None:
            raise StateError("engine.key_missing")
        x = x.astype(self.purpose.dtype, copy=False)
        passed = [_Passed(x, x, None)]
        for place, node in enumerate(self.graph.nodes[1:], start=1):
            call = Call(
                inputs=[passed[i].output for i in node.inputs],
                weights=self._weights(node, theta),
                statistics=self._statistics(node, state if moved is None else moved),
                draw=Draw(key, place) if self.purpose.dropout and key is not None else None,
                batch_statistics=self.purpose.batch_statistics
                and self.graph.owner(node).name not in self.purpose.frozen,
            )
            result = operation_of(node.layer).forward(node.layer, call)
            if moved is not None:
                for view, new in zip(call.statistics, result.statistics, strict=True):
                    view[...] = new
            output = ACTIVATIONS[activation_of(node.layer)].forward(result.output)
            passed.append(_Passed(result.output, output, result.saved))
        return passed

    def _backward(
        self, theta: Array, passed: Sequence[_Passed], dy: Mapping[int, Array | None], dz: Array | None
    ) -> Gradients:
        """Walk back from gradients of outputs by place; `dz` is that of the last node before its activation."""
        gradient = np.zeros_like(theta)
        flowing: dict[int, NDArray[Any]] = {place: d for place, d in dy.items() if d is not None}
        for place in range(len(passed) - 1, 0, -1):
            node = self.graph.nodes[place]
            before = dz if dz is not None and place == len(passed) - 1 else None
            if before is None:
                if place not in flowing:
                    continue
                function = ACTIVATIONS[activation_of(node.layer)]
                before = function.backward(flowing[place], passed[place].before, passed[place].output)
            dxs, dweights = operation_of(node.layer).backward(node.layer, before, passed[place].saved)
            for view, dweight in zip(self._weights(node, gradient), dweights, strict=False):
                view += dweight
            for into, dx in zip(node.inputs, dxs, strict=True):
                flowing[into] = flowing[into] + dx if into in flowing else dx
        asked = {name: self.graph.place(name) for name in self.purpose.gradients_of}
        return Gradients(gradient, {n: flowing.get(i, np.zeros_like(passed[i].output)) for n, i in asked.items()})

    def _loss(self, last: _Passed, y: Targets, sample_weight: Array | None) -> tuple[float, Array | None, Array | None]:
        """The mean loss, and its gradient: of the last output, or (fused) of what enters the last activation."""
        function, fused = self._loss_function
        a = last.before if fused else last.output
        target = like_output(y, a)
        share = shares(len(a), sample_weight)
        loss = float(function.forward(a, target).astype(np.float64) @ share)
        da = function.backward(a, target) * share.astype(a.dtype).reshape(-1, *[1] * (a.ndim - 1))
        return (loss, None, da) if fused else (loss, da, None)

    @property
    def _loss_function(self) -> tuple[LossFunction, bool]:
        if self.purpose.loss is None:
            raise ValueError("the program was compiled without a loss")
        return loss_function(self.purpose.loss, activation_of(self.graph.nodes[-1].layer))

    @contextmanager
    def _limits(self) -> Generator[None]:
        """BLAS on as many threads as asked for; no words of NumPy's about numbers that are not finite: see guard.py."""
        limited = _blas().limit(limits=self._threads, user_api="blas") if self._threads else nullcontext()
        with limited, np.errstate(all="ignore"):
            yield


def _windows(graph: Graph, node: Node) -> int:
    """The numbers that a convolution's windows hold for one picture: each sum's terms, one behind the other."""
    channels = node.shape[-1]
    return (graph.multiply_adds(node) or 0) // channels if isinstance(node.layer, Conv2D) else 0


def owned(graph: Graph, layout: Layout) -> Callable[[Node, Array], list[NDArray[Any]]]:
    """For each node its weights in a vector of a layout; a layer used again has those of its first place."""
    spans: dict[str, list[Span]] = {node.name: [] for node in graph.nodes}
    for span in layout.spans:
        spans[span.name.rpartition("/")[0]].append(span)

    def views(node: Node, vector: Array) -> list[NDArray[Any]]:
        return [layout.view(vector, span) for span in spans[graph.owner(node).name]]

    return views


class ReferenceEngine:
    """NumPy written to be read. Sums go through BLAS: the same bits on the same machine and settings only."""

    name = "reference"

    def compile(self, graph: Graph, capacity: int, purpose: Purpose, *, threads: int | None = None) -> Program:
        return ReferenceProgram(graph, capacity, purpose, threads)

    def all_finite(self, numbers: Array, *, threads: int | None = None) -> bool:
        return all_finite(numbers)

    def norm(self, numbers: Array, *, threads: int | None = None) -> float:
        return optimizers.norm([numbers])

    def look_ahead(
        self, rule: Rule, theta: Array, slots: Sequence[Array], spans: Sequence[Span], *, threads: int | None = None
    ) -> Array:
        return optimizers.look_ahead(rule, theta, slots, spans)

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
        return optimizers.checked_update(rule, theta, gradient, slots, t, learning_rate, spans)


@cache
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController  # looks through the loaded libraries: once

    return ThreadpoolController()
