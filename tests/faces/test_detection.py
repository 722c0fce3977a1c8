"""A face is found where it is, and cut out as those are that models learn from."""

import sys
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from striate.errors import MissingExtraError
from striate.faces.detection import CUT_LOWER, CUT_SIDE, MOVING, STILL, Box, Detector, cut
from striate.faces.opencv import opencv

Pixels = NDArray[np.uint8]
ASTRONAUT = Box(177, 66, 97)


@pytest.mark.parametrize("how", [STILL, MOVING])
def test_the_astronaut_has_one_face(astronaut: Pixels, how: Any) -> None:
    (found,) = Detector(how).faces(astronaut)
    assert found.overlap(ASTRONAUT) > 0.75


def test_a_face_in_a_large_picture_is_where_it_is(astronaut: Pixels) -> None:
    large = np.full((1500, 2100, 3), 120, np.uint8)
    large[700 : 700 + 512, 900 : 900 + 512] = astronaut
    (found,) = Detector(STILL).faces(large)
    assert found.overlap(Box(900 + 177, 700 + 66, 97)) > 0.7


def test_no_face_where_there_is_none(rng: np.random.Generator) -> None:
    assert Detector(STILL).faces(rng.integers(0, 256, (200, 300, 3), np.uint8)) == []
    assert Detector(MOVING).faces(np.zeros((9, 7, 3), np.uint8)) == []


def test_what_is_cut_out_lies_in_the_box_a_little_lower() -> None:
    y, x = np.mgrid[:200, :300]
    picture = np.stack([y, x, x], -1)  # every pixel says where it is
    part = cut(picture.astype(np.int64), Box(50, 40, 100))  # type: ignore[arg-type]
    side = round(100 * CUT_SIDE)
    assert part.shape == (side, side, 3)
    middle = part.reshape(-1, 3).mean(0)
    assert middle[0] == pytest.approx(40 + 50 + 100 * CUT_LOWER, abs=1)
    assert middle[1] == pytest.approx(50 + 50, abs=1)


def test_beyond_the_picture_its_border_goes_on(rng: np.random.Generator) -> None:
    picture = rng.integers(0, 256, (30, 40, 3), np.uint8)
    part = cut(picture, Box(-20, -20, 40))
    assert part.shape == (30, 30, 3)
    assert (part[:5, :10] == picture[0, 0]).all()
    assert cut(picture, Box(35, 25, 1)).shape == (1, 1, 3)


def test_the_cut_shows_as_much_of_a_face_as_the_training_pictures(astronaut: Pixels) -> None:
    """In SMILEsmileD's 64x64 the eyes stand at a quarter of the height, a quarter and three quarters across."""
    part = cut(astronaut, ASTRONAUT)
    scale = 64 / part.shape[0]
    top, left = ASTRONAUT.top + (1 - CUT_SIDE) / 2 * 97 + CUT_LOWER * 97, ASTRONAUT.left + (1 - CUT_SIDE) / 2 * 97
    for (x, y), across in (((205, 104), 0.25), ((243, 104), 0.75)):  # the pupils, by eye
        assert (x - left) * scale / 64 == pytest.approx(across, abs=0.08)
        assert (y - top) * scale / 64 == pytest.approx(0.25, abs=0.08)


def test_without_opencv_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(MissingExtraError) as caught:
        Detector(STILL)
    assert (caught.value.code, caught.value.fields["extra"]) == ("extra.missing", "camera")


def test_an_opencv_without_cascades_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(opencv(), "CascadeClassifier")
    with pytest.raises(MissingExtraError) as caught:
        Detector(STILL)
    assert caught.value.code == "smile.opencv_without_cascades"
