"""Where words go: results to stdout, everything else to stderr."""

import json
import os
import sys
from collections.abc import Iterable
from typing import TextIO

from striate.messages import render


def say(code: str, /, **fields: object) -> None:
    """Write the text of a code as a result."""
    write([render(code, fields)])


def aside(code: str, /, **fields: object) -> None:
    """Write the text of a code to stderr: what is no result."""
    write_aside([render(code, fields)])


def write(lines: Iterable[str]) -> None:
    """Write lines as a result."""
    _write(lines, sys.stdout)


def write_aside(lines: Iterable[str]) -> None:
    """Write lines to stderr."""
    _write(lines, sys.stderr)


def _write(lines: Iterable[str], stream: TextIO | None) -> None:
    if stream is not None:  # closed by `>&-`
        # Not click.echo, which takes ASCII for a mistake of the system's and writes UTF-8.
        print("\n".join(lines), file=stream, flush=True)


def write_json(data: object, *, indent: int | None = 2) -> None:
    """Write data as JSON; indent None: on one line."""
    encoding = sys.stdout.encoding if sys.stdout else ""
    # Letters stand as they are only where the stream can carry them all.
    write([json.dumps(data, ensure_ascii=not encoding.lower().startswith("utf"), indent=indent)])


def never_fail_to_encode(stream: TextIO | None) -> None:
    """Let a stream write what its encoding lacks as \\uXXXX instead of raising."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def may_colour(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal whose user has nothing against colours (no-color.org)."""
    return stream is not None and stream.isatty() and not os.environ.get("NO_COLOR")
