"""How far a model is right on pictures that are shifted or turned."""

from collections.abc import Sequence

import numpy as np

from striate.data.prepare import prepared
from striate.data.variation import Variation
from striate.engines.contract import Array
from striate.inspection.trials import Labels, right
from striate.model import Model

WAYS = ((1, 0), (-1, 0), (0, 1), (0, -1))  # down, up, right, left
SHIFTS, ANGLES = (0, 1, 2, 3, 4, 6, 8), (0, 10, 20, 30, 45)


def moved(x: Array, shift: tuple[int, int] = (0, 0), degrees: float = 0.0) -> Array:
    """Pictures (N, H, W, C) turned around their middle, then shifted by (down, right) pixels.

    What comes from outside is as the nearest pixel of the border. A turn mixes four neighbours (bilinear).
    """
    turn = np.deg2rad(degrees)
    a = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = (np.array(x.shape[1:3]) - 1) / 2
    offset = middle - a @ (middle + shift)  # pixel p comes from a p + offset
    warps = np.tile(np.column_stack([a, offset]), (len(x), 1, 1))
    holes = np.zeros((len(x), 4), np.int32)
    return prepared(np.asarray(x, np.float32), np.arange(len(x)), 1.0, Variation(warps, holes, None, "edge"))


def right_shifted(model: Model, x: Array, y: Labels, shifts: Sequence[int]) -> Array:
    """How often each picture is answered right behind a shift of so many pixels, of the four ways: (S, N)."""

    def mean(shift: int) -> Array:
        ways = WAYS if shift else WAYS[:1]
        return np.mean([right(model, moved(x, (shift * down, shift * across)), y) for down, across in ways], axis=0)

    return np.stack([mean(shift) for shift in shifts])


def right_turned(model: Model, x: Array, y: Labels, angles: Sequence[float]) -> Array:
    """How often each picture is answered right behind a turn by so many degrees, of both ways: (A, N)."""

    def mean(degrees: float) -> Array:
        ways = (degrees, -degrees) if degrees else (0.0,)
        return np.mean([right(model, moved(x, degrees=way), y) for way in ways], axis=0)

    return np.stack([mean(angle) for angle in angles])


def shifts_for(height: int, width: int) -> tuple[int, ...]:
    """Those that leave most of a picture in sight: up to a third of its shorter side."""
    return tuple(shift for shift in SHIFTS if 3 * shift <= min(height, width))
