"""What a unit sees of the picture: its receptive field by arithmetic, and the part of it that moves the unit."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from striate.engines.contract import Array
from striate.errors import StateError
from striate.figures.shown import Shown
from striate.inspection import arguments as may_be
from striate.inspection.fields.gaussian import Gaussian, fitted, moments
from striate.inspection.fields.noise import PICTURES, Noise
from striate.inspection.parts import up_to, with_first_weights
from striate.inspection.silence import Ending, endings
from striate.inspection.subject import Picture, Subject, taken
from striate.inspection.units import Unit, unit_of
from striate.inspection.why.attribution import Progress, nothing
from striate.model import Model
from striate.network.graph import Graph
from striate.network.seen import Part, seen
from striate.network.settings import checked, positive, whole
from striate.network.window import Pair

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Map = NDArray[np.float64]

AT_A_TIME = 8  # pictures whose gradients are in memory together


@dataclass(frozen=True)
class FieldBox:
    """Rows and columns of a picture, each from the first to before the second number; negative: beyond its edge."""

    rows: Pair
    columns: Pair

    @property
    def size(self) -> Pair:
        """Height and width."""
        return self.rows[1] - self.rows[0], self.columns[1] - self.columns[0]

    @property
    def area(self) -> int:
        """How many pixels it holds."""
        return self.size[0] * self.size[1]

    def of(self, values: Map) -> Map:
        """The part of a map (H, W) that lies in the box."""
        return values[slice(*self.rows), slice(*self.columns)]


@dataclass(frozen=True)
class Effective:
    """How much each pixel moves a unit, by its gradient.

    `share` (H, W): the squared gradient of the unit with respect to a pixel, summed over the pixel's channels and over
    the pictures, as a share of the sum over all pixels; all 0 where no pixel moves the unit. `spread` is the root of
    its second moment about its mean, in rows and in columns; `gaussian` the bell fitted to it inside of the box. `size`
    is the height and width of an evenly lit patch with the same spread, sqrt(12 spread^2 + 1); `ratio` the root of its
    area over that of the box. `outside` is the squared gradient outside of the box: 0, or the arithmetic is wrong.
    Where no pixel moves the unit `ends` are the layers that pass nothing on to it.
    """

    share: Map
    spread: tuple[float, float]
    gaussian: Gaussian | None
    ratio: float
    outside: float
    ends: tuple[Ending, ...] = ()

    @property
    def silent(self) -> bool:
        """Whether no pixel moves the unit."""
        return not self.share.any()

    @property
    def size(self) -> tuple[float, float]:
        """Of the evenly lit patch."""
        return 0.0 if self.silent else _side(self.spread[0]), 0.0 if self.silent else _side(self.spread[1])


@dataclass(frozen=True)
class ReceptiveField(Shown):
    """The field of a unit in pictures of a size (height, width).

    `box` is what it can see, exactly: padding is left out wherever it stands; `unclipped` the box of `Graph.fields`,
    which goes on beyond the picture where there is padding. `now` is measured with the model's weights, `first` with
    those that it began with by `seed`; None where these are the same.
    """

    unit: Unit
    size: Pair
    box: FieldBox
    unclipped: FieldBox
    now: Effective
    first: Effective | None
    seed: int
    picture: Subject | None
    noise: Noise | None

    @property
    def padding(self) -> float:
        """The share of the unclipped box that lies beyond the picture."""
        inside = [
            max(min(end, n) - max(begin, 0), 0)
            for (begin, end), n in zip((self.unclipped.rows, self.unclipped.columns), self.size, strict=True)
        ]
        return 1 - math.prod(inside) / self.unclipped.area

    def figure(self) -> "Figure":
        """The box over the picture, and in it what moves the unit, before and after training."""
        from striate.figures.fields import FieldPanel, field_figure

        def panel(code: str, effective: Effective) -> FieldPanel:
            bell = effective.gaussian
            ellipse = None if bell is None else (*bell.middle, *bell.sigmas, bell.angle)
            goodness = None if bell is None else bell.goodness
            return FieldPanel(code, {"seed": self.seed}, effective.share, ellipse, effective.ratio, goodness)

        code = "field.figure.now" if self.first else "field.figure.first"
        panels = [panel("field.figure.first", self.first)] if self.first else []
        shown = self.picture.shown if self.picture else None
        box, unclipped = ((*box.rows, *box.columns) for box in (self.box, self.unclipped))
        return field_figure(str(self.unit), self.size, shown, box, unclipped, [*panels, panel(code, self.now)])


@checked(model=may_be.model, pictures=positive, seed=whole)
def receptive_field(
    model: Model,
    unit: str | Unit,
    picture: Picture | Subject | None = None,
    *,
    pictures: int = PICTURES,
    seed: int = 0,
    progress: Progress = nothing,
) -> ReceptiveField:
    """The theoretical and the effective receptive field of a unit, such as "conv2:5:7,9".

    The effective one is measured on the picture, or where none is given on so many `pictures` of noise (even from black
    to white, by `seed`). Its spread follows Luo, Li, Urtasun and Zemel 2016, Understanding the effective receptive
    field in deep convolutional neural networks: behind n linear layers of 3x3 with random weights it is sqrt(2n/3)
    pixels, growing as the root of what the theoretical size grows as. Raises `SettingError` for a unit that is not
    there, `StateError` where the model takes no pictures.
    """
    if len(model.graph.input_shape) != 3:
        raise StateError("field.no_pictures", came=model.graph.input_shape)
    looked_at = None if picture is None else taken(model, picture)
    noise = Noise(pictures, seed) if looked_at is None else None
    x = looked_at.x if looked_at else cast(Noise, noise).drawn(model)
    graph = model.graph.at(x.shape[1:])
    found = unit_of(graph, unit)
    box, unclipped = (box_of(graph, found, clipped=clipped) for clipped in (True, False))
    cut, began = up_to(model, found.layer), first_seed(model)
    first = with_first_weights(cut, model, began)
    learned = not all(np.array_equal(a, b) for a, b in ((cut.theta, first.theta), (cut.state, first.state)))
    both = len(x) * (1 + learned)
    now = effective(cut, found, x, box, lambda done: progress(done, both))
    before = effective(first, found, x, box, lambda done: progress(len(x) + done, both)) if learned else None
    return ReceptiveField(found, (x.shape[1], x.shape[2]), box, unclipped, now, before, began, looked_at, noise)


def first_seed(model: Model) -> int:
    """The seed that a model's first weights were drawn by: that of its training, where the file tells."""
    recipe = model.about.get("recipe")
    seed = cast(Mapping[str, object], recipe).get("seed") if isinstance(recipe, Mapping) else None
    return seed if isinstance(seed, int) and seed >= 0 else model.seed


def box_of(graph: Graph, unit: Unit, *, clipped: bool) -> FieldBox:
    """The box around what a unit sees; clipped: of the picture alone, else with the padding beyond its edges."""
    part = tuple(np.array([place]) for place in unit.index)
    return box_around(seen(graph, unit.layer, part, clipped=clipped))


def box_around(part: Part | None) -> FieldBox:
    """The box around rows and columns of a picture; an empty one where there are none."""
    if part is None:
        return FieldBox((0, 0), (0, 0))
    (top, bottom), (left, right) = ((int(places[0]), int(places[-1]) + 1) for places in part[:2])
    return FieldBox((top, bottom), (left, right))


def effective(
    model: Model, unit: Unit, x: Array, box: FieldBox, progress: Callable[[int], None] = lambda done: None
) -> Effective:
    """How much each pixel of pictures x (N, H, W, C) moves a unit of the model, whose theoretical field is the box."""
    energy = np.zeros(x.shape[1:3])
    for begin in range(0, len(x), AT_A_TIME):
        gradient = _pixels(model, unit, x[begin : begin + AT_A_TIME])
        energy += np.square(gradient.astype(np.float64)).sum(axis=(0, 3))
        progress(min(begin + AT_A_TIME, len(x)))
    total = float(energy.sum())
    if not total > 0:
        ends = endings(model, unit, x, AT_A_TIME) if box.area else (Ending(unit.layer, "padding"),)
        return Effective(energy, (0.0, 0.0), None, 0.0, 0.0, ends)
    _, covariance = moments(energy)
    spread = math.sqrt(max(covariance[0, 0], 0)), math.sqrt(max(covariance[1, 1], 0))
    outside = total - float(box.of(energy).sum()) if np.count_nonzero(energy) > np.count_nonzero(box.of(energy)) else 0
    ratio = math.sqrt(_side(spread[0]) * _side(spread[1]) / box.area) if box.area else 0.0
    return Effective(energy / total, spread, _bell(energy / total, box), ratio, float(outside))


def _pixels(model: Model, unit: Unit, x: Array) -> Array:
    """The gradient (N, H, W, C) of a unit with respect to the pixels."""
    shape = model.graph.at(x.shape[1:]).node(unit.layer).shape
    dy = np.zeros((len(x), *shape), np.float32)
    dy[(slice(None), *unit.index)] = 1
    pixels = model.graph.nodes[0].name
    return dy if unit.layer == pixels else model.gradients(x, {unit.layer: dy}, [pixels])[pixels]


def _bell(share: Map, box: FieldBox) -> Gaussian | None:
    """The Gaussian in the box, its middle in the picture."""
    bell = fitted(box.of(share))
    if bell is None:
        return None
    row, column = bell.middle
    return Gaussian(bell.height, (row + box.rows[0], column + box.columns[0]), bell.sigmas, bell.angle, bell.goodness)


def _side(spread: float) -> float:
    """How long an even row of pixels is that has this spread: n pixels have (n^2 - 1) / 12."""
    return math.sqrt(12 * spread * spread + 1)
