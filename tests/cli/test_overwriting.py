"""No command writes over the picture, the collection or the model that it reads."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pictures import write_classes

from striate.data.preprocessing import Preprocessing
from striate.layers import Conv2D, Dense, Flatten
from striate.sequential import Sequential

Run = Callable[..., Any]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with a model of pictures 8x8, one picture, a link to it, and a collection."""
    made = Sequential([Conv2D(2, 3, input_shape=(8, 8, 1)), Flatten(), Dense(3, "softmax")])
    made.class_names = ["0", "1", "2"]
    made.preprocessing = Preprocessing((8, 8), "grey")
    made.save(tmp_path / "m.safetensors")
    root = write_classes(tmp_path / "data", each=2)
    shutil.copy(next((root / "0").iterdir()), tmp_path / "p.png")
    shutil.copy(tmp_path / "p.png", root / "0" / "in.png")
    (tmp_path / "link.png").symlink_to("p.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "option"),
    [
        ("look maps m.safetensors p.png -o p.png", "--output"),
        ("look maps m.safetensors p.png -o data/../p.png", "--output"),
        ("look maps m.safetensors p.png -o link.png", "--output"),
        ("look trace m.safetensors p.png --unit conv1:0:0,0 -o p.png", "--output"),
        ("look why m.safetensors p.png -o p.png", "--output"),
        ("look patches m.safetensors data --layer conv1 -o data/0/in.png", "--output"),
        ("data show data -o data/0/in.png", "--output"),
        ("smile p.png --model m.safetensors -o p.png", "--output"),
        ("check data --list data/0/in.png", "--list"),
        ("check data --list p.png", "--list"),
        ("check data --html p.png", "--html"),
        ("evaluate m.safetensors data --html m.safetensors", "--html"),
        ("evaluate m.safetensors data --figure data/0/in.png", "--figure"),
    ],
)
def test_what_is_read_is_kept(line: str, option: str, run: Run, here: Path) -> None:
    before = {path: path.read_bytes() for path in here.rglob("*.*") if path.is_file()}
    ended = run(*line.split())
    assert ended.code == 2 and ended.out == ""
    words = line.split()
    path = words[words.index(option if option in words else "-o") + 1]
    command = " ".join(words[: 2 if words[0] in ("look", "data") else 1])
    shown = Path(path)
    assert ended.err == (
        f"error: striate {command}: {option} would overwrite {shown}, a source or a model; choose another name.\n"
    )
    assert {path: path.read_bytes() for path in here.rglob("*.*") if path.is_file()} == before


def test_what_a_command_made_it_makes_anew(run: Run, here: Path) -> None:
    for _ in range(2):
        assert run("check", "data", "--list", "data/skip.txt", "--html", "data/check.html").code == 1
        assert run("look", "maps", "m.safetensors", "p.png", "-o", "maps.png").code == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_nobody_waits_at_a_pipe(run: Run, here: Path) -> None:
    os.mkfifo(here / "pipe")
    ended = run("check", "pipe")
    assert ended.code == 3 and ended.err.startswith("error: pipe holds no pictures with labels; ")


def test_several_words_too_many(run: Run) -> None:
    ended = run("info", "a", "b")
    assert ended.code == 2
    assert ended.err == (
        "error: striate info takes fewer arguments, and nothing takes 'a', 'b'; leave that out, or put quotes around a "
        "text with blanks.\n"
    )
