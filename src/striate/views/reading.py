"""How far reading has come: a bar on a terminal, nothing elsewhere."""

import sys
import time
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from striate.data.counting import Reading
from striate.messages import render
from striate.views.live import LONGEST_BAR, SECONDS_BETWEEN_DRAWINGS, can_redraw

if TYPE_CHECKING:
    from rich.progress import Progress


def reading_view(stream: TextIO | None = None) -> AbstractContextManager[Reading | None]:
    """What to give to `load_images` as `progress`: a bar on stderr, or on a stream; None where nothing can move."""
    out = stream or sys.stderr
    return ReadingBar(out) if out is not None and can_redraw(out) else nullcontext()


class ReadingBar:
    """A line with a bar for each thing that is done to the files; it goes when that is done."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._what = ""
        self._shown: Progress | None = None
        self._draw_again = 0.0  # on the clock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def __call__(self, what: str, done: int, files: int) -> None:
        """So many of the files are done."""
        if done >= files:
            self._close()  # before the notices of reading come
            return
        now = time.monotonic()
        if what == self._what and now < self._draw_again:
            return
        self._draw_again = now + SECONDS_BETWEEN_DRAWINGS
        status = f"{done:,}/{files:,}"
        if what != self._what or not self._shown:
            self._open(what, done, files, status)
        else:
            self._shown.update(self._shown.task_ids[0], completed=done, status=status, refresh=True)

    def _open(self, what: str, done: int, files: int, status: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._close()
        self._what = what
        self._shown = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=LONGEST_BAR),
            TextColumn("{task.fields[status]}", markup=False),
            console=Console(file=self._stream),
            auto_refresh=False,
            transient=True,
            redirect_stdout=sys.stdout.isatty(),
        )
        self._shown.add_task(render(what), total=files, completed=done, status=status)
        self._shown.start()

    def _close(self) -> None:
        if self._shown:
            self._shown.stop()
        self._shown, self._what = None, ""
