"""Softmax regression from scratch: one dense layer, learned in ten lines of NumPy.

    python examples/softmax_numpy.py FOLDER

FOLDER holds MNIST's four IDX files, packed with gzip or not. Letters as in docs/notation.md.
"""

import sys

import numpy as np
from numpy.typing import NDArray

import striate

Array = NDArray[np.float32]

EPOCHS, BATCH, ETA = 10, 100, 0.1


def softmax(z: Array) -> Array:
    """Probabilities (N, K) from z (N, K); the largest is taken off, so that e^z does not overflow."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def learn(x: Array, y: NDArray[np.int64], classes: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Weights w (C, K) and biases b (K,), from pictures x (N, C) and labels y (N,)."""
    w, b = np.zeros((x.shape[1], classes), x.dtype), np.zeros(classes, x.dtype)
    one_hot = np.eye(classes, dtype=x.dtype)[y]  # N K
    for _ in range(EPOCHS):
        order = rng.permutation(len(x))
        for first in range(0, len(x), BATCH):
            batch = order[first : first + BATCH]
            dz = (softmax(x[batch] @ w + b) - one_hot[batch]) / len(batch)  # the cross-entropy's gradient
            w -= ETA * x[batch].T @ dz
            b -= ETA * dz.sum(axis=0)
    return w, b


def main(folder: str) -> None:
    """Learn from the training pictures, and print which share of the test pictures is answered rightly."""
    data = striate.load_images(folder, resize="stretch")
    train, test = data.train, data.test or sys.exit(f"{folder} holds no test pictures")
    w, b = learn(train.x.reshape(len(train), -1), train.y, len(data.class_names), np.random.default_rng(0))
    right = (test.x.reshape(len(test), -1) @ w + b).argmax(axis=1) == test.y
    print(f"accuracy: {100 * right.mean():.2f} % of {len(right):,} test pictures")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
