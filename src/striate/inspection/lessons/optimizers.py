"""Lesson 10: momentum with both signs, the textbook's NAG and Keras's, Adam's first step."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from striate.engines.computer import Computer
from striate.engines.reference.optimizers import UPDATES
from striate.inspection.lessons.drawn import paths
from striate.inspection.lessons.parts import (
    Cell,
    Claim,
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
from striate.network.optimizers import NAG, Adam, GradientDescent, Momentum, Nesterov, Rule

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Vector = NDArray[np.float64]
Slope = Callable[[Vector], Vector]

START, ETA, GAMMA, STEPS = 1.0, 0.1, 0.9, 4
GRADIENTS = (0.001, 1.0, 1000.0)
FULL, MINI = (6, 60), (10, 5)  # steps, minutes a step
ASKED_GAMMA = Fraction(1, 2)
VALLEY = (1.0, 25.0)  # f = (a x^2 + b y^2) / 2; a is 1
VALLEY_START, VALLEY_ETA, VALLEY_STEPS = (-4.0, 1.0), 0.03, 40


def parts(computer: Computer) -> tuple[Part, ...]:
    """The lesson."""
    minutes = [steps * each for steps, each in (FULL, MINI)]
    return (
        text("lesson.optimizers.bowl", start=START, eta=ETA),
        Lines(("theta <- theta - eta*g", "v <- gamma*v + eta*g,   theta <- theta - v")),
        text("lesson.optimizers.momentum", gamma=GAMMA, share=100 * GAMMA),
        Table(
            (said("lesson.step"), said("lesson.optimizers.plain"), "v", said("lesson.optimizers.with_momentum")),
            tuple(_momentum_row(step) for step in range(1, STEPS + 1)),
        ),
        Claim(said("lesson.optimizers.signs_claimed"), said("lesson.optimizers.signs_found", gap=sign_gap())),
        text("lesson.optimizers.nag"),
        Table(
            (said("lesson.step"), said("lesson.optimizers.textbook"), said("lesson.optimizers.ahead"), "Keras"),
            tuple(_nag_row(step) for step in range(1, STEPS + 1)),
        ),
        text("lesson.optimizers.nag_equal"),
        Claim(said("lesson.optimizers.torch_claimed"), _torch_found()),
        Picture(
            "valley", said("lesson.optimizers.caption", height=f"x^2 + {VALLEY[1]:g} y^2", steps=VALLEY_STEPS), _valley
        ),
        text("lesson.optimizers.adam"),
        Table(("g", "SGD: eta*g", "Adam"), tuple(_first_step(g) for g in GRADIENTS)),
        text(
            "lesson.optimizers.batches",
            full_steps=FULL[0],
            full_hours=minutes[0] / 60,
            mini_steps=MINI[0],
            mini_each=MINI[1],
            mini=minutes[1],
        ),
        Commands(
            (
                "striate learn race --on beale,valley -o paths.gif",
                "striate learn race --digits --optimizers sgd,momentum,adam",
            )
        ),
    )


def question() -> Question:
    """Two steps by hand."""
    theta, v = two_steps(ASKED_GAMMA)
    return Question(
        asked=said("lesson.optimizers.asked", gamma=float(ASKED_GAMMA), eta=ETA, start=START),
        expected=(theta,),
        hint=_hint,
        why=said("lesson.optimizers.why", v=number_text(v), theta=number_text(theta)),
    )


def bowl(theta: Vector) -> Vector:
    """The slope of theta^2."""
    return 2 * theta


def path(rule: Rule, slope: Slope, start: Vector, steps: int) -> list[tuple[Vector, tuple[NDArray[Any], ...]]]:
    """Where a rule goes: theta and its slots before the first step and after each."""
    theta, slots = start.astype(np.float64), rule.first_slots(start.astype(np.float64))
    went: list[tuple[Vector, tuple[NDArray[Any], ...]]] = [(theta.copy(), tuple(slot.copy() for slot in slots))]
    for t in range(1, steps + 1):
        # NAG takes its gradient where momentum alone would lead.
        seen = theta - rule.momentum * slots[0] if isinstance(rule, NAG) else theta
        UPDATES[type(rule)](rule, theta, slope(seen), slots, t, rule.rate_at(t - 1))
        went.append((theta.copy(), tuple(slot.copy() for slot in slots)))
    return went


def sign_gap() -> float:
    """The largest difference between momentum's path and that with the other sign, m v - eta g added."""
    ours = path(Momentum(ETA, momentum=GAMMA), bowl, np.array([START]), STEPS)
    theta, v, gaps = START, 0.0, [0.0]
    for after, _ in ours[1:]:
        v = GAMMA * v - ETA * 2 * theta
        theta += v
        gaps.append(abs(theta - float(after[0])))
    return max(gaps)


def nag_forms(rates: Sequence[float]) -> tuple[float, float, float]:
    """Where three forms of NAG on theta^2 stand when the rate changes from step to step.

    The textbook's theta - gamma v, Keras's theta, and PyTorch's: v <- gamma v + g, theta <- theta - eta (g + gamma v).
    """
    start, v, torch = np.array([START]), 0.0, START
    textbook, keras = ((rule, start.copy(), (np.zeros(1),)) for rule in (NAG(ETA, GAMMA), Nesterov(ETA, GAMMA)))
    for t, eta in enumerate(rates, start=1):
        for rule, theta, slots in (textbook, keras):
            seen = theta - GAMMA * slots[0] if isinstance(rule, NAG) else theta
            UPDATES[type(rule)](rule, theta, bowl(seen), slots, t, eta)
        v = GAMMA * v + 2 * torch
        torch -= eta * (2 * torch + GAMMA * v)
    return float((textbook[1] - GAMMA * textbook[2][0])[0]), float(keras[1][0]), torch


def two_steps(gamma: Fraction) -> tuple[Fraction, Fraction]:
    """theta and v after two steps of momentum on theta^2, exactly."""
    theta, v, eta = Fraction(START), Fraction(0), Fraction(str(ETA))
    for _ in range(2):
        v = gamma * v + eta * 2 * theta
        theta -= v
    return theta, v


def _torch_found() -> Said:
    constant = nag_forms([ETA] * STEPS)
    halved = nag_forms([ETA] * (STEPS // 2) + [ETA / 2] * (STEPS - STEPS // 2))
    fields = {"steps": STEPS, "same": constant[2], "from_step": STEPS // 2 + 1, "keras": halved[1], "torch": halved[2]}
    return Said("lesson.optimizers.torch_found", fields)


def _momentum_row(step: int) -> tuple[Cell, ...]:
    start = np.array([START])
    plain, pushed = (
        path(rule, bowl, start, step)[-1] for rule in (GradientDescent(ETA), Momentum(ETA, momentum=GAMMA))
    )
    numbers = (plain[0][0], pushed[1][0][0], pushed[0][0])
    return step, *(Shown(float(number), ".4f") for number in numbers)


def _nag_row(step: int) -> tuple[Cell, ...]:
    start = np.array([START])
    textbook = path(NAG(ETA, momentum=GAMMA), bowl, start, step)[-1]
    keras = path(Nesterov(ETA, momentum=GAMMA), bowl, start, step)[-1]
    numbers = (textbook[0][0], textbook[0][0] - GAMMA * textbook[1][0][0], keras[0][0])
    return step, *(Shown(float(number), ".4f") for number in numbers)


def _first_step(g: float) -> tuple[Cell, ...]:
    rule = Adam(ETA)
    moved = path(rule, lambda _: np.array([g]), np.zeros(1), 1)[-1][0][0]
    return Shown(g, "g"), Shown(ETA * g, "g"), Shown(-float(moved), ".4f")


def valley_slope(theta: Vector) -> Vector:
    """The slope of (a x^2 + b y^2) / 2."""
    return np.array(VALLEY) * theta


def _valley() -> "Figure":
    rules = {
        "SGD": GradientDescent(VALLEY_ETA),
        "Momentum": Momentum(VALLEY_ETA, momentum=GAMMA),
        "NAG": NAG(VALLEY_ETA, momentum=GAMMA),
        "Adam": Adam(10 * VALLEY_ETA),
    }
    start = np.array(VALLEY_START)
    went = {
        name: np.array([at for at, _ in path(rule, valley_slope, start, VALLEY_STEPS)]) for name, rule in rules.items()
    }
    return paths(went, VALLEY)


def _hint(answer: Numbers) -> Said:
    if answer[0] == two_steps(Fraction(0))[0]:
        return said("lesson.optimizers.hint_plain")
    if answer[0] == two_steps(Fraction(str(GAMMA)))[0]:
        return said("lesson.optimizers.hint_gamma", gamma=float(ASKED_GAMMA))
    first = Fraction(START) * (1 - 2 * Fraction(str(ETA)))
    return said("lesson.optimizers.hint", theta=number_text(first), v=number_text(Fraction(START) - first))
