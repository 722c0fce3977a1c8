"""`striate data`: a sheet of pictures that can be looked at; collections fetched from a server on loopback."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.cli import data as command
from striate.data.collections import MNIST
from tests.cli.conftest import Ended
from tests.data.lying_server import serving
from tests.data.test_collections import on

Run = Callable[..., Ended]


@pytest.fixture
def folder(tmp_path: Path, rng: np.random.Generator) -> Path:
    for name, level in (("개", 60), ("고양이", 180)):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for i in range(4):
            pixels = rng.integers(level - 40, level + 40, (12, 12, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pets" / name / f"{i}.png")
    return tmp_path / "pets"


@pytest.mark.parametrize("augment", [(), ("--augment", "flip,shift=2,mixup=0.5"), ("--augment", "usual")])
def test_a_sheet_is_drawn(folder: Path, run: Run, augment: tuple[str, ...]) -> None:
    pytest.importorskip("matplotlib")
    sheet = folder.parent / "sheet.png"
    ended = run("data", "show", str(folder), "-o", str(sheet), "--pictures", "2", *augment)
    assert ended.code == 0 and ended.out == f"{sheet}\n"
    assert ("mirror" in ended.err) == ("usual" in augment)
    with Image.open(sheet) as image:
        assert image.size[0] > (900 if augment else 300) and len(image.convert("RGB").getcolors(1 << 24) or []) > 100


def test_a_program_is_told_what_the_sheet_shows(folder: Path, run: Run) -> None:
    pytest.importorskip("matplotlib")
    sheet = folder.parent / "sheet.png"
    ended = run("data", "show", str(folder), "-o", str(sheet), "--augment", "flip,shift=2", "--json")
    assert json.loads(ended.out) == {
        "file": str(sheet),
        "pictures": 8,
        "shown": ["개", "고양이"],
        "classes": 2,
        "augmentation": "flip,shift=2",
    }


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (("--augment", "flap"), 2),
        (("--augment", "hue=400"), 2),
        (("--pictures", "0"), 2),
        (("-o", "x.bmp"), 3),
    ],
)
def test_what_cannot_be_shown_is_one_line(folder: Path, run: Run, line: tuple[str, ...], code: int) -> None:
    pytest.importorskip("matplotlib")
    ended = run("data", "show", str(folder), *(() if "-o" in line else ("-o", str(folder.parent / "a.png"))), *line)
    assert ended.code == code and ended.out == "" and "Traceback" not in ended.err


def test_a_sheet_that_cannot_be_written_is_told_before_pictures_are_read(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    ended = run("data", "show", str(tmp_path / "none"), "-o", str(tmp_path / "sheet.bmp"))
    assert ended.code == 3 and "sheet.bmp" in ended.err and "none does not exist" not in ended.err


def test_a_collection_is_fetched_with_its_address_and_licence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIATE_CACHE", str(tmp_path / "cache"))
    with serving(b"some bytes") as server:
        monkeypatch.setitem(command.COLLECTIONS, "mnist", on(server, MNIST))
        ended = run("data", "get", "mnist", "-o", str(tmp_path / "out"))
        assert ended.code == 0 and ended.out == f"{tmp_path / 'out'}\n"
        for word in (server.address, "ShareAlike", MNIST.page, f"striate train {tmp_path / 'out'}"):
            assert word in ended.err
        again = run("data", "get", "mnist")
        told = json.loads(run("data", "get", "mnist", "-o", str(tmp_path / "out"), "--json").out)
    assert (told["name"], told["folder"], told["files"]) == (
        "mnist",
        str(tmp_path / "out"),
        [f.name for f in MNIST.files],
    )
    assert again.code == 0 and again.out == f"{tmp_path / 'cache' / 'collections' / 'mnist'}\n"
    assert server.address not in again.err


def test_without_a_network_it_says_which_files_go_where(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIATE_CACHE", str(tmp_path / "cache"))
    with serving(b"some bytes") as server:
        monkeypatch.setitem(command.COLLECTIONS, "mnist", on(server, MNIST))
    for language, words in (("en", "put it into"), ("ko", "넣고")):
        ended = run("data", "get", "mnist", "--lang", language)
        assert ended.code == 3 and ended.out == "" and "Traceback" not in ended.err
        for word in (MNIST.files[0].name, f"{server.address}/good", str(tmp_path / "cache"), words):
            assert word in ended.err


def test_an_unknown_collection_is_answered_with_the_known(run: Run) -> None:
    ended = run("data", "get", "minst")
    assert ended.code == 2 and "mnist" in ended.err
