"""The mistakes that a model was surest of, with their pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from numpy.typing import NDArray

from striate.views.page.html import Markup, joined, name, percent, say, section, tag
from striate.views.page.pictures import data_uri, is_small

SHORT = 32  # characters of a name below a picture
PARTS_OF_PATH = 2  # the file and its folder


@dataclass(frozen=True, eq=False)
class Mistake:
    """A picture uint8 (H, W, 1 or 3), what it is, what the model took it for, how sure of that, where it came from."""

    picture: NDArray[Any]
    truth: str
    answer: str
    probability: float
    file: str | None
    number: int


def mistakes(shown: Sequence[Mistake], wrong: int) -> Markup:
    """The pictures side by side, out of so many that are wrong."""
    if not shown:
        return section(say("page.mistakes"), tag("p", say("page.no_mistakes")))
    note = tag("p", say("page.mistakes_shown", shown=len(shown), wrong=wrong), class_="note")
    return section(say("page.mistakes"), note, tag("div", *map(_mistake, shown), class_="pictures"))


def _mistake(mistake: Mistake) -> Markup:
    said = joined(
        tag("span", say("page.true"), " ", name(mistake.truth, SHORT)),
        tag("span", say("page.said"), " ", tag("b", name(mistake.answer, SHORT)), " ", percent(mistake.probability)),
        _origin(mistake),
    )
    alt = say("page.picture_of", truth=mistake.truth[:60])
    image = tag("img", src=data_uri(mistake.picture), alt=alt, class_="squares" if is_small(mistake.picture) else None)
    return tag("figure", image, tag("figcaption", said))


def _origin(mistake: Mistake) -> Markup:
    if mistake.file is None:
        return tag("small", say("page.number", number=mistake.number))
    short = "/".join(PurePath(mistake.file).parts[-PARTS_OF_PATH:])
    return tag("small", name(short), title=mistake.file[:1000])
