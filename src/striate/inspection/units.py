"""One number that a layer gives, by its address: "conv2:5:7,9" is channel 5 at row 7, column 9 of conv2's maps."""

import re
from dataclasses import dataclass

from striate.errors import SettingError
from striate.inspection import arguments as may_be
from striate.network.graph import Graph, Node
from striate.network.settings import checked, is_whole

_ADDRESS = re.compile(r"(?P<layer>.+?):(?P<channel>\d{1,9})(?::(?P<row>\d{1,9}),(?P<column>\d{1,9}))?")


@dataclass(frozen=True)
class Unit:
    """A number of a layer's output: LAYER:CHANNEL:ROW,COLUMN of a map, LAYER:NUMBER of a vector; all count from 0."""

    layer: str
    channel: int
    row: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = "" if self.row is None else f":{self.row},{self.column}"
        return f"{self.layer}:{self.channel}{place}"

    @property
    def index(self) -> tuple[int, ...]:
        """Where it stands in the layer's output for one picture: (row, column, channel) or (number,)."""
        return (self.channel,) if self.row is None or self.column is None else (self.row, self.column, self.channel)

    @staticmethod
    def at(layer: str, index: tuple[int, ...]) -> "Unit":
        """The inverse of `index`."""
        *place, channel = (int(each) for each in index)
        return Unit(layer, channel, *place)


@checked(graph=may_be.of(Graph))
def unit_of(graph: Graph, address: "str | Unit") -> Unit:
    """The unit of an address in this network, whose sizes are known (`graph.at`).

    Raises `SettingError` for what is no address, or for a place that the layer has not got: the error says which it
    has; `UnknownNameError` for a layer that is not there.
    """
    unit = address if isinstance(address, Unit) else _read(address)
    node = graph.node(unit.layer)
    if len(unit.index) != len(node.shape) or not all(map(_inside, unit.index, node.shape)):
        raise SettingError(_required(node), unit=str(unit), layer=node.name, **_last(node))
    return unit


def _inside(i: int, n: int) -> bool:
    return is_whole(i) and 0 <= i < n


def _read(address: object) -> Unit:
    found = _ADDRESS.fullmatch(address.strip()) if isinstance(address, str) else None
    if found is None:
        raise SettingError("unit.address", came=address)
    place = (found["row"], found["column"])
    return Unit(found["layer"], int(found["channel"]), *(None if each is None else int(each) for each in place))


def _required(node: Node) -> str:
    return "unit.not_in_map" if len(node.shape) == 3 else "unit.not_in_vector"


def _last(node: Node) -> dict[str, int]:
    names = ("row", "column", "channel") if len(node.shape) == 3 else ("channel",)
    return {f"last_{name}": n - 1 for name, n in zip(names, node.shape, strict=True)}
