"""Maps and kernels of any model: the right arrays, the right figure, refusals that say what there is."""

import pickle
from collections.abc import Callable

import numpy as np
import pytest
from cases import CASES
from drawing import drawn_texts, page
from tracing import model_of

from striate.errors import SettingError, StateError, UnknownNameError
from striate.feature_maps import FeatureMaps
from striate.figures import maps as drawing_maps
from striate.inspection import kernels, maps
from striate.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalMaxPooling2D,
    Input,
    MaxPooling2D,
    ZeroPadding2D,
)
from striate.sequential import Sequential


@pytest.fixture
def model() -> Sequential:
    layers = [MaxPooling2D(1), Conv2D(5, 3, name="c"), Conv2D(40, 1), DepthwiseConv2D(2), Flatten(), Dropout(0.5)]
    made = Sequential([Input((6, 5, 3)), *layers, Dense(2, "softmax")])
    made.class_names = ["개", "고양이"]
    return made


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((6, 5, 3)).astype(np.float32)


def test_the_maps_of_a_picture(model: Sequential, x: np.ndarray) -> None:
    (first,) = maps(model, x)
    assert (first.layer, first.are_maps) == ("c", True)
    np.testing.assert_array_equal(first.values, model.feature_maps(x[np.newaxis], "c")[0])
    assert [each.layer for each in maps(model, x, "all")] == [node.name for node in model.graph.nodes]
    last, pool = maps(model, x, ["dense1", "pool1"], scale="own")
    assert (last.are_maps, last.names, pool.names) == (False, ("개", "고양이"), ())
    assert {"dense1", "picture"} <= set(drawn_texts(last.figure()))
    assert any("±" in text for text in drawn_texts(pool.figure()))


def test_maps_that_are_not_there(x: np.ndarray) -> None:
    model = Sequential([Flatten(input_shape=(6, 5, 3)), Dense(2)])
    with pytest.raises(StateError) as caught:
        maps(model, x)
    assert (caught.value.code, caught.value.fields["known"]) == (
        "look.no_convolution",
        ["input1", "flatten1", "dense1"],
    )
    with pytest.raises(UnknownNameError):
        maps(model, x, "conv1")


def test_the_kernels_of_every_kind_of_layer(model: Sequential) -> None:
    weights = model.weights
    first, flat, depthwise, dense = (kernels(model, name) for name in ("c", "conv1", "depthwise1", "dense1"))
    np.testing.assert_array_equal(first.values, weights["c/kernel"])
    assert not first.in_colour  # a pooling stands before it
    assert (flat.filters, flat.channels, flat.left_out) == (tuple(range(16)), tuple(range(5)), (24, 0))
    assert depthwise.values.shape == (2, 2, 1, 40)
    np.testing.assert_array_equal(depthwise.values[:, :, 0, 7], weights["depthwise1/kernel"][:, :, 7, 0])
    assert (depthwise.filters, dense.values.shape) == (tuple(range(40)), (3, 2, 40, 2))
    assert (kernels(model).layer, kernels(model).kind) == ("c", "Conv2D")
    for each in (first, flat, depthwise, dense):
        assert each.layer in drawn_texts(each.figure())
    chosen = kernels(model, "c", filters=[4, 2], channels=[1]).figure()
    for image, number in zip(page(chosen).images, [4, 2], strict=True):
        np.testing.assert_array_equal(image.get_array(), weights["c/kernel"][:, :, 1, number])


def test_kernels_that_see_a_picture_are_in_its_colours() -> None:
    seen = Sequential([Conv2D(200, 3, input_shape=(6, 5, 3)), Conv2D(3, 3, name="deeper"), Flatten()])
    found = kernels(seen)
    assert (found.in_colour, found.left_out) == (True, (72, 0))
    assert "128 of 200 filters." in drawn_texts(kernels(seen, filters=range(128)).figure())
    assert not kernels(seen, "deeper").in_colour
    behind = [ZeroPadding2D(1, input_shape=(6, 5, 3)), BatchNormalization(), Conv2D(2, 3), Flatten()]
    assert kernels(Sequential(behind)).in_colour  # each channel is still its own
    linear = kernels(Sequential([Flatten(input_shape=(6, 5, 3)), Dense(4)]), "dense1")
    assert (linear.in_colour, linear.values.shape) == (True, (6, 5, 3, 4))
    grey = kernels(Sequential([Flatten(input_shape=(6, 5, 1)), Dense(4)]), "dense1", filters=[3, 1])
    figure = grey.figure()
    assert drawn_texts(figure)[1:3] == ["3", "1"]
    for image, number in zip(page(figure).images, [3, 1], strict=True):
        np.testing.assert_array_equal(image.get_array(), grey.values[:, :, 0, number])


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda model: kernels(model, "pool1"), "kernels.none"),
        (lambda model: kernels(model, "c", filters=[0, 5]), "kernels.no_filter"),
        (lambda model: kernels(model, "c", channels=[-1]), "kernels.no_channel"),
        (
            lambda model: kernels(Sequential([Activation("relu", input_shape=(2, 2, 1))]), "input1"),
            "kernels.none_anywhere",
        ),
    ],
)
def test_kernels_that_are_not_there(model: Sequential, ask: Callable[[Sequential], object], code: str) -> None:
    with pytest.raises((StateError, SettingError)) as caught:
        ask(model)
    assert caught.value.code == code


def test_every_network_can_be_looked_at(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures themselves take long; what they are asked for is looked at."""
    monkeypatch.setattr(drawing_maps, "map_sheet", lambda values, **_: values.ndim == 3)
    monkeypatch.setattr(drawing_maps, "vector_figure", lambda values, **_: values.ndim == 1)
    for case in CASES:
        if len(case.shape) != 3:
            continue
        model = model_of(case.graph, rng, "reference")
        found = maps(model, rng.standard_normal(case.shape).astype(np.float32), "all")
        assert all(each.figure() for each in found) and len(found) == len(case.graph.nodes)
        for name in {span.layer for span in case.graph.theta.spans if span.name.endswith("/kernel")}:
            values = kernels(model, name).values
            assert values.size == model.weights[f"{name}/kernel"].size


# What feature_maps answers with


def test_feature_maps_are_the_array_they_were(model: Sequential, x: np.ndarray) -> None:
    found = model.feature_maps(x[np.newaxis], "c")
    assert isinstance(found, np.ndarray) and found.shape == (1, 4, 3, 5) and found.dtype == np.float32
    for plain in (found[0], found[0, :, :, 4], found + 1, np.abs(found), found.mean(axis=0), 2 * found - found):
        assert type(plain) is np.ndarray
    assert isinstance(found.max(), np.float32) and isinstance(found[0, 0, 0, 0], np.float32)
    np.testing.assert_array_equal(np.asarray(found), model.feature_maps_of(x[np.newaxis], ["c"])["c"])
    again = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(again, found)
    assert again._repr_png_() is None and found.reshape(4, 15)._repr_png_() is None


def test_feature_maps_show_themselves(model: Sequential, x: np.ndarray) -> None:
    two = np.stack([x, 2 * x])
    found = model.feature_maps(two, "c")
    assert drawn_texts(found.figure())[0] == "c" and "picture" in drawn_texts(found.figure(1, scale="own"))
    png = found._repr_png_()
    assert png is not None and png.startswith(b"\x89PNG")
    vector = Sequential([Conv2D(2, 3, input_shape=(6, 5, 4)), GlobalMaxPooling2D()])
    bars = vector.feature_maps(np.zeros((1, 6, 5, 4)), "pool1")
    assert isinstance(bars, FeatureMaps) and "picture" not in drawn_texts(bars.figure())


def test_feature_maps_on_a_screen(model: Sequential, x: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image, ImageShow

    seen: list[tuple[int, int]] = []

    class Viewer(ImageShow.Viewer):
        def show(self, image: Image.Image, **options: object) -> int:
            seen.append(image.size)
            return 1

    monkeypatch.setattr(ImageShow, "_viewers", [Viewer()])
    model.feature_maps(x[np.newaxis], "c").show()
    assert len(seen) == 1
