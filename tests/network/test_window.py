"""The integer geometry of windows, counted out by hand and by walking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from striate.network.window import Field, left_over, output_size, reach, same_padding, unseen

SMALL = st.integers(1, 12)
BORDER = st.integers(0, 5)


def starts(size: int, kernel: int, stride: int, before: int, after: int) -> list[int]:
    """Where windows begin, found by moving one until it sticks out."""
    found, start = [], -before
    while start + kernel <= size + after:
        found.append(start)
        start += stride
    return found


@given(SMALL, SMALL, SMALL, BORDER, BORDER)
def test_output_size_counts_windows(size: int, kernel: int, stride: int, before: int, after: int) -> None:
    assert max(output_size(size, kernel, stride, before, after), 0) == len(starts(size, kernel, stride, before, after))


@given(SMALL, SMALL, SMALL, BORDER, BORDER)
def test_left_over_is_what_lies_behind_the_last_window(
    size: int, kernel: int, stride: int, before: int, after: int
) -> None:
    windows = starts(size, kernel, stride, before, after)
    if windows:
        assert left_over(size, kernel, stride, before, after) == size + after - (windows[-1] + kernel)


@given(SMALL, SMALL, SMALL)
def test_same_padding_is_the_least_that_gives_every_stride_a_window(size: int, kernel: int, stride: int) -> None:
    before, after = same_padding(size, kernel, stride)
    wanted = -(-size // stride)
    assert output_size(size, kernel, stride, before, after) == wanted
    assert after - before in (0, 1)  # the odd one goes after
    if before + after > 0:
        assert output_size(size, kernel, stride, before, after - 1) < wanted


@given(SMALL, SMALL, SMALL)
def test_same_padding_never_makes_a_window_of_padding_alone(size: int, kernel: int, stride: int) -> None:
    before, after = same_padding(size, kernel, stride)
    assert all(start < size and start + kernel > 0 for start in starts(size, kernel, stride, before, after))


@given(SMALL, st.integers(1, 5), SMALL, BORDER, BORDER, st.integers(1, 3))
def test_unseen_is_what_no_window_holds(
    size: int, kernel: int, stride: int, before: int, after: int, dilation: int
) -> None:
    windows = starts(size, reach(kernel, dilation), stride, before, after)
    seen = [start + tap * dilation for start in windows for tap in range(kernel)]
    assert unseen(size, kernel, stride, before, after, dilation) == [n for n in range(size) if n not in seen]


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "result"),
    [
        (7, 3, 1, 0, 5),
        (5, 3, 1, 0, 3),
        (7, 3, 1, 1, 7),
        (5, 3, 1, 1, 5),
        (3, 2, 2, 2, 3),  # k = N by rounding down, where the formula for p says 1.5
        (427, 2, 2, 0, 213),
        (640, 2, 2, 0, 320),
        (28, 3, 1, 0, 26),
        (28, 2, 1, 0, 27),
    ],
)
def test_sizes_of_the_lessons(size: int, kernel: int, stride: int, padding: int, result: int) -> None:
    assert output_size(size, kernel, stride, padding, padding) == result


def test_seven_by_three_with_stride_three_leaves_one_pixel_over() -> None:
    assert left_over(7, 3, 3, 0, 0) == 1
    assert unseen(7, 3, 3, 0, 0) == [6]


def test_pooling_427_rows_by_two_never_sees_the_last() -> None:
    assert unseen(427, 2, 2, 0, 0) == [426]
    assert unseen(640, 2, 2, 0, 0) == []


@given(SMALL, SMALL, SMALL)
def test_size_is_kept_exactly_where_the_formula_for_p_says_so(size: int, kernel: int, stride: int) -> None:
    """Among sizes that divide, k = N exactly when p = ((N - 1)s + F - N)/2."""
    for padding in range(40):
        if size + 2 * padding >= kernel and left_over(size, kernel, stride, padding, padding) == 0:
            kept = output_size(size, kernel, stride, padding, padding) == size
            assert kept == (2 * padding == (size - 1) * stride + kernel - size)


@given(SMALL, SMALL, SMALL)
def test_without_padding_no_map_grows_and_only_1x1_keeps_its_size(size: int, kernel: int, stride: int) -> None:
    result = output_size(size, kernel, stride, 0, 0)
    assert result <= size
    if size > 1:
        assert (result == size) == (kernel == stride == 1)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2)), max_size=4))
def test_a_field_is_what_following_every_tap_back_reaches(windows: list[tuple[int, int, int, int]]) -> None:
    field = Field()
    for kernel, stride, before, dilation in windows:
        field = field.through(kernel, stride, before, dilation)
    for unit in (0, 1, 5):
        reached = {unit}
        for kernel, stride, before, dilation in reversed(windows):
            reached = {u * stride - before + tap * dilation for u in reached for tap in range(kernel)}
        begin = field.start + unit * field.stride
        assert (min(reached), max(reached)) == (begin, begin + field.size - 1)


def test_two_3x3_see_5x5_and_three_see_7x7() -> None:
    twice = Field().through(3, 1, 0).through(3, 1, 0)
    assert (twice.size, twice.through(3, 1, 0).size) == (5, 7)


def test_a_union_holds_both_fields() -> None:
    assert Field(3, 2, -1).union(Field(5, 2, 0)) == Field(6, 2, -1)
    assert Field(7, 4, -2).union(Field(3, 4, 0)) == Field(7, 4, -2)
