"""A page on which everything is placed in inches, from the top left of what it holds, so that nothing can overlap."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from striate.figures.canvas import INK, RULE, blank
from striate.figures.fonts import Lettering

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.text import Text

Pixels = NDArray[Any]
Ends = tuple[float, float]  # of a scale of colours

MARGIN = 0.3  # around everything, inches
NARROWEST = 2.4  # of what a page holds: room for a title
TITLE, TITLE_LINE = 12.0, 0.24  # points; inches from one line to the next
SMALL, LINE = 8.5, 0.165


@dataclass(frozen=True)
class Box:
    """A place on a page, in inches."""

    x: float
    y: float
    width: float
    height: float


class Page:
    """A figure as large as content of so many inches needs, its title above it."""

    def __init__(self, letters: Lettering, width: float, height: float, title: str) -> None:
        across = max(width, NARROWEST)
        lines = letters.wrapped(letters.name(title), across, TITLE, lines=3)
        self._top = MARGIN + TITLE_LINE * len(lines) + (0.12 if lines else 0.0)
        self._width, self._height = across + 2 * MARGIN, self._top + height + MARGIN
        self._fonts = list(letters.families)
        self.figure: Figure = blank(self._width, self._height)
        self._axes: Axes = self.figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set(xlim=(0, self._width), ylim=(self._height, 0))
        for i, line in enumerate(lines):
            self.text(line, 0, MARGIN - self._top + i * TITLE_LINE, points=TITLE)

    def image(self, values: Pixels, box: Box, colors: "str | Colormap", least: float, most: float) -> "AxesImage":
        """Values (H, W) from `least` to `most` in the colours of a map, or (H, W, 3) in their own."""
        left, top = MARGIN + box.x, self._top + box.y
        extent = (left, left + box.width, top + box.height, top)
        return self._axes.imshow(values, cmap=colors, vmin=least, vmax=most, extent=extent, aspect="auto")

    def framed(self, values: Pixels, box: Box, colors: "str | Colormap" = "gray", *, ends: Ends = (0.0, 1.0)) -> None:
        """As `image`, from the first of the `ends` to the second, in a thin frame."""
        self.image(values, box, colors, *ends)
        self.frame(box, RULE, 0.6)

    def frame(self, box: Box, color: str, points: float) -> None:
        """A frame around a place, wholly outside of it."""
        from matplotlib.patches import Rectangle

        out = points / 72 / 2
        corner = (MARGIN + box.x - out, self._top + box.y - out)
        edge = Rectangle(
            corner, box.width + 2 * out, box.height + 2 * out, fill=False, edgecolor=color, linewidth=points
        )
        self._axes.add_patch(edge)

    def text(self, text: str, x: float, y: float, points: float = SMALL, color: str = INK) -> "Text":
        """A line of text below and to the right of a point. Dollar signs are dollar signs."""
        at = MARGIN + x, self._top + y
        line = self._axes.text(*at, text, va="top", fontsize=points, color=color, parse_math=False)
        line.set_fontfamily(self._fonts)
        return line

    def lines(self, lines: Sequence[str], x: float, y: float, points: float = SMALL, color: str = INK) -> None:
        """Lines of text below each other."""
        for i, line in enumerate(lines):
            self.text(line, x, y + i * LINE, points, color)

    def upright(self, text: str, x: float, y: float, points: float = SMALL, color: str = INK) -> None:
        """A line of text that reads upwards from a point and is centred on it from left to right."""
        at = MARGIN + x, self._top + y
        line = self._axes.text(*at, text, va="bottom", ha="center", fontsize=points, color=color, parse_math=False)
        line.set(rotation=90, fontfamily=self._fonts)

    def axes(self, box: Box) -> "Axes":
        """Axes of their own at a place."""
        left, bottom = MARGIN + box.x, self._height - self._top - box.y - box.height
        w, h = self._width, self._height
        return self.figure.add_axes((left / w, bottom / h, box.width / w, box.height / h))
