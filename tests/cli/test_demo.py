"""striate demo: one real demonstration, looked at from all sides; short ones for the rest."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from pictures import is_picture_with_something_on_it
from PIL import Image
from threadpoolctl import threadpool_limits

from striate.choices import table
from striate.choices.facts import Facts
from striate.cli import main
from striate.data.load import digits
from striate.model import load_model

Run = Callable[..., Any]

RUN = [
    "best.safetensors",
    "curves.png",
    "film",
    "health.jsonl",
    "last.safetensors",
    "metrics.csv",
    "metrics.jsonl",
    "report.html",
    "settings.toml",
    "split.csv",
]
FILES = sorted([*RUN, "answers.png", "digits", "feature_maps.png"])


class Demo(NamedTuple):
    """A demonstration that was given: the folder, and what was said."""

    folder: Path
    out: str
    err: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demonstration as users get it, in a process of its own; it takes some seconds, so there is one for all."""
    from matplotlib import font_manager, get_cachedir

    assert font_manager.fontManager.ttflist  # the fonts are listed
    root = tmp_path_factory.mktemp("demo")
    variables = {
        "PYTHONPATH": str(Path(main.__file__).parents[2]),
        "LC_ALL": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",  # on a busy machine more only wait for each other
        "MPLCONFIGDIR": get_cachedir(),  # a first list takes seconds, and on a busy machine matplotlib says so
    }
    line = [sys.executable, "-m", "striate", "demo", "--seed", "0"]
    ended = subprocess.run(line, cwd=root, env=variables, capture_output=True, text=True, check=True)
    return Demo(root / "striate-demo", ended.stdout, ended.stderr)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Demonstrations of a single epoch, on one thread."""
    once = replace(table.kind_of(Facts(1_200, (8, 8, 1))), fewest_epochs=1, most_epochs=1)
    monkeypatch.setattr(table, "KINDS", (once,))
    with threadpool_limits(1):
        yield


def test_accuracy(demo: Demo) -> None:
    line = demo.out.splitlines()[0]
    found = re.fullmatch(r"accuracy: (\d{2,3}\.\d) %", line)
    assert found and float(found[1]) >= 97.5
    model, held_out = load_model(demo.folder / "best.safetensors"), digits().test
    assert held_out is not None and len(held_out) == 445
    right = model.predict(held_out.x).argmax(axis=1) == held_out.y
    assert line == f"accuracy: {100 * right.mean():.1f} %"  # the file says it as well


def test_files(demo: Demo) -> None:
    assert sorted(path.name for path in demo.folder.iterdir()) == FILES
    for picture in ("answers.png", "curves.png", "feature_maps.png"):
        assert is_picture_with_something_on_it(demo.folder / picture)
    settings = tomllib.loads((demo.folder / "settings.toml").read_text("utf-8"))
    assert (settings["train"]["epochs"], settings["data"]["test_pictures"]) == (25, 445)
    assert settings["data"]["pictures"] + settings["data"]["validation_pictures"] == 1_352
    assert len((demo.folder / "metrics.csv").read_text().splitlines()) == 1 + 25


def test_digits_are_held_out_ones(demo: Demo) -> None:
    held_out = digits().test
    assert held_out is not None
    files = sorted((demo.folder / "digits").iterdir())
    assert [file.name for file in files] == [f"{i:02d}-is-{held_out.y[i]}.png" for i in range(10)]
    for i, file in enumerate(files):
        with Image.open(file) as image:
            np.testing.assert_array_equal(np.asarray(image), held_out.pictures[i, ..., 0])


def test_what_is_said(demo: Demo) -> None:
    said = demo.err.splitlines()
    assert said[0].startswith("Training a CNN on 1,352 handwritten digits of 8x8 pixels; 445 others are held out")
    assert [line.split("  ")[0] for line in said[1:26]] == [f"epoch {i}/25" for i in range(1, 26)]
    assert re.fullmatch(r"on 445 test pictures, held out from training; loss 0\.\d{4}", said[27])
    assert re.fullmatch(r"same bits: sha256 [0-9a-f]{16} \(\w+\)", said[28])
    assert said[29:] == ["Saved, read back, every bit the same: striate-demo/best.safetensors"]
    for file in ("answers.png", "feature_maps.png", "curves.png"):
        assert f"  striate-demo/{file}  " in demo.out
    assert all(letter.isprintable() for letter in (demo.out + demo.err).replace("\n", ""))


def test_every_line_to_type_next_works(demo: Demo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo.folder.parent)
    lines = [line for line in demo.out.partition("Type next:\n")[2].splitlines() if "YOUR_FOLDER" not in line]
    assert [line.split()[1] for line in lines] == ["predict", "summary", "learn"]
    for line in lines:
        ended = run(*shlex.split(line)[1:])
        assert (ended.code, ended.err) == (0, "") and len(ended.out.splitlines()) > 3


def test_the_digits_are_recognised(demo: Demo, run: Run) -> None:
    ended = run("predict", str(demo.folder), str(demo.folder / "digits"), "--json")
    answers = [json.loads(line) for line in ended.out.splitlines()]
    right = [answer["file"].endswith(f"is-{answer['label']}.png") for answer in answers]
    assert len(right) == 10 and sum(right) >= 9


def test_a_second_one_takes_the_place_of_the_first(demo: Demo, run: Run, short: None, tmp_path: Path) -> None:
    again = shutil.copytree(demo.folder, tmp_path / "again demo")
    ended = run("demo", "-o", str(again), "--seed", "1")
    assert ended.code == 0 and ended.out.startswith("accuracy: ")
    assert f"striate predict '{again}' '{again / 'digits'}'" in ended.out  # can be typed as it stands
    assert sorted(path.name for path in again.iterdir()) == FILES
    assert (
        load_model(again / "best.safetensors").fingerprint != load_model(demo.folder / "best.safetensors").fingerprint
    )


def test_other_work_stays(demo: Demo, run: Run, short: None, tmp_path: Path) -> None:
    mine = tmp_path / "best.safetensors"
    mine.write_bytes(b"of days of work")
    ended = run("demo", "-o", str(tmp_path))
    assert (ended.code, ended.out, mine.read_bytes()) == (3, "", b"of days of work")
    assert ended.err.startswith(f"error: {tmp_path} holds something already") and "--force" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == [mine.name]
    assert run("demo", "-o", str(tmp_path), "--force").code == 0 and mine.stat().st_size > 1000


def test_in_korean(run: Run, short: None, tmp_path: Path) -> None:
    ended = run("demo", "-o", str(tmp_path / "데모"), "--lang", "ko")
    assert ended.code == 0 and re.match(r"정확도: \d{1,2}\.\d %\n", ended.out)
    assert ended.err.startswith("8x8 픽셀의 손글씨 숫자 1,352장으로 CNN을 학습합니다.")
    assert "다음에 해 볼 것:" in ended.out and f"striate predict {tmp_path / '데모'} " in ended.out
    assert is_picture_with_something_on_it(tmp_path / "데모" / "answers.png")


def test_json(run: Run, short: None, tmp_path: Path) -> None:
    ended = run("demo", "-o", str(tmp_path / "out"), "--json")
    events = [json.loads(line) for line in ended.out.splitlines()]
    assert (ended.code, ended.err) == (0, "")
    assert (events[0]["event"], events[-1]["event"], events[-1]["pictures"]) == ("started", "result", 445)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == FILES


@pytest.mark.parametrize("missing", ["matplotlib", "sklearn"])
def test_what_is_missing_is_told_before_the_training(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    ended = run("demo", "-o", str(tmp_path / "out"))
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (3, "", 1)
    assert "pip install" in ended.err
    assert not (tmp_path / "out").exists()
