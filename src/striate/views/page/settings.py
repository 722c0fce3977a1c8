"""What a run was made with, as its settings file says it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from striate.views.page.html import Markup, folded, joined, say, section, tag

LAYERS, WHY = "layers", "why"
MOST_ITEMS = 12  # of a list
LONGEST = 400  # characters of a value


def settings_section(settings: Mapping[str, Any], network: Markup | None) -> Markup:
    """Each table of the settings, and the network layer by layer; names are those of the file."""
    why = _why(settings.get(WHY))
    named = {name: table for name, table in settings.items() if name not in (LAYERS, WHY)}
    tables = {name: cast(Mapping[str, Any], table) for name, table in named.items() if isinstance(table, Mapping)}
    loose = {name: value for name, value in named.items() if name not in tables}
    parts = [_table(name, table) for name, table in tables.items()]
    told = tag("div", *parts, *([_table("", loose)] if loose else []), class_="settings")
    shown = folded(say("page.network"), network) if network is not None else None
    return section(say("page.settings"), why, told, shown, tag("p", say("page.settings_file"), class_="note"))


def _why(reasons: object) -> Markup | None:
    """What was chosen for a reason, a line each."""
    if not isinstance(reasons, Mapping):
        return None
    pairs = cast(Mapping[str, object], reasons).items()
    listed = tag("dl", *(joined(tag("dt", key), tag("dd", _written(reason))) for key, reason in pairs))
    return tag("div", tag("h3", say("page.why")), listed, class_="why")


def _table(name: str, table: Mapping[str, Any]) -> Markup:
    rows = [joined(tag("dt", key), tag("dd", _written(value))) for key, value in table.items()]
    return tag("div", tag("h3", name) if name else None, tag("dl", *rows))


def _written(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Mapping):
        pairs = cast(Mapping[str, object], value).items()
        return _cut(", ".join(f"{key} = {_written(each)}" for key, each in pairs))
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = cast(Sequence[object], value)
        shown = ", ".join(map(_written, items[:MOST_ITEMS]))
        return _cut(shown if len(items) <= MOST_ITEMS else f"{shown}, … ({len(items):,})")
    return _cut(str(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
