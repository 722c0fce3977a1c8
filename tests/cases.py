"""THE table: every layer and option that ships, in awkward geometries. Each property of the tests runs over all of it.

A row is a small network. To add a layer, add rows: odd and non-square sizes, strides larger than the kernel, lopsided
borders, one pixel, one picture, one channel, more channels than a vector register holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from striate.layers import (
    Activation,
    AveragePooling2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
)
from striate.network.graph import Graph, chain

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A chain of layers, the shape of one picture, and how many come at once."""

    id: str
    shape: tuple[int, ...]
    layers: Sequence[Layer]
    batch: int = 2

    @cached_property
    def graph(self) -> Graph:
        return Graph.to(chain(self.layers, self.shape))

    def pictures(self, rng: np.random.Generator) -> Array:
        return rng.standard_normal((self.batch, *self.shape))


def random_theta(graph: Graph, rng: np.random.Generator) -> Array:
    """Weights of order 1 / sqrt(inputs), biases of order 1: no activation is flat or linear there. The padding is 0."""
    theta = np.zeros(graph.theta.size)
    for span in graph.theta.spans:
        inputs = int(np.prod(span.shape[:-1]))
        graph.theta.view(theta, span)[...] = rng.standard_normal(span.shape) / np.sqrt(inputs)
    return theta


twice = Conv2D(3, 3, padding="same", activation="tanh")
again = Dense(5, activation="sigmoid")

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
    # Average pooling
    Case("average_even", (6, 4, 2), [AveragePooling2D()]),
    Case("average_odd", (7, 5, 3), [AveragePooling2D(2)]),
    Case("average_overlapping", (7, 6, 2), [AveragePooling2D(3, strides=2)]),
    Case("average_stride_over_window", (8, 7, 2), [AveragePooling2D(2, strides=3)]),
    Case("average_same", (7, 5, 2), [AveragePooling2D(2, padding="same")]),
    Case("average_same_overlapping", (7, 6, 2), [AveragePooling2D((4, 3), strides=(3, 2), padding="same")]),
    Case("average_same_window_over_picture", (2, 3, 1), [AveragePooling2D(4, strides=1, padding="same")]),
    Case("average_padding_lopsided", (5, 6, 17), [AveragePooling2D(3, strides=2, padding=((1, 2), (0, 1)))], batch=1),
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
    Case("conv_used_twice", (5, 4, 3), [twice, twice, Flatten(), Dense(2)]),
    Case("dense_used_three_times", (5,), [again, again, Dense(5, "relu"), again], batch=3),
    Case("softmax_in_the_middle", (4,), [Dense(3, "softmax"), Dense(2, "sigmoid")], batch=3),
]
