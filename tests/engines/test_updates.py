"""What every rule does around its formula (clipping, weight decay, gathering), against stored paths of Keras."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import Array

from striate import optimizers
from striate.engines.reference.program import ReferenceEngine
from striate.errors import SettingError
from striate.network.layout import Layout, Weight
from striate.optimizers import NAG, SGD, Adagrad, Adam, AdamW, RMSprop, Rule
from striate.training.averaging import Average

STORED = np.load(Path(__file__).parents[1] / "parity" / "updates.npz")
ENTRIES: dict[str, dict[str, Any]] = json.loads(str(STORED["description"]))
KERNELS = [("a", Weight("kernel", (12,), "zeros")), ("b", Weight("kernel", (3,), "zeros"))]
LAYOUT = Layout.of([*KERNELS, ("c", Weight("bias", (5,), "zeros", decayed=False))])


def laid_out(values: Array) -> Array:
    """Numbers of the first weights in the layout, the padding between them 0."""
    vector = np.zeros(LAYOUT.size)
    first = 0
    for view in LAYOUT.views(vector).values():
        view[...] = np.resize(values[first : first + view.size], view.shape) if first < len(values) else 0.5
        first += view.size
    return vector


@pytest.mark.parametrize("name", [name for name in ENTRIES if "use_ema" not in ENTRIES[name]["settings"]])
def test_paths_are_those_of_keras(name: str) -> None:
    entry = ENTRIES[name]
    rule: Rule = getattr(optimizers, entry["rule"])(**entry["settings"])
    engine, theta, spans = ReferenceEngine(), laid_out(STORED["theta0"]), LAYOUT.spans[:2]
    slots, every = rule.first_slots(theta), rule.gradient_accumulation_steps or 1
    gathered = np.zeros_like(theta)
    for step, gradient in enumerate(STORED["gradients"]):
        gathered += laid_out(gradient)
        if (step + 1) % every == 0:
            engine.update(rule, theta, gathered / every, slots, (step + 1) // every, rule.rate_at(step), spans)
            gathered[:] = 0
        now = np.concatenate([LAYOUT.view(theta, span) for span in spans])
        np.testing.assert_allclose(now, STORED[name][step], rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", [name for name in ENTRIES if "use_ema" in ENTRIES[name]["settings"]])
def test_means_are_those_of_keras(name: str) -> None:
    """The mean after the last step; Keras's path, where the mean is put in the weights' place, too."""
    entry = ENTRIES[name]
    rule: Rule = getattr(optimizers, entry["rule"])(**entry["settings"])
    theta, state, average = laid_out(STORED["theta0"]), np.zeros(3), None
    slots = rule.first_slots(theta)
    for step, gradient in enumerate(STORED["gradients"]):
        ReferenceEngine().update(rule, theta, laid_out(gradient), slots, step + 1, rule.rate_at(step), LAYOUT.spans[:2])
        average = Average.after(average, rule, theta, state, step)
        now = np.concatenate([LAYOUT.view(theta, span) for span in LAYOUT.spans[:2]])
        np.testing.assert_allclose(now, STORED[name][step], rtol=0, atol=1e-10)
    assert average is not None
    mean = np.concatenate([LAYOUT.view(average.theta, span) for span in LAYOUT.spans[:2]])
    np.testing.assert_allclose(mean, STORED[f"{name}_mean"], rtol=0, atol=1e-10)


def test_biases_do_not_decay(rng: np.random.Generator) -> None:
    theta, g = laid_out(rng.standard_normal(15)), np.zeros(LAYOUT.size)
    before = theta.copy()
    ReferenceEngine().update(SGD(0.1, weight_decay=0.5), theta, g, (), 1, 0.1, LAYOUT.spans)
    for name, was in LAYOUT.views(before).items():
        factor = 1 if name == "c/bias" else 0.95
        np.testing.assert_allclose(LAYOUT.views(theta)[name], factor * was, rtol=1e-15)


RULES = [SGD(0.1, 0.9, weight_decay=0.1), NAG(0.1), Adagrad(0.1), RMSprop(0.1, centered=True), AdamW(0.1)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_what_is_frozen_stays_to_the_bit(rule: Rule, rng: np.random.Generator) -> None:
    """Weights and slots; and what is not frozen goes as if nothing were."""
    engine, spans = ReferenceEngine(), LAYOUT.learning({"a"}, {})
    theta, g = laid_out(rng.standard_normal(15)), laid_out(rng.standard_normal(15))
    slots = rule.first_slots(theta)
    engine.update(rule, theta, g, slots, 1, 0.1, LAYOUT.spans)  # so that slots hold something
    frozen = [vector[:12].copy() for vector in (theta, *slots)]
    free, free_slots = theta.copy(), tuple(slot.copy() for slot in slots)
    for t in range(2, 5):
        engine.update(rule, theta, g, slots, t, 0.1, spans)
        engine.update(rule, free, g, free_slots, t, 0.1, LAYOUT.spans)
    for vector, was in zip((theta, *slots), frozen, strict=True):
        assert vector[:12].tobytes() == was.tobytes()
    for ours, other in zip((theta, *slots), (free, *free_slots), strict=True):
        assert ours[12:].tobytes() == other[12:].tobytes()
    assert not np.array_equal(theta[:12], free[:12])
    assert engine.look_ahead(rule, theta, slots, spans)[:12].tobytes() == frozen[0].tobytes()


def test_a_frozen_gradient_does_not_count_in_the_global_norm() -> None:
    theta, g = np.zeros(LAYOUT.size), laid_out(np.array([1000.0] * 12 + [3, 4, 0]))
    LAYOUT.views(g)["c/bias"][...] = 0
    spans = LAYOUT.learning({"a"}, {})
    ReferenceEngine().update(SGD(1.0, global_clipnorm=1), theta, g, (), 1, 1.0, spans)
    np.testing.assert_allclose(LAYOUT.views(theta)["b/kernel"], [-0.6, -0.8, 0])


def test_a_factor_is_one_of_the_learning_rate(rng: np.random.Generator) -> None:
    g = laid_out(rng.standard_normal(15))
    for rule in RULES:
        scaled, slow = laid_out(np.ones(15)), laid_out(np.ones(15))
        engine, spans = ReferenceEngine(), LAYOUT.learning((), {"b": 0.25})
        engine.update(rule, scaled, g, rule.first_slots(scaled), 1, 0.1, spans)
        engine.update(rule, slow, g, rule.first_slots(slow), 1, 0.025, LAYOUT.spans)
        assert LAYOUT.views(scaled)["b/kernel"].tobytes() == LAYOUT.views(slow)["b/kernel"].tobytes()
        assert not np.array_equal(LAYOUT.views(scaled)["a/kernel"], LAYOUT.views(slow)["a/kernel"])


def test_norms_of_large_float32_do_not_overflow() -> None:
    theta = np.zeros(16, np.float32)
    spans = LAYOUT.spans[:1]
    g = np.where(np.arange(16) < 12, 1e30, 0).astype(np.float32)
    ReferenceEngine().update(SGD(1.0, clipnorm=1), theta, g, (), 1, 1.0, spans)
    np.testing.assert_allclose(theta[:12], -1 / np.sqrt(12), rtol=1e-6)


def test_the_padding_between_stays_zero(rng: np.random.Generator) -> None:
    theta, g = laid_out(rng.standard_normal(15)), laid_out(rng.standard_normal(15))
    for rule in (Adagrad(0.1), Adam(0.1)):
        ReferenceEngine().update(rule, theta, g, rule.first_slots(theta), 1, 0.1, LAYOUT.spans)
    padding = np.ones(LAYOUT.size, bool)
    for span in LAYOUT.spans:
        padding[span.slice] = False
    assert not theta[padding].any()


@pytest.mark.parametrize("make", [SGD, RMSprop, Adam, Adagrad, NAG])
def test_one_way_of_clipping(make: Any) -> None:
    with pytest.raises(SettingError) as caught:
        make(clipnorm=1, clipvalue=2)
    assert caught.value.code == "rule.one_clip"
    assert caught.value.fields == {"where": make.__name__, "given": ["clipnorm", "clipvalue"]}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"weight_decay": -0.1}, "setting.not_negative"),
        ({"clipnorm": 0}, "setting.positive_real"),
        ({"clipvalue": float("nan")}, "setting.positive_real"),
        ({"global_clipnorm": "1"}, "setting.positive_real"),
        ({"gradient_accumulation_steps": 0}, "setting.positive"),
        ({"gradient_accumulation_steps": 1.5}, "setting.positive"),
        ({"learning_rate": "fast"}, "setting.positive_real"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, Any], code: str) -> None:
    for make in (SGD, RMSprop, Adam):
        with pytest.raises(SettingError) as caught:
            make(**settings)
        assert caught.value.code == code and caught.value.fields["where"] == make.__name__
