"""Numbers as `look` takes them on a line: 0,3,8-11."""

import re
from dataclasses import dataclass

from striate.cli.readers import Unreadable

MOST = 4096  # in all


@dataclass(frozen=True)
class Several:
    """Whole numbers from 0 on, apart by commas; 8-11 is 8 to 11."""

    def metavar(self) -> str:
        """An example."""
        return "0,3,8-11"

    def read(self, text: str) -> tuple[int, ...]:
        """The numbers, in the order they are named, each once."""
        found: dict[int, None] = {}
        for part in text.replace(" ", "").split(","):
            span = re.fullmatch(r"([0-9]{1,6})(?:-([0-9]{1,6}))?", part)
            if span is None:
                raise Unreadable("usage.several")
            first = int(span[1])
            last = int(span[2] or first)
            if last < first or last - first >= MOST:
                raise Unreadable("usage.several")
            found |= dict.fromkeys(range(first, last + 1))
        return tuple(found)
