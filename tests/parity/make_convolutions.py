"""Write convolutions.npz: PyTorch's convolutions where Keras has none, which the tests compare with ours.

Strides together with dilation, padding by numbers and lopsided, with groups and channel by channel. Laid out as
layers.npz (make_layers.py): NHWC, HWIO, float64. To write it again: pip install torch, then run this file.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

CASES: dict[str, tuple[str, dict[str, Any], tuple[int, ...]]] = {
    "dilation_stride": (
        "Conv2D",
        {"filters": 2, "kernel_size": 3, "strides": [2, 3], "dilation_rate": [2, 3]},
        (2, 9, 8, 2),
    ),
    "dilation_lopsided": (
        "Conv2D",
        {"filters": 2, "kernel_size": 2, "padding": [[3, 0], [1, 2]], "dilation_rate": [4, 3]},
        (2, 5, 6, 2),
    ),
    "groups_stride_dilation": (
        "Conv2D",
        {"filters": 6, "kernel_size": 3, "strides": 2, "dilation_rate": [1, 2], "groups": 2},
        (2, 8, 9, 4),
    ),
    "groups_lopsided": (
        "Conv2D",
        {"filters": 2, "kernel_size": 3, "padding": [[0, 2], [1, 0]], "groups": 2},
        (1, 5, 4, 4),
    ),
    "seventeen_groups": ("Conv2D", {"filters": 34, "kernel_size": 2, "padding": 1, "groups": 17}, (1, 3, 4, 17)),
    "depthwise_stride_pair": (
        "DepthwiseConv2D",
        {"kernel_size": 2, "strides": [3, 4], "depth_multiplier": 2},
        (2, 9, 7, 2),
    ),
    "depthwise_lopsided": ("DepthwiseConv2D", {"kernel_size": [2, 3], "padding": [[0, 2], [1, 0]]}, (2, 4, 5, 2)),
    "depthwise_dilation_stride": (
        "DepthwiseConv2D",
        {"kernel_size": 2, "strides": 2, "dilation_rate": 3},
        (1, 9, 8, 3),
    ),
}


def sides(padding: Any) -> list[int]:
    """As torch's `pad` has them: left, right, top, bottom."""
    (top, bottom), (left, right) = [[padding] * 2] * 2 if isinstance(padding, int) else padding
    return [left, right, top, bottom]


def run(kind: str, config: dict[str, Any], shape: tuple[int, ...], rng: np.random.Generator) -> dict[str, np.ndarray]:
    channels, size = shape[-1], config["kernel_size"]
    r, s = (size, size) if isinstance(size, int) else size
    depthwise = kind == "DepthwiseConv2D"
    groups = channels if depthwise else config.get("groups", 1)
    many = config.get("depth_multiplier", 1)
    filters = channels * many if depthwise else config["filters"]
    last = (channels, many) if depthwise else (channels // groups, filters)
    x, kernel, bias = (rng.standard_normal(each) for each in (shape, (r, s, *last), (filters,)))
    given = [torch.tensor(each, requires_grad=True) for each in (x, kernel, bias)]
    # torch: N C H W, and filters first: those of a channel stand together, as ours do.
    w = given[1].permute(2, 3, 0, 1).reshape(filters, 1, r, s) if depthwise else given[1].permute(3, 2, 0, 1)
    padded = torch.nn.functional.pad(given[0].permute(0, 3, 1, 2), sides(config.get("padding", 0)))
    steps = {"stride": config.get("strides", 1), "dilation": config.get("dilation_rate", 1)}
    y = torch.nn.functional.conv2d(padded, w, given[2], groups=groups, **steps).permute(0, 2, 3, 1)
    dy = rng.standard_normal(tuple(y.shape))
    y.backward(torch.tensor(dy))
    dx, dkernel, dbias = (each.grad.numpy() for each in given)
    return {
        "x": x, "kernel": kernel, "bias": bias, "y": y.detach().numpy(), "dy": dy,
        "dx": dx, "dkernel": dkernel, "dbias": dbias,
    }  # fmt: skip


def main() -> None:
    rng = np.random.default_rng(20240301)
    arrays: dict[str, np.ndarray] = {}
    for name, (kind, config, shape) in CASES.items():
        arrays |= {f"{name}/{key}": array for key, array in run(kind, config, shape, rng).items()}
    described = {
        name: {"library": "torch", "version": torch.__version__, "class": kind, "config": config, "input_shape": shape}
        for name, (kind, config, shape) in CASES.items()
    }
    np.savez_compressed(Path(__file__).with_name("convolutions.npz"), description=json.dumps(described), **arrays)


if __name__ == "__main__":
    main()
