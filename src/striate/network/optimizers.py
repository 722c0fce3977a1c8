"""How weights follow their gradient g: update rules as descriptions. As code: engines/reference/optimizers.py.

A rule keeps `slots`, vectors as long as theta, which start at 0. Libraries give one name to different formulas, so each
says which one it is.
"""

from typing import Any, ClassVar

from striate.errors import unknown_name
from striate.network.settings import described, flag, positive_real, setting, share

OLD_NAMES = {"lr": "learning_rate"}


@described
class Rule:
    """One step of learning: theta, g, slots -> theta, slots."""

    abstract: ClassVar[bool] = True
    old_names: ClassVar[dict[str, str]] = OLD_NAMES
    slots: ClassVar[tuple[str, ...]] = ()

    learning_rate: float = setting(converter=positive_real, default=0.01)


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

    learning_rate: float = setting(converter=positive_real, default=0.001)
    beta_1: float = setting(converter=share, default=0.9)
    beta_2: float = setting(converter=share, default=0.999)
    epsilon: float = setting(converter=positive_real, default=1e-7)


@described
class _SGDSettings:
    """Keras's arguments of SGD, from which `SGD` chooses a rule."""

    public_name: ClassVar[str] = "SGD"
    old_names: ClassVar[dict[str, str]] = OLD_NAMES

    learning_rate: float = setting(converter=positive_real, default=0.01)
    momentum: float = setting(converter=share, default=0.0)
    nesterov: bool = setting(converter=flag, default=False)


def SGD(*args: Any, **kwargs: Any) -> Rule:  # noqa: N802 (Keras's name)
    """Keras's SGD(learning_rate=0.01, momentum=0.0, nesterov=False): GradientDescent, Momentum or Nesterov."""
    chosen = _SGDSettings(*args, **kwargs)
    if chosen.momentum == 0:
        return GradientDescent(chosen.learning_rate)
    return (Nesterov if chosen.nesterov else Momentum)(chosen.learning_rate, chosen.momentum)


RULES: dict[str, type[Rule]] = {
    "sgd": GradientDescent,
    "momentum": Momentum,
    "nag": NAG,
    "nesterov": Nesterov,
    "adam": Adam,
}


def rule_named(rule: str | Rule) -> Rule:
    """The rule that a name stands for, with its defaults; a rule stays itself."""
    if isinstance(rule, Rule):
        return rule
    if str(rule).lower() not in RULES:
        raise unknown_name("optimizer", rule, RULES)
    return RULES[str(rule).lower()]()
