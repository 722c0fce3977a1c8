"""Lesson 2: a kernel answers high where the picture looks like it, and what small kernels cost."""

from fractions import Fraction

from striate.engines.computer import Computer
from striate.inspection.by_hand.sizes import layer_facts
from striate.inspection.by_hand.windows import Rows, convolution
from striate.inspection.lessons.drawn import answers
from striate.inspection.lessons.parts import (
    Claim,
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

DIAGONAL: Rows = ((0, 0, 0, 1), (0, 0, 1, 0), (0, 1, 0, 0), (1, 0, 0, 0))
LIKE_IT: Rows = ((0, 0, 1), (0, 1, 0), (1, 0, 0))
UNLIKE_IT: Rows = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
SMALL: Rows = ((0, 1), (1, 0))
CLASSIC: Rows = ((1, 1, 1, 0, 0), (0, 1, 1, 1, 0), (0, 0, 1, 1, 1), (0, 0, 1, 1, 0), (0, 1, 1, 0, 0))
CROSS: Rows = ((1, 0, 1), (0, 1, 0), (1, 0, 1))
PRINTED = 0  # what a lesson prints for the two middle sums of UNLIKE_IT
MNIST = 28


def parts(computer: Computer) -> tuple[Part, ...]:
    """The lesson."""
    like, unlike = convolution([DIAGONAL], [LIKE_IT]), convolution([DIAGONAL], [UNLIKE_IT])
    small, strided = convolution([DIAGONAL], [SMALL]), convolution([DIAGONAL], [SMALL], 2)
    corners = unlike.sums[0][1], unlike.sums[1][0]
    large_cost, small_cost = (layer_facts(MNIST, len(kernel)).multiply_adds for kernel in (LIKE_IT, SMALL))
    return (
        text("lesson.kernels.template"),
        _slid("lesson.kernels.like", LIKE_IT, like.map),
        _slid("lesson.kernels.unlike", UNLIKE_IT, unlike.map),
        text("lesson.kernels.answers", most=number_text(_most(like.map)), other=number_text(_most(unlike.map))),
        Picture("answers", said("lesson.kernels.caption"), lambda: answers(DIAGONAL, [LIKE_IT, UNLIKE_IT])),
        Claim(
            said("lesson.kernels.printed", printed=PRINTED),
            said("lesson.kernels.computed", printed=PRINTED, right=number_text(corners[0].value)),
        ),
        Lines(tuple(map(written_out, corners))),
        text("lesson.kernels.small"),
        Matrices(
            (
                block("learn.picture", DIAGONAL),
                block("learn.kernel", SMALL),
                block("lesson.kernels.stride_one", small.map),
                block("lesson.kernels.stride_two", strided.map),
            )
        ),
        Claim(
            said("lesson.kernels.cost_claimed"),
            said(
                "lesson.kernels.cost_found",
                large_here=like.multiply_adds,
                small_here=small.multiply_adds,
                size=MNIST,
                large=large_cost,
                small=small_cost,
            ),
        ),
        Commands(
            (
                f'striate learn conv --image "{typed(DIAGONAL)}" --kernel "{typed(SMALL)}" --stride 2',
                "striate learn strokes",
            )
        ),
    )


def _slid(code: str, kernel: Rows, answers: Rows) -> Matrices:
    """The diagonal, a kernel and the map that comes of them."""
    return Matrices((block("learn.picture", DIAGONAL), block(code, kernel), block("learn.map", answers)))


def question() -> Question:
    """The middle of a map that many textbooks show."""
    wanted = convolution([CLASSIC], [CROSS]).sums[1][1]
    return Question(
        asked=said("lesson.kernels.asked", picture=typed(CLASSIC), kernel=typed(CROSS)),
        expected=(Fraction(wanted.value),),
        hint=_hint,
        why=said("lesson.kernels.why", sum=written_out(wanted)),
    )


def _most(rows: Rows) -> Fraction:
    return Fraction(max(max(row) for row in rows))


def _hint(answer: Numbers) -> Said:
    """Which pixels stand under the kernel's ones."""
    products = convolution([CLASSIC], [CROSS]).sums[1][1].channels[0]
    seen = [number_text(product.cell.value) for product in products if product.weight]
    rows = [product.cell.row for product in products]
    return said("lesson.kernels.hint", first=rows[0], last=rows[-1], ones=len(seen), seen=", ".join(seen))
