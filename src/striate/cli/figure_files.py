"""The figure that a line asks for with --output: asked about before long work, written after it, and told of."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from striate.cli.output import aside
from striate.figures.animation import MOVING, save_animation
from striate.figures.canvas import require_matplotlib
from striate.figures.save import ENDINGS, check_still, save
from striate.figures.shown import Shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EITHER = (*ENDINGS, *MOVING)  # where a figure may move


def check_figure(path: Path | None, known: tuple[str, ...] = ENDINGS) -> None:
    """Raise `FileError` or `MissingExtraError` where a figure could not be written in the end."""
    if path is not None:
        require_matplotlib()
        check_still(path, known)


def save_figure(result: Shown, path: Path | None) -> None:
    """Write a result's figure, if one is asked for, and say where."""
    if path is not None:
        result.save_figure(path)
        aside("figure.saved", file=path)


def write_figure(
    path: Path | None,
    still: "Callable[[], Figure]",
    frames: "Callable[[], Iterable[Figure]]",
    pace: int = 120,
    rest: int = 2000,
) -> None:
    """Write the still figure, or as the path ends the frames, each for `pace` milliseconds and the last for `rest`."""
    if path is None:
        return
    if path.suffix.lower() in MOVING:
        durations: list[int] = []  # filled while the frames are drawn; read when all are
        save_animation(_timed(frames(), durations, pace, rest), path, durations)
    else:
        save(still(), path)
    aside("figure.saved", file=path)


def _timed(frames: "Iterable[Figure]", durations: list[int], pace: int, rest: int) -> "Iterator[Figure]":
    for frame in frames:
        durations.append(pace)
        yield frame
    durations[-1:] = [rest]
