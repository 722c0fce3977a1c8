"""What a model keeps for the next question, and what it does not; which engine answers."""

import copy
import pickle
import threading
from typing import Any

import numpy as np
import pytest

from striate import Model, Sequential
from striate.computing import MOST_PROGRAMS
from striate.engines.native import core
from striate.engines.reference.program import ReferenceEngine
from striate.errors import SettingError, UnknownNameError
from striate.layers import BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D

needs_core = pytest.mark.skipif(not core.available(), reason=str(core.why_absent()))


@pytest.fixture
def model() -> Sequential:
    layers = [Conv2D(4, 3, input_shape=(None, None, 2)), BatchNormalization(), GlobalAveragePooling2D(), Dense(3)]
    return Sequential(layers, seed=1)


@pytest.fixture
def x(rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal((5, 8, 7, 2)).astype(np.float32)


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch, model: Model) -> list[Any]:
    """The capacity of each program that was made."""
    made: list[Any] = []
    engine: Any = type(model._engine)  # pyright: ignore[reportPrivateUsage]
    original = engine.compile

    def compile_(self: Any, graph: Any, capacity: int, purpose: Any, **more: Any) -> Any:
        made.append((graph.input_shape[:2], capacity))
        return original(self, graph, capacity, purpose, **more)

    monkeypatch.setattr(engine, "compile", compile_)
    return made


def test_a_question_asked_before_needs_no_plan(model: Model, x: np.ndarray, plans: list[Any]) -> None:
    for _ in range(3):
        model.predict(x)
        model.predict(x[:, :6])
    assert plans == [((8, 7), 5), ((6, 7), 5)]
    model.predict(x[:2])
    model.feature_maps(x, "conv1")
    model.feature_maps(x, "conv1")
    assert plans[2:] == [((8, 7), 2), ((8, 7), 5)]


def test_only_the_last_are_kept(model: Model, x: np.ndarray, plans: list[Any]) -> None:
    sizes = range(3, 4 + MOST_PROGRAMS)
    for size in (*sizes, *reversed(sizes)):
        model.predict(x[:, :size])
    assert len(plans) == 2 * len(sizes) - MOST_PROGRAMS


def test_another_engine_has_programs_of_its_own(model: Model, x: np.ndarray, plans: list[Any]) -> None:
    first = model.predict(x)
    model.use(threads=1)
    assert np.array_equal(model.predict(x), first) and len(plans) == 2
    model.use(engine="reference")
    # A mean over 30 pixels of sums of 18 products.
    np.testing.assert_allclose(model.predict(x), first, rtol=0, atol=48 * 2.0**-23)


def test_weights_that_change_are_seen(model: Model, x: np.ndarray) -> None:
    """However they are changed: the program must not answer by those it has packed."""
    fresh = lambda: Model.of(model.graph, theta=model.theta, state=model.state).predict(x)  # noqa: E731
    before = model.predict(x)
    model.weights["conv1/kernel"][...] *= 2
    doubled = model.predict(x)
    assert np.array_equal(doubled, fresh()) and not np.array_equal(doubled, before)
    model.weights["norm1/moving_mean"][...] += 1
    moved = model.predict(x)
    assert np.array_equal(moved, fresh()) and not np.array_equal(moved, doubled)
    model.weights["dense1/bias"][0] = np.nan
    assert np.isnan(model.predict(x)[:, 0]).all()
    model.weights["dense1/bias"][0] = 0
    assert np.array_equal(model.predict(x), moved)


def test_training_between_two_questions(model: Model, x: np.ndarray) -> None:
    model.compile("sgd", "mse")
    before = model.predict(x), model.evaluate(x, np.ones((5, 3)))
    model.fit(x, np.ones((5, 3)), verbose=0)
    assert not np.array_equal(model.predict(x), before[0]) and model.evaluate(x, np.ones((5, 3))) != before[1]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_answer_alike(copied: Any, model: Model, x: np.ndarray) -> None:
    answer = model.predict(x)
    again = copied(model)
    assert np.array_equal(again.predict(x), answer)
    again.theta = again.theta * 2
    assert not np.array_equal(again.predict(x), answer)
    assert np.array_equal(model.predict(x), answer)


def test_two_threads_do_not_disturb_each_other(model: Model, x: np.ndarray) -> None:
    right = [model.predict(x * factor) for factor in range(4)]
    wrong: list[int] = []

    def ask(factor: int) -> None:
        for _ in range(50):
            if not np.array_equal(model.predict(x * factor), right[factor]):
                wrong.append(factor)

    threads = [threading.Thread(target=ask, args=(factor,)) for factor in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# Instruction sets


@needs_core
def test_a_model_on_each_instruction_set(model: Model, x: np.ndarray) -> None:
    model.use(engine="reference")
    right = model.predict(x)
    for isa in core.kernel_sets():
        model.use(isa=isa)
        assert model._engine.isa.name == isa  # type: ignore[attr-defined]  # pyright: ignore
        np.testing.assert_allclose(model.predict(x), right, rtol=0, atol=48 * 2.0**-23)
        model.compile("sgd", "mse", isa=isa)
        assert model._engine.isa.name == isa  # type: ignore[attr-defined]  # pyright: ignore


@needs_core
def test_an_instruction_set_of_nobody(model: Model) -> None:
    for choose in (model.use, lambda **to: model.compile("sgd", "mse", **to)):
        with pytest.raises(UnknownNameError) as caught:
            choose(isa="avx9")
        assert caught.value.fields["kind"] == "kind.isa"
        with pytest.raises(SettingError) as refused:
            choose(engine="reference", isa="avx2")
        assert refused.value.code == "engine.isa_of_reference"


def test_the_fastest_engine_is_the_default(model: Model) -> None:
    model.use(engine="reference")
    assert isinstance(model._engine, ReferenceEngine)  # pyright: ignore[reportPrivateUsage]
    model.use()
    name = model._engine.name  # pyright: ignore[reportPrivateUsage]
    assert name == ("native" if core.available() else "reference")
