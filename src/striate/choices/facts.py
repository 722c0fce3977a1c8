"""What is known about the pictures before a training, and the choices that are made from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from striate.messages import render
from striate.recipe import Decided

GIVEN = "choice.given"
# How the settings of a recipe are called on the command line, where not by their own name.
OPTIONS = {"batch_size": "batch", "learning_rate": "lr"}

Pair = tuple[int, int]


@dataclass(frozen=True)
class Facts:
    """Pictures to learn from: how many, their shape (height, width, channels), `counts` of each class, its name.

    `sizes` are the smallest and the largest (height, width) where pictures of several sizes were brought to one;
    `size_given`: the user said to which; `size_of_start`: the model file did that training begins from.
    """

    pictures: int
    shape: tuple[int, ...]
    counts: tuple[int, ...] = ()
    class_names: tuple[str, ...] = ()
    sizes: tuple[Pair, Pair] | None = None
    size_given: bool = False
    size_of_start: bool = False

    @property
    def side(self) -> int:
        """The shorter side of a picture."""
        return min(self.shape[:2])

    @property
    def grey(self) -> bool:
        """Whether they have no colour."""
        return self.shape[-1] == 1

    @property
    def imbalance(self) -> float:
        """How many times the pictures of the smallest class the largest one has; classes without any not counted."""
        counts = [count for count in self.counts if count]
        return max(counts) / min(counts) if counts else 1.0


@dataclass(frozen=True)
class Choice:
    """A setting by its option's name, the value it got, and why: the code of a sentence, and its fields."""

    setting: str
    value: str | int | float | Pair
    code: str
    fields: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def given(self) -> bool:
        """The user said it."""
        return self.code == GIVEN

    @property
    def option(self) -> str:
        """As it is typed: "--batch 64"."""
        return f"--{self.setting} {self.text}"

    @property
    def text(self) -> str:
        """The value as it is typed."""
        if isinstance(self.value, tuple):
            return render("choice.size", {"size": self.value})
        return f"{self.value:g}" if isinstance(self.value, float) else str(self.value)

    @property
    def why(self) -> str:
        """The reason in the reader's language."""
        return render(self.code, self.fields)

    def to_json(self) -> dict[str, Any]:
        """For programs: the setting, its value, whether it was given, the reason's code and sentence."""
        return {
            "setting": self.setting,
            "value": list(self.value) if isinstance(self.value, tuple) else self.value,
            "given": self.given,
            "reason": self.code,
            "text": self.why,
        }


@dataclass(frozen=True)
class Chosen:
    """A recipe in which nothing is open, and why it is so: a choice a setting, in the order in which they are told."""

    recipe: Decided
    choices: tuple[Choice, ...]

    def changed(self, choice: Choice, **settings: Any) -> "Chosen":
        """With other settings of the recipe, and one choice in place of the one about the same setting."""
        others = [choice if each.setting == choice.setting else each for each in self.choices]
        return Chosen(replace(self.recipe, **settings), tuple(others))


def together(choices: Sequence[Choice]) -> list[tuple[str, str]]:
    """The options that nobody gave, those with one reason in a row on one line, each line with the reason."""
    lines: list[tuple[list[Choice], str]] = []
    for choice in choices:
        if choice.given:
            continue
        if lines and lines[-1][1] == choice.why:
            lines[-1][0].append(choice)
        else:
            lines.append(([choice], choice.why))
    return [(" ".join(each.option for each in group), why) for group, why in lines]
