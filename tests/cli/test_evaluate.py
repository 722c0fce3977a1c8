"""striate evaluate: which part is judged, and the same numbers as in Python."""

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import digit, some, write_classes, write_npz, write_parts, write_png

from striate.data.load import load_images
from striate.data.preprocessing import Preprocessing
from striate.layers import Dense, Flatten, Input
from striate.model import Model, load_model
from striate.recipe import Recipe
from striate.runs.train import train_run
from striate.sequential import Sequential

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that tells 0, 1 and 2 apart often, but not always."""
    root = tmp_path_factory.mktemp("evaluate")
    train_run(load_images(write_parts(root / "data")), root / "run", Recipe("softmax", 4, threads=1), verbose=0)
    return root / "run"


def judged_in_python(trained: Path, data: Path, part: str) -> tuple[float, float]:
    model = load_model(trained / "best.safetensors")
    images = getattr(load_images(data), part)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    loss, accuracy = model.evaluate(images.x, images.y)  # type: ignore[misc]
    return accuracy, loss


@pytest.mark.parametrize(
    ("sizes", "part", "pictures", "said"),
    [
        ({"train": 4, "val": 5, "test": 6}, "test", 18, "the test part"),
        ({"train": 4, "val": 5, "test": 0}, "validation", 15, "the validation part"),
        ({"train": 4, "val": 0, "test": 0}, "train", 12, "all, as there is no test or validation part"),
    ],
)
def test_the_part_that_is_judged(
    run: Run, trained: Path, tmp_path: Path, sizes: dict[str, int], part: str, pictures: int, said: str
) -> None:
    skip = 36
    for name, each in sizes.items():
        if each:
            write_classes(tmp_path / "data" / name, each=each, skip=skip)
        skip += each
    accuracy, loss = judged_in_python(trained, tmp_path / "data", part)
    assert 0 < accuracy < 1
    right = round(accuracy * pictures)
    ended = run("evaluate", str(trained), str(tmp_path / "data"))
    assert (ended.code, ended.out.splitlines()[:2], ended.err) == (
        0,
        [f"accuracy: {100 * accuracy:.1f} %", f"{right} of {pictures} pictures right ({said})"],
        f"loss {loss:.4f}\n",
    )
    as_json = run("evaluate", str(trained), str(tmp_path / "data"), "--json")
    assert (as_json.code, as_json.err) == (0, "")
    result = json.loads(as_json.out)
    assert {name: result[name] for name in ("accuracy", "loss", "pictures", "part")} == {
        "accuracy": pytest.approx(accuracy),
        "loss": pytest.approx(loss, rel=1e-6),
        "pictures": pictures,
        "part": part,
    }


def test_a_fresh_run_judges_its_own_test_part_as_it_did_before(run: Run, trained: Path) -> None:
    about = load_model(trained / "best.safetensors").about
    result = json.loads(run("evaluate", str(trained), str(trained.parent / "data"), "--json").out)
    assert (result["accuracy"], result["part"]) == (about["accuracy"], about["judged_on"])
    assert result["loss"] == pytest.approx(about["loss"], rel=1e-6)  # judged in batches of another size


def test_in_korean(run: Run, trained: Path) -> None:
    ended = run("evaluate", str(trained), str(trained.parent / "data"), "--lang", "ko")
    first, second = ended.out.splitlines()[:2]
    assert first.startswith("정확도: ") and second.startswith("사진 30장 중 ") and second.endswith("(시험 부분)")


def test_threads_reach_the_engine(run: Run, trained: Path, threads_asked: set[int | None]) -> None:
    assert run("evaluate", str(trained), str(trained.parent / "data"), "--threads", "3").code == 0
    assert threads_asked == {3}


def test_what_may_be_kept_reaches_the_reading(run: Run, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed: list[int] = []

    def noted(source: Path, *, cache: int, **options: Any) -> Any:
        allowed.append(cache)
        return load_images(source, **options)

    monkeypatch.setattr("striate.cli.evaluate.load_images", noted)
    for more in ([], ["--cache", "0"], ["--cache", "5MB"]):
        assert run("evaluate", str(trained), str(trained.parent / "data"), *more).code == 0
    assert allowed == [4 * 10**9, 0, 5 * 10**6]


@pytest.mark.parametrize("batch", ["1", "7", "100000"])
def test_batches_do_not_change_the_answer(run: Run, trained: Path, batch: str) -> None:
    line = ("evaluate", str(trained), str(trained.parent / "data"), "--json")
    once = json.loads(run(*line).out)
    again = json.loads(run(*line, "--batch", batch, "--threads", "1").out)
    error, other = once.pop("calibration")["error"], again.pop("calibration")["error"]
    assert again == {**once, "loss": pytest.approx(once["loss"], rel=1e-6)} and other == pytest.approx(error, rel=1e-6)


def test_colour_pictures_for_a_grey_model(run: Run, trained: Path, tmp_path: Path) -> None:
    for i, (pixels, label) in enumerate(zip(*some(3, 8, skip=36), strict=True)):
        write_png(tmp_path / "grey" / str(label) / f"{i}.png", pixels)
        write_png(tmp_path / "colour" / str(label) / f"{i}.png", np.repeat(pixels[..., np.newaxis], 3, axis=2))
    grey, colour = (run("evaluate", str(trained), str(tmp_path / name)) for name in ("grey", "colour"))
    assert grey.code == 0 and colour == grey


def test_pictures_of_another_size_are_brought_to_the_models(run: Run, trained: Path, tmp_path: Path) -> None:
    for label in range(3):
        write_png(tmp_path / str(label) / "x.png", digit(label, 40).repeat(3, axis=0).repeat(2, axis=1))
    ended = run("evaluate", str(trained), str(tmp_path))
    assert (ended.code, ended.err.count("\n")) == (0, 1)


def test_classes_that_differ(run: Run, trained: Path, tmp_path: Path) -> None:
    for source in (
        write_classes(tmp_path / "two", 2, 4),
        write_classes(tmp_path / "four", 4, 4),
        write_npz(tmp_path / "x.npz"),
    ):
        ended = run("evaluate", str(trained), str(source))
        assert (ended.code, ended.out, len(ended.err.splitlines())) == (3, "", 1)
        assert ended.err.startswith("error: The model knows the classes '0', '1', '2', the pictures have '")


def test_a_model_without_names_takes_labels_as_numbers(run: Run, trained: Path, tmp_path: Path) -> None:
    model = load_model(trained / "best.safetensors")
    model.class_names = None
    model.save(tmp_path / "bare.safetensors")
    ended = run("evaluate", str(tmp_path / "bare.safetensors"), str(trained.parent / "data"))
    assert ended.code == 0
    assert ended.out == run("evaluate", str(trained), str(trained.parent / "data")).out
    assert "note: The model's classes have no names" in ended.err


def one_output() -> Model:
    """Says class 1 of everything, with a probability of 3/4."""
    model = Sequential([Input((8, 8, 1)), Flatten(), Dense(1, activation="sigmoid")])
    model.set_weights([np.zeros((64, 1)), [math.log(3)]])
    model.class_names, model.preprocessing = ("0", "1"), Preprocessing((8, 8), "grey")
    return model


def test_a_model_with_one_output(run: Run, tmp_path: Path) -> None:
    one_output().save(tmp_path / "one.safetensors")
    result = json.loads(
        run("evaluate", str(tmp_path / "one.safetensors"), str(write_classes(tmp_path / "data", 2, 5)), "--json").out
    )
    assert (result["accuracy"], result["pictures"]) == (0.5, 10)
    assert result["loss"] == pytest.approx(-(math.log(3 / 4) + math.log(1 / 4)) / 2)


def test_data_without_pictures(run: Run, trained: Path, tmp_path: Path) -> None:
    for source in (tmp_path, tmp_path / "missing"):
        ended = run("evaluate", str(trained), str(source))
        assert (ended.code, ended.out, len(ended.err.splitlines())) == (3, "", 1)


def test_a_zip_of_pictures_to_be_judged(run: Run, trained: Path, tmp_path: Path) -> None:
    """One that somebody packed, a folder called "test" and nothing else."""
    write_classes(tmp_path / "data" / "test", each=6, skip=36)
    packed = shutil.make_archive(str(tmp_path / "digits"), "zip", tmp_path / "data")
    folder, archive = (run("evaluate", str(trained), place, "--json") for place in (str(tmp_path / "data"), packed))
    assert (archive.code, archive.out) == (0, folder.out)
    assert str(Path(packed) / "test") in archive.err


def test_a_figure_that_cannot_be_is_refused_before_work(run: Run, tmp_path: Path) -> None:
    ended = run("evaluate", str(tmp_path / "no model"), str(tmp_path), "--figure", str(tmp_path / "a.bmp"))
    assert (ended.code, "a.bmp" in ended.err) == (3, True)
