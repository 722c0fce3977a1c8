"""Small networks with branches, in the names that Keras and Striate share: wire(layers, x) for either's layers."""

from collections.abc import Callable
from typing import Any

Wire = Callable[[Any, Any], Any]


def residual(layers: Any, x: Any) -> Any:
    y = layers.Conv2D(5, 3, strides=2, padding="same", use_bias=False, name="c1")(x)
    y = layers.ReLU(name="r1")(layers.BatchNormalization(momentum=0.9, name="n1")(y))
    y = layers.BatchNormalization(name="n2")(layers.Conv2D(5, 3, padding="same", use_bias=False, name="c2")(y))
    shortcut = layers.Conv2D(5, 1, strides=2, padding="same", use_bias=False, name="c3")(x)
    y = layers.ReLU(name="r2")(layers.Add(name="a")([y, layers.BatchNormalization(name="n3")(shortcut)]))
    return layers.Dense(3, activation="softmax", name="d")(layers.GlobalAveragePooling2D(name="g")(y))


def inverted_residual(layers: Any, x: Any) -> Any:
    y = layers.Conv2D(6, 1, use_bias=False, name="c1")(x)
    y = layers.ReLU(6.0, name="r1")(layers.BatchNormalization(name="n1")(y))
    y = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="w")(y)
    y = layers.ReLU(6.0, name="r2")(layers.BatchNormalization(name="n2")(y))
    y = layers.BatchNormalization(name="n3")(layers.Conv2D(3, 1, use_bias=False, name="c2")(y))
    return layers.Add(name="a")([x, y])


def inception(layers: Any, x: Any) -> Any:
    """Branches joined along the channels, then one convolution used twice."""
    shared = layers.Conv2D(7, 3, padding="same", activation="silu", name="shared")
    branches = [
        layers.Conv2D(2, 1, name="c1")(x),
        layers.Conv2D(3, (3, 2), padding="same", activation="elu", name="c2")(x),
        layers.MaxPooling2D(3, strides=1, padding="same", name="m")(x),
    ]
    y = layers.Concatenate(name="k")(branches)
    return layers.LayerNormalization(name="n")(layers.Add(name="a")([shared(y), shared(shared(y))]))


WIRINGS: dict[str, tuple[Wire, tuple[int, ...]]] = {
    "net_residual": (residual, (7, 6, 3)),
    "net_inverted_residual": (inverted_residual, (5, 4, 3)),
    "net_inception": (inception, (5, 6, 2)),
}
