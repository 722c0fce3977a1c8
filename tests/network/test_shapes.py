"""Size rules against counting, over the whole table; what a unit sees against what reaches it."""

from math import ceil, prod

import numpy as np
import pytest
from all_in_one import all_in_one
from cases import CASES, Case, Curve, random_state, random_theta

from striate.engines.contract import Purpose
from striate.engines.reference.program import ReferenceEngine
from striate.errors import SizeError
from striate.layers import (
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
    Input,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    ZeroPadding2D,
)
from striate.network.graph import Graph, chain
from striate.network.shapes import output_shape, weights

Shape = tuple[int, ...]
over_the_table = all_in_one("case", CASES)


def places(size: int, kernel: int, stride: int, padding: object, axis: int) -> int:
    """How many windows fit, by moving one along."""
    if padding == "same":
        return ceil(size / stride)
    before, after = (0, 0) if padding == "valid" else padding[axis]  # type: ignore[index]
    return len([start for start in range(-before, size + after, stride) if start + kernel <= size + after])


def convolved(layer: Conv2D | DepthwiseConv2D, shape: Shape) -> list[int]:
    """A dilated kernel spans as many pixels as it has taps and gaps."""
    spans = [
        len(range(0, f * d, d)) + (f - 1) * (d - 1) for f, d in zip(layer.kernel_size, layer.dilation_rate, strict=True)
    ]
    return [places(shape[i], spans[i], layer.strides[i], layer.padding, i) for i in (0, 1)]


def expected_shape(layer: Layer, shape: Shape, *others: Shape) -> Shape:
    """Counted out here, without the package's rules."""
    match layer:
        case Conv2D():
            return *convolved(layer, shape), layer.filters
        case DepthwiseConv2D():
            return *convolved(layer, shape), shape[2] * layer.depth_multiplier
        case GlobalAveragePooling2D() | GlobalMaxPooling2D():
            return (1, 1, shape[2]) if layer.keepdims else (shape[2],)
        case ZeroPadding2D():
            (top, bottom), (left, right) = layer.padding
            return shape[0] + top + bottom, shape[1] + left + right, shape[2]
        case Concatenate():
            grown = np.concatenate([np.empty((1, *each)) for each in (shape, *others)], axis=layer.axis)
            return grown.shape[1:]
        case MaxPooling2D() | AveragePooling2D():
            strides = layer.strides or layer.pool_size
            return *(places(shape[i], layer.pool_size[i], strides[i], layer.padding, i) for i in (0, 1)), shape[2]
        case Flatten():
            return (prod(shape),)
        case Dense():
            return *shape[:-1], layer.units
        case _:
            return shape


@over_the_table
def test_shapes_are_what_counting_gives(case: Case) -> None:
    for node in case.graph.nodes[1:]:
        assert node.shape == expected_shape(node.layer, *case.graph.shapes_into(node))


def expected_weights(layer: Layer, channels: int) -> dict[str, Shape]:
    match layer:
        case Conv2D():
            kernel, outputs = (*layer.kernel_size, channels // layer.groups, layer.filters), layer.filters
        case DepthwiseConv2D():
            kernel = (*layer.kernel_size, channels, layer.depth_multiplier)
            outputs = channels * layer.depth_multiplier
        case Dense():
            kernel, outputs = (channels, layer.units), layer.units
        case BatchNormalization() | LayerNormalization():
            return {n: (channels,) for n, has in (("gamma", layer.scale), ("beta", layer.center)) if has}
        case Curve():
            return {"w": (channels,)}
        case _:
            return {}
    return {"kernel": kernel, "bias": (outputs,)} if layer.use_bias else {"kernel": kernel}


@over_the_table
def test_weights_are_what_the_layers_say(case: Case) -> None:
    graph = case.graph
    expected, statistics = dict[str, Shape](), dict[str, Shape]()
    for node in graph.nodes[1:]:
        if graph.owner(node) is node:
            channels = graph.shapes_into(node)[0][-1]
            expected |= {f"{node.name}/{k}": v for k, v in expected_weights(node.layer, channels).items()}
            if isinstance(node.layer, BatchNormalization):
                statistics |= {f"{node.name}/moving_{name}": (channels,) for name in ("mean", "variance")}
    assert {span.name: span.shape for span in graph.theta.spans} == expected
    assert {span.name: span.shape for span in graph.state.spans} == statistics
    assert graph.theta.count == sum(map(prod, expected.values()))
    assert graph.state.count == sum(map(prod, statistics.values()))


@over_the_table
def test_multiply_adds_are_one_for_each_weight_at_each_place(case: Case) -> None:
    graph = case.graph
    for node in graph.nodes[1:]:
        kernels = [w.shape for w in weights(node.layer, *graph.shapes_into(node)) if w.name == "kernel"]
        assert graph.multiply_adds(node) == sum(prod(kernel) * prod(node.shape[:-1]) for kernel in kernels)


@all_in_one("case", [c for c in CASES if len(c.shape) == 3])
def test_a_unit_sees_exactly_its_receptive_field(case: Case, rng: np.random.Generator) -> None:
    """A NaN in one pixel makes NaN of every unit that looks at it, and of no other.

    A field is a box: in it there may be pixels that a dilated kernel steps over, or that no branch looks at.
    """
    graph = case.graph
    height, width, channels = case.shape
    pixels = [(i, j) for i in range(height) for j in range(width)]
    x = np.repeat(rng.standard_normal((1, height, width, channels)), len(pixels), axis=0)
    for picture, (i, j) in enumerate(pixels):
        x[picture, i, j] = np.nan
    keep = tuple(node.name for node in graph.nodes)
    program = ReferenceEngine().compile(graph, len(x), Purpose(keep=keep, dtype=np.float64))
    kept = program.forward(random_theta(graph, rng), random_state(graph, rng), x).kept
    full = not case.branches and all(getattr(n.layer, "dilation_rate", (1, 1)) == (1, 1) for n in graph.nodes)
    for node, field in zip(graph.nodes, graph.fields, strict=True):
        if field is None:
            continue
        rows, columns = field
        reached = np.isnan(kept[node.name]).any(axis=-1)  # pixels P Q
        for p, q in np.ndindex(*node.shape[:2]):
            top, left = rows.start + p * rows.stride, columns.start + q * columns.stride
            inside = [top <= i < top + rows.size and left <= j < left + columns.size for i, j in pixels]
            found = reached[:, p, q].tolist()
            assert found == inside if full else not set(np.flatnonzero(found)) - set(np.flatnonzero(inside))


def test_fields_of_dilated_kernels_and_branches() -> None:
    """By hand: 3 taps 2 apart span 5; a box around a branch of 5 and one of 1; nothing where branches stride unlike."""
    x = Input((9, 9, 1))
    y = Conv2D(1, 3, padding="same", dilation_rate=2)(x)
    fields = Graph.to(Add()([y, x])).fields
    assert [field and (field[0].start, field[0].size, field[0].stride) for field in fields] == [
        (0, 1, 1), (-2, 5, 1), (-2, 5, 1),
    ]  # fmt: skip
    padded = Graph.to(Conv2D(1, 3, strides=2)(ZeroPadding2D(((1, 0), (2, 0)))(x))).fields[-1]
    assert padded and [(f.start, f.size, f.stride) for f in padded] == [(-1, 3, 2), (-2, 3, 2)]
    x = Input((6, 6, 1))
    assert Graph.to(Add()([Conv2D(1, 2, strides=2)(x), Conv2D(1, 4)(x)])).fields[-1] is None
    assert Graph.to(Concatenate(axis=1)([x, x])).fields[-1] is None


def test_behind_flatten_a_unit_sees_everything() -> None:
    graph = Graph.to(chain([Conv2D(2, 3), Flatten(), Dense(3)], (5, 5, 1)))
    assert graph.fields[2:] == (None, None)


@pytest.mark.parametrize("size", [(5, 7), (28, 28), (427, 640)])
def test_the_number_of_weights_does_not_depend_on_the_picture(size: tuple[int, int]) -> None:
    """F*F*C_in*C_out + C_out."""
    assert Graph.to(Conv2D(16, 5)(Input((*size, 3)))).theta.count == 5 * 5 * 3 * 16 + 16


def test_six_filters_give_six_maps() -> None:
    assert output_shape(Conv2D(6, 3), (7, 7, 1)) == (5, 5, 6)


def test_49_numbers_become_25() -> None:
    assert prod(output_shape(Conv2D(1, 3), (7, 7, 1))) == 25


def test_two_3x3_have_18_weights_where_one_5x5_has_25() -> None:
    """Per pair of channels, and both end at the same size."""
    small = Graph.to(chain([Conv2D(1, 3, use_bias=False), Conv2D(1, 3, use_bias=False)], (9, 9, 1)))
    large = Graph.to(chain([Conv2D(1, 5, use_bias=False)], (9, 9, 1)))
    assert (small.theta.count, large.theta.count) == (18, 25)
    assert small.output_shape == large.output_shape
    assert small.fields[-1] == large.fields[-1]


@pytest.mark.parametrize(("kernel", "size", "cost"), [(3, 4, 36), (2, 4, 36), (3, 28, 6084), (2, 28, 2916)])
def test_cost_of_small_and_large_kernels(kernel: int, size: int, cost: int) -> None:
    graph = Graph.to(Conv2D(1, kernel)(Input((size, size, 1))))
    assert graph.multiply_adds(graph.nodes[-1]) == cost


def test_a_kernel_that_does_not_fit_walks_the_sizes_from_the_input() -> None:
    x = Input((28, 28, 1))
    for _ in range(3):
        x = MaxPooling2D()(Conv2D(4, 3)(x))
    with pytest.raises(SizeError) as caught:
        Conv2D(8, 3, name="last")(x)
    assert caught.value.code == "size.kernel_too_large"
    fields = caught.value.fields
    assert (fields["layer"], fields["kernel"], fields["size"]) == ("last", (3, 3), (1, 1))
    walk = [(name, shape[0]) for name, shape in fields["walk"]]  # type: ignore[attr-defined]
    assert walk == [
        ("input1", 28), ("conv1", 26), ("pool1", 13), ("conv2", 11), ("pool2", 5), ("conv3", 3), ("pool3", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Conv2D(1, 4), (3, 9, 1)),
        (Conv2D(1, (1, 5)), (9, 4, 1)),
        (Conv2D(1, 5, strides=3), (3, 3, 1)),
        (Conv2D(1, 6, padding=((1, 0), (2, 2))), (4, 4, 1)),
        (MaxPooling2D(), (1, 5, 2)),
        (AveragePooling2D((2, 6)), (5, 5, 2)),
    ],
)
def test_windows_larger_than_the_map_are_refused(layer: Layer, shape: Shape) -> None:
    with pytest.raises(SizeError) as caught:
        layer(Input(shape))
    assert caught.value.code == "size.kernel_too_large"


@pytest.mark.parametrize("layer", [Conv2D(1, 1), MaxPooling2D(1), AveragePooling2D(1)])
@pytest.mark.parametrize("shape", [(5,), (5, 5), (5, 5, 1, 1)])
def test_windows_need_maps(layer: Layer, shape: Shape) -> None:
    with pytest.raises(SizeError) as caught:
        layer(Input(shape))
    assert caught.value.code == "size.needs_maps"


@pytest.mark.parametrize("pool", [MaxPooling2D, AveragePooling2D])
@pytest.mark.parametrize("padding", [3, (0, 2), ((0, 0), (2, 0)), ((0, 3), (1, 1))])
def test_a_pooling_window_of_padding_alone_is_refused(pool: type[Layer], padding: object) -> None:
    """It has neither a largest pixel nor a mean."""
    with pytest.raises(SizeError):
        pool(2, strides=1, padding=padding)(Input((5, 5, 1)))  # type: ignore[call-arg]
