"""The rows of the table against stored values of PyTorch (parity/make_torch_layers.py), statistics too."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import numpy as np
from all_in_one import all_in_one
from cases import CASES, Case
from numpy.typing import NDArray

from striate.engines.contract import Key, Program, Purpose
from striate.engines.reference.program import ReferenceEngine
from striate.layers import BatchNormalization
from striate.losses import MeanSquaredError
from striate.network.graph import Graph
from striate.network.layers import ACTIVATIONS, LAYERS, activation_of
from striate.network.layout import Layout, Span

Array = NDArray[np.float64]
STORED = np.load(Path(__file__).parents[1] / "parity" / "torch_layers.npz")
GIVEN, FOUND = STORED["given"].astype(np.float64), STORED["found"]
ROWS: dict[str, dict[str, Any]] = json.loads(str(STORED["description"]))["rows"]
CLOSE = {"rtol": 1e-10, "atol": 1e-12}
SPOKEN_FOR = [case for case in CASES if case.id in ROWS]


def parts(vector: Array, start: int, shapes: Iterable[tuple[int, ...]]) -> list[Array]:
    """Arrays that lie end to end, from a place on."""
    found: list[Array] = []
    for shape in shapes:
        found.append(vector[start : start + int(np.prod(shape))].reshape(shape))
        start += found[-1].size
    return found


def filled(layout: Layout, values: list[Array]) -> Array:
    vector = np.zeros(layout.size)
    for span, value in zip(layout.spans, values, strict=True):
        layout.view(vector, span)[...] = value
    return vector


def given(case: Case) -> tuple[Array, Array, Array, Array]:
    """Pictures, theta, state, dy."""
    graph = case.graph
    theta, state = graph.theta.spans, graph.state.spans
    shapes = [(case.batch, *case.shape), *(s.shape for s in (*theta, *state)), (case.batch, *graph.output_shape)]
    x, *values, dy = parts(GIVEN, ROWS[case.id]["given"], shapes)
    return x, filled(graph.theta, values[: len(theta)]), filled(graph.state, values[len(theta) :]), dy


def purpose_of(graph: Graph, mode: str) -> Purpose:
    return Purpose(
        loss=MeanSquaredError(),
        gradients_of=("input1",),
        batch_statistics=mode != "running",
        frozen=(graph.state.spans[0].layer,) if mode == "frozen" else (),
        dtype=np.float64,
    )


def as_pytorch_moves(graph: Graph, span: Span, pictures: int, before: Array, after: Array) -> Array:
    """PyTorch takes in the batch's variance over n - 1, ours is over n: what was added is larger by n / (n - 1)."""
    nodes = [node for node in graph.nodes if graph.owner(node).name == span.layer]
    if not span.name.endswith("variance") or np.array_equal(before, after):
        return after
    n = pictures * int(np.prod(nodes[0].shape[:-1]))
    kept = cast(BatchNormalization, nodes[0].layer).momentum ** len(nodes) * before
    return kept + (after - kept) * n / (n - 1)


def check_statistics(case: Case, mode: str, program: Program, stored: list[Array]) -> None:
    x, theta, state, dy = given(case)
    moved = program.step(theta, state, x, dy, None, Key(0, 0)).state
    for span, expected in zip(case.graph.state.spans, stored, strict=True):
        before, after = case.graph.state.view(state, span), case.graph.state.view(moved, span)
        ours = as_pytorch_moves(case.graph, span, len(x), before, after)
        np.testing.assert_allclose(ours, expected, **CLOSE, err_msg=span.name)


@all_in_one("case, mode", [(c, m) for c in SPOKEN_FOR for m in ROWS[c.id]["found"]])
def test_outputs_and_gradients_are_those_of_pytorch(case: Case, mode: str) -> None:
    graph, (x, theta, state, dy) = case.graph, given(case)
    program = ReferenceEngine().compile(graph, case.batch, purpose_of(graph, mode))
    spans = (*graph.theta.spans, *graph.state.spans)
    y, dx, *rest = parts(FOUND, ROWS[case.id]["found"][mode], [dy.shape, x.shape, *(span.shape for span in spans)])
    gradients = program.backward(theta, state, x, {graph.nodes[-1].name: dy})
    np.testing.assert_allclose(program.forward(theta, state, x).output, y, **CLOSE)
    np.testing.assert_allclose(gradients.nodes["input1"], dx, **CLOSE)
    views = graph.theta.views(gradients.weights)
    for span, expected in zip(graph.theta.spans, rest, strict=False):
        np.testing.assert_allclose(views[span.name], expected, **CLOSE, err_msg=span.name)
    check_statistics(case, mode, program, rest[len(graph.theta.spans) :])


def test_the_rows_cover_every_layer_and_activation() -> None:
    """But for dropping, whose random numbers are our own; every stored row is one of the table."""
    assert {case.id for case in SPOKEN_FOR} == set(ROWS)
    nodes = [node for case in SPOKEN_FOR for node in case.graph.nodes]
    ours = {name for name, kind in LAYERS.items() if kind.__module__ == "striate.network.layers"}
    assert {type(node.layer).__name__ for node in nodes} == ours - {"Dropout"}
    assert {activation_of(node.layer) for node in nodes} == set(ACTIVATIONS)
    assert {mode for row in ROWS.values() for mode in row["found"]} == {"running", "batch", "frozen"}
