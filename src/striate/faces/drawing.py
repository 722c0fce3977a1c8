"""Boxes with answers, drawn into a picture. OpenCV has no Hangul, so Pillow writes."""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np

from striate.data.images import Pixels
from striate.errors import tell
from striate.faces.watching import Face
from striate.figures.romanize import is_syllable, romanized
from striate.messages import language
from striate.messages.render import texts

# Files that Pillow looks for in the system's folders of fonts.
HANGUL_FONTS = (
    "NanumBarunGothic.ttf",
    "NanumGothic.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansKR-Regular.otf",
    "malgun.ttf",
    "AppleSDGothicNeo.ttc",
    "AppleGothic.ttf",
)
# Okabe and Ito's colours, which colour-blind readers tell apart, in the order of the classes.
COLOURS = ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (86, 180, 233), (230, 159, 0))
LETTER = 1 / 24  # of the picture's height: letters
SMALLEST_LETTER = 12  # pixels
LINE = 1 / 240  # of the picture's height: lines


class Artist:
    """Draws what a model says, in the language spoken; class names that have a word are put in that word."""

    def __init__(self, class_names: Sequence[str]) -> None:
        self._names = tuple(class_names)
        words = [word_for(name, language()) for name in self._names]
        korean = any(map(is_syllable, unicodedata.normalize("NFC", "".join(words))))
        self._font = hangul_font() if korean else None
        if korean and self._font is None:
            tell("smile.no_hangul_font")
            words = [_in_latin(word_for(name, "en")) for name in self._names]
        self._words = dict(zip(self._names, words, strict=True))

    def drawn(self, picture: Pixels, faces: Iterable[Face]) -> Pixels:
        """A copy of a picture (h, w, 3) with a square, the answer and its probability for each face."""
        from PIL import Image, ImageDraw

        image = Image.fromarray(picture)
        draw = ImageDraw.Draw(image)
        letter = max(SMALLEST_LETTER, round(image.height * LETTER))
        font = _font(self._font, letter)
        width = max(2, round(image.height * LINE))
        for face in faces:
            colour = COLOURS[self._names.index(face.label) % len(COLOURS)]
            left, top, side = face.box.left, face.box.top, face.box.side
            draw.rectangle((left, top, left + side, top + side), outline=colour, width=width)
            text = f"{self._words[face.label]} {100 * face.smoothed:.0f} %"
            length, tall = draw.textlength(text, font=font), round(1.4 * letter)
            # Above the square; below it where there is no room above.
            line = top - tall if top >= tall else min(top + side, image.height - tall)
            start = max(0, min(left, image.width - round(length) - 2 * width))
            draw.rectangle((start, line, start + length + 2 * width, line + tall), fill=colour)
            draw.text((start + width, line + tall / 2), text, fill="white", font=font, anchor="lm")
        return np.asarray(image)


def word_for(name: str, spoken: str) -> str:
    """The word for a class of smile models, such as 웃음 for "smile"; other names stand as they are."""
    return texts(spoken).get(f"smile.class.{name.lower()}", name)


def hangul_font() -> str | None:
    """The first known font with Hangul that is installed, None where there is none."""
    return next((name for name in HANGUL_FONTS if _is_there(name)), None)


def _is_there(name: str) -> bool:
    from PIL import ImageFont

    try:
        ImageFont.truetype(name, SMALLEST_LETTER)
    except OSError:
        return False
    return True


def _in_latin(text: str) -> str:
    return "".join(romanized(c) if is_syllable(c) else c for c in unicodedata.normalize("NFC", text))


@cache
def _font(name: str | None, size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(name, size) if name else ImageFont.load_default(size)
