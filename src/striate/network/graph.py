"""How layers are wired: a graph without cycles, from one input to one output, in an order of computation."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, cast

from striate.errors import GraphError, SizeError, StateError, unknown_name
from striate.network import doctor
from striate.network import layers as kinds
from striate.network.layers import CustomLayer, InputLayer, Layer
from striate.network.layout import Layout, Weight
from striate.network.open_sizes import agrees, is_open, shape_behind, with_size
from striate.network.settings import keywords_checked
from striate.network.shapes import (
    Fields,
    Shape,
    fields,
    joined_fields,
    multiply_adds,
    weights,
)
from striate.network.window import Field
from striate.network.wiring import Place, resized, walk


class Symbol:
    """What a layer will give: the functional form's value before there are pictures. Its shape is known at once."""

    def __init__(self, layer: Layer, inputs: Sequence["Symbol"] = (), *, behind: Iterable[Layer] | None = None) -> None:
        self.layer = layer
        self.inputs = tuple(inputs)
        self.shape = self._shape(behind)

    def _shape(self, behind: Iterable[Layer] | None) -> Shape:
        """`behind`: the layers that will follow in a chain, for fixes to be proved through; None: not known yet."""
        try:
            return shape_behind(self.layer, *(symbol.shape for symbol in self.inputs))
        except SizeError as misfit:
            places = _places(_ordered(self), behind or ())
            raise doctor.refusal(places, whole=behind is not None) or misfit from None

    def __repr__(self) -> str:
        return f"Symbol(shape={self.shape}, from={self.layer!r})"


@keywords_checked("Input")
def Input(shape: Sequence[int | None] | int, *, name: str | None = None) -> Symbol:  # noqa: N802 (Keras's name)
    """Where pictures enter a network: shape (height, width, channels), or the length of a vector.

    Height and width may be None: they are then those of the pictures that come.
    """
    return Symbol(InputLayer(shape=shape, name=name))


@kinds.apply.register
def _(inputs: Symbol, layer: Layer) -> Symbol:
    return _connected(layer, [inputs])


@kinds.apply.register(list)
@kinds.apply.register(tuple)
def _(inputs: Sequence[object], layer: Layer) -> Any:
    if any(isinstance(each, Symbol) for each in inputs):
        return _connected(layer, inputs)
    return kinds.apply.dispatch(object)(inputs, layer)  # arrays, or rows of one


def _connected(layer: Layer, inputs: Sequence[object], behind: Iterable[Layer] | None = None) -> Symbol:
    symbols = [each for each in inputs if isinstance(each, Symbol)]
    if isinstance(layer, InputLayer):
        raise GraphError("graph.input_not_first")
    if len(symbols) != len(inputs):
        raise GraphError("graph.mixed_inputs", layer=type(layer).__name__)
    check_number_of_inputs(layer, type(layer).__name__, len(symbols))
    return Symbol(layer, symbols, behind=behind)


def check_number_of_inputs(layer: Layer, name: str, came: int) -> None:
    """Raise `GraphError` unless a layer takes so many inputs: one, or for those that join two or more."""
    if isinstance(layer, InputLayer):
        fits = came == 0
    elif isinstance(layer, CustomLayer):
        fits = came > 0
    else:
        fits = came >= 2 if layer.joins else came == 1
    if not fits:
        raise GraphError("graph.joins" if layer.joins else "graph.one_at_a_time", layer=name, came=came)


@dataclass(frozen=True)
class Node(Place):
    """One place of a graph, with what it makes of its inputs."""

    shape: Shape  # of one picture: (H, W, C) or (n,); None in it: open until planned


@dataclass(frozen=True)
class Graph:
    """The nodes in an order in which each stands behind its inputs: the input first, the output last."""

    nodes: tuple[Node, ...]
    strict: bool = False  # every stride must divide; of an open graph asked at each size

    @staticmethod
    def to(output: Symbol, *, strict: bool = False) -> "Graph":
        """The graph of everything that a symbol is made from; `strict`: `SizeError` where a stride does not divide."""
        symbols = _ordered(output)
        inputs = [symbol for symbol in symbols if isinstance(symbol.layer, InputLayer)]
        if len(inputs) != 1:
            raise GraphError("graph.one_input", came=len(inputs))
        if len(symbols) == 1:
            raise GraphError("graph.no_layers")
        places = _places(symbols)
        shared = len({symbol.layer for symbol in symbols}) < len(symbols)
        strict_now = strict and not is_open(inputs[0].shape)
        if (shared or strict_now) and (refusal := doctor.refusal(places, strict=strict_now)):
            raise refusal
        nodes = (Node(p.name, p.layer, p.inputs, s.shape) for p, s in zip(places, symbols, strict=True))
        return Graph(tuple(nodes), strict)

    @staticmethod
    def between(inputs: Symbol, outputs: Symbol, *, strict: bool = False) -> "Graph":
        """As `to`, from this input."""
        for symbol in (inputs, outputs):
            if not isinstance(cast(object, symbol), Symbol):
                raise GraphError("graph.no_symbol", came=type(symbol).__name__)
        graph = Graph.to(outputs, strict=strict)
        if graph.nodes[0].layer is not inputs.layer:
            raise GraphError("graph.other_input")
        return graph

    def at(self, shape: Shape) -> "Graph":
        """This network for pictures of a shape that agrees with its own; its weights stay where they are.

        What is open in an open graph is known in that one. Raises `SizeError` where the size does not fit.
        """
        if shape == self.input_shape:
            return self
        if is_open(shape) or not agrees(self.input_shape, shape):
            raise SizeError("size.other_pictures", required=self.input_shape, came=shape)
        places = resized(self.nodes, shape)
        if refusal := doctor.refusal(places, strict=self.strict):
            raise refusal
        shapes, _ = walk(places)
        nodes = (Node(p.name, p.layer, p.inputs, behind) for p, behind in zip(places, shapes, strict=True))
        return Graph(tuple(nodes), self.strict)

    @property
    def input_shape(self) -> Shape:
        return self.nodes[0].shape

    @property
    def output_shape(self) -> Shape:
        return self.nodes[-1].shape

    @property
    def layers(self) -> list[Layer]:
        """The layers in order, each once, the input not counted."""
        return list(dict.fromkeys(node.layer for node in self.nodes[1:]))

    def node(self, name: str) -> Node:
        """The node of a name."""
        return self.nodes[self.place(name)]

    def place(self, name: str) -> int:
        """Where in `nodes` a name stands."""
        if not isinstance(cast(object, name), str) or name not in self._places:
            raise unknown_name("node", name, self._places)
        return self._places[name]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {node.name: place for place, node in enumerate(self.nodes)}

    def shapes_into(self, node: Node) -> list[Shape]:
        """The shapes that reach a node."""
        return [self.nodes[i].shape for i in node.inputs]

    @cached_property
    def theta(self) -> Layout:
        """Where each weight stands in the vector of all weights; a layer used twice has one set."""
        return Layout.of((name, weight) for name, weight in self._weights() if weight.learned)

    @cached_property
    def state(self) -> Layout:
        """Where each running statistic stands in the vector of them all."""
        return Layout.of((name, weight) for name, weight in self._weights() if not weight.learned)

    def _weights(self) -> Iterator[tuple[str, Weight]]:
        for node in self.nodes[1:]:
            if self.owner(node) is node:
                for weight in weights(node.layer, *map(with_size, self.shapes_into(node))):
                    yield node.name, weight

    def owner(self, node: Node) -> Node:
        """The node whose name a node's weights carry: the first place where its layer is used."""
        return self._first_uses[node.layer]

    @cached_property
    def _first_uses(self) -> dict[Layer, Node]:
        return {node.layer: node for node in reversed(self.nodes)}

    def multiply_adds(self, node: Node) -> int | None:
        """Products that a node sums for one picture; None: that depends on a size which is open."""
        if not node.inputs:
            return 0
        products = multiply_adds(node.layer, with_size(self.shapes_into(node)[0]), with_size(node.shape))
        return None if products and is_open(node.shape) else products

    @cached_property
    def fields(self) -> tuple[Fields | None, ...]:
        """For each node what one of its units sees of the picture; None: everything, or the input is no picture."""
        seen: list[Fields | None] = []
        for node in self.nodes:
            if not node.inputs:
                seen.append((Field(), Field()) if len(node.shape) == 3 else None)
            else:
                before = joined_fields([seen[place] for place in node.inputs])
                seen.append(fields(node.layer, before, with_size(self.nodes[node.inputs[0]].shape)))
        return tuple(seen)


def chain(layers: Iterable[Layer], input_shape: Shape | None = None) -> Symbol:
    """Layers one behind the other, as `Sequential` has them. The first is an input, or says its `input_shape`."""
    symbol: Symbol | None = None
    listed = list(layers)
    for i, layer in enumerate(listed):
        if isinstance(layer, InputLayer):
            if symbol is not None:
                raise GraphError("graph.input_not_first")
            symbol = Symbol(layer)
            continue
        if symbol is None:
            shape = layer.input_shape or input_shape
            if shape is None:
                raise StateError("graph.input_shape_unknown", layer=type(layer).__name__)
            symbol = Input(shape)
        symbol = _connected(layer, [symbol], islice(listed, i + 1, None))
    if symbol is None:
        raise GraphError("graph.no_layers")
    return symbol


def _ordered(output: Symbol) -> list[Symbol]:
    """All symbols behind an output, each after its inputs (depth first, without recursion: nets may be deep)."""
    order: dict[Symbol, None] = {}
    waiting: list[tuple[Symbol, Iterator[Symbol]]] = [(output, iter(output.inputs))]
    while waiting:
        symbol, rest = waiting[-1]
        ahead = next((s for s in rest if s not in order), None)
        if ahead is None:
            order[symbol] = None
            waiting.pop()
        else:
            waiting.append((ahead, iter(ahead.inputs)))
    return list(order)


def _places(symbols: Sequence[Symbol], behind: Iterable[Layer] = ()) -> list[Place]:
    """Where each symbol's inputs stand; then the layers that follow in a chain."""
    at = {symbol: i for i, symbol in enumerate(symbols)}
    inputs = [tuple(at[source] for source in symbol.inputs) for symbol in symbols]
    layers = [symbol.layer for symbol in symbols] + [layer for layer in behind if not isinstance(layer, InputLayer)]
    inputs += [(i - 1,) for i in range(len(symbols), len(layers))]
    return [Place(*each) for each in zip(_names(layers), layers, inputs, strict=True)]


def _names(used: Sequence[Layer]) -> list[str]:
    """The name of each place: the one its layer was given, else its kind's stem and a number (conv1, conv2).

    A layer used again is named after its first place: conv1, conv1:2.
    """
    layers = list(dict.fromkeys(used))
    given = Counter(layer.name for layer in layers if layer.name is not None)
    if twice := [name for name, uses in given.items() if uses > 1]:
        raise GraphError("graph.name_twice", name=twice[0])
    numbers: Counter[str] = Counter()
    named = {layer: layer.name or _free_name(layer.stem, numbers, given) for layer in layers}
    uses: Counter[Layer] = Counter()
    names: list[str] = []
    for layer in used:
        uses[layer] += 1
        names.append(named[layer] + (f":{uses[layer]}" if uses[layer] > 1 else ""))
    return names


def _free_name(stem: str, numbers: Counter[str], taken: Collection[str]) -> str:
    while True:
        numbers[stem] += 1
        if (name := f"{stem}{numbers[stem]}") not in taken:
            return name
