"""Data that a user wrote: trained with as the same pictures in arrays would be, in the order that they come in."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from striate import Dataset, Images, Preprocessing, Sequential
from striate.data.augment import Augmentation
from striate.data.dataset import PictureData
from striate.errors import DataError, SettingError
from striate.layers import Dense, Flatten

COUNT = 50


class Made:
    """Pictures of random numbers, in batches of 7."""

    class_names = ("dark", "light")

    def __init__(self, rng: np.random.Generator, *, promised: int = COUNT) -> None:
        self.x = rng.random((COUNT, 4, 4, 1), np.float32)
        self.y = (self.x.mean(axis=(1, 2, 3)) > 0.5).astype(np.int64)
        self.orders: list[list[int]] = []
        self._promised = promised

    def __len__(self) -> int:
        return self._promised

    def batches(self, rng: np.random.Generator | None) -> Iterator[tuple[Any, Any]]:
        order = np.arange(COUNT) if rng is None else rng.permutation(COUNT)
        if rng is not None:
            self.orders.append(order.tolist())
        for first in range(0, COUNT, 7):
            some = order[first : first + 7]
            yield self.x[some], self.y[some]


def model(seed: int = 0) -> Sequential:
    net = Sequential([Flatten(), Dense(2, activation="softmax")], seed=seed)
    net.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], engine="reference")
    return net


@pytest.mark.parametrize("batch_size", [1, 7, 16, 60, "all"])
@pytest.mark.filterwarnings("ignore::striate.Notice")  # a batch of more than there are
def test_as_arrays_in_the_same_order(rng: np.random.Generator, batch_size: Any) -> None:
    data = Made(rng)
    net, other = model(), model()
    history = net.fit(data, epochs=3, batch_size=batch_size, validation_data=data)
    assert net.class_names == data.class_names
    assert len(data.orders) == 3
    assert len({tuple(order) for order in data.orders}) == 3
    for order in data.orders:
        other.fit(data.x[order], data.y[order], batch_size=batch_size, shuffle=False)
    np.testing.assert_array_equal(net.theta, other.theta)
    assert history.history["val_loss"][-1] == pytest.approx(other.judge(data.x, data.y)["loss"], rel=1e-6)
    assert net.judge(data) == pytest.approx(other.judge(data.x, data.y), rel=1e-6)


def test_the_seed_decides_the_order(rng: np.random.Generator) -> None:
    orders: list[list[list[int]]] = []
    for seed in (0, 0, 1):
        data = Made(rng)
        model(seed).fit(data, epochs=2)
        orders.append(data.orders)
    assert orders[0] == orders[1] != orders[2]


@pytest.mark.parametrize(("promised", "counted"), [(60, 50), (40, 40)])
def test_fewer_or_more_than_promised(rng: np.random.Generator, promised: int, counted: int) -> None:
    data = Made(rng, promised=promised)
    net = model()
    net.fit(data, batch_size=16)
    judged = net.judge(data)
    assert judged == pytest.approx(net.judge(data.x[:counted], data.y[:counted]), rel=1e-6)


def test_the_packages_own_are_such_data(rng: np.random.Generator) -> None:
    pixels = rng.integers(0, 256, (10, 4, 4, 1), np.uint8)
    images = Images(pixels, np.arange(10) % 2, None, Preprocessing(4, "grey"))  # type: ignore[arg-type]
    data = Dataset(images, None, None, ("a", "b"), images.preprocessing)
    assert isinstance(data, PictureData)
    assert len(data) == 10
    x, y = (np.concatenate(each) for each in zip(*data.batches(batch_size=3), strict=True))
    np.testing.assert_array_equal(x, images.x)
    np.testing.assert_array_equal(y, images.y)
    drawn = np.concatenate([labels for _, labels in images.batches(np.random.default_rng(1))])
    assert sorted(drawn.tolist()) == sorted(images.y.tolist())
    assert drawn.tolist() != images.y.tolist()


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "y": ({"y": [1]}, "own.brings_its_own"),
    "sample_weight": ({"sample_weight": [1]}, "own.brings_its_own"),
    "class_weight": ({"class_weight": {0: 2.0}}, "own.not_before"),
    "augmentation": ({"augmentation": Augmentation(flip=True)}, "own.not_before"),
    "validation_split": ({"validation_split": 0.2}, "own.not_before"),
}


@pytest.mark.parametrize("setting", REFUSED)
def test_what_such_data_cannot(rng: np.random.Generator, setting: str) -> None:
    options, code = REFUSED[setting]
    with pytest.raises(SettingError) as caught:
        model().fit(Made(rng), **options)
    assert (caught.value.code, caught.value.fields) == (code, {"where": "fit", "setting": setting})


def test_nothing_in_it(rng: np.random.Generator) -> None:
    data = Made(rng)
    data.batches = lambda rng: iter(())  # type: ignore[method-assign]
    with pytest.raises(DataError) as caught:
        model().fit(data)
    assert caught.value.code == "data.no_pictures"
