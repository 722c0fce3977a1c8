"""The report of a model: how it was trained, how well it does, where it errs, how sure one can be of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from striate.confidence import Confidence
from striate.training.answers import Abstaining, Answers
from striate.training.calibration import Bin
from striate.training.confusion import ClassFacts
from striate.training.shares import Interval
from striate.training.tallies import Counts
from striate.version import __version__
from striate.views.page.certainty import abstaining, calibration
from striate.views.page.classes import class_table, confusions
from striate.views.page.curves import curves
from striate.views.page.html import Markup, document, joined, percent, say, tag
from striate.views.page.mistakes import Mistake, mistakes
from striate.views.page.settings import settings_section

COLOURS = {"grey": "page.colour.grey", "rgb": "page.colour.rgb"}


class Judgement(Protocol):
    """What was found about a model: `striate.report.Report`."""

    @property
    def class_names(self) -> tuple[str, ...]: ...
    @property
    def loss(self) -> float: ...
    @property
    def matrix(self) -> Counts: ...
    @property
    def bins(self) -> tuple[Bin, ...] | None: ...
    @property
    def calibration_error(self) -> float | None: ...
    @property
    def confidence(self) -> Confidence | None: ...
    @property
    def answers(self) -> Answers | None: ...
    @property
    def pictures(self) -> int: ...
    @property
    def hits(self) -> int: ...
    @property
    def accuracy(self) -> float: ...
    @property
    def accuracy_interval(self) -> Interval: ...
    @property
    def balanced_accuracy(self) -> float: ...
    @property
    def classes(self) -> list[ClassFacts]: ...
    @property
    def macro(self) -> dict[str, float]: ...
    @property
    def abstaining(self) -> Abstaining | None: ...


@dataclass(frozen=True, eq=False)
class Story:
    """What stands in a report beside what was found. `part` says which pictures were judged, `title` whose model it is.

    `chosen_here`: the best epoch, the temperature and the threshold were chosen by these very pictures. `isa` is what
    computed the weights, the `fingerprint` their hash.
    """

    title: str
    part: str
    mistakes: Sequence[Mistake] = ()
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    history: Mapping[str, Sequence[float]] = field(default_factory=dict[str, Sequence[float]])
    network: Markup | None = None
    weights: int = 0
    fingerprint: str = ""
    chosen_here: bool = False
    isa: str | None = None


def report_page(found: Judgement, story: Story) -> str:
    """The whole page, one file."""
    return document(
        say("page.title", title=story.title[:80]),
        _head(found, story),
        curves(story.history),
        class_table(found.class_names, found.classes, found.macro),
        confusions(found.class_names, found.matrix),
        mistakes(story.mistakes, found.pictures - found.hits),
        *_certainty(found, story),
        settings_section(story.settings, story.network) if story.settings or story.network else None,
        _foot(story),
    )


def _head(found: Judgement, story: Story) -> Markup:
    counted = say("evaluate.pictures", pictures=found.pictures, right=found.hits, part=f"part.{story.part}")
    warned = tag("p", say("page.chosen_here"), class_="note") if story.chosen_here else None
    return tag(
        "header",
        tag("h1", say("page.heading"), " ", tag("bdi", story.title)),
        tag("p", counted),
        _told(story),
        tag("ul", *_figures(found), class_="figures"),
        warned,
    )


def _told(story: Story) -> Markup | None:
    """One sentence on what was trained on what, where the settings say it."""
    try:
        train, data, size = (story.settings[name] for name in ("train", "data", "preprocessing"))
        text = say(
            "page.trained",
            model=train["model"],
            weights=story.weights,
            pictures=data["pictures"],
            classes=len(data["classes"]),
            size=tuple(size["size"]),
            colour=COLOURS[size["colour"]],
            epochs=train["epochs"],
        )
    except (KeyError, TypeError, ValueError):  # none, or some that somebody has edited
        return None
    return tag("p", text)


def _figures(found: Judgement) -> list[Markup]:
    low, high = found.accuracy_interval
    between = say("page.between", low=100 * low, high=100 * high)
    shown = [
        _figure("page.accuracy", percent(found.accuracy), between),
        _figure("page.balanced", percent(found.balanced_accuracy), say("page.balanced_is")),
    ]
    if (some := found.abstaining) is not None and some.threshold:
        low, high = some.accuracy_interval
        between = say("page.between", low=100 * low, high=100 * high) if some.answered else ""
        shown.append(_figure("page.right_when_answering", percent(some.accuracy), between))
        low, high = some.refused_interval
        between = say("page.between", low=100 * low, high=100 * high)
        shown.append(_figure("page.refused", percent(some.refused / some.pictures), between))
    return [*shown, _figure("page.loss", f"{found.loss:.4f}", say("page.loss_is"))]


def _figure(code: str, value: str, below: str) -> Markup:
    return tag("li", tag("span", say(code)), tag("strong", value), tag("small", below))


def _certainty(found: Judgement, story: Story) -> list[Markup]:
    parts: list[Markup] = []
    if found.bins is not None and found.calibration_error is not None:
        temperature = found.confidence.temperature if found.confidence else None
        parts.append(calibration((found.bins, found.calibration_error), found.answers, temperature))
    if found.answers is not None and found.abstaining is not None:
        parts.append(abstaining(found.answers, found.abstaining, chosen_here=story.chosen_here))
    return parts


def _foot(story: Story) -> Markup:
    on = f" ({story.isa})" if story.isa else ""
    mark = joined(" · SHA-256 ", tag("code", story.fingerprint), on) if story.fingerprint else None
    return tag("footer", tag("p", f"Striate {__version__}", mark))
