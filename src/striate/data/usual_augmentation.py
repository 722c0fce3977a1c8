"""How pictures are usually varied where nobody says: by their kind, as sizes, channels and class names tell it."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from striate.data.augment import Augmentation

RGB = 3  # channels
TINY = 8  # pixels of the shorter side, below which any shift hides too much
SMALL = 48  # below it, photographs are shifted rather than cropped, and grey pictures may be letters

# Words that a mirror makes untrue, in English and Korean.
SIDES = {
    *("left", "right", "lefthand", "righthand", "clockwise", "counterclockwise", "anticlockwise"),
    *("좌", "우", "좌측", "우측", "좌회전", "우회전", "시계", "반시계"),
}
BEGIN_OF_SIDES = ("왼", "오른")
USUAL = "usual"  # written where an augmentation could be: what suits the pictures

NUMBERS = {
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("영", "공", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉"),
}
# Words of one syllable for what is photographed: classes that are all called so are no syllables to be read.
THINGS = {*"개소말양닭곰새쥐뱀꿩게벌꽃풀숲산강별달차배집컵책옷빵떡밥국귤감콩파무손발눈코입귀"}


class Usual(NamedTuple):
    """An augmentation, and the code of the message that says why it is this one."""

    augmentation: Augmentation
    reason: str


def usual_augmentation(shape: tuple[int, int, int], class_names: Sequence[str]) -> Usual:
    """The augmentation for pictures (height, width, channels) of these classes.

    Letters and digits are never mirrored, nor what is called left or right. Small grey pictures may be letters and are
    not mirrored either. Photographs are cropped, small ones shifted, and get other colours; larger grey ones, such as
    faces, are shifted, turned and zoomed a little.
    """
    side, coloured = min(shape[:2]), shape[2] == RGB
    if side < TINY:
        return Usual(Augmentation(), "augment.usual.tiny")
    if all(map(is_character, class_names)) and not all(map(names_a_thing, class_names)):
        return Usual(_character(side, coloured=coloured), "augment.usual.characters")
    if not coloured and side < SMALL:
        return Usual(_character(side, coloured=False), "augment.usual.small_grey")
    flip = not any(names_a_side(name) for name in class_names)
    if not coloured:
        usual = Usual(_face(side, flip=flip), "augment.usual.grey")
    elif side < SMALL:
        usual = Usual(_small_photograph(side, flip=flip), "augment.usual.small_photographs")
    else:
        usual = Usual(_photograph(flip=flip), "augment.usual.photographs")
    return usual if flip else Usual(usual.augmentation, "augment.usual.sides")


def is_character(name: str) -> bool:
    """Whether a class is called by one letter or sign, a whole number, or a number's name."""
    composed = unicodedata.normalize("NFC", name).strip().casefold()
    return len(composed) == 1 or composed.isdecimal() or composed in NUMBERS


def names_a_thing(name: str) -> bool:
    """Whether a class has a name of one syllable that is a word of its own, such as 개."""
    return unicodedata.normalize("NFC", name).strip() in THINGS


def names_a_side(name: str) -> bool:
    """Whether a class's name has a word such as left, right, 왼쪽 or 오른쪽: "turn_left", "rightHand", not "bright"."""
    composed = unicodedata.normalize("NFC", name)
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", composed).casefold()
    words: list[str] = re.findall(r"[^\W\d_]+", apart)
    return any(word in SIDES or word.startswith(BEGIN_OF_SIDES) for word in words)


def _character(side: int, *, coloured: bool) -> Augmentation:
    """As the recipe for MNIST; its border is repeated, since paper may be white as well as black."""
    jitter = 0.2 if coloured else 0.0
    return Augmentation(
        shift=_part(side, 14), rotation=10, zoom=0.1, brightness=jitter, contrast=jitter, saturation=jitter, fill="edge"
    )


def _face(side: int, *, flip: bool) -> Augmentation:
    return Augmentation(
        flip=flip, shift=_part(side, 16), rotation=10, zoom=0.1, brightness=0.2, contrast=0.2, fill="mirror"
    )


def _small_photograph(side: int, *, flip: bool) -> Augmentation:
    """As usual for CIFAR-10: shifted by an eighth."""
    return Augmentation(flip=flip, shift=_part(side, 8), brightness=0.1, contrast=0.1, saturation=0.1, fill="mirror")


def _photograph(*, flip: bool) -> Augmentation:
    return Augmentation(flip=flip, crop=0.5, brightness=0.2, contrast=0.2, saturation=0.2, fill="mirror")


def _part(side: int, parts: int) -> int:
    """So many of a side's pixels; at least one."""
    return max(1, round(side / parts))
