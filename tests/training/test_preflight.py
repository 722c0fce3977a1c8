"""What is seen before a training: each beginner's mistake is named, correct set-ups pass without a word."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from striate.data.batches import ArrayBatches
from striate.engines.select import engine
from striate.errors import DataError, SettingError
from striate.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    CustomLayer,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    ReLU,
    Softmax,
    custom,
)
from striate.losses import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy
from striate.model import Model
from striate.network.graph import Input
from striate.network.losses import loss_named
from striate.network.optimizers import RULES, Adam, rule_named
from striate.network.schedules import CosineDecay, OneCycle
from striate.presets import models as presets
from striate.presets.read import PRESETS
from striate.sequential import Sequential
from striate.training.feeding import batches_for
from striate.training.plan import Plan
from striate.training.preflight.by_heart import STEPS
from striate.training.preflight.check import Setup, preflight
from striate.training.preflight.findings import Finding

Array = NDArray[Any]
CLASSES, SIDE, PICTURES = 4, 12, 64
LABELS = np.arange(PICTURES) % CLASSES
SECONDS = 30.0  # enough for every step of learning by heart on a busy machine


def drawn(labels: Array, seed: int = 0, channels: int = 1, side: int = SIDE) -> Array:
    """Pictures from 0 to 1 that show their class, with noise of their own."""
    shapes = np.random.default_rng(7).random((CLASSES, side, side, channels))
    noise = np.random.default_rng(seed).random((len(labels), side, side, channels))
    return (0.7 * shapes[labels % CLASSES] + 0.3 * noise).astype(np.float32)


PICTURED = drawn(LABELS)


def convolutional(*last: Layer, first: tuple[Layer, ...] = (), **kwargs: Any) -> Model:
    """A small network, by default with four answers."""
    layers = [*first, Conv2D(8, 3, activation="relu", **kwargs), MaxPooling2D(2), Flatten(), Dense(16, "relu")]
    model = Sequential([*layers, *(last or (Dense(CLASSES, "softmax"),))])
    model.build((SIDE, SIDE, 1))
    return model


@dataclass
class Case:
    """A training that has not begun: small pictures of four classes, unless it says otherwise."""

    model: Model = field(default_factory=convolutional)
    x: Array = field(default_factory=lambda: PICTURED)
    y: Any = field(default_factory=lambda: LABELS)
    loss: Any = "sparse_categorical_crossentropy"
    optimizer: Any = "adam"
    batch_size: Any = 16
    epochs: int = 10
    shuffle: bool = True
    held_out: tuple[Array, Any] | None = None

    def setup(self) -> Setup:
        plan = Plan(
            rule_named(self.optimizer),
            loss_named(self.loss),
            epochs=self.epochs,
            batch_size=self.batch_size,
            shuffle=self.shuffle,
            threads=1,
        )
        model = self.model
        return Setup(engine(), model.graph, model.theta, model.state, plan, model._spans(), model._frozen)

    def batches(self, x: Array, y: Any) -> ArrayBatches:
        data = batches_for("fit", self.model.graph, loss_named(self.loss), x, y)[1]
        assert isinstance(data, ArrayBatches)
        return data

    def findings(self, seconds: float = SECONDS) -> list[Finding]:
        held_out = self.batches(*self.held_out) if self.held_out else None
        return preflight(self.setup(), self.batches(self.x, self.y), held_out, seconds=seconds)


def frozen() -> Model:
    model = convolutional()
    model.freeze()
    return model


def with_weights(change: Callable[[str, Array], None]) -> Model:
    model = convolutional()
    for name, weight in model.weights.items():
        change(name, weight)
    return model


def dying(name: str, weight: Array) -> None:
    if name == "conv1/bias":
        weight[...] = -10


def enormous(name: str, weight: Array) -> None:
    if name == "dense1/bias":
        weight[3] = 500


def zero(name: str, weight: Array) -> None:
    weight[...] = 0


def alike(name: str, weight: Array) -> None:
    if name == "dense1/kernel":
        weight[...] = 0.01


def first_channels() -> Model:
    model = Sequential([Conv2D(4, 2, padding="same", activation="relu"), Flatten(), Dense(CLASSES, "softmax")])
    model.build((1, SIDE, SIDE))
    return model


def normalised() -> Model:
    return convolutional(BatchNormalization(), Dense(CLASSES, "softmax"))


def linear() -> Model:
    model = Sequential([Flatten(), Dense(16), Dense(CLASSES, "softmax")])
    model.build((SIDE, SIDE, 1))
    return model


ONE_HOT = np.eye(CLASSES)[LABELS]
SEVERAL = np.maximum(ONE_HOT, np.roll(ONE_HOT, 1, axis=1))
NUMBERS = 3 * PICTURED.mean(axis=(1, 2, 3)) + LABELS
SORTED = np.argsort(LABELS, kind="stable")
NEW = drawn(LABELS, seed=1)

MISTAKES = {
    "softmax twice": (Case(convolutional(Dense(CLASSES, "softmax"), Softmax())), "softmax_twice"),
    "softmax in the loss, too": (Case(loss=SparseCategoricalCrossentropy(from_logits=True)), "softmax_in_loss"),
    "bytes that nobody scaled": (Case(x=np.round(255 * PICTURED)), "unscaled"),
    "no softmax": (Case(convolutional(Dense(CLASSES))), "no_probabilities"),
    "a sigmoid for classes": (Case(convolutional(Dense(CLASSES, "sigmoid"))), "no_probabilities"),
    "a relu in the last layer": (Case(convolutional(Dense(CLASSES, "relu"))), "no_probabilities"),
    "a relu before the softmax": (
        Case(convolutional(Dense(CLASSES, "relu"), Activation("softmax"))),
        "squashed",
    ),
    "a relu before the loss's softmax": (
        Case(convolutional(Dense(CLASSES, "relu")), loss=SparseCategoricalCrossentropy(from_logits=True)),
        "logits_squashed",
    ),
    "no sigmoid": (Case(convolutional(Dense(1)), y=LABELS % 2, loss="binary_crossentropy"), "no_shares"),
    "a sigmoid and another in the loss": (
        Case(convolutional(Dense(1, "sigmoid")), y=LABELS % 2, loss=BinaryCrossentropy(from_logits=True)),
        "logits_squashed",
    ),
    "one output with softmax": (
        Case(convolutional(Dense(1, "softmax")), y=LABELS % 2, loss="binary_crossentropy"),
        "softmax_of_one",
    ),
    "softmax judged output by output": (Case(y=ONE_HOT, loss="binary_crossentropy"), "softmax_in_binary"),
    "several classes with softmax": (Case(y=SEVERAL, loss="categorical_crossentropy"), "shares"),
    "constant pictures": (Case(x=np.full_like(PICTURED, 0.5)), "constant"),
    "one picture many times": (Case(x=np.repeat(PICTURED[:1], PICTURES, axis=0)), "same_pictures"),
    "pictures scaled twice": (Case(x=PICTURED / 255), "scaled_twice"),
    "dead units": (Case(with_weights(dying)), "dead_units"),
    "weights of zero": (Case(with_weights(zero)), "zero_weights"),
    "units all alike": (Case(with_weights(alike)), "weights_alike"),
    "a huge bias": (Case(with_weights(enormous)), "huge_bias"),
    "a rate ten thousand times too large": (Case(optimizer=Adam(10)), "rate_large"),
    "a rate ten thousand times too small": (Case(optimizer=Adam(1e-7)), "rate_small"),
    "Keras's rate for Adadelta": (Case(optimizer="adadelta"), "rate_small"),
    "labels from 1": (Case(convolutional(Dense(5, "softmax")), y=LABELS + 1), "labels_from_one"),
    "one class": (Case(y=np.full(PICTURES, 2)), "one_class"),
    "one answer": (
        Case(convolutional(Dense(1, "sigmoid")), y=np.ones(PICTURES), loss="binary_crossentropy"),
        "targets_alike",
    ),
    "everything frozen": (Case(frozen()), "all_frozen"),
    "dropout of 0.99": (Case(convolutional(Dropout(0.99), Dense(CLASSES, "softmax"))), "dropout"),
    "batches of one": (Case(normalised(), batch_size=1), "norm_of_one"),
    "channels first": (Case(first_channels(), x=PICTURED.transpose(0, 3, 1, 2)), "channels_first"),
    "no activation": (Case(linear()), "all_linear"),
    "unshuffled classes": (Case(x=PICTURED[SORTED], y=LABELS[SORTED], shuffle=False), "unshuffled"),
    "validation scaled otherwise": (Case(held_out=(255 * NEW, LABELS)), "validation_scale"),
    "validation on the same": (Case(held_out=(PICTURED[::2].copy(), LABELS[::2])), "validation_seen"),
    "classes held out alone": (
        Case(x=PICTURED[LABELS < 3], y=LABELS[LABELS < 3], held_out=(NEW, LABELS)),
        "validation_classes",
    ),
    "numbers out of reach": (Case(convolutional(Dense(1, "sigmoid")), y=5 * NUMBERS, loss="mse"), "out_of_reach"),
    "numbers nobody scaled": (Case(convolutional(Dense(1)), y=1e5 * NUMBERS, loss="mse"), "large_targets"),
    "weights that learned other labels": (Case(), "first_loss"),
}


@cache
def learned() -> Array:
    model = convolutional()
    model.compile(Adam(0.01), "sparse_categorical_crossentropy", threads=1)
    model.fit(drawn(LABELS, seed=2), LABELS, epochs=20, verbose=0)
    return model.theta


def trained() -> Model:
    """Weights that know the classes."""
    model = convolutional()
    model.theta[...] = learned()
    return model


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named(name: str) -> None:
    case, code = MISTAKES[name]
    if name == "weights that learned other labels":
        case = Case(trained(), y=(LABELS + 1) % CLASSES)
    assert [finding.code for finding in case.findings()] == [f"preflight.{code}"]
    for finding in case.findings():
        assert str(finding).endswith((".", "?"))


def residual() -> Model:
    inputs = Input((SIDE, SIDE, 1))
    x = ReLU()(BatchNormalization()(Conv2D(8, 3, padding="same", use_bias=False)(inputs)))
    y = BatchNormalization()(Conv2D(8, 3, padding="same", use_bias=False)(x))
    return Model(inputs, Dense(CLASSES, "softmax")(GlobalAveragePooling2D()(ReLU()(Add()([x, y])))))


def logistic() -> Model:
    model = Sequential([Flatten(), Dense(CLASSES, "softmax", kernel_initializer="zeros")])
    model.build((SIDE, SIDE, 1))
    return model


def with_new_head() -> Model:
    model = trained()
    model.freeze("conv1")
    weight = model.weights["dense2/kernel"]
    weight[...] = np.random.default_rng(3).normal(size=weight.shape) / 4
    return model


def tanh_net() -> Model:
    model = Sequential(
        [Conv2D(6, 3, activation="tanh"), AveragePooling2D(), Flatten(), Dense(20, "tanh"), Dense(CLASSES, "softmax")]
    )
    model.build((SIDE, SIDE, 1))
    return model


def any_scale() -> Model:
    return convolutional(first=(BatchNormalization(),))


UNEVEN = np.where(np.arange(PICTURES) < 58, 0, LABELS)

CORRECT: dict[str, Callable[[], Case]] = {
    "the usual": Case,
    "one-hot labels": lambda: Case(y=ONE_HOT, loss="categorical_crossentropy"),
    "one-hot labels with the sparse loss": lambda: Case(y=ONE_HOT),
    "class numbers with the dense loss": lambda: Case(loss="categorical_crossentropy"),
    "smoothed labels": lambda: Case(loss=CategoricalCrossentropy(label_smoothing=0.1)),
    "answers before softmax": lambda: Case(
        convolutional(Dense(CLASSES)), loss=SparseCategoricalCrossentropy(from_logits=True)
    ),
    "softmax as a layer": lambda: Case(convolutional(Dense(CLASSES), Softmax())),
    "two classes": lambda: Case(convolutional(Dense(1, "sigmoid")), y=LABELS % 2, loss="binary_crossentropy"),
    "two classes before the sigmoid": lambda: Case(
        convolutional(Dense(1)), y=LABELS % 2, loss=BinaryCrossentropy(from_logits=True)
    ),
    "several classes a picture": lambda: Case(
        convolutional(Dense(CLASSES, "sigmoid")), y=SEVERAL, loss="binary_crossentropy"
    ),
    "numbers": lambda: Case(convolutional(Dense(1)), y=NUMBERS, loss="mse"),
    "numbers around 40": lambda: Case(convolutional(Dense(1)), y=20 + 10 * NUMBERS, loss="mse"),
    "squares of probabilities": lambda: Case(y=ONE_HOT, loss="mse"),
    "pictures around 0": lambda: Case(x=(PICTURED - PICTURED.mean()) / PICTURED.std()),
    "bytes that are normalised": lambda: Case(any_scale(), x=255 * PICTURED),
    "softmax regression from zero": lambda: Case(logistic(), optimizer=rule_named("sgd")),
    "a residual network": lambda: Case(residual()),
    "tanh": lambda: Case(tanh_net()),
    "dropout of a half": lambda: Case(convolutional(Dropout(0.5), Dense(CLASSES, "softmax"))),
    "classes of uneven size": lambda: Case(y=UNEVEN),
    "weights that know it": lambda: Case(trained(), epochs=1, optimizer=Adam(1e-5)),
    "a new last layer": lambda: Case(with_new_head()),
    "pictures held out": lambda: Case(held_out=(NEW, LABELS)),
    "the whole at once": lambda: Case(batch_size="all"),
    "one picture": lambda: Case(x=PICTURED[:1], y=LABELS[:1]),
    "one picture a step": lambda: Case(batch_size=1),
    "a rate that rises first": lambda: Case(optimizer=Adam(CosineDecay(0.0, 40, warmup_target=0.01, warmup_steps=10))),
    "one cycle": lambda: Case(optimizer=Adam(OneCycle(0.01, 40))),
    **{rule: lambda rule=rule: Case(optimizer=rule_named(rule), epochs=100) for rule in RULES if rule != "adadelta"},
    "Adadelta as in the paper": lambda: Case(optimizer=RULES["adadelta"](1.0)),
}


@pytest.mark.parametrize("name", CORRECT)
def test_what_is_right_passes_without_a_word(name: str) -> None:
    assert list(map(str, CORRECT[name]().findings())) == []


@pytest.mark.parametrize("name", PRESETS)
def test_presets_pass_without_a_word(name: str) -> None:
    """At their smallest; at full size on real pictures: tests/nightly/forecast.py."""
    sides = {
        "resnet18": 32,
        "resnet34": 32,
        "mobilenetv2": 32,
        "photos": 48,
        "faces": 48,
        "cifar10": 32,
        "vgg-small": 16,
    }
    side, channels = sides.get(name, 8 if name == "digits" else 28), 3 if name in sides else 1
    width = {} if name not in sides else {"width": 0.125}
    model = getattr(presets, name.replace("-", "_"))(CLASSES, side, channels, **width)
    x = drawn(LABELS[:8], channels=channels, side=side)
    assert list(map(str, Case(model, x, LABELS[:8]).findings(seconds=0))) == []


# Mistakes that cannot begin: they are errors, which name the cause


def spoilt() -> Array:
    x = PICTURED.copy()
    x[5, 3, 3] = np.nan
    return x


IMPOSSIBLE: dict[str, tuple[Callable[[], Case], str]] = {
    "NaN in a picture": (lambda: Case(x=spoilt()), "data.not_finite"),
    "NaN in a target": (
        lambda: Case(convolutional(Dense(1)), y=np.where(LABELS == 1, np.nan, 0), loss="mse"),
        "data.target_not_finite",
    ),
    "labels from 1 to K": (lambda: Case(y=LABELS + 1), "data.labels_from_one"),
    "a label out of range": (lambda: Case(y=np.where(LABELS == 2, 7, LABELS)), "data.label_out_of_range"),
    "one output for many classes": (lambda: Case(convolutional(Dense(1, "softmax"))), "data.one_output"),
    "class numbers for a binary loss": (
        lambda: Case(convolutional(Dense(1, "sigmoid")), y=LABELS, loss="binary_crossentropy"),
        "data.target_no_share",
    ),
    "channels first": (
        lambda: Case(residual_rgb(), x=drawn(LABELS, channels=3).transpose(0, 3, 1, 2)),
        "data.channels_first",
    ),
}


def residual_rgb() -> Model:
    model = Sequential([Flatten(), Dense(CLASSES, "softmax")])
    model.build((SIDE, SIDE, 3))
    return model


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_begin_is_refused_with_its_cause(name: str) -> None:
    make, code = IMPOSSIBLE[name]
    with pytest.raises(DataError) as caught:
        make().findings()
    assert caught.value.code == code


def test_one_hot_labels_and_class_numbers_mean_the_same_to_both_losses() -> None:
    losses: list[float] = []
    for loss in ("sparse_categorical_crossentropy", "categorical_crossentropy"):
        for y in (LABELS, ONE_HOT):
            model = convolutional()
            model.compile("adam", loss, threads=1)
            losses.append(model.judge(PICTURED, y)["loss"])
    assert len(set(losses)) == 1


# What it does not touch, and how long it takes


@custom
class Unwilling(CustomLayer):
    """Passes on what comes, and sends back nothing."""

    stem: ClassVar[str] = "unwilling"

    def forward(self, *arrays: Array) -> tuple[Array, Any]:
        return arrays[0], None

    def backward(self, dy: Array, saved: Any) -> tuple[Array, ...]:
        return (-dy,)


def test_what_cannot_be_learned_by_heart_is_said() -> None:
    model = convolutional(Unwilling(), Dense(CLASSES, "softmax"))
    weight = model.weights["dense2/kernel"]
    model.freeze("dense2")
    assert weight.any()
    (finding,) = Case(model).findings()
    assert finding.code == "preflight.not_by_heart"
    assert finding.fields["pictures"] == 32 and finding.fields["steps"] == STEPS


def test_learning_by_heart_ends_with_its_time_and_then_says_nothing() -> None:
    model = convolutional(Unwilling(), Dense(CLASSES, "softmax"))
    model.freeze("dense2")
    case, clock = Case(model), itertools.count()
    data = case.batches(case.x, case.y)
    assert preflight(case.setup(), data, seconds=5, clock=lambda: next(clock)) == []
    assert next(clock) < 10


@pytest.mark.parametrize("name", ["native", "reference"])
def test_a_training_has_the_same_bits_with_and_without(name: str) -> None:
    def fitted(*, looks: bool) -> str:
        model = convolutional(BatchNormalization(), Dropout(0.5), Dense(CLASSES, "softmax"))
        model.compile("adam", "sparse_categorical_crossentropy", engine=name, threads=1)
        case = Case(model)
        before = model.theta.tobytes(), model.state.tobytes()
        if looks:
            assert preflight(replace(case.setup(), engine=engine(name)), case.batches(case.x, case.y), seconds=5) == []
        assert (model.theta.tobytes(), model.state.tobytes()) == before
        model.fit(PICTURED, LABELS, epochs=2, verbose=0)
        return model.fingerprint

    assert fitted(looks=True) == fitted(looks=False)


def test_seconds_below_none() -> None:
    model = Sequential([Flatten(input_shape=(4, 4, 1)), Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    with pytest.raises(SettingError) as caught:
        model.preflight(np.ones((6, 4, 4, 1)), np.arange(6) % 3, seconds=-1)
    assert (caught.value.code, caught.value.fields["setting"]) == ("setting.not_negative", "seconds")
