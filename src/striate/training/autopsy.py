"""What stopped a training whose numbers were no longer finite: the facts that its error holds."""

import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from striate.engines.reference.replay import Origin
from striate.errors import TrainingError
from striate.files import write_text

Text = tuple[str, Mapping[str, object]]  # a code of messages/ and its fields


class Passed(NamedTuple):
    """A step, counted from 1, its loss and its gradient's norm."""

    step: int
    loss: float
    norm: float


@dataclass(frozen=True)
class Autopsy:
    """Where numbers stopped being finite, in which company, and why most likely.

    `stopped_by` is what was seen in the step: "loss", "gradient", "weights", "state", "slots", "activation" or
    "held_out": the loss of pictures that are only judged. `way` is where the step, taken apart, had its first such
    number: "given" to it, going "forward", in the "loss", going "backward", in the "update", or "" where it could not
    be found; `layer`, `operation` and `name` say in what, and `nan` and `infinite` how many of `numbers` were wrong
    there, `largest` the largest that had come in. `picture` is the number of the first picture touched and `file` its
    file; `pictures` and `files` are those of the batch; `recent` the last steps, this one the last. `cause` is the code
    of the likely cause, `about` its fields.
    """

    epoch: int
    step: int
    learning_rate: float
    stopped_by: str
    recent: tuple[Passed, ...]
    cause: str
    about: Mapping[str, object]
    pictures: tuple[int, ...] = ()
    files: tuple[str, ...] = ()
    way: str = ""
    layer: str = ""
    operation: str = ""
    name: str = ""
    nan: int = 0
    infinite: int = 0
    numbers: int = 0
    largest: float = 0.0
    heard: tuple[tuple[str, str], ...] = ()
    picture: int | None = None
    file: str = ""

    def where(self) -> list[Text]:
        """In words: where it began."""
        if not self.way:
            return [("autopsy.where.unknown", {})]
        details = self._details()
        return [
            (
                f"autopsy.where.{self.way}" if details else "autopsy.where.given_weight",
                {
                    "layer": self.layer,
                    "operation": [(f"autopsy.operation.{self.operation}", {"name": self.name})],
                    "counts": [self._counts()],
                    "numbers": self.numbers,
                    "details": details,
                },
            )
        ]

    def why(self) -> list[Text]:
        """In words: the likely cause, and what to change."""
        return [(self.cause, self.about)]

    def _counts(self) -> Text:
        kind = "both" if self.nan and self.infinite else "nan" if self.nan else "infinite"
        return f"autopsy.count.{kind}", {"nan": self.nan, "infinite": self.infinite}

    def _details(self) -> list[Text]:
        found: list[Text] = []
        if self.way != "given":
            found.append(("autopsy.detail.largest", {"largest": self.largest}))
        if self.heard:
            what, function = self.heard[0]
            found.append((f"autopsy.heard.{what.replace(' ', '_')}", {"function": function}))
        if self.file:
            found.append(("autopsy.detail.file", {"picture": self.picture, "file": self.file}))
        elif self.picture is not None:
            found.append(("autopsy.detail.picture", {"picture": self.picture}))
        return found

    def to_config(self) -> dict[str, Any]:
        """As JSON has it; numbers that are not finite are texts."""
        told: dict[str, Any] = asdict(self)
        told["recent"] = [{"step": p.step, "loss": _plain(p.loss), "norm": _plain(p.norm)} for p in self.recent]
        told["about"] = {name: _plain(value) for name, value in self.about.items()}
        return told


def found_in(origin: Origin | None, numbers: Sequence[int], files: Sequence[str]) -> dict[str, Any]:
    """What an autopsy says of where it began; `numbers` and `files` are of the pictures of the batch."""
    if origin is None:
        return {}
    bad = origin.bad
    first = bad.pictures[0] if bad.pictures else None
    return {
        "way": origin.way,
        "layer": origin.layer,
        "operation": bad.operation.word,
        "name": bad.operation.name,
        "nan": bad.nan,
        "infinite": bad.infinite,
        "numbers": bad.numbers,
        "largest": bad.largest,
        "heard": tuple(bad.heard),
        "picture": None if first is None else numbers[first] if numbers else first,
        "file": files[first] if files and first is not None else "",
    }


def autopsy_of(error: BaseException) -> Autopsy | None:
    """The autopsy that an error holds."""
    held = error.fields.get("autopsy") if isinstance(error, TrainingError) else None
    return held if isinstance(held, Autopsy) else None


@contextmanager
def autopsy_kept(file: Path) -> Generator[None]:
    """Where the block fails with an autopsy, it is written into a file, too."""
    try:
        yield
    except TrainingError as error:
        if autopsy := autopsy_of(error):
            told = {"error": error.code, "sentence": str(error), **autopsy.to_config()}
            write_text(file, json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
        raise


def _plain(value: object) -> object:
    if isinstance(value, float) and value - value != 0:  # JSON has no word for these
        return str(value)
    return value
