"""Lowering of what works value by value, or along the channels of a pixel: functions, softmax, dropout, sums."""

from striate.engines.native.lowering import FROM_INPUT, Lowering, Value, function_of, gate_of
from striate.engines.native.memory import Maps
from striate.engines.native.operations import Combine, Dropout, Slope, Softmax, SoftmaxGradient
from striate.engines.native.tensors import LINEAR, Function
from striate.network.graph import Node
from striate.network.layers import Dropout as DropoutLayer


def lower_function(low: Lowering, node: Node, place: int, value: Value) -> Value:
    """An activation as a layer of its own."""
    function = function_of(node.layer)
    if function == LINEAR:
        return value
    return applied(low, node.name, value, function, asked=place in low.asked)


def applied(low: Lowering, name: str, value: Value, function: Function, *, asked: bool = False) -> Value:
    """y = function(x); `asked`: the gradient of y is read from outside."""
    x, y = value.maps, Maps(name, value.shape)
    low.step(name, [x], [y], lambda: Combine(x.tensor, y.tensor, function=function))
    result = Value(y, low.backward and value.wanted, gate_of(function, asked=asked))

    def go(dy: Maps) -> None:
        if result.gate is not None:
            low.add_gradient(value, dy, own=True)
            return
        from_input = function.curve in FROM_INPUT
        at = x if from_input else y
        into = low.into(value)
        low.step(
            f"d {name}",
            [dy, at, into.before],
            [into.maps],
            lambda: Slope(dy.tensor, at.tensor, into.maps.tensor, function, not from_input, into.adds),
        )

    return low.going_back(result, go)


def lower_softmax(low: Lowering, name: str, value: Value) -> Value:
    """Softmax along the channels."""
    x, y = value.maps, Maps(name, value.shape)
    low.step(f"{name}: softmax", [x], [y], lambda: Softmax(x.tensor, y.tensor))

    def go(dy: Maps) -> None:
        dx = Maps(f"d {name}: softmax", value.shape)
        low.step(f"d {name}: softmax", [dy, y], [dx], lambda: SoftmaxGradient(dy.tensor, y.tensor, dx.tensor))
        low.add_gradient(value, dx, own=True)

    return low.going_back(Value(y, low.backward and value.wanted), go)


def lower_dropout(low: Lowering, node: Node, place: int, value: Value) -> Value:
    """Dropout, where this program drops; the mask is drawn again on the way back."""
    layer = node.layer
    assert isinstance(layer, DropoutLayer)
    if not low.purpose.dropout:
        return value
    x, y = value.maps, Maps(node.name, value.shape)
    low.step(node.name, [x], [y], lambda: Dropout(x.tensor, y.tensor, layer.rate, place))
    result = Value(y, low.backward and value.wanted)

    def operation(dy: Maps, dx: Maps, accumulate: bool) -> Dropout:
        return Dropout(dy.tensor, dx.tensor, layer.rate, place, accumulate)

    return low.back(f"d {node.name}", value, result, operation)


def lower_add(low: Lowering, node: Node, values: list[Value], function: Function, *, asked: bool) -> Value:
    """The sum of two or more values, and the function behind it."""
    total = values[0].maps
    for number, value in enumerate(values[1:], start=1):
        last = number == len(values) - 1
        x, y, here = total, Maps(node.name, values[0].shape), function if last else LINEAR
        low.step(
            node.name,
            [x, value.maps],
            [y],
            lambda x=x, y=y, value=value, here=here: Combine(x.tensor, y.tensor, value.maps.tensor, function=here),
        )
        total = y
    wanted = low.backward and any(value.wanted for value in values)
    result = Value(total, wanted, gate_of(function, asked=asked))

    def go(dy: Maps) -> None:
        dy = low.before_function(dy, result, function)
        for number, value in enumerate(values):
            low.add_gradient(value, dy, own=number == len(values) - 1)

    return low.going_back(result, go)
