"""Lowering of what only moves values: joining, padding, flattening, reading the caller's pictures."""

from dataclasses import replace

from striate.engines.native.lowering import Lowering, Value, copied
from striate.engines.native.memory import Maps, Shape3
from striate.engines.native.operations import Copy
from striate.engines.native.tensors import Tensor
from striate.network.graph import Node
from striate.network.layers import Concatenate, ZeroPadding2D


def lower_concatenate(low: Lowering, node: Node, values: list[Value], shape: Shape3) -> Value:
    """Values one behind the other."""
    layer = node.layer
    assert isinstance(layer, Concatenate)
    flat = len(node.shape) == 1
    axis = 2 if layer.axis == -1 or flat else layer.axis - 1
    y, starts, place = Maps(node.name, shape), list[Shape3](), 0
    for value in values:
        starts.append((place if axis == 0 else 0, place if axis == 1 else 0, place if axis == 2 else 0))
        place += value.shape[axis]

    def put(x: Maps, start: Shape3) -> None:
        top, left, channel = start
        low.step(
            node.name,
            [x, y],
            [y],
            lambda: replace(copied(x.tensor, y.tensor), y_top=top, y_left=left, y_channel=channel),
        )

    def take(dy: Maps, value: Value, start: Shape3) -> None:
        into = low.into(value)
        low.step(
            f"d {node.name}",
            [dy, into.before],
            [into.maps],
            lambda: _part(dy.tensor, into.maps.tensor, start, into.adds),
        )

    def go(dy: Maps) -> None:
        for value, start in zip(values, starts, strict=True):
            if value.wanted:
                take(dy, value, start)

    for value, start in zip(values, starts, strict=True):
        put(value.maps, start)
    return low.going_back(Value(y, low.backward and any(value.wanted for value in values)), go)


def _part(x: Tensor, y: Tensor, start: Shape3, accumulate: bool) -> Copy:
    """y = the part of x that begins at `start`: row, column, channel."""
    top, left, channel = start
    return Copy(x, y, *y.shape, x_top=top, x_left=left, x_channel=channel, accumulate=accumulate)


def lower_padding(low: Lowering, node: Node, value: Value, shape: Shape3) -> Value:
    """Rows and columns of zeros around each map."""
    layer = node.layer
    assert isinstance(layer, ZeroPadding2D)
    (top, _), (left, _) = layer.padding
    x, y = value.maps, Maps(node.name, shape)
    low.step(node.name, [x], [y], lambda: replace(copied(x.tensor, y.tensor), y_top=top, y_left=left, clear=True))
    result = Value(y, low.backward and value.wanted)

    def operation(dy: Maps, dx: Maps, accumulate: bool) -> Copy:
        return _part(dy.tensor, dx.tensor, (top, left, 0), accumulate)

    return low.back(f"d {node.name}", value, result, operation)


def flattened(low: Lowering, name: str, value: Value) -> Value:
    """The values of a picture as one pixel with many channels, channels fastest."""
    height, width, channels = value.shape
    if height * width == 1:
        return value
    x, y = value.maps, Maps(name, (1, 1, height * width * channels))
    low.step(name, [x], [y], lambda: copied(x.tensor, as_rows(y, value.shape)))
    result = Value(y, low.backward and value.wanted)

    def operation(dy: Maps, dx: Maps, accumulate: bool) -> Copy:
        return replace(copied(as_rows(dy, value.shape), dx.tensor), accumulate=accumulate)

    return low.back(f"d {name}", value, result, operation)


def as_rows(flat: Maps, shape: Shape3) -> Tensor:
    """A flattened value's memory as the maps that it was made of, channels not rounded up."""
    height, width, channels = shape
    tensor = flat.tensor
    return Tensor(tensor.space, tensor.offset, tensor.picture, width * channels, channels, height, width, channels)
