"""How training went, epoch by epoch."""

import math
from collections.abc import Mapping, Sequence

from striate.messages.render import language, texts
from striate.views.page.charts import Axis, Line, axis, chart, epochs_axis, figure
from striate.views.page.html import Markup, percent, say, section, tag

RATE = "learning_rate"


def curves(history: Mapping[str, Sequence[float]]) -> Markup | None:
    """A chart for each thing that was measured, training and validation in it; None where nothing was."""
    names = [name for name, values in history.items() if len(values) and not name.startswith("val_")]
    names.sort(key=lambda name: (name != "loss", "accuracy" not in name, name == RATE))
    if not names:
        return None
    charts = [_measured(name, history[name], history.get(f"val_{name}", ())) for name in names]
    return section(say("page.curves"), tag("div", *charts, class_="charts"), _best(history))


def _measured(name: str, training: Sequence[float], validation: Sequence[float]) -> Markup:
    share = name.endswith("accuracy")
    lines = [_line("figure.training", training, "first", share=share)]
    if len(validation):
        lines.append(_line("figure.validation", validation, "second", share=share))
    if name == RATE:
        lines = [Line(lines[0].points, "first")]
    x = epochs_axis(max(len(training), len(validation)), say("figure.epoch"))
    y = _values([value for line in lines for _, value in line.points], share=share)
    title = texts(language()).get(f"log.{name}") or name
    return figure(title, chart(x, y, lines, title), lines)


def _line(code: str, values: Sequence[float], kind: str, *, share: bool) -> Line:
    """Its points; a validation may have come to a number that is not finite, which has no place."""
    last = percent(values[-1], 2) if share else f"{values[-1]:.4g}"
    points = [(i + 1, value) for i, value in enumerate(values) if math.isfinite(value)]
    return Line(points, kind, f"{say(code)} {last}")


def _values(values: Sequence[float], *, share: bool) -> Axis:
    if share:
        return axis(values or [0.0], lambda value: f"{100 * value:.3g}%", most=1.0)
    return axis([0.0, *values], lambda value: f"{value:.3g}")


def _best(history: Mapping[str, Sequence[float]]) -> Markup | None:
    losses = list(history.get("val_loss", ()))
    finite = [epoch for epoch, loss in enumerate(losses) if math.isfinite(loss)]
    if not finite:
        return None
    best = min(finite, key=losses.__getitem__)
    return tag("p", say("page.best_epoch", epoch=best + 1, epochs=len(losses), loss=losses[best]), class_="note")
