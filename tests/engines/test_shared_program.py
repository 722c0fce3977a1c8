"""Threads that share a program do not disturb each other."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from cases import random_state, random_theta

from striate.engines.contract import Key, Purpose
from striate.engines.native import core
from striate.engines.select import engine
from striate.layers import Conv2D, GlobalAveragePooling2D
from striate.losses import MeanSquaredError
from striate.network.graph import Graph, chain

pytestmark = pytest.mark.skipif(not core.available(), reason=str(core.why_absent()))
# Large enough that a pass outlasts the interpreter's turn of another thread.
GRAPH = Graph.to(chain([Conv2D(32, 3, activation="relu"), Conv2D(32, 3), GlobalAveragePooling2D()], (32, 32, 3)))


def test_answers_are_those_of_one_thread() -> None:
    rng = np.random.default_rng(0)
    graph = GRAPH
    theta = random_theta(graph, rng).astype(np.float32)
    state = random_state(graph, rng).astype(np.float32)
    batches = rng.standard_normal((12, 32, *graph.input_shape)).astype(np.float32)
    y = rng.random((32, *graph.output_shape)).astype(np.float32)
    program = engine("native").compile(graph, 32, Purpose(loss=MeanSquaredError()), threads=2)

    def answer(x: np.ndarray) -> tuple[bytes, bytes]:
        stepped = program.step(theta, state, x, y, None, Key(0, 0))
        # The gradient is the caller's until the program's next step, so with other threads only the output is.
        return program.forward(theta, state, x).output.tobytes(), stepped.output.tobytes()

    expected = [answer(x) for x in batches]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(answer, batches)) == expected
