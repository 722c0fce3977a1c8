"""Which parts of a picture decided: beside it the same picture for each class, tinted by what speaks for the class."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.figures.canvas import FAINT, require_matplotlib
from striate.figures.color_bars import color_bar, over_white
from striate.figures.fonts import Lettering, lettering
from striate.figures.overlays import BOTH_SIDES, FROM_ZERO, over
from striate.figures.page import LINE, SMALL, Box, Page, Pixels
from striate.figures.ranges import unit_range

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIDE, APART = 2.7, 0.28
NAME = 11.0  # points of a class's name
NAME_LINE = 0.22
BAR, BAR_ROOM = 0.14, 0.95
TOP_SHARE = 99.5  # percentile at which the colours end: single pixels above it would pale all others


NAMES = ("name", "layer")  # the fields of facts that are the user's own words


class WhyPanel(NamedTuple):
    """A class: its name, score and probability, and its map (H, W)."""

    name: str
    score: float
    probability: float | None
    map: NDArray[np.float64]


def why_figure(
    title: str,
    picture: Pixels | None,
    panels: Sequence[WhyPanel],
    facts: Sequence[tuple[str, Mapping[str, object]]],
    *,
    signed: bool,
    speaks: bool = True,
) -> "Figure":
    """The picture (H, W, 1 or 3; None: it cannot be shown) and a panel for each class, all on one scale of colours.

    `title` is a code, `facts` codes with fields, which stand below. Signed maps are blue below 0 and red above. Where
    the numbers are no evidence for or against a class, it is not called so (`speaks`).
    """
    require_matplotlib()
    letters = lettering(
        [*(panel.name for panel in panels), *(str(f[key]) for _, f in facts for key in NAMES if key in f)]
    )
    height, width = panels[0].map.shape
    scale = SIDE / max(height, width)
    inches = width * scale, height * scale
    step = max(inches[0], 1.6) + APART
    across = (len(panels) + 1) * step - APART
    said = [letters.label(code, **_drawable(fields, letters)) for code, fields in facts]
    lines = letters.paragraphs(said, across, SMALL)
    top = NAME_LINE + LINE * 1.3
    page = Page(letters, across + BAR_ROOM, top + inches[1] + 0.12 + LINE * len(lines), letters.label(title))
    page.text(letters.label("figure.picture"), 0, NAME_LINE, color=FAINT)
    page.framed(np.ones((height, width)) if picture is None else _squeezed(unit_range(picture)), Box(0, top, *inches))
    most = _most([panel.map for panel in panels])
    colors = BOTH_SIDES if signed else FROM_ZERO
    for i, panel in enumerate(panels, 1):
        _named(page, letters, panel, i * step, step - APART)
        page.framed(over(picture, panel.map, most, colors), Box(i * step, top, *inches))
    bar = Box(across + 0.14, top, BAR, min(inches[1], 2.2))
    _bar(page, bar, most, colors, letters if speaks else None, signed=signed)
    page.lines(lines, 0, top + inches[1] + 0.12, color=FAINT)
    return page.figure


def _drawable(fields: Mapping[str, object], letters: Lettering) -> dict[str, object]:
    """Fields whose names of the user's are in letters that the fonts have."""
    return {key: letters.name(str(value)) if key in NAMES else value for key, value in fields.items()}


def _named(page: Page, letters: Lettering, panel: WhyPanel, left: float, room: float) -> None:
    """The class's name; below it how sure the model is, and the score."""
    (name,) = letters.wrapped(letters.name(panel.name), room, NAME, lines=1) or [""]
    page.text(name, left, 0, points=NAME)
    fields = {"score": panel.score, "percent": 100 * (panel.probability or 0.0)}
    code = "why.figure.score" if panel.probability is None else "why.figure.probability"
    page.text(letters.label(code, **fields), left, NAME_LINE, color=FAINT)


def _squeezed(picture: Pixels) -> Pixels:
    return picture[..., 0] if picture.shape[-1] == 1 else picture


def _most(maps: Sequence[NDArray[np.float64]]) -> float:
    """Where the colours end: the same for all maps."""
    sizes = np.abs(np.stack(maps))
    return float(np.percentile(sizes, TOP_SHARE)) or float(sizes.max())


def _bar(page: Page, place: Box, most: float, colors: str, letters: Lettering | None, *, signed: bool) -> None:
    """The colours as they look over white, with what the ends mean."""
    if most <= 0:
        return
    ticks = [-most, 0.0, most] if signed else [0.0, most]
    color_bar(page, place, over_white(colors, -1.0 if signed else 0.0), ticks, [f"{tick:.3g}" for tick in ticks])
    if letters:
        page.text(letters.label("why.figure.for"), place.x, place.y - 1.6 * LINE, color=FAINT)
    if letters and signed:
        page.text(letters.label("why.figure.against"), place.x, place.y + place.height + 0.6 * LINE, color=FAINT)
