"""The report of a judged model as one HTML file: what `train` leaves in its folder and `evaluate --html` writes."""

import csv
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from striate import toml
from striate.bits import bits_of
from striate.data.dataset import Images
from striate.errors import DataError, FileError
from striate.files import write_text
from striate.network.summary import Summary
from striate.report import Report
from striate.training.answers import Answers
from striate.views.page.html import Markup
from striate.views.page.mistakes import Mistake
from striate.views.page.report import Story, report_page
from striate.views.table import as_html

MOST_MISTAKES = 24

History = Mapping[str, Sequence[float]]


class Reported(Protocol):
    """What a report tells of a model beside how well it does."""

    about: dict[str, Any]

    @property
    def fingerprint(self) -> str:
        """Its weights in one number."""
        ...

    def summarize(self) -> Summary:
        """Its layers."""
        ...


def write_report(
    path: Path,
    report: Report,
    model: Reported,
    images: Images,
    *,
    title: str,
    part: str,
    settings: Mapping[str, Any] | None = None,
    history: History | None = None,
    chosen_here: bool = False,
) -> None:
    """Write the report of a model judged on these pictures. Raises `FileError` where it cannot be written.

    `part` is "test", "validation" or "train"; `chosen_here` says that the best epoch, the temperature and the threshold
    were chosen by these pictures.
    """
    facts = model.summarize()
    story = Story(
        title,
        part,
        worst_mistakes(report, images),
        settings or {},
        history or {},
        Markup(as_html(facts)),
        facts.weights,
        model.fingerprint,
        chosen_here,
        bits_of(model).isa,
    )
    write_text(path, report_page(report, story))


def worst_mistakes(report: Report, images: Images, most: int = MOST_MISTAKES) -> list[Mistake]:
    """The wrong answers that the model was surest of, with the pictures that it saw."""
    shown: list[Mistake] = []
    if (found := report.answers) is None:
        return shown
    for i in found.mistakes(most):
        with suppress(DataError, FileError):  # a file that has gone since
            shown.append(_mistake(report.class_names, found, i, images))
    return shown


def _mistake(names: Sequence[str], answers: Answers, i: int, images: Images) -> Mistake:
    picture = answers.picture(i)
    truth, answer = names[int(answers.truth[i])], names[int(answers.answer[i])]
    file = None if images.files is None else images.files[picture]
    return Mistake(np.asarray(images.pictures[picture]), truth, answer, float(answers.sure[i]), file, picture)


def read_settings(path: Path) -> dict[str, Any]:
    """The settings of a run; empty where there are none that can be read."""
    try:
        return toml.parsed(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def read_metrics(path: Path) -> dict[str, list[float]]:
    """The metrics of a run by name, a number an epoch; empty where there are none that can be read."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        names = [name for name in rows[0] if name != "epoch"] if rows else []
        return {name: [float(row[name]) for row in rows] for name in names}
    except (OSError, ValueError, TypeError, KeyError, csv.Error):
        return {}
