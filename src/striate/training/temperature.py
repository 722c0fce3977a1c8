"""Temperature and threshold, found on pictures that a model has not learned from."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.confidence import Confidence, Floats, log_probabilities, softmax
from striate.training.tallies import Array, Counts, classes

HOTTEST = 100.0  # temperatures from 1 / 100 to 100 are looked at
HALVINGS = 30  # of that range, in logarithms: to 1e-8 of the temperature
LOST = 0.02  # of the right answers, the share that may become "none of these"
SURE_ENOUGH = 0.9  # an answer that is right nine times in ten is not refused


class Outputs:
    """Keeps the outputs and the true classes of all pictures: what temperature and threshold are found from."""

    def __init__(self) -> None:
        self._logs: list[Floats] = []
        self._truth: list[Counts] = []

    def update(self, output: Array, y: Array) -> None:
        """Keep a batch."""
        self._logs.append(log_probabilities(output))
        self._truth.append(classes(output, y).truth)

    def result(self) -> float:
        """The temperature."""
        return self.confidence().temperature

    def confidence(self) -> Confidence:
        """Temperature and threshold."""
        logs, truth = np.concatenate(self._logs), np.concatenate(self._truth)
        temperature = fitted_temperature(logs, truth)
        p = softmax(logs, 1 / temperature)
        right = p.argmax(axis=1) == truth
        return Confidence(temperature, fitted_threshold(p.max(axis=1)[right]))


def fitted_temperature(logs: Floats, truth: Counts) -> float:
    """The T that makes the mean of -sum over k of t_k ln softmax(logs / T)_k smallest. Guo et al. 2017.

    t is 1 for the true class, smoothed as if one of n + 1 pictures were of any class (as Platt 1999 does for two), or
    pictures that are all answered right would make the model infinitely sure. With b = 1 / T the mean is convex in b,
    its derivative sum over k of (softmax(b logs)_k - t_k) logs_k: where this changes its sign is found by halving.
    """
    n = len(logs)
    wanted = (n * logs[np.arange(n), truth] + logs.mean(axis=1)) / (n + 1)  # sum over k of t_k logs_k
    low, high = -math.log(HOTTEST), math.log(HOTTEST)  # of b
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        slope = float(((softmax(logs, math.exp(middle)) * logs).sum(axis=1) - wanted).mean())
        if slope == 0:
            return math.exp(-middle)
        low, high = (middle, high) if slope < 0 else (low, middle)
    return math.exp(-(low + high) / 2)


def fitted_threshold(sure: NDArray[Any], lost: float = LOST, sure_enough: float = SURE_ENOUGH) -> float:
    """The largest threshold that costs at most a share of the right answers, `sure` being their probabilities (n,).

    The k-th smallest of them, k = floor(lost (n + 1)): of right answers on new pictures of the same kind at most that
    share falls below it, on average (split conformal prediction, Vovk et al. 2005). 0, which refuses nothing, where
    that is none; never more than `sure_enough`.
    """
    k = math.floor(lost * (len(sure) + 1))
    return min(sure_enough, math.floor(np.sort(sure)[k - 1] * 1000) / 1000) if k else 0.0
