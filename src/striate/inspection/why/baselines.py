"""Pictures that say nothing: what a picture is compared with, or parts of it are covered by."""

import math

import numpy as np

from striate.engines.contract import Array
from striate.errors import unknown_name

BASELINES = {"black": "baseline.black", "mean": "baseline.mean", "blurred": "baseline.blurred"}  # their words' codes
SHARE = 8  # of the shorter side is the blur's sigma: no object is left to be seen


def baseline_of(x: Array, kind: str) -> Array:
    """A picture like x (H, W, C): all 0; each channel its mean; x blurred by a Gaussian. Raises `UnknownNameError`."""
    if kind not in BASELINES:
        raise unknown_name("baseline", kind, BASELINES)
    if kind == "black":
        return np.zeros_like(x)
    if kind == "mean":
        return np.broadcast_to(x.mean(axis=(0, 1), dtype=np.float64), x.shape).astype(x.dtype)
    return _blurred(x, min(x.shape[:2]) / SHARE).astype(x.dtype)


def _blurred(x: Array, sigma: float) -> Array:
    """Each axis by itself, each weight over those inside the picture."""
    down, across = (_blur(n, sigma) for n in x.shape[:2])
    return np.einsum("pr,rsc,qs->pqc", down, x.astype(np.float64), across, optimize=True)


def _blur(n: int, sigma: float) -> Array:
    """(n, n): each row the weights of a Gaussian about one place, of what lies inside, summing to 1."""
    apart = np.subtract.outer(np.arange(n), np.arange(n))
    weights = np.exp(-np.square(apart / max(sigma, math.ulp(1.0))) / 2)
    return weights / weights.sum(axis=1, keepdims=True)
