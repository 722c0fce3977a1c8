"""THE table: every layer and option that ships, in awkward geometries. Each property of the tests runs over all of it.

A row is a small network. To add a layer, add rows: odd and non-square sizes, strides larger than the kernel, lopsided
borders, one pixel, one picture, one channel, more channels than a vector register holds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    CustomLayer,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Input,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    ReLU,
    Softmax,
    Weight,
    ZeroPadding2D,
    custom,
)
from striate.network.graph import Graph, Symbol, chain

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A chain of layers, or a function that wires some behind an input; the shape of one picture; how many at once."""

    id: str
    shape: tuple[int, ...]
    layers: Sequence[Layer] | Callable[[Symbol], Symbol]
    batch: int = 2

    @cached_property
    def graph(self) -> Graph:
        if callable(self.layers):
            return Graph.to(self.layers(Input(self.shape)))
        return Graph.to(chain(self.layers, self.shape))

    @property
    def branches(self) -> bool:
        return any(len(node.inputs) > 1 for node in self.graph.nodes)

    def pictures(self, rng: np.random.Generator) -> Array:
        return rng.standard_normal((self.batch, *self.shape))


def random_theta(graph: Graph, rng: np.random.Generator) -> Array:
    """Weights of order 1 / sqrt(inputs), biases of order 1: no activation is flat or linear there. The padding is 0."""
    theta = np.zeros(graph.theta.size)
    for span in graph.theta.spans:
        inputs = int(np.prod(span.shape[:-1]))
        graph.theta.view(theta, span)[...] = rng.standard_normal(span.shape) / np.sqrt(inputs)
    return theta


def random_state(graph: Graph, rng: np.random.Generator) -> Array:
    """Running statistics as training leaves them: any mean, a variance above zero. The padding is 0."""
    state = np.zeros(graph.state.size)
    for span in graph.state.spans:
        spread = span.name.endswith("variance")
        view = graph.state.view(state, span)
        view[...] = rng.uniform(0.5, 2, span.shape) if spread else rng.standard_normal(span.shape)
    return state


@custom
class Curve(CustomLayer):
    """A user's layer with a weight and a setting: y = w x^power, a weight for each channel."""

    stem = "curve"
    power: int = 2

    def weights(self, *shapes: tuple[int, ...]) -> tuple[Weight, ...]:
        return (Weight("w", shapes[0][-1:], "ones"),)

    def forward(self, *arrays: Any) -> tuple[Any, Any]:
        x, w = arrays
        return w * x**self.power, (x, w)

    def backward(self, dy: Any, saved: Any) -> tuple[Any, ...]:
        x, w = saved
        return dy * w * self.power * x ** (self.power - 1), (dy * x**self.power).sum(axis=tuple(range(dy.ndim - 1)))


@custom
class Gate(CustomLayer):
    """A user's layer with two inputs: y = x * gate."""

    def forward(self, *arrays: Any) -> tuple[Any, Any]:
        x, gate = arrays
        return x * gate, (x, gate)

    def backward(self, dy: Any, saved: Any) -> tuple[Any, ...]:
        x, gate = saved
        return dy * gate, dy * x


twice = Conv2D(3, 3, padding="same", activation="tanh")
again = Dense(5, activation="sigmoid")


def residual(x: Symbol) -> Symbol:
    """A block of a residual network whose shortcut strides."""
    y = Conv2D(5, 3, strides=2, padding="same", use_bias=False)(x)
    y = Activation("relu")(BatchNormalization()(y))
    y = BatchNormalization(momentum=0.9)(Conv2D(5, 3, padding="same", use_bias=False)(y))
    shortcut = BatchNormalization()(Conv2D(5, 1, strides=2, use_bias=False)(x))
    return Dense(3)(GlobalAveragePooling2D()(Activation("relu")(Add()([y, shortcut]))))


def inverted_residual(x: Symbol) -> Symbol:
    y = ReLU(6)(BatchNormalization()(Conv2D(6, 1, use_bias=False)(x)))
    y = ReLU(6)(BatchNormalization()(DepthwiseConv2D(3, padding="same", use_bias=False)(y)))
    return Add()([x, BatchNormalization()(Conv2D(3, 1, use_bias=False)(y))])


def inception(x: Symbol) -> Symbol:
    """Three branches of unlike reach, joined along the channels."""
    branches = [Conv2D(2, 1)(x), Conv2D(3, 3, padding="same", activation="silu")(x)]
    return Concatenate()([*branches, MaxPooling2D(3, strides=1, padding="same")(x)])


def dense_block(x: Symbol) -> Symbol:
    for _ in range(3):
        x = Concatenate()([x, Conv2D(2, 3, padding="same", activation="elu")(x)])
    return GlobalMaxPooling2D()(x)


def shared_by_branches(x: Symbol) -> Symbol:
    """One convolution and one normalisation, each used on both sides of a sum."""
    conv, norm = Conv2D(2, 3, padding="same"), BatchNormalization()
    return Add()([norm(conv(x)), norm(conv(Activation("tanh")(x)))])


def shared_dense(x: Symbol) -> Symbol:
    """One dense layer on both sides of a sum, its units whole vectors."""
    dense = Dense(16)
    return Add()([dense(x), dense(Activation("tanh")(x))])


def squeeze(x: Symbol) -> Symbol:
    """A gate for each pixel, made by a user's layer from what it gates."""
    return Gate()([x, Conv2D(2, 1, activation="sigmoid")(x)])


def kept_dimensions(x: Symbol) -> Symbol:
    pooled = [GlobalAveragePooling2D(keepdims=True)(x), GlobalMaxPooling2D(keepdims=True)(x)]
    return Conv2D(3, 1)(Concatenate()(pooled))


def skip_over_everything(x: Symbol) -> Symbol:
    y = Dense(4, "tanh")(x)
    return Concatenate()([x, Add()([y, Dense(4, "gelu_tanh")(y), x]), y])


def two_speeds(x: Symbol) -> Symbol:
    """Branches of one size that stride unlike: no box of one size is what a unit sees."""
    return Add()([Conv2D(2, 2, strides=2)(x), Conv2D(2, 4)(x)])


CASES = [
    # Convolution: the window
    Case("conv_valid", (7, 5, 3), [Conv2D(4, 3)]),
    Case("conv_non_square_kernel", (6, 7, 2), [Conv2D(3, (2, 4))]),
    Case("conv_1x1", (4, 3, 3), [Conv2D(5, 1)]),
    Case("conv_one_pixel", (1, 1, 2), [Conv2D(3, 1)]),
    Case("conv_whole_picture", (4, 5, 2), [Conv2D(3, (4, 5))]),
    Case("conv_row_kernel", (3, 9, 1), [Conv2D(2, (1, 5))]),
    # its stride
    Case("conv_stride", (8, 7, 2), [Conv2D(2, 3, strides=2)]),
    Case("conv_stride_pair", (6, 9, 2), [Conv2D(2, (3, 2), strides=(1, 3))]),
    Case("conv_stride_over_kernel", (9, 7, 2), [Conv2D(2, 2, strides=3)]),
    Case("conv_1x1_stride", (5, 4, 3), [Conv2D(3, 1, strides=2)]),
    Case("conv_stride_over_picture", (3, 4, 1), [Conv2D(2, 2, strides=9)]),
    # its padding
    Case("conv_same", (7, 5, 3), [Conv2D(4, 3, padding="same")]),
    Case("conv_same_even_kernel", (5, 4, 2), [Conv2D(3, 2, padding="same")]),
    Case("conv_same_4x3", (6, 5, 2), [Conv2D(2, (4, 3), padding="same")]),
    Case("conv_same_stride", (8, 7, 2), [Conv2D(2, 3, strides=2, padding="same")]),
    Case("conv_same_even_stride", (5, 7, 2), [Conv2D(2, 4, strides=(3, 2), padding="same")]),
    Case("conv_same_stride_over_kernel", (8, 7, 2), [Conv2D(2, 2, strides=3, padding="same")]),
    Case("conv_same_kernel_over_picture", (3, 2, 1), [Conv2D(2, 5, padding="same")]),
    Case("conv_padding_number", (4, 6, 2), [Conv2D(2, 3, padding=1)]),
    Case("conv_padding_pair", (4, 5, 2), [Conv2D(3, 3, padding=(2, 0))]),
    Case("conv_padding_lopsided", (5, 4, 2), [Conv2D(3, 3, padding=((0, 2), (1, 0)))]),
    Case("conv_padding_lopsided_stride", (6, 5, 2), [Conv2D(2, (3, 2), strides=(2, 3), padding=((3, 1), (0, 2)))]),
    Case("conv_padding_over_kernel", (2, 3, 1), [Conv2D(2, 2, padding=3)]),
    # its channels, its batch, its options
    Case("conv_one_channel", (5, 6, 1), [Conv2D(1, 3)]),
    Case("conv_17_channels", (4, 3, 17), [Conv2D(3, 2)]),
    Case("conv_17_filters", (4, 5, 2), [Conv2D(17, 3)], batch=1),
    Case("conv_one_picture", (5, 4, 3), [Conv2D(2, 3, padding="same")], batch=1),
    Case("conv_five_pictures", (4, 4, 1), [Conv2D(2, 3)], batch=5),
    Case("conv_no_bias", (5, 6, 2), [Conv2D(3, 3, use_bias=False)]),
    Case("conv_relu", (5, 4, 2), [Conv2D(4, 3, padding="same", activation="relu")]),
    Case("conv_sigmoid", (5, 4, 2), [Conv2D(4, 3, activation="sigmoid")]),
    Case("conv_tanh", (5, 4, 2), [Conv2D(4, 3, activation="tanh", use_bias=False)]),
    Case("conv_softmax", (4, 4, 2), [Conv2D(4, 3, activation="softmax")]),
    # Max pooling
    Case("max_even", (6, 4, 2), [MaxPooling2D()]),
    Case("max_odd", (7, 5, 3), [MaxPooling2D(2)]),
    Case("max_non_square", (6, 7, 2), [MaxPooling2D((2, 3))]),
    Case("max_overlapping", (7, 6, 2), [MaxPooling2D(3, strides=2)]),
    Case("max_stride_1", (4, 5, 1), [MaxPooling2D(2, strides=1)]),
    Case("max_stride_over_window", (8, 7, 2), [MaxPooling2D(2, strides=3)]),
    Case("max_1x1", (3, 4, 2), [MaxPooling2D(1)]),
    Case("max_whole_picture", (3, 4, 17), [MaxPooling2D((3, 4))], batch=1),
    Case("max_same", (7, 5, 2), [MaxPooling2D(2, padding="same")]),
    Case("max_same_overlapping", (7, 6, 2), [MaxPooling2D((4, 3), strides=(3, 2), padding="same")]),
    Case("max_padding_lopsided", (5, 6, 2), [MaxPooling2D(3, strides=2, padding=((1, 2), (0, 1)))]),
    Case("max_padding_number", (5, 7, 2), [MaxPooling2D(3, strides=2, padding=1)]),
    # Average pooling
    Case("average_even", (6, 4, 2), [AveragePooling2D()]),
    Case("average_odd", (7, 5, 3), [AveragePooling2D(2)]),
    Case("average_overlapping", (7, 6, 2), [AveragePooling2D(3, strides=2)]),
    Case("average_stride_over_window", (8, 7, 2), [AveragePooling2D(2, strides=3)]),
    Case("average_same", (7, 5, 2), [AveragePooling2D(2, padding="same")]),
    Case("average_same_overlapping", (7, 6, 2), [AveragePooling2D((4, 3), strides=(3, 2), padding="same")]),
    Case("average_same_window_over_picture", (2, 3, 1), [AveragePooling2D(4, strides=1, padding="same")]),
    Case("average_padding_lopsided", (5, 6, 17), [AveragePooling2D(3, strides=2, padding=((1, 2), (0, 1)))], batch=1),
    Case("average_padding_number", (5, 7, 2), [AveragePooling2D(3, strides=2, padding=1)]),
    # Dilation, groups
    Case("conv_dilation", (7, 8, 2), [Conv2D(3, 3, dilation_rate=2)]),
    Case("conv_dilation_pair", (6, 9, 2), [Conv2D(2, (2, 3), dilation_rate=(3, 2))]),
    Case("conv_dilation_stride", (9, 8, 2), [Conv2D(2, 3, strides=(2, 3), dilation_rate=(2, 3))]),
    Case("conv_dilation_same", (7, 5, 2), [Conv2D(3, (3, 2), padding="same", dilation_rate=2)]),
    Case("conv_dilation_same_stride", (8, 7, 1), [Conv2D(2, 3, strides=2, padding="same", dilation_rate=(2, 1))]),
    Case("conv_dilation_lopsided", (5, 6, 2), [Conv2D(2, 2, padding=((3, 0), (1, 2)), dilation_rate=(4, 3))]),
    Case("conv_dilation_1x1", (4, 3, 2), [Conv2D(2, 1, dilation_rate=5)], batch=1),
    Case("conv_groups", (5, 4, 6), [Conv2D(4, 3, padding="same", groups=2)]),
    Case("conv_groups_one_each", (4, 5, 3), [Conv2D(6, 2, groups=3, activation="tanh")], batch=1),
    Case("conv_17_groups", (3, 4, 17), [Conv2D(17, 2, groups=17, use_bias=False)]),
    Case("conv_groups_stride_dilation", (8, 9, 4), [Conv2D(6, 3, strides=2, groups=2, dilation_rate=(1, 2))]),
    Case("conv_groups_lopsided", (5, 4, 4), [Conv2D(2, 3, padding=((0, 2), (1, 0)), groups=2)]),
    Case("conv_groups_of_two", (5, 6, 6), [Conv2D(6, (3, 2), padding="same", groups=3, activation="relu")]),
    Case("conv_groups_of_two_stride", (9, 8, 18), [Conv2D(18, 3, strides=(2, 3), padding=((0, 2), (1, 0)), groups=9)]),
    Case("conv_groups_of_four", (6, 9, 20), [Conv2D(20, 3, padding="same", groups=5, activation="tanh")], batch=3),
    Case("conv_groups_of_four_1x1", (4, 3, 8), [Conv2D(8, 1, strides=2, groups=2, use_bias=False)]),
    Case("conv_groups_of_eight", (5, 4, 24), [Conv2D(24, 2, groups=3, dilation_rate=(2, 1))]),
    Case("conv_groups_of_sixteen", (3, 5, 32), [Conv2D(32, 2, groups=2, activation="relu")], batch=1),
    Case("conv_groups_normalised", (5, 6, 8), [Conv2D(8, 3, groups=2, use_bias=False), BatchNormalization(), ReLU(6)]),
    Case("conv_groups_softmax", (4, 4, 4), [Conv2D(4, 3, groups=2, activation="softmax")]),
    # Depthwise
    Case("depthwise", (7, 5, 3), [DepthwiseConv2D(3)]),
    Case("depthwise_multiplier", (5, 6, 2), [DepthwiseConv2D((3, 2), depth_multiplier=3)]),
    Case("depthwise_same_stride", (8, 7, 3), [DepthwiseConv2D(3, strides=2, padding="same")]),
    Case("depthwise_stride_over_kernel", (9, 7, 2), [DepthwiseConv2D(2, strides=(3, 4), depth_multiplier=2)]),
    Case("depthwise_lopsided", (4, 5, 2), [DepthwiseConv2D((2, 3), padding=((0, 2), (1, 0)))]),
    Case("depthwise_dilation", (7, 8, 2), [DepthwiseConv2D(3, padding="same", dilation_rate=(2, 3))]),
    Case("depthwise_dilation_stride", (9, 8, 2), [DepthwiseConv2D(2, strides=2, dilation_rate=3, use_bias=False)]),
    Case("depthwise_1x1", (3, 4, 2), [DepthwiseConv2D(1, depth_multiplier=2, activation="relu6")]),
    Case("depthwise_17_channels", (3, 4, 17), [DepthwiseConv2D(2, activation="leaky_relu")], batch=1),
    Case("depthwise_one_channel", (4, 5, 1), [DepthwiseConv2D(3, depth_multiplier=4)], batch=1),
    Case("separable", (6, 5, 3), [DepthwiseConv2D(3, padding="same", use_bias=False), Conv2D(4, 1)]),
    # Global pooling, zero padding
    Case("global_average", (4, 5, 3), [GlobalAveragePooling2D()]),
    Case("global_average_keepdims", (3, 5, 2), [GlobalAveragePooling2D(keepdims=True)], batch=1),
    Case("global_average_one_pixel", (1, 1, 17), [GlobalAveragePooling2D()]),
    Case("global_max", (4, 5, 3), [GlobalMaxPooling2D()]),
    Case("global_max_keepdims", (5, 3, 17), [GlobalMaxPooling2D(keepdims=True)], batch=1),
    Case("global_max_row", (1, 6, 1), [GlobalMaxPooling2D()]),
    Case("zero_padding", (3, 4, 2), [ZeroPadding2D()]),
    Case("zero_padding_pair", (3, 2, 17), [ZeroPadding2D((2, 0))], batch=1),
    Case("zero_padding_lopsided", (3, 4, 2), [ZeroPadding2D(((0, 2), (3, 1)))]),
    Case("zero_padding_none", (3, 4, 2), [ZeroPadding2D(0)]),
    Case("zero_padding_before_pooling", (5, 6, 2), [ZeroPadding2D(1), MaxPooling2D(3, strides=2)]),
    Case("zero_padding_before_conv", (6, 5, 2), [ZeroPadding2D(((0, 1), (0, 1))), Conv2D(3, 3, strides=2)]),
    # Normalisation
    Case("batch_norm", (4, 3, 3), [BatchNormalization()], batch=3),
    Case("batch_norm_vector", (5,), [BatchNormalization(momentum=0.5, epsilon=0.1)], batch=6),
    Case("batch_norm_no_scale", (3, 4, 2), [BatchNormalization(scale=False)]),
    Case("batch_norm_no_centre", (3, 4, 2), [BatchNormalization(center=False)]),
    Case("batch_norm_plain", (2, 5, 17), [BatchNormalization(center=False, scale=False)]),
    Case("batch_norm_one_picture", (4, 5, 1), [BatchNormalization()], batch=1),
    Case("layer_norm", (3, 4, 5), [LayerNormalization()]),
    Case("layer_norm_vector", (17,), [LayerNormalization(epsilon=0.1)], batch=3),
    Case("layer_norm_no_scale", (2, 3, 4), [LayerNormalization(scale=False)], batch=1),
    Case("layer_norm_no_centre", (2, 3, 4), [LayerNormalization(center=False)]),
    Case("layer_norm_plain", (6,), [LayerNormalization(center=False, scale=False)]),
    # Dense
    Case("dense", (7,), [Dense(4)], batch=5),
    Case("dense_one_to_one", (1,), [Dense(1)]),
    Case("dense_17", (17,), [Dense(33)], batch=1),
    Case("dense_no_bias", (5,), [Dense(3, use_bias=False)], batch=4),
    Case("dense_on_maps", (3, 4, 5), [Dense(2, activation="relu")]),
    Case("dense_on_maps_no_bias", (3, 2, 5), [Dense(4, use_bias=False)], batch=1),
    Case("dense_softmax", (3,), [Dense(4, activation="softmax")], batch=5),
    Case("dense_sigmoid_one", (4,), [Dense(1, activation="sigmoid")], batch=6),
    Case("dense_tanh", (6,), [Dense(5, activation="tanh")]),
    # Layers without weights
    Case("flatten", (2, 3, 4), [Flatten()]),
    Case("flatten_vector", (5,), [Flatten()]),
    Case("activation_linear", (3, 2, 2), [Activation("linear")]),
    Case("activation_relu", (3, 2, 4), [Activation("relu")]),
    Case("activation_sigmoid", (3, 2, 4), [Activation("sigmoid")]),
    Case("activation_tanh", (3, 2, 4), [Activation("tanh")]),
    Case("activation_softmax", (3, 2, 4), [Activation("softmax")]),
    Case("activation_softmax_one", (1,), [Activation("softmax")]),
    Case("activation_leaky_relu", (3, 2, 4), [Activation("leaky_relu")]),
    Case("activation_relu6", (3, 2, 4), [Activation("relu6")]),
    Case("activation_elu", (3, 2, 4), [Activation("elu")]),
    Case("activation_selu", (3, 2, 4), [Activation("selu")]),
    Case("activation_gelu_tanh", (3, 2, 4), [Activation("gelu_tanh")]),
    Case("activation_silu", (3, 2, 4), [Activation("silu")]),
    Case("activation_softplus", (3, 2, 4), [Activation("softplus")]),
    Case("activation_hard_sigmoid", (3, 2, 4), [Activation("hard_sigmoid")]),
    Case("relu", (3, 2, 4), [ReLU()]),
    Case("relu_bounded", (3, 4, 4), [ReLU(max_value=0.7)]),
    Case("relu_leaky", (5,), [ReLU(negative_slope=0.3)], batch=4),
    Case("relu_all", (3, 4, 4), [ReLU(1.5, 0.2, 0.4)]),
    Case("softmax", (3, 2, 4), [Softmax()]),
    Case("softmax_last", (5,), [Dense(4), Softmax()], batch=3),
    Case("dropout", (3, 5, 2), [Dropout(0.4)]),
    Case("dropout_none", (6,), [Dropout(0)]),
    # Networks
    Case(
        "lenet",
        (9, 8, 1),
        [Conv2D(3, 3, activation="relu"), MaxPooling2D(), Flatten(), Dense(5, activation="tanh"), Dense(4, "softmax")],
        batch=3,
    ),
    Case(
        "lopsided_everywhere",
        (9, 11, 2),
        [
            Conv2D(4, (4, 3), strides=(1, 2), padding="same", activation="tanh", use_bias=False),
            AveragePooling2D((3, 2), strides=2, padding="same"),
            Conv2D(5, 2, padding=((1, 0), (0, 1)), activation="relu"),
            MaxPooling2D(3, strides=2),
            Flatten(),
            Dense(3),
        ],
    ),
    Case("dropout_between", (6,), [Dense(9, activation="relu"), Dropout(0.5), Dense(3, activation="softmax")], batch=3),
    Case("dropout_after_maps", (5, 4, 3), [Dropout(0.3), Conv2D(2, 2), Dropout(0.6), Flatten(), Dense(1, "sigmoid")]),
    Case("activation_apart", (4, 4, 1), [Conv2D(3, 2), Activation("relu"), Flatten(), Dense(3), Activation("softmax")]),
    Case(
        "vgg",
        (8, 6, 2),
        [
            Conv2D(3, 3, padding="same", use_bias=False),
            BatchNormalization(),
            ReLU(),
            MaxPooling2D(),
            Conv2D(4, 3, padding="same", use_bias=False),
            BatchNormalization(),
            ReLU(),
            GlobalAveragePooling2D(),
            Dense(3, "softmax"),
        ],
        batch=3,
    ),
    Case("dropout_before_norm", (6,), [Dropout(0.4), BatchNormalization(), Dense(3)], batch=5),
    # A user's own
    Case("custom", (3, 4, 2), [Curve()]),
    Case("custom_setting", (5,), [Dense(4, "tanh"), Curve(power=3), Dense(2)], batch=3),
    # Branches
    Case("residual", (7, 6, 3), residual, batch=3),
    Case("inverted_residual", (5, 4, 3), inverted_residual),
    Case("inception", (5, 6, 2), inception),
    Case("dense_block", (4, 5, 1), dense_block, batch=1),
    Case("shared_by_branches", (4, 5, 2), shared_by_branches),
    Case("shared_dense", (7,), shared_dense, batch=3),
    Case("custom_with_two_inputs", (3, 4, 2), squeeze),
    Case("kept_dimensions", (4, 3, 2), kept_dimensions),
    Case("skip_over_everything", (4,), skip_over_everything, batch=3),
    Case("two_speeds", (6, 6, 1), two_speeds),
    Case("add_then_silu", (3, 2, 2), lambda x: Activation("silu")(Add()([x, Conv2D(2, 1)(x)]))),
    Case("add_itself", (3, 2, 2), lambda x: Add()([x, x, x])),
    Case("concatenate_itself", (3, 2, 2), lambda x: Concatenate()([x, x])),
    Case("concatenate_rows", (3, 4, 2), lambda x: Concatenate(axis=1)([x, Conv2D(2, (2, 1))(x)])),
    Case("concatenate_columns", (3, 4, 2), lambda x: Concatenate(axis=2)([Conv2D(2, (1, 3))(x), x])),
    Case("concatenate_axis_3", (3, 4, 2), lambda x: Concatenate(axis=3)([x, Conv2D(17, 1)(x)]), batch=1),
    Case("concatenate_vectors", (5,), lambda x: Concatenate(axis=1)([Dense(2)(x), x, Dense(1)(x)])),
    Case("conv_behind_rows", (3, 4, 2), lambda x: Conv2D(2, 3)(Concatenate(1)([x, x]))),
    Case("conv_used_twice", (5, 4, 3), [twice, twice, Flatten(), Dense(2)]),
    Case("dense_used_three_times", (5,), [again, again, Dense(5, "relu"), again], batch=3),
    Case("softmax_in_the_middle", (4,), [Dense(3, "softmax"), Dense(2, "sigmoid")], batch=3),
]
