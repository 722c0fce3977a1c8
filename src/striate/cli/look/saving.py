"""The figure that a line asks for with --output."""

from pathlib import Path

from striate.cli.output import aside
from striate.figures.canvas import require_matplotlib
from striate.figures.save import check_still
from striate.figures.shown import Shown


def check_figure(output: Path | None) -> None:
    """Before long work: raise `FileError` or `MissingExtraError` where the figure could not be written in the end."""
    if output is not None:
        require_matplotlib()
        check_still(output)


def save_figure(result: Shown, output: Path | None) -> None:
    """Write the figure and say where; where nothing was asked for, say how to."""
    if output is None:
        aside("look.no_figure")
    else:
        result.save_figure(output)
        aside("figure.saved", file=output)
