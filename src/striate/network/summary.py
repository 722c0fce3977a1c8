"""What can be said of a network without running it: sizes, weights, cost, receptive fields, and what to look out for.

Facts only. The words are found in views/.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from striate.network.graph import Graph, Node
from striate.network.layers import Activation, Dense, Dropout, Flatten, Windowed
from striate.network.open_sizes import is_open
from striate.network.shapes import Shape, Windows, windows
from striate.network.window import Pair, unseen

BYTES = 4  # of one weight, in float32


@dataclass(frozen=True)
class AxisSize:
    """The size formula along one axis, filled in: result = floor((size + before + after - kernel) / stride) + 1."""

    size: int
    before: int
    after: int
    kernel: int
    stride: int
    result: int

    @property
    def exact(self) -> Fraction:
        """The formula's value before it is rounded down."""
        return Fraction(self.size + self.before + self.after - self.kernel, self.stride) + 1


@dataclass(frozen=True)
class Note:
    """Something to know about a layer; the sentence stands in messages/ under the code."""

    code: str
    fields: Mapping[str, object]


@dataclass(frozen=True)
class LayerSummary:
    """One place of a network. What a unit sees of the picture, `field`, is (rows, columns); None: nothing bounds it."""

    name: str
    kind: str
    shape: tuple[int | None, ...]  # of one picture; None: open until planned
    weights: int  # 0 where those of an earlier place are used again
    multiply_adds: int | None  # for one picture; None: it depends on a size that is open
    field: Pair | None
    field_stride: Pair | None
    formula: tuple[AxisSize, AxisSize] | None  # rows, columns; None: no windows, or a size that is open
    notes: tuple[Note, ...]
    formula_open: bool = False  # there are windows, on maps of a size that is open


@dataclass(frozen=True)
class Summary:
    """A network, place by place, and in total."""

    layers: tuple[LayerSummary, ...]
    weights: int
    biases: int  # counted in weights
    multiply_adds: int | None  # for one picture; None as above
    bytes: int  # of all weights in float32
    trainable: int  # of the weights, those that are not frozen


def summarize(graph: Graph, frozen: Collection[str] = ()) -> Summary:
    """The facts of a network, some of whose layers may be frozen."""
    layers = tuple(_layer(graph, place) for place in range(len(graph.nodes)))
    products = [layer.multiply_adds for layer in layers]
    known = [each for each in products if each is not None]
    return Summary(
        layers=layers,
        weights=graph.theta.count,
        biases=sum(span.size for span in graph.theta.spans if span.name.endswith("/bias")),
        multiply_adds=sum(known) if len(known) == len(products) else None,
        bytes=graph.theta.count * BYTES,
        trainable=sum(span.size for span in graph.theta.spans if span.layer not in frozen),
    )


def _layer(graph: Graph, place: int) -> LayerSummary:
    node, seen = graph.nodes[place], graph.fields[place]
    placed = _windows(graph, node)
    return LayerSummary(
        name=node.name,
        kind=type(node.layer).__name__,
        shape=node.shape,
        weights=_weights(graph, node),
        multiply_adds=graph.multiply_adds(node),
        field=seen and (seen[0].size, seen[1].size),
        field_stride=seen and (seen[0].stride, seen[1].stride),
        formula=placed and _formula(placed),
        formula_open=placed is None and isinstance(node.layer, Windowed),
        notes=(*_window_notes(node, placed), *_weight_notes(graph, node)),
    )


def _windows(graph: Graph, node: Node) -> Windows | None:
    if not isinstance(node.layer, Windowed):
        return None
    shape = graph.shapes_into(node)[0]
    if is_open(shape):
        return None
    height, width, _ = shape
    return windows(node.layer, (height, width))


def _weights(graph: Graph, node: Node) -> int:
    return sum(span.size for span in graph.theta.spans if span.name.rpartition("/")[0] == node.name)


def _formula(placed: Windows) -> tuple[AxisSize, AxisSize]:
    rows, columns = (
        AxisSize(n, before, after, f, s, count)
        for n, (before, after), f, s, count in zip(
            placed.size, placed.border, placed.reach, placed.stride, placed.count, strict=True
        )
    )
    return rows, columns


def _window_notes(node: Node, placed: Windows | None) -> list[Note]:
    if placed is None or not isinstance(node.layer, Windowed):
        return []
    notes = [_unseen_border(placed), _gaps(placed)]
    if node.layer.padding == "same":
        notes += [_lopsided(placed), _two_meanings_of_same(placed)]
    return [note for note in notes if note]


def _unseen_border(placed: Windows) -> Note | None:
    """The last rows and columns of the map that reaches a layer, where no window ends: it is rounded down."""
    rows, columns = (_unseen_end(axis) for axis in _formula(placed))
    return _by_axis("summary.unseen", rows, columns, **_pixels(placed.size, len(rows), len(columns)))


def _unseen_end(axis: AxisSize) -> tuple[int, ...]:
    last_seen = (axis.result - 1) * axis.stride - axis.before + axis.kernel - 1
    return tuple(range(max(last_seen + 1, 0), axis.size))


def _gaps(placed: Windows) -> Note | None:
    """Where windows step further than they reach, none sees what is between; counted with what is behind the last."""
    axes = _formula(placed)
    rows, columns = (
        len(unseen(a.size, kernel, a.stride, a.before, a.after, dilation))
        for a, kernel, dilation in zip(axes, placed.kernel, placed.dilation, strict=True)
    )
    if rows + columns == sum(len(_unseen_end(axis)) for axis in axes):
        return None
    steps = {"kernel": placed.kernel, "stride": placed.stride}
    return Note("summary.gaps", {**steps, **_pixels(placed.size, rows, columns)})


def _pixels(size: Pair, rows: int, columns: int) -> dict[str, object]:
    """How many pixels of a map stand in some rows or columns of it."""
    height, width = size
    return {"pixels": height * width - (height - rows) * (width - columns), "of": height * width}


def _lopsided(placed: Windows) -> Note | None:
    rows, columns = (side if side[0] != side[1] else () for side in placed.border)
    return _by_axis("summary.lopsided", rows, columns)


def _two_meanings_of_same(placed: Windows) -> Note | None:
    """Keras's "same" gives ceil(N / s); the formula's k = N takes 2p = (N - 1)s + F - N, far more where s > 1."""
    if placed.count == placed.size:
        return None
    rows, columns = ((a.size - 1) * a.stride + a.kernel - a.size for a in _formula(placed))
    return Note("summary.two_sames", {"keras": placed.count, "formula": placed.size, "padding": (rows, columns)})


def _by_axis(code: str, rows: tuple[int, ...], columns: tuple[int, ...], **fields: object) -> Note | None:
    """A note on rows, on columns, or on both, each with a text of its own."""
    if rows and columns:
        return Note(f"{code}_both", {"rows": rows, "columns": columns, **fields})
    if rows:
        return Note(f"{code}_rows", {"rows": rows, **fields})
    return Note(f"{code}_columns", {"columns": columns, **fields}) if columns else None


def _weight_notes(graph: Graph, node: Node) -> list[Note]:
    owner = graph.owner(node)
    if owner is not node:
        return [Note("summary.shared", {"owner": owner.name})]
    maps = flattened_maps(graph, node)
    weights, total = _weights(graph, node), graph.theta.count
    if maps is None or 2 * weights <= total:
        return []
    fields = {"weights": weights, "of": total, "maps": maps, "values": math.prod(maps)}
    return [Note("summary.dense_holds_most", fields)]


def flattened_maps(graph: Graph, node: Node) -> Shape | None:
    """The shape of the maps that a dense layer takes, flattened, as its inputs; None where there are none."""
    if not isinstance(node.layer, Dense):
        return None
    while node.inputs:
        node = graph.nodes[node.inputs[0]]
        if isinstance(node.layer, Flatten):
            maps = graph.shapes_into(node)[0]
            return maps if len(maps) == 3 else None
        if not isinstance(node.layer, Activation | Dropout):
            return None
    return None
