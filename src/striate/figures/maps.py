"""What a layer makes of a picture, drawn as what it is: maps as a sheet, a vector as bars."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from striate.figures.page import Pixels
from striate.figures.sheets import Scale, map_sheet
from striate.figures.vectors import vector_figure
from striate.messages import render

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 128  # maps on one sheet


def maps_figure(
    values: Pixels,
    *,
    title: str,
    picture: Pixels | None = None,
    scale: Scale = "shared",
    most: int | None = MOST,
    names: Sequence[str] = (),
) -> "Figure":
    """Maps (P, Q, K), at most so many of them (None: all), or a vector (K,), beside the picture (H, W, 1 or 3).

    Where there are more, those with the largest values are drawn, and the figure says so. Raises `DataError`.
    """
    if values.ndim == 1:
        return vector_figure(values, title=title, picture=picture, names=names)
    if values.ndim != 3 or most is None or values.shape[2] <= most:
        return map_sheet(values, title=title, picture=picture, scale=scale)
    kept = largest_maps(values, most)
    note = render("figure.maps.some", {"shown": most, "count": values.shape[2]})
    return map_sheet(values[:, :, kept], title=title, picture=picture, scale=scale, numbers=kept, notes=[note])


def largest_maps(values: Pixels, most: int) -> list[int]:
    """The numbers, in order, of the maps with the largest values."""
    sizes = np.nan_to_num(np.abs(values)).max(axis=(0, 1))
    return sorted(np.argsort(-sizes, kind="stable")[:most].tolist())
