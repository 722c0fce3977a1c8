"""The compiled update rules are the reference's formulas, for every instruction set and any number of threads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from all_in_one import all_in_one
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
every_option = all_in_one("option", OPTIONS)


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
    updates: Updates,
    rule: Rule,
    begin: Path,
    gradients: Sequence[Floats],
    spans: Sequence[Span] = SPANS,
    threads: int = 2,
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


@every_option
@every_rule
def test_steps_are_the_references(option: str, name: str, rng: np.random.Generator) -> None:
    """Near its path in float64: each step rounds theta and its decay, to half a unit of what theta has been.

    What is subtracted carries the roundings of its formula, about ten, and of all slots before it, up to three a step.
    """
    rule = MAKERS[name](**OPTIONS[option])
    begin, gradients = beginning(rule, rng)
    ours, exact = walked(Updates(), rule, begin, gradients), exactly(rule, begin, gradients)
    moved = length(rule, begin, gradients)
    bound = UNIT * (STEPS * 2 * (np.abs(begin.theta) + moved) + (10 + 3 * STEPS) * moved)
    off = np.abs(ours.theta - exact.theta)
    for span in FREE:
        assert (off[span.slice] <= bound[span.slice]).all(), (span, (off / bound)[span.slice].max())
        assert span.rate == 0 or not np.array_equal(ours.theta[span.slice], begin.theta[span.slice])
    for vector, was in zip((ours.theta, *ours.slots), (begin.theta, *begin.slots), strict=True):
        assert vector[UNTOUCHED].tobytes() == was[UNTOUCHED].tobytes()


@every_set
@every_option
@every_rule
def test_steps_are_the_references_to_the_bit(isa: str, option: str, name: str, rng: np.random.Generator) -> None:
    """In float32, where every operation is rounded in the same place. Norms are summed in another order, but in double,
    where the difference is lost when the factor is rounded.
    """
    rule = MAKERS[name](**OPTIONS[option])
    begin, gradients = beginning(rule, rng)
    ours, theirs = walked(Updates(isa), rule, begin, gradients), Path(begin.theta, begin.slots)
    for t, g in enumerate(gradients, start=1):
        reference.update(rule, theirs.theta, g, theirs.slots, t, rule.rate_at(t), SPANS)
    for one, two in zip((ours.theta, *ours.slots), (theirs.theta, *theirs.slots), strict=True):
        assert one.tobytes() == two.tobytes()


@every_set
@every_option
@every_rule
def test_threads_change_no_bit(isa: str, option: str, name: str, rng: np.random.Generator) -> None:
    rule, updates = MAKERS[name](**OPTIONS[option]), Updates(isa)
    begin, gradients = beginning(rule, rng)
    alone = walked(updates, rule, begin, gradients[:2], threads=1)
    for threads in (2, 3, 8):
        other = walked(updates, rule, begin, gradients[:2], threads=threads)
        for one, two in zip((alone.theta, *alone.slots), (other.theta, *other.slots), strict=True):
            assert one.tobytes() == two.tobytes()


BAD = [np.nan, np.inf, -np.inf, 3e38, 1e20, 1e-42, -0.0, 0.0]


@every_set
@every_option
@every_rule
def test_what_is_not_finite_is_so_in_the_same_places(isa: str, option: str, name: str) -> None:
    """With gradients that overflow, or are not finite to begin with; the raw step, which puts nothing back."""
    rule = MAKERS[name](**OPTIONS[option])
    g = np.resize(np.array(BAD, np.float32), LAYOUT.size)
    theirs = Path(np.ones(LAYOUT.size, np.float32), rule.first_slots(np.ones(LAYOUT.size, np.float32)))
    ours = Path(theirs.theta.copy(), tuple(slot.copy() for slot in theirs.slots))
    updater, finite = Updates(isa)._updater(rule, SPANS), True  # pyright: ignore[reportPrivateUsage]
    for t in (1, 2):
        finite = updater.step(ours.theta, g, ours.slots, None, t, rule.rate_at(t), 2)
        with np.errstate(all="ignore"):
            reference.update(rule, theirs.theta, g, theirs.slots, t, rule.rate_at(t), SPANS)
    for one, two in zip((ours.theta, *ours.slots), (theirs.theta, *theirs.slots), strict=True):
        for kind in (np.isnan, np.isposinf, np.isneginf):
            np.testing.assert_array_equal(kind(one), kind(two))
    assert finite == np.isfinite(theirs.theta[~UNTOUCHED]).all() == False  # noqa: E712


@every_set
@every_rule
@pytest.mark.parametrize("place", [0, 14, 17, 4000])
def test_a_step_that_would_spoil_weights_leaves_them(isa: str, name: str, place: int, rng: np.random.Generator) -> None:
    rule = MAKERS[name]()
    begin, gradients = beginning(rule, rng)
    theta, g = begin.theta.copy(), gradients[0]
    places = np.flatnonzero(~UNTOUCHED)[place : place + 3]
    g[places] = np.nan
    spoilt = Updates(isa).update(rule, theta, g, begin.slots, 1, 0.1, SPANS, threads=3)
    assert spoilt == len(places)
    assert theta.tobytes() == begin.theta.tobytes()


@every_set
@pytest.mark.parametrize("size", [0, 1, 15, 63, 64, 65, 40000])
def test_every_place_is_looked_at(isa: str, size: int) -> None:
    updates = Updates(isa)
    numbers = np.full(size, -3e38, np.float32)
    numbers[::2] = 1e-45
    for threads in (1, 3):
        assert updates.all_finite(numbers, threads=threads)
        for bad in (np.nan, np.inf, -np.inf):
            for place in {0, size // 3, size // 2, size - 1} if size else ():
                other = numbers.copy()
                other[place] = bad
                assert not updates.all_finite(other, threads=threads)


@every_set
def test_nag_looks_ahead(isa: str, rng: np.random.Generator) -> None:
    updates, v = Updates(isa), rng.standard_normal(LAYOUT.size).astype(np.float32)
    for rule in (NAG(0.1, 0.7), Momentum(0.1, 0.7), Adam()):
        begin, _ = beginning(rule, rng)
        ahead = updates.look_ahead(rule, begin.theta, [v, v][: len(rule.slots)], SPANS, threads=2)
        if not isinstance(rule, NAG):
            assert ahead is begin.theta
            continue
        assert ahead[UNTOUCHED].tobytes() == begin.theta[UNTOUCHED].tobytes()
        exact = reference.look_ahead(rule, begin.theta.astype(np.float64), [v.astype(np.float64)], SPANS)[~UNTOUCHED]
        # The product, 0.7 itself and the difference are each rounded once.
        bound = UNIT * (2 * 0.7 * np.abs(v) + np.abs(begin.theta) + np.abs(v))[~UNTOUCHED]
        assert (np.abs(ahead[~UNTOUCHED] - exact) <= bound).all()


@every_set
@pytest.mark.parametrize("option", ["clipnorm", "global_clipnorm"])
def test_norms_of_many_and_of_large_numbers(isa: str, option: str) -> None:
    """Squares of float32 overflow, and sums of many small ones beside a large one vanish: not in double."""
    for rest in (0.0, 1e-3):
        g = np.full(LAYOUT.size, rest * 1e30, np.float32)
        g[SPANS[8].offset + 5] = 1e30
        spans = tuple(replace(span, trainable=span is SPANS[8]) for span in SPANS)
        theta, size = np.zeros(LAYOUT.size, np.float32), SPANS[8].size
        Updates(isa).update(SGD(1.0, **{option: 2.0}), theta, g, (), 1, 10.0, spans, threads=2)  # the span's rate: 0.1
        norm = np.sqrt(1 + (size - 1) * rest**2)
        np.testing.assert_allclose(theta[SPANS[8].offset + 5], -2 / norm, rtol=4 * UNIT)
        np.testing.assert_allclose(theta[SPANS[8].offset], -2 * rest / norm, rtol=4 * UNIT)


def test_nadams_product_of_momenta_far_out(rng: np.random.Generator) -> None:
    rule = Nadam(0.01, beta_1=0.999)
    for t in (900, 1001, 3000, 10**6):
        begin, gradients = beginning(rule, rng)
        begin.slots[0][:], begin.slots[1][:] = gradients[1], np.abs(gradients[2])
        exact = [vector.astype(np.float64) for vector in (begin.theta, *begin.slots)]
        reference.update(rule, exact[0], gradients[0].astype(np.float64), exact[1:], t, 0.01, SPANS)
        was = begin.theta.copy()
        Updates().update(rule, begin.theta, gradients[0], begin.slots, t, 0.01, SPANS, threads=1)
        off, moved = np.abs(begin.theta - exact[0]), np.abs(exact[0] - was)
        assert (off <= UNIT * (2 * np.abs(was) + 100 * moved + 0.1))[~UNTOUCHED].all()


class Halves(GradientDescent):
    """A rule of a user's own."""

    def update(self, theta: Any, g: Any, slots: Any, t: int, eta: float) -> None:
        theta /= 2


class Renamed(Adam):
    """Adam under another name."""


class Wayward(NAG):
    """Looks ahead as NAG, goes its own way."""

    def update(self, theta: Any, g: Any, slots: Any, t: int, eta: float) -> None:
        theta -= g


def test_every_rule_has_a_formula_and_a_users_own_is_respected(rng: np.random.Generator) -> None:
    assert set(FORMULAS) == set(reference.UPDATES)
    assert [formula_of(rule) for rule in (Halves(), Renamed(), Wayward())] == [None, "adam", None]
    begin, gradients = beginning(Halves(), rng)
    theta, updates = begin.theta.copy(), Updates()
    assert updates.update(Halves(), theta, gradients[0], (), 1, 0.1, SPANS, threads=2) == 0
    np.testing.assert_array_equal(theta[~UNTOUCHED], begin.theta[~UNTOUCHED] / 2)
    gradients[0][SPANS[0].offset] = np.inf
    before = theta.copy()
    assert updates.update(Wayward(), theta, gradients[0], (theta.copy(),), 1, 0.1, SPANS, threads=2) == 1
    assert theta.tobytes() == before.tobytes()
    v = np.ones(LAYOUT.size, np.float32)
    np.testing.assert_allclose(
        updates.look_ahead(Wayward(0.1, 0.5), theta, (v,), SPANS, threads=2)[~UNTOUCHED], theta[~UNTOUCHED] - 0.5
    )


def test_other_numbers_than_float32_go_the_references_way(rng: np.random.Generator) -> None:
    rule, g = Adam(), rng.standard_normal(LAYOUT.size)
    ours, theirs = (Path(np.ones(LAYOUT.size), rule.first_slots(np.ones(LAYOUT.size))) for _ in range(2))
    Updates().update(rule, ours.theta, g, ours.slots, 1, 0.1, SPANS, threads=2)
    reference.update(rule, theirs.theta, g, theirs.slots, 1, 0.1, SPANS)
    assert ours.theta.tobytes() == theirs.theta.tobytes()


def test_changed_spans_and_rules_count_at_once() -> None:
    updates, spans, rule = Updates(), list(SPANS), SGD(1.0)

    def moved(rule: Rule, spans: Sequence[Span]) -> list[int]:
        theta = np.zeros(LAYOUT.size, np.float32)
        updates.update(rule, theta, np.ones_like(theta), (), 1, rule.rate_at(0), spans, threads=1)
        return [i for i, span in enumerate(SPANS) if theta[span.slice].any()]

    free = [i for i, span in enumerate(SPANS) if span.trainable and span.rate]
    assert moved(rule, spans) == free
    spans[0] = replace(spans[0], trainable=False)
    assert moved(rule, spans) == free[1:]
    assert moved(rule, SPANS) == free
    assert moved(rule, tuple(spans)) == free[1:]
    assert moved(rule, tuple(reversed(SPANS))) == free
    assert moved(SGD(0.0001, clipvalue=1e-44), SPANS) == []


def vectors(count: int, size: int = 32) -> list[Floats]:
    return [np.zeros(size, np.float32) for _ in range(count)]


def test_the_core_refuses_what_would_leave_its_memory() -> None:
    from striate.engines.native import _core

    updater = _core.Updater(sets()[0], "adam", [(0, 16, 1.0, True), (16, 16, 1.0, False)], beta_2=0.99, epsilon=1.0)
    theta, g, m, v = vectors(4)
    short, wide = np.zeros(31, np.float32), np.zeros(64, np.float32)[::2]
    fixed = np.zeros(32, np.float32)
    fixed.flags.writeable = False
    good: dict[str, Any] = {
        "theta": theta, "gradient": g, "slots": [m, v], "before": None, "t": 1, "learning_rate": 0.1, "threads": 1
    }  # fmt: skip
    assert updater.step(**good)
    for wrong in (
        {"gradient": short}, {"slots": [m]}, {"slots": [m, v, theta]}, {"slots": [m, short]}, {"before": short},
        {"theta": short, "gradient": short, "slots": [short, short]}, {"t": 0}, {"t": -1}, {"threads": 0},
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"^[a-z0-9 ]+$"):
            updater.step(**good | wrong)
    for name in ("theta", "gradient", "before"):
        for wrong in (theta.astype(np.float64), wide, np.zeros((4, 8), np.float32), theta.tolist()):
            with pytest.raises(TypeError):
                updater.step(**good | {name: wrong})
    for wrong in ({"theta": fixed}, {"before": fixed}, {"slots": [m, fixed]}, {"slots": [m, v.astype(np.float64)]}):
        with pytest.raises(TypeError):
            updater.step(**good | wrong)
    ahead = _core.Updater(sets()[0], "momentum", [(0, 32, 1.0, True)])
    for wrong in ((theta, short, g), (theta, m, short), (short, short, short)):
        with pytest.raises(ValueError, match="vector"):
            ahead.look_ahead(*wrong, 1)


@pytest.mark.parametrize(
    "spans", [[(-1, 4)], [(0, -1)], [(0, 4), (3, 4)], [(8, 4), (0, 4)], [(2**62, 4)], [(0, 2**62)], [(4, 2**63 - 1)]]
)
def test_the_core_refuses_impossible_spans(spans: list[tuple[int, int]]) -> None:
    from striate.engines.native import _core

    with pytest.raises(ValueError, match="spans"):
        _core.Updater(sets()[0], "adam", [(offset, size, 1.0, True) for offset, size in spans])


def test_the_core_refuses_unknown_names() -> None:
    from striate.engines.native import _core

    for isa, formula, clip in (("mmx", "adam", "none"), (sets()[0], "lamb", "none"), (sets()[0], "adam", "some")):
        with pytest.raises(ValueError, match=r"mmx|lamb|some"):
            _core.Updater(isa, formula, [], clip=clip)
    with pytest.raises(ValueError, match="mmx"):
        _core.all_finite(np.zeros(3, np.float32), 1, "mmx")
    with pytest.raises(ValueError, match="thread"):
        _core.all_finite(np.zeros(3, np.float32), 0)
