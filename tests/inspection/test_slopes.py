"""What is said of the slopes of activations, against what the functions themselves say."""

import math

import numpy as np
import pytest

from striate.engines.reference.activation import ACTIVATIONS, Function
from striate.errors import UnknownNameError
from striate.inspection.activations.slopes import activation_functions, slope_facts

FUNCTIONS = activation_functions()
FACTS = {facts.name: facts for facts in FUNCTIONS.facts}


def numeric_slope(name: str, x: np.ndarray, h: float = 1e-6) -> np.ndarray:
    forward = ACTIVATIONS[name].forward
    return (forward(x + h) - forward(x - h)) / (2 * h)


@pytest.mark.parametrize("name", FUNCTIONS.names)
def test_slopes_are_those_of_the_function(name: str) -> None:
    i = FUNCTIONS.names.index(name)
    corners = np.isclose(np.abs(FUNCTIONS.x), [[0], [3], [6]], atol=1e-4).any(axis=0)
    np.testing.assert_allclose(
        FUNCTIONS.slopes[i][~corners], numeric_slope(name, FUNCTIONS.x[~corners]), rtol=0, atol=1e-8
    )
    np.testing.assert_array_equal(FUNCTIONS.values[i], ACTIVATIONS[name].forward(FUNCTIONS.x))


def test_slopes_of_the_lessons() -> None:
    assert (FACTS["sigmoid"].largest, FACTS["sigmoid"].largest_at) == (0.25, (0, 0))
    assert (FACTS["tanh"].largest, FACTS["tanh"].largest_at) == (1, (0, 0))
    assert (FACTS["relu"].largest, FACTS["relu"].at_zero, FACTS["relu"].zeros) == (1, 0, ((-math.inf, 0),))
    assert FACTS["sigmoid"].zeros == FACTS["tanh"].zeros == ()
    assert FACTS["sigmoid"].fades == FACTS["tanh"].fades == (True, True)
    assert FACTS["relu"].fades == (False, False)


@pytest.mark.parametrize("name", FUNCTIONS.names)
def test_no_slope_is_larger_and_the_largest_stands_where_it_is_said(name: str, rng: np.random.Generator) -> None:
    facts = FACTS[name]
    backward = ACTIVATIONS[name].backward
    x = rng.uniform(-30, 30, 20_000)
    slopes = backward(np.ones_like(x), x, ACTIVATIONS[name].forward(x))
    assert slopes.max() <= facts.largest + 1e-12
    if facts.largest_at is None:
        assert name == "softplus"
        return
    low, high = (float(np.clip(end, -9, 9)) for end in facts.largest_at)
    for x in np.linspace(low, high, 7)[slice(None) if low == high else slice(1, -1)]:
        at = np.array([x])
        assert backward(np.ones(1), at, ACTIVATIONS[name].forward(at))[0] == pytest.approx(facts.largest, abs=1e-12)


@pytest.mark.parametrize(("name", "place"), [("silu", -1.278464542761074), ("gelu_tanh", -0.752461422)])
def test_a_slope_that_changes_its_sign_is_zero_between(name: str, place: float) -> None:
    ((low, high),) = FACTS[name].zeros
    assert low == high == pytest.approx(place, abs=1e-9)


def test_flat_parts() -> None:
    assert FACTS["relu"].largest_at == FACTS["elu"].largest_at == FACTS["leaky_relu"].largest_at == (0, math.inf)
    assert (FACTS["relu6"].largest_at, FACTS["hard_sigmoid"].largest_at) == ((0, 6), (-3, 3))
    assert FACTS["relu6"].zeros == ((-math.inf, 0), (6, math.inf))
    assert FACTS["hard_sigmoid"].zeros == ((-math.inf, -3), (3, math.inf))
    assert FACTS["linear"].largest_at == (-math.inf, math.inf)


def test_functions_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    sine = Function(np.sin, lambda dy, x, y: dy * np.cos(x))
    monkeypatch.setitem(ACTIVATIONS, "sine", sine)
    facts = slope_facts("sine")
    assert facts.largest == 1 and facts.at_zero == 1
    np.testing.assert_allclose([low for low, _ in facts.zeros], np.array([-1.5, -0.5, 0.5, 1.5]) * math.pi, atol=1e-9)


def test_softmax_is_no_function_of_one_number() -> None:
    with pytest.raises(UnknownNameError):
        activation_functions(["softmax"])
    assert "softmax" not in FUNCTIONS.names
