"""What the native engine plans: memory near its lower bound, and facts that agree with the network."""

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from all_in_one import all_in_one
from cases import CASES, Case

from striate import Sequential
from striate.computing import planned
from striate.engines.native import core
from striate.engines.native.explain import IN_PYTHON, PlanFacts
from striate.engines.native.memory import Life, least, placed
from striate.engines.select import engine
from striate.errors import StateError
from striate.layers import BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D
from striate.losses import MeanSquaredError
from striate.messages import render, speak
from striate.messages.render import texts
from striate.network.graph import Graph
from striate.network.layers import CustomLayer
from striate.presets.read import PRESETS, wired
from striate.views.plan import plan_dict, plan_lines

pytestmark = pytest.mark.skipif(not core.available(), reason=str(core.why_absent()))
SHAPES = {"vgg-small": (32, 32, 3), "resnet18": (64, 64, 3), "resnet34": (64, 64, 3), "mobilenetv2": (96, 96, 3)}
SHAPES |= {"cifar10": (32, 32, 3)}
MOST = 1.15  # of what any placing needs
training = pytest.mark.parametrize("loss", [None, MeanSquaredError()], ids=["answers", "training"])


def facts_of(graph: Graph, capacity: int = 16, loss: Any = None) -> PlanFacts:
    return planned(engine("native"), graph, capacity, loss, 2)


def check(facts: PlanFacts) -> None:
    """The arena holds its buffers, none over another that is needed at the same time, in hardly more than they need."""
    assert facts.arena <= MOST * facts.least_arena
    assert all(b.at >= 0 and b.at + b.bytes <= facts.arena for b in facts.buffers)
    for i, one in enumerate(facts.buffers):
        for other in facts.buffers[:i]:
            apart = one.at + one.bytes <= other.at or other.at + other.bytes <= one.at
            assert apart or one.last < other.first or other.last < one.first, (one, other)
    needed = [sum(b.bytes for b in facts.buffers if b.first <= t <= b.last) for t in range(len(facts.segments))]
    assert max(needed, default=0) == facts.least_arena


@training
@pytest.mark.parametrize("name", sorted(PRESETS))
def test_memory_of_presets(name: str, loss: Any) -> None:
    shape = SHAPES.get(name, (28, 28, 1))
    check(facts_of(Graph.to(wired(name, 10, shape, 1.0)), loss=loss))


@training
@all_in_one("case", CASES)
def test_memory_of_every_case(case: Case, loss: Any) -> None:
    facts = facts_of(case.graph, loss=loss)
    check(facts)
    known = {node.name for node in case.graph.nodes} | {span.name for span in case.graph.theta.spans}
    assert {name for step in facts.steps for name in step.of} <= known
    users = {node.name for node in case.graph.nodes if isinstance(node.layer, CustomLayer)}
    assert users <= set(facts.in_python)


def test_placing_keeps_what_meets_apart(rng: np.random.Generator) -> None:
    for _ in range(50):
        ends = np.sort(rng.integers(0, 12, (20, 2)), axis=1)
        lives = [Life(int(f), int(a), int(b)) for f, (a, b) in zip(rng.integers(1, 99, 20), ends, strict=True)]
        offsets, size = placed(lives)
        for i, one in enumerate(lives):
            assert offsets[i] + one.floats <= size
            for j, other in enumerate(lives[:i]):
                if one.first <= other.last and other.first <= one.last:
                    assert offsets[i] >= offsets[j] + other.floats or offsets[j] >= offsets[i] + one.floats
        assert size >= least(lives)


# Facts


@pytest.fixture
def model() -> Sequential:
    layers = [Conv2D(8, 3, use_bias=False), BatchNormalization(), MaxPooling2D(), Flatten(), Dense(5, "softmax")]
    model = Sequential(layers)
    model.build((8, 8, 3))
    return model


def test_the_work_is_that_of_the_layers(model: Sequential) -> None:
    products = sum(model.graph.multiply_adds(node) or 0 for node in model.graph.nodes)
    assert model.plan(16).flops == 2 * products * 16
    # Back again twice: to the weights and to the inputs, except those of the first layer.
    first = model.graph.multiply_adds(model.graph.nodes[1]) or 0
    assert model.plan(16, learning=True).flops == 2 * 16 * (3 * products - first)


def test_what_is_fused(model: Sequential) -> None:
    assert model.plan().fused == [("conv1", "norm1")]
    assert model.plan(learning=True).fused == []  # the statistics of the batch come between
    assert model.plan().in_python == []


def test_a_plan_follows_what_was_chosen(model: Sequential) -> None:
    model.compile("sgd", "sparse_categorical_crossentropy", threads=3, isa="baseline")
    facts = model.plan(7)
    assert (facts.isa, facts.threads, facts.capacity, facts.learning) == ("baseline", 3, 7, False)
    assert {segment.kind for segment in facts.segments} == {"weights", "blocks", "batch"}
    assert all(segment.pictures <= 7 for segment in facts.segments)
    learning = model.plan(7, learning=True)
    assert learning.learning and any(step.backward for step in learning.steps)
    assert not any(step.backward for step in facts.steps)
    assert any(segment.chunks > 1 for segment in learning.segments)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("learning", [False, True])
def test_the_text_says_it_all(
    model: Sequential, language: str, learning: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    speak(language)
    try:
        model.explain(4, learning=learning)
        facts = model.plan(4, learning=learning)
        titles = [render(f"plan.column.{column}") for column in ("segment", "buffer")]
    finally:
        speak(None)
    text = capsys.readouterr().out
    assert all(f"{number:,}" in text for number in (facts.arena, facts.least_arena, facts.block))
    assert f"{facts.flops / 1e6:,.1f}" in text
    for step in facts.steps:
        assert all(texts(language)[f"plan.operation.{name}"] in text for name in step.operations)
    assert all(re.search(rf"^{re.escape(b.name)} .* {b.bytes:,} ", text, re.MULTILINE) for b in facts.buffers)
    assert all(title in text for title in titles)


def test_every_operation_has_a_word() -> None:
    from striate.engines.native._core import operation_fields

    assert all(f"plan.operation.{name}" in texts("en") for name in (*operation_fields(), IN_PYTHON))


def test_plain_numbers(model: Sequential) -> None:
    told = json.loads(json.dumps(plan_dict(model.plan(4))))
    facts = model.plan(4)
    assert (told["arena"], told["flops"], told["fused"]) == (facts.arena, facts.flops, [["conv1", "norm1"]])
    assert len(told["segments"]) == len(facts.segments) and told["buffers"][0]["name"] == facts.buffers[0].name
    assert plan_lines(facts)


def test_who_plans_nothing(model: Sequential) -> None:
    model.use(engine="reference")
    with pytest.raises(StateError) as caught:
        model.plan()
    assert (caught.value.code, caught.value.fields) == ("plan.reference", {})


def test_a_size_that_is_open() -> None:
    ask: Callable[[], object] = Sequential([Conv2D(2, 3, input_shape=(None, None, 3))]).plan
    with pytest.raises(StateError) as caught:
        ask()
    assert (caught.value.code, caught.value.fields) == ("plan.open_size", {"came": (None, None, 3)})
