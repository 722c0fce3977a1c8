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
    y, starts, place = Maps(node.name, shape), list[tuple[int, int, int]](), 0
    for value in values:
        starts.append((place if axis == 0 else 0, place if axis == 1 else 0, place if axis == 2 else 0))
        place += value.shape[axis]
    for value, (top, left, channel) in zip(values, starts, strict=True):
        x = value.maps
        low.step(
            node.name,
            [x, y],
            [y],
            lambda x=x, top=top, left=left, channel=channel: replace(
                copied(x, y), y_top=top, y_left=left, y_channel=channel
            ),
        )
    result = Value(y, low.backward and any(value.wanted for value in values))

    def backward() -> None:
        dy = low.gradient_of(result)
        if dy is None:
            return
        for value, (top, left, channel) in zip(values, starts, strict=True):
            if value.wanted:
                into, accumulate = low.into(value)
                low.step(
                    f"d {node.name}",
                    [dy, into if accumulate else None],
                    [into],
                    lambda into=into, top=top, left=left, channel=channel, accumulate=accumulate: _part(
                        dy.tensor, into.tensor, (top, left, channel), accumulate
                    ),
                )

    if result.wanted:
        low.tape.append(backward)
    return result


def _part(x: Tensor, y: Tensor, start: tuple[int, int, int], accumulate: bool) -> Copy:
    top, left, channel = start
    return Copy(x, y, *y.shape, x_top=top, x_left=left, x_channel=channel, accumulate=accumulate)


def lower_padding(low: Lowering, node: Node, value: Value, shape: Shape3) -> Value:
    """Rows and columns of zeros around each map."""
    layer = node.layer
    assert isinstance(layer, ZeroPadding2D)
    (top, _), (left, _) = layer.padding
    x, y = value.maps, Maps(node.name, shape)
    low.step(node.name, [x], [y], lambda: replace(copied(x, y), y_top=top, y_left=left, clear=True))
    result = Value(y, low.backward and value.wanted)

    def backward() -> None:
        dy = low.gradient_of(result)
        if dy is None:
            return
        into, accumulate = low.into(value)
        low.step(
            f"d {node.name}",
            [dy, into if accumulate else None],
            [into],
            lambda: _part(dy.tensor, into.tensor, (top, left, 0), accumulate),
        )

    if result.wanted:
        low.tape.append(backward)
    return result


def flattened(low: Lowering, name: str, value: Value) -> Value:
    """The values of a picture as one pixel with many channels, channels fastest."""
    height, width, channels = value.shape
    if height * width == 1:
        return value
    x, y = value.maps, Maps(name, (1, 1, height * width * channels))
    low.step(name, [x], [y], lambda: copied_as(x.tensor, as_rows(y, value.shape)))
    result = Value(y, low.backward and value.wanted)

    def backward() -> None:
        dy = low.gradient_of(result)
        if dy is None:
            return
        into, accumulate = low.into(value)
        low.step(
            f"d {name}",
            [dy, into if accumulate else None],
            [into],
            lambda: replace(copied_as(as_rows(dy, value.shape), into.tensor), accumulate=accumulate),
        )

    if result.wanted:
        low.tape.append(backward)
    return result


def as_rows(flat: Maps, shape: Shape3) -> Tensor:
    """A flattened value's memory as the maps that it was made of, channels not rounded up."""
    height, width, channels = shape
    tensor = flat.tensor
    return Tensor(tensor.space, tensor.offset, tensor.picture, width * channels, channels, height, width, channels)


def copied_as(x: Tensor, y: Tensor) -> Copy:
    """All of some maps, to others of their shape."""
    return Copy(x, y, *y.shape)
