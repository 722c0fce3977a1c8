"""Small plans for single kernels: maps and vectors in the core's arena, full of other numbers before they are written.

What an operation writes must be whole: its halo 0, the channels that only round up finite; and the same bits whatever
the number of threads and whether pictures come block by block.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.engines.contract import Key
from striate.engines.native import core
from striate.engines.native.operations import Segment
from striate.engines.native.tensors import ROUNDING, Region, Space, Tensor, maps, rounded_up

Array = NDArray[Any]
Halo = tuple[int, int, int, int]

NO_HALO: Halo = (0, 0, 0, 0)
JUNK = 7777.25  # what the arena is full of
NO_KEY = Key(0, 0)
EPSILON = float(np.finfo(np.float32).eps)


def instruction_sets() -> list[str]:
    """What this CPU can run; nothing where there is no core."""
    if not core.available():
        return []
    from striate.engines.native import _core

    return [name for name, _, _ in _core.kernel_sets()]


@dataclass(frozen=True)
class Way:
    """A way to run operations: on how many threads, and how many pictures at a time (0: all of them)."""

    threads: int = 1
    block: int = 0


WAYS = (Way(1), Way(3), Way(1, 1), Way(3, 2))


@dataclass
class Plan:
    """Places for maps and vectors, and the numbers that stand there at first."""

    pictures: int
    chunks: int = 1
    key: Key = NO_KEY
    floats: dict[Space, int] = field(default_factory=lambda: dict.fromkeys(Space, 0))
    given: list[tuple[Tensor, Array]] = field(default_factory=list[tuple[Tensor, Array]])
    caller: dict[Space, Array] = field(default_factory=dict[Space, Array])

    def maps(self, shape: tuple[int, int, int], halo: Halo = NO_HALO) -> Tensor:
        """Maps (H, W, C) of all pictures in the arena."""
        tensor = maps(Space.ARENA, self.floats[Space.ARENA], shape, halo)
        self.floats[Space.ARENA] += self.pictures * tensor.picture
        return tensor

    def maps_of(self, values: Array, halo: Halo = NO_HALO) -> Tensor:
        """Maps that hold these (N, H, W, C), with other numbers behind the channels."""
        tensor = self.maps(values.shape[1:], halo)
        behind = np.full((*values.shape[:3], tensor.pixel - values.shape[3]), JUNK)
        self.given.append((replace(tensor, channels=tensor.pixel), np.concatenate([values, behind], axis=3)))
        return tensor

    def vector(self, size: int, chunks: int = 1) -> Region:
        """A vector in the arena, or one for each chunk."""
        region = Region(Space.ARENA, self.floats[Space.ARENA], size)
        self.floats[Space.ARENA] += rounded_up(size * max(chunks, self.pictures))
        return region

    def vector_of(self, values: Array) -> Region:
        """A vector that holds these, rounded up by zeros."""
        padded = np.zeros((self.pictures, 1, 1, rounded_up(len(values))))
        padded[0, 0, 0, : len(values)] = values
        tensor = self.maps((1, 1, padded.shape[3]))
        self.given.append((tensor, padded))
        return Region(Space.ARENA, tensor.offset, padded.shape[3])

    def rows_of(self, values: Array) -> Region:
        """A matrix as a vector, each row rounded up by other numbers."""
        behind = np.full((len(values), rounded_up(values.shape[1]) - values.shape[1]), JUNK)
        return self.vector_of(np.concatenate([values, behind], axis=1).ravel())

    def vector_in(self, space: Space, values: Array) -> Region:
        """A vector of the caller's: what is read from it, or what it held before."""
        region = Region(space, self.floats[space], len(values))
        self.floats[space] += len(values)
        self.caller[space] = np.append(self.caller.get(space, np.empty(0, np.float32)), np.float32(values))
        return region

    def run(self, isa: str, operations: Sequence[Any], way: Way = WAYS[0]) -> "Done":
        """What the plan leaves in memory."""
        from striate.engines.native import _core

        sizes = [self.floats[space] for space in Space]
        each = -(-sizes[Space.ARENA] // self.pictures // ROUNDING) * ROUNDING + ROUNDING
        sizes[Space.ARENA] = self.pictures * each
        segment = Segment(operations, way.block > 0, max(1, way.block), self.chunks)
        program = _core.Program(isa, [segment], sizes, self.pictures, way.threads)
        everything = Tensor(Space.ARENA, 0, each, each, each, 1, 1, each)
        program.write_maps(everything, np.full((self.pictures, each), JUNK, np.float32), self.pictures)
        for tensor, values in self.given:
            program.write_maps(tensor, np.ascontiguousarray(values, np.float32), self.pictures)
        caller = {space: values.copy() for space, values in self.caller.items()}
        names = ("input", "target", "share", "theta", "state", "gradient", "statistics")
        arrays = {name: caller.get(Space[name.upper()]) for name in names}
        key = {"seed": self.key.seed, "step": self.key.step, "first_picture": self.key.first}
        program.run(**arrays, pictures=self.pictures, **key, first=0, last=1)
        memory = np.empty((self.pictures, each), np.float32)
        program.read_maps(everything, memory, self.pictures)
        return Done(memory.ravel(), caller, self.pictures)

    def run_all_ways(self, isa: str, operations: Sequence[Any], ways: Iterable[Way] = WAYS) -> "Done":
        """The same, run in several ways, which must leave the same bits everywhere."""
        first, *others = [self.run(isa, operations, way) for way in ways]
        for other in others:
            np.testing.assert_array_equal(first.memory.view(np.int32), other.memory.view(np.int32))
        return first


@dataclass(frozen=True)
class Done:
    """Memory after a run."""

    memory: Array
    caller: Mapping[Space, Array]
    pictures: int

    def maps(self, tensor: Tensor) -> Array:
        """(N, H, W, C); the halo must be 0, the numbers behind the channels finite."""
        corner = tensor.offset - tensor.top * tensor.row - tensor.left * tensor.pixel
        height, width = tensor.top + tensor.height + tensor.bottom, tensor.left + tensor.width + tensor.right
        whole = self.memory[corner : corner + self.pictures * tensor.picture]
        whole = whole.reshape(self.pictures, height, width, tensor.pixel)
        inside = np.zeros((height, width), bool)
        inside[tensor.top : tensor.top + tensor.height, tensor.left : tensor.left + tensor.width] = True
        assert not whole[:, ~inside].any(), "the halo is not 0"
        kept = whole[:, inside].reshape(self.pictures, tensor.height, tensor.width, tensor.pixel)
        assert np.isfinite(kept[..., tensor.channels :]).all(), "the rounding is not finite"
        return kept[..., : tensor.channels]

    def vector(self, region: Region, chunk: int = 0) -> Array:
        """A vector's numbers."""
        if region.space != Space.ARENA:
            return self.caller[region.space][region.offset : region.offset + region.size]
        first = region.offset + chunk * region.size
        return self.memory[first : first + region.size]


def assert_within(got: Array, wanted: Array, bound: Array | float) -> None:
    """|got - wanted| <= bound, a bound for each number."""
    bound = np.broadcast_to(bound, wanted.shape)
    excess = np.abs(got - wanted) - bound
    worst = np.unravel_index(np.argmax(excess), excess.shape)
    assert (np.abs(got - wanted) <= bound).all(), f"at {worst}: {got[worst]}, not {wanted[worst]} +- {bound[worst]}"
