"""Figures bound to no screen: matplotlib's objects without pyplot and its global state."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

import io
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from striate.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 144  # twice 72: sharp on today's screens, and a point is two pixels

INK = "#222222"
FAINT = "#777777"
RULE = "#d9d9d9"
# Okabe and Ito's colours, which colour-blind readers tell apart.
BLUE = "#0072b2"
VERMILION = "#d55e00"


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def require_matplotlib() -> None:
    """Raise `MissingExtraError` where matplotlib is not installed."""
    if not can_draw():
        raise MissingExtraError("extra.missing", package="matplotlib", extra="plot")


def blank(width: float, height: float) -> "Figure":
    """An empty white figure of so many inches. A notebook shows it as a picture."""
    return _figure_class()(figsize=(width, height), dpi=DPI, facecolor="white")


@cache
def _figure_class() -> "type[Figure]":
    from matplotlib.figure import Figure

    class ShownFigure(Figure):
        # Without pyplot, notebooks do not know how to show a Figure.
        def _repr_png_(self) -> bytes:
            png = io.BytesIO()
            self.savefig(png, format="png", dpi=self.dpi)
            return png.getvalue()

    return ShownFigure
