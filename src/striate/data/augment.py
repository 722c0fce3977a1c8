"""Varied pictures for training: each epoch sees each picture flipped, shifted, turned, resized, with a hole, anew.

What happens to a picture is a function of (seed, epoch, number of the picture) alone: neither batches nor threads nor
the order of work change it.
"""

import re
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.engines.reference.random import philox
from striate.errors import DataError, SettingError, unknown_name
from striate.network.settings import Unfit, config, described, flag, is_real, setting, share, whole

# Takes the place of the node's number in what dropout draws (engines/reference/random.py), so that they stay apart.
AUGMENTATION = 0xFFFFFFFF
# Which of a picture's numbers decides what; each keeps its place, so that switching one on changes no other.
FLIP, ROW, COLUMN, ANGLE, ZOOM, HOLE_ROW, HOLE_COLUMN = range(7)
DRAWN = 8  # numbers a picture, four a counter


class Variation(NamedTuple):
    """What becomes of n pictures.

    `warps`, float64 (n, 2, 3), says where each pixel comes from: its row is a*r + b*c + t and its column d*r + e*c + u
    of the rows [a b t] and [d e u]. `holes`, int32 (n, 4), are the first row and column that are blacked out and the
    first behind them that are not.
    """

    warps: NDArray[np.float64]
    holes: NDArray[np.int32]


def angle(value: float) -> float:
    """A number of degrees from 0 to 180."""
    if not is_real(value) or not 0 <= value <= 180:
        raise Unfit("setting.angle")
    return float(value)


@described
class Augmentation:
    """How pictures may be varied, in training only. All settings are 0 unless given: nothing happens.

    flip        half of the pictures are mirrored, left to right
    shift       moved by up to so many pixels up or down, and left or right: a random crop of the padded picture
    rotation    turned by up to so many degrees to either side
    zoom        enlarged by a factor between 1 - zoom and 1 + zoom
    cutout      a square of so many pixels is blacked out; it may stick out. DeVries and Taylor 2017

    Every amount is drawn uniformly. What comes from outside of a picture is 0, black. Whole steps copy pixels; turning
    and zooming mix four neighbours (bilinear).
    """

    flip: bool = setting(converter=flag, default=False)
    shift: int = setting(converter=whole, default=0)
    rotation: float = setting(converter=angle, default=0.0)
    zoom: float = setting(converter=share, default=0.0)
    cutout: int = setting(converter=whole, default=0)

    @staticmethod
    def of(text: str) -> "Augmentation":
        """The inverse of `str`: "flip,shift=2,rotation=10", or "none". Raises `SettingError` or `UnknownNameError`."""
        known, given = config(Augmentation()), dict[str, Any]()
        parts: list[str] = [] if text.strip() == "none" else text.split(",")
        for part in parts:
            name, equals, value = (piece.strip() for piece in part.partition("="))
            if name not in known:
                raise unknown_name("augmentation", name, known)
            if name in given or bool(equals) == (name == "flip"):
                raise SettingError("augmentation.text", came=text)
            given[name] = True if name == "flip" else _number(value, text)
        return Augmentation(**given)

    def __str__(self) -> str:
        """As a person types it; "none" where nothing happens."""
        given = {name: value for name, value in config(self).items() if value}
        written = [name if name == "flip" else f"{name}={value!r}".removesuffix(".0") for name, value in given.items()]
        return ",".join(written) or "none"

    def check(self, shape: tuple[int, ...]) -> None:
        """Raise `DataError` where pictures of a shape cannot be varied so."""
        if len(shape) != 3:
            raise DataError("augmentation.no_pictures", came=shape)
        for name in ("shift", "cutout"):
            if config(self)[name] >= min(shape[:2]):
                raise DataError("augmentation.too_far", setting=name, came=config(self)[name], size=shape[:2])

    def draw(self, seed: int, epoch: int, pictures: NDArray[np.intp], height: int, width: int) -> Variation:
        """What becomes of these pictures, by their numbers, in an epoch."""
        u = _uniform(seed, epoch, pictures)
        return Variation(self._warps(u, height, width), self._holes(u, height, width))

    def _warps(self, u: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
        """A = turn / zoom, its column of columns mirrored where flipped; t = centre - A (centre + shift)."""
        turn = np.deg2rad(self.rotation) * (2 * u[:, ANGLE] - 1)
        factor = 1 + self.zoom * (2 * u[:, ZOOM] - 1)
        mirror = np.where(self.flip & (u[:, FLIP] < 0.5), -1.0, 1.0)
        cos, sin = np.cos(turn) / factor, np.sin(turn) / factor
        shift = np.floor(u[:, [ROW, COLUMN]] * (2 * self.shift + 1)) - self.shift  # n 2
        centre = np.array([(height - 1) / 2, (width - 1) / 2])
        warps = np.empty((len(u), 2, 3))
        warps[:, 0, 0], warps[:, 0, 1] = cos, -sin
        warps[:, 1, 0], warps[:, 1, 1] = mirror * sin, mirror * cos
        warps[:, :, 2] = centre - (warps[:, :, :2] * (centre + shift)[:, np.newaxis]).sum(axis=2)
        return warps

    def _holes(self, u: NDArray[np.float64], height: int, width: int) -> NDArray[np.int32]:
        size = np.array([height, width])
        first = np.floor(u[:, [HOLE_ROW, HOLE_COLUMN]] * size) - self.cutout // 2
        return np.clip(np.hstack([first, first + self.cutout]), 0, np.tile(size, 2)).astype(np.int32, order="C")


def _number(value: str, text: str) -> int | float:
    """A number as it is typed, whole where it has no point."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
        raise SettingError("augmentation.text", came=text)
    return float(value) if "." in value else int(value)


def _uniform(seed: int, epoch: int, pictures: NDArray[np.intp]) -> NDArray[np.float64]:
    """Numbers in [0, 1), (n, 8), each a function of seed, epoch, picture and place alone."""
    blocks = DRAWN // 4
    counter = np.empty((len(pictures) * blocks, 4), np.uint32)
    counter[:, 0], counter[:, 1] = np.repeat(pictures, blocks), np.tile(np.arange(blocks), len(pictures))
    counter[:, 2], counter[:, 3] = epoch & 0xFFFFFFFF, AUGMENTATION
    words = philox(counter, (seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF)).reshape(len(pictures), DRAWN)
    return (words >> np.uint32(8)).astype(np.float64) * 2.0**-24
