"""The bars that move: on a real terminal, in a notebook."""

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import types

import pytest
from trainings import run, shown_to

from striate.training.events import EpochDone, Started, StepDone
from striate.views import live
from striate.views.lines import JsonLines, Lines, View
from striate.views.live import NotebookBar, TerminalBar
from striate.views.progress import progress_view

SCRIPT = """
import sys
from striate.training.events import *
from striate.views.progress import progress_view

def training(show):
    show(Started(2, 50, 100, 0, "reference"))
    for epoch in range(2):
        for step in range(50):
            show(StepDone(epoch, step, 2 * step + 2, step + 1.0, {"loss": 0.5, "accuracy": 0.75}))
            if epoch == 1 and step == 25:
                print("a result")
                THEN
        show(EpochDone(epoch, 50.0, 2.0, {"loss": 0.25, "accuracy": 0.875}))
    show(Finished("training.all_epochs", 2, 100.0))

try:
    with progress_view(sys.argv[1]) as show:
        training(show)
except BaseException as error:
    print(type(error).__name__, file=sys.stderr)
"""


def on_a_terminal(
    then: str = "pass", columns: int = 80, stdout: int | None = subprocess.PIPE, term: str = "xterm"
) -> tuple[str, str]:
    """What a training leaves on a terminal of its own, byte by byte, and on stdout."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    environment |= {"TERM": term, "LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.replace("THEN", then), "auto"],
        stdin=theirs,
        stderr=theirs,
        stdout=theirs if stdout is None else stdout,
        env=environment,
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    out, _ = process.communicate()
    assert process.returncode == 0
    return written.decode(), (out or b"").decode()


def screen(written: str) -> tuple[list[str], bool]:
    """What stands on the terminal in the end, and whether the cursor is visible: as much of a terminal as rich uses."""
    lines, row, column, visible = [""], 0, 0, True
    for command, letter in re.findall(r"(\x1b\[[?\d;]*[a-zA-Z])|([^\x1b])", written):
        if command.endswith("m"):
            continue
        if command in ("\x1b[?25l", "\x1b[?25h"):
            visible = command.endswith("h")
        elif command == "\x1b[2K":
            lines[row] = ""
        elif command.endswith("A"):
            row -= int(command[2:-1])
        elif letter == "\r":
            column = 0
        elif letter == "\n":
            row, column = row + 1, 0  # the terminal driver makes \r\n of it
            lines += [""] * (row + 1 - len(lines))
        else:
            assert letter, f"a terminal command that this screen does not know: {command!r}"
            lines[row] = lines[row][:column].ljust(column) + letter + lines[row][column + 1 :]
            column += 1
    assert not any(lines[row + 1 :])  # below the cursor there is nothing
    return [line.rstrip() for line in lines[: row + 1]], visible


EPOCHS = [f"epoch {epoch}/2  loss 0.2500  accuracy 87.50 %  2 images/s  50.0 s" for epoch in (1, 2)]


def test_the_bar_shows_what_there_is_to_know_and_goes_in_the_end() -> None:
    written, out = on_a_terminal()
    drawn = re.sub(r"\x1b\[[\d;]*m", "", written)
    (first,) = re.findall(r"epoch 1/2 [^\r\n]* 1/50 [^\r\n]*", drawn)
    assert re.fullmatch(r"epoch 1/2 \S+ +1/50  1:39 left  loss 0\.500  accuracy 75\.0 %  2 images/s *", first)
    assert re.search(r"epoch 2/2 \S+ 50/50  0:00 left", drawn)
    assert screen(written) == ([*EPOCHS, ""], True)
    assert out == "a result\n"  # results do not go where the bar is


def test_what_is_printed_meanwhile_stands_above_the_bar() -> None:
    written, _ = on_a_terminal(stdout=None)
    assert screen(written) == ([EPOCHS[0], "a result", EPOCHS[1], ""], True)


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "ZeroDivisionError", "SystemExit"])
def test_an_error_leaves_the_terminal_clean(error: str) -> None:
    written, _ = on_a_terminal(f"raise {error}")
    assert screen(written) == ([EPOCHS[0], error, ""], True)


@pytest.mark.parametrize("columns", [24, 40, 80, 200])
def test_the_bar_stays_on_one_line(columns: int) -> None:
    written, _ = on_a_terminal(columns=columns)
    drawn = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", written)
    bars = [line for line in re.split(r"[\r\n]+", drawn) if "/50" in line]
    assert bars
    assert max(map(len, bars)) <= columns
    assert not any("…" in bar for bar in bars)  # what does not fit is left out, not cut


def test_a_terminal_that_cannot_go_back_gets_lines() -> None:
    written, _ = on_a_terminal(term="dumb")
    assert written.replace("\r\n", "\n") == "\n".join([*EPOCHS, ""])


class FakeTerminal(io.StringIO):
    """Says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_steps_are_drawn_ten_times_a_second_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10_000))
    monkeypatch.setattr(live.time, "monotonic", lambda: next(clock) / 1000)  # a step a millisecond
    drawn: list[int] = []
    monkeypatch.setattr(TerminalBar, "_draw", lambda self, done, status: drawn.append(done))
    with TerminalBar(FakeTerminal()) as show:
        show(Started(1, 5000, 5000, 0, "reference"))
        for step in range(3000):
            show(StepDone(0, step, step + 1, 0.001 * (step + 1), {"loss": 1.0}))
    assert drawn[0] == 1  # at once
    assert 28 <= len(drawn) <= 31


def test_time_left_counts_earlier_epochs_with_their_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[list[str]] = []
    monkeypatch.setattr(TerminalBar, "_draw", lambda self, done, status: drawn.append(status))
    with TerminalBar(FakeTerminal()) as show:
        show(Started(2, 10, 10, 0, "reference"))
        show(EpochDone(0, 3600.0, 1.0, {}))
        show(StepDone(1, 4, 5, 120.0, {}))
    # 15 of 20 steps took 3,720 seconds: the other 5 will take a third of that.
    assert drawn[-1][:3] == ["epoch 2/2", " 5/10", "20:40 left"]


def test_closing_twice_or_before_beginning_is_harmless() -> None:
    for view in (View(), Lines(io.StringIO()), TerminalBar(FakeTerminal()), JsonLines(io.StringIO())):
        view.close()
        view.close()


class Handle:
    """What IPython's display gives back."""

    def __init__(self) -> None:
        self.pages: list[str] = []

    def update(self, shown: NotebookBar) -> None:
        self.pages.append(shown._repr_html_())


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Handle:
    handle = Handle()

    def display(shown: NotebookBar, *, display_id: bool) -> Handle:
        assert display_id
        handle.update(shown)
        return handle

    ipython, module = types.ModuleType("IPython"), types.ModuleType("IPython.display")
    ipython.get_ipython = lambda: types.SimpleNamespace(kernel=object())
    module.display = display
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    return handle


def test_a_notebook_gets_a_bar_that_ends_full(notebook: Handle, capsys: pytest.CaptureFixture[str]) -> None:
    shown_to(progress_view("auto"), run(epochs=2, steps=4))
    assert 'value="0" max="8"' in notebook.pages[0]
    assert 'value="8" max="8"' in notebook.pages[-1]
    assert "epoch 2/2  4/4  0:00 left  loss -1.00  accuracy 75.0 %" in notebook.pages[-1]
    captured = capsys.readouterr()
    assert captured.out.count("\n") == 2  # an epoch's line goes to the cell, not in red to stderr
    assert captured.err == ""


def test_the_notebooks_bar_is_escaped(notebook: Handle) -> None:
    with progress_view(1) as show:
        show(Started(1, 1, 1, 0, "reference"))
        show(StepDone(0, 0, 1, 1.0, {"<script>": 1.0}))
    assert "<script>" not in notebook.pages[-1]
    assert "&lt;script&gt; 1.00" in notebook.pages[-1]


def test_a_terminal_ipython_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: types.SimpleNamespace()
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    assert isinstance(progress_view("auto"), Lines)


def test_lines_can_be_asked_for_in_a_notebook(notebook: Handle, capsys: pytest.CaptureFixture[str]) -> None:
    shown_to(progress_view(2), run(epochs=2))
    assert notebook.pages == []
    assert capsys.readouterr().out.count("\n") == 2
