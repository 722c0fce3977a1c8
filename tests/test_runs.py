"""Whole trainings from Python, as scripts and notebooks make them: the recipe, the folder, what comes back."""

import sys
import tomllib
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import some, write_classes, write_npz, write_parts

from striate.bits import bits_of
from striate.choices.choose import choose
from striate.choices.facts import Facts
from striate.data.augment import Augmentation
from striate.data.load import Dataset, Images, load_images
from striate.data.preprocessing import Preprocessing
from striate.errors import (
    DataError,
    FileError,
    GraphError,
    Notice,
    SettingError,
    StriateError,
    TrainingError,
    UnknownNameError,
)
from striate.model import load_model
from striate.network.losses import CategoricalCrossentropy, SparseCategoricalCrossentropy
from striate.network.optimizers import Adam, Momentum, Nesterov
from striate.network.schedules import CosineDecay, OneCycle
from striate.network.settings import config
from striate.presets.read import PRESETS
from striate.recipe import Decided, Recipe, recipe_of
from striate.run_folder import (
    AUTOPSY,
    BEST,
    CURVES,
    EPOCHS,
    FILM,
    HEALTH,
    LAST,
    METRICS,
    REPORT,
    SETTINGS,
    SPLIT,
    claimed,
    model_file,
    source_of,
)
from striate.runs.preparing import prepared
from striate.runs.train import train_run
from striate.training.events import EpochDone, Event, Started

pytestmark = pytest.mark.usefixtures("no_drawing")


QUICK = Recipe("softmax", 2, threads=1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Folders of parts."""
    return load_images(write_parts(tmp_path_factory.mktemp("data")))


def of(each: int, classes: int = 3) -> Dataset:
    """Pictures in memory, without a validation or test part."""
    pictures, labels = some(classes, each)
    preprocessing = Preprocessing((8, 8), "grey")
    images = Images(pictures[..., np.newaxis], labels, None, preprocessing)
    return Dataset(images, None, None, tuple("abc"[:classes]), preprocessing)


# The recipe


@pytest.mark.parametrize(
    ("wrong", "error", "code"),
    [
        ({"epochs": 0}, SettingError, "setting.positive"),
        ({"epochs": 2.5}, SettingError, "setting.positive"),
        ({"batch_size": -1}, SettingError, "setting.positive"),
        ({"batch_size": "some"}, SettingError, "setting.positive"),
        ({"seed": -1}, SettingError, "setting.whole"),
        ({"threads": 0}, SettingError, "setting.positive"),
        ({"learning_rate": -0.1}, SettingError, "setting.positive_real"),
        ({"learning_rate": float("nan")}, SettingError, "setting.positive_real"),
        ({"weight_decay": -1}, SettingError, "setting.not_negative"),
        ({"label_smoothing": 1}, SettingError, "setting.share"),
        ({"schedule": "cosin"}, UnknownNameError, "name.unknown_did_you_mean"),
        ({"augment": "flap"}, UnknownNameError, "name.unknown_did_you_mean"),
        ({"optimizer": "adamm"}, UnknownNameError, "name.unknown_did_you_mean"),
        ({"engine": "fast"}, UnknownNameError, "name.unknown"),
    ],
)
def test_a_recipe_is_right_or_is_not_made(wrong: dict[str, Any], error: type[Exception], code: str) -> None:
    with pytest.raises(error) as caught:
        Recipe(**wrong)
    assert caught.value.code == code  # type: ignore[attr-defined]
    name = next(iter(wrong))
    setting = None if name in ("optimizer", "engine", "schedule", "augment") else name
    assert caught.value.fields.get("setting") == setting  # type: ignore[attr-defined]


def test_the_rule_of_a_recipe() -> None:
    assert isinstance(Recipe().rule, Adam) and Recipe().rule.learning_rate == Adam().learning_rate
    rule = Recipe(optimizer="momentum", learning_rate=0.25).rule
    assert isinstance(rule, Momentum) and (rule.learning_rate, rule.momentum) == (0.25, 0.9)


@pytest.mark.parametrize("preset", PRESETS)
def test_layers_of_a_recipe_end_with_the_classes(preset: str) -> None:
    assert Recipe(preset).layers(7)[-1].units == 7  # type: ignore[attr-defined]
    with pytest.raises(UnknownNameError) as caught:
        Recipe(preset[1:]).layers(7)
    assert caught.value.fields["close"][0] == preset  # type: ignore[index]


def decided(recipe: Recipe, pictures: int, shape: tuple[int, ...] = (8, 8, 1)) -> Decided:
    return choose(recipe, Facts(pictures, shape, (pictures // 2, pictures // 2))).recipe


OWN = """
[recipe]
epochs = 3
batch_size = 128
optimizer = "nesterov"
learning_rate = 0.5
schedule = "one_cycle"
weight_decay = 0.01
label_smoothing = 0.1
augment = "flip,shift=1"

[[layers]]
layer = "Flatten"

[[layers]]
layer = "Dense"
units = "classes"
activation = "softmax"
"""


@pytest.fixture
def own(tmp_path: Path) -> str:
    """A network with a recipe of its own."""
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    return str(tmp_path / "own.toml")


def test_a_network_brings_its_recipe(own: str) -> None:
    brought = decided(Recipe(own, seed=4, threads=1), 20_000)
    assert asdict(brought) == tomllib.loads(OWN)["recipe"] | {
        "model": own,
        "seed": 4,
        "engine": None,
        "threads": 1,
        "width": 1.0,
        "isa": None,
        "class_weights": "none",
        "start": None,
        "freeze": None,
    }
    rule = brought.rule_for(20_000)
    assert isinstance(rule, Nesterov) and (rule.momentum, rule.weight_decay) == (0.9, 0.01)
    assert isinstance(rule.learning_rate, OneCycle)
    assert config(rule.learning_rate) == config(OneCycle(0.5, 3 * 157))
    assert isinstance(brought.loss, CategoricalCrossentropy) and brought.loss.label_smoothing == 0.1
    assert str(brought.augmentation) == "flip,shift=1"


def test_what_a_user_says_comes_before_the_networks_recipe(own: str) -> None:
    said = Recipe(own, 7, "all", "adam", 0.25, schedule="constant", weight_decay=0, label_smoothing=0, augment="none")
    brought = decided(said, 20_000)
    assert asdict(brought) == asdict(said) | {"class_weights": "none"}
    rule = brought.rule_for(20_000)
    assert isinstance(rule, Adam) and (rule.learning_rate, rule.weight_decay) == (0.25, 0)
    assert isinstance(brought.loss, SparseCategoricalCrossentropy)
    assert config(brought.augmentation) == config(Augmentation())
    assert decided(Recipe(own, optimizer="adam"), 500).learning_rate == 0.5


@pytest.mark.parametrize(("pictures", "batch"), [(3_200, 128), (3_199, 64), (1_600, 64), (1_599, 32), (10, 32)])
def test_a_networks_batch_leaves_enough_steps(own: str, pictures: int, batch: int) -> None:
    assert decided(Recipe(own), pictures).batch_size == batch
    assert decided(Recipe(own, batch_size=128), pictures).batch_size == 128


def test_what_a_schedule_runs_over(own: str) -> None:
    cosine = decided(Recipe(own, 4, "all", schedule="cosine"), 50)
    assert config(cosine.rule_for(50).learning_rate) == config(CosineDecay(0.5, 4))
    linear = replace(cosine, schedule="linear", optimizer="momentum,momentum=0.5").rule_for(50)
    assert [linear.rate_at(step) for step in range(5)] == [0.5, 0.375, 0.25, 0.125, 0]
    assert config(linear)["momentum"] == 0.5
    assert decided(Recipe("softmax", 4), 50).rule_for(50).learning_rate == 0.001
    assert decided(Recipe("softmax", optimizer="adamw"), 50).rule_for(50).weight_decay == 0.004


@pytest.mark.parametrize(
    ("line", "instead", "code"),
    [
        ("epochs = 3", "epochs = 0", "setting.positive"),
        ("epochs = 3", "epoch = 3", "name.unknown_did_you_mean"),
        ("epochs = 3", "seed = 3", "name.unknown"),
        ('"one_cycle"', '"one-cycle"', "name.unknown_did_you_mean"),
        ("weight_decay = 0.01", "weight_decay = -1", "setting.not_negative"),
        ("label_smoothing = 0.1", "label_smoothing = 1", "setting.share"),
        ('"flip,shift=1"', '"flip,shift"', "augmentation.text"),
        ('"flip,shift=1"', "true", "setting.text"),
        ("[recipe]", "[other]", None),
        ("[recipe]\n", "recipe = 5\n[more]\n", "recipe.no_table"),
    ],
)
def test_a_networks_recipe_that_is_none(tmp_path: Path, line: str, instead: str, code: str | None) -> None:
    assert line in OWN
    (tmp_path / "own.toml").write_text(OWN.replace(line, instead, 1), encoding="utf-8")
    name = str(tmp_path / "own.toml")
    if code is None:
        assert config(recipe_of(name).rule) == config(Adam())
        return
    with pytest.raises(StriateError) as caught:
        recipe_of(name)
    assert caught.value.code == code
    assert name in str(caught.value)


def test_a_run_by_a_networks_recipe(own: str, data: Dataset, tmp_path: Path) -> None:
    trained = train_run(data, tmp_path / "out", Recipe(own, learning_rate=0.05), verbose=0)
    settings = tomllib.loads((tmp_path / "out" / SETTINGS).read_text("utf-8"))
    assert settings["train"]["augment"] == "flip,shift=1" and settings["train"]["batch_size"] == 32
    assert settings["optimizer"]["learning_rate"] == 0.05
    assert settings["schedule"] == {"kind": "OneCycle", **config(OneCycle(0.05, 3 * 2))}
    rates = trained.history.history["learning_rate"]
    assert rates[-1] < 1e-5 < max(rates)
    # What the settings hold makes the same training again.
    again = Recipe(own, **{k: v for k, v in settings["train"].items() if k not in ("model", "epochs")}, epochs=3)
    assert train_run(data, tmp_path / "again", again, verbose=0).model.fingerprint == trained.model.fingerprint


# What a training starts from


def test_parts_that_are_there_are_used(data: Dataset) -> None:
    run = prepared(data, QUICK)
    assert run.training is data.train and run.validation is data.validation


def test_a_tenth_of_each_class_is_held_out_by_the_seed() -> None:
    run, again, other = (prepared(of(20), replace(QUICK, seed=seed)) for seed in (0, 0, 1))
    assert np.bincount(run.validation.labels).tolist() == [2, 2, 2]
    assert np.bincount(run.training.labels).tolist() == [18, 18, 18]
    everything = {picture.tobytes() for picture in of(20).train.pictures}
    assert {p.tobytes() for each in (run.training, run.validation) for p in each.pictures} == everything
    np.testing.assert_array_equal(run.validation.pictures, again.validation.pictures)
    assert not np.array_equal(run.validation.pictures, other.validation.pictures)


def test_what_was_left_open_is_decided() -> None:
    brought = prepared(of(20), Recipe("softmax")).recipe
    assert (brought.epochs, brought.batch_size, brought.learning_rate) == (25, 32, 0.001)


def test_too_few_pictures() -> None:
    with pytest.raises(DataError) as caught:
        prepared(of(1), QUICK)
    assert (caught.value.code, caught.value.fields) == ("run.too_few_pictures", {"pictures": 3, "classes": 3})
    assert len(prepared(of(2), QUICK).validation) == 3


NETWORKS = {
    "too_many": ('layer = "Dense"\nunits = 5\nactivation = "softmax"', "run.outputs", (5,)),
    "maps": ('layer = "Conv2D"\nfilters = 3\nkernel_size = 3\nactivation = "softmax"', "run.outputs", (6, 6, 3)),
    "one": ('layer = "Dense"\nunits = 1\nactivation = "sigmoid"', "run.outputs", (1,)),
    "logits": ('layer = "Dense"\nunits = "classes"', "run.no_softmax", "linear"),
    "each": ('layer = "Dense"\nunits = "classes"\nactivation = "sigmoid"', "run.no_softmax", "sigmoid"),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_must_be_probabilities_of_the_classes(tmp_path: Path, name: str) -> None:
    last, code, came = NETWORKS[name]
    flatten = "" if name == "maps" else '[[layers]]\nlayer = "Flatten"\n'
    file = tmp_path / "network.toml"
    file.write_text(f"{flatten}[[layers]]\n{last}\n")
    with pytest.raises(GraphError) as caught:
        train_run(of(4), tmp_path / "out", Recipe(str(file), 1))
    assert (caught.value.code, caught.value.fields["came"]) == (code, came)
    assert caught.value.fields["model"] == str(file) and caught.value.fields["layer"] in ("dense1", "conv1")
    assert not (tmp_path / "out").exists()


def test_softmax_may_be_a_layer_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "network.toml"
    tables = ('layer = "Flatten"', 'layer = "Dense"\nunits = "classes"', 'layer = "Activation"\nactivation = "softmax"')
    file.write_text("".join(f"[[layers]]\n{table}\n" for table in tables))
    assert train_run(of(4), tmp_path / "out", Recipe(str(file), 1), verbose=0).model.layers[-1].activation == "softmax"  # type: ignore[attr-defined]


# What comes of it


def test_what_comes_back(data: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "out"
    trained = train_run(data, out, QUICK, verbose=0)
    names = (BEST, LAST, METRICS, EPOCHS, FILM, HEALTH, SETTINGS, SPLIT, REPORT, CURVES)
    assert trained.files == {name: out / name for name in names}
    assert (trained.judged_on, trained.pictures, len(trained.history.history["val_loss"])) == ("test", 30, 2)
    assert data.test is not None
    right = trained.model.predict(data.test.x).argmax(axis=1) == data.test.y
    assert trained.judged["accuracy"] == right.mean()
    on_file = load_model(out / BEST)
    assert on_file.fingerprint == trained.model.fingerprint
    assert on_file.class_names == data.class_names and on_file.preprocessing == data.preprocessing
    assert on_file.about["bits"] == trained.model.about["bits"] == bits_of(on_file).to_json()
    del on_file.about["bits"], trained.model.about["bits"]
    assert (
        on_file.about
        == trained.model.about
        == {
            "recipe": {
                "model": "softmax",
                "epochs": 2,
                "batch_size": 32,
                "optimizer": "adam",
                "learning_rate": 0.001,
                "seed": 0,
                "engine": None,
                "threads": 1,
                "width": 1.0,
                "schedule": None,
                "weight_decay": None,
                "label_smoothing": None,
                "augment": None,
                "isa": None,
                "class_weights": "none",
                "start": None,
                "freeze": None,
            },
            "pictures": 60,
            "judged_on": "test",
            "accuracy": trained.judged["accuracy"],
            "loss": trained.judged["loss"],
        }
    )


def test_without_a_test_part_validation_judges(tmp_path: Path) -> None:
    trained = train_run(of(20), tmp_path / "out", QUICK, verbose=0)
    assert (trained.judged_on, trained.pictures) == ("validation", 6)
    best = min(range(2), key=trained.history.history["val_loss"].__getitem__)
    assert trained.judged["loss"] == pytest.approx(trained.history.history["val_loss"][best], rel=1e-6)


def test_events_and_what_begins(data: Dataset, tmp_path: Path) -> None:
    events: list[Event | str] = []
    train_run(data, tmp_path, QUICK, progress=events.append, begins=lambda run: events.append(run.recipe.model))
    assert events[0] == "softmax" and isinstance(events[1], Started)
    assert sum(isinstance(event, EpochDone) for event in events) == 2


def test_nothing_is_shown_when_asked_so(data: Dataset, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    train_run(data, tmp_path / "out", QUICK, verbose=0)
    assert capfd.readouterr() == ("", "")


def test_settings(data: Dataset, tmp_path: Path) -> None:
    recipe = replace(QUICK, optimizer="momentum", batch_size="all", threads=None)
    train_run(data, tmp_path, recipe, source="here 'and' \"there\"", verbose=0)
    settings = tomllib.loads((tmp_path / SETTINGS).read_text("utf-8"))
    assert settings.pop("striate").count(".") == 2
    why = settings.pop("why")
    assert (why["model"], why["class_weights"]) == (
        "given",
        "the largest class has 1.0 times the pictures of the smallest",
    )
    assert settings == {
        "train": {
            "model": "softmax",
            "epochs": 2,
            "batch_size": "all",
            "optimizer": "momentum",
            "learning_rate": 0.01,
            "seed": 0,
            "width": 1.0,
            "class_weights": "none",
        },
        "optimizer": {"rule": "Momentum", "learning_rate": 0.01, "momentum": 0.9},
        "data": {
            "source": "here 'and' \"there\"",
            "classes": ["0", "1", "2"],
            "pictures": 60,
            "validation_pictures": 18,
            "test_pictures": 30,
        },
        "preprocessing": {"size": [8, 8], "colour": "grey", "scale": 1 / 255, "resize": "stretch", "draft": True},
        "layers": [{"layer": "Flatten"}, {"layer": "Dense", "units": "classes", "activation": "softmax"}],
    }
    assert source_of(tmp_path) == "here 'and' \"there\""


def test_without_matplotlib_only_the_curves_are_missing(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # draw
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.warns(Notice) as told:
        trained = train_run(data, tmp_path, QUICK, verbose=0)
    assert [notice.message.code for notice in told] == ["run.no_curves"]  # type: ignore[union-attr]
    assert "pip install" in str(told[0].message)
    assert set(trained.files) == {BEST, LAST, METRICS, EPOCHS, FILM, HEALTH, SETTINGS, SPLIT, REPORT}
    assert all(path.exists() for path in trained.files.values())


def test_arrays_train_as_files_do(tmp_path: Path) -> None:
    folder, archive = load_images(write_classes(tmp_path / "classes")), load_images(write_npz(tmp_path / "x.npz"))
    first = train_run(folder, tmp_path / "a", QUICK, verbose=0)
    second = train_run(archive, tmp_path / "b", QUICK, verbose=0)
    assert first.model.fingerprint == second.model.fingerprint  # the same pictures in the same order
    assert (first.judged_on, second.judged_on) == ("validation", "test")


# The folder


def test_a_folder_that_is_taken(data: Dataset, tmp_path: Path) -> None:
    for name in "dcba":
        (tmp_path / name).write_text(name)
    with pytest.raises(FileError) as caught:
        train_run(data, tmp_path, QUICK)
    assert caught.value.code == "run.folder_taken"
    assert caught.value.fields == {"path": tmp_path, "files": ["a", "b", "c"], "count": 4}
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {name: name for name in "abcd"}


def fail_within(folder: Path, *files: str) -> None:
    """Claim a folder, put files into it, and fail."""
    with claimed(folder, overwrite=False):
        for name in files:
            (folder / name).touch()
        raise KeyboardInterrupt


def test_a_failed_block_takes_an_empty_folder_of_its_own_away(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    for folder, files, stays in ((tmp_path / "a", [], False), (tmp_path / "b", ["kept"], True), (mine, [], True)):
        with pytest.raises(KeyboardInterrupt):
            fail_within(folder, *files)
        assert folder.exists() == stays


def test_an_earlier_run_goes_when_the_training_begins(data: Dataset, tmp_path: Path) -> None:
    train_run(data, tmp_path, QUICK, verbose=0)
    with pytest.raises(TrainingError):
        train_run(data, tmp_path, replace(QUICK, model="digits", learning_rate=1e9), overwrite=True, verbose=0)
    assert {path.name for path in tmp_path.iterdir()} == {SETTINGS, SPLIT, METRICS, EPOCHS, HEALTH, AUTOPSY, FILM}


def test_what_cannot_be_replaced_is_named(data: Dataset, tmp_path: Path) -> None:
    (tmp_path / BEST).mkdir()
    with pytest.raises(FileError) as caught:
        train_run(data, tmp_path, QUICK, overwrite=True, verbose=0)
    assert (caught.value.code, caught.value.fields["path"]) == ("file.cannot_write", tmp_path / BEST)


def test_model_file(tmp_path: Path) -> None:
    assert model_file(tmp_path / "x.safetensors") == tmp_path / "x.safetensors"  # there or not
    with pytest.raises(FileError) as caught:
        model_file(tmp_path)
    assert (caught.value.code, caught.value.fields) == ("run.no_model", {"path": tmp_path, "file": BEST})
    (tmp_path / BEST).touch()
    assert model_file(tmp_path) == tmp_path / BEST


@pytest.mark.parametrize(
    "text", [b"", b"no toml", b"\xff", b"data = 3", b"[data]\nsource = 3", b"[[data]]\nsource = 'x'", b"source = 'x'"]
)
def test_source_of_what_is_no_run(tmp_path: Path, text: bytes) -> None:
    assert source_of(tmp_path) is None
    (tmp_path / SETTINGS).write_bytes(text)
    assert source_of(tmp_path) is None
