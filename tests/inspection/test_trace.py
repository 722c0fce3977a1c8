"""One number and what it is made of: over every kind of layer the terms come to what the map holds."""

import json
import re

import numpy as np
import pytest
from cases import CASES, Case, Curve
from drawn_graphs import graphs
from hypothesis import given, settings
from tracing import check_gradients, check_terms, model_of, random_units, traced

from striate.cli.look.traced import trace_lines
from striate.cli.look.traced_json import trace_json
from striate.data.preprocessing import Preprocessing
from striate.engines.native import core
from striate.errors import SettingError, UnknownNameError
from striate.inspection import Unit, trace
from striate.inspection.why.class_scores import Scores
from striate.layers import (
    Activation,
    Add,
    Conv2D,
    CustomLayer,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    MaxPooling2D,
    ReLU,
    ZeroPadding2D,
    custom,
)
from striate.model import Model
from striate.network.graph import Graph
from striate.sequential import Sequential

ENGINES = ["reference", *(["native"] if core.available() else [])]
EACH = 8  # units of a layer: together with the drawn graphs more than 10,000
DRAWN, OF_DRAWN = 20, 18

every_engine = pytest.mark.parametrize("engine", ENGINES)


@every_engine
def test_the_terms_come_to_the_number_in_the_map_for_every_layer(engine: str, rng: np.random.Generator) -> None:
    checked = 0
    for case in CASES:
        found = traced(model_of(case.graph, rng, engine), EACH, rng)
        checked += check_terms(found)
        check_gradients(found)
    assert checked > 3400


@every_engine
def test_the_same_in_networks_drawn_at_random(engine: str) -> None:
    checked = 0

    @settings(max_examples=DRAWN, derandomize=True, database=None)
    @given(graphs())
    def check(graph: Graph) -> None:
        nonlocal checked
        rng = np.random.default_rng(checked)
        found = traced(model_of(graph, rng, engine), OF_DRAWN, rng)
        checked += check_terms(found)
        check_gradients(found)

    check()
    assert checked > 1600


def test_uses_are_terms_read_the_other_way_round(rng: np.random.Generator) -> None:
    for case in CASES[::3]:
        model = model_of(case.graph, rng, "reference")
        x = rng.standard_normal(case.graph.input_shape).astype(np.float32)
        if x.ndim == 1:
            continue
        for unit in random_units(case.graph, 1, rng):
            for onward in trace(model, x, unit).onward:
                for i in range(min(2, len(onward.places))):
                    behind = trace(model, x, onward.unit(i))
                    if behind.terms.rule == "normalized":  # there the weight is a slope
                        continue
                    taken = [k for k in range(len(behind.terms)) if behind.input(k) == unit]
                    weights = np.asarray(behind.terms.weights)[taken]
                    assert np.isclose(onward.weights[i], weights, rtol=1e-12).any(), (case.id, unit, onward.layer)


# One network whose numbers can be found by hand


@pytest.fixture
def small() -> Sequential:
    """A 2x2 kernel over 3x3 pixels, padded by 1 at the top: 1 -2 / 3 -4, bias 0.5, ReLU; the largest; two classes."""
    layers = [Conv2D(1, 2, padding=((1, 0), (0, 0)), activation="relu"), MaxPooling2D((3, 1)), Flatten()]
    model = Sequential([Input((3, 3, 1)), *layers, Dense(2, "softmax")])
    model.set_weights([np.array([[1, -2], [3, -4]]).reshape(2, 2, 1, 1), [0.5], [[1, -1], [2, 0]], [0, 0]])
    model.class_names = ["고양이", "개"]
    return model


X = np.array([[1, 2, 0], [3, 0, 1], [5, 1, 1]], np.float32)[..., None]


def test_a_number_by_hand(small: Sequential) -> None:
    found = trace(small, X, "conv1:0:1,0")
    assert found.terms.products.tolist() == [1 * 1, 2 * -2, 3 * 3, 0]
    assert (found.terms.bias, found.terms.total, found.computed, found.value) == (0.5, 6.5, 6.5, 6.5)
    assert [str(found.input(i)) for i in range(4)] == ["input1:0:0,0", "input1:0:0,1", "input1:0:1,0", "input1:0:1,1"]
    assert found.field == ((0, 2), (0, 2))
    assert (found.activation, found.inputs) == ("relu", ("input1",))
    # It is not the largest of its column, 1 + 15 - 4 + 0.5 = 12.5 is not: 3 - 0 + 15 - 4 + 0.5 = 14.5.
    (onward,) = found.onward
    assert (onward.layer, onward.weights.tolist(), onward.total) == ("pool1", [0.0], 0.0)


def test_padding_is_marked_and_cannot_be_opened(small: Sequential) -> None:
    found = trace(small, X, "conv1:0:0,1")
    assert found.terms.padding.tolist() == [True, True, False, False]
    assert found.terms.places[0].tolist() == [-1, 1, 0]
    assert found.input(0) is None
    assert (found.terms.total, found.value) == (2 * 3 + 0.5, 6.5)
    assert str(found.strongest) == "input1:0:0,1"


def test_the_way_down_to_a_pixel(small: Sequential) -> None:
    found = trace(small, X, "dense1:0", class_="고양이")
    units = [str(each.unit) for each in found.down()]
    assert units == ["flatten1:0", "pool1:0:0,0", "conv1:0:2,0", "input1:0:2,0"]
    assert [str(each.unit) for each in found.down(2)] == units[:2]
    assert str(found.open("flatten1:1").unit) == "flatten1:1"
    pixel = found.down()[-1]
    assert (pixel.value, pixel.computed, pixel.terms.rule, pixel.strongest) == (5.0, 5.0, "input", None)
    # dense 1 of class 0, the largest of the column, kernel 3
    assert pixel.gradient == 3.0


def test_whose_score_the_gradient_is_of(small: Sequential) -> None:
    first, second = (trace(small, X, "flatten1:0", class_=name) for name in ("고양이", 1))
    assert [(t.gradient, t.score.label) for t in (first, second)] == [(1.0, "고양이"), (-1.0, "개")]
    assert trace(small, X, "flatten1:0").score.label == "고양이"  # 14.5 + ... against -14.5
    assert trace(small, X, "dense1:0").gradient is None  # the score is taken before the softmax
    with pytest.raises(UnknownNameError) as unknown:
        trace(small, X, "flatten1:0", class_="말")
    assert set(unknown.value.fields["known"]) == {"고양이", "개"}  # type: ignore[call-overload]
    with pytest.raises(SettingError) as caught:
        trace(small, X, "flatten1:0", class_=2)
    assert (caught.value.code, caught.value.fields["last"]) == ("trace.no_class", 1)


def test_the_score_is_the_one_that_attribution_goes_by(small: Sequential) -> None:
    for k in range(2):
        maps = Scores.of(small).gradients(X[np.newaxis], k, "conv1")[0]
        for place in np.ndindex(3, 2):
            assert trace(small, X, Unit("conv1", 0, *place), class_=k).gradient == maps[(*place, 0)]


def test_a_single_output_has_two_classes() -> None:
    model = Sequential([Input((2, 1, 1)), Flatten(), Dense(1, "sigmoid")])
    model.set_weights([[[2.0], [3.0]], [0.0]])
    x = np.ones((2, 1, 1), np.float32)
    assert [trace(model, x, "flatten1:1", class_=c).gradient for c in (0, 1, None)] == [-3.0, 3.0, 3.0]
    assert trace(model, -x, "flatten1:1").gradient == -3.0


def test_a_single_output_wins_by_what_it_gives() -> None:
    x = np.full((2, 1, 1), 0.05, np.float32)
    linear = Sequential([Input((2, 1, 1)), Flatten(), Dense(1)])
    linear.set_weights([[[2.0], [3.0]], [0.0]])  # gives 0.25: above 0, below a half
    linear.class_names = ["no", "yes"]
    assert trace(linear, x, "dense1:0").score.name == "yes"
    maps = Sequential([Input((2, 1, 1)), Conv2D(1, 1, activation="sigmoid")])
    maps.set_weights([[[[[0.0]]]], [-0.8]])  # 0.31 at both places: together more than a half
    maps.class_names = ["no", "yes"]
    assert trace(maps, x, "conv1:0:1,0").score.name == "no"


def test_what_is_no_class_is_not_called_so() -> None:
    x = np.ones((2, 1, 1), np.float32)
    regression = Sequential([Input((2, 1, 1)), Flatten(), Dense(3)])
    maps = Sequential([Input((2, 1, 1)), Conv2D(2, 1, activation="relu")])
    classes = Sequential([Input((2, 1, 1)), Flatten(), Dense(3, "softmax")])
    named = Sequential([Input((2, 1, 1)), Flatten(), Dense(2)])
    named.class_names = ("no", "yes")
    for model, kind, said in (
        (regression, "output", "output 1"),
        (maps, "channel", "the sum over channel 1 of the output"),
        (classes, "class", "the score of class 1"),
        (named, "class", "the score of class yes"),
    ):
        found = trace(model, x, "input1:0:1,0", class_=1)
        assert found.score.kind == kind
        text = "\n".join(trace_lines(found))
        assert f"Gradient of {said}: " in text
        assert trace_json(found)["class"] == (found.score.label if kind == "class" else None)
        assert trace_json(found)["output"] == 1
        drawn = [t.get_text() for axes in found.figure().axes for t in axes.texts]
        assert any(f"Gradient of {said}: " in each for each in drawn)


def test_a_figure_writes_no_minus_zero() -> None:
    model = Sequential([Input((2, 2, 1)), Conv2D(1, 2, activation="relu"), Flatten(), Dense(1)])
    model.set_weights([np.full((2, 2, 1, 1), -1.0), [-0.0], [[-1.0]], [-0.0]])
    for address in ("conv1:0:0,0", "dense1:0", "flatten1:0"):
        figure = trace(model, np.zeros((2, 2, 1), np.float32), address).figure()
        drawn = [text.get_text() for axes in figure.axes for text in axes.texts]
        texts = [*drawn, *(text.get_text() for text in figure.texts)]
        assert texts and not [text for text in texts if re.search(r"(^|[ (])-0(\.0+)?($|[ )])", text)]


def test_what_cannot_be_opened(small: Sequential) -> None:
    with pytest.raises(SettingError) as caught:
        trace(small, X, "conv1:0:1,0").open("input1:0:2,2")
    assert (caught.value.code, str(caught.value.fields["example"])) == ("trace.not_an_input", "input1:0:1,0")
    with pytest.raises(SettingError) as caught:
        trace(small, X, "input1:0:1,0").open()
    assert caught.value.code == "trace.nothing_to_open"
    corner = trace(Sequential([ZeroPadding2D(1, input_shape=(2, 2, 1))]), X[:2, :2], "pad1:0:0,0")
    assert (corner.value, corner.strongest, corner.down()) == (0.0, None, [])


def test_the_first_of_equals_is_the_largest() -> None:
    model = Sequential([MaxPooling2D(2, input_shape=(2, 2, 1))])
    x = np.array([[1, 4], [4, 4]], np.float32)[..., None]
    found = trace(model, x, "pool1:0:0,0")
    assert (np.asarray(found.terms.weights).tolist(), str(found.strongest)) == ([0, 1, 0, 0], "input1:0:0,1")


def test_a_number_that_is_used_twice_by_one_layer() -> None:
    x = Input((2, 2, 1))
    model = Model(x, Add()([x, x]))
    found = trace(model, np.ones((2, 2, 1), np.float32), "input1:0:0,0")
    assert ([onward.layer for onward in found.onward], found.gradient) == (["add1", "add1"], 2.0)


@custom
class Silent(CustomLayer):
    """A layer of a user's that can only go forward."""

    def forward(self, *arrays: np.ndarray) -> tuple[np.ndarray, None]:
        return arrays[0] * 2, None


def test_layers_of_the_users_own() -> None:
    x = np.arange(1.0, 5).reshape(2, 2, 1).astype(np.float32)
    found = trace(Model.of(Graph.to(Curve()(Input((2, 2, 1))))), x, "curve1:0:1,0")
    assert (found.terms.rule, found.computed, found.bound, found.value) == ("unknown", None, None, 9.0)
    assert found.slopes is not None and found.slopes.tolist() == [0, 0, 6, 0]  # y = x^2
    assert [str(found.input(int(i))) for i in found.order[:1]] == ["input1:0:1,0"]
    model = Model.of(Graph.to(Activation("relu")(Silent()(Input((2, 2, 1))))))
    silent = trace(model, x, "layer1:0:1,0")
    assert (silent.slopes, silent.value, silent.gradient) == (None, 6.0, None)
    assert str(silent.strongest) == "input1:0:1,1"
    assert silent.looked.blind == "Silent"
    assert np.isnan(trace(model, x, "input1:0:1,0").onward[0].total)


def test_what_a_picture_was_before() -> None:
    model = Sequential([ReLU(input_shape=(2, 2, 1))])
    model.preprocessing = Preprocessing((2, 2), "grey")
    pixels = np.array([[0, 51], [102, 255]], np.uint8)
    found = trace(model, pixels, Unit("input1", 0, 0, 1))
    assert found.subject.pixels is not None and int(found.subject.pixels[found.unit.index]) == 51


def test_open_sizes_take_those_of_the_picture() -> None:
    model = Model.of(Graph.to(GlobalAveragePooling2D()(Conv2D(2, 3)(Input((None, None, 1))))))
    found = trace(model, np.ones((5, 7, 1), np.float32), "pool1:1")
    assert len(found.terms) == 3 * 5
    assert found.bound is not None and abs(found.value - (found.computed or 0)) <= found.bound


@pytest.mark.parametrize("case", CASES[::12], ids=lambda case: case.id)
def test_weights_that_are_no_numbers_are_shown_as_they_are(case: Case, rng: np.random.Generator) -> None:
    """Without a warning, as text and as JSON that any reader takes."""
    for number in (np.nan, np.inf, 3e38):
        model = model_of(case.graph, rng, "reference")
        model.theta[: model.theta.size : 7] = number
        for found in traced(model, 1, rng):
            assert trace_lines(found, all_=True)
            json.dumps(trace_json(found), allow_nan=False)
