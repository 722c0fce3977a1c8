"""Axes as the figures of the lessons have them: no frame, faint numbers, letters that can be drawn."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from typing import TYPE_CHECKING

from striate.figures.canvas import FAINT, INK, RULE
from striate.figures.fonts import Lettering

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def tidy(panel: "Axes", letters: Lettering, *, title: str = "", x: str = "", y: str = "") -> None:
    """Take away what is not needed, and write what the axes are, in the lettering's fonts."""
    fonts = list(letters.families)
    panel.spines[["top", "right"]].set_visible(False)
    panel.spines[["left", "bottom"]].set_color(RULE)
    panel.grid(color=RULE, linewidth=0.5)
    panel.set_axisbelow(True)
    panel.tick_params(which="both", colors=FAINT, labelsize=8.5, length=0)
    panel.set_title(title, loc="left", pad=8, parse_math=False, fontfamily=fonts, fontsize=10, color=INK)
    panel.set_xlabel(x, fontfamily=fonts, color=FAINT, fontsize=9, parse_math=False)
    panel.set_ylabel(y, fontfamily=fonts, color=FAINT, fontsize=9, parse_math=False)
