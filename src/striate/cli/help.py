"""A page of help: how to call a command, what it is for, what it takes."""

from collections.abc import Sequence
from shutil import get_terminal_size

from striate.cli.layout import definitions, indented, wrapped
from striate.messages import render

NARROWEST, WIDEST = 60, 100  # cells: between them a page follows the terminal

Rows = Sequence[tuple[str, str]]


def page(usage: str, text: str, sections: Sequence[tuple[str, Rows]]) -> str:
    """The page. Each line of the text is a paragraph; one that begins with a blank stands as it is.

    Each section is the code of its heading and its rows; one without rows is left out.
    """
    cells = max(NARROWEST, min(get_terminal_size().columns, WIDEST)) - 2
    lines = [usage]
    for paragraph in text.split("\n"):
        # A line to be copied is not broken.
        lines += ["", *indented([paragraph] if paragraph.startswith(" ") else wrapped(paragraph, cells))]
    for heading, rows in sections:
        if rows:
            lines += ["", render(heading), *indented(definitions(rows, cells))]
    return "\n".join(lines)


def first_line(text: str) -> str:
    """What a list of commands says of one."""
    return text.partition("\n")[0]
