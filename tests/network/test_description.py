"""Networks as plain lists: there and back for the whole table, and nothing but our errors for what is no network."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from all_in_one import all_in_one
from cases import CASES, Case
from hypothesis import given
from hypothesis import strategies as st

from striate.errors import StriateError
from striate.layers import Dense, Layer
from striate.network.description import from_document, layers_from_toml, to_document
from striate.network.graph import Graph, chain
from striate.network.settings import config
from striate.presets.read import PRESETS, network, wired

over_the_table = all_in_one("case", CASES)


@over_the_table
def test_there_and_back_through_json(case: Case) -> None:
    graph = case.graph
    document = json.loads(json.dumps(to_document(graph), allow_nan=False))
    again = from_document(document)
    assert [(n.name, n.inputs, n.shape) for n in again.nodes] == [(n.name, n.inputs, n.shape) for n in graph.nodes]
    assert [_settings(n.layer) for n in again.nodes] == [_settings(n.layer) for n in graph.nodes]
    assert [again.owner(n).name for n in again.nodes] == [graph.owner(n).name for n in graph.nodes]
    assert (again.theta, again.state) == (graph.theta, graph.state)
    assert json.loads(json.dumps(to_document(again))) == document


def _settings(layer: Layer) -> tuple[type, dict[str, Any]]:
    """What makes a layer what it is; the reader gives every layer the name of its place."""
    return type(layer), {name: value for name, value in config(layer).items() if name not in ("name", "input_shape")}


def entry(called: str, /, layer: object = "Dense", inputs: object = ("x",), **more: object) -> dict[str, object]:
    settings = {"units": 2} if layer == "Dense" else {"shape": [3]} if layer == "InputLayer" else {}
    fields = {"name": called, "layer": layer, "settings": settings, "inputs": inputs} | more
    return json.loads(json.dumps({key: value for key, value in fields.items() if value is not ...}))


X = entry("x", "InputLayer", [])
NO_NETWORKS: dict[str, object] = {
    "None": None,
    "a number": 5,
    "a text": "Dense",
    "a table": {"x": X},
    "empty": [],
    "entries that are none": [X, "Dense"],
    "an entry nested deeply": [X, json.loads("[" * 500 + "]" * 500)],
    "no input": [entry("d")],
    "an input only": [X],
    "two inputs": [X, entry("z", "InputLayer", []), entry("d")],
    "no name": [X, entry("d", name=...)],
    "a name that is none": [X, entry("d", name=3)],
    "an empty name": [X, entry("")],
    "a name with a slash": [X, entry("d/e")],
    "a name twice": [X, entry("d"), entry("d", inputs=["d"])],
    "no inputs": [X, entry("d", inputs=...)],
    "inputs as a text": [X, entry("d", inputs="x")],
    "inputs of inputs": [X, entry("d", inputs=[["x"]])],
    "inputs of null": [X, entry("d", inputs=[None])],
    "an input that comes later": [X, entry("d", inputs=["e"]), entry("e")],
    "itself as input": [X, entry("d", inputs=["d"])],
    "two where one is taken": [X, entry("d", inputs=["x", "x"])],
    "none where one is taken": [X, entry("d", inputs=[])],
    "one where none is taken": [X, entry("y", "InputLayer", ["x"])],
    "no layer": [X, entry("d", layer=...)],
    "a layer nobody knows": [X, entry("d", "Lambda")],
    "a layer by import path": [X, entry("d", "os.system")],
    "a base class": [X, entry("d", "Layer")],
    "a layer that is a list": [X, entry("d", [])],
    "a layer that is a table": [X, entry("d", {})],
    "a layer that is null": [X, entry("d", None)],
    "no settings": [X, entry("d", settings=...)],
    "settings as a list": [X, entry("d", settings=[2])],
    "settings as a text": [X, entry("d", settings="units")],
    "an unknown setting": [X, entry("d", settings={"units": 2, "call": "print"})],
    "self as a setting": [X, entry("d", settings={"units": 2, "self": 1})],
    "a setting missing": [X, entry("d", settings={})],
    "units below 0": [X, entry("d", settings={"units": -2})],
    "units as a text": [X, entry("d", settings={"units": "2"})],
    "units as a table": [X, entry("d", settings={"units": {}})],
    "an activation as a list": [X, entry("d", settings={"units": 2, "activation": ["relu"]})],
    "a rate that is NaN": [X, entry("d", "Dropout", settings={"rate": float("nan")})],
    "a rate of 400 digits": [X, entry("d", "Dropout", settings={"rate": 10**400})],
    "sizes that do not fit": [X, entry("d", "Conv2D", settings={"filters": 1, "kernel_size": 3})],
    "a shape that is none": [entry("x", "InputLayer", [], settings={"shape": [3, 0]}), entry("d")],
    "a share of nobody": [X, entry("d"), {"name": "d:2", "shared": "e", "inputs": ["d"]}],
    "a share of a list": [X, entry("d"), {"name": "d:2", "shared": [], "inputs": ["d"]}],
    "a share of a table": [X, entry("d"), {"name": "d:2", "shared": {"a": 1}, "inputs": ["d"]}],
    "a share of the input": [X, entry("d"), {"name": "x:2", "shared": "x", "inputs": ["d"]}],
    "a share that does not fit": [X, entry("d"), {"name": "d:2", "shared": "d", "inputs": ["d"]}],
    "a share by another name": [X, entry("d", settings={"units": 3}), {"name": "e", "shared": "d", "inputs": ["d"]}],
    "a loose end": [X, entry("d"), entry("e")],
}


@pytest.mark.parametrize("name", NO_NETWORKS)
def test_what_is_no_network_is_refused(name: str) -> None:
    with pytest.raises(StriateError) as caught:
        from_document(NO_NETWORKS[name])
    assert str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["x", "d", "Dense", "units", "relu"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "a", "units"]), inner),
    max_leaves=6,
)


def read(document: object) -> Graph | str:
    """The graph, or why there is none; anything but our errors gets through."""
    try:
        return from_document(document)
    except StriateError as error:
        return str(error)


@given(st.sampled_from(["name", "layer", "settings", "inputs", "shared"]), JSON)
def test_any_one_field_replaced_by_anything(field: str, value: object) -> None:
    assert read([X, {**entry("d"), field: value}])


@given(st.sampled_from(["units", "activation", "use_bias", "kernel_initializer", "input_shape"]), JSON)
def test_any_one_setting_replaced_by_anything(setting: str, value: object) -> None:
    assert read([X, entry("d", settings={"units": 2, setting: value})])


def test_a_message_does_not_repeat_a_whole_file() -> None:
    with pytest.raises(StriateError) as caught:
        from_document([X, entry("d", layer="D" * 100_000)])
    assert len(str(caught.value)) < 2_000


def test_sizes_that_no_computer_holds_are_only_numbers() -> None:
    shape = entry("x", "InputLayer", [], settings={"shape": [10**9, 10**9, 10**9]})
    graph = from_document([shape, entry("f", "Flatten"), entry("d", settings={"units": 10**18}, inputs=["f"])])
    assert graph.theta.count == 10**27 * 10**18 + 10**18


# TOML


def toml(*tables: Mapping[str, object]) -> dict[str, object]:
    return {"layers": list(tables)}


def test_a_toml_network_takes_the_number_of_classes() -> None:
    (layer,) = layers_from_toml(toml({"layer": "Dense", "units": "classes", "activation": "softmax"}), 7)
    assert config(layer) == config(Dense(7, "softmax"))


def test_a_layer_may_be_named_classes() -> None:
    (layer,) = layers_from_toml(toml({"layer": "Dense", "units": 3, "name": "classes"}), 7)
    assert layer.name == "classes"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"layers": []},
        {"layers": "Dense"},
        {"layers": {"layer": "Dense"}},
        {"layers": ["Dense"]},
        toml({"units": 3}),
        toml({"layer": "Dens", "units": 3}),
        toml({"layer": ["Dense"], "units": 3}),
        toml({"layer": "Dense", "units": "all"}),
        toml({"layer": "Dense", "units": 3, "shared": True}),
        toml({"layer": "Dense", "units": 3, "self": True}),
        toml({"layer": "Dense", "units": 3, "name": 5}),
    ],
)
def test_a_toml_that_is_no_network_is_refused(document: Mapping[str, object]) -> None:
    with pytest.raises(StriateError) as caught:
        layers_from_toml(document, 10)
    assert str(caught.value)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_answer_with_one_probability_a_class(name: str) -> None:
    graph = Graph.to(wired(name, 7, (28, 28, 1)))
    assert graph.output_shape == (7,)
    assert config(graph.nodes[-1].layer)["activation"] == "softmax"


def test_lenet5_is_lecuns() -> None:
    """Figure 2 of LeCun et al. 1998: C1 6 maps of 28x28, S2 14x14, C3 16 of 10x10, S4 5x5, C5 120, F6 84."""
    graph = Graph.to(chain(network("lenet5", 10), (28, 28, 1)))
    shapes = {node.name: node.shape for node in graph.nodes}
    assert [shapes[name] for name in ("C1", "S2", "C3", "S4", "C5", "F6", "output")] == [
        (28, 28, 6), (14, 14, 6), (10, 10, 16), (5, 5, 16), (1, 1, 120), (84,), (10,),
    ]  # fmt: skip
    assert graph.theta.count == 61_706


def test_a_network_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "net.toml"
    file.write_text('[[layers]]\nlayer = "Flatten"\n[[layers]]\nlayer = "Dense"\nunits = "classes"\n')
    assert [type(layer).__name__ for layer in network(str(file), 3)] == ["Flatten", "Dense"]


@pytest.mark.parametrize("text", [b"[[layers", b"\xff\xfe", b"layers = 1"])
def test_a_file_that_is_no_network(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "net.toml").write_bytes(text)
    with pytest.raises(StriateError):
        network(str(tmp_path / "net.toml"), 3)


@pytest.mark.parametrize("name", ["lenet", "Lenet5", "", "missing.toml"])
def test_a_network_that_nobody_has(name: str) -> None:
    with pytest.raises(StriateError):
        network(name, 3)
