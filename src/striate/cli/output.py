"""Where words go: results to stdout, everything else to stderr."""

import json
import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO, cast

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
    """Write data as JSON; indent None: on one line. What JSON has no number for is null."""
    encoding = sys.stdout.encoding if sys.stdout else ""
    # Letters stand as they are only where the stream can carry them all.
    plain = not encoding.lower().startswith("utf")
    try:
        text = json.dumps(data, ensure_ascii=plain, indent=indent, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(data), ensure_ascii=plain, indent=indent, allow_nan=False)
    write([text])


def _finite(data: object) -> object:
    """The same, null in the place of each number that is not finite."""
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    if isinstance(data, Mapping):
        return {key: _finite(value) for key, value in cast(Mapping[str, object], data).items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in cast(Sequence[object], data)]
    return data


def never_fail_to_encode(stream: TextIO | None) -> None:
    """Let a stream write what its encoding lacks as \\uXXXX instead of raising."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def may_colour(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal whose user has nothing against colours (no-color.org)."""
    return stream is not None and stream.isatty() and not os.environ.get("NO_COLOR")
