"""Figures one after the other as a moving picture."""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from striate.figures.save import check_still
from striate.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

MOVING = (".gif", ".webp")
LONGEST = 655_350  # milliseconds of a frame: GIF counts hundredths of a second in 16 bits
COLOURS = 256  # of a GIF's palette


def save_animation(figures: "Iterable[Figure]", path: Path | str, milliseconds: int | Sequence[int] = 100) -> None:
    """Write figures of one size as GIF or WebP, as the path ends; it begins anew at its end.

    `milliseconds` is how long each is shown, or one number for each. The same figures give the same bytes. Raises
    `FileError` for another ending, a folder that is not there, or one that cannot be written to.
    """
    path = Path(path)
    check_moving(path)
    frames = [_frame(figure) for figure in figures]
    encoded = io.BytesIO()
    if path.suffix.lower() == ".gif":
        from PIL import Image

        frames = [frame.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE) for frame in frames]
        settings: dict[str, Any] = {"format": "GIF", "optimize": False, "disposal": 1}
    else:
        settings = {"format": "WEBP", "lossless": True, "quality": 50, "method": 2}
    each = [milliseconds] * len(frames) if isinstance(milliseconds, int) else milliseconds
    durations = [min(shown, LONGEST) for shown in each]
    frames[0].save(encoded, save_all=True, append_images=frames[1:], duration=durations, loop=0, **settings)
    write_bytes(path, encoded.getvalue())


def check_moving(path: Path) -> None:
    """Raise `FileError` unless a moving picture can stand there; to be asked before long work."""
    check_still(path, MOVING)


def _frame(figure: "Figure") -> "Image":
    """The figure as it is saved as PNG, without the file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
