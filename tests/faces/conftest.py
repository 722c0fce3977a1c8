"""A photograph with a face, that a package ships, and a model for faces that nobody trained."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from striate.data.preprocessing import Preprocessing
from striate.errors import MissingExtraError
from striate.faces.opencv import opencv
from striate.layers import Dense, Flatten, Input
from striate.sequential import Sequential

try:
    opencv()  # before anything else imports it: FFmpeg is kept quiet only then
except MissingExtraError:
    pytest.skip("the extra `camera` is not installed", allow_module_level=True)

Pixels = NDArray[np.uint8]
FACE = (225, 115, 60)  # the astronaut's: left to right, top to bottom, about half of its side


def _astronaut() -> Pixels:
    data = pytest.importorskip("skimage.data", reason="scikit-image is not installed")
    return np.asarray(data.astronaut())


@pytest.fixture(scope="session")
def astronaut() -> Pixels:
    """512x512, RGB, one face."""
    return _astronaut()


@pytest.fixture
def brightness_model(tmp_path: Path) -> Callable[..., Path]:
    """A model that says `names[1]`, the surer the brighter the picture: sigmoid(20 (mean - 1/2))."""

    def save(names: tuple[str, ...] = ("neutral", "smile"), side: int = 16) -> Path:
        model = Sequential([Input((side, side, 1)), Flatten(), Dense(len(names), activation="softmax")])
        model.class_names, model.preprocessing = names, Preprocessing((side, side), "grey")
        kernel = np.zeros((side * side, len(names)))
        kernel[:, 1] = 20 / side**2
        bias = np.zeros(len(names))
        bias[1] = -10
        model.set_weights([kernel, bias])
        model.save(tmp_path / "face.safetensors")
        return tmp_path / "face.safetensors"

    return save


@pytest.fixture
def film(tmp_path: Path) -> Callable[..., Path]:
    """Write pictures (h, w, 3), RGB, as a video."""
    import cv2

    def write(pictures: list[Pixels], name: str = "film.avi", rate: float = 10.0) -> Path:
        height, width = pictures[0].shape[:2]
        writer = cv2.VideoWriter(str(tmp_path / name), cv2.VideoWriter_fourcc(*"MJPG"), rate, (width, height))
        for picture in pictures:
            writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        writer.release()
        return tmp_path / name

    return write


@pytest.fixture(scope="session")
def walk() -> list[Pixels]:
    """The astronaut moves to the right, 8 pixels a frame, and is gone in the last three of twelve frames."""
    head = _astronaut()[:256, 96:352]
    frames = []
    for i in range(12):
        frame = np.full((240, 360, 3), 90, np.uint8)
        if i < 9:
            frame[:, 8 * i : 8 * i + 256] = head[:240]
        frames.append(frame)
    return frames
