"""TOML that may come from anybody: read in bounded time, and refused as one kind of error."""

import re
import tomllib
from typing import Any

LARGEST = 2**20  # characters: far more than the largest network or the settings of a run need
DEEPEST = 32  # parts of a dotted name

# Texts and remarks, in which dots are nothing but dots; then a name of many parts. Source: TOML 1.0.0.
_QUIET = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)'
    r"|'''(?:[^']|'(?!''))*+(?:'''|\Z)"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|\#[^\n]*+",
    re.DOTALL,
)
_DEEP = re.compile(rf"(?<![\w.-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{DEEPEST}}}")


def parsed(text: str) -> dict[str, Any]:
    """The document. Raises `ValueError` where it is none, also where it is too long or nested too deeply.

    Python's parser takes time and memory that grow with the square of a dotted name's parts: 40 KB take a minute.
    """
    if len(text) > LARGEST:
        raise ValueError(f"{len(text)} > {LARGEST}")
    if _DEEP.search(_QUIET.sub("_", text)):
        raise ValueError(f"a.b.c ... > {DEEPEST}")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError(str(error)) from error
