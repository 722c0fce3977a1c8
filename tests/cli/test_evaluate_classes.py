"""What `striate evaluate` tells class by class."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from striate import Confidence, Images, Preprocessing, Sequential
from striate.layers import Dense, Flatten
from striate.report import class_report

NAMES = ("고양이", "dog", "<b>")


@pytest.fixture
def judged(rng: np.random.Generator, tmp_path: Path) -> tuple[str, str, Sequential]:
    """A model file and an .npz file that it is judged on."""
    x, y = rng.integers(0, 256, (40, 5, 4), np.uint8), rng.integers(0, 3, 40)
    np.savez(tmp_path / "d.npz", x=x, y=y, class_names=np.array(NAMES))
    model = Sequential([Flatten(input_shape=(5, 4, 1)), Dense(3, "softmax")])
    model.class_names, model.preprocessing = NAMES, Preprocessing(size=(5, 4), colour="grey")
    model.save(tmp_path / "m.safetensors")
    return str(tmp_path / "m.safetensors"), str(tmp_path / "d.npz"), model


def test_evaluate_tells_everything(judged: tuple[str, str, Sequential], run: Callable[..., Any]) -> None:
    model, data, _ = judged
    out = run("evaluate", model, data).out
    assert "precision" in out and "95 % interval of the accuracy" in out and "calibration error: " in out
    assert all(name in out for name in NAMES) and "truth (rows)" in out


def test_evaluate_as_json_is_the_report(judged: tuple[str, str, Sequential], run: Callable[..., Any]) -> None:
    model, data, loaded = judged
    told = json.loads(run("evaluate", model, data, "--json").out)
    with np.load(data) as arrays:
        images = Images(arrays["x"][..., None], arrays["y"], None, loaded.preprocessing)  # type: ignore[arg-type]
    assert told == json.loads(json.dumps({**class_report(loaded, images).to_json(), "part": "train"}))


def test_evaluate_saves_the_figure(
    judged: tuple[str, str, Sequential], run: Callable[..., Any], tmp_path: Path
) -> None:
    model, data, _ = judged
    ended = run("evaluate", model, data, "--figure", str(tmp_path / "c.png"))
    assert (tmp_path / "c.png").read_bytes()[:4] == b"\x89PNG" and "c.png" in ended.err
    assert run("evaluate", model, data, "--figure", str(tmp_path / "c.doc")).code != 0


def test_evaluate_writes_the_report_of_any_model(
    judged: tuple[str, str, Sequential], run: Callable[..., Any], tmp_path: Path
) -> None:
    model, data, _ = judged
    ended = run("evaluate", model, data, "--html", str(tmp_path / "r.html"), "--lang", "ko")
    text = (tmp_path / "r.html").read_text("utf-8")
    assert (ended.code, ended.err.splitlines()[-1]) == (0, f"보고서: {tmp_path / 'r.html'}")
    assert '<html lang="ko">' in text and "고양이" in text and "&lt;b&gt;" in text and "<b>&" not in text
    missing = run("evaluate", model, data, "--html", str(tmp_path / "no.npz" / "r.html"))
    assert missing.code == 0  # the folder is made


def test_evaluate_tells_how_often_it_abstains(
    judged: tuple[str, str, Sequential], run: Callable[..., Any], tmp_path: Path
) -> None:
    _, data, loaded = judged
    with np.load(data) as arrays:
        pixels, labels = list(arrays["x"]), arrays["y"]
    loaded.confidence = Confidence(2.0)
    threshold = round(float(np.median([answer.probability for answer in loaded.classify(pixels)])), 3)
    loaded.confidence = Confidence(2.0, threshold)
    loaded.save(tmp_path / "sure.safetensors")
    out = run("evaluate", str(tmp_path / "sure.safetensors"), data).out
    answers = loaded.classify(pixels)
    right = sum(a.label == NAMES[y] for a, y in zip(answers, labels, strict=True))
    refused = sum(a.abstained for a in answers)
    assert 0 < refused < 40
    assert f"'none of these' where the probability is below {100 * threshold:.1f} %: {refused} of 40 pictures" in out
    assert f"right where it answers: {right} of {40 - refused}, " in out
    assert "after calibration (temperature 2.00): " in out and "balanced accuracy: " in out
    told = json.loads(run("evaluate", str(tmp_path / "sure.safetensors"), data, "--json").out)["confidence"]
    assert (told["temperature"], told["threshold"], told["answered"], told["right"]) == (
        2.0,
        threshold,
        40 - refused,
        right,
    )
