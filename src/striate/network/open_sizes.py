"""Pictures of any size: what a layer makes of maps whose height or width is not known until a network is planned.

An open size is None. The rules of network/shapes.py are asked for two sizes in its place: what comes out alike does not
depend on it, what differs is open again. So each rule is written once, and a user's own layer needs no other.
"""

from collections.abc import Sequence
from typing import cast

from striate.errors import SizeError
from striate.network.layers import Layer
from striate.network.shapes import Shape, output_shape, weights

# Larger than kernels and strides are, so that a window always fits and moves; even, since halves are common.
TRIED = (2**20, 2**21)


def is_open(shape: tuple[int | None, ...]) -> bool:
    """Whether a height or a width is not known yet."""
    return None in shape


def with_size(shape: tuple[int | None, ...], size: int = TRIED[0]) -> Shape:
    """The shape with a size in the place of each open one."""
    return tuple(size if n is None else n for n in shape)


def agrees(shape: tuple[int | None, ...], came: Shape) -> bool:
    """Whether a shape is this one wherever this one is known."""
    return len(shape) == len(came) and all(n is None or n == m for n, m in zip(shape, came, strict=True))


def shape_behind(layer: Layer, *shapes: Shape) -> Shape:
    """As `output_shape`, for shapes with open sizes too; `SizeError` where the layer needs to know them."""
    if not any(map(is_open, shapes)):
        return output_shape(layer, *shapes)
    into = _agreed(shapes) if layer.joins else shapes
    (shape, asked), (other, asked_too) = (_tried(layer, into, size) for size in TRIED)
    behind = tuple(n if n == m else None for n, m in zip(shape, other, strict=True))
    if behind[-1] is None or asked != asked_too:
        raise SizeError("size.open", kind=type(layer).__name__, shape=next(filter(is_open, shapes)))
    return cast(Shape, behind)


def _tried(layer: Layer, shapes: Sequence[Shape], size: int) -> tuple[Shape, list[Shape]]:
    """What comes out at this size, and the shapes of the weights."""
    into = [with_size(shape, size) for shape in shapes]
    try:
        return output_shape(layer, *into), [weight.shape for weight in weights(layer, *into)]
    except SizeError as misfit:
        fields = {name: _opened(value, size) for name, value in misfit.fields.items()}
        raise SizeError(misfit.code, **fields) from None


def _agreed(shapes: Sequence[Shape]) -> Sequence[Shape]:
    """Shapes that are joined: where one is open, planning will tell whether the others agree with it."""
    if len(set(map(len, shapes))) != 1:
        return shapes
    open_axes = [is_open(sizes) for sizes in zip(*shapes, strict=True)]
    return [
        cast(Shape, tuple(None if left else n for n, left in zip(shape, open_axes, strict=True))) for shape in shapes
    ]


def _opened(value: object, size: int) -> object:
    """A field of an error as it is without the size that was tried."""
    if isinstance(value, tuple | list):
        return tuple(_opened(each, size) for each in cast(Sequence[object], value))
    return None if value == size else value
