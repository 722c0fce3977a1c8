"""Ways down a function of two numbers, over its contours: standing still and moving."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from striate.figures.canvas import FAINT, INK, RULE, require_matplotlib
from striate.figures.fonts import Lettering, lettering
from striate.figures.page import LINE, SMALL, Box, Page
from striate.figures.styles import style_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

Array = NDArray[np.float64]

WIDE, HIGH = 4.4, 3.3  # of a panel, inches
GAP_X, GAP_Y = 0.55, 0.5
LEGEND = 1.35
LEVELS = 14
COLORS = "Greys_r"  # darker is lower; the paths bring the colours
DARKEST, LIGHTEST = -0.9, 1.05  # of the colour map: the field stays pale behind the paths
MARKS = 9  # along a path
MOVING_DPI = 80


@dataclass(frozen=True, eq=False)
class Track:
    """One way: `path` (T + 1, 2), which ends before the step that `diverged`."""

    name: str
    learning_rate: float
    path: Array
    diverged: int | None


@dataclass(frozen=True, eq=False)
class Panel:
    """A function and ways down it. `values` over the view (x from, x to, y from, y to), rows from above."""

    title: str  # a text's code; it may use {rate}
    formula: str
    values: Array
    least: float
    view: tuple[float, float, float, float]
    minimum: tuple[float, float]
    start: tuple[float, ...]
    tracks: tuple[Track, ...]


def paths_figure(rows: Sequence[Sequence[Panel]]) -> "Figure":
    """A row of panels for each function, everybody's whole way in each."""
    return _Drawn(rows).figure


def path_frames(rows: Sequence[Sequence[Panel]], frames: int = 48) -> Iterator["Figure"]:
    """The same, step by step: slowly at first, then in longer strides. Every frame is the same figure, moved on."""
    drawn = _Drawn(rows, lines=False)  # contours, drawn anew for every frame, would take most of the time
    drawn.figure.set_dpi(MOVING_DPI)
    last = max(len(track.path) for row in rows for panel in row for track in panel.tracks) - 1
    for step in sorted({round(last * (i / (frames - 1)) ** 2.5) for i in range(frames)} | set(range(min(last, 6)))):
        drawn.move(step)
        yield drawn.figure


class _Drawn:
    """The figure, with the lines that move on it."""

    def __init__(self, rows: Sequence[Sequence[Panel]], *, lines: bool = True) -> None:
        self._contours = lines
        require_matplotlib()
        self._letters = letters = lettering()
        columns = max(map(len, rows))
        across = columns * (WIDE + GAP_X) + LEGEND
        page = Page(letters, across, len(rows) * (HIGH + 3 * LINE + GAP_Y) - GAP_Y, letters.label("figure.race_paths"))
        self.figure = page.figure
        self._lines: list[tuple[Line2D, Line2D, Track]] = []
        for r, row in enumerate(rows):
            top = r * (HIGH + 3 * LINE + GAP_Y)
            page.text(row[0].formula, 0, top, points=10)
            for c, panel in enumerate(row):
                left = c * (WIDE + GAP_X) + 0.3
                box = Box(left, top + 2.4 * LINE, WIDE, HIGH)
                rate = panel.tracks[0].learning_rate
                page.text(letters.label(panel.title, rate=rate), left, top + 1.25 * LINE, color=FAINT)
                self._draw(page.axes(box), panel)
        _legend(page, letters, [track.name for track in rows[0][0].tracks], columns * (WIDE + GAP_X) + 0.15)
        self._counter = page.figure.text(
            0.99, 0.985, "", ha="right", va="top", fontsize=10, color=FAINT, fontfamily=list(letters.families)
        )

    def _draw(self, axes: "Axes", panel: Panel) -> None:
        _ground(axes, panel, lines=self._contours)
        for track in panel.tracks:
            look, path = style_of(track.name), track.path
            every = max(1, len(path) // MARKS)
            settings: dict[str, Any] = {"color": look.color, "marker": look.marker}
            (line,) = axes.plot(
                *path.T, look.line, linewidth=1.4, markersize=4.5, markevery=every, alpha=0.95, **settings
            )
            (head,) = axes.plot(*path[-1:].T, linestyle="", markersize=8, markeredgecolor="white", **settings)
            self._lines.append((line, head, track))
        axes.plot(*panel.start[:2], "o", color=INK, markersize=6, markerfacecolor="white", zorder=5)
        axes.plot(*panel.minimum, "*", color=INK, markersize=13, markeredgecolor="white", zorder=5)

    def move(self, step: int) -> None:
        """Show the ways up to a step."""
        self._counter.set_text(self._letters.label("figure.race_step", step=step))
        for line, head, track in self._lines:
            line.set_data(*track.path[: step + 1].T)
            line.set_markevery(max(1, min(step + 1, len(track.path)) // MARKS))
            head.set_data(*track.path[: step + 1][-1:].T)


def _ground(axes: "Axes", panel: Panel, *, lines: bool) -> None:
    """Contours at logarithmic levels of what the function is above its least value."""
    above = np.log10(np.maximum(panel.values - panel.least, 1e-12))
    low, high = max(float(np.percentile(above, 0.5)), float(above.max()) - 6), float(above.max())
    levels = np.linspace(low, high, LEVELS)
    bands = np.searchsorted(levels, above) / LEVELS
    axes.imshow(bands, extent=panel.view, cmap=COLORS, vmin=DARKEST, vmax=LIGHTEST, aspect="auto", zorder=0)
    left, right, below, over = panel.view
    if lines:
        rows, columns = above.shape
        x, y = np.linspace(left, right, columns), np.linspace(over, below, rows)
        axes.contour(x, y, above, levels=levels, colors="white", linewidths=0.6, linestyles="solid", zorder=1)
    axes.set(xlim=(left, right), ylim=(below, over))
    axes.tick_params(colors=FAINT, labelsize=8, length=2)
    for spine in axes.spines.values():
        spine.set_color(RULE)


def _legend(page: Page, letters: Lettering, names: Sequence[str], left: float) -> None:
    rows = [(name, style_of(name)) for name in names]
    axes = page.axes(Box(left, 2.4 * LINE, LEGEND - 0.1, LINE * 1.35 * (len(rows) + 2)))
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(len(rows) + 1.5, -0.5))
    for i, (_, look) in enumerate(rows):
        axes.plot([0, 0.3], [i, i], look.line, color=look.color, linewidth=1.6)
        axes.plot([0.15], [i], look.marker, color=look.color, markersize=5)
    axes.plot([0.15], [len(rows)], "o", color=INK, markersize=6, markerfacecolor="white")
    axes.plot([0.15], [len(rows) + 1], "*", color=INK, markersize=11)
    told = [*names, letters.label("figure.race_start"), letters.label("figure.race_minimum")]
    for i, text in enumerate(told):
        axes.text(0.38, i, text, va="center", fontsize=SMALL, color=INK, fontfamily=list(letters.families))
