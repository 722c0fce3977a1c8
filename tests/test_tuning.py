"""What is tried out before a training, and trainings from another model's weights: whole runs on tiny pictures."""

import csv
import time
import tomllib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pictures import is_picture_with_something_on_it, some, write_parts

from striate.data.dataset import Dataset, Images
from striate.data.load import load_images
from striate.data.preprocessing import Preprocessing
from striate.errors import Notice, SettingError
from striate.history import History
from striate.model import load_model
from striate.recipe import Decided, Recipe
from striate.run_folder import BEST, SETTINGS
from striate.runs import preparing, tuning
from striate.runs.preparing import Prepared, prepared
from striate.runs.train import train_run
from striate.runs.tuning import RATES_CSV, RATES_PNG, Material, Tuning
from striate.training.class_weight import weights_by
from striate.training.time_limit import TIME_IS_UP, Speed

QUICK = Recipe("softmax", threads=1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return load_images(write_parts(tmp_path_factory.mktemp("data")))


@pytest.fixture(autouse=True)
def no_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    def touch(self: History, path: Path) -> None:
        path.touch()

    monkeypatch.setattr(History, "plot", touch)


def settings(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / SETTINGS).read_text("utf-8"))


def timed(monkeypatch: pytest.MonkeyPatch, learning: float, judging: float = 0.0) -> None:
    """As if an epoch took so many seconds, and what comes before it none."""

    def measured(recipe: Decided, material: Material) -> Speed:
        return Speed(learning, judging)

    monkeypatch.setattr(tuning, "measured", measured)
    now = time.monotonic()
    for module in (tuning, preparing):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now))


def why(run: Prepared) -> dict[str, str]:
    return {choice.setting: choice.code for choice in run.choices}


# Minutes


def test_epochs_that_fit_are_chosen_kept_and_give_the_same_bits_again(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed(monkeypatch, 10.0)
    trained = train_run(data, tmp_path / "one", QUICK, verbose=0, tuning=Tuning(minutes=1))
    written = settings(tmp_path / "one")
    assert written["train"]["epochs"] == len(trained.history.epoch) == 5  # 0.9 * (60 s - 4 s for the curves) / 10 s
    assert "10" in written["why"]["epochs"]
    again = train_run(data, tmp_path / "two", replace(QUICK, epochs=5), verbose=0)
    assert again.model.fingerprint == trained.model.fingerprint


@pytest.mark.parametrize(
    ("seconds", "minutes", "epochs", "code"),
    [
        (1e6, 0.1, 1, "choice.epochs.least"),
        (1e-6, 10, 4 * 25, "choice.epochs.enough"),
        (1.0, 1, 50, "choice.epochs.minutes"),
    ],
)
def test_how_many_epochs(
    data: Dataset, monkeypatch: pytest.MonkeyPatch, seconds: float, minutes: float, epochs: int, code: str
) -> None:
    timed(monkeypatch, seconds)
    run = prepared(data, QUICK, Tuning(minutes))
    assert (run.epochs, run.recipe.epochs, why(run)["epochs"]) == (epochs, epochs, code)
    assert run.stop is not None


def test_epochs_that_were_given_stay(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    timed(monkeypatch, 100.0)
    with pytest.warns(Notice) as told:
        run = prepared(data, replace(QUICK, epochs=7), Tuning(0.5))
    assert (run.epochs, why(run)["epochs"]) == (7, "choice.given")
    assert [(n.message.code, n.message.fields["epochs"]) for n in told] == [("tuning.too_long", 7)]  # type: ignore[union-attr]


def test_time_that_runs_out_all_the_same(data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    timed(monkeypatch, 1e-9)
    trained = train_run(data, tmp_path / "out", QUICK, verbose=0, tuning=Tuning(minutes=0.001))
    assert trained.history.reason == TIME_IS_UP and len(trained.history.epoch) == 1
    assert load_model(tmp_path / "out" / BEST).fingerprint == trained.model.fingerprint


def test_measuring_leaves_the_model_as_it_is(data: Dataset) -> None:
    run = prepared(data, QUICK)
    before = run.model.fingerprint
    material = Material(run.model, run.training, run.validation)
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patched:
        patched.setattr(tuning, "TRIED_SECONDS", 0.0)
        speed = tuning.measured(run.recipe, material)
    assert speed.learning > 0 and speed.judging > 0
    assert run.model.fingerprint == before


@pytest.mark.parametrize("minutes", [0, -1, float("nan")])
def test_minutes_that_are_none(minutes: float) -> None:
    with pytest.raises(SettingError) as caught:
        Tuning(minutes)
    assert (caught.value.code, caught.value.fields["setting"]) == ("setting.positive_real", "minutes")


# Learning rates


def test_a_found_rate_is_used_shown_and_gives_the_same_bits_again(data: Dataset, tmp_path: Path) -> None:
    one = train_run(data, tmp_path / "one", replace(QUICK, epochs=1), verbose=0, tuning=Tuning(find_rate=True))
    written = settings(tmp_path / "one")["train"]
    rate = written["learning_rate"]
    assert rate != 0.001 and rate == float(f"{rate:.0e}")
    assert {RATES_CSV, RATES_PNG} < set(one.files)
    assert is_picture_with_something_on_it(tmp_path / "one" / RATES_PNG)
    with (tmp_path / "one" / RATES_CSV).open(newline="") as file:
        table = list(csv.DictReader(file))
    assert float(table[0]["learning_rate"]) == pytest.approx(1e-6) and len(table) > 50
    again = train_run(data, tmp_path / "two", replace(QUICK, epochs=1, learning_rate=rate), verbose=0)
    assert again.model.fingerprint == one.model.fingerprint
    twice = prepared(data, QUICK, Tuning(find_rate=True))
    assert twice.found is not None and list(twice.found.losses) == [float(row["loss"]) for row in table]
    assert why(twice)["lr"] == "choice.lr.found"
    # A run without the test leaves no table of an earlier one.
    train_run(data, tmp_path / "one", replace(QUICK, epochs=1), verbose=0, overwrite=True)
    assert not (tmp_path / "one" / RATES_CSV).exists() and not (tmp_path / "one" / RATES_PNG).exists()


def test_a_rate_is_given_or_found(data: Dataset) -> None:
    with pytest.raises(SettingError) as caught:
        prepared(data, replace(QUICK, learning_rate=0.5), Tuning(find_rate=True))
    assert (caught.value.code, caught.value.fields) == ("tuning.rate_given", {"came": 0.5})


def test_nothing_found_leaves_the_usual_rate(data: Dataset) -> None:
    """Every picture with every label alike: the loss can only grow."""
    labels = np.tile(np.arange(3), 20)
    images = Images(np.zeros((60, 8, 8, 1), np.uint8), labels, None, Preprocessing((8, 8), "grey"))
    blank = Dataset(images, images, None, ("a", "b", "c"), images.preprocessing)
    with pytest.warns(Notice) as told:
        run = prepared(blank, replace(QUICK, batch_size="all"), Tuning(find_rate=True))
    assert [n.message.code for n in told] == ["tuning.no_rate"]  # type: ignore[union-attr]
    assert run.recipe.learning_rate == 0.001 and why(run)["lr"] == "choice.lr.usual"


# Classes with more pictures than others


def test_the_rules_for_class_weights() -> None:
    counts = [90, 10, 0, 20]
    for rule in ("balanced", "tempered"):
        weights = weights_by(rule, counts)
        assert weights is not None and sorted(weights) == [0, 1, 3]
        assert sum(counts[label] * weight for label, weight in weights.items()) == pytest.approx(120)
    assert weights_by("balanced", counts) == pytest.approx({0: 120 / 270, 1: 4, 3: 2})
    tempered = weights_by("tempered", counts)
    assert tempered is not None and tempered[1] / tempered[0] == pytest.approx(3)
    assert weights_by("none", counts) is None


def test_unbalanced_classes_are_weighed_in_training(tmp_path: Path) -> None:
    pictures, labels = some(2, 20)
    kept = np.concatenate([np.flatnonzero(labels == 0), np.flatnonzero(labels == 1)[:8]])
    images = Images(pictures[kept][..., np.newaxis], labels[kept], None, Preprocessing((8, 8), "grey"))
    uneven = Dataset(images, images, None, ("a", "b"), images.preprocessing)
    run = prepared(uneven, QUICK)
    assert run.class_weight == weights_by("tempered", [20, 8])
    recipe = replace(QUICK, epochs=1)
    one, two = (
        train_run(uneven, tmp_path / rule, replace(recipe, class_weights=rule), verbose=0).model.fingerprint
        for rule in ("balanced", "none")
    )
    assert one != two and prepared(uneven, replace(recipe, class_weights="none")).class_weight is None


# Beginning with another model's weights


@pytest.fixture
def start(data: Dataset, tmp_path: Path) -> str:
    """The folder of a run of another network on the same pictures."""
    train_run(data, tmp_path / "start", Recipe("digits", 1, threads=1, schedule="cosine"), verbose=0)
    return str(tmp_path / "start")


def test_from_the_weights_of_a_run(data: Dataset, start: str, tmp_path: Path) -> None:
    """The same classes: everything is taken; its network and recipe serve, and its frozen layers stay."""
    recipe = Recipe(epochs=1, threads=1, start=start, freeze="1")
    run = prepared(data, recipe)
    began = load_model(Path(start) / BEST)
    assert run.model.fingerprint == began.fingerprint and run.start is not None
    assert run.start.taken.left == () and run.start.frozen == ("conv1",)
    assert (run.recipe.schedule, why(run)["schedule"]) == ("cosine", "choice.of_network")
    assert (why(run)["model"], why(run)["size"]) == ("choice.model.start", "choice.size.start")
    trained = train_run(data, tmp_path / "out", recipe, verbose=0)
    now, then = trained.model.weights, began.weights
    assert np.array_equal(now["conv1/kernel"], then["conv1/kernel"])
    assert not np.array_equal(now["conv2/kernel"], then["conv2/kernel"])
    assert trained.model.about["start"]["frozen"] == ["conv1"]
    assert settings(tmp_path / "out")["train"]["start"] == str(Path(start) / BEST)


def test_pixels_are_scaled_as_the_other_models(data: Dataset, start: str) -> None:
    file = Path(start) / BEST
    began = load_model(file)
    began.preprocessing = replace(data.preprocessing, scale=1.0)
    began.save(file)
    run = prepared(data, Recipe(epochs=1, start=start))
    assert run.model.preprocessing == began.preprocessing == run.training.preprocessing


def test_other_preprocessing_is_said(data: Dataset, start: str) -> None:
    file = Path(start) / BEST
    began = load_model(file)
    began.preprocessing = replace(data.preprocessing, resize="crop")
    began.save(file)
    with pytest.warns(Notice) as told:
        prepared(data, Recipe(epochs=1, start=start))
    assert [n.message.code for n in told] == ["start.preprocessing"]  # type: ignore[union-attr]
