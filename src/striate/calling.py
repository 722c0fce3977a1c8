"""A layer called on an array: its weights stay beside the layer, never in it."""

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from striate.engines.contract import Array
from striate.errors import UnknownNameError
from striate.model import Model
from striate.network.graph import Input
from striate.network.layers import Layer, apply

# The weights alone, not the model: that holds the layer, which could then never be forgotten.
_weights: WeakKeyDictionary[Layer, list[Array]] = WeakKeyDictionary()


@apply.register(object)
def _(inputs: Any, layer: Layer) -> Array:
    """The layer's answer to pictures (N, H, W, C): float32. Its weights are drawn at the first call and then stay."""
    try:
        pictures = np.asarray(inputs, np.float32)
    except (TypeError, ValueError):
        raise UnknownNameError("layer.called_on_unknown", layer=layer, came=type(inputs).__name__) from None
    if pictures.ndim < 2:
        raise UnknownNameError("layer.called_on_unknown", layer=layer, came=pictures.shape)
    x = Input(pictures.shape[1:])
    model = Model(x, layer(x))
    if layer in _weights:
        model.set_weights(_weights[layer])
    else:
        _weights[layer] = model.get_weights()
    return model.predict(pictures)
