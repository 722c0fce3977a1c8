"""`striate learn race`, `strokes`, and the figures of `conv` and `pool`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from striate.messages import render

Run = Callable[..., Any]
FEW = ("--optimizers", "sgd,momentum", "--steps", "15")


def refused(run: Run, code: str, *line: str, **fields: object) -> None:
    ended = run(*line)
    assert (ended.code, ended.out) == (3 if code.startswith("figure.") else 2, ""), ended
    assert ended.err == f"error: {render(code, fields)}\n"


def test_a_race_on_functions(run: Run, tmp_path: Path) -> None:
    ended = run("learn", "race", "--on", "valley", *FEW, "-o", str(tmp_path / "paths.png"))
    assert ended.code == 0 and ended.err == render("figure.saved", {"file": tmp_path / "paths.png"}) + "\n"
    assert ended.out.startswith(
        "valley: f(x, y) = u²/20 + 5v², u = 0.8x + 0.6y, v = 0.8y - 0.6x\nFrom (-10, -4), 15 steps"
    )
    for claim in ("slower", "minima", "zigzag", "brakes"):
        assert render(f"race.claim_{claim}") + ": " in ended.out
    assert (tmp_path / "paths.png").stat().st_size > 10_000


def test_a_race_on_functions_as_json(run: Run) -> None:
    line = ("learn", "race", "--on", "beale", *FEW, "--start", "2,1", "--seed", "3", "--json")
    ended = run(*line)
    told = json.loads(ended.out)["races"][0]
    assert told["on"] == "beale" and told["seed"] == 3 and len(told["hash"]) == 64
    assert [each["optimizer"] for each in told["equal"]] == ["sgd", "momentum"]
    assert told["equal"][0]["path"][0] == [2, 1] and len(told["equal"][0]["path"]) == 16
    assert run(*line).out == ended.out != run(*line[:-2], "4", "--json").out


def test_moving_paths(run: Run, tmp_path: Path) -> None:
    ended = run("learn", "race", "--on", "wells", "--optimizers", "adam", "--steps", "2", "-o", str(tmp_path / "w.gif"))
    assert ended.code == 0
    with Image.open(tmp_path / "w.gif") as moving:
        assert moving.n_frames == 3 and moving.info["loop"] == 0  # type: ignore[attr-defined]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixteen small pictures of 1s and 0s, in folders."""
    rng = np.random.default_rng(0)
    for label in ("0", "1"):
        (tmp_path / "data" / label).mkdir(parents=True)
        for i in range(8):
            pixels = rng.integers(0, 255, (8, 8), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "data" / label / f"{i}.png")
    return tmp_path / "data"


def test_a_race_on_pictures(run: Run, folder: Path, tmp_path: Path) -> None:
    line = ("learn", "race", str(folder), *FEW, "--batch", "4", "--seeds", "2")
    ended = run(*line, "-o", str(tmp_path / "losses.svg"))
    assert ended.code == 0 and (tmp_path / "losses.svg").stat().st_size > 10_000
    assert "16 training and 16 test pictures" in ended.out and ended.out.count("the same for all: start SHA-256") == 2
    assert render("race.claim_slower") in ended.out and render("race.claim_zigzag") in ended.out
    told = json.loads(run(*line, "--json").out)
    assert told["steps"] == 15 and told["hash"][:16] in ended.out
    assert len(told["best"][0]["losses"]) == 2 and told["batches"]["0"][:16] in ended.out


def test_a_budget_sets_the_steps_and_says_them(run: Run, folder: Path) -> None:
    ended = run("learn", "race", str(folder), "--optimizers", "sgd", "--seeds", "1", "--budget", "0.001s", "--json")
    assert json.loads(ended.out)["steps"] == 10
    assert render("race.budget", {"seconds": 0.001, "runs": 8, "steps": 10}) in ended.err


def test_wrong_races(run: Run, tmp_path: Path) -> None:
    race = ("learn", "race")
    where = {"where": "striate learn race"}
    refused(run, "race.other_kind", *race, "--seeds", "2", setting="--seeds", **where)
    refused(run, "race.other_kind", *race, "--digits", "--on", "beale", setting="--on", **where)
    refused(run, "race.other_kind", *race, "--digits", "--noise", "1", setting="--noise", **where)
    for line in (race, (*race, "--digits")):
        refused(run, "usage.number_above", *line, "--rate", "-1", setting="--rate", came="-1", above=0, **where)
    refused(run, "usage.number_above", *race, "--rate", "0", setting="--rate", came="0", above=0, **where)
    refused(run, "usage.number_from", *race, "--noise", "-3", setting="--noise", came="-3", minimum=0, **where)
    known = {"kind": "kind.surface", "name": "wels", "close": ["wells"], "known": ["beale", "valley", "wells"]}
    refused(run, "name.unknown_did_you_mean", *race, "--on", "wels", **known)
    refused(run, "race.point", *race, "--start", "1", setting="--start", came="1", **where)
    refused(run, "race.point", *race, "--start", "nan,1", setting="--start", came="nan,1", **where)
    refused(run, "race.start_too_far", *race, "--start", "0,-2000", came=[0.0, -2000.0], most=1000.0)
    refused(run, "race.time", *race, "--digits", "--budget", "soon", setting="--budget", came="soon", **where)
    gif = tmp_path / "a.gif"
    refused(run, "figure.unknown_ending", *race, "--digits", "-o", str(gif), path=gif, known=(".png", ".svg"))
    known_endings = (".png", ".svg", ".gif", ".webp")
    refused(run, "figure.unknown_ending", *race, "-o", "a.txt", path="a.txt", known=known_endings)
    refused(run, "trials.data_and_digits", *race, "mnist", "--digits")
    refused(run, "usage.names", *race, "--optimizers", ",", setting="--optimizers", came=",", **where)
    refused(run, "usage.names", *race, "--on", ",", setting="--on", came=",", **where)


def test_a_collection_that_was_not_fetched(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for line in (("strokes",), ("race",), ("activations",), ("versus",)):
        ended = run("learn", *line, "mnist")
        assert (ended.code, ended.out) == (3, "")
        fields = {"path": "mnist", "name": "mnist", "typed": "mnist"}
        assert ended.err == f"error: {render('data.not_fetched', fields)}\n"


def test_strokes(run: Run, folder: Path, tmp_path: Path) -> None:
    ended = run("learn", "strokes", str(folder), "-o", str(tmp_path / "strokes.png"))
    assert ended.code == 0 and (tmp_path / "strokes.png").stat().st_size > 10_000
    told = json.loads(run("learn", "strokes", str(folder), "--json").out)
    assert told["pictures"] == [8, 8] and len(told["kernels"]) == 6
    assert f"{told['kernels'][0]['answers'][0]['mean']:.3f}" in ended.out
    for measure, code in (("mean", "strokes.mean"), ("largest", "strokes.largest")):
        so = sum(told["as_said"][measure][:2])
        assert f"{render(code)}: so for {so} of 2 straight kernels" in ended.out
    built_in = run("learn", "strokes", "--straight", "7")
    assert built_in.code == 0 and "of class 7, 44 of class 0" in built_in.out


def test_figures_of_windows(run: Run, tmp_path: Path) -> None:
    image, kernel = "1 2 3; 4 5 6; 7 8 9", "1 0; 0 -1"
    plain = run("learn", "conv", "--image", image, "--kernel", kernel)
    for name, frames in (("c.gif", 4), ("c.png", 1)):
        ended = run("learn", "conv", "--image", image, "--kernel", kernel, "-o", str(tmp_path / name))
        assert (ended.code, ended.out) == (0, plain.out)
        with Image.open(tmp_path / name) as figure:
            assert getattr(figure, "n_frames", 1) == frames
    ended = run("learn", "pool", "--image", image, "--padding", "1", "-o", str(tmp_path / "p.svg"))
    assert ended.code == 0 and (tmp_path / "p.svg").exists()
    missing = tmp_path / "no" / "c.gif"
    fields = {"path": missing, "folder": missing.parent}
    refused(run, "figure.no_folder", "learn", "pool", "--image", image, "-o", str(missing), **fields)


KOREAN = (
    "오류: striate learn race: --seeds는 다른 종류의 경주에 쓰는 옵션입니다. "
    "DATA나 --digits가 있는 경주에는 --seeds, --model, --pictures, --batch, --budget과 계산 옵션을, "
    "없는 경주에는 --on, --start, --noise를 씁니다. 이 옵션을 빼십시오.\n"
)


def test_sentences_once_per_language(run: Run) -> None:
    assert run("learn", "race", "--seeds", "2", "--lang", "ko").err == KOREAN
    assert run("learn", "race", "--seeds", "2").err == (
        "error: striate learn race: --seeds is for the other kind of race; races with DATA or --digits have "
        "--seeds, --model, --pictures, --batch, --budget and what computes, those without it --on, --start and "
        "--noise; leave it out.\n"
    )
