"""A film as figures: one for each frame, or some frames on one sheet."""

# pyright: reportUnknownMemberType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from striate.figures.canvas import FAINT, INK, RULE, require_matplotlib
from striate.figures.fonts import Lettering, lettering
from striate.figures.page import LINE, SMALL, Box, Page
from striate.figures.tiles import Panel, Scene, Told, as_rgb, told

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

ACROSS, MOST_HEIGHT = 4.4, 4.4  # inches of a panel
PICTURE = 1.2
SPACE = 0.35
BAR, BAR_HEIGHT = 1.2, 0.1
SHOWN = 6  # frames on the still
STRIP = 1.9  # inches of a frame on it
LABEL = 10.5
MOVING_DPI = 110  # of a moving picture: less than of a still, for all frames stand in one file


def moving(scene: Scene) -> Iterator["Figure"]:
    """A figure for each frame: one and the same, changed between two of them."""
    require_matplotlib()
    letters = _letters(scene)
    panels = _panels(scene)
    boxes, width, height = _layout(panels, scene)
    page = Page(letters, width, height, letters.label("film.title", title=scene.title, layer=scene.layer))
    page.figure.set_dpi(MOVING_DPI)
    label = page.text("", 0, 0, LABEL)
    _picture(page, letters, scene)
    images: list[AxesImage] = []
    for (heading, panel), box in zip(panels, boxes, strict=True):
        page.text(letters.label(heading), box.x, box.y - 2 * LINE - 0.04, color=INK)
        page.text(said(letters, panel.note), box.x, box.y - LINE - 0.02, 7.0, FAINT)
        images.append(page.image(panel.frames[0], box, "gray", 0, 1))
        images[-1].set_interpolation("nearest")
        _bar(page, letters, panel, box)
    for number, frame in enumerate(scene.frames):
        label.set_text(said(letters, told(frame)))
        for image, (_, panel) in zip(images, panels, strict=True):
            image.set_data(panel.frames[number])
        yield page.figure


def strip(scene: Scene) -> "Figure":
    """Some frames side by side, evenly among all: the kernels, below them the maps."""
    require_matplotlib()
    letters = _letters(scene)
    numbers: list[int] = np.unique(np.linspace(0, len(scene.frames) - 1, SHOWN).round().astype(int)).tolist()
    panels = _panels(scene)
    sizes = [_fitted(panel, STRIP, STRIP * 1.6) for _, panel in panels]
    heights = [size[1] + 2 * LINE + 0.45 for size in sizes]
    width = len(numbers) * (STRIP + SPACE) - SPACE
    page = Page(
        letters, width, sum(heights) + 2 * LINE, letters.label("film.title", title=scene.title, layer=scene.layer)
    )
    for i, number in enumerate(numbers):
        for row, line in enumerate(letters.wrapped(said(letters, told(scene.frames[number])), STRIP, SMALL, lines=2)):
            page.text(line, i * (STRIP + SPACE), row * LINE)
    y = 2 * LINE + 0.08
    for (heading, panel), (across, down), height in zip(panels, sizes, heights, strict=True):
        page.text(f"{letters.label(heading)}: {said(letters, panel.note)}", 0, y, 7.5, FAINT)
        for i, number in enumerate(numbers):
            box = Box(i * (STRIP + SPACE), y + LINE + 0.03, across, down)
            page.image(panel.frames[number], box, "gray", 0, 1)
        _bar(page, letters, panel, Box(0, y + LINE + 0.03, across, down))
        y += height
    return page.figure


def said(letters: Lettering, what: Told) -> str:
    """A text with its fields, as a figure has it."""
    code, fields = what
    return letters.label(code, **fields)


def _letters(scene: Scene) -> Lettering:
    return lettering([scene.title, scene.layer])


def _panels(scene: Scene) -> list[tuple[str, Panel]]:
    panels = [("film.kernels", scene.kernel_panel)]
    return panels + ([("film.maps", scene.map_panel)] if scene.map_panel else [])


def _layout(panels: list[tuple[str, Panel]], scene: Scene) -> tuple[list[Box], float, float]:
    """Where the panels stand beside each other, below the label, and how large all of it is."""
    x = PICTURE + SPACE if scene.maps is not None and scene.picture is not None else 0.0
    boxes: list[Box] = []
    for _, panel in panels:
        across, down = _fitted(panel, ACROSS, MOST_HEIGHT)
        boxes.append(Box(x, 4 * LINE + 0.1, across, down))
        x += max(across, 2.6) + SPACE
    return boxes, x - SPACE, max(box.y + box.height for box in boxes) + 0.5


def _fitted(panel: Panel, across: float, down: float) -> tuple[float, float]:
    height, width = panel.frames[0].shape[:2]
    factor = min(across / width, down / height)
    return width * factor, height * factor


def _picture(page: Page, letters: Lettering, scene: Scene) -> None:
    if scene.picture is None or scene.maps is None:
        return
    pixels = as_rgb(scene.picture)
    tall = min(PICTURE * pixels.shape[0] / pixels.shape[1], MOST_HEIGHT)
    page.text(letters.label("figure.picture"), 0, 2 * LINE + 0.06, color=INK)
    page.image(pixels, Box(0, 4 * LINE + 0.1, PICTURE, tall), "gray", 0, 1)


def _bar(page: Page, letters: Lettering, panel: Panel, box: Box) -> None:
    """From the least to the most, below a panel, the same for all frames."""
    at = box.y + box.height + 0.1
    place = Box(box.x, at, BAR, BAR_HEIGHT)
    page.image(panel.scale, place, "gray", 0, 1).set_interpolation("nearest")
    page.frame(place, RULE, 0.6)
    most = f"{panel.most:.3g}"
    text = letters.label("film.scale", least=f"-{most}", most=most)
    page.text(text, box.x, at + BAR_HEIGHT + 0.03, 7.0, FAINT)
