"""What excites units most, as a sheet: for each unit a square of patches, each with the number it gave."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

import math
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from striate.figures.canvas import FAINT, VERMILION, require_matplotlib
from striate.figures.fonts import Lettering, lettering
from striate.figures.page import LINE, NARROWEST, Box, Page
from striate.figures.tiles import Pixels, as_rgb

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_UNITS = 24
ACROSS = 6  # units side by side
SIDE, LARGE_SIDE, LARGE_FIELD = 0.46, 0.62, 33  # inches of a patch; of one of so many pixels or more
GAP, NUMBER, BETWEEN = 0.05, 0.145, 0.3
SMALLEST = 6.5  # points
PICTURE = 1.7
OUTSIDE = (206, 216, 228)  # a grey that no grey picture has


class Found(Protocol):
    """What there is to draw: `striate.inspection.patches.Patches`."""

    @property
    def layer(self) -> str: ...
    @property
    def units(self) -> NDArray[np.int64]: ...
    @property
    def values(self) -> NDArray[Any]: ...
    @property
    def numbers(self) -> NDArray[np.int64]: ...
    @property
    def same(self) -> NDArray[np.bool_]: ...
    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def field(self) -> tuple[int, int] | None: ...
    @property
    def per_picture(self) -> int: ...
    @property
    def pictures(self) -> "Shows": ...
    def box(self, row: int, rank: int) -> tuple[int, int, int, int]:
        """Top, left, bottom, right."""
        ...

    def patch(self, row: int, rank: int) -> tuple[NDArray[np.generic], NDArray[np.bool_]]:
        """Pixels, and which are of the picture."""
        ...


class Shows(Protocol):
    """Pictures by their numbers."""

    def __len__(self) -> int: ...
    def shown(self, number: int) -> NDArray[np.generic]:
        """One of them."""
        ...


def patch_sheet(found: Found) -> "Figure":
    """The sheet; where there are more units than fit, it says so."""
    require_matplotlib()
    letters = lettering([found.layer])
    count, shown = found.values.shape[1], min(len(found.units), MOST_UNITS)
    grid = math.ceil(math.sqrt(count))
    field = found.field or found.size
    side = LARGE_SIDE if max(field) >= LARGE_FIELD else SIDE
    high = side * field[0] / field[1]
    block = grid * (side + GAP) - GAP, LINE + math.ceil(count / grid) * (high + NUMBER + GAP)
    across = min(ACROSS, shown)
    left = PICTURE + BETWEEN
    width = left + across * (block[0] + BETWEEN) - BETWEEN
    lines = letters.paragraphs(_about(letters, found, shown), max(width, NARROWEST), 8.0)
    top = len(lines) * LINE + 0.12
    down = math.ceil(shown / across) * (block[1] + BETWEEN) - BETWEEN
    picture_high = PICTURE * found.size[0] / found.size[1] + 2 * LINE
    page = Page(letters, width, top + max(down, picture_high), letters.label("patches.title", layer=found.layer))
    page.lines(lines, 0, 0, 8.0, FAINT)
    _field(page, letters, found, Box(0, top + LINE, PICTURE, picture_high - 2 * LINE))
    for row in range(shown):
        x, y = left + row % across * (block[0] + BETWEEN), top + row // across * (block[1] + BETWEEN)
        unit = letters.label("patches.same" if found.same[row] else "patches.unit", unit=int(found.units[row]))
        page.text(unit, x, y, 7.5)
        for rank in range(0 if found.same[row] else count):
            box = Box(x + rank % grid * (side + GAP), y + LINE + rank // grid * (high + NUMBER + GAP), side, high)
            page.framed(_tile(*found.patch(row, rank)), box)
            page.text(f"{float(found.values[row, rank]):.3g}", box.x, box.y + high + 0.015, SMALLEST, FAINT)
    return page.figure


def _about(letters: Lettering, found: Found, shown: int) -> list[str]:
    fields = {"count": found.values.shape[1], "pictures": len(found.pictures), "each": found.per_picture}
    texts = [letters.label("patches.about", **fields)]
    if shown < len(found.units):
        texts.append(letters.label("patches.shown", shown=shown, count=len(found.units)))
    if found.field is not None and _reaches_out(found, shown):
        texts.append(letters.label("patches.outside"))
    return texts


def _reaches_out(found: Found, shown: int) -> bool:
    height, width = found.size
    boxes = [found.box(row, rank) for row in range(shown) for rank in range(found.values.shape[1])]
    return any(top < 0 or left < 0 or bottom > height or right > width for top, left, bottom, right in boxes)


def _field(page: Page, letters: Lettering, found: Found, box: Box) -> None:
    """A picture with the field framed in it, and their sizes."""
    if found.field is None:
        text = letters.label("patches.whole", size=found.size)
    else:
        text = letters.label("patches.field", field=found.field, size=found.size)
    page.lines(letters.wrapped(text, PICTURE, 8.0, lines=2), 0, box.y + box.height + 0.06, 8.0)
    page.text(letters.label("patches.sees"), 0, box.y - LINE - 0.02, 8.0, FAINT)
    page.framed(as_rgb(found.pictures.shown(int(found.numbers[0, 0]))), box)
    if found.field is not None:
        height, width = found.size
        top, left, bottom, right = found.box(0, 0)
        rows, columns = np.clip([top, bottom], 0, height), np.clip([left, right], 0, width)
        scale = box.width / width
        inner = Box(
            box.x + columns[0] * scale,
            box.y + rows[0] * scale,
            (columns[1] - columns[0]) * scale,
            (rows[1] - rows[0]) * scale,
        )
        page.frame(inner, VERMILION, 1.6)


def _tile(patch: NDArray[np.generic], inside: NDArray[np.bool_]) -> Pixels:
    """A patch in its colours; what lies outside of the picture is of none of them."""
    pixels = as_rgb(patch)
    pixels[~inside] = OUTSIDE
    return pixels
