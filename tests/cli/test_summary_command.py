"""striate summary: of presets, TOML, files and runs; the table itself is tested with the views."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pictures import write_classes

from striate.data.load import load_images
from striate.engines.native import core
from striate.layers import Conv2D, Dense, Flatten
from striate.messages import render
from striate.recipe import Recipe
from striate.runs.train import train_run
from striate.sequential import Sequential

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on pictures of 8x8 in two classes."""
    root = tmp_path_factory.mktemp("summary")
    data = load_images(write_classes(root / "data", 2, 5))
    train_run(data, root / "run", Recipe("softmax", 1, threads=1), verbose=0)
    return root / "run"


def layers(run: Run, *line: str) -> dict[str, Any]:
    """The layers of `striate summary --json` by name, and the totals."""
    ended = run("summary", *line, "--json")
    assert (ended.code, ended.err) == (0, "")
    facts = json.loads(ended.out)
    return {layer["name"]: layer for layer in facts.pop("layers")} | facts


def test_lenet5_has_the_weights_of_the_paper(run: Run) -> None:
    ended = run("summary", "lenet5")
    assert (ended.code, ended.err) == (0, "")
    assert "weights: 61,706" in ended.out
    assert "(28 + 2*2 - 5)/1 + 1 = 28" in ended.out
    assert [line.split()[0] for line in ended.out.splitlines()[1:9]] == [
        "input1",
        "C1",
        "S2",
        "C3",
        "S4",
        "C5",
        "flatten1",
        "F6",
    ]


def test_lenet5_as_json(run: Run) -> None:
    facts = layers(run, "lenet5")
    assert facts["weights"] == 61_706
    # By hand: 5*5*1*6 + 6, 5*5*6*16 + 16, 5*5*16*120 + 120, 120*84 + 84, 84*10 + 10.
    weights = {"C1": 156, "C3": 2_416, "C5": 48_120, "F6": 10_164, "output": 850}
    assert {name: facts[name]["weights"] for name in weights} == weights
    assert (facts["C3"]["shape"], facts["C3"]["field"], facts["C3"]["field_stride"]) == ([10, 10, 16], [14, 14], [2, 2])


@pytest.mark.parametrize(
    ("line", "weights"),
    [
        ("softmax", 28 * 28 * 10 + 10),
        ("softmax --size 5 --classes 3", 5 * 5 * 3 + 3),
        ("softmax --size 4x7 --channels 3 --classes 2", 4 * 7 * 3 * 2 + 2),
        ("digits --size 8", 320 + 18_496 + 4 * 4 * 64 * 128 + 128 + 128 * 10 + 10),
        ("resnet18 --size 224 --channels 3 --classes 1000", 11_689_512),
        ("mobilenetv2 --size 32 --channels 3 --classes 1000 --width 0.5", 1_968_680),
        ("lenet5 --width 1", 61_706),
    ],
)
def test_sizes_of_presets(run: Run, line: str, weights: int) -> None:
    assert layers(run, *line.split())["weights"] == weights


@pytest.mark.parametrize("line", ["lenet5 --width 2", "resnet18 --width 0", "vgg-small --width -1 --fix"])
def test_a_width_that_cannot_be(run: Run, line: str) -> None:
    ended = run("summary", *line.split())
    assert (ended.code, ended.out) == (2, "") and "width" in ended.err and "Traceback" not in ended.err


def test_a_network_in_toml(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "내 신경망.toml"
    file.write_text('[[layers]]\nlayer = "Flatten"\n[[layers]]\nlayer = "Dense"\nunits = "classes"\n')
    assert layers(run, str(file), "--size", "2", "--classes", "7")["weights"] == 4 * 7 + 7


def test_a_run_its_files_and_its_settings(run: Run, trained: Path) -> None:
    of_run = run("summary", str(trained))
    assert (of_run.code, of_run.err) == (0, "") and "weights: 130" in of_run.out
    assert run("summary", str(trained / "best.safetensors")) == of_run
    of_last = run("summary", str(trained / "last.safetensors"))
    table, _, bits = of_run.out.rstrip().rpartition("\n")
    assert of_last.out.startswith(table) and bits.startswith("sha256 of the weights: ")
    # Settings hold the layers, as a network for pictures of any size.
    of_settings = run("summary", str(trained / "settings.toml"), "--size", "8", "--classes", "2")
    assert of_settings.out.rstrip() == table.rstrip()


def test_a_model_of_bare_arrays(run: Run, tmp_path: Path) -> None:
    model = Sequential([Conv2D(3, 2, input_shape=(6, 5, 2)), Flatten(), Dense(4)])
    model.save(tmp_path / "m.safetensors")
    assert layers(run, str(tmp_path / "m.safetensors"))["conv1"]["shape"] == [5, 4, 3]


@pytest.mark.parametrize("option", ["--size 9", "--channels 3", "--classes 4", "--width 2"])
def test_a_trained_models_sizes_are_fixed(run: Run, trained: Path, option: str) -> None:
    ended = run("summary", str(trained), *option.split())
    assert ended.out == run("summary", str(trained)).out
    assert ended.err == f"note: {render('summary.fixed', {'model': str(trained)})}\n"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_size_that_cannot_be_is_walked(run: Run, language: str) -> None:
    ended = run("summary", "lenet5", "--size", "8", "--lang", language)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (3, "", 2)
    assert "8 -C1-> 8 -S2-> 4 -C3-> ?" in ended.err and "5x5" in ended.err and "4x4" in ended.err


def test_in_korean(run: Run) -> None:
    assert "가중치: 61,706개" in run("summary", "lenet5", "--lang", "ko").out


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("lenet", 2, "There is no network 'lenet'; did you mean 'lenet5'"),
        ("", 2, "There is no network ''; known: 'cifar10', 'convnet', "),
        ("x" * 300, 3, "File name too long"),
        ("missing.safetensors", 3, "missing.safetensors does not exist"),
        ("no/such/run", 3, "no/such/run does not exist"),
        ("missing.toml", 3, "missing.toml"),
        (".", 3, "holds no best.safetensors"),
    ],
)
def test_what_is_no_network(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run("summary", name)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (code, "", 1)
    assert ended.err.startswith("error: ") and said in ended.err


def test_a_preset_goes_before_a_folder_of_its_name(run: Run, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(trained.parent)
    trained.with_name("digits").symlink_to(trained)
    assert "conv1" in run("summary", "digits").out
    assert "conv1" not in run("summary", "./digits").out


# What to change


GOLDEN = '[[layers]]\nlayer = "Conv2D"\nfilters = 8\nkernel_size = 3\n[[layers]]\nlayer = "MaxPooling2D"\n' * 4
FIXED = """\
conv4: a 3x3 kernel does not fit what reaches it, 1x1: 28 -conv1-> 26 -pool1-> 13 -conv2-> 11 -pool2-> 5 -conv3-> 3 \
-pool3-> 1 -conv4-> ?
Each of these fits through the whole model:
  padding='same' in conv1 to conv4
  pictures of 46x46 or larger
  leaving out conv4 and pool4
"""


@pytest.fixture
def golden(tmp_path: Path) -> str:
    file = tmp_path / "golden.toml"
    file.write_text(GOLDEN, encoding="utf-8")
    return str(file)


def test_fixes_of_what_does_not_fit(run: Run, golden: str) -> None:
    ended = run("summary", golden, "--fix")
    assert (ended.code, ended.out, ended.err) == (1, FIXED, "")
    assert "  46x46 이상의 사진 쓰기\n  conv4와 pool4 빼기\n" in run("summary", golden, "--fix", "--lang", "ko").out


def test_fixes_for_a_program(run: Run, golden: str) -> None:
    ended = run("summary", golden, "--fix", "--json")
    assert ended.code == 1
    assert json.loads(ended.out) == {
        "fits": False,
        "divides": False,
        "layer": "conv4",
        "fixes": [
            {"kind": "padding", "layers": ["conv1", "conv2", "conv3", "conv4"], "padding": "same"},
            {"kind": "pictures_or_larger", "size": [46, 46]},
            {"kind": "leave_out", "layers": ["conv4", "pool4"]},
        ],
    }


def test_what_fits_but_does_not_divide(run: Run) -> None:
    ended = run("summary", "lenet5", "--size", "30", "--fix")
    assert (ended.code, ended.err) == (0, "")
    first, cause, advice, *fixes = ended.out.splitlines()
    assert first == "Every layer fits pictures of 30x30."
    assert cause.startswith("S4: 2x2 windows at a stride of 2x2 do not end at the last pixel of what reaches it, 11x11")
    assert advice == "With each of these every stride of the model divides:"
    assert fixes == ["  padding='same' in S4", "  pictures of 28x28", "  pictures of 32x32"]


def test_what_fits_and_divides(run: Run) -> None:
    ended = run("summary", "lenet5", "--fix")
    assert (ended.code, len(ended.out.splitlines())) == (0, 2)
    assert json.loads(run("summary", "lenet5", "--fix", "--json").out) == {
        "fits": True, "divides": True, "layer": None, "fixes": [],
    }  # fmt: skip


def test_fixes_of_a_trained_model_for_another_size(run: Run, tmp_path: Path) -> None:
    model = Sequential([Conv2D(2, 5, input_shape=(9, 9, 3)), Flatten(), Dense(2, "softmax")])
    model.save(tmp_path / "m.safetensors")
    line = ("summary", str(tmp_path / "m.safetensors"), "--fix")
    assert run(*line).code == 0
    small = run(*line, "--size", "4")
    assert (small.code, small.err) == (1, "") and "  pictures of 5x5 or larger\n" in small.out


def test_another_error_stays_what_it_is(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "flat.toml"
    file.write_text('[[layers]]\nlayer = "Flatten"\n[[layers]]\nlayer = "MaxPooling2D"\n', encoding="utf-8")
    ended = run("summary", str(file), "--fix")
    assert (ended.code, ended.out) == (3, "") and "MaxPooling2D works on maps" in ended.err


@pytest.mark.skipif(not core.available(), reason=str(core.why_absent()))
def test_the_plan(run: Run) -> None:
    out = run("summary", "digits", "--plan", "--learning", "--batch", "8", "--threads", "3", "--isa", "baseline").out
    assert "up to 8 pictures, on baseline, threads: 3\n" in out and "back: gradient of weights" in out
    told = json.loads(run("summary", "digits", "--plan", "--json").out)
    assert (told["capacity"], told["learning"]) == (32, False) and told["arena"] >= told["least_arena"]
    assert "native" in run("summary", "digits", "--plan", "--engine", "reference").err
