"""One picture file to its pixels: uint8, (height, width, 1) grey or (height, width, 3) RGB, upright, on white."""

import logging
import warnings
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from striate.data.profiles import means_other_colours
from striate.data.reading import named_faults
from striate.data.source import DISK, Source
from striate.engines.native.core import usable_cores
from striate.errors import DataError, FileError

if TYPE_CHECKING:
    from PIL import Image as Pillow

Pixels = NDArray[np.uint8]
Pair = tuple[int, int]
Box = tuple[float, float, float, float]  # left, top, right, bottom
Colour = Literal["grey", "rgb"]

Item = TypeVar("Item")
Made = TypeVar("Made")

# Not all that Pillow can open: EPS would start another program, and formats without a signature (TGA, PCX) take any
# bytes for a picture.
FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "MPO", "PNG", "PPM", "TIFF", "WEBP")

# What begins like this and cannot be opened was once a picture, or would be one.
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"II*\0", b"MM\0*")

ORIENTATION = 0x0112  # the EXIF tag
TIFF_WIDTH, TIFF_HEIGHT = 0x0100, 0x0101
# What makes a picture upright: whether rows and columns change places, and whether then the rows, the columns are
# counted backwards. Source: EXIF 2.32, tag Orientation: where row 0 and column 0 belong.
UPRIGHT: Mapping[int, tuple[bool, bool, bool]] = {
    2: (False, False, True),  # top, right
    3: (False, True, True),  # bottom, right
    4: (False, True, False),  # bottom, left
    5: (True, False, False),  # left, top
    6: (True, False, True),  # right, top
    7: (True, True, True),  # right, bottom
    8: (True, True, False),  # left, bottom
}
SIDEWAYS = (5, 6, 7, 8)  # orientations that exchange height and width

# More threads than this gain nothing: the disk and the memory are then what is waited for.
MOST_THREADS = 8


# What can be done to the pixels of a file, in the order in which it is told.
CHANGES = ("turned", "transparent", "palette", "cmyk", "lab", "ycbcr", "profile", "deep", "frames")
MODES = {"P": "palette", "PA": "palette", "CMYK": "cmyk", "LAB": "lab", "YCbCr": "ycbcr"}
ANIMATED = ("GIF", "PNG", "TIFF", "WEBP")  # not MPO: its further pictures are for other uses

DRAFTED = ("JPEG", "MPO")
# A picture is decoded at a fraction of its size if that is still so many times the wanted one: what is left to do
# averages over 2x2 pixels or more, so that little of how the fraction was made is seen.
DRAFT_MARGIN = 2


@dataclass(frozen=True, slots=True)
class Header:
    """What a picture file says of itself before its pixels are decoded; `changes`: which of `CHANGES` it will see.

    `format` is what Pillow calls it ("JPEG"), which no comparison counts.
    """

    size: Pair
    colour: Colour
    changes: tuple[str, ...] = ()
    format: str = field(default="", compare=False)


@dataclass(frozen=True, eq=False)
class Inspected:
    """A decoded picture with what its file says of itself.

    `format` as Pillow calls it ("JPEG"), `mode` how the file stores its pixels ("CMYK"), `turned` whether EXIF asked
    for the picture to be turned or mirrored, which was done; `box` is where the picture stands in the pixels.
    """

    pixels: Pixels
    format: str
    mode: str
    turned: bool
    box: Box


def examine(file: str, source: Source = DISK) -> Header:
    """The size (height, width), upright, and the colour of a picture file; its pixels are not decoded.

    Raises `DataError` for what is no usable picture, `FileError` for what cannot be read.
    """
    with _opened(file, source) as image:
        width, height, known = *image.size, "exif" in image.info
        if tags := getattr(image, "tag_v2", None):  # a TIFF, whose size newer Pillows have turned by now
            width, height, known = tags[TIFF_WIDTH], tags[TIFF_HEIGHT], True
        # To ask a PNG for an orientation that stands behind its pixels would decode them: only what is known counts.
        orientation = _orientation(image) if known else 1
        size = (width, height) if orientation in SIDEWAYS else (height, width)
        return Header(size, _colour(image), _changes(image, orientation), image.format or "")


def decode(file: str, source: Source = DISK) -> Pixels:
    """The pixels of a picture file, as it shows itself: upright (EXIF), on white where it is transparent.

    Grey files give (height, width, 1), all others (height, width, 3): palettes, CMYK, LAB and YCbCr become RGB, of 16
    bits the upper 8 are kept, as Pillow does it in colour; of an animation the first frame. Profiles of colours (ICC)
    do not count. Raises as `examine`.
    """
    return inspect(file, source).pixels


def inspect(file: str, source: Source = DISK, wanted: Pair | None = None) -> Inspected:
    """As `decode`, with what the file says of itself.

    `wanted`: the size (height, width) that the pixels are brought to afterwards. A JPEG then comes at a half, a quarter
    or an eighth of its size, the least of these that is at least twice the wanted height and width, which takes a
    fraction of the time. An eighth of 1281 rows is 160.125: the box says that the last of the 161 does not count whole.
    """
    with _opened(file, source) as image:
        colour, mode = _colour(image), image.mode
        extent = _drafted(image, wanted) if wanted and image.format in DRAFTED else None
        image.load()
        pixels, orientation = _pixels(image, colour, file), _orientation(image)
        box = _upright_box(extent or pixels.shape[:2], pixels, orientation)
        return Inspected(_upright(pixels, orientation), image.format or "", mode, orientation in UPRIGHT, box)


def in_parallel(
    work: Callable[[Item], Made], items: Sequence[Item], done: Callable[[], object] | None = None
) -> list[Made | DataError | FileError]:
    """What `work` makes of each item, in their order; for a file that cannot be read or used, the error.

    `done` is called for each, by the asking thread. Pillow decodes and resizes outside Python's lock, so threads help.
    """

    def attempt(item: Item) -> Made | DataError | FileError:
        try:
            return work(item)
        except (DataError, FileError) as error:
            return error

    _formats()  # filled before the threads need it
    from concurrent.futures import ThreadPoolExecutor

    with _quietly(), ThreadPoolExecutor(min(MOST_THREADS, usable_cores())) as pool:
        made: list[Made | DataError | FileError] = []
        for each in pool.map(attempt, items):
            made.append(each)
            if done:
                done()
        return made


@contextmanager
def _opened(name: str, source: Source) -> Generator["Pillow.Image"]:
    """The opened picture. Whatever goes wrong with it becomes an error that names the file."""
    from PIL import Image

    too_large = DataError("picture.too_large", file=name, limit=Image.MAX_IMAGE_PIXELS)
    with _quietly(), named_faults(name, "picture.damaged"):
        try:
            with source.open(name) as file, _image(file, name) as image:
                if Image.MAX_IMAGE_PIXELS is not None and image.width * image.height > Image.MAX_IMAGE_PIXELS:
                    raise too_large
                yield image
        except Image.DecompressionBombError as error:
            raise too_large from error


def _image(file: BinaryIO, name: str) -> "Pillow.Image":
    from PIL import Image, UnidentifiedImageError

    begin = file.read(max(map(len, SIGNATURES)))
    if not begin:
        raise DataError("picture.empty", file=name)
    file.seek(0)
    try:
        return Image.open(file, formats=_formats())
    except UnidentifiedImageError as error:
        code = "picture.damaged" if begin.startswith(SIGNATURES) else "picture.unknown"
        raise DataError(code, file=name) from error


@contextmanager
def _quietly() -> Generator[None]:
    """Without Pillow's warnings: of damaged annotations in sound pictures, and of sizes, which are an error here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield


@cache
def _formats() -> tuple[str, ...]:
    from PIL import Image

    Image.init()
    logging.getLogger("PIL").addHandler(logging.NullHandler())  # else Python writes what it logs to stderr
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _colour(image: "Pillow.Image") -> Colour:
    """Grey if the file is stored as grey, or with a palette of greys only."""
    if image.mode in ("P", "PA"):
        entries = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)
        return "grey" if (entries == entries[:, :1]).all() else "rgb"
    return "grey" if image.mode in ("1", "L", "LA", "La", "I", "F") or image.mode.startswith("I;16") else "rgb"


def _changes(image: "Pillow.Image", orientation: int) -> tuple[str, ...]:
    """What is done to the pixels of such a file, besides what its format asks for anyway."""
    found = {
        MODES.get(image.mode) if image.format != "GIF" else None,  # which knows nothing but palettes
        "turned" if orientation in UPRIGHT else None,
        "transparent" if image.has_transparency_data else None,
        "profile" if means_other_colours(image.info.get("icc_profile") or b"") else None,
        "deep"
        if ";16" in f"{image.mode} {getattr(image, 'tile', [])[:1]}"
        else None,  # the tile tells how the file keeps its pixels
        "frames" if image.format in ANIMATED and getattr(image, "is_animated", False) else None,
    }
    return tuple(change for change in CHANGES if change in found)


def _drafted(image: Any, wanted: Pair) -> tuple[float, float] | None:
    """Have a JPEG decoded at a fraction of its size; the (height, width) of the picture in what will be decoded."""
    height, width = wanted[::-1] if _orientation(image) in SIDEWAYS else wanted
    drafted = image.draft(image.mode, (DRAFT_MARGIN * width, DRAFT_MARGIN * height))
    return drafted and (drafted[1][3], drafted[1][2])


def _pixels(image: "Pillow.Image", colour: Colour, path: str) -> Pixels:
    from PIL import Image

    # "I" is 32 bits wide, but older Pillows read the 16 bits of these two formats into it.
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PNG", "PPM")):
        return _upper_byte(image)
    if image.mode in ("I", "F"):
        raise DataError("picture.depth", file=path, mode=image.mode)
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    wanted = "L" if colour == "grey" else "RGB"
    pixels = np.array(image if image.mode == wanted else image.convert(wanted))  # which copies what needs nothing, too
    return pixels.reshape(*pixels.shape[:2], -1)


def _upper_byte(image: "Pillow.Image") -> Pixels:
    values: NDArray[Any] = np.asarray(image)
    transparent: object = image.info.get("transparency")
    if isinstance(transparent, int):  # a PNG may declare one grey transparent
        values = np.where(values == transparent, 0xFFFF, values)
    return (values >> 8).astype(np.uint8)[..., np.newaxis]


def _orientation(image: "Pillow.Image") -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except MemoryError:
        raise
    except Exception:  # a damaged annotation does not make the pixels unusable
        return 1


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    """The picture as EXIF wants it shown."""
    swaps, *backwards = UPRIGHT.get(orientation, (False, False, False))
    turned = np.flip(pixels.swapaxes(0, 1) if swaps else pixels, tuple(axis for axis in (0, 1) if backwards[axis]))
    return np.ascontiguousarray(turned)


def _upright_box(extent: tuple[float, ...], pixels: Pixels, orientation: int) -> Box:
    """Where a picture of this extent (height, width), from the first pixel on, stands in its pixels made upright."""
    swaps, *backwards = UPRIGHT.get(orientation, (False, False, False))
    sides, full = (extent[::-1], pixels.shape[1::-1]) if swaps else (extent, pixels.shape[:2])
    top, left = (full[i] - sides[i] if backwards[i] else 0 for i in (0, 1))
    return left, top, left + sides[1], top + sides[0]
