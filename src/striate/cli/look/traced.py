"""A traced number as lines of text: what it looks at, the products, the sum, what it is used for."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from striate.cli.layout import grid, indented, side_by_side
from striate.cli.look.columns import ALL_DIGITS, column, number, small
from striate.inspection.tracing.traced import Onward, Trace
from striate.messages import render
from striate.views.columns import aligned, printable

PADDING = "[0]"  # how a place of padding is written
FEW = 8  # rows of a table, unless all are asked for
BLOCKS = 3  # channels whose patch, kernel and products are written out
SIDE = 7  # and no larger than this


@np.errstate(all="ignore")  # numbers that are not finite are shown as they are
def trace_lines(traced: Trace, *, all_: bool = False) -> list[str]:
    """Everything about one number; with `all_` every term and every use of it."""
    made = _picture(traced) if traced.terms.rule == "input" else _made(traced, all_=all_)
    return [*_head(traced), *made, "", *_used(traced, all_=all_)]


def _head(traced: Trace) -> list[str]:
    fields = {"unit": traced.unit, "value": number(traced.value), "layer": printable(repr(traced.layer))}
    return [render("trace.number", fields), *_field(traced)]


def _field(traced: Trace) -> list[str]:
    if traced.field is None or traced.terms.rule == "input":
        return []
    (top, bottom), (left, right) = traced.field
    spans = {"top": top, "bottom": bottom - 1, "left": left, "right": right - 1}
    return [render("trace.field", {**spans, "size": traced.subject.size})]


def _picture(traced: Trace) -> list[str]:
    pixels = traced.subject.pixels
    if pixels is None:
        return [render("trace.picture")]
    return [render("trace.pixel", {"pixel": int(pixels[traced.unit.index])})]


def _made(traced: Trace, *, all_: bool) -> list[str]:
    lines = [*_looks_at(traced), *_facts(traced)]
    if traced.terms.weights is None:
        return [*lines, "", *_unknown_terms(traced, all_=all_)]
    if traced.terms.window and traced.terms.rule == "sum":
        lines += _channels(traced, all_=all_)
    if traced.terms.rule != "same" and not (_written_out(traced) and not all_):
        lines += ["", *_terms(traced, all_=all_)]
    return [*lines, "", *_sum(traced), *_softmax(traced, all_=all_)]


def _looks_at(traced: Trace) -> list[str]:
    """Which numbers it is made of: how many, of which layers, how many of them are padding."""
    terms = traced.terms
    names = list(dict.fromkeys(traced.inputs[int(edge)] for edge in np.unique(terms.edges)))
    padding = int(terms.padding.sum())
    fields: dict[str, object] = {"count": len(terms), "layers": names, "padding": padding}
    if terms.window:
        (top, left, _), (bottom, right, _) = terms.places.min(axis=0), terms.places.max(axis=0)
        fields |= {"top": int(top), "bottom": int(bottom), "left": int(left), "right": int(right)}
        fields |= {"channels": terms.window[2]}
    code = f"trace.rule.{terms.rule}" + ("_window" if terms.window and terms.rule == "sum" else "")
    if terms.rule == "same":
        taken = traced.input(0)
        return [render("trace.rule.same", {"input": taken}) if taken else render("trace.rule.padding")]
    lines = [render(code, fields)]
    return [*lines, render("trace.padding", fields)] if padding else lines


def _facts(traced: Trace) -> list[str]:
    """What the weights of a normalisation are made of."""
    terms = traced.terms
    if not terms.facts or terms.weights is None:
        return []
    weight = float(terms.weights[0]) if terms.rule == "scaled" else 0.0
    texts = {name: number(value) for name, value in {**terms.facts, "weight": weight, "bias": terms.bias or 0}.items()}
    return [render(f"trace.facts.{terms.rule}", texts)]


def _written_out(traced: Trace) -> bool:
    """Whether all terms stand in the blocks of channels already."""
    window = traced.terms.window
    return traced.terms.rule == "sum" and window is not None and window[2] <= BLOCKS and max(window[:2]) <= SIDE


def _channels(traced: Trace, *, all_: bool) -> list[str]:
    """Channel by channel: its sum; of the strongest the patch, the kernel and the products."""
    window = traced.terms.window
    assert window is not None
    products = traced.terms.products.reshape(window)
    totals = products.sum(axis=(0, 1))
    order = np.argsort(-np.abs(np.nan_to_num(totals)), kind="stable")
    names = traced.terms.places.reshape(*window, 3)[0, 0, :, 2]
    lines: list[str] = []
    if window[2] > BLOCKS or max(window[:2]) > SIDE:
        shown = order if all_ else order[:FEW]
        cells = column([*totals[shown], totals[order[len(shown) :]].sum()])
        rows = [[str(names[c]), cell] for c, cell in zip(shown, cells, strict=False)]
        if len(order) > len(shown):
            rows.append([render("trace.others", {"count": len(order) - len(shown)}), cells[-1]])
        titles = [render("trace.column.channel"), render("trace.column.sum_of_products")]
        lines += ["", *aligned([titles, *rows], right={1})]
    if max(window[:2]) > SIDE and not all_:
        return lines
    listed = range(window[2]) if all_ or window[2] <= BLOCKS else sorted(order[:1].tolist())
    for c in listed:
        lines += ["", *_block(traced, int(c), int(names[c]), float(totals[c]))]
    return lines


def _block(traced: Trace, c: int, name: int, total: float) -> list[str]:
    """One channel: its patch, times its kernel, is its products, which sum up."""
    terms, window = traced.terms, traced.terms.window
    assert window is not None and terms.weights is not None
    shape = window[:2]
    part = np.arange(len(terms)).reshape(window)[:, :, c].ravel()
    seen = [
        PADDING if padding else cell
        for padding, cell in zip(terms.padding[part], column(terms.values[part]), strict=True)
    ]

    def block(code: str, sign: str, cells: Sequence[str]) -> tuple[str, list[str]]:
        rows = [cells[start : start + shape[1]] for start in range(0, len(cells), shape[1])]
        return sign + render(code), indented(grid(rows), " " * len(sign))

    beside = [
        block("trace.patch", "", seen),
        block("trace.kernel", "* ", column(terms.weights[part])),
        block("trace.products", "= ", column(terms.products[part])),
    ]
    return [render("trace.channel", {"channel": name, "sum": number(total)}), *indented(side_by_side(beside))]


def _terms(traced: Trace, *, all_: bool) -> list[str]:
    """The strongest terms, each with the address that opens it."""
    terms, order = traced.terms, traced.order
    shown, rest = (order, order[:0]) if all_ else (order[:FEW], order[FEW:])
    assert terms.weights is not None
    products = column([*terms.products[shown], terms.products[rest].sum()])
    columns = [
        [str(traced.input(int(i)) or PADDING) for i in shown],
        column(terms.values[shown]),
        column(terms.weights[shown]),
        products[: len(shown)],
    ]
    rows = [list(row) for row in zip(*columns, strict=True)]
    if len(rest):
        rows.append([render("trace.others", {"count": len(rest)}), "", "", products[-1]])
    return _table(("input", "value", "weight", "product"), rows)


def _unknown_terms(traced: Trace, *, all_: bool) -> list[str]:
    """What reaches a user's own layer, and how the number moves with it, if the layer tells."""
    order = traced.order if all_ else traced.order[:FEW]
    columns = [[str(traced.input(int(i))) for i in order], column(traced.terms.values[order])]
    titles = ["input", "value"]
    if traced.slopes is not None:
        columns.append(column(traced.slopes[order]))
        titles.append("slope")
    rows = [list(row) for row in zip(*columns, strict=True)]
    if len(rows) < len(traced.terms):
        left = len(traced.terms) - len(rows)
        rows.append([render("trace.others", {"count": left}), *[""] * (len(titles) - 1)])
    return _table(titles, rows)


def _sum(traced: Trace) -> list[str]:
    """Products, bias, sum, activation, and the number in the map beside them."""
    terms = traced.terms
    if traced.computed is None or traced.bound is None or terms.total is None:
        return []
    rows: list[tuple[str, float]] = []
    if terms.rule == "max":
        rows.append((render("trace.largest"), terms.total))
    elif len(terms) > 1 or terms.bias is not None:
        rows.append((render("trace.products_sum"), float(np.sum(terms.products))))
    if terms.bias is not None:
        rows.append((render("trace.bias"), terms.bias))
    if traced.activation or (rows and terms.rule != "max"):
        rows.append((render("trace.sum"), terms.total))
    if traced.activation:
        rows.append((traced.activation, traced.computed))
    rows.append((render("trace.in_map", {"layer": traced.unit.layer}), traced.value))
    cells = column((value for _, value in rows), ALL_DIGITS)
    texts = aligned([[name, cell] for (name, _), cell in zip(rows, cells, strict=True)], right={1})
    off = {"off": small(abs(traced.value - traced.computed)), "bound": small(traced.bound)}
    return [*texts, render("trace.exact" if traced.value == traced.computed else "trace.off", off)]


def _softmax(traced: Trace, *, all_: bool) -> list[str]:
    """The sums of all channels that a softmax divides by."""
    if traced.sums is None:
        return []
    powers = np.exp(traced.sums - traced.sums.max())
    order = np.argsort(-traced.sums, kind="stable")
    shown = order if all_ or len(order) <= 2 * FEW else order[:FEW]
    columns = [
        [str(k) for k in shown],
        column(traced.sums[shown]),
        column(powers[shown]),
        column((powers / powers.sum())[shown]),
    ]
    rows = [list(row) for row in zip(*columns, strict=True)]
    if len(shown) < len(order):
        rows.append([render("trace.others", {"count": len(order) - len(shown)}), "", "", ""])
    return ["", render("trace.softmax"), *_table(("channel", "sum", "power", "share"), rows)]


def _used(traced: Trace, *, all_: bool) -> list[str]:
    """What it is used for, and what of the score's gradient reaches it that way."""
    if not traced.onward:
        return [render("trace.is_output", {"unit": traced.unit}), *_reaches(traced)]
    lines: list[str] = []
    for onward in traced.onward:
        lines += [*_uses(onward, all_=all_), ""]
    return [*lines, *_reaches(traced)]


def _reaches(traced: Trace) -> list[str]:
    if traced.looked.blind:
        return [render("trace.blind", {"layer": traced.looked.blind})]
    if traced.gradient is None:
        return []
    score = render(traced.score.code, {"label": printable(traced.score.label)})
    fields = {"score": score, "gradient": number(traced.gradient)}
    if not traced.onward:
        return [render("trace.gradient", fields)]
    total = sum(onward.total for onward in traced.onward)
    return [render("trace.gradient_parts", {**fields, "total": number(total)}), *_before(traced)]


def _before(traced: Trace) -> list[str]:
    return [render("trace.score_before")] if traced.score.before else []


def _uses(onward: Onward, *, all_: bool) -> list[str]:
    fields = {"count": len(onward.places), "layer": onward.layer, "total": number(onward.total)}
    if not len(onward.places):
        return [render("trace.uses_unknown" if onward.total else "trace.unused", fields)]
    by_size: NDArray[np.float64] = np.abs(np.nan_to_num(onward.parts))
    order = np.lexsort((-np.abs(onward.weights), -by_size))
    shown, rest = (order, order[:0]) if all_ else (order[:FEW], order[FEW:])
    parts = column([*onward.parts[shown], onward.parts[rest].sum()])
    columns = [
        [str(onward.unit(int(i))) for i in shown],
        column(onward.weights[shown]),
        column(onward.arriving[shown]),
        parts[: len(shown)],
    ]
    rows = [list(row) for row in zip(*columns, strict=True)]
    if len(rest):
        rows.append([render("trace.others", {"count": len(rest)}), "", "", parts[-1]])
    return [render("trace.uses", fields), *_table(("output", "weight", "arriving", "part"), rows)]


def _table(titles: Iterable[str], rows: list[list[str]]) -> list[str]:
    named = [render(f"trace.column.{title}") for title in titles]
    return indented(aligned([named, *rows], right=set(range(1, len(named)))))
