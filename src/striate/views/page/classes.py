"""How well each class is known, and what is taken for what."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.training.confusion import ClassFacts
from striate.training.shares import Interval
from striate.views.classes import MOST_CLASSES, largest_confusions
from striate.views.page.html import Markup, Part, joined, name, percent, say, section, table, tag

SHORT = 24  # characters of a name beside and above the matrix
DEEP = 0.55  # a cell coloured more than this needs light letters


def class_table(names: Sequence[str], facts: Sequence[ClassFacts], macro: Mapping[str, float]) -> Markup:
    """A row a class with precision, recall and F1; of many classes those known worst come first."""
    many = len(names) > MOST_CLASSES
    order = sorted(range(len(names)), key=lambda k: (facts[k].f1 is None, facts[k].f1)) if many else range(len(names))
    head = [say(f"judged.{column}") for column in ("class", "pictures", "precision", "recall", "f1")]
    rows: list[list[Part]] = [_row(names[k], facts[k]) for k in order]
    total = f"{sum(each.pictures for each in facts):,}"
    means = [tag("b", percent(macro[share])) for share in ("precision", "recall", "f1")]
    rows.append([tag("b", say("judged.mean")), tag("b", total), *means])
    note = say("page.classes_worst_first") if many else None
    explained = say("page.intervals")
    return section(
        say("page.classes"),
        table(head, rows, numbers={1, 4}),
        tag("p", joined(note, " " if note else None, explained), class_="note"),
    )


def _row(class_name: str, facts: ClassFacts) -> list[Part]:
    return [
        name(class_name),
        f"{facts.pictures:,}",
        _share(facts.precision, facts.precision_interval),
        _share(facts.recall, facts.recall_interval),
        percent(facts.f1),
    ]


def _share(share: float | None, interval: Interval) -> Markup:
    """The share, its interval as a line from 0 to 1 and as numbers."""
    if share is None:
        return Markup("–")
    low, high = (100 * end for end in interval)
    line = tag(
        "svg",
        tag("line", x1="0", x2="100", y1="5", y2="5", class_="grid"),
        tag("line", x1=f"{low:.1f}", x2=f"{high:.1f}", y1="5", y2="5", class_="whisker"),
        tag("circle", cx=f"{100 * share:.1f}", cy="5", r="2.6", class_="dot first"),
        viewBox="-4 0 108 10",
        class_="interval",
        aria_hidden="true",
    )
    return tag("span", percent(share), line, tag("small", f"{low:.1f}–{high:.1f}"), class_="share")


def confusions(names: Sequence[str], matrix: NDArray[Any]) -> Markup:
    """The whole matrix of few classes; of many what is confused most."""
    if len(names) > MOST_CLASSES:
        return section(say("page.confusions"), _largest(names, matrix))
    return section(say("page.confusions"), _matrix(names, matrix), tag("p", say("page.matrix"), class_="note"))


def _matrix(names: Sequence[str], matrix: NDArray[Any]) -> Markup:
    totals = np.maximum(matrix.sum(axis=1), 1)
    heads = tag("tr", tag("td"), *(tag("th", name(each, SHORT), scope="col") for each in names))
    rows = [
        tag(
            "tr",
            tag("th", name(names[k], SHORT), scope="row"),
            *(_cell(int(count), count / totals[k], right=j == k) for j, count in enumerate(matrix[k])),
        )
        for k in range(len(names))
    ]
    return tag("div", tag("table", tag("thead", heads), tag("tbody", *rows), class_="matrix"), class_="wide")


def _cell(count: int, share: float, *, right: bool) -> Markup:
    """A cell, the deeper the larger its share of the row; of mistakes the root, or small ones could not be seen."""
    depth = share if right else math.sqrt(share)
    kinds = ["right" if right else "wrong", *(["deep"] if depth > DEEP else []), *(["zero"] if not count else [])]
    return tag("td", f"{count:,}", class_=" ".join(kinds), style=f"--depth:{depth:.3f}")


def _largest(names: Sequence[str], matrix: NDArray[Any]) -> Markup:
    found = largest_confusions(matrix, MOST_CLASSES)
    if not found:
        return tag("p", say("page.no_mistakes"))
    totals = matrix.sum(axis=1)
    rows: list[list[Part]] = [
        [name(names[truth]), name(names[answer]), f"{count:,}", percent(count / totals[truth])]
        for truth, answer, count in found
    ]
    head = [say("page.truth"), say("page.answered"), say("judged.pictures"), say("page.of_class")]
    return table(head, rows, numbers={2, 3})
