"""From what a user hands over, pictures and targets, to batches that a network can take."""

import numpy as np
from numpy.typing import ArrayLike

from striate.data.batches import ArrayBatches
from striate.data.dataset import Images
from striate.data.decoded import Decoded
from striate.errors import DataError, SettingError
from striate.network.graph import Graph
from striate.network.losses import Loss
from striate.training.targets import as_pictures, as_targets, as_weights, check_shape


def batches_for(
    where: str,
    graph: Graph,
    loss: Loss,
    x: ArrayLike | Images,
    y: ArrayLike | None,
    sample_weight: ArrayLike | None = None,
) -> tuple[Graph, ArrayBatches]:
    """The graph for the size of these pictures, and they with targets as the loss wants them.

    Raises `DataError` or `SettingError` where they do not fit; errors say `where` the targets were missing.
    """
    scale = None
    if isinstance(x, Images):
        pictures, y, scale = x.pictures, x.labels, x.preprocessing.scale
        x.preprocessing.check(pictures)
        check_shape(pictures, graph.input_shape)
    else:
        pictures = as_pictures(x, graph.input_shape)
    if y is None:
        raise SettingError("setting.missing", where=where, setting="y")
    if len(pictures) == 0:
        raise DataError("data.no_pictures")
    planned = graph.at(pictures.shape[1:])
    targets = as_targets(loss, y, planned.output_shape, len(pictures))
    weights = as_weights(sample_weight, len(pictures))
    if not isinstance(pictures, Decoded):
        pictures = np.ascontiguousarray(pictures)  # a view with gaps would be copied for every batch
    return planned, ArrayBatches(pictures, targets, weights, scale)
