"""Holding out the same share of every class."""

from typing import Any

import numpy as np
import pytest

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
