"""How a run ends: exit codes, one line for each mistake, notices, and streams that are strange or gone."""

import errno
import io
import json
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from striate.cli import main as main_module
from striate.cli.guard import Code
from striate.cli.main import program
from striate.cli.output import aside, say, write_json
from striate.errors import (
    DataError,
    FileError,
    GraphError,
    ModelFileError,
    Notice,
    SettingError,
    SizeError,
    StateError,
    StriateError,
    TrainingError,
    UnknownNameError,
)
from striate.messages.render import render

Run = Callable[..., Any]
Process = Callable[..., Any]
WHERE_STRIATE_IS = str(Path(main_module.__file__).parents[2])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingError("setting.twice", where="Conv2D", setting="a"), Code.WRONG_USE),
        (UnknownNameError("name.unknown", kind="kind.layer", name="x", known=["y"]), Code.WRONG_USE),
        (DataError("learn.empty", what="learn.picture"), Code.BAD_DATA),
        (SizeError("learn.only_padding", row=0, column=0), Code.BAD_DATA),
        (FileError("learn.empty", what="learn.picture"), Code.BAD_DATA),
        (ModelFileError("learn.empty", what="learn.picture"), Code.BAD_DATA),
        (GraphError("graph.no_layers"), Code.BAD_DATA),
        (StateError("graph.no_layers"), Code.BAD_DATA),
        (TrainingError("graph.no_layers"), Code.TRAINING_FAILED),
    ],
)
def test_exit_code_and_one_line_for_each_error(
    run: Run, does: Callable[..., None], error: StriateError, code: Code
) -> None:
    def fail() -> None:
        raise error

    does(fail)
    assert run("probe") == (code, "", f"error: {render(error.code, error.fields, 'en')}\n")


def test_exit_code_of_a_command_that_ends(run: Run, does: Callable[..., None]) -> None:
    does(lambda: None)
    assert run("probe") == (0, "", "")
    does(lambda: Code.PROBLEMS)
    assert run("probe") == (1, "", "")


def test_stopped(run: Run, does: Callable[..., None]) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    does(stop)
    ended = run("probe")
    assert (ended.code, ended.err.strip()) == (130, "Stopped.")


def test_what_nobody_foresaw_is_a_bug_of_ours(run: Run, does: Callable[..., None]) -> None:
    def fail() -> None:
        raise ZeroDivisionError("by\x1b[31m zero")

    does(fail)
    ended = run("probe")
    assert (ended.code, ended.out) == (70, "")
    assert (
        ended.err
        == "error: " + render("cli.bug", {"kind": "ZeroDivisionError", "text": "by?[31m zero"}, "en")[7:] + "\n"
    )
    shown = run("probe", "--debug")
    assert shown.code == 70
    assert "Traceback (most recent call last)" in shown.err
    assert shown.err.endswith(ended.err)


def test_what_steers_a_terminal_is_not_repeated(run: Run) -> None:
    assert "'?[31m2'" in run("learn", "conv", "--image", "\x1b[31m2", "--kernel", "1").err


def test_debug_shows_the_traceback_of_a_mistake(run: Run) -> None:
    line = ["learn", "calc", "--n", "3", "--f", "9"]
    assert "Traceback" not in run(*line).err
    for with_debug in (["--debug", *line], [*line, "--debug"]):
        shown = run(*with_debug)
        assert "SizeError" in shown.err
        assert shown.code == 3


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "error: the output cannot be written: No space left on device.",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "a"), "error: the system refuses (a): Permission denied."),
    ],
)
def test_what_the_system_refuses_is_no_bug(run: Run, does: Callable[..., None], error: OSError, said: str) -> None:
    def fail() -> None:
        raise error

    does(fail)
    assert run("probe") == (3, "", f"{said}\n")


def test_out_of_memory(run: Run, does: Callable[..., None]) -> None:
    def fail() -> None:
        raise MemoryError

    does(fail)
    assert run("probe") == (3, "", render("cli.out_of_memory", {}, "en") + "\n")


def test_each_notice_is_said_once(run: Run, does: Callable[..., None]) -> None:
    def warn() -> None:
        for setting in ("lr", "lr", "decay"):
            warnings.warn(Notice("setting.old_name", where="SGD", old=setting, new="x"), stacklevel=1)

    does(warn)
    for _ in range(2):  # the second run says them again
        err = run("probe").err
        assert err.splitlines() == [
            f"note: {render('setting.old_name', {'where': 'SGD', 'old': old, 'new': 'x'}, 'en')}"
            for old in ("lr", "decay")
        ]


def test_other_warnings_are_left_to_python(run: Run, does: Callable[..., None]) -> None:
    def warn() -> None:
        warnings.warn("foreign", DeprecationWarning, stacklevel=1)

    does(warn)
    assert "DeprecationWarning: foreign" in run("probe").err  # an error in these tests, so it ends the run


def test_results_and_asides(run: Run, does: Callable[..., None]) -> None:
    def speak() -> None:
        say("cli.version", version="1")
        aside("cli.note", text="2")

    does(speak)
    assert run("probe") == (0, "striate 1\n", "note: 2\n")


def test_click_testing_runs_it_as_a_shell_does() -> None:
    runner = CliRunner(env={"LC_ALL": "C"})
    assert runner.invoke(program, ["learn", "calc", "--n", "7", "--f", "3"]).exit_code == 0
    refused = runner.invoke(program, ["learn", "calc", "--n", "7", "--f", "3", "--s", "3", "--strict"])
    assert refused.exit_code == 1
    assert runner.invoke(program, ["nothing"]).exit_code == 2


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("--version", 0),
        ("learn calc --n 7 --f 3 --s 3 --strict", 1),
        ("nothing", 2),
        ("learn conv --image 1 --kernel 1,2", 3),
    ],
)
def test_exit_codes_of_a_process(process: Process, line: str, code: int) -> None:
    started = process(*line.split())
    _, err = started.communicate()
    assert started.returncode == code
    assert b"Traceback" not in err


def test_a_pipe_gets_no_control_characters(process: Process) -> None:
    for line in (["learn", "calc", "--n", "7", "--f", "3"], ["info"], ["--help"], ["nothing"]):
        for stream in process(*line, TERM="xterm-256color").communicate():
            assert re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", stream) is None


@pytest.mark.parametrize(
    "variables", [{"PYTHONIOENCODING": "ascii"}, {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}]
)
def test_korean_on_a_stream_of_ascii(process: Process, variables: dict[str, str]) -> None:
    started = process("--help", "--lang", "ko", **variables)
    out, err = started.communicate()
    assert (started.returncode, err) == (0, b"")
    assert out.decode("ascii").encode("ascii").decode("unicode_escape").startswith("사용법: striate")
    started = process("nothing", "--lang", "ko", **variables)
    _, err = started.communicate()
    assert started.returncode == 2
    assert err.startswith(rb"\uc624\ub958: ")


def test_json_on_a_stream_of_ascii_is_json(process: Process) -> None:
    out, _ = process("info", "--json", "--lang", "ko", PYTHONIOENCODING="ascii").communicate()
    assert json.loads(out)["language"] == "ko"


def test_json_has_no_letters_that_a_stream_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii", errors="backslashreplace"))
    write_json({"file": "고양이 \N{CAT FACE}"})  # beyond \\uXXXX: what backslashreplace makes of it is no JSON
    assert json.loads(written.getvalue()) == {"file": "고양이 \N{CAT FACE}"}


def test_json_has_no_numbers_that_are_not_finite(capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"losses": [0.5, float("inf")], "best": {"rate": float("nan")}, "epochs": 2})
    told = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert told == {"losses": [0.5, None], "best": {"rate": None}, "epochs": 2}


@pytest.mark.parametrize(
    "line", [["learn", "conv", "--image", "1", "--kernel", "1"], ["info"], ["--help"], ["--version"]]
)
def test_a_reader_that_has_enough(process: Process, line: list[str]) -> None:
    started = process(*line)
    started.stdout.close()  # long before the process writes
    assert started.stderr.read() == b""
    assert started.wait() == 141


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(("line", "closed", "code"), [("--help", ">&-", 0), ("nothing", "2>&-", 2)])
def test_streams_that_are_closed(line: str, closed: str, code: int) -> None:
    ended = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m striate {line} {closed}'],
        capture_output=True,
        env={"PYTHONPATH": WHERE_STRIATE_IS, "LC_ALL": "C.UTF-8"},
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (code, b"", b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a device that is always full")
def test_a_full_disk() -> None:
    with Path("/dev/full").open("wb") as full:
        command_line = [sys.executable, "-m", "striate", "learn", "calc", "--n", "7", "--f", "3"]
        environment = {"PYTHONPATH": WHERE_STRIATE_IS, "LC_ALL": "C.UTF-8"}
        ended = subprocess.run(command_line, stdout=full, stderr=subprocess.PIPE, env=environment, check=False)
    assert ended.returncode == 3
    assert ended.stderr.startswith(b"error: the output cannot be written")
    assert ended.stderr.count(b"\n") == 1
