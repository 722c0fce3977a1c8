"""How fast activations learn: the same start, the same batches, and what follows from the steps."""

import numpy as np
import pytest

from striate.data.dataset import Dataset
from striate.data.load import load_images
from striate.errors import DataError, SettingError
from striate.inspection.activations.learning_speed import (
    Factor,
    Learning,
    LearningSpeed,
    RuleSpeed,
    SpeedBudget,
    learning_speed,
    median,
)
from striate.inspection.trials import convolutions, material, wired
from striate.model import Model

TINY = SpeedBudget(steps=20, pictures=40, judged=20, seeds=2, accuracy=0.75)


def stripes(size: int = 8, classes: int = 2) -> Dataset:
    """Pictures that are bright above or below."""
    rng = np.random.default_rng(3)
    labels = np.arange(80) % classes
    pictures = rng.integers(0, 120, (80, size, size, 1))
    for picture, label in zip(pictures, labels, strict=True):
        picture[label * size // 2 : (label + 1) * size // 2] += 100
    return load_images(pictures.astype(np.uint8), labels)


@pytest.fixture(scope="module")
def speed() -> LearningSpeed:
    return learning_speed(stripes(), ["relu", "tanh"], TINY)


def test_every_training_is_there(speed: LearningSpeed) -> None:
    assert [of.rule for of in speed.rules] == ["SGD", "Adam"]
    for of in speed.rules:
        assert all(len(runs) == len(of.rates) for runs in of.tried.values())
        assert all(len(runs) == TINY.seeds for runs in of.runs.values())
        for name, runs in of.runs.items():
            assert of.best[name] in of.rates
            for run in runs:
                ends = np.flatnonzero(run.curve >= TINY.accuracy)
                assert run.steps == (10 * (ends[0] + 1) if len(ends) else None)
                assert len(run.curve) == (run.steps or TINY.steps) / 10
    assert (speed.pictures, speed.judged, speed.part) == (40, 8, "validation")


def test_the_same_call_gives_the_same_steps(speed: LearningSpeed) -> None:
    again = learning_speed(stripes(), ["relu", "tanh"], TINY)
    for a, b in zip(speed.rules, again.rules, strict=True):
        assert a.best == b.best
        for name in speed.activations:
            for one, other in zip(a.runs[name], b.runs[name], strict=True):
                np.testing.assert_array_equal(one.curve, other.curve)


def test_every_activation_begins_with_the_same_weights() -> None:
    first = [Model.of(wired(convolutions(4, 2, name), (8, 8, 1)), seed=3).theta for name in ("relu", "tanh", "sigmoid")]
    np.testing.assert_array_equal(first[0], first[1])
    np.testing.assert_array_equal(first[0], first[2])


def learned(*steps: int | None) -> tuple[Learning, ...]:
    return tuple(Learning(np.array([0.5]), each) for each in steps)


def test_the_median_counts_those_who_never_came_so_far() -> None:
    assert median(learned(10, None, 30)) == 30
    assert median(learned(10, None, None)) is None
    assert median(learned(10, 30)) == 20


def speeds(**runs: tuple[Learning, ...]) -> LearningSpeed:
    of = RuleSpeed("SGD", (0.1,), {}, dict.fromkeys(runs, 0.1), runs)
    return LearningSpeed(tuple(runs), SpeedBudget(steps=300), 1, 1, "test", 1, (of,))


def test_claims_are_judged_by_what_was_measured() -> None:
    fast, slow, never = learned(10, 10, 10), learned(60, 60, 60), learned(None, None, None)
    assert [(f.factor, f.holds) for f in speeds(relu=fast, tanh=slow).factors] == [(6, True)]
    assert [(f.factor, f.holds) for f in speeds(relu=slow, tanh=fast).factors] == [(1 / 6, False)]
    assert [(f.factor, f.holds) for f in speeds(tanh=fast, sigmoid=fast).factors] == [(1, False)]
    assert [(f.factor, f.holds) for f in speeds(tanh=fast, sigmoid=slow).factors] == [(6, True)]
    cut_off = speeds(relu=slow, sigmoid=never).factors
    assert cut_off == (Factor("SGD", "relu", "sigmoid", 6.0, 5.0, at_least=True),) and cut_off[0].holds is None
    assert speeds(relu=fast, sigmoid=never).factors[0].holds is True
    assert speeds(tanh=slow, sigmoid=never).factors[0].holds is True
    assert [(f.factor, f.holds) for f in speeds(relu=never, tanh=fast).factors] == [(None, None)]
    assert speeds(tanh=fast, elu=slow).factors == ()


def test_refusals() -> None:
    with pytest.raises(SettingError) as few:
        learning_speed(stripes(), budget=SpeedBudget(steps=5))
    assert (few.value.code, few.value.fields) == ("activations.too_few_steps", {"came": 5, "required": 10})
    with pytest.raises(DataError) as small:
        material(stripes(size=2), 10, 10)
    assert (small.value.code, small.value.fields["came"]) == ("trials.too_small", (2, 2))


def test_the_figure_has_a_curve_for_each_run(speed: LearningSpeed) -> None:
    panels = speed.figure().axes
    assert [panel.get_title("left") for panel in panels] == [
        "SGD, each at its best rate",
        "Adam, each at its best rate",
    ]
    curves = [line for line in panels[0].lines if len(line.get_xdata()) == len(speed.rules[0].runs["relu"][0].curve)]
    assert curves
