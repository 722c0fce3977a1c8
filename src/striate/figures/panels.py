"""Panels of several curves: one look for all of them."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from striate.figures.canvas import BLUE, FAINT, INK, RULE, VERMILION, blank, require_matplotlib
from striate.figures.fonts import Lettering

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours without yellow, which white swallows; with a second style of line behind the last.
COLORS = (BLUE, VERMILION, "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
STYLES = ("-", "--", ":")


@dataclass(frozen=True)
class Sketch:
    """What is to be drawn on so many inches of a figure; `draw` is handed the figure, or the part of it that it has."""

    width: float
    height: float
    draw: Callable[[Any], None]


def drawn(sketches: Sequence[Sketch]) -> "Figure":
    """Sketches below one another on one figure."""
    require_matplotlib()
    figure = blank(max(each.width for each in sketches), sum(each.height for each in sketches))
    figure.set_layout_engine("constrained", w_pad=0.15, h_pad=0.12)
    parts = figure.subfigures(len(sketches), 1, height_ratios=[each.height for each in sketches], squeeze=False)
    for each, (part,) in zip(sketches, parts, strict=True):
        each.draw(part)
    return figure


def color(i: int) -> str:
    """The colour of the i-th curve."""
    return COLORS[i % len(COLORS)]


def style(i: int) -> str:
    """How the i-th curve is drawn, so that two of one colour differ."""
    return STYLES[i // len(COLORS) % len(STYLES)]


def tidy(panel: "Axes", *, grid: str = "y") -> None:
    """Two thin axes, faint lines, small numbers."""
    panel.spines[["top", "right"]].set_visible(False)
    panel.spines[["left", "bottom"]].set_color(RULE)
    panel.grid(axis=grid, color=RULE, linewidth=0.6)  # type: ignore[arg-type]
    panel.set_axisbelow(True)
    panel.tick_params(which="both", colors=FAINT, labelsize=9, length=0)


def titled(panel: "Axes", letters: Lettering, title: str, *, room: float = 8.0) -> None:
    """A title at the left; `room` is that between it and the panel, in points, where a legend may stand."""
    drawn = panel.set_title(title, loc="left", pad=room, parse_math=False)
    drawn.set(fontfamily=list(letters.families), fontsize=11, color=INK)


def axis_labels(panel: "Axes", letters: Lettering, across: str, up: str = "") -> None:
    """What stands along the two axes."""
    fonts = list(letters.families)
    panel.set_xlabel(across, fontfamily=fonts, fontsize=9.5, color=FAINT)
    panel.set_ylabel(up, fontfamily=fonts, fontsize=9.5, color=FAINT)


def legend_above(panel: "Axes", letters: Lettering, columns: int) -> None:
    """The names of the curves between title and panel."""
    panel.legend(
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=columns,
        frameon=False,
        prop={"family": list(letters.families), "size": 8.5},
        borderaxespad=0.2,
        handlelength=2.0,
        columnspacing=1.2,
    )


def legend_beside(panel: "Axes", letters: Lettering) -> None:
    """The names of the curves at the right of the panel."""
    panel.legend(
        loc="upper left",
        bbox_to_anchor=(1.0, 1.02),
        frameon=False,
        prop={"family": list(letters.families), "size": 8.5},
        borderaxespad=0.2,
        handlelength=2.0,
    )


def percent_axis(panel: "Axes") -> None:
    """Shares as percent, no further than 0 and 100."""
    from matplotlib.ticker import FuncFormatter

    def percent(share: float, _: int | None) -> str:
        return f"{100 * share:.4g} %"

    low, high = panel.get_ylim()
    panel.set_ylim(max(low, -0.02), min(high, 1.02))
    panel.yaxis.set_major_formatter(FuncFormatter(percent))


def ticks_at(panel: "Axes", places: Sequence[float], labels: Sequence[str], letters: Lettering) -> None:
    """Names along the horizontal axis."""
    panel.set_xticks(list(places))
    for label in panel.set_xticklabels(list(labels), parse_math=False):
        label.set(fontfamily=list(letters.families), fontsize=8.5)
