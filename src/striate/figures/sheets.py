"""Many small pictures on one sheet."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from striate.errors import DataError
from striate.figures.canvas import FAINT, INK, RULE, VERMILION, require_matplotlib
from striate.figures.color_bars import color_bar
from striate.figures.columns import columns_for
from striate.figures.fonts import Lettering, lettering
from striate.figures.page import LINE, SMALL, Box, Page, Pixels
from striate.figures.ranges import largest, unit_range

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Scale = Literal["shared", "own"]
SCALES: tuple[Scale, ...] = ("shared", "own")
Answer = tuple[str, float, str | None]  # label, probability, the true label where it is known

SHEET = 9.0  # inches across, where the pictures on it may be between the smallest and the largest
SMALLEST, LARGEST = 1.05, 3.0
SMALLEST_MAP = 0.6
GAP = 0.18  # between pictures
PICTURE = 2.0  # across, beside its maps
BAR, BAR_HEIGHT = 0.14, 3.0  # the colour bar
COLORS = "RdBu_r"  # blue below 0, white at 0, red above


def picture_sheet(pictures: Pixels, answers: Sequence[Answer], *, title: str = "") -> "Figure":
    """Pictures (N, H, W, C), C 1 or 3, each with the answer given to it and how probable that was called.

    Where the true label is known a right answer is ticked; a wrong one is crossed, its picture framed, the truth below.
    Integers are 0 (black) to 255 (white), other numbers 0 to 1; numbers beyond are shown from the least to the greatest
    of them. Raises `DataError`.
    """
    require_matplotlib()
    shown = as_pixels(pictures)
    if len(answers) != len(shown):
        raise DataError("figure.answers", pictures=len(shown), answers=len(answers))
    letters = lettering([title, *(name for label, _, truth in answers for name in (label, truth or ""))])
    tall = shown.shape[1] / shown.shape[2]
    columns = columns_for(len(shown), tall + 0.3)
    side = side_for(columns, SMALLEST)
    texts = [_answer_lines(answer, letters, side) for answer in answers]
    step = side * tall + 0.08 + LINE * max(map(len, texts)) + GAP
    page = Page(letters, columns * (side + GAP) - GAP, -(-len(shown) // columns) * step - GAP, title)
    for i, (picture, lines, answer) in enumerate(zip(shown, texts, answers, strict=True)):
        box = Box(i % columns * (side + GAP), i // columns * step, side, side * tall)
        wrong = _is_wrong(answer)
        page.image(picture, box, "gray", 0.0, 1.0)
        page.frame(box, VERMILION if wrong else RULE, 3.0 if wrong else 0.6)
        page.lines(lines, box.x, box.y + box.height + 0.08, color=VERMILION if wrong else INK)
    return page.figure


def map_sheet(
    maps: Pixels,
    *,
    title: str,
    picture: Pixels | None = None,
    scale: Scale = "shared",
    numbers: Sequence[int] | None = None,
    notes: Sequence[str] = (),
) -> "Figure":
    """Feature maps (H, W, C), numbered as in `maps[:, :, number]`, beside the picture (H, W, C) they were made from.

    Colours are the same on both sides of 0, by one scale for all of them ("shared") or by its own for each ("own");
    the figure says which. `numbers` are other names for the maps, `notes` lines to stand below. Raises `DataError`.
    """
    require_matplotlib()
    if maps.ndim != 3 or 0 in maps.shape:
        raise DataError("figure.maps_shape", came=maps.shape)
    letters = lettering([title, *notes])
    names = [str(number) for number in (range(maps.shape[2]) if numbers is None else numbers)]
    most = [largest(maps)] * len(names) if scale == "shared" else [largest(maps[:, :, i]) for i in range(len(names))]
    if scale == "own":
        names = [f"{name}  ±{most[i] if maps[:, :, i].any() else 0:.2g}" for i, name in enumerate(names)]
    tall = maps.shape[0] / maps.shape[1]
    columns = columns_for(maps.shape[2], tall + 0.2)
    side = side_for(columns, max([SMALLEST_MAP, *(letters.width(name, SMALL) for name in names)]))
    step = LINE + side * tall + GAP / 2
    rows = -(-maps.shape[2] // columns)
    beside = Beside.of(picture)
    left = beside.width
    right = left + columns * (side + GAP)
    across = right + BAR + 0.5
    lines = letters.paragraphs(map(letters.name, [letters.label(f"figure.scale.{scale}"), *notes]), across, SMALL)
    bottom = max(rows * step, beside.height) + GAP / 2
    page = Page(letters, across, bottom + LINE * len(lines), title)
    beside.draw(page, letters)
    for i, name in enumerate(names):
        box = Box(left + i % columns * (side + GAP), i // columns * step + LINE, side, side * tall)
        page.text(name, box.x, box.y - LINE, color=FAINT)
        page.framed(maps[:, :, i], box, COLORS, ends=(-most[i], most[i]))
    if scale == "shared":
        signed_bar(page, Box(right, LINE, BAR, min(BAR_HEIGHT, rows * step - LINE - GAP / 2)), most[0])
    page.lines(lines, 0, bottom, color=FAINT)
    return page.figure


@dataclass(frozen=True, eq=False)
class Beside:
    """The picture that numbers were made from, at the left of them; where there is none it takes no room."""

    pixels: Pixels | None
    width: float  # inches, the gap behind it counted
    height: float

    @staticmethod
    def of(picture: Pixels | None) -> "Beside":
        """A picture (H, W, 1 or 3). Raises `DataError`."""
        if picture is None:
            return Beside(None, 0.0, 0.0)
        pixels = as_pixels(picture[np.newaxis])[0]
        return Beside(pixels, PICTURE + 2 * GAP, LINE + PICTURE * pixels.shape[0] / pixels.shape[1])

    def draw(self, page: Page, letters: Lettering) -> None:
        """The picture, and that it is it."""
        if self.pixels is not None:
            page.text(letters.label("figure.picture"), 0, 0, color=FAINT)
            page.framed(self.pixels, Box(0, LINE, PICTURE, self.height - LINE))


def as_pixels(pictures: Pixels) -> Pixels:
    """Pictures as float64 from 0 to 1; without the channel axis where there is one channel."""
    if pictures.ndim != 4 or pictures.shape[3] not in (1, 3) or 0 in pictures.shape:
        raise DataError("figure.pictures_shape", came=pictures.shape)
    values = unit_range(pictures)
    return values[..., 0] if pictures.shape[3] == 1 else values


def side_for(columns: int, smallest: float) -> float:
    """How wide a picture is where so many stand beside each other."""
    return min(LARGEST, max(smallest, (SHEET + GAP) / columns - GAP))


def _is_wrong(answer: Answer) -> bool:
    label, _, truth = answer
    return truth is not None and truth != label


def _answer_lines(answer: Answer, letters: Lettering, inches: float) -> list[str]:
    label, probability, truth = answer
    mark = "" if truth is None else "✗ " if _is_wrong(answer) else "✓ "
    name = letters.wrapped(mark + letters.name(label), inches, SMALL, lines=2)
    percent = f"{100 * probability:.1f} %"
    one_line = "  ".join([*name, percent])
    lines = [one_line] if letters.width(one_line, SMALL) <= inches else [*name, percent]
    if truth is None or truth == label:
        return lines
    return lines + letters.wrapped(letters.label("figure.truth", truth=letters.name(truth)), inches, SMALL, lines=2)


def signed_bar(page: Page, box: Box, most: float) -> None:
    """The colours from -most to most."""
    ticks = (-most, 0.0, most)
    color_bar(page, box, COLORS, ticks, [f"{value:.3g}" for value in ticks])
