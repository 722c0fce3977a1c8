"""Every statement of `size_facts` against windows that are slid by hand, for all small sizes."""

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cache
from itertools import product

import pytest

from striate.errors import SettingError, SizeError
from striate.inspection.by_hand.sizes import LARGEST, Nearest, SizeFacts, layer_facts, size_facts

FAR = 160  # further than any neighbour or padding of these sizes
SIZES = [(n, f, s, p) for n, f, s, p in product(range(1, 41), range(1, 10), range(1, 6), range(5)) if f <= n + 2 * p]


@cache
def starts(pixels: int, f: int, s: int) -> tuple[int, ...]:
    """Where windows of f pixels begin that lie wholly on the row."""
    found: list[int] = []
    start = 0
    while start + f <= pixels:
        found.append(start)
        start += s
    return tuple(found)


def ends_at_last_pixel(n: int, f: int, s: int, p: int) -> bool:
    slid = starts(n + 2 * p, f, s)
    return bool(slid) and slid[-1] + f == n + 2 * p


def nearest(value: int, candidates: Iterable[int], holds: Callable[[int], bool]) -> Nearest:
    fit = [candidate for candidate in candidates if holds(candidate)]
    return Nearest(
        max((number for number in fit if number < value), default=None),
        min((number for number in fit if number > value), default=None),
    )


@pytest.fixture(scope="module")
def all_facts() -> list[tuple[int, int, int, int, SizeFacts]]:
    return [(n, f, s, p, size_facts(n, f, s, p)) for n, f, s, p in SIZES]


def test_number_of_windows_and_what_they_see(all_facts: list[tuple[int, int, int, int, SizeFacts]]) -> None:
    for n, f, s, p, facts in all_facts:
        row, slid = n + 2 * p, starts(n + 2 * p, f, s)
        looks = [sum(start <= pixel < start + f for start in slid) for pixel in range(row)]
        assert facts.axis.result == len(slid)
        assert facts.axis.exact == Fraction(n + 2 * p - f, s) + 1
        assert math.floor(facts.axis.exact) == len(slid)
        assert facts.left_over == row - slid[-1] - f
        assert facts.divides == ends_at_last_pixel(n, f, s, p) == (facts.axis.exact.denominator == 1)
        assert facts.looks == tuple(looks)
        assert facts.unseen == tuple(pixel for pixel in range(n) if looks[pixel + p] == 0)


def test_padding_that_keeps_the_size(all_facts: list[tuple[int, int, int, int, SizeFacts]]) -> None:
    for n, f, s, _, facts in all_facts:
        rounded = [p for p in range(FAR) if len(starts(n + 2 * p, f, s)) == n]
        dividing = [p for p in rounded if ends_at_last_pixel(n, f, s, p)]
        assert facts.keeping_rounded == tuple(rounded)
        assert dividing == ([facts.keeping] if facts.keeping.denominator == 1 else [])


def test_without_padding_a_map_is_never_larger_and_as_large_only_for_kernel_and_stride_one(
    all_facts: list[tuple[int, int, int, int, SizeFacts]],
) -> None:
    for n, f, s, p, facts in all_facts:
        if p == 0 and n > 1:  # a single pixel is kept by a stride of any length
            assert facts.axis.result <= n
            assert (facts.axis.result == n) == (f == s == 1)


def test_same_of_keras_is_the_least_padding_for_its_number_of_windows(
    all_facts: list[tuple[int, int, int, int, SizeFacts]],
) -> None:
    for n, f, s, _, facts in all_facts:
        windows = -(-n // s)
        least = next(total for total in range(FAR) if len(starts(n + total, f, s)) == windows)
        assert (facts.same.result, facts.same.before, facts.same.after) == (windows, least // 2, least - least // 2)
        assert facts.same_is_lopsided == (least % 2 == 1)
        assert facts.same_keeps_size == (windows == n)


def test_nearest_sizes_that_divide(all_facts: list[tuple[int, int, int, int, SizeFacts]]) -> None:
    for n, f, s, p, facts in all_facts:
        near = facts.neighbours
        assert near.n == nearest(n, range(1, FAR), lambda v, f=f, s=s, p=p: ends_at_last_pixel(v, f, s, p))
        assert near.f == nearest(f, range(1, FAR), lambda v, n=n, s=s, p=p: ends_at_last_pixel(n, v, s, p))
        assert near.s == nearest(s, range(1, FAR), lambda v, n=n, f=f, p=p: ends_at_last_pixel(n, f, v, p))
        assert near.p == nearest(p, range(FAR), lambda v, n=n, f=f, s=s: ends_at_last_pixel(n, f, s, v))


def test_what_a_layer_makes_and_costs() -> None:
    facts = layer_facts(7, 3, filters=6)
    assert (facts.shape_in, facts.shape_out, facts.weights) == ((7, 7, 1), (5, 5, 6), 60)
    strided = layer_facts(9, 3, s=2, p=1, channels=3, filters=4)
    assert strided.shape_out == (5, 5, 4)
    assert strided.weights == 3 * 3 * 3 * 4 + 4
    assert strided.multiply_adds == 5 * 5 * 3 * 3 * 3 * 4


def test_weights_do_not_depend_on_the_size_of_the_picture() -> None:
    assert len({layer_facts(n, 3, channels=2, filters=5).weights for n in (3, 28, 224)}) == 1


@pytest.mark.parametrize(
    ("sizes", "code", "setting"),
    [
        ((0, 3, 1, 0), "setting.positive", "n"),
        ((7, 0, 1, 0), "setting.positive", "f"),
        ((7, 3, 0, 0), "setting.positive", "s"),
        ((7, 3, 1, -1), "learn.not_negative", "p"),
        ((7, 3, 1, 0.5), "learn.not_negative", "p"),
        ((7.0, 3, 1, 0), "setting.positive", "n"),
        ((LARGEST + 1, 3, 1, 0), "learn.too_large", "n"),
        ((7, 3, LARGEST + 1, 0), "learn.too_large", "s"),
        ((7, 3, 1, LARGEST + 1), "learn.too_large", "p"),
    ],
)
def test_numbers_that_cannot_be(sizes: tuple[int, int, int, int], code: str, setting: str) -> None:
    with pytest.raises(SettingError) as caught:
        size_facts(*sizes)
    assert (caught.value.code, caught.value.fields["setting"]) == (code, setting)


def test_a_kernel_larger_than_the_padded_picture() -> None:
    with pytest.raises(SizeError) as caught:
        size_facts(5, 8, 1, 1)
    assert caught.value.code == "learn.window_too_large"
    assert caught.value.fields == {"window": (8,), "size": (7,)}
    assert size_facts(5, 7, 1, 1).axis.result == 1
