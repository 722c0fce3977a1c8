"""What the functions of striate.inspection are asked wrongly, and what each must call it."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest

from striate import inspection
from striate.data.dataset import Dataset
from striate.data.load import load_images
from striate.data.preprocessing import Preprocessing
from striate.errors import StriateError
from striate.inspection import Kernels, SpeedBudget, Unit, VersusBudget
from striate.layers import Conv2D, Dense, Flatten
from striate.messages import render
from striate.model import Model
from striate.network.graph import Input

UNIT = "conv1:1:2,1"
KERNEL = [[1, 2], [3, 4]]


@cache
def model() -> Model:
    x = Input((6, 5, 1))
    made = Model(x, Dense(3, "softmax")(Flatten()(Conv2D(4, 3, activation="relu")(x))))
    made.class_names, made.preprocessing = ("a", "b", "c"), Preprocessing((6, 5), "grey")
    return made


@cache
def data() -> Dataset:
    pixels = np.random.default_rng(1).integers(0, 256, (12, 8, 8, 1), np.uint8)
    return load_images((pixels, np.arange(12) % 2), resize="stretch")


@cache
def course() -> Any:
    return inspection.course_of(data(), pictures=8, steps=2, batch_size=4)


X = np.random.default_rng(1).random((6, 5, 1))
VALLEY = inspection.surface_named("valley")

# A call that is right for each function: what stands in the table below takes the place of one argument.
GOOD: dict[str, Callable[[], dict[str, Any]]] = {
    "activation_functions": lambda: {"names": ["relu"]},
    "class_shares": lambda: {"folder": ".", "layer": None},
    "contest": lambda: {"course": course(), "racers": ["sgd"], "seeds": [0], "rate": 0.1, "grid": [0.1]},
    "convolution": lambda: {"channels": [KERNEL], "kernels": [[[1]]], "stride": 1, "padding": 0},
    "course_of": lambda: {"data": data(), "pictures": 8, "steps": 2, "batch_size": 4, "network": None},
    "descend": lambda: {"surface": VALLEY, "racer": "sgd", "learning_rate": 0.1, "steps": 2, "seed": 0, "noise": 0.5},
    "escapes": lambda: {"seed": 0},
    "film": lambda: {"folder": ".", "layer": None},
    "grad_cam": lambda: {"model": model(), "picture": X, "classes": ["a", 2], "layer": "conv1"},
    "gradient_left": lambda: {
        "activations": ["relu"],
        "starts": ["he_normal"],
        "depths": [1],
        "width": 2,
        "draws": 1,
        "seed": 0,
    },
    "integrated_gradients": lambda: {"model": model(), "picture": X, "classes": [1], "baseline": "black", "steps": 2},
    "kernels": lambda: {"model": model(), "layer": "conv1", "filters": [0, 3], "channels": [0], "scale": "own"},
    "learning_speed": lambda: {"data": data(), "activations": ["relu"], "budget": SpeedBudget()},
    "maps": lambda: {"model": model(), "picture": X, "layers": ["conv1"], "scale": "own", "most": 3},
    "occlusion": lambda: {"model": model(), "picture": X, "classes": [0], "window": 3, "stride": 2, "fill": "mean"},
    "padding_map": lambda: {"model": model(), "layer": "conv1", "size": (6, 5)},
    "patches": lambda: {"model": model(), "data": X[np.newaxis], "layer": "conv1", "count": 2, "per_picture": 1},
    "pooling": lambda: {"picture": KERNEL, "size": 2, "stride": 1, "padding": 0, "kind": "max"},
    "race_on": lambda: {
        "surface": VALLEY,
        "racers": ["sgd"],
        "steps": 2,
        "rate": 0.1,
        "grid": [0.1],
        "seed": 0,
        "noise": 0.5,
        "start": (1, 2),
    },
    "receptive_field": lambda: {"model": model(), "unit": UNIT, "picture": None, "pictures": 2, "seed": 1},
    "saliency": lambda: {"model": model(), "picture": X, "classes": [0]},
    "sliding": lambda: {
        "facts": inspection.convolution([KERNEL], [[[1]]]),
        "channels": [KERNEL],
        "kernels": [[[1]]],
        "at": (0, 1),
    },
    "strokes": lambda: {"data": data(), "straight": "1", "curved": "0"},
    "subject": lambda: {"model": model(), "picture": X},
    "surface_named": lambda: {"name": "valley"},
    "swings": lambda: {"factors": [1.0]},
    "trace": lambda: {"model": model(), "picture": X, "unit": UNIT, "class_": "a"},
    "traces": lambda: {"model": model(), "picture": X, "units": [UNIT]},
    "unit_of": lambda: {"graph": model().graph, "address": UNIT},
    "versus": lambda: {"data": data(), "budget": VersusBudget(), "seed": 0},
}
UNKNOWN = ("name.unknown", "name.unknown_did_you_mean")


class Wrong(NamedTuple):
    """An argument that is wrong, in each of these functions, and the codes that may answer it."""

    functions: str
    argument: str
    values: tuple[Any, ...]
    codes: tuple[str, ...]


TABLE = (
    Wrong(
        "maps kernels trace traces subject grad_cam saliency occlusion integrated_gradients receptive_field patches "
        "padding_map",
        "model",
        ("file", None, 5, X),
        ("setting.model",),
    ),
    Wrong(
        "maps trace traces grad_cam saliency occlusion integrated_gradients subject",
        "picture",
        (None, 5, [[1, 2]], b"x"),
        ("look.no_picture",),
    ),
    Wrong("receptive_field", "picture", (5, [[1, 2]]), ("look.no_picture",)),
    Wrong("maps", "layers", (5, True), ("setting.list",)),
    Wrong("maps", "layers", ([5], [["conv1"]]), ("setting.text",)),
    Wrong("kernels grad_cam patches padding_map", "layer", (5, ["conv1"], "conv7", ""), UNKNOWN),
    Wrong("maps kernels", "scale", ("foo", 5, ["own"]), UNKNOWN),
    Wrong("maps receptive_field", "most pictures", (0, -1, "x", 1.5, True), ("setting.positive",)),
    Wrong("kernels", "filters", ("a", 3, [], np.array(1)), ("setting.several",)),
    Wrong("kernels", "filters", (["a"], [1.0], [True]), ("setting.whole",)),
    Wrong("kernels", "filters", ([4], [-1]), ("kernels.no_filter",)),
    Wrong("kernels", "channels", (["a"], [None]), ("setting.whole",)),
    Wrong("grad_cam saliency occlusion integrated_gradients", "classes", (7, "a"), ("setting.list",)),
    Wrong(
        "grad_cam saliency occlusion integrated_gradients",
        "classes",
        ([1.0], [None], [True]),
        ("setting.class_of_model",),
    ),
    Wrong("grad_cam saliency occlusion integrated_gradients", "classes", ([3], [-1]), ("trace.no_class",)),
    Wrong("trace", "class_", (1.0, ["a"], True), ("setting.class_of_model",)),
    Wrong("occlusion", "window stride", ("a", 0, (1, 2, 3)), ("setting.positive_pair",)),
    Wrong("occlusion integrated_gradients", "fill baseline", (5, ["mean"], "grey"), UNKNOWN),
    Wrong("integrated_gradients", "steps", (0, "a", 1.5), ("setting.positive",)),
    Wrong("trace receptive_field unit_of", "unit address", (5, None, ["conv1"], "conv1"), ("unit.address",)),
    Wrong(
        "trace",
        "unit",
        (Unit("conv1", 0, -1, 0), Unit("conv1", 0.5, 0, 0), Unit("conv1", "a", 0, 0)),
        ("unit.not_in_map",),
    ),  # type: ignore[arg-type]
    Wrong("traces", "units", (UNIT, 5), ("setting.list",)),
    Wrong("traces", "units", ([5],), ("unit.address",)),
    Wrong("unit_of", "graph", (5, None), ("setting.class",)),
    Wrong("padding_map", "size", ("a", 0, (5,), (5.0, 6.0)), ("setting.positive_pair",)),
    Wrong("patches", "count per_picture", (0, "a", 1.5), ("setting.positive",)),
    Wrong(
        "patches",
        "data",
        (5, None, [[1, 2]], [["a"]]),
        ("array.many_pictures", "data.objects", "data.not_numbers"),
    ),
    Wrong(
        "activation_functions learning_speed gradient_left", "names activations", ("relu", 5, []), ("setting.several",)
    ),
    Wrong("activation_functions learning_speed gradient_left", "names activations", ([5],), ("setting.text",)),
    Wrong("activation_functions learning_speed gradient_left", "names activations", (["rele"],), UNKNOWN),
    Wrong("gradient_left", "starts", ("he_normal", ()), ("setting.several",)),
    Wrong("gradient_left", "starts", (["he"], [5]), UNKNOWN),
    Wrong("gradient_left", "depths", (3, ()), ("setting.several",)),
    Wrong("gradient_left", "depths", ([0], ["a"]), ("setting.positive",)),
    Wrong("gradient_left", "width draws", (0, "a"), ("setting.positive",)),
    Wrong("gradient_left escapes race_on descend versus receptive_field", "seed", (-1, "a", 0.5), ("setting.whole",)),
    Wrong("learning_speed versus course_of strokes", "data", ("folder", None, X), ("setting.dataset",)),
    Wrong("learning_speed versus", "budget", (5, "a"), ("setting.class",)),
    Wrong("strokes", "straight curved", (5, ["1"]), UNKNOWN),
    Wrong("race_on descend", "surface", ("valley", 5), ("setting.class",)),
    Wrong("surface_named", "name", (5, ["valley"], "vally"), UNKNOWN),
    Wrong("race_on contest", "racers", ("sgd", 5), ("setting.list",)),
    Wrong("race_on contest", "racers", ([],), ("race.nobody",)),
    Wrong("race_on descend", "racers racer", (["sdg"], ["sgd", "x"]), UNKNOWN),
    Wrong("race_on descend course_of", "steps", (0, -1, "a", 1.5), ("setting.positive",)),
    Wrong("race_on descend contest", "rate learning_rate", (0, -1, "a", float("nan")), ("setting.positive_real",)),
    Wrong("race_on contest", "grid", (0.1, []), ("setting.several",)),
    Wrong("race_on contest", "grid", ([0.1, -1], ["a"]), ("setting.positive_real",)),
    Wrong("race_on descend", "noise", (-1, "a"), ("setting.not_negative",)),
    Wrong("race_on", "start", (5, (1,), ("a", 1), (1, 2, 3)), ("setting.two",)),
    Wrong("swings", "factors", (1.0, []), ("setting.several",)),
    Wrong("swings", "factors", ([0], ["a"]), ("setting.positive_real",)),
    Wrong("contest", "course", (5, None), ("setting.class",)),
    Wrong("contest", "seeds", (5, []), ("setting.several",)),
    Wrong("contest", "seeds", ([-1], ["a"]), ("setting.whole",)),
    Wrong("course_of", "pictures batch_size", (0, "a"), ("setting.positive",)),
    Wrong("course_of", "network", (5,), ("setting.text",)),
    Wrong("convolution", "channels kernels", (5, "a"), ("setting.list",)),
    Wrong("convolution", "channels kernels", (KERNEL, [[["a"]]], [5]), ("learn.no_matrix",)),
    Wrong("convolution", "stride", ("a", 0), ("setting.positive_pair",)),
    Wrong("pooling", "picture", (5, [1, 2], [["a"]], None), ("learn.no_matrix",)),
    Wrong("pooling", "kind", (5, ["max"], "mix"), UNKNOWN),
    Wrong("sliding", "facts", (5, KERNEL), ("setting.class",)),
    Wrong("sliding", "at", (5, (1,), ("a", 1)), ("setting.two",)),
    Wrong("film class_shares", "folder", (5, None, ""), ("setting.path",)),
)


def calls() -> list[Any]:
    rows: list[Any] = []
    for wrong in TABLE:
        for name in wrong.functions.split():
            known = [each for each in wrong.argument.split() if each in GOOD[name]()]
            assert known, f"{name} has no {wrong.argument}"
            rows += [
                pytest.param(name, each, value, wrong.codes, id=f"{name}-{each}-{value!r:.20}")
                for each in known
                for value in wrong.values
            ]
    return rows


@pytest.mark.parametrize(("name", "argument", "value", "codes"), calls())
def test_a_wrong_argument_is_named(name: str, argument: str, value: Any, codes: tuple[str, ...]) -> None:
    with pytest.raises(StriateError) as caught:
        getattr(inspection, name)(**(GOOD[name]() | {argument: value}))
    assert caught.value.code in codes
    assert str(caught.value)


def test_every_function_is_asked() -> None:
    functions = {name for name in vars(inspection) if callable(getattr(inspection, name)) and name[0].islower()}
    assert functions == set(GOOD)
    assert functions == {name for wrong in TABLE for name in wrong.functions.split()}


# Numbers as NumPy has them are as good, in place of those above.
NUMPY: tuple[tuple[str, dict[str, Any]], ...] = (
    ("activation_functions", {"names": np.array(["relu"])}),
    ("contest", {"seeds": np.arange(1), "rate": np.float64(0.1), "grid": np.array([0.1])}),
    ("convolution", {"channels": np.array([KERNEL]), "kernels": np.array([[[1.0]]]), "stride": np.int64(1)}),
    ("course_of", {"pictures": np.int64(8), "steps": np.int32(2), "batch_size": np.uint8(4)}),
    ("descend", {"learning_rate": np.float32(0.1), "steps": np.int64(2), "seed": np.int64(0), "noise": np.float64(0)}),
    ("escapes", {"seed": np.int64(0)}),
    ("grad_cam", {"classes": np.array([0, 2])}),
    ("gradient_left", {"depths": np.array([1, 2]), "width": np.int64(2), "draws": np.int64(1), "seed": np.int64(0)}),
    ("integrated_gradients", {"classes": [np.int64(1)], "steps": np.int64(2)}),
    ("kernels", {"filters": np.arange(3), "channels": (np.int64(0),)}),
    ("maps", {"layers": np.array(["conv1"]), "most": np.int64(2)}),
    ("occlusion", {"classes": np.array([0]), "window": np.int64(2), "stride": (np.int64(2), np.int64(1))}),
    ("padding_map", {"size": (np.int64(6), np.int64(5))}),
    ("patches", {"count": np.int64(2), "per_picture": np.int64(1)}),
    ("pooling", {"picture": np.array(KERNEL), "size": np.int64(2)}),
    (
        "race_on",
        {"steps": np.int64(2), "rate": np.float64(0.1), "grid": np.array([0.1]), "start": np.array([1.0, 2.0])},
    ),
    ("receptive_field", {"pictures": np.int64(2), "seed": np.int64(1)}),
    ("saliency", {"classes": [np.int64(0)]}),
    ("sliding", {"at": (np.int64(0), np.int64(1))}),
    ("swings", {"factors": np.array([1.0])}),
    ("trace", {"class_": np.int64(1)}),
    ("trace", {"unit": Unit("conv1", np.int64(1), np.int64(2), np.int64(1))}),  # type: ignore[arg-type]
)


@pytest.mark.parametrize(("name", "numbers"), NUMPY)
def test_numbers_of_numpy_are_taken(name: str, numbers: dict[str, Any]) -> None:
    getattr(inspection, name)(**(GOOD[name]() | numbers))


def test_numbers_of_numpy_mean_the_same() -> None:
    found = inspection.convolution(np.array([[[1, 2], [3, 4]]]), np.array([[[1, 1]]]))  # type: ignore[arg-type]
    assert found == inspection.convolution([[[1, 2], [3, 4]]], [[[1, 1]]]) and found.map == ((3,), (7,))
    chosen: Kernels = inspection.kernels(model(), filters=np.array([3, 0]))  # type: ignore[arg-type]
    assert chosen.filters == (3, 0)
    one, other = (inspection.trace(model(), X, UNIT, class_=number) for number in (1, np.int64(1)))  # type: ignore[arg-type]
    assert one.score == other.score and one.score.name == "b"


def test_a_keyword_that_is_not_there() -> None:
    with pytest.raises(StriateError) as caught:
        inspection.maps(model(), X, layer="conv1")  # type: ignore[call-arg]
    assert (caught.value.code, caught.value.fields["close"]) == ("keyword.unknown_did_you_mean", ["layers"])


def test_what_a_list_must_be_is_said() -> None:
    with pytest.raises(StriateError) as caught:
        inspection.grad_cam(model(), X, 7)  # type: ignore[arg-type]
    assert str(caught.value) == "grad_cam: 'classes' must be a list such as ['cat', 3], got 7."
    korean = render(caught.value.code, caught.value.fields, "ko")
    assert korean == "grad_cam: 'classes'는 ['cat', 3]처럼 목록이어야 하는데 7이 들어왔습니다."


def test_maps_of_no_picture_are_not_drawn() -> None:
    x = X[np.newaxis]
    for maps, asked, code in (
        (model().feature_maps(x[:0], "conv1"), {}, "maps.empty"),
        (model().feature_maps(x, "conv1"), {"picture": 1}, "maps.no_picture"),
        (model().feature_maps(x, "conv1"), {"picture": "a"}, "maps.no_picture"),
        (model().feature_maps(x, "conv1"), {"scale": "foo"}, "name.unknown"),
    ):
        with pytest.raises(StriateError) as caught:
            maps.figure(**asked)  # type: ignore[arg-type]
        assert caught.value.code == code


def test_a_path_that_is_none_is_refused() -> None:
    for shown in (model().feature_maps(X[np.newaxis], "conv1"), inspection.maps(model(), X)[0]):
        with pytest.raises(StriateError) as caught:
            shown.save_figure(5)  # type: ignore[arg-type]
        assert caught.value.code == "setting.path"
