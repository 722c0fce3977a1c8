"""`striate learn activations` at the command line."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Run = Callable[..., Any]
QUICK = ("--width", "16", "--draws", "1")


@pytest.fixture
def data(tmp_path: Path) -> str:
    rng = np.random.default_rng(1)
    labels = np.arange(60) % 2
    pictures = (rng.integers(0, 100, (60, 8, 8)) + 100 * labels[:, np.newaxis, np.newaxis]).astype(np.uint8)
    np.savez(tmp_path / "data.npz", x=pictures, y=labels)
    return str(tmp_path / "data.npz")


def test_slopes_and_gradients_without_data(run: Run) -> None:
    ended = run("learn", "activations", *QUICK)
    assert (ended.code, ended.err) == (0, "")
    lines = [line.split() for line in ended.out.splitlines()]
    assert ["sigmoid", "0.2500", "x", "=", "0", "0.2500", "nowhere", "both", "sides"] in lines
    assert ["relu", "1.0000", "x", ">", "0", "0.0000", "x", "<=", "0", "nowhere"] in lines
    assert "relu6  1.0000  0 < x < 6  0.0000  x <= 0; x >= 6  nowhere" in re.sub(" {2,}", "  ", ended.out)
    assert "softmax([3]) = 1" in ended.out and "[0.475, 0.525]" in ended.out
    assert "Measured behind 30 layers" in ended.out


def test_with_data_the_claim_is_tested(run: Run, data: str, tmp_path: Path) -> None:
    picture = tmp_path / "all.svg"
    ended = run("learn", "activations", data, *QUICK, "--steps", "10", "--seeds", "1", "-o", str(picture))
    assert ended.code == 0
    assert "Measured, each at its best rate:" in ended.out
    assert ended.out.count("  SGD: ") == ended.out.count("  Adam: ") == 3
    assert picture.read_text("utf-8").startswith("<?xml")
    assert ended.err == f"figure: {picture}\n"


def test_json(run: Run, data: str) -> None:
    line = ("learn", "activations", data, *QUICK, "--steps", "10", "--seeds", "1", "--functions", "relu,elu", "--json")
    facts = json.loads(run(*line).out)
    assert facts["functions"][1]["slope_0"] == [[None, 0.0]]
    assert set(facts["gradient_left"]["shares"]["tanh"]) == {"glorot_uniform", "he_normal"}
    assert set(facts["learning_speed"]["rules"][0]["runs"]) == {"relu", "elu"}


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--functions", "rele"), 2, "There is no activation 'rele'; did you mean"),
        (("--accuracy", "90"), 2, "must be a number above 0 and below 1, got '90'."),
        (("--digits",), 2, "DATA and --digits exclude each other; give one of them."),
        (("-o", "all.gif"), 3, "all.gif: "),
        (("--steps", "3"), 2, "steps must be at least 10"),
    ],
)
def test_wrong_lines(run: Run, data: str, more: tuple[str, ...], code: int, said: str) -> None:
    ended = run("learn", "activations", data, *QUICK, *more)
    assert (ended.code, said in ended.err) == (code, True), ended.err
    assert len(ended.err.splitlines()) == 1


def test_korean(run: Run) -> None:
    out = run("learn", "activations", *QUICK, "--lang", "ko").out
    assert "함수와 그 기울기" in out and "뒤에서 재어 보면" in out


def test_what_a_training_needs_is_refused_without_one(run: Run) -> None:
    ended = run("learn", "activations", *QUICK, "--functions", "relu")
    assert (ended.code, ended.err) == (
        2,
        "error: --functions goes with a training; give DATA or --digits, too.\n",
    )


def test_data_that_are_not_there_are_refused_before_anything_is_printed(run: Run, tmp_path: Path) -> None:
    ended = run("learn", "activations", str(tmp_path / "nowhere"))
    assert (ended.code, ended.out) == (3, "")
    assert "nowhere" in ended.err
