"""From a code and its fields to a sentence, in the reader's language."""

import locale
import os
import re
import string
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from pathlib import PurePath
from pkgutil import iter_modules
from typing import Any, cast

LANGUAGES = ("en", "ko")
MOST_STEPS = 40  # of a walk through a network
LONGEST = 2000  # letters of one value in a sentence

_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))

_spoken: str | None = None


def speak(language: str | None) -> None:
    """Show texts in this language from now on ("en" or "ko"; None: as the locale says)."""
    if language not in (*LANGUAGES, None):
        raise ValueError(f"language: required is one of {LANGUAGES} or None, got {language!r}")
    global _spoken  # a reader has one language; no result depends on it
    _spoken = language


def language() -> str:
    """The language that texts are shown in: the one chosen by `speak`, else the locale's, else English."""
    return _spoken or _locale_language()


def _locale_language() -> str:
    # POSIX: the first of these that is set decides about messages.
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return "ko" if value.lower().startswith("ko") else "en"
    spoken = locale.getlocale()[0] or ""
    return "ko" if spoken.lower().startswith("ko") else "en"


def render(code: str, fields: Mapping[str, object] | None = None, language_: str | None = None) -> str:
    """The text of a code with its fields filled in."""
    shown_in = language_ or language()
    return _Formatter(shown_in).vformat(texts(shown_in)[code], (), fields or {})


@cache
def texts(language: str) -> Mapping[str, str]:
    """All texts of one language: the table is kept in one file per topic."""
    package = import_module(f"striate.messages.{language}")
    table: dict[str, str] = {}
    for topic in iter_modules(package.__path__):
        table |= cast(Mapping[str, str], import_module(f"{package.__name__}.{topic.name}").TEXTS)
    return table


class _Formatter(string.Formatter):
    """str.format with what our fields need.

    Beyond Python's own format specs:

    - `size`: (28, 28, 1) as 28x28x1
    - `list`: the items, joined by commas
    - `quoted`: the items in quotes, joined by commas
    - `text`: the value is a code itself; its text
    - `names`: names of layers, those counted on from each other together: conv1 to conv4 and pool4
    - `each`: [(code, fields), ...] as their texts, with semicolons between
    - `walk`: [("input1", (28, 28, 1)), ("conv1", (26, 26, 8))] as 28 -conv1-> 26
    - `bytes`: a number of bytes as a person says it: 1 byte, 3.4 kB, 203 MB
    - `duration`: a number of seconds as a person says it: 3.1 seconds, 2 minutes, 2.5 hours
    - two English wordings: the value, then the first of them behind a 1, else the second: `{count:file/files}`,
      `{count:picture is/pictures are}`; after another spec and a bar: `{count:,|file/files}`
    - a pair of Korean particles (`은/는`, `이/가`, `을/를`, `과/와`, `으로/로`): the value, then the particle that its
      last sound asks for; after another spec and a bar: `{shape:size|이/가}`
    """

    def __init__(self, language: str) -> None:
        self._language = language

    def format_field(self, value: object, format_spec: str) -> str:
        spec, _, particles = format_spec.rpartition("|") if "|" in format_spec else ("", "", format_spec)
        if particles in _PARTICLES:
            shown = self._shown(value, spec)
            return shown + _particle(shown, particles)
        one, is_pair, many = particles.partition("/")
        if not is_pair:
            return self._shown(value, format_spec)
        shown = self._shown(value, spec)
        return f"{shown} {one if shown == '1' else many}"

    def _shown(self, value: object, spec: str) -> str:
        text = self._text(value, spec)
        if len(text) > LONGEST:  # what a hostile file holds may be of any length
            return f"{text[: LONGEST // 2]} ... {text[-LONGEST // 4 :]}"
        return text

    def _text(self, value: object, spec: str) -> str:
        match spec:
            case "size" if value == ():
                return "()"
            case "size":
                return "x".join(_number(n) for n in _items(value))
            case "list":
                return ", ".join(str(item) for item in _items(value))
            case "quoted":
                return ", ".join(f"'{_in_line(item)}'" for item in _items(value))
            case "names":
                return self._named(cast("list[str]", value))
            case "each":
                texts = cast("list[tuple[str, Mapping[str, object]]]", value)
                return "; ".join(render(code, fields, self._language) for code, fields in texts)
            case "walk":
                return _walk(cast("list[tuple[str, tuple[int, ...]]]", value))
            case "text":
                return render(str(value), None, self._language)
            case "bytes":
                return self._bytes(cast(int, value))
            case "duration":
                return self._duration(cast(float, value))
            case "" if isinstance(value, float):
                return f"{value:g}"
            case "" if isinstance(value, PurePath):
                return _in_line(value)
            case _:
                return cast(str, super().format_field(value, spec))

    def _bytes(self, count: int) -> str:
        for unit, name in _UNITS:
            if count >= unit:
                return f"{count / unit:,.{0 if count >= 10 * unit else 1}f} {name}"
        return render("bytes", {"count": count}, self._language)

    def _duration(self, seconds: float) -> str:
        for unit, code in ((3600, "duration.hours"), (60, "duration.minutes")):
            if seconds >= 1.5 * unit:
                return render(code, {"count": seconds / unit}, self._language)
        return render("duration.seconds", {"count": seconds}, self._language)

    def _named(self, names: list[str]) -> str:
        parts = [
            render("names.run", {"first": run[0], "last": run[-1]}, self._language) if len(run) > 2 else ", ".join(run)
            for run in _runs(names)
        ]
        *front, last = ", ".join(parts).rsplit(", ", 1)
        return render("names.and", {"front": front[0], "last": last}, self._language) if front else last


def _in_line(name: object) -> str:
    """A name, of a file say, that could else begin a line of its own, or steer a terminal."""
    return "".join(c if c.isprintable() else "?" for c in str(name))


def _runs(names: list[str]) -> list[list[str]]:
    """Names by their stem, cut where a number does not follow the last: [[conv1, conv2, conv3], [conv5], [pool3]].

    Where no three follow each other they stay in the order they came.
    """
    parted = [re.fullmatch(r"(.*?)(\d{0,9})", name, re.DOTALL) for name in names]
    keyed = [(match[1], int(match[2] or 0), name) for match, name in zip(parted, names, strict=True) if match]
    stems = list(dict.fromkeys(stem for stem, _, _ in keyed))
    runs: list[list[str]] = []
    last: tuple[str, int] | None = None
    for stem, number, name in sorted(keyed, key=lambda each: stems.index(each[0])):
        if last == (stem, number - 1) and number > 1:
            runs[-1].append(name)
        else:
            runs.append([name])
        last = stem, number
    return runs if max(map(len, runs), default=0) > 2 else [[name] for name in names]


def _items(value: object) -> Iterable[Any]:
    return cast(Iterable[Any], value) if isinstance(value, Iterable) and not isinstance(value, str) else (value,)


def _number(n: object) -> str:
    """A size; one that is open, None, as a question mark."""
    return "?" if n is None else str(n)


def _walk(steps: list[tuple[str, tuple[int, ...]]]) -> str:
    def size(shape: tuple[int, ...]) -> str:
        return _number(shape[0]) if len(set(shape[:2])) == 1 else "x".join(map(_number, shape[:2]))

    arrows = [f" -{name}-> {size(shape)}" for name, shape in steps[1:]]
    if len(arrows) > MOST_STEPS:
        arrows[MOST_STEPS // 2 : -MOST_STEPS // 2] = [" ..."]
    return size(steps[0][1]) + "".join(arrows)


_PARTICLES = ("은/는", "이/가", "을/를", "과/와", "으로/로", "이라/라")
_FIRST_SYLLABLE, _LAST_SYLLABLE = ord("가"), ord("힣")
_FINALS = 28  # a Hangul syllable's number modulo 28 is its final consonant, 0: none
_FINAL_L = 8
# How what ends in a digit or in Latin letters is read aloud: with a final consonant ("l": with a final ㄹ) or without.
_READ_AS = (
    (r"[036]$|[MN]$|\b[mn]$|[mn]e?$|[aeiou]ng$|out$|ic$|[aeiou]ck$|(?<![aeiou])[aeiou][ptk]$", "yes"),
    (r"[178]$|[lL]$|(?<!E)R$|\b(?:lr|r|str)$|(?<=[a-z])le$", "l"),
)


def _particle(word: str, particles: str) -> str:
    """Which of two particles follows a word: the first after a final consonant; 로 also after a final ㄹ."""
    with_final, without_final = particles.split("/")
    final = _final(word)
    if final == "yes" or (final == "l" and with_final != "으로"):
        return with_final
    return without_final


def _final(word: str) -> str:
    spoken = word.rstrip("'\")]}»” .")
    if spoken and _FIRST_SYLLABLE <= ord(spoken[-1]) <= _LAST_SYLLABLE:
        consonant = (ord(spoken[-1]) - _FIRST_SYLLABLE) % _FINALS
        return "no" if consonant == 0 else "l" if consonant == _FINAL_L else "yes"
    return next((final for pattern, final in _READ_AS if re.search(pattern, spoken)), "no")
