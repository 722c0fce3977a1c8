"""What results that can be drawn have in common: a figure, shown by notebooks, on a screen, in a file."""

import io
from abc import ABC, abstractmethod
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from striate.errors import StateError
from striate.figures.canvas import can_draw
from striate.figures.save import save
from striate.files import as_path
from striate.views.notebook import in_notebook

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Shown(ABC):
    """Numbers that can be looked at. All of it needs the extra `plot`, and raises `MissingExtraError` without."""

    @abstractmethod
    def figure(self) -> "Figure":
        """The numbers, drawn."""

    def save_figure(self, path: str | Path) -> None:
        """Write the figure as PNG or SVG, as the path ends. Raises `FileError`."""
        save(self.figure(), as_path("save_figure", path, "path"))

    def show(self) -> None:
        """Show the figure: in a notebook below the cell, else in the system's viewer of pictures.

        Raises `StateError` where there is no such viewer.
        """
        showing(self.figure())

    def _repr_png_(self) -> bytes | None:
        """What notebooks show in place of the text; None where there is nothing to draw with."""
        return as_png(self.figure()) if can_draw() else None


def showing(figure: "Figure") -> None:
    """Show a figure: in a notebook below the cell, else in the system's viewer of pictures.

    Raises `StateError` where there is no such viewer.
    """
    if in_notebook():
        import_module("IPython.display").display(figure)
        return
    from PIL import Image, ImageShow

    with Image.open(io.BytesIO(as_png(figure))) as picture:
        if not ImageShow.show(picture):
            raise StateError("figure.no_viewer")


def as_png(figure: "Figure") -> bytes:
    """A figure as a PNG file."""
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=figure.dpi)  # pyright: ignore[reportUnknownMemberType]
    return png.getvalue()
