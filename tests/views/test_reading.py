"""How far reading has come: a bar on a terminal, nothing elsewhere."""

import io
import re
from pathlib import Path

import pytest

from striate.data.check.survey import survey
from striate.messages import speak
from striate.views import reading
from striate.views.reading import ReadingBar, reading_view


class Terminal(io.StringIO):
    """What is written to it, as on a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Each step is drawn."""
    monkeypatch.setattr(reading, "SECONDS_BETWEEN_DRAWINGS", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    for name in ("NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    return Terminal()


def drawn(terminal: Terminal) -> list[str]:
    plain = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", terminal.getvalue())
    return [line.strip() for line in re.split(r"[\r\n]+", plain) if line.strip()]


def read(terminal: Terminal) -> None:
    with reading_view(terminal) as progress:
        assert progress is not None
        for what in ("headers", "pictures"):
            for done in range(1, 4):
                progress(f"reading.{what}", 999 + done, 1002)


def test_a_terminal_shows_what_is_done_and_how_far(terminal: Terminal) -> None:
    read(terminal)
    lines = drawn(terminal)
    for what in ("looking at the files", "reading the pictures"):
        shown = [line for line in lines if line.startswith(what)]
        assert shown[0].endswith("1,000/1,002") and shown[-1].endswith("1,001/1,002")
    assert "1,002/1,002" not in terminal.getvalue()  # when all is done the line has gone


def test_in_korean(terminal: Terminal) -> None:
    speak("ko")
    read(terminal)
    assert any(line.startswith("사진 읽는 중") for line in drawn(terminal))


def test_an_error_ends_the_line(terminal: Terminal) -> None:
    def stopped() -> None:
        with ReadingBar(terminal) as bar:
            bar("reading.headers", 1, 9)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert terminal.getvalue().endswith("\x1b[2K")
    assert "\x1b[?25h" in terminal.getvalue()  # the cursor is back


def test_a_file_or_pipe_gets_nothing() -> None:
    with reading_view(io.StringIO()) as progress:
        assert progress is None


def test_a_check_says_how_far_it_has_come(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.png").write_bytes(b"no picture")
    said: list[tuple[str, int, int]] = []
    survey(tmp_path, lambda *step: said.append(step))
    assert said == [("reading.pictures", 1, 2), ("reading.pictures", 2, 2)]
