"""First values of weights, by Keras's names. Each takes a shape and a generator and answers in float64."""

import math
from collections.abc import Callable, Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from striate.network.layout import Layout

FIRST_VALUES = 0  # keeps first weights apart from other draws of the same seed

Shape = tuple[int, ...]
Initializer = Callable[[Shape, np.random.Generator], NDArray[np.float64]]

# The standard deviation of a standard normal distribution cut off at 2: what he_normal divides by, so that the
# truncated values have the wanted variance.
TRUNCATED_DEVIATION = 0.87962566103423978


def fans(shape: Shape) -> tuple[int, int]:
    """(inputs of one output, outputs of one input): R*S*C and R*S*K for a kernel (R, S, C, K), C and K for (C, K)."""
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    taps = math.prod(shape[:-2])
    return taps * shape[-2], taps * shape[-1]


def zeros(shape: Shape, rng: np.random.Generator) -> NDArray[np.float64]:
    """All 0."""
    return np.zeros(shape)


def ones(shape: Shape, rng: np.random.Generator) -> NDArray[np.float64]:
    """All 1."""
    return np.ones(shape)


def glorot_uniform(shape: Shape, rng: np.random.Generator) -> NDArray[np.float64]:
    """Uniform in +-sqrt(6 / (fan_in + fan_out)). Glorot and Bengio 2010."""
    limit = math.sqrt(6 / sum(fans(shape)))
    return rng.uniform(-limit, limit, shape)


def he_normal(shape: Shape, rng: np.random.Generator) -> NDArray[np.float64]:
    """Normal with variance 2 / fan_in; what lies beyond two deviations is drawn anew, as in Keras. He et al. 2015."""
    deviation = math.sqrt(2 / fans(shape)[0]) / TRUNCATED_DEVIATION
    values = rng.standard_normal(shape)
    while (outside := np.abs(values) > 2).any():
        values[outside] = rng.standard_normal(np.count_nonzero(outside))
    return values * deviation


def dirac(shape: Shape, rng: np.random.Generator) -> NDArray[np.float64]:
    """The first outputs repeat the inputs, as far as both go; the others are uniform in +-1 / sqrt(fan_in).

    For a kernel (R, S, C, K): 1 at its middle from input c to output c, 0 around it. Zagoruyko and Komodakis 2017.
    """
    limit = 1 / math.sqrt(fans(shape)[0])
    values = rng.uniform(-limit, limit, shape)
    if len(shape) > 1:
        repeated = np.arange(min(shape[-2:]))
        values[..., : len(repeated)] = 0
        values[(*((size - 1) // 2 for size in shape[:-2]), repeated, repeated)] = 1
    return values


INITIALIZERS: Mapping[str, Initializer] = {
    function.__name__: function for function in (glorot_uniform, he_normal, dirac, zeros, ones)
}


def first_values(layout: Layout, seed: int, only: Collection[str] | None = None) -> NDArray[np.float32]:
    """The first vector of weights, each drawn by its place: adding a layer changes no earlier one.

    `only`: the weights of these names; the others are left 0.
    """
    vector = np.zeros(layout.size, np.float32)
    for place, span in enumerate(layout.spans):
        if only is None or span.name in only:
            rng = np.random.default_rng([seed, FIRST_VALUES, place])
            layout.view(vector, span)[...] = INITIALIZERS[span.initializer](span.shape, rng)
    return vector
