"""A receptive field over a picture: the box that arithmetic gives, and in it how much each pixel counts."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.figures.canvas import FAINT, INK, RULE, VERMILION, require_matplotlib
from striate.figures.color_bars import color_bar, over_white
from striate.figures.fonts import Lettering, lettering
from striate.figures.overlays import FROM_ZERO, over
from striate.figures.page import LINE, SMALL, Box, Page, Pixels
from striate.figures.ranges import unit_range

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Sides = tuple[int, int, int, int]  # top, bottom, left, right; each second not counted
Bell = tuple[float, float, float, float, float]  # row, column, two sigmas, degrees of the first one's axis

SIDE = 3.0  # inches of the longer side of a panel
APART = 0.3
NARROWEST_PANEL = 2.75  # room for the lines below it
BAR, BAR_ROOM = 0.14, 0.55
ROUND = 2.0  # sigmas: what the ellipse is drawn at
AROUND = 1  # pixels shown around the box, at least
BEYOND = 0.88  # the grey of what lies outside the picture


class FieldPanel(NamedTuple):
    """One measurement: what it is called (a code and its fields), the share of each pixel (H, W), and its numbers."""

    code: str
    fields: Mapping[str, object]
    share: NDArray[np.float64]
    bell: Bell | None
    ratio: float
    goodness: float | None


def field_figure(
    unit: str, size: tuple[int, int], picture: Pixels | None, box: Sides, unclipped: Sides, panels: Sequence[FieldPanel]
) -> "Figure":
    """The picture with the field's box, then for each panel the field close up.

    `box` and `unclipped` are as in `inspection.field`; the colours show the root of the share, from 0 to the greatest
    of a panel; the ellipse is the fitted Gaussian at two sigmas. Where `picture` (H, W, 1 or 3) is None: on white.
    """
    require_matplotlib()
    letters = lettering([unit])
    near = _near(unclipped, size)
    whole, close = _measures(*size), _measures(near[1] - near[0], near[3] - near[2])
    room = max(close[0], NARROWEST_PANEL)
    texts = [_lines(panel, letters) for panel in panels]
    height = LINE * 2 + max(whole[1], close[1]) + 0.08 + LINE * max(map(len, texts))
    width = max(whole[0], NARROWEST_PANEL) + len(panels) * (APART + room) + BAR_ROOM
    page = Page(letters, width, height, letters.label("field.figure.title", unit=letters.name(unit)))
    code = "field.figure.noise" if picture is None else "field.figure.picture"
    page.text(letters.label(code, size=size), 0, 0.0, color=FAINT)
    _draw_whole(page, np.ones((*size, 1)) if picture is None else picture, box, Box(0, LINE * 2, *whole))
    left = max(whole[0], NARROWEST_PANEL) + APART
    for panel, lines in zip(panels, texts, strict=True):
        place = Box(left, LINE * 2, *close)
        heading = letters.wrapped(letters.label(panel.code, **panel.fields), room, SMALL, lines=2)
        page.lines(heading, left, 0, color=FAINT)
        _draw_close(page.axes(place), panel, picture, near, unclipped)
        page.lines(lines, left, place.y + close[1] + 0.08)
        left += room + APART
    beside = left - APART - room + close[0] + 0.12
    bar = Box(beside, LINE * 2, BAR, min(close[1], 2.0))  # from 0 to the greatest gradient of a panel
    color_bar(page, bar, over_white(FROM_ZERO, 0.0), (0, 1), ("0", "1"))
    page.text(letters.label("field.figure.bar"), beside - 0.07, LINE * 0.4, color=FAINT)
    return page.figure


def _draw_whole(page: Page, picture: Pixels, box: Sides, place: Box) -> None:
    """The picture, and the box in it."""
    values = unit_range(picture)
    page.framed(values[..., 0] if values.shape[-1] == 1 else values, place)
    scale, (top, bottom, left, right) = place.width / picture.shape[1], box
    framed = Box(left * scale, place.y + top * scale, (right - left) * scale, (bottom - top) * scale)
    page.frame(framed, VERMILION, 1.6)


def _draw_close(axes: "Axes", panel: FieldPanel, picture: Pixels | None, near: Sides, unclipped: Sides) -> None:
    """The part of the picture around the field, tinted; beyond its edges a grey; the box dashed."""
    from matplotlib.patches import Ellipse, Rectangle

    magnitude = np.sqrt(panel.share)
    colored = over(picture, magnitude, float(magnitude.max()), FROM_ZERO)
    top, bottom, left, right = near
    ground = np.full((bottom - top, right - left, 3), BEYOND)
    rows = slice(max(top, 0), min(bottom, colored.shape[0]))
    columns = slice(max(left, 0), min(right, colored.shape[1]))
    ground[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = colored[rows, columns]
    edges = left - 0.5, right - 0.5, bottom - 0.5, top - 0.5
    axes.imshow(ground, extent=edges, aspect="auto", interpolation="nearest")
    axes.set(xticks=[], yticks=[], xlim=edges[:2], ylim=edges[2:])
    for spine in axes.spines.values():
        spine.set(color=RULE, linewidth=0.6)
    corner, sides = (unclipped[2] - 0.5, unclipped[0] - 0.5), (unclipped[3] - unclipped[2], unclipped[1] - unclipped[0])
    axes.add_patch(Rectangle(corner, *sides, fill=False, edgecolor=VERMILION, linewidth=1.4, linestyle=(0, (4, 2))))
    if panel.bell is not None:
        row, column, long, short, degrees = panel.bell
        axis = {"width": 2 * ROUND * long, "height": 2 * ROUND * short, "angle": -degrees}
        for color, points in ((INK, 2.6), ("white", 1.2)):  # seen on light and on dark
            axes.add_patch(Ellipse((column, row), **axis, fill=False, edgecolor=color, linewidth=points))


def _lines(panel: FieldPanel, letters: Lettering) -> list[str]:
    if not panel.share.any():
        return [letters.label("field.figure.silent")]
    lines = [letters.label("field.figure.ratio", percent=100 * panel.ratio)]
    if panel.bell is None or panel.goodness is None:
        return [*lines, letters.label("field.figure.no_bell")]
    _, _, long, short, degrees = panel.bell
    lines.append(letters.label("field.figure.bell", long=long, short=short))
    return [*lines, letters.label("field.figure.fit", degrees=degrees, goodness=panel.goodness)]


def _near(unclipped: Sides, size: tuple[int, int]) -> Sides:
    """What is shown close up: the box and a little around it, but no more padding than a picture's size."""
    around = max(AROUND, math.ceil(0.1 * max(unclipped[1] - unclipped[0], unclipped[3] - unclipped[2])))
    top, left = max(unclipped[0] - around, -size[0]), max(unclipped[2] - around, -size[1])
    return top, min(unclipped[1] + around, 2 * size[0]), left, min(unclipped[3] + around, 2 * size[1])


def _measures(height: int, width: int) -> tuple[float, float]:
    """Width and height in inches of what is so many pixels high and wide."""
    scale = SIDE / max(height, width)
    return width * scale, height * scale
