"""Write torch_layers.npz: what PyTorch computes for the rows of tests/cases.py, which the tests compare with ours.

The tests read the file alone; PyTorch is no test dependency. To write it again, in any environment:

    pip install torch numpy
    PYTHONPATH=src python tests/parity/make_torch_layers.py

Of our code only the rows' descriptions are used: settings, wiring, shapes of weights. Left out are rows that PyTorch
has no function for (a user's own layer, a ReLU with a threshold) or that drop.

Two vectors, for the file's size, and `description` says where each row begins in them. In `given`, in half precision,
which is exact in every type: the pictures, the weights, the running statistics and a random dy of the output's shape.
In `found`, in float64, for each mode: the output y, the gradients of sum(y * dy) for the pictures and each weight, and
the running statistics afterwards. Pictures are NHWC, kernels HWIO.

Modes: "running" normalises by running statistics, "batch" by the batch, "frozen" by the batch but for the first of
several normalisations, which is frozen. PyTorch's momentum is the new value's share, 1 - ours; and its running variance
takes in the batch's unbiased variance, over n - 1, where ours and Keras's take the biased one, over n.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from zlib import crc32

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).parents[1]))
from cases import CASES, Case, random_state, random_theta

from striate.network.graph import Graph, Node
from striate.network.layers import activation_of

Weights = dict[str, Tensor]

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda x: x,
    "relu": functional.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda x: functional.softmax(x, -1),
    "leaky_relu": lambda x: functional.leaky_relu(x, 0.2),
    "relu6": functional.relu6,
    "elu": functional.elu,
    "selu": functional.selu,
    "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "silu": functional.silu,
    "softplus": functional.softplus,
    # PyTorch's own hardsigmoid multiplies gradients by 1/6 in single precision, in float64 too: 3e-8 off.
    "hard_sigmoid": lambda x: functional.relu6(x + 3) / 6,
}


def to_nchw(x: Tensor) -> Tensor:
    return x.permute(0, 3, 1, 2)


def to_nhwc(x: Tensor) -> Tensor:
    return x.permute(0, 2, 3, 1)


def sides(padding: Any, size: tuple[int, ...], window: tuple[int, ...], stride: tuple[int, ...]) -> list[int]:
    """As torch's `pad` has them: left, right, top, bottom. "same": the odd one comes after."""
    if padding == "valid":
        return [0, 0, 0, 0]
    if padding != "same":
        (top, bottom), (left, right) = padding
        return [left, right, top, bottom]
    missing = [max((-(-n // s) - 1) * s + f - n, 0) for n, f, s in zip(size, window, stride, strict=True)]
    return [side for total in reversed(missing) for side in (total // 2, total - total // 2)]


def convolve(layer: Any, x: Tensor, kernel: Tensor, bias: Tensor | None, groups: int) -> Tensor:
    """The kernel as torch has it: filters, channels, rows, columns."""
    reach = tuple((k - 1) * d + 1 for k, d in zip(layer.kernel_size, layer.dilation_rate, strict=True))
    padded = functional.pad(to_nchw(x), sides(layer.padding, x.shape[1:3], reach, layer.strides))
    return to_nhwc(functional.conv2d(padded, kernel, bias, layer.strides, 0, layer.dilation_rate, groups))


def conv2d(layer: Any, x: Tensor, weights: Weights, by_batch: bool) -> Tensor:
    return convolve(layer, x, weights["kernel"].permute(3, 2, 0, 1), weights.get("bias"), layer.groups)


def depthwise(layer: Any, x: Tensor, weights: Weights, by_batch: bool) -> Tensor:
    r, s, channels, many = weights["kernel"].shape  # torch's filters of a channel stand together, as ours do
    kernel = weights["kernel"].permute(2, 3, 0, 1).reshape(channels * many, 1, r, s)
    return convolve(layer, x, kernel, weights.get("bias"), channels)


def max_pool(layer: Any, x: Tensor, weights: Weights, by_batch: bool) -> Tensor:
    around = sides(layer.padding, x.shape[1:3], layer.pool_size, layer.steps)
    padded = functional.pad(to_nchw(x), around, value=-torch.inf)
    return to_nhwc(functional.max_pool2d(padded, layer.pool_size, layer.steps))


def average_pool(layer: Any, x: Tensor, weights: Weights, by_batch: bool) -> Tensor:
    """Padding alike on both sides PyTorch leaves uncounted by itself; else a pooling of ones counts what is real."""
    left, right, top, bottom = around = sides(layer.padding, x.shape[1:3], layer.pool_size, layer.steps)
    maps, pool = to_nchw(x), functional.avg_pool2d
    if left == right and top == bottom:
        return to_nhwc(pool(maps, layer.pool_size, layer.steps, (top, left), count_include_pad=False))
    total, real = (functional.pad(each, around) for each in (maps, torch.ones_like(maps)))
    return to_nhwc(pool(total, layer.pool_size, layer.steps) / pool(real, layer.pool_size, layer.steps))


def global_average(layer: Any, x: Tensor, weights: Weights, by_batch: bool) -> Tensor:
    pooled = to_nhwc(functional.adaptive_avg_pool2d(to_nchw(x), 1))
    return pooled if layer.keepdims else pooled.flatten(1)


def global_max(layer: Any, x: Tensor, weights: Weights, by_batch: bool) -> Tensor:
    pooled = to_nhwc(functional.adaptive_max_pool2d(to_nchw(x), 1))
    return pooled if layer.keepdims else pooled.flatten(1)


def batch_norm(layer: Any, x: Tensor, weights: Weights, by_batch: bool) -> Tensor:
    """The running statistics move in place, in training mode."""
    flat = x.reshape(-1, x.shape[-1])
    running, scaling = (weights["moving_mean"], weights["moving_variance"]), (weights.get("gamma"), weights.get("beta"))
    return functional.batch_norm(flat, *running, *scaling, by_batch, 1 - layer.momentum, layer.epsilon).reshape(x.shape)


def layer_norm(layer: Any, x: Tensor, weights: Weights, by_batch: bool) -> Tensor:
    return functional.layer_norm(x, x.shape[-1:], weights.get("gamma"), weights.get("beta"), layer.epsilon)


def dense(layer: Any, x: Tensor, weights: Weights, by_batch: bool) -> Tensor:
    return functional.linear(x, weights["kernel"].T, weights.get("bias"))


def relu(layer: Any, x: Tensor, weights: Weights, by_batch: bool) -> Tensor:
    return functional.leaky_relu(x, layer.negative_slope).clamp(max=layer.max_value or torch.inf)


def pad(layer: Any, x: Tensor, weights: Weights, by_batch: bool) -> Tensor:
    return to_nhwc(functional.pad(to_nchw(x), sides(layer.padding, (), (), ())))


LAYERS: dict[str, Callable[[Any, Tensor, Weights, bool], Tensor]] = {
    "Conv2D": conv2d,
    "DepthwiseConv2D": depthwise,
    "MaxPooling2D": max_pool,
    "AveragePooling2D": average_pool,
    "GlobalAveragePooling2D": global_average,
    "GlobalMaxPooling2D": global_max,
    "BatchNormalization": batch_norm,
    "LayerNormalization": layer_norm,
    "Dense": dense,
    "ReLU": relu,
    "ZeroPadding2D": pad,
    "Flatten": lambda layer, x, weights, by_batch: x.flatten(1),
    "Activation": lambda layer, x, weights, by_batch: x,
    "Softmax": lambda layer, x, weights, by_batch: x,
}


def expressible(case: Case) -> bool:
    kinds = {type(node.layer).__name__ for node in case.graph.nodes[1:]}
    return kinds <= {*LAYERS, "Add", "Concatenate"} and not any(
        getattr(node.layer, "threshold", 0) for node in case.graph.nodes
    )


def output(node: Node, inputs: list[Tensor], weights: Weights, by_batch: bool) -> Tensor:
    kind, layer = type(node.layer).__name__, cast(Any, node.layer)
    if kind == "Add":
        return torch.stack(inputs).sum(0)
    if kind == "Concatenate":
        return torch.cat(inputs, layer.axis)
    return ACTIVATIONS[activation_of(layer)](LAYERS[kind](layer, inputs[0], weights, by_batch))


def walk(graph: Graph, x: Tensor, weights: Weights, mode: str) -> Tensor:
    """The last node's output; weights come by their full name."""
    first = graph.state.spans[0].layer if graph.state.spans else ""
    outputs = [x]
    for node in graph.nodes[1:]:
        owner = graph.owner(node).name
        own = {name.rpartition("/")[2]: w for name, w in weights.items() if name.rpartition("/")[0] == owner}
        by_batch = mode == "batch" or (mode == "frozen" and owner != first)
        outputs.append(output(node, [outputs[i] for i in node.inputs], own, by_batch))
    return outputs[-1]


def modes(graph: Graph) -> list[str]:
    norms = {span.layer for span in graph.state.spans}
    return ["running", *["batch"] * (len(norms) > 0), *["frozen"] * (len(norms) > 1)]


def half(values: Any) -> np.ndarray:
    return np.asarray(values).astype(np.float16).astype(np.float64)


def end_to_end(*arrays: Any) -> np.ndarray:
    return np.concatenate([np.asarray(array).ravel() for array in arrays])


def run(case: Case) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """What is given, and by mode what is found."""
    # Drawn by the row's name, so that a new row leaves the others as they are.
    graph, rng = case.graph, np.random.default_rng(crc32(case.id.encode()))
    x = half(case.pictures(rng))
    theta = {name: half(w) for name, w in graph.theta.views(random_theta(graph, rng)).items()}
    state = {name: half(s) for name, s in graph.state.views(random_state(graph, rng)).items()}
    dy = half(rng.standard_normal((case.batch, *graph.output_shape)))
    given = end_to_end(x, *theta.values(), *state.values(), dy).astype(np.float16)
    return given, {mode: passed(graph, mode, x, theta, state, dy) for mode in modes(graph)}


def passed(
    graph: Graph, mode: str, x: np.ndarray, theta: dict[str, np.ndarray], state: dict[str, np.ndarray], dy: np.ndarray
) -> np.ndarray:
    pictures = torch.tensor(x, requires_grad=True)
    weights = {name: torch.tensor(w, requires_grad=True) for name, w in theta.items()}
    statistics = {name: torch.tensor(s) for name, s in state.items()}
    y = walk(graph, pictures, weights | statistics, mode)
    y.backward(torch.tensor(dy))
    gradients = [each.grad for each in (pictures, *weights.values())]
    return end_to_end(y.detach(), *gradients, *statistics.values())


def main() -> None:
    given, found, rows = [np.zeros(0, np.float16)], [np.zeros(0)], dict[str, Any]()
    for case in filter(expressible, CASES):
        here, by_mode = run(case)
        rows[case.id] = {"given": sum(map(len, given)), "found": {}}
        given.append(here)
        for mode, values in by_mode.items():
            rows[case.id]["found"][mode] = sum(map(len, found))
            found.append(values)
    description = json.dumps({"library": "torch", "version": torch.__version__, "rows": rows})
    whole = {"given": np.concatenate(given), "found": np.concatenate(found)}
    np.savez_compressed(Path(__file__).with_name("torch_layers.npz"), description=description, **whole)


if __name__ == "__main__":
    main()
