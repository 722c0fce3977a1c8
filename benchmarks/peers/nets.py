"""The nets that are compared, drawn once in words that belong to no framework; each peer's file builds them from here.

What is counted is counted here once more, independently, so that a peer that built something else is found out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from striate.presets.nets import MOBILENET_V2

Kind = Literal["conv", "depthwise", "norm", "relu", "relu6", "max_pool", "global_pool", "flatten", "dense", "add"]
Shape = tuple[int, ...]

MOMENTUM, EPSILON = 0.9, 1e-5  # of batch normalisation: how much of the old statistics stays


@dataclass(frozen=True)
class Op:
    """One place of a net. `inputs` are places before it; 0 is the picture, so the first operation stands at 1."""

    kind: Kind
    inputs: tuple[int, ...]
    filters: int = 0  # of a convolution; units of a dense layer
    kernel: int = 1  # of a convolution or a pooling
    stride: int = 1
    padding: int = 0  # on each side
    bias: bool = False


class Net:
    """A net for pictures of (H, W, C), drawn operation by operation; each method answers with the new place."""

    def __init__(self, name: str, shape: Shape) -> None:
        self.name = name
        self.ops: list[Op] = []
        self.shapes: list[Shape] = [shape]

    def conv(self, x: int, filters: int, kernel: int, *, stride: int = 1, padding: int = 0, bias: bool = False) -> int:
        h, w = self._windows(x, kernel, stride, padding)
        return self._add(Op("conv", (x,), filters, kernel, stride, padding, bias), (h, w, filters))

    def depthwise(self, x: int, kernel: int, *, stride: int = 1, padding: int = 0) -> int:
        h, w = self._windows(x, kernel, stride, padding)
        return self._add(Op("depthwise", (x,), 0, kernel, stride, padding), (h, w, self.shapes[x][-1]))

    def max_pool(self, x: int, size: int, *, stride: int, padding: int = 0) -> int:
        h, w = self._windows(x, size, stride, padding)
        return self._add(Op("max_pool", (x,), 0, size, stride, padding), (h, w, self.shapes[x][-1]))

    def norm(self, x: int) -> int:
        return self._add(Op("norm", (x,)), self.shapes[x])

    def relu(self, x: int) -> int:
        return self._add(Op("relu", (x,)), self.shapes[x])

    def relu6(self, x: int) -> int:
        return self._add(Op("relu6", (x,)), self.shapes[x])

    def global_pool(self, x: int) -> int:
        return self._add(Op("global_pool", (x,)), self.shapes[x][-1:])

    def flatten(self, x: int) -> int:
        h, w, c = self.shapes[x]
        return self._add(Op("flatten", (x,)), (h * w * c,))

    def dense(self, x: int, units: int) -> int:
        return self._add(Op("dense", (x,), units, bias=True), (units,))

    def add(self, x: int, y: int) -> int:
        if self.shapes[x] != self.shapes[y]:
            raise ValueError(f"{self.name}: {self.shapes[x]} and {self.shapes[y]} cannot be added")
        return self._add(Op("add", (x, y)), self.shapes[x])

    @property
    def shape(self) -> Shape:
        """(H, W, C) of a picture."""
        return self.shapes[0]

    @property
    def classes(self) -> int:
        """How many answers there are."""
        return self.shapes[-1][0]

    @property
    def weights(self) -> int:
        """Learned numbers; running statistics are not among them."""
        return sum(self._weights(op) for op in self.ops)

    @property
    def multiply_adds(self) -> int:
        """Products that convolutions and dense layers sum, for one picture forward."""
        return sum(self._products(place) for place in range(1, len(self.shapes)))

    def flops(self, what: str) -> int:
        """Additions and multiplications for one picture.

        Training: forward, the gradient of the weights, and that of the maps, which the first layer is spared.
        """
        if what == "infer":
            return 2 * self.multiply_adds
        return 6 * self.multiply_adds - 2 * self._products(1)

    def _add(self, op: Op, shape: Shape) -> int:
        self.ops.append(op)
        self.shapes.append(shape)
        return len(self.ops)

    def _windows(self, x: int, kernel: int, stride: int, padding: int) -> tuple[int, int]:
        h, w, _ = self.shapes[x]
        return (h + 2 * padding - kernel) // stride + 1, (w + 2 * padding - kernel) // stride + 1

    def _weights(self, op: Op) -> int:
        channels = self.shapes[op.inputs[0]][-1]
        if op.kind in ("conv", "dense"):
            return op.filters * (op.kernel**2 * channels + op.bias)
        return {"depthwise": op.kernel**2 * channels, "norm": 2 * channels}.get(op.kind, 0)

    def _products(self, place: int) -> int:
        op = self.ops[place - 1]
        outputs = 1
        for size in self.shapes[place]:
            outputs *= size
        if op.kind == "depthwise":
            return outputs * op.kernel**2
        return outputs * op.kernel**2 * self.shapes[op.inputs[0]][-1] if op.kind in ("conv", "dense") else 0


def lenet() -> Net:
    """The LeNet-like one of benchmarks/mnist.py."""
    net = Net("lenet", (28, 28, 1))
    x = net.max_pool(net.relu(net.conv(0, 32, 3, bias=True)), 2, stride=2)
    x = net.max_pool(net.relu(net.conv(x, 64, 3, bias=True)), 2, stride=2)
    net.dense(net.relu(net.dense(net.flatten(x), 128)), 10)
    return net


def vgg() -> Net:
    """Three pairs of 3x3 convolutions with batch normalisation, each pair followed by a pooling."""
    net, x = Net("vgg", (32, 32, 3)), 0
    for filters in (32, 64, 128):
        for _ in range(2):
            x = net.relu(net.norm(net.conv(x, filters, 3, padding=1)))
        x = net.max_pool(x, 2, stride=2)
    net.dense(net.relu(net.dense(net.flatten(x), 128)), 10)
    return net


def resnet18() -> Net:
    """ResNet-18 of He, Zhang, Ren and Sun 2016, table 1, for 1000 classes."""
    net = Net("resnet18", (224, 224, 3))
    x = net.max_pool(net.relu(net.norm(net.conv(0, 64, 7, stride=2, padding=3))), 3, stride=2, padding=1)
    for stage, filters in enumerate((64, 128, 256, 512)):
        for block in range(2):
            x = _residual(net, x, filters, 2 if stage and not block else 1)
    net.dense(net.global_pool(x), 1000)
    return net


def mobilenetv2() -> Net:
    """MobileNetV2 of Sandler et al. 2018 for 1000 classes, without its dropout."""
    net = Net("mobilenetv2", (96, 96, 3))
    x = net.relu6(net.norm(net.conv(0, 32, 3, stride=2, padding=1)))
    for expansion, filters, blocks, stride in MOBILENET_V2:
        for block in range(blocks):
            x = _inverted_residual(net, x, expansion, filters, 1 if block else stride)
    x = net.relu6(net.norm(net.conv(x, 1280, 1)))
    net.dense(net.global_pool(x), 1000)
    return net


def _residual(net: Net, x: int, filters: int, stride: int) -> int:
    y = net.relu(net.norm(net.conv(x, filters, 3, stride=stride, padding=1)))
    y = net.norm(net.conv(y, filters, 3, padding=1))
    if net.shapes[x] != net.shapes[y]:
        x = net.norm(net.conv(x, filters, 1, stride=stride))
    return net.relu(net.add(y, x))


def _inverted_residual(net: Net, x: int, expansion: int, filters: int, stride: int) -> int:
    y, channels = x, net.shapes[x][-1]
    if expansion > 1:
        y = net.relu6(net.norm(net.conv(y, expansion * channels, 1)))
    y = net.relu6(net.norm(net.depthwise(y, 3, stride=stride, padding=1)))
    y = net.norm(net.conv(y, filters, 1))
    return net.add(x, y) if net.shapes[x] == net.shapes[y] else y


NETS: Mapping[str, Callable[[], Net]] = {
    "lenet": lenet,
    "vgg": vgg,
    "resnet18": resnet18,
    "mobilenetv2": mobilenetv2,
}


def walk(net: Net, first: object, step: Callable[[int, Op, Sequence[object]], object]) -> object:
    """Go through a net: `step(place, op, inputs)` gives what stands at a place; the answer is the last one's."""
    values = [first]
    for place, op in enumerate(net.ops, start=1):
        values.append(step(place, op, [values[i] for i in op.inputs]))
    return values[-1]
