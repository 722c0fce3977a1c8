"""The picture that is looked at: as predict sees it, through every door."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.data.preprocessing import Preprocessing
from striate.errors import DataError, StateError
from striate.inspection.subject import subject
from striate.layers import Conv2D, Flatten
from striate.sequential import Sequential


@pytest.fixture
def model() -> Sequential:
    return Sequential([Conv2D(2, 3, input_shape=(6, 5, 3)), Flatten()])


def test_a_file_and_its_pixels(model: Sequential, tmp_path: Path) -> None:
    model.preprocessing = Preprocessing((6, 5), "rgb")
    pixels = np.random.default_rng(1).integers(0, 256, (12, 9, 3), np.uint8)
    file = tmp_path / "고양이.png"
    Image.fromarray(pixels).save(file)
    of_file, of_pixels = subject(model, file), subject(model, pixels)
    expected = model.preprocessing.prepare(model.preprocessing.read(str(file))[np.newaxis])
    for seen in (of_file, of_pixels):
        np.testing.assert_array_equal(seen.x, expected)
        assert (seen.came, seen.size, seen.resized) == ((12, 9), (6, 5), True)
        assert seen.shown is not None and seen.shown.dtype == np.uint8
    assert (of_file.file, of_pixels.file) == (str(file), None)


def test_floats_are_taken_as_they_are(model: Sequential) -> None:
    x = np.random.default_rng(1).standard_normal((6, 5, 3))
    seen = subject(model, x)
    np.testing.assert_array_equal(seen.x[0], x.astype(np.float32))
    assert (seen.pixels, seen.resized) == (None, False)
    assert seen.shown is seen.x[0] or np.shares_memory(seen.shown, seen.x)  # type: ignore[arg-type]


def test_other_numbers_of_channels_are_not_shown() -> None:
    model = Sequential([Conv2D(2, 3, input_shape=(6, 5, 4)), Flatten()])
    assert subject(model, np.zeros((6, 5, 4))).shown is None


def test_refusals(model: Sequential, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="preprocessing") as caught:
        subject(model, tmp_path / "a.png")
    assert caught.value.code == "model.no_preprocessing"
    with pytest.raises(DataError):
        subject(model, np.zeros((7, 5, 3)))
    for wrong in (None, [[1, 2]], 5):
        with pytest.raises(DataError) as unfit:
            subject(model, wrong)  # type: ignore[arg-type]
        assert (unfit.value.code, unfit.value.fields) == ("look.no_picture", {"came": type(wrong).__name__})
