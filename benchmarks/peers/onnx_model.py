"""The nets as ONNX models, for the frameworks that only answer. Maps are NCHW, as ONNX has them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from benchmarks.peers.nets import EPSILON, Net, Op, walk
from benchmarks.peers.work import SEED, Task

OPSET, IR_VERSION = 17, 8  # old enough for whatever release is there
INPUT, OUTPUT = "pictures", "answers"


class _Drawing:
    """The nodes and the weights of a model that grows."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.nodes: list[Any] = []
        self.tensors: list[Any] = []
        self.weights = 0  # learned numbers
        self._rng = np.random.default_rng(SEED)

    def step(self, place: int, op: Op, inputs: Sequence[object]) -> str:
        """The node of an operation; the answer is the name of what it gives."""
        kind, operands, settings = self._node(place, op)
        self.nodes.append(helper.make_node(kind, [*map(str, inputs), *operands], [f"map{place}"], **settings))
        return f"map{place}"

    def _node(self, place: int, op: Op) -> tuple[str, list[str], dict[str, Any]]:
        channels = self.net.shapes[op.inputs[0]][-1]
        window = {"kernel_shape": [op.kernel] * 2, "strides": [op.stride] * 2, "pads": [op.padding] * 4}
        match op.kind:
            case "conv":
                kernel = self._random(f"kernel{place}", (op.filters, channels, op.kernel, op.kernel))
                bias = [self._random(f"bias{place}", (op.filters,))] if op.bias else []
                return "Conv", [kernel, *bias], window
            case "depthwise":
                kernel = self._random(f"kernel{place}", (channels, 1, op.kernel, op.kernel))
                return "Conv", [kernel], window | {"group": channels}
            case "norm":
                learned = [self._constant(f"{name}{place}", channels, value) for name, value in _LEARNED.items()]
                self.weights += 2 * channels
                running = [self._constant(f"{name}{place}", channels, value) for name, value in _RUNNING.items()]
                return "BatchNormalization", learned + running, {"epsilon": EPSILON}
            case "relu6":
                limits = [self._scalar(f"{name}{place}", value) for name, value in (("least", 0), ("most", 6))]
                return "Clip", limits, {}
            case "max_pool":
                return "MaxPool", [], window
            case "dense":
                kernel = self._random(f"kernel{place}", (channels, op.filters))
                return "Gemm", [kernel, self._random(f"bias{place}", (op.filters,))], {}
            case "relu" | "add" | "flatten" | "global_pool":
                return _PLAIN[op.kind], [], {}

    def _random(self, name: str, shape: tuple[int, ...]) -> str:
        """Weights that keep what goes through them near 1."""
        fan = int(np.prod(shape[1:])) if len(shape) == 4 else shape[0]
        self.weights += int(np.prod(shape))
        return self._tensor(name, self._rng.standard_normal(shape, np.float32) * np.float32(np.sqrt(2 / fan)))

    def _constant(self, name: str, size: int, value: float) -> str:
        return self._tensor(name, np.full(size, value, np.float32))

    def _scalar(self, name: str, value: float) -> str:
        return self._tensor(name, np.array(value, np.float32))

    def _tensor(self, name: str, values: NDArray[np.float32]) -> str:
        self.tensors.append(numpy_helper.from_array(values, name))
        return name


_LEARNED = {"scale": 0.9, "shift": 0.1}
_RUNNING = {"mean": 0.1, "variance": 1.1}
_PLAIN = {"relu": "Relu", "add": "Add", "flatten": "Flatten", "global_pool": "GlobalAveragePool"}


def onnx_bytes(net: Net, batch: int) -> tuple[bytes, int]:
    """The model of a net for a batch, softmax at its end; and how many learned numbers it holds."""
    drawing = _Drawing(net)
    h, w, c = net.shape

    def step(place: int, op: Op, inputs: Sequence[object]) -> object:
        name = drawing.step(place, op, inputs)
        if op.kind != "global_pool":
            return name
        drawing.nodes.append(helper.make_node("Flatten", [name], [f"{name}flat"]))  # ONNX leaves (N, C, 1, 1)
        return f"{name}flat"

    last = str(walk(net, INPUT, step))
    drawing.nodes.append(helper.make_node("Softmax", [last], [OUTPUT]))
    graph = helper.make_graph(
        drawing.nodes,
        net.name,
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [batch, c, h, w])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [batch, net.classes])],
        drawing.tensors,
    )
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)
    return model.SerializeToString(), drawing.weights


def nchw(task: Task) -> NDArray[np.float32]:
    """The task's pictures as ONNX has them."""
    return np.ascontiguousarray(task.pictures()[0].transpose(0, 3, 1, 2))
