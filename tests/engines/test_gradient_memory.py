"""A step of the native engine writes all of the gradient anew, since an update leaves other numbers in its memory."""

import numpy as np
import pytest
from all_in_one import all_in_one
from cases import CASES, Case, random_state, random_theta
from native_parity import instruction_sets

from striate.engines.contract import Key, Program, Purpose
from striate.engines.native import core
from striate.engines.native.engine import NativeEngine
from striate.layers import Dense, Flatten
from striate.losses import MeanSquaredError
from striate.network.graph import Graph, chain

pytestmark = pytest.mark.skipif(not core.available(), reason=str(core.why_absent()))


@all_in_one("case", [case for case in CASES if case.graph.theta.size])
def test_nothing_is_left_of_the_last_gradient(case: Case, rng: np.random.Generator) -> None:
    graph, x = case.graph, case.pictures(rng).astype(np.float32)
    theta, state = (make(graph, rng).astype(np.float32) for make in (random_theta, random_state))
    y = rng.standard_normal((case.batch, *graph.output_shape)).astype(np.float32)
    purpose = Purpose(loss=MeanSquaredError(), dropout=True, batch_statistics=True)
    program: Program = NativeEngine().compile(graph, case.batch, purpose, threads=1)
    first = program.step(theta, state, x, y, None, Key(1, 0)).gradient
    found = first.copy()
    for view in graph.theta.views(first).values():
        view[...] = np.nan
    second = program.step(theta, state, x, y, None, Key(1, 0)).gradient
    for name, view in graph.theta.views(second).items():
        assert view.tobytes() == graph.theta.views(found)[name].tobytes(), name


@pytest.mark.parametrize("isa", instruction_sets())
def test_a_gradient_that_no_cache_holds(isa: str, rng: np.random.Generator) -> None:
    """Weights of 16 MiB: their gradient goes past the caches; it is x' dy all the same."""
    graph = Graph.to(chain([Flatten(), Dense(2048, use_bias=False)], (32, 64, 1)))
    theta, state = random_theta(graph, rng).astype(np.float32), np.zeros(0, np.float32)
    x, y = rng.standard_normal((3, 32, 64, 1), np.float32), np.zeros((3, 2048), np.float32)
    purpose = Purpose(loss=MeanSquaredError(), keep=(graph.nodes[-2].name, graph.nodes[-1].name))
    program = NativeEngine(isa).compile(graph, 3, purpose, threads=2)
    given, output = program.forward(theta, state, x).kept.values()
    found = graph.theta.views(program.step(theta, state, x, y, None, Key(0, 0)).gradient)["dense1/kernel"]
    wanted = given.astype(np.float64).T @ (2 * output.astype(np.float64) / output.size)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=8 * np.finfo(np.float32).eps * np.abs(wanted).max())
