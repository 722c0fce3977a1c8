"""A network as plain lists and words, for the model file and for TOML, and back.

Reading looks layers up by name in a fixed table and checks every setting as if a user had typed it; nothing is imported
and nothing runs.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from striate.errors import GraphError, unknown_name
from striate.network.graph import Graph, Symbol, chain
from striate.network.layers import LAYERS, InputLayer, Layer
from striate.network.settings import config

CLASSES = "classes"  # in TOML: as many units as there are classes


def to_document(graph: Graph) -> list[dict[str, Any]]:
    """One entry a node: its name, its kind, its settings, the names of its inputs; a layer used again names its first place."""
    return [_entry(graph, place) for place in range(len(graph.nodes))]


def _entry(graph: Graph, place: int) -> dict[str, Any]:
    node = graph.nodes[place]
    inputs = [graph.nodes[i].name for i in node.inputs]
    owner = graph.owner(node)
    if owner is not node:
        return {"name": node.name, "shared": owner.name, "inputs": inputs}
    settings = {name: value for name, value in config(node.layer).items() if name not in ("name", "input_shape")}
    return {"name": node.name, "layer": type(node.layer).__name__, "settings": settings, "inputs": inputs}


def from_document(document: object) -> Graph:
    """The graph of a document made by `to_document`; `GraphError` or a setting's own error where it is none."""
    if not isinstance(document, list) or not document:
        raise GraphError("description.no_nodes")
    symbols: dict[str, Symbol] = {}
    for entry in cast(list[object], document):
        name, inputs = _name_and_inputs(entry, symbols)
        fields = cast(Mapping[str, object], entry)
        shared = fields.get("shared")
        if shared is not None:
            if shared not in symbols:
                raise GraphError("description.unknown_input", name=name, input=shared)
            symbols[name] = Symbol(symbols[cast(str, shared)].layer, inputs)
        else:
            symbols[name] = Symbol(_layer(fields.get("layer"), fields.get("settings"), name), inputs)
    graph = Graph.to(symbols[name])
    if {node.name for node in graph.nodes} != set(symbols):
        raise GraphError("description.loose_nodes", names=sorted(set(symbols) - {node.name for node in graph.nodes}))
    return graph


def _name_and_inputs(entry: object, known: Mapping[str, Symbol]) -> tuple[str, list[Symbol]]:
    if not isinstance(entry, dict):
        raise GraphError("description.no_entry", came=entry)
    fields = cast(Mapping[str, object], entry)
    name, inputs = fields.get("name"), fields.get("inputs")
    if not isinstance(name, str) or name in known or not isinstance(inputs, list):
        raise GraphError("description.no_entry", came=entry)
    for each in cast(list[object], inputs):
        if not isinstance(each, str) or each not in known:
            raise GraphError("description.unknown_input", name=name, input=each)
    if len(inputs) != (fields.get("layer") != InputLayer.__name__):
        raise GraphError("description.number_of_inputs", name=name, came=len(inputs))
    return name, [known[cast(str, each)] for each in inputs]


def _layer(kind: object, settings: object, name: str | None) -> Layer:
    if kind not in LAYERS:
        raise unknown_name("layer", kind, LAYERS)
    if not isinstance(settings, dict):
        raise GraphError("description.no_settings", layer=kind, came=settings)
    return LAYERS[cast(str, kind)](**{**cast(dict[str, Any], settings), "name": name})


def layers_from_toml(document: Mapping[str, object], classes: int) -> list[Layer]:
    """The layers of a TOML network, one `[[layers]]` table each; a number written as "classes" becomes that of the classes."""
    tables = document.get("layers")
    if not isinstance(tables, list) or not tables:
        raise GraphError("description.no_layers")
    return [_layer_from_table(table, classes) for table in cast(Sequence[object], tables)]


def _layer_from_table(table: object, classes: int) -> Layer:
    if not isinstance(table, dict) or "layer" not in table:
        raise GraphError("description.no_layer_in_table", came=table)
    fields = {name: classes if value == CLASSES else value for name, value in cast(dict[str, Any], table).items()}
    name = fields.pop("name", None)
    return _layer(fields.pop("layer"), fields, name)


def graph_from_toml(document: Mapping[str, object], classes: int, input_shape: tuple[int, ...]) -> Graph:
    """The graph of a TOML network for pictures of this shape."""
    return Graph.to(chain(layers_from_toml(document, classes), input_shape))
