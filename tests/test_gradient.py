"""check_gradient, for those who write layers; and what a program says of layers that break their word."""

from typing import Any

import numpy as np
import pytest
from cases import Curve, Gate

import striate
from striate import CustomLayer, Model
from striate.errors import GraphError, ModelFileError
from striate.layers import BatchNormalization, Conv2D, Dense, Input, Weight
from striate.network.layers import LAYERS, Layer
from striate.network.settings import described


@described  # not `custom`: files do not know it
class Wrong(CustomLayer):
    """y = w x, with ways to be wrong."""

    wrong: str = ""

    def weights(self, *shapes: tuple[int, ...]) -> tuple[Weight, ...]:
        return (Weight("w", shapes[0], "ones"),)

    def forward(self, *arrays: Any) -> tuple[Any, Any]:
        x, w = arrays
        return (x * w)[:, : 1 if self.wrong == "output" else None], (x, w)

    def backward(self, dy: Any, saved: Any) -> tuple[Any, ...]:
        x, w = saved
        dx, dw = dy * w, (dy * x).sum(axis=0)
        return {
            "dx": (2 * dx, dw),
            "dw": (dx, dw + 1),
            "few": (dx,),
            "many": (dx, dw, dw),
            "shape": (dx, dw[:1]),
        }.get(self.wrong, (dx, dw))


@pytest.mark.parametrize(
    ("layer", "shapes"),
    [
        (Curve(), [(3, 4, 2)]),
        (Curve(power=3), [(5,)]),
        (Gate(), [(3, 2), (3, 2)]),
        (Wrong(), [(4,)]),
        (Conv2D(4, 3, groups=2), [(5, 4, 2)]),
        (BatchNormalization(), [(3, 4, 2)]),
    ],
)
def test_right_gradients_pass(layer: Layer, shapes: list[tuple[int, ...]]) -> None:
    striate.check_gradient(layer, *shapes)


@pytest.mark.parametrize(("wrong", "of"), [("dx", "input 1"), ("dw", "w")])
def test_wrong_gradients_are_named(wrong: str, of: str) -> None:
    with pytest.raises(GraphError) as caught:
        striate.check_gradient(Wrong(wrong=wrong), (4,))
    assert caught.value.code == "layer.wrong_gradient"
    assert (caught.value.fields["layer"], caught.value.fields["of"]) == ("Wrong", of)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [("output", "layer.other_output")] + [(wrong, "layer.other_gradients") for wrong in ("few", "many", "shape")],
)
def test_a_layer_that_breaks_its_word_is_told_in_training_too(wrong: str, code: str) -> None:
    x = Input((4,))
    model = Model(x, Dense(2)(Wrong(wrong=wrong)(x)))
    model.compile("sgd", "mse")
    with pytest.raises(GraphError) as caught:
        model.fit(np.ones((3, 4)), np.ones((3, 2)), verbose=0)
    assert caught.value.code == code
    with pytest.raises(GraphError) as checked:
        striate.check_gradient(Wrong(wrong=wrong), (4,))
    assert checked.value.code == code


def test_a_file_with_a_layer_that_nobody_defined(tmp_path: Any) -> None:
    x = Input((4,))
    Model(x, Wrong()(x)).save(tmp_path / "m.safetensors")
    with pytest.raises(ModelFileError) as caught:
        striate.models.load_model(tmp_path / "m.safetensors")
    assert getattr(caught.value.fields["reason"], "code", None) == "description.unknown_layer"
    LAYERS["Wrong"] = Wrong
    try:
        assert isinstance(striate.models.load_model(tmp_path / "m.safetensors").layers[0], Wrong)
    finally:
        del LAYERS["Wrong"]
