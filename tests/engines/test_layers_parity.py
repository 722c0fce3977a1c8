"""Layers against stored values of Keras (parity/make_layers.py): outputs, and gradients of inputs and weights."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from striate import layers
from striate.engines.contract import Purpose
from striate.engines.reference.program import ReferenceEngine
from striate.network.graph import Graph, chain

STORED = np.load(Path(__file__).parents[1] / "parity" / "layers.npz")
ENTRIES: dict[str, dict[str, Any]] = json.loads(str(STORED["description"]))


@pytest.mark.parametrize("name", ENTRIES)
def test_outputs_and_gradients_are_those_of_keras(name: str) -> None:
    entry = ENTRIES[name]
    x, dy = STORED[f"{name}/x"], STORED[f"{name}/dy"]
    layer = getattr(layers, entry["class"])(**entry["config"], name="it")
    graph = Graph.to(chain([layer], x.shape[1:]))
    theta = np.zeros(graph.theta.size)
    assert [f"it/{weight}" for weight in entry["weights"]] == [span.name for span in graph.theta.spans]
    for span in graph.theta.spans:
        graph.theta.view(theta, span)[...] = STORED[f"{name}/{span.name.split('/')[1]}"]

    purpose = Purpose(gradients_of=("input1",), dtype=np.float64)
    program = ReferenceEngine().compile(graph, len(x), purpose)
    gradients = program.backward(theta, np.zeros(0), x, {"it": dy})
    close = {"rtol": 1e-11, "atol": 1e-12}
    np.testing.assert_allclose(program.forward(theta, np.zeros(0), x).output, STORED[f"{name}/y"], **close)
    np.testing.assert_allclose(gradients.nodes["input1"], STORED[f"{name}/dx"], **close)
    for weight, gradient in graph.theta.views(gradients.weights).items():
        np.testing.assert_allclose(gradient, STORED[f"{name}/d{weight.split('/')[1]}"], **close)


def test_every_kind_of_entry_is_there() -> None:
    assert len(ENTRIES) >= 49
    assert {entry["class"] for entry in ENTRIES.values()} == {
        "Conv2D", "MaxPooling2D", "AveragePooling2D", "Dense", "Flatten", "Activation",
    }  # fmt: skip
