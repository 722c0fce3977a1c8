"""Holding out the same share of every class."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from striate.data.split import stratified
from striate.errors import SettingError


def held_of_each(labels: np.ndarray, share: float) -> list[int]:
    _, held = stratified(labels, share, np.random.default_rng(1))
    return np.bincount(labels[held], minlength=labels.max() + 1).tolist()


def test_both_sides_are_ascending_and_together_everything(rng: np.random.Generator) -> None:
    labels = rng.integers(0, 5, 203)
    kept, held = stratified(labels, 0.3, rng)
    assert (np.diff(kept) > 0).all()
    assert (np.diff(held) > 0).all()
    assert sorted([*kept, *held]) == list(range(203))


@pytest.mark.parametrize(
    ("sizes", "share", "held"),
    [
        ([100, 10, 4], 0.25, [25, 3, 1]),  # 2.5 rounds up
        ([9, 11], 0.25, [2, 3]),  # 2.25 down, 2.75 up
        ([2, 2], 0.01, [1, 1]),  # at least one is held out
        ([2, 3], 0.99, [1, 2]),  # at least one is kept
        ([1, 8], 0.5, [0, 4]),  # an only one is kept
    ],
)
def test_how_many_of_each_class(sizes: list[int], share: float, held: list[int]) -> None:
    assert held_of_each(np.repeat(np.arange(len(sizes)), sizes), share) == held


def test_a_class_without_pictures_does_not_matter() -> None:
    assert held_of_each(np.array([0, 0, 3, 3, 3, 3]), 0.5) == [1, 0, 0, 2]


def test_the_seed_decides() -> None:
    labels = np.arange(100) % 3

    def held(seed: int) -> list[int]:
        return stratified(labels, 0.2, np.random.default_rng(seed))[1].tolist()

    assert held(1) == held(1)
    assert held(1) != held(2)


def test_it_draws_instead_of_cutting_off() -> None:
    _, held = stratified(np.zeros(1000, np.int64), 0.5, np.random.default_rng(3))
    assert 200 < (held < 500).sum() < 300


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5, 20, float("nan"), True, "0.2", None])
def test_shares_that_cannot_be(refuses: Any, share: Any) -> None:
    with pytest.raises(SettingError) as caught:
        stratified(np.array([0, 1]), share, np.random.default_rng(0))
    assert caught.value.code == "split.share"
    assert caught.value.fields["came"] is share


# Groups that stay on one side


@given(
    labels=st.lists(st.integers(0, 3), min_size=1, max_size=60),
    groups=st.lists(st.integers(0, 25), min_size=60, max_size=60),
    share=st.floats(0.05, 0.9),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_no_group_is_divided(labels: list[int], groups: list[int], share: float, seed: int) -> None:
    every, group = np.array(labels), np.array(groups[: len(labels)])
    kept, held = stratified(every, share, np.random.default_rng(seed), group)
    assert sorted([*kept, *held]) == list(range(len(labels)))
    assert not set(group[kept]) & set(group[held])
    assert set(every[held]) <= set(every[kept])  # every class keeps a picture
    again = stratified(every, share, np.random.default_rng(seed), group)
    np.testing.assert_array_equal(held, again[1])


@given(labels=st.lists(st.integers(0, 3), min_size=1, max_size=60), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_where_each_is_its_own_group_the_same_is_drawn(labels: list[int], seed: int) -> None:
    every = np.array(labels)
    alone = stratified(every, 0.3, np.random.default_rng(seed), np.arange(len(labels))[::-1])
    plain = stratified(every, 0.3, np.random.default_rng(seed))
    np.testing.assert_array_equal(alone[1], plain[1])
    rng = np.random.default_rng(seed)  # the rule as it was before there were groups
    wanted: list[int] = []
    for label in np.unique(every):
        members = np.flatnonzero(every == label)
        count = 0 if len(members) < 2 else min(len(members) - 1, max(1, int(len(members) * 0.3 + 0.5)))
        wanted += rng.permutation(members)[:count].tolist()
    assert plain[1].tolist() == sorted(wanted)


def test_of_large_groups_the_smallest_is_held_out() -> None:
    groups = np.repeat([0, 1, 2], [10, 6, 4])
    _, held = stratified(np.zeros(20, np.int64), 0.1, np.random.default_rng(0), groups)
    assert held.tolist() == [16, 17, 18, 19]


def test_a_class_that_is_one_group_is_kept() -> None:
    _, held = stratified(np.array([0, 0, 0, 1, 1]), 0.5, np.random.default_rng(0), np.array([0, 0, 0, 1, 2]))
    assert len(held) == 1 and held[0] >= 3
