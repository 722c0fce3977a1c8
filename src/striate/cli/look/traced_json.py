"""A traced number for a program: every term, every use."""

from striate.cli.look.columns import json_number, json_numbers
from striate.inspection.tracing.traced import Onward, Trace


def trace_json(traced: Trace) -> dict[str, object]:
    """All facts of one number, by name."""
    terms = traced.terms
    return {
        "unit": str(traced.unit),
        "layer": traced.unit.layer,
        "kind": type(traced.layer).__name__,
        "value": json_number(traced.value),
        "computed": json_number(traced.computed),
        "bound": json_number(traced.bound),
        "rule": terms.rule,
        "facts": {name: json_number(value) for name, value in terms.facts.items()},
        "terms": _terms(traced),
        "bias": json_number(terms.bias),
        "sum": json_number(terms.total),
        "activation": traced.activation,
        "sums": None if traced.sums is None else json_numbers(traced.sums),
        "field": _field(traced),
        "used_by": [_onward(onward) for onward in traced.onward],
        "class": traced.score.label if traced.score.kind == "class" else None,
        "output": traced.score.channel,
        "score_before_activation": traced.score.before,
        "gradient": json_number(traced.gradient),
    }


def _field(traced: Trace) -> dict[str, list[int]] | None:
    """Rows and columns from the first to the last."""
    if traced.field is None:
        return None
    (top, bottom), (left, right) = traced.field
    return {"rows": [top, bottom - 1], "columns": [left, right - 1]}


def _terms(traced: Trace) -> list[dict[str, object]]:
    terms = traced.terms
    columns: dict[str, list[object]] = {
        "input": [unit and str(unit) for unit in map(traced.input, range(len(terms)))],
        "place": terms.places.tolist(),
        "padding": terms.padding.tolist(),
        "value": json_numbers(terms.values),
    }
    if terms.weights is not None:
        columns |= {"weight": json_numbers(terms.weights), "product": json_numbers(terms.products)}
    if traced.slopes is not None:
        columns["slope"] = json_numbers(traced.slopes)
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _onward(onward: Onward) -> dict[str, object]:
    outputs = [str(onward.unit(i)) for i in range(len(onward.places))]
    columns = (outputs, *map(json_numbers, (onward.weights, onward.arriving, onward.parts)))
    names = ("output", "weight", "gradient", "part")
    uses = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    return {"layer": onward.layer, "total": json_number(onward.total), "uses": uses}
