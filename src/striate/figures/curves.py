"""How training went, epoch by epoch."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING

from striate.errors import DataError
from striate.figures.canvas import BLUE, FAINT, INK, VERMILION, blank, require_matplotlib
from striate.figures.fonts import Lettering, lettering
from striate.figures.panels import percent_axis, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL = (4.6, 3.4)  # inches
PANELS_A_ROW = 2
MOST_TICKS = 8
POINTS_MARKED = 25  # with more epochs than this, marks would hide the line

Series = Sequence[float]


def training_curves(history: Mapping[str, Series]) -> "Figure":
    """A panel for the loss, one for the accuracy, one for whatever else was measured; training and validation in each.

    `history` holds a number an epoch by name, validation under "val_" and the name. Legends stand above the panels and
    tell the last values. Raises `DataError` for an empty history.
    """
    require_matplotlib()
    names = [name for name, values in history.items() if len(values) and not name.startswith("val_")]
    if not names:
        raise DataError("figure.no_history")
    names.sort(key=lambda name: (name != "loss", "accuracy" not in name))
    columns = min(len(names), PANELS_A_ROW)
    rows = -(-len(names) // columns)
    letters = lettering()
    figure = blank(PANEL[0] * columns, PANEL[1] * rows)
    figure.set_layout_engine("constrained", w_pad=0.15, h_pad=0.12)
    for i, name in enumerate(names):
        panel = figure.add_subplot(rows, columns, i + 1)
        _draw(panel, name, history[name], history.get(f"val_{name}", ()), letters)
    return figure


def _draw(panel: "Axes", name: str, training: Series, validation: Series, letters: Lettering) -> None:
    fonts = list(letters.families)
    _line(panel, training, _label(letters, "figure.training", name, training), BLUE, "-", "o")
    if len(validation):
        _line(panel, validation, _label(letters, "figure.validation", name, validation), VERMILION, "--", "s")
    title = panel.set_title(letters.log_name(name), loc="left", pad=26, parse_math=False)
    title.set(fontfamily=fonts, fontsize=12, color=INK)
    panel.set_xlabel(letters.label("figure.epoch"), fontfamily=fonts, color=FAINT)
    panel.legend(
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),  # between the title and the panel
        ncols=2,
        frameon=False,
        prop={"family": fonts, "size": 9},
        borderaxespad=0.2,
        handlelength=2.2,
        columnspacing=1.4,
    )
    _set_epochs(panel, max(len(training), len(validation)))
    if _is_share(name):
        percent_axis(panel)


def _line(panel: "Axes", values: Series, label: str, color: str, style: str, mark: str) -> None:
    epochs = range(1, len(values) + 1)
    marked = mark if len(values) <= POINTS_MARKED else ""
    panel.plot(epochs, values, style, color=color, marker=marked, markersize=4, linewidth=1.6, label=label)


def _label(letters: Lettering, code: str, name: str, values: Series) -> str:
    last = f"{100 * values[-1]:.2f} %" if _is_share(name) else f"{values[-1]:.4g}"
    return f"{letters.label(code)} {last}"


def _is_share(name: str) -> bool:
    return name.endswith("accuracy")


def _set_epochs(panel: "Axes", epochs: int) -> None:
    tidy(panel)
    panel.set_xticks(_ticks(epochs))
    margin = 0.04 * epochs
    panel.set_xlim(1 - margin, epochs + margin)


def _ticks(epochs: int) -> list[int]:
    """The first epoch, and round numbers up to the last: no more than fit."""
    steps = (digit * 10**zeros for zeros in count() for digit in (1, 2, 5))
    step = next(step for step in steps if epochs <= MOST_TICKS * step)
    return sorted({1, *range(step, epochs + 1, step)})
