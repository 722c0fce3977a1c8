"""The size and colour that pictures get when nobody says, and what reading changes in them: said in notices."""

from collections import Counter
from collections.abc import Sequence

from striate.data.images import CHANGES, Colour, Header, Pair
from striate.errors import Notice

# Pictures of one size stay as they are up to this side; larger ones cost a CPU more time than a first model is worth.
LARGEST_KEPT = 128
# The side that others get, if theirs are not shorter. Cats, faces and flowers are told apart at this size.
USUAL_SIDE = 96


def common_size(headers: Sequence[Header]) -> tuple[Pair, list[Notice]]:
    """The size that all pictures have, up to 128; else a square of 96 or, if less, of their median shorter side."""
    sizes = {header.size for header in headers}
    smallest, largest = min(sizes, key=_area), max(sizes, key=_area)
    if len(sizes) == 1 and max(largest) <= LARGEST_KEPT:
        return largest, []
    shorter = sorted(min(header.size) for header in headers)
    side = min(USUAL_SIDE, shorter[len(shorter) // 2])
    notice = Notice("data.size_chosen", smallest=smallest, largest=largest, size=(side, side))
    return (side, side), [notice]


def common_colour(headers: Sequence[Header]) -> tuple[Colour, list[Notice]]:
    """Grey if all are grey, else RGB; a notice if there are both."""
    grey = sum(header.colour == "grey" for header in headers)
    if grey == len(headers):
        return "grey", []
    notice = Notice("data.colour_chosen", grey=grey, rgb=len(headers) - grey)
    return "rgb", [notice] if grey else []


def changes(headers: Sequence[Header]) -> list[Notice]:
    """One notice of all that is done to pixels when the files are read, each kind with how many it is done to."""
    counted = Counter(change for header in headers for change in header.changes)
    kinds = [(f"picture.change.{change}", {"count": counted[change]}) for change in CHANGES if counted[change]]
    return [Notice("data.changes", pictures=len(headers), kinds=kinds)] if kinds else []


def _area(size: Pair) -> tuple[int, Pair]:
    return size[0] * size[1], size
