"""Curves of the lessons: activations and their slopes, gradients by depth, paths through a valley."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from striate.figures.canvas import BLUE, FAINT, INK, VERMILION, blank, require_matplotlib
from striate.figures.fonts import lettering
from striate.figures.page import Pixels
from striate.figures.plain_axes import tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GREEN, ORANGE = "#009e73", "#e69f00"  # of the same palette as BLUE and VERMILION
COLOURS = (BLUE, VERMILION, GREEN, ORANGE)
STYLES = ("-", "--", "-.", ":")


def activation_panels(x: Pixels, curves: Mapping[str, tuple[Pixels, Pixels]]) -> "Figure":
    """Functions by name with their slopes, (values, slopes) at x: the functions in one panel, the slopes in another."""
    require_matplotlib()
    letters = lettering()
    figure = blank(7.2, 2.9)
    figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.1)
    panels = figure.subplots(1, 2)
    for i, (panel, code) in enumerate(zip(panels, ("figure.activations", "figure.slopes"), strict=True)):
        for (name, pair), color, style in zip(curves.items(), COLOURS, STYLES, strict=False):
            panel.plot(x, pair[i], style, color=color, linewidth=1.8, label=name)
        tidy(panel, letters, title=letters.label(code), x="x")
    panels[0].set_ylim(-1.1, 2.1)
    _legend(panels[0], list(letters.families))
    return figure


def gradients_by_depth(curves: Mapping[tuple[str, str], tuple[float, ...]]) -> "Figure":
    """What is left of a gradient behind 1, 2 ... layers, by (activation, first weights), on a scale of powers."""
    require_matplotlib()
    letters = lettering()
    figure = blank(6.4, 3.6)
    figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.1)
    panel = figure.add_subplot()
    names = list(dict.fromkeys(name for name, _ in curves))
    starts = list(dict.fromkeys(start for _, start in curves))
    for (name, start), shares in curves.items():
        color, style = COLOURS[names.index(name)], STYLES[starts.index(start)]
        depth = np.arange(1, len(shares) + 1)
        panel.plot(depth, shares, style, color=color, linewidth=1.8, label=f"{name}, {start.partition('_')[0]}")
    panel.set_yscale("log")
    tidy(panel, letters, x=letters.label("figure.depth"), y=letters.label("figure.gradient_left"))
    panel.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, prop={"size": 8.5})
    return figure


def valley_paths(paths: Mapping[str, Pixels], curvature: tuple[float, float]) -> "Figure":
    """Paths (steps, 2) by name, each in a panel of its own, over the lines of height of (a x^2 + b y^2) / 2."""
    require_matplotlib()
    letters = lettering()
    figure = blank(7.2, 3.8)
    figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.08)
    x, y = np.linspace(-4.4, 2.4, 160), np.linspace(-1.3, 1.3, 120)
    height = (curvature[0] * x[np.newaxis] ** 2 + curvature[1] * y[:, np.newaxis] ** 2) / 2
    panels = figure.subplots(2, 2, sharex=True, sharey=True)
    for panel, (name, path), color in zip(panels.flat, paths.items(), COLOURS, strict=False):
        panel.contour(x, y, height, levels=[0.05, 0.4, 1.5, 4, 8, 14], colors="#cccccc", linewidths=0.7)
        panel.plot(path[:, 0], path[:, 1], "-o", color=color, linewidth=1.1, markersize=2.4)
        panel.plot(0, 0, "+", color=INK, markersize=8)
        tidy(panel, letters, title=name)
        panel.grid(visible=False)
        panel.set(xlim=(-4.4, 2.4), ylim=(-1.3, 1.3))
    return figure


def _legend(panel: "Axes", fonts: list[str]) -> None:
    panel.legend(loc="upper left", frameon=False, prop={"family": fonts, "size": 8.5}, labelcolor=FAINT)
