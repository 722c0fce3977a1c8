"""Convolutions that Keras has not, against stored values of PyTorch (parity/make_convolutions.py)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from striate import layers
from striate.engines.contract import Purpose
from striate.engines.reference.program import ReferenceEngine
from striate.network.graph import Graph, chain

STORED = np.load(Path(__file__).parents[1] / "parity" / "convolutions.npz")
ENTRIES: dict[str, dict[str, Any]] = json.loads(str(STORED["description"]))


@pytest.mark.parametrize("name", ENTRIES)
def test_outputs_and_gradients_are_those_of_pytorch(name: str) -> None:
    entry, x = ENTRIES[name], STORED[f"{name}/x"]
    layer = getattr(layers, entry["class"])(**entry["config"], name="it")
    graph, no_state = Graph.to(chain([layer], x.shape[1:])), np.zeros(0)
    theta = np.zeros(graph.theta.size)
    for weight, view in graph.theta.views(theta).items():
        view[...] = STORED[f"{name}/{weight.removeprefix('it/')}"]
    program = ReferenceEngine().compile(graph, 9, Purpose(gradients_of=("input1",), dtype=np.float64))
    gradients = program.backward(theta, no_state, x, {"it": STORED[f"{name}/dy"]})
    found = {"y": program.forward(theta, no_state, x).output, "dx": gradients.nodes["input1"]}
    found |= {f"d{weight.removeprefix('it/')}": view for weight, view in graph.theta.views(gradients.weights).items()}
    assert set(found) == {"y", "dx", "dkernel", "dbias"}
    for what, array in found.items():
        np.testing.assert_allclose(array, STORED[f"{name}/{what}"], rtol=1e-11, atol=1e-12, err_msg=what)


def test_entries_are_there() -> None:
    assert len(ENTRIES) == 8
