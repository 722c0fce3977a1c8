"""Whether a model is right as often as it says, and what it gains by not answering where it is not sure."""

from collections.abc import Sequence

from striate.training.answers import Abstaining, Answers
from striate.training.calibration import Bin
from striate.training.shares import Interval, wilson
from striate.views.page.charts import Axis, Line, axis, bar, chart, dot, figure, shares_axis, upright
from striate.views.page.html import Markup, Part, percent, say, section, table, tag

TALLEST = 0.25  # of the chart: the bar of the bin with most pictures


def calibration(raw: tuple[Sequence[Bin], float], answers: Answers | None, temperature: float | None) -> Markup:
    """The reliability diagram of the model's own probabilities and, beside it, of the calibrated ones."""
    charts = [_reliability(say("page.before" if temperature else "page.own"), *raw)]
    if temperature is not None and answers is not None:
        counted = answers.calibration()
        charts.append(_reliability(say("page.after", temperature=temperature), counted.bins(), counted.result()))
    note = tag("p", say("page.reliability"), class_="note")
    return section(say("page.calibration"), tag("div", *charts, class_="charts"), note)


def _reliability(title: str, bins: Sequence[Bin], error: float) -> Markup:
    x, y = shares_axis(say("page.sure")), shares_axis("")
    filled = [each for each in bins if each.pictures]
    most = max((each.pictures for each in filled), default=1)
    drawn: list[Markup] = [bar(x, y, each.low, each.high, TALLEST * each.pictures / most) for each in filled]
    for each in filled:
        low, high = wilson(each.hits, each.pictures)
        drawn.append(upright(x, y, each.confidence, low, high, "whisker"))
        drawn.append(dot(x, y, (each.confidence, each.hits / each.pictures), 3.4, "first"))
    ideal = Line([(0, 0), (1, 1)], "guide")
    label = f"{title}: {say('page.error', percent=100 * error)}"
    return figure(title, chart(x, y, [ideal], label, *drawn), note=say("page.error", percent=100 * error))


def abstaining(answers: Answers, found: Abstaining, *, chosen_here: bool) -> Markup:
    """How often the answer is "none of these", how often the others are right, and other thresholds."""
    kept = [("page.rate.refused", found.refused, found.pictures, found.refused_interval)]
    kept.append(("page.rate.answered_right", found.right, found.answered, found.accuracy_interval))
    kept.append(_rate("page.rate.refused_right", found.right_refused, found.refused))
    always = int(answers.right.sum())
    kept.append(_rate("page.rate.always", always, found.pictures))
    rows: list[list[Part]] = [
        [say(code), f"{hits:,} / {of:,}", percent(hits / of if of else None), _between(of, interval)]
        for code, hits, of, interval in kept
    ]
    text = say("page.threshold", percent=100 * found.threshold) if found.threshold else say("page.no_threshold")
    told = table(["", say("judged.pictures"), say("page.share"), say("judged.between")], rows, numbers={1, 2, 3})
    warned = tag("p", say("page.chosen_here"), class_="note") if chosen_here else None
    unknown = tag("p", say("page.unknown"), class_="note")
    drawn = tag("div", _risk(answers, found), class_="charts")
    return section(say("page.abstaining"), tag("p", text), told, drawn, warned, unknown)


def _rate(code: str, hits: int, of: int) -> tuple[str, int, int, Interval]:
    return code, hits, of, wilson(hits, of)


def _between(of: int, interval: Interval) -> str:
    low, high = interval
    return f"{100 * low:.1f}–{100 * high:.1f}" if of else ""


def _risk(answers: Answers, found: Abstaining) -> Markup:
    points = answers.risk_and_coverage()
    x = shares_axis(say("page.coverage"))
    y: Axis = axis([0.0, *(risk for _, risk in points)], lambda share: f"{100 * share:.3g}%", most=1.0)
    line = Line(points, "first", say("page.risk_line"))
    drawn: list[Markup] = []
    if found.answered:
        here = found.answered / found.pictures, 1 - found.right / found.answered
        drawn = [upright(x, y, here[0], 0, y.high, "line second"), dot(x, y, here, 4, "second")]
    chosen = Line([], "second", say("page.chosen", percent=100 * found.threshold))
    shown = [line, chosen] if found.answered and found.threshold else [line]
    return figure(say("page.risk"), chart(x, y, [line], say("page.risk"), *(drawn if found.threshold else ())), shown)
