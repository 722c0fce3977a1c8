"""A layer taken apart: which of its operations was the first to give numbers that are not finite.

Forward a layer is one or a few operations, then its activation; backward the activation's slope, then the gradients of
its inputs and of its weights. All of it is the reference engine's arithmetic, some pictures at a time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.engines.reference.activation import ACTIVATIONS
from striate.engines.reference.norm import normalize, normalize_by
from striate.engines.reference.operations import Call, operation_of
from striate.network.layers import (
    BatchNormalization,
    Conv2D,
    CustomLayer,
    Dense,
    DepthwiseConv2D,
    Layer,
    LayerNormalization,
    activation_of,
)

Array = NDArray[Any]

PICTURES = 16  # at a time: the reference engine lays out every window of a map
OPERATIONS: dict[str, str] = {
    "Conv2D": "convolution",
    "DepthwiseConv2D": "depthwise",
    "Dense": "product",
    "AveragePooling2D": "average",
    "GlobalAveragePooling2D": "average",
    "MaxPooling2D": "maximum",
    "GlobalMaxPooling2D": "maximum",
    "Add": "sum",
    "Dropout": "dropout",
    "ReLU": "relu",
}


class Operation(NamedTuple):
    """An operation by its word, such as "convolution" or "activation", and by a name where the word needs one."""

    word: str
    name: str = ""


@dataclass
class Bad:
    """Numbers of one operation that are not finite: how many are NaN, how many infinite, of how many in all.

    `pictures` says which pictures of the batch they belong to; none where the numbers belong to all of them together.
    `largest` is the largest number that went in, `heard` what NumPy said of it: ("overflow", "exp").
    """

    operation: Operation
    nan: int = 0
    infinite: int = 0
    numbers: int = 0
    pictures: list[int] = field(default_factory=list[int])
    largest: float = 0.0
    heard: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def add(self, values: Array, first: int | None) -> None:
        """Count more of its numbers; `first` is the place of their first picture, None: they belong to no picture."""
        nan, infinite = np.isnan(values), np.isinf(values)
        self.nan += int(np.count_nonzero(nan))
        self.infinite += int(np.count_nonzero(infinite))
        self.numbers += values.size
        if first is not None and (self.nan or self.infinite):
            wrong = (nan | infinite).reshape(len(values), -1).any(axis=1)
            self.pictures += [first + int(i) for i in np.flatnonzero(wrong)]

    def __bool__(self) -> bool:
        return bool(self.nan or self.infinite)


TOLD = {"exp", "expm1", "exp2", "sinh", "cosh", "log", "log2", "log10", "log1p", "sqrt", "square", "power", "divide"}


class Heard:
    """Takes what NumPy says of its functions, of those whose names tell something."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def write(self, text: str) -> None:
        """One sentence, such as "Warning: overflow encountered in exp"."""
        found = re.search(r"(overflow|divide by zero|invalid value) encountered in (\w+)", text)
        if found and found[2] in TOLD and found.groups() not in self.said:
            self.said.append((found[1], found[2]))

    def listening(self) -> Any:
        """Within this context NumPy says here what it would warn of; what is too small is not worth it."""
        return np.errstate(over="log", divide="log", invalid="log", under="ignore", call=self)


def largest_of(arrays: Sequence[Array]) -> float:
    """The largest magnitude among the numbers that are finite."""
    sizes = [np.abs(a[np.isfinite(a)]).max(initial=0) for a in arrays if a.size]
    return float(max(sizes, default=0.0))


def dissect(layer: Layer, call: Call) -> Bad | None:
    """The first operation of a layer's pass forward that gives numbers that are not finite."""
    found, heard = dict[Operation, Bad](), Heard()
    pictures = len(call.inputs[0])
    step = pictures if together(layer) else PICTURES
    with heard.listening():
        for first in range(0, pictures, step):
            part = part_of(call, first, step)
            for operation, values in stages(layer, part):
                of_pictures = values.ndim > 1 and len(values) == len(part.inputs[0])
                found.setdefault(operation, Bad(operation)).add(values, first if of_pictures else None)
    bad = next(filter(None, found.values()), None)
    if bad:
        bad.largest, bad.heard = largest_of(call.inputs), heard.said
    return bad


def together(layer: Layer) -> bool:
    """Whether a layer may look at several pictures at a time."""
    return isinstance(layer, BatchNormalization | CustomLayer)


def part_of(call: Call, first: int, step: int) -> Call:
    """A layer's call for some of its pictures; what is drawn for them stays the same."""
    draw = call.draw and call.draw._replace(key=call.draw.key._replace(first=call.draw.key.first + first))
    return call._replace(inputs=[x[first : first + step] for x in call.inputs], draw=draw)


def main(layer: Layer) -> Operation:
    """What a layer mostly does."""
    if isinstance(layer, CustomLayer):
        return Operation("own", type(layer).__name__)
    if type(layer).__name__ in OPERATIONS:
        return Operation(OPERATIONS[type(layer).__name__])
    if activation_of(layer) != "linear":
        return Operation("activation", activation_of(layer))
    return Operation("layer", type(layer).__name__)


def stages(layer: Layer, call: Call) -> Iterator[tuple[Operation, Array]]:
    """What a layer computes on its way to the output, one behind the other."""
    match layer:
        case Conv2D() | DepthwiseConv2D() | Dense():
            z = operation_of(layer).forward(layer, call._replace(weights=call.weights[:1])).output
            yield main(layer), z
            if len(call.weights) == 2:
                z = z + call.weights[1]
                yield Operation("bias"), z
        case BatchNormalization() | LayerNormalization():
            done = _normalisation(layer, call)
            yield from done
            z = done[-1][1]
        case _:
            z = operation_of(layer).forward(layer, call).output
            if type(layer).__name__ in OPERATIONS or isinstance(layer, CustomLayer):
                yield main(layer), z
    name = activation_of(layer)
    yield Operation("activation", name), ACTIVATIONS[name].forward(z)


def _normalisation(layer: BatchNormalization | LayerNormalization, call: Call) -> list[tuple[Operation, Array]]:
    (x,), weights = call.inputs, list(call.weights)
    done: list[tuple[Operation, Array]] = []
    if isinstance(layer, LayerNormalization):
        z, mean, variance, _ = normalize(x, (-1,), layer.epsilon)
        done += [(Operation("mean"), mean), (Operation("variance"), variance)]
    elif call.batch_statistics:
        z, mean, variance, _ = normalize(x, tuple(range(x.ndim - 1)), layer.epsilon)
        done += [(Operation("mean"), mean.ravel()), (Operation("variance"), variance.ravel())]
    else:
        mean, variance = call.statistics
        z, _ = normalize_by(x, mean, variance, layer.epsilon)
    done.append((Operation("normalisation"), z))
    if layer.scale:
        done.append((Operation("scale"), done[-1][1] * weights.pop(0)))
    if layer.center:
        done.append((Operation("bias"), done[-1][1] + weights.pop(0)))
    return done


class Back(NamedTuple):
    """What a layer sends back: gradients of its inputs and of its weights, and what went wrong first."""

    inputs: list[Array]
    weights: list[Array]
    bad: Bad | None


def dissect_back(layer: Layer, call: Call, y: Array, dy: Array, *, scores: bool, names: Sequence[str]) -> Back:
    """A layer's pass backward from dy, the gradient of its output y, or with `scores` of what its activation gets."""
    pictures = len(y)
    step = pictures if together(layer) else PICTURES
    parts: list[tuple[Sequence[Array], Sequence[Array]]] = []
    name, heard = activation_of(layer), Heard()
    through, slope = operation_of(layer), Bad(Operation("slope", name))
    with heard.listening():
        for first in range(0, pictures, step):
            here = slice(first, first + step)
            result = through.forward(layer, part_of(call, first, step))
            dz = dy[here] if scores else ACTIVATIONS[name].backward(dy[here], result.output, y[here])
            slope.add(dz, first)
            parts.append(through.backward(layer, dz, result.saved))
        dxs = [np.concatenate([part[0][i] for part in parts]) for i in range(len(call.inputs))]
        dws = [np.sum([part[1][i] for part in parts], axis=0) for i in range(len(call.weights))]
    bad = next(filter(None, [slope, *_wrong(layer, dxs, dws, names)]), None)
    if bad:
        bad.largest, bad.heard = largest_of([dy]), heard.said
    return Back(dxs, dws, bad)


def _wrong(layer: Layer, dxs: Sequence[Array], dws: Sequence[Array], names: Sequence[str]) -> Iterator[Bad]:
    for word, arrays in (("of_weight", dws), ("of_input", dxs)):
        for i, values in enumerate(arrays):
            own = isinstance(layer, CustomLayer)
            operation = Operation("own_back", type(layer).__name__) if own else Operation(word)
            bad = Bad(operation if own or word == "of_input" else Operation(word, names[i]))
            bad.add(values, 0 if word == "of_input" else None)
            yield bad
