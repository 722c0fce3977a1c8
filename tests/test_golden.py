"""Numbers of the lessons that stand nowhere else: convolutions and poolings as the engine computes them.

Sizes and their formulas: network/test_window.py, network/test_shapes.py. Activations, vanishing gradients, collapse:
engines/test_activations.py. Losses and update rules: engines/test_losses.py, engines/test_optimizers.py. What is typed
at the command line: cli/.
"""

from itertools import pairwise

import numpy as np
import pytest

from striate import Sequential
from striate.layers import AveragePooling2D, Conv2D, Dense, Flatten, MaxPooling2D
from striate.network.window import output_size, same_padding
from striate.optimizers import SGD

PICTURE = """8 8 8 7 6 5
8 8 7 6 5 5
8 8 6 5 5 5
8 5 5 5 4 4
5 5 5 5 4 4
4 4 4 3 3 3"""
KERNEL = "0 0 1\n-1 1 -1\n1 -1 0"
MAP = [[1, 2, 1, -1], [4, -1, -1, 1], [-2, 0, 1, 1], [0, 0, 1, -1]]
DIAGONAL = "0 0 0 1\n0 0 1 0\n0 1 0 0\n1 0 0 0"
CLASSIC = "1 1 1 0 0\n0 1 1 1 0\n0 0 1 1 1\n0 0 1 1 0\n0 1 1 0 0"


def numbers(text: str) -> np.ndarray:
    return np.array([[float(word) for word in line.split()] for line in text.splitlines()])


def convolved(picture: np.ndarray, kernel: np.ndarray, strides: int = 1, padding: int = 0) -> list[list[float]]:
    """One picture (H, W, C) through one filter (R, S, C), by the layer as a user has it."""
    layer = Conv2D(1, kernel.shape[:2], strides, padding, use_bias=False, input_shape=picture.shape)  # type: ignore[arg-type]
    model = Sequential([layer])
    model.set_weights([kernel[..., None]])
    return model.predict(picture[None])[0, :, :, 0].tolist()


def gray(text: str) -> np.ndarray:
    return numbers(text)[:, :, None]


def test_the_map_written_out_in_the_lessons() -> None:
    assert convolved(gray(PICTURE), gray(KERNEL)) == MAP
    assert MAP[0][0] == 8 * 0 + 8 * 0 + 8 * 1 + 8 * -1 + 8 * 1 + 7 * -1 + 8 * 1 + 8 * -1 + 6 * 0


@pytest.mark.parametrize(
    ("picture", "kernel", "stride", "result"),
    [
        (DIAGONAL, "0 0 1\n0 1 0\n1 0 0", 1, [[0, 3], [3, 0]]),
        (DIAGONAL, "1 0 0\n0 1 0\n0 0 1", 1, [[0, 1], [1, 0]]),
        (DIAGONAL, "0 1\n1 0", 1, [[0, 0, 2], [0, 2, 0], [2, 0, 0]]),
        (DIAGONAL, "0 1\n1 0", 2, [[0, 2], [2, 0]]),
        (CLASSIC, "1 0 1\n0 1 0\n1 0 1", 1, [[4, 3, 4], [2, 4, 3], [2, 3, 4]]),
    ],
)
def test_small_pictures_of_the_lessons(picture: str, kernel: str, stride: int, result: list[list[float]]) -> None:
    assert convolved(gray(picture), gray(kernel), stride) == result


def test_the_kernel_is_not_flipped() -> None:
    """Cross-correlation: with the kernel turned by half a turn the map is another."""
    turned = gray(KERNEL)[::-1, ::-1]
    assert convolved(gray(PICTURE), turned) != MAP
    assert convolved(gray(PICTURE), turned)[0][0] == (numbers(PICTURE)[:3, :3] * numbers(KERNEL)[::-1, ::-1]).sum()


def test_three_channels_are_summed() -> None:
    picture = np.concatenate([gray(PICTURE), gray(PICTURE).transpose(1, 0, 2), gray(PICTURE)[::-1]], axis=2)
    kernel = np.concatenate([gray(KERNEL), 2 * gray(KERNEL), -gray(KERNEL)], axis=2)
    maps = [np.array(convolved(picture[:, :, c : c + 1], kernel[:, :, c : c + 1])) for c in range(3)]
    assert convolved(picture, kernel) == sum(maps).tolist()
    assert convolved(np.repeat(gray(PICTURE), 3, axis=2), np.repeat(gray(KERNEL), 3, axis=2)) == [
        [3 * value for value in row] for row in MAP
    ]


def test_a_filter_gives_a_map() -> None:
    assert np.shape(convolved(np.ones((4, 4, 1)), np.ones((3, 3, 1)))) == (2, 2)
    assert Conv2D(6, 3)(np.ones((1, 7, 7, 1))).shape == (1, 5, 5, 6)
    assert Conv2D(1, 3, padding=1)(np.ones((1, 7, 7, 1))).shape == (1, 7, 7, 1)


def test_poolings_of_the_lessons() -> None:
    maps = np.array(MAP, np.float32)[None, :, :, None]
    assert MaxPooling2D(2)(maps)[0, :, :, 0].tolist() == [[4, 1], [0, 1]]
    assert AveragePooling2D(2)(maps)[0, :, :, 0].tolist() == [[1.5, 0], [-0.5, 0.5]]


def test_keras_same_and_the_formulas_same_differ_where_the_stride_is_more_than_1() -> None:
    """Keras gives ceil(N / s); the formula p = ((N - 1)s + F - N)/2 keeps N."""
    assert Conv2D(1, 3, strides=2, padding="same")(np.ones((1, 7, 7, 1))).shape == (1, 4, 4, 1)
    p = ((7 - 1) * 2 + 3 - 7) // 2
    assert Conv2D(1, 3, strides=2, padding=p)(np.ones((1, 7, 7, 1))).shape == (1, 7, 7, 1)


def test_odd_kernels_pad_evenly_and_even_ones_more_behind() -> None:
    assert [same_padding(7, f, 1) for f in (1, 3, 5, 2, 4)] == [(0, 0), (1, 1), (2, 2), (0, 1), (1, 2)]


def test_a_smaller_kernel_or_stride_gives_a_larger_map() -> None:
    assert output_size(28, 2, 1, 0, 0) > output_size(28, 3, 1, 0, 0) > output_size(28, 3, 2, 0, 0)


def test_pooling_saves_weights_only_in_the_dense_layer_behind() -> None:
    def count(*pooling: MaxPooling2D) -> tuple[int, int]:
        model = Sequential([Conv2D(8, 3, input_shape=(10, 10, 1)), *pooling, Flatten(), Dense(5)])
        return model.weights["conv1/kernel"].size, model.weights["dense1/kernel"].size

    assert count() == (72, 8 * 8 * 8 * 5)
    assert count(MaxPooling2D()) == (72, 4 * 4 * 8 * 5)


def test_pooling_forgives_a_shift_inside_its_window_and_no_other() -> None:
    picture = np.zeros((1, 4, 4, 1))
    picture[0, 0, 0] = 1
    pooled = [MaxPooling2D(2)(np.roll(picture, shift, axis=2)) for shift in (0, 1, 2)]
    assert (pooled[0] == pooled[1]).all() and (pooled[0] != pooled[2]).any()


def test_a_line_is_found_by_gradient_descent() -> None:
    """E(m, b) = 1/N sum (y - (m x + b))^2 over all points at once, down to the exact answer."""
    x = np.linspace(-1, 1, 21)[:, None]
    model = Sequential([Dense(1, input_shape=(1,))])
    model.compile(SGD(0.4), "mse")
    history = model.fit(x, 3 * x - 2, batch_size="all", epochs=100, verbose=0).history["loss"]
    m, b = (float(weight.ravel()[0]) for weight in model.get_weights())
    assert (m, b) == (pytest.approx(3, abs=1e-5), pytest.approx(-2, abs=1e-5))
    assert all(later < earlier + 1e-9 for earlier, later in pairwise(history))
