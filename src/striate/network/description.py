"""A network as plain lists and words, for the model file and for TOML, and back.

Reading looks layers up by name in a fixed table and checks every setting as if a user had typed it; nothing is imported
and nothing runs.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from striate.errors import GraphError, StriateError, UnknownNameError, unknown_name
from striate.network.graph import Graph, Input, Symbol, chain, check_number_of_inputs
from striate.network.layers import LAYERS, Layer
from striate.network.settings import config, default, is_sequence

PICTURES = "input"  # in TOML: what the pictures are called
COUNTED = (("units", "classes"), ("filters", "classes"))  # in TOML: as many as there are classes


def to_document(graph: Graph) -> list[dict[str, Any]]:
    """One entry a node: name, layer, settings, names of its inputs; a layer used again names its first place."""
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
    return Graph.to(wired_from_document(document))


def wired_from_document(document: object) -> Symbol:
    """The output of a document made by `to_document`. Raises what `from_document` raises."""
    if not isinstance(document, list) or not document:
        raise GraphError("description.no_nodes")
    symbols: dict[str, Symbol] = {}
    name = ""
    for entry in cast(list[object], document):
        name, inputs = _name_and_inputs(entry, symbols)
        layer = _layer_of(cast(Mapping[str, object], entry), name, symbols)
        check_number_of_inputs(layer, name, len(inputs))
        symbols[name] = Symbol(layer, inputs)
    graph = Graph.to(symbols[name])
    if {node.name for node in graph.nodes} != set(symbols):
        raise GraphError("description.loose_nodes", names=sorted(set(symbols) - {node.name for node in graph.nodes}))
    return symbols[name]


def for_others(graph: Graph, classes: int, shape: tuple[int, ...]) -> Symbol:
    """The output of a network like this one, with other sizes: for pictures of a shape, with so many classes.

    The last layer that has units or filters gets as many as there are classes.
    """
    document = to_document(graph)
    document[0]["settings"] = document[0]["settings"] | {"shape": list(shape)}
    for entry in reversed(document):
        settings = entry.get("settings", {})
        if counted := [name for name, _ in COUNTED if name in settings]:
            entry["settings"] = settings | {counted[0]: classes}
            break
    return wired_from_document(document)


def _name_and_inputs(entry: object, known: Mapping[str, Symbol]) -> tuple[str, list[Symbol]]:
    fields = _table(entry)
    name, inputs = fields.get("name"), fields.get("inputs")
    if not isinstance(name, str) or name in known or not is_sequence(inputs):
        raise GraphError("description.no_entry", came=entry)
    return name, _known(name, inputs, known)


def _known(name: str, inputs: object, known: Mapping[str, Symbol]) -> list[Symbol]:
    for each in inputs if is_sequence(inputs) else [inputs]:
        if not isinstance(each, str) or each not in known:
            raise GraphError("description.unknown_input", name=name, input=each)
    return [known[each] for each in cast(Sequence[str], inputs)]


def _table(entry: object) -> dict[str, Any]:
    return cast(dict[str, Any], entry) if isinstance(entry, dict) else {}


def _layer_of(entry: Mapping[str, object], name: str, known: Mapping[str, Symbol]) -> Layer:
    if "shared" not in entry:
        kind = entry.get("layer")
        if isinstance(kind, str) and kind not in LAYERS:
            raise UnknownNameError("description.unknown_layer", name=kind)
        return _layer(entry.get("layer"), entry.get("settings"), name)
    shared = entry["shared"]
    if not isinstance(shared, str) or shared not in known or not known[shared].inputs:
        raise GraphError("description.unknown_input", name=name, input=shared)
    return known[shared].layer


def _layer(kind: object, settings: object, name: object) -> Layer:
    if not isinstance(kind, str) or kind not in LAYERS:
        raise unknown_name("layer", kind, LAYERS)
    if not isinstance(settings, dict):
        raise GraphError("description.no_settings", layer=kind, came=settings)
    arguments: dict[str, Any] = {**cast(dict[str, Any], settings), "name": name}
    return LAYERS[kind](**arguments)


def layers_from_toml(document: Mapping[str, object], classes: int) -> list[Layer]:
    """The layers of a TOML network, one `[[layers]]` table each; `units = "classes"` are as many as there are."""
    tables = document.get("layers")
    if not isinstance(tables, list) or not tables:
        raise GraphError("description.no_layers")
    layers: list[Layer] = []
    for number, table in enumerate(cast(Sequence[object], tables), start=1):
        try:
            layers.append(_layer_from_table(table, classes))
        except StriateError as error:
            error.place = f"[[layers]] {number}"
            raise
    return layers


def wired_from_toml(document: Mapping[str, object], classes: int, shape: tuple[int, ...]) -> Symbol:
    """The output of a TOML network for pictures of a shape: a chain, unless its tables name their `inputs`.

    A table without `inputs` takes what the one before it gives; "input" names the pictures.
    """
    layers = layers_from_toml(document, classes)
    tables = [_table(table) for table in cast(Sequence[object], document["layers"])]
    if not any("inputs" in table for table in tables):
        return chain(layers, shape)
    symbols, last = {PICTURES: Input(shape)}, PICTURES
    for place, (layer, table) in enumerate(zip(layers, tables, strict=True), start=1):
        name = layer.name or f"layers[{place}]"
        if name in symbols:
            raise GraphError("graph.name_twice", name=name)
        inputs = _known(name, table.get("inputs", [last]), symbols)
        check_number_of_inputs(layer, name, len(inputs))
        symbols[name], last = Symbol(layer, inputs), name
    used = {each for symbol in symbols.values() for each in symbol.inputs}
    if loose := sorted(name for name, symbol in symbols.items() if symbol not in used and name != last):
        raise GraphError("description.loose_nodes", names=loose)
    return symbols[last]


def tables_of(graph: Graph) -> list[dict[str, Any]]:
    """The tables that make a network again, the last dense layer with as many units as there are classes."""
    return [_as_table(graph, place) for place in range(1, len(graph.nodes))]


def _as_table(graph: Graph, place: int) -> dict[str, Any]:
    node = graph.nodes[place]
    inputs = [graph.nodes[i].name if i else PICTURES for i in node.inputs]
    settings = {name: value for name, value in config(node.layer).items() if value != default(node.layer, name)}
    if place == len(graph.nodes) - 1 and "units" in settings:
        settings["units"] = "classes"
    return {"name": node.name, "layer": type(node.layer).__name__, "inputs": inputs, **settings}


def _layer_from_table(table: object, classes: int) -> Layer:
    written = _table(table)
    if "layer" not in written:
        raise GraphError("description.no_layer_in_table", came=table)
    fields = {name: classes if (name, value) in COUNTED else value for name, value in written.items()}
    fields.pop("inputs", None)
    name = fields.pop("name", None)
    return _layer(fields.pop("layer"), fields, name)
