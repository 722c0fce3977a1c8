"""Plain text laid out for a screen, in Korean as in English."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from striate.views.columns import GAP, aligned, width


def wrapped(text: str, cells: int) -> list[str]:
    """A paragraph as lines of at most so many cells, broken at blanks; a longer word keeps a line of its own."""
    lines: list[str] = []
    for word in text.split():
        if lines and width(f"{lines[-1]} {word}") <= cells:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def definitions(rows: Sequence[tuple[str, str]], cells: int) -> list[str]:
    """Terms to the left, what they mean to the right."""
    left = max(width(term) for term, _ in rows)
    beside = [wrapped(meaning, cells - left - len(GAP)) for _, meaning in rows]
    return aligned(
        [
            (term if first else "", line)
            for (term, _), lines in zip(rows, beside, strict=True)
            for first, line in zip_longest([True], lines, fillvalue="")
        ]
    )


def indented(lines: Iterable[str], by: str = "  ") -> list[str]:
    """Lines moved to the right; empty ones stay empty."""
    return [by + line if line else line for line in lines]


def grid(rows: Sequence[Sequence[str]]) -> list[str]:
    """Cells right-aligned in columns of one width."""
    cells = max(width(cell) for row in rows for cell in row)
    return [" ".join(" " * (cells - width(cell)) + cell for cell in row) for row in rows]


def side_by_side(blocks: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """Blocks of lines beside each other, a heading over each."""
    whole = [[heading, *lines] for heading, lines in blocks]
    return aligned(list(zip_longest(*whole, fillvalue="")))
