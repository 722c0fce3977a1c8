"""Random numbers for varied pictures: each a function of (seed, epoch, number of the picture) and its place alone."""

import numpy as np
from numpy.typing import NDArray

from striate.engines.reference.random import philox

Reals = NDArray[np.float64]
Indices = NDArray[np.intp]

# Takes the place of the node's number in what dropout draws (engines/reference/random.py), so that they stay apart.
AUGMENTATION = 0xFFFFFFFF
# Which of a picture's numbers decides what; each keeps its place, so that switching one on changes no other.
FLIP, ROW, COLUMN, ANGLE, ZOOM, HOLE_ROW, HOLE_COLUMN, CROP_AREA = range(8)
CROP_ASPECT, CROP_ROW, CROP_COLUMN, PARTNER, BRIGHTNESS, CONTRAST, SATURATION, HUE = range(8, 16)
MIX_KIND, BOX_ROW, BOX_COLUMN = range(16, 19)
BLOCKS = 5  # of four numbers a picture, one counter each
FIRST_TRY = 1000  # the block of the first try for a number that has to be drawn until it fits


def uniform(seed: int, epoch: int, pictures: Indices, first_block: int = 0, blocks: int = BLOCKS) -> Reals:
    """Numbers in [0, 1), (n, 4 blocks)."""
    counter = np.empty((len(pictures) * blocks, 4), np.uint32)
    counter[:, 0] = np.repeat(pictures, blocks)
    counter[:, 1] = np.tile(np.arange(first_block, first_block + blocks), len(pictures))
    counter[:, 2], counter[:, 3] = epoch & 0xFFFFFFFF, AUGMENTATION
    words = philox(counter, (seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF)).reshape(len(pictures), 4 * blocks)
    return (words >> np.uint32(8)).astype(np.float64) * 2.0**-24


def alternating(place: int, seed: int, epoch: int, pictures: Indices) -> Reals:
    """Numbers in [0, 1), (n,): one draw u for two epochs, the second of which has it in the other half, u + 1/2 mod 1.

    What is decided by u < 1/2 then happens once in every two epochs, never twice or not at all. Jordan 2024.
    """
    block, within = divmod(place, 4)
    u = uniform(seed, epoch // 2, pictures, block, blocks=1)[:, within]
    return (u + epoch % 2 / 2) % 1


def symmetric_beta(alpha: float, seed: int, epoch: int, pictures: Indices) -> Reals:
    """A number of Beta(alpha, alpha) for each picture, alpha above 0 and at most 1. Joehnk 1964.

    Of u, v uniform, x = u^(1 / alpha) and y = v^(1 / alpha): where x + y <= 1 it is x / (x + y), else both are drawn
    again; at least half of the tries fit. By logarithms, since x and y may both be too small for a float.
    """
    found, missing, block = np.empty(len(pictures)), np.arange(len(pictures)), FIRST_TRY
    while len(missing):
        # In the middle of each step of 2^-24, so that none is 0.
        u, v = uniform(seed, epoch, pictures[missing], block, blocks=1)[:, :2].T + 2.0**-25
        log_x, log_y = np.log(u) / alpha, np.log(v) / alpha
        fits = np.exp(log_x) + np.exp(log_y) <= 1
        found[missing[fits]] = (0.5 + 0.5 * np.tanh((log_x - log_y) / 2))[fits]  # 1 / (1 + y / x)
        missing, block = missing[~fits], block + 1
    return found
