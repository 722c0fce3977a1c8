"""What a layer is: a frozen description without arrays. Names, argument order and defaults are Keras's.

A layer's identity is the layer: used at two places of a network it shares its weights. Its weights live in the model's
theta (network/layout.py), its size rules in network/shapes.py, its arithmetic in engines/.
"""

from functools import singledispatch
from typing import Any, ClassVar, TypeVar

from striate.errors import UnknownNameError
from striate.network.initializers import INITIALIZERS
from striate.network.settings import (
    Padding,
    described,
    flag,
    one_of,
    optional_name,
    optional_positive_pair,
    optional_shape,
    padding,
    positive,
    positive_pair,
    setting,
    shape,
    share,
)
from striate.network.window import Pair

ACTIVATIONS = ("linear", "relu", "sigmoid", "tanh", "softmax")

_activation = one_of("activation", ACTIVATIONS)
_initializer = one_of("initializer", INITIALIZERS)


def _optional_activation(value: str | None) -> str:
    return "linear" if value is None else _activation(value)


@described
class Layer:
    """One step of a network, as a description. Called on a symbol it gives a symbol, on an array an array."""

    abstract: ClassVar[bool] = True
    stem: ClassVar[str] = "layer"  # unnamed layers are called by this and a number: conv1, conv2

    name: str | None = setting(converter=optional_name, default=None, kw_only=True)
    input_shape: tuple[int, ...] | None = setting(converter=optional_shape, default=None, kw_only=True)

    def __call__(self, inputs: Any) -> Any:
        return apply(inputs, self)


@singledispatch
def apply(inputs: object, layer: Layer) -> Any:
    """What calling a layer gives: graph.py says it for symbols, calling.py for arrays."""
    raise UnknownNameError("layer.called_on_unknown", layer=layer, came=type(inputs).__name__)


LAYERS: dict[str, type[Layer]] = {}

L = TypeVar("L", bound=type[Layer])


def registered(layer: L) -> L:
    """Let a kind of layer be found by its name, in files and in TOML."""
    LAYERS[layer.__name__] = layer
    return layer


@registered
@described
class InputLayer(Layer):
    """Where pictures enter: shape (H, W, C), or (n,) for vectors. Made by `Input`."""

    stem: ClassVar[str] = "input"

    shape: tuple[int, ...] = setting(converter=shape)


@registered
@described
class Conv2D(Layer):
    """Each filter's weighted sum over a window of all channels, at every place of the map.

    y[n,p,q,k] = b[k] + sum over r,s,c of x[n, p*stride+r-top, q*stride+s-left, c] * w[r,s,c,k]

    Shapes: (N, H, W, C) -> (N, P, Q, K), w (R, S, C, K), b (K,). No kernel flip: cross-correlation, as in all CNN
    frameworks. `padding` is 'valid', 'same' (Keras's: P = ceil(H / stride)), a number for all sides, (vertical,
    horizontal) or ((top, bottom), (left, right)).
    """

    stem: ClassVar[str] = "conv"

    filters: int = setting(converter=positive)
    kernel_size: Pair = setting(converter=positive_pair)
    strides: Pair = setting(converter=positive_pair, default=1)
    padding: Padding = setting(converter=padding, default="valid")
    activation: str = setting(converter=_optional_activation, default=None, kw_only=True)
    use_bias: bool = setting(converter=flag, default=True, kw_only=True)
    kernel_initializer: str = setting(converter=_initializer, default="glorot_uniform", kw_only=True)
    bias_initializer: str = setting(converter=_initializer, default="zeros", kw_only=True)


@described
class Pooling2D(Layer):
    """What both poolings share: a window of `pool_size`, moved by `strides` (None: by its own size)."""

    abstract: ClassVar[bool] = True
    stem: ClassVar[str] = "pool"

    pool_size: Pair = setting(converter=positive_pair, default=2)
    strides: Pair | None = setting(converter=optional_positive_pair, default=None)
    padding: Padding = setting(converter=padding, default="valid")

    @property
    def steps(self) -> Pair:
        """By how many pixels the window moves, (down, right)."""
        return self.strides or self.pool_size


@registered
@described
class MaxPooling2D(Pooling2D):
    """The largest value of each window; padding never wins. Shapes: (N, H, W, C) -> (N, P, Q, C)."""


@registered
@described
class AveragePooling2D(Pooling2D):
    """The mean of each window, padding not counted. Shapes: (N, H, W, C) -> (N, P, Q, C)."""


@registered
@described
class Flatten(Layer):
    """All values of a picture in one row, channels fastest. Shapes: (N, H, W, C) -> (N, H*W*C)."""

    stem: ClassVar[str] = "flatten"


@registered
@described
class Dense(Layer):
    """Every output sees every input: y[n,k] = b[k] + sum over c of x[n,c] * w[c,k]. Shapes: (N, C) -> (N, K), w (C, K).

    On maps (N, H, W, C) it works on the last axis, as in Keras.
    """

    stem: ClassVar[str] = "dense"

    units: int = setting(converter=positive)
    activation: str = setting(converter=_optional_activation, default=None)
    use_bias: bool = setting(converter=flag, default=True)
    kernel_initializer: str = setting(converter=_initializer, default="glorot_uniform", kw_only=True)
    bias_initializer: str = setting(converter=_initializer, default="zeros", kw_only=True)


@registered
@described
class Activation(Layer):
    """A function of each value (softmax: of each vector along the last axis). Shape unchanged."""

    stem: ClassVar[str] = "activation"

    activation: str = setting(converter=_activation)


@registered
@described
class Dropout(Layer):
    """In training each value is zeroed with probability `rate`, the others are divided by 1 - rate; else all stay.

    Shape unchanged. Srivastava et al. 2014, with the scaling in training ("inverted").
    """

    stem: ClassVar[str] = "dropout"

    rate: float = setting(converter=share)


def activation_of(layer: Layer) -> str:
    """The activation behind a layer; "linear" where it has none."""
    return getattr(layer, "activation", "linear")


MaxPool2D = MaxPooling2D
AvgPool2D = AveragePooling2D
