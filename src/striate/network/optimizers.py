"""How weights follow their gradient g: update rules as descriptions. As code: engines/reference/optimizers.py.

A rule keeps `slots`, vectors as long as theta, which start at 0 where it does not say otherwise. Libraries give one
name to different formulas, so each says which one it is. What every rule can do besides stands in `Rule`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from striate.errors import SettingError, unknown_name
from striate.network.layout import Span
from striate.network.schedules import Schedule, rate
from striate.network.settings import (
    config,
    described,
    flag,
    not_negative,
    optional,
    positive,
    positive_real,
    setting,
    share,
)

OLD_NAMES = {"lr": "learning_rate"}
Array = NDArray[np.floating]
Kind = TypeVar("Kind", bound="Rule")


@described
class Rule:
    """One step of learning: theta, g, slots -> theta, slots. A rule of your own overrides `update`.

    Before the step, as in Keras: the mean of `gradient_accumulation_steps` gradients is taken, cut down to norm
    `clipnorm` in each weight, or to `global_clipnorm` over all, or to +-`clipvalue` in each number; then weights lose
    `weight_decay` times eta of themselves, biases and scales not (decoupled: Loshchilov and Hutter 2019).

    With `use_ema` a mean of the weights goes along, a <- m a + (1 - m) theta with m = `ema_momentum`: it is what is
    validated and saved after an epoch, and the weights in the end; every `ema_overwrite_frequency` steps theta is set
    to it.
    """

    abstract: ClassVar[bool] = True
    old_names: ClassVar[dict[str, str]] = OLD_NAMES
    slots: ClassVar[tuple[str, ...]] = ()

    learning_rate: float | Schedule = setting(converter=rate, default=0.01)
    weight_decay: float | None = setting(converter=optional(not_negative), default=None, kw_only=True)
    clipnorm: float | None = setting(converter=optional(positive_real), default=None, kw_only=True)
    clipvalue: float | None = setting(converter=optional(positive_real), default=None, kw_only=True)
    global_clipnorm: float | None = setting(converter=optional(positive_real), default=None, kw_only=True)
    gradient_accumulation_steps: int | None = setting(converter=optional(positive), default=None, kw_only=True)
    use_ema: bool = setting(converter=flag, default=False, kw_only=True)
    ema_momentum: float = setting(converter=share, default=0.99, kw_only=True)
    ema_overwrite_frequency: int | None = setting(converter=optional(positive), default=None, kw_only=True)

    def __post_init__(self) -> None:
        clips = [name for name in ("clipnorm", "clipvalue", "global_clipnorm") if getattr(self, name) is not None]
        if len(clips) > 1:
            raise SettingError("rule.one_clip", where=getattr(self, "public_name", type(self).__name__), given=clips)

    def rate_at(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        return self.learning_rate(step) if isinstance(self.learning_rate, Schedule) else self.learning_rate

    def first_value(self, slot: str) -> float:
        """What a slot is filled with before the first step."""
        return 0.0

    def first_slots(self, theta: Array) -> tuple[Array, ...]:
        """The slots before the first step."""
        return tuple(np.full_like(theta, self.first_value(slot)) for slot in self.slots)

    def update(self, theta: Array, g: Array, slots: tuple[Array, ...], t: int, eta: float) -> None:
        """One step of a rule written in Python, in place: theta, g and slots are one weight's, flat; t is from 1."""
        raise SettingError("rule.no_formula", where=type(self).__name__)


@described
class GradientDescent(Rule):
    """theta <- theta - eta g. Cauchy 1847; on the gradient of a batch, stochastic: Robbins and Monro 1951."""


@described
class Momentum(Rule):
    """v <- gamma v + eta g        theta <- theta - v. Polyak 1964."""

    slots: ClassVar[tuple[str, ...]] = ("v",)

    momentum: float = setting(converter=share, default=0.9)


@described
class NAG(Rule):
    """Nesterov's accelerated gradient as the textbook has it: the gradient is taken ahead, at theta - gamma v.

    v <- gamma v + eta g(theta - gamma v)        theta <- theta - v. Nesterov 1983; Sutskever et al. 2013.
    """

    slots: ClassVar[tuple[str, ...]] = ("v",)

    momentum: float = setting(converter=share, default=0.9)


@described
class Nesterov(Rule):
    """NAG as Keras writes it, with the gradient at theta itself: this theta is the textbook's theta - gamma v.

    v <- gamma v + eta g        theta <- theta - gamma v - eta g
    """

    slots: ClassVar[tuple[str, ...]] = ("v",)

    momentum: float = setting(converter=share, default=0.9)


@described
class Adam(Rule):
    """Running means of g and g^2, corrected for their start at 0, with Keras's place for epsilon. Kingma and Ba 2015.

    m <- beta_1 m + (1 - beta_1) g        v <- beta_2 v + (1 - beta_2) g^2
    theta <- theta - eta sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt(v) + epsilon)
    """

    slots: ClassVar[tuple[str, ...]] = ("m", "v")

    learning_rate: float | Schedule = setting(converter=rate, default=0.001)
    beta_1: float = setting(converter=share, default=0.9)
    beta_2: float = setting(converter=share, default=0.999)
    epsilon: float = setting(converter=positive_real, default=1e-7)


@described
class AdamW(Adam):
    """Adam with weight decay apart from the gradient, as Keras: by eta * weight_decay. Loshchilov and Hutter 2019."""

    weight_decay: float | None = setting(converter=optional(not_negative), default=0.004)


@described
class Nadam(Rule):
    """Adam that takes the mean of g a step ahead, with Keras's mu_t. Dozat 2016.

    mu_t = beta_1 (1 - 0.96^t / 2)        m, v as Adam's
    theta <- theta - eta (mu_(t+1) m / (1 - mu_1 ... mu_(t+1)) + (1 - mu_t) g / (1 - mu_1 ... mu_t)) / (r + epsilon)
    with r = sqrt(v / (1 - beta_2^t)). PyTorch's mu_t has 0.96^(0.004 t).
    """

    slots: ClassVar[tuple[str, ...]] = ("m", "v")

    learning_rate: float | Schedule = setting(converter=rate, default=0.001)
    beta_1: float = setting(converter=share, default=0.9)
    beta_2: float = setting(converter=share, default=0.999)
    epsilon: float = setting(converter=positive_real, default=1e-7)


@described
class Muon(Rule):
    """Momentum whose matrix is made orthogonal, for the kernels inside a network; Adam for all else.

    G is the gradient of a kernel (R, S, C, K) as a matrix (R S C, K), U S V' the singular value decomposition of M:
    m <- gamma m + G        M = G + gamma m with `nesterov`, else m        O ~ U V' by Newton and Schulz's iteration
    theta <- theta - eta rms_rate sqrt(max(R S C, K)) O
    Jordan et al. 2024; the factor, which makes steps as large as Adam's: Liu et al. 2025. By Adam, with adam_lr_ratio
    times eta, go biases, scales, kernels of one output a channel, and the last kernel, as both advise. Keras's leaves
    convolutions to Adam, and the last kernel only where `exclude_layers` names it.
    """

    slots: ClassVar[tuple[str, ...]] = ("m", "v")

    learning_rate: float | Schedule = setting(converter=rate, default=0.001)
    adam_beta_1: float = setting(converter=share, default=0.9)
    adam_beta_2: float = setting(converter=share, default=0.999)
    epsilon: float = setting(converter=positive_real, default=1e-7)
    weight_decay: float | None = setting(converter=optional(not_negative), default=0.004)
    momentum: float = setting(converter=share, default=0.95)
    ns_steps: int = setting(converter=positive, default=5)
    nesterov: bool = setting(converter=flag, default=True)
    rms_rate: float = setting(converter=positive_real, default=0.2)
    adam_weight_decay: float | None = setting(converter=optional(not_negative), default=0.004)
    adam_lr_ratio: float = setting(converter=positive_real, default=1.0)

    def for_others(self) -> Adam:
        """The rule for what is no kernel inside the network, at `adam_lr_ratio` times the rate."""
        same = ("clipnorm", "clipvalue", "global_clipnorm", "gradient_accumulation_steps")
        decay = self.adam_weight_decay
        return Adam(
            self.learning_rate,
            self.adam_beta_1,
            self.adam_beta_2,
            self.epsilon,
            weight_decay=decay if decay is None else decay / self.adam_lr_ratio,  # Keras decays at eta itself
            **{name: getattr(self, name) for name in same},
        )


def orthogonal(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The kernels that `Muon` makes orthogonal steps for: all but the last and those that are one column."""
    kernels = [span for span in spans if len(span.shape) >= 2]
    return tuple(span for span in kernels[:-1] if span.shape[-1] > 1)


def slower(span: Span, rule: Muon) -> Span:
    """A weight that goes by `Muon.for_others`."""
    return replace(span, rate=span.rate * rule.adam_lr_ratio)


@described
class Adagrad(Rule):
    """The sum of all g^2 so far, with Keras's first value and place for epsilon. Duchi, Hazan and Singer 2011.

    v <- v + g^2        theta <- theta - eta g / sqrt(v + epsilon)
    """

    slots: ClassVar[tuple[str, ...]] = ("v",)

    learning_rate: float | Schedule = setting(converter=rate, default=0.001)
    initial_accumulator_value: float = setting(converter=not_negative, default=0.1)
    epsilon: float = setting(converter=positive_real, default=1e-7)

    def first_value(self, slot: str) -> float:
        return self.initial_accumulator_value


@described
class Adadelta(Rule):
    """Steps as large as the mean of the last steps: eta is only a factor, 1 in the paper. Zeiler 2012.

    v <- rho v + (1 - rho) g^2        d = g sqrt(u + epsilon) / sqrt(v + epsilon)
    u <- rho u + (1 - rho) d^2        theta <- theta - eta d
    """

    slots: ClassVar[tuple[str, ...]] = ("v", "u")

    learning_rate: float | Schedule = setting(converter=rate, default=0.001)
    rho: float = setting(converter=share, default=0.95)
    epsilon: float = setting(converter=positive_real, default=1e-7)


@described
class PlainRMSprop(Rule):
    """Hinton's lecture 6e, with Keras's place for epsilon.

    v <- rho v + (1 - rho) g^2        theta <- theta - eta g / sqrt(v + epsilon)
    """

    slots: ClassVar[tuple[str, ...]] = ("v",)

    learning_rate: float | Schedule = setting(converter=rate, default=0.001)
    rho: float = setting(converter=share, default=0.9)
    epsilon: float = setting(converter=positive_real, default=1e-7)


@described
class MomentumRMSprop(PlainRMSprop):
    """RMSprop whose steps are gathered: s <- gamma s + eta g / sqrt(v + epsilon)        theta <- theta - s."""

    slots: ClassVar[tuple[str, ...]] = ("v", "s")

    momentum: float = setting(converter=share, default=0.9)


@described
class CenteredRMSprop(PlainRMSprop):
    """RMSprop by the variance of g: m <- rho m + (1 - rho) g        v - m^2 in the place of v. Graves 2013."""

    slots: ClassVar[tuple[str, ...]] = ("v", "m")


@described
class CenteredMomentumRMSprop(MomentumRMSprop):
    """MomentumRMSprop by the variance of g: v - m^2 in the place of v. Graves 2013."""

    slots: ClassVar[tuple[str, ...]] = ("v", "m", "s")


@described
class _SGDSettings(Rule):
    """Keras's arguments of SGD, from which `SGD` chooses a rule."""

    public_name: ClassVar[str] = "SGD"

    momentum: float = setting(converter=share, default=0.0)
    nesterov: bool = setting(converter=flag, default=False)


def SGD(*args: Any, **kwargs: Any) -> Rule:  # noqa: N802 (Keras's name)
    """Keras's SGD(learning_rate=0.01, momentum=0.0, nesterov=False): GradientDescent, Momentum or Nesterov."""
    chosen = _SGDSettings(*args, **kwargs)
    if chosen.momentum == 0:
        return _with_settings_of(chosen, GradientDescent)
    return _with_settings_of(chosen, Nesterov if chosen.nesterov else Momentum)


@described
class _RMSpropSettings(Rule):
    """Keras's arguments of RMSprop, from which `RMSprop` chooses a rule."""

    public_name: ClassVar[str] = "RMSprop"

    learning_rate: float | Schedule = setting(converter=rate, default=0.001)
    rho: float = setting(converter=share, default=0.9)
    momentum: float = setting(converter=share, default=0.0)
    epsilon: float = setting(converter=positive_real, default=1e-7)
    centered: bool = setting(converter=flag, default=False)


def RMSprop(*args: Any, **kwargs: Any) -> Rule:  # noqa: N802 (Keras's name)
    """Keras's RMSprop(learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False): one of four rules."""
    chosen = _RMSpropSettings(*args, **kwargs)
    if chosen.momentum == 0:
        return _with_settings_of(chosen, CenteredRMSprop if chosen.centered else PlainRMSprop)
    return _with_settings_of(chosen, CenteredMomentumRMSprop if chosen.centered else MomentumRMSprop)


def _with_settings_of(chosen: Rule, kind: type[Kind]) -> Kind:
    """A rule of a kind, with those of the settings that it has."""
    settings: dict[str, Any] = {name: value for name, value in config(chosen).items() if hasattr(kind, name)}
    return kind(**settings)


RULES: dict[str, type[Rule]] = {
    "sgd": GradientDescent,
    "momentum": Momentum,
    "nag": NAG,
    "nesterov": Nesterov,
    "adagrad": Adagrad,
    "adadelta": Adadelta,
    "rmsprop": PlainRMSprop,
    "adam": Adam,
    "adamw": AdamW,
    "nadam": Nadam,
    "muon": Muon,
}
MAKERS: Mapping[str, Callable[..., Rule]] = {**RULES, "sgd": SGD, "rmsprop": RMSprop}


def rule_named(rule: str | Rule) -> Rule:
    """The rule that a text stands for: its name, and settings that are not its defaults, "sgd,momentum=0.9".

    A rule stays itself. Raises `UnknownNameError` or `SettingError` for what is none.
    """
    if isinstance(rule, Rule):
        return rule
    if isinstance(cast(object, rule), type):
        raise unknown_name("optimizer", rule, RULES)
    name, *given = (part.strip() for part in str(rule).split(","))
    if name.lower() not in RULES:
        raise unknown_name("optimizer", name, RULES)
    settings = dict(_setting_of(part, str(rule)) for part in given)
    if len(settings) < len(given):
        raise SettingError("optimizer.text", came=rule)
    return MAKERS[name.lower()](**settings)


def _setting_of(part: str, whole_text: str) -> tuple[str, float | bool]:
    """("momentum", 0.9) for "momentum=0.9"."""
    name, _, value = (piece.strip() for piece in part.partition("="))
    if value in ("true", "false"):
        return name, value == "true"
    try:
        return name, int(value) if re.fullmatch("[0-9]+", value) else float(value)
    except ValueError:
        raise SettingError("optimizer.text", came=whole_text) from None
