"""A layer called on an array: its weights stay beside the layer, never in it."""

from collections.abc import Sequence
from itertools import count
from typing import Any, cast
from weakref import WeakKeyDictionary

import numpy as np

from striate.engines.contract import Array
from striate.engines.reference.operations import Call, operation_of
from striate.errors import DataError, GraphError, UnknownNameError
from striate.model import Model
from striate.network.graph import Input
from striate.network.initializers import first_values
from striate.network.layers import Conv2D, CustomLayer, DepthwiseConv2D, InputLayer, Layer, Pooling2D, apply
from striate.network.layout import Layout
from striate.network.settings import is_sequence
from striate.network.shapes import weights
from striate.training.targets import as_numbers, as_pictures

# The weights alone, not the model: that holds the layer, which could then never be forgotten.
_weights: WeakKeyDictionary[Layer, list[Array]] = WeakKeyDictionary()
_seeds = count()  # each layer draws by its own: the same script gives the same numbers, two layers different ones


@apply.register(object)
def _(inputs: Any, layer: Layer) -> Array:
    """The layer's answer to pictures (N, H, W, C): float32. Its weights are drawn at the first call and then stay.

    A layer that takes several inputs is called on a list of them.
    """
    if isinstance(layer, InputLayer):
        raise GraphError("graph.input_not_first")
    listed: Sequence[object] = inputs if is_sequence(inputs) else ()
    several = bool(listed) and (layer.joins or _several(layer, listed))
    given = [_pictures(each, layer) for each in (listed if several else [inputs])]
    if len({len(each) for each in given}) > 1:
        raise DataError("layer.unlike_batches", layer=type(layer).__name__, came=[len(each) for each in given])
    x = [Input(each.shape[1:]) for each in given]
    y = layer(x if several else x[0])  # refuses shapes that do not fit
    if several:
        return _joined(layer, given)
    model = Model(x[0], y, seed=0 if layer in _weights else next(_seeds))
    drawn = _weights.setdefault(layer, model.get_weights())
    required, came = [w.shape for w in drawn], [w.shape for w in model.get_weights()]
    if required != came:
        raise DataError("layer.other_weights", layer=type(layer).__name__, required=required, came=came)
    model.set_weights(drawn)
    return model.predict(given[0])


def _several(layer: Layer, inputs: Sequence[object]) -> bool:
    """Whether a user's layer is called on a list of arrays, and not on pictures that stand in a list."""
    return isinstance(layer, CustomLayer) and all(isinstance(each, np.ndarray) and each.ndim > 1 for each in inputs)


def _pictures(came: object, layer: Layer) -> Array:
    try:
        pictures = as_numbers(cast(Any, came))
    except DataError:
        raise UnknownNameError("layer.called_on_unknown", layer=layer, came=type(came).__name__) from None
    if pictures.ndim < 2 or (isinstance(layer, Conv2D | DepthwiseConv2D | Pooling2D) and pictures.ndim == 3):
        raise DataError("layer.needs_batch", layer=type(layer).__name__, came=pictures.shape)
    return pictures


def _joined(layer: Layer, inputs: Sequence[Array]) -> Array:
    """A model has one input, so a layer with several is asked itself, for what it computes where nothing is trained."""
    layout = Layout.of(("it", weight) for weight in weights(layer, *(each.shape[1:] for each in inputs)))
    drawn = _weights.setdefault(layer, list(layout.views(first_values(layout, next(_seeds))).values()))
    given = [as_pictures(each, each.shape[1:]) for each in inputs]
    return operation_of(layer).forward(layer, Call(given, drawn, (), None, batch_statistics=False)).output
