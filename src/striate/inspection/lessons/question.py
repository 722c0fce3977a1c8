"""The question at the end of a lesson: how its answer is read and judged, and what helps after a wrong one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from striate.errors import SettingError
from striate.inspection.lessons.parts import Said, number_text

Numbers = tuple[Fraction, ...]

_NUMBER = re.compile(r"[+-]?([0-9]{1,15}(\.[0-9]{0,15})?|\.[0-9]{1,15})(/[0-9]{1,9})?")


@dataclass(frozen=True)
class Question:
    """A question whose answer is one or more numbers.

    `hint` makes of a wrong answer what helps. `close`: how far from the truth a number may be.
    `why` is told after the right answer.
    """

    asked: Said
    expected: Numbers
    why: Said
    hint: Callable[[Numbers], Said]
    close: Fraction = Fraction(0)

    def read(self, typed: str) -> Numbers:
        """The numbers of an answer as it was typed. Raises `SettingError` for something else, or too few or many."""
        alone = len(self.expected) == 1
        words = [typed.replace(",", "").strip()] if alone else re.split(r"[\s,;x]+", typed.strip(" \t;,()[]"))
        if len(words) != len(self.expected) or not all(map(_is_number, words)):
            code = "lesson.answer" if len(self.expected) > 1 else "lesson.answer_one"
            raise SettingError(code, came=typed, count=len(self.expected), example=self._example())
        return tuple(map(Fraction, words))

    def is_right(self, answer: Numbers) -> bool:
        """Whether these are the numbers that were asked for."""
        return all(abs(a - e) <= self.close for a, e in zip(answer, self.expected, strict=True))

    def _example(self) -> str:
        """Numbers of the form that is wanted, which are no answer."""
        return " ".join(str(i + 1) for i in range(len(self.expected))) if len(self.expected) > 1 else "12"


def answer_text(answer: Numbers) -> str:
    """An answer as it is shown."""
    return " ".join(map(number_text, answer))


def _is_number(word: str) -> bool:
    return bool(_NUMBER.fullmatch(word)) and not re.search("/0+$", word)
