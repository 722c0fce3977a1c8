"""How well a model does class by class: one pass, against what the model itself answers; and `striate evaluate`."""

import json

import numpy as np
import pytest
from sklearn import metrics as sklearn

from striate import Images, Preprocessing, Sequential
from striate.errors import DataError, SettingError
from striate.layers import Conv2D, Dense, Flatten
from striate.report import Report, class_report
from striate.views.classes import MOST_CONFUSIONS, class_lines, confusion_lines

NAMES = ("고양이", "dog", "<b>")


def model_of(last: str | None = "softmax", outputs: int = 3) -> Sequential:
    model = Sequential([Conv2D(2, 3, input_shape=(5, 4, 1)), Flatten(), Dense(outputs, last)], seed=1)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy", "ece", "f1"])
    return model


@pytest.fixture
def pictures(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.standard_normal((31, 5, 4, 1)).astype(np.float32), rng.integers(0, 3, 31)


@pytest.mark.parametrize("batch_size", [1, 7, 31, 400])
def test_a_report_is_what_the_models_answers_say(batch_size: int, pictures: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = pictures
    model = model_of()
    report, answer = class_report(model, x, y, batch_size), model.predict(x).argmax(axis=1)
    np.testing.assert_array_equal(report.matrix, sklearn.confusion_matrix(y, answer, labels=range(3)))
    judged = model.judge(x, y)
    assert report.accuracy == judged["accuracy"] == report.hits / 31
    assert report.loss == pytest.approx(judged["loss"], rel=1e-6)
    assert report.calibration_error == pytest.approx(judged["ece"], rel=1e-6)
    assert report.macro["f1"] == pytest.approx(judged["f1"])
    assert report.accuracy_interval.low < report.accuracy < report.accuracy_interval.high
    assert report.class_names == ("0", "1", "2")


def test_images_are_prepared_as_the_model_takes_them(rng: np.random.Generator) -> None:
    stored, y = rng.integers(0, 256, (9, 5, 4, 1), np.uint8), rng.integers(0, 3, 9)
    images = Images(stored, y, None, Preprocessing(size=(5, 4), colour="grey"))
    model = model_of()
    np.testing.assert_array_equal(class_report(model, images).matrix, class_report(model, images.x, y).matrix)


def test_values_before_softmax_have_a_loss_but_no_calibration(pictures: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = pictures
    with_softmax, without = model_of(), model_of(None)
    without.set_weights(with_softmax.get_weights())
    report, other = class_report(with_softmax, x, y), class_report(without, x, y)
    assert other.bins is None and other.calibration_error is None
    assert other.loss == pytest.approx(report.loss, rel=1e-5)
    np.testing.assert_array_equal(other.matrix, report.matrix)


def test_a_single_output_is_two_classes(pictures: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = pictures
    model = model_of("sigmoid", 1)
    report, answer = class_report(model, x, y % 2), model.predict(x)[:, 0] > 0.5
    np.testing.assert_array_equal(report.matrix, sklearn.confusion_matrix(y % 2, answer))
    assert report.calibration_error is not None


def test_what_is_refused(pictures: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = pictures
    for call, kind, code in [
        (lambda: class_report(model_of(), x), SettingError, "setting.missing"),
        (lambda: class_report(model_of(), x[:0], y[:0]), DataError, "data.no_pictures"),
        (lambda: class_report(model_of(), x, y + 1), DataError, "data.labels_from_one"),
        (lambda: class_report(model_of(), x, y, 0), SettingError, "setting.positive"),
        (lambda: class_report(model_of(), x[:, :4], y), DataError, "data.wrong_shape"),
    ]:
        with pytest.raises(kind) as caught:
            call()
        assert caught.value.code == code


def report_of(matrix: list[list[int]], names: tuple[str, ...]) -> Report:
    return Report(names, 0.5, np.array(matrix), None, None)


MATRIX = report_of([[8, 2, 0], [0, 5, 0], [0, 0, 0]], NAMES)


def test_a_share_of_nothing_is_none_in_json_and_a_dash_in_the_table() -> None:
    told = json.loads(json.dumps(MATRIX.to_json()))
    assert told["classes"][2] == {
        "name": "<b>", "pictures": 0, "answers": 0, "hits": 0, "precision": None, "precision_interval": [0, 1],
        "recall": None, "recall_interval": [0, 1], "f1": None,
    }  # fmt: skip
    assert told["calibration"] is None and told["confusion_matrix"] == MATRIX.matrix.tolist()
    lines = class_lines(NAMES, MATRIX.classes, MATRIX.macro)
    assert lines[3].split() == ["<b>", "0", "-", "0.0-100.0", "-", "0.0-100.0", "-"]
    assert lines[1].split()[:5] == ["고양이", "10", "100.0", "%", "67.6-100.0"]
    assert lines[4].split()[-1] == "%" and "90.0 %" in lines[4]  # the third class occurs nowhere


def test_short_names_stand_above_the_matrix_long_ones_as_numbers() -> None:
    assert [line.split() for line in confusion_lines(NAMES, MATRIX.matrix)[1:]] == [
        ["고양이", "dog", "<b>"], ["고양이", "8", "2", "."], ["dog", ".", "5", "."], ["<b>", ".", ".", "."],
    ]  # fmt: skip
    long = confusion_lines(("a cat", "a large dog", "b"), MATRIX.matrix)
    assert long[1].split() == ["0", "1", "2"] and long[3].split() == ["1", "a", "large", "dog", ".", "5", "."]


def test_of_many_classes_the_largest_confusions_are_told() -> None:
    matrix = np.diag(np.full(21, 9))
    assert confusion_lines([str(k) for k in range(21)], matrix) == []
    matrix[3, 7], matrix[20, 0] = 4, 11
    lines = confusion_lines([f"c{k}" for k in range(21)], matrix)
    assert [line.split()[0] for line in lines[1:]] == ["11", "4"] and "c3" in lines[2] and "c7" in lines[2]
    matrix[:] = 1
    assert len(confusion_lines([str(k) for k in range(21)], matrix)) == 1 + MOST_CONFUSIONS
