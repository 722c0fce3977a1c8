"""All lessons in their order; each is computed when it is asked for."""

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from striate.engines.computer import Computer
from striate.errors import SettingError
from striate.inspection.lessons.parts import Part, Picture, Said
from striate.inspection.lessons.question import Question


@dataclass(frozen=True)
class Entry:
    """A line of the contents; `name` is that of the lesson's module."""

    name: str
    title: Said
    about: Said


@dataclass(frozen=True)
class Lesson:
    """A lesson with its numbers; `number` is from 1."""

    number: int
    entry: Entry
    parts: tuple[Part, ...]
    question: Question

    @property
    def pictures(self) -> dict[str, Picture]:
        """Its figures by the names of their files."""
        drawn = [part for part in self.parts if isinstance(part, Picture)]
        return {f"{self.number:02}-{self.entry.name}-{part.name}.png": part for part in drawn}


class _Module(Protocol):
    def parts(self, computer: Computer) -> tuple[Part, ...]: ...

    def question(self) -> Question: ...


CONTENTS = (
    Entry("numbers", Said("lesson.numbers.title"), Said("lesson.numbers.about")),
    Entry("kernels", Said("lesson.kernels.title"), Said("lesson.kernels.about")),
    Entry("sizes", Said("lesson.sizes.title"), Said("lesson.sizes.about")),
    Entry("padding", Said("lesson.padding.title"), Said("lesson.padding.about")),
    Entry("pooling", Said("lesson.pooling.title"), Said("lesson.pooling.about")),
    Entry("channels", Said("lesson.channels.title"), Said("lesson.channels.about")),
    Entry("activations", Said("lesson.activations.title"), Said("lesson.activations.about")),
    Entry("whole", Said("lesson.whole.title"), Said("lesson.whole.about")),
    Entry("learning", Said("lesson.learning.title"), Said("lesson.learning.about")),
    Entry("optimizers", Said("lesson.optimizers.title"), Said("lesson.optimizers.about")),
    Entry("depth", Said("lesson.depth.title"), Said("lesson.depth.about")),
    Entry("practicals", Said("lesson.practicals.title"), Said("lesson.practicals.about")),
)


def lesson(number: int, computer: Computer | None = None) -> Lesson:
    """The lesson of a number, from 1, its numbers computed. Raises `SettingError` where there is none."""
    if not 1 <= number <= len(CONTENTS):
        raise SettingError("lesson.unknown", came=number, last=len(CONTENTS))
    entry = CONTENTS[number - 1]
    module = cast(_Module, import_module(f"striate.inspection.lessons.{entry.name}"))
    return Lesson(number, entry, module.parts(computer or Computer()), module.question())
