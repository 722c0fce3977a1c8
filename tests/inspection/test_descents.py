"""Paths of update rules on functions: against the formulas, written out here once more."""

import math

import numpy as np
import pytest

from striate.errors import SettingError, UnknownNameError
from striate.figures.paths import path_frames
from striate.inspection.race.claims import (
    WALKERS,
    braking_verdict,
    escape_verdict,
    escapes,
    slowness,
    swings,
    verdict,
    zigzag_verdict,
)
from striate.inspection.race.descents import FAR, NEAR, NOISE, Descent, descend, mean_turn, race_on, ways_down
from striate.inspection.race.racers import GRID, KNOWN, RACERS, rule_of
from striate.inspection.race.surfaces import BARRIER, SURFACES, surface_named

every_surface = pytest.mark.parametrize("name", SURFACES)
VALLEY, BEALE, WELLS = (SURFACES[name] for name in ("valley", "beale", "wells"))


@every_surface
def test_gradients_are_those_of_the_functions(name: str) -> None:
    surface, rng, h = SURFACES[name], np.random.default_rng(1), 1e-6
    points = rng.uniform(-2, 2, (20, 2))
    for axis in (0, 1):
        step = np.eye(2)[axis] * h
        slope = (surface.value(points + step) - surface.value(points - step)) / (2 * h)
        np.testing.assert_allclose(surface.gradient(points)[:, axis], slope, rtol=1e-6, atol=1e-6)


@every_surface
def test_minima_are_the_least(name: str) -> None:
    surface = SURFACES[name]
    left, right, below, above = surface.view
    x, y = np.meshgrid(np.linspace(left, right, 101), np.linspace(below, above, 101))
    assert surface.value(np.stack([x, y], -1)).min() >= surface.least
    np.testing.assert_allclose(surface.gradient(np.array(surface.minimum)), 0, atol=1e-12)
    assert left < surface.minimum[0] < right and left < surface.start[0] < right


def test_functions_are_the_printed_ones() -> None:
    x, y = 0.7, -1.3
    point = np.array([x, y])
    beale = (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2
    u, v = 0.8 * x + 0.6 * y, 0.8 * y - 0.6 * x
    assert BEALE.value(point) == pytest.approx(beale, rel=1e-14)
    assert VALLEY.value(point) == pytest.approx(u**2 / 20 + 5 * v**2, rel=1e-14)
    assert WELLS.value(point) == pytest.approx((x**2 - 1) ** 2 + 0.3 * x + y**2, rel=1e-14)
    assert abs(4 * BARRIER**3 - 4 * BARRIER + 0.3) < 1e-12 and 0 < BARRIER < 0.1


def test_descent_in_the_valley_has_a_closed_form() -> None:
    eta, t = 0.03, np.arange(41)
    path = descend(VALLEY, "gd", eta, steps=40).path
    u0, v0 = 0.8 * -10 + 0.6 * -4, 0.8 * -4 - 0.6 * -10
    u, v = u0 * (1 - 0.1 * eta) ** t, v0 * (1 - 10 * eta) ** t
    np.testing.assert_allclose(path, np.stack([0.8 * u - 0.6 * v, 0.6 * u + 0.8 * v], -1), rtol=1e-12, atol=1e-12)


def by_hand(racer: str, eta: float, steps: int) -> np.ndarray:
    theta, v, m = np.array(BEALE.start), np.zeros(2), np.zeros(2)
    path = [theta]
    for t in range(1, steps + 1):
        g = BEALE.gradient(theta - 0.9 * v if racer == "nag" else theta)
        if racer in ("momentum", "nag"):
            v = 0.9 * v + eta * g
            theta = theta - v
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            theta = theta - eta * math.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-7)
        path.append(theta)
    return np.array(path)


@pytest.mark.parametrize(("racer", "eta"), [("momentum", 0.002), ("nag", 0.002), ("adam", 0.1)])
def test_rules_are_the_textbooks(racer: str, eta: float) -> None:
    path = descend(BEALE, racer, eta, steps=30).path
    np.testing.assert_allclose(path, by_hand(racer, eta, 30), rtol=1e-9)


def test_noise_is_drawn_as_it_is_said() -> None:
    steps, eta, spread = 12, 0.01, 0.7
    draws = np.random.default_rng([5, NOISE]).standard_normal((steps, 1, 2))[:, 0]
    theta = np.array(VALLEY.start)
    for draw in draws:
        theta = theta - eta * (VALLEY.gradient(theta) + spread * draw)
    found = descend(VALLEY, "sgd", eta, steps=steps, seed=5, noise=spread)
    np.testing.assert_allclose(found.path[-1], theta, rtol=1e-12)
    still = descend(VALLEY, "sgd", eta, steps=steps, noise=0.0)
    assert (still.path == descend(VALLEY, "gd", eta, steps=steps).path).all()
    assert (descend(VALLEY, "gd", eta, steps=steps, seed=5, noise=spread).path == still.path).all()


def test_a_race_is_the_same_again() -> None:
    settings = {"racers": ("sgd", "adam"), "steps": 20, "grid": (0.1, 0.01)}
    first, again = (race_on(VALLEY, seed=3, **settings) for _ in range(2))
    assert first.hash == again.hash != race_on(VALLEY, seed=4, **settings).hash


@pytest.mark.parametrize("racer", KNOWN)
def test_walkers_side_by_side_do_not_feel_each_other(racer: str) -> None:
    begin = np.array([[1.0, 1.5], [-0.5, 0.3], [2.0, 0.1]])
    together = ways_down(BEALE, rule_of(racer, 0.004), 0.004, begin, 15, None)
    for i, place in enumerate(begin):
        alone = descend(BEALE, racer, 0.004, steps=15, start=tuple(place))
        assert (together[: len(alone.path), i] == alone.path).all()


def test_what_leaves_the_world_has_diverged() -> None:
    found = descend(BEALE, "gd", 1.0, steps=50)
    assert found.diverged == len(found.path) <= 4 and np.abs(found.path).max() <= FAR
    assert found.settled is None
    begin = np.array([BEALE.start, (2.9, 0.5)])
    both = ways_down(BEALE, rule_of("gd", 0.05), 0.05, begin, 50, None)
    assert np.isnan(both[-1, 0]).all() and np.isfinite(both[-1, 1]).all()


def test_near_stays_and_turn() -> None:
    path = np.array([[1.0, 0], [0.05, 0], [0.05, 0.5], [0.05, 0], [0.0, 0]])
    found = Descent("gd", 0.1, VALLEY, path, None)
    assert (found.near, found.settled) == (1, 3) and NEAR == 0.1
    assert Descent("gd", 0.1, VALLEY, path[:3], None).settled is None
    steps = np.array([[1.0, 0], [0, 1], [0, 2], [0, -1], [0, 0]])
    assert mean_turn(steps) == pytest.approx((90 + 0 + 180) / 3)
    assert mean_turn(steps[:1]) is None and mean_turn(np.zeros((3, 2))) is None


def test_the_best_rate_is_the_best_of_the_grid() -> None:
    found = race_on(VALLEY, ("momentum", "adadelta"), steps=120)
    momentum, adadelta = found.best
    tried = {eta: descend(VALLEY, "momentum", eta, steps=120) for eta in GRID}
    arrived = {eta: d.settled for eta, d in tried.items() if d.settled is not None}
    assert momentum.settled == min(arrived.values())
    ends = [descend(VALLEY, "adadelta", eta, steps=120).values[-1] for eta in GRID]
    assert adadelta.settled is None and adadelta.values[-1] == min(ends)
    assert [d.learning_rate for d in found.equal] == [0.01, 0.01]


def test_frames_show_the_ways_so_far() -> None:
    race = race_on(VALLEY, ("gd", "adam"), steps=30)
    ends = [
        [len(line.get_xdata()) for axes in figure.axes for line in axes.lines if line.get_linestyle() == "-"][:2]  # type: ignore[arg-type]
        for figure in path_frames([race.panels])
    ]
    assert ends[0] == [1, 1] and ends[-1] == [31, 31] and ends == sorted(ends) and ends[1] == [2, 2]


def test_who_may_run() -> None:
    with pytest.raises(UnknownNameError) as unknown:
        race_on(VALLEY, ("adam", "adamm"))
    assert unknown.value.code == "name.unknown_did_you_mean" and unknown.value.fields["known"] == sorted(KNOWN)
    with pytest.raises(SettingError) as nobody:
        race_on(VALLEY, ())
    assert (nobody.value.code, nobody.value.fields) == ("race.nobody", {"known": KNOWN})
    with pytest.raises(SettingError) as steps:
        race_on(VALLEY, steps=100_001)
    assert (steps.value.code, steps.value.fields) == ("race.too_many_steps", {"came": 100_001, "most": 100_000})
    with pytest.raises(SettingError) as noise:
        race_on(VALLEY, noise=-1.0)
    assert noise.value.fields["setting"] == "noise"
    with pytest.raises(UnknownNameError) as surface:
        surface_named("vally")
    assert surface.value.fields["close"] == ["valley"]
    assert set(RACERS) <= set(KNOWN)


# What is said of them.


def test_swings_by_arithmetic() -> None:
    found = {(each.racer, each.learning_rate): each for each in swings()}
    # Across the valley gradient descent is v (1 - eta L)^t: at 1.9/L a zigzag of a ratio of -0.9, at 1/L none.
    above_floor = sum(0.9**t > 1e-3 for t in range(101))
    assert found["gd", 0.19].crossings == above_floor - 1
    assert found["gd", 0.1].crossings == found["gd", 0.01].crossings == 0
    v0 = 0.8 * -4 - 0.6 * -10
    assert found["gd", 0.19].travelled == pytest.approx(v0 * 1.9 * (1 - 0.9**100) / 0.1, rel=1e-9)
    assert found["gd", 0.1].travelled == pytest.approx(v0, rel=1e-9)
    # NAG is stable up to eta L = (2 + 2 gamma)/(1 + 2 gamma) = 1.357, momentum up to 2 + 2 gamma = 3.8.
    assert found["nag", 0.19].diverged and not found["momentum", 0.19].diverged
    for racer, last in (("gd", 2.0), ("nag", 3.8 / 2.8), ("momentum", 3.8)):
        below, above = (descend(VALLEY, racer, share * last / 10) for share in (0.98, 1.02))
        assert below.distances[-1] < 1 and (above.diverged or above.distances[-1] > 10)
    assert found["gd", 0.1].overshoot == 0 < found["nag", 0.1].overshoot < found["momentum", 0.1].overshoot
    assert zigzag_verdict(list(found.values())) == "partly" == braking_verdict(list(found.values()))


def test_escape_needs_enough_noise() -> None:
    found = escapes(seed=0)
    shares = {(each.racer, each.noise): each.share for each in found}
    assert shares["gd", 0.0] == shares["sgd", 1.0] == 0 and shares["sgd", 4.0] > 0.5
    assert [each.walkers for each in found] == [1, 1, WALKERS, WALKERS, WALKERS, WALKERS]
    assert escape_verdict(found) == "partly" and escapes(seed=0) == found != escapes(seed=1)


def test_slowness_and_verdicts() -> None:
    found = {
        s.other: (s.times, s.slower) for s in slowness({"gd": 3, "sgd": 40, "adam": 20, "nag": 30, "rmsprop": None})
    }
    assert found == {"adam": (2.0, True), "nag": (40 / 30, False), "rmsprop": (None, False)}
    assert slowness({"sgd": None, "adam": 7})[0].slower and not slowness({"adam": 7})
    assert (verdict([True, True]), verdict([True, False]), verdict([False]), verdict([])) == (
        "holds",
        "partly",
        "fails",
        "fails",
    )
