"""Layers without kernels: the reference engine's functions, called between two stretches of the core's work."""

from typing import Any, Protocol

import numpy as np

from striate.engines.contract import Array
from striate.engines.native.lowering import Lowering, Value, as_maps
from striate.engines.native.memory import Maps
from striate.engines.reference.activation import ACTIVATIONS
from striate.engines.reference.operations import Call, operation_of
from striate.network.graph import Node


class Running(Protocol):
    """What a call of Python gets of the pass that is running."""

    theta: Array
    gradient: Array
    saved: dict[object, Any]

    def read(self, maps: Maps, shape: tuple[int, ...]) -> Array:
        """A copy of the pictures' maps, in a node's shape."""
        ...

    def write(self, maps: Maps, values: Array) -> None:
        """Put values into the pictures' maps."""
        ...

    def add(self, maps: Maps, values: Array) -> None:
        """Add values to what is there."""
        ...

    def own_loss(self) -> None:
        """Put the gradient of a user's loss where the way back begins."""
        ...


def lower_python(low: Lowering, node: Node, place: int, values: list[Value]) -> Value:
    """A user's layer, by its own functions."""
    y = Maps(node.name, as_maps(node.shape))
    shapes = [low.graph.nodes[i].shape for i in node.inputs]
    spans = [span for span in low.graph.theta.spans if span.layer == low.graph.owner(node).name]
    operation = operation_of(node.layer)

    def forward(run: Running) -> None:
        inputs = [run.read(value.maps, shape) for value, shape in zip(values, shapes, strict=True)]
        weights = [low.graph.theta.view(run.theta, span) for span in spans]
        result = operation.forward(node.layer, Call(inputs, weights, (), None, low.purpose.batch_statistics))
        run.saved[place] = result.saved
        run.write(y, np.asarray(result.output, np.float32))

    low.python(f"{node.name} (in Python)", [value.maps for value in values], [y], forward)

    def go(dy: Maps) -> None:
        into = [low.into(value) if value.wanted else None for value in values]

        def call(run: Running) -> None:
            dxs, dweights = operation.backward(node.layer, run.read(dy, node.shape), run.saved.pop(place))
            for span, dweight in zip(spans, dweights, strict=False):
                view = low.graph.theta.view(run.gradient, span)
                view += dweight
            for target, dx in zip(into, dxs, strict=True):
                if target is not None:
                    (run.add if target.adds else run.write)(target.maps, np.asarray(dx, np.float32))

        targets = [target.maps for target in into if target is not None]
        low.python(f"d {node.name} (in Python)", [dy], targets, call)

    return low.going_back(Value(y, low.backward), go)


def lower_python_activation(low: Lowering, node: Node, value: Value, name: str) -> Value:
    """A user's activation, by its own functions."""
    x, y = value.maps, Maps(node.name, value.shape)
    function, shape = ACTIVATIONS[name], node.shape
    low.python(
        f"{node.name}: {name} (in Python)",
        [x],
        [y],
        lambda run: run.write(y, np.asarray(function.forward(run.read(x, shape)), np.float32)),
    )

    def go(dy: Maps) -> None:
        into = low.into(value)

        def call(run: Running) -> None:
            dx = function.backward(run.read(dy, shape), run.read(x, shape), run.read(y, shape))
            (run.add if into.adds else run.write)(into.maps, np.asarray(dx, np.float32))

        low.python(f"d {node.name}: {name} (in Python)", [dy, x, y], [into.maps], call)

    return low.going_back(Value(y, low.backward and value.wanted), go)
