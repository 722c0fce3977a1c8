"""Schedules against stored learning rates of Keras and PyTorch (parity/make_schedules.py), and what they refuse."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from striate.errors import SettingError
from striate.optimizers import SGD, schedules

STORED = np.load(Path(__file__).parents[1] / "parity" / "schedules.npz")
ENTRIES: dict[str, dict[str, Any]] = json.loads(str(STORED["description"]))


@pytest.mark.parametrize("name", ENTRIES)
def test_rates_are_the_stored_ones(name: str) -> None:
    schedule = getattr(schedules, ENTRIES[name]["class"])(**ENTRIES[name]["settings"])
    ours = [schedule(step) for step in range(len(STORED[name]))]
    np.testing.assert_allclose(ours, STORED[name], rtol=1e-10, atol=1e-16)


def test_every_schedule_is_compared() -> None:
    assert {entry["class"] for entry in ENTRIES.values()} == {
        kind.__name__ for kind in vars(schedules).values()
        if isinstance(kind, type) and issubclass(kind, schedules.Schedule) and kind is not schedules.Schedule
    }  # fmt: skip


def test_they_stay_where_they_end() -> None:
    assert schedules.CosineDecay(0.1, 10, 0.5)(10**9) == 0.05
    assert schedules.PolynomialDecay(0.1, 10, 0.5)(10**9) == 0.5
    assert schedules.OneCycle(0.1, 10)(10**9) == schedules.OneCycle(0.1, 10)(9)
    assert schedules.PiecewiseConstantDecay([3], [1, 0.5])(10**9) == 0.5


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_cycle_of_few_steps_is_finite(steps: int) -> None:
    rates = [schedules.OneCycle(0.1, steps)(step) for step in range(5)]
    assert np.isfinite(rates).all() and min(rates) > 0 and max(rates) <= 0.1


def test_a_rule_takes_its_rate_from_a_schedule() -> None:
    schedule = schedules.ExponentialDecay(0.5, 1, 0.5)
    rule = SGD(schedule, 0.9)
    assert [rule.rate_at(step) for step in range(3)] == [0.5, 0.25, 0.125]
    assert [SGD(0.5).rate_at(step) for step in range(3)] == [0.5] * 3
    assert repr(rule) == "Momentum(learning_rate=ExponentialDecay(0.5, 1, 0.5))"


class Halving(schedules.Schedule):
    def __call__(self, step: int) -> float:
        return 0.5**step


class Unsaid(schedules.Schedule):
    pass


def test_a_schedule_of_ones_own() -> None:
    assert SGD(Halving()).rate_at(3) == 0.125
    with pytest.raises(SettingError) as caught:
        SGD(Unsaid()).rate_at(0)
    assert (caught.value.code, caught.value.fields) == ("schedule.no_formula", {"where": "Unsaid"})


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: schedules.Schedule(), "setting.abstract"),
        (lambda: schedules.ExponentialDecay(0.1, 0, 0.5), "setting.positive"),
        (lambda: schedules.ExponentialDecay(0.1, 5, 0), "setting.positive_real"),
        (lambda: schedules.CosineDecay(-0.1, 5), "setting.not_negative"),
        (lambda: schedules.CosineDecay(0.1, 5, warmup_target=-1), "setting.not_negative"),
        (lambda: schedules.PiecewiseConstantDecay([], [0.1]), "schedule.ascending"),
        (lambda: schedules.PiecewiseConstantDecay([5, 5], [0.1, 0.2, 0.3]), "schedule.ascending"),
        (lambda: schedules.PiecewiseConstantDecay(5, [0.1, 0.2]), "schedule.ascending"),  # type: ignore[arg-type]
        (lambda: schedules.PiecewiseConstantDecay([5], [0.1, -0.2]), "schedule.rates"),
        (lambda: schedules.PiecewiseConstantDecay([5], [0.1]), "schedule.lengths"),
        (lambda: schedules.OneCycle(0.1, 10, 1.0), "setting.proper_share"),
    ],
)
def test_settings_that_cannot_be(make: Any, code: str) -> None:
    with pytest.raises(SettingError) as caught:
        make()
    assert caught.value.code == code
