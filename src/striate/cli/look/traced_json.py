"""A traced number for a program: every term, every use."""

import math

import numpy as np
from numpy.typing import NDArray

from striate.inspection.traced import Onward, Trace


def trace_json(traced: Trace) -> dict[str, object]:
    """All facts of one number, by name."""
    terms = traced.terms
    return {
        "unit": str(traced.unit),
        "layer": type(traced.layer).__name__,
        "value": _number(traced.value),
        "computed": _number(traced.computed),
        "bound": _number(traced.bound),
        "rule": terms.rule,
        "facts": {name: _number(value) for name, value in terms.facts.items()},
        "terms": _terms(traced),
        "bias": _number(terms.bias),
        "sum": _number(terms.total),
        "activation": traced.activation,
        "sums": None if traced.sums is None else _numbers(traced.sums),
        "field": traced.field and {"rows": list(traced.field[0]), "columns": list(traced.field[1])},
        "used_by": [_onward(onward) for onward in traced.onward],
        "class": traced.score.label,
        "score_before_activation": traced.score.before,
        "gradient": _number(traced.gradient),
    }


def _terms(traced: Trace) -> list[dict[str, object]]:
    terms = traced.terms
    columns: dict[str, list[object]] = {
        "input": [unit and str(unit) for unit in map(traced.input, range(len(terms)))],
        "place": terms.places.tolist(),
        "padding": terms.padding.tolist(),
        "value": _numbers(terms.values),
    }
    if terms.weights is not None:
        columns |= {"weight": _numbers(terms.weights), "product": _numbers(terms.products)}
    if traced.slopes is not None:
        columns["slope"] = _numbers(traced.slopes)
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _onward(onward: Onward) -> dict[str, object]:
    uses = [
        {"output": str(onward.unit(i)), "weight": _number(weight), "gradient": _number(arriving), "part": _number(part)}
        for i, (weight, arriving, part) in enumerate(
            zip(onward.weights.tolist(), onward.arriving.tolist(), onward.parts.tolist(), strict=True)
        )
    ]
    return {"layer": onward.layer, "total": _number(onward.total), "uses": uses}


def _numbers(values: NDArray[np.float64]) -> list[object]:
    return [_number(value) for value in values.tolist()]


def _number(value: float | None) -> float | str | None:
    """A number; what JSON has no number for is its name."""
    return value if value is None or math.isfinite(value) else str(value)
