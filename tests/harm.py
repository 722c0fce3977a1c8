"""Ways to harm a file, the same ones each time for the same seed: in its bytes, its numbers, its words, its JSON."""

import random
import re
import struct
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

# Numbers that sizes and counts are compared with, one off them, and the ends of what a field can hold.
NUMBERS = (0, 1, 2, 7, 255, 256, 512, 2**15, 2**16 - 1, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**40, 2**63 - 1)
FIELDS = ("B", "<H", ">H", "<I", ">I", "<Q", ">Q")

JUNK: list[Any] = [
    None, True, 0, -1, 1, 2, 7, 2**31, 2**64, 0.5, 1e308, float("nan"), float("inf"),
    "", "relu", "x" * 999, "\ud800", "..", [], [0], [[1]], {}, {"a": 1},
]  # fmt: skip

# What may stand in the place of a word: of a number, a text, a list in TOML, CSV or a list of files.
WORDS = (
    b"", b"0", b"-1", b"1", b"3", b"true", b"9" * 30, b"9" * 5000, b"0x10", b"1e999", b"nan", b"-inf", b'""', b'"relu"',
    b'"\\ud800"', b"'", b'"', b'"""', b"[]", b"[1, [2]]", b"[" * 3000, b"{}", b"{a = " * 2000, b"a." * 3000,
    b"1979-05-27", b"1979-99-99T25:61:61", b"\xff", b"\0", b"\xef\xbb\xbf", b"\r", b"\n", b"=", b"#", b"[[layers]]",
    b"../../x", b"\xed\xa0\x80", "가".encode("cp949"), b",", b"\t# ",
)  # fmt: skip


def harmed(data: bytes, rng: random.Random) -> bytes:
    """Up to four changes of the bytes."""
    found = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        _change_bytes(found, rng)
    return bytes(found)


def _change_bytes(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data) + 1)
    match rng.randrange(8):
        case 0 if at < len(data):
            data[at] = rng.randrange(256)
        case 1 if at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        case 2:
            del data[at : at + rng.randint(1, 9)]
        case 3:
            data[at:at] = rng.randbytes(rng.randint(1, 9))
        case 4:
            del data[at:]
        case 5:
            data[at:at] = data[(begin := rng.randrange(len(data) + 1)) : begin + rng.randint(1, 200)]
        case _:
            put_number(data, at, rng)


def put_number(data: bytearray, at: int, rng: random.Random) -> None:
    """Write a number that somebody may compare with over a field."""
    field = rng.choice(FIELDS)
    number = (rng.choice(NUMBERS) + rng.choice((0, 0, -1, 1))) % (1 << 8 * struct.calcsize(field))
    data[at : at + struct.calcsize(field)] = struct.pack(field, number)


def reworded(text: bytes, rng: random.Random) -> bytes:
    """Up to three changes of words and lines: replaced, doubled, left out, put elsewhere."""
    for _ in range(rng.randint(1, 3)):
        by = rng.choice((rb"([\s=,\[\]]+)", rb"(\n)"))
        pieces = re.split(by, text)
        at, other = rng.randrange(len(pieces)), rng.randrange(len(pieces))
        match rng.randrange(5):
            case 0 | 1:
                pieces[at] = rng.choice(WORDS)
            case 2:
                pieces[at] = pieces[other]
            case 3:
                del pieces[at]
            case _:
                pieces.insert(at, pieces[other])
        text = b"".join(pieces)
    return text


def change_somewhere(tree: Any, rng: random.Random) -> None:
    """Replace, remove or double one value of a JSON document, anywhere."""
    places = list(_places(tree))
    if not places:
        return
    holder, key = rng.choice(places)
    match rng.randrange(3):
        case 0:
            holder[key] = rng.choice(JUNK)
        case 1:
            del holder[key]
        case _ if isinstance(holder, list):
            holder.insert(rng.randrange(len(holder) + 1), deepcopy(holder[key]))
        case _:
            holder[rng.choice(list(holder))] = deepcopy(holder[key])


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every value of a document, as what holds it and its key there."""
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from _places(tree[key])
