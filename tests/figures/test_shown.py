"""Results that can be drawn: in notebooks, on screens, in files."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageShow

from striate.errors import StateError
from striate.figures.canvas import blank
from striate.figures.shown import Shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Two(Shown):
    """Draws nothing, on paper of 2 x 1 inches."""

    def figure(self) -> "Figure":
        return blank(2, 1)


def test_what_notebooks_and_files_get(tmp_path: Path) -> None:
    Two().save_figure(tmp_path / "둘.png")
    shown = Two()._repr_png_()
    assert shown is not None
    for png in (shown, (tmp_path / "둘.png").read_bytes()):
        with Image.open(io.BytesIO(png)) as picture:
            assert picture.size == (288, 144)


def test_a_notebook_without_matplotlib_shows_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("striate.figures.canvas.find_spec", lambda name: None)
    assert Two()._repr_png_() is None


def test_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow's own list of viewers, with one that keeps what it is given; then with none."""
    seen: list[Image.Image] = []

    class Viewer(ImageShow.Viewer):
        def show(self, image: Image.Image, **options: object) -> int:
            seen.append(image.copy())
            return 1

    monkeypatch.setattr(ImageShow, "_viewers", [Viewer()])
    Two().show()
    assert [picture.size for picture in seen] == [(288, 144)]
    monkeypatch.setattr(ImageShow, "_viewers", [])
    with pytest.raises(StateError) as caught:
        Two().show()
    assert caught.value.code == "figure.no_viewer"
