"""From what a user hands over, pictures and targets, to batches that a network can take."""

from typing import TypeGuard, cast

import numpy as np
from numpy.typing import ArrayLike

from striate.data.batches import ArrayBatches
from striate.data.dataset import Dataset, Images, PictureData
from striate.data.decoded import Decoded, Pictures
from striate.errors import DataError, SettingError
from striate.network.graph import Graph
from striate.network.losses import Loss
from striate.training.own_data import OwnBatches, Sized, sized
from striate.training.targets import as_numbers, as_pictures, as_targets, as_weights, check_shape

Data = ArrayLike | Images | PictureData


def batches_for(
    where: str,
    graph: Graph,
    loss: Loss,
    x: Data,
    y: ArrayLike | None,
    sample_weight: ArrayLike | None = None,
) -> tuple[Graph, ArrayBatches | OwnBatches]:
    """The graph for the size of these pictures, and they with targets as the loss wants them.

    Raises `DataError` or `SettingError` where they do not fit; errors say `where` the targets were missing.
    """
    if is_own(x):
        return _own(where, graph, loss, x, y, sample_weight)
    scale = None
    if isinstance(x, Images):
        pictures, y, scale = x.pictures, x.labels, x.preprocessing.scale
        x.preprocessing.check(pictures)
        check_shape(pictures, graph.input_shape)
    else:
        pictures = as_pictures(cast(ArrayLike, x), graph.input_shape)
    if y is None:
        raise SettingError("setting.missing", where=where, setting="y")
    if len(pictures) == 0:
        raise DataError("data.no_pictures")
    planned = graph.at(pictures.shape[1:])
    targets = as_targets(loss, y, planned.output_shape, len(pictures))
    weights = as_weights(sample_weight, len(pictures))
    if not isinstance(pictures, Decoded):
        pictures = np.ascontiguousarray(pictures)  # a view with gaps would be copied for every batch
    files = x.files if isinstance(x, Images) else None
    return planned, ArrayBatches(pictures, targets, weights, scale, files=files)


def shaped(x: Data) -> Pictures | Sized:
    """What tells the pictures' number and size."""
    if isinstance(x, Images):
        return x.pictures
    if isinstance(x, tuple):
        raise DataError("data.pair", came=len(x))
    return sized(x) if is_own(x) else as_numbers(cast(ArrayLike, x))


def is_own(x: object) -> TypeGuard[PictureData]:
    """Whether it is data that a user wrote; of a whole `Dataset` nobody can know which part is meant."""
    return isinstance(x, PictureData) and not isinstance(x, Dataset)


def _own(
    where: str, graph: Graph, loss: Loss, x: PictureData, y: ArrayLike | None, sample_weight: ArrayLike | None
) -> tuple[Graph, OwnBatches]:
    for setting, given in (("y", y), ("sample_weight", sample_weight)):
        if given is not None:
            raise SettingError("own.brings_its_own", where=where, setting=setting)
    pictures = sized(x)
    check_shape(pictures, graph.input_shape)
    planned = graph.at(pictures.shape[1:])
    return planned, OwnBatches(x, pictures, loss, graph.input_shape, planned.output_shape)
