"""The list of files to leave out of training: which belong on it, and how it is written and read.

One name a line, relative to the data's folder, then a tab and `# ` with the reason; lines that begin with # are
comments. A name that would be misread so stands as a JSON text, in double quotes.
"""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from striate.data.check.findings import Finding, Findings, Group
from striate.data.check.survey import Survey
from striate.data.reading import cannot_read
from striate.errors import DataError

COMMENT = "#"
REASON = "\t# "
LARGEST = 1 << 28  # bytes: names of some millions of files


@dataclass(frozen=True)
class Quarantined:
    """A picture to leave out, `why` ("unreadable", or the kind of a finding), and the `other` that it goes with."""

    row: int
    why: str
    other: int | None = None


def quarantined(survey: Survey, findings: Findings) -> list[Quarantined]:
    """What to leave out, in the survey's order, each picture once:

    what cannot be read; all of those that are the same, or nearly, under different labels, for one of them is wrong;
    of those in several parts the ones to train with; of exact duplicates all but the first.
    """
    chosen: dict[int, Quarantined] = {}
    for finding in findings.found:
        for each in _of(survey, finding):
            chosen.setdefault(each.row, each)
    return [chosen[row] for row in sorted(chosen)]


def _of(survey: Survey, finding: Finding) -> list[Quarantined]:
    match finding.kind:
        case "unreadable":
            return [Quarantined(row, finding.kind) for (row,) in finding.groups]
        case "labels_differ" | "labels_differ_near":
            return [
                _beside(finding.kind, row, _labelled_otherwise(survey, group, row))
                for group in finding.groups
                for row in group
            ]
        case "across" | "across_near":
            return [
                _beside(finding.kind, row, group) for group in finding.groups for row in _least_needed(survey, group)
            ]
        case "duplicate":
            return [Quarantined(row, finding.kind, group[0]) for group in finding.groups for row in group[1:]]
        case _:
            return []


def _labelled_otherwise(survey: Survey, group: Group, row: int) -> Group:
    return tuple(other for other in group if survey.label[other] != survey.label[row])


def _least_needed(survey: Survey, group: Group) -> Group:
    """All but those in the last part: what the model is judged on stays."""
    last = max(int(survey.part[row]) for row in group)
    return tuple(row for row in group if survey.part[row] < last)


def _beside(why: str, row: int, others: Group) -> Quarantined:
    return Quarantined(row, why, next((other for other in reversed(others) if other != row), None))


def line(name: str, reason: str) -> str:
    """A line of the list."""
    plain = name.isprintable() and name == name.strip() and not name.startswith((COMMENT, '"')) and REASON not in name
    return f"{name if plain else json.dumps(name)}{REASON}{reason}"


def read_list(path: Path) -> list[str]:
    """The names in a list, each once. Raises `DataError`, `FileError`."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise cannot_read(path, error) from error
    try:
        if len(content) > LARGEST:
            raise ValueError
        lines = content.decode("utf-8-sig").split("\n")
        return list(dict.fromkeys(name for each in lines if (name := _name(each.rstrip("\r")))))
    except ValueError as error:  # also of a text that is no UTF-8 and of what begins like a JSON text and is none
        raise DataError("skip.no_list", file=str(path)) from error


def _name(text: str) -> str:
    if text.startswith(COMMENT) or not text.strip():
        return ""
    if text.startswith('"'):
        return cast(str, json.JSONDecoder().raw_decode(text)[0])
    return text.partition(REASON)[0].strip()


def comparable(names: Iterable[str]) -> set[str]:
    """Names as they are compared: composed and decomposed letters alike, / between folders."""
    return {unicodedata.normalize("NFC", name).replace("\\", "/").removeprefix("./") for name in names}
