"""A layer called on an array: its weights stay beside the layer, never in it."""

from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from striate.engines.contract import Array
from striate.errors import DataError, GraphError, UnknownNameError
from striate.model import Model
from striate.network.graph import Input
from striate.network.layers import Conv2D, InputLayer, Layer, Pooling2D, apply
from striate.training.targets import as_numbers

# The weights alone, not the model: that holds the layer, which could then never be forgotten.
_weights: WeakKeyDictionary[Layer, list[Array]] = WeakKeyDictionary()
_seeds = count()  # each layer draws by its own: the same script gives the same numbers, two layers different ones


@apply.register(object)
def _(inputs: Any, layer: Layer) -> Array:
    """The layer's answer to pictures (N, H, W, C): float32. Its weights are drawn at the first call and then stay."""
    if isinstance(layer, InputLayer):
        raise GraphError("graph.input_not_first")
    try:
        pictures = as_numbers(inputs)
    except DataError:
        raise UnknownNameError("layer.called_on_unknown", layer=layer, came=type(inputs).__name__) from None
    if pictures.ndim < 2 or (isinstance(layer, Conv2D | Pooling2D) and pictures.ndim == 3):
        raise DataError("layer.needs_batch", layer=type(layer).__name__, came=pictures.shape)
    x = Input(pictures.shape[1:])
    model = Model(x, layer(x), seed=0 if layer in _weights else next(_seeds))
    drawn = _weights.setdefault(layer, model.get_weights())
    required, came = [w.shape for w in drawn], [w.shape for w in model.get_weights()]
    if required != came:
        raise DataError("layer.other_weights", layer=type(layer).__name__, required=required, came=came)
    model.set_weights(drawn)
    return model.predict(pictures)
