"""Layers and small nets against stored values of Keras (parity/make_layers.py): outputs, gradients, statistics."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from all_in_one import all_in_one
from numpy.typing import NDArray
from wirings import WIRINGS

from striate import layers
from striate.engines.contract import Key, Program, Purpose
from striate.engines.reference.program import ReferenceEngine
from striate.layers import CustomLayer, Input, custom
from striate.losses import MeanSquaredError
from striate.network.graph import Graph, Symbol
from striate.network.layers import ACTIVATIONS, LAYERS
from striate.network.layout import Layout

Array = NDArray[np.float64]
STORED = np.load(Path(__file__).parents[1] / "parity" / "layers.npz")
ENTRIES: dict[str, dict[str, Any]] = json.loads(str(STORED["description"]))
CLOSE = {"rtol": 1e-11, "atol": 1e-12}


@custom
class Times(CustomLayer):
    """What the stored joins get beside x: multiples of it."""

    factor: float = 2.0

    def forward(self, *arrays: Any) -> tuple[Any, Any]:
        return arrays[0] * self.factor, None

    def backward(self, dy: Any, saved: Any) -> tuple[Any, ...]:
        return (dy * self.factor,)


def graph_of(name: str) -> Graph:
    entry = ENTRIES[name]
    x = Input(entry["input_shape"][1:])
    if name in WIRINGS:
        return Graph.to(WIRINGS[name][0](layers, x))
    config = {key: value for key, value in entry["config"].items() if key != "inputs"}
    layer = getattr(layers, entry["class"])(**config, name="it")
    several: list[Symbol] = [Times(1.0 + i)(x) for i in range(1, entry["config"].get("inputs", 1))]
    return Graph.to(layer([x, *several] if several else x))


def stored(name: str, what: str, layout: Layout) -> dict[str, Array]:
    """Stored values of each weight by our name for it; of a layer alone they are stored without the layer's."""
    return {s.name: STORED[f"{name}/{what}{s.name.removeprefix('it/')}"] for s in layout.spans}


def vector(name: str, layout: Layout) -> Array:
    filled = np.zeros(layout.size)
    for weight, value in stored(name, "", layout).items():
        layout.views(filled)[weight][...] = value
    return filled


def compare(name: str, mode: str, program: Program, graph: Graph) -> None:
    x, dy, theta, state = (
        STORED[f"{name}/x"],
        STORED[f"{name}/dy"],
        vector(name, graph.theta),
        vector(name, graph.state),
    )
    gradients = program.backward(theta, state, x, {graph.nodes[-1].name: dy})
    np.testing.assert_allclose(program.forward(theta, state, x).output, STORED[f"{name}/{mode}y"], **CLOSE)
    np.testing.assert_allclose(gradients.nodes["input1"], STORED[f"{name}/{mode}dx"], **CLOSE)
    views = graph.theta.views(gradients.weights)
    for weight, expected in stored(name, f"{mode}d", graph.theta).items():
        np.testing.assert_allclose(views[weight], expected, **CLOSE, err_msg=weight)


@all_in_one("name", ENTRIES)
def test_outputs_and_gradients_are_those_of_keras(name: str) -> None:
    graph = graph_of(name)
    assert sorted(ENTRIES[name]["weights"]) == sorted(span.name.removeprefix("it/") for span in graph.theta.spans)
    purpose = Purpose(gradients_of=("input1",), dtype=np.float64)
    compare(name, "", ReferenceEngine().compile(graph, 9, purpose), graph)


@pytest.mark.parametrize("name", [key.split("/")[0] for key in STORED.files if key.endswith("/training_y")])
def test_in_training_batch_normalization_is_that_of_keras(name: str) -> None:
    graph = graph_of(name)
    purpose = Purpose(
        loss=MeanSquaredError(), gradients_of=("input1",), batch_statistics=True, dropout=True, dtype=np.float64
    )
    program = ReferenceEngine().compile(graph, 9, purpose)
    theta, state = vector(name, graph.theta), vector(name, graph.state)
    moved = program.step(theta, state, STORED[f"{name}/x"], STORED[f"{name}/dy"], None, Key(0, 0)).state
    for weight, expected in stored(name, "moved_", graph.state).items():
        np.testing.assert_allclose(graph.state.views(moved)[weight], expected, **CLOSE, err_msg=weight)
    by_batch = Purpose(gradients_of=("input1",), batch_statistics=True, dtype=np.float64)
    compare(name, "training_", ReferenceEngine().compile(graph, 9, by_batch), graph)


def test_every_kind_of_entry_is_there() -> None:
    """All of our layers, and all activations: each is Keras's."""
    ours = {name for name, kind in LAYERS.items() if kind.__module__ == "striate.network.layers"}
    assert {entry["class"] for entry in ENTRIES.values()} == ours - {"Dropout", "InputLayer"} | {"net"}
    assert {entry["config"].get("activation", "linear") for entry in ENTRIES.values()} >= set(ACTIVATIONS)
    assert set(WIRINGS) <= set(ENTRIES)
