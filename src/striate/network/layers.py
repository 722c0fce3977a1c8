"""What a layer is: a frozen description without arrays. Names, argument order and defaults are Keras's.

A layer's identity is the layer: used at two places of a network it shares its weights. Its weights live in the model's
theta (network/layout.py), its size rules in network/shapes.py, its arithmetic in engines/.
"""

from functools import singledispatch
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from striate.errors import SettingError, UnknownNameError
from striate.network.elsewhere import LAYER, missing
from striate.network.initializers import INITIALIZERS
from striate.network.layout import Array, Weight
from striate.network.settings import (
    Padding,
    axis,
    border,
    described,
    flag,
    not_negative,
    one_of,
    open_shape,
    optional,
    optional_name,
    padding,
    positive,
    positive_pair,
    positive_real,
    setting,
    share,
)
from striate.network.window import Border, Pair

# Names alone, in a dictionary that keeps their order: a user's own are added to it.
ACTIVATIONS: dict[str, None] = dict.fromkeys(
    (
        "linear",
        "relu",
        "sigmoid",
        "tanh",
        "softmax",
        "leaky_relu",
        "relu6",
        "elu",
        "selu",
        "gelu_tanh",
        "silu",
        "softplus",
        "hard_sigmoid",
    )
)

_activation = one_of("activation", ACTIVATIONS)
_initializer = one_of("initializer", INITIALIZERS)


def _optional_activation(value: str | None) -> str:
    return "linear" if value is None else _activation(value)


@described
class Layer:
    """One step of a network, as a description. Called on a symbol it gives a symbol, on an array an array."""

    abstract: ClassVar[bool] = True
    joins: ClassVar[bool] = False  # takes two or more inputs, as a list, and not exactly one
    stem: ClassVar[str] = "layer"  # unnamed layers are called by this and a number: conv1, conv2

    name: str | None = setting(converter=optional_name, default=None, kw_only=True)
    input_shape: tuple[int, ...] | None = setting(converter=optional(open_shape), default=None, kw_only=True)

    def __call__(self, inputs: Any) -> Any:
        return apply(inputs, self)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            raise missing(self, name, LAYER)


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


@described
class CustomLayer(Layer):
    """A layer of the user's own, written in NumPy: build upon it, decorate it with `striate.layers.custom`.

    It works in every engine: a fast one calls these functions for that layer alone. `forward` gets one array for each
    input and for each weight, in order, and answers with the output and what `backward` needs; `backward` answers with
    a gradient for each input, then for each weight.
    """

    abstract: ClassVar[bool] = True

    def output_shape(self, *shapes: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of the output for one picture. Unless overridden: that of the input."""
        return shapes[0]

    def weights(self, *shapes: tuple[int, ...]) -> tuple[Weight, ...]:
        """The weights that it takes where these shapes reach it. Unless overridden: none."""
        return ()

    def forward(self, *arrays: Array) -> tuple[Array, Any]:
        """The output (N, ...) for inputs (N, ...) and weights, and what backward needs."""
        raise SettingError("layer.no_forward", where=type(self).__name__)

    def backward(self, dy: Array, saved: Any) -> tuple[Array, ...]:
        """The gradients of the inputs and of the weights, in order, for that of the output."""
        raise SettingError("layer.no_backward", where=type(self).__name__)


def custom(layer: type[CustomLayer]) -> type[CustomLayer]:
    """Make a user's class a layer: a description like the others, found by its name in files once it is defined."""
    return registered(described(layer))


@registered
@described
class InputLayer(Layer):
    """Where pictures enter: shape (H, W, C), or (n,) for vectors. Made by `Input`."""

    stem: ClassVar[str] = "input"

    shape: tuple[int, ...] = setting(converter=open_shape)


@registered
@described
class Conv2D(Layer):
    """Each filter's weighted sum over a window of all channels, at every place of the map.

    y[n,p,q,k] = b[k] + sum over r,s,c of x[n, p*stride + r*dilation - top, q*stride + s*dilation - left, c] w[r,s,c,k]

    Shapes: (N, H, W, C) -> (N, P, Q, K), w (R, S, C, K), b (K,). No kernel flip: cross-correlation, as in all CNN
    frameworks. `padding` is 'valid', 'same' (Keras's: P = ceil(H / stride)), a number for all sides, (vertical,
    horizontal) or ((top, bottom), (left, right)). With `groups` the channels and filters are cut into so many parts and
    each filter sees its part alone: w (R, S, C / groups, K).
    """

    stem: ClassVar[str] = "conv"

    filters: int = setting(converter=positive)
    kernel_size: Pair = setting(converter=positive_pair)
    strides: Pair = setting(converter=positive_pair, default=1)
    padding: Padding = setting(converter=padding, default="valid")
    dilation_rate: Pair = setting(converter=positive_pair, default=1, kw_only=True)
    groups: int = setting(converter=positive, default=1, kw_only=True)
    activation: str = setting(converter=_optional_activation, default=None, kw_only=True)
    use_bias: bool = setting(converter=flag, default=True, kw_only=True)
    kernel_initializer: str = setting(converter=_initializer, default="glorot_uniform", kw_only=True)
    bias_initializer: str = setting(converter=_initializer, default="zeros", kw_only=True)


@registered
@described
class DepthwiseConv2D(Layer):
    """A convolution in which each filter sees one channel alone, and each channel has `depth_multiplier` filters.

    y[n,p,q,c*M+m] = b[c*M+m] + sum over r,s of x[n, p*stride + r*dilation - top, q*stride + s*dilation - left, c]
    w[r,s,c,m]

    Shapes: (N, H, W, C) -> (N, P, Q, C*M), w (R, S, C, M), b (C*M,).
    """

    stem: ClassVar[str] = "depthwise"

    kernel_size: Pair = setting(converter=positive_pair)
    strides: Pair = setting(converter=positive_pair, default=1)
    padding: Padding = setting(converter=padding, default="valid")
    depth_multiplier: int = setting(converter=positive, default=1)
    dilation_rate: Pair = setting(converter=positive_pair, default=1, kw_only=True)
    activation: str = setting(converter=_optional_activation, default=None, kw_only=True)
    use_bias: bool = setting(converter=flag, default=True, kw_only=True)
    depthwise_initializer: str = setting(converter=_initializer, default="glorot_uniform", kw_only=True)
    bias_initializer: str = setting(converter=_initializer, default="zeros", kw_only=True)


@described
class Pooling2D(Layer):
    """What both poolings share: a window of `pool_size`, moved by `strides` (None: by its own size)."""

    abstract: ClassVar[bool] = True
    stem: ClassVar[str] = "pool"

    pool_size: Pair = setting(converter=positive_pair, default=2)
    strides: Pair | None = setting(converter=optional(positive_pair), default=None)
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


@described
class GlobalPooling2D(Layer):
    """What both global poolings share: one number a channel; with `keepdims` as a map of 1x1."""

    abstract: ClassVar[bool] = True
    stem: ClassVar[str] = "pool"

    keepdims: bool = setting(converter=flag, default=False, kw_only=True)


@registered
@described
class GlobalAveragePooling2D(GlobalPooling2D):
    """The mean of each channel's whole map. Shapes: (N, H, W, C) -> (N, C). Lin et al. 2014."""


@registered
@described
class GlobalMaxPooling2D(GlobalPooling2D):
    """The largest value of each channel's whole map. Shapes: (N, H, W, C) -> (N, C)."""


@registered
@described
class ZeroPadding2D(Layer):
    """Rows and columns of zeros around each map. Shapes: (N, H, W, C) -> (N, top + H + bottom, left + W + right, C)."""

    stem: ClassVar[str] = "pad"

    padding: Border = setting(converter=border, default=1)


@registered
@described
class BatchNormalization(Layer):
    """Each channel brought to mean 0 and variance 1, then to a learned scale and centre.

    y = gamma (x - mean) / sqrt(variance + epsilon) + beta

    In training mean and (biased) variance are the batch's, over N, H and W; moving <- momentum moving + (1 - momentum)
    batch. Otherwise they are the moving ones. Shape unchanged; gamma, beta, moving_mean, moving_variance (C,). Ioffe
    and Szegedy 2015; momentum as Keras has it: 0.99 of the old.
    """

    stem: ClassVar[str] = "norm"

    momentum: float = setting(converter=share, default=0.99, kw_only=True)
    epsilon: float = setting(converter=positive_real, default=1e-3, kw_only=True)
    center: bool = setting(converter=flag, default=True, kw_only=True)
    scale: bool = setting(converter=flag, default=True, kw_only=True)


@registered
@described
class LayerNormalization(Layer):
    """The values of each place brought to mean 0 and variance 1 over the channels, then to a learned scale and centre.

    y = gamma (x - mean) / sqrt(variance + epsilon) + beta. Shape unchanged; gamma, beta (C,). Ba et al. 2016.
    """

    stem: ClassVar[str] = "norm"

    epsilon: float = setting(converter=positive_real, default=1e-3, kw_only=True)
    center: bool = setting(converter=flag, default=True, kw_only=True)
    scale: bool = setting(converter=flag, default=True, kw_only=True)


@registered
@described
class Add(Layer):
    """The sum of its inputs, place by place; all of one shape. Called on a list: Add()([x, y])."""

    joins: ClassVar[bool] = True
    stem: ClassVar[str] = "add"


@registered
@described
class Concatenate(Layer):
    """Its inputs one behind the other along an axis (-1: the channels); the other axes alike. Concatenate()([x, y])."""

    joins: ClassVar[bool] = True
    stem: ClassVar[str] = "concat"

    axis: int = setting(converter=axis, default=-1)


@registered
@described
class ReLU(Layer):
    """y = x up to `max_value` for x >= threshold, else negative_slope (x - threshold). Shape unchanged.

    The slope at 0, at the threshold and at `max_value` is that of the lower side's flat part: 0 (negative_slope at 0).
    """

    stem: ClassVar[str] = "relu"

    max_value: float | None = setting(converter=optional(positive_real), default=None)
    negative_slope: float = setting(converter=not_negative, default=0.0)
    threshold: float = setting(converter=not_negative, default=0.0)


@registered
@described
class Softmax(Layer):
    """e^x_i / sum over j of e^x_j along the last axis. Shape unchanged."""

    stem: ClassVar[str] = "softmax"


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
    return "softmax" if isinstance(layer, Softmax) else getattr(layer, "activation", "linear")


Windowed = Conv2D | DepthwiseConv2D | Pooling2D

MaxPool2D = MaxPooling2D
AvgPool2D = AveragePooling2D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalMaxPool2D = GlobalMaxPooling2D
