"""How well digits are read in the middle of the picture and at its edge, by the same network with and without padding.

    python -m tests.nightly.edges [--data FOLDER] [--seeds 3] [--engine native]

FOLDER holds MNIST's IDX files; without it ../shared/data/mnist beside the checkout. Each digit's ink is cut out and
put into a black picture of 28x28: for learning at a random place, for judging in the middle, against the middle of a
random side, and into a random corner. The network has three 3x3 convolutions (32, 64, 64; ReLU), the first two followed
by 2x2 max pooling that keeps the last row, then global average pooling and a dense layer; only the convolutions'
padding differs, so both have the same number of weights and begin with the same ones. What padding changes is then how
many windows look at what lies at the edge. Takes a few minutes on two cores; figures are in docs/field.md.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from striate.data.load import load_images
from striate.layers import Conv2D, Dense, GlobalAveragePooling2D, MaxPooling2D
from striate.models import Sequential
from striate.optimizers import Adam

DATA = Path(__file__).parents[3] / "shared" / "data" / "mnist"
SIDE = 28
LEARNED, EPOCHS, BATCH = 20_000, 4, 64
PLACES = ("middle", "side", "corner")

Pixels = NDArray[np.uint8]
Place = Literal["middle", "side", "corner", "anywhere"]


def ink(picture: Pixels) -> Pixels:
    """A digit without the black around it."""
    rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def placed(pictures: Pixels, place: Place, rng: np.random.Generator) -> NDArray[np.float32]:
    """The digits (N, 28, 28, 1), each put there; from 0 to 1."""
    put = np.zeros((len(pictures), SIDE, SIDE, 1), np.float32)
    for black, picture in zip(put, pictures, strict=True):
        digit = ink(picture[..., 0])
        free = np.array([SIDE - digit.shape[0], SIDE - digit.shape[1]])
        top, left = spot(free, place, rng)
        black[top : top + digit.shape[0], left : left + digit.shape[1], 0] = digit / 255
    return put


def spot(free: NDArray[np.int64], place: Place, rng: np.random.Generator) -> tuple[int, int]:
    """Row and column of the digit's first pixel, where so many rows and columns are free."""
    top, left = free // 2
    ends = int(rng.choice([0, free[0]])), int(rng.choice([0, free[1]]))
    if place == "anywhere":
        return int(rng.integers(free[0] + 1)), int(rng.integers(free[1] + 1))
    if place == "corner":
        return ends
    if place == "side":
        return (ends[0], int(left)) if rng.random() < 0.5 else (int(top), ends[1])
    return int(top), int(left)


def network(padding: Literal["same", "valid"], seed: int) -> Sequential:
    """Three convolutions whose padding is that."""
    layers = [
        Conv2D(32, 3, padding=padding, activation="relu", input_shape=(SIDE, SIDE, 1)),
        MaxPooling2D(padding="same"),
        Conv2D(64, 3, padding=padding, activation="relu"),
        MaxPooling2D(padding="same"),
        Conv2D(64, 3, padding=padding, activation="relu"),
        GlobalAveragePooling2D(),
        Dense(10, "softmax"),
    ]
    return Sequential(layers, seed=seed)


def main() -> None:
    """Train both networks for each seed, print the accuracies."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--engine", default=None)
    options = parser.parse_args()
    data = load_images(options.data, resize="stretch")
    training, test = data.train, data.test
    assert training is not None
    assert test is not None
    found: dict[str, list[list[float]]] = {"same": [], "valid": []}
    print(f"{'padding':8} {'seed':>4}  " + "  ".join(f"{place:>8}" for place in PLACES))
    for seed in range(options.seeds):
        rng = np.random.default_rng(seed)
        x, y = placed(np.asarray(training.pictures[:LEARNED]), "anywhere", rng), training.labels[:LEARNED]
        judged = {place: placed(np.asarray(test.pictures[:]), place, rng) for place in PLACES}
        for padding, rows in found.items():
            model = network(padding, seed)  # type: ignore[arg-type]
            model.compile(Adam(2e-3), "sparse_categorical_crossentropy", metrics=["accuracy"], engine=options.engine)
            model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0)
            rows.append([100 * model.judge(judged[place], test.labels, 500)["accuracy"] for place in PLACES])
            print(f"{padding:8} {seed:4}  " + "  ".join(f"{value:8.2f}" for value in rows[-1]), flush=True)
    for padding, rows in found.items():
        print(f"{padding:8} mean  " + "  ".join(f"{value:8.2f}" for value in np.mean(rows, axis=0)))


if __name__ == "__main__":
    main()
