"""The share of padding, counted in plain loops from the layers' descriptions."""

from fractions import Fraction
from math import prod

import numpy as np
import pytest
from all_in_one import all_in_one
from cases import CASES, Case

from striate.errors import SettingError, StateError, UnknownNameError
from striate.inspection.fields.padding import box_shares, layers_with_maps, padding_map, walk_shares
from striate.layers import (
    Add,
    Concatenate,
    Conv2D,
    CustomLayer,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    ZeroPadding2D,
)
from striate.network.graph import Graph
from striate.sequential import Sequential

PICTURES = [case for case in CASES if len(case.shape) == 3]
Index = tuple[int, ...]


def borders(layer: object, size: Index, kernel: Index, stride: Index) -> tuple[int, int]:
    """(top, left), by the definition of each padding."""
    padding = layer.padding  # type: ignore[attr-defined]
    if padding == "valid":
        return 0, 0
    if padding == "same":
        missing = [max((-(-n // s) - 1) * s + f - n, 0) for n, f, s in zip(size, kernel, stride, strict=True)]
        return missing[0] // 2, missing[1] // 2
    return padding[0][0], padding[1][0]


class Counted:
    """Ways down from a unit, at each layer to any value that is summed there, all alike: how many end in padding."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.known: dict[tuple[int, Index], Fraction] = {}

    def share(self, place: int, index: Index) -> Fraction:
        if (place, index) not in self.known:
            self.known[place, index] = self.counted(place, index)
        return self.known[place, index]

    def counted(self, place: int, index: Index) -> Fraction:
        node = self.graph.nodes[place]
        if not node.inputs:
            return Fraction(0)
        shapes = self.graph.shapes_into(node)
        ways = self.ways(node.layer, index, shapes)
        ends = [Fraction(1) if way is None else self.share(node.inputs[way[0]], way[1]) for way in ways]
        return sum(ends, Fraction(0)) / len(ends)

    def ways(self, layer: object, index: Index, shapes: list[Index]) -> list[tuple[int, Index] | None]:
        """Which input, and where in it; None: padding."""
        (shape, *_), whole = shapes, [list(np.ndindex(*shape)) for shape in shapes]
        match layer:
            case CustomLayer():
                return [
                    (i, each)
                    for i, places in enumerate(whole)
                    for each in places * (prod(map(len, whole)) // len(places))
                ]
            case Conv2D() | DepthwiseConv2D() | MaxPooling2D() | _ if (
                hasattr(layer, "padding") and len(shape) == 3 and not isinstance(layer, ZeroPadding2D)
            ):
                return self.window(layer, index, shape)
            case ZeroPadding2D():
                r, c = index[0] - layer.padding[0][0], index[1] - layer.padding[1][0]
                return [(0, (r, c, index[2])) if 0 <= r < shape[0] and 0 <= c < shape[1] else None]
            case GlobalAveragePooling2D() | GlobalMaxPooling2D():
                return [(0, each) for each in whole[0] if each[2] == index[-1]]
            case Flatten():
                return [(0, whole[0][index[0]])]
            case Dense():
                return [(0, (*index[:-1], c)) for c in range(shape[-1])]
            case Add():
                return [(i, index) for i in range(len(shapes))]
            case Concatenate():
                axis = len(shape) - 1 if layer.axis == -1 else layer.axis - 1
                at = list(index)
                for i, each in enumerate(shapes):
                    if at[axis] < each[axis]:
                        return [(i, tuple(at))]
                    at[axis] -= each[axis]
        return [(0, index)]

    def window(self, layer: object, index: Index, shape: Index) -> list[tuple[int, Index] | None]:
        pools = not isinstance(layer, Conv2D | DepthwiseConv2D)
        kernel = layer.pool_size if pools else layer.kernel_size  # type: ignore[attr-defined]
        stride = (layer.strides or kernel) if pools else layer.strides  # type: ignore[attr-defined]
        dilation = (1, 1) if pools else layer.dilation_rate  # type: ignore[attr-defined]
        span = tuple((f - 1) * d + 1 for f, d in zip(kernel, dilation, strict=True))
        top, left = borders(layer, shape[:2], span, stride)
        if isinstance(layer, Conv2D):
            group = index[2] // (layer.filters // layer.groups)
            size = shape[2] // layer.groups
            channels = list(range(group * size, (group + 1) * size))
        else:
            channels = [index[2] // (1 if pools else layer.depth_multiplier)]  # type: ignore[attr-defined]
        found: list[tuple[int, Index] | None] = []
        for r in range(kernel[0]):
            for s in range(kernel[1]):
                y, x = index[0] * stride[0] + r * dilation[0] - top, index[1] * stride[1] + s * dilation[1] - left
                inside = 0 <= y < shape[0] and 0 <= x < shape[1]
                if inside or not pools:  # a pooling looks at no padding
                    found += [(0, (y, x, c)) if inside else None for c in channels]
        return found


@all_in_one("case", PICTURES)
def test_ways_are_counted_as_in_loops(case: Case) -> None:
    counted = Counted(case.graph)
    for place, node in enumerate(case.graph.nodes):
        found = walk_shares(case.graph, node.name)
        assert found.shape == node.shape
        expected = np.array([float(counted.share(place, index)) for index in np.ndindex(*node.shape)])
        np.testing.assert_allclose(found.ravel(), expected, rtol=1e-12, atol=1e-15)


@all_in_one("case", PICTURES)
def test_boxes_are_counted_as_in_loops(case: Case) -> None:
    """Each pixel of each field's box, one by one; where the graph says the field of a layer."""
    height, width, _ = case.shape
    for node, field in zip(case.graph.nodes, case.graph.fields, strict=True):
        if field is None:
            continue
        found = box_shares(case.graph, node.name)
        assert found.shape == node.shape[:2]
        for p in range(node.shape[0]):
            for q in range(node.shape[1]):
                beyond = count = 0
                for r in range(
                    field[0].start + p * field[0].stride, field[0].start + p * field[0].stride + field[0].size
                ):
                    for c in range(
                        field[1].start + q * field[1].stride, field[1].start + q * field[1].stride + field[1].size
                    ):
                        count += 1
                        beyond += not (0 <= r < height and 0 <= c < width)
                assert found[p, q] == pytest.approx(beyond / count, abs=1e-12)


def test_by_hand() -> None:
    """3x3 with padding 1 over 4x4: 5 of 9 in the corners, 3 of 9 along the edges. Behind a second one ways go on."""
    model = Sequential([Conv2D(2, 3, padding="same", input_shape=(4, 4, 1)), Conv2D(1, 3, padding="same")])
    found = padding_map(model, "conv1")
    corner, edge = 5 / 9, 1 / 3
    expected = [[corner, edge, edge, corner], *[[edge, 0, 0, edge]] * 2, [corner, edge, edge, corner]]
    np.testing.assert_allclose(found.boxes, expected)
    np.testing.assert_allclose(found.walks, expected)
    second = padding_map(model, "conv2")
    assert second.boxes[0, 0] == pytest.approx(16 / 25)
    assert second.walks[0, 0] == pytest.approx((5 + corner + 2 * edge + 0) / 9)


def test_refusals() -> None:
    model = Sequential([Conv2D(2, 3, padding="same", input_shape=(None, None, 1)), GlobalAveragePooling2D(), Dense(2)])
    with pytest.raises(StateError) as caught:
        padding_map(model, "conv1")
    assert caught.value.code == "padding.open_size"
    assert padding_map(model, "conv1", (5, 4)).boxes.shape == (5, 4)
    with pytest.raises(SettingError) as no_maps:
        padding_map(model, "dense1", (5, 4))
    assert (no_maps.value.code, no_maps.value.fields["known"]) == ("padding.no_maps", ["conv1"])
    with pytest.raises(UnknownNameError):
        padding_map(model, "conv2", (5, 4))
    with pytest.raises(SettingError) as nowhere:
        padding_map(Sequential([Dense(2, input_shape=(3,))]), "dense1")
    assert nowhere.value.code == "padding.no_maps_anywhere"
    with pytest.raises(UnknownNameError):
        padding_map(Sequential([Dense(2, input_shape=(3,))]), "conv1")
    assert layers_with_maps(model.graph.at((5, 4, 1))) == ["conv1"]
