"""Many small arrays as one picture, in colours that need no library: white at 0, red above, blue below."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from striate.figures.columns import columns_for
from striate.figures.ranges import largest, unit_range

Array = NDArray[Any]
Pixels = NDArray[np.uint8]

# Five of ColorBrewer's RdBu, which colour-blind readers tell apart (Harrower and Brewer 2003).
STOPS = np.array([(33, 102, 172), (146, 197, 222), (247, 247, 247), (244, 165, 130), (178, 24, 43)], float)
SHADES = 64  # on each side of 0: with the greys of letters no more colours than a GIF can hold
LARGE = 30  # pixels of a tile that are small: each weight becomes several
GAP = 3  # pixels between tiles
MOST_TILES = 64  # that are shown of kernels or maps that stand alone
MOST_KERNELS, MOST_CHANNELS = 12, 16  # of those with many channels: a row each


Told = tuple[str, dict[str, object]]  # the code of a text, and its fields


class FrameFacts(Protocol):
    """When a frame was."""

    @property
    def step(self) -> int: ...
    @property
    def epoch(self) -> int: ...
    @property
    def loss(self) -> float | None: ...


@dataclass(frozen=True, eq=False)
class Panel:
    """One picture that changes: (h, w, 4) for each frame, on one scale from -`most` to `most`; `note` says of what."""

    frames: Sequence[Pixels]
    most: float
    note: Told
    painted: bool = False  # in colours of their own, not in those of a scale

    @property
    def scale(self) -> Pixels:
        """All colours from the least to the most, (1, 129, 4)."""
        return scale_image(in_colours=self.painted)


@dataclass(frozen=True, eq=False)
class Scene:
    """A film's numbers: kernels (F, r, s, C, K), maps (F, P, Q, K), the picture (H, W, 1 or 3)."""

    title: str
    layer: str
    frames: Sequence[FrameFacts]
    kernels: Array
    maps: Array | None
    picture: NDArray[np.generic] | None
    coloured: bool = False

    @cached_property
    def kernel_panel(self) -> Panel:
        """The kernels; of a layer that sees colours in colours, of one that sees many channels a row for each."""
        return kernel_panel(self.kernels, coloured=self.coloured)

    @cached_property
    def map_panel(self) -> Panel | None:
        """The maps of the picture."""
        if self.maps is None:
            return None
        count = self.maps.shape[-1]
        shown = np.moveaxis(self.maps[..., :MOST_TILES], -1, 1)
        most = largest(self.maps)
        across = columns_for(shown.shape[1], shown.shape[2] / shown.shape[3])
        note = ("film.maps_note", {"shown": shown.shape[1], "count": count})
        return Panel([sheet(diverging(tiles, most), across) for tiles in shown], most, note)


def told(frame: FrameFacts) -> Told:
    """What stands at a frame: its step, its epoch, its loss."""
    code = "film.frame_start" if not frame.epoch else "film.frame" if frame.loss is None else "film.frame_loss"
    return code, {"step": frame.step, "epoch": frame.epoch, "loss": frame.loss}


def kernel_panel(kernels: Array, *, coloured: bool, most: float | None = None) -> Panel:
    """Kernels (F, r, s, C, K) as a panel; a scale may be given."""
    channels, count = kernels.shape[3:]
    most = largest(kernels) if most is None else most
    by_kernel = np.moveaxis(kernels, (4, 3), (1, 2))  # F K C r s
    if channels == 1 or (coloured and channels == 3):
        shown = by_kernel[:, :MOST_TILES]
        across = columns_for(shown.shape[1], kernels.shape[1] / kernels.shape[2])
        code = "film.colours_note" if channels == 3 else "film.kernels_note"
        note = (code, {"shown": shown.shape[1], "count": count})
        paint = painted if channels == 3 else _only
        return Panel([sheet(paint(tiles, most), across) for tiles in shown], most, note, painted=channels == 3)
    shown = by_kernel[:, :MOST_KERNELS, :MOST_CHANNELS]
    kinds = {"kernels": shown.shape[1], "count": count, "channels": shown.shape[2], "all": channels}
    frames = [sheet(diverging(tiles.reshape(-1, *tiles.shape[2:]), most), shown.shape[2]) for tiles in shown]
    return Panel(frames, most, ("film.rows_note", kinds))


def _only(tiles: Array, most: float) -> Pixels:
    return diverging(tiles[:, 0], most)


def diverging(values: Array, most: float) -> Pixels:
    """Numbers from -most to most as colours (..., 4): blue, white at 0, red."""
    shade = np.round(np.clip(np.nan_to_num(values.astype(np.float64) / most), -1, 1) * SHADES) / SHADES
    place = 2 * shade + 2
    rgb = [np.interp(place, np.arange(5), STOPS[:, i]) for i in range(3)]
    return np.stack([*rgb, np.full(values.shape, 255.0)], axis=-1).round().astype(np.uint8)


def scale_image(*, in_colours: bool) -> Pixels:
    """All colours from the least to the most, (1, 129, 4): of a scale; of one channel of three, black to white."""
    values = np.linspace(-1, 1, 2 * SHADES + 1)
    return (
        painted(np.tile(values, (3, 1))[np.newaxis, :, np.newaxis], 1.0)[0]
        if in_colours
        else diverging(values[np.newaxis], 1.0)
    )


def painted(tiles: Array, most: float) -> Pixels:
    """Kernels (T, 3, r, s) in their own colours: grey is 0, each channel darker below and lighter above."""
    rgb = np.clip(127.5 + 127.5 * np.nan_to_num(np.moveaxis(tiles, 1, -1).astype(np.float64)) / most, 0, 255)
    return np.concatenate([rgb, np.full((*rgb.shape[:3], 1), 255.0)], axis=-1).round().astype(np.uint8)


def sheet(tiles: Pixels, across: int) -> Pixels:
    """Tiles (T, h, w, 4) in rows of so many, small ones enlarged; what lies between is transparent."""
    scale = max(1, round(LARGE / max(tiles.shape[1:3])))
    large = tiles.repeat(scale, axis=1).repeat(scale, axis=2)
    count, height, width = large.shape[:3]
    down = -(-count // across)
    whole = np.zeros((down * (height + GAP) - GAP, across * (width + GAP) - GAP, 4), np.uint8)
    for i, tile in enumerate(large):
        top, left = i // across * (height + GAP), i % across * (width + GAP)
        whole[top : top + height, left : left + width] = tile
    return whole


def as_rgb(picture: NDArray[np.generic]) -> Pixels:
    """A picture (H, W, 1 or 3), bytes or numbers, as bytes (H, W, 3); numbers beyond 0 to 1 from least to most."""
    values = unit_range(picture)
    grey = values.repeat(3, axis=2) if values.shape[2] == 1 else values
    return (255 * grey).round().astype(np.uint8)
