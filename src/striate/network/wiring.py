"""Layers and where their inputs come from, before it is known whether they fit; and whether they do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from striate.errors import SizeError
from striate.network.layers import InputLayer, Layer, Windowed
from striate.network.open_sizes import shape_behind, with_size
from striate.network.shapes import Shape, weights, windows
from striate.network.window import left_over


@dataclass(frozen=True)
class Place:
    """One place of a network: a layer, under a name, with where its inputs come from."""

    name: str
    layer: Layer
    inputs: tuple[int, ...]  # places before this one


Wiring = tuple[Place, ...]  # the input first, the output last


def walk(wiring: Sequence[Place], *, strict: bool = False) -> tuple[list[Shape], ValueError | None]:
    """The shapes behind the places, up to the first that does not fit, and why that does not; None: all fit.

    `strict` asks for strides that divide, too.
    """
    shapes: list[Shape] = []
    first: dict[Layer, list[Shape]] = {}
    for place in wiring:
        into = [shapes[i] for i in place.inputs]
        try:
            shape = shape_behind(place.layer, *into)
            _check_shared(place.layer, first.setdefault(place.layer, into), into)
            if strict:
                _check_divides(place.layer, into)
        except ValueError as misfit:  # a layer of the user's own may raise a plain one
            return shapes, misfit
        shapes.append(shape)
    return shapes, None


def way(wiring: Sequence[Place], shapes: Sequence[Shape], end: int) -> list[tuple[str, Shape]]:
    """The names and shapes from the input to a place, along first inputs."""
    places = [end]
    while wiring[places[-1]].inputs:
        places.append(wiring[places[-1]].inputs[0])
    return [(wiring[i].name, shapes[i]) for i in reversed(places)]


def picture_shape(wiring: Sequence[Place]) -> Shape:
    """The shape of what enters."""
    first = wiring[0].layer
    return first.shape if isinstance(first, InputLayer) else ()


def resized(wiring: Sequence[Place], shape: Shape) -> Wiring:
    """The same network for pictures of another shape."""
    first, *rest = wiring
    return Place(first.name, InputLayer(shape, name=first.layer.name), ()), *rest


def changed(wiring: Wiring, layers: dict[Layer, Layer]) -> Wiring:
    """The same network with other layers in the place of some, wherever they are used."""
    return tuple(replace(place, layer=layers.get(place.layer, place.layer)) for place in wiring)


def without(wiring: Wiring, left: set[int]) -> Wiring:
    """The network without some places of one input: who read from them reads from what they read."""
    kept: list[Place] = []
    now: list[int] = []  # where each place of before is found
    for i, place in enumerate(wiring):
        inputs = tuple(now[source] for source in place.inputs)
        now.append(inputs[0] if i in left else len(kept))
        if i not in left:
            kept.append(replace(place, inputs=inputs))
    return tuple(kept)


def _check_shared(layer: Layer, first: list[Shape], here: list[Shape]) -> None:
    """A layer used again must take the same weights there."""
    if first is here:
        return
    required, came = ([weight.shape for weight in weights(layer, *map(with_size, shapes))] for shapes in (first, here))
    if required != came:
        raise SizeError("size.shared_layer", required=required, came=came)


def _check_divides(layer: Layer, into: list[Shape]) -> None:
    if not isinstance(layer, Windowed):
        return
    placed = windows(layer, (into[0][0], into[0][1]))
    axes = zip(placed.size, placed.reach, placed.stride, placed.border, strict=True)
    rows, columns = (left_over(n, f, s, before, after) for n, f, s, (before, after) in axes)
    if rows or columns:
        fields = {"kernel": placed.reach, "stride": placed.stride, "size": placed.size, "border": placed.border}
        raise SizeError("size.does_not_divide", rows=rows, columns=columns, **fields)
