"""What an archive's table of contents comes to, whatever its kind, and the checks that all names go through."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.errors import DataError, Notice

# Where a member's bytes stand: the offset of its local header, or of the bytes themselves where `method` is PLAIN.
ROW = np.dtype([("offset", "i8"), ("packed", "i8"), ("size", "i8"), ("crc", "u4"), ("method", "u2")])
PLAIN = 0xFFFF

HANGUL_SHARE = 0.8  # of the letters beyond ASCII, where names without a word on their coding are taken for Korean


@dataclass(frozen=True, eq=False)
class Members:
    """The files of an archive by their names, "/" between folders, and a row of `ROW` for each.

    `folders` are those that are named, `links` what is neither file nor folder.
    """

    names: list[str]
    rows: NDArray[Any]
    folders: list[str]
    links: list[str]
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class RawName:
    """A name as an archive has it; `text` where the archive says how it is written."""

    data: bytes
    text: str | None = None


def read_names(archive: str, raw: Sequence[RawName]) -> tuple[list[str], tuple[Notice, ...]]:
    """The names as texts, none of which leads out of the archive. Raises `DataError`.

    What is not said to be UTF-8 is read, all alike, as UTF-8 if it can be (macOS packs so), else as CP949 if that gives
    mostly the 2,350 usual syllables of Hangul (Windows in Korean packs so), else as CP437, as the format has it.
    """
    unsaid = [name.data for name in raw if name.text is None and not name.data.isascii()]
    coding = _coding(unsaid)
    texts = [name.data.decode(coding, "replace") if name.text is None else name.text for name in raw]
    notices = ()
    if coding != "utf-8":
        shown = unsaid[0].decode(coding, "replace")
        notices = (Notice("archive.names_guessed", file=archive, coding=coding.upper(), shown=shown),)
    return [_inside(archive, text) for text in texts], notices


def _coding(names: Sequence[bytes]) -> str:
    for coding in ("utf-8", "cp949"):
        try:
            texts = "".join(name.decode(coding) for name in names)
        except UnicodeDecodeError:
            continue
        if coding == "utf-8" or _is_korean(texts):
            return coding
    return "cp437"


def _is_korean(text: str) -> bool:
    """Whether the letters beyond ASCII are syllables of KS X 1001, which other codings' bytes seldom come to."""
    letters = [letter for letter in text if not letter.isascii()]
    usual = sum("가" <= letter <= "힣" and len(letter.encode("euc_kr", "ignore")) == 2 for letter in letters)
    return usual >= HANGUL_SHARE * len(letters)


def _inside(archive: str, name: str) -> str:
    """A member's path in one form. Raises `DataError` for one that would lead out of the archive."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or name.startswith("/") or "\0" in name or re.match("[A-Za-z]:", name):
        raise DataError("archive.escapes", file=archive, member=name)
    return "/".join(parts)
