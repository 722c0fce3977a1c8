"""What a model says of pictures, for a notebook."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

from striate.messages import render

MOST_CLASSES = 5  # of a picture, the likeliest
MOST_PICTURES = 50
BAR = 8.0  # em, of a probability of 1


class Said(NamedTuple):
    """Of one picture: the label, None for none of the classes; the score of every class; the file it came from."""

    label: str | None
    scores: Mapping[str, float]
    file: str | None


def answers_html(said: Sequence[Said]) -> str:
    """One HTML fragment that needs nothing else and takes its colours from the page."""
    rows = "".join(_row(i, each) for i, each in enumerate(said[:MOST_PICTURES]))
    more = len(said) - MOST_PICTURES
    left = f"<p>{escape(render('answers.more', {'count': more}))}</p>" if more > 0 else ""
    return f'<div style="font-variant-numeric: tabular-nums"><table><tbody>{rows}</tbody></table>{left}</div>'


def _row(i: int, said: Said) -> str:
    label = render("predict.none") if said.label is None else said.label
    likeliest = sorted(said.scores.items(), key=lambda item: -item[1])[:MOST_CLASSES]
    bars = "".join(_bar(name, score) for name, score in likeliest)
    where = str(i) if said.file is None else said.file
    cells = f"<td>{escape(where)}</td><td><strong>{escape(label)}</strong></td><td>{bars}</td>"
    return f'<tr style="vertical-align: top; text-align: left">{cells}</tr>'


def _bar(name: str, score: float) -> str:
    width = BAR * min(max(score, 0.0), 1.0)
    bar = f'<span style="display: inline-block; height: 0.7em; width: {width:.2f}em; background: #0072b2"></span>'
    return f"<div>{bar} {100 * score:.1f} % {escape(name)}</div>"
