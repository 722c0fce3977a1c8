"""HTML from parts. What is a plain text is escaped; only `Markup` stands as it is."""

import base64
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape
from pathlib import Path

from striate.messages import language, render
from striate.views.columns import printable

STYLE = Path(__file__).with_name("style.css")
# Nothing is loaded and nothing runs, whatever a class or file may be called.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
LONGEST_NAME = 60  # characters of a user's name that are shown; all of it stands in the title
LONGEST_TITLE = 1000
NO_BREAK = "\u00a0"


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Part = str | None  # a plain text, or Markup; None is nothing


def tag(name: str, *inside: Part, **attributes: str | None) -> Markup:
    """An element. `class_` is the attribute class, an underscore else a hyphen; of value None it is left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_clean(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in ("img", "input", "meta"):
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{joined(*inside)}</{name}>")


def joined(*parts: Part) -> Markup:
    """Parts one behind the other."""
    return Markup("".join(part if isinstance(part, Markup) else _clean(part) for part in parts if part))


def _clean(text: str) -> str:
    """Escaped, and without characters that steer; `printable` takes a blank that does not break for one."""
    return escape(NO_BREAK.join(map(printable, text.split(NO_BREAK))))


def say(code: str, **fields: object) -> str:
    """A text of ours; a number and its percent sign stay on one line."""
    return render(code, fields).replace(" %", f"{NO_BREAK}%")


def percent(share: float | None, digits: int = 1) -> str:
    """87.0 %; of nothing a dash."""
    return "–" if share is None else f"{100 * share:.{digits}f}{NO_BREAK}%"


def name(text: str, longest: int = LONGEST_NAME) -> Markup:
    """A user's name: of a long one the beginning and the end, all of it where the pointer rests."""
    if len(text) <= longest:
        return tag("bdi", text)
    front = 2 * longest // 3
    shown = f"{text[:front]}…{text[front + 1 - longest :]}"
    return tag("bdi", shown, title=text[:LONGEST_TITLE])


def table(head: Sequence[Part], rows: Iterable[Sequence[Part]], numbers: Iterable[int] = ()) -> Markup:
    """A table that scrolls where it is too wide; the first column names the rows, those in `numbers` end alike."""
    right = set(numbers)

    def cell(kind: str, i: int, part: Part) -> Markup:
        scope = "col" if kind == "head" else "row" if i == 0 else None
        return tag("th" if scope else "td", part, class_="number" if i in right else None, scope=scope)

    heads = tag("tr", *(cell("head", i, part) for i, part in enumerate(head)))
    lines = [tag("tr", *(cell("row", i, part) for i, part in enumerate(row))) for row in rows]
    return tag("div", tag("table", tag("thead", heads), tag("tbody", *lines)), class_="wide")


def section(title: str, *parts: Part) -> Markup:
    """A part of the page with its heading."""
    return tag("section", tag("h2", title), *parts)


def folded(title: str, *parts: Part) -> Markup:
    """What is shown when its title is pressed."""
    return tag("details", tag("summary", title), *parts)


def _digest(script: str) -> str:
    return base64.b64encode(sha256(script.encode()).digest()).decode()


def document(title: str, *parts: Part, style: str = "", script: str = "") -> str:
    """The whole file, with more style; a script of ours runs when the page is there, and no other."""
    policy = f"{POLICY}; script-src 'sha256-{_digest(script)}'" if script else POLICY
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name_="color-scheme", content="light dark"),
        tag("title", title),
        Markup(f"<style>\n{STYLE.read_text(encoding='utf-8')}{style}</style>"),
    )
    runs = Markup(f"<script>{script}</script>") if script else None
    page = tag("html", head, tag("body", tag("main", *parts), runs), lang=language())
    return f"<!doctype html>\n{page}\n"
