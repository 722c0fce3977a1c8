"""Lesson 3: how large a map becomes, and what happens where the stride does not divide."""

from fractions import Fraction

from striate.engines.computer import Computer
from striate.inspection.by_hand.sizes import SizeFacts, size_facts
from striate.inspection.lessons.drawn import windows_over_a_row
from striate.inspection.lessons.parts import (
    Cell,
    Claim,
    Commands,
    Part,
    Picture,
    Said,
    Table,
    number_text,
    said,
    text,
)
from striate.inspection.lessons.question import Numbers, Question
from striate.network.window import output_size

N, F = 7, 3
ROWS = ((7, 3, 1), (5, 3, 1), (7, 3, 2), (7, 3, 3))
FLOWER = (427, 2, 2)  # the height of a photograph, pooled
ASKED = (28, 5, 1)  # then a pooling of POOL
POOL = 2


def parts(computer: Computer) -> tuple[Part, ...]:
    """The lesson."""
    one, strides = size_facts(N, F), [size_facts(N, F, s) for s in (1, 2, 3)]
    pooled = size_facts(*FLOWER)
    shrinking = [N]
    while shrinking[-1] >= F:
        shrinking.append(output_size(shrinking[-1], F, 1, 0, 0))
    return (
        text("lesson.sizes.places", n=N, f=F, k=one.axis.result, last=one.axis.result - 1),
        text("lesson.sizes.formula"),
        Table(
            ("N", "F", "s", "(N - F)/s + 1", "k", said("lesson.sizes.unseen")),
            tuple(_row(size_facts(*r)) for r in ROWS),
        ),
        Picture("windows", said("lesson.sizes.caption", n=N, f=F), lambda: windows_over_a_row(strides)),
        Claim(
            said("lesson.sizes.excluded", exact=number_text(strides[2].axis.exact)),
            said(
                "lesson.sizes.rounded",
                n=FLOWER[0],
                f=FLOWER[1],
                exact=number_text(pooled.axis.exact),
                k=pooled.axis.result,
                unseen=pooled.unseen[0],
            ),
        ),
        text(
            "lesson.sizes.shrinks",
            walk=" -> ".join(map(str, shrinking)),
            f=F,
            before=N * N,
            after=shrinking[1] ** 2,
        ),
        Commands((f"striate learn calc --n {N} --f {F} --s 3", f"striate learn calc --n {N} --f {F} --s 3 --strict")),
    )


def question() -> Question:
    """A convolution and a pooling behind it."""
    n, f, s = ASKED
    convolved = output_size(n, f, s, 0, 0)
    k = output_size(convolved, POOL, POOL, 0, 0)
    return Question(
        asked=said("lesson.sizes.asked", n=n, f=f, s=s, pool=POOL),
        expected=(Fraction(k),),
        hint=_hint,
        why=said("lesson.sizes.why", walk=f"{n} -> {convolved} -> {k}"),
    )


def _row(facts: SizeFacts) -> tuple[Cell, ...]:
    axis = facts.axis
    unseen = ", ".join(map(str, facts.unseen)) or "-"
    return axis.size, axis.kernel, axis.stride, number_text(axis.exact), axis.result, unseen


def _hint(answer: Numbers) -> Said:
    n, f, s = ASKED
    convolved = output_size(n, f, s, 0, 0)
    if answer[0] == convolved:
        return said("lesson.sizes.hint_pool", convolved=convolved, pool=POOL)
    if answer[0] == Fraction(n, POOL):
        return said("lesson.sizes.hint_border", n=n, f=f)
    return said("lesson.sizes.hint", sum=f"({n} - {f})/{s} + 1 = {convolved}")
