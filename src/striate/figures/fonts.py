"""Letters that can be drawn: a font with Hangul where Korean is to be written, and never an empty box."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# Matplotlib leaves its **kwargs untyped.

import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate
from pathlib import Path

from striate.errors import tell
from striate.figures.romanize import is_syllable, romanized
from striate.messages import language, render
from striate.messages.render import texts

LATIN_FONT = "DejaVu Sans"  # comes with matplotlib
HANGUL_FONTS = (
    "NanumBarunGothic",
    "NanumGothic",
    "Noto Sans CJK KR",
    "Noto Sans CJK JP",  # what matplotlib calls the file that holds all of Noto's CJK; its Hangul is the same
    "Noto Sans KR",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "AppleGothic",
)
_FILES_BEGIN = ("nanum", "notosanscjk", "notosanskr", "malgun", "applesdgothicneo", "applegothic")
_HANGUL = range(ord("가"), ord("힣") + 1)
_EM = 100  # points at which advances are measured
_ELLIPSIS = "…"


@dataclass(frozen=True)
class Lettering:
    """The fonts of a figure, first choice first, and the language of its labels."""

    families: tuple[str, ...]
    language: str

    def label(self, code: str, **fields: object) -> str:
        """A text of ours."""
        return render(code, fields, self.language)

    def log_name(self, name: str) -> str:
        """What a value of the logs is called: "loss", or the name itself where there is no word for it."""
        return texts(self.language).get(f"log.{name}") or self.name(name)

    def name(self, text: str) -> str:
        """A user's text, such as a class name, in letters that the fonts have."""
        return "".join(self._drawable(c) for c in unicodedata.normalize("NFC", text))

    def width(self, text: str, points: float) -> float:
        """How many inches a text takes at a size in points."""
        return sum(_advance(self._font_with(c) or "", c) for c in text) * points / 72

    def wrapped(self, text: str, inches: float, points: float, lines: int) -> list[str]:
        """The text in up to so many lines, broken between words where that fits; what is left over is an ellipsis."""
        broken: list[str] = []
        rest = text.strip()
        while rest and len(broken) < lines:
            fitting = self._fitting(rest, inches, points)
            if len(broken) == lines - 1 and fitting < len(rest):
                room = inches - self.width(_ELLIPSIS, points)
                return [*broken, rest[: self._fitting(rest, room, points)].rstrip() + _ELLIPSIS]
            end = fitting if fitting == len(rest) else _break_before(rest, fitting)
            broken.append(rest[:end].rstrip())
            rest = rest[end:].lstrip()
        return broken

    def paragraphs(self, texts: Iterable[str], inches: float, points: float, lines: int = 3) -> list[str]:
        """Texts below each other, each wrapped."""
        return [line for text in texts for line in self.wrapped(text, inches, points, lines)]

    def _fitting(self, text: str, inches: float, points: float) -> int:
        """How many of the first characters fit; always one, so that breaking comes to an end."""
        ends = accumulate(self.width(character, points) for character in text)
        return max(1, sum(end <= inches for end in ends))

    def _drawable(self, character: str) -> str:
        if self._font_with(character):
            return character
        return romanized(character) if is_syllable(character) else "?"

    def _font_with(self, character: str) -> str | None:
        return next((font for font in self._files if ord(character) in _characters(font)), None)

    @cached_property
    def _files(self) -> list[str]:
        return [file for family in self.families if (file := _file(family))]


def _break_before(text: str, most: int) -> int:
    """Where to end a line of at most so many characters: between words, if that does not leave half of it empty."""
    ends = [i for i in range(most // 2, most + 1) if text[i].isspace() or text[i - 1] in "_-"]
    return max(ends, default=most)


def lettering(names: Iterable[str] = ()) -> Lettering:
    """Fonts for labels in the language spoken and for the user's `names`.

    Where Hangul is needed and no font has it, a `Notice` says which package brings one; labels are then in English,
    names in Latin letters.
    """
    korean = language() == "ko"
    if not korean and not any(map(is_syllable, unicodedata.normalize("NFC", "".join(names)))):
        return Lettering((LATIN_FONT,), language())
    hangul = hangul_font()
    if hangul is None:
        tell("figure.no_hangul_font")
        return Lettering((LATIN_FONT,), "en")
    return Lettering((hangul, LATIN_FONT) if korean else (LATIN_FONT, hangul), language())


def hangul_font() -> str | None:
    """The first of the known fonts that is installed and has every syllable; None where there is none."""
    return _first_with_hangul() or (_first_with_hangul() if _find_new_fonts() else None)


def _first_with_hangul() -> str | None:
    for family in HANGUL_FONTS:
        font = _file(family)
        if font and _characters(font).issuperset(_HANGUL):
            return family
    return None


def _find_new_fonts() -> bool:
    """Matplotlib keeps a list of fonts for ever: tell it of Korean ones that were installed after it was made."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    known = {entry.fname for entry in fontManager.ttflist}
    new = [path for path in findSystemFonts() if path not in known and Path(path).name.lower().startswith(_FILES_BEGIN)]
    for path in new:
        with suppress(OSError, RuntimeError):  # a broken file is no font
            fontManager.addfont(path)
    return bool(new)


def _file(family: str) -> str | None:
    """The file of a family's regular font, None where it is not installed."""
    from matplotlib.font_manager import FontProperties, fontManager

    try:
        return str(fontManager.findfont(FontProperties(family=family), fallback_to_default=False))
    except ValueError:
        return None


@cache
def _characters(font: str) -> frozenset[int]:
    """The characters that a font has a shape for."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(font).get_charmap())


@cache
def _advance(font: str, character: str) -> float:
    """How far a character moves on, in units of the font's size."""
    from matplotlib.ft2font import FT2Font

    face = FT2Font(font)
    face.set_size(_EM, 72)
    return face.load_char(ord(character)).linearHoriAdvance / 65536 / _EM
