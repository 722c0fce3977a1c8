"""How descriptions take their arguments: Keras's names, one form, and an error with a code for everything else."""

import copy
import inspect
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from striate.errors import Notice, SettingError, StriateError, UnknownNameError
from striate.layers import (
    Activation,
    AveragePooling2D,
    AvgPool2D,
    Conv2D,
    Dense,
    Dropout,
    Layer,
    MaxPool2D,
    MaxPooling2D,
)
from striate.losses import BinaryCrossentropy, CategoricalCrossentropy
from striate.network.losses import loss_named
from striate.network.optimizers import rule_named
from striate.network.settings import config
from striate.optimizers import (
    NAG,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    CenteredMomentumRMSprop,
    CenteredRMSprop,
    GradientDescent,
    Momentum,
    MomentumRMSprop,
    Muon,
    Nadam,
    Nesterov,
    PlainRMSprop,
    RMSprop,
)


def test_numbers_become_pairs() -> None:
    layer = Conv2D(16, 3, 2, 1)
    assert (layer.kernel_size, layer.strides, layer.padding) == ((3, 3), (2, 2), ((1, 1), (1, 1)))


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        ("valid", "valid"),
        ("SAME", "same"),
        (0, ((0, 0), (0, 0))),
        ((1, 2), ((1, 1), (2, 2))),
        ([[0, 1], [2, 3]], ((0, 1), (2, 3))),
        ((1, (2, 3)), ((1, 1), (2, 3))),
        (np.int64(2), ((2, 2), (2, 2))),
    ],
)
def test_padding_in_all_its_forms(came: object, kept: object) -> None:
    assert Conv2D(1, 1, padding=came).padding == kept  # type: ignore[arg-type]


def test_defaults_are_those_of_keras() -> None:
    conv, dense = Conv2D(8, 3), Dense(4)
    assert (conv.strides, conv.padding, conv.activation, conv.use_bias) == ((1, 1), "valid", "linear", True)
    assert (conv.kernel_initializer, conv.bias_initializer) == ("glorot_uniform", "zeros")
    assert (dense.activation, dense.use_bias) == ("linear", True)
    assert (dense.kernel_initializer, dense.bias_initializer) == ("glorot_uniform", "zeros")
    assert (MaxPooling2D().pool_size, MaxPooling2D().strides, MaxPooling2D().padding) == ((2, 2), None, "valid")
    assert AveragePooling2D((3, 2)).steps == (3, 2)
    assert (SGD().learning_rate, Adam().learning_rate) == (0.01, 0.001)
    assert (Adam().beta_1, Adam().beta_2, Adam().epsilon) == (0.9, 0.999, 1e-7)


def test_aliases() -> None:
    assert MaxPool2D is MaxPooling2D
    assert AvgPool2D is AveragePooling2D


REFUSED: dict[str, tuple[Callable[[], object], str, str]] = {
    "zero filters": (lambda: Conv2D(0, 3), "setting.positive", "filters"),
    "half a filter": (lambda: Conv2D(1.5, 3), "setting.positive", "filters"),  # type: ignore[arg-type]
    "true filters": (lambda: Conv2D(True, 3), "setting.positive", "filters"),
    "kernel of three": (lambda: Conv2D(1, (3, 3, 3)), "setting.positive_pair", "kernel_size"),  # type: ignore[arg-type]
    "kernel of nothing": (lambda: Conv2D(1, 0), "setting.positive_pair", "kernel_size"),
    "stride 0": (lambda: MaxPooling2D(2, (1, 0)), "setting.positive_pair", "strides"),
    "padding below 0": (lambda: Conv2D(1, 1, padding=-1), "setting.padding", "padding"),
    "padding word": (lambda: Conv2D(1, 1, padding="full"), "setting.padding", "padding"),  # type: ignore[arg-type]
    "padding of three": (lambda: Conv2D(1, 1, padding=(1, 2, 3)), "setting.padding", "padding"),  # type: ignore[arg-type]
    "padding None": (lambda: Conv2D(1, 1, padding=None), "setting.padding", "padding"),  # type: ignore[arg-type]
    "use_bias 1": (lambda: Dense(1, use_bias=1), "setting.flag", "use_bias"),  # type: ignore[arg-type]
    "rate 1": (lambda: Dropout(1), "setting.share", "rate"),
    "rate below 0": (lambda: Dropout(-0.1), "setting.share", "rate"),
    "rate NaN": (lambda: Dropout(float("nan")), "setting.share", "rate"),
    "name with /": (lambda: Dense(1, name="a/b"), "setting.name", "name"),
    "name empty": (lambda: Dense(1, name=""), "setting.name", "name"),
    "name with a line break": (lambda: Dense(1, name="a\nb"), "setting.name", "name"),
    "shape with 0": (lambda: Dense(1, input_shape=(0,)), "setting.shape", "input_shape"),
    "open channels": (lambda: Dense(1, input_shape=(4, None)), "setting.shape", "input_shape"),
    "rate 0": (lambda: SGD(0), "setting.positive_real", "learning_rate"),
    "learning rate below 0": (lambda: Adam(-0.1), "setting.positive_real", "learning_rate"),
    "learning rate infinite": (lambda: Momentum(float("inf")), "setting.positive_real", "learning_rate"),
    "learning rate of 400 digits": (lambda: GradientDescent(10**400), "setting.positive_real", "learning_rate"),
    "learning rate as text": (lambda: NAG("0.1"), "setting.positive_real", "learning_rate"),  # type: ignore[arg-type]
    "momentum 1": (lambda: SGD(0.1, 1.0), "setting.share", "momentum"),
    "logits 'yes'": (lambda: BinaryCrossentropy(from_logits="yes"), "setting.flag", "from_logits"),  # type: ignore[arg-type]
    "nothing given": (lambda: Conv2D(3), "setting.missing", "kernel_size"),  # type: ignore[call-arg]
    "twice": (lambda: Dense(3, units=4), "setting.twice", "units"),  # type: ignore[misc]
    "twice by its old name": (lambda: Adam(0.1, learning_rate=0.2), "setting.twice", "learning_rate"),  # type: ignore[misc]
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_code_and_the_setting(name: str) -> None:
    make, code, setting = REFUSED[name]
    with pytest.raises(SettingError) as caught:
        make()
    assert (caught.value.code, caught.value.fields["setting"]) == (code, setting)


def test_epsilon_zero_is_refused() -> None:
    """Where a gradient is 0 it would make 0/0 of the step."""
    with pytest.raises(SettingError):
        Adam(epsilon=0)


def test_too_many_by_position() -> None:
    with pytest.raises(SettingError) as caught:
        Conv2D(1, 3, 1, "same", "relu")  # type: ignore[call-arg]
    assert caught.value.code == "setting.too_many"
    assert caught.value.fields["required"] == 4


@pytest.mark.parametrize(
    ("make", "close"),
    [
        (lambda: Conv2D(8, 3, stride=2), ["strides"]),
        (lambda: Conv2D(filter=8, kernel_size=3), ["filters"]),
        (lambda: Dense(3, activaton="relu"), ["activation"]),
        (lambda: Conv2D(8, kernal_size=3), ["kernel_size"]),
        (lambda: SGD(momentom=0.9), ["momentum"]),
    ],
)
def test_an_unknown_keyword_is_answered_with_the_nearest(make: Callable[[], object], close: list[str]) -> None:
    with pytest.raises(UnknownNameError) as caught:
        make()
    assert caught.value.code == "keyword.unknown_did_you_mean"
    assert caught.value.fields["close"][: len(close)] == close  # type: ignore[index]


def test_a_keyword_like_no_other() -> None:
    with pytest.raises(UnknownNameError) as caught:
        Dense(3, zzz=1)  # type: ignore[call-arg]
    assert caught.value.code == "keyword.unknown"


@pytest.mark.parametrize("keyword", ["self", "cls", "code", "args"])
def test_no_keyword_gets_around_the_check(keyword: str) -> None:
    with pytest.raises(UnknownNameError):
        Dense(3, **{keyword: 1})


@pytest.mark.parametrize(
    ("make", "close"),
    [
        (lambda: Activation("relo"), "relu"),
        (lambda: Dense(1, "Softmax"), "softmax"),
        (lambda: Dense(1, kernel_initializer="he_norml"), "he_normal"),
        (lambda: loss_named("categorical_cross_entropy"), "categorical_crossentropy"),
        (lambda: rule_named("adm"), "adam"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(make: Callable[[], object], close: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        make()
    assert caught.value.fields["close"][0] == close  # type: ignore[index]


@pytest.mark.parametrize("named", [loss_named, rule_named])
@pytest.mark.parametrize("came", [None, 5, [], {}, CategoricalCrossentropy, Dense(1)])
def test_what_is_no_name_at_all(named: Callable[[object], object], came: object) -> None:
    with pytest.raises(UnknownNameError):
        named(came)


def said(name: str, value: object) -> bool:
    """Whether a setting of a rule says something: it is no default of an average that is not taken."""
    return value is not None and name not in ("use_ema", "ema_momentum")


def test_sgd_chooses_its_rule() -> None:
    assert type(SGD(0.1)) is GradientDescent
    assert type(SGD(0.1, 0.9)) is Momentum
    assert type(SGD(learning_rate=0.1, momentum=0.8, nesterov=True)) is Nesterov
    given = {name: value for name, value in config(SGD(0.5, 0.8, True, clipnorm=2)).items() if said(name, value)}
    assert given == {"learning_rate": 0.5, "momentum": 0.8, "clipnorm": 2.0}


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({}, PlainRMSprop),
        ({"momentum": 0.5}, MomentumRMSprop),
        ({"centered": True}, CenteredRMSprop),
        ({"momentum": 0.5, "centered": True}, CenteredMomentumRMSprop),
    ],
)
def test_rmsprop_chooses_its_rule(settings: dict[str, object], kind: type) -> None:
    rule = RMSprop(0.1, 0.8, weight_decay=0.25, **settings)
    assert type(rule) is kind
    given = {name: value for name, value in config(rule).items() if said(name, value)}
    momentum = {"momentum": 0.5} if "momentum" in settings else {}
    assert given == {"learning_rate": 0.1, "rho": 0.8, "epsilon": 1e-7, "weight_decay": 0.25, **momentum}


def test_positions_are_those_of_keras() -> None:
    assert (AdamW(0.1, 0.2, 0.3).weight_decay, AdamW(0.1, 0.2, 0.3).beta_1) == (0.2, 0.3)
    assert (Adagrad(0.1, 0.2, 0.3).initial_accumulator_value, Adagrad(0.1, 0.2, 0.3).epsilon) == (0.2, 0.3)
    assert (Adadelta(0.1, 0.2, 0.3).rho, Nadam(0.1, 0.2, 0.3).beta_2) == (0.2, 0.3)
    with pytest.raises(SettingError):
        Adam(0.1, 0.2, 0.3, 0.4, 0.5)  # type: ignore[misc]


@pytest.mark.parametrize("name", ["sgd", "SGD", "adam", "Adam", "momentum", "nag", "rmsprop", "AdamW", "nadam"])
def test_rules_by_name(name: str) -> None:
    assert type(rule_named(name)).__name__.lower() == {
        "sgd": "gradientdescent",
        "rmsprop": "plainrmsprop",
    }.get(name.lower(), name.lower())


def test_rules_by_name_with_settings() -> None:
    rule = rule_named("SGD, momentum=0.5,nesterov=true")
    assert repr(rule) == repr(SGD(momentum=0.5, nesterov=True))
    assert repr(rule_named("muon,ns_steps=3,adam_lr_ratio=1e-1")) == repr(Muon(ns_steps=3, adam_lr_ratio=0.1))
    assert repr(rule_named("rmsprop,centered=true")) == repr(RMSprop(centered=True))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("adam,", "optimizer.text"),
        ("adam,beta_1", "optimizer.text"),
        ("adam,beta_1=much", "optimizer.text"),
        ("adam,beta_1=0.5,beta_1=0.6", "optimizer.text"),
        ("adam,beta_1=1", "setting.share"),
        ("muon,ns_steps=2.5", "setting.positive"),
    ],
)
def test_texts_that_are_no_rule(text: str, code: str) -> None:
    with pytest.raises(SettingError) as caught:
        rule_named(text)
    assert caught.value.code == code


def test_lr_is_taken_with_a_notice_that_points_at_the_users_line() -> None:
    for make in (lambda: SGD(lr=0.125), lambda: Adam(lr=0.125)):
        with pytest.warns(Notice) as caught:
            assert make().learning_rate == 0.125
        (notice,) = caught
        assert notice.message.code == "setting.old_name"  # type: ignore[union-attr]
        assert Path(notice.filename) == Path(__file__)
        assert notice.lineno == make.__code__.co_firstlineno


def test_nothing_private_is_shown() -> None:
    with pytest.warns(Notice) as notices:
        SGD(lr=0.1)
    with pytest.raises(SettingError) as caught:
        SGD(-1)
    assert {notices[0].message.fields["where"], caught.value.fields["where"]} == {"SGD"}  # type: ignore[union-attr]


@pytest.mark.parametrize("base", ["Layer", "Loss", "Rule", "Pooling2D"])
def test_what_others_build_on_is_nothing_by_itself(base: str) -> None:
    """No formula stands behind it; better refused at once than at the first step."""
    from striate.network import layers, losses, optimizers

    kind = next(getattr(module, base) for module in (layers, losses, optimizers) if hasattr(module, base))
    with pytest.raises(StriateError):
        kind()


def test_a_layer_is_frozen_and_compared_by_identity() -> None:
    layer = Conv2D(8, 3)
    with pytest.raises(AttributeError):
        layer.filters = 9  # type: ignore[misc]
    assert layer != Conv2D(8, 3)
    assert config(layer) == config(Conv2D(8, 3))


@pytest.mark.parametrize(
    ("layer", "shown"),
    [
        (Conv2D(16, 3, padding="same"), "Conv2D(16, (3, 3), padding='same')"),
        (MaxPooling2D(), "MaxPooling2D()"),
        (Dense(3, "relu", name="top"), "Dense(3, activation='relu', name='top')"),
        (Dropout(0.5), "Dropout(0.5)"),
    ],
)
def test_shown_with_what_is_not_default(layer: Layer, shown: str) -> None:
    assert repr(layer) == shown
    assert config(eval(shown)) == config(layer)


def test_a_layer_can_be_copied_and_pickled() -> None:
    layer = Conv2D(16, (3, 2), padding=((0, 1), (2, 3)), name="edge")
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert config(other) == config(layer)


def test_the_signature_is_the_fields() -> None:
    assert list(inspect.signature(Dense).parameters)[:3] == ["units", "activation", "use_bias"]
