"""What is checked of pictures, targets and weights before training, and in which form they go on."""

import numpy as np
import pytest

from striate.errors import DataError
from striate.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from striate.training.targets import as_pictures, as_targets, as_weights


@pytest.mark.parametrize(
    "x",
    [
        np.ones((2, 3, 4, 1)),
        np.ones((2, 3, 4, 1), np.float16),
        np.ones((2, 3, 4, 1), np.uint8),
        np.ones((2, 3, 4, 1), bool),
        np.ones((2, 3, 4)),
        [[[[1]] * 4] * 3] * 2,
    ],
)
def test_pictures_become_float32(x: object) -> None:
    pictures = as_pictures(x, (3, 4, 1))  # type: ignore[arg-type]
    assert (pictures.shape, pictures.dtype) == ((2, 3, 4, 1), np.float32)
    assert (pictures == 1).all()


def test_pictures_are_not_copied_where_they_fit() -> None:
    x = np.ones((2, 3, 4, 1), np.float32)
    assert np.shares_memory(as_pictures(x, (3, 4, 1)), x)


@pytest.mark.parametrize(
    ("x", "code"),
    [
        (np.ones((2, 4, 3, 1)), "data.wrong_shape"),
        (np.ones((2, 3, 4, 3)), "data.wrong_shape"),
        (np.ones((3, 4, 1)), "data.wrong_shape"),
        (5, "data.wrong_shape"),
        ([], "data.wrong_shape"),
        ([[1, 2], [3]], "data.not_an_array"),
        ("photo.png", "data.not_numbers"),
        ([None], "data.objects"),
        (np.ones((2, 3, 4, 1), object), "data.objects"),
        (np.ones((2, 3, 4, 1), complex), "data.not_numbers"),
        (np.full((2, 3, 4, 1), "a"), "data.not_numbers"),
    ],
)
def test_what_is_no_batch_of_pictures(x: object, code: str) -> None:
    with pytest.raises(DataError) as caught:
        as_pictures(x, (3, 4, 1))  # type: ignore[arg-type]
    assert caught.value.code == code
    assert str(caught.value)


CROSSENTROPIES = [CategoricalCrossentropy(), SparseCategoricalCrossentropy()]


@pytest.mark.parametrize("loss", CROSSENTROPIES)
@pytest.mark.parametrize("y", [[0, 2, 1], np.array([0, 2, 1], np.uint8), [0.0, 2.0, 1.0], [[0], [2], [1]]])
def test_class_numbers(loss: Loss, y: object) -> None:
    targets = as_targets(loss, y, (3,), 3)  # type: ignore[arg-type]
    assert targets.dtype == np.int64 and targets.tolist() == [0, 2, 1]


@pytest.mark.parametrize("loss", CROSSENTROPIES)
def test_one_hot_rows_and_shares(loss: Loss) -> None:
    for y in (np.eye(3)[[0, 2]], [[0.2, 0.3, 0.5], [1, 0, 0]]):
        targets = as_targets(loss, y, (3,), 2)  # type: ignore[arg-type]
        assert targets.dtype == np.float32
        np.testing.assert_allclose(targets, y)


def test_class_numbers_of_places() -> None:
    labels = np.arange(12).reshape(2, 2, 3) % 4
    np.testing.assert_array_equal(as_targets(CROSSENTROPIES[1], labels, (2, 3, 4), 2), labels)


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
def test_targets_of_a_single_output_may_come_flat(shape: tuple[int, ...]) -> None:
    for loss in (BinaryCrossentropy(), MeanSquaredError()):
        targets = as_targets(loss, np.array([0, 1, 1]).reshape(shape), (1,), 3)
        assert (targets.shape, targets.dtype) == ((3, 1), np.float32)


@pytest.mark.parametrize(
    ("loss", "y", "output", "code"),
    [
        (SparseCategoricalCrossentropy(), [0, 1], (3,), "data.lengths_differ"),
        (SparseCategoricalCrossentropy(), 5, (3,), "data.lengths_differ"),
        (SparseCategoricalCrossentropy(), ["a", "b", "c"], (3,), "data.not_numbers"),
        (SparseCategoricalCrossentropy(), [[0], [1, 2], [0]], (3,), "data.not_an_array"),
        (SparseCategoricalCrossentropy(), [0, float("nan"), 1], (3,), "data.target_not_finite"),
        (SparseCategoricalCrossentropy(), [0, 1, 2], (1,), "data.one_output"),
        (CategoricalCrossentropy(), np.eye(3), (4,), "data.targets_do_not_fit"),
        (CategoricalCrossentropy(), np.ones((3, 2, 2)), (4,), "data.targets_do_not_fit"),
        (MeanSquaredError(), [0, 1, 2], (3,), "data.targets_do_not_fit"),
        (BinaryCrossentropy(), [0, 1, 2], (1,), "data.target_no_share"),
        (BinaryCrossentropy(), [0, -0.5, 1], (1,), "data.target_no_share"),
    ],
)
def test_targets_that_do_not_fit(loss: Loss, y: object, output: tuple[int, ...], code: str) -> None:
    with pytest.raises(DataError) as caught:
        as_targets(loss, y, output, 3)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert str(caught.value)


@pytest.mark.parametrize(
    ("y", "picture", "came"), [([0, 3, 1], 1, 3), ([0, 1, -1], 2, -1), ([0.5, 1, 9], 0, 0.5), ([0, 1, 1e30], 2, 1e30)]
)
def test_a_label_out_of_range_names_its_picture(y: list[float], picture: int, came: float) -> None:
    with pytest.raises(DataError) as caught:
        as_targets(SparseCategoricalCrossentropy(), y, (3,), 3)
    assert caught.value.code == "data.label_out_of_range"
    assert {"picture": picture, "came": came, "classes": 3}.items() <= caught.value.fields.items()


def test_a_label_out_of_range_in_a_map_names_its_picture() -> None:
    labels = np.zeros((3, 2, 2), np.int64)
    labels[2, 0, 1] = 7
    with pytest.raises(DataError) as caught:
        as_targets(SparseCategoricalCrossentropy(), labels, (2, 2, 3), 3)
    assert caught.value.fields["picture"] == 2


def test_weights() -> None:
    assert as_weights(None, 3) is None
    weights = as_weights([1, 0, 2.5], 3)
    assert weights is not None and weights.dtype == np.float32 and weights.tolist() == [1, 0, 2.5]


@pytest.mark.parametrize(
    ("came", "code"),
    [
        ([1, 2], "data.sample_weight"),
        ([[1], [2], [3]], "data.sample_weight"),
        (1, "data.sample_weight"),
        ([1, -1, 1], "data.sample_weight_unfit"),
        ([1, np.nan, 1], "data.sample_weight_unfit"),
        ([1, np.inf, 1], "data.sample_weight_unfit"),
        ([1, 1e39, 1], "data.sample_weight_unfit"),
        (["a"] * 3, "data.not_numbers"),
    ],
)
def test_weights_that_do_not_fit(came: object, code: str) -> None:
    with pytest.raises(DataError) as caught:
        as_weights(came, 3)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert caught.value.fields.get("picture", 1) == 1
