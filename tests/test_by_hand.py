"""Convolution and pooling by hand: the lessons' numbers, and nested loops over awkward geometries."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from striate.errors import DataError, SettingError, SizeError, UnknownNameError
from striate.inspection.by_hand.windows import Matrix, convolution, pooling
from striate.network.window import Border, Pair

PICTURE = (
    (8, 8, 8, 7, 6, 5),
    (8, 8, 7, 6, 5, 5),
    (8, 8, 6, 5, 5, 5),
    (8, 5, 5, 5, 4, 4),
    (5, 5, 5, 5, 4, 4),
    (4, 4, 4, 3, 3, 3),
)
KERNEL = ((0, 0, 1), (-1, 1, -1), (1, -1, 0))
MAP = ((1, 2, 1, -1), (4, -1, -1, 1), (-2, 0, 1, 1), (0, 0, 1, -1))
DIAGONAL = ((0, 0, 0, 1), (0, 0, 1, 0), (0, 1, 0, 0), (1, 0, 0, 0))
CLASSIC = ((1, 1, 1, 0, 0), (0, 1, 1, 1, 0), (0, 0, 1, 1, 1), (0, 0, 1, 1, 0), (0, 1, 1, 0, 0))

GEOMETRIES: list[tuple[Pair, Pair, Pair, Border]] = [
    ((5, 7), (3, 2), (1, 1), ((0, 0), (0, 0))),
    ((6, 5), (2, 3), (2, 3), ((1, 0), (0, 2))),
    ((4, 9), (1, 1), (3, 2), ((0, 0), (0, 0))),
    ((1, 1), (3, 3), (1, 1), ((1, 1), (1, 1))),
    ((7, 3), (4, 3), (2, 1), ((2, 3), (0, 1))),
]


@pytest.mark.parametrize(
    ("picture", "kernel", "stride", "expected"),
    [
        (PICTURE, KERNEL, 1, MAP),
        (DIAGONAL, ((0, 0, 1), (0, 1, 0), (1, 0, 0)), 1, ((0, 3), (3, 0))),
        (DIAGONAL, ((1, 0, 0), (0, 1, 0), (0, 0, 1)), 1, ((0, 1), (1, 0))),
        (DIAGONAL, ((0, 1), (1, 0)), 1, ((0, 0, 2), (0, 2, 0), (2, 0, 0))),
        (DIAGONAL, ((0, 1), (1, 0)), 2, ((0, 2), (2, 0))),
        (CLASSIC, ((1, 0, 1), (0, 1, 0), (1, 0, 1)), 1, ((4, 3, 4), (2, 4, 3), (2, 3, 4))),
    ],
)
def test_maps_of_the_lessons(picture: Matrix, kernel: Matrix, stride: int, expected: Matrix) -> None:
    assert convolution([picture], [kernel], stride).map == expected


def test_poolings_of_the_lessons() -> None:
    assert pooling(MAP).map == ((4, 1), (0, 1))
    assert pooling(MAP, kind="average").map == ((1.5, 0), (-0.5, 0.5))


def test_each_product_is_a_pixel_times_a_weight() -> None:
    first = convolution([PICTURE], [KERNEL]).sums[0][0]
    products = [(product.cell.value, product.weight) for product in first.channels[0]]
    assert products == [(8, 0), (8, 0), (8, 1), (8, -1), (8, 1), (7, -1), (8, 1), (8, -1), (6, 0)]
    assert first.value == 1


def test_smaller_kernel_costs_the_same_on_a_small_picture_and_less_on_a_large_one() -> None:
    def cost(n: int, f: int) -> int:
        return convolution([[[0] * n] * n], [[[0] * f] * f]).multiply_adds

    assert (cost(4, 3), cost(4, 2)) == (36, 36)
    assert (cost(28, 3), cost(28, 2)) == (6084, 2916)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("size", "kernel", "stride", "border"), GEOMETRIES)
def test_convolution_is_the_sum_over_each_window(
    size: Pair, kernel: Pair, stride: Pair, border: Border, channels: int
) -> None:
    rng = np.random.default_rng(7)
    x = rng.integers(-9, 10, (channels, *size))
    w = rng.integers(-9, 10, (channels, *kernel))
    facts = convolution(x.tolist(), w.tolist(), stride, border)
    padded = np.pad(x, ((0, 0), *border))
    expected = [
        [
            int((padded[:, r : r + kernel[0], c : c + kernel[1]] * w).sum())
            for c in range(0, padded.shape[2] - kernel[1] + 1, stride[1])
        ]
        for r in range(0, padded.shape[1] - kernel[0] + 1, stride[0])
    ]
    assert facts.map == tuple(map(tuple, expected))


@pytest.mark.parametrize(("size", "kernel", "stride", "border"), GEOMETRIES)
def test_cells_know_their_place_and_whether_they_are_padding(
    size: Pair, kernel: Pair, stride: Pair, border: Border
) -> None:
    picture = [[100 * row + column + 1 for column in range(size[1])] for row in range(size[0])]
    facts = convolution([picture], [[[1] * kernel[1]] * kernel[0]], stride, border)
    seen: set[Pair] = set()
    for row in facts.sums:
        for number in row:
            cells = [product.cell for product in number.channels[0]]
            assert cells[0].row == number.row * stride[0] - border[0][0]
            assert cells[0].column == number.column * stride[1] - border[1][0]
            assert number.padding == sum(cell.padding for cell in cells)
            for cell in cells:
                inside = 0 <= cell.row < size[0] and 0 <= cell.column < size[1]
                assert cell.padding is not inside
                assert cell.value == (100 * cell.row + cell.column + 1 if inside else 0)
                if inside:
                    seen.add((cell.row, cell.column))
    rows, columns = facts.unseen
    assert {(r, c) for r in range(size[0]) for c in range(size[1])} - seen == {
        (r, c) for r in range(size[0]) for c in range(size[1]) if r in rows or c in columns
    }


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize(("size", "kernel", "stride", "border"), [GEOMETRIES[0], GEOMETRIES[1], GEOMETRIES[4]])
def test_pooling_leaves_padding_out(size: Pair, kernel: Pair, stride: Pair, border: Border, kind: str) -> None:
    # All below zero: padding, if it counted, would win the max and move the average.
    x = -np.random.default_rng(3).uniform(1, 9, size)
    padded = np.pad(x, border, constant_values=np.nan)
    take = np.nanmax if kind == "max" else np.nanmean
    expected = [
        [
            take(padded[r : r + kernel[0], c : c + kernel[1]])
            for c in range(0, padded.shape[1] - kernel[1] + 1, stride[1])
        ]
        for r in range(0, padded.shape[0] - kernel[0] + 1, stride[0])
    ]
    found = pooling(x.tolist(), kernel, stride, border, "max" if kind == "max" else "average").map
    np.testing.assert_allclose(np.array(found, dtype=float), expected, rtol=1e-14)


def test_stride_of_a_pooling_is_its_window_unless_given() -> None:
    assert pooling(PICTURE, 3).windows.stride == (3, 3)
    assert pooling(PICTURE, 3, 1).windows.stride == (1, 1)


def test_same_padding_is_that_of_keras() -> None:
    facts = convolution([PICTURE], [((1, 1), (1, 1))], 1, "same")
    assert facts.windows.border == ((0, 1), (0, 1))
    assert facts.windows.count == (6, 6)


def test_arithmetic_is_that_of_the_numbers_given() -> None:
    tenth = Fraction(1, 10)
    assert convolution([[[tenth] * 3]], [[[1, 1, 1]]]).map == ((Fraction(3, 10),),)
    assert convolution([[[0.1] * 3]], [[[1, 1, 1]]]).map == ((0.1 + 0.1 + 0.1,),)
    assert pooling([[1, 2], [2, 0]], kind="average").map == ((1.25,),)


@pytest.mark.parametrize(
    ("channels", "kernels", "code", "fields"),
    [
        ([[[1, 2], [3]]], [[[1]]], "learn.ragged", {"what": "learn.picture", "row": 1, "came": 1, "required": 2}),
        ([[[1, 2], [3, 4]]], [[[1, 2], [3, 4, 5]]], "learn.ragged", {"what": "learn.kernel", "row": 1}),
        ([[]], [[[1]]], "learn.empty", {"what": "learn.picture"}),
        ([[[]]], [[[1]]], "learn.empty", {"what": "learn.picture"}),
        ([], [], "learn.empty", {"what": "learn.picture"}),
        ([[[1]], [[1, 2]]], [[[1]], [[1]]], "learn.channel_sizes", {"came": (1, 2), "required": (1, 1)}),
        ([[[1]], [[1]]], [[[1]], [[1, 2]]], "learn.channel_sizes", {"what": "learn.kernel"}),
    ],
)
def test_matrices_that_are_none(
    channels: Sequence[Matrix], kernels: Sequence[Matrix], code: str, fields: dict[str, object]
) -> None:
    with pytest.raises(DataError) as caught:
        convolution(channels, kernels)
    assert caught.value.code == code
    assert caught.value.fields.items() >= fields.items()


def test_other_mistakes() -> None:
    with pytest.raises(SettingError) as one_kernel_for_two:
        convolution([[[1]], [[2]]], [[[1]]])
    assert one_kernel_for_two.value.code == "learn.channels"
    with pytest.raises(SettingError) as no_stride:
        convolution([[[1]]], [[[1]]], stride=0)
    assert no_stride.value.code == "setting.positive_pair"
    with pytest.raises(SettingError) as negative_padding:
        convolution([[[1]]], [[[1]]], padding=-1)
    assert negative_padding.value.code == "setting.padding"
    with pytest.raises(SizeError) as too_large:
        convolution([[[1, 2], [3, 4]]], [[[1, 1, 1]]])
    assert too_large.value.fields == {"window": (1, 3), "size": (2, 2)}
    with pytest.raises(SizeError) as only_padding:
        pooling([[1, 2], [3, 4]], 2, 2, 2)
    assert only_padding.value.code == "learn.only_padding"
    with pytest.raises(UnknownNameError) as unknown:
        pooling([[1]], 1, kind="mean")  # type: ignore[arg-type]
    assert unknown.value.fields["kind"] == "kind.pooling"
