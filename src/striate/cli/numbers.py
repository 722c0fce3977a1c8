"""Numbers and matrices: read as they are typed, written as they are read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from striate.errors import DataError
from striate.inspection.by_hand.windows import Number, Rows
from striate.messages import render

# Decimal numbers. Two digits of exponent at most: the arithmetic is exact, and a larger one would fill the memory.
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,2})?", re.IGNORECASE)
_MOST_DECIMALS = 300  # above it a number is written as a fraction
_MOST_RUNS = 8


@dataclass(frozen=True)
class TypedMatrix:
    """Rows apart by `;` or a new line, numbers apart by blanks or commas; `what` is the code of what the matrix is."""

    what: str

    def metavar(self) -> str:
        """An example."""
        return '"1 2; 3 4"'

    def read(self, text: str) -> Rows:
        """The numbers, exact."""
        rows = [row.replace(",", " ").split() for row in re.split(r"[;\n]", text)]
        return tuple(tuple(self._number(word) for word in row) for row in rows if row)

    def _number(self, word: str) -> Fraction:
        if not _NUMBER.fullmatch(word):
            raise DataError("learn.not_a_number", what=self.what, came=word)
        return Fraction(word)


def shown(value: Number) -> str:
    """A number in full: 8, -0.25, and 5/3 where decimals would not end."""
    exact = Fraction(value)
    digits = next((d for d in range(_MOST_DECIMALS) if 10**d % exact.denominator == 0), None)
    if digits is None:
        return str(exact)
    sign, whole = "-" if exact < 0 else "", str(abs(exact.numerator) * 10**digits // exact.denominator)
    if not digits:
        return sign + whole
    whole = whole.rjust(digits + 1, "0")
    return f"{sign}{whole[:-digits]}.{whole[-digits:]}"


def term(value: Number) -> str:
    """A number inside a sum or product: in brackets where its sign or bar could be misread."""
    text = shown(value)
    return f"({text})" if text.startswith("-") or "/" in text else text


def as_json(value: Number) -> int | float:
    """A number for JSON: whole where it is whole."""
    return int(value) if value == int(value) else float(value)


def places(numbers: Sequence[int]) -> str:
    """Numbers in ascending order, neighbours drawn together: 0, 3 to 5; of many runs only the first."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    written = [_run(run) for run in runs[:_MOST_RUNS]]
    return ", ".join([*written, "..."] if len(runs) > _MOST_RUNS else written)


def _run(run: Sequence[int]) -> str:
    if len(run) < 3:
        return ", ".join(map(str, run))
    return render("learn.from_to", {"first": run[0], "last": run[-1]})
