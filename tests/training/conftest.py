"""A task that a small network learns in seconds: which third of a picture is bright."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from striate import Sequential
from striate.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from striate.optimizers import Adam

Task = tuple[NDArray[np.float32], NDArray[np.int64]]


def stripes(n: int, seed: int) -> Task:
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((n, 6, 5, 1)).astype(np.float32), rng.integers(0, 3, n)
    for picture, third in zip(x, y, strict=True):
        picture[2 * third : 2 * third + 2] += 2
    return x, y


@pytest.fixture
def task() -> Task:
    return stripes(90, seed=1)


@pytest.fixture
def held_out() -> Task:
    return stripes(41, seed=2)


@pytest.fixture
def build() -> Callable[..., Sequential]:
    """A compiled network with dropout, so that every source of randomness takes part."""

    def built(seed: int = 0, optimizer: object = None, dropout: float = 0.2, **settings: object) -> Sequential:
        layers = [
            Conv2D(4, 3, activation="relu", input_shape=(6, 5, 1)),
            MaxPooling2D(2),
            Flatten(),
            Dropout(dropout),
            Dense(3, "softmax"),
        ]
        model = Sequential(layers, seed=seed)
        model.compile(optimizer or Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"], **settings)
        return model

    return built
