"""The command line's foundation: help in both languages, mistakes in a line, exit codes, streams."""

import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import pytest

from striate.cli import main as main_module
from striate.cli.guard import language_asked_for
from striate.cli.learn.group import learn
from striate.cli.main import COMMANDS
from striate.cli.output import write
from striate.cli.readers import Number, OneOf, Place, Text, Whole
from striate.cli.ui import Command, Group, argument, command, flag, json_flag, option
from striate.messages.render import language, render
from striate.version import __version__

Run = Callable[..., Any]
Process = Callable[..., Any]
HANGUL = re.compile("[가-힣]")


def test_help_lists_every_command(run: Run) -> None:
    ended = run("--help")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Usage: striate [OPTIONS] COMMAND\n")
    listed = ended.out.split("Commands:\n")[1].split("\n\n")[0]
    assert [line.split()[0] for line in listed.splitlines() if line[2] != " "] == list(COMMANDS)
    assert max(map(len, ended.out.splitlines())) <= 80


def test_help_in_korean(run: Run) -> None:
    out = run("--help", "--lang", "ko").out
    assert out.startswith("사용법: striate [옵션] 명령\n")
    options = out.split("옵션:\n")[1].splitlines()
    assert all(HANGUL.search(line) for line in options)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("name", [name for name in COMMANDS if find_spec(f"striate.cli.{name}")])
def test_every_command_has_its_texts(run: Run, name: str, language: str) -> None:
    found = getattr(import_module(f"striate.cli.{name}"), name)
    below = found.commands.items() if isinstance(found, Group) else []
    for line, each in [(name, found), *((f"{name} {inner}", each) for inner, each in below)]:
        out = run(*line.split(), "--help", "--lang", language).out
        for param in each.params:
            assert (param.human_readable_name if isinstance(param, click.Argument) else param.opts[-1]) in out
        assert bool(HANGUL.search(out)) == (language == "ko")


def test_commands_are_imported_when_they_are_called() -> None:
    # `striate` itself is set aside: what it imports is for its own test.
    code = f"""
import sys, types
striate = sys.modules["striate"] = types.ModuleType("striate")
striate.__path__ = [{str(Path(main_module.__file__).parents[1])!r}]
from striate.cli.main import COMMANDS, program
try:
    program.main(["--help"])
except SystemExit:
    pass
heavy = {{"numpy", "rich", "matplotlib", "sklearn", "PIL"}} | {{f"striate.cli.{{name}}" for name in COMMANDS}}
print("loaded:", sorted(heavy & set(sys.modules)))
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.endswith("loaded: []\n")


def test_alone_it_shows_its_help_as_wrong_use(run: Run) -> None:
    for line in ([], ["--lang", "en"], ["learn"]):
        ended = run(*line)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith("Usage: striate")


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"striate {__version__}\n", "")


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("learn calc --lang ko", "ko"),
        ("--lang ko learn", "ko"),
        ("learn --lang=ko calc", "ko"),
        ("--lang ko learn calc --lang en", "en"),
        ("--lang=en learn --lang ko", "ko"),
        ("learn -- --lang ko", None),
        ("learn --lang fr", None),
        ("learn --lang", None),
        ("learn", None),
    ],
)
def test_language_may_stand_anywhere(line: str, language: str | None) -> None:
    assert language_asked_for(line.split()) == language


def test_language_of_a_mistake_is_that_of_the_line(run: Run) -> None:
    assert run("learn", "cals", "--lang", "ko").err.startswith("오류: ")
    assert run("--lang", "ko", "learn", "calc", "--nn").err.startswith("오류: ")
    assert run("learn", "cals").err.startswith("error: ")


def test_language_lasts_for_one_run(run: Run) -> None:
    run("--help", "--lang", "ko")
    assert language() == "en"
    assert run("--help").out.startswith("Usage:")


@pytest.mark.parametrize(("value", "first"), [("ko_KR.UTF-8", "사용법"), ("en_US.UTF-8", "Usage"), ("de_DE", "Usage")])
def test_language_of_the_locale(process: Process, value: str, first: str) -> None:
    out, _ = process("--help", LC_ALL=value, PYTHONIOENCODING="utf-8").communicate()
    assert out.decode().startswith(first)


def with_parameters() -> Command:
    @command("probe")
    @argument("data", Place())
    @argument("more", Text(), many=True, required=False)
    @option("-n", "--number", reader=Whole(), default=3)
    @option("--rate", reader=Number(), required=True)
    @option("--name", reader=OneOf(("adam", "sgd")), default="sgd")
    @option("--each", reader=Whole(0), multiple=True)
    @option("--file", reader=Place())
    @flag("--loud")
    @json_flag
    def probe(
        data: Path,
        more: tuple[str, ...],
        number: int,
        rate: float,
        name: str,
        each: tuple[int, ...],
        file: Path | None,
        loud: bool,
        json: bool,
    ) -> None:
        write([repr((data, more, number, rate, name, each, file, loud, json))])

    return probe


def test_values_are_read(run: Run, probe: Callable[[Command], None]) -> None:
    probe(with_parameters())
    assert (
        run("probe", "there", "--rate", "1e-3").out
        == f"{(Path('there'), (), 3, 0.001, 'sgd', (), None, False, False)}\n"
    )
    words = "probe there a b -n -4 --rate=2 --name adam --each 1 --each 2 --file f --loud --json"
    expected = (Path("there"), ("a", "b"), -4, 2.0, "adam", (1, 2), Path("f"), True, True)
    assert run(*words.split()).out == f"{expected}\n"


def test_help_of_a_command(run: Run, probe: Callable[[Command], None]) -> None:
    probe(with_parameters())
    out = run("probe", "--help").out
    assert out.startswith("Usage: striate probe [OPTIONS] DATA [MORE...]\n\n  the help\n\nArguments:\n")
    assert "  DATA       the data\n  [MORE...]  the more\n" in out
    assert re.search(r"^  -n, --number N +the number \(default: 3\)$", out, re.MULTILINE)
    assert re.search(r"^  --rate X +the rate \(required\)$", out, re.MULTILINE)
    assert re.search(r"^  --name adam\|sgd +the name \(default: sgd\)$", out, re.MULTILINE)
    assert re.search(r"^  --file PATH +the file$", out, re.MULTILINE)
    assert re.search(r"^  --each N +the each$", out, re.MULTILINE)
    assert re.search(r"^  --loud +the loud$", out, re.MULTILINE)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("line", "code", "fields"),
    [
        ("trian", "name.unknown_did_you_mean", {"kind": "kind.command", "name": "trian", "close": ["train"]}),
        ("xyz", "name.unknown", {"kind": "kind.command", "name": "xyz"}),
        ("--vers", "usage.no_such_option_did_you_mean", {"where": "striate", "name": "--vers", "close": ["--version"]}),
        ("probe --zzz", "usage.no_such_option", {"name": "--zzz"}),
        ("probe -x", "usage.no_such_option", {"name": "-x"}),
        ("probe --rat 1", "usage.no_such_option_did_you_mean", {"name": "--rat", "close": ["--rate"]}),
        ("probe d", "usage.missing", {"setting": "--rate"}),
        ("probe --rate 1", "usage.missing", {"setting": "DATA"}),
        ("probe d --rate", "usage.needs_a_value", {"setting": "--rate"}),
        ("probe d --loud=1", "usage.takes_no_value", {"setting": "--loud"}),
        ("probe d --rate x", "usage.number", {"setting": "--rate", "came": "x"}),
        ("probe d --rate nan", "usage.number", {"setting": "--rate", "came": "nan"}),
        ("probe d --rate 1 -n 1.5", "usage.whole", {"setting": "--number", "came": "1.5"}),
        ("probe d --rate 1 --each -1", "usage.whole_from", {"setting": "--each", "came": "-1", "minimum": 0}),
        (
            "probe d --rate 1 --name Adam",
            "usage.one_of",
            {"setting": "--name", "came": "Adam", "known": ["adam", "sgd"]},
        ),
        ("probe d --rate 1 --file=", "usage.empty", {"setting": "--file", "came": ""}),
        ("learn calc 7 3 --n 1 --f 1", "usage.left_over", {"where": "striate learn calc", "came": ["7", "3"]}),
        ("learn clac", "name.unknown_did_you_mean", {"kind": "kind.command", "name": "clac", "close": ["calc"]}),
    ],
)
def test_mistakes_in_a_line(
    run: Run, probe: Callable[[Command], None], line: str, code: str, fields: dict[str, object], language: str
) -> None:
    probe(with_parameters())
    below = list(learn.names) if line.startswith("learn") else [*COMMANDS, "probe"]
    said = render(code, {"where": "striate probe", "known": sorted(below), **fields}, language)
    mark = {"en": "error", "ko": "오류"}[language]
    assert run("--lang", language, *line.split()) == (2, "", f"{mark}: {said}\n")


def test_an_option_given_twice_is_said(run: Run, probe: Callable[[Command], None]) -> None:
    probe(with_parameters())
    words = "probe there --rate 1 -n 4 --number 5 -n 6 --each 1 --each 2 --loud --loud"
    done = run(*words.split())
    assert done.out == f"{(Path('there'), (), 6, 1.0, 'sgd', (1, 2), None, True, False)}\n"
    assert done.err == "note: striate probe: --number is given more than once; the last one counts.\n"


def test_sentences_once_per_language(run: Run) -> None:
    assert run("trian").err == (
        "error: There is no command 'trian'; did you mean 'train'? "
        "Known: 'cache', 'check', 'data', 'demo', 'evaluate', 'info', 'learn', 'look', 'predict', 'resume', "
        "'smile', 'summary', 'train'.\n"
    )
    assert run("learn", "calc", "--lang", "ko").err == (
        "오류: striate learn calc: 꼭 필요한 --n이 빠졌습니다. "
        "'striate learn calc --help'로 쓰는 법을 볼 수 있습니다.\n"
    )
