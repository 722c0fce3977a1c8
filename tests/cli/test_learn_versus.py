"""`striate learn versus` at the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Run = Callable[..., Any]
ONE_SEED = ("--epochs", "1", "--seeds", "1", "--filters", "2")
QUICK = ("--epochs", "1", "--seeds", "2", "--filters", "2")


@pytest.fixture
def data(tmp_path: Path) -> str:
    rng = np.random.default_rng(1)
    labels = np.arange(60) % 2
    pictures = (rng.integers(0, 100, (60, 8, 8)) + 100 * labels[:, np.newaxis, np.newaxis]).astype(np.uint8)
    np.savez(tmp_path / "data.npz", x=pictures, y=labels)
    return str(tmp_path / "data.npz")


def test_tables_and_claims(run: Run, data: str, tmp_path: Path) -> None:
    picture = tmp_path / "versus.png"
    ended = run("learn", "versus", data, *QUICK, "-o", str(picture))
    assert (ended.code, ended.err) == (0, f"figure: {picture}\n")
    lines = ended.out.splitlines()
    assert any(line.startswith("224x224") for line in lines)
    claims = lines[lines.index(next(line for line in lines if line.startswith("What is said"))) + 1 :]
    assert len(claims) == 9 + 2 and all("±" in line for line in claims[:9])
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_json_and_one_training(run: Run, data: str) -> None:
    facts = json.loads(run("learn", "versus", data, *ONE_SEED, "--json").out)
    setting = facts["setting"]
    assert setting["batch_size"] == min(64, setting["pictures"]) and setting["part"] in ("test", "validation")
    assert facts["setting"]["seeds"] == 1 and facts["setting"]["epochs"] == 1
    assert len(facts["accuracy"]["two3"]) == len(facts["shuffled"]["cnn"]) == 1
    assert all(claim["holds"] is None for claim in facts["claims"])
    assert facts["weights_by_size"]["sizes"][-1] == 224


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ((), 2, "There is nothing to learn from; give DATA, or --digits for scikit-learn's."),
        (("d", "--digits"), 2, "DATA and --digits exclude each other; give one of them."),
        (("d", "--seeds", "0"), 2, "striate learn versus"),
        (("d", "-o", "nowhere/v.png"), 3, "nowhere/v.png"),
        (("d", "--size", "3"), 3, "Pictures must be at least 4 pixels high and wide to be pooled twice, got 3x3;"),
    ],
)
def test_wrong_lines(run: Run, data: str, more: tuple[str, ...], code: int, said: str) -> None:
    ended = run("learn", "versus", *(data if part == "d" else part for part in more))
    assert (ended.code, said in ended.err) == (code, True), ended.err
    assert len(ended.err.splitlines()) == 1


def test_korean(run: Run, data: str) -> None:
    out = run("learn", "versus", data, *QUICK, "--lang", "ko").out
    assert "하는 말과 잰 값" in out and "3x3 두 개" in out


def test_every_program_takes_the_threads_asked_for(run: Run, data: str, threads_asked: set[int | None]) -> None:
    assert run("learn", "versus", data, *ONE_SEED, "--threads", "1", "--engine", "reference").code == 0
    assert threads_asked == {1}


def test_large_pictures_are_made_small_and_that_is_said_once(run: Run, tmp_path: Path) -> None:
    pictures = np.random.default_rng(2).integers(0, 255, (40, 40, 36), np.uint8)
    np.savez(tmp_path / "large.npz", x=pictures, y=np.arange(40) % 2)
    ended = run("learn", "versus", str(tmp_path / "large.npz"), *ONE_SEED, "--judged", "4")
    assert ended.out.startswith("36 pictures of 32x32x1 to learn from, 4 to judge by")
    said = "The pictures are made 32x32 for this comparison; --size takes another size, and more time."
    assert ended.err == f"{said}\n"
