"""Which nodes are done together: what follows a convolution or a normalisation, as far as nobody else reads it."""

from collections.abc import Collection
from dataclasses import dataclass

from striate.engines.native.lowering import CURVES, FROM_INPUT, IN_REGISTERS, function_of
from striate.engines.native.tensors import LINEAR, Function
from striate.network.graph import Graph
from striate.network.layers import Activation, Add, BatchNormalization, ReLU


@dataclass(frozen=True)
class Chain:
    """Nodes done in one pass: an operation, then perhaps a normalisation, a sum with another value, a function."""

    label: str
    end: int  # the node whose value comes out
    norm: int | None = None  # folded into the weights
    other: int | None = None  # the node that is added
    function: Function = LINEAR
    alone: bool = False  # one node reads what comes out, so it may be made again rather than kept


class Fuser:
    """Looks ahead in a graph. `visible`: nodes whose values are asked for, so they must be there by themselves."""

    def __init__(self, graph: Graph, visible: Collection[int]) -> None:
        self.graph, self._visible = graph, visible
        self.readers: list[list[int]] = [[] for _ in graph.nodes]  # of each node
        for place, node in enumerate(graph.nodes):
            for source in node.inputs:
                self.readers[source].append(place)
        self._last: int | None = None

    def alone(self, place: int) -> bool:
        """Whether one node alone reads a value."""
        return len(self.readers[place]) == 1 and place not in self._visible

    def chain(
        self, place: int, known: Collection[int], *, folds: bool, adds: bool, registers: bool, last: int | None = None
    ) -> Chain:
        """The longest chain from a node on.

        `folds`: a normalisation behind it can go into its weights; `adds`: a value that is `known` may be added;
        `registers`: only functions that are done in registers; `last`: a node that stands by itself, since a loss
        works on what comes before it.
        """
        node = self.graph.nodes[place]
        names, end = [node.name], place
        norm: int | None = None
        other: int | None = None
        function = function_of(node.layer)
        self._last = last
        if function != LINEAR or not is_plain(node.layer):
            return Chain(node.name, place, function=function, alone=self.alone(place))
        if folds and (after := self._next(end)) and isinstance(self.graph.nodes[after].layer, BatchNormalization):
            norm = end = after
            names.append(self.graph.nodes[after].name)
        if adds and (after := self._next(end)) and isinstance(self.graph.nodes[after].layer, Add):
            inputs = self.graph.nodes[after].inputs
            others = [i for i in inputs if i != end]
            if len(inputs) == 2 and len(others) == 1 and others[0] in known:
                other, end = others[0], after
                names.append(self.graph.nodes[after].name)
        if (after := self._next(end)) and isinstance(self.graph.nodes[after].layer, Activation | ReLU):
            wanted = function_of(self.graph.nodes[after].layer)
            possible = wanted.curve in IN_REGISTERS if registers else True
            possible = possible and is_plain(self.graph.nodes[after].layer)
            sums = other is not None or isinstance(node.layer, Add)
            if possible and not (sums and wanted.curve in FROM_INPUT):  # what it was given is not kept
                function, end = wanted, after
                names.append(self.graph.nodes[after].name)
        return Chain(" + ".join(names), end, norm, other, function, self.alone(end))

    def _next(self, place: int) -> int | None:
        after = self.readers[place][0] if self.alone(place) else None
        return None if after == self._last else after


def is_plain(layer: object) -> bool:
    """Whether a layer's function is one of a single value: not softmax, not a user's own."""
    name = getattr(layer, "activation", "linear")
    return name in CURVES and type(layer).__name__ != "Softmax"
