"""What excites each unit of a layer most: the parts of pictures for which it gives its largest numbers."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from striate.data.dataset import Dataset, Images
from striate.data.load import load_images
from striate.engines.contract import Array
from striate.errors import DataError, SettingError, StateError
from striate.figures.shown import Shown
from striate.inspection import arguments as may_be
from striate.inspection.gallery import Gallery
from striate.model import Model
from striate.network.graph import Graph, Node
from striate.network.settings import checked, positive
from striate.network.shapes import Fields
from striate.network.window import Pair

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COUNT = 9
ROOM = 2**24  # numbers that the largest layer may give for a batch: 64 MB
MOST_AT_ONCE = 256  # pictures

Source = str | os.PathLike[str] | Dataset | Images | ArrayLike
Scanned = Callable[[int, int], object]  # so many pictures of all are done
Integers = NDArray[np.int64]


class Box(NamedTuple):
    """Part of a picture, in its pixels: rows top to bottom - 1, columns left to right - 1. It may reach beyond."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, eq=False)
class Patches(Shown):
    """The parts of pictures that excite the units of a layer most, each unit's best first.

    `units` (U,) are the channels; `values`, `numbers` and the first two axes of `places` are (U, count): the number
    that the unit gave, in which picture, and where in its map (row, column), -1 for a layer that gives vectors.
    `field` is height and width of the receptive field; None: the whole picture. `same` (U,) says of a unit that it
    gave the same number everywhere, so that nothing excites it more than anything else.
    """

    layer: str
    units: Integers
    values: Array
    numbers: Integers
    places: Integers
    same: NDArray[np.bool_]
    size: Pair
    fields: Fields | None
    per_picture: int
    pictures: Gallery

    @property
    def field(self) -> Pair | None:
        """Height and width of what a unit sees; None where it may see the whole picture."""
        if self.fields is None:
            return None
        rows, columns = self.fields
        return None if rows.size >= self.size[0] and columns.size >= self.size[1] else (rows.size, columns.size)

    def of(self, units: Sequence[int]) -> "Patches":
        """Those of some channels. Raises `SettingError` for one that is not there."""
        known = self.units.tolist()
        if wrong := [unit for unit in units if unit not in known]:
            raise SettingError("patches.no_unit", layer=self.layer, came=wrong[0], last=max(known))
        rows = [known.index(unit) for unit in units]
        cut = {name: getattr(self, name)[rows] for name in ("units", "values", "numbers", "places", "same")}
        return replace(self, **cut)

    def box(self, row: int, rank: int) -> Box:
        """What the unit saw: its field there, or the whole picture. It may reach beyond the picture's border."""
        if self.field is None or self.fields is None:
            return Box(0, 0, *self.size)
        (top, bottom), (left, right) = (
            (field.start + int(at) * field.stride, field.start + int(at) * field.stride + field.size)
            for field, at in zip(self.fields, self.places[row, rank], strict=True)
        )
        return Box(top, left, bottom, right)

    def file(self, row: int, rank: int) -> str | None:
        """Where the picture came from."""
        return self.pictures.file(int(self.numbers[row, rank]))

    def patch(self, row: int, rank: int) -> tuple[NDArray[np.generic], NDArray[np.bool_]]:
        """The pixels in the box (h, w, C), 0 beyond the picture, and which of them (h, w) are of the picture."""
        picture, box = self.pictures.shown(int(self.numbers[row, rank])), self.box(row, rank)
        height, width = self.size
        rows, columns = np.arange(box.top, box.bottom), np.arange(box.left, box.right)
        inside = ((rows >= 0) & (rows < height))[:, np.newaxis] & ((columns >= 0) & (columns < width))
        cut = picture[rows.clip(0, height - 1)][:, columns.clip(0, width - 1)]
        return np.where(inside[..., np.newaxis], cut, 0).astype(picture.dtype), inside

    def figure(self) -> "Figure":
        """The patches as a sheet: a square for each unit, the first units where there are many."""
        from striate.figures.patches import patch_sheet

        if self.pictures.channels not in (1, 3):
            raise DataError("patches.channels", came=self.pictures.channels)
        return patch_sheet(self)


@checked(model=may_be.model, count=positive, per_picture=positive)
def patches(
    model: Model,
    data: Source,
    layer: str,
    *,
    count: int = COUNT,
    per_picture: int = 1,
    progress: Scanned | None = None,
) -> Patches:
    """The `count` parts of all pictures of the data for which each unit of a layer gives its largest numbers.

    `data`: whatever `load_images` reads, a `Dataset` (all of its parts), `Images`, or pictures (N, H, W, C) as
    `subject` takes one. All pictures and places are looked at; of one picture at most `per_picture` parts are taken for
    a unit. Of equal numbers the first picture's comes first, and of one picture the place nearest to its beginning.
    Memory does not grow with the number of pictures. Raises `UnknownNameError` for a layer that is not there.
    """
    pictures = gallery(model, data)
    if not len(pictures):
        raise DataError("patches.no_pictures")
    graph = model.graph.at(pictures.shape)
    node = graph.node(layer)
    if not node.inputs:
        raise SettingError("patches.input", layer=layer)
    best = _scanned(model, pictures, node, _at_once(graph), count, per_picture, progress)
    if (best.numbers < 0).any():
        raise DataError("patches.not_finite", layer=layer)
    of_maps = len(node.shape) == 3
    nowhere = np.full((*best.places.T.shape, 2), -1, np.int64)
    return Patches(
        layer=layer,
        units=np.arange(node.shape[-1]),
        values=best.values.T,
        numbers=best.numbers.T,
        places=np.stack(np.divmod(best.places.T, node.shape[1]), axis=-1) if of_maps else nowhere,
        same=best.least == best.values[0],
        size=(pictures.shape[0], pictures.shape[1] if len(pictures.shape) > 1 else 1),
        fields=graph.fields[graph.place(layer)] if of_maps else None,
        per_picture=per_picture,
        pictures=pictures,
    )


def _scanned(
    model: Model, pictures: Gallery, node: Node, at_once: int, count: int, per_picture: int, progress: Scanned | None
) -> "_Best":
    """The largest numbers that a node gives for all pictures, looked for some pictures at a time."""
    channels, places = node.shape[-1], int(np.prod(node.shape[:-1]))
    best = _Best.empty(min(count, len(pictures) * min(per_picture, places)), channels)
    for first in range(0, len(pictures), at_once):
        maps = model.feature_maps(pictures.x(first, first + at_once), node.name)
        best = best.with_maps(maps.reshape(len(maps), places, channels), first, per_picture)
        if progress:
            progress(min(first + at_once, len(pictures)), len(pictures))
    return best


def gallery(model: Model, data: Source) -> Gallery:
    """The pictures of any source, as the model takes them."""
    taken = model.preprocessing
    if isinstance(data, str | os.PathLike):
        if taken is None:
            raise StateError("model.no_preprocessing")
        data = load_images(data, size=taken.size, colour=taken.colour, resize=taken.resize)
    if isinstance(data, Dataset):
        return Gallery.of_images(model, [part for part in (data.train, data.validation, data.test) if part])
    if isinstance(data, Images):
        return Gallery.of_images(model, [data])
    return Gallery.of_array(model, np.asarray(data))


def _at_once(graph: Graph) -> int:
    """How many pictures go through at a time."""
    largest = max(int(np.prod(node.shape)) for node in graph.nodes)
    return max(1, min(MOST_AT_ONCE, ROOM // largest))


class _Best(NamedTuple):
    """The largest numbers so far, (count, channels), best first; where they were; the least number of all."""

    values: Array
    numbers: Integers
    places: Integers
    least: Array

    @staticmethod
    def empty(count: int, channels: int) -> "_Best":
        shape = count, channels
        none = np.full(shape, -1, np.int64)
        return _Best(np.full(shape, -np.inf, np.float32), none, none, np.full(channels, np.inf, np.float32))

    def with_maps(self, maps: Array, first: int, per_picture: int) -> "_Best":
        """Those of more pictures among them: maps (n, places, channels), of the pictures from `first` on."""
        if per_picture == 1:
            found, places = self._larger(maps)
        else:
            places = np.argsort(-maps, axis=1, kind="stable")[:, :per_picture]
            found = np.take_along_axis(maps, places, axis=1)  # n, per picture, channels
        numbers = np.broadcast_to(np.arange(first, first + len(maps))[:, np.newaxis, np.newaxis], places.shape)
        channels = maps.shape[-1]
        values = np.concatenate([self.values, found.reshape(-1, channels)])
        # Stable, and those from before stand first: of equal numbers the first picture's stays.
        order = np.argsort(-values, axis=0, kind="stable")[: len(self.values)]

        def ordered(before: Integers, more: Integers) -> Integers:
            return np.take_along_axis(np.concatenate([before, more.reshape(-1, channels)]), order, axis=0)

        return _Best(
            np.take_along_axis(values, order, axis=0),
            ordered(self.numbers, numbers),
            ordered(self.places, places),
            np.minimum(self.least, _over_places(np.minimum, maps).min(axis=0)),
        )

    def _larger(self, maps: Array) -> tuple[Array, Integers]:
        """The largest of each map and where it is, both (n, 1, channels); -infinity where it is not among the best.

        To look where the largest stands takes several times as long as to find it: few must be looked for.
        """
        largest = _over_places(np.maximum, maps)
        better = largest > self.values[-1]
        pictures, channels = np.nonzero(better)
        places = np.full(largest.shape, -1, np.int64)
        places[better] = maps[pictures, :, channels].argmax(axis=1)
        return np.where(better, largest, -np.inf)[:, np.newaxis], places[:, np.newaxis]


def _over_places(ufunc: np.ufunc, maps: Array) -> Array:
    """The largest or least of each map, (n, places, channels) -> (n, channels), half against half.

    NumPy's own reduction goes along the few channels of one place at a time, which takes several times as long.
    """
    while (places := maps.shape[1]) > 1:
        half = places // 2
        halved: Array = ufunc(maps[:, :half], maps[:, half : 2 * half])
        if places % 2:
            halved[:, 0] = ufunc(halved[:, 0], maps[:, -1])
        maps = halved
    return maps[:, 0]
