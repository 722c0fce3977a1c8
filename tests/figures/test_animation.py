"""Moving pictures: as many frames as figures, each shown for its time, the same bytes twice."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from striate.errors import FileError
from striate.figures.animation import save_animation
from striate.figures.canvas import blank

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def frame(colour: str) -> "Figure":
    figure = blank(1, 0.5)
    figure.set_facecolor(colour)
    return figure


@pytest.mark.parametrize("ending", ["gif", "webp"])
def test_frames_and_their_times(ending: str, tmp_path: Path) -> None:
    first, second = tmp_path / f"움직임.{ending}", tmp_path / f"b.{ending}"
    for path in (first, second):
        save_animation([frame("red"), frame("blue"), frame("white")], path, [100, 200, 300])
    assert first.read_bytes() == second.read_bytes()
    with Image.open(first) as moving:
        assert (moving.n_frames, moving.info["loop"], moving.size) == (3, 0, (144, 72))  # type: ignore[attr-defined]
        for number, (colour, time) in enumerate([((255, 0, 0), 100), ((0, 0, 255), 200), ((255, 255, 255), 300)]):
            moving.seek(number)
            moving.load()
            assert moving.info["duration"] == time
            assert np.abs(np.asarray(moving.convert("RGB"))[30, 30].astype(int) - colour).max() <= 1


@pytest.mark.parametrize(("name", "code"), [("a.mp4", "figure.unknown_ending"), ("nowhere/a.gif", "figure.no_folder")])
def test_places_that_cannot_be(name: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        save_animation([frame("red")], tmp_path / name)
    assert caught.value.code == code
