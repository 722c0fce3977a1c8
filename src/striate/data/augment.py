"""Varied pictures for training: each epoch sees each picture flipped, shifted, turned, recoloured, mixed, anew.

What happens to a picture is a function of (seed, epoch, number of the picture) alone: neither batches nor threads nor
the order of work change it.
"""

import re
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from striate.data import draws, variation
from striate.data.variation import FILLS, Fill, Mix, Variation
from striate.errors import DataError, SettingError, unknown_name
from striate.network.settings import Unfit, config, default, described, flag, is_real, one_of, setting, share, whole

Indices = NDArray[np.intp]
RGB = 3  # channels


def angle(value: float) -> float:
    """A number of degrees from 0 to 180."""
    if not is_real(value) or not 0 <= value <= 180:
        raise Unfit("setting.angle")
    return float(value)


def alpha(value: float) -> float:
    """A number from 0 to 1."""
    if not is_real(value) or not 0 <= value <= 1:
        raise Unfit("setting.alpha")
    return float(value)


def filling(value: str) -> Fill:
    """One of `FILLS`."""
    return cast(Fill, one_of("fill", FILLS)(value))


@described
class Augmentation:
    """How pictures may be varied, in training only. All amounts are 0 unless given: nothing happens.

    flip        mirrored, left to right, once in every two epochs; half of the pictures in the first of the two
    shift       moved by up to so many pixels up or down, and left or right: a random crop of the padded picture
    rotation    turned by up to so many degrees to either side
    zoom        enlarged by a factor between 1 - zoom and 1 + zoom
    crop        a part of at least this share of the area, its sides' ratio up to 4/3 off, is stretched to the whole
    cutout      a square of so many pixels is blacked out; it may stick out. DeVries and Taylor 2017
    brightness  all colours times a factor between 1 - brightness and 1 + brightness
    contrast    their distance from the mean brightness likewise
    saturation  their distance from grey likewise; pictures in colour only
    hue         their hue turned by up to so many degrees; pictures in colour only
    mixup       mixed with another picture of the data, and the targets with them: the shares are drawn from
                Beta(mixup, mixup), the larger one is the picture's own. Zhang et al. 2018
    cutmix      a box of another picture is pasted in, its area drawn likewise. Yun et al. 2019. With both, half of the
                pictures get one, half the other
    fill        what comes from outside of a picture: "black", its "edge", or its "mirror" image

    Every amount is drawn uniformly where nothing else is said. Whole steps copy pixels; turning, zooming and cropping
    mix four neighbours (bilinear). Colours of bytes stay within 0 and 255.
    """

    flip: bool = setting(converter=flag, default=False)
    shift: int = setting(converter=whole, default=0)
    rotation: float = setting(converter=angle, default=0.0)
    zoom: float = setting(converter=share, default=0.0)
    cutout: int = setting(converter=whole, default=0)
    crop: float = setting(converter=share, default=0.0)
    brightness: float = setting(converter=share, default=0.0)
    contrast: float = setting(converter=share, default=0.0)
    saturation: float = setting(converter=share, default=0.0)
    hue: float = setting(converter=angle, default=0.0)
    mixup: float = setting(converter=alpha, default=0.0)
    cutmix: float = setting(converter=alpha, default=0.0)
    fill: Fill = setting(converter=filling, default="black")

    @staticmethod
    def of(text: str) -> "Augmentation":
        """The inverse of `str`: "flip,shift=2,fill=mirror", or "none". Raises `SettingError` or `UnknownNameError`."""
        known, given = config(Augmentation()), dict[str, Any]()
        parts: list[str] = [] if text.strip() == "none" else text.split(",")
        for part in parts:
            name, equals, value = (piece.strip() for piece in part.partition("="))
            if name not in known:
                raise unknown_name("augmentation", name, known)
            if name in given or bool(equals) == (name == "flip"):
                raise SettingError("augmentation.text", came=text)
            given[name] = True if name == "flip" else value if name == "fill" else _number(value, text)
        return Augmentation(**given)

    def __str__(self) -> str:
        """As a person types it; "none" where nothing happens."""
        given = {name: value for name, value in config(self).items() if value != default(self, name)}
        written = [name if name == "flip" else f"{name}={value}".removesuffix(".0") for name, value in given.items()]
        return ",".join(written) or "none"

    def check(self, shape: tuple[int, ...]) -> None:
        """Raise `DataError` where pictures of a shape cannot be varied so."""
        if len(shape) != 3:
            raise DataError("augmentation.no_pictures", came=shape)
        for name in ("shift", "cutout"):
            if config(self)[name] >= min(shape[:2]):
                raise DataError("augmentation.too_far", setting=name, came=config(self)[name], size=shape[:2])
        for name in ("saturation", "hue"):
            if config(self)[name] and shape[2] != RGB:
                raise DataError("augmentation.no_colours", setting=name, came=config(self)[name], channels=shape[2])

    @property
    def mixes(self) -> bool:
        """Whether pictures are mixed with others."""
        return bool(self.mixup or self.cutmix)

    def draw(self, seed: int, epoch: int, pictures: Indices, height: int, width: int) -> Variation:
        """What becomes of these pictures, by their numbers, in an epoch."""
        u = draws.uniform(seed, epoch, pictures)
        u[:, draws.FLIP] = draws.alternating(draws.FLIP, seed, epoch, pictures)
        holes = variation.holes(self.cutout, u, height, width)
        return Variation(self._warps(u, height, width), holes, self._colours(u), self.fill)

    def _warps(self, u: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
        moved = variation.moved(
            u, height, width, flip=self.flip, shift=self.shift, rotation=self.rotation, zoom=self.zoom
        )
        return variation.cropped(moved, u, height, width, self.crop) if self.crop else moved

    def _colours(self, u: NDArray[np.float64]) -> NDArray[np.float32] | None:
        amounts = {name: config(self)[name] for name in ("brightness", "contrast", "saturation", "hue")}
        return variation.colours(u, **amounts) if any(amounts.values()) else None

    def mix(self, seed: int, epoch: int, pictures: Indices, count: int, height: int, width: int) -> Mix:
        """Which of the `count` pictures of the data each is mixed with, and how, where this `mixes`.

        The partner may be any of the data: one of the batch would depend on how batches are made up.
        """
        u = draws.uniform(seed, epoch, pictures)
        by_box = u[:, draws.MIX_KIND] >= 0.5 if self.mixup and self.cutmix else np.full(len(u), bool(self.cutmix))
        boxes, shares = variation.mixup(self._own(self.mixup, seed, epoch, pictures), height, width)
        if self.cutmix:
            pasted, ones = variation.cutmix(self._own(self.cutmix, seed, epoch, pictures), u, height, width)
            boxes, shares = np.where(by_box[:, np.newaxis], pasted, boxes), np.where(by_box, ones, shares)
        return Mix(np.floor(u[:, draws.PARTNER] * count).astype(np.intp), boxes, shares)

    def _own(self, spread: float, seed: int, epoch: int, pictures: Indices) -> NDArray[np.float64]:
        """Each picture's own share: the larger part of Beta(spread, spread)."""
        if not spread:
            return np.ones(len(pictures))
        drawn = draws.symmetric_beta(spread, seed, epoch, pictures)
        return np.maximum(drawn, 1 - drawn)


def _number(value: str, text: str) -> int | float:
    """A number as it is typed, whole where it has no point."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
        raise SettingError("augmentation.text", came=text)
    return float(value) if "." in value else int(value)


def optional_augmentation(value: Augmentation | None) -> Augmentation | None:
    """An augmentation, or None."""
    if value is not None and not isinstance(value, Augmentation):  # pyright: ignore[reportUnnecessaryIsInstance] (users)
        raise Unfit("setting.augmentation")
    return value
