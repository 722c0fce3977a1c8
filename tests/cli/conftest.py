"""How the command line is run inside of a test, and as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from striate.cli import main as main_module
from striate.cli.main import COMMANDS, program
from striate.cli.ui import Command, command
from striate.engines.contract import Program
from striate.engines.native.engine import NativeEngine
from striate.engines.reference.program import ReferenceEngine
from striate.messages.render import texts

WHERE_STRIATE_IS = str(Path(main_module.__file__).parents[2])  # the one under test, installed or not


class Ended(NamedTuple):
    """What a run left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Run a line in this process, in English on a terminal of 80 columns."""
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("COLUMNS", "80")

    def run(*line: str) -> Ended:
        with pytest.raises(SystemExit) as ended:
            program.main(line)
        assert isinstance(ended.value.code, int)
        return Ended(int(ended.value.code), *capsys.readouterr())

    return run


def _asking(compiled: Callable[..., Program], asked: set[int | None]) -> Callable[..., Program]:
    def compile_(self: object, *args: Any, threads: int | None = None) -> Program:
        asked.add(threads)
        return compiled(self, *args, threads=threads)

    return compile_


@pytest.fixture
def threads_asked(monkeypatch: pytest.MonkeyPatch) -> set[int | None]:
    """How many threads the engine was asked to use, each number that ever came."""
    asked: set[int | None] = set()
    for kind in (NativeEngine, ReferenceEngine):
        monkeypatch.setattr(kind, "compile", _asking(kind.compile, asked))
    return asked


@pytest.fixture
def process() -> Generator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Start `python -m striate` with a line, with variables of the environment by name."""
    with ExitStack() as started:

        def start(*line: str, **variables: str) -> "subprocess.Popen[bytes]":
            # PYTHONUNBUFFERED and its like would hide what happens to a buffer that cannot be written.
            hidden = ("LC_", "LANG", "PYTHON")
            inherited = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
            return started.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "striate", *line],
                    env={**inherited, "PYTHONPATH": WHERE_STRIATE_IS, "LC_ALL": "C.UTF-8", **variables},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
            )

        yield start


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Callable[[Command], None]:
    """Give the program one more command, `probe`, for as long as a test runs."""

    def add(made: Command) -> None:
        module = ModuleType("striate.cli.probe")
        module.probe = made  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(program, "names", (*COMMANDS, "probe"))
        for spoken in ("en", "ko"):
            for code in ("help", *(param.name for param in made.params)):
                monkeypatch.setitem(texts(spoken), f"cli.probe.{code}", f"the {code}")  # type: ignore[arg-type]

    return add


@pytest.fixture
def does(probe: Callable[[Command], None]) -> Callable[[Callable[[], int | None]], None]:
    """Let `striate probe` call a function."""
    return lambda function: probe(command("probe")(lambda: function()))
