"""The peer of benchmarks/mnist.py: the same CNN in PyTorch, in its fastest layout for a CPU."""

import torch
from torch import nn

from striate.data.load import Images


class PyTorch:
    """The CNN in PyTorch."""

    def __init__(self, threads: int, seed: int, batch: int) -> None:
        torch.manual_seed(seed)
        torch.set_num_threads(threads)
        self.name = f"PyTorch {torch.__version__}"
        self._batch = batch
        layers = [
            *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(5 * 5 * 64, 128), nn.ReLU(), nn.Linear(128, 10)),
        ]
        self._net = nn.Sequential(*layers).to(memory_format=torch.channels_last)
        self._rule = torch.optim.Adam(self._net.parameters(), lr=1e-3, eps=1e-7)  # Keras's defaults, as Striate's
        self._loss = nn.CrossEntropyLoss()

    def learn(self, images: Images) -> None:
        """Go over the pictures once, in their order."""
        x, y = self._tensors(images)
        for first in range(0, len(images), self._batch):
            self._rule.zero_grad()
            self._loss(self._net(x[first : first + self._batch]), y[first : first + self._batch]).backward()
            self._rule.step()

    def accuracy(self, images: Images) -> float:
        """The share that is answered rightly."""
        x, y = self._tensors(images)
        with torch.no_grad():
            return float((self._net(x).argmax(dim=1) == y).float().mean())

    def _tensors(self, images: Images) -> tuple[torch.Tensor, torch.Tensor]:
        """NHWC in memory, as channels_last has it: no copy."""
        return torch.from_numpy(images.x).permute(0, 3, 1, 2), torch.from_numpy(images.y)
