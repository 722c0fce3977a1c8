"""Metrics of classes: against brute force over random labels, against scikit-learn, and how they are asked for."""

import math
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn

from striate import Sequential, metrics
from striate.callbacks import EarlyStopping
from striate.errors import DataError, SettingError, StriateError, UnknownNameError
from striate.layers import Dense, Flatten
from striate.messages import render
from striate.metrics import (
    ExpectedCalibrationError,
    F1Score,
    Metric,
    Precision,
    Recall,
    TopKCategoricalAccuracy,
)
from striate.network.settings import described
from striate.training.calibration import Calibration
from striate.training.confusion import ClassMetric, Confusion, class_facts
from striate.training.metrics import metrics_named
from striate.training.shares import NORMAL_95, wilson
from striate.training.tallies import Tally

Labels = list[int]


def counted(tally: Tally, output: np.ndarray, y: np.ndarray, batch: int) -> float:
    for first in range(0, len(output), batch):
        tally.update(output[first : first + batch], y[first : first + batch])
    return tally.result()


def measured(metric: str | Metric, output: np.ndarray, y: np.ndarray, batch: int = 3) -> float:
    return counted(metrics_named([metric])[0].tally, output, y, batch)


@st.composite
def judged(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    """Probabilities (N, K), some of them equal, class numbers (N,), a batch size."""
    k, n = draw(st.integers(2, 7)), draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    weights = rng.integers(1, 6, (n, k)).astype(np.float64)
    return weights / weights.sum(axis=1, keepdims=True), rng.integers(0, k, n), draw(st.integers(1, 41))


@given(judged())
def test_the_confusion_matrix_by_brute_force(case: tuple[np.ndarray, np.ndarray, int]) -> None:
    output, y, batch = case
    confusion = Confusion()
    counted(confusion, output, y, batch)
    expected = np.zeros((output.shape[1], output.shape[1]), int)
    for row, truth in zip(output, y, strict=True):
        answer = [float(p) for p in row].index(max(row))
        expected[truth, answer] += 1
    np.testing.assert_array_equal(confusion.matrix, expected)
    assert confusion.result() == pytest.approx(np.mean(output.argmax(axis=1) == y))


@given(judged())
def test_precision_recall_f1_are_scikit_learns(case: tuple[np.ndarray, np.ndarray, int]) -> None:
    output, y, batch = case
    k, answer = output.shape[1], output.argmax(axis=1)
    confusion = Confusion()
    counted(confusion, output, y, batch)
    np.testing.assert_array_equal(confusion.matrix, sklearn.confusion_matrix(y, answer, labels=range(k)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        each = sklearn.precision_recall_fscore_support(y, answer, labels=range(k), zero_division=0)
        macro = sklearn.precision_recall_fscore_support(y, answer, average="macro", zero_division=0)
    facts = class_facts(confusion.matrix)
    for c, fact in enumerate(facts):
        ours = (fact.precision or 0, fact.recall or 0, fact.f1 or 0, fact.pictures)
        np.testing.assert_allclose(ours, [column[c] for column in each], rtol=1e-13)
    for number, name in enumerate(("precision", "recall", "f1")):
        assert measured(name, output, y, batch) == pytest.approx(macro[number], rel=1e-13)
        assert measured(name, output, np.eye(k)[y], batch) == pytest.approx(macro[number], rel=1e-13)


@given(judged(), st.integers(1, 6))
def test_top_k_by_brute_force(case: tuple[np.ndarray, np.ndarray, int], k: int) -> None:
    output, y, batch = case
    if k >= output.shape[1]:
        return
    right = [truth in sorted(range(len(row)), key=lambda c: -row[c])[:k] for row, truth in zip(output, y, strict=True)]
    assert measured(TopKCategoricalAccuracy(k), output, y, batch) == pytest.approx(np.mean(right))
    if k == 1:
        assert measured(TopKCategoricalAccuracy(1), output, y) == measured("accuracy", output, y)


def test_top_k_is_scikit_learns_where_no_outputs_are_equal(rng: np.random.Generator) -> None:
    output, y = rng.permuted(np.tile(np.arange(9.0), (50, 1)), axis=1), rng.integers(0, 9, 50)
    for k in (1, 2, 5, 8):
        expected = sklearn.top_k_accuracy_score(y, output, k=k, labels=range(9))
        assert measured(TopKCategoricalAccuracy(k), output, y) == pytest.approx(expected)
    assert measured("top5", output, y) == measured(TopKCategoricalAccuracy(5), output, y)


def test_an_answer_that_is_no_number_is_never_among_the_first() -> None:
    output = np.array([[np.nan, 0.2, 0.8], [0.1, np.nan, 0.9]])
    assert measured(TopKCategoricalAccuracy(2), output, np.array([0, 1])) == 0
    assert measured(TopKCategoricalAccuracy(2), output, np.array([2, 2])) == 1


@given(judged(), st.integers(1, 20))
def test_the_calibration_error_by_brute_force(case: tuple[np.ndarray, np.ndarray, int], bins: int) -> None:
    output, y, batch = case
    total = 0.0
    for b in range(bins):
        inside = [
            (row.max(), row.argmax() == truth)
            for row, truth in zip(output, y, strict=True)
            if math.ceil(row.max() * bins) - 1 == b
        ]
        if inside:
            confidence, right = np.mean(inside, axis=0)
            total += len(inside) / len(y) * abs(right - confidence)
    assert measured(ExpectedCalibrationError(bins), output, y, batch) == pytest.approx(total, abs=1e-12)


def test_bins_hold_their_upper_end() -> None:
    calibration = Calibration(4)
    output = np.array([[0.5, 0.5], [0.25, 0.75], [0.0, 1.0], [0.49, 0.51]])
    counted(calibration, output, np.array([0, 0, 1, 1]), 2)
    assert [(bin.low, bin.high, bin.pictures, bin.hits) for bin in calibration.bins()] == [
        (0.0, 0.25, 0, 0), (0.25, 0.5, 1, 1), (0.5, 0.75, 2, 1), (0.75, 1.0, 1, 1),
    ]  # fmt: skip
    assert calibration.bins()[2].confidence == pytest.approx((0.75 + 0.51) / 2)


def test_a_single_output_is_as_sure_of_class_0_as_it_is_far_from_1() -> None:
    two, one = np.array([[0.9, 0.1], [0.3, 0.7]]), np.array([[0.1], [0.7]])
    y = np.array([0, 0])
    assert measured("ece", one, y) == pytest.approx(measured("ece", two, y)) == pytest.approx(0.5 * 0.1 + 0.5 * 0.7)


@pytest.mark.parametrize("output", [[[2.0, -1.0]], [[0.5, 0.6]], [[np.nan, 1.0]], [[1.5]]])
def test_calibration_needs_probabilities(output: list[list[float]]) -> None:
    with pytest.raises(DataError) as caught:
        measured("ece", np.array(output), np.array([0]))
    assert caught.value.code == "metric.no_probabilities"


# A single output: class 1 is what is looked for, as in Keras and scikit-learn


def test_a_single_output_is_judged_by_class_1(rng: np.random.Generator) -> None:
    output, y = rng.uniform(size=(40, 1)), rng.integers(0, 2, 40)
    answer = output[:, 0] > 0.5
    assert measured("precision", output, y) == pytest.approx(sklearn.precision_score(y, answer))
    assert measured("recall", output, y[:, None]) == pytest.approx(sklearn.recall_score(y, answer))
    assert measured("f1", output, y) == pytest.approx(sklearn.f1_score(y, answer))
    assert measured(Recall(class_id=0), output, y) == pytest.approx(sklearn.recall_score(y, answer, pos_label=0))


def test_one_class_of_several(rng: np.random.Generator) -> None:
    output, y = rng.uniform(size=(60, 4)), rng.integers(0, 4, 60)
    each = sklearn.precision_recall_fscore_support(y, output.argmax(axis=1))
    for c in range(4):
        for kind, values in zip((Precision, Recall, F1Score), each, strict=False):
            assert measured(kind(class_id=c), output, y) == pytest.approx(values[c])


def test_classes_that_never_occur_are_no_part_of_the_mean() -> None:
    output, y = np.eye(4)[[0, 1, 1]], np.array([0, 1, 1])
    assert measured("recall", output, y) == 1.0
    assert measured("recall", np.eye(4)[[0, 1, 3]], y) == pytest.approx((1 + 1 / 2 + 0) / 3)


def test_memory_does_not_grow_with_the_pictures() -> None:
    tallies = [metrics_named([name])[0] for name in ("f1", "ece", "top_k_categorical_accuracy")]
    output, y = np.full((10, 8), 1 / 8), np.zeros(10, int)
    for _ in range(50):
        for tally in tallies:
            tally.update(output, y)
    held = [value for t in tallies for value in vars(t.tally).values()]
    held += [value for each in held if isinstance(each, Confusion) for value in vars(each).values()]
    assert all(value.size <= 64 for value in held if isinstance(value, np.ndarray))
    assert not any(isinstance(value, list) for value in held)


# Wilson's interval


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [  # Newcombe 1998, Statistics in Medicine 17, table I: method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_as_published(hits: int, trials: int, low: float, high: float) -> None:
    assert wilson(hits, trials) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_ends_solve_his_equation(case: tuple[int, int]) -> None:
    """At each end e: |p - e| = z sqrt(e (1 - e) / n)."""
    hits, n = case
    for end in wilson(hits, n):
        assert abs(hits / n - end) == pytest.approx(NORMAL_95 * math.sqrt(end * (1 - end) / n), abs=1e-12)
        assert 0 <= end <= 1


def test_of_nothing_any_share_is_possible() -> None:
    assert wilson(0, 0) == (0, 1)


# How they are asked for


def compiled(asked: Sequence[str | Metric], classes: int = 6) -> Sequential:
    model = Sequential([Flatten(input_shape=(2, 2, 1)), Dense(classes, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=asked)
    return model


def test_training_and_judging_log_them_by_the_name_they_were_asked_for(rng: np.random.Generator) -> None:
    asked = ["f1", "top5", Precision(), Recall(class_id=2, name="recall_of_2"), TopKCategoricalAccuracy(k=2), "ece"]
    x, y = rng.uniform(size=(23, 2, 2, 1)), rng.integers(0, 6, 23)
    model = compiled(asked)
    history = model.fit(x, y, batch_size=5, validation_data=(x, y), verbose=0).history
    names = ["f1", "top5", "precision", "recall_of_2", "top_k_categorical_accuracy", "ece"]
    assert list(history) == ["loss", *names, "val_loss", *(f"val_{name}" for name in names)]
    again = model.evaluate(x, y, batch_size=7, return_dict=True)
    last = {name.removeprefix("val_"): values[-1] for name, values in history.items() if name.startswith("val_")}
    assert again == pytest.approx(last, rel=1e-6)
    answer = model.predict(x).argmax(axis=1)
    assert again["precision"] == pytest.approx(sklearn.precision_score(y, answer, average="macro", zero_division=0))


def test_each_count_begins_from_zero(rng: np.random.Generator) -> None:
    model, x, y = compiled([F1Score()]), rng.uniform(size=(20, 2, 2, 1)), rng.integers(0, 6, 20)
    assert model.evaluate(x, y) == model.evaluate(x, y)
    assert model.evaluate(x[:1], model.predict(x[:1]).argmax(axis=1), return_dict=True)["f1_score"] == 1.0


def test_a_metric_of_ones_own(rng: np.random.Generator) -> None:
    class Answers:
        def __init__(self) -> None:
            self.seen = 0

        def update(self, output: np.ndarray, y: np.ndarray) -> None:
            self.seen += len(output)

        def result(self) -> float:
            return float(self.seen)

    class HowMany(Metric):
        usual_name = "how_many"

        def begin(self) -> Tally:
            return Answers()

    x, y = rng.uniform(size=(20, 2, 2, 1)), rng.integers(0, 6, 20)
    assert compiled([HowMany()]).evaluate(x, y, return_dict=True)["how_many"] == 20


CODES: dict[str, Callable[[], object]] = {
    "metric.class_id": lambda: Precision(class_id=-1),
    "setting.positive": lambda: TopKCategoricalAccuracy(k=0),
    "setting.abstract": Metric,
    "metric.name_twice": lambda: compiled([Precision(), "precision"]),
    "metric.no_such_class": lambda: compiled([Recall(class_id=6)]).evaluate(np.zeros((2, 2, 2, 1)), [0, 1]),
    "metric.k_too_large": lambda: compiled(["top5"], classes=5).evaluate(np.zeros((2, 2, 2, 1)), [0, 1]),
    "setting.names": lambda: compiled(Precision()),  # type: ignore[arg-type]
    "name.unknown_did_you_mean": lambda: compiled(["presicion"]),
    "keyword.unknown_did_you_mean": lambda: Precision(class_ids=2),  # type: ignore[call-arg]
}


@pytest.mark.parametrize("code", CODES)
def test_what_is_refused(code: str) -> None:
    with pytest.raises(StriateError) as caught:
        CODES[code]()
    assert caught.value.code == code


def test_a_loss_is_no_name_for_a_metric() -> None:
    with pytest.raises(SettingError) as caught:
        compiled([Precision(name="loss")])
    assert caught.value.fields == {"name": "loss"}
    assert "'loss'라는" in render(caught.value.code, caught.value.fields, "ko")


def test_an_unknown_one_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError) as caught:
        compiled(["top_5"])
    assert caught.value.fields["close"][0] == "top5"  # type: ignore[index]


@pytest.mark.parametrize("name", ["f1", "val_precision", "recall", "top5", "val_top_k_categorical_accuracy", "auc"])
def test_early_stopping_waits_for_what_is_better_when_larger(name: str) -> None:
    assert EarlyStopping(monitor=name)._monitor._sign == 1


@pytest.mark.parametrize("name", ["loss", "val_ece", "expected_calibration_error", "mse"])
def test_and_for_what_is_better_when_smaller(name: str) -> None:
    assert EarlyStopping(monitor=name)._monitor._sign == -1


def test_they_are_where_users_look() -> None:
    assert metrics.Precision is Precision and repr(Precision(class_id=2)) == "Precision(class_id=2)"


@pytest.mark.parametrize(("answer", "missing"), [(None, ["update", "result"]), (Counter(), ["result"])])
def test_a_metric_of_ones_own_whose_count_cannot_count(answer: object, missing: list[str]) -> None:
    class Forgetful(Metric):
        def begin(self) -> Any:
            return answer

    with pytest.raises(SettingError) as caught:
        metrics_named([described(Forgetful)()])
    fields = {"where": "Forgetful", "came": type(answer).__name__, "missing": missing}
    assert (caught.value.code, caught.value.fields) == ("metric.no_tally", fields)


@pytest.mark.parametrize(("base", "code"), [(Metric, "metric.no_count"), (ClassMetric, "metric.no_share")])
def test_a_metric_of_ones_own_that_says_nothing(base: type[Metric], code: str) -> None:
    class Speechless(base):
        pass

    def counted() -> float:
        tally = described(Speechless)().begin()
        tally.update(np.array([[0.2, 0.8]]), np.array([1]))
        return tally.result()

    with pytest.raises(SettingError) as caught:
        counted()
    assert (caught.value.code, caught.value.fields) == (code, {"where": "Speechless"})
