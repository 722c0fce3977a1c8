"""The core's preparing of batches, with the sizes and layouts that it asks for."""

from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from striate.engines.native import core

Floats = NDArray[np.float32]
Boxes = NDArray[np.int32]
FILLS = {"black": 0, "edge": 1, "mirror": 2}  # the core's numbers


class Variation(Protocol):
    """`data.variation.Variation`."""

    @property
    def warps(self) -> NDArray[np.float64]:
        """(n, 2, 3)."""
        ...

    @property
    def holes(self) -> Boxes:
        """(n, 4)."""
        ...

    @property
    def colours(self) -> Floats | None:
        """(n, 3, 4)."""
        ...

    @property
    def fill(self) -> str:
        """A key of `FILLS`."""
        ...


class Mix(Protocol):
    """`data.variation.Mix`."""

    @property
    def partners(self) -> NDArray[np.intp]:
        """(n,)."""
        ...

    @property
    def boxes(self) -> Boxes:
        """(n, 4)."""
        ...

    @property
    def shares(self) -> Floats:
        """(n,)."""
        ...


@cache
def available() -> bool:
    """Whether there is a core; asked for every batch, hence remembered."""
    return core.available()


def prepared(
    pictures: NDArray[Any],
    indices: NDArray[np.intp],
    scale: Floats,
    offset: Floats,
    variation: Variation | None = None,
) -> Floats:
    """As `data.prepare.by_numpy`, outside of Python's lock: pictures of bytes or float32, (N, H, W, C)."""
    out = np.empty((len(indices), *pictures.shape[1:]), np.float32)
    _prepare(out, pictures, indices, scale, offset, variation, None)
    return out


def mix_in(
    batch: Floats, pictures: NDArray[Any], mix: Mix, scale: Floats, offset: Floats, variation: Variation
) -> None:
    """As `data.prepare.mix_in_by_numpy`."""
    _prepare(batch, pictures, mix.partners, scale, offset, variation, mix)


def _prepare(
    out: Floats,
    pictures: NDArray[Any],
    indices: NDArray[np.intp],
    scale: Floats,
    offset: Floats,
    variation: Variation | None,
    mix: Mix | None,
) -> None:
    from striate.engines.native import _core

    stored = np.ascontiguousarray(pictures)  # as it is, unless somebody trains on a view with gaps
    _core.prepare(
        stored,
        np.ascontiguousarray(indices, np.int64),
        variation.warps if variation else None,
        variation.holes if variation else None,
        variation.colours if variation else None,
        FILLS[variation.fill] if variation else 0,
        scale,
        offset,
        mix.boxes if mix else None,
        mix.shares if mix else None,
        out,
    )
