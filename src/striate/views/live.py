"""Bars that move: on a terminal, in a notebook. Redrawn a few times a second however fast the steps are."""

import sys
import time
from abc import ABC, abstractmethod
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any, TextIO

from striate.messages import render
from striate.training.events import EpochDone, Event, Finished, Started, StepDone
from striate.views.columns import GAP, printable, width
from striate.views.lines import View, end_text, epoch_text, logs_texts, speed_text, waiting_texts

if TYPE_CHECKING:
    from rich.progress import BarColumn, TaskID
    from rich.progress import Progress as RichProgress

SECONDS_BETWEEN_DRAWINGS = 0.1
LONGEST_BAR, SHORTEST_BAR = 20, 5  # cells of a terminal


def can_redraw(stream: TextIO) -> bool:
    """Whether a stream is a terminal that can go back in a line."""
    if not stream.isatty():
        return False
    from rich.console import Console

    console = Console(file=stream)
    return console.is_terminal and not console.is_dumb_terminal


class _Bar(View, ABC):
    """What both bars share: how far training is, and when to draw again."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._started = Started(epochs=1, steps=1, pictures=0, validation_pictures=0, engine="")
        self._earlier = 0.0  # seconds of the epochs that are done
        self._draw_again = 0.0  # on the clock

    def __call__(self, event: Event) -> None:
        match event:
            case StepDone():  # may come a thousand times a second: most of them cost one look at the clock
                now = time.monotonic()
                if now >= self._draw_again or event.step + 1 == self._started.steps:
                    self._draw_again = now + SECONDS_BETWEEN_DRAWINGS
                    self._draw(self._steps_done(event), self._status(event))
            case Started():
                self._started = event
                self._earlier = self._draw_again = 0.0
                self._open()
            case EpochDone():
                self._earlier += event.seconds
                self._say(epoch_text(event, self._started.epochs))
            case Finished():
                if early := end_text(event):
                    self._say(early)
                self.close()

    @property
    def _total(self) -> int:
        return self._started.epochs * self._started.steps

    def _steps_done(self, event: StepDone) -> int:
        return event.epoch * self._started.steps + event.step + 1

    def _status(self, event: StepDone) -> list[str]:
        """The parts of the line, the most important first: a narrow terminal shows only these."""
        started, done = self._started, self._steps_done(event)
        left = (self._earlier + event.seconds) / done * (self._total - done)
        epoch, steps = {"epoch": event.epoch + 1, "epochs": started.epochs}, f"{started.steps:,}"
        return [
            render("progress.epoch", epoch),
            f"{event.step + 1:{len(steps)},}/{steps}",
            render("progress.left", {"time": _clock(left)}),
            *logs_texts(event.logs, digits=3),
            speed_text(event.pictures / event.seconds if event.seconds else 0.0),
            *waiting_texts(event.waiting),
        ]

    @abstractmethod
    def _open(self) -> None:
        """Begin to show."""

    @abstractmethod
    def _draw(self, done: int, status: list[str]) -> None:
        """Show how many steps of all are done, and the parts of the line."""

    @abstractmethod
    def _say(self, line: str) -> None:
        """Write a line that stays."""


class TerminalBar(_Bar):
    """A bar on a terminal's last line, the epochs' results above it; at the end the bar goes, the results stay."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console

        super().__init__(stream)
        self._console = Console(file=stream)
        self._shown: tuple[RichProgress, TaskID, BarColumn] | None = None

    def close(self) -> None:
        if self._shown:
            self._shown[0].stop()
            self._shown = None

    def _open(self) -> None:
        from rich.progress import BarColumn, Progress, TextColumn
        from rich.table import Column

        self.close()
        whole = Column(no_wrap=True, overflow="ellipsis")
        bar = BarColumn(bar_width=LONGEST_BAR)
        progress = Progress(
            TextColumn("{task.description}", markup=False, table_column=whole),
            bar,
            TextColumn("{task.fields[status]}", markup=False, table_column=whole.copy()),
            console=self._console,
            auto_refresh=False,  # no thread beside the training; the events are clock enough
            transient=True,
            # What is printed meanwhile appears above the bar, but results that go to a file or pipe must go there.
            redirect_stdout=sys.stdout.isatty(),
        )
        self._shown = progress, progress.add_task("", total=self._total, status=""), bar
        progress.start()

    def _draw(self, done: int, status: list[str]) -> None:
        if self._shown:
            progress, task, bar = self._shown
            epoch, *rest = status
            room = self._console.width - width(epoch) - len("  ")
            shown = _fitting(rest, room - SHORTEST_BAR)
            bar.bar_width = min(LONGEST_BAR, max(SHORTEST_BAR, room - width(shown)))
            progress.update(task, completed=done, description=epoch, status=shown, refresh=True)

    def _say(self, line: str) -> None:
        self._console.print(printable(line), markup=False, highlight=False, soft_wrap=True)


class NotebookBar(_Bar):
    """A bar in a cell's output, the epochs' results below it as text. It is kept in the saved notebook."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._handle: Any = None
        self._done = 0
        self._text = ""

    def close(self) -> None:
        """Nothing to tidy: the bar stays where it got to."""

    def _open(self) -> None:
        display = import_module("IPython.display").display
        self._handle = display(self, display_id=True)

    def _draw(self, done: int, status: list[str]) -> None:
        self._done, self._text = done, GAP.join(status)
        self._handle.update(self)

    def _say(self, line: str) -> None:
        self._stream.write(printable(line) + "\n")

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        bar = f'<progress value="{self._done}" max="{self._total}" style="vertical-align: middle"></progress>'
        return f'<div style="font-variant-numeric: tabular-nums">{bar} {escape(self._text)}</div>'


def _fitting(parts: list[str], cells: int) -> str:
    """As many of the first parts as there is room for."""
    joined = [printable(GAP.join(parts[:count])) for count in range(len(parts) + 1)]
    return max((line for line in joined if width(line) <= cells), key=len, default="")


def _clock(seconds: float) -> str:
    """Hours, minutes and seconds, as a clock shows them: 0:07, 1:02:03."""
    minutes, seconds_left = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours}:{minutes_left:02}:{seconds_left:02}" if hours else f"{minutes}:{seconds_left:02}"
