"""A step once more, with every layer's output kept: where its first number that is not finite came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.engines.contract import Array, Engine, Key, Purpose, Targets
from striate.engines.reference.dissect import (
    Bad,
    Heard,
    Operation,
    dissect,
    dissect_back,
    largest_of,
    main,
)
from striate.engines.reference.losses import loss_function
from striate.engines.reference.operations import Call, Draw, operation_of
from striate.engines.reference.optimizers import update
from striate.engines.reference.program import owned
from striate.engines.targets import like_output, shares
from striate.network.graph import Graph, Node
from striate.network.layers import activation_of
from striate.network.layout import Layout, Span
from striate.network.optimizers import Rule


@dataclass(frozen=True)
class Taken:
    """What a step was taken with."""

    theta: Array
    state: Array
    x: Array
    y: Targets
    sample_weight: Array | None
    key: Key


@dataclass(frozen=True)
class Origin:
    """Where numbers were not finite first: `way` is "given", "forward", "loss" or "backward"; what, of which layer.

    What is given is "pictures", "targets", "shares", or a weight or running statistic by its name.
    """

    way: str
    layer: str
    bad: Bad


class Replay:
    """A step on an engine, taken apart."""

    def __init__(self, engine: Engine, graph: Graph, purpose: Purpose, taken: Taken, threads: int | None) -> None:
        self._engine, self._graph, self._purpose = engine, graph, purpose
        self._taken, self._threads = taken, threads
        self._weights, self._statistics = owned(graph, graph.theta), owned(graph, graph.state)

    def origin(self) -> Origin | None:
        """The first operation whose result is not finite, forward and then backward; None where all of it is."""
        if given := self._given():
            return given
        with np.errstate(all="ignore"):
            outputs = self._outputs()
            return self._forward(outputs) or self._loss_and_back(outputs)

    def hidden(self) -> Origin | None:
        """The same without the loss: what does not reach it."""
        with np.errstate(all="ignore"):
            return self._given() or self._forward(self._outputs())

    def _given(self) -> Origin | None:
        taken, graph = self._taken, self._graph
        shares = () if taken.sample_weight is None else (("shares", taken.sample_weight),)
        for name, values in (("pictures", taken.x), ("targets", taken.y), *shares):
            if bad := _bad(Operation(name), np.asarray(values), pictures=True):
                return Origin("given", "", bad)
        return of_weights(graph.theta, taken.theta) or of_weights(graph.state, taken.state)

    def _outputs(self) -> list[NDArray[Any]]:
        """What every node gives, on the engine of the step."""
        taken, purpose = self._taken, self._purpose
        names = tuple(node.name for node in self._graph.nodes[1:])
        keeping = Purpose(
            dropout=purpose.dropout, batch_statistics=purpose.batch_statistics, frozen=purpose.frozen, keep=names
        )
        program = self._engine.compile(self._graph, len(taken.x), keeping, threads=self._threads)
        kept = program.forward(taken.theta, taken.state, taken.x, taken.key).kept
        return [taken.x.astype(np.float32, copy=False), *(kept[name] for name in names)]

    def _call(self, place: int, outputs: Sequence[NDArray[Any]]) -> Call:
        node, taken, purpose = self._graph.nodes[place], self._taken, self._purpose
        return Call(
            inputs=[outputs[i] for i in node.inputs],
            weights=self._weights(node, taken.theta),
            statistics=self._statistics(node, taken.state),
            draw=Draw(taken.key, place) if purpose.dropout else None,
            batch_statistics=purpose.batch_statistics and self._graph.owner(node).name not in purpose.frozen,
        )

    def _forward(self, outputs: Sequence[NDArray[Any]]) -> Origin | None:
        for place, node in enumerate(self._graph.nodes[1:], start=1):
            call = self._call(place, outputs)
            # Its sums may be ordered unlike the engine's, so it may find nothing where they are about to overflow.
            if wrong := _bad(main(node.layer), outputs[place], pictures=True):
                return Origin("forward", node.name, dissect(node.layer, call) or wrong)
            if self._statistics(node, self._taken.state) and (bad := dissect(node.layer, call)):
                return Origin("forward", node.name, bad)  # a statistic that its own output hides
        return None

    def _loss_and_back(self, outputs: list[NDArray[Any]]) -> Origin | None:
        if self._purpose.loss is None:
            return None
        last = self._graph.nodes[-1]
        function, fused = loss_function(self._purpose.loss, activation_of(last.layer))
        a = self._scores(outputs) if fused else outputs[-1]
        target, heard = like_output(self._taken.y, a), Heard()
        share = shares(len(a), self._taken.sample_weight)
        with heard.listening():
            values = function.forward(a, target)
            da = function.backward(a, target) * share.astype(a.dtype).reshape(-1, *[1] * (a.ndim - 1))
        for word, numbers in (("loss", values), ("loss_back", da)):
            if bad := _bad(Operation(word, type(self._purpose.loss).__name__), numbers, pictures=True):
                bad.heard, bad.largest = heard.said, largest_of([a])
                return Origin("loss" if word == "loss" else "backward", last.name, bad)
        return self._backward(outputs, da, fused=fused)

    def _scores(self, outputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """What the last activation gets."""
        layer = self._graph.nodes[-1].layer
        return operation_of(layer).forward(layer, self._call(len(outputs) - 1, outputs)).output

    def _backward(self, outputs: Sequence[NDArray[Any]], da: NDArray[Any], *, fused: bool) -> Origin | None:
        flowing: dict[int, NDArray[Any]] = {len(outputs) - 1: da}
        for place in range(len(outputs) - 1, 0, -1):
            if place not in flowing:
                continue
            node = self._graph.nodes[place]
            back = dissect_back(
                node.layer,
                self._call(place, outputs),
                outputs[place],
                flowing.pop(place),
                scores=fused and place == len(outputs) - 1,
                names=self._names(node),
            )
            if back.bad:
                return Origin("backward", node.name, back.bad)
            for into, dx in zip(node.inputs, back.inputs, strict=True):
                flowing[into] = flowing[into] + dx if into in flowing else dx
                if bad := _bad(Operation("sum_of_gradients"), flowing[into], pictures=True):
                    return Origin("backward", self._graph.nodes[into].name, bad)
        return None

    def _names(self, node: Node) -> list[str]:
        owner = self._graph.owner(node).name
        return [span.name.rpartition("/")[2] for span in self._graph.theta.spans if span.layer == owner]


def of_weights(layout: Layout, vector: Array) -> Origin | None:
    """The first weight, or running statistic, that holds a number that is not finite."""
    for name, values in layout.views(vector).items():
        if bad := _bad(Operation("weight", name), values, pictures=False):
            return Origin("given", name.rpartition("/")[0], bad)
    return None


def of_gradient(graph: Graph, gradient: Array) -> Origin | None:
    """The last layer with a gradient that is not finite: where going backward would meet one first."""
    for name, values in reversed(graph.theta.views(gradient).items()):
        if bad := _bad(Operation("of_weight", name.rpartition("/")[2]), values, pictures=False):
            return Origin("backward", name.rpartition("/")[0], bad)
    return None


def _slots(rule: Rule, slots: Sequence[Array]) -> list[tuple[Operation, Array]]:
    return [(Operation("slot", name), slot) for name, slot in zip(rule.slots, slots, strict=False)]


def _bad(operation: Operation, values: NDArray[Any], *, pictures: bool) -> Bad | None:
    if values.dtype.kind != "f":
        return None
    bad = Bad(operation)
    bad.add(values, 0 if pictures else None)
    return bad or None


def of_slots(rule: Rule, slots: Sequence[Array], spans: Sequence[Span]) -> Origin | None:
    """The first weight for which a rule keeps a number that is not finite."""
    for span in spans:
        for operation, vector in _slots(rule, slots):
            if bad := _bad(operation, vector[span.slice], pictures=False):
                return Origin("update", span.name, bad)
    return None


def of_update(
    rule: Rule, theta: Array, gradient: Array, slots: Sequence[Array], t: int, eta: float, spans: Sequence[Span]
) -> Origin | None:
    """Which weight, or which number that the rule keeps for it, a step of the rule makes not finite first."""
    moved, own, heard = theta.copy(), tuple(slot.copy() for slot in slots), Heard()
    with heard.listening():
        update(rule, moved, gradient.copy(), own, t, eta, spans)
    for span in spans:
        for operation, vector in (*_slots(rule, own), (Operation("rule", type(rule).__name__), moved)):
            if bad := _bad(operation, vector[span.slice], pictures=False):
                bad.heard, bad.largest = heard.said, largest_of([gradient[span.slice]])
                return Origin("update", span.name, bad)
    return None
