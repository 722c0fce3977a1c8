"""What was answered to each picture, and what follows from it, counted by hand."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from striate.confidence import Confidence
from striate.training.answers import Answering, Answers
from striate.training.calibration import Calibration
from striate.training.confusion import balanced_accuracy, class_facts
from striate.training.shares import wilson

#                             right  wrong  right  wrong  wrong  right
FOUND = Answers(
    truth=np.array([0, 1, 2, 1, 0, 2]),
    answer=np.array([0, 2, 2, 0, 1, 2]),
    sure=np.array([0.9, 0.95, 0.5, 0.6, 0.6, 0.6]),
)


def test_the_surest_mistakes_come_first() -> None:
    assert FOUND.mistakes(10) == [1, 3, 4]
    assert FOUND.mistakes(2) == [1, 3]


def test_abstaining_counts() -> None:
    found = FOUND.abstaining(0.6)
    assert found == (0.6, 6, 5, 2, 1) and found.refused == 1
    assert found.accuracy == 2 / 5 and found.accuracy_interval == wilson(2, 5)
    assert found.refused_interval == wilson(1, 6)
    none = FOUND.abstaining(0.99)
    assert (none.answered, none.right_refused, none.accuracy) == (0, 3, None)
    assert FOUND.abstaining(0).answered == 6


def test_risk_and_coverage_take_equally_sure_answers_together() -> None:
    expected = [(1 / 6, 1), (2 / 6, 1 / 2), (5 / 6, 3 / 5), (1, 3 / 6)]
    np.testing.assert_allclose(FOUND.risk_and_coverage(), expected)


def test_risk_and_coverage_are_those_of_some_threshold(rng: np.random.Generator) -> None:
    found = Answers(rng.integers(0, 3, 400), rng.integers(0, 3, 400), np.round(rng.random(400), 2))
    points = found.risk_and_coverage(20)
    assert len(points) <= 20 and points[-1][0] == 1
    thresholds = [found.abstaining(t) for t in np.unique(found.sure)]
    counted = {(each.answered / 400, round(1 - each.right / each.answered, 12)) for each in thresholds}
    assert {(coverage, round(risk, 12)) for coverage, risk in points} <= counted


def test_answers_are_gathered_calibrated(rng: np.random.Generator) -> None:
    p, y = rng.dirichlet(np.ones(4), 50), rng.integers(0, 4, 50)
    answering = Answering(Confidence(2.5, 0.4))
    for part in (slice(30), slice(30, None)):
        answering.update(p[part], y[part])
    found = answering.answers()
    np.testing.assert_array_equal(found.truth, y)
    np.testing.assert_array_equal(found.answer, p.argmax(axis=1))
    np.testing.assert_array_equal(found.sure, Confidence(2.5).probabilities(p).max(axis=1))
    assert answering.result() == (p.argmax(axis=1) == y).mean()
    counted = Calibration()
    counted.update(Confidence(2.5).probabilities(p), y)
    assert found.bins() == counted.bins()


def test_balanced_accuracy_is_scikit_learns(rng: np.random.Generator) -> None:
    truth, answer = rng.integers(0, 3, 60), rng.integers(0, 4, 60)  # class 3 has no pictures
    matrix = np.zeros((4, 4), np.int64)
    np.add.at(matrix, (truth, answer), 1)
    with np.errstate(all="ignore"), pytest.warns(UserWarning, match="y_pred contains classes"):
        expected = balanced_accuracy_score(truth, answer)
    assert balanced_accuracy(class_facts(matrix)) == pytest.approx(expected)
