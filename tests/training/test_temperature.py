"""Temperature and threshold: what is asked of them, against brute force."""

import numpy as np
import pytest

from striate.confidence import Confidence, log_probabilities
from striate.training.temperature import HOTTEST, Outputs, fitted_temperature, fitted_threshold


def drawn(rng: np.random.Generator, n: int, classes: int, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """ln a of a model that is right as often as softmax(z / temperature) says, but says softmax(z)."""
    z = rng.standard_normal((n, classes)) * 3
    p = np.exp(z / temperature)
    truth = (rng.random((n, 1)) > np.cumsum(p / p.sum(axis=1, keepdims=True), axis=1)[:, :-1]).sum(axis=1)
    return log_probabilities(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)), truth


def loss(logs: np.ndarray, truth: np.ndarray, temperature: float) -> float:
    """The mean of -sum over k of t_k ln p_k, t smoothed as if one of n + 1 pictures were of any class."""
    n, k = logs.shape
    z = logs / temperature
    largest = z.max(axis=1, keepdims=True)
    ln_p = z - largest - np.log(np.exp(z - largest).sum(axis=1, keepdims=True))
    t = (n * np.eye(k)[truth] + 1 / k) / (n + 1)
    return float(-(t * ln_p).sum(axis=1).mean())


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("classes", [2, 10])
def test_the_temperature_that_pictures_were_drawn_by_is_found(
    temperature: float, classes: int, rng: np.random.Generator
) -> None:
    found = fitted_temperature(*drawn(rng, 6000, classes, temperature))
    assert found == pytest.approx(temperature, rel=0.08)


@pytest.mark.parametrize("n", [5, 60])
def test_no_other_temperature_has_a_smaller_loss(n: int, rng: np.random.Generator) -> None:
    logs, truth = drawn(rng, n, 4, 1.7)
    best = loss(logs, truth, fitted_temperature(logs, truth))
    others = np.exp(np.linspace(-np.log(HOTTEST), np.log(HOTTEST), 400))
    assert all(best <= loss(logs, truth, other) + 1e-12 for other in others)


def test_pictures_all_answered_right_make_no_model_certain() -> None:
    logs, truth = log_probabilities(np.tile([[0.8, 0.1, 0.1]], (10, 1))), np.zeros(10, np.int64)
    found = Confidence(fitted_temperature(logs, truth)).probabilities(np.float64([[0.8, 0.1, 0.1]]))
    assert found[0, 0] == pytest.approx((10 + 1 / 3) / 11, rel=1e-6)  # as if an eleventh had been of any class


def test_outputs_that_say_nothing_stay_as_they_are() -> None:
    assert fitted_temperature(np.log(np.full((8, 2), 0.5)), np.arange(8) % 2) == 1.0


def test_a_threshold_is_a_right_answers_probability() -> None:
    sure = np.array([0.61, 0.52, 0.8049, 0.7, *np.linspace(0.85, 0.99, 95)])  # 99 of them
    assert fitted_threshold(sure, lost=0.01, sure_enough=1) == 0.52  # the smallest of 99
    assert fitted_threshold(sure, lost=0.0299, sure_enough=1) == 0.61  # floor(0.0299 * 100) = 2: the second
    assert fitted_threshold(sure, lost=0.04, sure_enough=1) == 0.804  # rounded down
    assert fitted_threshold(sure, lost=0.04, sure_enough=0.75) == 0.75
    assert fitted_threshold(sure[:98], lost=0.01) == 0.0  # too few to lose one
    assert fitted_threshold(np.array([])) == 0.0


def test_right_answers_on_new_pictures_are_lost_as_rarely_as_promised(rng: np.random.Generator) -> None:
    thresholds = [fitted_threshold(rng.beta(3, 1, 79), lost=0.05, sure_enough=1) for _ in range(2000)]
    lost = np.power(thresholds, 3)  # so much of beta(3, 1) lies below
    assert np.mean(lost) == pytest.approx(4 / 80, abs=0.002)  # four times its standard error


def test_outputs_are_gathered_over_batches(rng: np.random.Generator) -> None:
    p = rng.dirichlet(np.ones(3), 90)
    y = np.array([rng.choice(3, p=row) for row in p])
    whole, parts = Outputs(), Outputs()
    whole.update(p, y)
    for first in range(0, 90, 40):
        parts.update(p[first : first + 40], y[first : first + 40])
    assert whole.confidence() == parts.confidence()
    assert whole.result() == whole.confidence().temperature
