"""What each class did to kernels, as one HTML page with a slider: pictures, and the shares as numbers in a table."""

import json

import numpy as np

from striate.figures.class_shares import ClassScene
from striate.figures.film_page import LONGEST_TITLE, images, moving_page, scale_of
from striate.figures.tiles import Panel, sheet
from striate.views.page.html import Markup, Part, name, percent, say, section, table, tag

STYLE = """
.parts { display: grid; gap: .4rem 0; }
.parts .frames { grid-column: 1 / -1; }
.parts .frames img { width: 100%; }
.parts > span { font-size: .85rem; overflow-wrap: anywhere; align-self: end; padding-right: .3rem; }
"""
COLUMN = 4.2  # em that a column is wide


def class_page(scene: ClassScene) -> str:
    """The whole page: a row a kernel, a column the change, each class and weight decay, on one scale in all frames."""
    title = say("film.classes_title", title=scene.title[:LONGEST_TITLE], layer=scene.layer)
    parts = section(say("film.kernels"), _pictures(scene), *_notes(scene))
    shares = section(say("film.shares"), _shares(scene), tag("p", say("film.shares_note"), class_="note"))
    return moving_page(title, scene.frames, parts, shares, style=STYLE)


def _heads(scene: ClassScene) -> list[Part]:
    names: list[Part] = [say("film.change"), *(name(scene.class_names[c]) for c in scene.classes)]
    return names if scene.decay is None else [*names, say("film.decay")]


def _panel(scene: ClassScene) -> Panel:
    """All kernels in all columns, a picture for each frame."""

    def frame(number: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        cells = [(column, kernel) for kernel in range(scene.kernels) for column in range(scene.columns)]
        return sheet(np.stack([scene.tile(column, number, kernel) for column, kernel in cells]), scene.columns)

    return Panel([frame(i) for i in range(len(scene.frames))], scene.most, ("film.kernels", {}), scene.in_colours)


def _pictures(scene: ClassScene) -> Markup:
    panel = _panel(scene)
    style = f"grid-template-columns: repeat({scene.columns}, 1fr); max-width: {COLUMN * scene.columns:g}em"
    parts = tag("div", *(tag("span", head) for head in _heads(scene)), images(panel), class_="parts", style=style)
    return tag("div", parts, tag("p", scale_of(panel), class_="note"))


def _notes(scene: ClassScene) -> list[Markup]:
    notes = [say("film.classes_page", kernels=scene.kernels, count=scene.change.shape[-1])]
    shown, count = len(scene.classes), len(scene.class_names)
    if shown < count:
        notes.append(say("film.classes_shown", shown=shown, count=count))
    return [tag("p", note, class_="note") for note in notes]


def _shares(scene: ClassScene) -> Markup:
    """The share of each part of each kernel's change, in the frame that is shown."""
    rows = [
        [str(kernel), *(_share(scene, column, kernel) for column in range(1, scene.columns))]
        for kernel in range(scene.kernels)
    ]
    return table([say("film.kernel"), *_heads(scene)[1:]], rows, numbers=range(1, scene.columns))


def _share(scene: ClassScene, column: int, kernel: int) -> Markup:
    found = [scene.share(column, frame, kernel) for frame in range(len(scene.frames))]
    texts = [percent(None if share is None or not np.isfinite(share) else round(share, 3) + 0.0) for share in found]
    return tag("span", texts[-1], data_texts=json.dumps(texts))
