"""How losses fell in a race: a line and a band for each rule."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from striate.figures.canvas import FAINT, INK, RULE, require_matplotlib
from striate.figures.fonts import Lettering, lettering
from striate.figures.page import LINE, SMALL, Box, Page
from striate.figures.styles import style_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, HIGH, GAP, LEFT = 4.6, 3.7, 0.35, 0.65
LEGEND = 1.75
MOST = 10.0  # a loss far above that of guessing tells nothing more


@dataclass(frozen=True, eq=False)
class Band:
    """A rule's losses (S, K), a row a seed, after so many pictures `seen` (K,)."""

    name: str
    learning_rate: float
    seen: NDArray[np.int64]
    losses: NDArray[np.float64]


def bands_figure(sides: Sequence[tuple[str, Sequence[Band]]]) -> "Figure":
    """A panel for each side (a text's code, and its bands): medians as lines, least to largest as bands."""
    require_matplotlib()
    letters = lettering()
    step = LEFT + WIDE + LEGEND + GAP
    page = Page(letters, len(sides) * step - GAP, HIGH + 5 * LINE, letters.label("figure.race_losses"))
    least, most = _limits([band for _, bands in sides for band in bands])
    for i, (code, bands) in enumerate(sides):
        left = i * step + LEFT
        page.text(letters.label(code, rate=bands[0].learning_rate), left, 0, points=10)
        axes = page.axes(Box(left, 1.6 * LINE, WIDE, HIGH))
        for band in bands:
            _draw(axes, band, most)
        _tidy(axes, letters, least, most)
        told = [f"{b.name}  {b.learning_rate:g}" if code == "race.at_best" else b.name for b in bands]
        _legend(page, letters, bands, told, left + WIDE + 0.1)
    return page.figure


def _limits(bands: Sequence[Band]) -> tuple[float, float]:
    """From the least median to where everybody starts, or a little above."""
    medians = np.concatenate([np.median(band.losses, axis=0) for band in bands])
    begin = max(float(np.median(band.losses[:, 0])) for band in bands)
    finite = medians[np.isfinite(medians) & (medians > 0)]
    return float(finite.min()) / 1.3, min(MOST, 2.2 * begin)


def _draw(axes: "Axes", band: Band, most: float) -> None:
    look, losses = style_of(band.name), np.minimum(band.losses, 100 * most)
    seen = np.maximum(band.seen, 1)
    axes.fill_between(seen, losses.min(0), losses.max(0), color=look.color, alpha=0.13, linewidth=0)
    every = max(1, len(seen) // 8)
    axes.plot(
        seen,
        np.median(losses, axis=0),
        look.line,
        color=look.color,
        marker=look.marker,
        markersize=4,
        markevery=every,
        linewidth=1.5,
    )


def _tidy(axes: "Axes", letters: Lettering, least: float, most: float) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    fonts = list(letters.families)
    axes.set_yscale("log")
    axes.set_ylim(least, most)
    axes.set_xlim(left=0)
    axes.yaxis.set_major_formatter(FuncFormatter(_plain))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(_plain))
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(RULE)
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.tick_params(which="both", colors=FAINT, labelsize=9, length=0)
    axes.set_xlabel(letters.label("figure.race_seen"), fontfamily=fonts, color=FAINT)
    axes.set_ylabel(letters.label("figure.race_loss"), fontfamily=fonts, color=FAINT)


def _plain(value: float, _: int | None) -> str:
    return f"{value:,g}"


def _legend(page: Page, letters: Lettering, bands: Sequence[Band], told: Sequence[str], left: float) -> None:
    """From the lowest at the end to the highest."""
    order = sorted(range(len(bands)), key=lambda i: float(np.median(bands[i].losses[:, -1])))
    axes = page.axes(Box(left, 1.6 * LINE, LEGEND - 0.1, LINE * 1.4 * len(bands)))
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(len(bands) - 0.5, -0.5))
    for i, place in enumerate(order):
        look = style_of(bands[place].name)
        axes.plot([0, 0.2], [i, i], look.line, color=look.color, linewidth=1.6)
        axes.plot([0.1], [i], look.marker, color=look.color, markersize=5)
        text = axes.text(0.26, i, told[place], va="center", fontsize=SMALL, color=INK)
        text.set_fontfamily(list(letters.families))
