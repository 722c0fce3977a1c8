"""Arrays that a program cannot take: one error with a code from each engine, never a crash; and too little memory."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from striate import Sequential
from striate.engines.contract import Key, Purpose
from striate.engines.native import core, room
from striate.engines.select import engine
from striate.errors import (
    DataError,
    Notice,
    OutOfMemoryError,
    SettingError,
    SizeError,
    StateError,
    StriateError,
    UnknownNameError,
)
from striate.losses import SparseCategoricalCrossentropy
from striate.network.graph import Graph, chain
from striate.network.initializers import first_values
from striate.network.layers import BatchNormalization, Conv2D, Dense, Flatten

needs_core = pytest.mark.skipif(not core.available(), reason=str(core.why_absent()))
ENGINES = [pytest.param("native", marks=needs_core), "reference"]

NET = Graph.to(chain([Conv2D(5, 3), BatchNormalization(), Flatten(), Dense(4, "softmax")], (8, 7, 3)))
THETA, STATE = first_values(NET.theta, 1), first_values(NET.state, 1)
X, Y = np.zeros((2, 8, 7, 3), np.float32), np.array([3, 0])
Ask = Callable[..., object]


def asks(program: Any) -> dict[str, Ask]:
    """Every way to ask a program, with all that it needs; what is named goes in its place."""

    def forward(theta: Any = THETA, state: Any = STATE, x: Any = X, **more: Any) -> object:
        return program.forward(theta, state, x)

    def judge(theta: Any = THETA, state: Any = STATE, x: Any = X, y: Any = Y, weight: Any = None) -> object:
        return program.judge(theta, state, x, y, weight)

    def step(theta: Any = THETA, state: Any = STATE, x: Any = X, y: Any = Y, weight: Any = None) -> object:
        return program.step(theta, state, x, y, weight, Key(0, 1))

    def backward(theta: Any = THETA, state: Any = STATE, x: Any = X, **more: Any) -> object:
        return program.backward(theta, state, x, {"dense1": np.ones((2, 4), np.float32)})

    return {"forward": forward, "judge": judge, "step": step, "backward": backward}


@pytest.fixture(params=ENGINES)
def program(request: pytest.FixtureRequest) -> Any:
    return engine(request.param).compile(NET, 2, Purpose(loss=SparseCategoricalCrossentropy()))


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "one weight too few": ({"theta": THETA[:-1]}, "engine.weights_differ"),
    "weights as a matrix": ({"theta": THETA[None]}, "engine.weights_differ"),
    "whole numbers as weights": ({"theta": THETA.astype(np.int32)}, "engine.weights_differ"),
    "complex weights": ({"theta": THETA.astype(complex)}, "engine.weights_differ"),
    "no statistics": ({"state": np.zeros(0, np.float32)}, "engine.weights_differ"),
    "objects as statistics": ({"state": STATE.astype(object)}, "engine.weights_differ"),
    "other size": ({"x": X[:, :7]}, "engine.pictures_differ"),
    "other channels": ({"x": X[..., :1]}, "engine.pictures_differ"),
    "one picture without an axis": ({"x": X[0]}, "engine.pictures_differ"),
    "rows of numbers": ({"x": X.reshape(2, -1)}, "engine.pictures_differ"),
    "a number": ({"x": np.float32(1)}, "engine.pictures_differ"),
    "texts": ({"x": X.astype(str)}, "engine.pictures_differ"),
    "complex pictures": ({"x": X.astype(complex)}, "engine.pictures_differ"),
    "no pictures": ({"x": X[:0]}, "data.no_pictures"),
    "too many pictures": ({"x": np.zeros((3, 8, 7, 3), np.float32)}, "engine.batch_too_large"),
}
WRONG_TARGETS: dict[str, tuple[dict[str, Any], str]] = {
    "too few targets": ({"y": Y[:1]}, "engine.targets_differ"),
    "too wide": ({"y": np.zeros((2, 3))}, "engine.targets_differ"),
    "texts": ({"y": np.array(["a", "b"])}, "engine.targets_differ"),
    "class of nobody": ({"y": np.array([3, 4])}, "data.label_out_of_range"),
    "class below 0": ({"y": np.array([-1, 0])}, "data.label_out_of_range"),
    "NaN for a class": ({"y": np.array([np.nan, 0])}, "data.label_out_of_range"),
    "weights of one picture": ({"weight": np.ones(1)}, "engine.shares_differ"),
    "weights as a column": ({"weight": np.ones((2, 1))}, "engine.shares_differ"),
    "texts for weights": ({"weight": np.array(["1", "2"])}, "engine.shares_differ"),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("way", ["forward", "judge", "step", "backward"])
def test_arrays_that_do_not_fit(program: Any, way: str, case: str) -> None:
    arrays, code = WRONG[case]
    with pytest.raises(StriateError) as caught:
        asks(program)[way](**arrays)
    assert caught.value.code == code
    assert isinstance(caught.value, SizeError if code == "engine.weights_differ" else DataError)


@pytest.mark.parametrize("case", WRONG_TARGETS)
@pytest.mark.parametrize("way", ["judge", "step"])
def test_targets_that_do_not_fit(program: Any, way: str, case: str) -> None:
    arrays, code = WRONG_TARGETS[case]
    with pytest.raises(DataError) as caught:
        asks(program)[way](**arrays)
    assert caught.value.code == code


def test_what_came_is_told(program: Any) -> None:
    with pytest.raises(SizeError) as weights:
        program.forward(THETA[:-1].astype(np.float64), STATE, X)
    size = NET.theta.size
    assert weights.value.fields == {
        "vector": "engine.vector_theta", "required": size, "dtype": np.dtype(float), "came": (size - 1,),
    }  # fmt: skip
    with pytest.raises(DataError) as gradient:
        program.backward(THETA, STATE, X, {"conv1": np.ones((2, 6, 5, 4), np.float32)})
    assert (gradient.value.code, gradient.value.fields["required"]) == ("engine.gradient_differs", (2, 6, 5, 5))


@pytest.mark.parametrize("x", [X.astype(np.float64), X.astype(np.uint8), np.asfortranarray(X), X[:, ::-1], X[::-1]])
def test_what_can_be_converted_is(program: Any, x: Any) -> None:
    taken = program.forward(THETA, STATE, x).output
    assert np.array_equal(taken, program.forward(THETA, STATE, np.ascontiguousarray(x, np.float32)).output)


@needs_core
def test_weights_that_are_bound_must_fit() -> None:
    program: Any = engine("native").compile(NET, 2, Purpose())
    with pytest.raises(SizeError) as caught:
        program.bind(THETA, STATE[1:])
    assert caught.value.fields["vector"] == "engine.vector_state"
    with pytest.raises(DataError) as pictures:
        program.bind(THETA, STATE).forward(X[0])
    assert pictures.value.code == "engine.pictures_differ"


# Engines and instruction sets


@needs_core
def test_an_instruction_set_that_is_not_there() -> None:
    best = core.kernel_sets()[-1]
    with pytest.raises(UnknownNameError) as caught:
        engine("native", isa=best + "x")
    fields = caught.value.fields
    assert (fields["kind"], fields["close"][:1], fields["known"]) == ("kind.isa", [best], sorted(core.kernel_sets()))


def test_the_reference_engine_has_no_instruction_sets() -> None:
    with pytest.raises(SettingError) as caught:
        engine("reference", isa="avx2")
    assert (caught.value.code, caught.value.fields) == ("engine.isa_of_reference", {"isa": "avx2"})


def test_without_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = Notice("core.not_built")
    monkeypatch.setattr(core, "why_absent", lambda: absent)
    assert engine().name == "reference"
    with pytest.raises(StateError) as caught:
        engine("native")
    assert (caught.value.code, caught.value.fields) == ("engine.no_core", {"reason": absent})
    assert str(absent) in str(caught.value)


# Memory


@needs_core
def test_a_plan_that_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    native, purpose = engine("native"), Purpose(loss=SparseCategoricalCrossentropy())

    def refused(capacity: int, free: int) -> dict[str, Any]:
        monkeypatch.setattr("striate.engines.native.program.free_bytes", lambda: free)
        with pytest.raises(OutOfMemoryError) as caught:
            asks(native.compile(NET, capacity, purpose, threads=2))["step"]()
        assert caught.value.fields["free"] == free
        return {"code": caught.value.code, **caught.value.fields}

    told = refused(4096, 2_000_000)
    assert (told["code"], told["pictures"]) == ("engine.no_memory", 4096)
    assert 1 <= told["fits"] < 4096 and told["needed"] > 2_000_000
    asks(native.compile(NET, told["fits"], purpose, threads=2))["step"]()
    assert refused(4096, told["needed"] - 1)["fits"] < 4096
    assert refused(2, 1000)["code"] == "engine.no_memory_for_one"
    monkeypatch.setattr("striate.engines.native.program.free_bytes", lambda: told["needed"])
    asks(native.compile(NET, 4096, purpose, threads=2))["step"]()


@pytest.mark.parametrize("units", [10**9, 10**20])
def test_weights_that_no_memory_holds_are_refused_before_they_are_drawn(units: int) -> None:
    with pytest.raises(OutOfMemoryError) as caught:
        Sequential([Flatten(), Dense(16), Dense(units)]).predict(np.zeros((1, 64, 64, 1)))
    theta = 64 * 64 * 16 + 16 + 16 * units + units  # in float32, and the largest weight in float64 before
    assert (caught.value.code, caught.value.fields["weight"]) == ("engine.no_memory_for_weights", "dense2/kernel")
    assert caught.value.fields["needed"] == 4 * theta + 8 * 16 * units


@pytest.mark.parametrize(("free", "fits"), [(999, 0), (1000, 1), (1099, 1), (1100, 2), (50_000, 491), (100_899, 999)])
def test_the_most_pictures_that_fit(free: int, fits: int) -> None:
    with pytest.raises(OutOfMemoryError) as caught:
        room.check_room(100_900, 1000, lambda pictures: 900 + 100 * pictures, free)
    assert caught.value.fields.get("fits", 0) == fits


@pytest.mark.parametrize("free", [None, 100_900, 200_000])
def test_what_fits_or_is_unknown_is_not_refused(free: int | None) -> None:
    room.check_room(100_900, 1000, lambda pictures: 1 // 0, free)


MEMINFO = "MemTotal:       16000 kB\nMemFree:          100 kB\nMemAvailable:    8000 kB\n"
SYSTEMS: dict[str, tuple[dict[str, str], int | None]] = {
    "no files": ({}, None),
    "the system's": ({"proc/meminfo": MEMINFO}, 8_192_000),
    "version 2": (
        {
            "proc/meminfo": MEMINFO,
            "proc/self/cgroup": "0::/a/b\n",
            "sys/fs/cgroup/a/b/memory.max": "max\n",
            "sys/fs/cgroup/a/b/memory.current": "5000\n",
            "sys/fs/cgroup/a/memory.max": "7000\n",
            "sys/fs/cgroup/a/memory.current": "6000\n",
            "sys/fs/cgroup/a/memory.stat": "anon 1\ninactive_file 500\n",
        },
        1500,
    ),
    "version 1": (
        {
            "proc/self/cgroup": "3:cpu:/x\n5:memory:/x\n",
            "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "7000\n",
            "sys/fs/cgroup/memory/x/memory.usage_in_bytes": "6900\n",
            "sys/fs/cgroup/memory/x/memory.stat": "inactive_file 7\ntotal_inactive_file 50\n",
        },
        150,
    ),
    "more taken than allowed": (
        {
            "proc/self/cgroup": "0::/\n",
            "sys/fs/cgroup/memory.max": "10",
            "sys/fs/cgroup/memory.current": "20",
        },
        0,
    ),
}


@pytest.mark.parametrize("case", SYSTEMS)
def test_free_memory_is_read(case: str, tmp_path: Path) -> None:
    files, free = SYSTEMS[case]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert room.free_bytes(tmp_path) == free


def test_this_computer_has_memory() -> None:
    free = room.free_bytes()
    assert free is None or free > 0
