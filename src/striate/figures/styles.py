"""How each update rule is drawn: three cues, so that nobody has to tell nine of them by colour alone."""

from typing import NamedTuple

from striate.figures.canvas import BLUE, VERMILION


class Style(NamedTuple):
    """Colour, mark and dashes."""

    color: str
    marker: str
    line: str


# Okabe and Ito's colours; the yellow, pale on white, darkened.
STYLES = {
    "gd": Style("#000000", "o", "-"),
    "sgd": Style("#777777", "x", "-"),
    "momentum": Style(BLUE, "s", "-"),
    "nag": Style("#56b4e9", "D", "--"),
    "adagrad": Style("#b59f00", "v", "-"),
    "adadelta": Style("#e69f00", "^", "--"),
    "rmsprop": Style("#cc79a7", "P", "-"),
    "adam": Style(VERMILION, "p", "-"),
    "nadam": Style("#009e73", "h", "--"),
}
_OTHER = Style("#5b3a8c", "<", ":")


def style_of(name: str) -> Style:
    """How a rule is drawn."""
    return STYLES.get(name, _OTHER)
