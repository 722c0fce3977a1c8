"""Hand-made kernels, straight and curved, and how strongly they answer to pictures of two classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from striate.data.dataset import Dataset
from striate.engines.contract import Array
from striate.errors import DataError, SizeError, unknown_name
from striate.figures.shown import Shown
from striate.figures.strokes import StrokeRow, strokes_figure
from striate.inspection import arguments as may_be
from striate.model import Model
from striate.network.graph import Input
from striate.network.layers import Conv2D
from striate.network.settings import checked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIDE = 5
_ROW = {0: 2, 1: 1}  # on the stroke, beside it; -2 further off: every row adds up to 0, its squares to 14


@dataclass(frozen=True)
class Stroke:
    """A kernel made by hand: on row i the stroke is at column `centres[i]`; `lying`: turned by 90 degrees."""

    name: str  # a text's code
    centres: tuple[int, ...]
    curved: bool
    lying: bool = False

    @property
    def kernel(self) -> NDArray[np.float32]:
        """The weights (5, 5): 2 on the stroke, 1 beside it, -2 elsewhere; their sum is 0."""
        rows = [[_ROW.get(abs(column - centre), -2) for column in range(SIDE)] for centre in self.centres]
        kernel = np.array(rows, np.float32)
        return kernel.T if self.lying else kernel


STROKES = (
    Stroke("strokes.vertical", (2, 2, 2, 2, 2), curved=False),
    Stroke("strokes.slanted", (3, 3, 2, 1, 1), curved=False),
    Stroke("strokes.left_arc", (2, 1, 1, 1, 2), curved=True),
    Stroke("strokes.right_arc", (2, 3, 3, 3, 2), curved=True),
    Stroke("strokes.upper_arc", (2, 1, 1, 1, 2), curved=True, lying=True),
    Stroke("strokes.lower_arc", (2, 3, 3, 3, 2), curved=True, lying=True),
)
MEASURES = {"mean": "strokes.mean", "largest": "strokes.largest", "per_ink": "strokes.per_ink"}  # texts' codes


@dataclass(frozen=True)
class Answer:
    """What a kernel gives for the pictures of a class, after ReLU; the mean over all of them of

    `mean`: the mean over the map; `largest`: the largest of the map; `per_ink`: the sum over the map by the sum of the
    picture's pixels, which are from 0 to 1.
    """

    mean: float
    largest: float
    per_ink: float


@dataclass(frozen=True, eq=False)
class StrokeAnswers(Shown):
    """Every kernel's answers to two classes: `first` is that of straight strokes, `second` of curved ones.

    `pictures`: how many of each, from the `part` of the data; `maps` (2, P, Q, K): the mean maps; `means` (2, H, W):
    the mean pictures.
    """

    classes: tuple[str, str]
    pictures: tuple[int, int]
    part: str
    answers: tuple[tuple[Answer, Answer], ...]
    maps: Array
    means: Array

    def higher(self, measure: str) -> tuple[bool, ...]:
        """For each kernel, whether it is as is said: straight ones answer higher to the first class, others don't."""
        return tuple(
            (getattr(second, measure) > getattr(first, measure)) == stroke.curved
            for stroke, (first, second) in zip(STROKES, self.answers, strict=True)
        )

    def figure(self) -> "Figure":
        """Each kernel, its mean map over either class, and its answers as bars."""
        rows = [
            StrokeRow(
                stroke.name,
                stroke.kernel,
                self.maps[..., i],
                tuple((getattr(first, m), getattr(second, m)) for m in MEASURES),
            )
            for i, (stroke, (first, second)) in enumerate(zip(STROKES, self.answers, strict=True))
        ]
        return strokes_figure(rows, self.classes, self.means, list(MEASURES.values()))


@checked(data=may_be.dataset)
def strokes(
    data: Dataset,
    straight: str = "1",
    curved: str = "0",
    *,
    engine: str | None = None,
    isa: str | None = None,
    threads: int | None = None,
) -> StrokeAnswers:
    """Let the kernels answer to all pictures of two classes, of the test part where there is one.

    The pictures are grey, light strokes on dark. Raises `UnknownNameError` for a class that is none, `DataError` for
    one without pictures or pictures in colour, `SizeError` for pictures smaller than a kernel.
    """
    part = "test" if data.test else "validation" if data.validation else "train"
    images = data.test or data.validation or data.train
    model = _model(data.preprocessing.shape)
    model.use(engine=engine, isa=isa, threads=threads)
    found = [_answers(model, images.x, images.labels, data.class_names, name) for name in (straight, curved)]
    answers = tuple(zip(*(each.answers for each in found), strict=True))
    maps, means = (np.stack([getattr(each, name) for each in found]) for name in ("maps", "mean"))
    return StrokeAnswers((straight, curved), (found[0].count, found[1].count), part, answers, maps, means)


def _model(shape: tuple[int, ...]) -> Model:
    """A convolution with the kernels for weights, and ReLU."""
    height, width, channels = shape
    if channels != 1:
        raise DataError("strokes.colour", came=shape)
    if min(height, width) < SIDE:
        raise SizeError("strokes.small", came=(height, width), side=SIDE)
    picture = Input(shape)
    model = Model(picture, Conv2D(len(STROKES), SIDE, activation="relu", use_bias=False)(picture))
    model.set_weights([np.stack([stroke.kernel for stroke in STROKES], -1)[:, :, np.newaxis]])  # 5 5 1 K
    return model


@dataclass(frozen=True, eq=False)
class _OfClass:
    answers: tuple[Answer, ...]
    maps: Array
    mean: Array
    count: int


def _answers(model: Model, x: Array, labels: NDArray[np.int64], names: Sequence[str], name: str) -> _OfClass:
    if name not in names:
        raise unknown_name("class", name, names)
    pictures = x[labels == names.index(name)]
    if not len(pictures):
        raise DataError("strokes.no_pictures", name=name)
    maps = model.predict(pictures).astype(np.float64)  # N P Q K
    ink = np.maximum(pictures.sum((1, 2, 3), dtype=np.float64), 1e-12)[:, np.newaxis]
    measured = (maps.mean((1, 2)), maps.max((1, 2)), maps.sum((1, 2)) / ink)  # N K each
    rows = np.stack([values.mean(0) for values in measured], -1)  # K 3
    return _OfClass(
        tuple(Answer(*map(float, row)) for row in rows), maps.mean(0), pictures[..., 0].mean(0), len(pictures)
    )
