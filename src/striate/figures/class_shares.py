"""The change of kernels, and what each class added to it, as a sheet: a row a kernel, a column a class."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from striate.figures.canvas import FAINT, INK, require_matplotlib
from striate.figures.film import said
from striate.figures.fonts import Lettering, lettering
from striate.figures.page import LINE, SMALL, Box, Page
from striate.figures.ranges import largest
from striate.figures.tiles import Array, FrameFacts, Pixels, diverging, painted, scale_image, told

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.text import Text

MOST_KERNELS, MOST_CLASSES = 12, 12
SIDE, GAP = 0.62, 0.16
NAME_LINES = 2
SHARE_LINE = 0.16


@dataclass(frozen=True, eq=False)
class ClassScene:
    """Change (F, r, s, C, K), parts (F, classes, r, s, C, K), decay as change or None, shares (F, K, classes + 1)."""

    title: str
    layer: str
    frames: Sequence[FrameFacts]
    class_names: Sequence[str]
    change: Array
    parts: Array
    decay: Array | None
    shares: Array
    coloured: bool = False

    @property
    def kernels(self) -> int:
        """How many are shown: the first."""
        return min(self.change.shape[-1], MOST_KERNELS)

    @cached_property
    def classes(self) -> list[int]:
        """Which are shown, in their order: all, or those that added most."""
        added = np.square(self.parts[-1].astype(np.float64)).sum(axis=(1, 2, 3, 4))
        return sorted(np.argsort(-added, kind="stable")[:MOST_CLASSES].tolist())

    def column(self, number: int, frame: int) -> Array:
        """Kernels (r, s, C, K) of a column: 0 is the change, then the classes shown, then weight decay."""
        shown = [self.change[frame], *(self.parts[frame, c] for c in self.classes)]
        return [*shown, *([] if self.decay is None else [self.decay[frame]])][number]

    def share(self, number: int, frame: int, kernel: int) -> float | None:
        """The share of a column; the whole change has none."""
        places = [*self.classes, *([] if self.decay is None else [len(self.class_names)])]
        return float(self.shares[frame, kernel, places[number - 1]]) if number else None

    def tile(self, number: int, frame: int, kernel: int) -> Pixels:
        """A kernel of a column: in its colours, or each channel below the other."""
        shown = self.column(number, frame)[..., kernel]  # r s C
        if self.in_colours:
            return painted(np.moveaxis(shown, 2, 0)[np.newaxis], self.most)[0]
        if shown.shape[2] == 1:
            return diverging(shown[..., 0], self.most)
        return diverging(np.moveaxis(shown, 2, 0).reshape(shown.shape[2], -1), self.most)

    @property
    def in_colours(self) -> bool:
        """Whether kernels are pictures, their three channels the colours."""
        return self.coloured and self.change.shape[3] == 3

    @property
    def columns(self) -> int:
        """The change, the classes shown, and weight decay where there was any."""
        return 1 + len(self.classes) + (self.decay is not None)

    @cached_property
    def most(self) -> float:
        """The largest of all numbers, in all frames: one scale for everything."""
        return max(largest(self.change), largest(self.parts))


def class_sheet(scene: ClassScene) -> "Figure":
    """The last frame."""
    return next(class_frames(scene, [len(scene.frames) - 1]))


def class_frames(scene: ClassScene, frames: Sequence[int] | None = None) -> Iterator["Figure"]:
    """A figure for each frame: one and the same, changed between two of them."""
    require_matplotlib()
    letters = lettering([scene.title, scene.layer, *scene.class_names])
    columns = scene.columns
    top = 2 * LINE + 0.1 + NAME_LINES * LINE
    step = SIDE + SHARE_LINE + 0.1
    height = top + scene.kernels * step + 4 * LINE + 0.2
    width = 0.3 + columns * (SIDE + GAP) + GAP
    page = Page(letters, width, height, letters.label("film.classes_title", title=scene.title, layer=scene.layer))
    label = page.text("", 0, 0, 10.0)
    _names(page, letters, scene, top)
    cells: dict[tuple[int, int], tuple[AxesImage, Text | None]] = {}
    for kernel in range(scene.kernels):
        page.text(str(kernel), 0, top + kernel * step + SIDE / 2 - 0.08, color=FAINT)
        for column in range(columns):
            box = Box(_across(column), top + kernel * step, SIDE, SIDE)
            image = page.image(np.full((1, 1, 4), 255, np.uint8), box, "gray", 0, 1)
            image.set_interpolation("nearest")
            share = page.text("", box.x + 0.12, box.y + SIDE + 0.02, 7.0, FAINT) if column else None
            cells[kernel, column] = image, share
    _below(page, letters, scene, top + scene.kernels * step + 0.05)
    for frame in range(len(scene.frames)) if frames is None else frames:
        label.set_text(said(letters, told(scene.frames[frame])))
        for (kernel, column), (image, share) in cells.items():
            image.set_data(scene.tile(column, frame, kernel))
            value = scene.share(column, frame, kernel)
            if share is not None and value is not None:
                share.set_text(f"{round(100 * value)} %" if np.isfinite(value) else "–")
        yield page.figure


def _across(column: int) -> float:
    return 0.3 + column * (SIDE + GAP) + (GAP if column else 0.0)


def _names(page: Page, letters: Lettering, scene: ClassScene, top: float) -> None:
    names = [letters.label("film.change"), *(letters.name(scene.class_names[c]) for c in scene.classes)]
    if scene.decay is not None:
        names.append(letters.label("film.decay"))
    for column, name in enumerate(names):
        lines = letters.wrapped(name, SIDE + GAP - 0.05, SMALL, lines=NAME_LINES)
        for i, line in enumerate(lines):
            page.text(line, _across(column), top - (len(lines) - i) * LINE - 0.04, color=INK)


def _below(page: Page, letters: Lettering, scene: ClassScene, y: float) -> None:
    """The scale, and what the numbers are."""
    page.image(scale_image(in_colours=scene.in_colours), Box(0.3, y, 1.2, 0.1), "gray", 0, 1)
    most = f"{scene.most:.3g}"
    page.text(letters.label("film.scale", least=f"-{most}", most=most), 1.6, y - 0.02, 7.0, FAINT)
    shown, count = len(scene.classes), len(scene.class_names)
    text = letters.label("film.classes_note", kernels=scene.kernels, count=scene.change.shape[-1])
    if shown < count:
        text += " " + letters.label("film.classes_shown", shown=shown, count=count)
    width = 0.3 + (2 + len(scene.classes)) * (SIDE + GAP) - GAP
    for i, line in enumerate(letters.wrapped(text, max(width, 2.4), 7.0, lines=3)):
        page.text(line, 0, y + 0.18 + i * 0.14, 7.0, FAINT)
