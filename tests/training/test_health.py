"""The health of a training: what is measured, and that a word is said exactly where something is wrong."""

import json
import math
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import striate
from striate import Sequential, speak
from striate.callbacks import Callback, Health
from striate.engines.native import core
from striate.errors import FileError, Notice, TrainingError
from striate.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    MaxPooling2D,
    ReLU,
)
from striate.network.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from striate.network.schedules import OneCycle
from striate.optimizers import SGD, Adam, Momentum, RMSprop
from striate.training.verdicts import Verdict, chance_loss, materially_worse, told_from_guessing

Array = NDArray[Any]
ENGINES = [*(["native"] if core.available() else []), "reference"]
on_both = pytest.mark.parametrize("engine", ENGINES)
DIGITS = striate.digits().train


def small(*, activation: str = "relu") -> list[Any]:
    return [Conv2D(8, 3, activation=activation), MaxPooling2D(), Flatten(), Dense(24, activation), Dense(10, "softmax")]


def trained(
    layers: list[Any],
    rule: Any,
    *,
    y: Array | None = None,
    x: Array | None = None,
    engine: str | None = None,
    **fit: Any,
) -> tuple[Health, list[str]]:
    """What it measured, and the codes of what it said."""
    pictures = DIGITS.x if x is None else x
    labels = DIGITS.y if y is None else y
    model = Sequential([Input(pictures.shape[1:]), *layers])
    model.compile(rule, fit.pop("loss", "sparse_categorical_crossentropy"), metrics=["accuracy"], engine=engine)
    health = Health(fit.pop("filename", None))
    before = fit.pop("before", None)
    if before:
        before(model)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        settings = {"epochs": 3, "batch_size": 32, "validation_split": 0.2, "verbose": 0, **fit}
        model.fit(pictures, labels, callbacks=[health, *settings.pop("callbacks", [])], **settings)
    return health, [each.message.code for each in told if isinstance(each.message, Notice)]


# Nothing to say


SOUND: dict[str, Callable[[], tuple[list[Any], Any]]] = {
    "adam": lambda: (small(), Adam()),
    "sgd": lambda: (small(), SGD(0.1)),
    "slow": lambda: (small(), SGD(0.02)),
    "momentum": lambda: (small(), Momentum(0.02, 0.9)),
    "rmsprop": lambda: (small(), RMSprop()),
    "tanh": lambda: (small(activation="tanh"), Adam()),
    "sigmoid": lambda: ([Flatten(), Dense(32, "sigmoid"), Dense(10, "softmax")], Adam(0.01)),
    "dense": lambda: ([Flatten(), Dense(64, "relu"), Dropout(0.3), Dense(10, "softmax")], Adam()),
    "wide": lambda: ([Flatten(), Dense(256, "relu"), Dense(10, "softmax")], Adam()),
    "linear": lambda: ([Flatten(), Dense(10, "softmax")], SGD(0.1)),
    "normalised": lambda: (
        [
            *(Conv2D(8, 3, padding="same", use_bias=False), BatchNormalization(), ReLU()),
            *(Conv2D(16, 3, strides=2, use_bias=False), BatchNormalization(), Activation("relu")),
            *(GlobalAveragePooling2D(), Dense(10, "softmax")),
        ],
        Adam(0.005),
    ),
    "gathered": lambda: (small(), Adam(gradient_accumulation_steps=2)),
    "scores": lambda: ([Flatten(), Dense(32, "relu"), Dense(10)], Adam()),
    "smoothed": lambda: (small(), Adam(0.003)),
    "weighted": lambda: (small(), Adam(0.003)),
    "unbalanced": lambda: (small(), Adam(0.003)),
    "two classes": lambda: ([Flatten(), Dense(8, "relu"), Dense(1, "sigmoid")], Adam(0.003)),
    "squares": lambda: (small(), Adam(0.003)),
    "without validation": lambda: (small(), Adam(0.003)),
    "scheduled": lambda: (small(), Adam(OneCycle(0.01, 68))),
}
COMMON = np.where(np.isin(DIGITS.y, (0, 1)) & (np.arange(len(DIGITS.y)) % 8 > 0), 2, DIGITS.y)
OPTIONS: dict[str, dict[str, Any]] = {
    "scores": {"loss": SparseCategoricalCrossentropy(from_logits=True)},
    "smoothed": {"loss": CategoricalCrossentropy(label_smoothing=0.1), "y": np.eye(10)[DIGITS.y]},
    "weighted": {"class_weight": {0: 9.0, 1: 0.1}},
    "unbalanced": {"y": COMMON},
    "two classes": {"y": (DIGITS.y > 4).astype(int), "loss": "binary_crossentropy"},
    "squares": {"loss": "mse", "y": np.eye(10)[DIGITS.y]},
    "without validation": {"validation_split": 0},
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_training_hears_nothing(name: str) -> None:
    layers, rule = SOUND[name]()
    health, said = trained(layers, rule, epochs=2, **OPTIONS.get(name, {}))
    assert len(SOUND) == 20
    assert said == [] and health.verdicts == [(), ()]


def test_few_steps_and_few_pictures_hear_nothing() -> None:
    """Labels drawn by lot, but too little was done to say so."""
    y = np.random.default_rng(0).integers(0, 10, 60)
    assert trained(small(), Adam(), x=DIGITS.x[:60], y=y, epochs=4)[1] == []


# What is measured


@on_both
def test_the_numbers(engine: str) -> None:
    """Against the definitions: dead units by the model's own maps, the first step by the weights before and after."""
    weights: list[Array] = []

    class Steps(Callback):
        def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
            weights.append(self.run.theta.copy())

        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            if batch == 0:
                weights.append(self.run.theta.copy())

    def before(model: Sequential) -> None:
        model.weights["conv1/bias"][:3] = -9
        model.weights["dense1/bias"][1] = -99

    steps = Steps()
    layers = small()
    health, _ = trained(layers, SGD(0.01), engine=engine, epochs=2, before=before, callbacks=[steps])
    assert health.layers == ("conv1", "dense1", "dense2")
    assert health.dead.shape == health.gradients.shape == health.ratios.shape == (2, 3)
    assert health.dead[0, 0] >= 3 / 8 and health.dead[0, 1] >= 1 / 24 and np.isnan(health.dead[0, 2])
    layout = steps.run.graph.theta
    for epoch in range(2):
        old, new = (layout.views(each) for each in weights[2 * epoch : 2 * epoch + 2])
        for i, layer in enumerate(health.layers):
            kernel = f"{layer}/kernel"
            moved = np.linalg.norm(new[kernel] - old[kernel]) / np.linalg.norm(old[kernel])
            assert health.ratios[epoch, i] == pytest.approx(moved, rel=1e-4)
    assert (health.gradients > 0).all()


@on_both
def test_dead_units_are_those_that_the_maps_show_dead(engine: str) -> None:
    pictures = DIGITS.x[:64]
    model = Sequential([Input((8, 8, 1)), *small()])
    model.compile(SGD(0.01), "sparse_categorical_crossentropy", engine=engine)
    model.weights["conv1/bias"][:2] = -9
    health = Health()
    model.fit(pictures, DIGITS.y[:64], batch_size=16, callbacks=[health], verbose=0)
    for layer, found in zip(("conv1", "dense1"), health.dead[0], strict=False):
        maps = model.feature_maps(pictures, layer)
        fired = (maps > 0).reshape(-1, maps.shape[-1]).any(axis=0)
        assert found == pytest.approx(1 - fired.mean())


def test_a_line_of_json_an_epoch(tmp_path: Path) -> None:
    file = tmp_path / "health.jsonl"
    file.write_text("of another training\n")
    health, _ = trained(small(), Adam(), epochs=2, filename=file)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [0, 1]
    assert lines[1]["layers"]["conv1"] == {
        "dead": health.dead[1, 0],
        "gradients": health.gradients[1, 0],
        "ratios": health.ratios[1, 0],
    }
    assert "dead" not in lines[1]["layers"]["dense2"] and lines[1]["verdicts"] == []
    with pytest.raises(FileError):
        trained(small(), Adam(), filename=tmp_path / "no" / "health.jsonl")


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_of_the_program_stays_behind(fails: bool) -> None:
    class Failing(Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            assert self.run.probe is not None
            if fails:
                raise BrokenPipeError

    model = Sequential([Input((8, 8, 1)), *small()])
    model.compile(SGD(0.01), "sparse_categorical_crossentropy")
    with pytest.raises(BrokenPipeError) if fails else nullcontext():
        model.fit(DIGITS.x[:64], DIGITS.y[:64], verbose=0, callbacks=[Failing()])
    assert model._run is not None and model._run.probe is None


def test_measuring_changes_no_bit() -> None:
    found: list[str] = []
    for callbacks in ([], [Health()]):
        model = Sequential([Input((8, 8, 1)), Dropout(0.1), Conv2D(4, 3), BatchNormalization(), Flatten(), Dense(10)])
        model.compile(Adam(), "mse")
        y = np.eye(10)[DIGITS.y[:200]]
        model.fit(DIGITS.x[:200], y, epochs=2, callbacks=callbacks, verbose=0)
        found.append(model.fingerprint)
    assert found[0] == found[1]


# What is said


def test_dead_units_are_said_once() -> None:
    def before(model: Sequential) -> None:
        model.weights["conv1/bias"][:6] = -9

    health, said = trained(small(), Adam(), epochs=4, before=before)
    assert said == ["health.dead"]
    assert [verdict.fields for verdict in health.verdicts[0]] == [{"layer": "conv1", "percent": 75.0}]


def test_labels_that_were_shuffled_generalise_nothing() -> None:
    """At the end of the second epoch, once."""
    y = np.random.default_rng(1).permutation(DIGITS.y)
    health, said = trained(small(), Adam(), y=y, epochs=4)
    assert said == ["health.nothing_generalises"] and health.verdicts[0] == ()
    (verdict,) = health.verdicts[1]
    assert (verdict.fields["epoch"], verdict.fields["pictures"]) == (2, 271)


def test_without_validation_the_loss_tells_of_guessing() -> None:
    def before(model: Sequential) -> None:
        model.weights["dense2/bias"][3] = 2

    health, said = trained(small(), SGD(1e-7), epochs=3, validation_split=0, before=before)
    assert said == ["health.hardly", "health.guessing"] and health.verdicts[0] == ()
    fields = health.verdicts[1][1].fields
    assert fields["chance"] == pytest.approx(math.log(10)) and fields["loss"] >= fields["chance"]


def test_gradients_that_vanish() -> None:
    layers = [Flatten(), *(Dense(24, "sigmoid") for _ in range(9)), Dense(10, "softmax")]
    health, said = trained(layers, Adam(), epochs=1)
    assert said == ["health.vanishing"]
    assert health.verdicts[0][0].layer == "dense1" and health.gradients[0, 0] < 1e-5 * health.gradients[0].max()


def test_a_step_that_is_wild() -> None:
    y = np.eye(10)[DIGITS.y[:40]]
    health, said = trained([Flatten(), Dense(10)], SGD(1e2), epochs=1, loss="mse", x=DIGITS.x[:40], y=y)
    assert "health.wild" in said and health.ratios[0, 0] > 1


@on_both
def test_an_output_that_no_loss_shows(engine: str) -> None:
    """-infinity is 0 behind a ReLU."""
    layers = [Conv2D(2, 3), Activation("relu"), Flatten(), Dense(10, "softmax")]

    def before(model: Sequential) -> None:
        model.weights["conv1/kernel"][..., 0] = -3e38

    with pytest.raises(TrainingError) as caught:
        trained(layers, SGD(1e-3), engine=engine, before=before, batch_size=16, x=DIGITS.x[:64], y=DIGITS.y[:64])
    error, autopsy = caught.value, caught.value.fields["autopsy"]
    assert (error.code, autopsy.layer, autopsy.operation) == (  # type: ignore[attr-defined]
        "training.activation_not_finite",
        "conv1",
        "convolution",
    )


@pytest.mark.parametrize(
    ("accuracy", "pictures", "share", "told"),
    [(0.10, 300, 0.12, False), (0.16, 300, 0.12, False), (0.17, 300, 0.12, True), (1.0, 30, 0.5, True)],
)
def test_what_luck_explains(accuracy: float, pictures: int, share: float, told: bool) -> None:
    """300 * 0.12 = 36, and 2.326 * sqrt(36 * 0.88) = 13.1: up to 49 of 300 are luck, which is 16.3 %."""
    assert told_from_guessing(accuracy, pictures, share) == told


def test_the_loss_of_guessing() -> None:
    graph = Sequential([Input((3,)), Dense(7)]).graph
    assert chance_loss(SparseCategoricalCrossentropy(), graph) == pytest.approx(math.log(7))
    assert chance_loss(BinaryCrossentropy(), graph) == pytest.approx(math.log(2))
    assert chance_loss(MeanSquaredError(), graph) is None


def test_what_is_worth_saying_again() -> None:
    dead, faded = (Verdict(code, {}, "conv1", 0.6) for code in ("health.dead", "health.vanishing"))
    assert not materially_worse(dead._replace(size=0.7), dead) and materially_worse(dead._replace(size=0.8), dead)
    assert not materially_worse(faded._replace(size=5), faded) and materially_worse(faded._replace(size=7), faded)


def test_the_words_in_both_languages() -> None:
    shown: list[str] = []
    for language in ("en", "ko"):
        speak(language)
        shown.append(str(Notice("health.dead", layer="conv2", percent=61.2)))
    speak(None)
    assert shown[0].startswith("conv2: 61 % of its units never fire") and shown[1].startswith("conv2: ")
    assert "61 %" in shown[1]
