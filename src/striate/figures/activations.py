"""Activation functions, what they leave of a gradient, how fast a network learns with them: sketches of panels."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from striate.figures.canvas import BLUE, FAINT, VERMILION
from striate.figures.fonts import Lettering, lettering
from striate.figures.page import Pixels
from striate.figures.panels import (
    Sketch,
    axis_labels,
    color,
    legend_above,
    legend_beside,
    percent_axis,
    style,
    tidy,
    titled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SMALL = (2.45, 1.95)  # inches of one function's panel
COLUMNS = 4
PANEL = (4.9, 4.1)
SEEN = 4.0  # the functions are drawn from -SEEN to SEEN
MARKED = ("relu", "tanh", "sigmoid")  # those that everybody compares
GONE = 1e-45  # float32's smallest number: what is less is 0 there

Curves = Mapping[str, Sequence[Pixels]]


def activation_functions(names: Sequence[str], x: Pixels, values: Pixels, slopes: Pixels) -> Sketch:
    """A panel for each function: values and slopes (F, P) over x (P,)."""
    columns = min(COLUMNS, len(names))
    rows = -(-len(names) // columns)
    seen = np.abs(x) <= SEEN

    def draw(place: Any) -> None:
        letters, lines = lettering(), list[Any]()
        for i, name in enumerate(names):
            panel = place.add_subplot(rows, columns, i + 1)
            lines = panel.plot(x[seen], values[i][seen], color=BLUE, linewidth=1.8)
            lines += panel.plot(x[seen], slopes[i][seen], color=VERMILION, linewidth=1.5, linestyle="--")
            panel.set(xlim=(-SEEN, SEEN), ylim=(-1.4, 2.2), xticks=(-4, -2, 0, 2, 4), yticks=(-1, 0, 1, 2))
            tidy(panel, grid="both")
            titled(panel, letters, letters.name(name), room=4)
        legend = place.legend(
            lines[-2:],
            [letters.label("activations.function"), letters.label("activations.slope")],
            loc="outside upper left",
            ncols=2,
            frameon=False,
            prop={"family": list(letters.families), "size": 9.5},
        )
        legend.set_in_layout(True)

    return Sketch(SMALL[0] * columns, SMALL[1] * rows + 0.4, draw)


def gradients_left(
    names: Sequence[str], starts: Sequence[str], depths: Sequence[int], width: int, shares: Pixels
) -> Sketch:
    """A panel for each way to draw first weights; `shares` (activations, starts, depths, draws)."""

    def draw(place: Any) -> None:
        letters = lettering()
        panels = place.subplots(1, len(starts), sharey=True, squeeze=False)[0]
        for s, (panel, start) in enumerate(zip(panels, starts, strict=True)):
            for a, name in enumerate(names):
                curve = np.exp(np.log(np.maximum(shares[a, s], GONE)).mean(axis=-1))
                wide, above = (2.4, 3) if name in MARKED else (1.1, 2)
                i = _place(name, names)
                line = panel.plot(depths, curve, style(i), color=color(i), linewidth=wide, zorder=above)[0]
                line.set(marker="o", markersize=3, label=letters.name(name))
            panel.set_yscale("log")
            panel.axhline(1, color=FAINT, linewidth=0.8)
            tidy(panel)
            titled(panel, letters, letters.label("activations.left_title", start=start, width=width))
            panel.set_xticks(list(depths))
            up = letters.label("activations.left_axis") if s == 0 else ""
            axis_labels(panel, letters, letters.label("activations.depth_axis"), up)
        legend_beside(panels[-1], letters)

    return Sketch(PANEL[0] * len(starts), PANEL[1], draw)


def learning_speeds(
    runs: Mapping[str, Curves], rates: Mapping[str, Mapping[str, float]], every: int, wanted: float
) -> Sketch:
    """A panel for each rule: accuracies every so many steps by activation, a curve a seed, at each one's rate."""

    def draw(place: Any) -> None:
        letters = lettering()
        panels = place.subplots(1, len(runs), sharey=True, squeeze=False)[0]
        for panel, (rule, curves) in zip(panels, runs.items(), strict=True):
            _speeds(panel, curves, rates[rule], every, letters)
            panel.axhline(wanted, color=FAINT, linewidth=0.9, linestyle=":")
            titled(panel, letters, letters.label("activations.speed_title", rule=rule), room=24)
            legend_above(panel, letters, 3)
            up = letters.label("activations.accuracy_axis") if panel is panels[0] else ""
            axis_labels(panel, letters, letters.label("activations.steps_axis"), up)
            panel.set_ylim(-0.02, 1.02)
            percent_axis(panel)

    return Sketch(PANEL[0] * len(runs), PANEL[1], draw)


def _speeds(panel: "Axes", curves: Curves, rates: Mapping[str, float], every: int, letters: Lettering) -> None:
    from matplotlib.ticker import NullFormatter, ScalarFormatter

    for name, runs in curves.items():
        i = _place(name, list(curves))
        for n, run in enumerate(runs):
            steps = every * np.arange(1, len(run) + 1)
            label = f"{letters.name(name)} ({rates[name]:g})" if n == 0 else "_"
            panel.plot(steps, run, color=color(i), linewidth=1.4, alpha=0.85, label=label)
            panel.plot(steps[-1:], run[-1:], "o", color=color(i), markersize=4)
    panel.set_xscale("log")
    panel.xaxis.set_major_formatter(ScalarFormatter())
    panel.xaxis.set_minor_formatter(NullFormatter())
    tidy(panel)


def _place(name: str, names: Sequence[str]) -> int:
    """Which colour a curve has: those that everybody compares the same ones in every panel."""
    return [*MARKED, *(other for other in names if other not in MARKED)].index(name)
