"""`striate learn lesson`: the list, a lesson in a pipe, its pictures, its question in a script and at a terminal."""

import io
import json
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from striate.cli.main import program
from striate.inspection.lessons.book import CONTENTS, lesson
from striate.inspection.lessons.parts import Commands
from striate.inspection.lessons.practicals import ON_YOUR_OWN
from striate.views.columns import width

Run = Callable[..., Any]


def test_the_list_has_a_line_for_each(run: Run) -> None:
    ended = run("learn", "lesson")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()[2:]
    assert [int(line.split()[0]) for line in lines] == list(range(1, len(CONTENTS) + 1))


def test_the_list_as_data(run: Run) -> None:
    listed = json.loads(run("learn", "lesson", "--json").out)
    assert [entry["number"] for entry in listed] == list(range(1, 13)) and listed[2]["title"] and listed[2]["about"]


def test_a_lesson_in_a_pipe_says_how_to_answer(run: Run) -> None:
    ended = run("learn", "lesson", "3")
    assert (ended.code, ended.err) == (0, "Answer with: striate learn lesson 3 --answer '...'\n")
    assert ended.out.startswith("Lesson 3: How large a map becomes\n=")
    assert ended.out.rstrip().endswith("How wide is the result?")
    assert "(N - F)/s + 1 = 213.5, and they write 213" in " ".join(ended.out.split())
    assert "\x1b" not in ended.out


@pytest.mark.parametrize("number", ["2", "5", "7"])
def test_lines_fit_the_terminal(run: Run, number: str) -> None:
    for spoken in ("en", "ko"):
        told = run("learn", "lesson", number, "--lang", spoken).out.splitlines()
        assert max(width(line) for line in told if "striate learn" not in line) <= 80


def test_matrices_stand_beside_each_other(run: Run) -> None:
    out = run("learn", "lesson", "6").out
    assert "  red     kernel\n  1 0 2   1 0\n  3 1 0 * 0 1\n  0 2 1\n" in out


def test_tables_stand_in_columns(run: Run) -> None:
    out = run("learn", "lesson", "8").out
    assert "  C3        Conv2D            10x10x16    2,416        240,000\n" in out


def test_in_korean(run: Run) -> None:
    ended = run("learn", "lesson", "4", "--answer", "1", "--lang", "ko")
    assert ended.code == 1
    assert "4강. 패딩, 그리고 'same'의 두 가지 뜻" in ended.out
    assert (
        ended.out.splitlines()[-1] == "1은 아닙니다. p = 1이면 크기는 28 + 2*1 - 5 + 1 = 26입니다. 28이 되어야 합니다."
    )


def test_a_right_answer(run: Run) -> None:
    ended = run("learn", "lesson", "3", "--answer", "12")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[-1] == "Right. 28 -> 24 -> 12."


def test_a_wrong_answer_gets_a_hint(run: Run) -> None:
    ended = run("learn", "lesson", "3", "--answer", "24")
    assert (ended.code, ended.err) == (1, "")
    last = ended.out.splitlines()[-1]
    assert last.startswith("Not 24. 24 is the width behind the convolution.")


def test_no_answer_at_all(run: Run) -> None:
    ended = run("learn", "lesson", "5", "--answer", "5 5")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "error: The answer must be numbers, apart by blanks and 4 in all, as in '1 2 3 4', got '5 5'; write it so.\n"
    )
    korean = run("learn", "lesson", "5", "--answer", "5 5", "--lang", "ko").err
    assert korean.endswith(
        "답은 수 4개를 공백으로 나누어 '1 2 3 4'처럼 써야 하는데 '5 5'가 들어왔습니다. 이 꼴로 다시 쓰십시오.\n"
    )


@pytest.mark.parametrize(("line", "option"), [(["--answer", "3"], "--answer"), (["-o", "x"], "--output")])
def test_what_belongs_to_one_lesson(run: Run, line: list[str], option: str) -> None:
    ended = run("learn", "lesson", *line)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        f"error: {option} belongs to one lesson, but none is named; write 'striate learn lesson N {option} ...'.\n"
    )


def test_a_lesson_that_is_not_there(run: Run) -> None:
    ended = run("learn", "lesson", "13")
    assert (ended.code, ended.out) == (2, "")
    assert "numbered from 1 to 12" in ended.err
    assert "1번부터 12번까지" in run("learn", "lesson", "13", "--lang", "ko").err


@pytest.mark.parametrize(("answer", "right", "code"), [("2", True, 0), ("1", False, 1), (None, None, 0)])
def test_a_lesson_as_data(run: Run, answer: str | None, right: bool | None, code: int) -> None:
    ended = run("learn", "lesson", "4", "--json", *(["--answer", answer] if answer else []))
    assert (ended.code, ended.err) == (code, "")
    told = json.loads(ended.out)
    assert (told["number"], told["question"]["numbers"]) == (4, 1)
    kinds = [part["kind"] for part in told["parts"]]
    assert {"text", "claim", "matrices", "lines", "picture", "commands"} == set(kinds)
    claims = [part for part in told["parts"] if part["kind"] == "claim"]
    assert claims[0]["found"]["numbers"] == {"n": 3, "f": 2, "s": 2, "formula": "1.5", "p": 2, "k": 3}
    assert told["answer"] == (answer and {"given": answer, "right": right, "text": told["answer"]["text"]})


def test_numbers_of_a_table_are_data(run: Run) -> None:
    told = json.loads(run("learn", "lesson", "5", "--json").out)
    (table,) = [part for part in told["parts"] if part["kind"] == "table"]
    assert table["rows"] == [["without pooling", 80, 5408, 54090], ["with pooling", 80, 1352, 13530]]
    assert told["parts"][1]["matrices"][2]["rows"] == [[1.5, 0], [-0.5, 0.5]]


def test_pictures_go_into_a_folder(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    folder = tmp_path / "new" / "lessons"
    ended = run("learn", "lesson", "5", "-o", str(folder))
    file = folder / "05-pooling-max-average.png"
    assert ended.code == 0 and file.read_bytes().startswith(b"\x89PNG")
    assert f"Picture {file}:" in " ".join(ended.out.split())
    told = json.loads(run("learn", "lesson", "5", "-o", str(folder), "--json").out)
    assert [part["file"] for part in told["parts"] if part["kind"] == "picture"] == [str(file)]


def test_a_folder_that_cannot_be(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    (tmp_path / "taken").touch()
    ended = run("learn", "lesson", "5", "-o", str(tmp_path / "taken"))
    assert ended.code == 3 and "taken" in ended.err and "Traceback" not in ended.err


def test_the_engine_is_the_one_asked_for(run: Run, threads_asked: set[int | None]) -> None:
    assert run("learn", "lesson", "9", "--engine", "reference", "--threads", "1", "--answer", "2").code == 0
    assert threads_asked == {1}


# At a terminal.


class Terminal(io.StringIO):
    """A keyboard with what is typed on it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def typing(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a line at a terminal where these lines are typed."""

    def at_a_terminal(*lines: str) -> Any:
        monkeypatch.setattr(sys, "stdin", Terminal("".join(f"{line}\n" for line in lines)))
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        return run("learn", "lesson", "3")

    return at_a_terminal


def test_a_right_answer_is_typed(typing: Run) -> None:
    ended = typing("12")
    assert ended.code == 0 and "Your answer (Enter: none): Right. 28 -> 24 -> 12.\n" in ended.out


def test_a_second_try(typing: Run) -> None:
    ended = typing("14", "12")
    assert ended.code == 0
    assert "Not 14. You have halved 28." in ended.out and "Once more (Enter: none): Right." in ended.out


def test_two_wrong_answers(typing: Run) -> None:
    ended = typing("14", "24", "12")
    assert ended.code == 1 and ended.out.splitlines()[-1].startswith("Once more (Enter: none): Not 24, either.")


def test_what_is_no_answer_costs_no_try(typing: Run) -> None:
    ended = typing("twelve", "12")
    assert ended.code == 0 and "got 'twelve'" in ended.err and "Right." in ended.out


@pytest.mark.parametrize(("lines", "code"), [((), 0), (("",), 0), (("14", ""), 1), (("14",), 1)])
def test_nothing_is_typed(typing: Run, lines: tuple[str, ...], code: int) -> None:
    assert typing(*lines).code == code


# What the lessons send their reader to.


def commands(number: int) -> list[str]:
    return [line for part in lesson(number).parts if isinstance(part, Commands) for line in part.lines]


LIGHT = [line for number in range(1, 12) for line in commands(number)]  # the last one trains


def test_commands_are_there() -> None:
    """Every command that a lesson names exists, with its options."""
    for line in (*LIGHT, *ON_YOUR_OWN):
        name, *words = shlex.split(line)
        assert name == "striate"
        command: Any = program
        while hasattr(command, "list_commands"):
            assert words[0] in command.list_commands(None), line
            command = command.get_command(None, words.pop(0))
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if re.fullmatch("--?[a-z-]+", word)} <= options, line


RUN_HERE = [line for line in LIGHT if re.match("striate learn (conv|pool|calc)", line) and " -o " not in line]


@pytest.mark.parametrize("line", RUN_HERE)
def test_what_is_written_out_by_hand_runs(run: Run, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run(*shlex.split(line)[1:])
    assert ended.code == (1 if "--strict" in line else 0) and ended.out
