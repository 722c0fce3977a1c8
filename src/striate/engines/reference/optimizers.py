"""Update rules: the textbook formulas on vectors, in place. g: gradient, eta: learning rate, t counts from 1."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.engines.reference.muon import muon
from striate.network.layout import Span, all_finite
from striate.network.optimizers import (
    NAG,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    CenteredMomentumRMSprop,
    CenteredRMSprop,
    GradientDescent,
    Momentum,
    MomentumRMSprop,
    Muon,
    Nadam,
    Nesterov,
    PlainRMSprop,
    Rule,
    orthogonal,
    slower,
)

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


def nadam(rule: Nadam, theta: Array, g: Array, slots: Sequence[Array], t: int, eta: float) -> None:
    """theta <- theta - eta (mu_(t+1) m / (1 - mu_1 ... mu_(t+1)) + (1 - mu_t) g / (1 - mu_1 ... mu_t)) / (r + epsilon).

    mu_t = beta_1 (1 - 0.96^t / 2), r = sqrt(v / (1 - beta_2^t)); m and v as Adam's.
    """
    m, v = slots
    m += (1 - rule.beta_1) * (g - m)
    v += (1 - rule.beta_2) * (g * g - v)
    now, ahead = (rule.beta_1 * (1 - 0.96**i / 2) for i in (t, t + 1))
    # 0.96^i is lost beside 1 in float64 from i = 900 on; from there each factor is beta_1 alone.
    product = rule.beta_1**t * float(np.prod(1 - 0.96 ** np.arange(1, min(t, 1000) + 1) / 2))
    mean = ahead / (1 - product * ahead) * m + (1 - now) / (1 - product) * g
    theta -= eta * mean / (np.sqrt(v / (1 - rule.beta_2**t)) + rule.epsilon)


def adagrad(rule: Adagrad, theta: Array, g: Array, slots: Sequence[Array], t: int, eta: float) -> None:
    """v <- v + g^2        theta <- theta - eta g / sqrt(v + epsilon). v starts at initial_accumulator_value."""
    (v,) = slots
    v += g * g
    theta -= eta * g / np.sqrt(v + rule.epsilon)


def adadelta(rule: Adadelta, theta: Array, g: Array, slots: Sequence[Array], t: int, eta: float) -> None:
    """v, u: means of g^2 and d^2. d = g sqrt(u + epsilon) / sqrt(v + epsilon)        theta <- theta - eta d."""
    v, u = slots
    v[:] = rule.rho * v + (1 - rule.rho) * g * g
    d = g * np.sqrt(u + rule.epsilon) / np.sqrt(v + rule.epsilon)
    u[:] = rule.rho * u + (1 - rule.rho) * d * d
    theta -= eta * d


def rmsprop(rule: PlainRMSprop, theta: Array, g: Array, slots: Sequence[Array], t: int, eta: float) -> None:
    """v <- rho v + (1 - rho) g^2        theta <- theta - eta g / sqrt(v + epsilon)."""
    (v,) = slots
    v[:] = rule.rho * v + (1 - rule.rho) * g * g
    theta -= eta * g / np.sqrt(v + rule.epsilon)


def rmsprop_momentum(rule: MomentumRMSprop, theta: Array, g: Array, slots: Sequence[Array], t: int, eta: float) -> None:
    """v as RMSprop's. s <- gamma s + eta g / sqrt(v + epsilon)        theta <- theta - s."""
    v, s = slots
    v[:] = rule.rho * v + (1 - rule.rho) * g * g
    s[:] = rule.momentum * s + eta * g / np.sqrt(v + rule.epsilon)
    theta -= s


def rmsprop_centered(rule: CenteredRMSprop, theta: Array, g: Array, slots: Sequence[Array], t: int, eta: float) -> None:
    """v as RMSprop's. m <- rho m + (1 - rho) g        theta <- theta - eta g / sqrt(v - m^2 + epsilon)."""
    v, m = slots
    theta -= eta * g / _deviation(rule, v, m, g)


def rmsprop_centered_momentum(
    rule: CenteredMomentumRMSprop, theta: Array, g: Array, slots: Sequence[Array], t: int, eta: float
) -> None:
    """v as RMSprop's, m as the centered one's. s <- gamma s + eta g / sqrt(v - m^2 + epsilon); theta <- theta - s."""
    v, m, s = slots
    s[:] = rule.momentum * s + eta * g / _deviation(rule, v, m, g)
    theta -= s


def _deviation(rule: PlainRMSprop, v: Array, m: Array, g: Array) -> Array:
    v[:] = rule.rho * v + (1 - rule.rho) * g * g
    m[:] = rule.rho * m + (1 - rule.rho) * g
    # The variance is never below 0, but rounded it can be by more than epsilon.
    return np.sqrt(np.maximum(v - m * m, 0) + rule.epsilon)


UPDATES: Mapping[type[Rule], Callable[..., None]] = {
    GradientDescent: gradient_descent,
    Momentum: momentum,
    NAG: momentum,
    Nesterov: nesterov,
    Adagrad: adagrad,
    Adadelta: adadelta,
    PlainRMSprop: rmsprop,
    MomentumRMSprop: rmsprop_momentum,
    CenteredRMSprop: rmsprop_centered,
    CenteredMomentumRMSprop: rmsprop_centered_momentum,
    Adam: adam,
    AdamW: adam,
    Nadam: nadam,
}


def update(
    rule: Rule, theta: Array, g: Array, slots: Sequence[Array], t: int, eta: float, spans: Sequence[Span]
) -> None:
    """One step of a rule, weight by weight: the gradient clipped, the weights decayed, then the rule's formula."""
    kernels = orthogonal(spans) if isinstance(rule, Muon) else ()
    chosen = rule.for_others() if isinstance(rule, Muon) else rule
    formula = _formula(chosen)
    learning = [span for span in spans if span.trainable]
    for span, clipped in zip(learning, clip(rule, [g[span.slice] for span in learning]), strict=True):
        own_slots = tuple(slot[span.slice] for slot in slots)
        if isinstance(rule, Muon) and span in kernels:
            weights, own, m = (each.reshape(-1, span.shape[-1]) for each in (theta[span.slice], clipped, own_slots[0]))
            if rule.weight_decay and span.decayed:
                decay(weights, rule.weight_decay, eta * span.rate)
            muon(rule, weights, own, m, eta * span.rate)
            continue
        own_rate = eta * (slower(span, rule) if isinstance(rule, Muon) else span).rate
        if chosen.weight_decay and span.decayed:
            decay(theta[span.slice], chosen.weight_decay, own_rate)
        formula(chosen, theta[span.slice], clipped, own_slots, t, own_rate)


def checked_update(
    rule: Rule, theta: Array, g: Array, slots: Sequence[Array], t: int, eta: float, spans: Sequence[Span]
) -> int:
    """One step, and how many weights it would have made NaN or infinite; where there are any theta stays as it is."""
    before = theta.copy()
    with np.errstate(all="ignore"):
        update(rule, theta, g, slots, t, eta, spans)
    return 0 if all_finite(theta) else put_back(theta, before, spans)


def put_back(theta: Array, before: Array, spans: Sequence[Span]) -> int:
    """How many of the weights that learn are not finite; where there are any, all become again what they were."""
    learning = [span.slice for span in spans if span.trainable]
    bad = sum(int(np.count_nonzero(~np.isfinite(theta[place]))) for place in learning)
    for place in learning if bad else ():
        theta[place] = before[place]
    return bad


def _formula(rule: Rule) -> Callable[..., None]:
    """The nearest formula along a rule's classes: one of ours, or what a rule of the user's brings itself."""
    for kind in type(rule).__mro__:
        if kind in UPDATES:
            return UPDATES[kind]
        if "update" in vars(kind):
            break
    return type(rule).update


def decay(theta: Array, weight_decay: float, eta: float) -> None:
    """theta <- theta - eta weight_decay theta."""
    theta -= eta * weight_decay * theta


def clip(rule: Rule, gradients: Sequence[Array]) -> Sequence[Array]:
    """The gradients of the weights, cut down as the rule says."""
    if rule.clipnorm is not None:
        return [clip_by_norm(g, norm([g]), rule.clipnorm) for g in gradients]
    if rule.global_clipnorm is not None:
        of_all = norm(gradients)
        return [clip_by_norm(g, of_all, rule.global_clipnorm) for g in gradients]
    if rule.clipvalue is not None:
        return [clip_by_value(g, rule.clipvalue) for g in gradients]
    return gradients


def clip_by_norm(g: Array, norm: float, largest: float) -> Array:
    """g largest / norm, where the norm is above the largest allowed."""
    return g * (largest / norm) if norm > largest else g


def clip_by_value(g: Array, largest: float) -> Array:
    """Each number kept from -largest to largest."""
    return np.clip(g, -largest, largest)


def norm(gradients: Sequence[Array]) -> float:
    """The Euclidean norm of some vectors together; NaN or infinite exactly where one of their numbers is."""
    # In float64, where squares of float32 do not overflow.
    return math.sqrt(sum(float(np.square(g, dtype=np.float64).sum()) for g in gradients))


def look_ahead(rule: Rule, theta: Array, slots: Sequence[Array], spans: Sequence[Span]) -> Array:
    """Where the gradient is taken: NAG looks at theta - gamma v in what is not frozen, every other rule at theta."""
    if not isinstance(rule, NAG):
        return theta
    ahead = theta.copy()
    for span in spans:
        if span.trainable:
            ahead[span.slice] -= rule.momentum * slots[0][span.slice]
    return ahead
