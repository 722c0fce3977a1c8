"""`striate train` with a network's recipe, and the options that come before it."""

import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pictures import write_classes, write_parts

from striate import storage
from striate.errors import FileError
from striate.history import History
from striate.model import load_model

Run = Callable[..., Any]

NETWORK = """
[recipe]
epochs = 2
batch_size = 16
schedule = "one_cycle"
augment = "shift=1"

[[layers]]
layer = "Flatten"

[[layers]]
layer = "Dense"
units = "classes"
activation = "softmax"
"""


@pytest.fixture
def train(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Train the network into a folder, with more options."""
    monkeypatch.setattr(History, "plot", lambda self, path: path.touch())
    (tmp_path / "net.toml").write_text(NETWORK, encoding="utf-8")
    data = write_parts(tmp_path / "data")

    def train(*options: str, out: str = "out") -> Any:
        network = ("--model", str(tmp_path / "net.toml"), "--threads", "1")
        return run("train", str(data), "-o", str(tmp_path / out), *network, *options)

    return train


def settings(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "settings.toml").read_text("utf-8"))


def test_the_networks_recipe_is_followed_and_shown(train: Run, tmp_path: Path) -> None:
    ended = train()
    assert ended.code == 0
    assert "epochs 2, batch 16; adam, learning rate 0.001" in ended.err
    assert "--schedule one_cycle --augment shift=1: the recipe of" in ended.err
    written = settings(tmp_path / "out")
    assert written["train"]["augment"] == "shift=1" and written["schedule"]["kind"] == "OneCycle"


def test_options_come_first_and_decide_the_bits(train: Run, tmp_path: Path) -> None:
    options = ("--schedule", "cosine", "--lr", "0.01", "--weight-decay", "0.1", "--label-smoothing", "0.2")
    assert train(*options, "--augment", "flip,cutout=3", out="one").code == 0
    assert train(*options, "--augment", "flip,cutout=3", out="two").code == 0
    assert train(*options, "--augment", "none", out="three").code == 0
    written = settings(tmp_path / "one")["train"]
    assert {name: written[name] for name in ("schedule", "learning_rate", "weight_decay", "label_smoothing")} == {
        "schedule": "cosine",
        "learning_rate": 0.01,
        "weight_decay": 0.1,
        "label_smoothing": 0.2,
    }
    one, two, three = (load_model(tmp_path / out / "last.safetensors").fingerprint for out in ("one", "two", "three"))
    assert one == two != three


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--augment", "flop", "flip"),
        ("--augment", "shift", "flip,shift=2"),
        ("--augment", "shift=8", "shift=8"),
        ("--schedule", "zigzag", "one_cycle"),
        ("--weight-decay", "-1", "--weight-decay"),
        ("--label-smoothing", "1", "label_smoothing"),
    ],
)
def test_what_an_option_cannot_be(train: Run, tmp_path: Path, option: str, value: str, words: str) -> None:
    ended = train(option, value)
    assert ended.code in (1, 2, 3) and words in ended.err and "Traceback" not in ended.err
    assert not (tmp_path / "out").exists()


def test_a_wrong_recipe_says_where_it_stands(train: Run, tmp_path: Path) -> None:
    (tmp_path / "net.toml").write_text(NETWORK.replace("epochs", "epoch"), encoding="utf-8")
    ended = train()
    assert ended.code in (1, 2, 3) and "net.toml, [recipe]" in ended.err and "epochs" in ended.err


def test_class_weights_minutes_and_rates(train: Run, tmp_path: Path) -> None:
    ended = train("--find-lr", "--class-weights", "balanced", "--lang", "ko")
    assert ended.code == 0 and (tmp_path / "out" / "lr.csv").exists()
    assert (
        "시험하는 중" in ended.err
        and "찾음" in ended.err
        and settings(tmp_path / "out")["train"]["class_weights"] == "balanced"
    )
    assert train("--minutes", "5", out="two").code == 0  # epochs by the network's recipe, times 4 at most
    assert settings(tmp_path / "two")["train"]["epochs"] == 8


def test_a_rate_that_is_given_and_to_be_found(train: Run, tmp_path: Path) -> None:
    ended = train("--find-lr", "--lr", "0.1")
    assert ended.code in (1, 2, 3) and "--find-lr" in ended.err and not (tmp_path / "out").exists()


def test_a_file_to_begin_with_is_read_once(train: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By all that ask it, so that they are told the same of it; and again where it has changed since."""
    assert train().code == 0
    asked, read = list[Path](), storage.load
    monkeypatch.setattr(storage, "load", lambda path: asked.append(path) or read(path))
    start = tmp_path / "out" / "best.safetensors"
    assert train("--start", str(start), out="two").code == 0
    assert asked == [start]
    first = storage.load_once(start)
    assert storage.load_once(start) is first and not first.theta.flags.writeable
    os.utime(start, ns=(0, 0))
    assert storage.load_once(start) is not first
    storage.forget_loaded()
    with pytest.raises(FileError):
        storage.load_once(tmp_path / "none.safetensors")


def test_beginning_with_a_runs_weights(train: Run, run: Run, tmp_path: Path) -> None:
    assert train().code == 0
    others = write_classes(tmp_path / "others", classes=2)
    began = ("--start", str(tmp_path / "out"), "--epochs", "1", "--threads", "1")
    ended = run("train", str(others), "-o", str(tmp_path / "two"), *began)
    assert ended.code in (1, 2, 3) and "dense1" in ended.err and not (tmp_path / "two").exists()  # it has no other
    ended = run("train", str(tmp_path / "data"), "-o", str(tmp_path / "two"), *began)
    assert ended.code == 0
    assert "begins with weights of" in ended.err and "dense1 (195 of 195 numbers)" in ended.err
    ended = run("train", str(tmp_path / "data"), "-o", str(tmp_path / "two"), *began, "--force", "--json")
    first = json.loads(ended.out.splitlines()[0])
    assert first["start"]["taken"] == ["dense1"] and first["start"]["left"] == []
    written = settings(tmp_path / "two")
    assert written["train"]["start"] == written["train"]["model"] and written["layers"][-1]["units"] == "classes"
    ended = train("--freeze", "1", out="three")
    assert ended.code in (1, 2, 3) and "--start" in ended.err
