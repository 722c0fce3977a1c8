"""striate predict: the same answers as in Python, in three forms; what is no picture is skipped and named."""

import csv
import io
import json
import math
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import digit, write_classes, write_png
from PIL import Image

from striate.confidence import Confidence
from striate.data.load import load_images
from striate.data.preprocessing import Preprocessing
from striate.layers import Dense, Flatten, Input
from striate.model import load_model
from striate.recipe import Recipe
from striate.runs.train import train_run
from striate.sequential import Sequential
from striate.views.columns import width

Run = Callable[..., Any]
Process = Callable[..., Any]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that tells 0, 1 and 2 apart nearly always."""
    root = tmp_path_factory.mktemp("predict")
    data = load_images(write_classes(root / "data", each=40))
    train_run(data, root / "run", Recipe("softmax", 25, learning_rate=0.05, threads=1), verbose=0)
    return root / "run"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with pictures in it and below it, one of them with a comma, one in parts of letters."""
    root = tmp_path / "pictures"
    for i in range(3):
        write_png(root / f"{i}.png", digit(i, 50))
    write_png(root / "below" / "가 나, 다.png", digit(0, 51))
    write_png(root / "below" / unicodedata.normalize("NFD", "한글 사진.png"), digit(1, 51))
    return root


def below(folder: Path) -> list[str]:
    return sorted(map(str, folder.rglob("*.png")))


# Answers


@pytest.mark.parametrize("named", ["run", "best.safetensors", "last.safetensors"])
def test_answers_are_those_of_python(run: Run, trained: Path, pictures: Path, named: str) -> None:
    given = trained if named == "run" else trained / named
    ended = run("predict", str(given), *below(pictures), "--json")
    assert (ended.code, ended.err) == (0, "")
    model = load_model(trained / "best.safetensors" if named == "run" else given)
    expected = [{**vars(answer), "best": answer.best} for answer in model.classify(below(pictures))]
    assert [json.loads(line) for line in ended.out.splitlines()] == expected
    assert [answer["label"] for answer in expected] == ["0", "1", "2", "1", "0"]
    assert all(math.isclose(sum(answer["scores"].values()), 1, rel_tol=1e-5) for answer in expected)


def test_a_folder_is_all_pictures_below_it(run: Run, trained: Path, pictures: Path) -> None:
    in_folder = run("predict", str(trained), str(pictures), "--json")
    assert sorted(json.loads(line)["file"] for line in in_folder.out.splitlines()) == below(pictures)
    twice = run("predict", str(trained), str(pictures), str(pictures / "0.png"), "--json")
    assert len(twice.out.splitlines()) == 6


def test_more_pictures_than_one_batch(run: Run, trained: Path, tmp_path: Path) -> None:
    for i in range(70):
        write_png(tmp_path / "many" / f"{i}.png", digit(i % 3, i // 3))
    ended = run("predict", str(trained), str(tmp_path / "many"), "--json")
    answers = {Path(answer["file"]).stem: answer for answer in map(json.loads, ended.out.splitlines())}
    assert list(answers) == [str(i) for i in range(70)]  # numbers by their value
    alone = json.loads(run("predict", str(trained), str(tmp_path / "many" / "66.png"), "--json").out)
    assert answers["66"]["label"] == alone["label"] == "0"
    np.testing.assert_allclose(list(answers["66"]["scores"].values()), list(alone["scores"].values()), rtol=1e-5)


@pytest.mark.parametrize("form", ["colour", "large", "JPEG", "transparent"])
def test_pictures_of_any_size_and_colour_are_brought_to_the_models(
    run: Run, trained: Path, tmp_path: Path, form: str
) -> None:
    pixels = digit(1, 52)
    match form:
        case "colour":
            image = Image.fromarray(np.repeat(pixels[..., np.newaxis], 3, axis=2))
        case "transparent":
            image = Image.fromarray(np.dstack([pixels, pixels, pixels, np.full_like(pixels, 255)]), "RGBA")
        case _:
            image = Image.fromarray(pixels.repeat(10, axis=0).repeat(10, axis=1))
    path = tmp_path / ("one.jpg" if form == "JPEG" else "one.png")
    image.save(path)
    answer = json.loads(run("predict", str(trained), str(path), "--json").out)
    plain = load_model(trained / "best.safetensors").classify([pixels])[0]
    assert answer["label"] == plain.label == "1"
    assert answer["probability"] == pytest.approx(plain.probability, abs=0.1 if form in ("JPEG", "large") else 1e-3)


def test_a_model_with_one_output(run: Run, tmp_path: Path) -> None:
    model = Sequential([Input((8, 8, 1)), Flatten(), Dense(1, activation="sigmoid", name="one")])
    model.class_names, model.preprocessing = ("no", "yes"), Preprocessing(8, "grey")  # type: ignore[arg-type]
    model.set_weights([np.zeros((64, 1)), [math.log(3)]])  # sigmoid(log 3) = 3/4
    model.save(tmp_path / "one.safetensors")
    picture = write_png(tmp_path / "x.png", digit(0))
    answer = json.loads(run("predict", str(tmp_path / "one.safetensors"), str(picture), "--json").out)
    assert (answer["label"], answer["probability"]) == ("yes", pytest.approx(0.75))
    assert answer["scores"] == {"no": pytest.approx(0.25), "yes": pytest.approx(0.75)}


# Forms


def test_table(run: Run, trained: Path, pictures: Path) -> None:
    ended = run("predict", str(trained), str(pictures))
    assert (ended.code, ended.err) == (0, "")
    head, *rows = ended.out.splitlines()
    assert head.split() == ["file", "label", "probability"]
    assert len({width(row) for row in rows}) == 1  # numbers end below each other, Korean names or not
    answers = load_model(trained / "best.safetensors").classify(below(pictures))
    shown = {unicodedata.normalize("NFC", a.file or ""): (a.label, f"{100 * a.probability:.1f}", "%") for a in answers}
    assert {(cells := row.rsplit(maxsplit=3))[0]: tuple(cells[1:]) for row in rows} == shown


def test_probabilities_end_below_each_other(run: Run, tmp_path: Path) -> None:
    model = Sequential([Input((8, 8, 1)), Flatten(), Dense(3, activation="softmax")])
    model.class_names, model.preprocessing = ("a", "b", "c"), Preprocessing((8, 8), "grey")
    model.set_weights([np.eye(64, 3) * 1000, np.zeros(3)])
    model.save(tmp_path / "m.safetensors")
    for name, pixels in {"x": np.zeros((8, 8), np.uint8), "longer": np.eye(8, dtype=np.uint8) * 255}.items():
        write_png(tmp_path / f"{name}.png", pixels)
    ended = run("predict", str(tmp_path / "m.safetensors"), str(tmp_path / "x.png"), str(tmp_path / "longer.png"))
    assert [row.split("  ")[-1].strip() for row in ended.out.splitlines()[1:]] == ["33.3 %", "100.0 %"]
    assert len({width(row) for row in ended.out.splitlines()}) == 1


def test_threads_reach_the_engine(run: Run, trained: Path, pictures: Path, threads_asked: set[int | None]) -> None:
    assert run("predict", str(trained), str(pictures), "--threads", "3").code == 0
    assert threads_asked == {3}


def test_table_in_korean(run: Run, trained: Path, pictures: Path) -> None:
    head = run("predict", str(trained), str(pictures), "--lang", "ko").out.splitlines()[0]
    assert head.split() == ["파일", "레이블", "확률"]


def test_csv(run: Run, trained: Path, pictures: Path) -> None:
    ended = run("predict", str(trained), str(pictures), "--csv", "--lang", "ko")
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    # For programs: the heads are the same in every language.
    assert {tuple(row) for row in rows} == {("file", "label", "probability", "best")}
    answers = {answer.file: answer for answer in load_model(trained / "best.safetensors").classify(below(pictures))}
    assert sorted(row["file"] for row in rows) == below(pictures)  # also the one with a comma, and in parts
    for row in rows:
        assert row["label"] == answers[row["file"]].label
        assert float(row["probability"]) == pytest.approx(answers[row["file"]].probability, abs=1e-6)


def test_one_form_at_a_time(run: Run, trained: Path, pictures: Path) -> None:
    assert run("predict", str(trained), str(pictures), "--json", "--csv") == (
        2,
        "",
        "error: --json and --csv exclude each other; give one of them.\n",
    )


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_a_pipe_that_is_closed_early(process: Process, trained: Path, tmp_path: Path, form: list[str]) -> None:
    for i in range(40):
        write_png(tmp_path / "many" / f"{i:0200d}.png", digit(i % 3))
    running = process("predict", str(trained), *[str(tmp_path / "many")] * 20, *form)  # more than a pipe holds
    assert len(running.stdout.read(10)) == 10
    running.stdout.close()
    assert (running.stderr.read(), running.wait(timeout=60)) == (b"", 141)


# What is no picture


def test_others_are_answered_where_one_is_no_picture(run: Run, trained: Path, pictures: Path) -> None:
    (pictures / "notes.txt").write_text("no picture")
    (pictures / "half.png").write_bytes((pictures / "0.png").read_bytes()[:60])
    (pictures / "empty.png").touch()
    for form in ([], ["--json"], ["--csv"]):
        ended = run("predict", str(trained), str(pictures), str(pictures / "missing.png"), *form)
        assert ended.code == 1
        assert len(ended.out.splitlines()) == 5 + (form != ["--json"])
        told = ended.err.splitlines()
        assert all(line.startswith("skipped: ") for line in told)
        for name in (
            "notes.txt is no picture",
            "half.png is a picture, but",
            "empty.png has no bytes",
            "missing.png does not",
        ):
            assert sum(f"{pictures}/{name}" in line for line in told) == 1
        assert len(told) == 4


def test_skipped_in_korean(run: Run, trained: Path, pictures: Path, tmp_path: Path) -> None:
    ended = run("predict", str(trained), str(tmp_path / "없음.png"), str(pictures), "--lang", "ko")
    assert (ended.code, ended.err) == (1, f"건너뜀: {tmp_path / '없음.png'}가 없습니다. 경로를 확인하십시오.\n")


def test_none_can_be_read(run: Run, trained: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "folder").mkdir()
    for form in ([], ["--json"]):
        ended = run("predict", str(trained), str(tmp_path / "notes.txt"), str(tmp_path / "folder"), *form)
        assert (ended.code, ended.out) == (3, "")
        assert ended.err.splitlines()[1] == (
            f"skipped: {tmp_path / 'folder'} holds no files; name pictures or a folder with pictures."
        )


def test_a_name_cannot_steer_the_terminal(run: Run, trained: Path, tmp_path: Path) -> None:
    bad, good = "\x1b[2Jbad\nname.png", "good\x1b.png"
    (tmp_path / bad).touch()
    write_png(tmp_path / good, digit(0))
    ended = run("predict", str(trained), str(tmp_path))
    assert ended.code == 1 and "\x1b" not in ended.out + ended.err
    assert len(ended.err.splitlines()) == 1 and len(ended.out.splitlines()) == 2
    as_json = run("predict", str(trained), str(tmp_path), "--json")
    assert json.loads(as_json.out)["file"] == str(tmp_path / good)  # for programs: the name itself


def test_a_name_that_is_too_long_is_skipped(run: Run, trained: Path, pictures: Path) -> None:
    ended = run("predict", str(trained), "x" * 300, str(pictures / "0.png"))
    assert ended.code == 1 and len(ended.out.splitlines()) == 2
    assert ended.err.startswith("skipped: xxx") and "File name too long" in ended.err


# The model


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_where_the_model_is_none(run: Run, trained: Path, tmp_path: Path, command: str) -> None:
    picture = write_png(tmp_path / "x.png", digit(0))
    for given, said in {
        tmp_path / "missing": "missing does not exist",
        tmp_path: f"{tmp_path} is a folder, but not that of a run: it holds no best.safetensors",
        picture: "x.png is damaged or no model file",
        trained / "settings.toml": "settings.toml is damaged or no model file",
        Path("x" * 300): "File name too long",
    }.items():
        ended = run(command, str(given), str(picture))
        assert (ended.code, ended.out, len(ended.err.splitlines())) == (3, "", 1)
        assert ended.err.startswith("error: ") and said in ended.err


def test_a_model_of_bare_arrays_says_what_it_needs(run: Run, tmp_path: Path) -> None:
    Sequential([Input((8, 8, 1)), Flatten(), Dense(2, activation="softmax")]).save(tmp_path / "bare.safetensors")
    picture = write_png(tmp_path / "x.png", digit(0))
    for command in ("predict", "evaluate"):
        ended = run(command, str(tmp_path / "bare.safetensors"), str(picture))
        assert ended.code == 3 and "striate.Preprocessing(size=" in ended.err


# None of these


@pytest.fixture
def unsure(tmp_path: Path) -> Path:
    """A model that gives 90 % to a picture that is white at the top left, 50 % to one that is black."""
    model = Sequential([Input((8, 8, 1)), Flatten(), Dense(1, activation="sigmoid")])
    model.class_names, model.preprocessing = ("no", "<yes>"), Preprocessing((8, 8), "grey")
    model.set_weights([np.eye(64, 1) * math.log(9), [0]])
    model.confidence = Confidence(threshold=0.8)
    model.save(tmp_path / "unsure.safetensors")
    for name, pixels in {"a": np.eye(8, dtype=np.uint8) * 255, "b": np.zeros((8, 8), np.uint8)}.items():
        write_png(tmp_path / "two" / f"{name}.png", pixels)
    return tmp_path


@pytest.mark.parametrize(("language", "none"), [("en", "none of these"), ("ko", "해당 없음")])
def test_none_of_these_with_the_best_guess_behind_it(run: Run, unsure: Path, language: str, none: str) -> None:
    ended = run("predict", str(unsure / "unsure.safetensors"), str(unsure / "two"), "--lang", language)
    rows = [re.split(r"  +", row)[1:] for row in ended.out.splitlines()[1:]]
    assert rows == [["<yes>", "90.0 %"], [none, "50.0 %", "(no?)"]]


def test_the_guess_is_grey_on_a_terminal(run: Run, unsure: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = ("predict", str(unsure / "unsure.safetensors"), str(unsure / "two" / "b.png"))
    monkeypatch.setattr("striate.cli.predict.may_colour", lambda stream: True)
    assert run(*line).out.endswith("50.0 %  \x1b[90m(no?)\x1b[0m\n")


def test_none_of_these_for_programs(run: Run, unsure: Path) -> None:
    line = ("predict", str(unsure / "unsure.safetensors"), str(unsure / "two"))
    first, second = map(json.loads, run(*line, "--json").out.splitlines())
    assert (first["label"], first["best"]) == ("<yes>", "<yes>")
    assert (second["label"], second["best"], second["probability"]) == (None, "no", 0.5)
    rows = list(csv.DictReader(io.StringIO(run(*line, "--csv").out)))
    assert [(row["label"], row["best"]) for row in rows] == [("<yes>", "<yes>"), ("", "no")]


@pytest.mark.parametrize(("given", "answered"), [("none", 2), ("0", 2), ("0.6", 1), ("1", 0)])
def test_a_threshold_of_ones_own(run: Run, unsure: Path, given: str, answered: int) -> None:
    for file in ("unsure", "plain"):
        model = load_model(unsure / "unsure.safetensors")
        model.confidence = model.confidence if file == "unsure" else None
        model.save(unsure / f"{file}.safetensors")
        out = run(
            "predict", str(unsure / f"{file}.safetensors"), str(unsure / "two"), "--json", "--threshold", given
        ).out
        assert sum(json.loads(line)["label"] is not None for line in out.splitlines()) == answered


@pytest.mark.parametrize("given", ["1.1", "-0.1", "nan", "some", ""])
def test_a_threshold_that_is_none(run: Run, unsure: Path, given: str) -> None:
    ended = run("predict", str(unsure / "unsure.safetensors"), "x.png", f"--threshold={given}")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        f"error: striate predict: --threshold must be a probability from 0 to 1, or 'none', got '{given}'.\n"
    )
