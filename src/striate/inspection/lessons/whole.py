"""Lesson 8: a whole network, layer by layer: sizes, weights, work."""

import math
from fractions import Fraction

from striate.engines.computer import Computer
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
from striate.network.graph import Graph, chain
from striate.network.layers import Conv2D, Dense, Flatten, MaxPooling2D
from striate.network.summary import BYTES, Summary, summarize
from striate.presets.read import wired

FLOWER = (427, 640, 3)
SIDE, KERNEL, FILTERS, POOL = 32, 5, 8, 2  # of the question


def parts(computer: Computer) -> tuple[Part, ...]:
    """The lesson."""
    flower, lenet = summarize(flower_net()), summarize(lenet5())
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
            bytes=BYTES * flower.layers[-1].weights / 1e6,
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


def flower_net() -> Graph:
    """The layers that are called on a photograph, and what a dense layer behind them takes."""
    convolution = Conv2D(32, 3, padding="same", activation="relu")
    return Graph.to(chain([convolution, MaxPooling2D(2), Flatten(), Dense(64, "relu")], FLOWER))


def lenet5() -> Graph:
    """LeNet-5 for ten classes."""
    return Graph.to(wired("lenet5", 10, (28, 28, 1), 1.0))


def _table(summary: Summary) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for layer in summary.layers:
        shape = "x".join(map(str, layer.shape))
        rows.append((layer.name, layer.kind, shape, Shown(layer.weights, ","), Shown(layer.multiply_adds or 0, ",")))
    codes = ("name", "kind", "shape", "weights", "multiply_adds")
    return Table(tuple(Said(f"summary.column.{code}") for code in codes), tuple(rows))


def _asked() -> tuple[tuple[int, ...], tuple[int, ...]]:
    net = Graph.to(chain([Conv2D(FILTERS, KERNEL), MaxPooling2D(POOL)], (SIDE, SIDE, 3)))
    return net.nodes[1].shape, net.nodes[2].shape


def _hint(answer: Numbers) -> Said:
    conv, pool = _asked()
    if answer[0] == math.prod(conv):
        return said("lesson.whole.hint_pool", numbers=math.prod(conv))
    if answer[0] == pool[0] * pool[1]:
        return said("lesson.whole.hint_filters", filters=FILTERS)
    return said("lesson.whole.hint", sum=f"{SIDE} - {KERNEL} + 1 = {conv[0]}", pool=POOL)
