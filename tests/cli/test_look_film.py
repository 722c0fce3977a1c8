"""`striate look film` and `striate look patches`, from the line to what is said and written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import digit, write_parts, write_png

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_parts(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def trained(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with what each class did."""
    from striate.data.load import load_images
    from striate.history import History
    from striate.recipe import Recipe
    from striate.runs.train import Filming, Keeping, train_run

    folder = tmp_path_factory.mktemp("run") / "실행"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(History, "plot", lambda self, path: path.touch())
        recipe = Recipe("digits", 2, 16, optimizer="sgd", learning_rate=0.05, threads=1)
        train_run(load_images(source), folder, recipe, verbose=0, keeping=Keeping(film=Filming(classes=True)))
    return folder


def test_film(run: Run, trained: Path, tmp_path: Path) -> None:
    said = run("look", "film", str(trained))
    assert (said.code, said.err) == (0, "")
    assert "conv1 while it learned" in said.out and "change so far" in said.out
    facts = json.loads(run("look", "film", str(trained), "--json").out)
    assert [frame["step"] for frame in facts["frames"]] == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert facts["frames"][0]["change"] == 0 and facts["frames"][-1]["epoch"] == 2
    write_png(tmp_path / "큰.png", digit(1, 2).repeat(3, axis=0).repeat(3, axis=1))
    page = tmp_path / "film.html"
    ended = run("look", "film", str(trained), "--picture", str(tmp_path / "큰.png"), "-o", str(page), "--json")
    assert json.loads(ended.out)["maps"][-1] > 1
    assert "24x24" in ended.err and "film.html" in ended.err and page.read_text().startswith("<!doctype html>")


def test_classes(run: Run, trained: Path, tmp_path: Path) -> None:
    facts = json.loads(run("look", "film", str(trained), "--classes", "--json").out)
    assert facts["class_names"] == ["0", "1", "2"] and facts["largest_rest"] < 1e-6 < facts["largest_change"]
    assert sum(facts["shares"][0]["classes"]) == pytest.approx(1, abs=1e-3)
    said = run("look", "film", str(trained), "--classes", "-o", str(tmp_path / "c.png"))
    assert said.code == 0 and "rounding" in said.out and (tmp_path / "c.png").exists()
    assert run("look", "film", str(trained), "--classes", "-o", str(tmp_path / "c.html")).code == 0
    assert (tmp_path / "c.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_patches(run: Run, trained: Path, source: Path, tmp_path: Path) -> None:
    line = ("look", "patches", str(trained), str(source), "--layer", "conv1", "--units", "3,0-1")
    facts = json.loads(run(*line, "--json", "-o", str(tmp_path / "p.png")).out)
    assert [unit["unit"] for unit in facts["units"]] == [3, 0, 1] and facts["pictures"] == 108
    assert len(facts["units"][0]["patches"]) == 9 and (tmp_path / "p.png").exists()
    best = facts["units"][0]["patches"][0]
    assert Path(best["file"]).is_file() and set(best["box"]) == {"rows", "columns"}
    values = [patch["value"] for patch in facts["units"][0]["patches"]]
    assert (
        values == sorted(values, reverse=True)
        and len(np.unique([p["picture"] for p in facts["units"][0]["patches"]])) == 9
    )
    said = run(*line)
    assert said.code == 0 and "A unit sees 3x3 of 8x8 pixels" in said.out and best["file"] in said.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("film", "nowhere"), "nowhere does not exist"),
        (("film", "RUN", "--layer", "dense9"), "dense9"),
        (("film", "RUN", "--layer", "dense1"), "choose one of these"),
        (("film", "RUN", "-o", "a.mp4"), ".gif"),
        (("film", "RUN", "--milliseconds", "60001", "-o", "a.gif"), "at most 60000"),
        (("patches", "RUN", "nowhere", "--layer", "conv1", "--units", "99"), "has no unit 99"),
        (("film", "RUN", "--classes", "--picture", "a.png"), "leave out one of them"),
        (("patches", "RUN", "DATA", "--layer", "conv9"), "conv"),
        (("patches", "RUN", "DATA", "--layer", "conv1", "--units", "900"), "its units are 0 to"),
        (("patches", "RUN", "DATA", "--layer", "conv1", "--units", "a"), "0,3,8-11"),
        (("patches", "RUN", "DATA", "--layer", "conv1", "-o", "a.gif"), ".svg"),
    ],
)
def test_wrong_lines(run: Run, trained: Path, source: Path, options: tuple[str, ...], words: str) -> None:
    given = [{"RUN": str(trained), "DATA": str(source)}.get(each, each) for each in options]
    ended = run("look", *given)
    assert ended.code not in (0, 70) and ended.out == "" and words in ended.err and "Traceback" not in ended.err
    korean = run("look", *given, "--lang", "ko")
    assert korean.code == ended.code and korean.err != ended.err


def test_train_options(run: Run, source: Path, tmp_path: Path, no_drawing: None) -> None:
    line = ("train", str(source), "--model", "softmax", "--epochs", "1", "--threads", "1")
    without = run(*line, "-o", str(tmp_path / "without"), "--film", "0")
    assert without.code == 0 and not (tmp_path / "without" / "film").exists()
    assert "holds no snapshots" in run("look", "film", str(tmp_path / "without")).err
    wrong = run(*line, "-o", str(tmp_path / "a"), "--film", "0", "--film-classes")
    assert wrong.code == 2 and "leave out one of them" in wrong.err
    other = run(*line, "-o", str(tmp_path / "b"), "--optimizer", "adam", "--film-classes")
    assert "--optimizer sgd" in other.err and not (tmp_path / "b").exists()
