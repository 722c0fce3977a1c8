"""A learning-rate range test as a picture."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Sequence
from typing import TYPE_CHECKING

from striate.errors import DataError
from striate.figures.canvas import BLUE, FAINT, INK, VERMILION, blank, require_matplotlib
from striate.figures.fonts import lettering
from striate.figures.panels import tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE = (7.0, 4.2)  # inches
HEADROOM = 0.25  # of the range of losses, above the first one: what breaks out beyond it is cut off


def rate_range(
    rates: Sequence[float], losses: Sequence[float], smoothed: Sequence[float], rate: float | None = None
) -> "Figure":
    """The loss of each step over its learning rate, on a scale of powers; the rate that is used is marked.

    Raises `DataError` where there is no step.
    """
    require_matplotlib()
    if not rates:
        raise DataError("figure.no_history")
    letters = lettering()
    fonts = list(letters.families)
    figure = blank(*SIZE)
    figure.set_layout_engine("constrained", w_pad=0.15, h_pad=0.12)
    panel = figure.add_subplot()
    panel.plot(rates, losses, ".", color=FAINT, markersize=4, alpha=0.6, label=letters.label("figure.rate.losses"))
    panel.plot(rates, smoothed, color=BLUE, linewidth=1.8, label=letters.label("figure.rate.smoothed"))
    if rate is not None:
        marked = f"{letters.label('figure.rate.used')} {rate:g}"
        panel.axvline(rate, color=VERMILION, linewidth=1.4, linestyle="--", label=marked)
    least, first = min(*smoothed, *losses), max(smoothed[: max(1, len(smoothed) // 2)])
    room = HEADROOM * max(first - least, 1e-6)
    panel.set_ylim(least - room, first + 2 * room)
    panel.set_xscale("log")
    tidy(panel)
    title = panel.set_title(letters.label("figure.rate.title"), loc="left", pad=26, parse_math=False)
    title.set(fontfamily=fonts, fontsize=12, color=INK)
    panel.set_xlabel(letters.log_name("learning_rate"), fontfamily=fonts, color=FAINT)
    panel.set_ylabel(letters.log_name("loss"), fontfamily=fonts, color=FAINT)
    panel.legend(
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=3,
        frameon=False,
        prop={"family": fonts, "size": 9},
        borderaxespad=0.2,
        columnspacing=1.4,
    )
    return figure
