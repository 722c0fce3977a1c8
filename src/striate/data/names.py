"""Many texts in few bytes: the names of a million files need not be a million objects."""

from collections.abc import Iterable, Sequence
from typing import Any, cast, overload

import numpy as np
from numpy.typing import NDArray

# File names of any bytes come as lone surrogates (PEP 383); this keeps every text that Python can hold.
ERRORS = "surrogatepass"


class Names(Sequence[str]):
    """A sequence of texts, kept as their UTF-8 in one row of bytes and where each ends; how all begin is kept once.

    A text costs its bytes beyond that beginning, and 8 for its end; as a text of Python's it would cost 50 more.
    """

    __slots__ = ("_begin", "_bytes", "_ends")

    def __init__(self, texts: Iterable[str]) -> None:
        listed = list(texts)
        self._begin = _common(listed)
        rest = [text[len(self._begin) :].encode(errors=ERRORS) for text in listed]
        self._ends = np.fromiter(map(len, rest), np.int64, len(rest)).cumsum()
        self._bytes = b"".join(rest)

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, which: int) -> str: ...
    @overload
    def __getitem__(self, which: slice) -> "Names": ...
    def __getitem__(self, which: int | slice) -> "str | Names":
        if isinstance(which, slice):
            return Names([self[i] for i in range(*which.indices(len(self)))])
        i = range(len(self))[which]  # what is outside raises IndexError, and -1 is the last
        start = int(self._ends[i - 1]) if i else 0
        return self._begin + self._bytes[start : int(self._ends[i])].decode(errors=ERRORS)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Names | tuple | list):
            return NotImplemented
        others = cast(Sequence[object], other)
        return len(self) == len(others) and all(mine == its for mine, its in zip(self, others, strict=True))

    __hash__ = None  # pyright: ignore[reportAssignmentType] (as of a list)

    def __repr__(self) -> str:
        return f"Names({len(self)})"

    def take(self, indices: NDArray[Any]) -> "Names":
        """Some of them, in the order of the indices."""
        return Names([self[int(i)] for i in indices])


def _common(texts: list[str]) -> str:
    """What all begin with."""
    low, high = min(texts, default=""), max(texts, default="")
    return low[: next((i for i, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), len(low))]
