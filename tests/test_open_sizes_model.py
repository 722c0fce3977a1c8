"""A model that learns from, and is asked about, pictures of several sizes."""

from pathlib import Path

import numpy as np
import pytest

from striate import Model, Sequential, load_model
from striate.errors import DataError, SizeError
from striate.layers import Conv2D, Dense, GlobalAveragePooling2D, Layer, MaxPooling2D
from striate.views.table import as_text

SIZES = ((8, 8), (11, 14))


def layers(shape: tuple[int | None, ...]) -> list[Layer]:
    ending = [MaxPooling2D(2), Conv2D(5, 3), GlobalAveragePooling2D(), Dense(2, "softmax")]
    return [Conv2D(4, 3, padding="same", activation="relu", input_shape=shape), *ending]


def learned() -> Model:
    model = Sequential(layers((None, None, 3)))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def pictures(size: tuple[int, int], number: int = 6) -> np.ndarray:
    return np.random.default_rng(size).random((number, *size, 3), np.float32)


def test_it_answers_as_the_model_of_each_size_does() -> None:
    model = learned()
    for size in SIZES:
        fixed = Sequential(layers((*size, 3)))
        fixed.set_weights(model.get_weights())
        np.testing.assert_array_equal(model.predict(pictures(size)), fixed.predict(pictures(size)))
        maps = model.feature_maps(pictures(size), "conv2")
        np.testing.assert_array_equal(maps, fixed.feature_maps(pictures(size), "conv2"))


def test_it_goes_on_learning_on_another_size_with_the_same_weights() -> None:
    model, y = learned(), np.array([0, 1] * 3)
    for steps, size in enumerate(SIZES, start=1):
        before = model.fingerprint
        model.fit(pictures(size), y, verbose=0)
        assert model.fingerprint != before
        assert model._run is not None and model._run.step == steps  # pyright: ignore[reportPrivateUsage]
        assert np.isfinite(model.judge(pictures(size), y)["loss"])


def test_validation_pictures_have_the_size_of_the_training() -> None:
    y = np.array([0, 1] * 3)
    with pytest.raises(DataError) as refused:
        learned().fit(pictures((8, 8)), y, validation_data=(pictures((11, 14)), y), verbose=0)
    assert refused.value.code == "data.wrong_shape"


def test_pictures_too_small_are_answered_with_the_way_and_fixes() -> None:
    with pytest.raises(SizeError) as refused:
        learned().predict(pictures((4, 4)))
    assert refused.value.code == "size.kernel_too_large"
    assert ("fix.pictures_or_larger", {"size": (6, 6)}) in refused.value.fields["fixes"]  # type: ignore[operator]


def test_no_pictures_have_no_answers() -> None:
    assert learned().predict(pictures((8, 8), 0)).shape == (0, 2)


def test_the_file_keeps_the_sizes_open(tmp_path: Path) -> None:
    model = learned()
    model.save(tmp_path / "it.safetensors")
    again = load_model(tmp_path / "it.safetensors")
    assert again.graph.input_shape == (None, None, 3)
    for size in SIZES:
        np.testing.assert_array_equal(again.predict(pictures(size)), model.predict(pictures(size)))


def test_the_summary_shows_what_is_open() -> None:
    lines = as_text(learned().summarize()).splitlines()
    assert lines[2].split() == ["conv1", "Conv2D", "?x?x4", "112", "-", "3x3,", "stride", "1", "-"]
