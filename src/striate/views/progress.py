"""How a training is shown: a live bar, a line an epoch, JSON lines, or nothing.

Used as `with progress_view(verbose) as show: train(..., progress=show)`.
"""

import sys
from typing import Literal, TextIO

from striate.errors import SettingError
from striate.views.lines import Lines, View
from striate.views.live import NotebookBar, TerminalBar, can_redraw
from striate.views.notebook import in_notebook

Verbose = Literal[0, 1, 2, "auto"]


def progress_view(verbose: Verbose = "auto", stream: TextIO | None = None) -> View:
    """How to show a training: 0 not at all, 2 one line an epoch, 1 or "auto" a live bar where one can be, else lines.

    Written to stderr, so that results on stdout stay clean; in a notebook to the cell. Raises `SettingError`.
    """
    if verbose not in (0, 1, 2, "auto"):
        raise SettingError("progress.unknown_verbose", came=verbose)
    if verbose == 0:
        return View()
    notebook = stream is None and in_notebook()
    out = stream or (sys.stdout if notebook else sys.stderr)
    if verbose != 2:
        if notebook:
            return NotebookBar(out)
        if can_redraw(out):
            return TerminalBar(out)
    return Lines(out)
