"""The face: building, weights, using a model, layers called on arrays, answers to pictures."""

from collections.abc import Callable

import numpy as np
import pytest
from all_in_one import all_in_one
from cases import CASES, Case

import striate
from striate import Model, Sequential
from striate.errors import DataError, GraphError, SettingError, SizeError, StateError, UnknownNameError
from striate.layers import Conv2D, Dense, Dropout, Flatten, Input, InputLayer, MaxPooling2D
from striate.network.initializers import first_values

over_the_table = all_in_one("case", CASES)


def net() -> list[striate.layers.Layer]:
    return [Conv2D(3, 3, activation="relu"), MaxPooling2D(), Flatten(), Dense(4, "softmax")]


def ways_to_build() -> dict[str, Callable[[], Model]]:
    def functional() -> Model:
        x = y = Input((8, 7, 2))
        for layer in net():
            y = layer(y)
        return Model(x, y)

    def added() -> Model:
        model = Sequential()
        for layer in (Input((8, 7, 2)), *net()):
            model.add(layer)
        return model

    def built() -> Model:
        model = Sequential(net())
        model.build((8, 7, 2))
        return model

    def from_data() -> Model:
        model = Sequential(net())
        model.predict(np.zeros((1, 8, 7, 2)))
        return model

    first, *rest = net()
    return {
        "functional": functional,
        "added": added,
        "built": built,
        "from data": from_data,
        "Input first": lambda: Sequential([Input((8, 7, 2)), *net()]),
        "InputLayer first": lambda: Sequential([InputLayer((8, 7, 2)), *net()]),
        "input_shape": lambda: Sequential([Conv2D(3, 3, activation="relu", input_shape=(8, 7, 2)), *rest]),
        "keywords": lambda: Model(inputs=(x := Input((8, 7, 2))), outputs=Dense(4)(Flatten()(first(x)))),
    }


@pytest.mark.parametrize("way", [way for way in ways_to_build() if way != "keywords"])
def test_every_way_to_build_gives_the_same_model(way: str) -> None:
    model, other = ways_to_build()[way](), ways_to_build()["functional"]()
    assert model.fingerprint == other.fingerprint
    assert [node.name for node in model.graph.nodes] == ["input1", "conv1", "pool1", "flatten1", "dense1"]
    assert [type(layer).__name__ for layer in model.layers] == ["Conv2D", "MaxPooling2D", "Flatten", "Dense"]
    assert model.count_params() == 3 * 3 * 2 * 3 + 3 + 18 * 4 + 4


def test_model_takes_keras_keywords() -> None:
    assert ways_to_build()["keywords"]().graph.output_shape == (4,)


def test_adding_behind_what_is_built(rng: np.random.Generator) -> None:
    for build in (lambda m: m.build((5,)), lambda m: m.predict(np.zeros((1, 5)))):
        model = Sequential([Dense(3)])
        build(model)
        model.add(Dense(2))
        assert model.predict(rng.standard_normal((4, 5))).shape == (4, 2)
        assert len(model.layers) == len(model.graph.nodes) - 1 == 2


def test_adding_what_does_not_fit_changes_nothing() -> None:
    model = Sequential([Conv2D(2, 3, input_shape=(4, 4, 1))])
    before = model.fingerprint
    with pytest.raises(SizeError):
        model.add(Conv2D(2, 3))
    with pytest.raises(GraphError):
        model.add("Dense")  # type: ignore[arg-type]
    with pytest.raises(GraphError):
        model.add(Input((3,)))
    assert len(model.layers) == 1 and model.fingerprint == before
    model.add(Flatten())
    assert model.graph.output_shape == (8,)


def test_before_the_size_is_known() -> None:
    model = Sequential([Dense(3), Dropout(0.5)])
    assert len(model.layers) == 2
    for ask in (
        lambda: model.graph,
        model.count_params,
        model.get_weights,
        model.summary,
        lambda: model.save("m.safetensors"),
    ):
        with pytest.raises(StateError) as caught:
            ask()
        assert caught.value.code == "graph.input_shape_unknown"
        assert caught.value.fields["layer"] == "Dense"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Model(Input((3,)), Dense(2)(Input((3,)))),
        lambda: Model((x := Input((3,))), x),
        lambda: Model((x := Input((3,))), InputLayer((3,))(x)),
        lambda: Model([(x := Input((3,)))], [Dense(2)(x)]),  # type: ignore[arg-type]
        lambda: Model(None, None),  # type: ignore[arg-type]
        lambda: Model(Dense(2), Dense(3)),  # type: ignore[arg-type]
        lambda: Sequential([Dense(3), Input((3,))]),
        lambda: Sequential([Sequential([Dense(3)])]),
        lambda: Sequential([Dense]),
        lambda: Sequential([Input((4,)), Dense(2)(Input((4,)))]),
        lambda: Sequential([Input((4,)), Input((4,))]),
    ],
)
def test_what_is_no_network(make: Callable[[], object]) -> None:
    with pytest.raises(GraphError) as caught:
        make()
    assert str(caught.value)


@pytest.mark.parametrize("seed", [-1, 0.5, None, "1", True])
def test_a_seed_is_a_whole_number(seed: object) -> None:
    with pytest.raises(SettingError):
        Sequential([Dense(1)], seed=seed)  # type: ignore[arg-type]


def test_a_seed_may_be_as_large_as_one_likes() -> None:
    large, truncated = (Sequential([Dense(3, input_shape=(4,))], seed=seed) for seed in (1 + (1 << 70), 1))
    assert large.fingerprint != truncated.fingerprint


# Weights


@over_the_table
def test_weights_out_and_in(case: Case) -> None:
    model, other = Model.of(case.graph, seed=1), Model.of(case.graph, seed=2)
    weights = model.get_weights()
    spans = (*case.graph.theta.spans, *case.graph.state.spans)
    assert [w.shape for w in weights] == [span.shape for span in spans]
    assert sum(w.size for w in weights) == model.count_params() == case.graph.theta.count + case.graph.state.count
    other.set_weights(weights)
    assert other.fingerprint == model.fingerprint
    for weight in weights:
        weight += 1  # copies: the model does not change
    assert other.fingerprint == model.fingerprint


def test_weights_by_name_share_the_models_memory(rng: np.random.Generator) -> None:
    model = Sequential([Dense(2, input_shape=(3,))])
    model.weights["dense1/bias"][...] = [5, 7]
    np.testing.assert_array_equal(model.predict(np.zeros((1, 3))), [[5, 7]])


@pytest.mark.parametrize(
    "weights",
    [[], [np.zeros((3, 2))], [np.zeros(2), np.zeros((3, 2))], [np.zeros((2, 3)), np.zeros(2)], [0, 0], [[[1]], [1, 2]]],
)
def test_weights_that_do_not_fit_change_nothing(weights: list[object]) -> None:
    model = Sequential([Dense(2, input_shape=(3,))])
    before = model.fingerprint
    with pytest.raises(DataError) as caught:
        model.set_weights(weights)  # type: ignore[arg-type]
    assert caught.value.code == "weights.do_not_fit"
    assert model.fingerprint == before


@pytest.mark.parametrize("bad", [np.full((3, 2), "a"), [["a", "b"]] * 3, [[1, 2], [3]], np.ones((3, 2), complex)])
def test_weights_that_are_no_numbers(bad: object) -> None:
    model = Sequential([Dense(2, input_shape=(3,), use_bias=False)])
    before = model.fingerprint
    with pytest.raises(DataError):
        model.set_weights([bad])  # type: ignore[list-item]
    assert model.fingerprint == before


def test_layers_by_name() -> None:
    model = Sequential([Dense(4, input_shape=(3,)), Dense(2, name="answer")])
    assert model.get_layer("answer") is model.layers[1]
    assert model.get_layer("dense1") is model.layers[0]
    with pytest.raises(UnknownNameError) as caught:
        model.get_layer("anser")
    assert caught.value.fields["close"] == ["answer"]


# Using


@over_the_table
def test_predict_takes_any_batch_size_and_float64(case: Case, rng: np.random.Generator) -> None:
    model = Model.of(case.graph)
    x = rng.standard_normal((5, *case.shape))
    whole = model.predict(x)
    assert (whole.dtype, whole.shape) == (np.float32, (5, *case.graph.output_shape))
    for size in (1, 2, 100):
        np.testing.assert_allclose(model.predict(x, batch_size=size), whole, rtol=1e-5, atol=1e-6)
    assert model.predict(x[:0]).shape == (0, *case.graph.output_shape)


@over_the_table
def test_the_summary_counts_what_theta_holds(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    model = Model.of(case.graph)
    summary = model.summarize()
    assert summary.weights == case.graph.theta.count == sum(layer.weights for layer in summary.layers)
    assert [layer.shape for layer in summary.layers] == [node.shape for node in case.graph.nodes]
    model.summary()
    shown = capsys.readouterr().out
    assert all(node.name in shown for node in case.graph.nodes)


@over_the_table
def test_feature_maps_of_every_layer(case: Case, rng: np.random.Generator) -> None:
    model, x = Model.of(case.graph), rng.standard_normal((3, *case.shape)).astype(np.float32)
    for node in case.graph.nodes:
        maps = model.feature_maps(x, node.name)
        assert (maps.dtype, maps.shape) == (np.float32, (3, *node.shape))
        if case.graph.owner(node) is node:
            np.testing.assert_array_equal(model.feature_maps(x, node.layer), maps)
    np.testing.assert_array_equal(maps, model.predict(x))
    np.testing.assert_array_equal(model.feature_maps(x, case.graph.nodes[0].name), x)
    assert model.feature_maps(x[:0], case.graph.nodes[-1].name).shape == (0, *case.graph.output_shape)


@pytest.mark.parametrize("layer", ["conv9", Conv2D(1, 1), 0, None])
def test_feature_maps_of_what_is_not_there(layer: object) -> None:
    model = Sequential([Conv2D(2, 1, input_shape=(3, 3, 1))])
    with pytest.raises(UnknownNameError):
        model.feature_maps(np.zeros((1, 3, 3, 1)), layer)  # type: ignore[arg-type]


def test_what_is_answered_is_the_users_own() -> None:
    """Changing an answer changes neither the input nor the model."""
    model, x = Sequential([Flatten(input_shape=(2, 2, 1)), Dropout(0.5)]), np.ones((2, 2, 2, 1), np.float32)
    answer = model.predict(x)
    answer += 1
    assert (x == 1).all() and (model.predict(x) == 1).all()


def test_first_weights_are_the_initializers() -> None:
    model = Sequential([Dense(3, input_shape=(4,))], seed=9)
    np.testing.assert_array_equal(model.theta, first_values(model.graph.theta, 9))


@pytest.mark.parametrize("path", [None, 3, ""])
def test_what_is_no_path(path: object) -> None:
    for use in (striate.load_model, Sequential([Dense(2, input_shape=(3,))]).save):
        with pytest.raises(SettingError) as caught:
            use(path)  # type: ignore[operator]
        assert (caught.value.code, caught.value.fields["came"]) == ("setting.path", path)


def test_weights_too_large_for_float32() -> None:
    model = Sequential([Dense(1, input_shape=(1,))])
    before = model.get_weights()
    with pytest.raises(DataError) as caught:
        model.set_weights([[[1e300]], [0]])
    assert caught.value.code == "weights.not_finite"
    assert [w.tolist() for w in model.get_weights()] == [w.tolist() for w in before]
