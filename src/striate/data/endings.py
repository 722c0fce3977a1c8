"""What the endings of files' names say: of archives, and whether that of a picture is true."""

from functools import cache
from pathlib import PurePath

ZIP_ENDINGS = (".zip",)
PACKED_ENDINGS = (*ZIP_ENDINGS, ".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz")


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
