"""Networks cut from a network: all that one node is made from, and all but the probabilities at the end."""

from dataclasses import replace
from typing import Any

from striate.network.graph import Graph
from striate.network.layers import Activation, Softmax, activation_of
from striate.network.settings import config

PROBABILITIES = ("softmax", "sigmoid")


def part(graph: Graph, name: str) -> Graph:
    """The nodes that a node is made from, and it as the output. Names stay; layers are the same ones.

    Raises `UnknownNameError` for a name that no node has.
    """
    wanted = {graph.place(name)}
    for place in range(graph.place(name), -1, -1):
        if place in wanted:
            wanted.update(graph.nodes[place].inputs)
    kept = sorted(wanted)
    now = {place: i for i, place in enumerate(kept)}
    nodes = (replace(graph.nodes[p], inputs=tuple(now[i] for i in graph.nodes[p].inputs)) for p in kept)
    return Graph(tuple(nodes), graph.strict)


def before_probabilities(graph: Graph) -> Graph:
    """The network without the softmax or sigmoid of its last layer; the same network where it ends with neither."""
    last = graph.nodes[-1]
    if activation_of(last.layer) not in PROBABILITIES:
        return graph
    if isinstance(last.layer, Activation | Softmax):
        return part(graph, graph.nodes[last.inputs[0]].name) if last.inputs[0] else graph
    settings: dict[str, Any] = config(last.layer) | {"activation": "linear"}
    layer = type(last.layer)(**settings)
    return Graph((*graph.nodes[:-1], replace(last, layer=layer)), graph.strict)


def origins(cut: Graph, whole: Graph) -> dict[str, str]:
    """For each weight of a network that was cut from a whole one, what it is called there.

    They differ where a layer is used several times and the first of its places is not in the part.
    """
    names = [span.name.rpartition("/") for layout in (cut.theta, cut.state) for span in layout.spans]
    return {f"{layer}/{weight}": f"{whole.owner(whole.node(layer)).name}/{weight}" for layer, _, weight in names}
