"""striate train: from every kind of data to a run's folder, what each option does, what is said where."""

import csv
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Generator
from pathlib import Path
from subprocess import Popen
from typing import Any, NamedTuple

import numpy as np
import pytest
from pictures import (
    digit,
    is_picture_with_something_on_it,
    write_classes,
    write_idx,
    write_idx_part,
    write_npz,
    write_parts,
    write_png,
)

from striate.cli import main
from striate.data.idx import read_idx
from striate.engines.select import engine
from striate.history import History
from striate.model import load_model
from striate.network.description import to_document
from striate.network.graph import Graph
from striate.network.optimizers import RULES
from striate.presets.read import wired

Run = Callable[..., Any]
Process = Callable[..., "Popen[bytes]"]

MNIST = Path(__file__).parents[3] / "shared" / "data" / "mnist"  # beside the checkout; not part of it
FILES = [
    "best.safetensors",
    "curves.png",
    "film",
    "health.jsonl",
    "last.safetensors",
    "metrics.csv",
    "metrics.jsonl",
    "report.html",
    "settings.toml",
    "split.csv",
]
# The machine may be busy: threads that wait for each other would make small trainings slow.
QUICK = ("--model", "softmax", "--epochs", "2", "--threads", "1")
ACCURACY = re.compile(r"accuracy: \d{1,3}\.\d %\n")

TINY_NETWORK = """
# Read by a person: a comment, and a layer with everything.
[[layers]]
layer = "Conv2D"
name = "edges"
filters = 4
kernel_size = [3, 2]
padding = [[1, 0], [0, 1]]
activation = "relu"

[[layers]]
layer = "Flatten"

[[layers]]
layer = "Dense"
units = "classes"
activation = "softmax"
"""


class Kind(NamedTuple):
    """One kind of data: how it is written, and what must be found in it."""

    write: Callable[[Path], Path]
    training: int
    validation: int
    test: int
    classes: tuple[str, ...] = ("0", "1", "2")
    shape: tuple[int, ...] = (8, 8, 1)


def write_colour(root: Path) -> Path:
    for name, paint in {"빨강": (255, 90, 60), "파랑": (40, 80, 255)}.items():
        for i in range(10):
            pixels = digit(0, i)[..., np.newaxis] * np.array(paint) // 255
            write_png(root / name / f"{i}.png", pixels.astype(np.uint8))
    return root


KINDS = {
    "classes": Kind(write_classes, 54, 6, 0),
    "parts": Kind(write_parts, 60, 18, 30),
    "npz": Kind(lambda root: write_npz(root.with_suffix(".npz")), 54, 6, 30, ("zero", "one", "two")),
    "idx": Kind(write_idx, 54, 6, 30),
    "idx-packed": Kind(lambda root: write_idx(root, packed=True), 54, 6, 30),
    "colour": Kind(write_colour, 18, 2, 0, ("빨강", "파랑"), (8, 8, 3)),
}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A source of every kind."""
    root = tmp_path_factory.mktemp("sources")
    return {name: kind.write(root / name) for name, kind in KINDS.items()}


@pytest.fixture
def train(run: Run, sources: dict[str, Path], tmp_path: Path) -> Callable[..., Any]:
    """Train quickly into a folder `out` on a source of a kind, with more options; the last of an option counts."""

    def train(*options: str, kind: str = "classes", out: Path = tmp_path / "out") -> Any:
        return run("train", str(sources[kind]), "-o", str(out), *QUICK, *options)

    return train


@pytest.fixture
def quick(train: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """As `train`, without drawing curves, which takes longer than the training."""
    monkeypatch.setattr(History, "plot", lambda self, path: path.touch())
    return train


def settings(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "settings.toml").read_text("utf-8"))


def last(folder: Path) -> str:
    return load_model(folder / "last.safetensors").fingerprint


# The folder, and what is said


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_data_gives_a_run(train: Run, sources: dict[str, Path], tmp_path: Path, name: str) -> None:
    kind, out = KINDS[name], tmp_path / "out"
    ended = train(kind=name)
    assert ended.code == 0 and ACCURACY.fullmatch(ended.out)
    assert sorted(path.name for path in out.iterdir()) == FILES
    best = load_model(out / "best.safetensors")
    assert (best.class_names, best.graph.input_shape) == (kind.classes, kind.shape)
    assert best.preprocessing is not None and best.preprocessing.shape == kind.shape
    assert f"accuracy: {100 * best.about['accuracy']:.1f} %\n" == ended.out
    assert best.about["judged_on"] == ("test" if kind.test else "validation")
    written = settings(out)
    data = written["data"]
    assert (data["pictures"], data["validation_pictures"], data["test_pictures"]) == kind[1:4]
    assert (tuple(data["classes"]), data["source"]) == (kind.classes, str(sources[name].resolve()))
    assert is_picture_with_something_on_it(out / "curves.png")
    with (out / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "1"]
    assert all(0 <= float(row[name]) <= 1 for row in rows for name in ("accuracy", "val_accuracy"))
    assert all(np.isfinite(float(row[name])) for row in rows for name in ("loss", "val_loss"))


def test_weights_are_counted_as_the_summary_counts_them(quick: Run, run: Run, tmp_path: Path) -> None:
    """Running statistics, which no gradient moves, are not among them."""
    network = tmp_path / "normalised.toml"
    kinds = (
        'layer = "BatchNormalization"',
        'layer = "Flatten"',
        'layer = "Dense"\nunits = "classes"\nactivation = "softmax"',
    )
    network.write_text("".join(f"[[layers]]\n{kind}\n" for kind in kinds))
    said = quick("--model", str(network), "--epochs", "1", kind="parts").err
    assert f"{network}: 197 weights;" in said  # 2 of the normalisation's one channel, 64 * 3 + 3
    assert "weights: 197" in run("summary", str(tmp_path / "out")).out
    assert "197 weights" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_what_is_said_into_a_pipe(quick: Run, tmp_path: Path) -> None:
    err = quick(kind="parts").err
    assert all(letter.isprintable() for letter in err.replace("\n", ""))
    lines = err.splitlines()
    assert lines[0] == ("60 pictures to learn from, 18 to choose the best epoch by, 30 to judge; 3 classes; 8x8x1")
    assert lines[1] == "softmax: 195 weights; epochs 2, batch 32; adam, learning rate 0.001; seed 0"
    chosen = [line for line in lines if line.startswith("  --")]
    assert chosen and not [line for line in chosen if "--epochs" in line or "--model" in line]  # those were given
    lines = lines[3 + len(chosen) :]
    assert re.fullmatch(r"It will take about [\d.,]+ MB of memory\.", lines.pop(0))
    assert [line.split("  ")[0] for line in lines[:2]] == ["epoch 1/2", "epoch 2/2"]
    assert lines[2].startswith("calibrated on 18 validation pictures: temperature ")
    assert re.fullmatch(r"on 30 test pictures, held out from training; loss \d+\.\d{4}", lines[3])
    assert re.fullmatch(r"same bits: sha256 [0-9a-f]{16} \(\w+\)", lines[4])
    assert lines[5:] == [
        f"{tmp_path / 'out'}: {', '.join(FILES)}",
        f"Next: striate predict {tmp_path / 'out'} PICTURE...",
    ]


def test_without_test_pictures_it_says_on_what_it_judged(quick: Run) -> None:
    err = quick().err
    assert "on 6 pictures held out for validation (the data have no test part); loss " in err
    assert "54 pictures to learn from, 6 to choose the best epoch by, 0 to judge" in err


def test_in_korean(quick: Run) -> None:
    ended = quick("--lang", "ko")
    assert ended.code == 0 and re.fullmatch(r"정확도: \d{1,3}\.\d %\n", ended.out)
    assert "에폭 2/2" in ended.err and "다음: striate predict" in ended.err
    assert all(re.search("[가-힣]", line) or line.endswith(FILES[-1]) for line in ended.err.splitlines())


def test_json_lines(quick: Run, tmp_path: Path) -> None:
    ended = quick("--json", kind="parts")
    events = [json.loads(line) for line in ended.out.splitlines()]
    # 60 pictures in batches of 32: two steps an epoch.
    assert [event["event"] for event in events[1:]] == [
        "preflight",
        "started",
        *2 * ["step", "step", "epoch"],
        "finished",
        "result",
    ]
    assert events[0]["event"] == "choices"
    assert (events[2]["engine"], events[2]["epochs"], events[2]["pictures"]) == (engine().name, 2, 60)
    result, best = events[-1], load_model(tmp_path / "out" / "best.safetensors")
    assert result["fingerprint"] == best.fingerprint
    assert (result["accuracy"], result["loss"]) == (best.about["accuracy"], best.about["loss"])
    assert (result["judged_on"], result["pictures"]) == ("test", 30)
    assert result["files"] == {name: str(tmp_path / "out" / name) for name in result["files"]}
    assert sorted(result["files"]) == FILES
    assert ended.err == ""


def test_best_is_that_of_the_least_validation_loss(quick: Run, sources: dict[str, Path], tmp_path: Path) -> None:
    quick("--epochs", "6", "--lr", "0.5", kind="parts")  # too fast to get better every time
    with (tmp_path / "out" / "metrics.csv").open(newline="") as file:
        losses = [float(row["val_loss"]) for row in csv.DictReader(file)]
    best = int(np.argmin(losses))
    assert best < 5, "the last epoch was the best: choose another rate"
    quick("--epochs", str(best + 1), "--lr", "0.5", kind="parts", out=tmp_path / "shorter")
    best_file = load_model(tmp_path / "out" / "best.safetensors")
    assert best_file.fingerprint == last(tmp_path / "shorter") != last(tmp_path / "out")


# Settings


def test_the_same_seed_gives_the_same_bits(quick: Run, tmp_path: Path) -> None:
    for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        quick("--seed", seed, kind="parts", out=tmp_path / name)  # nothing is held out: weights and order alone
    assert last(tmp_path / "a") == last(tmp_path / "b") != last(tmp_path / "c")
    assert (tmp_path / "a" / "metrics.csv").read_bytes() == (tmp_path / "b" / "metrics.csv").read_bytes()


OPTIONS = {
    "--epochs 3": ("train", "epochs", 3),
    "--batch 7": ("train", "batch_size", 7),
    "--batch all": ("train", "batch_size", "all"),
    "--lr 0.5": ("train", "learning_rate", 0.5),
    "--lr=1e-3": ("optimizer", "learning_rate", 0.001),
    "--seed 5": ("train", "seed", 5),
    "--size 12": ("preprocessing", "size", [12, 12]),
    "--colour rgb": ("preprocessing", "colour", "rgb"),
    "--size 10x14": ("preprocessing", "size", [10, 14]),
    **{
        f"--optimizer {name}": ("optimizer", "rule", rule.__name__)
        for name, rule in RULES.items()
        if name not in ("sgd", "muon")
    },
    "--optimizer momentum,momentum=0.5": ("optimizer", "momentum", 0.5),
    "--optimizer muon --model digits": ("optimizer", "rule", "Muon"),  # with a single kernel it is AdamW
}


@pytest.fixture(scope="module")
def plain() -> dict[str, str]:
    """The fingerprint without an option, once it was made."""
    return {}


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_does_something(quick: Run, plain: dict[str, str], tmp_path: Path, option: str) -> None:
    if not plain:
        assert quick("--optimizer", "sgd", out=tmp_path / "plain").code == 0
        plain[""] = last(tmp_path / "plain")
    assert quick("--optimizer", "sgd", *option.split()).code == 0
    section, name, value = OPTIONS[option]
    assert settings(tmp_path / "out")[section][name] == value
    fingerprint = last(tmp_path / "out")
    assert fingerprint not in plain.values()  # nor is it that of another option
    plain[option] = fingerprint


def test_size_is_that_of_the_model(quick: Run, tmp_path: Path) -> None:
    quick("--size", "10x14")
    assert load_model(tmp_path / "out" / "best.safetensors").graph.input_shape == (10, 14, 1)


def test_engine_and_threads_reach_the_engine(quick: Run, tmp_path: Path, threads_asked: set[int | None]) -> None:
    assert quick("--threads", "3", "--engine", "reference").code == 0
    assert threads_asked == {3}
    assert settings(tmp_path / "out")["train"]["threads"] == 3
    assert settings(tmp_path / "out")["train"]["engine"] == "reference"


def test_epochs_follow_the_number_of_pictures(run: Run, sources: dict[str, Path], tmp_path: Path) -> None:
    line = ("train", str(sources["classes"]), "-o", str(tmp_path / "out"), "--model", "softmax", "--threads", "1")
    assert run(*line).err.count("\nepoch ") == 25  # so few pictures: as often as it gets


@pytest.mark.parametrize(("preset", "size", "layers"), [("lenet5", "28", 8), ("digits", "8", 8), ("softmax", "5", 2)])
def test_presets(quick: Run, tmp_path: Path, preset: str, size: str, layers: int) -> None:
    assert quick("--model", preset, "--size", size, "--epochs", "1").code == 0
    assert len(load_model(tmp_path / "out" / "best.safetensors").layers) == layers
    assert settings(tmp_path / "out")["train"]["model"] == preset


@pytest.mark.parametrize("preset", ["vgg-small", "resnet18", "resnet34", "mobilenetv2"])
def test_presets_of_another_width(quick: Run, tmp_path: Path, preset: str) -> None:
    line = ("--model", preset, "--size", "32", "--epochs", "1", "--width", "0.125", "--batch", "all")
    assert quick(*line).code == 0
    trained = load_model(tmp_path / "out" / "best.safetensors").graph
    assert settings(tmp_path / "out")["train"]["width"] == 0.125
    again = Graph.to(wired(str(tmp_path / "out" / "settings.toml"), trained.output_shape[0], trained.input_shape))
    assert to_document(again) == to_document(trained)
    assert trained.theta.count < Graph.to(wired(preset, trained.output_shape[0], trained.input_shape)).theta.count


def test_a_width_where_there_is_none(run: Run, sources: dict[str, Path], tmp_path: Path) -> None:
    ended = run("train", str(sources["classes"]), "-o", str(tmp_path / "out"), "--model", "lenet5", "--width", "2")
    assert ended.code != 0 and "lenet5" in ended.err and not (tmp_path / "out").exists()


def test_a_network_of_ones_own(quick: Run, tmp_path: Path) -> None:
    file = tmp_path / "내 신경망.toml"
    file.write_text(TINY_NETWORK, encoding="utf-8")
    assert quick("--model", str(file)).code == 0
    edges = load_model(tmp_path / "out" / "best.safetensors").get_layer("edges")
    assert (edges.kernel_size, edges.padding) == ((3, 2), ((1, 0), (0, 1)))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "options",
    [
        "--optimizer nag --batch 7 --seed 9 --lr 0.05 --size 9x8 --model TOML",
        "--optimizer adam --batch all --epochs 3",
        "--model digits --epochs 1",
    ],
)
def test_settings_are_enough_to_train_again(
    run: Run, quick: Run, sources: dict[str, Path], tmp_path: Path, options: str
) -> None:
    network = tmp_path / "network.toml"
    network.write_text(TINY_NETWORK)
    quick(*options.replace("TOML", str(network)).split(), kind="parts")
    network.unlink()  # the settings hold the layers themselves
    written = settings(tmp_path / "out")
    trained, size = written["train"], written["preprocessing"]["size"]
    line = {
        "--model": tmp_path / "out" / "settings.toml",
        "--epochs": trained["epochs"],
        "--batch": trained["batch_size"],
        "--optimizer": trained["optimizer"],
        "--lr": trained["learning_rate"],
        "--seed": trained["seed"],
        "--threads": trained["threads"],
        "--size": "x".join(map(str, size)),
        "-o": tmp_path / "again",
    }
    words = [str(word) for option in line.items() for word in option]
    assert run("train", written["data"]["source"], *words).code == 0
    assert last(tmp_path / "again") == last(tmp_path / "out")
    again = settings(tmp_path / "again")
    assert set(again.pop("why")) == set(written.pop("why"))
    assert again["train"].pop("model") == str(tmp_path / "out" / "settings.toml")
    assert written["train"].pop("model") and again == written


def test_class_names_of_every_kind_are_written_as_toml(run: Run, tmp_path: Path) -> None:
    names = ['b"\\c', "del\x7f tab\t", "zeile\nzwei", "개 😀"]
    for label, name in enumerate(names):
        for i in range(4):
            write_png(tmp_path / "data" / name / f"{i}.png", digit(label, i))
    assert run("train", str(tmp_path / "data"), "-o", str(tmp_path / "out"), *QUICK).code == 0
    assert sorted(settings(tmp_path / "out")["data"]["classes"]) == sorted(names)


def test_a_class_name_that_is_no_text_is_refused(run: Run, tmp_path: Path) -> None:
    write_classes(tmp_path / "data", 2, 3)
    try:
        (tmp_path / "data" / os.fsdecode(b"b\xff")).mkdir()
    except OSError:
        pytest.skip("the file system takes no such names")
    ended = run("train", str(tmp_path / "data"), "-o", str(tmp_path / "out"), *QUICK)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (3, "", 1)
    assert ended.err.startswith(f"error: {tmp_path / 'data'}")


# Folders


@pytest.mark.parametrize("name", ["run {epoch} 50%", "결과 폴더", "a/b/c", "$(echo) 'x'"])
def test_the_folder_may_have_any_name(quick: Run, run: Run, tmp_path: Path, name: str) -> None:
    ended = quick(out=tmp_path / name)
    assert ended.code == 0
    assert sorted(path.name for path in (tmp_path / name).iterdir()) == FILES
    if name.startswith("$"):
        assert ended.err.splitlines()[-1].endswith("""$(echo) '"'"'x'"'"'' PICTURE...""")  # can be typed as it stands


def test_an_empty_folder_is_free(quick: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".hidden").touch()
    assert quick().code == 0


def test_force_replaces_the_run_and_leaves_the_rest(quick: Run, tmp_path: Path) -> None:
    quick()
    before = last(tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    assert quick("--seed", "1").code == 3 and last(tmp_path / "out") == before
    assert quick("--seed", "1", "--force").code == 0 and last(tmp_path / "out") != before
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"


def test_a_replaced_run_is_never_half_old(quick: Run, tmp_path: Path) -> None:
    quick()
    ended = quick("--force", "--model", "digits", "--lr", "1e9")  # fails within the first epoch
    assert ended.code == 4
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "autopsy.json",
        "film",
        "health.jsonl",
        "metrics.csv",
        "metrics.jsonl",
        "settings.toml",
        "split.csv",
    ]
    assert settings(tmp_path / "out")["train"]["learning_rate"] == 1e9
    told = json.loads((tmp_path / "out" / "autopsy.json").read_text(encoding="utf-8"))
    assert told["sentence"] in ended.err and told["step"] == told["recent"][-1]["step"]
    assert all(Path(file).name in ended.err for file in told["files"][:8]) and "gradient norm" in ended.err


def test_what_cannot_begin_costs_an_old_run_nothing(quick: Run, tmp_path: Path) -> None:
    quick()
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert quick("--force", "--model", "lenet5").code == 3  # does not fit 8x8
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("option", ["--lr=-1", "--model=nope", "--model=nope.toml"])
def test_a_wrong_recipe_is_told_before_the_pictures_are_read(run: Run, tmp_path: Path, option: str) -> None:
    ended = run("train", str(tmp_path / "no pictures"), "-o", str(tmp_path / "out"), option)
    assert "no pictures" not in ended.err and ("-1" in ended.err or "nope" in ended.err)


@pytest.mark.parametrize(
    ("options", "code"),
    [(["--lr", "-1"], 2), (["--model", "nope"], 2), (["--model", "nope.toml"], 3), (["--model", "lenet5"], 3)],
)
def test_what_cannot_begin_leaves_no_folder(quick: Run, tmp_path: Path, options: list[str], code: int) -> None:
    assert quick(*options).code == code
    assert not (tmp_path / "out").exists()


# Under way


@pytest.fixture
def endless(process: Process, sources: dict[str, Path], tmp_path: Path) -> Generator["Popen[bytes]"]:
    """A training into `out` that would not end by itself, three epochs after its beginning."""
    # Where tests run in the background of a shell, SIGINT is ignored, and those they start would inherit it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    options = (*QUICK, "--epochs", "999999999")
    running = process("train", str(sources["parts"]), "-o", str(tmp_path / "out"), *options, OMP_NUM_THREADS="1")
    signal.signal(signal.SIGINT, before)
    for line in running.stderr or ():
        if line.startswith(b"epoch 3/"):
            break
    yield running
    running.kill()
    running.communicate()


def test_ctrl_c_keeps_the_last_whole_epoch(endless: "Popen[bytes]", tmp_path: Path) -> None:
    endless.send_signal(signal.SIGINT)
    out, err = endless.communicate(timeout=60)
    lines = list(filter(None, err.decode().splitlines()))  # click ends the terminal's line with ^C
    assert (endless.returncode, out) == (130, b"")
    kept = tmp_path / "out" / "last.safetensors"
    assert lines[-2:] == [f"What was learned is kept. Go on with: striate resume {tmp_path / 'out'}", "Stopped."]
    assert all(line.startswith("epoch ") for line in lines[:-2])
    with (tmp_path / "out" / "metrics.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) >= 2  # the third was told, but perhaps not yet written down
    assert load_model(kept).classify([digit(0)])[0].label in "012"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        name for name in sorted([*FILES, "checkpoints"]) if name not in ("curves.png", "report.html")
    ]


def test_a_second_run_into_the_same_folder_is_refused(endless: "Popen[bytes]", quick: Run) -> None:
    ended = quick()
    assert ended.code == 3 and "is in use by process" in ended.err
    assert endless.poll() is None


def test_two_runs_at_once_do_not_disturb_each_other(process: Process, sources: dict[str, Path], tmp_path: Path) -> None:
    started = [
        process("train", str(sources["classes"]), "-o", str(tmp_path / name), *QUICK, "--json", OMP_NUM_THREADS="1")
        for name in ("a", "b")
    ]
    results = [json.loads(each.communicate(timeout=120)[0].splitlines()[-1]) for each in started]
    assert results[0]["fingerprint"] == results[1]["fingerprint"]


def test_a_closed_pipe_ends_it_quietly(process: Process, sources: dict[str, Path], tmp_path: Path) -> None:
    running = process("train", str(sources["classes"]), "-o", str(tmp_path / "out"), *QUICK, "--json")
    assert running.stdout and running.stderr
    running.stdout.readline()
    running.stdout.close()
    assert (running.stderr.read(), running.wait(timeout=60)) == (b"", 141)


@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_closed_streams(sources: dict[str, Path], tmp_path: Path, closed: str) -> None:
    line = ("train", str(sources["classes"]), "-o", str(tmp_path / "out"), *QUICK, "--json")
    shell = f"{shlex.join([sys.executable, '-m', 'striate', *line])} {closed}"
    environment = {**os.environ, "PYTHONPATH": str(Path(main.__file__).parents[2]), "LC_ALL": "C.UTF-8"}
    ended = subprocess.run(shell, shell=True, capture_output=True, env=environment, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (ended.stdout == "") == (closed == ">&-")


# Real data


@pytest.mark.skipif(not MNIST.exists(), reason=f"{MNIST} is not there")
def test_a_few_hundred_of_mnist(run: Run, tmp_path: Path) -> None:
    parts = read_idx(MNIST).parts
    data = tmp_path / "mnist"
    data.mkdir()
    for part, count in {"train": 500, "test": 200}.items():
        write_idx_part(data, part, parts[part].pictures[:count], parts[part].labels[:count].astype(np.int64))
    out = tmp_path / "out"
    line = ("--model", "lenet5", "--epochs", "4", "--lr", "0.003", "--threads", "1", "--json")
    ended = run("train", str(data), "-o", str(out), *line)
    assert ended.code == 0
    result = json.loads(ended.out.splitlines()[-1])
    assert result["accuracy"] > 0.75 and result["pictures"] == 200
    seven = write_png(tmp_path / "seven.png", parts["test"].pictures[0])
    assert json.loads(run("predict", str(out), str(seven), "--json").out)["label"] == "7"
