"""What a check of pictures found, as lines of text, as facts for a program, and as a list of files to leave out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from striate.data.check.findings import PAIRED, Finding, Findings, Group, counts
from striate.data.check.quarantine import Quarantined
from striate.data.check.survey import Survey
from striate.data.skipping import line
from striate.messages import language, render
from striate.messages.render import texts
from striate.views.columns import aligned, printable

MOST_NAMED = 3  # groups or files of a finding that are named
MOST_IN_GROUP = 4
MOST_CLASSES = 12  # a table with more is no table to read
INDENT = "  "


def verdict(survey: Survey, findings: Findings) -> str:
    """One line: whether there are problems, and among how many pictures."""
    touched = {row for finding in findings.problems for group in finding.groups for row in group}
    fields = {"pictures": len(survey), "count": len(findings.problems), "touched": len(touched)}
    if findings.problems and not touched:
        return render("check.classes_only", fields)
    kinds_of_them = {0: "check.fine", 1: "check.one_problem"}
    return render(kinds_of_them.get(len(findings.problems), "check.problems"), fields)


def report_lines(survey: Survey, findings: Findings) -> list[str]:
    """The verdict; the findings, worst first; then what there is."""
    lines = [verdict(survey, findings)]
    for finding in findings.found:
        lines += ["", *_finding(survey, finding)]
    if not findings.near_searched:
        lines += ["", render("check.near_not_searched")]
    return [*lines, "", *_table(survey), *kinds(survey)]


def title(survey: Survey, finding: Finding) -> str:
    """The line of a finding: what, how many."""
    groups, pictures = len(finding.groups), finding.pictures
    crossing = sum(len({survey.part_of(row) for row in group}) > 1 for group in finding.groups)
    fields = {"groups": groups, "pictures": pictures, "classes": [_named(survey, each) for each in finding.classes]}
    text = render(f"check.{finding.kind}", fields)
    if finding.kind.startswith("labels_differ") and crossing:
        text += render("check.also_across", {"groups": crossing})
    return text


def group_line(survey: Survey, group: Group) -> str:
    """The names of a group, or of one picture with what is wrong with it."""
    names = [printable(survey.names[row]) for row in group[:MOST_IN_GROUP]]
    shown = " = ".join(names)
    if len(group) > MOST_IN_GROUP:
        return render("check.names_more", {"names": shown, "count": len(group) - MOST_IN_GROUP})
    return shown


def detail(survey: Survey, kind: str, row: int) -> str:
    """What is said beside a picture's name, or nothing."""
    match kind:
        case "unreadable":
            return _why(survey, row)
        case "ending":
            return survey.formats[row]
        case _:
            return ""


def kinds(survey: Survey) -> list[str]:
    """Sizes, formats, modes."""
    rows = survey.readable
    if not len(rows):
        return []
    heights, widths = survey.sizes[rows].T
    order = np.lexsort((widths, heights * widths.astype(np.int64)))
    smallest, median, largest = (tuple(survey.sizes[rows[order[i]]].tolist()) for i in (0, len(order) // 2, -1))
    code = "check.size" if (survey.sizes[rows] == survey.sizes[rows[0]]).all() else "check.sizes"
    lines = [render(code, {"smallest": smallest, "median": median, "largest": largest})]
    if survey.are_files:
        lines.append(render("check.formats", {"formats": _counted(survey.formats), "modes": _counted(survey.modes)}))
    else:
        lines.append(render("check.modes", {"modes": _counted(survey.modes)}))
    if survey.stray:
        code = "check.stray" if len(survey.stray) <= MOST_NAMED else "check.stray_many"
        lines.append(render(code, {"count": len(survey.stray), "shown": survey.stray[:MOST_NAMED]}))
    return lines


def list_text(survey: Survey, chosen: Sequence[Quarantined], data: str) -> str:
    """The list that `striate train --skip` reads."""
    head = [f"# {printable(render(code, {'data': data}))}" for code in ("check.list_head", "check.list_use")]
    body = [line(survey.names[each.row], printable(reason(survey, each))) for each in chosen]
    return "\n".join([*head, *body, ""])


def reason(survey: Survey, each: Quarantined) -> str:
    """Why a picture is on the list."""
    if each.why == "unreadable":
        return _why(survey, each.row)
    other = "" if each.other is None else survey.names[each.other]
    return render(f"check.reason.{each.why}", {"other": other})


def facts(survey: Survey, findings: Findings, chosen: Sequence[Quarantined]) -> dict[str, Any]:
    """Everything, for a program."""
    table = counts(survey)
    return {
        "data": survey.root,
        "pictures": len(survey),
        "readable": len(survey.readable),
        "problems": len(findings.problems),
        "near_duplicates_searched": findings.near_searched,
        "parts": {
            part: dict(zip(survey.class_names, table[i].tolist(), strict=True)) for i, part in enumerate(survey.parts)
        },
        "sizes": _sizes(survey),
        "formats": _counter(survey.formats),
        "modes": _counter(survey.modes),
        "stray": list(survey.stray),
        "findings": [_fact(survey, finding) for finding in findings.found],
        "quarantine": [
            {
                "file": survey.names[each.row],
                "why": each.why,
                "other": None if each.other is None else survey.names[each.other],
            }
            for each in chosen
        ],
    }


def _why(survey: Survey, row: int) -> str:
    """In a few words why a file cannot be read."""
    code = f"check.why.{survey.faults[row].code}"
    return render(code if code in texts(language()) else "check.why.other")


def _finding(survey: Survey, finding: Finding) -> list[str]:
    lines = [title(survey, finding)]
    for group in finding.groups[:MOST_NAMED]:
        said = detail(survey, finding.kind, group[0])
        lines.append(INDENT + group_line(survey, group) + (f": {said}" if said else ""))
    if len(finding.groups) > MOST_NAMED:
        lines.append(INDENT + render("check.more", {"count": len(finding.groups) - MOST_NAMED}))
    return lines


def _table(survey: Survey) -> list[str]:
    """Pictures by part and class; of many classes the smallest and the largest."""
    table = counts(survey)
    every = render("check.all")
    if len(survey.class_names) > MOST_CLASSES:
        return [_many_classes(survey, part, table[i]) for i, part in enumerate(survey.parts)]
    head = ["", *survey.class_names, every]
    rows = [
        [render(f"check.part.{part}"), *(f"{count:,}" for count in table[i].tolist()), f"{int(table[i].sum()):,}"]
        for i, part in enumerate(survey.parts)
    ]
    return aligned([head, *rows], right=range(1, len(head)))


def _many_classes(survey: Survey, part: str, many: "np.ndarray[Any, np.dtype[np.int64]]") -> str:
    least, most = int(many.argmin()), int(many.argmax())
    fields = {
        "part": f"check.part.{part}",
        "pictures": int(many.sum()),
        "classes": len(many),
        "smallest": _named(survey, (least, int(many[least]))),
        "largest": _named(survey, (most, int(many[most]))),
    }
    return render("check.many_classes", fields)


def _named(survey: Survey, each: tuple[int, int]) -> str:
    label, count = each
    return f"{printable(survey.class_names[label])} {count:,}"


def _counter(values: Sequence[str]) -> dict[str, int]:
    return dict(Counter(value for value in values if value).most_common())


def _counted(values: Sequence[str]) -> list[str]:
    return [f"{value} {count:,}" for value, count in _counter(values).items()]


def _sizes(survey: Survey) -> dict[str, Any] | None:
    rows = survey.readable
    if not len(rows):
        return None
    sizes = survey.sizes[rows]
    return {
        "smallest": sizes.min(axis=0).tolist(),
        "median": np.median(sizes, axis=0).tolist(),
        "largest": sizes.max(axis=0).tolist(),
        "different": len(np.unique(sizes, axis=0)),
    }


def _fact(survey: Survey, finding: Finding) -> Mapping[str, Any]:
    named = [[survey.names[row] for row in group] for group in finding.groups]
    fact: dict[str, Any] = {"kind": finding.kind, "problem": not finding.is_note}
    if finding.classes:
        fact["classes"] = {survey.class_names[label]: count for label, count in finding.classes}
    elif finding.kind in PAIRED:
        fact |= {"pictures": finding.pictures, "groups": named}
    else:
        fact |= {"pictures": finding.pictures, "files": [name for group in named for name in group]}
    if finding.kind == "unreadable":
        fact["reasons"] = {survey.names[row]: str(survey.faults[row]) for (row,) in finding.groups}
    return fact
