"""Lesson 8: a whole network, layer by layer: sizes, weights, work."""

import math
from fractions import Fraction

from striate.inspection.lessons.computer import Computer
from striate.inspection.lessons.drawn import layer_costs
from striate.inspection.lessons.parts import (
    Cell,
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
from striate.network.layers import Conv2D, Dense, Flatten, MaxPooling2D
from striate.network.summary import Summary
from striate.presets.models import lenet5
from striate.sequential import Sequential

FLOWER = (427, 640, 3)
SIDE, KERNEL, FILTERS, POOL = 32, 5, 8, 2  # of the question


def parts(computer: Computer) -> tuple[Part, ...]:
    """The lesson."""
    flower, lenet = flower_net().summarize(), lenet5().summarize()
    facts = {layer.name: layer for layer in lenet.layers}
    c3, dense = facts["C3"], [facts[name] for name in ("C5", "F6")]
    flat = next(layer for layer in flower.layers if layer.kind == "Flatten")
    return (
        text("lesson.whole.flower", size=FLOWER),
        _table(flower),
        text(
            "lesson.whole.explodes",
            numbers=flat.shape[0],
            weights=flower.layers[-1].weights,
            convolution=flower.layers[1].weights,
            bytes=4 * flower.layers[-1].weights / 2**20,
        ),
        text("lesson.whole.lenet"),
        _table(lenet),
        text(
            "lesson.whole.where",
            weights=100 * sum(layer.weights for layer in dense) / lenet.weights,
            work=100 * sum(facts[name].multiply_adds or 0 for name in ("C1", "C3")) / (lenet.multiply_adds or 1),
        ),
        Picture("layers", said("lesson.whole.caption"), lambda: layer_costs(lenet)),
        text("lesson.whole.by_hand"),
        Lines(
            (
                f"C3: ({facts['S2'].shape[0]} - 5)/1 + 1 = {c3.shape[0]}",
                f"C3: 5*5*{facts['S2'].shape[2]}*{c3.shape[2]} + {c3.shape[2]} = {c3.weights:,}",
            )
        ),
        text("lesson.whole.end"),
        Commands(("striate summary lenet5",)),
    )


def question() -> Question:
    """What reaches the dense layer of a small net."""
    conv, pool = _asked()
    wanted = math.prod(pool)
    return Question(
        asked=said("lesson.whole.asked", size=(SIDE, SIDE, 3), filters=FILTERS, f=KERNEL, pool=POOL),
        expected=(Fraction(wanted),),
        hint=_hint,
        why=said(
            "lesson.whole.why",
            walk=f"{SIDE} -> {conv[0]} -> {pool[0]}",
            sum=f"{pool[0]}*{pool[1]}*{pool[2]} = {number_text(wanted)}",
        ),
    )


def flower_net() -> Sequential:
    """The layers that are called on a photograph, and what a dense layer behind them takes."""
    return Sequential(
        [
            Conv2D(32, 3, padding="same", activation="relu", input_shape=FLOWER),
            MaxPooling2D(2),
            Flatten(),
            Dense(64, "relu"),
        ]
    )


def _table(summary: Summary) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for layer in summary.layers:
        shape = "x".join(map(str, layer.shape))
        rows.append((layer.name, layer.kind, shape, Shown(layer.weights, ","), Shown(layer.multiply_adds or 0, ",")))
    codes = ("name", "kind", "shape", "weights", "multiply_adds")
    return Table(tuple(Said(f"summary.column.{code}") for code in codes), tuple(rows))


def _asked() -> tuple[tuple[int, ...], tuple[int, ...]]:
    net = Sequential([Conv2D(FILTERS, KERNEL, input_shape=(SIDE, SIDE, 3)), MaxPooling2D(POOL)])
    conv, pool = (tuple(n or 0 for n in layer.shape) for layer in net.summarize().layers[1:])
    return conv, pool


def _hint(answer: Numbers) -> Said:
    conv, pool = _asked()
    if answer[0] == math.prod(conv):
        return said("lesson.whole.hint_pool", numbers=math.prod(conv))
    if answer[0] == pool[0] * pool[1]:
        return said("lesson.whole.hint_filters", filters=FILTERS)
    return said("lesson.whole.hint", sum=f"{SIDE} - {KERNEL} + 1 = {conv[0]}", pool=POOL)
