"""The contract of engines: what a program keeps, takes and refuses."""

import numpy as np
import pytest

from striate.engines.contract import Key, Purpose
from striate.engines.native import core
from striate.engines.reference.operations import OPERATIONS
from striate.engines.select import engine
from striate.errors import DataError, UnknownNameError
from striate.layers import Conv2D, Dense, Flatten, MaxPooling2D
from striate.losses import SparseCategoricalCrossentropy
from striate.network.graph import Graph, chain
from striate.network.initializers import first_values

NO_STATE = np.zeros(0, np.float32)
NET = Graph.to(chain([Conv2D(3, 3, activation="relu"), MaxPooling2D(), Flatten(), Dense(4, "softmax")], (8, 7, 2)))
THETA = first_values(NET.theta, seed=1)


def pictures(n: int) -> np.ndarray:
    return np.random.default_rng(n).standard_normal((n, 8, 7, 2)).astype(np.float32)


def test_engines_by_name() -> None:
    assert engine("reference").name == "reference"
    assert engine().name == ("native" if core.available() else "reference")
    with pytest.raises(UnknownNameError) as caught:
        engine("refrence")
    assert caught.value.fields["close"] == ["reference"]


def test_any_batch_up_to_the_capacity_and_no_more() -> None:
    program = engine().compile(NET, 3, Purpose(loss=SparseCategoricalCrossentropy()))
    for n in (1, 2, 3):
        assert program.forward(THETA, NO_STATE, pictures(n)).output.shape == (n, 4)
    for run in (
        lambda: program.forward(THETA, NO_STATE, pictures(4)),
        lambda: program.judge(THETA, NO_STATE, pictures(4), np.zeros(4, np.int64)),
        lambda: program.step(THETA, NO_STATE, pictures(4), np.zeros(4, np.int64), None, Key(0, 0)),
        lambda: program.backward(THETA, NO_STATE, pictures(4), {"dense1": np.zeros((4, 4))}),
    ):
        with pytest.raises(DataError) as caught:
            run()
        assert caught.value.code == "engine.batch_too_large"
        assert caught.value.fields == {"capacity": 3, "came": 4}


def test_what_is_kept_is_what_was_asked_for() -> None:
    forward = engine().compile(NET, 2, Purpose(keep=("pool1", "input1"))).forward(THETA, NO_STATE, pictures(2))
    assert {name: array.shape for name, array in forward.kept.items()} == {
        "pool1": (2, 3, 2, 3),
        "input1": (2, 8, 7, 2),
    }
    np.testing.assert_array_equal(forward.kept["input1"], pictures(2))


def test_a_node_that_is_not_there() -> None:
    keeping = engine().compile(NET, 1, Purpose(keep=("conv2",)))
    with pytest.raises(UnknownNameError):
        keeping.forward(THETA, NO_STATE, pictures(1))
    asking = engine().compile(NET, 1, Purpose(gradients_of=("conv2",)))
    with pytest.raises(UnknownNameError):
        asking.backward(THETA, NO_STATE, pictures(1), {"dense1": np.zeros((1, 4))})


def test_the_purpose_decides_the_dtype() -> None:
    for dtype in (np.float32, np.float64):
        program = engine().compile(NET, 2, Purpose(loss=SparseCategoricalCrossentropy(), dtype=dtype))
        stepped = program.step(THETA.astype(dtype), NO_STATE, pictures(2), np.array([1, 3]), None, Key(0, 0))
        assert (stepped.output.dtype, stepped.gradient.dtype) == (dtype, dtype)


def test_the_same_call_gives_the_same_bits() -> None:
    program = engine().compile(NET, 5, Purpose(loss=SparseCategoricalCrossentropy(), dropout=True))
    first, second = (
        program.step(THETA, NO_STATE, pictures(5), np.array([0, 1, 2, 3, 0]), None, Key(0, 0)) for _ in range(2)
    )
    assert first.loss == second.loss
    np.testing.assert_array_equal(first.gradient, second.gradient)


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_change_nothing_but_rounding(threads: int) -> None:
    limited = engine().compile(NET, 5, Purpose(), threads=threads).forward(THETA, NO_STATE, pictures(5)).output
    free = engine().compile(NET, 5, Purpose()).forward(THETA, NO_STATE, pictures(5)).output
    np.testing.assert_allclose(limited, free, rtol=1e-5)


def test_a_limit_on_threads_holds_for_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    from threadpoolctl import threadpool_info

    def blas_threads() -> set[int]:
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    def looking(layer: object, x: np.ndarray, *more: object) -> object:
        seen.append(blas_threads())
        return flatten.forward(layer, x, *more)

    seen: list[set[int]] = []
    flatten, before = OPERATIONS[Flatten], blas_threads()
    monkeypatch.setitem(OPERATIONS, Flatten, flatten._replace(forward=looking))  # type: ignore[arg-type]
    for threads in (1, None):
        engine("reference").compile(NET, 1, Purpose(), threads=threads).forward(THETA, NO_STATE, pictures(1))
    assert seen == [{1}, before] and blas_threads() == before
