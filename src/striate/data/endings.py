"""Whether the ending of a picture's file says which format it is of."""

from functools import cache
from pathlib import PurePath


def ending_lies(name: str, found: str) -> bool:
    """Whether a file's ending means another format than the one found in it, as Pillow calls them."""
    meant = _formats_by_ending().get(PurePath(name).suffix.lower(), found)
    return _family(meant) != _family(found)


def _family(format_: str) -> str:
    """Phones write several pictures into one .jpg, which Pillow calls MPO."""
    return "JPEG" if format_ == "MPO" else format_


@cache
def _formats_by_ending() -> dict[str, str]:
    from PIL import Image

    return dict(Image.registered_extensions())
