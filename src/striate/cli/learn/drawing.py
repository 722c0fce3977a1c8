"""Where a figure of `striate learn` goes: one that stands still, or one that moves, as the file's name ends."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from striate.cli.output import aside
from striate.figures.animation import MOVING, save_animation
from striate.figures.canvas import require_matplotlib
from striate.figures.save import ENDINGS, check_still, save

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def check_output(path: Path | None, *, moving: bool = True) -> None:
    """Before the work: whether a figure can be written there. Raises `FileError`, `MissingExtraError`."""
    if path is not None:
        require_matplotlib()
        check_still(path, (*ENDINGS, *MOVING) if moving else ENDINGS)


def write_figure(
    path: Path | None,
    still: "Callable[[], Figure]",
    frames: "Callable[[], Iterable[Figure]] | None" = None,
    pace: int = 120,
    rest: int = 2000,
) -> None:
    """Write the still figure, or the frames, each for `pace` milliseconds and the last for `rest`; say which file."""
    if path is None:
        return
    if frames is not None and path.suffix.lower() in MOVING:
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
