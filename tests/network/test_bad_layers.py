"""What a layer, a join and a network refuse: one row a mistake, with the code of its sentence."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from striate import Model, Sequential
from striate.errors import StriateError
from striate.layers import (
    Activation,
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    CustomLayer,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Input,
    LayerNormalization,
    ReLU,
    Softmax,
    ZeroPadding2D,
    custom,
)
from striate.messages import speak
from striate.network.description import from_document


@custom
class Halfway(CustomLayer):
    """Without forward and backward."""


def maps(channels: int = 4) -> Any:
    return Input((6, 5, channels))


SETTINGS: dict[str, list[tuple[Callable[[], object], str]]] = {
    "groups": [(lambda bad=bad: Conv2D(4, 3, groups=bad), "setting.positive") for bad in (0, -1, 1.5, "2", True, None)],
    "dilation": [
        (lambda bad=bad, kind=kind: kind(4, 3, dilation_rate=bad), "setting.positive_pair")
        for kind in (Conv2D, lambda f, k, **more: DepthwiseConv2D(k, **more))
        for bad in (0, (1, 0), (1, 2, 3), 1.5, "2", None)
    ],
    "multiplier": [
        (lambda bad=bad: DepthwiseConv2D(3, depth_multiplier=bad), "setting.positive") for bad in (0, -2, 0.5, None)
    ],
    "depthwise kernel": [(lambda bad=bad: DepthwiseConv2D(bad), "setting.positive_pair") for bad in (0, (3,), "3")],
    "keepdims": [
        (lambda bad=bad, kind=kind: kind(keepdims=bad), "setting.flag")
        for kind in (GlobalAveragePooling2D, GlobalMaxPooling2D)
        for bad in (0, 1, "no", None)
    ],
    "zero padding": [(lambda bad=bad: ZeroPadding2D(bad), "setting.border") for bad in ("same", "valid")]
    + [(lambda bad=bad: ZeroPadding2D(bad), "setting.padding") for bad in (-1, (1, -1), 1.5, ((1, 2),), None)],
    "momentum": [(lambda bad=bad: BatchNormalization(momentum=bad), "setting.share") for bad in (-0.1, 1, "0.9", None)],
    "epsilon": [
        (lambda bad=bad, kind=kind: kind(epsilon=bad), "setting.positive_real")
        for kind in (BatchNormalization, LayerNormalization)
        for bad in (0, -1e-3, float("nan"), float("inf"), "small", True)
    ],
    "center and scale": [
        (lambda kind=kind, name=name: kind(**{name: 1}), "setting.flag")
        for kind in (BatchNormalization, LayerNormalization)
        for name in ("center", "scale")
    ],
    "axis": [(lambda bad=bad: Concatenate(axis=bad), "setting.axis") for bad in (0, -2, 4, 1.0, "1", None, True)],
    "relu": [(lambda bad=bad: ReLU(max_value=bad), "setting.positive_real") for bad in (0, -1, "6", float("inf"))]
    + [(lambda bad=bad: ReLU(negative_slope=bad), "setting.not_negative") for bad in (-0.1, None, float("nan"))]
    + [(lambda bad=bad: ReLU(threshold=bad), "setting.not_negative") for bad in (-1, None, "0")],
    "names": [
        (lambda: Activation("gelu"), "name.unknown_did_you_mean"),
        (lambda: Softmax(axis=1), "keyword.unknown"),
        (lambda: Add(2), "setting.too_many"),
        (lambda: BatchNormalization(momentun=0.9), "keyword.unknown_did_you_mean"),
    ],
}

WIRES: dict[str, tuple[Callable[[], object], str]] = {
    "groups that do not divide the channels": (lambda: Conv2D(6, 3, groups=3)(maps(4)), "size.groups"),
    "groups that do not divide the filters": (lambda: Conv2D(6, 3, groups=4)(maps(4)), "size.groups"),
    "a dilated kernel that does not fit": (lambda: Conv2D(2, 3, dilation_rate=3)(maps()), "size.kernel_too_large"),
    "a depthwise kernel that does not fit": (lambda: DepthwiseConv2D(6)(maps()), "size.kernel_too_large"),
    "depthwise on vectors": (lambda: DepthwiseConv2D(1)(Input((4,))), "size.needs_maps"),
    "padding of vectors": (lambda: ZeroPadding2D()(Input((4,))), "size.needs_maps"),
    "global pooling of vectors": (lambda: GlobalAveragePooling2D()(Input((4,))), "size.needs_maps"),
    "a sum of unlike shapes": (lambda: _joined(Add(), Conv2D(4, 3)), "size.add"),
    "a sum of maps and vectors": (lambda: _joined(Add(), Flatten()), "size.add"),
    "a join of unlike sizes": (lambda: _joined(Concatenate(), Conv2D(4, 3)), "size.concatenate"),
    "a join of rows of unlike channels": (lambda: _joined(Concatenate(1), Conv2D(3, 1)), "size.concatenate"),
    "a join of maps and vectors": (lambda: _joined(Concatenate(), Flatten()), "size.concatenate"),
    "an axis that vectors have not": (lambda: _twice(Concatenate(2), Input((3,))), "size.no_axis"),
    "a sum of one": (lambda: Add()([maps()]), "graph.joins"),
    "a sum of no list": (lambda: Add()(maps()), "graph.joins"),
    "two inputs of a layer that takes one": (lambda: _twice(Dense(2), Input((3,))), "graph.one_at_a_time"),
    "two inputs of a normalisation": (lambda: _twice(BatchNormalization(), maps()), "graph.one_at_a_time"),
    "symbols among arrays": (lambda: Add()([maps(), np.zeros((1, 6, 5, 4))]), "graph.mixed_inputs"),
    "symbols among texts": (lambda: Concatenate()([maps(), "x"]), "graph.mixed_inputs"),
    "two Inputs": (lambda: Model(*_two_inputs()), "graph.one_input"),
    "another model's input": (lambda: Model(maps(), Flatten()(maps())), "graph.other_input"),
    "a join in a chain": (lambda: Sequential([Input((3,)), Add()]), "graph.joins"),
    "a cycle": (lambda: from_document(_cycle()), "description.unknown_input"),
    "weights of another model": (lambda: _model(3).set_weights(_model(4).get_weights()), "weights.do_not_fit"),
    "a norm shared by unlike channels": (lambda: _shared(BatchNormalization()), "size.shared_layer"),
    "a user's layer without forward": (
        lambda: Sequential([Input((3,)), Halfway()]).predict(np.ones((1, 3))),
        "layer.no_forward",
    ),
}


def _twice(layer: Any, x: Any) -> object:
    return layer([x, x])


def _joined(join: Any, other: Any) -> object:
    x = maps()
    return join([x, other(x)])


def _two_inputs() -> tuple[Any, Any]:
    x = Input((3,))
    return x, Add()([x, Input((3,))])


def _cycle() -> object:
    x = {"name": "x", "layer": "InputLayer", "settings": {"shape": [3]}, "inputs": []}
    return [x, {"name": "a", "layer": "Add", "settings": {}, "inputs": ["x", "b"]}, {**x, "name": "b", "inputs": ["a"]}]


def _model(filters: int) -> Any:
    x = maps()
    return Model(x, BatchNormalization()(Conv2D(filters, 1)(x)))


def _shared(layer: Any) -> object:
    x = maps()
    return Model(x, Concatenate()([layer(x), layer(Conv2D(3, 1)(x))]))


def refused(build: Callable[[], object], code: str) -> None:
    with pytest.raises(StriateError) as caught:
        build()
    assert caught.value.code == code
    for language in ("en", "ko"):
        speak(language)
        text = str(caught.value)
        speak("en")
        assert code not in text and 10 < len(text) < 500


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_that_cannot_be(name: str) -> None:
    for build, code in SETTINGS[name]:
        refused(build, code)


@pytest.mark.parametrize("name", WIRES)
def test_wirings_that_cannot_be(name: str) -> None:
    refused(*WIRES[name])
