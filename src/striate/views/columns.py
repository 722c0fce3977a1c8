"""Columns of plain text that stand below each other, in Korean as in English."""

import unicodedata
from collections.abc import Collection, Sequence
from itertools import zip_longest

GAP = "  "
_NO_WIDTH = ("Mn", "Me", "Cf")  # what stands on the letter before it


def width(text: str) -> int:
    """How many cells of a terminal a text takes: two for a Korean syllable."""
    return sum(
        0 if unicodedata.category(c) in _NO_WIDTH else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def printable(text: str) -> str:
    """The text with a question mark for each character that steers a terminal or cannot be written.

    Syllables written in parts, as macOS names files, are put together.
    """
    return "".join(c if c.isprintable() else "?" for c in unicodedata.normalize("NFC", text))


def aligned(rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """The rows as lines, their cells below each other; the columns numbered in `right` end at the same place."""
    clean = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip_longest(*clean, fillvalue="")]
    return [
        GAP.join(_padded(cell, widths[i], at_right=i in right) for i, cell in enumerate(row)).rstrip() for row in clean
    ]


def _padded(cell: str, cells: int, *, at_right: bool) -> str:
    space = " " * (cells - width(cell))
    return space + cell if at_right else cell + space
