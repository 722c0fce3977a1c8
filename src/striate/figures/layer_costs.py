"""Where the weights of a network lie and where its work is done, layer by layer."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Sequence
from typing import TYPE_CHECKING

from striate.figures.canvas import BLUE, FAINT, VERMILION, blank, require_matplotlib
from striate.figures.fonts import lettering
from striate.figures.plain_axes import tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW = 0.34  # inches a layer


def layer_costs(layers: Sequence[tuple[str, int, int]]) -> "Figure":
    """(name, weights, multiply-adds) of each layer as two panels of bars, the first layer on top."""
    require_matplotlib()
    letters = lettering()
    figure = blank(7.2, 0.9 + ROW * len(layers))
    figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.1)
    left, right = figure.subplots(1, 2, sharey=True)
    names = [name for name, _, _ in layers]
    columns = (
        (left, "weights", BLUE, [w for _, w, _ in layers]),
        (right, "multiply_adds", VERMILION, [m for *_, m in layers]),
    )
    for panel, column, color, values in columns:
        panel.barh(range(len(layers)), values, color=color, height=0.62)
        for row, value in enumerate(values):
            panel.text(value, row, f" {value:,}", va="center", fontsize=8, color=FAINT)
        tidy(panel, letters, title=letters.label(f"summary.column.{column}"))
        panel.set_yticks(range(len(layers)), names)
        panel.set_xlim(0, 1.3 * max(values))
        panel.set_xticks([])
        panel.grid(visible=False)
    left.invert_yaxis()
    return figure
