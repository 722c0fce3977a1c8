"""A program with its weights packs them once, and answers as if it packed them every time."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from all_in_one import all_in_one
from cases import CASES, Case, random_state, random_theta

from striate.engines.contract import Array, Purpose
from striate.engines.native import core
from striate.engines.native.engine import NativeEngine
from striate.network.graph import Graph, Input
from striate.network.initializers import first_values
from striate.network.layers import BatchNormalization, Conv2D, Dense, Flatten
from striate.network.losses import MeanSquaredError

pytestmark = pytest.mark.skipif(not core.available(), reason=str(core.why_absent()))

Weights = Callable[[int], tuple[Array, Array]]


@pytest.fixture(scope="module")
def graph() -> Graph:
    x = BatchNormalization()(Conv2D(17, 3, use_bias=False)(Input((7, 5, 3))))
    return Graph.to(Dense(5, "softmax")(Flatten()(x)))


@pytest.fixture
def program(graph: Graph) -> Any:
    return NativeEngine().compile(graph, 4, Purpose(), threads=1)


@pytest.fixture
def weights(graph: Graph) -> Weights:
    return lambda seed: (first_values(graph.theta, seed), first_values(graph.state, seed))


@pytest.fixture
def x() -> Array:
    return np.random.default_rng(0).standard_normal((3, 7, 5, 3), np.float32)


@pytest.fixture
def packings(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of every run whether it packed the weights."""
    from striate.engines.native.program import Pass

    seen: list[bool] = []
    original = Pass.everything

    def everything(self: Pass, *, prepared: bool = False) -> None:
        seen.append(not prepared)
        original(self, prepared=prepared)

    monkeypatch.setattr(Pass, "everything", everything)
    return seen


def test_weights_are_packed_once(program: Any, weights: Weights, x: Array, packings: list[bool]) -> None:
    bound = program.bind(*weights(0))
    answers = [bound.forward(x).output.copy() for _ in range(3)]
    assert packings == [True, False, False]
    assert np.array_equal(answers[0], answers[1]) and np.array_equal(answers[0], answers[2])
    assert np.array_equal(bound.forward(x[1:2]).output[0], answers[0][1])


def test_whose_weights_were_replaced_packs_again(
    program: Any, weights: Weights, x: Array, packings: list[bool]
) -> None:
    first, second = program.bind(*weights(0)), program.bind(*weights(1))
    alone = [bound.forward(x).output.copy() for bound in (first, second)]
    assert not np.allclose(*alone)
    again = [bound.forward(x).output.copy() for bound in (first, second, second)]
    program.forward(*weights(2), x)
    last = second.forward(x).output
    assert packings == [True, True, True, True, False, True, True]
    assert [np.array_equal(*pair) for pair in zip([*alone, alone[1], last], [*again, alone[1]], strict=True)] == [
        True
    ] * 4


def test_weights_are_those_of_the_binding(program: Any, weights: Weights, x: Array) -> None:
    theta, state = weights(0)
    bound = program.bind(theta, state)
    before = bound.forward(x).output.copy()
    theta += 1
    assert np.array_equal(bound.forward(x).output, before)


@all_in_one("case", CASES)
def test_packed_weights_outlive_every_layer(case: Case) -> None:
    """What one batch leaves in the arena must not be what the next one takes for its weights."""
    rng = np.random.default_rng(1)
    theta = random_theta(case.graph, rng).astype(np.float32)
    state = random_state(case.graph, rng).astype(np.float32)
    program: Any = NativeEngine().compile(case.graph, case.batch + 1, Purpose(), threads=1)
    bound = program.bind(theta, state)
    for pictures in (case.batch, case.batch + 1, 1):
        x = rng.standard_normal((pictures, *case.graph.input_shape), np.float32)
        found = bound.forward(x).output.copy()
        other = NativeEngine().compile(case.graph, case.batch + 1, Purpose(), threads=1)
        assert np.array_equal(found, other.forward(theta, state, x).output)


@all_in_one("case", CASES)
def test_what_is_packed_serves_again(case: Case) -> None:
    """Asked with the same weights a program packs nothing, and answers as one that has to."""
    rng = np.random.default_rng(2)
    theta = random_theta(case.graph, rng).astype(np.float32)
    state = random_state(case.graph, rng).astype(np.float32)

    def made() -> Any:
        return NativeEngine().compile(case.graph, case.batch + 1, Purpose(loss=MeanSquaredError()), threads=1)

    program: Any = made()
    for pictures in (case.batch, case.batch + 1, 1):
        x = rng.standard_normal((pictures, *case.graph.input_shape), np.float32)
        y = rng.standard_normal((pictures, *case.graph.output_shape), np.float32)
        judged, again = made().judge(theta, state, x, y), program.judge(theta, state, x, y)
        assert judged.loss == again.loss and np.array_equal(judged.output, again.output)
        assert np.array_equal(program.forward(theta, state, x).output, made().forward(theta, state, x).output)


def test_only_other_weights_are_packed(program: Any, weights: Weights, x: Array, packings: list[bool]) -> None:
    theta, state = weights(0)
    for _ in range(2):
        program.forward(theta.copy(), state.copy(), x)
    theta[-20:] = np.nan
    for _ in range(2):
        program.forward(theta, state, x)
    state[0] += 1
    program.forward(theta, state, x)
    program.backward(theta, state, x, {"dense1": np.ones((3, 5), np.float32)})
    program.forward(theta, state, x)
    assert packings == [True, False, True, False, True, True, False]
