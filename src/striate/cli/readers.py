"""What the value behind an option may be: how it is read, and how the help writes it."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from striate.messages import render

LONGEST_METAVAR = 40  # characters: with more the help's first column leaves no room for the second


class Unreadable(Exception):  # noqa: N818 (never seen by a user)
    """Raised by a reader: the code of what is required."""

    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields


class Reader(Protocol):
    """Turns what was typed into a value, or raises `Unreadable`."""

    def metavar(self) -> str:
        """What stands for the value in the help."""
        ...

    def read(self, text: str) -> object:
        """The value that was typed."""
        ...


@dataclass(frozen=True)
class Text:
    """Any text; `code` is that of the word which stands for it in the help."""

    code: str = "cli.metavar.text"

    def metavar(self) -> str:
        """The word for it."""
        return render(self.code)

    def read(self, text: str) -> str:
        """The text itself."""
        return text


@dataclass(frozen=True)
class Place:
    """A file or folder; whether it is there is for its user to say."""

    code: str = "cli.metavar.path"

    def metavar(self) -> str:
        """The word for it."""
        return render(self.code)

    def read(self, text: str) -> Path:
        """The path; an empty text is none, though `Path("")` would be the folder one is in."""
        if not text:
            raise Unreadable("usage.empty")
        return Path(text)


@dataclass(frozen=True)
class Whole:
    """A whole number, no smaller than the minimum."""

    minimum: int | None = None
    maximum: int | None = None

    def metavar(self) -> str:
        """N."""
        return "N"

    def read(self, text: str) -> int:
        """The number."""
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or (self.minimum is not None and value < self.minimum):
            code = "usage.whole" if self.minimum is None else "usage.whole_from"
            raise Unreadable(code, minimum=self.minimum)
        if self.maximum is not None and value > self.maximum:
            raise Unreadable("usage.whole_to", maximum=self.maximum)
        return value


@dataclass(frozen=True)
class Number:
    """A finite number, no smaller than the minimum, larger than `above`, smaller than `below`, where these are given.

    Any other range is for the library to judge.
    """

    minimum: float | None = None
    above: float | None = None
    below: float | None = None

    def metavar(self) -> str:
        """X."""
        return "X"

    def read(self, text: str) -> float:
        """The number."""
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or not self._holds(value):
            raise Unreadable(self._required, minimum=self.minimum, above=self.above, below=self.below)
        return value

    def _holds(self, value: float) -> bool:
        low = (self.minimum is None or value >= self.minimum) and (self.above is None or value > self.above)
        return low and (self.below is None or value < self.below)

    @property
    def _required(self) -> str:
        if self.above is not None:
            return "usage.number_above" if self.below is None else "usage.number_between"
        return "usage.number" if self.minimum is None else "usage.number_from"


@dataclass(frozen=True)
class Bytes:
    """A size as disks have it: 4GB, 500MB, 1.5 GiB; a number alone counts bytes."""

    def metavar(self) -> str:
        """The form."""
        return "4GB"

    def read(self, text: str) -> int:
        """The number of bytes."""
        found = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]{1,9})?) *(?:([KMGT]?)(I?)B?)", text.strip().upper())
        if not found:
            raise Unreadable("usage.bytes")
        number, unit, binary = found.groups()
        return int(float(number) * (1024 if binary else 1000) ** " KMGT".index(unit or " "))


@dataclass(frozen=True)
class Threshold:
    """A probability from 0 to 1, or none, which is 0."""

    def metavar(self) -> str:
        """X or none."""
        return "X|none"

    def read(self, text: str) -> float:
        """The probability."""
        if text == "none":
            return 0.0
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 <= value <= 1:
            raise Unreadable("usage.threshold")
        return value


@dataclass(frozen=True)
class OneOf:
    """One of a few names."""

    names: Sequence[str]

    def metavar(self) -> str:
        """The names; where they would push the explanations off the line, NAME."""
        names = "|".join(self.names)
        return names if len(names) <= LONGEST_METAVAR else render("cli.metavar.name")

    def read(self, text: str) -> str:
        """The name."""
        if text not in self.names:
            raise Unreadable("usage.one_of", known=self.names)
        return text
