"""The compiled update rules are the reference's formulas, for every instruction set and any number of threads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from striate.engines.native import core
from striate.engines.native.optimizers import FORMULAS, Updates, formula_of
from striate.engines.reference import optimizers as reference
from striate.network.layout import Layout, Span, Weight
from striate.network.optimizers import (
    NAG,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Nadam,
    Nesterov,
    RMSprop,
    Rule,
)

pytestmark = pytest.mark.skipif(not core.available(), reason=str(core.why_absent()))

Floats = NDArray[np.float32]
STEPS = 20
UNIT = 2.0**-24  # half the distance from 1 to the next float32


def sets() -> list[str]:
    if not core.available():
        return []
    from striate.engines.native import _core

    return [name for name, _, _ in _core.kernel_sets()]


# Vectors whole and broken off, pieces of 8192 numbers and what is left of them; each weight learns in its own way.
SIZES = [1, 15, 16, 17, 8192, 100, 8191, 3, 16400, 33]
LAYOUT = Layout.of([(f"d{i}", Weight("w", (size,), "zeros", decayed=i % 2 == 0)) for i, size in enumerate(SIZES)])
SPANS = LAYOUT.learning({"d3", "d5"}, {"d2": 0.5, "d4": 3.0, "d8": 0.1, "d9": 0.0})
FREE = [span for span in SPANS if span.trainable]
UNTOUCHED = np.ones(LAYOUT.size, bool)
for free in FREE:
    UNTOUCHED[free.slice] = False

MAKERS: dict[str, Callable[..., Rule]] = {
    "gradient descent": SGD,
    "momentum": lambda **more: Momentum(0.01, 0.8, **more),
    "NAG": lambda **more: NAG(0.01, 0.8, **more),
    "Nesterov": lambda **more: Nesterov(0.01, 0.8, **more),
    "Adagrad": Adagrad,
    "Adadelta": lambda **more: Adadelta(0.3, epsilon=1e-3, **more),
    "RMSprop": RMSprop,
    "RMSprop with momentum": lambda **more: RMSprop(0.001, momentum=0.7, **more),
    "centered RMSprop": lambda **more: RMSprop(0.001, centered=True, **more),
    "centered RMSprop with momentum": lambda **more: RMSprop(0.001, momentum=0.7, centered=True, **more),
    "Adam": Adam,
    "Adam with other settings": lambda **more: Adam(0.01, 0.5, 0.9, 1e-3, **more),
    "AdamW": AdamW,
    "Nadam": Nadam,
}
OPTIONS: dict[str, dict[str, float]] = {
    "plain": {},
    "decay": {"weight_decay": 0.3},
    "norm": {"clipnorm": 3.0},
    "global norm": {"global_clipnorm": 50.0},
    "value": {"clipvalue": 0.7, "weight_decay": 0.1},
}
every_set = pytest.mark.parametrize("isa", sets())
every_rule = pytest.mark.parametrize("name", MAKERS)
every_option = pytest.mark.parametrize("option", OPTIONS)


@dataclass
class Path:
    """Weights and slots on their way."""

    theta: NDArray[Any]
    slots: tuple[NDArray[Any], ...]


def beginning(rule: Rule, rng: np.random.Generator) -> tuple[Path, list[Floats]]:
    """Weights and gradients, NaN wherever nobody may look."""
    theta = rng.standard_normal(LAYOUT.size).astype(np.float32)
    gradients = [rng.standard_normal(LAYOUT.size).astype(np.float32) for _ in range(STEPS)]
    slots = rule.first_slots(theta)
    for vector in (theta, *gradients, *slots):
        vector[UNTOUCHED] = np.nan
    return Path(theta, slots), gradients


def walked(
    updates: Updates, rule: Rule, begin: Path, gradients: Sequence[Floats], spans: Sequence[Span] = SPANS, threads: int = 2
) -> Path:
    path = Path(begin.theta.copy(), tuple(slot.copy() for slot in begin.slots))
    for t, g in enumerate(gradients, start=1):
        assert updates.update(rule, path.theta, g.copy(), path.slots, t, rule.rate_at(t), spans, threads=threads) == 0
    return path


def exactly(rule: Rule, begin: Path, gradients: Sequence[Floats]) -> Path:
    """The reference's path in float64."""
    path = Path(begin.theta.astype(np.float64), tuple(slot.astype(np.float64) for slot in begin.slots))
    for t, g in enumerate(gradients, start=1):
        reference.update(rule, path.theta, g.astype(np.float64), path.slots, t, rule.rate_at(t), SPANS)
    return path


def length(rule: Rule, begin: Path, gradients: Sequence[Floats]) -> NDArray[np.float64]:
    """The sum of the steps of each weight with every gradient taken as positive, so that no sum inside cancels."""
    path = Path(np.zeros(LAYOUT.size), tuple(slot.astype(np.float64) for slot in begin.slots))
    alone = replace(rule, weight_decay=None)
    for t, g in enumerate(gradients, start=1):
        reference.update(alone, path.theta, np.abs(g).astype(np.float64), path.slots, t, rule.rate_at(t), SPANS)
    return np.abs(path.theta)


@every_set
@every_option
@every_rule
def test_steps_are_the_references(isa: str, option: str, name: str, rng: np.random.Generator) -> None:
    """Each step rounds theta once and its decay once, to half a unit of what theta has been.

    What is subtracted carries the roundings of its formula, about ten, and of all slots before it, up to three a step.
    """
    rule = MAKERS[name](**OPTIONS[option])
    begin, gradients = beginning(rule, rng)
    ours, exact = walked(Updates(isa), rule, begin, gradients), exactly(rule, begin, gradients)
    moved = length(rule, begin, gradients)
    largest = np.abs(begin.theta) + moved
    bound = UNIT * (STEPS * 2 * largest + (10 + 3 * STEPS) * moved)
    off = np.abs(ours.theta - exact.theta)
    for span in FREE:
        assert (off[span.slice] <= bound[span.slice]).all(), (span, (off / bound)[span.slice].max())
        assert span.rate == 0 or not np.array_equal(ours.theta[span.slice], begin.theta[span.slice])
    for vector, was in zip((ours.theta, *ours.slots), (begin.theta, *begin.slots), strict=True):
        assert vector[UNTOUCHED].tobytes() == was[UNTOUCHED].tobytes()


@every_set
@every_option
@every_rule
def test_threads_change_no_bit(isa: str, option: str, name: str, rng: np.random.Generator) -> None:
    rule, updates = MAKERS[name](**OPTIONS[option]), Updates(isa)
    begin, gradients = beginning(rule, rng)
    alone = walked(updates, rule, begin, gradients[:3], threads=1)
    for threads in (2, 3, 8):
        other = walked(updates, rule, begin, gradients[:3], threads=threads)
        for one, two in zip((alone.theta, *alone.slots), (other.theta, *other.slots), strict=True):
            assert one.tobytes() == two.tobytes()
