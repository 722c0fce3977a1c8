"""Numbers laid over a picture so that the picture stays recognisable: it goes grey, and they colour it."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from striate.figures.page import Pixels
from striate.figures.ranges import unit_range

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

Shares = NDArray[np.float64]

# Both are read by those who do not tell red from green, and in print: viridis by its lightness, blue and red by theirs.
FROM_ZERO = "viridis"
BOTH_SIDES = "RdBu_r"
STRONGEST = 0.78  # of a colour over the picture where the number is greatest
FAINTNESS = 0.6  # the power of a number by which its colour grows
COLORED = 0.4  # how far from the middle of a map of both signs colours begin
PALE = 0.25  # how much white is mixed into the grey picture, so that dark parts take colours, too


def over(picture: Pixels | None, values: Shares, most: float, colors: "str | Colormap") -> Shares:
    """Colours (H, W, 3) from 0 to 1: the picture (H, W, 1 or 3) in grey, tinted by values (H, W) from 0 to `most`.

    Values from 0 up take the map from its start, values of both signs from its middle. Without a picture: on white.
    """
    from matplotlib import colormaps

    table = colormaps[colors] if isinstance(colors, str) else colors
    share = np.clip(values / most if most > 0 else np.zeros_like(values), -1, 1)
    # The middle of the map is white: a pale colour would only veil the picture, so small numbers are coloured, faintly.
    place = (1 + np.sign(share) * (COLORED + (1 - COLORED) * np.abs(share))) / 2 if colors == BOTH_SIDES else share
    tint = np.asarray(table(place), np.float64)[..., :3]
    alpha = (STRONGEST * np.abs(share) ** FAINTNESS)[..., np.newaxis]
    ground = np.ones((*values.shape, 1)) if picture is None else grey(picture)[..., np.newaxis]
    return (1 - alpha) * ground + alpha * tint


def grey(picture: Pixels) -> Shares:
    """A picture (H, W, 1 or 3) in grey (H, W), from PALE to 1."""
    values = unit_range(picture)
    luminance = values[..., 0] if values.shape[-1] == 1 else values @ np.array([0.299, 0.587, 0.114])
    return PALE + (1 - PALE) * luminance
