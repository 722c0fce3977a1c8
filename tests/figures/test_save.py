"""Figures as files, in notebooks, and without matplotlib."""

import io
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from drawing import HISTORY
from matplotlib.figure import Figure
from PIL import Image

from striate.errors import FileError, MissingExtraError
from striate.figures.canvas import DPI
from striate.figures.curves import training_curves
from striate.figures.save import save
from striate.figures.sheets import map_sheet, picture_sheet


def test_a_png_has_the_size_of_the_figure_and_shows_something(tmp_path: Path) -> None:
    figure = training_curves(HISTORY)
    save(figure, tmp_path / "curves.png")
    with Image.open(tmp_path / "curves.png") as image:
        assert image.format == "PNG"
        assert image.size == (int(2 * 4.6 * DPI), int(3.4 * DPI))
        pixels = np.asarray(image.convert("L"))
    assert pixels[0, 0] == 255
    assert 0.005 < (pixels < 200).mean() < 0.5
    assert [path.name for path in tmp_path.iterdir()] == ["curves.png"]


def test_an_svg_is_one_and_the_same_figure_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg", "a.PNG", "b.png"):
        save(map_sheet(np.eye(3)[:, :, np.newaxis], title="conv1"), tmp_path / name)
    assert b"<svg" in (tmp_path / "a.svg").read_bytes()
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.PNG").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_path_may_be_a_text(tmp_path: Path) -> None:
    save(training_curves(HISTORY), str(tmp_path / "a.png"))
    assert (tmp_path / "a.png").exists()


@pytest.mark.parametrize("name", ["a.jpg", "a", "a.png.txt"])
def test_other_endings_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(FileError) as error:
        save(training_curves(HISTORY), tmp_path / name)
    assert error.value.code == "figure.unknown_ending"
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileError) as error:
        save(training_curves(HISTORY), tmp_path / "no" / "a.png")
    assert error.value.code == "figure.no_folder"
    assert error.value.fields["folder"] == tmp_path / "no"
    assert not list(tmp_path.iterdir())


def test_a_failure_keeps_the_old_file_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.png").write_bytes(b"old")

    def full(self: Figure, path: Path, **_: object) -> None:
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", full)
    with pytest.raises(FileError):
        save(training_curves(HISTORY), tmp_path / "a.png")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.png": b"old"}


def test_a_folder_in_the_files_place(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    with pytest.raises(FileError):
        save(training_curves(HISTORY), tmp_path / "a.png")


def test_a_notebook_shows_a_figure_as_a_picture() -> None:
    figure = map_sheet(np.eye(3)[:, :, np.newaxis], title="conv1")
    with Image.open(io.BytesIO(figure._repr_png_())) as image:
        assert image.size == tuple(int(side) for side in figure.bbox.size)


def test_pyplot_is_left_alone() -> None:
    import subprocess

    program = (
        "import sys, numpy\n"
        "from striate.figures.curves import training_curves\n"
        "from striate.figures.sheets import map_sheet, picture_sheet\n"
        "assert 'matplotlib' not in sys.modules\n"
        "training_curves({'loss': [1, 2]}).savefig('/dev/null', format='png')\n"
        "assert 'matplotlib' in sys.modules and 'matplotlib.pyplot' not in sys.modules\n"
    )
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": "", "MPLBACKEND": "TkAgg", "LC_ALL": "C.UTF-8"}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: training_curves(HISTORY),
        lambda: picture_sheet(np.zeros((1, 2, 2, 1)), [("a", 1.0, None)]),
        lambda: map_sheet(np.zeros((2, 2, 1)), title="x"),
    ],
    ids=["curves", "pictures", "maps"],
)
def test_without_matplotlib_the_error_says_what_to_install(draw: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError) as error:
        draw()
    assert error.value.fields == {"package": "matplotlib", "extra": "plot"}
    assert "pip install 'striate[plot]'" in str(error.value)
    assert isinstance(error.value, ImportError)
