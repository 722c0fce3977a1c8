"""Lowering of the poolings; a global one is a window over the whole map."""

from striate.engines.native.lowering import GATES, Lowering, Value
from striate.engines.native.memory import Maps
from striate.engines.native.operations import AveragePool, AveragePoolGradient, MaxPool, MaxPoolGradient
from striate.engines.native.tensors import LINEAR, Windows
from striate.network.graph import Node
from striate.network.layers import (
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    GlobalPooling2D,
    MaxPooling2D,
    Pooling2D,
)
from striate.network.shapes import windows
from striate.network.window import Pair


def lower_pool(low: Lowering, node: Node, value: Value) -> Value:
    """A pooling."""
    at, kernel = _windows(low, node, value)
    y = Maps(node.name, (at.rows, at.columns, value.shape[2]))
    if isinstance(node.layer, MaxPooling2D | GlobalMaxPooling2D):
        return _max(low, node, value, y, at, kernel)
    assert isinstance(node.layer, Pooling2D | GlobalAveragePooling2D)
    return _average(low, node, value, y, at, kernel)


def _windows(low: Lowering, node: Node, value: Value) -> tuple[Windows, Pair]:
    if isinstance(node.layer, GlobalPooling2D):
        return Windows(1, 1), value.shape[:2]
    assert isinstance(node.layer, Pooling2D)
    placed = windows(node.layer, low.size_before(node))
    (top, _), (left, _) = placed.border
    return Windows(*low.extents[node.name], -top, -left, *placed.stride), placed.kernel


def _max(low: Lowering, node: Node, value: Value, y: Maps, at: Windows, kernel: Pair) -> Value:
    x = value.maps
    back = low.backward and value.wanted
    winner = Maps(f"{node.name} winners", y.shape) if back else None
    low.step(
        node.name,
        [x],
        [y, *([winner] if winner else [])],
        lambda: MaxPool(x.tensor, y.tensor, at, *kernel, winner.tensor if winner else None),
    )
    # What follows sees the largest value itself, so the slope there is that of the function before. Where the pooling's
    # own gradient is asked for it must not have been multiplied by that yet.
    passed = value.gate if value.gate is not None and value.gate.curve in GATES else None
    passed = None if low.graph.place(node.name) in low.asked else passed
    result = Value(y, back, passed)

    def backward() -> None:
        dy = result.gradient
        if dy is None or winner is None:
            return
        places = winner
        into = low.into(value, gated=passed is not None)
        gate = passed or LINEAR
        low.step(
            f"d {node.name}",
            [dy, places, y if passed else None, into.before],
            [into.maps],
            lambda: MaxPoolGradient(
                dy.tensor, places.tensor, into.maps.tensor, at, *kernel, y.tensor if passed else None, gate, into.adds
            ),
        )

    if back:
        low.tape.append(backward)
    return result


def _average(low: Lowering, node: Node, value: Value, y: Maps, at: Windows, kernel: Pair) -> Value:
    x = value.maps
    low.step(node.name, [x], [y], lambda: AveragePool(x.tensor, y.tensor, at, *kernel))
    result = Value(y, low.backward and value.wanted)

    def operation(dy: Maps, dx: Maps, accumulate: bool) -> AveragePoolGradient:
        return AveragePoolGradient(dy.tensor, dx.tensor, at, *kernel, accumulate)

    return low.back(f"d {node.name}", value, result, operation)
