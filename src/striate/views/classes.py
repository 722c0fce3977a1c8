"""How well a model does class by class, as lines of text."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.messages import render
from striate.training.confusion import ClassFacts
from striate.training.shares import Interval
from striate.views.columns import aligned, printable, width

COLUMNS = ("class", "pictures", "precision", "between", "recall", "between", "f1")
NUMBERS = {1, 2, 4, 6}  # which of them end at the right
MOST_CLASSES = 20  # a larger matrix fits no screen
MOST_CONFUSIONS = 10
SHORT = 6  # cells: class names up to here stand above the matrix themselves, longer ones by their numbers
NOTHING = "-"  # a share of nothing


def class_lines(names: Sequence[str], facts: Sequence[ClassFacts], macro: Mapping[str, float]) -> list[str]:
    """A row a class: pictures, precision and recall with their intervals, F1; below them the means."""
    titles = [render(f"judged.{column}") for column in COLUMNS]
    rows = [
        [
            name,
            f"{each.pictures:,}",
            _percent(each.precision),
            _between(each.precision_interval),
            _percent(each.recall),
            _between(each.recall_interval),
            _percent(each.f1),
        ]
        for name, each in zip(names, facts, strict=True)
    ]
    shares = [_percent(macro[share]) for share in ("precision", "recall", "f1")]
    total = f"{sum(each.pictures for each in facts):,}"
    mean = [render("judged.mean"), total, shares[0], "", shares[1], "", shares[2]]
    return aligned([titles, *rows, mean], right=NUMBERS)


def confusion_lines(names: Sequence[str], matrix: NDArray[Any]) -> list[str]:
    """The confusion matrix, a row a truth, a column an answer; of many classes only what is confused most."""
    if len(names) > MOST_CLASSES:
        return _largest(names, matrix)
    short = max(width(printable(name)) for name in names) <= SHORT
    heads = list(names) if short else [str(k) for k in range(len(names))]
    labels = list(names) if short else [f"{k} {name}" for k, name in enumerate(names)]
    rows = [
        [label, *(str(count) if count else "." for count in row)]
        for label, row in zip(labels, matrix.tolist(), strict=True)
    ]
    return [render("judged.matrix"), *aligned([["", *heads], *rows], right=range(1, len(names) + 1))]


def largest_confusions(matrix: NDArray[Any], most: int) -> list[tuple[int, int, int]]:
    """(truth, answer, how often), what is confused most first; no more than so many, and none that does not occur."""
    wrong = matrix * ~np.eye(len(matrix), dtype=np.bool_)
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    pairs = [divmod(int(place), len(matrix)) for place in order if wrong.flat[place]]
    return [(truth, answer, int(wrong[truth, answer])) for truth, answer in pairs]


def _largest(names: Sequence[str], matrix: NDArray[Any]) -> list[str]:
    rows = [
        [str(count), render("judged.taken_for", {"truth": names[truth], "answer": names[answer]})]
        for truth, answer, count in largest_confusions(matrix, MOST_CONFUSIONS)
    ]
    return [render("judged.largest"), *aligned(rows, right={0})] if rows else []


def _percent(share: float | None) -> str:
    return NOTHING if share is None else f"{100 * share:.1f} %"


def _between(interval: Interval) -> str:
    return f"{100 * interval.low:.1f}-{100 * interval.high:.1f}"
