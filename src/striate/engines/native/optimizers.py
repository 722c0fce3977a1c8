"""Update rules on the compiled core: one pass over theta and its slots. The formulas: engines/reference/optimizers.py.

A rule that a user wrote in Python, and vectors that are not float32, go the reference's way.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from striate.engines.contract import Array
from striate.engines.native.muon import Orthogonal
from striate.engines.native.tiles import InstructionSet
from striate.engines.reference import optimizers as reference
from striate.network.layout import Span
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
)

if TYPE_CHECKING:
    from striate.engines.native._core import Updater

FORMULAS: Mapping[type[Rule], str] = {
    GradientDescent: "gradient_descent",
    Momentum: "momentum",
    NAG: "momentum",
    Nesterov: "nesterov",
    Adagrad: "adagrad",
    Adadelta: "adadelta",
    PlainRMSprop: "rmsprop",
    MomentumRMSprop: "momentum_rmsprop",
    CenteredRMSprop: "centered_rmsprop",
    CenteredMomentumRMSprop: "centered_momentum_rmsprop",
    Adam: "adam",
    AdamW: "adam",
    Nadam: "nadam",
}
SETTINGS = ("momentum", "beta_1", "beta_2", "rho", "epsilon")
CLIPS = {"clipnorm": "norm", "global_clipnorm": "global_norm", "clipvalue": "value"}


@dataclass(frozen=True)
class _Told:
    """What the core was told of a rule and of spans; it is told again only when they are others."""

    rule: Rule
    spans: Sequence[Span]
    updater: "Updater"


class Updates:
    """The rules on one instruction set; None: the best that this CPU has. The bits depend on no number of threads."""

    def __init__(self, isa: str | None = None) -> None:
        from striate.engines.native import _core

        self._core = _core
        sets = {name: InstructionSet(name, lanes, registers) for name, lanes, registers in _core.kernel_sets()}
        self._isa = isa or list(sets)[-1]
        self._orthogonal = Orthogonal(sets[self._isa])
        self._told: _Told | None = None

    def update(
        self,
        rule: Rule,
        theta: Array,
        gradient: Array,
        slots: Sequence[Array],
        t: int,
        eta: float,
        spans: Sequence[Span],
        *,
        threads: int,
    ) -> int:
        """One step of a rule, in place; answers how many weights it would have made NaN or infinite.

        Where there are any theta stays as it is. The gradient is used up: the pass leaves the old weights in it.
        """
        if isinstance(rule, Muon) and theta.dtype == np.float32:

            def others(adam: Adam, spans: tuple[Span, ...]) -> int:
                return self.update(adam, theta, gradient, slots, t, eta, spans, threads=threads)

            return self._orthogonal.update(rule, theta, gradient, slots, eta, spans, threads=threads, others=others)
        if formula_of(rule) is None or theta.dtype != np.float32:
            return reference.checked_update(rule, theta, gradient, slots, t, eta, spans)
        updater = self._updater(rule, spans)
        if updater.step(theta, gradient, slots, gradient, t, eta, threads):
            return 0
        return reference.put_back(theta, gradient, spans)

    def look_ahead(
        self, rule: Rule, theta: Array, slots: Sequence[Array], spans: Sequence[Span], *, threads: int
    ) -> Array:
        """Where the gradient is taken: NAG looks at theta - gamma v in what is not frozen, others at theta."""
        if not isinstance(rule, NAG):
            return theta
        if formula_of(rule) is None or theta.dtype != np.float32:
            return reference.look_ahead(rule, theta, slots, spans)
        ahead = theta.copy()
        self._updater(rule, spans).look_ahead(theta, slots[0], ahead, threads)
        return ahead

    def all_finite(self, numbers: Array, *, threads: int) -> bool:
        """Whether no number of a float32 vector is NaN or infinite."""
        return self._core.all_finite(numbers, threads, self._isa)

    def norm(self, numbers: Array, *, threads: int) -> float:
        """The Euclidean norm of a float32 vector, summed in float64: finite exactly where all of its numbers are."""
        return math.sqrt(self._core.sum_of_squares(numbers, threads, self._isa))

    def _updater(self, rule: Rule, spans: Sequence[Span]) -> "Updater":
        told = self._told
        # A list could have changed since.
        if told is None or told.rule is not rule or told.spans is not spans or not isinstance(spans, tuple):
            told = self._told = _Told(rule, spans, self._tell(rule, spans))
        return told.updater

    def _tell(self, rule: Rule, spans: Sequence[Span]) -> "Updater":
        formula = formula_of(rule)
        assert formula is not None
        learning = sorted((span for span in spans if span.trainable), key=lambda span: span.offset)
        clip = next((setting for setting in CLIPS if getattr(rule, setting) is not None), None)
        return self._core.Updater(
            self._isa,
            formula,
            [(span.offset, span.size, span.rate, span.decayed) for span in learning],
            **{name: getattr(rule, name) for name in SETTINGS if hasattr(rule, name)},
            weight_decay=rule.weight_decay or 0.0,
            clip=CLIPS[clip] if clip else "none",
            largest=getattr(rule, clip) if clip else 0.0,
        )


def formula_of(rule: Rule) -> str | None:
    """The core's formula that is nearest along a rule's classes; None where the user brings an update of his own."""
    for kind in type(rule).__mro__:
        if kind in FORMULAS:
            return FORMULAS[kind]
        if "update" in vars(kind):
            break
    return None
