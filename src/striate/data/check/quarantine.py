"""Which pictures belong on the list of those to leave out of training, and why."""

from dataclasses import dataclass

from striate.data.check.findings import Finding, Findings, Group
from striate.data.check.survey import Survey


@dataclass(frozen=True)
class Quarantined:
    """A picture to leave out, `why` ("unreadable", or the kind of a finding), and the `other` that it goes with."""

    row: int
    why: str
    other: int | None = None


def quarantined(survey: Survey, findings: Findings) -> list[Quarantined]:
    """What to leave out, in the survey's order, each picture once.

    That is what cannot be read; all of those that are the same, or nearly, under different labels, for one of them is
    wrong; of those in several parts the ones to train with; of exact duplicates all but the first.
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
