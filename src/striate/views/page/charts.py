"""Curves as SVG inside the page: they take their colours from its style, so they are right in light and in dark."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from striate.views.page.html import Markup, joined, tag

WIDTH, HEIGHT = 360, 230
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 10, 36
TICKS = 5
MARKED = 25  # with more points than this, marks would hide the line

Point = tuple[float, float]


@dataclass(frozen=True)
class Axis:
    """What part of the numbers is shown, where it is marked, and how the marks are written."""

    low: float
    high: float
    ticks: Sequence[float]
    written: Callable[[float], str]
    title: str = ""

    def share(self, value: float) -> float:
        """How far along the axis a value lies, 0 to 1."""
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Line:
    """Points joined in their order. `kind` is the style's class: first, second or guide."""

    points: Sequence[Point]
    kind: str
    name: str = ""


def axis(values: Sequence[float], written: Callable[[float], str], title: str = "", *, most: float = math.inf) -> Axis:
    """An axis that holds all values and begins and ends at round numbers, none of them above `most`."""
    low, high = min(values), max(values)
    if high - low < 1e-12 * max(abs(high), 1e-300):  # all the same
        low, high = (low - 0.5 * abs(low), high + 0.5 * abs(high)) if high else (0.0, 1.0)
    step = _round_step((high - low) / TICKS)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = [n * step for n in range(first, last + 1)]
    return Axis(ticks[0], min(ticks[-1], max(most, high)), [t for t in ticks if t <= most + step / 1e6], written, title)


def epochs_axis(count: int, title: str) -> Axis:
    """1 to `count`, marked at whole numbers."""
    step = max(1, round(_round_step(count / TICKS)))
    ticks = sorted({1, *range(step, count + 1, step)})
    margin = max(0.5, 0.03 * count) if count < 3 else 0.03 * count
    return Axis(1 - margin, count + margin, ticks, lambda n: f"{n:g}", title)


def shares_axis(title: str) -> Axis:
    """0 to 100 %."""
    return Axis(0, 1, (0, 0.25, 0.5, 0.75, 1), lambda share: f"{100 * share:g}", title)


def chart(x: Axis, y: Axis, lines: Sequence[Line], label: str, *more: Markup) -> Markup:
    """A chart of so many lines; `label` says what it shows to who cannot see it. `more` is drawn below the lines."""
    drawn = [_line(x, y, line) for line in lines]
    parts = (_grid(x, y), *more, *drawn)
    return tag("svg", *parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=label)


def at(x: Axis, y: Axis, point: Point) -> Point:
    """Where a point stands in the picture."""
    across, down = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    return LEFT + x.share(point[0]) * across, TOP + (1 - y.share(point[1])) * down


def dot(x: Axis, y: Axis, point: Point, radius: float, kind: str) -> Markup:
    """A filled circle."""
    cx, cy = at(x, y, point)
    return tag("circle", cx=_n(cx), cy=_n(cy), r=_n(radius), class_=f"dot {kind}")


def upright(x: Axis, y: Axis, place: float, low: float, high: float, kind: str) -> Markup:
    """A line from `low` up to `high`."""
    (x1, y1), (_, y2) = at(x, y, (place, low)), at(x, y, (place, high))
    return tag("line", x1=_n(x1), x2=_n(x1), y1=_n(y1), y2=_n(y2), class_=kind)


def bar(x: Axis, y: Axis, left: float, right: float, height: float) -> Markup:
    """A filled box that stands on the axis."""
    (x1, y1), (x2, y2) = at(x, y, (left, height)), at(x, y, (right, y.low))
    size = {"x": _n(x1 + 0.5), "y": _n(y1), "width": _n(max(x2 - x1 - 1, 0.5)), "height": _n(y2 - y1)}
    return tag("rect", **size, class_="bar")


def _line(x: Axis, y: Axis, line: Line) -> Markup:
    places = [at(x, y, point) for point in line.points]
    path = "M" + "L".join(f"{_n(px)} {_n(py)}" for px, py in places) if places else None
    marked = line.kind != "guide" and len(places) <= MARKED
    marks = [dot(x, y, point, 2.4, line.kind) for point in (line.points if marked else line.points[-1:])]
    return tag("g", tag("path", d=path, class_=f"line {line.kind}"), *(marks if line.kind != "guide" else ()))


def _grid(x: Axis, y: Axis) -> Markup:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    rows: list[Markup] = []
    for tick in y.ticks:
        _, py = at(x, y, (x.low, tick))
        rows.append(tag("line", x1=_n(LEFT), x2=_n(right), y1=_n(py), y2=_n(py), class_="grid"))
        rows.append(tag("text", y.written(tick), x=_n(LEFT - 6), y=_n(py + 3.5), text_anchor="end"))
    for tick in x.ticks:
        px, _ = at(x, y, (tick, y.low))
        rows.append(tag("text", x.written(tick), x=_n(px), y=_n(bottom + 15), text_anchor="middle"))
    titles = tag("text", x.title, x=_n(right), y=_n(HEIGHT - 4), text_anchor="end", class_="title")
    return tag("g", *rows, titles, class_="axes")


def legend(lines: Sequence[Line]) -> Markup:
    """What the lines are, above a chart."""
    keys = [joined(tag("i", class_=f"key {line.kind}"), tag("span", line.name)) for line in lines if line.name]
    return tag("span", *(tag("span", key) for key in keys), class_="legend")


def figure(title: str, drawing: Markup, lines: Sequence[Line] = (), note: str | None = None) -> Markup:
    """A chart with its title, the names of its lines, and a note below it."""
    caption = tag("figcaption", tag("b", title), legend(lines) if lines else None)
    below = tag("p", note, class_="note") if note else None
    return tag("figure", caption, drawing, below, class_="chart")


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20 ... times a power of ten that is no smaller."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(digit * power for digit in (1, 2, 5, 10) if digit * power >= least * (1 - 1e-9))


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
