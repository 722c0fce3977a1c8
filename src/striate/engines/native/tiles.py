"""How large a register tile is: a rule by shape and instruction set alone, never a measurement at run time.

A tile of P windows by V vectors of output channels does P V multiply-adds for V loads of weights and P broadcasts of
pictures; its sums must fit into the registers. A core does two multiply-adds and two loads in a cycle, and a sum waits
four cycles for itself, so fewer than eight sums leave it idle. Whatever the tile, each output is the same sum in the
same order.
"""

from dataclasses import dataclass
from functools import cache

from striate.engines.native.tensors import rounded_up

LATENCY = 4  # cycles from one multiply-add to the next of the same sum
MOST_WINDOWS, MOST_ROWS = 14, 12  # as the kernels have them


@dataclass(frozen=True)
class InstructionSet:
    """What the kernels of a set have to work with."""

    name: str
    lanes: int
    registers: int

    @property
    def most_vectors(self) -> int:
        """Vectors of output channels of the widest tile."""
        return 4 if self.registers >= 32 else 2


@dataclass(frozen=True)
class Tile:
    """Channels and windows (of a gradient of weights: rows) of a register tile."""

    panel: int
    windows: int


@cache
def forward_tile(isa: InstructionSet, channels: int, windows: int, *, apart: bool = False) -> Tile:
    """The tile for rows of so many windows; `apart`: each is another picture's, so their values lie far apart."""
    return _best(isa, channels, windows, apart)


def line_tile(isa: InstructionSet, channels: int, columns: int, pictures: int) -> Tile:
    """The tile for lines of windows: rows, or where rows have but one the same place of all pictures."""
    along = columns == 1 and pictures > 1
    return forward_tile(isa, channels, pictures if along else columns, apart=along)


@cache
def gradient_tile(isa: InstructionSet, channels: int, rows: int) -> Tile:
    """The tile for so many rows of a gradient of weights."""
    vectors = min(isa.most_vectors, rounded_up(channels) // isa.lanes)
    spare = isa.registers - 1 - vectors
    return Tile(vectors * isa.lanes, max(1, min(MOST_ROWS, spare // vectors, rows)))


def _best(isa: InstructionSet, channels: int, windows: int, apart: bool) -> Tile:
    """The tile that needs the fewest cycles for a row of weights; of equals the largest."""
    all_vectors = rounded_up(channels) // isa.lanes
    best, fewest = Tile(16, 1), float("inf")
    for vectors in range(isa.most_vectors, 0, -1):
        if vectors > all_vectors or (vectors * isa.lanes) % 16:
            continue
        limit = min(MOST_WINDOWS, windows, (isa.registers - vectors - 1) // vectors)
        for count in range(limit, 0, -1):
            cycles = _cycles(all_vectors, vectors, windows, count, apart)
            if cycles < fewest * 0.999:
                best, fewest = Tile(vectors * isa.lanes, count), cycles
    return best


def _cycles(all_vectors: int, vectors: int, windows: int, most: int, apart: bool) -> float:
    """Cycles for one row of weights and a row of windows, cut into tiles of nearly equal size."""
    tiles = -(-windows // most)
    small, larger = windows // tiles, windows % tiles
    panels = [vectors] * (all_vectors // vectors) + ([all_vectors % vectors] if all_vectors % vectors else [])
    runs = ((tiles - larger, small), (larger, small + 1))
    return sum(count * _tile_cycles(size, v, apart) for v in panels for count, size in runs)


def _tile_cycles(windows: int, vectors: int, apart: bool) -> float:
    # A little for the loop itself; weights come from the second cache at half a vector a cycle. Of windows that are
    # far apart one value is loaded in a cycle: they may meet in the first cache.
    loads = (windows + vectors) / (1 if apart else 2)
    return max(windows * vectors / 2, loads, vectors * 1.5, LATENCY) + 0.5
