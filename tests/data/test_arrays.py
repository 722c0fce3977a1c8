"""Labels and class names that somebody hands over."""

from typing import Any

import numpy as np
import pytest

from striate.data.arrays import MOST_CLASSES, check_classes, check_range, checked_names, whole_labels
from striate.errors import DataError


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64, np.uint64])
def test_labels_become_one_row_of_int64(dtype: type) -> None:
    for shape in [(3,), (3, 1)]:  # keras.datasets has both
        labels = whole_labels(np.array([2, 0, 1], dtype).reshape(shape), "y", pictures=3)
        assert labels.dtype == np.int64
        assert labels.tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("labels", "code", "fields"),
    [
        (np.array([0.0, np.nan, 1.0]), "labels.nan", {}),
        (np.array([0.0, 1.0, 1.0]), "labels.dtype", {"came": "float64"}),
        (np.array(["cat", "dog", "cat"]), "labels.dtype", {"came": "<U3"}),
        (np.array([True, False, True]), "labels.dtype", {"came": "bool"}),
        (np.eye(3, dtype=np.int64), "labels.shape", {"came": (3, 3)}),
        (np.eye(3), "labels.shape", {"came": (3, 3)}),
        (np.array(1), "labels.shape", {"came": ()}),
        (np.array([0, 1]), "labels.count", {"pictures": 3, "labels": 2}),
        (np.array([], np.int64), "labels.count", {"pictures": 3, "labels": 0}),
        (np.array([0, 1, -1]), "labels.range", {"last": MOST_CLASSES - 1, "came": -1}),
        (np.array([0, 1, 2**63], np.uint64), "labels.range", {"last": MOST_CLASSES - 1, "came": 2**63}),
    ],
)
def test_labels_that_cannot_be(refuses: Any, labels: np.ndarray, code: str, fields: dict[str, Any]) -> None:
    with refuses(DataError, code, where="a.npz: y_train", **fields):
        whole_labels(labels, "a.npz: y_train", pictures=3)


def test_labels_beyond_the_classes(refuses: Any) -> None:
    check_range(np.array([0, 1, 2]), 3, "y")
    with refuses(DataError, "labels.range", where="y", last=1, came=2):
        check_range(np.array([0, 1, 2]), 2, "y")


def test_one_class_only(refuses: Any) -> None:
    with refuses(DataError, "labels.one_class", where="y", name="dog"):
        check_classes(np.array([1, 1]), ("cat", "dog"), "y")


def test_classes_without_a_picture_are_said() -> None:
    assert check_classes(np.array([1, 0]), ("cat", "dog"), "y") == []
    (notice,) = check_classes(np.array([1, 2]), tuple("abcdefghijklmnop"), "y")
    assert notice.code == "labels.unused"
    assert notice.fields == {"where": "y", "count": 14, "shown": ("a", "d", "e", "f", "g", "h", "i", "j", "k", "l")}


@pytest.mark.parametrize(
    "names", [["cat"], ["cat", "cat"], ["cat", ""], [1, 2], [["a", "b"], ["c", "d"]], [b"cat", b"dog"], []]
)
def test_class_names_that_cannot_be(refuses: Any, names: Any) -> None:
    with refuses(DataError, "class_names.unfit", where="a.npz: class_names"):
        checked_names(np.array(names), "a.npz: class_names")


def test_class_names_in_any_script() -> None:
    assert checked_names(np.array(["고양이", "dog"]), "names") == ("고양이", "dog")
