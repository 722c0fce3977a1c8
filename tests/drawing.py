"""What tests of figures draw, and how they look at it."""

import io
from pathlib import Path

import numpy as np
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

SYLLABLES = range(ord("가"), ord("힣") + 1)


def font_file(path: Path, family: str, characters: range) -> Path:
    """A font in which every character is the same square, one em wide."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 800), (800, 800), (800, 0)):
        pen.lineTo(corner)
    pen.closePath()
    square = pen.glyph()
    font = FontBuilder(1000)
    font.setupGlyphOrder([".notdef", "square"])
    font.setupCharacterMap(dict.fromkeys(characters, "square"))
    font.setupGlyf({".notdef": square, "square": square})
    font.setupHorizontalMetrics({".notdef": (1000, 0), "square": (1000, 0)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": family, "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(path)
    return path


HISTORY = {
    "accuracy": [0.5, 0.75, 0.875],
    "loss": [2.0, 1.0, 0.25],
    "val_loss": [2.5, 1.5, 0.75],
    "val_accuracy": [0.25, 0.5, 0.8125],
}


def drawn_texts(figure: Figure) -> list[str]:
    """Every text of a figure as it is drawn, ticks too."""
    from matplotlib.text import Text

    figure.draw_without_rendering()
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


def decoded(figure: Figure) -> np.ndarray:
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=figure.dpi)
    return np.asarray(Image.open(png).convert("RGB"))


def random_pictures(count: int, height: int = 9, width: int = 7, channels: int = 1) -> np.ndarray:
    return np.random.default_rng(0).random((count, height, width, channels))


def page(figure: Figure) -> Axes:
    return figure.axes[0]
