"""What a check of pictures found, with the pictures."""

from striate.data.check.findings import Finding, Findings, Group
from striate.data.check.survey import Survey
from striate.errors import StriateError
from striate.views.check import detail, report_lines, title, verdict
from striate.views.page.html import LONGEST_TITLE, Markup, document, name, say, section, tag
from striate.views.page.pictures import data_uri, is_small

SHOWN = 40  # groups of a finding
SHOWN_IN_GROUP = 8


def check_page(survey: Survey, findings: Findings) -> str:
    """The whole page, one file."""
    heading = say("check.page_title", data=survey.root)
    return document(
        heading,
        tag("header", tag("h1", tag("bdi", heading)), tag("p", verdict(survey, findings))),
        *(_finding(survey, finding) for finding in findings.found),
        section(say("check.page_text"), _text(report_lines(survey, findings))),
    )


def _finding(survey: Survey, finding: Finding) -> Markup:
    groups = [_group(survey, finding.kind, group) for group in finding.groups[:SHOWN]]
    return section(title(survey, finding), tag("div", *groups, class_="groups"), _more(len(finding.groups) - SHOWN))


def _group(survey: Survey, kind: str, group: Group) -> Markup:
    figures = [_figure(survey, kind, row) for row in group[:SHOWN_IN_GROUP]]
    return tag("div", *figures, _more(len(group) - SHOWN_IN_GROUP), class_="group pictures")


def _figure(survey: Survey, kind: str, row: int) -> Markup:
    called, said = survey.names[row], detail(survey, kind, row)
    caption = tag("figcaption", tag("span", name(called)), tag("span", said) if said else None)
    return tag("figure", _image(survey, row), caption, title=called[:LONGEST_TITLE])


def _image(survey: Survey, row: int) -> Markup | None:
    """The picture; nothing where it cannot be read, or its file went away meanwhile."""
    if row in survey.faults:
        return None
    try:
        pixels = survey.picture(row)
    except StriateError:
        return None
    return tag("img", src=data_uri(pixels), alt="", class_="squares" if is_small(pixels) else None)


def _more(left: int) -> Markup | None:
    return tag("p", say("check.more", count=left), class_="note") if left > 0 else None


def _text(lines: list[str]) -> Markup:
    """The report in letters of one width; each line by itself, for a line's end is no sign that may stand in a text."""
    return tag("pre", Markup("\n".join(tag("span", line) for line in lines)))
