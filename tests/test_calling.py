"""Layers called on arrays, Keras-fashion."""

import gc
import weakref
from itertools import count

import numpy as np
import pytest
from all_in_one import all_in_one
from cases import CASES, Case

import striate
from striate import Sequential, calling
from striate.errors import DataError, SizeError, StriateError
from striate.layers import Add, Concatenate, Conv2D, Dense, Flatten, InputLayer, MaxPooling2D

over_the_table = all_in_one("case", CASES)


def test_a_layer_called_on_an_array_answers_with_one(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "_seeds", count())  # as in a process that has called none before
    layer, x = Conv2D(4, 3, activation="relu"), rng.standard_normal((2, 6, 5, 3))
    y = layer(x)
    assert (y.dtype, y.shape) == (np.float32, (2, 4, 3, 4)) and (y > 0).any()
    np.testing.assert_array_equal(layer(x), y)  # its weights were drawn once
    np.testing.assert_array_equal(layer(x.tolist()), y)
    model = Sequential([Conv2D(4, 3, activation="relu")])
    np.testing.assert_array_equal(model.predict(x), y)  # drawn as a model with seed 0 draws them
    assert layer(rng.standard_normal((1, 9, 9, 3))).shape == (1, 7, 7, 4)


def test_two_layers_are_drawn_apart(rng: np.random.Generator) -> None:
    """As in Keras: two filters of the same kind are two filters."""
    x = rng.standard_normal((1, 5, 5, 1))
    assert (Conv2D(2, 3)(x) != Conv2D(2, 3)(x)).any()


@over_the_table
def test_every_layer_of_the_table_can_be_called(case: Case, rng: np.random.Generator) -> None:
    given = [case.pictures(rng)]
    for node in case.graph.nodes[1:]:
        inputs = [given[i] for i in node.inputs]
        given.append(node.layer(inputs if len(inputs) > 1 else inputs[0]))
        assert (given[-1].shape, given[-1].dtype) == ((case.batch, *node.shape), np.float32)


def test_layers_that_join_are_called_on_a_list_of_arrays(rng: np.random.Generator) -> None:
    x, y = rng.standard_normal((2, 3, 4, 5, 2)).astype(np.float32)
    np.testing.assert_array_equal(Add()([x, y]), x + y)
    np.testing.assert_array_equal(Concatenate(axis=1)((x, y)), np.concatenate([x, y], axis=1))
    with pytest.raises(SizeError) as caught:
        Add()([x, y[:, :2]])
    assert caught.value.code == "size.add"
    with pytest.raises(DataError) as unlike:
        Add()([x, y[:2]])
    assert unlike.value.code == "layer.unlike_batches"


def test_a_layer_that_nobody_holds_is_forgotten() -> None:
    layer = Dense(3)
    layer(np.ones((1, 2)))
    held = weakref.ref(layer)
    del layer
    gc.collect()
    assert held() is None


@pytest.mark.parametrize(
    ("layer", "x"),
    [
        (Dense(2), "photo.png"),
        (Dense(2), None),
        (Dense(2), [[1, 2], [3]]),
        (Dense(2), np.ones((2, 2), complex)),
        (Dense(2), 5),
        (Dense(2), np.ones(3)),
        (Conv2D(2, 3), np.ones((8, 8, 3))),
        (Conv2D(2, 3), np.ones((8, 8))),
        (Conv2D(2, 9), np.ones((1, 8, 8, 3))),
        (MaxPooling2D(), np.ones((8, 8, 3))),
        (InputLayer((3,)), np.ones((2, 3))),
        (Flatten(), np.full((1, 2, 2, 1), np.nan)),
    ],
)
def test_what_a_layer_cannot_be_called_on(layer: striate.layers.Layer, x: object) -> None:
    with pytest.raises(StriateError) as caught:
        layer(x)
    assert str(caught.value)


def test_a_layers_weights_fit_what_it_was_first_called_on() -> None:
    layer = Conv2D(2, 3)
    layer(np.ones((1, 5, 5, 3)))
    with pytest.raises(DataError) as caught:
        layer(np.ones((1, 5, 5, 1)))
    assert caught.value.code == "layer.other_weights"
