"""Update rules: the textbook formulas on vectors, in place. g: gradient, eta: learning rate, t counts from 1."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.network.optimizers import NAG, Adam, GradientDescent, Momentum, Nesterov, Rule

Array = NDArray[Any]


def gradient_descent(rule: GradientDescent, theta: Array, g: Array, slots: Sequence[Array], t: int, eta: float) -> None:
    """theta <- theta - eta g."""
    theta -= eta * g


def momentum(rule: Momentum | NAG, theta: Array, g: Array, slots: Sequence[Array], t: int, eta: float) -> None:
    """v <- gamma v + eta g        theta <- theta - v. NAG is the same with g taken at theta - gamma v."""
    (v,) = slots
    v[:] = rule.momentum * v + eta * g
    theta -= v


def nesterov(rule: Nesterov, theta: Array, g: Array, slots: Sequence[Array], t: int, eta: float) -> None:
    """v <- gamma v + eta g        theta <- theta - gamma v - eta g."""
    (v,) = slots
    v[:] = rule.momentum * v + eta * g
    theta -= rule.momentum * v + eta * g


def adam(rule: Adam, theta: Array, g: Array, slots: Sequence[Array], t: int, eta: float) -> None:
    """m, v: means of g and g^2. theta <- theta - eta sqrt(1 - beta_2^t)/(1 - beta_1^t) m/(sqrt(v) + epsilon)."""
    m, v = slots
    m += (1 - rule.beta_1) * (g - m)
    v += (1 - rule.beta_2) * (g * g - v)
    step = eta * np.sqrt(1 - rule.beta_2**t) / (1 - rule.beta_1**t)
    theta -= float(step) * m / (np.sqrt(v) + rule.epsilon)


UPDATES: Mapping[type[Rule], Callable[..., None]] = {
    GradientDescent: gradient_descent,
    Momentum: momentum,
    NAG: momentum,
    Nesterov: nesterov,
    Adam: adam,
}


def look_ahead(rule: Rule, theta: Array, slots: Sequence[Array]) -> Array:
    """Where the gradient is taken: NAG looks at theta - gamma v, every other rule at theta."""
    return theta - rule.momentum * slots[0] if isinstance(rule, NAG) else theta
