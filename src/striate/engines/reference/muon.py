"""The rule that makes momentum's matrix orthogonal before it takes a step. network/optimizers.py: `Muon`."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.network.optimizers import Muon

Array = NDArray[Any]

# The odd polynomial a s + b s^3 + c s^5 that is steepest at 0 while it keeps singular values near 1. Jordan et al. 2024
A, B, C = 3.4445, -4.7750, 2.0315
LEAST_NORM = 1e-7
# A matrix of so many rows a column is cheaper to multiply once for several rounds. Of what float32 loses in P a round
# makes a^2 = 12 times as much at most, of 2^-24 after four: 0.001. In the sixth it would begin to matter.
TALL, ROUNDS_TOGETHER = 3, 5


class Products(NamedTuple):
    """How an engine multiplies: X (n, k) -> X'X (k, k), and X (n, k) with Y (k, k) -> X Y."""

    gram: Callable[[Array], Array]
    product: Callable[[Array, Array], Array]


def _gram(x: Array) -> Array:
    return x.T @ x


NUMPY = Products(_gram, np.matmul)


def muon(rule: Muon, theta: Array, g: Array, m: Array, eta: float, products: Products = NUMPY) -> None:
    """m <- gamma m + G        theta <- theta - eta rms_rate sqrt(max(R S C, K)) O(G + gamma m), in place.

    theta, g and m are one kernel's, flat or not, as matrices (R S C, K).
    """
    m *= rule.momentum
    m += g
    matrix = g + rule.momentum * m if rule.nesterov else m
    theta -= eta * rule.rms_rate * math.sqrt(max(theta.shape)) * orthogonalized(matrix, rule.ns_steps, products)


def orthogonalized(matrix: Array, steps: int, products: Products = NUMPY) -> Array:
    """Near U V' of a matrix U S V', by Newton and Schulz's iteration; 0 stays 0.

    X <- X / |X|, then `steps` times        P = X'X        Q = a + b P + c P P        X <- X Q
    each singular value s becomes a s + b s^3 + c s^5, which five times brings all but the smallest near 1.
    """
    if matrix.shape[0] < matrix.shape[1]:  # the smaller Gram matrix is the cheaper one
        return orthogonalized(np.ascontiguousarray(matrix.T), steps, products).T
    x = matrix * matrix.dtype.type(1 / (_norm(matrix) + LEAST_NORM))
    together = ROUNDS_TOGETHER if matrix.shape[0] >= TALL * matrix.shape[1] else 1
    for begin in range(0, steps, together):
        x = products.product(x, _rounds(products.gram(x), min(together, steps - begin), products))
    return x


def _rounds(gram: Array, rounds: int, products: Products) -> Array:
    """Q of one round or the product of several: with X goes P, to Q P Q, for Q is symmetric and commutes with P."""
    whole = None
    for last in reversed(range(rounds)):
        q = B * gram + C * products.product(gram, gram)
        q.flat[:: len(q) + 1] += A
        whole = q if whole is None else products.product(whole, q)
        if last:
            gram = products.product(products.product(q, gram), q)
    assert whole is not None
    return whole


def _norm(matrix: Array) -> float:
    # In float64, where squares of float32 do not overflow; not BLAS's, whose order of sums may follow its threads.
    return math.sqrt(float(np.square(matrix, dtype=np.float64).sum()))
