"""Lesson 1: a picture is a table of numbers, and a convolution is sums of products of them."""

from fractions import Fraction

from striate.engines.computer import Computer
from striate.inspection.by_hand.windows import Matrix, Rows, convolution
from striate.inspection.lessons.drawn import sliding
from striate.inspection.lessons.parts import (
    Commands,
    Lines,
    Matrices,
    Part,
    Picture,
    Said,
    block,
    number_text,
    said,
    text,
    typed,
    written_out,
)
from striate.inspection.lessons.question import Numbers, Question

PICTURE: Rows = (
    (8, 8, 8, 7, 6, 5),
    (8, 8, 7, 6, 5, 5),
    (8, 8, 6, 5, 5, 5),
    (8, 5, 5, 5, 4, 4),
    (5, 5, 5, 5, 4, 4),
    (4, 4, 4, 3, 3, 3),
)
KERNEL: Rows = ((0, 0, 1), (-1, 1, -1), (1, -1, 0))
ASKED: Rows = ((1, 0, -1), (1, 0, -1), (1, 0, -1))


def parts(computer: Computer) -> tuple[Part, ...]:
    """The lesson."""
    facts = convolution([PICTURE], [KERNEL])
    first, second = facts.sums[0][:2]
    turned = convolution([PICTURE], [half_turned(KERNEL)]).map[0][1]
    count = facts.windows.count
    line = f'striate learn conv --image "{typed(PICTURE)}" --kernel "{typed(KERNEL)}"'
    return (
        text("lesson.numbers.table", size=facts.windows.size, count=len(PICTURE) * len(PICTURE[0])),
        Matrices((block("learn.picture", PICTURE), block("learn.kernel", KERNEL))),
        text("lesson.numbers.lay", size=facts.windows.kernel, count=len(first.channels[0])),
        Lines((written_out(first),)),
        text("lesson.numbers.move"),
        Lines((written_out(second),)),
        text("lesson.numbers.map", count=count[0] * count[1], size=count),
        Matrices((block("learn.map", facts.map),)),
        Picture(
            "window", said("lesson.numbers.caption", row=0, column=1), lambda: sliding([PICTURE], [KERNEL], (0, 1))
        ),
        text("lesson.numbers.flip", kept=number_text(second.value), turned=number_text(turned)),
        Commands((f"{line} --at 0,1", f"{line} -o slide.gif")),
    )


def question() -> Question:
    """A kernel that looks for upright edges, in the same corner."""
    wanted = convolution([PICTURE], [ASKED]).sums[0][0]
    return Question(
        asked=said("lesson.numbers.asked", kernel=typed(ASKED)),
        expected=(Fraction(wanted.value),),
        hint=_hint,
        why=said("lesson.numbers.why", sum=written_out(wanted)),
    )


def half_turned(kernel: Matrix) -> Rows:
    """The kernel turned by half a circle, as mathematics' own convolution lays it down."""
    return tuple(tuple(reversed(row)) for row in reversed(kernel))


def _hint(answer: Numbers) -> Said:
    flipped = convolution([PICTURE], [half_turned(ASKED)]).map[0][0]
    if answer[0] == flipped:
        return said("lesson.numbers.hint_turned")
    row = convolution([PICTURE[:1]], [ASKED[:1]]).sums[0][0]
    return said("lesson.numbers.hint", row=written_out(row))
