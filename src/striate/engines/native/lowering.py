"""What the lowering of every layer shares: values on their way forward, gradients on their way back.

A layer's lowering (convolutions.py, norms.py, pools.py, pointwise.py) adds the steps of its forward pass and leaves a
function that adds those of its backward pass; these functions are called in reverse order.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from striate.engines.contract import Purpose
from striate.engines.native.memory import Buffer, Maps, Shape3, Vector
from striate.engines.native.operations import Combine, Copy, Pack, Slope
from striate.engines.native.recording import CHUNKS, Recording, Step
from striate.engines.native.tensors import (
    LINEAR,
    ROUNDING,
    Curve,
    Function,
    Region,
    Space,
    Tensor,
    rounded_up,
    without_rounding,
)
from striate.engines.native.tiles import InstructionSet
from striate.network.graph import Graph, Node
from striate.network.layers import Layer, ReLU, activation_of
from striate.network.layout import Span
from striate.network.window import Pair

CURVES: Mapping[str, Curve] = {
    "linear": Curve.LINEAR,
    "relu": Curve.RELU,
    "leaky_relu": Curve.LEAKY_RELU,
    "relu6": Curve.RELU6,
    "elu": Curve.ELU,
    "selu": Curve.SELU,
    "sigmoid": Curve.SIGMOID,
    "hard_sigmoid": Curve.HARD_SIGMOID,
    "tanh": Curve.TANH,
    "silu": Curve.SILU,
    "gelu_tanh": Curve.GELU_TANH,
    "softplus": Curve.SOFTPLUS,
}

# Cheap enough to be done on the sums of a convolution while they are in registers.
IN_REGISTERS = {Curve.LINEAR, Curve.RELU, Curve.LEAKY_RELU, Curve.RELU6}
# Their slope is 0 or 1, so it may multiply a gradient twice, and each of its parts by itself.
GATES = {Curve.RELU, Curve.RELU6}
# Their slope cannot be told from what they gave.
FROM_INPUT = {Curve.SILU, Curve.GELU_TANH, Curve.BOUNDED_RELU}


def function_of(layer: Layer) -> Function:
    """A layer's function of each value; softmax, which is none, counts as linear."""
    if isinstance(layer, ReLU):
        plain = layer.negative_slope == 0 and layer.threshold == 0
        if plain and layer.max_value is None:
            return Function(Curve.RELU)
        if plain and layer.max_value == 6:
            return Function(Curve.RELU6)
        largest = inf if layer.max_value is None else layer.max_value
        return Function(Curve.BOUNDED_RELU, largest, layer.negative_slope, layer.threshold)
    return Function(CURVES.get(activation_of(layer), Curve.LINEAR))


def gate_of(function: Function, *, asked: bool) -> Function | None:
    """The function behind a layer where its slope may wait for whoever reads the layer's gradient, none `asked` for."""
    return function if function.curve in GATES and not asked else None


@dataclass(eq=False)
class Value:
    """What a node gives, as the nodes behind it read it."""

    maps: Maps
    wanted: bool  # a gradient of it leads to weights, or was asked for
    gate: Function | None = None  # its gradient is to be multiplied by this function's slope at `maps`
    gradient: Maps | None = None
    gated: bool = True  # every part of the gradient has been multiplied so
    asked: bool = False  # its gradient is read from outside, so it stays as it is
    remake: Callable[[], Maps] | None = None  # adds the steps that make the maps again, rather than keeping them

    @property
    def shape(self) -> Shape3:
        return self.maps.shape


@dataclass(frozen=True)
class Into:
    """Where a part of a value's gradient goes, multiplied by `slope` at `at` where the value has a gate."""

    maps: Maps
    adds: bool  # to what is there
    at: Maps | None = None
    slope: Function = LINEAR

    @property
    def before(self) -> Maps | None:
        """What is there, where the part is added to it."""
        return self.maps if self.adds else None


@dataclass
class Lowering:
    """A graph on its way to steps."""

    graph: Graph
    purpose: Purpose
    isa: InstructionSet
    recording: Recording
    backward: bool  # gradients will be asked for
    asked: frozenset[int] = frozenset()  # nodes whose gradients are read from outside
    values: dict[int, Value] = field(default_factory=dict[int, Value])
    tape: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    extents: dict[str, Pair] = field(default_factory=dict[str, Pair])  # the rows and columns of a node that are read
    done: set[str] = field(default_factory=set[str])  # weights that already hold a gradient

    # Steps

    def step(
        self,
        label: str,
        reads: Sequence[Buffer | None],
        writes: Sequence[Buffer],
        make: Callable[[], object],
        *,
        depth: bool = True,
        chunks: int = 1,
        work: int = 0,
    ) -> None:
        """Add a step; operands that are not there are passed over."""
        self.recording.add(self._step(label, reads, writes, make, depth, chunks, work))

    def prepare(
        self, label: str, reads: Sequence[Buffer | None], writes: Sequence[Buffer], make: Callable[[], object]
    ) -> None:
        """Add a step that depends on weights and statistics alone."""
        self.recording.prepared.append(self._step(label, reads, writes, make, False, 1, 0))

    def later(
        self, label: str, reads: Sequence[Buffer | None], writes: Sequence[Buffer], make: Callable[[], object]
    ) -> None:
        """Add a step over the whole batch that nobody waits for."""
        self.recording.add_later(self._step(label, reads, writes, make, False, 1, 0))

    def python(
        self, label: str, reads: Sequence[Buffer], writes: Sequence[Buffer], call: Callable[[Any], None]
    ) -> None:
        """Add a call of Python."""
        self.recording.add(Step(label, reads, writes, None, depth=False, python=call))

    @staticmethod
    def _step(
        label: str,
        reads: Sequence[Buffer | None],
        writes: Sequence[Buffer],
        make: Callable[[], object],
        depth: bool,
        chunks: int,
        work: int,
    ) -> Step:
        return Step(label, [buffer for buffer in reads if buffer is not None], writes, make, depth, chunks, work)

    def partial(self, name: str, size: int) -> Vector:
        """Room for partial sums of every chunk."""
        return Vector(name, size, chunks=CHUNKS)

    def size_before(self, node: Node) -> Pair:
        """Height and width of the maps that a node's windows lie on, whether all of them are there or not."""
        height, width, _ = as_maps(self.graph.nodes[node.inputs[0]].shape)
        return height, width

    # Weights

    def weight(self, node: Node, name: str) -> Span | None:
        """Where a weight of a node stands in theta, None where it has none of the name."""
        return self._span(self.graph.theta.spans, node, name)

    def statistic(self, node: Node, name: str) -> Span | None:
        """Where a running statistic of a node stands in state."""
        return self._span(self.graph.state.spans, node, name)

    def _span(self, spans: Sequence[Span], node: Node, name: str) -> Span | None:
        full = f"{self.graph.owner(node).name}/{name}"
        return next((span for span in spans if span.name == full), None)

    def packed_bias(self, bias: Span | None) -> Vector | None:
        """A bias rounded up by zeros, with room for the panels of every group."""
        if bias is None:
            return None
        size = bias.size
        return self.laid_out(
            "pack", bias, (), size + ROUNDING, lambda b, packed: Pack(b, packed, [0], 1, 0, 1, size, rounded_up(size))
        )

    def laid_out(
        self,
        verb: str,
        span: Span,
        key: tuple[object, ...],
        size: int,
        pack: Callable[[Region, Region], Pack],
        *,
        scale: Vector | None = None,
    ) -> Vector:
        """A weight in the order in which kernels read it, `size` floats, made once for all that ask by the same key.

        `pack(weight, target)` is the step that makes it; it may read a `scale` that is found in the same plan.
        """

        def make() -> Vector:
            source, target = given_vector(Space.THETA, span), Vector(f"{span.name} {verb}ed", size)
            self.prepare(f"{verb} {span.name}", [source, scale], [target], lambda: pack(source.region, target.region))
            return target

        return self.recording.once((verb, span.name, *key), make)

    # Gradients

    def adds_to(self, key: str) -> bool:
        """Whether a weight holds a gradient already, so that one more is added to it; from now on it does."""
        holds = key in self.done
        self.done.add(key)
        return holds

    def gradient_of(self, value: Value) -> Maps | None:
        """The whole gradient of a value, its gate applied; None where nothing flows back to it."""
        if value.gradient is None:
            return None
        if value.gate is not None and not value.gated:
            gradient, at, gate = value.gradient, value.maps, value.gate
            self.step(
                "slope", [gradient, at], [gradient], lambda: Slope(gradient.tensor, at.tensor, gradient.tensor, gate)
            )
            value.gated = True
        return value.gradient

    def into(self, value: Value, *, gated: bool = False) -> Into:
        """Where to write a part of a value's gradient; `gated`: the writer itself multiplies by the gate's slope."""
        value.gated = value.gated and gated
        adds = value.gradient is not None
        if value.gradient is None:
            value.gradient = Maps(f"d {value.maps.name}", value.shape)
            if value.asked:
                self.recording.pin(value.gradient)
        if not gated or value.gate is None:
            return Into(value.gradient, adds)
        return Into(value.gradient, adds, value.maps, value.gate)

    def going_back(self, result: Value, go: Callable[[Maps], None]) -> Value:
        """Leave the way back from a result: `go(dy)`, where a gradient flows back to it; answers with the result."""

        def backward() -> None:
            dy = self.gradient_of(result)
            if dy is not None:
                go(dy)

        if result.wanted:
            self.tape.append(backward)
        return result

    def back(self, label: str, value: Value, result: Value, operation: Callable[[Maps, Maps, bool], object]) -> Value:
        """Leave the way back to the one value that a result is made of, by the step `operation(dy, dx, accumulate)`."""

        def go(dy: Maps) -> None:
            into = self.into(value)
            self.step(label, [dy, into.before], [into.maps], lambda: operation(dy, into.maps, into.adds))

        return self.going_back(result, go)

    def before_function(self, dy: Maps, result: Value, function: Function) -> Maps:
        """The gradient of what entered the function behind a layer, from that of what came out of it."""
        if function == LINEAR or result.gate is not None:
            return dy
        assert function.curve not in FROM_INPUT  # what came out tells the slope
        dz, y = Maps(f"{dy.name} slope", dy.shape), result.maps
        self.step("slope", [dy, y], [dz], lambda: Slope(dy.tensor, y.tensor, dz.tensor, function))
        return dz

    def add_gradient(self, value: Value, part: Maps, *, own: bool) -> None:
        """Let maps be a part of a value's gradient; `own`: no step to come needs them, so they may become it."""
        if not value.wanted:
            return
        if value.gradient is None and own and not value.asked and not self.recording.is_pinned(part):
            value.gradient, value.gated = part, value.gate is None
            return
        into = self.into(value)
        before = into.before
        self.step(
            "add gradients" if into.adds else "copy",
            [part, before],
            [into.maps],
            lambda: Combine(part.tensor, into.maps.tensor, before.tensor if before else None),
        )


def given_maps(shape: Shape3, space: Space) -> Maps:
    """The caller's maps, as NumPy has them."""
    return Maps(space.name.lower(), shape, given=without_rounding(space, shape))


def given_vector(space: Space, span: Span) -> Vector:
    """A weight, a statistic or a gradient in the caller's vector."""
    return Vector(span.name, span.size, given=Region(space, span.offset, span.size))


def as_maps(shape: tuple[int, ...]) -> Shape3:
    """A node's shape as that of maps: a vector is one pixel."""
    if len(shape) == 3:
        return shape[0], shape[1], shape[2]
    rest = shape[:-1]
    return 1, _product(rest), shape[-1]


def _product(numbers: Sequence[int]) -> int:
    product = 1
    for number in numbers:
        product *= number
    return product


def copied(x: Tensor, y: Tensor) -> Copy:
    """All of some maps, to the beginning of others."""
    return Copy(x, y, *x.shape)
