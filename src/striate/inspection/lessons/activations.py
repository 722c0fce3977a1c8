"""Lesson 7: what stands between the layers, its slopes, and softmax at the end."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from striate.engines.computer import Computer
from striate.engines.reference.activation import ACTIVATIONS
from striate.inspection.lessons.drawn import activation_curves
from striate.inspection.lessons.learning import line_text
from striate.inspection.lessons.parts import (
    Cell,
    Claim,
    Commands,
    Lines,
    Part,
    Picture,
    Said,
    Shown,
    Table,
    number_text,
    said,
    text,
)
from striate.inspection.lessons.question import Numbers, Question

FUNCTIONS = ("sigmoid", "tanh", "relu")
PLACES = (-2.0, -1.0, 0.0, 1.0, 2.0)
LINES = ((2, 1), (3, -4))  # slope and offset of two layers without an activation
AT = 5
SCORES = (2.0, 1.0, 0.0)
ALONE = 3.0
WIDENED, NARROWED = (4.0, 1.0), (0.0, 0.1)
ASKED = (5.0, 5.0, 5.0, 5.0)
FORM = ".3f"


def parts(computer: Computer) -> tuple[Part, ...]:
    """The lesson."""
    (a, b), (c, d) = LINES
    slope, offset = c * a, c * b + d
    both = {"first": line_text(a, b), "second": line_text(c, d), "both": line_text(slope, offset)}
    through = c * (a * AT + b) + d
    shares = softmax(SCORES)
    return (
        text("lesson.activations.collapse", x=AT, through=through, alone=slope * AT + offset, **both),
        Lines((f"{line_text(c, d).replace('x', f'*({line_text(a, b)})')} = {line_text(slope, offset)}",)),
        text("lesson.activations.three"),
        Table(
            (
                "x",
                *(
                    said(code, name=name)
                    for name in FUNCTIONS
                    for code in ("lesson.activations.value", "lesson.activations.slope")
                ),
            ),
            tuple(_row(x) for x in PLACES),
        ),
        text("lesson.activations.slopes", sigmoid=largest_slope("sigmoid"), tanh=largest_slope("tanh")),
        Picture("curves", said("lesson.activations.caption"), activation_curves),
        text("lesson.activations.softmax"),
        Table(
            (said("lesson.activations.score"), "e^x", "softmax"),
            tuple(
                (Shown(x, "g"), Shown(float(np.exp(x)), FORM), Shown(y, FORM))
                for x, y in zip(SCORES, shares, strict=True)
            ),
        ),
        Claim(
            said("lesson.activations.one_claimed"),
            said(
                "lesson.activations.one_found",
                x=ALONE,
                softmax=softmax((ALONE,))[0],
                sigmoid=value("sigmoid", ALONE),
                pair=softmax((ALONE, 0.0))[0],
            ),
        ),
        Claim(said("lesson.activations.widens_claimed"), _widened()),
        Commands(("striate learn activations -o activations.png", "striate learn activations --digits")),
    )


def question() -> Question:
    """Equal scores."""
    share = Fraction(softmax(ASKED)[0])
    return Question(
        asked=said("lesson.activations.asked", scores=", ".join(f"{x:g}" for x in ASKED), count=len(ASKED)),
        expected=(share,),
        close=Fraction(1, 200),
        hint=_hint,
        why=said("lesson.activations.why", count=len(ASKED), share=number_text(share)),
    )


def value(name: str, x: float) -> float:
    """An activation at a place, in float64."""
    return float(ACTIVATIONS[name].forward(np.array([x]))[0])


def slope_at(name: str, x: float) -> float:
    """Its slope there."""
    at = np.array([x])
    return float(ACTIVATIONS[name].backward(np.ones(1), at, ACTIVATIONS[name].forward(at))[0])


def largest_slope(name: str) -> float:
    """The steepest that an activation gets, of places that lie close."""
    return max(slope_at(name, x) for x in np.linspace(-4, 4, 801))


def softmax(scores: tuple[float, ...]) -> list[float]:
    """The shares of some scores."""
    return [float(share) for share in ACTIVATIONS["softmax"].forward(np.array(scores))]


def _row(x: float) -> tuple[Cell, ...]:
    cells = [Shown(number, FORM) for name in FUNCTIONS for number in (value(name, x), slope_at(name, x))]
    return Shown(x, "g"), *cells


def _widened() -> Said:
    wide, narrow = softmax(WIDENED), softmax(NARROWED)
    return said(
        "lesson.activations.widens_found",
        first=_list(WIDENED, "g"),
        wide=_list(wide, FORM),
        second=_list(NARROWED, "g"),
        narrow=_list(narrow, FORM),
        before=abs(NARROWED[0] - NARROWED[1]),
        after=abs(narrow[0] - narrow[1]),
    )


def _list(numbers: Sequence[float], form: str) -> str:
    return f"({', '.join(format(number, form) for number in numbers)})"


def _hint(answer: Numbers) -> Said:
    total = float(answer[0] * len(ASKED))
    return said("lesson.activations.hint", count=len(ASKED), total=total)
