"""Why no pixel moves a unit: where the way back from it to the picture ends."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from striate.engines.contract import Array
from striate.inspection.units import Unit
from striate.model import Model
from striate.network.graph import Graph, Node
from striate.network.layers import DepthwiseConv2D, ReLU, activation_of

Cause = Literal["padding", "weights", "activation", "unknown"]
CAUSES: tuple[Cause, ...] = ("padding", "weights", "activation", "unknown")
PASSING = ("kernel", "gamma")  # weights that values are multiplied by

Channels = NDArray[np.bool_]  # (K,)


@dataclass(frozen=True)
class Ending:
    """A layer that passes nothing on to the unit, and why.

    "padding": it sees nothing else; "weights": all are 0 that the unit's way leads through; "activation": its slope is
    0 there, as a ReLU's is where it is off.
    """

    layer: str
    cause: Cause


def endings(model: Model, unit: Unit, x: Array, at_a_time: int) -> tuple[Ending, ...]:
    """The layers of a model that ends with the unit's, where the gradient of the unit ends for pictures x (N, H, W, C).

    A change reaches the unit from what such a layer gives, but from nothing that it takes.
    """
    graph = model.graph.at(x.shape[1:])
    moving = {node.name: np.zeros(node.shape[-1], np.bool_) for node in graph.nodes}
    moving[unit.layer][unit.channel] = True
    for begin in range(0, len(x), at_a_time):
        for name, channels in _moving(model, graph, unit, x[begin : begin + at_a_time]).items():
            moving[name] |= channels
    ends = [
        node for node in graph.nodes if node.inputs and moving[node.name].any() and not _goes_on(graph, node, moving)
    ]
    return tuple(Ending(node.name, _cause(model, graph, node, moving[node.name])) for node in ends)


def _moving(model: Model, graph: Graph, unit: Unit, x: Array) -> dict[str, Channels]:
    """The channels of each layer before the unit's that move it."""
    dy = np.zeros((len(x), *graph.node(unit.layer).shape), np.float32)
    dy[(slice(None), *unit.index)] = 1
    before = [node.name for node in graph.nodes[: graph.place(unit.layer)]]
    found = model.gradients(x, {unit.layer: dy}, before)
    return {name: np.asarray(dx.any(axis=tuple(range(dx.ndim - 1)))) for name, dx in found.items()}


def _goes_on(graph: Graph, node: Node, moving: dict[str, Channels]) -> bool:
    return any(moving[graph.nodes[place].name].any() for place in node.inputs)


def _cause(model: Model, graph: Graph, node: Node, channels: Channels) -> Cause:
    if _without_weights(model, graph, node, channels):
        return "weights"
    return "activation" if activation_of(node.layer) != "linear" or isinstance(node.layer, ReLU) else "unknown"


def _without_weights(model: Model, graph: Graph, node: Node, channels: Channels) -> bool:
    """Whether all weights that lead to these channels are 0."""
    weights, owner = graph.theta.views(model.theta), graph.owner(node).name
    for name in PASSING:
        if (own := weights.get(f"{owner}/{name}")) is not None:
            rows = own.reshape(-1, len(channels)) if isinstance(node.layer, DepthwiseConv2D) else own
            return not rows[..., channels].any()
    return False
