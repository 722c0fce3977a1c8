"""What a lesson is made of: texts by their codes, numbers, figures to be drawn, and a question at its end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from striate.inspection.by_hand.windows import Matrix, Number, Rows, Sum
from striate.messages import render

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Said:
    """A text of ours that is not yet in a language."""

    code: str
    fields: Mapping[str, object] = field(default_factory=dict[str, object])

    def __str__(self) -> str:
        return render(self.code, self.fields)


@dataclass(frozen=True)
class Shown:
    """A number and how it is written: `form` is Python's."""

    value: float
    form: str

    def __str__(self) -> str:
        return format(self.value, self.form)


Cell = str | int | float | Fraction | Said | Shown


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    said: Said


@dataclass(frozen=True)
class Claim:
    """Something that is often said, and what the numbers say to it."""

    claimed: Said
    found: Said


@dataclass(frozen=True)
class Block:
    """A matrix with what it is called, and the sign between it and the one before it."""

    called: Said
    rows: Rows
    sign: str = ""


@dataclass(frozen=True)
class Matrices:
    """Matrices beside each other: picture * kernel = map."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Lines:
    """Arithmetic written out; it reads the same in every language."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows below a head. A cell is a number, a text of ours, or letters that are the same in every language."""

    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A figure, drawn when somebody wants it; `name` is for its file."""

    name: str
    caption: Said
    make: "Callable[[], Figure]"


@dataclass(frozen=True)
class Commands:
    """Lines to type, to see more of it."""

    lines: tuple[str, ...]


Part = Text | Claim | Matrices | Lines | Table | Picture | Commands


def text(code: str, **fields: object) -> Text:
    """A paragraph by its code."""
    return Text(Said(code, fields))


def said(code: str, **fields: object) -> Said:
    """A text by its code."""
    return Said(code, fields)


def block(code: str, rows: Matrix, sign: str = "") -> Block:
    """A matrix by the code of what it is called."""
    return Block(Said(code), tuple(map(tuple, rows)), sign)


def number_text(value: Number) -> str:
    """A number as one writes it by hand: 8, -0.25, and 5/3 where decimals would not end; floats to four digits."""
    if isinstance(value, Fraction):
        decimal = f"{float(value):.6g}"
        return decimal if Fraction(decimal) == value else str(value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def term(value: Number) -> str:
    """A number inside a sum or a product: in brackets where its sign or its bar could be misread."""
    shown = number_text(value)
    return f"({shown})" if shown.startswith("-") or "/" in shown else shown


def written_out(number: Sum) -> str:
    """8*0 + 8*(-1) = -8: all products of one number of a map."""
    products = [f"{term(p.cell.value)}*{term(p.weight)}" for channel in number.channels for p in channel]
    return f"{' + '.join(products)} = {number_text(number.value)}"


def typed(rows: Matrix) -> str:
    """A matrix as it is typed on a line: 1 0; 0 1."""
    return "; ".join(" ".join(map(number_text, row)) for row in rows)
