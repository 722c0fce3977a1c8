"""A network's summary as a table: for a terminal, for a pipe, for a notebook, for a program."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from html import escape
from typing import TYPE_CHECKING, Any, TextIO, cast

from striate.messages import render
from striate.network.summary import AxisSize, LayerSummary, Note, Summary
from striate.views.columns import aligned
from striate.views.notebook import in_notebook

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

COLUMNS = ("name", "kind", "shape", "weights", "multiply_adds", "field", "formula")
UNKNOWN = "-"  # what depends on the size of the pictures, while that is open
NUMBERS = {3, 4}  # which of them end at the right


def show(summary: Summary, stream: TextIO | None = None) -> None:
    """Write the table to a stream (None: stdout), as rich as that can show."""
    if stream is None and in_notebook():
        from IPython.display import display  # type: ignore[import-not-found]

        cast(Any, display)(SummaryTable.of(summary))
        return
    out = stream or sys.stdout
    if out.isatty():
        from rich.console import Console

        console = Console(file=out)
        console.print(as_rich(summary, console.width))
    else:
        out.write(as_text(summary) + "\n")


@dataclass(frozen=True, repr=False)
class SummaryTable(Summary):
    """A summary that shows itself: as text where it is printed, as HTML in a notebook."""

    @staticmethod
    def of(summary: Summary) -> "SummaryTable":
        """The same facts."""
        return SummaryTable(**{each.name: getattr(summary, each.name) for each in fields(summary)})

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)


def as_text(summary: Summary) -> str:
    """Plain lines without control characters, as wide as they need to be."""
    rows = [[*_facts(summary, layer), "; ".join(_formulas(layer))] for layer in summary.layers]
    blocks = [aligned([_titles(), *rows], right=NUMBERS), _totals(summary), _notes(summary)]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def as_html(summary: Summary) -> str:
    """One HTML fragment that needs nothing else and takes its colours from the page."""
    head = _html_row("th", _titles())
    rows = [[*_facts(summary, layer), "\n".join(_formulas(layer))] for layer in summary.layers]
    table = f'<table style="border-collapse: collapse"><thead>{head}</thead><tbody>{_html_rows(rows)}</tbody></table>'
    totals = "<br>".join(map(escape, _totals(summary)))
    notes = "".join(f"<li>{escape(note)}</li>" for note in _notes(summary))
    listed = f'<ul style="padding-left: 1.5em">{notes}</ul>' if notes else ""
    return f'<div style="font-variant-numeric: tabular-nums">{table}<p>{totals}</p>{listed}</div>'


def as_rich(summary: Summary, cells: int) -> "Group":
    """For rich to print on a terminal of so many cells; one too narrow for it all gets the formulas below the rest."""
    from rich.console import Group
    from rich.text import Text

    facts = [_facts(summary, layer) for layer in summary.layers]
    formulas = ["\n".join(_formulas(layer)) for layer in summary.layers]
    titles = _titles()
    tables = [_rich_table(titles, [[*row, formula] for row, formula in zip(facts, formulas, strict=True)])]
    if _width(tables[0]) > cells:
        sized = [[row[0], formula] for row, formula in zip(facts, formulas, strict=True) if formula]
        tables = [_rich_table(titles[:-1], facts), *([_rich_table([titles[0], titles[-1]], sized)] if sized else [])]
    notes = [Text(f"\n{note}", style="yellow") for note in _notes(summary)]
    spaced = [part for table in tables for part in (table, "")]
    return Group(*spaced, *map(Text, _totals(summary)), *notes)


def as_dict(summary: Summary) -> dict[str, object]:
    """For JSON: the attributes of Summary, LayerSummary, AxisSize and Note by name."""
    return asdict(summary)


def formula_text(axis: AxisSize) -> str:
    """(7 + 2*1 - 3)/1 + 1 = 7; where the stride does not divide: (427 - 2)/2 + 1 = 213.5 -> 213."""
    lopsided = f" + {axis.before} + {axis.after}"
    even = f" + 2*{axis.before}" if axis.before else ""
    padding = even if axis.before == axis.after else lopsided
    filled_in = f"({axis.size}{padding} - {axis.kernel})/{axis.stride} + 1"
    if axis.exact == axis.result:
        return f"{filled_in} = {axis.result}"
    return f"{filled_in} = {round(float(axis.exact), 2)} -> {axis.result}"


def note_text(layer: str, note: Note) -> str:
    """The sentence of a note on a layer."""
    return render(note.code, {**note.fields, "layer": layer})


def _titles() -> list[str]:
    return [render(f"summary.column.{column}") for column in COLUMNS]


def _facts(summary: Summary, layer: LayerSummary) -> list[str]:
    """The cells of a row, all but the formula."""
    return [
        layer.name,
        layer.kind,
        "x".join("?" if n is None else str(n) for n in layer.shape),
        f"{layer.weights:,}",
        UNKNOWN if layer.multiply_adds is None else f"{layer.multiply_adds:,}",
        _field(summary, layer),
    ]


def _field(summary: Summary, layer: LayerSummary) -> str:
    if layer.field is None or layer.field_stride is None:
        of_a_picture = summary.layers[0].field is not None
        return render("summary.whole_picture") if of_a_picture else ""
    down, right = layer.field_stride
    return render("summary.field", {"size": layer.field, "stride": down if down == right else (down, right)})


def _formulas(layer: LayerSummary) -> list[str]:
    """For rows and for columns, or once where they are the same."""
    if layer.formula_open:
        return [UNKNOWN]
    return list(dict.fromkeys(map(formula_text, layer.formula or ())))


def _totals(summary: Summary) -> list[str]:
    fields = asdict(summary)
    frozen = ("trainable",) if summary.trainable < summary.weights else ()
    products = () if summary.multiply_adds is None else ("multiply_adds",)
    return [render(f"summary.total.{what}", fields) for what in ("weights", *frozen, "bytes", *products)]


def _notes(summary: Summary) -> list[str]:
    return [note_text(layer.name, note) for layer in summary.layers for note in layer.notes]


def _html_rows(rows: Sequence[Sequence[str]]) -> str:
    return "".join(_html_row("td", row) for row in rows)


def _html_row(tag: str, cells: Sequence[str]) -> str:
    def cell(i: int, text: str) -> str:
        style = f"text-align: {'right' if i in NUMBERS else 'left'}; padding: 0.2em 0.8em; white-space: pre"
        return f'<{tag} style="{style}">{escape(text)}</{tag}>'

    return f"<tr>{''.join(cell(i, text) for i, text in enumerate(cells))}</tr>"


def _rich_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text  # plain strings would be read as markup

    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for i, title in enumerate(titles):
        table.add_column(Text(title), justify="right" if i in NUMBERS else "left", overflow="fold")
    for name, *facts in rows:
        table.add_row(Text(name, style="bold"), *map(Text, facts))
    return table


def _width(table: "Table") -> int:
    from rich.console import Console
    from rich.measure import Measurement

    unbounded = Console(width=10_000)
    return Measurement.get(unbounded, unbounded.options, table).maximum
