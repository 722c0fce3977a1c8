"""`striate look field` and `striate look why`: what they print and write, what they refuse, in one sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from striate.data.preprocessing import Preprocessing
from striate.layers import Conv2D, Dense, Flatten, MaxPooling2D
from striate.model import load_model
from striate.sequential import Sequential

Run = Callable[..., Any]


@pytest.fixture
def model(tmp_path: Path) -> str:
    net = Sequential(
        [
            Conv2D(3, 3, padding="same", activation="relu", input_shape=(8, 9, 1)),
            MaxPooling2D(),
            Flatten(),
            Dense(3, "softmax"),
        ],
        seed=5,
    )
    net.preprocessing, net.class_names = Preprocessing((8, 9), "grey"), ("고양이", "dog", "fox")
    net.about = {"recipe": {"seed": 5}}
    net.theta += 0.01
    net.save(tmp_path / "net.safetensors")
    return str(tmp_path / "net.safetensors")


@pytest.fixture
def picture(tmp_path: Path) -> str:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 18), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "사진.png")
    return str(tmp_path / "사진.png")


def test_field_of_a_unit(run: Run, model: str, picture: str, tmp_path: Path) -> None:
    figure = tmp_path / "field.png"
    ended = run("look", "field", model, picture, "--unit", "pool1:1:0,2", "-o", str(figure))
    assert ended.code == 0
    assert "pool1:1:0,2 sees 3x4 of the picture's 8x9 pixels: rows 0 to 2, columns 3 to 6." in ended.out
    assert "4x4, rows -1 to 2, columns 3 to 6, of which 25.0 % lie outside" in ended.out
    assert "first weights (seed 5)" in ended.out
    assert "after training" in ended.out
    assert "16x18" in ended.err
    with Image.open(figure) as drawn:
        assert drawn.format == "PNG"


def test_why_no_pixel_moves_a_unit_is_said(run: Run, model: str, tmp_path: Path) -> None:
    net = load_model(model)
    net.theta[:] = 0
    net.save(tmp_path / "zero.safetensors")
    line = ("look", "field", str(tmp_path / "zero.safetensors"), "--unit", "conv1:0:3,3")
    said = run(*line).out
    assert "The weights of conv1 that its way leads through are all 0." in said and "ReLU" not in said
    assert "conv1의 가중치가 모두 0입니다." in run(*line, "--lang", "ko").out
    assert json.loads(run(*line, "--json").out)["now"]["ends"] == [{"layer": "conv1", "cause": "weights"}]


def test_field_as_json(run: Run, model: str) -> None:
    ended = run("look", "field", model, "--unit", "conv1:0:3,3", "--pictures", "3", "--seed", "9", "--json")
    facts = json.loads(ended.out)
    assert facts["box"] == {"rows": [2, 4], "columns": [2, 4], "size": [3, 3]}
    assert facts["noise"] == {"pictures": 3, "seed": 9}
    assert facts["now"]["outside"] == 0
    assert facts["trained"] is True
    assert ended.err == ""


def test_padding_of_a_layer(run: Run, model: str, tmp_path: Path) -> None:
    ended = run("look", "field", model, "--padding", "conv1", "-o", str(tmp_path / "padding.svg"))
    assert ended.code == 0
    assert "55.6  33.3  33.3" in ended.out
    assert (tmp_path / "padding.svg").read_text().startswith("<?xml")
    facts = json.loads(run("look", "field", model, "--padding", "conv1", "--json").out)
    assert np.shape(facts["boxes"]) == np.shape(facts["walks"]) == (8, 9)


@pytest.mark.parametrize("method", ["gradcam", "saliency", "integrated-gradients", "occlusion"])
def test_why(run: Run, model: str, picture: str, method: str, tmp_path: Path) -> None:
    figure = tmp_path / "why.png"
    ended = run("look", "why", model, picture, "--method", method, "--class", "고양이", "-o", str(figure))
    assert ended.code == 0
    assert "고양이: " in ended.out
    assert len([line for line in ended.out.splitlines() if line.count(" %") == 3]) in (0, 3, 6)
    assert figure.stat().st_size > 5000
    facts = json.loads(run("look", "why", model, picture, "--method", method, "--json").out)
    assert facts["method"] == method
    assert facts["size"] == [8, 9]
    first, second = facts["classes"]
    assert first["probability"] >= second["probability"]
    if method == "integrated-gradients":
        assert facts["gaps"][0] == pytest.approx(0, abs=0.01 * abs(facts["differences"][0]))
        assert "a gap of" in ended.out


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("field {model}", ["--unit", "--padding"]),
        ("field {model} --unit conv1:0:0,0 --padding conv1", ["either"]),
        ("field {model} --unit conv1:3:0,0", ["channel from 0 to 2", "row from 0 to 7"]),
        ("field {model} --unit conv9:3:0,0", ["'conv9'", "conv1", "dense1"]),
        ("field {model} --padding dense1", ["dense1", "conv1, pool1"]),
        ("field {model} --unit conv1:0:0,0 -o field.txt", [".png", ".svg"]),
        ("field nothing --unit conv1:0:0,0", ["nothing"]),
        ("why {model} {picture} --class wolf", ["'wolf'", "'dog', 'fox', '고양이'"]),
        ("why {model} {picture} --method cam", ["'gradcam', 'saliency', 'integrated-gradients', 'occlusion'"]),
        ("why {model} {picture} --layer flatten1", ["flatten1", "conv1, pool1"]),
        ("why {model} {picture} --layer conv7", ["'conv7'", "conv1"]),
        ("why {model} {picture} --window 3", ["--window", "occlusion", "gradcam"]),
        ("why {model} {picture} --method saliency --baseline black", ["--baseline", "integrated-gradients"]),
        ("why {model} {picture} --method occlusion --fill white", ["'black', 'mean', 'blurred'"]),
        ("why {model} nothing.png", ["nothing.png"]),
        ("why softmax {picture}", ["Grad-CAM", "saliency"]),
    ],
)
def test_refusals(run: Run, model: str, picture: str, line: str, parts: list[str]) -> None:
    words = [word.format(model=model, picture=picture) for word in line.split()]
    ended = run("look", *words)
    assert ended.code != 0
    assert ended.out == ""
    (error,) = [each for each in ended.err.splitlines() if each.startswith("error: ")]
    for part in parts:
        assert part in error
