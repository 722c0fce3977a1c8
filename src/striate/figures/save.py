"""Figures as files."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# Matplotlib leaves its **kwargs untyped.

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from striate.errors import FileError
from striate.files import written_apart

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ENDINGS = (".png", ".svg")


def save(figure: "Figure", path: Path | str) -> None:
    """Write a figure as PNG or SVG, as the path ends: apart first, then renamed. The same figure gives the same bytes.

    Raises `FileError` for another ending, a folder that is not there, or one that cannot be written to.
    """
    path = Path(path)
    check_still(path)
    from matplotlib import rc_context

    ending = path.suffix.lower().removeprefix(".")
    dateless = {"Date": None} if ending == "svg" else {}
    with written_apart(path) as apart, rc_context({"svg.hashsalt": "striate", "savefig.bbox": None}):
        figure.savefig(apart, format=ending, dpi=figure.dpi, metadata=dateless)


def check_still(path: Path, known: Sequence[str] = ENDINGS) -> None:
    """Raise `FileError` unless a figure can be written there; to be asked before long work. `known` may hold more."""
    if path.suffix.lower() not in known:
        raise FileError("figure.unknown_ending", path=path, known=tuple(known))
    if not path.parent.is_dir():
        raise FileError("figure.no_folder", path=path, folder=path.parent)
