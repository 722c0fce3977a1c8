"""Lesson 9: the loss, back-propagation through a tiny net, and one step of gradient descent."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from striate.engines.computer import Computer
from striate.inspection.lessons.drawn import chain
from striate.inspection.lessons.parts import (
    Cell,
    Lines,
    Part,
    Picture,
    Said,
    Shown,
    Table,
    number_text,
    said,
    term,
    text,
)
from striate.inspection.lessons.question import Numbers, Question
from striate.network.layers import Dense
from striate.network.optimizers import GradientDescent
from striate.sequential import Sequential

if TYPE_CHECKING:
    from striate.figures.passes import Stop

OUTPUTS = (("lesson.dog", (1, 0), ("0.7", "0")), ("lesson.cat", (0, 1), ("0", "0.8")))  # animal, target, output
POINTS = ((1, 2), (2, 4), (3, 5))
LINE = (1, 1)  # m, b
RATES = ("0.001", "0.01", "0.1")
STEP = Fraction(1, 10_000)  # of the finite differences
OTHER_TARGET = 2


@dataclass(frozen=True)
class TinyNet:
    """x -> w1 -> ReLU -> w2 -> y, and the squared error to a target."""

    x: Fraction = Fraction(2)
    w1: Fraction = Fraction(1, 2)
    w2: Fraction = Fraction(3)
    target: Fraction = Fraction(1)

    @property
    def z(self) -> Fraction:
        """w1 x."""
        return self.w1 * self.x

    @property
    def h(self) -> Fraction:
        """ReLU(z)."""
        return max(self.z, Fraction(0))

    @property
    def y(self) -> Fraction:
        """w2 h."""
        return self.w2 * self.h

    @property
    def error(self) -> Fraction:
        """(y - target)^2."""
        return (self.y - self.target) ** 2

    @property
    def dy(self) -> Fraction:
        """dE/dy = 2 (y - target)."""
        return 2 * (self.y - self.target)

    @property
    def dw2(self) -> Fraction:
        """dE/dw2 = dE/dy h."""
        return self.dy * self.h

    @property
    def dh(self) -> Fraction:
        """dE/dh = dE/dy w2."""
        return self.dy * self.w2

    @property
    def dz(self) -> Fraction:
        """dE/dz = dE/dh where z > 0, else 0."""
        return self.dh if self.z > 0 else Fraction(0)

    @property
    def dw1(self) -> Fraction:
        """dE/dw1 = dE/dz x."""
        return self.dz * self.x

    def stepped(self, rate: Fraction) -> "TinyNet":
        """The net after one step of gradient descent."""
        return replace(self, w1=self.w1 - rate * self.dw1, w2=self.w2 - rate * self.dw2)

    def differences(self) -> tuple[Fraction, Fraction]:
        """(E(w + h) - E(w - h)) / 2h for w1 and w2."""
        ahead = replace(self, w1=self.w1 + STEP), replace(self, w2=self.w2 + STEP)
        behind = replace(self, w1=self.w1 - STEP), replace(self, w2=self.w2 - STEP)
        w1, w2 = ((a.error - b.error) / (2 * STEP) for a, b in zip(ahead, behind, strict=True))
        return w1, w2


def parts(computer: Computer) -> tuple[Part, ...]:
    """The lesson."""
    net = TinyNet()
    error, written = mean_squared_error(POINTS, LINE)
    by_striate = trained_once(net, computer)
    after = net.stepped(Fraction(RATES[1]))
    return (
        text("lesson.learning.target"),
        Table(
            (
                said("lesson.learning.picture"),
                said("lesson.learning.wanted"),
                said("lesson.learning.given"),
                said("lesson.learning.error"),
            ),
            tuple(_animal(*row) for row in OUTPUTS),
        ),
        text("lesson.learning.mse", line=line_text(*LINE), error=number_text(error)),
        Lines((written,)),
        text(
            "lesson.learning.net",
            x=number_text(net.x),
            w1=number_text(net.w1),
            w2=number_text(net.w2),
            t=number_text(net.target),
        ),
        Lines(forward_lines(net)),
        text("lesson.learning.backwards"),
        Lines(backward_lines(net)),
        Picture("backwards", said("lesson.learning.caption"), lambda: chain(_stops(net))),
        text(
            "lesson.learning.checked", step=float(STEP), w1=float(net.differences()[0]), w2=float(net.differences()[1])
        ),
        text("lesson.learning.step"),
        Table(("eta", "w1", "w2", "E"), tuple(_stepped(net, rate) for rate in RATES)),
        text(
            "lesson.learning.too_far",
            rate=RATES[-1],
            w1=number_text(net.stepped(Fraction(RATES[-1])).w1),
            low=RATES[0],
            high=RATES[1],
        ),
        text(
            "lesson.learning.striate",
            rate=RATES[1],
            w1=by_striate[0],
            w2=by_striate[1],
            by_hand=f"{number_text(after.w1)}, {number_text(after.w2)}",
        ),
    )


def question() -> Question:
    """The same net with another target."""
    net = replace(TinyNet(), target=Fraction(OTHER_TARGET))
    return Question(
        asked=said("lesson.learning.asked", target=OTHER_TARGET),
        expected=(net.dw2,),
        hint=_hint,
        why=said("lesson.learning.why", line=backward_lines(net)[1]),
    )


def mean_squared_error(points: Sequence[tuple[int, int]], line: tuple[int, int]) -> tuple[Fraction, str]:
    """E(m, b) = 1/N sum (y - (m x + b))^2, and how it is written out."""
    m, b = line
    errors = [y - (m * x + b) for x, y in points]
    mean = Fraction(sum(error**2 for error in errors), len(errors))
    written = " + ".join(f"({y} - {m * x + b})^2" for x, y in points)
    return mean, f"E = ({written})/{len(points)} = {number_text(mean)}"


def forward_lines(net: TinyNet) -> tuple[str, ...]:
    """From x to the error."""
    t = number_text
    return (
        f"z = w1*x = {term(net.w1)}*{t(net.x)} = {t(net.z)}",
        f"h = ReLU(z) = {t(net.h)}",
        f"y = w2*h = {term(net.w2)}*{t(net.h)} = {t(net.y)}",
        f"E = (y - t)^2 = ({t(net.y)} - {t(net.target)})^2 = {t(net.error)}",
    )


def backward_lines(net: TinyNet) -> tuple[str, ...]:
    """From the error to both weights."""
    t = number_text
    return (
        f"dE/dy = 2*(y - t) = 2*({t(net.y)} - {t(net.target)}) = {t(net.dy)}",
        f"dE/dw2 = dE/dy * h = {t(net.dy)}*{t(net.h)} = {t(net.dw2)}",
        f"dE/dh = dE/dy * w2 = {t(net.dy)}*{t(net.w2)} = {t(net.dh)}",
        f"dE/dz = dE/dh * ReLU'(z) = {t(net.dh)}*{int(net.z > 0)} = {t(net.dz)}",
        f"dE/dw1 = dE/dz * x = {t(net.dz)}*{t(net.x)} = {t(net.dw1)}",
    )


def line_text(m: int, b: int) -> str:
    """m x + b as one writes it: x + 1, 3x - 4."""
    return f"{m if m != 1 else ''}x {'-' if b < 0 else '+'} {abs(b)}"


def trained_once(net: TinyNet, computer: Computer) -> tuple[float, float]:
    """w1 and w2 after Striate's own training step at the middle rate."""
    layers = [Dense(1, "relu", use_bias=False, input_shape=(1,)), Dense(1, use_bias=False)]
    model = Sequential(layers)
    model.set_weights([np.array([[float(net.w1)]]), np.array([[float(net.w2)]])])
    rule = GradientDescent(float(RATES[1]))
    model.compile(rule, "mse", **asdict(computer))
    x, y = np.array([[net.x]], np.float32), np.array([[net.target]], np.float32)
    model.fit(x, y, batch_size=1, epochs=1, verbose=0)
    w1, w2 = (float(weights[0, 0]) for weights in model.get_weights())
    return w1, w2


def _stops(net: TinyNet) -> "list[Stop]":
    from striate.figures.passes import Stop

    t = number_text
    return [
        Stop("x", t(net.x), None),
        Stop("z", t(net.z), t(net.dz), f"w1 = {t(net.w1)}", f"dE/dw1 = {t(net.dw1)}"),
        Stop("h", t(net.h), t(net.dh), "ReLU"),
        Stop("y", t(net.y), t(net.dy), f"w2 = {t(net.w2)}", f"dE/dw2 = {t(net.dw2)}"),
        Stop("E", t(net.error), None, f"(y - {t(net.target)})²"),
    ]


def _animal(code: str, target: tuple[int, int], output: tuple[str, str]) -> tuple[Cell, ...]:
    missing = max(abs(t - Fraction(o)) for t, o in zip(target, output, strict=True))
    return said(code), f"({target[0]}, {target[1]})", f"({output[0]}, {output[1]})", number_text(missing)


def _stepped(net: TinyNet, rate: str) -> tuple[Cell, ...]:
    after = net.stepped(Fraction(rate))
    return rate, number_text(after.w1), number_text(after.w2), Shown(float(after.error), ".4f")


def _hint(answer: Numbers) -> Said:
    net = replace(TinyNet(), target=Fraction(OTHER_TARGET))
    if answer[0] == -net.dw2:
        return said("lesson.learning.hint_sign")
    if answer[0] == TinyNet().dw2:
        return said("lesson.learning.hint_target", target=OTHER_TARGET)
    return said("lesson.learning.hint", line=backward_lines(net)[0], h=number_text(net.h))
