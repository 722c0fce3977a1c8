"""Lesson 4: zeros around a picture, what they keep and what they add; two meanings of "same"."""

from striate.engines.computer import Computer
from striate.inspection.by_hand.sizes import size_facts
from striate.inspection.by_hand.windows import convolution
from striate.inspection.lessons.drawn import padding_maps
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
)
from striate.inspection.lessons.question import Numbers, Question
from striate.network.window import Field, output_size, same_padding

N, F = 7, 3
LAYERS = 3
LOPSIDED = (6, 2, 1)  # N, F, s
COUNTEREXAMPLE = (3, 2, 2, 2)  # N, F, s, p
STRIDED = (7, 3, 2)  # N, F, s
ASKED = (28, 5)  # N, F


def parts(computer: Computer) -> tuple[Part, ...]:
    """The lesson."""
    kept = size_facts(N, F, 1, 1)
    blank = [[0] * N] * N
    counted = [[number.padding for number in row] for row in convolution([blank], [[[1] * F] * F], 1, 1).sums]
    deep = padding_shares(LAYERS)
    before, after = same_padding(*LOPSIDED)
    return (
        text("lesson.padding.ring", n=N, f=F, without=size_facts(N, F).axis.result, k=kept.axis.result),
        Lines((f"k = (N + 2p - F)/s + 1 = ({N} + 2*1 - {F})/1 + 1 = {kept.axis.result}",)),
        text("lesson.padding.formula", f=F, p=number_text(kept.keeping)),
        Lines((f"p = ((N - 1)s + F - N)/2 = (({N} - 1)*1 + {F} - {N})/2 = {number_text(kept.keeping)}",)),
        text("lesson.padding.price", places=F * F),
        Matrices((block("lesson.padding.counted", counted),)),
        text("lesson.padding.deep", layers=LAYERS, corner=100 * deep[0][0], middle=100 * deep[N // 2][N // 2]),
        Picture(
            "shares",
            said("lesson.padding.caption", layers=LAYERS),
            lambda: padding_maps([padding_shares(1), deep], ["lesson.padding.one", "lesson.padding.three"]),
        ),
        _formula_claim(),
        _same_claim(),
        text("lesson.padding.lopsided", n=LOPSIDED[0], f=LOPSIDED[1], before=before, after=after),
        Commands(
            (
                f"striate learn calc --n {STRIDED[0]} --f {STRIDED[1]} --s {STRIDED[2]}",
                "striate look field lenet5 --padding C1",
            )
        ),
    )


def question() -> Question:
    """The padding that a 5x5 kernel needs."""
    n, f = ASKED
    keeping = size_facts(n, f).keeping
    return Question(
        asked=said("lesson.padding.asked", n=n, f=f),
        expected=(keeping,),
        hint=_hint,
        why=said("lesson.padding.why", sum=f"({f} - 1)/2 = {number_text(keeping)}"),
    )


def padding_shares(layers: int) -> list[list[float]]:
    """For each number behind so many 3x3 layers with a padding of 1: the share of its receptive field outside."""
    field = Field()
    for _ in range(layers):
        field = field.through(F, 1, 1)
    starts = [field.start + place * field.stride for place in range(N)]
    inside = [sum(0 <= start + tap < N for tap in range(field.size)) for start in starts]
    return [[1 - rows * columns / field.size**2 for columns in inside] for rows in inside]


def _formula_claim() -> Claim:
    n, f, s, p = COUNTEREXAMPLE
    facts = size_facts(n, f, s, p)
    fields = {"n": n, "f": f, "s": s, "formula": number_text(facts.keeping), "p": p, "k": facts.axis.result}
    return Claim(said("lesson.padding.only_claimed"), Said("lesson.padding.only_found", fields))


def _same_claim() -> Claim:
    n, f, s = STRIDED
    facts = size_facts(n, f, s)
    p = facts.keeping
    by_formula = output_size(n, f, s, int(p), int(p))
    fields = {"n": n, "f": f, "s": s, "keras": facts.same.result, "p": number_text(p), "formula": by_formula}
    return Claim(said("lesson.padding.same_claimed"), Said("lesson.padding.same_found", fields))


def _hint(answer: Numbers) -> Said:
    n, f = ASKED
    p = answer[0]
    if p.denominator != 1 or not 0 <= p <= n:
        return said("lesson.padding.hint_whole", n=n)
    return said(
        "lesson.padding.hint", p=int(p), sum=f"{n} + 2*{p} - {f} + 1 = {output_size(n, f, 1, int(p), int(p))}", n=n
    )
