"""Lesson 6: several channels, several filters, and how many weights that makes."""

import math
from fractions import Fraction

from striate.engines.computer import Computer
from striate.inspection.by_hand.sizes import layer_facts
from striate.inspection.by_hand.windows import Rows, convolution
from striate.inspection.lessons.drawn import channel_sum
from striate.inspection.lessons.parts import (
    Cell,
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
)
from striate.inspection.lessons.question import Numbers, Question
from striate.network.graph import Graph, Input
from striate.network.layers import Concatenate, Conv2D, Dense
from striate.network.shapes import Shape, weights

RED: Rows = ((1, 0, 2), (3, 1, 0), (0, 2, 1))
GREEN: Rows = ((0, 1, 1), (2, 0, 1), (1, 1, 0))
BLUE: Rows = ((2, 2, 0), (0, 1, 3), (1, 0, 1))
KERNELS: tuple[Rows, ...] = (((1, 0), (0, 1)), ((0, 1), (1, 0)), ((1, -1), (0, 0)))
PICTURE = (RED, GREEN, BLUE)
CHANNELS = ("lesson.red", "lesson.green", "lesson.blue")
BIAS = 1
SIDE, KERNEL, FILTERS = 7, 3, 6
SHAPES: tuple[Shape, ...] = ((7, 7, 1), (28, 28, 1), (427, 640, 1))
ASKED = (3, 3, 32)  # kernel, channels, filters
HALF = 3  # of the filters, with an activation of their own


def parts(computer: Computer) -> tuple[Part, ...]:
    """The lesson."""
    facts = convolution(PICTURE, KERNELS)
    first = facts.sums[0][0]
    channel_values = " + ".join(map(term, first.channel_values))
    layer = layer_facts(SIDE, KERNEL, filters=FILTERS)
    return (
        text("lesson.channels.colour", channels=len(PICTURE)),
        *(
            Matrices((block(name, channel), block("learn.kernel", kernel, "*")))
            for name, channel, kernel in zip(CHANNELS, PICTURE, KERNELS, strict=True)
        ),
        text("lesson.channels.sum"),
        Lines((f"{channel_values} = {number_text(first.value)}",)),
        Matrices((block("learn.map", facts.map),)),
        Picture("channels", said("lesson.channels.caption"), lambda: channel_sum(PICTURE, KERNELS, CHANNELS)),
        text("lesson.channels.bias", before=number_text(first.value), bias=BIAS, after=number_text(first.value + BIAS)),
        text("lesson.channels.filters", filters=FILTERS, f=KERNEL, size=layer.shape_in, out=layer.shape_out),
        Lines((f"F*F*C*K + K = {KERNEL}*{KERNEL}*1*{FILTERS} + {FILTERS} = {layer.weights}",)),
        text("lesson.channels.any_size"),
        _weights_table(),
        text("lesson.channels.concatenate", half=HALF, out=joined_shape()),
        Commands((f"striate learn calc --n {SIDE} --f {KERNEL} --filters {FILTERS}",)),
    )


def question() -> Question:
    """The weights of a first layer on colour pictures."""
    f, channels, filters = ASKED
    return Question(
        asked=said("lesson.channels.asked", f=f, channels=channels, filters=filters),
        expected=(Fraction(_asked_weights()),),
        hint=_hint,
        why=said("lesson.channels.why", sum=f"{f}*{f}*{channels}*{filters} + {filters} = {_asked_weights()}"),
    )


def joined_shape() -> Shape:
    """What two convolutions of other activations give together."""
    x = Input((SIDE, SIDE, 1))
    joined = Concatenate()([Conv2D(HALF, KERNEL, activation=name)(x) for name in ("relu", "tanh")])
    return Graph.to(joined).output_shape


def count(layer: Conv2D | Dense, shape: Shape) -> int:
    """The weights of a layer for pictures of a shape, biases counted."""
    return sum(math.prod(weight.shape) for weight in weights(layer, shape))


def _weights_table() -> Table:
    convolution_layer, dense = Conv2D(FILTERS, KERNEL), Dense(FILTERS)
    rows: list[tuple[Cell, ...]] = [
        (
            "x".join(map(str, shape)),
            Shown(count(convolution_layer, shape), ","),
            Shown(count(dense, (math.prod(shape),)), ","),
        )
        for shape in SHAPES
    ]
    head = (said("learn.picture"), f"Conv2D({FILTERS}, {KERNEL})", f"Dense({FILTERS})")
    return Table(head, tuple(rows))


def _asked_weights() -> int:
    f, channels, filters = ASKED
    return layer_facts(SIDE, f, channels=channels, filters=filters).weights


def _hint(answer: Numbers) -> Said:
    f, channels, filters = ASKED
    if answer[0] == _asked_weights() - filters:
        return said("lesson.channels.hint_bias", filters=filters)
    if answer[0] in (f * f * filters, f * f * filters + filters):
        return said("lesson.channels.hint_channels", channels=channels)
    return said("lesson.channels.hint", sum=f"{f}*{f}*{channels} = {f * f * channels}")
