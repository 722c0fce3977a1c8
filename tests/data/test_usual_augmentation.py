"""Which augmentation a kind of pictures gets where nobody says: never a mirror where it changes what is shown."""

import unicodedata

import pytest

from striate.data.usual_augmentation import is_character, names_a_side, usual_augmentation
from striate.messages import render

CASES = [
    ((28, 28, 1), tuple("0123456789"), "shift=2,rotation=10,zoom=0.1,fill=edge", "characters"),
    ((32, 32, 3), ("ㄱ", "ㄴ"), None, "characters"),
    ((28, 28, 1), ("shirt", "coat"), "shift=2,rotation=10,zoom=0.1,fill=edge", "small_grey"),
    ((32, 32, 3), ("cat", "dog"), None, "small_photographs"),
    ((64, 64, 3), ("고양이", "개"), None, "photographs"),
    ((64, 64, 3), ("개", "말"), None, "photographs"),
    ((64, 64, 3), ("가", "나", "말"), None, "characters"),
    ((28, 28, 1), ("개", "말"), None, "small_grey"),
    ((64, 64, 1), ("smile", "neutral"), None, "grey"),
    ((64, 64, 3), ("turn left", "stop"), None, "sides"),
    ((64, 64, 1), ("왼손", "오른손"), None, "sides"),
    ((7, 90, 3), ("cat", "dog"), "none", "tiny"),
]


@pytest.mark.parametrize(("shape", "names", "text", "reason"), CASES)
def test_each_kind_has_its_own(
    shape: tuple[int, int, int], names: tuple[str, ...], text: str | None, reason: str
) -> None:
    usual = usual_augmentation(shape, names)
    assert usual.reason == f"augment.usual.{reason}"
    assert text is None or str(usual.augmentation) == text
    assert usual.augmentation.flip == (reason in ("small_photographs", "photographs", "grey"))
    usual.augmentation.check(shape)
    assert render(usual.reason, {}).endswith(".")


@pytest.mark.parametrize("side", [8, 9, 15, 47, 48, 300])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("names", [("a", "b"), ("cat", "dog"), ("left", "right")])
def test_any_size_can_be_varied_by_it(side: int, channels: int, names: tuple[str, ...]) -> None:
    shape = (side, 2 * side, channels)
    usual_augmentation(shape, names).augmentation.check(shape)


@pytest.mark.parametrize("name", ["7", "12", "A", "가", "ㅎ", "가".encode().decode(), "three", "Nine", "하나"])
def test_called_like_a_letter_or_a_number(name: str) -> None:
    assert is_character(name) and is_character(unicodedata.normalize("NFD", name))


@pytest.mark.parametrize("name", ["cat", "3d", "개미", "a b", ""])
def test_called_otherwise(name: str) -> None:
    assert not is_character(name)


@pytest.mark.parametrize(
    "name", ["left", "Turn_Left", "rightHand", "12-right", "왼쪽", "오른손", "좌회전", "우측 차로"]
)
def test_a_side_by_name(name: str) -> None:
    assert names_a_side(name) and names_a_side(unicodedata.normalize("NFD", name))


@pytest.mark.parametrize("name", ["bright", "copyright", "leftover", "우유", "우산", "좌석", "dog"])
def test_no_side_by_name(name: str) -> None:
    assert not names_a_side(name)
