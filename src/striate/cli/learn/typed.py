"""Pictures, kernels, padding and places as they are typed; maps as JSON."""

import math
import re
from dataclasses import dataclass

from striate.cli.numbers import TypedMatrix, as_json
from striate.cli.readers import Unreadable
from striate.inspection.by_hand.windows import Convolution, Matrix, Pooling
from striate.network.window import Pair

PICTURE = TypedMatrix("learn.picture")
KERNEL = TypedMatrix("learn.kernel")


@dataclass(frozen=True)
class Padding:
    """0 or more pixels on every side, or one of Keras's words."""

    def metavar(self) -> str:
        return "N|same|valid"

    def read(self, text: str) -> str | int:
        if text in ("same", "valid"):
            return text
        if not re.fullmatch("[0-9]{1,9}", text):
            raise Unreadable("learn.padding")
        return int(text)


@dataclass(frozen=True)
class Place:
    """A row and a column of the map."""

    def metavar(self) -> str:
        return "R,C"

    def read(self, text: str) -> Pair:
        found = re.fullmatch("([0-9]{1,9}) *, *([0-9]{1,9})", text.strip())
        if not found:
            raise Unreadable("learn.place")
        return int(found[1]), int(found[2])


def slid_json(facts: Convolution | Pooling) -> dict[str, object]:
    """How the window slid, and the map that it gave."""
    rows, columns = facts.unseen
    return {
        "stride": facts.windows.stride,
        "padding": facts.windows.border,
        "size": facts.windows.count,
        "map": matrix_json(facts.map),
        "unseen": {"rows": rows, "columns": columns},
    }


def matrix_json(rows: Matrix) -> list[list[int | float]]:
    """A matrix row by row."""
    return [[as_json(number) for number in row] for row in rows]


@dataclass(frozen=True)
class Names:
    """Names with commas between."""

    def metavar(self) -> str:
        return "A,B"

    def read(self, text: str) -> tuple[str, ...]:
        names = tuple(name.strip() for name in text.split(","))
        if not all(names):
            raise Unreadable("usage.names")
        return names


@dataclass(frozen=True)
class Point:
    """Two numbers: x and y."""

    def metavar(self) -> str:
        return "X,Y"

    def read(self, text: str) -> tuple[float, float]:
        try:
            x, y = (float(number) for number in text.split(","))
        except ValueError:
            raise Unreadable("race.point") from None
        if not math.isfinite(x) or not math.isfinite(y):
            raise Unreadable("race.point")
        return x, y


@dataclass(frozen=True)
class Seconds:
    """A time: 90s, 2m, or a number of seconds."""

    def metavar(self) -> str:
        return "90s|2m"

    def read(self, text: str) -> float:
        found = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)([smh]?)", text.strip())
        if not found or float(found[1]) <= 0:
            raise Unreadable("race.time")
        return float(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[found[2]]
