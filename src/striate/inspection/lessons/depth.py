"""Lesson 11: what depth does to gradients, and how far a unit of a deep layer sees."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from striate.engines.computer import Computer
from striate.engines.reference.activation import ACTIVATIONS
from striate.inspection.lessons.drawn import depths
from striate.inspection.lessons.parts import Cell, Claim, Commands, Lines, Part, Picture, Said, Shown, Table, said, text
from striate.inspection.lessons.question import Numbers, Question
from striate.inspection.lessons.whole import lenet5
from striate.network.initializers import INITIALIZERS
from striate.network.summary import summarize
from striate.network.window import Field

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEPTH, WIDTH, PICTURES = 30, 256, 32
SHOWN_DEPTHS = (3, 10, 30)
ACTIVATION_NAMES = ("sigmoid", "tanh", "relu")
STARTS = ("glorot_uniform", "he_normal")
SMALL = 3
QUARTER = 0.25  # the steepest that the sigmoid gets
ASKED = ((3, 1), (2, 2), (3, 1), (3, 1))  # kernel, stride


def parts(computer: Computer) -> tuple[Part, ...]:
    """The lesson."""
    two = field_of([(SMALL, 1)] * 2)
    return (
        text("lesson.depth.product", quarter=QUARTER, depth=DEPTH),
        Lines((f"{QUARTER}^{DEPTH} = {QUARTER**DEPTH:.1e}",)),
        text("lesson.depth.measured", width=WIDTH),
        Table(
            ("", said("lesson.depth.start"), *(said("lesson.depth.layers", depth=depth) for depth in SHOWN_DEPTHS)),
            tuple(_row(name, start) for name in ACTIVATION_NAMES for start in STARTS),
        ),
        Claim(
            said("lesson.depth.claimed"),
            said(
                "lesson.depth.found",
                relu=left("relu", "glorot_uniform")[-1],
                tanh=left("tanh", "he_normal")[-1],
                relu_he=left("relu", "he_normal")[-1],
            ),
        ),
        Picture("gradients", said("lesson.depth.caption", width=WIDTH), _curves),
        text("lesson.depth.fields"),
        Table(
            (said("summary.column.name"), said("summary.column.shape"), said("lesson.depth.field")),
            tuple(_lenet_rows()),
        ),
        text("lesson.depth.two", f=SMALL, field=two.size, two=2 * SMALL**2, one=two.size**2),
        Commands(("striate summary lenet5", "striate look field lenet5 --unit C3:0:5,5 -o field.png")),
    )


def question() -> Question:
    """The field behind three convolutions and a pooling."""
    return Question(
        asked=said("lesson.depth.asked"),
        expected=(Fraction(field_of(ASKED).size),),
        hint=_hint,
        why=said("lesson.depth.why", walk=_walk()),
    )


def field_of(layers: Sequence[tuple[int, int]]) -> Field:
    """The receptive field behind layers of (kernel, stride)."""
    field = Field()
    for kernel, stride in layers:
        field = field.through(kernel, stride, 0)
    return field


@cache
def left(name: str, start: str) -> tuple[float, ...]:
    """The norm of the gradient behind 1, 2 ... dense layers, as a share of what came in at the end; in float64."""
    rng = np.random.default_rng(0)
    f, x = ACTIVATIONS[name], rng.standard_normal((PICTURES, WIDTH))
    saved = list[tuple[np.ndarray, np.ndarray, np.ndarray]]()
    for _ in range(DEPTH):
        w = INITIALIZERS[start]((WIDTH, WIDTH), rng)
        z = x @ w
        x = f.forward(z)
        saved.append((z, x, w))
    d = rng.standard_normal(x.shape)
    whole, shares = float(np.linalg.norm(d)), list[float]()
    for z, y, w in reversed(saved):
        d = f.backward(d, z, y) @ w.T
        shares.append(float(np.linalg.norm(d)) / whole)
    return tuple(shares)


def _row(name: str, start: str) -> tuple[Cell, ...]:
    return name, start.partition("_")[0], *(Shown(left(name, start)[depth - 1], ".1e") for depth in SHOWN_DEPTHS)


def _curves() -> "Figure":
    return depths({(name, start): left(name, start) for name in ACTIVATION_NAMES for start in STARTS})


def _lenet_rows() -> list[tuple[Cell, ...]]:
    layers = [layer for layer in summarize(lenet5()).layers if len(layer.shape) == 3 and layer.field]
    return [(layer.name, "x".join(map(str, layer.shape)), "x".join(map(str, layer.field or ()))) for layer in layers]


def _walk() -> str:
    return " -> ".join(str(field_of(ASKED[:count]).size) for count in range(len(ASKED) + 1))


def _hint(answer: Numbers) -> Said:
    without_jump = field_of([(kernel, 1) for kernel, _ in ASKED]).size
    if answer[0] == without_jump:
        kernel, stride = ASKED[-1][0], field_of(ASKED).stride
        return said("lesson.depth.hint_stride", f=kernel, wider=(kernel - 1) * stride, narrow=kernel - 1)
    before = field_of(ASKED[:2])
    return said("lesson.depth.hint", field=before.size, stride=before.stride)
