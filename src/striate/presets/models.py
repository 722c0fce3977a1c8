"""Presets as functions, each a `Model` with first weights, ready to compile.

`size` is (height, width) of the pictures, or one number for both; `width` multiplies the channels of every layer;
`seed` decides first weights, order and dropout. Raises `SettingError` for what these cannot be, `SizeError` where
pictures are too small.
"""

from striate.model import Model
from striate.network.graph import Graph
from striate.network.settings import convert, keywords_checked, positive, positive_pair
from striate.presets.read import wired

Size = int | tuple[int, int]


@keywords_checked("softmax")
def softmax(classes: int = 10, size: Size = (28, 28), channels: int = 1, *, seed: int = 0) -> Model:
    """Softmax regression, one dense layer: what a network without convolution reaches."""
    return _model("softmax", classes, size, channels, 1.0, seed)


@keywords_checked("digits")
def digits(classes: int = 10, size: Size = (8, 8), channels: int = 1, *, seed: int = 0) -> Model:
    """A small network for digits and other simple pictures, from 8x8 up."""
    return _model("digits", classes, size, channels, 1.0, seed)


@keywords_checked("convnet")
def convnet(classes: int = 10, size: Size = (28, 28), channels: int = 1, *, seed: int = 0) -> Model:
    """A quick network for pictures from 16x16 up; what `striate train` takes where nobody names one."""
    return _model("convnet", classes, size, channels, 1.0, seed)


@keywords_checked("mnist")
def mnist(classes: int = 10, size: Size = (28, 28), channels: int = 1, *, seed: int = 0) -> Model:
    """Two pairs of normalised convolutions, with a recipe for MNIST."""
    return _model("mnist", classes, size, channels, 1.0, seed)


@keywords_checked("photos")
def photos(classes: int = 2, size: Size = (96, 96), channels: int = 3, width: float = 1.0, *, seed: int = 0) -> Model:
    """Seven convolutions for photographs from 48x48 up, with a recipe for few of them."""
    return _model("photos", classes, size, channels, width, seed)


@keywords_checked("faces")
def faces(classes: int = 2, size: Size = (64, 64), channels: int = 1, width: float = 1.0, *, seed: int = 0) -> Model:
    """Eight convolutions for faces and other grey photographs from 48x48 up, with a recipe for some thousands."""
    return _model("faces", classes, size, channels, width, seed)


@keywords_checked("cifar10")
def cifar10(classes: int = 10, size: Size = (32, 32), channels: int = 3, width: float = 1.0, *, seed: int = 0) -> Model:
    """Seven convolutions, with a recipe for CIFAR-10."""
    return _model("cifar10", classes, size, channels, width, seed)


@keywords_checked("lenet5")
def lenet5(classes: int = 10, size: Size = (28, 28), channels: int = 1, *, seed: int = 0) -> Model:
    """LeNet-5 of LeCun, Bottou, Bengio and Haffner 1998 in its usual modern form: 61,706 weights."""
    return _model("lenet5", classes, size, channels, 1.0, seed)


@keywords_checked("vgg_small")
def vgg_small(
    classes: int = 10, size: Size = (32, 32), channels: int = 3, width: float = 1.0, *, seed: int = 0
) -> Model:
    """Three pairs of 3x3 convolutions after Simonyan and Zisserman 2015, with batch normalisation."""
    return _model("vgg-small", classes, size, channels, width, seed)


@keywords_checked("resnet18")
def resnet18(
    classes: int = 1000, size: Size = (224, 224), channels: int = 3, width: float = 1.0, *, seed: int = 0
) -> Model:
    """ResNet-18 of He, Zhang, Ren and Sun 2016: 11,689,512 weights for 1000 classes."""
    return _model("resnet18", classes, size, channels, width, seed)


@keywords_checked("resnet34")
def resnet34(
    classes: int = 1000, size: Size = (224, 224), channels: int = 3, width: float = 1.0, *, seed: int = 0
) -> Model:
    """ResNet-34 of He, Zhang, Ren and Sun 2016: 21,797,672 weights for 1000 classes."""
    return _model("resnet34", classes, size, channels, width, seed)


@keywords_checked("mobilenetv2")
def mobilenetv2(
    classes: int = 1000, size: Size = (224, 224), channels: int = 3, width: float = 1.0, *, seed: int = 0
) -> Model:
    """MobileNetV2 of Sandler et al. 2018: 3,504,872 weights for 1000 classes."""
    return _model("mobilenetv2", classes, size, channels, width, seed)


def _model(name: str, classes: int, size: Size, channels: int, width: float, seed: int) -> Model:
    height_and_width = convert(name, "size", positive_pair, size)
    shape = (*height_and_width, convert(name, "channels", positive, channels))
    return Model.of(Graph.to(wired(name, convert(name, "classes", positive, classes), shape, width)), seed=seed)
