"""Losses against stored values of Keras, fused against unfused, and at the ends of what can be computed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import Array

from striate import losses
from striate.engines.contract import Key, Purpose, Stepped
from striate.engines.reference.losses import loss_function
from striate.engines.reference.program import ReferenceEngine
from striate.engines.targets import like_output
from striate.layers import Activation, Dense, Flatten, Layer
from striate.network.graph import Graph, chain
from striate.network.losses import LOSSES
from striate.network.settings import config

STORED = np.load(Path(__file__).parents[1] / "parity" / "losses.npz")
ENTRIES: dict[str, dict[str, Any]] = json.loads(str(STORED["description"]))


@pytest.mark.parametrize("name", ENTRIES)
def test_values_and_gradients_are_those_of_keras(name: str) -> None:
    entry = ENTRIES[name]
    loss = getattr(losses, entry["class"])(**entry["config"])
    prediction, weight = STORED[entry["prediction"]], entry["sample_weight"]
    share = (STORED[weight] if weight else np.ones(len(prediction))) / len(prediction)
    function, fused = loss_function(loss, "linear")
    target = like_output(STORED[entry["target"]], prediction)
    assert not fused
    np.testing.assert_allclose(function.forward(prediction, target) @ share, STORED[f"{name}/value"], rtol=1e-13)
    gradient = function.backward(prediction, target) * share[:, None]
    np.testing.assert_allclose(gradient, STORED[f"{name}/gradient"], rtol=1e-12, atol=1e-15)


def test_the_stored_entries_cover_every_loss() -> None:
    assert {entry["class"] for entry in ENTRIES.values()} == {kind.__name__ for kind in LOSSES.values()}
    assert len(ENTRIES) == 52


def stepped(layers: list[Layer], loss: losses.Loss, x: Array, y: Array, weight: Array | None = None) -> Stepped:
    """One step of a network whose weights make it pass its inputs on."""
    graph = Graph.to(chain(layers, x.shape[1:]))
    theta = np.zeros(graph.theta.size)
    graph.theta.views(theta)["dense1/kernel"][...] = np.eye(x.shape[1])
    built = ReferenceEngine().compile(graph, len(x), Purpose(loss=loss, dtype=np.float64))
    return built.step(theta, np.zeros(0), x, y, weight, Key(0, 0))


LABELS = np.array([2, 0, 3, 1, 2])
SHARES = np.array(
    [[0.1, 0.2, 0.3, 0.4], [1, 0, 0, 0], [0, 0.5, 0.5, 0], [0.25, 0.25, 0.25, 0.25], [0.7, 0.1, 0.1, 0.1]]
)
MANY_HOT = np.array([[1.0, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 0, 0], [0.5, 0.25, 0, 1]])


@pytest.mark.parametrize("weight", [None, np.array([0.5, 2, 0, 1, 0.25])], ids=["plain", "weighted"])
@pytest.mark.parametrize(
    ("loss", "activation", "y"),
    [
        (losses.SparseCategoricalCrossentropy(), "softmax", LABELS),
        (losses.CategoricalCrossentropy(), "softmax", LABELS),
        (losses.CategoricalCrossentropy(), "softmax", SHARES),
        (losses.CategoricalCrossentropy(label_smoothing=0.25), "softmax", LABELS),
        (losses.BinaryCrossentropy(), "sigmoid", MANY_HOT),
    ],
)
def test_fused_and_unfused_agree(
    loss: losses.Loss, activation: str, y: Array, weight: Array | None, rng: np.random.Generator
) -> None:
    """Fused: the loss takes the last activation in. A layer behind the activation keeps it from doing so."""
    x = rng.standard_normal((5, 4))
    fused = stepped([Dense(4, activation)], loss, x, y, weight)
    apart = stepped([Dense(4), Activation(activation)], loss, x, y, weight)
    unfused = stepped([Dense(4, activation), Flatten()], loss, x, y, weight)
    logits = type(loss)(**config(loss) | {"from_logits": True})
    for other in (apart, unfused, stepped([Dense(4)], logits, x, y, weight)):
        np.testing.assert_allclose(other.loss, fused.loss, rtol=1e-12)
        np.testing.assert_allclose(other.gradient, fused.gradient, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(apart.output, fused.output, rtol=1e-15)


def test_class_numbers_and_their_one_hot_form_are_the_same(rng: np.random.Generator) -> None:
    x, one_hot = rng.standard_normal((5, 4)), np.eye(4)[LABELS]
    for layers in ([Dense(4, "softmax")], [Dense(4, "sigmoid")]):
        sparse = stepped(layers, losses.SparseCategoricalCrossentropy(), x, LABELS)
        categorical = stepped(layers, losses.CategoricalCrossentropy(), x, one_hot)
        assert sparse.loss == categorical.loss
        np.testing.assert_array_equal(sparse.gradient, categorical.gradient)


@pytest.mark.parametrize(
    ("loss", "activation", "y"),
    [
        (losses.SparseCategoricalCrossentropy(), "softmax", np.array([1, 0])),
        (losses.SparseCategoricalCrossentropy(from_logits=True), "linear", np.array([1, 0])),
        (losses.BinaryCrossentropy(), "sigmoid", np.array([[0.0, 1], [1, 0]])),
        (losses.BinaryCrossentropy(from_logits=True), "linear", np.array([[0.0, 1], [1, 0]])),
    ],
)
def test_a_surely_wrong_answer_still_teaches(loss: losses.Loss, activation: str, y: Array) -> None:
    """Where the probability rounds to 0, the fused loss is what it should be, and its gradient is not lost."""
    x = np.array([[800.0, -800.0], [-800.0, 800.0]])
    found = stepped([Dense(2, activation)], loss, x, y)
    right = 800.0 if isinstance(loss, losses.BinaryCrossentropy) else 1600.0
    np.testing.assert_allclose(found.loss, right)
    assert np.isfinite(found.gradient).all() and np.abs(found.gradient).max() > 100


def test_the_error_of_the_lessons() -> None:
    """Dog -> (1, 0), cat -> (0, 1); an output (0.7, 0) leaves an error of 0.3, (0, 0.8) one of 0.2."""
    outputs, wanted = np.array([[0.7, 0], [0, 0.8]]), np.eye(2)
    found = stepped([Dense(2)], losses.MeanSquaredError(), outputs, wanted)
    np.testing.assert_allclose(found.loss, (0.3**2 + 0 + 0 + 0.2**2) / 4)


def test_mean_squared_error_of_a_line() -> None:
    """E(m, b) = 1/N sum (y_i - (m x_i + b))^2, with the gradient that calculus gives."""
    x, y = np.array([[0.0], [1], [2], [4]]), np.array([[1.0], [2], [2], [5]])
    m, b = 1.5, -0.25
    graph = Graph.to(chain([Dense(1)], (1,)))
    theta = np.zeros(graph.theta.size)
    weights = graph.theta.views(theta)
    weights["dense1/kernel"][...], weights["dense1/bias"][...] = m, b
    built = ReferenceEngine().compile(graph, 4, Purpose(loss=losses.MeanSquaredError(), dtype=np.float64))
    found = built.step(theta, np.zeros(0), x, y, None, Key(0, 0))
    error = y - (m * x + b)
    np.testing.assert_allclose(found.loss, np.square(error).mean())
    gradient = graph.theta.views(found.gradient)
    np.testing.assert_allclose(gradient["dense1/kernel"], [[-2 * (error * x).mean()]])
    np.testing.assert_allclose(gradient["dense1/bias"], [-2 * error.mean()])


def test_a_loss_over_maps_is_the_mean_over_places(rng: np.random.Generator) -> None:
    z, labels = rng.standard_normal((2, 3, 2, 4)), rng.integers(0, 4, (2, 3, 2))
    function, _ = loss_function(losses.SparseCategoricalCrossentropy(from_logits=True), "linear")
    per_picture = function.forward(z, like_output(labels, z))
    p = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    by_place = [[-np.log(p[n, i, j, labels[n, i, j]]) for i in range(3) for j in range(2)] for n in range(2)]
    np.testing.assert_allclose(per_picture, np.mean(by_place, axis=1))


def test_binary_classes_of_one_output_may_come_flat() -> None:
    z = np.array([[0.2], [-1.0]])
    np.testing.assert_array_equal(like_output(np.array([1, 0]), z), [[1.0], [0.0]])
