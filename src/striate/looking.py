"""What a model's layers make of pictures, and how a number that they give moves with what came before."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from striate.computing import Computing
from striate.engines.contract import Array, Forward, Purpose
from striate.feature_maps import FeatureMaps
from striate.network.layers import Layer
from striate.training.plan import CHUNK
from striate.training.targets import as_pictures


class Looking(Computing):
    """The part of a model that looks inside."""

    theta: Array
    state: Array

    @abstractmethod
    def _forward(self, x: ArrayLike, batch_size: int, keep: tuple[str, ...]) -> Forward:
        """The output for pictures, and what the named layers gave."""

    def feature_maps(self, x: ArrayLike, layer: str | Layer) -> FeatureMaps:
        """What a layer makes of pictures x: (N, P, Q, K) for a convolution. `layer` is a name or the layer itself.

        An array, with `.show()`, `.figure()` and `.save_figure(path)`; a notebook shows the maps of the first picture.
        """
        named = layer if isinstance(layer, str) else self._name_of(layer)
        return FeatureMaps.of(self.feature_maps_of(x, [named])[named], named, np.asarray(x))

    def feature_maps_of(self, x: ArrayLike, layers: Sequence[str]) -> dict[str, Array]:
        """What several layers make of pictures x (N, H, W, C), in one pass. The input is one of them, by its name."""
        asked = tuple(dict.fromkeys(layers))
        forward = self._forward(x, CHUNK, asked)  # first: a network may learn its size from the pictures
        return {name: forward.kept[name] for name in asked}

    def gradients(self, x: ArrayLike, dy: Mapping[str, ArrayLike], layers: Sequence[str]) -> dict[str, Array]:
        """How S = sum(dy * y), over what the layers in dy give, moves with what other layers give.

        x (N, H, W, C); dy (N, ...) by a layer's name, as that layer gives; the answer dS/d(output), (N, ...), for each
        of `layers`. The input is a layer, too: its gradient is that of the pixels. Batch normalisation goes by its
        running statistics, and nothing is dropped. Raises `UnknownNameError`, `DataError`.
        """
        asked = tuple(dict.fromkeys(layers))
        pictures = as_pictures(x, self.graph.input_shape)
        graph, given = self.graph.at(pictures.shape[1:]), {name: np.asarray(d, np.float32) for name, d in dy.items()}
        size = max(min(CHUNK, len(pictures)), 1)
        none = {name: np.zeros((0, *graph.node(name).shape), np.float32) for name in asked}
        parts: list[Mapping[str, Array]] = [none]
        purpose = Purpose(gradients_of=asked)
        with self._programs.lent(self._engine, self.graph, pictures.shape[1:], size, purpose, self._threads) as program:
            for first in range(0, len(pictures), size):
                some = slice(first, first + size)
                dys = {name: d[some] for name, d in given.items()}
                parts.append(program.backward(self.theta, self.state, pictures[some], dys).nodes)
        return {name: np.concatenate([part[name] for part in parts]) for name in asked}

    def _name_of(self, layer: Layer) -> str:
        """The name of the first place where a layer is used."""
        return next((node.name for node in self.graph.nodes if node.layer is layer), repr(layer))
