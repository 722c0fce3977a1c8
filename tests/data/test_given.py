"""Pictures that a program hands over: lists of files, arrays, scikit-learn's Bunch."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np
import pytest

import striate
from striate.data.load import Dataset, load_images
from striate.errors import DataError, Notice, SettingError


def saying(*source: Any, **options: Any) -> tuple[Dataset, list[tuple[str, dict[str, Any]]]]:
    """The data set and the notices."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        dataset = load_images(*source, **options)
    assert all(isinstance(each.message, Notice) and each.filename == __file__ for each in caught)
    return dataset, [(each.message.code, each.message.fields) for each in caught]  # type: ignore[union-attr]


# Lists of files


@pytest.fixture
def files(tmp_path: Path, photo: Callable[..., Path]) -> list[Path]:
    return [photo(tmp_path / name) for name in ("b 📷.png", "a.png", "고양이.png", "10.png")]


def test_files_with_names_of_classes(files: list[Path]) -> None:
    data, said = saying(files, ["dog", normalize("NFD", "고양이"), "고양이", "dog"])
    assert said == []
    assert data.class_names == ("dog", "고양이")
    assert data.train.y.tolist() == [0, 1, 1, 0]
    assert data.train.files == [str(file) for file in files]  # in the order given
    for picture, file in zip(data.train.pictures, files, strict=True):
        np.testing.assert_array_equal(picture, data.preprocessing.read(file))


@pytest.mark.parametrize("labels", [[10, 2, 2, 10], np.array([10, 2, 2, 10], np.uint8)])
def test_files_with_numbers_of_classes(files: list[Path], labels: Any) -> None:
    data, said = saying([str(file) for file in files], labels)
    assert data.class_names == tuple(map(str, range(11)))
    assert data.train.y.tolist() == [10, 2, 2, 10]
    assert [(code, fields["count"]) for code, fields in said] == [("labels.unused", 9)]


def test_names_can_be_given(files: list[Path]) -> None:
    assert load_images(files, [1, 0, 0, 1], class_names=["cat", "dog"]).class_names == ("cat", "dog")
    data, said = saying(tuple(files), labels=["dog", "cat", "cat", "dog"], class_names=("dog", "cat", "bird"))
    assert (data.class_names, data.train.y.tolist()) == (("dog", "cat", "bird"), [0, 1, 1, 0])
    assert [code for code, _ in said] == ["labels.unused"]


def test_names_that_are_numbers_come_by_their_value(files: list[Path]) -> None:
    assert load_images(files, ["10", "9", "9", "10"]).class_names == ("9", "10")


def test_a_file_that_is_no_picture_is_skipped(tmp_path: Path, files: list[Path], refuses: Any) -> None:
    (tmp_path / "text.png").write_text("no picture")
    data, said = saying([*files, tmp_path / "text.png"], [0, 1, 1, 0, 1])
    assert data.train.y.tolist() == [0, 1, 1, 0]
    name = str(tmp_path / "text.png")
    assert said == [("folder.skipped", {"folder": "files", "count": 1, "shown": (name,), "files": (name,)})]
    with refuses(DataError, "folder.empty_class", folder="files", name="cat"):
        load_images([*files, tmp_path / "text.png"], ["a", "b", "b", "a", "cat"])


@pytest.mark.parametrize(
    ("labels", "code", "fields"),
    [
        (None, "labels.needed", {}),
        ([0, 1, 1], "labels.count", {"where": "labels", "pictures": 4, "labels": 3}),
        ([0, 1, 1, -1], "labels.range", {"where": "labels", "last": 99_999, "came": -1}),
        ([0, 1, 1, 0.5], "labels.dtype", {"where": "labels", "came": "float64"}),
        (["a", "a", "a", "a"], "labels.one_class", {"where": "labels", "name": "a"}),
        ([1, 1, 1, 1], "labels.one_class", {"where": "labels", "name": "1"}),
        (["a", 1, None, "b"], "labels.dtype", {"where": "labels", "came": "object"}),
    ],
)
def test_labels_that_cannot_be(files: list[Path], refuses: Any, labels: Any, code: str, fields: dict[str, Any]) -> None:
    with refuses(DataError, code, **fields):
        load_images(files, labels)


def test_a_label_that_no_class_has(files: list[Path], refuses: Any) -> None:
    with refuses(DataError, "labels.unknown_name", where="labels", name="c", known=("a", "b")):
        load_images(files, ["a", "b", "c", "a"], class_names=["a", "b"])
    with refuses(DataError, "labels.range", where="labels", last=1, came=2):
        load_images(files, [0, 1, 2, 0], class_names=["a", "b"])


def test_a_file_that_is_not_there_is_skipped_too(files: list[Path]) -> None:
    data, said = saying([*files, "gone.png"], [0, 1, 1, 0, 1])
    assert len(data.train) == 4
    assert [fields["files"] for _, fields in said] == [("gone.png",)]


def test_a_folder_knows_its_labels(tmp_path: Path, refuses: Any) -> None:
    with refuses(SettingError, "labels.has_own", setting="labels"):
        load_images(tmp_path, [0, 1])
    with refuses(SettingError, "labels.has_own", setting="class_names"):
        load_images(tmp_path, class_names=["a", "b"])


# Arrays

X = np.arange(4 * 6 * 5, dtype=np.uint8).reshape(4, 6, 5)


@pytest.mark.parametrize(
    ("source", "options"),
    [
        ((X, [0, 1, 1, 0]), {}),
        (((X, [0, 1, 1, 0]),), {}),
        (((X.astype(np.int64), np.array([[0], [1], [1], [0]])),), {}),
        ((X[..., None], [0, 1, 1, 0]), {"class_names": ["0", "1"]}),
        ((X, ["0", "1", "1", "0"]), {}),
    ],
)
def test_arrays(source: Any, options: Any) -> None:
    data, said = saying(*source, **options)
    assert said == []
    np.testing.assert_array_equal(data.train.pictures, X[..., None])
    assert data.train.y.tolist() == [0, 1, 1, 0]
    assert data.class_names == ("0", "1")
    assert (data.validation, data.test, data.train.files) == (None, None, None)


def test_two_pairs_as_keras_has_them() -> None:
    data = load_images(((X, [0, 1, 2, 0]), (X[:2], [2, 1])), class_names=["a", "b", "c"])
    assert data.test is not None
    assert (data.test.y.tolist(), data.class_names) == ([2, 1], ("a", "b", "c"))
    named = load_images(((X, ["a", "b", "c", "a"]), (X[:2], ["c", "b"])))
    assert named.test is not None
    assert (named.test.y.tolist(), named.class_names) == ([2, 1], ("a", "b", "c"))


@pytest.mark.parametrize(
    ("source", "code", "fields"),
    [
        ((X,), "labels.needed", {}),
        (((X, None),), "labels.needed", {}),
        (((X, X, X),), "data.not_a_pair", {"came": 3}),
        (([*X[:3], X[3, :4]], [0, 1, 1, 0]), "array.ragged", {"where": "pictures"}),
        ((X, [[0], [1, 1], [1], [0]]), "array.ragged", {"where": "labels"}),
        ((X / 255, [0, 1, 1, 0]), "array.dtype", {"where": "pictures", "came": "float64"}),
        ((X, [0, 1]), "labels.count", {"where": "labels", "pictures": 4, "labels": 2}),
        (([], []), "data.no_pictures", {}),
        ((((X, [0, 1, 1, 0]), (X, [0, 1])),), "labels.count", {"where": "test labels", "pictures": 4, "labels": 2}),
    ],
)
def test_arrays_that_cannot_be(refuses: Any, source: Any, code: str, fields: dict[str, Any]) -> None:
    with refuses(DataError, code, **fields):
        load_images(*source)


@pytest.mark.parametrize("source", [None, 5, np.zeros(()), {"a.png"}, b"a.png", iter(["a.png"])])
def test_what_no_pictures_can_come_from(refuses: Any, source: Any) -> None:
    with refuses(SettingError, "data.no_source", where="load_images", setting="source", came=source):
        load_images(source)


# Scikit-learn's Bunch


def test_digits() -> None:
    from sklearn.datasets import load_digits

    bunch: Any = load_digits()
    data, said = saying(bunch)
    assert said == [("bunch.scaled", {"where": "images", "least": 0, "most": 16, "white": 16})]
    assert data.class_names == tuple("0123456789")
    assert data.train.pictures.shape == (1797, 8, 8, 1)
    np.testing.assert_array_equal(data.train.y, bunch.target)
    ours = striate.digits()
    assert ours.test is not None
    same = np.concatenate([ours.train.pictures, ours.test.pictures])
    assert sorted(bytes(each) for each in data.train.pictures) == sorted(bytes(each) for each in same)


def test_faces_from_0_to_1(rng: np.random.Generator) -> None:
    """As scikit-learn's Olivetti faces come."""
    values = rng.integers(0, 256, (6, 64, 64)).astype(np.float32)
    values[0, 0, :2] = 0, 255
    bunch = {"data": values.reshape(6, -1) / 255, "images": values / 255, "target": np.arange(6) % 3, "DESCR": "faces"}
    data, said = saying(bunch)
    assert said == [("bunch.scaled", {"where": "images", "least": 0, "most": 1, "white": 1})]
    np.testing.assert_array_equal(data.train.pictures[..., 0], values)
    assert data.class_names == ("0", "1", "2")


def test_rows_and_names_as_openml_has_them(rng: np.random.Generator) -> None:
    values = rng.integers(0, 256, (4, 784)).astype(np.float64)
    values[0, :2] = 0, 255
    target = np.array(["7", "10", "7", "0"], object)
    data, said = saying({"data": values, "target": target, "target_names": ["class"]})
    assert said == [("bunch.square", {"where": "data", "size": (28, 28)})]
    np.testing.assert_array_equal(data.train.pictures.reshape(4, -1), values)
    assert (data.class_names, data.train.y.tolist()) == (("0", "7", "10"), [1, 2, 1, 0])


def test_names_of_a_bunch(rng: np.random.Generator) -> None:
    bunch = {"images": X, "target": [1, 0, 0, 1], "target_names": np.array(["Ariel Sharon", "고양이"])}
    assert load_images(bunch).class_names == ("Ariel Sharon", "고양이")
    assert load_images(bunch, class_names=["a", "b"]).class_names == ("a", "b")


@pytest.mark.parametrize(
    ("bunch", "code", "fields"),
    [
        ({"data": X, "DESCR": ""}, "bunch.keys", {"came": ["DESCR", "data"]}),
        ({"target": [0, 1]}, "bunch.keys", {"came": ["target"]}),
        ({"data": np.zeros((4, 7)), "target": [0, 1, 0, 1]}, "bunch.rows", {"where": "data", "came": 7}),
        ({"images": X - 1.0, "target": [0, 1, 0, 1]}, "array.range", {"where": "images", "least": -1, "most": 118}),
        ({"images": X * 4.0, "target": [0, 1, 0, 1]}, "array.range", {"where": "images", "least": 0, "most": 476}),
    ],
)
def test_mappings_that_are_none(refuses: Any, bunch: Any, code: str, fields: dict[str, Any]) -> None:
    with refuses(DataError, code, **fields):
        load_images(bunch)
    with refuses(SettingError, "labels.has_own", setting="labels"):
        load_images(bunch, [0, 1])


def test_numbers_that_are_none(refuses: Any) -> None:
    with pytest.raises(DataError) as caught:
        load_images({"images": np.full((2, 4, 4), np.nan), "target": [0, 1]})
    assert caught.value.code == "array.range"
