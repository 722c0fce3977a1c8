"""Write captum.npz: what Captum's attributions are for small networks, which the tests compare with ours.

The tests read the file alone. To write it again, in any environment:

    pip install torch captum numpy
    python tests/parity/make_captum.py

None of our code is used. Two networks for pictures of 9x8x3, five classes, scores without softmax, in float64:
"chain" (convolution, max pooling, convolution, dense layer) and "residual" (a convolution, a block whose output is
added to its input, global average pooling, dense layer). `description` says by what settings the arrays were made.
Pictures are NHWC, kernels HWIO, dense weights (inputs, outputs); the flattened order is that of NHWC.
"""

import json
from importlib.metadata import version
from pathlib import Path

import captum.attr
import numpy as np
import torch
from torch import Tensor, nn

SHAPE, CLASSES = (9, 8, 3), 5
STEPS, WINDOW, STRIDE = 50, (3, 2), (2, 2)


class Chain(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(6, 8, 3, stride=1)
        self.last = nn.ReLU()
        self.dense1 = nn.Linear(2 * 2 * 8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = self.last(self.conv2(x))
        return self.dense1(x.permute(0, 2, 3, 1).flatten(1))


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 6, 3, stride=2), nn.Conv2d(6, 6, 3, padding=1)
        self.last = nn.ReLU()
        self.dense1 = nn.Linear(6, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.conv1(x))
        x = self.last(self.conv2(x) + x)
        return self.dense1(x.mean(dim=(2, 3)))


def random_weights(network: nn.Module, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Exact in half precision, of order 1 / sqrt(inputs); put into the network, and answered as we lay them out."""
    found = {}
    for name, parameter in network.named_parameters():
        layer, _, kind = name.partition(".")
        inputs = np.prod(parameter.shape[1:]) if kind == "weight" else 4
        values = (rng.standard_normal(tuple(parameter.shape)) / np.sqrt(inputs)).astype(np.float16).astype(np.float64)
        parameter.data = torch.tensor(values)
        axes = {4: (2, 3, 1, 0), 2: (1, 0), 1: (0,)}[values.ndim]
        found[f"{layer}/{'kernel' if kind == 'weight' else 'bias'}"] = values.transpose(axes)
    return found


def attributions(network: nn.Module, x: Tensor, target: int) -> dict[str, np.ndarray]:
    """By Captum's names; (H, W, C), Grad-CAM's (P, Q)."""
    mean = x.mean(dim=(2, 3), keepdim=True).expand_as(x)
    path = captum.attr.IntegratedGradients(network)
    shape, strides = (SHAPE[2], *WINDOW), (SHAPE[2], *STRIDE)
    occlusion = captum.attr.Occlusion(network)
    found = {
        "Saliency": captum.attr.Saliency(network).attribute(x, target=target, abs=False),
        "IntegratedGradients black": path.attribute(x, target=target, n_steps=STEPS, method="gausslegendre"),
        "IntegratedGradients mean": path.attribute(x, mean, target=target, n_steps=STEPS, method="gausslegendre"),
        "Occlusion": occlusion.attribute(x, shape, strides=strides, baselines=mean, target=target),
        "LayerGradCam": captum.attr.LayerGradCam(network, network.last).attribute(
            x, target=target, relu_attributions=True
        ),
    }
    return {name: values.detach().numpy()[0].transpose(1, 2, 0) for name, values in found.items()}


def main() -> None:
    """Make all of it and write it beside this file."""
    rng = np.random.default_rng(0)
    stored: dict[str, np.ndarray] = {}
    for name, kind in {"chain": Chain, "residual": Residual}.items():
        network = kind().double().eval()
        weights = random_weights(network, rng)
        picture = rng.random(SHAPE).astype(np.float16).astype(np.float64)
        x = torch.tensor(picture.transpose(2, 0, 1)[np.newaxis])
        scores = network(x).detach().numpy()[0]
        stored |= {f"{name}/given/{key}": values.astype(np.float16) for key, values in weights.items()}
        stored |= {f"{name}/given/picture": picture.astype(np.float16), f"{name}/scores": scores}
        for target in map(int, np.argsort(-scores)[:2]):
            found = attributions(network, x, target)
            stored |= {f"{name}/{target}/{key}": values for key, values in found.items()}
    description = {
        "libraries": {library: version(library) for library in ("torch", "captum", "numpy")},
        "IntegratedGradients": {"n_steps": STEPS, "method": "gausslegendre", "baselines": ["0", "each channel's mean"]},
        "Occlusion": {"window": WINDOW, "strides": STRIDE, "baselines": "each channel's mean"},
        "LayerGradCam": "of the last ReLU, relu_attributions=True",
    }
    np.savez_compressed(Path(__file__).with_name("captum.npz"), description=json.dumps(description), **stored)


if __name__ == "__main__":
    main()
