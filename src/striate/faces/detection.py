"""Where faces are, by OpenCV's Haar cascade, and the part of a face that smile models are trained on.

Sources: P. Viola, M. Jones, Rapid object detection using a boosted cascade of simple features, 2001; R. Lienhart,
J. Maydt, An extended set of Haar-like features, 2002 (the cascade alt2).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from striate.data.images import Pixels
from striate.errors import FileError
from striate.faces.opencv import opencv

CASCADE = "haarcascade_frontalface_alt2.xml"  # of four it found most of 400 faces (99 %), in the least time
LEAST = 24  # pixels of the reduced picture: the cascade's own window is 20
NEIGHBOURS = 4  # windows that must agree on a face

# What pictures as LFWcrop cuts them show of the detector's square: three quarters of its side, a little lower. Measured
# on 400 faces of SMILEsmileD in borders of their own: side 0.74 to 0.81, lower by 0.08 to 0.09. LFWcrop's own numbers,
# 84 pixels of LFW's 250 / 2.2 and 8.5 lower (C. Sanderson, B. Lovell 2009), give 0.74 and 0.075.
CUT_SIDE, CUT_LOWER = 0.75, 0.08


@dataclass(frozen=True)
class Box:
    """A square around a face, in pixels from the left and from the top."""

    left: int
    top: int
    side: int

    def overlap(self, other: "Box") -> float:
        """Intersection over union, 0 to 1."""
        across = min(self.left + self.side, other.left + other.side) - max(self.left, other.left)
        down = min(self.top + self.side, other.top + other.side) - max(self.top, other.top)
        shared = max(0, across) * max(0, down)
        return shared / (self.side**2 + other.side**2 - shared)


@dataclass(frozen=True)
class Thoroughness:
    """How closely to look: at a picture reduced to so many pixels on its longer side, sizes growing by this factor."""

    longest: int
    growth: float


STILL = Thoroughness(1024, 1.1)
MOVING = Thoroughness(320, 1.2)  # three of four pixels less, and what one frame misses the next one finds


class Detector:
    """Finds faces that look towards the camera. Raises `MissingExtraError` without OpenCV."""

    def __init__(self, thoroughness: Thoroughness) -> None:
        self._cv2 = opencv()
        self._thoroughness = thoroughness
        path = Path(self._cv2.data.haarcascades) / CASCADE
        self._cascade: Any = self._cv2.CascadeClassifier(str(path))
        if self._cascade.empty():
            raise FileError("file.not_found", path=path)

    @property
    def least(self) -> float:
        """The smallest face that is found, as a share of the picture's longer side."""
        return LEAST / self._thoroughness.longest

    def faces(self, picture: Pixels) -> list[Box]:
        """The faces of a picture (h, w, 3), RGB, largest first."""
        grey = self._cv2.cvtColor(picture, self._cv2.COLOR_RGB2GRAY)
        factor = min(1.0, self._thoroughness.longest / max(grey.shape))
        if factor < 1:
            grey = self._cv2.resize(grey, None, fx=factor, fy=factor, interpolation=self._cv2.INTER_AREA)
        found = self._cascade.detectMultiScale(
            grey, scaleFactor=self._thoroughness.growth, minNeighbors=NEIGHBOURS, minSize=(LEAST, LEAST)
        )
        boxes = [Box(*(round(float(number) / factor) for number in one[:3])) for one in found]
        return sorted(boxes, key=lambda box: (-box.side, box.left, box.top))


def cut(picture: Pixels, box: Box) -> Pixels:
    """The part of a picture (h, w, c) that a model for faces takes; beyond the picture its border goes on."""
    side = max(1, round(CUT_SIDE * box.side))
    left = round(box.left + (box.side - side) / 2)
    top = round(box.top + (box.side - side) / 2 + CUT_LOWER * box.side)
    height, width = picture.shape[:2]
    rows = np.clip(np.arange(top, top + side), 0, height - 1)
    columns = np.clip(np.arange(left, left + side), 0, width - 1)
    return picture[np.ix_(rows, columns)]
