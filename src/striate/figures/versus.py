"""A CNN against others: accuracies, weights against size, shifts and turns, kernels; as sketches of panels."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from striate.figures.canvas import FAINT, INK
from striate.figures.fonts import Lettering, lettering
from striate.figures.page import Pixels
from striate.figures.panels import Sketch, axis_labels, color, legend_above, percent_axis, ticks_at, tidy, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = (10.4, 4.1)  # inches of two panels beside each other
BAR = 0.62
Moves = tuple[Sequence[float], Mapping[str, Pixels]]
NETS = ("cnn", "strided", "plain", "dense")  # in the order of their colours
ORDER = ("same_maps", "dense", "cnn", "convolutions")
GROWTH_STYLES = {"same_maps": "-.", "dense": "-", "cnn": "-", "convolutions": "--"}


def versus_panels(
    accuracies: Mapping[tuple[str, bool], Pixels],
    weights: Mapping[str, int],
    growth: tuple[Sequence[int], Mapping[str, Sequence[int]]],
    moves: tuple[Moves, Moves],
    kernels: Mapping[str, tuple[Pixels, int, int]],
) -> list[Sketch]:
    """Three rows of panels. Accuracies are (seeds,) by (network, shuffled), moved ones (seeds, moves) by network.

    `growth`: sizes, and weights by curve. `kernels`: accuracies, weights, multiply-adds by network.
    """

    def first(place: Any) -> None:
        letters = lettering()
        left, right = place.subplots(1, 2)
        _bars(left, accuracies, weights, letters)
        _growth(right, *growth, letters)

    def second(place: Any) -> None:
        letters = lettering()
        left, right = place.subplots(1, 2, sharey=True)
        _moved(left, *moves[0], letters, "shift")
        _moved(right, *moves[1], letters, "turn")
        left.set_ylabel(letters.label("versus.accuracy_axis"), fontfamily=list(letters.families), color=FAINT)
        percent_axis(left)

    def third(place: Any) -> None:
        letters = lettering()
        _kernels(place.subplots(1, 1), kernels, letters)

    return [Sketch(*ROW, first), Sketch(*ROW, second), Sketch(ROW[0], 3.8, third)]


def _bars(
    panel: "Axes", accuracies: Mapping[tuple[str, bool], Pixels], weights: Mapping[str, int], letters: Lettering
) -> None:
    for i, ((name, mixed), values) in enumerate(accuracies.items()):
        shade = color(NETS.index(name))
        panel.bar(i, values.mean(), BAR, color=shade, alpha=0.3 if mixed else 0.75)
        _dots(panel, i, values)
        panel.text(i, 0.02, f"{100 * values.mean():.1f} %", ha="center", va="bottom", fontsize=9.5, color=INK)
    labels = [
        f"{letters.label(f'versus.short.{name}')}\n{letters.label('versus.mixed' if mixed else 'versus.as_is')}"
        for name, mixed in accuracies
    ]
    ticks_at(panel, range(len(labels)), labels, letters)
    panel.set_ylim(0, 1.02)
    tidy(panel)
    percent_axis(panel)
    counts = {name: weights[name] for name, _ in accuracies}
    titled(panel, letters, letters.label("versus.bars_title", **counts))


def _growth(panel: "Axes", sizes: Sequence[int], curves: Mapping[str, Sequence[int]], letters: Lettering) -> None:
    shades = {"same_maps": color(6), "dense": color(NETS.index("dense")), "cnn": color(0), "convolutions": color(0)}
    for name in ORDER:
        label = letters.label(f"versus.growth.{name}")
        panel.plot(sizes, curves[name], GROWTH_STYLES[name], color=shades[name], linewidth=1.8, label=label)
    panel.set(xscale="log", yscale="log")
    panel.minorticks_off()
    shown = [size for size in sizes if size in (8, 16, 28, 64, 128, 224)] or list(sizes)
    ticks_at(panel, shown, [str(size) for size in shown], letters)
    tidy(panel)
    titled(panel, letters, letters.label("versus.growth_title"), room=40)
    legend_above(panel, letters, 2)
    axis_labels(panel, letters, letters.label("versus.size_axis"))


def _moved(panel: "Axes", moves: Sequence[float], curves: Mapping[str, Pixels], letters: Lettering, what: str) -> None:
    for i, name in enumerate(NETS):
        values = curves[name]  # seeds, moves
        panel.fill_between(moves, values.min(axis=0), values.max(axis=0), color=color(i), alpha=0.18, linewidth=0)
        label = letters.label(f"versus.short.{name}")
        panel.plot(moves, values.mean(axis=0), color=color(i), linewidth=1.8, marker="o", markersize=3.5, label=label)
    tidy(panel)
    panel.set_xticks(list(moves))
    titled(panel, letters, letters.label(f"versus.{what}_title"), room=40)
    legend_above(panel, letters, 2)
    axis_labels(panel, letters, letters.label(f"versus.{what}_axis"))


def _kernels(panel: "Axes", kernels: Mapping[str, tuple[Pixels, int, int]], letters: Lettering) -> None:
    labels: list[str] = []
    for i, (name, (values, weights, products)) in enumerate(kernels.items()):
        panel.plot([i - 0.2, i + 0.2], [values.mean()] * 2, color=color(i // 2), linewidth=2.5)
        _dots(panel, i, values)
        costs = letters.label("versus.costs", weights=weights, products=products)
        labels.append(f"{letters.label(f'versus.net.{name}')}\n{costs}")
    ticks_at(panel, range(len(labels)), labels, letters)
    panel.set_xlim(-0.6, len(labels) - 0.4)
    tidy(panel)
    percent_axis(panel)
    titled(panel, letters, letters.label("versus.kernels_title"))


def _dots(panel: "Axes", x: float, values: Pixels) -> None:
    """One for each seed."""
    places = x + np.linspace(-0.08, 0.08, len(values)) if len(values) > 1 else [x]
    panel.plot(places, values, "o", color=INK, markersize=3.5, alpha=0.8)
