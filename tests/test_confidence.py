"""From a model's probabilities to calibrated ones, and to "none of these"."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from striate import Confidence, Images, Preprocessing, Sequential, confidence_of, load_model
from striate.confidence import log_probabilities
from striate.errors import DataError, SettingError, StateError, StriateError
from striate.layers import Dense, Flatten
from striate.training.temperature import Outputs


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z.astype(np.longdouble))
    return np.asarray(e / e.sum(axis=1, keepdims=True), np.float64)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.7, 100.0])
def test_probabilities_are_those_of_the_values_before_softmax_divided(
    temperature: float, rng: np.random.Generator
) -> None:
    z = rng.standard_normal((40, 7)) * 4
    calibrated = Confidence(temperature).probabilities(softmax(z).astype(np.float32))
    np.testing.assert_allclose(calibrated, softmax(z / temperature), rtol=2e-6 / min(temperature, 1), atol=1e-12)
    np.testing.assert_array_equal(calibrated.argmax(axis=1), z.argmax(axis=1))


def test_a_single_output_is_two_probabilities(rng: np.random.Generator) -> None:
    z = rng.standard_normal((30, 1)) * 3
    p = 1 / (1 + np.exp(-z / 2))
    calibrated = Confidence(2).probabilities((1 / (1 + np.exp(-z))).astype(np.float32))
    np.testing.assert_allclose(calibrated, np.hstack([1 - p, p]), rtol=1e-5)


@pytest.mark.parametrize("temperature", [1e-300, 0.01, 1, 100, 1e300])
def test_extremes_stay_probabilities(temperature: float) -> None:
    outputs = [np.float32([[1, 0, 0], [0.5, 0.5, 0], [1e-38, 1, 0]]), np.float32([[0], [1], [0.5]])]
    for output in outputs:
        calibrated = Confidence(temperature).probabilities(output)
        assert np.isfinite(calibrated).all() and (calibrated >= 0).all()
        np.testing.assert_allclose(calibrated.sum(axis=1), 1)
        assert np.isfinite(log_probabilities(output)).all()


@pytest.mark.parametrize("wrong", [0, -1, math.inf, math.nan, "1", True, None])
def test_a_temperature_is_above_0_and_finite(wrong: object) -> None:
    with pytest.raises(SettingError) as caught:
        Confidence(wrong)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.fields["setting"]) == ("setting.positive_real", "temperature")


@pytest.mark.parametrize("wrong", [-0.1, 1.1, math.inf, math.nan, "1", True, None])
def test_a_threshold_is_a_probability(wrong: object) -> None:
    with pytest.raises(SettingError) as caught:
        Confidence(1, wrong)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.fields["setting"]) == ("setting.probability", "threshold")
    assert Confidence(1, 0).threshold == 0 and Confidence(1, 1).threshold == 1


@pytest.mark.parametrize(
    ("config", "code"),
    [
        (None, "confidence.config"),
        ([1, 0.5], "confidence.config"),
        ({"temperature": 1}, "confidence.config"),
        ({"temperature": 1, "threshold": 0}, "confidence.config"),
        ({"temperature": 1, "threshold": 0, "mirrored": False, "more": 0}, "confidence.config"),
        ({"temperature": 1, "threshold": 0, "mirrored": 1}, "setting.flag"),
        ({"temperature": 1, "threshold": 0, "mirrored": True, "shifted": 0.5}, "setting.whole"),
        ({"temperature": 0, "threshold": 0, "mirrored": False}, "setting.positive_real"),
        ({"temperature": 1, "threshold": 2, "mirrored": False}, "setting.probability"),
    ],
)
def test_a_config_is_trusted_in_nothing(config: object, code: str) -> None:
    with pytest.raises(StriateError) as caught:
        Confidence.from_config(config)
    assert caught.value.code == code


# The model


def brightest(last: str = "softmax", outputs: int = 3) -> Sequential:
    """Answers with the brightest of three grey pixels, 255 being ln 9 more than 0."""
    model = Sequential([Flatten(input_shape=(1, 3, 1)), Dense(outputs, last, use_bias=False)])
    model.weights["dense1/kernel"][...] = math.log(9) * np.eye(3)[:, :outputs]
    model.preprocessing = Preprocessing(size=(1, 3), colour="grey")
    model.class_names = ("left", "middle", "right") if outputs == 3 else ("no", "yes")
    return model


CLEAR, UNCLEAR = np.uint8([[255, 0, 0]]), np.uint8([[128, 64, 0]])


def test_classify_answers_none_of_these_below_the_threshold() -> None:
    model = brightest()
    raw = model.predict(np.float32([[[[1], [0], [0]]]]))
    model.confidence = Confidence(2, 0.55)
    clear, unclear = model.classify([CLEAR, UNCLEAR])
    assert clear.probability == pytest.approx(3 / 5)  # exp(ln 9 / 2) = 3, beside two of exp 0
    assert (clear.label, clear.best, clear.abstained) == ("left", "left", False)
    assert (unclear.label, unclear.best, unclear.abstained) == (None, "left", True)
    assert unclear.scores["left"] == unclear.probability < 0.55
    np.testing.assert_allclose(raw, [[9 / 11, 1 / 11, 1 / 11]], rtol=1e-6)  # predict's are the model's own
    model.confidence = Confidence(2, clear.probability)
    assert model.classify([CLEAR])[0].label == "left"  # as likely as required is enough


def test_a_single_output_may_abstain() -> None:
    model = brightest("sigmoid", 1)
    model.confidence = Confidence(1, 0.8)
    sure, unsure = model.classify([CLEAR, np.uint8([[0, 0, 0]])])
    assert (sure.label, sure.probability) == ("yes", pytest.approx(0.9))
    assert (unsure.label, unsure.best, unsure.probability) == (None, "no", 0.5)


def test_confidence_goes_into_the_file_and_out_with_the_weights(tmp_path: Path) -> None:
    model, file = brightest(), tmp_path / "m.safetensors"
    model.save(file)
    assert load_model(file).confidence is None and b'confidence"' not in file.read_bytes()
    model.confidence = Confidence(1.25, 0.625)
    model.save(file)
    again = load_model(file)
    assert again.confidence == Confidence(1.25, 0.625)
    again.compile("sgd", "sparse_categorical_crossentropy")
    again.fit(np.ones((2, 1, 3, 1)), [0, 1], verbose=0)
    assert again.confidence is None


def test_confidence_of_a_model_is_found_in_one_pass(rng: np.random.Generator) -> None:
    model, pixels = brightest(), rng.integers(0, 256, (150, 1, 3, 1), np.uint8)
    y = np.where(np.arange(150) % 5 > 0, pixels[:, 0, :, 0].argmax(axis=1), rng.integers(0, 3, 150))
    images = Images(pixels, y, None, Preprocessing(size=(1, 3), colour="grey"))
    outputs = Outputs()
    outputs.update(model.predict(images.x), y)
    found = confidence_of(model, images, batch_size=64)
    assert found.temperature == pytest.approx(outputs.confidence().temperature, rel=1e-6)
    assert found.threshold == outputs.confidence().threshold > 1 / 3
    assert confidence_of(model, images.x, y).temperature == pytest.approx(found.temperature, rel=1e-6)
    json.dumps(found.to_config())


def test_confidence_needs_probabilities_and_pictures() -> None:
    with pytest.raises(StateError) as caught:
        confidence_of(brightest("relu"), np.zeros((1, 1, 3, 1)), [0])
    assert caught.value.code == "model.no_probabilities"
    with pytest.raises(DataError):
        confidence_of(brightest(), np.zeros((0, 1, 3, 1)), [])
