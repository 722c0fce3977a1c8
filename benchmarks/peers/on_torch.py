"""The nets on PyTorch: default layout or channels_last, Adam plain or fused, eager or compiled."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.peers.nets import EPSILON, MOMENTUM, Net, Op, walk
from benchmarks.peers.work import RATE, SEED, Built, Task

LAYOUTS = ("default", "channels_last")


class Framework:
    """PyTorch in float32."""

    def start(self, threads: int, settings: dict[str, Any]) -> str:
        """Settings: "compile", whether to try torch.compile too."""
        torch.set_num_threads(threads)
        torch.manual_seed(SEED)
        self._compile = bool(settings.get("compile"))
        return f"PyTorch {torch.__version__}"

    def variants(self, what: str) -> list[str]:
        """Layout, then the rest; compiled ones only in the layout that eager ones are fastest in."""
        rules = ("", ", fused Adam") if what == "train" else ("",)
        eager = [layout + rule for layout in LAYOUTS for rule in rules]
        compiled = "channels_last, compiled" + rules[-1]
        return [*eager, compiled] if self._compile else eager

    def build(self, task: Task) -> Built:
        """The module, its rule and the batch."""
        module = Module(task.drawing)
        weights = sum(parameter.numel() for parameter in module.parameters())
        pixels, labels = task.pictures()
        x, y = torch.from_numpy(pixels).permute(0, 3, 1, 2), torch.from_numpy(labels)  # NHWC in memory
        products = count(module, x[:1])
        if "channels_last" in task.variant:
            module = module.to(memory_format=torch.channels_last)
        else:
            x = x.contiguous()
        once = self._train(module, x, y, task) if task.what == "train" else self._infer(module, x, task)
        return Built(once, weights, products)

    def _train(self, module: nn.Module, x: torch.Tensor, y: torch.Tensor, task: Task) -> Callable[[], object]:
        loss, fused = nn.CrossEntropyLoss(), "fused" in task.variant
        rule = torch.optim.Adam(module.parameters(), lr=RATE, eps=1e-7, fused=True if fused else None)
        forward = self._compiled(module.train(), task)

        def once() -> None:
            rule.zero_grad()
            loss(forward(x), y).backward()
            rule.step()

        return once

    def _infer(self, module: nn.Module, x: torch.Tensor, task: Task) -> Callable[[], object]:
        forward = self._compiled(nn.Sequential(module, nn.Softmax(dim=1)).eval(), task)

        def once() -> object:
            with torch.inference_mode():
                return forward(x)

        return once

    def _compiled(self, module: nn.Module, task: Task) -> Callable[[torch.Tensor], torch.Tensor]:
        if "compiled" not in task.variant:
            return module
        torch.compiler.reset()  # of other nets it keeps only so many, and other batches would make sizes dynamic
        return torch.compile(module, dynamic=False)


class Module(nn.Module):
    """A net as modules, gone through in its order."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        self._net = net
        self._layers = nn.ModuleList(_layer(op, net.shapes[op.inputs[0]][-1]) for op in net.ops)

    def forward(self, x: torch.Tensor) -> Any:
        """Logits (N, classes) of x (N, C, H, W)."""

        def step(place: int, op: Op, inputs: Sequence[Any]) -> Any:
            return inputs[0] + inputs[1] if op.kind == "add" else self._layers[place - 1](inputs[0])

        return walk(self._net, x, step)


def count(module: nn.Module, x: torch.Tensor) -> int:
    """Products that are summed for one picture forward, as PyTorch counts them itself."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module.eval()(x)
    return counter.get_total_flops() // 2


def _layer(op: Op, channels: int) -> nn.Module:
    window = {"stride": op.stride, "padding": op.padding}
    match op.kind:
        case "conv":
            return nn.Conv2d(channels, op.filters, op.kernel, bias=op.bias, **window)
        case "depthwise":
            return nn.Conv2d(channels, channels, op.kernel, groups=channels, bias=False, **window)
        case "norm":
            return nn.BatchNorm2d(channels, eps=EPSILON, momentum=1 - MOMENTUM)  # PyTorch's is the share of the new
        case "relu":
            return nn.ReLU(inplace=True)
        case "relu6":
            return nn.ReLU6(inplace=True)
        case "max_pool":
            return nn.MaxPool2d(op.kernel, **window)
        case "global_pool":
            return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        case "flatten":
            return nn.Flatten()
        case "dense":
            return nn.Linear(channels, op.filters)
        case "add":
            return nn.Identity()
