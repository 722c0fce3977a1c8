"""A lesson as lines of text for a screen or a pipe, and as data."""

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from striate.cli.layout import grid, indented, wrapped
from striate.cli.numbers import as_json
from striate.inspection.lessons.book import CONTENTS, Lesson
from striate.inspection.lessons.parts import (
    Cell,
    Claim,
    Commands,
    Lines,
    Matrices,
    Part,
    Picture,
    Said,
    Shown,
    Table,
    Text,
    number_text,
)
from striate.messages import render
from striate.views.columns import aligned, width

BETWEEN = "   "  # matrices
_NUMERIC = re.compile("[-0-9.,/]+")  # also the dash of nothing


def contents_lines() -> list[str]:
    """The list of lessons."""
    rows = [(f"{number:2}", str(entry.title), str(entry.about)) for number, entry in enumerate(CONTENTS, start=1)]
    return [render("lesson.list"), "", *indented(aligned(rows))]


def lesson_lines(lesson: Lesson, files: dict[str, Path], cells: int) -> list[str]:
    """The whole lesson but for its question, its paragraphs no wider than so many cells; `files`: its pictures."""
    names = iter(lesson.pictures)
    heading = render("lesson.heading", {"number": lesson.number, "title": str(lesson.entry.title)})
    lines = [heading, "=" * width(heading)]
    for part in lesson.parts:
        file = files.get(next(names)) if isinstance(part, Picture) else None
        lines += ["", *_part_lines(part, file, cells)]
    return lines


def question_lines(lesson: Lesson, cells: int) -> list[str]:
    """What the lesson asks."""
    return wrapped(render("lesson.question", {"text": str(lesson.question.asked)}), cells)


def _part_lines(part: Part, file: Path | None, cells: int) -> list[str]:
    match part:
        case Text():
            return wrapped(str(part.said), cells)
        case Claim():
            said = {"lesson.claimed": part.claimed, "lesson.found": part.found}
            blocks = [wrapped(render(code, {"text": str(text)}), cells - 2) for code, text in said.items()]
            return indented(line for block in blocks for line in block)
        case Picture():
            code = "lesson.drawn" if file else "lesson.picture"
            return wrapped(render(code, {"file": file, "caption": str(part.caption)}), cells)
        case Commands():
            return [render("lesson.more"), *indented(part.lines)]
        case _:
            return indented(block_lines(part))


def block_lines(part: Matrices | Lines | Table) -> list[str]:
    """What stands in columns: as it is, on a screen as on a page."""
    match part:
        case Lines():
            return list(part.lines)
        case Matrices():
            return matrix_lines(part)
        case Table():
            texts = [[cell_text(cell) for cell in row] for row in (part.head, *part.rows)]
            numbers = {i for i in range(len(part.head)) if all(_is_number(row[i]) for row in part.rows)}
            return aligned(texts, right=numbers)


def matrix_lines(part: Matrices) -> list[str]:
    """Matrices beside each other below what they are called, signs between them."""
    columns = [_matrix(str(block.called), [list(map(number_text, row)) for row in block.rows]) for block in part.blocks]
    high = max(map(len, columns))
    middle = 1 + (high - 1) // 2
    lines: list[str] = []
    for i in range(high):
        line = ""
        for column, block in zip(columns, part.blocks, strict=True):
            sign = f" {block.sign if i == middle else ' '} " if block.sign else BETWEEN
            text = column[i] if i < len(column) else ""
            line += (sign if line else "") + text + " " * (max(map(width, column)) - width(text))
        lines.append(line.rstrip())
    return lines


def _matrix(called: str, rows: Sequence[Sequence[str]]) -> list[str]:
    return [called, *grid(rows)]


def cell_text(cell: Cell) -> str:
    """A cell of a table as it is read."""
    return number_text(cell) if isinstance(cell, int | float | Fraction) else str(cell)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float | Fraction | Shown) or (
        isinstance(cell, str) and bool(_NUMERIC.fullmatch(cell))
    )


def lesson_json(lesson: Lesson, files: dict[str, Path]) -> dict[str, object]:
    """The lesson as data: every part with its kind, texts in the language spoken, numbers as numbers."""
    names = iter(lesson.pictures)
    parts: list[dict[str, object]] = []
    for part in lesson.parts:
        kind = {"kind": type(part).__name__.lower()}
        if isinstance(part, Picture):
            file = files.get(next(names))
            parts.append({**kind, "caption": str(part.caption), "file": file and str(file)})
        else:
            parts.append({**kind, **_part_json(part)})
    return {
        "number": lesson.number,
        "title": str(lesson.entry.title),
        "parts": parts,
        "question": {"text": str(lesson.question.asked), "numbers": len(lesson.question.expected)},
    }


def contents_json() -> list[dict[str, object]]:
    """The list of lessons as data."""
    return [
        {"number": number, "title": str(entry.title), "about": str(entry.about)}
        for number, entry in enumerate(CONTENTS, start=1)
    ]


def _part_json(part: Text | Claim | Matrices | Lines | Table | Commands) -> dict[str, object]:
    match part:
        case Text():
            return _said_json(part.said)
        case Claim():
            return {"claimed": _said_json(part.claimed), "found": _said_json(part.found)}
        case Matrices():
            rows = [[[as_json(n) for n in row] for row in block.rows] for block in part.blocks]
            return {
                "matrices": [
                    {"called": str(block.called), "sign": block.sign, "rows": row}
                    for block, row in zip(part.blocks, rows, strict=True)
                ]
            }
        case Table():
            return {
                "head": [cell_text(cell) for cell in part.head],
                "rows": [[_json(cell) for cell in row] for row in part.rows],
            }
        case _:
            return {"lines": list(part.lines)}


def _said_json(said: Said) -> dict[str, object]:
    return {"text": str(said), "numbers": {name: _json(value) for name, value in said.fields.items()}}


def _json(value: object) -> object:
    match value:
        case Shown():
            return value.value
        case Fraction():
            return as_json(value)
        case tuple() | list():
            return [_json(each) for each in cast(Iterable[Any], value)]
        case int() | float() | str():
            return value
        case _:
            return str(value)
