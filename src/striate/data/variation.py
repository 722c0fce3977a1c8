"""What becomes of pictures, as arrays that the core and NumPy go by, and the formulas that draws are made into them."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.data import draws
from striate.data.draws import Reals

Boxes = NDArray[np.int32]
Fill = Literal["black", "edge", "mirror"]

FILLS: tuple[Fill, ...] = ("black", "edge", "mirror")  # in the order of the core's numbers
WIDEST = 4 / 3  # a crop's width to its height against the picture's; Szegedy et al. 2015
# How bright a colour looks, ITU-R BT.601; and a colour as brightness and two differences, the YIQ of NTSC.
LUMA = np.array([0.299, 0.587, 0.114])
YIQ = np.array([LUMA, [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]])


class Variation(NamedTuple):
    """What becomes of n pictures, first their colours, then where their pixels lie, then the hole.

    `warps`, float64 (n, 2, 3), says where each pixel comes from: its row is a*r + b*c + t and its column d*r + e*c + u
    of the rows [a b t] and [d e u]. `holes`, int32 (n, 4), are the first row and column that are blacked out and the
    first behind them that are not. `colours`, float32 (n, 3, 4), are rows [m | k] of which a channel becomes m times
    the pixel plus k times the picture's mean brightness; where there are no three channels only the first of the first
    m and k count. `fill` says what lies outside of a picture.
    """

    warps: Reals
    holes: Boxes
    colours: NDArray[np.float32] | None = None
    fill: Fill = "black"


class Mix(NamedTuple):
    """A partner for each of n pictures, the box of int32 (n, 4) that is mixed, and the partner's share in it."""

    partners: NDArray[np.intp]
    boxes: Boxes
    shares: NDArray[np.float32]

    def of_targets(self, height: int, width: int) -> NDArray[np.float32]:
        """The partner's share in all of the picture."""
        top, left, bottom, right = self.boxes.T
        return (self.shares * ((bottom - top) * (right - left) / (height * width))).astype(np.float32)


def moved(u: Reals, height: int, width: int, *, flip: bool, shift: int, rotation: float, zoom: float) -> Reals:
    """A = turn / zoom, its column of columns mirrored where flipped; t = centre - A (centre + shift)."""
    turn = np.deg2rad(rotation) * (2 * u[:, draws.ANGLE] - 1)
    factor = 1 + zoom * (2 * u[:, draws.ZOOM] - 1)
    mirror = np.where(flip & (u[:, draws.FLIP] < 0.5), -1.0, 1.0)
    cos, sin = np.cos(turn) / factor, np.sin(turn) / factor
    steps = np.floor(u[:, [draws.ROW, draws.COLUMN]] * (2 * shift + 1)) - shift  # n 2
    centre = np.array([(height - 1) / 2, (width - 1) / 2])
    warps = np.empty((len(u), 2, 3))
    warps[:, 0, 0], warps[:, 0, 1] = cos, -sin
    warps[:, 1, 0], warps[:, 1, 1] = mirror * sin, mirror * cos
    warps[:, :, 2] = centre - (warps[:, :, :2] * (centre + steps)[:, np.newaxis]).sum(axis=2)
    return warps


def cropped(warps: Reals, u: Reals, height: int, width: int, least: float) -> Reals:
    """Warps of which a crop is then stretched to the picture's size: (r, c) comes through first + sides * (r, c)."""
    first, sides = _crops(u, height, width, least)
    linear, offset = warps[:, :, :2], warps[:, :, 2]
    moved_on = offset + (linear * first[:, np.newaxis]).sum(axis=2)
    return np.concatenate([linear * sides[:, np.newaxis], moved_on[:, :, np.newaxis]], axis=2)


def _crops(u: Reals, height: int, width: int, least: float) -> tuple[Reals, Reals]:
    """The first place (n, 2) of each crop and its sides' shares (n, 2).

    An area a between `least` and 1, and width : height = w, its logarithm uniform between those of 3/4 and 4/3 and
    of a and 1/a (beyond which a side would stick out): sides sqrt(a / w), sqrt(a w). Corners come from corners.
    """
    area = least + (1 - least) * u[:, draws.CROP_AREA]
    most = np.minimum(np.log(WIDEST), -np.log(area))
    aspect = np.exp(most * (2 * u[:, draws.CROP_ASPECT] - 1))
    sides = np.minimum(np.sqrt(np.stack([area / aspect, area * aspect], axis=1)), 1)
    room = (1 - sides) * [height - 1, width - 1]
    return room * u[:, [draws.CROP_ROW, draws.CROP_COLUMN]], sides


def holes(size: int, u: Reals, height: int, width: int) -> Boxes:
    """Squares of `size` pixels around any pixel."""
    centres = np.floor(u[:, [draws.HOLE_ROW, draws.HOLE_COLUMN]] * [height, width])
    return _boxes(centres - size // 2, size, height, width)


def _boxes(first: Reals, sides: Reals | int, height: int, width: int) -> Boxes:
    """From the first row and column (n, 2), cut off at the border."""
    corners = np.hstack([first, first + sides])
    return np.clip(corners, 0, [height, width, height, width]).astype(np.int32, order="C")


def colours(u: Reals, *, brightness: float, contrast: float, saturation: float, hue: float) -> NDArray[np.float32]:
    """Brightness b, contrast c, saturation s and hue h, one behind the other, as one matrix and one lift a picture.

    x <- b x                          (as in Pillow's ImageEnhance)
    x <- c x + (1 - c) mean of Y      Y = 0.299 R + 0.587 G + 0.114 B, the brightness
    x <- s x + (1 - s) Y
    x <- I and Q of x turned by h     YIQ: brightness and two differences of colours

    Grey stays grey in the last two, and a colour as bright as it is.
    """
    spread = 2 * u - 1
    b, c = 1 + brightness * spread[:, draws.BRIGHTNESS], 1 + contrast * spread[:, draws.CONTRAST]
    s, h = 1 + saturation * spread[:, draws.SATURATION], np.deg2rad(hue) * spread[:, draws.HUE]
    by_picture = (slice(None), np.newaxis, np.newaxis)
    grey = np.broadcast_to(LUMA, (3, 3))
    turned = grey + np.cos(h)[by_picture] * (np.eye(3) - grey) + np.sin(h)[by_picture] * _QUARTER_TURN
    saturated = grey + s[by_picture] * (np.eye(3) - grey)
    made = np.empty((len(u), 3, 4), np.float32)
    made[:, :, :3] = (b * c)[by_picture] * (turned @ saturated)
    made[:, :, 3] = (b * (1 - c))[:, np.newaxis]
    return made


def mixup(own: Reals, height: int, width: int) -> tuple[Boxes, NDArray[np.float32]]:
    """All of the picture, with what is left to the partner. Zhang et al. 2018."""
    everywhere = np.tile(np.array([0, 0, height, width], np.int32), (len(own), 1))
    return everywhere, (1 - own).astype(np.float32)


def cutmix(own: Reals, u: Reals, height: int, width: int) -> tuple[Boxes, NDArray[np.float32]]:
    """A box of the partner, of sqrt(1 - own) of each side, around any pixel. Yun et al. 2019."""
    sides = np.round(np.sqrt(1 - own)[:, np.newaxis] * [height, width])
    centres = np.floor(u[:, [draws.BOX_ROW, draws.BOX_COLUMN]] * [height, width])
    return _boxes(centres - np.floor(sides / 2), sides, height, width), np.ones(len(own), np.float32)


_QUARTER_TURN = np.linalg.inv(YIQ) @ np.array([[0, 0, 0], [0, 0, -1], [0, 1, 0]]) @ YIQ  # of I and Q; Y becomes 0
