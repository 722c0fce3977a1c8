"""Pictures of noise, for what is asked of a model where no picture is given."""

from dataclasses import dataclass

import numpy as np

from striate.engines.contract import Array
from striate.errors import StateError
from striate.model import Model
from striate.network.open_sizes import is_open

PICTURES = 16  # unless said


@dataclass(frozen=True)
class Noise:
    """So many pictures, each number of them drawn evenly from black to white, by a seed."""

    pictures: int = PICTURES
    seed: int = 0

    def drawn(self, model: Model) -> Array:
        """The pictures (N, H, W, C) as the model takes them. Raises `StateError` where their size is open."""
        shape = model.graph.input_shape
        if model.preprocessing is not None:
            shape = model.preprocessing.shape
        if is_open(shape):
            raise StateError("field.open_size", came=shape)
        white = 255 * model.preprocessing.scale if model.preprocessing else 1.0
        rng = np.random.default_rng(self.seed)
        return (white * rng.random((self.pictures, *shape))).astype(np.float32)
