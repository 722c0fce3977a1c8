"""Whole networks that nobody thought of: branches, joins and shared layers drawn at random, gradients in float64."""

from collections.abc import Callable

import numpy as np
from cases import Array, random_state, random_theta
from drawn_graphs import graphs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from striate.engines.contract import Purpose
from striate.engines.reference.program import ReferenceEngine
from striate.network.description import from_document, to_document
from striate.network.graph import Graph


def slope(f: Callable[[Array], float], at: Array, direction: Array, h: float) -> float:
    return (f(at + h * direction) - f(at - h * direction)) / (2 * h)


def check(f: Callable[[Array], float], at: Array, gradient: Array, direction: Array) -> None:
    """The gradient against differences of two steps: where these do not agree there is a kink between, or a jump."""
    direction = direction / max(np.linalg.norm(direction), 1)
    near, far = slope(f, at, direction, 1e-6), slope(f, at, direction, 2e-6)
    scale = np.linalg.norm(gradient) + abs(near)
    if abs(near - far) <= 1e-4 * scale:
        np.testing.assert_allclose(np.sum(gradient * direction), near, rtol=1e-5, atol=1e-5 * scale + 1e-8)


@settings(max_examples=120, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs(), st.integers(0, 2**32 - 1), st.booleans())
def test_gradients_of_random_networks(graph: Graph, seed: int, by_batch: bool) -> None:
    rng = np.random.default_rng(seed)
    theta, state, x = random_theta(graph, rng), random_state(graph, rng), rng.standard_normal((3, *graph.input_shape))
    names = tuple(node.name for node in graph.nodes)
    purpose = Purpose(keep=names, gradients_of=names, batch_statistics=by_batch, dtype=np.float64)
    program = ReferenceEngine().compile(graph, 3, purpose)
    dy = {node.name: rng.standard_normal((3, *node.shape)) for node in graph.nodes}
    gradients = program.backward(theta, state, x, dy)

    def moved(theta: Array, x: Array) -> float:
        kept = program.forward(theta, state, x).kept
        return sum(float(np.sum(dy[name] * kept[name])) for name in names)

    check(lambda at: moved(theta, at), x, gradients.nodes["input1"], rng.standard_normal(x.shape))
    check(lambda at: moved(at, x), theta, gradients.weights, random_theta(graph, rng))


@settings(max_examples=120, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs())
def test_random_networks_are_described_and_read_again(graph: Graph) -> None:
    again = from_document(to_document(graph))
    assert to_document(again) == to_document(graph)
    assert (again.theta, again.state, again.fields) == (graph.theta, graph.state, graph.fields)
