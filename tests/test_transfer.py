"""Beginning with another model's weights: what fits, what does not and why, how it then learns."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from striate.errors import GraphError, SettingError, UnknownNameError
from striate.model import Model
from striate.network.graph import Graph, Input
from striate.network.layers import BatchNormalization, Conv2D, Dense, Flatten, GlobalAveragePooling2D
from striate.presets.read import is_model, recipe_table, wired
from striate.transfer import TAKEN_RATE, Start, first_layers


def net(classes: int = 3, shape: tuple[int, ...] = (8, 8, 1), *, filters: int = 4, seed: int = 0) -> Model:
    """Convolution, normalisation, dense; the last two of them of sizes that depend on the classes or the pictures."""
    x = pictures = Input(shape)
    x = BatchNormalization(name="norm")(Conv2D(filters, 3, name="first")(x))
    x = Dense(5, "relu", name="middle")(Flatten()(x))
    model = Model(pictures, Dense(classes, "softmax", name="last")(x), seed=seed)
    rng = np.random.default_rng(seed)
    model.set_weights([rng.standard_normal(weight.shape).astype(np.float32) for weight in model.get_weights()])
    return model


def same(one: Model, other: Model, layer: str) -> bool:
    names = [name for name in one.weights if name.startswith(layer + "/")]
    assert names
    return all(np.array_equal(one.weights[name], other.weights[name]) for name in names)


def test_a_twin_gets_everything_running_statistics_too() -> None:
    one, other = net(seed=1), net(seed=2)
    taken = one.take_weights(other)
    assert one.fingerprint == other.fingerprint
    assert taken.layers == ("first", "norm", "middle", "last") and taken.left == () and taken.unused == ()
    assert taken.count == one.count_params()
    one.theta[...] = 0  # of its own
    assert other.theta.any()


def test_other_classes_begin_the_last_layer_anew() -> None:
    one, other = net(4, seed=1), net(3, seed=2)
    before = one.weights["last/kernel"].copy()
    taken = one.take_weights(other)
    assert taken.layers == ("first", "norm", "middle")
    (left,) = taken.left
    assert left.told == (
        "start.left.shape",
        {"layer": "last", "weight": "kernel", "required": (5, 4), "came": (5, 3)},
    )
    assert same(one, other, "middle") and np.array_equal(one.weights["last/kernel"], before)


@pytest.mark.parametrize(
    ("own", "theirs", "code"),
    [
        (("a", "b", "c"), ("a", "b", "d"), "start.left.classes"),
        (("a", "b", "c"), ("c", "b", "a"), "start.left.classes"),
        (("a", "b", "c"), ("a", "b", "c"), None),
        (None, ("a", "b", "c"), None),
    ],
)
def test_as_many_classes_must_be_the_same_ones(own: Any, theirs: Any, code: str | None) -> None:
    one, other = net(seed=1), net(seed=2)
    one.class_names, other.class_names = own, theirs
    left = one.take_weights(other).left
    assert [each.code for each in left] == ([code] if code else [])


def test_a_layer_is_taken_whole_or_not_at_all() -> None:
    """A wider convolution: its bias, its normalisation and what reads them differ; the last layer is the same."""
    one, other = net(filters=6, seed=1), net(filters=4, seed=2)
    before = one.weights["middle/bias"].copy()
    taken = one.take_weights(other)
    assert taken.layers == ("last",)
    assert {each.layer: each.fields["weight"] for each in taken.left} == {
        "first": "kernel",
        "norm": "gamma",
        "middle": "kernel",
    }
    assert np.array_equal(one.weights["middle/bias"], before)  # though the bias alone would fit


def test_layers_of_other_names_and_kinds() -> None:
    x = pictures = Input((8, 8, 1))
    x = BatchNormalization(name="first")(Conv2D(4, 3, name="other")(x))
    other = Model(pictures, Dense(3, "softmax", name="last")(Dense(5, name="middle")(Flatten()(x))))
    taken = net().take_weights(other)
    assert taken.layers == ("middle", "last") and taken.unused == ("other",)
    assert {each.layer: each.code for each in taken.left} == {"first": "start.left.kind", "norm": "start.left.absent"}


def test_nothing_fits() -> None:
    x = pictures = Input((8, 8, 1))
    other = Model(pictures, Dense(2, "softmax", name="last")(GlobalAveragePooling2D()(x)))
    before = (one := net()).fingerprint
    with pytest.raises(GraphError) as caught:
        one.take_weights(other)
    assert caught.value.code == "start.nothing" and one.fingerprint == before
    assert [code for code, _ in caught.value.fields["left"]] == ["start.left.absent"] * 3 + ["start.left.shape"]  # type: ignore[misc]


def test_which_layers_to_freeze() -> None:
    model = net()
    assert first_layers(model, "2") == ["first", "norm"]
    assert first_layers(model, " norm, last") == ["norm", "last"]
    for wrong in ("0", "4", "first,norm,middle,last"):
        with pytest.raises(SettingError) as caught:
            first_layers(model, wrong)
        assert (caught.value.code, caught.value.fields["most"]) == ("start.freeze", 3)
    with pytest.raises(UnknownNameError) as unknown:
        first_layers(model, "frist")
    assert unknown.value.fields["close"] == ["first"]


def test_the_only_layer_cannot_be_frozen() -> None:
    model = Model(x := Input((2, 2, 1)), Dense(3)(Flatten()(x)))
    for freeze in ("1", "dense1"):
        with pytest.raises(SettingError) as caught:
            first_layers(model, freeze)
        assert (caught.value.code, caught.value.fields["layer"]) == ("start.freeze_only", "dense1")


def test_the_network_of_a_model_file_for_other_pictures_and_classes(tmp_path: Path) -> None:
    """Layers keep their names, and a layer that is used twice stays one layer."""
    x = pictures = Input((8, 8, 3))
    twice = Conv2D(3, 3, padding="same")
    x = GlobalAveragePooling2D()(twice(twice(x)))
    model = Model(pictures, Dense(3, "softmax")(x))
    model.about = {"recipe": {"epochs": 9, "batch_size": 64, "schedule": None, "seed": 3, "model": "?"}}
    file = str(tmp_path / "one.safetensors")
    model.save(file)
    assert is_model(file) and not is_model("one.toml")
    other = Model.of(Graph.to(wired(file, 7, (12, 10, 3))))
    assert (other.graph.input_shape, other.graph.output_shape) == ((12, 10, 3), (7,))
    assert [node.name for node in other.graph.nodes] == [node.name for node in model.graph.nodes]
    assert other.take_weights(model).layers == ("conv1",)
    assert recipe_table(file) == {"batch_size": 64}
    with pytest.raises(SettingError) as caught:
        wired(file, 7, (12, 10, 3), width=0.5)
    assert caught.value.code == "preset.no_width"


def test_what_was_taken_learns_at_a_tenth() -> None:
    """One step of gradient descent: the same gradient, a tenth of the way."""
    x, y = np.random.default_rng(0).random((6, 8, 8, 1), np.float32), np.arange(6) % 3
    moved: list[dict[str, Any]] = []
    for leads in (False, True):
        model = net(seed=1)
        first = {name: weight.copy() for name, weight in model.weights.items()}
        model.compile("sgd", "sparse_categorical_crossentropy", threads=1)
        if leads:
            Start("", net(seed=2).take_weights(net(4, seed=1))).lead(model)  # the last layer is new
        model.fit(x, y, batch_size=6, verbose=0)
        moved.append({name: weight - first[name] for name, weight in model.weights.items()})
    np.testing.assert_allclose(moved[1]["middle/kernel"], TAKEN_RATE * moved[0]["middle/kernel"], rtol=1e-2, atol=1e-6)
    np.testing.assert_array_equal(moved[1]["last/kernel"], moved[0]["last/kernel"])
    assert np.abs(moved[0]["middle/kernel"]).max() > 1e-4
