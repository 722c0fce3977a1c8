"""What Keras has under a name that is not here is answered with the way, also in an import; steps by its names."""

import copy
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import striate
from striate import StriateError
from striate.callbacks import EarlyStopping
from striate.errors import NoAttributeError, NoImportError
from striate.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, GlobalAveragePooling2D, Input, Layer
from striate.messages.render import texts
from striate.network import elsewhere
from striate.network.settings import config
from striate.optimizers import Adam
from striate.utils import to_categorical

RNG = np.random.default_rng(3)
X, Y = RNG.random((30, 6, 5, 2), dtype=np.float32), RNG.integers(0, 3, 30)


def model(metrics: tuple[str, ...] = ("accuracy",), **how: Any) -> striate.Sequential:
    layers = [Input((6, 5, 2)), Conv2D(3, 3), BatchNormalization(), Flatten(), Dropout(0.3), Dense(3, "softmax")]
    made = striate.Sequential(layers, seed=5)
    made.compile(Adam(0.01), "sparse_categorical_crossentropy", metrics=metrics, **how)
    return made


def refused(call: Callable[[], object]) -> StriateError:
    with pytest.raises(StriateError) as caught:
        call()
    return caught.value


MODULES = ("", ".layers", ".callbacks", ".losses", ".metrics", ".models", ".optimizers", ".utils")


@pytest.mark.parametrize("module", MODULES)
def test_a_name_of_keras_is_answered_with_the_way(module: str) -> None:
    home = f"striate{module}"
    for lines, kind in (
        (f"import {home} as there; there.LSTM", NoAttributeError),
        (f"from {home} import LSTM", NoImportError),
        (
            f"from {home} import Conv2D as a, LSTM" if module in ("", ".layers") else f"from {home} import LSTM",
            NoImportError,
        ),
    ):
        with pytest.raises(kind) as caught:
            exec(lines)
        assert (caught.value.code, caught.value.fields) == ("keras.sequences", {"where": home, "name": "LSTM"})
    space: dict[str, Any] = {}
    exec(f"import {home} as there; known = hasattr(there, 'LSTM')", space)
    assert space["known"] is False


@pytest.mark.parametrize("module", MODULES)
def test_what_nobody_has_is_said_by_python(module: str) -> None:
    with pytest.raises(ImportError, match="cannot import name 'Nothing'") as caught:
        exec(f"from striate{module} import Nothing")
    assert not isinstance(caught.value, StriateError)
    with pytest.raises(AttributeError, match=f"module 'striate{re.escape(module)}' has no attribute 'Nothing'"):
        exec(f"import striate{module} as there; there.Nothing")


def test_each_way_has_its_sentence_and_each_sentence_its_way() -> None:
    tables = (elsewhere.NAMES, elsewhere.MODEL, elsewhere.LAYER, elsewhere.ARGUMENTS)
    ways = {f"keras.{way}" for table in tables for way in table.values()}
    assert ways == {code for code in texts("en") if code.startswith("keras.")}


def test_no_name_that_is_there_stands_in_the_tables() -> None:
    for module in MODULES:
        space: dict[str, Any] = {}
        exec(f"import striate{module} as there", space)
        # The metric is there, the loss is not.
        assert (set(elsewhere.NAMES) - {"MeanAbsoluteError"}).isdisjoint(dir(space["there"]))
    assert not set(elsewhere.MODEL) & set(dir(model()))
    for layer in model().layers:
        assert not set(elsewhere.LAYER) & {*dir(layer), *config(layer)}
        assert not set(elsewhere.ARGUMENTS) & set(config(layer))


@pytest.mark.parametrize("name", sorted(elsewhere.MODEL))
def test_an_attribute_of_keras_models(name: str) -> None:
    for call in (lambda: getattr(model(), name), lambda: setattr(model(), name, 1)):
        error = refused(call)
        assert isinstance(error, AttributeError)
        assert (error.code, error.fields["name"]) == (f"keras.{elsewhere.MODEL[name]}", name)


@pytest.mark.parametrize("name", sorted(elsewhere.LAYER))
def test_an_attribute_of_keras_layers(name: str) -> None:
    layer = Conv2D(3, 3)
    for call in (lambda: getattr(layer, name), lambda: setattr(layer, name, 1)):
        error = refused(call)
        assert isinstance(error, AttributeError)
        assert (error.code, error.fields) == (f"keras.{elsewhere.LAYER[name]}", {"where": "Conv2D", "name": name})


def test_what_is_described_stays_as_it_was_made() -> None:
    error = refused(lambda: setattr(Conv2D(3, 3), "filters", 4))
    assert (error.code, error.fields) == ("setting.settled", {"where": "Conv2D", "name": "filters"})


def test_other_attributes_are_missed_as_python_does() -> None:
    for owner, kind in ((model(), "Sequential"), (Conv2D(3, 3), "Conv2D")):
        with pytest.raises(AttributeError, match=f"^'{kind}' object has no attribute 'nothing'"):
            _ = owner.nothing  # type: ignore[attr-defined]
        assert not hasattr(owner, "weighted_nothing")


def test_models_are_copied_and_pickled_as_before() -> None:
    first = model()
    for other in (copy.copy(first), copy.deepcopy(first), pickle.loads(pickle.dumps(first))):
        assert other.fingerprint == first.fingerprint


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: model().fit(X, Y, steps_per_epoch=3), "keras.part_of_epoch"),  # type: ignore[call-arg]
        (lambda: model().fit(X, Y, initial_epoch=3), "keras.goes_on"),  # type: ignore[call-arg]
        (lambda: model().summary(line_length=80), "keras.leave_out"),  # type: ignore[call-arg]
        (lambda: EarlyStopping(patience=2, verbose=1), "keras.leave_out"),  # type: ignore[call-arg]
        (lambda: Conv2D(3, 3, kernel_regularizer="l2"), "keras.regularizer"),  # type: ignore[call-arg]
        (lambda: Conv2D(3, 3, data_format="channels_first"), "keras.channels_last"),  # type: ignore[call-arg]
        (lambda: Dense(3, input_dim=4), "keras.flat_input"),  # type: ignore[call-arg]
        (lambda: Adam(decay=1e-6), "keras.decay"),  # type: ignore[call-arg]
    ],
)
def test_an_argument_of_keras(call: Callable[[], object], code: str) -> None:
    error = refused(call)
    assert isinstance(error, TypeError) and error.code == code


@pytest.mark.parametrize(
    ("call", "code", "fields"),
    [
        (lambda: model().compile("adam", "mse", "accuracy"), "setting.too_many", {"required": 2, "came": 3}),  # type: ignore[misc]
        (lambda: Input(12, 12, 1), "setting.too_many", {"required": 1, "came": 3}),  # type: ignore[call-arg]
        (lambda: striate.Sequential([Dense(3)], "net"), "setting.too_many", {"required": 1, "came": 2}),  # type: ignore[call-arg]
        (lambda: striate.Sequential(Dense(3)), "graph.no_list", {"came": "Dense"}),  # type: ignore[arg-type]
        (lambda: model().compile(Adam, "mse"), "name.is_class", {"name": "Adam"}),  # type: ignore[arg-type]
        (lambda: model().fit(X, Y, augmentation="usual"), "setting.augmentation", {"came": "usual"}),  # type: ignore[arg-type]
        (lambda: model().fit((X, Y)), "data.pair", {"came": 2}),  # type: ignore[arg-type]
        (lambda: model().evaluate((X, Y)), "data.pair", {"came": 2}),  # type: ignore[arg-type]
        (lambda: model().fit(zip(X, Y, strict=True), Y), "data.goes_once", {"came": "zip"}),  # type: ignore[arg-type]
        (lambda: model().set_weights(None), "weights.do_not_fit", {"came": "NoneType"}),  # type: ignore[arg-type]
        (lambda: model().save("a\0b.safetensors"), "setting.path", {"came": "a\0b.safetensors"}),
    ],
)
def test_a_slip_is_answered_in_a_sentence(call: Callable[[], object], code: str, fields: dict[str, Any]) -> None:
    error = refused(call)
    assert error.code == code and fields.items() <= error.fields.items()


def test_a_folder_is_no_file_to_save_to() -> None:
    for path in (".", "/"):
        assert refused(lambda path=path: model().save(path)).code == "file.is_folder_to_write"


def test_the_batch_may_stand_before_the_sizes_to_build_for() -> None:
    made = striate.Sequential([Conv2D(2, 3), Flatten(), Dense(2)])
    made.build((None, 6, 5, 1))
    assert made.graph.input_shape == (6, 5, 1)


@pytest.mark.parametrize("first", [[Input((6, 5, 1)), Conv2D(2, 3)], [Conv2D(2, 3, input_shape=(6, 5, 1))]])
def test_the_size_that_the_first_layer_says_holds(first: list[Layer]) -> None:
    made = striate.Sequential([*first, Flatten(), Dense(2)])
    made.theta[:] = 1.5
    made.build((6, 5, 1))
    assert set(made.theta.tolist()) == {1.5}
    caught = refused(lambda: made.build((7, 5, 1)))
    assert (caught.code, caught.fields) == ("graph.input_shape_said", {"required": (6, 5, 1), "came": (7, 5, 1)})


def test_a_size_that_the_first_layer_leaves_open_may_be_any() -> None:
    made = striate.Sequential([Input((None, None, 3)), Conv2D(2, 3), GlobalAveragePooling2D(), Dense(2)])
    made.build((7, 5, 3))
    assert made.graph.input_shape == (None, None, 3)
    assert refused(lambda: made.build((7, 5, 1))).code == "graph.input_shape_said"


@pytest.mark.parametrize("engine", ["native", "reference"])
def test_a_row_of_steps_has_the_bits_of_fit(engine: str) -> None:
    whole, steps = model(engine=engine), model(engine=engine)
    whole.fit(X, Y, batch_size=12, epochs=2, shuffle=False, verbose=0)
    for _ in range(2):
        for first in range(0, 30, 12):
            judged = steps.train_on_batch(X[first : first + 12], Y[first : first + 12])
    assert isinstance(judged, list) and len(judged) == 2
    assert steps.fingerprint == whole.fingerprint


def test_a_step_answers_as_evaluate_does() -> None:
    named = model().train_on_batch(X, Y, return_dict=True)
    assert isinstance(named, dict) and list(named) == ["loss", "accuracy"]
    assert isinstance(model(()).train_on_batch(X, Y), float)
    made = model()
    before = made.fingerprint
    assert made.test_on_batch(X, Y) == made.evaluate(X, Y, batch_size=30)
    np.testing.assert_array_equal(made.predict_on_batch(X), made.predict(X))
    assert made.fingerprint == before
    halves = model(()), model(())
    weights = np.where(Y == 1, 2.0, 1.0)
    assert halves[0].train_on_batch(X, Y, weights) == halves[1].train_on_batch(X, Y, class_weight={1: 2.0})
    assert halves[0].fingerprint == halves[1].fingerprint
    assert refused(lambda: made.train_on_batch(X[:0], Y[:0])).code == "data.no_pictures"


def test_a_whole_model_is_frozen_by_trainable() -> None:
    made = model()
    assert made.trainable
    made.trainable = False
    before = made.fingerprint
    made.fit(X, Y, verbose=0)
    assert made.fingerprint == before and not made.trainable
    made.unfreeze("dense1")
    assert made.trainable
    made.trainable = True
    assert refused(lambda: setattr(made, "trainable", 3)).code == "setting.flag"


def test_class_numbers_become_rows() -> None:
    np.testing.assert_array_equal(to_categorical([0, 2, 1]), np.eye(3)[[0, 2, 1]])
    np.testing.assert_array_equal(to_categorical(np.array([[1], [0]]), 4), np.eye(4)[[1, 0]])
    np.testing.assert_array_equal(striate.utils.to_categorical([1.0, 0.0]), np.eye(2)[[1, 0]])
    assert to_categorical([[0, 1], [2, 0]]).shape == (2, 2, 3)


@pytest.mark.parametrize(
    ("x", "classes", "code", "came"),
    [
        ([0, 3], 3, "data.class_numbers", 3),
        ([0, -1], None, "data.no_class_numbers", -1),
        ([0.5, 1], None, "data.no_class_numbers", 0.5),
        ([0, -1], 2, "data.class_numbers", -1),
    ],
)
def test_what_is_no_class_number(x: list[float], classes: int | None, code: str, came: float) -> None:
    error = refused(lambda: to_categorical(x, classes))
    assert (error.code, error.fields["came"]) == (code, came)


@pytest.mark.parametrize("x", [["a"], [], [np.nan], [None]])
def test_what_has_no_class_numbers(x: list[Any]) -> None:
    assert refused(lambda: to_categorical(x)).code == "data.no_class_numbers"
    assert refused(lambda: to_categorical([0], 0)).code == "setting.positive"
