"""What each layer computes, against its definition written out in loops, and in float32 against float64."""

from collections.abc import Mapping
from dataclasses import fields, replace
from math import prod

import numpy as np
from all_in_one import all_in_one
from cases import CASES, Array, Case, Curve, Gate, random_state, random_theta

from striate.engines.contract import Key, Purpose
from striate.engines.reference.program import ReferenceEngine
from striate.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    ReLU,
    Softmax,
    ZeroPadding2D,
)
from striate.losses import MeanSquaredError
from striate.network.graph import Graph, Node, chain
from striate.network.layers import activation_of
from striate.network.shapes import windows

over_the_table = all_in_one("case", CASES)
NO_STATE = np.zeros(0)


def run(
    graph: Graph, theta: Array, state: Array, x: Array, dtype: type[np.floating] = np.float64
) -> Mapping[str, Array]:
    """What every node gives."""
    purpose = Purpose(keep=tuple(node.name for node in graph.nodes), dtype=dtype)
    return ReferenceEngine().compile(graph, len(x), purpose).forward(theta.astype(dtype), state.astype(dtype), x).kept


def weights_of(graph: Graph, node: Node, theta: Array, state: Array) -> dict[str, Array]:
    """A node's weights and running statistics by their own names."""
    every = graph.theta.views(theta) | graph.state.views(state)
    owner = f"{graph.owner(node).name}/"
    return {name.removeprefix(owner): view for name, view in every.items() if name.startswith(owner)}


# Definitions: loops over places, one product or comparison at a time, no code of the package but where windows lie.


def pixels_of(
    layer: Conv2D | DepthwiseConv2D | MaxPooling2D | AveragePooling2D, x: Array, p: int, q: int
) -> list[tuple[int, int, Array]]:
    """The pixels of window (p, q) that are picture: where in the window, and their values (N, C)."""
    placed = windows(layer, (x.shape[1], x.shape[2]))
    (top, _), (left, _) = placed.border
    found = []
    for r, s in np.ndindex(*placed.kernel):
        i = p * placed.stride[0] + r * placed.dilation[0] - top
        j = q * placed.stride[1] + s * placed.dilation[1] - left
        if 0 <= i < x.shape[1] and 0 <= j < x.shape[2]:
            found.append((r, s, x[:, i, j]))
    return found


def activated(name: str, z: Array) -> Array:
    match name:
        case "relu":
            return np.where(z > 0, z, 0)
        case "leaky_relu":
            return np.where(z > 0, z, z / 5)
        case "relu6":
            return np.where(z > 0, np.where(z < 6, z, 6), 0)
        case "elu":
            return np.where(z > 0, z, np.exp(z) - 1)
        case "selu":  # the paper's lambda and alpha
            return 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * (np.exp(z) - 1))
        case "silu":
            return z / (1 + np.exp(-z))
        case "gelu_tanh":
            return 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))
        case "softplus":
            return np.log(1 + np.exp(z))
        case "hard_sigmoid":
            return np.where(z <= -3, 0, np.where(z >= 3, 1, z / 6 + 0.5))
        case "sigmoid":
            return 1 / (1 + np.exp(-z))
        case "tanh":
            return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
        case "softmax":
            return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
        case _:
            return z


def convolved(layer: Conv2D | DepthwiseConv2D, x: Array, w: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Filter by filter: which channels it looks at, and where in the kernel its weights for them stand."""
    y = np.zeros((len(x), *shape)) + w.get("bias", 0)
    filters = shape[-1]
    for p, q, k in np.ndindex(*shape):
        for r, s, pixel in pixels_of(layer, x, p, q):
            if isinstance(layer, DepthwiseConv2D):
                c, m = divmod(k, layer.depth_multiplier)
                y[:, p, q, k] += pixel[:, c] * w["kernel"][r, s, c, m]
                continue
            each = x.shape[-1] // layer.groups
            first = k // (filters // layer.groups) * each
            for c in range(each):
                y[:, p, q, k] += pixel[:, first + c] * w["kernel"][r, s, c, k]
    return activated(layer.activation, y)


def rescaled(x: Array, mean: Array, variance: Array, epsilon: float, w: Mapping[str, Array]) -> Array:
    return (x - mean) / np.sqrt(variance + epsilon) * w.get("gamma", 1) + w.get("beta", 0)


def put_together(axis: int, xs: list[Array], shape: tuple[int, ...]) -> Array:
    y, place = np.zeros((len(xs[0]), *shape)), 0
    for x in xs:
        for i in range(x.shape[axis]):
            np.moveaxis(y, axis, 0)[place] = np.moveaxis(x, axis, 0)[i]
            place += 1
    return y


def defined(layer: Layer, xs: list[Array], w: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    x = xs[0]
    match layer:
        case Conv2D() | DepthwiseConv2D():
            return convolved(layer, x, w, shape)
        case Dense():
            return activated(layer.activation, np.einsum("...c,ck->...k", x, w["kernel"]) + w.get("bias", 0))
        case MaxPooling2D() | AveragePooling2D():
            y = np.zeros((len(x), *shape))
            for p, q in np.ndindex(*shape[:2]):
                seen = np.stack([pixel for _, _, pixel in pixels_of(layer, x, p, q)])
                y[:, p, q] = seen.max(axis=0) if isinstance(layer, MaxPooling2D) else seen.mean(axis=0)
            return y
        case GlobalAveragePooling2D() | GlobalMaxPooling2D():
            pixels = [x[:, i, j] for i, j in np.ndindex(*x.shape[1:3])]
            largest = isinstance(layer, GlobalMaxPooling2D)
            return (np.max(pixels, axis=0) if largest else sum(pixels) / len(pixels)).reshape(len(x), *shape)
        case ZeroPadding2D():
            (top, _), (left, _) = layer.padding
            y = np.zeros((len(x), *shape))
            for i, j in np.ndindex(*x.shape[1:3]):
                y[:, i + top, j + left] = x[:, i, j]
            return y
        case BatchNormalization():
            return rescaled(x, w["moving_mean"], w["moving_variance"], layer.epsilon, w)
        case LayerNormalization():
            mean = sum(x[..., c : c + 1] for c in range(x.shape[-1])) / x.shape[-1]
            variance = sum((x[..., c : c + 1] - mean) ** 2 for c in range(x.shape[-1])) / x.shape[-1]
            return rescaled(x, mean, variance, layer.epsilon, w)
        case Add():
            return sum(xs[1:], xs[0])
        case Concatenate():
            return put_together(layer.axis, xs, shape)
        case ReLU():
            low = np.where(x >= layer.threshold, x, layer.negative_slope * (x - layer.threshold))
            return low if layer.max_value is None else np.where(low > layer.max_value, layer.max_value, low)
        case Flatten():
            return np.array([[picture[place] for place in np.ndindex(*x.shape[1:])] for picture in x])
        case Activation():
            return activated(layer.activation, x)
        case Softmax():
            return activated("softmax", x)
        case Curve():
            return w["w"] * x**layer.power
        case Gate():
            return xs[0] * xs[1]
        case _:
            return x


@over_the_table
def test_each_layer_is_what_its_definition_says(case: Case, rng: np.random.Generator) -> None:
    graph, x = case.graph, case.pictures(rng)
    theta, state = random_theta(graph, rng), random_state(graph, rng)
    kept = run(graph, theta, state, x)
    for node in graph.nodes[1:]:
        inputs = [kept[graph.nodes[i].name] for i in node.inputs]
        expected = defined(node.layer, inputs, weights_of(graph, node, theta, state), node.shape)
        np.testing.assert_allclose(kept[node.name], expected, rtol=1e-12, atol=1e-13, err_msg=node.name)


@over_the_table
def test_shapes_and_dtype_are_those_of_the_graph(case: Case, rng: np.random.Generator) -> None:
    graph = case.graph
    for dtype in (np.float32, np.float64):
        kept = run(graph, random_theta(graph, rng), random_state(graph, rng), case.pictures(rng), dtype)
        for node in graph.nodes:
            assert (kept[node.name].shape, kept[node.name].dtype) == ((case.batch, *node.shape), dtype)


# float32: each node computes from float32 values, so what it may be off by follows from its own sums alone.

EPS = float(np.finfo(np.float32).eps)


def terms(layer: Layer, xs: list[Array], w: Mapping[str, Array]) -> int:
    """How many numbers one output is summed from, the bias counted."""
    match layer:
        case AveragePooling2D():
            return prod(layer.pool_size)
        case GlobalAveragePooling2D():
            return prod(xs[0].shape[1:3])
        case DepthwiseConv2D():
            return prod(w["kernel"].shape[:2]) + 1
        case Conv2D() | Dense():
            return prod(w["kernel"].shape[:-1]) + 1
        case Add():
            return len(xs)
        case _:
            return 0


def rounding_of_its_own(layer: Layer, xs: list[Array], w: Mapping[str, Array], y: Array) -> Array | float:
    """How far float32 may be from the output of a layer that is no sum of products."""
    x = xs[0]
    match layer:
        case BatchNormalization():  # a handful of roundings, each of what stands there
            z = (np.abs(x) + np.abs(w["moving_mean"])) / np.sqrt(w["moving_variance"] + layer.epsilon)
            return 8 * EPS * (z * np.abs(w.get("gamma", 1)) + np.abs(w.get("beta", 0)))
        case LayerNormalization():  # mean and variance are off by their C terms; z follows both
            largest = np.abs(x).max(axis=-1, keepdims=True) / np.sqrt(x.var(axis=-1, keepdims=True) + layer.epsilon)
            off = (x.shape[-1] + 8) * (1 + largest) * (1 + largest**2)
            return off * EPS * (np.abs(w.get("gamma", 1)) + np.abs(w.get("beta", 0)))
        case ReLU():
            return 4 * EPS * (np.abs(x) + layer.threshold)
        case Curve() | Gate():
            return 8 * EPS * np.abs(y)
        case _:
            return 0


def rounding(layer: Layer, xs: list[Array], w: Mapping[str, Array], y: Array) -> Array:
    """How far float32 may be from y: n terms off by n eps of the sum of their sizes, then what the activation adds."""
    plain = replace(layer, **{each.name: "linear" for each in fields(layer) if each.name == "activation"})
    n, z = terms(layer, xs, w), defined(plain, xs, w, y.shape[1:])
    sizes = defined(plain, [np.abs(x) for x in xs], {k: np.abs(v) for k, v in w.items()}, y.shape[1:]) if n else 0
    error = (n + 1) * EPS * sizes * bool(n) + np.zeros_like(y)
    match activation_of(layer):
        case "linear" | "relu":
            return error + rounding_of_its_own(layer, xs, w, y)
        case "softmax":  # e^(x - max): what x - max is off by, the exponential multiplies by; then a sum of K
            z = xs[0] if isinstance(layer, Softmax) else z
            reach = (z.max(axis=-1) - z.min(axis=-1))[..., None]
            off = 2 * error.max(axis=-1, keepdims=True) + (reach + z.shape[-1] + 8) * EPS
            return 2 * off * y + float(np.finfo(np.float32).tiny)
        case "sigmoid" | "tanh":  # slopes of at most 1; a handful of roundings of their own
            return error + 8 * EPS * np.maximum(np.abs(y), EPS)
        case _:  # slopes of at most 1.76 (selu's); where parts cancel (gelu), roundings are of the size of z
            return 2 * error + 8 * EPS * (np.abs(y) + np.abs(z))


@over_the_table
def test_float32_is_off_by_no_more_than_its_sums_allow(case: Case, rng: np.random.Generator) -> None:
    graph = case.graph
    theta, state = (
        v.astype(np.float32).astype(np.float64) for v in (random_theta(graph, rng), random_state(graph, rng))
    )
    kept = run(graph, theta, state, case.pictures(rng), np.float32)
    for node in graph.nodes[1:]:
        inputs = [kept[graph.nodes[i].name].astype(np.float64) for i in node.inputs]
        weights = weights_of(graph, node, theta, state)
        exact = defined(node.layer, inputs, weights, node.shape)
        bound = rounding(node.layer, inputs, weights, exact)
        off = np.abs(kept[node.name] - exact)
        assert (off <= bound).all(), f"{node.name}: {(off - bound).max()} beyond its bound"


@over_the_table
def test_a_picture_alone_gives_what_it_gives_among_others(case: Case, rng: np.random.Generator) -> None:
    graph, x = case.graph, case.pictures(rng)
    theta, state = random_theta(graph, rng), random_state(graph, rng)
    together = run(graph, theta, state, x)[graph.nodes[-1].name]
    for i in range(len(x)):
        one = run(graph, theta, state, x[i : i + 1])[graph.nodes[-1].name]
        np.testing.assert_allclose(one[0], together[i], rtol=1e-12, atol=1e-14)


@over_the_table
def test_nothing_is_written_to(case: Case, rng: np.random.Generator) -> None:
    graph, x = case.graph, case.pictures(rng)
    theta, state = random_theta(graph, rng), random_state(graph, rng)
    dy = rng.standard_normal((len(x), *graph.output_shape))
    for array in (theta, state, x, dy):
        array.setflags(write=False)
    for by_batch in (False, True):
        purpose = Purpose(
            loss=MeanSquaredError(), gradients_of=("input1",), batch_statistics=by_batch, dtype=np.float64
        )
        program = ReferenceEngine().compile(graph, len(x), purpose)
        program.backward(theta, state, x, {graph.nodes[-1].name: dy})
        program.step(theta, state, x, dy, None, Key(0, 0))


def test_max_pooling_lets_no_padding_win() -> None:
    """All pixels are below the zeros that padding stands for elsewhere."""
    x = -1 - np.arange(9.0).reshape(1, 3, 3, 1)
    graph = Graph.to(chain([MaxPooling2D(2, padding="same")], (3, 3, 1)))
    output = run(graph, NO_STATE, NO_STATE, x)["pool1"][0, :, :, 0]
    assert output.tolist() == [[-1, -3], [-7, -9]]


def test_average_pooling_does_not_count_padding() -> None:
    x = np.arange(1.0, 10).reshape(1, 3, 3, 1)
    graph = Graph.to(chain([AveragePooling2D(2, padding="same")], (3, 3, 1)))
    assert run(graph, NO_STATE, NO_STATE, x)["pool1"][0, :, :, 0].tolist() == [[3, 4.5], [7.5, 9]]


def test_max_pooling_and_relu_keep_nan() -> None:
    """A number that is not finite must reach the loss, or training would go on blind."""
    x = np.zeros((1, 4, 4, 1))
    x[0, 1, 1] = np.nan
    graph = Graph.to(chain([Activation("relu"), MaxPooling2D()], (4, 4, 1)))
    assert np.isnan(run(graph, NO_STATE, NO_STATE, x)["pool1"][0, :, :, 0]).tolist() == [[True, False], [False, False]]
