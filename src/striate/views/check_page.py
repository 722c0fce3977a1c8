"""What a check of pictures found, as one HTML file: the pictures stand in it, and it runs no script."""

import io
from base64 import b64encode
from html import escape

from striate.data.check.findings import Finding, Findings, Group
from striate.data.check.survey import Survey
from striate.errors import StriateError
from striate.messages import language, render
from striate.views.check import detail, report_lines, title, verdict
from striate.views.columns import printable

SHOWN = 40  # groups of a finding
SHOWN_IN_GROUP = 8
SIDE = 112  # of a picture on the page, pixels
QUALITY = 80

STYLE = """
:root { color-scheme: light dark; --edge: #8886; --bad: #c0392b }
body { font: 16px/1.5 system-ui, "Noto Sans KR", sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem } .problem h2 { color: var(--bad) }
.group { display: inline-flex; flex-wrap: wrap; gap: .5rem; margin: 0 .6rem .6rem 0; padding: .5rem }
.group { border: 1px solid var(--edge); border-radius: 6px; vertical-align: top }
figure { margin: 0; width: 8rem; font-size: .75rem; overflow-wrap: anywhere }
img { max-width: 112px; max-height: 112px; display: block; margin-bottom: .25rem }
pre { overflow-x: auto; border: 1px solid var(--edge); border-radius: 6px; padding: .75rem; font-size: .85rem }
"""


def page(survey: Survey, findings: Findings) -> str:
    """The page."""
    head = render("check.page_title", {"data": survey.root})
    sections = [_section(survey, finding) for finding in findings.found]
    text = "\n".join(report_lines(survey, findings))
    return "\n".join(
        [
            f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            # Nothing from anywhere, no script: only the pictures and the style in the file itself.
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
            "style-src 'unsafe-inline'\">",
            f"<title>{_text(head)}</title><style>{STYLE}</style></head><body>",
            f"<h1>{_text(head)}</h1><p>{_text(verdict(survey, findings))}</p>",
            *sections,
            f"<h2>{_text(render('check.page_text'))}</h2><pre>{_lines(text)}</pre></body></html>\n",
        ]
    )


def _section(survey: Survey, finding: Finding) -> str:
    groups = "".join(_group(survey, finding.kind, group) for group in finding.groups[:SHOWN])
    left = len(finding.groups) - SHOWN
    more = f"<p>{_text(render('check.more', {'count': left}))}</p>" if left > 0 else ""
    kind = "note" if finding.is_note else "problem"
    return f'<section class="{kind}"><h2>{_text(title(survey, finding))}</h2>{groups}{more}</section>'


def _group(survey: Survey, kind: str, group: Group) -> str:
    figures = "".join(_figure(survey, kind, row) for row in group[:SHOWN_IN_GROUP])
    left = len(group) - SHOWN_IN_GROUP
    more = f"<span>{_text(render('check.more', {'count': left}))}</span>" if left > 0 else ""
    return f'<div class="group">{figures}{more}</div>'


def _figure(survey: Survey, kind: str, row: int) -> str:
    caption = [survey.names[row], *filter(None, [detail(survey, kind, row)])]
    image = "" if row in survey.faults else _image(survey, row)
    return f"<figure>{image}<figcaption>{'<br>'.join(map(_text, caption))}</figcaption></figure>"


def _image(survey: Survey, row: int) -> str:
    """The picture, made small, as a data: address; nothing if its file went away meanwhile."""
    from PIL import Image

    try:
        pixels = survey.picture(row)
    except StriateError:
        return ""
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    image.thumbnail((SIDE, SIDE))
    held = io.BytesIO()
    image.save(held, "JPEG", quality=QUALITY)
    return f'<img alt="" src="data:image/jpeg;base64,{b64encode(held.getvalue()).decode("ascii")}">'


def _text(text: str) -> str:
    return escape(printable(text))


def _lines(text: str) -> str:
    return "\n".join(map(_text, text.splitlines()))
