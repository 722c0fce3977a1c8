"""Model files: bit for bit there and back, readable by others, never half written."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from all_in_one import all_in_one
from cases import CASES, Case
from safetensors import safe_open

from striate import Model, Preprocessing, Sequential, load_model
from striate.errors import DataError, FileError, Notice, SettingError
from striate.layers import Conv2D, Dense, Flatten
from striate.network.description import to_document


def small(seed: int = 0) -> Sequential:
    return Sequential([Flatten(input_shape=(2, 2, 1)), Dense(3, "softmax")], seed=seed)


@all_in_one("case", CASES)
def test_there_and_back(case: Case, rng: np.random.Generator, tmp_path: Path) -> None:
    model, file = Model.of(case.graph, seed=3), tmp_path / "m.safetensors"
    model.save(file)
    again = load_model(file)
    assert again.fingerprint == model.fingerprint
    assert json.dumps(to_document(again.graph)) == json.dumps(to_document(model.graph))
    x = case.pictures(rng)
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_everything_beside_the_weights_comes_back(tmp_path: Path) -> None:
    model, file = small(), tmp_path / "m.safetensors"
    model.class_names = ["고양이", "dog", "'\"\\ \u2028"]
    model.preprocessing = Preprocessing(size=(2, 2), colour="grey", scale=1 / 127, resize="crop")
    model.about = {"accuracy": 0.1 + 0.2, "note": "학습", "history": {"loss": [1.5, None]}, "deep": [[[]]]}
    model.save(file)
    again = load_model(file)
    assert again.class_names == ("고양이", "dog", "'\"\\ \u2028")
    assert again.preprocessing == model.preprocessing
    assert again.about == model.about


def test_names_of_folders_that_are_no_utf_8(tmp_path: Path) -> None:
    """As Python has them: each such byte as half a pair of UTF-16."""
    model, file = small(), tmp_path / "m.safetensors"
    model.class_names = ["\udcb0\udca1", "개", "\\udcb0"]
    model.about = {"\ud800": ["\udfff"]}
    model.save(file)
    again = load_model(file)
    assert (again.class_names, again.about) == (model.class_names, model.about)
    again.save(tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == file.read_bytes()


def test_other_programs_can_read_it(tmp_path: Path) -> None:
    """With safetensors alone: float32 arrays by name, nothing else, and the document in the metadata."""
    model, file = Sequential([Conv2D(2, 3, input_shape=(5, 4, 3)), Flatten(), Dense(3)]), tmp_path / "m.safetensors"
    model.save(file)
    with safe_open(file, framework="np") as opened:
        found = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (no mapping)
        document = json.loads(opened.metadata()["striate"])
    assert found.keys() == {"conv1/kernel", "conv1/bias", "dense1/kernel", "dense1/bias"}
    for name, array in found.items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, model.weights[name])
    assert document["format"] == 1
    assert [entry["name"] for entry in document["network"]] == ["input1", "conv1", "flatten1", "dense1"]


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    files = [tmp_path / "a.safetensors", tmp_path / "b.safetensors"]
    for file in files:
        small().save(file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_learning_goes_on_from_a_file(tmp_path: Path) -> None:
    small(seed=4).save(tmp_path / "m.safetensors")
    again = load_model(tmp_path / "m.safetensors")
    again.compile("adam", "sparse_categorical_crossentropy")
    before = again.fingerprint
    again.fit(np.ones((4, 2, 2, 1)), [0, 1, 2, 0], batch_size=2, verbose=0)
    assert again.fingerprint != before


# Writing


def test_an_existing_file_is_kept_where_it_is_to_be_kept(tmp_path: Path) -> None:
    file = tmp_path / "m.safetensors"
    file.write_bytes(b"precious")
    with pytest.raises(FileError) as caught:
        small().save(file, overwrite=False)
    assert caught.value.code == "file.exists" and file.read_bytes() == b"precious"
    small().save(file)
    assert load_model(file).fingerprint == small().fingerprint


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    """The disk is full: no file may grow beyond 1,000 bytes."""
    file = tmp_path / "m.safetensors"
    small(seed=1).save(file)
    before = file.read_bytes()
    code = f"""
import resource, signal, striate
from striate.layers import Dense
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
model = striate.Sequential([Dense(200, input_shape=(200,))])
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try: model.save({str(file)!r})
except striate.errors.FileError as error: print(error.code)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "file.cannot_write\n"
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["m.safetensors"]


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last step fails: the renaming."""

    def fail(*arguments: object) -> None:
        raise OSError(5, "input/output error")

    file = tmp_path / "m.safetensors"
    file.write_bytes(b"precious")
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(FileError) as caught:
        small().save(file)
    assert caught.value.fields == {"path": file, "reason": "input/output error"}
    assert file.read_bytes() == b"precious"
    assert [path.name for path in tmp_path.iterdir()] == ["m.safetensors"]


def unwritable(tmp_path: Path) -> list[Path]:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.safetensors").mkdir()
    names = ["file/m.safetensors", "folder.safetensors", "a" * 240 + ".safetensors", "a" * 300 + ".safetensors"]
    return [tmp_path / name for name in names]


def test_places_that_cannot_be_written_to(tmp_path: Path) -> None:
    for path in unwritable(tmp_path):
        with pytest.raises(FileError):
            small().save(path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.safetensors"]


def test_missing_folders_are_made(tmp_path: Path) -> None:
    small().save(tmp_path / "a" / "b" / "m.safetensors")
    assert load_model(tmp_path / "a" / "b" / "m.safetensors")


@pytest.mark.parametrize("name", ["m.h5", "m.keras", "m"])
def test_another_ending_is_taken_with_a_notice(name: str, tmp_path: Path) -> None:
    with pytest.warns(Notice) as caught:
        small().save(tmp_path / name)
    assert caught[0].message.code == "model_file.ending"  # type: ignore[union-attr]
    assert load_model(tmp_path / name)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float32(1), object(), {1, 2}, b"x"])
def test_what_is_no_json_is_refused_before_anything_is_written(value: object, tmp_path: Path) -> None:
    model = small()
    model.about["it"] = value
    with pytest.raises(SettingError):
        model.save(tmp_path / "m.safetensors")
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("names", [[0, 1, 2], ["a", "b"], ["a", "b", "a"], "abc", []])
def test_names_that_could_not_be_read_back_are_refused_when_given(names: object) -> None:
    with pytest.raises(DataError):
        small().class_names = names  # type: ignore[assignment]
