"""Whether a layer's backward belongs to its forward: for those who write layers of their own."""

from collections.abc import Callable, Sequence

import numpy as np

from striate.engines.contract import Array
from striate.engines.reference.operations import Call, Result, operation_of
from striate.errors import GraphError
from striate.network.layers import Layer
from striate.network.shapes import weights

PICTURES = 3
STEP = 1e-6
CLOSE = 1e-5  # a difference of two steps is off by about 1e-10 / STEP from rounding, and by STEP^2 from its length


def check_gradient(layer: Layer, *shapes: Sequence[int]) -> None:
    """Compare a layer's backward with how its forward moves, in float64, at random inputs and weights.

    `shapes` are those of one picture at each input. Raises `GraphError` that names the input or the weight whose
    gradient is wrong. A function with kinks may fail by chance only where a value lies within a millionth of one.
    """
    rng = np.random.default_rng(0)
    at = [tuple(shape) for shape in shapes]
    asked = weights(layer, *at)
    learned = [weight for weight in asked if weight.learned]
    values = [
        *(rng.standard_normal((PICTURES, *shape)) for shape in at),
        *(rng.standard_normal(weight.shape) for weight in learned),
    ]
    statistics = [rng.uniform(0.5, 2, weight.shape) for weight in asked if not weight.learned]

    def forward(values: Sequence[Array]) -> Result:
        call = Call(values[: len(at)], values[len(at) :], statistics, None, batch_statistics=True)
        return operation_of(layer).forward(layer, call)

    result = forward(values)
    dy = rng.standard_normal(result.output.shape)
    of_inputs, of_weights = operation_of(layer).backward(layer, dy, result.saved)
    names = [*(f"input {i}" for i in range(1, len(at) + 1)), *(weight.name for weight in learned)]
    for i, (name, gradient) in enumerate(zip(names, [*of_inputs, *of_weights], strict=False)):
        direction = rng.standard_normal(values[i].shape)
        said = float(np.sum(gradient * direction))
        found = _slope(
            lambda x, i=i: float(np.sum(dy * forward([*values[:i], x, *values[i + 1 :]]).output)), values[i], direction
        )
        scale = float(np.linalg.norm(gradient) * np.linalg.norm(direction))
        if not abs(said - found) <= CLOSE * (scale + abs(found)):
            raise GraphError("layer.wrong_gradient", layer=type(layer).__name__, of=name, said=said, found=found)


def _slope(f: Callable[[Array], float], x: Array, direction: Array) -> float:
    return (f(x + STEP * direction) - f(x - STEP * direction)) / (2 * STEP)
