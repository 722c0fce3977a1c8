"""What is wrong with a training that has not begun."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from striate.messages import render


@dataclass(frozen=True)
class Finding:
    """A mistake: the code of its sentence, and the sentence's fields."""

    code: str
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __str__(self) -> str:
        return render(self.code, self.fields)


def found(code: str, **fields: Any) -> Finding:
    """A finding."""
    return Finding(code, fields)
