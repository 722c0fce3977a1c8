"""From pictures, files or arrays, to answers with labels."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate import Dataset, Images, Preprocessing, Sequential, load_model
from striate.errors import DataError, StateError
from striate.layers import Activation, Dense, Flatten


def thirds(outputs: int = 3, activation: str = "softmax") -> Sequential:
    """Answers with the brightest of three grey pixels."""
    model = Sequential([Flatten(input_shape=(1, 3, 1)), Dense(outputs, activation, use_bias=False)])
    model.weights["dense1/kernel"][...] = 9 * np.eye(3)[:, :outputs]
    model.preprocessing = Preprocessing(size=(1, 3), colour="grey")
    return model


PIXELS = [np.array([[255, 0, 0]], np.uint8), np.array([[0, 0, 255]], np.uint8)]


def test_classify_arrays_and_files_alike(tmp_path: Path) -> None:
    model, file = thirds(), tmp_path / "b.png"
    model.class_names = ("left", "middle", "right")
    Image.fromarray(PIXELS[1]).save(file)
    left, right = model.classify([PIXELS[0], file])
    assert (left.label, right.label) == ("left", "right")
    assert (left.file, right.file) == (None, str(file))
    e = np.exp(9)
    assert left.probability == pytest.approx(e / (e + 2), rel=1e-6) == left.scores["left"]
    assert list(left.scores) == ["left", "middle", "right"]
    assert sum(left.scores.values()) == pytest.approx(1)
    assert model.classify(str(file)) == model.classify(file) == [right]


def test_classes_without_names_are_numbered() -> None:
    assert [answer.label for answer in thirds().classify(PIXELS)] == ["0", "2"]


def test_more_pictures_than_are_read_at_once() -> None:
    answers = thirds().classify([PIXELS[i % 2] for i in range(75)])
    assert [answer.label for answer in answers] == ["0" if i % 2 == 0 else "2" for i in range(75)]
    assert thirds().classify([]) == []


def test_one_array_is_one_picture_where_it_can_be() -> None:
    grey = np.zeros((5, 4), np.uint8)
    for one in (grey, grey[..., None], np.zeros((5, 4, 3), np.uint8)):
        assert len(thirds().classify(one)) == 1
    assert len(thirds().classify(np.zeros((6, 5, 4, 1), np.uint8))) == 6
    assert len(thirds().classify(np.zeros((6, 5, 4), np.uint8))) == 6


def test_a_single_output_says_how_sure_it_is_of_class_1() -> None:
    model = thirds(1, "sigmoid")
    model.class_names = ("dark", "bright")
    bright, dark = model.classify(PIXELS)
    assert (bright.label, dark.label) == ("bright", "dark")
    assert bright.scores["bright"] == pytest.approx(1 / (1 + np.exp(-9)), rel=1e-6)
    assert dark.probability == pytest.approx(0.5)


def test_classify_needs_preprocessing_and_probabilities() -> None:
    model = thirds()
    model.preprocessing = None
    with pytest.raises(StateError) as caught:
        model.classify(PIXELS)
    assert caught.value.code == "model.no_preprocessing"
    for end in ([], [Activation("relu")]):
        logits = Sequential([Flatten(input_shape=(1, 3, 1)), Dense(3), *end])
        logits.preprocessing = Preprocessing(size=(1, 3), colour="grey")
        with pytest.raises(StateError) as caught:
            logits.classify(PIXELS)
        assert caught.value.code == "model.no_probabilities"


def test_names_are_checked_against_the_outputs_when_these_are_known(tmp_path: Path) -> None:
    """Not only when they are set: a file that could not be read back must not be written."""
    pixels = np.zeros((6, 1, 3, 1), np.uint8)
    images = Images(pixels, np.arange(6) % 3, None, Preprocessing(size=(1, 3), colour="grey"))
    data = Dataset(images, None, None, ("a", "b", "c"), images.preprocessing)
    model = Sequential([Flatten(), Dense(10, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(DataError) as caught:
        model.fit(data, batch_size=3, verbose=0)
    assert caught.value.code == "names.count"

    grown = thirds()
    grown.class_names = ("left", "middle", "right")
    with pytest.raises(DataError):
        add_and_save(grown, tmp_path / "m.safetensors")
    assert not any(tmp_path.iterdir())


def add_and_save(model: Sequential, file: Path) -> None:
    """At one of the two it must be said that there are more outputs now than names."""
    model.add(Dense(5, "softmax"))
    model.save(file)


def test_a_model_learns_and_keeps_how_its_pictures_were_read(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 1, 3, 1), np.uint8)
    preprocessing = Preprocessing(size=(1, 3), colour="grey", scale=1 / 100)
    images = Images(pixels, pixels[:, 0, :, 0].argmax(axis=1), None, preprocessing)
    model = Sequential([Flatten(), Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(images, batch_size=4, verbose=0)
    model.save(tmp_path / "m.safetensors")
    again = load_model(tmp_path / "m.safetensors")
    assert again.preprocessing == preprocessing
    scores = [list(answer.scores.values()) for answer in again.classify(list(pixels))]
    np.testing.assert_array_equal(scores, model.predict(pixels.astype(np.float32) * np.float32(1 / 100)))
    other = Images(pixels, images.labels, None, Preprocessing(size=(1, 3), colour="grey"))
    with pytest.raises(DataError) as caught:
        model.fit(other, verbose=0)
    assert caught.value.code == "data.other_preprocessing"
