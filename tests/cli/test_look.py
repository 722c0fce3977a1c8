"""striate look trace, maps, kernels: what is printed, written and refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from striate.data.preprocessing import Preprocessing
from striate.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from striate.messages import render
from striate.sequential import Sequential

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A network for grey pictures of 8x7, its weights round numbers."""
    layers = [
        Conv2D(2, 3, input_shape=(8, 7, 1), padding="same", activation="relu"),
        MaxPooling2D(2),
        Conv2D(3, 2),
        Flatten(),
        Dropout(0.25),
        Dense(2, "softmax"),
    ]
    made = Sequential(layers)
    rng = np.random.default_rng(4)
    made.set_weights([rng.integers(-4, 5, w.shape) / 4 for w in made.get_weights()])
    made.class_names = ["개", "고양이"]
    made.preprocessing = Preprocessing((8, 7), "grey")
    path = tmp_path_factory.mktemp("look") / "m.safetensors"
    made.save(path)
    return str(path)


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("look") / "가.png"
    Image.fromarray(np.random.default_rng(5).integers(0, 256, (8, 7), np.uint8)).save(path)
    return str(path)


def test_a_number_product_by_product(run: Run, model: str, picture: str) -> None:
    ended = run("look", "trace", model, picture, "--unit", "conv1:1:0,3")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    facts = json.loads(run("look", "trace", model, picture, "--unit", "conv1:1:0,3", "--json").out)
    assert lines[0].startswith("conv1:1:0,3 = ") and "Conv2D(2, (3, 3)" in lines[0]
    assert "rows -1 to 1, columns 2 to 4" in ended.out and "3 of them are padding" in ended.out
    assert next(line for line in lines if "* kernel" in line).split() == ["patch", "*", "kernel", "=", "products"]
    assert sum(line.split().count("[0]") for line in lines) == 3
    assert len(facts["terms"]) == 9
    total = sum(term["product"] for term in facts["terms"]) + facts["bias"]
    assert facts["sum"] == pytest.approx(total, rel=1e-12)
    assert abs(max(0.0, total) - facts["value"]) <= facts["bound"]
    assert [t["input"] for t in facts["terms"][:4]] == [None, None, None, "input1:0:0,2"]
    assert facts["terms"][0]["place"] == [-1, 2, 0]
    assert facts["field"] == {"rows": [0, 1], "columns": [2, 4]}
    assert (facts["layer"], facts["kind"]) == ("conv1", "Conv2D")
    parts = sum(use["part"] for layer in facts["used_by"] for use in layer["uses"])
    assert facts["gradient"] == pytest.approx(parts, rel=1e-5)


def test_inputs_are_opened_as_far_as_wanted(run: Run, model: str, picture: str) -> None:
    def units(*line: str) -> list[str]:
        found = json.loads(run("look", "trace", model, picture, *line, "--json").out)
        return [each["unit"] for each in found]

    down = units("--unit", "dense1:1", "--down")
    assert [unit.split(":")[0] for unit in down] == [
        "dense1", "dropout1", "flatten1", "conv2", "pool1", "conv1", "input1",
    ]  # fmt: skip
    assert units("--unit", "dense1:1", "--depth", "2") == down[:3]
    assert units("--unit", "dense1:1", "--open", "dropout1:4", "--open", "flatten1:4", "--depth", "1")[:3] == [
        "dense1:1", "dropout1:4", "flatten1:4",
    ]  # fmt: skip
    text = run("look", "trace", model, picture, "--unit", "dense1:1", "--down").out
    assert "It is flatten1:" in text and "It is a pixel of the picture" in text and "Softmax divides" in text


def test_the_korean_text(run: Run, model: str, picture: str) -> None:
    ended = run("look", "trace", model, picture, "--unit", "conv2:0:1,1", "--class", "고양이", "--lang", "ko", "--all")
    assert ended.code == 0
    for word in ("가중합", "패치", "커널", "편향", "그래디언트", "고양이 클래스"):
        assert word in ended.out, word


def test_figures_are_written(run: Run, model: str, picture: str, tmp_path: Path) -> None:
    for line in (
        ("trace", model, picture, "--unit", "conv2:0:1,1"),
        ("maps", model, picture, "--layer", "conv1", "--scale", "own"),
        ("kernels", model, "--layer", "conv2", "--filters", "0,2"),
    ):
        file = tmp_path / f"{line[0]}.png"
        ended = run("look", *line, "-o", str(file))
        assert (ended.code, ended.err.strip()) == (0, f"figure: {file}")
        with Image.open(file) as drawn:
            assert drawn.width > 300
    layers = ("--layer", "conv1", "--layer", "dense1", "--layer", "conv1")
    ended = run("look", "maps", model, picture, *layers, "-o", str(tmp_path / "m.svg"))
    assert ended.err == "".join(f"figure: {tmp_path / name}\n" for name in ("m-conv1.svg", "m-dense1.svg"))
    assert {"m-conv1.svg", "m-dense1.svg"} <= {file.name for file in tmp_path.iterdir()}


def test_maps_in_numbers(run: Run, model: str, picture: str) -> None:
    ended = run("look", "maps", model, picture)
    assert "conv1 makes 2 maps of 8x7" in ended.out
    strongest = ended.out.splitlines()[2].split()[-1]
    value = json.loads(run("look", "trace", model, picture, "--unit", strongest, "--json").out)["value"]
    (facts,) = json.loads(run("look", "maps", model, picture, "--json").out)
    assert value == max(channel["greatest"] for channel in facts["channels"])
    every = run("look", "maps", model, picture, "--layer", "all").out.splitlines()
    assert [line.split()[0] for line in every[1:]] == [
        "input1", "conv1", "pool1", "conv2", "flatten1", "dropout1", "dense1",
    ]  # fmt: skip
    vector = run("look", "maps", model, picture, "--layer", "dense1").out
    assert "no maps but a vector of 2 numbers" in vector and "고양이" in vector


def test_kernels_in_numbers(run: Run, model: str) -> None:
    assert "Filters of conv1 (Conv2D): 2, of 3x3" in run("look", "kernels", model).out
    line = ("look", "kernels", model, "--layer", "conv2", "--filters", "2,0-1", "--channels", "1", "--json")
    facts = json.loads(run(*line).out)
    assert (facts["shape"], facts["filters"], np.shape(facts["weights"])) == ([2, 2, 2, 3], [2, 0, 1], (3, 2, 2, 1))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("trace", "--unit", "conv9:0:0,0"), "There is no layer 'conv9'"),
        (("trace", "--unit", "conv1:5:0,0"), "a channel from 0 to 1, a row from 0 to 7 and a column from 0 to 6"),
        (("trace", "--unit", "conv1:1:0,0", "--open", "input1:0:7,6"), "open one of the inputs that are printed"),
        (("trace", "--unit", "conv1:1:0,0", "--class", "말"), "There is no class '말'"),
        (("trace", "--unit", "conv1:1:0,0", "--class", "2"), "numbered from 0 to 1"),
        (("trace", "--unit", "conv1:1:0,0", "-o", "a.pdf"), "a figure is saved as .png, .svg"),
        (("maps", "--layer", "pool7"), "did you mean 'pool1'"),
        (("maps", "--scale", "log"), "shared"),
    ],
)
def test_what_cannot_be_looked_at(run: Run, model: str, picture: str, line: tuple[str, ...], words: str) -> None:
    ended = run("look", line[0], model, picture, *line[1:])
    assert ended.code != 0 and ended.out == ""
    assert words in ended.err and len(ended.err.strip().splitlines()) == 1


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_model_called_nearly_like_a_preset(run: Run, picture: str, language: str) -> None:
    fields: dict[str, object] = {"path": "resnet81", "close": ["resnet18", "resnet34"]}
    for line in (("kernels", "resnet81"), ("maps", "resnet81", picture)):
        ended = run("look", *line, "--lang", language)
        assert (ended.code, ended.out) == (3, "")
        said = render("look.no_model", fields, language)
        assert said in ended.err and "resnet18" in ended.err


def test_a_model_that_is_called_like_nothing(run: Run) -> None:
    assert "nothing.safetensors does not exist; check the path." in run("look", "kernels", "nothing.safetensors").err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("--layer", "pool1"), "pool1 has no kernels; layers that have are 'conv1', 'conv2', 'dense1'."),
        (("--filters", "5-1"), "whole numbers from 0 on"),
        (("--filters", "1,2"), "conv1 has no filter 2: they are numbered from 0 to 1."),
    ],
)
def test_kernels_that_are_not_there(run: Run, model: str, line: tuple[str, ...], words: str) -> None:
    ended = run("look", "kernels", model, *line)
    assert ended.code != 0 and words in ended.err
