"""What each layer computes, against its definition written out in loops, and in float32 against float64."""

from collections.abc import Mapping
from dataclasses import fields, replace
from math import prod

import numpy as np
import pytest
from cases import CASES, Array, Case, random_theta

from striate.engines.contract import Purpose
from striate.engines.reference.program import ReferenceEngine
from striate.layers import Activation, AveragePooling2D, Conv2D, Dense, Flatten, Layer, MaxPooling2D
from striate.network.graph import Graph, Node, chain
from striate.network.shapes import windows

over_the_table = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
NO_STATE = np.zeros(0)


def run(graph: Graph, theta: Array, x: Array, dtype: type[np.floating] = np.float64) -> Mapping[str, Array]:
    """What every node gives."""
    purpose = Purpose(keep=tuple(node.name for node in graph.nodes), dtype=dtype)
    return ReferenceEngine().compile(graph, len(x), purpose).forward(theta.astype(dtype), NO_STATE, x).kept


def alone(graph: Graph, node: Node, theta: Array, layer: Layer | None = None) -> tuple[Graph, Array]:
    """A node as a graph of its own, with its weights; `layer` may stand in for its layer."""
    single = Graph.to(chain([layer or node.layer], graph.shapes_into(node)[0]))
    own = np.zeros(single.theta.size, theta.dtype)
    weights = graph.theta.views(theta)
    for span in single.theta.spans:
        single.theta.view(own, span)[...] = weights[f"{graph.owner(node).name}/{span.name.split('/')[1]}"]
    return single, own


# Definitions: loops over places, one product or comparison at a time, no code of the package but where windows lie.


def pixels_of(
    layer: Conv2D | MaxPooling2D | AveragePooling2D, x: Array, p: int, q: int
) -> list[tuple[int, int, Array]]:
    """The pixels of window (p, q) that are picture: where in the window, and their values (N, C)."""
    placed = windows(layer, (x.shape[1], x.shape[2]))
    (top, _), (left, _) = placed.border
    found = []
    for r, s in np.ndindex(*placed.kernel):
        i, j = p * placed.stride[0] + r - top, q * placed.stride[1] + s - left
        if 0 <= i < x.shape[1] and 0 <= j < x.shape[2]:
            found.append((r, s, x[:, i, j]))
    return found


def activated(name: str, z: Array) -> Array:
    match name:
        case "relu":
            return np.where(z > 0, z, 0)
        case "sigmoid":
            return 1 / (1 + np.exp(-z))
        case "tanh":
            return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
        case "softmax":
            return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
        case _:
            return z


def defined(layer: Layer, x: Array, weights: list[Array], shape: tuple[int, ...]) -> Array:
    match layer:
        case Conv2D():
            z = np.zeros((len(x), *shape))
            for p, q in np.ndindex(*shape[:2]):
                for r, s, pixel in pixels_of(layer, x, p, q):
                    z[:, p, q] += pixel @ weights[0][r, s]
            return activated(layer.activation, z + sum(weights[1:]))
        case Dense():
            return activated(layer.activation, np.einsum("...c,ck->...k", x, weights[0]) + sum(weights[1:]))
        case MaxPooling2D() | AveragePooling2D():
            y = np.zeros((len(x), *shape))
            for p, q in np.ndindex(*shape[:2]):
                seen = np.stack([pixel for _, _, pixel in pixels_of(layer, x, p, q)])
                y[:, p, q] = seen.max(axis=0) if isinstance(layer, MaxPooling2D) else seen.mean(axis=0)
            return y
        case Flatten():
            return np.array([[picture[place] for place in np.ndindex(*x.shape[1:])] for picture in x])
        case Activation():
            return activated(layer.activation, x)
        case _:
            return x


@over_the_table
def test_each_layer_is_what_its_definition_says(case: Case, rng: np.random.Generator) -> None:
    graph, x = case.graph, case.pictures(rng)
    theta = random_theta(graph, rng)
    kept = run(graph, theta, x)
    for node in graph.nodes[1:]:
        single, own = alone(graph, node, theta)
        weights = list(single.theta.views(own).values())
        expected = defined(node.layer, kept[graph.nodes[node.inputs[0]].name], weights, node.shape)
        np.testing.assert_allclose(kept[node.name], expected, rtol=1e-12, atol=1e-13, err_msg=node.name)


@over_the_table
def test_shapes_and_dtype_are_those_of_the_graph(case: Case, rng: np.random.Generator) -> None:
    graph = case.graph
    for dtype in (np.float32, np.float64):
        kept = run(graph, random_theta(graph, rng), case.pictures(rng), dtype)
        for node in graph.nodes:
            assert (kept[node.name].shape, kept[node.name].dtype) == ((case.batch, *node.shape), dtype)


# float32: each node computes from float32 values, so what it may be off by follows from its own sums alone.

EPS = float(np.finfo(np.float32).eps)


def terms(layer: Layer, single: Graph) -> int:
    """How many numbers one output is summed from, the bias counted."""
    if isinstance(layer, AveragePooling2D):
        return prod(layer.pool_size)
    if isinstance(layer, Conv2D | Dense):
        return prod(single.theta.spans[0].shape[:-1]) + 1
    return 0


def rounding(layer: Layer, single: Graph, own: Array, x: Array, y: Array) -> Array:
    """How far float32 may be from y: n terms off by n eps of the sum of their sizes, then what the activation adds."""
    n = terms(layer, single)
    magnitude = np.zeros_like(y)
    plain = {each.name: "linear" for each in fields(layer) if each.name == "activation"}
    if n:
        straight, _ = alone(single, single.nodes[-1], own, replace(layer, **plain))
        magnitude = run(straight, np.abs(own), np.abs(x))[straight.nodes[-1].name]
    error = (n + 1) * EPS * magnitude
    match getattr(layer, "activation", "linear"):
        case "sigmoid" | "tanh":  # slopes of at most 1; a handful of roundings of their own
            return error + 8 * EPS * np.maximum(np.abs(y), EPS)
        case "softmax":  # e^(x - max): what x - max is off by, the exponential multiplies by; then a sum of K
            z = run(straight, own, x)[straight.nodes[-1].name] if n else x
            reach = (z.max(axis=-1) - z.min(axis=-1))[..., None]
            off = 2 * error.max(axis=-1, keepdims=True) + (reach + z.shape[-1] + 8) * EPS
            return 2 * off * y + float(np.finfo(np.float32).tiny)
        case _:
            return error


@over_the_table
def test_float32_is_off_by_no_more_than_its_sums_allow(case: Case, rng: np.random.Generator) -> None:
    graph = case.graph
    theta = random_theta(graph, rng).astype(np.float32).astype(np.float64)
    kept = run(graph, theta, case.pictures(rng), np.float32)
    for node in graph.nodes[1:]:
        single, own = alone(graph, node, theta)
        x = kept[graph.nodes[node.inputs[0]].name].astype(np.float64)
        exact = run(single, own, x)[single.nodes[-1].name]
        bound = rounding(node.layer, single, own, x, exact)
        off = np.abs(kept[node.name] - exact)
        assert (off <= bound).all(), f"{node.name}: {(off - bound).max()} beyond its bound"


@over_the_table
def test_a_picture_alone_gives_what_it_gives_among_others(case: Case, rng: np.random.Generator) -> None:
    graph, x = case.graph, case.pictures(rng)
    theta = random_theta(graph, rng)
    together = run(graph, theta, x)[graph.nodes[-1].name]
    for i in range(len(x)):
        one = run(graph, theta, x[i : i + 1])[graph.nodes[-1].name]
        np.testing.assert_allclose(one[0], together[i], rtol=1e-12, atol=1e-14)


@over_the_table
def test_nothing_is_written_to(case: Case, rng: np.random.Generator) -> None:
    graph, x = case.graph, case.pictures(rng)
    theta = random_theta(graph, rng)
    for array in (theta, x):
        array.setflags(write=False)
    purpose = Purpose(gradients_of=("input1",), dtype=np.float64)
    program = ReferenceEngine().compile(graph, len(x), purpose)
    dy = rng.standard_normal((len(x), *graph.output_shape))
    dy.setflags(write=False)
    program.backward(theta, NO_STATE, x, {graph.nodes[-1].name: dy})


def test_max_pooling_lets_no_padding_win() -> None:
    """All pixels are below the zeros that padding stands for elsewhere."""
    x = -1 - np.arange(9.0).reshape(1, 3, 3, 1)
    graph = Graph.to(chain([MaxPooling2D(2, padding="same")], (3, 3, 1)))
    output = run(graph, np.zeros(0), x)["pool1"][0, :, :, 0]
    assert output.tolist() == [[-1, -3], [-7, -9]]


def test_average_pooling_does_not_count_padding() -> None:
    x = np.arange(1.0, 10).reshape(1, 3, 3, 1)
    graph = Graph.to(chain([AveragePooling2D(2, padding="same")], (3, 3, 1)))
    assert run(graph, np.zeros(0), x)["pool1"][0, :, :, 0].tolist() == [[3, 4.5], [7.5, 9]]


def test_max_pooling_and_relu_keep_nan() -> None:
    """A number that is not finite must reach the loss, or training would go on blind."""
    x = np.zeros((1, 4, 4, 1))
    x[0, 1, 1] = np.nan
    graph = Graph.to(chain([Activation("relu"), MaxPooling2D()], (4, 4, 1)))
    assert np.isnan(run(graph, np.zeros(0), x)["pool1"][0, :, :, 0]).tolist() == [[True, False], [False, False]]
