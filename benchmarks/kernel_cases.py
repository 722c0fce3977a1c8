"""The layers whose kernels benchmarks/kernels.py measures."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from striate.network import layers
from striate.network.graph import Input, Symbol

OPERATIONS = 4e8  # of a case, about: long enough to be timed
FLOATS = 3_000_000  # of its maps
BATCHES = (4, 256)
BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Case:
    """A layer on maps of one shape. `first`: nothing wants the gradient of its input; `loss`: softmax and loss."""

    name: str
    shape: tuple[int, ...]
    layer: layers.Layer
    batch: int
    common: bool = False
    first: bool = False
    loss: bool = False

    @property
    def of_input(self) -> bool:
        """Whether the gradient of the input has to be asked for."""
        return len(self.shape) == 1 and not self.loss

    def output(self) -> Symbol:
        """The layer behind an input; maps come from another layer and go to another."""
        layer: Any = self.layer
        x: Any = Input(self.shape)
        if len(self.shape) == 3 and not self.first:
            x = layers.DepthwiseConv2D(1, use_bias=False, name=BEFORE)(x)
        x = layer(x)
        return layers.DepthwiseConv2D(1, use_bias=False, name=AFTER)(x) if len(x.shape) == 3 else x


def _batch(operations: float, floats: int) -> int:
    """How many pictures: a case's share of work, or of memory."""
    count = min(OPERATIONS / max(operations, 1), FLOATS / floats)
    return int(min(max(count, BATCHES[0]), BATCHES[1])) // 4 * 4


def _conv(size: int, channels: int, filters: int, kernel: int = 3, *, word: str = "", **settings: Any) -> Case:
    first, stride = bool(settings.pop("first", False)), settings.get("strides", 1)
    layer = layers.Conv2D(filters, kernel, padding=kernel // 2, use_bias=first, **settings)
    out = size // stride
    products = out * out * kernel * kernel * channels * filters // settings.get("groups", 1)
    batch = _batch(2 * products, size * size * max(channels, 16) + out * out * filters)
    words = [f"{kernel}x{kernel} {channels}->{filters}", f"{size}x{size}", f"stride {stride}" if stride > 1 else ""]
    plain = kernel in (1, 3) and min(channels, filters) >= 32 and not word and stride == 1
    return Case(" ".join(filter(None, [*words, word])), (size, size, channels), layer, batch, plain, first)


def _depthwise(size: int, channels: int, stride: int, kernel: int = 3) -> Case:
    layer = layers.DepthwiseConv2D(kernel, strides=stride, padding=kernel // 2, use_bias=False)
    batch = _batch(1, size * size * channels * 2)
    name = f"depthwise {kernel}x{kernel} {channels} {size}x{size}" + (f" stride {stride}" if stride > 1 else "")
    return Case(name, (size, size, channels), layer, batch)


def _map(name: str, size: int, channels: int, layer: layers.Layer) -> Case:
    shape = (size, size, channels)
    return Case(f"{name} {channels} {size}x{size}", shape, layer, _batch(1, size * size * channels * 2))


def _cases() -> Iterator[Case]:
    for size, channels in ((56, 32), (56, 64), (28, 128), (14, 256), (8, 256), (8, 512), (7, 512)):
        yield _conv(size, channels, channels)
        yield _conv(size, channels, channels, 1)
    for size, channels, filters in ((48, 16, 96), (24, 144, 24), (12, 192, 32), (6, 384, 64), (6, 96, 576)):
        yield _conv(size, channels, filters, 1)
    for name, into, units, batch in (
        ("dense 1600->128", 1600, 128, 128),
        ("dense 512->1000", 512, 1000, 128),
        ("dense 4096->4096", 4096, 4096, 64),
    ):
        yield Case(name, (into,), layers.Dense(units), batch, common=True)
    yield _conv(28, 1, 32, first=True)
    yield _conv(224, 3, 64, 7, strides=2, first=True)
    yield _conv(96, 3, 32, strides=2, first=True)
    for channels in (1, 3, 5, 17):
        yield _conv(28, channels, channels)
    yield _conv(28, 32, 64, 5)
    yield _conv(28, 64, 64, word="4 groups", groups=4)
    for groups in (8, 16, 32):
        yield _conv(28, 64, 64, word=f"{groups} groups", groups=groups)
    yield _conv(28, 64, 64, word="dilation 2", dilation_rate=2)
    yield _conv(56, 64, 128, strides=2)
    for size, channels, stride in (
        (48, 32, 1),
        (48, 96, 2),
        (24, 144, 1),
        (24, 144, 2),
        (12, 192, 2),
        (6, 384, 1),
        (6, 576, 2),
        (3, 960, 1),
    ):
        yield _depthwise(size, channels, stride)
    yield _depthwise(24, 64, 1, 5)
    yield _map("max pool 2x2", 28, 64, layers.MaxPooling2D(2))
    yield _map("max pool 3x3 stride 2", 112, 64, layers.MaxPooling2D(3, strides=2, padding=1))
    yield _map("average pool 2x2", 28, 64, layers.AveragePooling2D(2))
    yield _map("average pool 3x3 stride 2", 56, 64, layers.AveragePooling2D(3, strides=2, padding=1))
    yield _map("global average", 7, 512, layers.GlobalAveragePooling2D())
    yield _map("global max", 7, 512, layers.GlobalMaxPooling2D())
    yield _map("norm", 56, 64, layers.BatchNormalization())
    yield _map("norm", 7, 512, layers.BatchNormalization())
    yield Case("softmax and loss 10", (10,), layers.Softmax(), 256, loss=True)
    yield Case("softmax and loss 1000", (1000,), layers.Softmax(), 256, loss=True)


CASES = tuple(_cases())
