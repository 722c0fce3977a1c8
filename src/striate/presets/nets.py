"""Networks as functions: from the symbol of a picture to that of the answers. `width` multiplies all channels.

Weights are counted as PyTorch's torchvision counts them: with 1000 classes and pictures of three channels they are
equal. Batch normalisation keeps 0.9 of the old statistics, since short runs never fill 0.99.
"""

from collections.abc import Callable, Mapping

from striate.network.graph import Symbol
from striate.network.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling2D,
    ReLU,
)

MOMENTUM, EPSILON = 0.9, 1e-5  # torchvision's
EIGHT = 8  # MobileNet's numbers of channels are multiples of this

# Expansion, channels, blocks, stride of the first: table 2 of Sandler et al. 2018.
MOBILENET_V2 = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def softmax(x: Symbol, classes: int) -> Symbol:
    """Softmax regression: what a network without convolution reaches."""
    return Dense(classes, "softmax")(Flatten()(x))


def digits(x: Symbol, classes: int) -> Symbol:
    """Two convolutions, one pooling, dropout: for digits and other simple pictures, from 8x8 up."""
    x = Conv2D(32, 3, padding="same", activation="relu")(x)
    x = MaxPooling2D()(Conv2D(64, 3, padding="same", activation="relu")(x))
    x = Dense(128, "relu")(Dropout(0.25)(Flatten()(x)))
    return Dense(classes, "softmax")(Dropout(0.5)(x))


def convnet(x: Symbol, classes: int) -> Symbol:
    """Two convolutions, each with a pooling behind it, and two dense layers: quick, for pictures from 16x16 up."""
    for filters in (32, 64):
        x = MaxPooling2D(2)(Conv2D(filters, 3, activation="relu")(x))
    x = Dense(128, "relu")(Dropout(0.25)(Flatten()(x)))
    return Dense(classes, "softmax")(Dropout(0.25)(x))


def mnist(x: Symbol, classes: int) -> Symbol:
    """Two pairs of 3x3 convolutions, normalised, for grey pictures of 28x28."""
    for filters in (32, 64):
        x = _normalised(Conv2D(filters, 3, use_bias=False), x)
        x = MaxPooling2D(2)(_normalised(Conv2D(filters, 3, use_bias=False), x))
    x = Dense(128, "relu")(Dropout(0.25)(Flatten()(x)))
    return Dense(classes, "softmax")(Dropout(0.25)(x))


def lenet5(x: Symbol, classes: int) -> Symbol:
    """LeNet-5 of LeCun, Bottou, Bengio and Haffner 1998, figure 2, in its usual modern form.

    That is: C3 sees all six maps of S2, pooling has no weights, softmax answers in place of radial units.
    """
    x = AveragePooling2D(name="S2")(Conv2D(6, 5, padding=2, activation="tanh", name="C1")(x))
    x = AveragePooling2D(name="S4")(Conv2D(16, 5, activation="tanh", name="C3")(x))
    x = Flatten()(Conv2D(120, 5, activation="tanh", name="C5")(x))
    return Dense(classes, "softmax", name="output")(Dense(84, "tanh", name="F6")(x))


def vgg_small(x: Symbol, classes: int, width: float = 1.0) -> Symbol:
    """Three pairs of 3x3 convolutions, each pair at half the size and twice the width: Simonyan, Zisserman 2015."""
    channels = _scaled(32, width)
    for stage in range(3):
        for _ in range(2):
            x = _normalised(Conv2D(channels * 2**stage, 3, padding="same", use_bias=False), x)
        x = MaxPooling2D(2, padding="same")(x)
    x = Dense(4 * channels, "relu")(GlobalAveragePooling2D()(x))
    return Dense(classes, "softmax")(Dropout(0.3)(x))


def cifar10(x: Symbol, classes: int, width: float = 1.0) -> Symbol:
    """Pictures normalised, a 2x2 convolution, three pairs of 3x3 ones that first hand channels on: Jordan 2024."""
    x = Activation("gelu_tanh")(Conv2D(_scaled(24, width), 2)(_norm()(x)))
    for channels in (64, 256, 256):
        x = _pair(x, _scaled(channels, width), lambda: Activation("gelu_tanh"), "dirac")
    return Dense(classes, "softmax")(GlobalMaxPooling2D()(x))


def photos(x: Symbol, classes: int, width: float = 1.0) -> Symbol:
    """A convolution of stride 2 and three pairs of others, each pair at half the size: for pictures from 48x48 up."""
    x = _normalised(Conv2D(_scaled(24, width), 3, strides=2, padding="same", use_bias=False), x)
    return _three_pairs(x, classes, width)


def faces(x: Symbol, classes: int, width: float = 1.0) -> Symbol:
    """As `photos`, behind one more convolution that sees every pixel: a mouth of few pixels tells much."""
    x = _normalised(Conv2D(_scaled(16, width), 3, padding="same", use_bias=False), x)
    x = _normalised(Conv2D(_scaled(24, width), 3, strides=2, padding="same", use_bias=False), x)
    return _three_pairs(x, classes, width)


def resnet18(x: Symbol, classes: int, width: float = 1.0) -> Symbol:
    """ResNet-18 of He, Zhang, Ren and Sun 2016, table 1."""
    return _resnet(x, classes, width, (2, 2, 2, 2))


def resnet34(x: Symbol, classes: int, width: float = 1.0) -> Symbol:
    """ResNet-34 of the same table."""
    return _resnet(x, classes, width, (3, 4, 6, 3))


def mobilenetv2(x: Symbol, classes: int, width: float = 1.0) -> Symbol:
    """MobileNetV2 of Sandler, Howard, Zhu, Zhmoginov and Chen 2018; `width` is their multiplier of all channels."""
    x = _normalised(Conv2D(_rounded(32 * width), 3, strides=2, padding=1, use_bias=False), x, ceiling=6)
    for expansion, channels, blocks, stride in MOBILENET_V2:
        for block in range(blocks):
            x = _inverted_residual(x, expansion, _rounded(channels * width), 1 if block else stride)
    x = _normalised(Conv2D(_rounded(1280 * max(width, 1)), 1, use_bias=False), x, ceiling=6)
    return Dense(classes, "softmax")(Dropout(0.2)(GlobalAveragePooling2D()(x)))


FIXED: Mapping[str, Callable[[Symbol, int], Symbol]] = {
    "convnet": convnet,
    "digits": digits,
    "lenet5": lenet5,
    "mnist": mnist,
    "softmax": softmax,
}
SCALED: Mapping[str, Callable[[Symbol, int, float], Symbol]] = {
    "photos": photos,
    "faces": faces,
    "cifar10": cifar10,
    "vgg-small": vgg_small,
    "resnet18": resnet18,
    "resnet34": resnet34,
    "mobilenetv2": mobilenetv2,
}


def _three_pairs(x: Symbol, classes: int, width: float) -> Symbol:
    for channels in (48, 128, 192):
        x = _pair(x, _scaled(channels, width), ReLU, "glorot_uniform")
    return Dense(classes, "softmax")(GlobalMaxPooling2D()(x))


def _pair(x: Symbol, channels: int, activation: Callable[[], Layer], first: str) -> Symbol:
    """Two 3x3 convolutions, the first pooled; each normalised and activated."""
    for pooled in (True, False):
        x = Conv2D(channels, 3, padding="same", use_bias=False, kernel_initializer=first)(x)
        x = activation()(_norm()(MaxPooling2D(2)(x) if pooled else x))
    return x


def _resnet(x: Symbol, classes: int, width: float, blocks: tuple[int, ...]) -> Symbol:
    channels = _scaled(64, width)
    x = _normalised(Conv2D(channels, 7, strides=2, padding=3, use_bias=False), x)
    x = MaxPooling2D(3, strides=2, padding=1)(x)
    for stage, count in enumerate(blocks):
        for block in range(count):
            x = _residual(x, channels * 2**stage, 2 if stage and not block else 1)
    return Dense(classes, "softmax")(GlobalAveragePooling2D()(x))


def _residual(x: Symbol, filters: int, stride: int) -> Symbol:
    """Two convolutions beside a shortcut; where the shape changes the shortcut is a 1x1 convolution."""
    y = _normalised(Conv2D(filters, 3, strides=stride, padding=1, use_bias=False), x)
    y = _norm()(Conv2D(filters, 3, padding=1, use_bias=False)(y))
    if y.shape != x.shape:
        x = _norm()(Conv2D(filters, 1, strides=stride, use_bias=False)(x))
    return ReLU()(Add()([y, x]))


def _inverted_residual(x: Symbol, expansion: int, filters: int, stride: int) -> Symbol:
    """Widened by 1x1, filtered channel by channel, narrowed again without an activation; a shortcut where it fits."""
    y = x
    if expansion > 1:
        y = _normalised(Conv2D(expansion * x.shape[-1], 1, use_bias=False), y, ceiling=6)
    y = _normalised(DepthwiseConv2D(3, strides=stride, padding=1, use_bias=False), y, ceiling=6)
    y = _norm()(Conv2D(filters, 1, use_bias=False)(y))
    return Add()([x, y]) if stride == 1 and x.shape[-1] == filters else y


def _normalised(layer: Layer, x: Symbol, ceiling: float | None = None) -> Symbol:
    return ReLU(ceiling)(_norm()(layer(x)))


def _norm() -> BatchNormalization:
    return BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON)


def _scaled(channels: int, width: float) -> int:
    return max(1, round(channels * width))


def _rounded(channels: float) -> int:
    """To the nearest multiple of eight, but never below nine tenths: the authors' own rounding."""
    rounded = max(EIGHT, int(channels + EIGHT / 2) // EIGHT * EIGHT)
    return rounded + EIGHT if rounded < 0.9 * channels else rounded
