"""What a benchmark finds: tables of figures, and limits that hold or do not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Table:
    """Figures under headings. `columns`: each heading with the format of its values, such as ".1f".

    A value that is None was not to be had, and shows as "-".
    """

    title: str
    columns: Mapping[str, str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Limit:
    """A figure, and what it may be at most or must be at least."""

    what: str
    value: float
    unit: str
    relation: Literal["at most", "at least"]
    bound: float

    @property
    def holds(self) -> bool:
        """Whether the figure keeps to it."""
        return self.value <= self.bound if self.relation == "at most" else self.value >= self.bound


@dataclass(frozen=True)
class Result:
    """All that a benchmark has to say."""

    tables: tuple[Table, ...]
    limits: tuple[Limit, ...]
    notes: tuple[str, ...] = ()


def as_text(name: str, result: Result, machine: Mapping[str, object]) -> str:
    """The result for a reader."""
    parts = [f"{name}\n", *(f"{table.title}\n{_table_text(table)}\n" for table in result.tables)]
    parts += [_limit_text(limit) for limit in result.limits]
    parts += [f"note: {note}" for note in result.notes]
    return "\n".join([*parts, "", *(f"{fact}: {value}" for fact, value in machine.items())])


def as_json(name: str, result: Result, machine: Mapping[str, object]) -> str:
    """The result for a program: {"benchmark", "tables", "limits", "notes", "machine"}, nothing rounded."""
    return json.dumps(
        {
            "benchmark": name,
            "tables": {
                table.title: [dict(zip(table.columns, row, strict=True)) for row in table.rows]
                for table in result.tables
            },
            "limits": [vars(limit) | {"holds": limit.holds} for limit in result.limits],
            "notes": result.notes,
            "machine": machine,
        },
        indent=2,
    )


def as_markdown(name: str, result: Result, machine: Mapping[str, object]) -> str:
    """The result for a page of documentation: tables, limits, notes and the machine."""
    parts = [f"{table.title}:\n\n{table_markdown(table)}\n" for table in result.tables]
    lines = [_limit_text(limit) for limit in result.limits] + list(result.notes)
    lines += [f"{fact}: {value}" for fact, value in machine.items()]
    return "\n".join([*parts, f"`python -m benchmarks {name}`:\n", *(f"- {line}" for line in lines)])


def table_markdown(table: Table) -> str:
    """A table as Markdown has it, figures to the right."""
    rules = ["---", *("---" if spec == "" else "---:" for spec in list(table.columns.values())[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [list(table.columns), rules, *_cells(table)])


def _cells(table: Table) -> list[list[str]]:
    return [
        ["-" if value is None else format(value, spec) for value, spec in zip(row, table.columns.values(), strict=True)]
        for row in table.rows
    ]


def _table_text(table: Table) -> str:
    lines = [list(table.columns), *_cells(table)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    sides = ["<" if spec == "" else ">" for spec in table.columns.values()]  # words to the left, figures to the right
    return "\n".join(
        "  " + "  ".join(f"{c:{side}{width}}" for c, side, width in zip(cells, sides, widths, strict=True)).rstrip()
        for cells in lines
    )


def _limit_text(limit: Limit) -> str:
    verdict = "holds" if limit.holds else "misses"
    return f"{verdict}: {limit.what}: {limit.value:.4g} {limit.unit} ({limit.relation} {limit.bound:g} {limit.unit})"
