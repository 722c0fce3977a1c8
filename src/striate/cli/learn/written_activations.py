"""What `striate learn activations` says: lines of text, and the same for a program."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from striate.engines.reference.activation import sigmoid, softmax
from striate.inspection.activations.learning_speed import EVERY, Learning, LearningSpeed, RuleSpeed
from striate.inspection.activations.slopes import ActivationFunctions, Interval, Slope
from striate.inspection.activations.vanishing import GradientLeft
from striate.messages import render
from striate.views.columns import aligned

SHOWN_DEPTHS = (3, 10, 30)
COMPARED = ("sigmoid", "tanh", "relu")
LOST = 0.01  # of a gradient; what is left of it is called lost below that
SHOWN_X = 0.7  # where sigmoid and softmax are seen to agree


def function_lines(functions: ActivationFunctions) -> Iterator[str]:
    """A row for each function, and what softmax is."""
    yield render("activations.heading")
    yield ""
    titles = ("name", "largest", "where", "at_zero", "zeros", "fades")
    rows = [[render(f"activations.{title}") for title in titles], *map(_slope_row, functions.facts)]
    yield from aligned(rows, right={1, 3})
    yield ""
    (wide, rest), (small, other) = softmax(np.array([4.0, 1.0])), softmax(np.array([0.0, 0.1]))
    fields = {"wide": wide, "rest": rest, "small": small, "other": other, "one": softmax(np.array([3.0]))[0]}
    fields |= {"sigmoid": float(sigmoid(np.array(SHOWN_X))), "of_two": softmax(np.array([SHOWN_X, 0]))[0]}
    yield render("activations.softmax", fields)


def gradient_lines(left: GradientLeft) -> Iterator[str]:
    """A row for each activation, three depths for each way to draw the first weights."""
    yield render("activations.left_heading", {"width": left.width, "draws": left.shares.shape[-1]})
    yield render("activations.left_measure")
    yield ""
    depths = [left.depths.index(depth) for depth in SHOWN_DEPTHS if depth in left.depths]
    starts = [start if n == 0 else "" for start in left.starts for n in range(len(depths))]
    layers = [render("activations.layers", {"depth": left.depths[d]}) for d in depths] * len(left.starts)
    typical = left.typical
    rows = [
        [name, *(_power(typical[a, s, d]) for s in range(len(left.starts)) for d in depths)]
        for a, name in enumerate(left.activations)
    ]
    yield from aligned([["", *starts], [render("activations.name"), *layers], *rows], right=range(1, len(starts) + 1))
    if set(COMPARED) <= set(left.activations) and len(left.starts) > 1:
        yield ""
        yield render("activations.vanish", {"depth": left.depths[depths[-1]], "starts": left.starts})
        for name in COMPARED:
            shares = typical[left.activations.index(name), :, depths[-1]]
            lost = "all" if (shares < LOST).all() else "some" if (shares < LOST).any() else "none"
            fields = {"activation": name, "shares": [_power(share) for share in shares]}
            yield "  " + render("activations.vanish_one", fields | {"verdict": f"activations.lost.{lost}"})


def speed_lines(speed: LearningSpeed) -> Iterator[str]:
    """The steps of every training, and what becomes of the claim."""
    budget = speed.budget
    fields = {
        "batch": speed.batch_size,
        "percent": 100 * budget.accuracy,
        "judged": speed.judged,
        "part": f"part.{speed.part}",
    }
    yield render("activations.speed_heading", fields)
    counts = {"weights": speed.weights, "pictures": speed.pictures, "every": EVERY, "steps": budget.steps}
    yield render("activations.speed_setting", counts)
    for rule in speed.rules:
        yield ""
        yield from _rule_lines(speed, rule)
    if speed.factors:
        yield ""
        yield render("activations.claim")
    for factor in speed.factors:
        fields = {"rule": factor.rule, "faster": factor.faster, "slower": factor.slower, "factor": factor.factor}
        seen = {True: "true", False: "false", None: "open"}[factor.holds]
        kind = "faster" if factor.claimed == 1 else "six"
        code = "activations.factor_at_least" if factor.at_least else "activations.factor"
        code = "activations.factor_none" if factor.factor is None else code
        yield "  " + render(code, fields | {"verdict": f"activations.verdict.{kind}.{seen}"})


def functions_json(functions: ActivationFunctions) -> list[dict[str, object]]:
    """What is said of each slope; an interval without an end has None there."""
    return [
        {
            "name": each.name,
            "largest_slope": each.largest,
            "largest_at": None if each.largest_at is None else _ends(each.largest_at),
            "slope_at_0": each.at_zero,
            "slope_0": [_ends(zero) for zero in each.zeros],
            "fades": dict(zip(("left", "right"), each.fades, strict=True)),
        }
        for each in functions.facts
    ]


def gradients_json(left: GradientLeft) -> dict[str, object]:
    """All shares that are left, by activation and start: a list for each depth, a number for each draw."""
    shares = {
        name: {start: left.shares[a, s].tolist() for s, start in enumerate(left.starts)}
        for a, name in enumerate(left.activations)
    }
    return {"width": left.width, "depths": left.depths, "shares": shares}


def speed_json(speed: LearningSpeed) -> dict[str, object]:
    """Every training: its steps (None: never so far), its accuracies every so many steps."""

    def runs(learned: Sequence[Learning]) -> list[dict[str, object]]:
        return [{"steps": run.steps, "accuracies": run.curve.tolist()} for run in learned]

    def rule(of: RuleSpeed) -> dict[str, object]:
        tried = {
            name: {str(rate): each.steps for rate, each in zip(of.rates, runs_, strict=True)}
            for name, runs_ in of.tried.items()
        }
        final = {name: runs(of.runs[name]) for name in speed.activations}
        return {"rule": of.rule, "tried": tried, "best_rate": of.best, "runs": final}

    return {
        "accuracy": speed.budget.accuracy,
        "steps": speed.budget.steps,
        "every": EVERY,
        "batch_size": speed.batch_size,
        "pictures": speed.pictures,
        "judged": speed.judged,
        "part": speed.part,
        "weights": speed.weights,
        "rules": [rule(each) for each in speed.rules],
        "factors": [
            {
                "rule": each.rule,
                "faster": each.faster,
                "slower": each.slower,
                "claimed": each.claimed,
                "factor": each.factor,
                "at_least": each.at_least,
                "holds": each.holds,
            }
            for each in speed.factors
        ],
    }


def _rule_lines(speed: LearningSpeed, of: RuleSpeed) -> Iterator[str]:
    rule, steps = of.rule, speed.budget.steps
    yield render("activations.tried", {"rule": rule})
    rates = [render("activations.at_rate", {"rate": rate}) for rate in of.rates]
    rows = [[name, *(_steps(run, steps) for run in of.tried[name])] for name in speed.activations]
    yield from aligned([["", *rates], *rows], right=range(1, len(rates) + 1))
    yield render("activations.final", {"rule": rule, "seeds": speed.budget.seeds})
    seeds = [render("activations.seed", {"seed": seed}) for seed in range(speed.budget.seeds)]
    titles = ["", render("activations.rate"), *seeds, render("activations.median")]
    rows = [[name, f"{of.best[name]:g}", *(_steps(r, steps) for r in of.runs[name])] for name in speed.activations]
    for row, name in zip(rows, speed.activations, strict=True):
        middle = of.median(name)
        row.append(_more_than(steps) if middle is None else f"{middle:g}")
    yield from aligned([titles, *rows], right=range(1, len(titles)))


def _steps(run: Learning, most: int) -> str:
    return _more_than(most) if run.steps is None else str(run.steps)


def _more_than(steps: int) -> str:
    return render("activations.more_than", {"steps": steps})


def _slope_row(of: Slope) -> list[str]:
    fades = {(True, True): "both", (True, False): "left", (False, True): "right", (False, False): "nowhere"}[of.fades]
    where = render("activations.neared") if of.largest_at is None else _interval(of.largest_at, "<")
    zeros = "; ".join(_interval(zero, "<=") for zero in of.zeros) or render("activations.nowhere")
    return [of.name, f"{of.largest:.4f}", where, f"{of.at_zero:.4f}", zeros, render(f"activations.{fades}")]


def _interval(interval: Interval, sign: str) -> str:
    """x = 0, x > 0, 0 < x < 6, by the sign "<", or "<=" where the ends belong to it."""
    low, high = interval
    if low == high:
        return f"x = {_short(low)}"
    if math.isinf(low) and math.isinf(high):
        return render("activations.everywhere")
    if math.isinf(high):
        return f"x {sign.replace('<', '>')} {_short(low)}"
    return f"x {sign} {_short(high)}" if math.isinf(low) else f"{_short(low)} {sign} x {sign} {_short(high)}"


def _short(x: float) -> str:
    """Two digits behind the point: a step of the search is no more than that."""
    return f"{x:.2f}".rstrip("0").rstrip(".") if math.isfinite(x) else ""


def _ends(interval: Interval) -> list[float | None]:
    return [x if math.isfinite(x) else None for x in interval]


def _power(share: float) -> str:
    """0.15, 1.05, and 1.4e-19 where a plain number would be all zeros."""
    return f"{share:.1e}" if share < 0.005 or share >= 1000 else f"{share:.3g}"
