"""How a picture of any size and colour becomes what a model takes. Saved with it: one rule for files and arrays."""

import numbers
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeGuard, cast, get_args

import numpy as np
from numpy.typing import NDArray

from striate.data.arrays import many_pictures, one_picture
from striate.data.digit import is_normalised, normalised
from striate.data.images import Box, Colour, Pair, Pixels, inspect
from striate.data.source import DISK, Source
from striate.errors import DataError, SettingError, UnknownNameError, unknown_name

if TYPE_CHECKING:
    from PIL import Image as Pillow

Resize = Literal["stretch", "fit", "crop", "digit"]

CHANNELS: Mapping[Colour, int] = {"grey": 1, "rgb": 3}
LARGEST_SIDE = 4096  # a model file that asks for more is hostile or mistaken


class Shaped(Protocol):
    """An array, or what is asked like one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sizes."""
        ...

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its numbers."""
        ...


@dataclass(frozen=True)
class Preprocessing:
    """Size, colour and scale of what a model takes, and the rule that brings pictures to it.

    `size`: (height, width), or one number for both. `colour`: "grey" (1 channel) or "rgb" (3 channels).
    `scale`: a model's number is the pixel (0 to 255) times this, in float32; by default 0 to 1.
    `resize`, for pictures of another size:

    - "stretch": the whole picture, its proportions changed. Nothing is lost and nothing added, hence the default.
    - "fit": the whole picture, its proportions kept, in the middle; the rest takes the median colour of its border.
    - "crop": its proportions kept, the middle of it, what sticks out cut off.
    - "digit": a photographed digit as MNIST would hold it: light on black, in its place (`digit.normalised`). Unlike
      the others it is applied to pictures of the right size, too, where they are not so already.

    `draft`: whether a JPEG of four times the size or more is decoded at a half, a quarter or an eighth, never below
    twice the size: several times as fast, the pixels a little different. Model files from before there was this setting
    are read without.

    Raises `SettingError` or `UnknownNameError` for what these cannot be.
    """

    size: Pair
    colour: Colour
    scale: float = 1 / 255
    resize: Resize = "stretch"
    draft: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", checked_size(self.size, "Preprocessing"))
        object.__setattr__(self, "scale", _checked_scale(self.scale))
        checked_colour(self.colour)
        checked_resize(self.resize)
        if not isinstance(cast(object, self.draft), bool):
            raise SettingError("setting.flag", where="Preprocessing", setting="draft", came=self.draft)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of one picture."""
        return *self.size, CHANNELS[self.colour]

    def read(self, path: str | os.PathLike[str], source: Source = DISK) -> Pixels:
        """The picture in a file: uint8 (height, width, channels). Raises `DataError`, `FileError`."""
        # A digit may be a small part of its photograph, which must then be seen in full.
        wanted = self.size if self.draft and self.resize != "digit" else None
        found = inspect(os.fspath(path), source, wanted)
        return self._brought(found.pixels, found.box)

    def picture(self, array: NDArray[Any]) -> Pixels:
        """A picture of any size as an array: uint8 (height, width, channels).

        Whole numbers 0 to 255, shaped (h, w), (h, w, 1) or (h, w, 3). Floats are refused, for nobody can know whether
        theirs end at 1 or at 255. Raises `DataError`.
        """
        return self._brought(one_picture(array, "picture"))

    def pictures(self, array: NDArray[Any], where: str = "pictures") -> Pixels:
        """As `picture`, for many of one size: (N, h, w) or (N, h, w, 1 or 3) -> uint8 (N, height, width, channels)."""
        many = many_pictures(array, where)
        settled = self._settled(many)
        if settled.all():
            return np.ascontiguousarray(many)
        brought = np.empty((len(many), *self.shape), np.uint8)
        for i, one in enumerate(many):
            brought[i] = one if settled[i] else self._brought(one)
        return brought

    def prepare(self, pictures: Pixels) -> NDArray[np.float32]:
        """What the model computes with: uint8 (N, height, width, channels) -> float32, each pixel times `scale`."""
        self.check(pictures)
        return np.multiply(pictures, np.float32(self.scale), dtype=np.float32)

    def check(self, pictures: Shaped) -> None:
        """Raise `DataError` unless they are uint8 (N, height, width, channels)."""
        if pictures.dtype != np.uint8 or pictures.shape[1:] != self.shape:
            raise DataError("pictures.unfit", required=self.shape, came=pictures.shape, dtype=str(pictures.dtype))

    def to_config(self) -> dict[str, Any]:
        """All of it as JSON can hold it; `draft` only where it is True, as model files have always had the others."""
        config = {"size": list(self.size), "colour": self.colour, "scale": self.scale, "resize": self.resize}
        return config | ({"draft": True} if self.draft else {})

    @staticmethod
    def from_config(config: object) -> "Preprocessing":
        """The inverse of `to_config`. Trusts nothing: all but `draft` must be there, be right, and nothing else."""
        if not isinstance(config, Mapping):
            raise DataError("preprocessing.config", came=type(config).__name__)
        given: dict[object, Any] = {"draft": False, **cast(Mapping[str, Any], config)}
        known = [field.name for field in fields(Preprocessing)]
        for name in given:
            if name not in known:
                raise UnknownNameError("keyword.unknown", where="Preprocessing", name=name, close=[], known=known)
        for name in known:
            if name not in given:
                raise SettingError("setting.missing", where="Preprocessing", setting=name)
        return Preprocessing(given["size"], given["colour"], given["scale"], given["resize"], given["draft"])

    def _settled(self, many: Pixels) -> NDArray[np.bool_]:
        """Which of (N, h, w, c) are as the model takes them."""
        if self.resize == "digit" and self.colour == "grey" and many.shape[1:] == self.shape:
            return is_normalised(many, self.size)
        return np.full(len(many), self.resize != "digit" and many.shape[1:] == self.shape)

    def _brought(self, picture: Pixels, box: Box | None = None) -> Pixels:
        if self.resize == "digit":
            return _recoloured(normalised(_recoloured(picture, "grey"), self.size), self.colour)
        height, width = picture.shape[:2]
        return _resized(_recoloured(picture, self.colour), self.size, self.resize, box or (0, 0, width, height))


def checked_size(value: object, where: str) -> Pair:
    """(height, width) from one whole number or two."""
    sides = cast("list[object]", value) if isinstance(value, tuple | list) else [value, value]
    match [int(side) for side in sides if _is_side(side)]:
        case [height, width] if len(sides) == 2:
            return height, width
        case _:
            raise SettingError("preprocessing.size", where=where, largest=LARGEST_SIDE, came=cast(object, value))


def checked_colour(value: object) -> Colour:
    """ "grey" or "rgb"."""
    if not isinstance(value, str) or value not in get_args(Colour):
        raise unknown_name("colour", value, get_args(Colour))
    return cast(Colour, value)


def checked_resize(value: object) -> Resize:
    """ "stretch", "fit", "crop" or "digit"."""
    if not isinstance(value, str) or value not in get_args(Resize):
        raise unknown_name("resize", value, get_args(Resize))
    return cast(Resize, value)


def _is_side(value: object) -> TypeGuard[int]:
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool | np.bool_)
    return whole and 1 <= cast(int, value) <= LARGEST_SIDE


def _checked_scale(value: object) -> float:
    real = isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)
    # Pixels are scaled in float32: a number too small or too large for it would make them 0 or infinite.
    least, most = float(np.finfo(np.float32).tiny), float(np.finfo(np.float32).max) / 255
    if not real or not least <= cast(float, value) <= most:
        raise SettingError("setting.positive_real", where="Preprocessing", setting="scale", came=value)
    return float(cast(float, value))


def _recoloured(picture: Pixels, colour: Colour) -> Pixels:
    """Grey is Pillow's: (299 R + 587 G + 114 B) / 1000, ITU-R BT.601. RGB from grey: three times the same."""
    if picture.shape[2] == CHANNELS[colour]:
        return picture
    if colour == "rgb":
        return np.repeat(picture, 3, axis=2)
    return _array(_image(picture).convert("L"))


def _resized(picture: Pixels, size: Pair, rule: Resize, box: Box) -> Pixels:
    if picture.shape[:2] == size == (box[3] - box[1], box[2] - box[0]):
        return np.ascontiguousarray(picture)
    return _RULES[rule](picture, size, box)


def _stretched(picture: Pixels, size: Pair, box: Box) -> Pixels:
    return _sampled(picture, size, box)


def _fitted(picture: Pixels, size: Pair, box: Box) -> Pixels:
    height, width = box[3] - box[1], box[2] - box[0]
    factor = min(size[0] / height, size[1] / width)
    inner = tuple(min(full, max(1, round(side * factor))) for side, full in zip((height, width), size, strict=True))
    top, left = ((full - part) // 2 for full, part in zip(size, inner, strict=True))
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    fitted = np.empty((*size, picture.shape[2]), np.uint8)
    fitted[:] = np.median(border, axis=0).astype(np.uint8)
    fitted[top : top + inner[0], left : left + inner[1]] = _sampled(picture, (inner[0], inner[1]), box)
    return fitted


def _cropped(picture: Pixels, size: Pair, box: Box) -> Pixels:
    left, top, right, bottom = box
    height, width = bottom - top, right - left
    kept_height = min(float(height), width * size[0] / size[1])
    kept_width = min(float(width), height * size[1] / size[0])
    top, left = top + (height - kept_height) / 2, left + (width - kept_width) / 2
    return _sampled(picture, size, (left, top, min(right, left + kept_width), min(bottom, top + kept_height)))


_RULES: Mapping[Resize, Callable[[Pixels, Pair, Box], Pixels]] = {
    "stretch": _stretched,
    "fit": _fitted,
    "crop": _cropped,
}  # "digit" is more than a way to resize


def _sampled(picture: Pixels, size: Pair, box: Box) -> Pixels:
    """Resampled to the size, from a box (left, top, right, bottom) of the picture.

    Bilinear, which in Pillow averages over all that a pixel covers when it shrinks (no aliasing). Not Lanczos: its
    negative lobes make rings around edges, and pixels beyond 0 and 255 to cut off. Computed in whole numbers: the same
    everywhere.
    """
    from PIL import Image

    height, width = size
    return _array(_image(picture).resize((width, height), Image.Resampling.BILINEAR, box=box))


def _image(picture: Pixels) -> "Pillow.Image":
    from PIL import Image

    return Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)


def _array(image: "Pillow.Image") -> Pixels:
    pixels = np.array(image)
    return pixels.reshape(*pixels.shape[:2], -1)
