"""How a run ends: every exit code, and what of an error is shown to whom."""

import errno
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from itertools import pairwise
from pathlib import Path
from typing import TextIO

import click

from striate.cli.output import aside, never_fail_to_encode, write_aside
from striate.errors import Notice, SettingError, StriateError, TrainingError, UnknownNameError
from striate.messages import LANGUAGES, speak
from striate.training.interrupts import Interrupted
from striate.views.columns import printable

SIGNALLED = 128


class Code(IntEnum):
    """What the exit code says."""

    DONE = 0
    PROBLEMS = 1  # ran, and found problems in what it was to judge
    WRONG_USE = 2
    BAD_DATA = 3  # also a model, file or installation that cannot be used
    TRAINING_FAILED = 4
    BUG = 70  # EX_SOFTWARE of sysexits.h
    STOPPED = 130  # 128 + SIGINT, as shells have it; other signals that are heard likewise
    READER_GONE = 141  # 128 + SIGPIPE: `striate ... | head` had enough


def supervised(arguments: Sequence[str], run: Callable[[], object]) -> int:
    """Run a command line in its language and return its exit code; what `run` returns is one, or None for 0.

    A mistake of the user's is one line on stderr; a traceback appears only with --debug.
    """
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    never_fail_to_encode(sys.stdout)
    never_fail_to_encode(sys.stderr)
    speak(language_asked_for(arguments))
    with _notices_on_stderr():
        try:
            code = run()
            _flush()
            return code if isinstance(code, int) else Code.DONE
        except Exception as error:
            if "--debug" in before_dashes(arguments):
                traceback.print_exc()
            code = _explained(error)
            for note in getattr(error, "__notes__", []):
                write_aside([printable(note)])
            return code
        except KeyboardInterrupt as error:
            return _stopped(error)
        finally:
            speak(None)  # --lang holds for one line


def _nowhere() -> TextIO:
    """In place of a stream that was closed by `>&-`."""
    return Path(os.devnull).open("w", encoding="utf-8")


def language_asked_for(arguments: Sequence[str]) -> str | None:
    """The value of the last --lang on the line, wherever it stands, if it is a language.

    Looked for ahead of parsing, so that mistakes in the line are told in that language, too.
    """
    words = [word for argument in before_dashes(arguments) for word in argument.split("=", maxsplit=1)]
    asked = [value for option, value in pairwise(words) if option == "--lang" and value in LANGUAGES]
    return asked[-1] if asked else None


def before_dashes(arguments: Sequence[str]) -> Sequence[str]:
    """The part of a line where options can stand: what comes before `--`."""
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


def _stopped(cause: BaseException | None) -> int:
    """What asked for the end, as shells have it: 128 + the number of the signal."""
    aside("cli.stopped")
    return SIGNALLED + cause.number if isinstance(cause, Interrupted) else Code.STOPPED


def _explained(error: Exception) -> int:
    """Say on stderr what went wrong, and return the exit code for it."""
    match error:
        case StriateError():
            _say_error(str(error))
            if "autopsy" in error.fields:
                _say_autopsy(error)
            return _code(error)
        case click.Abort():
            return _stopped(error.__cause__)
        case OSError(errno=errno.EPIPE):
            _drop_output()
            return Code.READER_GONE
        case OSError(errno=int()):  # one that the system gave: a full disk, a folder without permission
            _drop_output()
            refused = "cli.system_refuses" if error.filename else "cli.output_refused"
            aside(refused, reason=error.strerror, file=error.filename)
            return Code.BAD_DATA
        case MemoryError():
            aside("cli.out_of_memory")
            return Code.BAD_DATA
        case _:
            aside("cli.bug", kind=type(error).__name__, text=printable(str(error)))
            return Code.BUG


def _say_error(text: str) -> None:
    aside("cli.error", text="\n".join(map(printable, text.splitlines())))


def _say_autopsy(error: StriateError) -> None:
    # Not above: every command begins with this file, and few end so.
    from striate.training.autopsy import autopsy_of
    from striate.views.autopsy import autopsy_lines

    if autopsy := autopsy_of(error):
        write_aside(autopsy_lines(autopsy))


def _code(error: StriateError) -> Code:
    match error:
        case SettingError() | UnknownNameError():
            return Code.WRONG_USE
        case TrainingError():
            return Code.TRAINING_FAILED
        case _:
            return Code.BAD_DATA


@contextmanager
def _notices_on_stderr() -> Generator[None]:
    """Show each notice once, as a line on stderr, and leave other warnings to Python."""
    said: set[str] = set()
    with warnings.catch_warnings():
        others = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if not isinstance(message, Notice):
                others(message, category, filename, lineno, file, line)
            elif (text := str(message)) not in said:
                said.add(text)
                aside("cli.note", text=printable(text))

        warnings.simplefilter("always", Notice)
        warnings.showwarning = show
        yield


def _flush() -> None:
    if sys.stdout is not None:  # closed by `>&-`
        sys.stdout.flush()


def _drop_output() -> None:
    """Give what is left in the buffer to nobody, else Python tries once more while it ends, and complains."""
    try:
        _flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
