"""How far a number that an engine computed in float32 may be from what its terms add up to exactly.

Whoever adds up T numbers rounds each of them at most T times: T eps times the sum of their sizes (Higham, Accuracy and
Stability of Numerical Algorithms, 3.1). What the activation makes of that is asked of the activation; a handful of
roundings of its own come on top.
"""

import math

import numpy as np
from numpy.typing import NDArray

from striate.inspection.tracing.terms import Terms, activation
from striate.network.layers import Layer, ReLU

EPS = float(np.finfo(np.float32).eps)
TINY = float(np.finfo(np.float32).tiny)  # what is smaller may be flushed to 0
FEW = 8  # roundings of what is no sum: a function of a value, a division


def sum_rounding(terms: Terms) -> float:
    """How far the sum before the activation may be off."""
    facts = terms.facts
    if terms.rule == "scaled":
        (x,) = np.abs(terms.values)
        spread = math.sqrt(facts["variance"] + facts["epsilon"])
        return FEW * EPS * ((x + abs(facts["mean"])) / spread * abs(facts["gamma"]) + abs(facts["beta"]))
    if terms.rule == "normalized":  # mean and variance are off by their C terms; what is divided follows both
        largest = np.abs(terms.values).max() / math.sqrt(facts["variance"] + facts["epsilon"])
        off = (len(terms) + FEW) * (1 + largest) * (1 + largest**2)
        return float(off * EPS * (abs(facts["gamma"]) + abs(facts["beta"])))
    if terms.rule in ("sum", "mean", "add"):
        count = len(terms) + (terms.bias is not None)
        return float((count + 1) * EPS * (np.abs(terms.products).sum() + abs(terms.bias or 0.0)))
    return 0.0


def rounding(layer: Layer, terms: Terms) -> float | None:
    """How far the number may be from f(bias + sum of x * w); None where that is not known. Softmax: see below."""
    z, error, function = terms.total, sum_rounding(terms), activation(layer)
    if z is None or function is None or not math.isfinite(z):
        return None if z is None else error
    ends = function[1](np.array([z - error, z, z + error]))
    moved = float(np.abs(ends - ends[1]).max())
    if isinstance(layer, ReLU) or function[0] == "relu":
        return moved + (4 * EPS * (abs(z) + getattr(layer, "threshold", 0.0)) if isinstance(layer, ReLU) else 0.0)
    return 2 * moved + FEW * EPS * float(abs(ends[1]) + abs(z)) + TINY


def softmax_rounding(sums: NDArray[np.float64], errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same for e^(z - max) / sum: what z - max is off by, the exponential multiplies by; then a sum of K."""
    powers = np.exp(sums - sums.max())
    off = 2 * errors.max() + (float(np.ptp(sums)) + len(sums) + FEW) * EPS
    return 2 * off * powers / powers.sum() + TINY
