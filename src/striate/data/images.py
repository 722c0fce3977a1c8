"""One picture file to its pixels: uint8, (height, width, 1) grey or (height, width, 3) RGB, upright, on white."""

import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from striate.data.reading import named_faults
from striate.data.source import DISK, Source
from striate.engines.native.core import usable_cores
from striate.errors import DataError

if TYPE_CHECKING:
    from PIL import Image as Pillow

Pixels = NDArray[np.uint8]
Pair = tuple[int, int]
Colour = Literal["grey", "rgb"]

Item = TypeVar("Item")
Made = TypeVar("Made")

# Not all that Pillow can open: EPS would start another program, and formats without a signature (TGA, PCX) take any
# bytes for a picture.
FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "MPO", "PNG", "PPM", "TIFF", "WEBP")

ORIENTATION = 0x0112  # the EXIF tag
TIFF_WIDTH, TIFF_HEIGHT = 0x0100, 0x0101
TURNED = range(2, 9)  # orientations other than upright
SIDEWAYS = (5, 6, 7, 8)  # orientations that exchange height and width

# More threads than this gain nothing: the disk and the memory are then what is waited for.
MOST_THREADS = 8


@dataclass(frozen=True)
class Header:
    """What a picture file says of itself before its pixels are decoded."""

    size: Pair
    colour: Colour


@dataclass(frozen=True, eq=False)
class Inspected:
    """A decoded picture with what its file says of itself.

    `format` as Pillow calls it ("JPEG"), `mode` how the file stores its pixels ("CMYK"), `turned` whether EXIF asked
    for the picture to be turned or mirrored, which was done.
    """

    pixels: Pixels
    format: str
    mode: str
    turned: bool


def examine(file: str, source: Source = DISK) -> Header:
    """The size (height, width), upright, and the colour of a picture file; its pixels are not decoded.

    Raises `DataError` for what is no usable picture, `FileError` for what cannot be read.
    """
    with _opened(file, source) as image:
        width, height, known = *image.size, "exif" in image.info
        if tags := getattr(image, "tag_v2", None):  # a TIFF, whose size newer Pillows have turned by now
            width, height, known = tags[TIFF_WIDTH], tags[TIFF_HEIGHT], True
        # To ask a PNG for an orientation that stands behind its pixels would decode them: only what is known counts.
        turned = known and _orientation(image) in SIDEWAYS
        return Header((width, height) if turned else (height, width), _colour(image))


def decode(file: str, source: Source = DISK) -> Pixels:
    """The pixels of a picture file, as it shows itself: upright (EXIF), on white where it is transparent.

    Grey files give (height, width, 1), all others (height, width, 3): palettes and CMYK become RGB, of 16 bits the
    upper 8 are kept, as Pillow does it in colour; of an animation the first frame. Raises as `examine`.
    """
    return inspect(file, source).pixels


def inspect(file: str, source: Source = DISK) -> Inspected:
    """As `decode`, with the format, the mode and whether EXIF turned the picture."""
    with _opened(file, source) as image:
        colour, mode = _colour(image), image.mode
        image.load()
        orientation = _orientation(image)
        pixels = _upright(_pixels(image, colour, file), orientation)
        return Inspected(pixels, image.format or "", mode, orientation in TURNED)


def in_parallel(work: Callable[[Item], Made], items: Sequence[Item]) -> list[Made | DataError]:
    """What `work` makes of each item, in their order; for a file that is no usable picture, the error.

    Pillow decodes and resizes outside Python's lock, so threads help.
    """

    def attempt(item: Item) -> Made | DataError:
        try:
            return work(item)
        except DataError as error:
            return error

    _formats()  # filled before the threads need it
    from concurrent.futures import ThreadPoolExecutor

    with _quietly(), ThreadPoolExecutor(min(MOST_THREADS, usable_cores())) as pool:
        return list(pool.map(attempt, items))


@contextmanager
def _opened(name: str, source: Source) -> Generator["Pillow.Image"]:
    """The opened picture. Whatever goes wrong with it becomes an error that names the file."""
    from PIL import Image, UnidentifiedImageError

    too_large = DataError("picture.too_large", file=name, limit=Image.MAX_IMAGE_PIXELS)
    with _quietly(), named_faults(name, "picture.damaged"):
        try:
            with source.open(name) as file, Image.open(file, formats=_formats()) as image:
                if Image.MAX_IMAGE_PIXELS is not None and image.width * image.height > Image.MAX_IMAGE_PIXELS:
                    raise too_large
                yield image
        except Image.DecompressionBombError as error:
            raise too_large from error
        except UnidentifiedImageError as error:
            raise DataError("picture.unknown", file=name) from error


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
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _colour(image: "Pillow.Image") -> Colour:
    """Grey if the file is stored as grey, or with a palette of greys only."""
    if image.mode in ("P", "PA"):
        entries = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)
        return "grey" if (entries == entries[:, :1]).all() else "rgb"
    return "grey" if image.mode in ("1", "L", "LA", "La", "I", "F") or image.mode.startswith("I;16") else "rgb"


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
    pixels = np.array(image.convert("L" if colour == "grey" else "RGB"))
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
    """The picture as EXIF wants it shown. Source: EXIF 2.32, tag Orientation: where row 0 and column 0 belong."""
    match orientation:
        case 2:  # top, right
            turned = pixels[:, ::-1]
        case 3:  # bottom, right
            turned = pixels[::-1, ::-1]
        case 4:  # bottom, left
            turned = pixels[::-1]
        case 5:  # left, top
            turned = pixels.swapaxes(0, 1)
        case 6:  # right, top
            turned = pixels.swapaxes(0, 1)[:, ::-1]
        case 7:  # right, bottom
            turned = pixels.swapaxes(0, 1)[::-1, ::-1]
        case 8:  # left, bottom
            turned = pixels.swapaxes(0, 1)[::-1]
        case _:
            return pixels
    return np.ascontiguousarray(turned)
