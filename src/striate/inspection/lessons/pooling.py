"""Lesson 5: pooling keeps the largest or the mean of each window; what it saves, and what it forgives."""

from fractions import Fraction

from striate.engines.computer import Computer
from striate.inspection.by_hand.sizes import size_facts
from striate.inspection.by_hand.windows import Kind, Pooled, Rows, convolution, pooling
from striate.inspection.lessons.drawn import pooled_maps
from striate.inspection.lessons.numbers import KERNEL, PICTURE
from striate.inspection.lessons.parts import (
    Cell,
    Claim,
    Commands,
    Lines,
    Matrices,
    Part,
    Picture,
    Said,
    Shown,
    Table,
    block,
    number_text,
    said,
    term,
    text,
    typed,
)
from striate.inspection.lessons.question import Numbers, Question
from striate.network.graph import Graph, chain
from striate.network.layers import Conv2D, Dense, Flatten, Layer, MaxPooling2D
from striate.network.summary import summarize

FLOWER = (427, 640)
SIDE, CLASSES, FILTERS = 28, 10, 8
ASKED: Rows = ((1, 5, 2), (0, 3, 4), (6, 1, 2))
SHIFTS = ("lesson.pooling.dot", "lesson.pooling.dot_one", "lesson.pooling.dot_two")


def parts(computer: Computer) -> tuple[Part, ...]:
    """The lesson."""
    feature_map = convolution([PICTURE], [KERNEL]).map
    largest, mean = pooling(feature_map), pooling(feature_map, kind="average")
    dots = [_dot(column) for column in (0, 1, 2)]
    rows, columns = (size_facts(n, 2, 2) for n in FLOWER)
    fields = {"size": FLOWER, "pooled": (rows.axis.result, columns.axis.result), "row": rows.unseen[0]}
    line = f'striate learn pool --image "{typed(feature_map)}"'
    return (
        text("lesson.pooling.windows"),
        Matrices(
            (
                block("learn.map", feature_map),
                block("lesson.pooling.max", largest.map),
                block("lesson.pooling.average", mean.map),
            )
        ),
        Lines((pool_line(largest.pools[0][0], "max"), pool_line(mean.pools[0][0], "average"))),
        Picture("max-average", said("lesson.pooling.caption"), lambda: pooled_maps(feature_map)),
        text("lesson.pooling.quarter"),
        text("lesson.pooling.flower", **fields),
        text("lesson.pooling.shift"),
        Matrices(tuple(block(code, dot) for code, dot in zip(SHIFTS, dots, strict=True))),
        Matrices(tuple(block("lesson.pooling.pooled", pooling(dot).map) for dot in dots)),
        text("lesson.pooling.forgives"),
        Claim(said("lesson.pooling.weights_claimed"), said("lesson.pooling.weights_found")),
        _weights_table(),
        Commands((f"{line} --kind average", f"{line} -o pooled.gif")),
    )


def question() -> Question:
    """A pooling whose windows overlap."""
    expected = tuple(Fraction(value) for row in pooling(ASKED, 2, 1).map for value in row)
    return Question(
        asked=said("lesson.pooling.asked", picture=typed(ASKED)),
        expected=expected,
        hint=_hint,
        why=said("lesson.pooling.why", map=typed(pooling(ASKED, 2, 1).map)),
    )


def pool_line(pooled: Pooled, kind: Kind) -> str:
    """max(1, 2, 4, -1) = 4, or (1 + 2 + 4 + (-1))/4 = 1.5."""
    values = [cell.value for cell in pooled.cells]
    if kind == "max":
        return f"max({', '.join(map(number_text, values))}) = {number_text(pooled.value)}"
    return f"({' + '.join(map(term, values))})/{len(values)} = {number_text(Fraction(pooled.value))}"


def nets() -> tuple[Graph, Graph]:
    """The same convolution and the same dense layer, without a pooling between them and with one."""

    def net(*between: Layer) -> Graph:
        first, last = Conv2D(FILTERS, 3, activation="relu", name="conv"), Dense(CLASSES, "softmax", name="dense")
        return Graph.to(chain([first, *between, Flatten(), last], (SIDE, SIDE, 1)))

    return net(), net(MaxPooling2D(2))


def _weights_table() -> Table:
    rows: list[tuple[Cell, ...]] = []
    for code, net in zip(("lesson.pooling.without", "lesson.pooling.with"), nets(), strict=True):
        facts = {layer.name: layer for layer in summarize(net).layers}
        flat = next(layer for layer in facts.values() if layer.kind == "Flatten")
        numbers = (facts["conv"].weights, flat.shape[0] or 0, facts["dense"].weights)
        rows.append((said(code), *(Shown(number, ",") for number in numbers)))
    head = ("", said("lesson.conv_weights"), said("lesson.flat_numbers"), said("lesson.dense_weights"))
    return Table(head, tuple(rows))


def _dot(column: int) -> Rows:
    """4x4 zeros with a 9 in the first row."""
    return tuple(tuple(9 * (row == 0 and place == column) for place in range(4)) for row in range(4))


def _hint(answer: Numbers) -> Said:
    first = pooling(ASKED, 2, 1).pools[0][0]
    mean = tuple(Fraction(value) for row in pooling(ASKED, 2, 1, kind="average").map for value in row)
    if answer == mean:
        return said("lesson.pooling.hint_average")
    return said("lesson.pooling.hint", line=pool_line(first, "max"))
