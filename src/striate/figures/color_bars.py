"""Bars that say which number a colour is."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from striate.figures.canvas import FAINT, RULE
from striate.figures.overlays import over
from striate.figures.page import SMALL, Box, Page

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

SHADES = 256


def color_bar(page: Page, place: Box, colors: "str | Colormap", ticks: Sequence[float], labels: Sequence[str]) -> None:
    """Colours from the number of the first tick to that of the last, with what stands at each."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    shown = ScalarMappable(Normalize(ticks[0], ticks[-1]), colors)
    bar = page.figure.colorbar(shown, cax=page.axes(place), ticks=list(ticks))
    bar.ax.set_yticklabels(list(labels))
    bar.ax.tick_params(length=0, labelsize=SMALL, colors=FAINT)
    bar.outline.set_edgecolor(RULE)  # type: ignore[operator]


def over_white(colors: str, least: float) -> "Colormap":
    """The colours that numbers from least to 1 have over white, as `over` mixes them."""
    from matplotlib.colors import ListedColormap

    return ListedColormap(over(None, np.linspace(least, 1, SHADES)[:, np.newaxis], 1.0, colors)[:, 0])
