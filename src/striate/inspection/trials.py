"""Small trainings to compare by: the same pictures in the same batches, from weights drawn by the same seeds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from striate.data.counting import Reading
from striate.data.dataset import Dataset, Images
from striate.data.dividing import divided
from striate.engines.computer import Computer
from striate.engines.contract import Array
from striate.errors import DataError
from striate.model import Model
from striate.network.graph import Graph, chain
from striate.network.layers import Conv2D, Dense, Flatten, Layer, MaxPooling2D
from striate.training.callbacks import Callback

Shape = tuple[int, ...]
Labels = NDArray[np.int64]

DRAWING = 5  # keeps the choice of pictures apart from other draws of the same seed
SMALLEST = 4  # pixels of a side: two poolings by 2 leave one
LOSS = "sparse_categorical_crossentropy"
JUDGING = 256  # pictures at a time
BATCH = 64  # pictures of a step


@dataclass(frozen=True, eq=False)
class Material:
    """Pictures to learn from, x (N, H, W, C) and y (N,), and others to judge by; `part` says which those are."""

    x: Array
    y: Labels
    judged_x: Array
    judged_y: Labels
    classes: int
    part: str

    @property
    def shape(self) -> Shape:
        """Of one picture: (H, W, C)."""
        return self.x.shape[1:]


def material(data: Dataset, pictures: int, judged: int) -> Material:
    """So many of the pictures, or all where there are fewer, drawn once for all; judged are those of the test part.

    Where the data have no test part, the validation part or what is held out for it. Raises `DataError` for pictures
    that are too small or of fewer than two classes.
    """
    height, width, _ = data.preprocessing.shape
    if min(height, width) < SMALLEST:
        raise DataError("trials.too_small", came=(height, width), required=SMALLEST)
    if len(data.class_names) < 2:
        raise DataError("trials.one_class", came=len(data.class_names))
    training, validation = divided(data, 0)
    held, part = (data.test, "test") if data.test else (validation, "validation")
    learned, judging = some(training, pictures, DRAWING), some(held, judged, DRAWING)
    return Material(learned.x, learned.y, judging.x, judging.y, len(data.class_names), part)


def batch_of(pictures: int) -> int:
    """`BATCH`, where there are as many pictures."""
    return min(BATCH, pictures)


def some(images: Images, count: int, draw: int) -> Images:
    """So many of the pictures, or all where there are fewer, in their order; `draw` keeps choices apart."""
    order = np.random.default_rng([0, draw]).permutation(len(images))
    return images.take(np.sort(order[:count]))


def convolutions(filters: int, classes: int, activation: str = "relu") -> list[Layer]:
    """The small CNN of all comparisons: two 3x3 convolutions, each pooled by 2, and one dense layer."""
    return [
        Conv2D(filters, 3, padding="same", activation=activation),
        MaxPooling2D(2),
        Conv2D(2 * filters, 3, padding="same", activation=activation),
        MaxPooling2D(2),
        Flatten(),
        Dense(classes, "softmax"),
    ]


def wired(layers: Sequence[Layer], shape: Shape) -> Graph:
    """The network of these layers for pictures of a shape (H, W, C)."""
    return Graph.to(chain(layers, shape))


@dataclass(frozen=True)
class Schooling:
    """How a training goes: the optimizer as `compile` takes it, epochs, pictures in a batch, what computes."""

    rule: str
    epochs: int
    batch_size: int
    computer: Computer


def trained(graph: Graph, data: Material, how: Schooling, seed: int, callbacks: Sequence[Callback] = ()) -> Model:
    """A network with weights of this seed, trained. The seed alone decides the order of the pictures, too.

    Raises `TrainingError` at the first number that is not finite.
    """
    model, by = Model.of(graph, seed=seed), how.computer
    model.compile(how.rule, LOSS, metrics=["accuracy"], engine=by.engine, isa=by.isa, threads=by.threads)
    model.preflighted = True  # the same pictures for every one of many trainings: nobody's mistake is looked for
    model.fit(data.x, data.y, batch_size=how.batch_size, epochs=how.epochs, verbose=0, callbacks=callbacks)
    return model


def right(model: Model, x: Array, y: Labels) -> Array:
    """1 for each picture whose class has the largest output, else 0: (N,)."""
    return (model.predict(x, JUDGING).argmax(axis=-1) == y).astype(np.float64)


def accuracy(model: Model, x: Array, y: Labels) -> float:
    """The share of pictures that are answered right."""
    return float(right(model, x, y).mean())


def counted(progress: Reading | None, what: str, of: int) -> Callable[[], None]:
    """To be called as each of so many things is done."""
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(what, done, of)

    if progress:
        progress(what, 0, of)
    return one_more
