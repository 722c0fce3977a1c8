"""Many cases in one test: each is run, each that fails is named, none is lost."""

import numpy as np
import pytest
from all_in_one import all_in_one

RAN: list[object] = []
CASES = [(0, "right"), (1, "quiet"), (2, "large"), (0, "skipped"), (0, "last")]


@all_in_one("number", range(5))
@pytest.mark.parametrize("step", [1, 2])
def test_other_parameters_and_fixtures_stay(number: int, step: int, tmp_path: object) -> None:
    assert tmp_path
    RAN.append((number, step))


def test_every_case_ran() -> None:
    for step in (1, 2):
        test_other_parameters_and_fixtures_stay(step=step, tmp_path="a folder")  # type: ignore[call-arg]
    assert RAN[-10:] == [(number, step) for step in (1, 2) for number in range(5)]


def test_each_case_draws_the_same_numbers(rng: np.random.Generator) -> None:
    drawn = []
    all_in_one("number", range(3))(lambda number, rng: drawn.append(rng.random()))(rng=rng)
    assert drawn == [rng.random()] * 3


def test_all_that_fail_are_listed() -> None:
    def check(number: int, word: str) -> None:
        if word == "skipped":
            pytest.skip("hidden")
        assert number < 2, word
        with pytest.raises(ZeroDivisionError):
            print(1 / number)

    with pytest.raises(pytest.fail.Exception) as caught:
        all_in_one("number, word", CASES)(check)()
    first, *failed = str(caught.value).splitlines()
    assert first == "3 of 5 cases"
    assert [line.partition(":")[0] for line in failed] == ["1, quiet", "2, large", "0, skipped"]
    assert "AssertionError: large" in failed[1] and "Skipped: hidden" in failed[2]


def test_no_case_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="no case"):
        all_in_one("number", [])(lambda number: None)()
