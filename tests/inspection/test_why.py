"""Attributions: by their axioms, by a network made to look at one quadrant, by Captum's values, over any network."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import CASES, Case, random_state, random_theta

from striate.confidence import Confidence
from striate.errors import SettingError, StateError, UnknownNameError
from striate.inspection.why.attribution import Attribution
from striate.inspection.why.baselines import baseline_of
from striate.inspection.why.class_scores import Scores
from striate.inspection.why.grad_cam import grad_cam, last_maps
from striate.inspection.why.integrated_gradients import integrated_gradients
from striate.inspection.why.occlusion import occlusion
from striate.inspection.why.saliency import saliency
from striate.layers import (
    Activation,
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    MaxPooling2D,
)
from striate.model import Model
from striate.network.graph import Graph
from striate.sequential import Sequential

METHODS = [grad_cam, saliency, integrated_gradients, occlusion]
EPSILON = float(np.finfo(np.float32).eps)


def drawn(graph: Graph, rng: np.random.Generator, engine: str | None = None) -> Model:
    theta, state = random_theta(graph, rng), random_state(graph, rng)
    model = Model.of(graph, theta=theta.astype(np.float32), state=state.astype(np.float32))
    model.use(engine=engine, threads=1)
    return model


# Axioms


@pytest.mark.parametrize("baseline", ["black", "mean", "blurred"])
def test_integrated_gradients_add_up(baseline: str, rng: np.random.Generator) -> None:
    """Completeness. The score is smooth along the path: Gauss and Legendre's sum of 32 is exact but for float32."""
    net = [Conv2D(4, 3, activation="tanh", input_shape=(7, 6, 3)), Flatten(), Dense(5, "tanh"), Dense(3, "softmax")]
    model, x = drawn(Sequential(net).graph, rng), rng.standard_normal((7, 6, 3)).astype(np.float32)
    found = integrated_gradients(model, x, ["0", "1", "2"], baseline=baseline, steps=32)
    before, after = Scores.of(model).given(np.stack([baseline_of(x, baseline), x]))
    for k, (each, values) in enumerate(zip(found.classes, found.values, strict=True)):
        assert each.index == k
        difference = float(after[k]) - float(before[k])
        assert found.differences[k] == pytest.approx(difference)
        assert values.sum() == pytest.approx(difference, abs=200 * EPSILON * np.abs(values).sum())
        assert found.gaps[k] == pytest.approx(values.sum() - difference)
        np.testing.assert_allclose(each.map, values.sum(axis=-1))


def test_kinks_take_more_steps(rng: np.random.Generator) -> None:
    """With ReLU the slope jumps: the gap shrinks with the steps, and who does not say how many gets a small one."""
    net = [Conv2D(8, 3, activation="relu", input_shape=(8, 8, 1)), Flatten(), Dense(6, "relu"), Dense(4, "softmax")]
    model, x = drawn(Sequential(net).graph, rng), rng.standard_normal((8, 8, 1)).astype(np.float32)
    rough, fine = (integrated_gradients(model, x, steps=steps) for steps in (2, 300))
    assert max(map(abs, fine.gaps)) < 0.1 * max(map(abs, rough.gaps))
    chosen = integrated_gradients(model, x)
    assert chosen.steps in (32, 64, 128, 256, 512)
    assert all(abs(gap) <= 0.01 * abs(d) for gap, d in zip(chosen.gaps, chosen.differences, strict=True))


def test_of_a_linear_network_all_is_known(rng: np.random.Generator) -> None:
    """S = w x + b: saliency is |w|, integrated gradients w (x - x0), what a covered pixel takes away the same."""
    model = drawn(Sequential([Flatten(input_shape=(4, 5, 2)), Dense(3)]).graph, rng)
    w, x = model.weights["dense1/kernel"].reshape(4, 5, 2, 3), rng.standard_normal((4, 5, 2)).astype(np.float32)
    seen, path = saliency(model, x, ["1"]), integrated_gradients(model, x, ["1"], baseline="mean", steps=1)
    covered = occlusion(model, x, ["1"], window=1, stride=1, fill="black")
    np.testing.assert_allclose(seen.classes[0].map, np.abs(w[..., 1]).max(axis=-1), rtol=1e-6)
    np.testing.assert_allclose(path.values[0], w[..., 1] * (x - x.mean(axis=(0, 1))), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(covered.classes[0].map, (w[..., 1] * x).sum(axis=-1), atol=1e-5)


def quadrant() -> Model:
    """A network made by hand: class "yes" is the brightness of the upper right quadrant of 8x8 pixels, "no" is 0.

    It finds its place by padding. conv1 passes the pixel on, and a map of ones. conv2, 9x9 with padding 4, passes the
    pixel on and looks at the ones four rows below, which are 0 in the lower half, for they are padding there; and four
    columns to the left. conv3 is relu(pixel + 2 upper + 2 right - 4): the pixel in that quadrant, else 0.
    """
    x = Input((8, 8, 1))
    y = Conv2D(2, 1, name="conv1")(x)
    y = Conv2D(3, 9, padding="same", use_bias=False, name="conv2")(y)
    y = GlobalAveragePooling2D()(Conv2D(1, 1, activation="relu", name="conv3")(y))
    model = Model(x, Dense(2, "softmax", name="answer")(y))
    model.theta[:] = 0
    weights = model.weights
    weights["conv1/kernel"][0, 0, 0] = [1, 0]
    weights["conv1/bias"][:] = [0, 1]
    weights["conv2/kernel"][4, 4, 0, 0] = 1
    weights["conv2/kernel"][8, 4, 1, 1] = 1
    weights["conv2/kernel"][4, 0, 1, 2] = 1
    weights["conv3/kernel"][0, 0, :, 0] = [1, 2, 2]
    weights["conv3/bias"][:] = -4
    weights["answer/kernel"][0] = [0, 16]
    model.class_names = ("no", "yes")
    return model


@pytest.mark.parametrize("engine", ["native", "reference"])
@pytest.mark.parametrize("method", METHODS)
def test_a_network_that_looks_at_one_quadrant(method: Any, engine: str, rng: np.random.Generator) -> None:
    """All light is in it, though the picture is bright everywhere."""
    model = quadrant()
    model.use(engine=engine)
    x = rng.uniform(0.4, 1, (8, 8, 1)).astype(np.float32)
    asked = {"window": 2, "stride": 2, "fill": "black"} if method is occlusion else {}
    found = method(model, x, ["yes"], **asked)
    assert found.classes[0].score == pytest.approx(16 / 64 * x[:4, 4:].sum(), rel=1e-5)
    light = np.abs(found.classes[0].map)
    assert light[:4, 4:].min() > 0
    light[:4, 4:] = 0
    np.testing.assert_allclose(light, 0, atol=64 * EPSILON)  # 4 - 4 is 0; the pixel is lost in it but for rounding
    assert found.classes[1].name == "no"
    assert found.classes[1].silent
    thirds = found.classes[0].thirds
    assert thirds.sum() == pytest.approx(1)
    assert thirds[:, 0].max() < 1e-5
    assert thirds[2].max() < 1e-5


# Captum


@pytest.fixture(scope="module")
def captum() -> dict[str, Any]:
    with np.load(Path(__file__).parents[1] / "parity" / "captum.npz") as stored:
        return dict(stored)


def captum_model(name: str, stored: dict[str, Any]) -> Model:
    x = Input((9, 8, 3))
    if name == "chain":
        y = MaxPooling2D()(Conv2D(6, 3, padding="same", activation="relu")(x))
        y = Flatten()(Conv2D(8, 3, activation="relu")(y))
    else:
        y = Conv2D(6, 3, strides=2, activation="relu")(x)
        y = GlobalAveragePooling2D()(Activation("relu")(Add()([Conv2D(6, 3, padding="same")(y), y])))
    model = Model(x, Dense(5, "softmax")(y))
    for weight, values in model.weights.items():
        values[...] = stored[f"{name}/given/{weight}"]
    return model


@pytest.mark.parametrize("name", ["chain", "residual"])
def test_captums_values(name: str, captum: dict[str, Any]) -> None:
    """Captum computed in float64, we in float32: some tens of roundings of sums of up to a few hundred products.

    The path's gradient jumps where a ReLU does, in either precision at the same step.
    """
    model, x = captum_model(name, captum), captum[f"{name}/given/picture"].astype(np.float32)
    settings = json.loads(str(captum["description"]))
    steps = settings["IntegratedGradients"]["n_steps"]
    window, stride = (tuple(settings["Occlusion"][key]) for key in ("window", "strides"))
    seen, cam = saliency(model, x), grad_cam(model, x)
    assert cam.layer == ("conv2" if name == "chain" else "activation1")
    black, mean = (integrated_gradients(model, x, baseline=kind, steps=steps) for kind in ("black", "mean"))
    covered = occlusion(model, x, window=window, stride=stride)
    for i, each in enumerate(seen.classes):
        stored = {key: captum[f"{name}/{each.index}/{key}"] for key in CAPTUM}
        scores = captum[f"{name}/scores"]
        assert each.score == pytest.approx(scores[each.index], rel=1e-5)
        ours = {
            "Saliency": seen.gradients[i],
            "IntegratedGradients black": black.values[i],
            "IntegratedGradients mean": mean.values[i],
            "Occlusion": np.repeat(covered.classes[i].map[..., np.newaxis], 3, axis=-1),
            "LayerGradCam": cam.coarse[i][..., np.newaxis],
        }
        for key, values in ours.items():
            bound = 1e-5 * max(np.abs(stored[key]).max(), np.abs(scores).max() * (key == "Occlusion"))
            np.testing.assert_allclose(values, stored[key], atol=bound, err_msg=key)
    assert [each.index for each in seen.classes] == np.argsort(-captum[f"{name}/scores"])[:2].tolist()


CAPTUM = ("Saliency", "IntegratedGradients black", "IntegratedGradients mean", "Occlusion", "LayerGradCam")


# Details


def test_occlusion_in_loops(rng: np.random.Generator) -> None:
    """Windows that do not divide the picture are cut at its edge; each pixel the mean over those that covered it."""
    model = drawn(Sequential([Conv2D(3, 3, input_shape=(7, 8, 2)), Flatten(), Dense(2, "softmax")]).graph, rng)
    x = rng.random((7, 8, 2)).astype(np.float32)
    found = occlusion(model, x, ["0"], window=(3, 4), stride=(2, 3), fill="blurred")
    cover, scores = baseline_of(x, "blurred"), Scores.of(model)
    falls: dict[tuple[int, int], list[float]] = {}
    for r in range(0, 7, 2):
        for c in range(0, 8, 3):
            if r - 2 + 3 >= 7 or c - 3 + 4 >= 8:  # the window before reached the edge
                continue
            other = x.copy()
            other[r : r + 3, c : c + 4] = cover[r : r + 3, c : c + 4]
            before, after = scores.given(np.stack([x, other]))[:, 0]
            for place in np.ndindex(*x[r : r + 3, c : c + 4].shape[:2]):
                falls.setdefault((r + place[0], c + place[1]), []).append(float(before) - float(after))
    expected = np.array([[np.mean(falls[r, c]) for c in range(8)] for r in range(7)])
    np.testing.assert_allclose(found.classes[0].map, expected, atol=1e-6)
    assert (found.window, found.stride, found.fill) == ((3, 4), (2, 3), "blurred")
    large = occlusion(model, x, window=50, stride=90)
    assert (large.window, large.stride) == ((7, 8), (7, 8))
    assert len(np.unique(large.classes[0].map)) == 1


def test_progress_is_told(rng: np.random.Generator) -> None:
    model = drawn(Sequential([Conv2D(3, 3, input_shape=(7, 8, 2)), Flatten(), Dense(2, "softmax")]).graph, rng)
    x, told = rng.random((7, 8, 2)).astype(np.float32), list[tuple[int, int]]()
    occlusion(model, x, window=1, progress=lambda done, total: told.append((done, total)))
    assert [told[0], told[-1]] == [(16, 56), (56, 56)]
    told.clear()
    integrated_gradients(model, x, steps=20, progress=lambda done, total: told.append((done, total)))
    assert [told[0], told[-1]] == [(8, 40), (40, 40)]


def test_baselines(rng: np.random.Generator) -> None:
    x = rng.random((16, 24, 3)).astype(np.float32)
    assert not baseline_of(x, "black").any()
    np.testing.assert_allclose(baseline_of(x, "mean")[5, 7], x.mean(axis=(0, 1)), rtol=1e-6)
    blurred = baseline_of(x, "blurred")
    assert (blurred.shape, blurred.dtype) == (x.shape, x.dtype)
    assert blurred.std() < 0.2 * x.std()
    flat = np.full((9, 4, 1), 0.25, np.float32)
    np.testing.assert_allclose(baseline_of(flat, "blurred"), flat, rtol=1e-6)
    with pytest.raises(UnknownNameError) as caught:
        baseline_of(x, "white")
    assert caught.value.fields["known"] == ["black", "blurred", "mean"]


def test_grad_cam_in_the_middle_of_fields(rng: np.random.Generator) -> None:
    """By hand: 2x2 windows at a stride of 2 over 4 rows have middles at 0.5 and 2.5; between them it is a line."""
    x = Input((4, 4, 1))
    model = drawn(Graph.to(Dense(2)(Flatten()(Conv2D(1, 2, strides=2, activation="relu")(x)))), rng)
    found = grad_cam(model, np.ones((4, 4, 1), np.float32))
    for each, coarse in zip(found.classes, found.coarse, strict=True):
        across = np.array([[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]])
        np.testing.assert_allclose(each.map, across @ coarse @ across.T)


def test_grad_cam_by_its_formula(rng: np.random.Generator) -> None:
    """a_k by differences of the score where map k rises everywhere by as much."""
    model = drawn(Sequential([Conv2D(4, 3, input_shape=(6, 6, 2)), Flatten(), Dense(3, "softmax")]).graph, rng)
    x = rng.standard_normal((6, 6, 2)).astype(np.float32)
    found = grad_cam(model, x, ["2"], layer="conv1")
    maps = model.feature_maps(x[np.newaxis], "conv1")[0].astype(np.float64)
    rises = model.weights["dense1/kernel"].reshape(4, 4, 4, 3).astype(np.float64)[..., 2].mean(axis=(0, 1))
    np.testing.assert_allclose(found.coarse[0], np.maximum(maps @ rises, 0), atol=1e-5)


def test_which_maps_grad_cam_takes() -> None:
    x = Input((9, 9, 1))
    conv = Conv2D(2, 3, padding="same")(x)
    finished = Activation("relu")(BatchNormalization()(conv))
    assert last_maps(Graph.to(Dense(2)(Flatten()(Dropout(0.5)(finished))))) == "activation1"
    residual = Activation("relu")(Add()([finished, Conv2D(2, 1)(x)]))
    assert last_maps(Graph.to(Dense(2)(GlobalAveragePooling2D()(residual)))) == "activation2"
    small = Conv2D(4, 1)(GlobalAveragePooling2D(keepdims=True)(finished))
    assert last_maps(Graph.to(Dense(2)(Flatten()(small)))) == "activation1"
    # What follows sees the bare convolution, too.
    both = Concatenate()([MaxPooling2D()(conv), MaxPooling2D()(finished)])
    assert last_maps(Graph.to(Dense(2)(Flatten()(both)))) == "conv1"


@pytest.mark.parametrize(
    ("net", "code", "fields"),
    [
        ([Flatten(input_shape=(4, 4, 1)), Dense(3, "softmax")], "gradcam.no_convolution", {}),
        ([Conv2D(4, 4, input_shape=(4, 4, 1)), Flatten(), Dense(3)], "gradcam.no_maps", {"layer": "conv1"}),
    ],
)
def test_where_grad_cam_means_nothing(net: Any, code: str, fields: dict[str, object]) -> None:
    with pytest.raises(StateError) as caught:
        grad_cam(Sequential(net), np.zeros((4, 4, 1), np.float32))
    assert (caught.value.code, caught.value.fields) == (code, fields)


def test_layers_that_grad_cam_cannot_take() -> None:
    x = Input((6, 6, 1))
    rows = Concatenate(axis=1)([Conv2D(2, 3, name="a")(x), Conv2D(2, 3, name="b")(x)])
    model = Model(x, Dense(3)(Flatten()(Conv2D(2, 3, name="c")(rows))))
    assert grad_cam(model, np.zeros((6, 6, 1), np.float32)).layer == "b"
    for layer in ("c", "concat1", "flatten1"):
        with pytest.raises(SettingError) as caught:
            grad_cam(model, np.zeros((6, 6, 1), np.float32), layer=layer)
        assert (caught.value.code, caught.value.fields["known"]) == ("gradcam.layer", ["a", "b"])
    with pytest.raises(UnknownNameError):
        grad_cam(model, np.zeros((6, 6, 1), np.float32), layer="d")


def test_classes(rng: np.random.Generator) -> None:
    model = drawn(Sequential([Flatten(input_shape=(4, 4, 1)), Dense(4, "softmax")]).graph, rng)
    x = rng.standard_normal((4, 4, 1)).astype(np.float32)
    ranked = np.argsort(-model.predict(x[np.newaxis])[0]).tolist()

    def classes(*asked: str | int) -> list[int]:
        return [each.index for each in saliency(model, x, asked).classes]

    assert classes() == ranked[:2]
    assert classes(str(ranked[3])) == [ranked[3], ranked[0]]
    assert classes(ranked[0]) == ranked[:2]
    assert classes("2", "0", "1", "2") == [2, 0, 1]
    model.class_names = ("a", "b", "c", "d")
    assert classes("d", 0) == [3, 0]
    assert classes("2", "b") == [2, 1]  # no class is called 2, so that it is a number
    with pytest.raises(UnknownNameError) as caught:
        classes("e")
    assert (caught.value.code, caught.value.fields["known"]) == ("name.unknown", ["a", "b", "c", "d"])
    for wrong in ("9", 4, -1):
        with pytest.raises(SettingError) as outside:
            classes(wrong)
        assert (outside.value.code, outside.value.fields) == ("trace.no_class", {"came": wrong, "last": 3})


def test_probabilities_are_those_of_predict(rng: np.random.Generator) -> None:
    x = rng.standard_normal((4, 4, 1)).astype(np.float32)
    for last in (Dense(3, "softmax"), Dense(3, "sigmoid"), Dense(1, "sigmoid"), Dense(3)):
        model = drawn(Sequential([Flatten(input_shape=(4, 4, 1)), last]).graph, rng)
        p = model.predict(x[np.newaxis])[0]
        for each in saliency(model, x).classes:
            if last.activation == "linear":
                assert (each.probability, each.score) == (None, pytest.approx(p[each.index]))
            else:
                expected = [1 - p[0], p[0]][each.index] if len(p) == 1 else p[each.index]
                assert each.probability == pytest.approx(expected, rel=1e-5)
        if last.activation != "linear":
            model.confidence = Confidence(temperature=2.5)
            calmed = (
                model.confidence.probabilities(p[np.newaxis])[0]
                if last.activation == "softmax" or len(p) == 1
                else None
            )
            for each in saliency(model, x).classes if calmed is not None else ():
                assert each.probability == pytest.approx(calmed[each.index], rel=1e-4)


def test_a_single_sigmoid_speaks_for_two_classes(rng: np.random.Generator) -> None:
    model = drawn(Sequential([Flatten(input_shape=(4, 4, 1)), Dense(1, "sigmoid")]).graph, rng)
    found = integrated_gradients(model, rng.standard_normal((4, 4, 1)).astype(np.float32), ["0", "1"], steps=1)
    assert found.classes[0].score == -found.classes[1].score
    np.testing.assert_array_equal(found.values[0], -found.values[1])


@pytest.mark.parametrize(
    ("net", "shape", "code"),
    [
        ([Dense(3, "softmax", input_shape=(5,))], (5,), "why.no_pictures"),
        ([Conv2D(3, 3, input_shape=(5, 5, 1))], (5, 5, 1), "why.no_classes"),
        ([Flatten(input_shape=(5, 5, 1)), Dense(1)], (5, 5, 1), "why.no_classes"),
    ],
)
def test_what_has_no_classes(net: Any, shape: tuple[int, ...], code: str) -> None:
    for method in METHODS:
        with pytest.raises(StateError) as caught:
            method(Sequential(net), np.zeros(shape, np.float32))
        assert caught.value.code == code


CLASSIFIERS = [c for c in CASES if len(c.shape) == 3 and len(c.graph.output_shape) == 1 and c.graph.output_shape[0] > 1]


@pytest.mark.parametrize("case", CLASSIFIERS, ids=lambda case: case.id)
def test_any_network_that_gives_classes(case: Case, rng: np.random.Generator) -> None:
    """Both engines find the same, with any wiring and any layer; Grad-CAM where there is something to weigh."""
    x = case.pictures(rng)[0].astype(np.float32)
    found: list[list[Attribution]] = []
    for engine in ("native", "reference"):
        model = drawn(case.graph, np.random.default_rng(0), engine)
        chain: list[Attribution] = [saliency(model, x), integrated_gradients(model, x, steps=3), occlusion(model, x)]
        with suppress(StateError):  # no maps to weigh
            chain.append(grad_cam(model, x))
        found.append(chain)
    for ours, oracle in zip(*found, strict=True):
        for each, expected in zip(ours.classes, oracle.classes, strict=True):
            assert each.map.shape == case.shape[:2]
            scale = max(np.abs(expected.map).max(), abs(expected.score), 1.0)
            np.testing.assert_allclose(each.map, expected.map, atol=1e-4 * scale)


def test_open_sizes_and_other_numbers_of_channels(rng: np.random.Generator) -> None:
    """A network for pictures of any size, of four channels: all methods, and figures without the picture."""
    x = Input((None, None, 4))
    model = Model(x, Dense(3, "softmax")(GlobalAveragePooling2D()(Conv2D(5, 3, activation="relu")(x))))
    picture = rng.random((9, 7, 4)).astype(np.float32)
    for method in METHODS:
        found = method(model, picture)
        assert [each.map.shape for each in found.classes] == [(9, 7)] * 2
        assert found.picture.shown is None
    assert found.figure().axes
    model.theta[:] = 0
    dead = grad_cam(model, picture)
    assert [each.silent for each in dead.classes] == [True, True]
    assert not dead.classes[0].thirds.any()
    assert dead.figure().axes
