"""Parts followed back to the picture: against what NaN reaches, against the fields of graphs, in graphs drawn too."""

import numpy as np
from all_in_one import all_in_one
from cases import CASES, Case, random_state, random_theta
from drawn_graphs import graphs
from hypothesis import given, settings

from striate.engines.contract import Purpose
from striate.engines.reference.program import ReferenceEngine
from striate.layers import (
    Activation,
    Concatenate,
    Conv2D,
    CustomLayer,
    Flatten,
    Input,
    LayerNormalization,
    MaxPooling2D,
    Softmax,
)
from striate.network.graph import Graph, Node, chain
from striate.network.seen import Part, seen

Sides = tuple[tuple[int, int], tuple[int, int]]

PICTURES = [case for case in CASES if len(case.shape) == 3]
UNITS = 6  # of a node that are tried


def sides(part: Part | None) -> Sides | None:
    """First and last row, first and last column."""
    return part and tuple((int(places[0]), int(places[-1])) for places in part[:2])  # type: ignore[return-value]


def one(index: tuple[int, ...]) -> Part:
    return tuple(np.array([i]) for i in index)


def some_units(node: Node, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """The first, the last and a few others."""
    drawn = {tuple(int(rng.integers(n)) for n in node.shape) for _ in range(UNITS)}
    return sorted(drawn | {tuple(0 for _ in node.shape), tuple(n - 1 for n in node.shape)})


def check(graph: Graph, rng: np.random.Generator) -> None:
    """A NaN in one pixel makes NaN of exactly the units whose box's sides touch it, and of none that does not hold it.

    A user's layer could look anywhere; behind one the box may only be too large.
    """
    height, width, channels = graph.input_shape
    x = np.repeat(rng.standard_normal((1, height, width, channels)), height * width, axis=0)
    for picture, (i, j) in enumerate(np.ndindex(height, width)):
        x[picture, i, j] = np.nan
    keep = tuple(node.name for node in graph.nodes)
    program = ReferenceEngine().compile(graph, len(x), Purpose(keep=keep, dtype=np.float64))
    kept = program.forward(random_theta(graph, rng), random_state(graph, rng), x).kept
    exact = not any(isinstance(node.layer, CustomLayer) for node in graph.nodes)
    for node in graph.nodes[1:]:
        reached = np.isnan(kept[node.name]).reshape(height, width, *node.shape)
        for index in some_units(node, rng):
            places = np.argwhere(reached[(slice(None), slice(None), *index)])
            found = sides(seen(graph, node.name, one(index), clipped=True))
            if not len(places):
                assert found is None or not exact
            elif exact:
                assert found == tuple(zip(places.min(axis=0), places.max(axis=0), strict=True))
            else:
                assert found is not None
                for axis in (0, 1):
                    assert found[axis][0] <= places[:, axis].min() <= places[:, axis].max() <= found[axis][1]


@all_in_one("case", PICTURES)
def test_boxes_are_what_a_unit_looks_at(case: Case, rng: np.random.Generator) -> None:
    check(case.graph, rng)


@given(graphs())
@settings(max_examples=15)
def test_boxes_in_drawn_networks(graph: Graph) -> None:
    check(graph, np.random.default_rng(0))


@all_in_one("case", PICTURES)
def test_unclipped_boxes_are_the_fields_of_the_graph(case: Case) -> None:
    """Of all channels together: a field is that of a whole layer."""
    graph = case.graph
    for node, field in zip(graph.nodes, graph.fields, strict=True):
        for p, q in {(0, 0), (node.shape[0] - 1, node.shape[1] - 1)} if field else set():
            place = (np.array([p]), np.array([q]), np.arange(node.shape[2]))
            found = sides(seen(graph, node.name, place, clipped=False))
            at = [
                (f.start + i * f.stride, f.start + i * f.stride + f.size - 1)
                for f, i in zip(field, (p, q), strict=True)
            ]
            assert found == tuple(at)


def test_a_channel_sees_through_its_own_branch() -> None:
    x = Input((9, 9, 2))
    small, large = Conv2D(2, 1)(x), Conv2D(3, 5, padding="same")(x)
    boxes = {"small": ((4, 4), (4, 4)), "large": ((2, 6), (2, 6))}
    for branches, expected in (
        ([small, large], ["small"] * 2 + ["large"] * 3),
        ([large, small], ["large"] * 3 + ["small"] * 2),
    ):
        graph = Graph.to(Concatenate()(branches))
        found = [sides(seen(graph, "concat1", one((4, 4, k)), clipped=False)) for k in range(5)]
        assert found == [boxes[each] for each in expected]
        for mixing in (LayerNormalization(), Softmax(), Activation("softmax")):
            graph = Graph.to(mixing(Concatenate()(branches)))
            mixed = [sides(seen(graph, graph.nodes[-1].name, one((4, 4, k)), clipped=True)) for k in range(5)]
            assert mixed == [boxes["large"]] * 5


def test_padding_in_the_middle_of_a_network_is_no_pixel() -> None:
    """Rows 0 and 3 are left by the stride; of three rows the last unit's kernel sees one beyond: padding, not row 4."""
    graph = Graph.to(chain([Conv2D(1, 1, strides=3), Conv2D(1, (3, 1), padding=((1, 1), (0, 0)))], (5, 5, 1)))
    assert sides(seen(graph, "conv2", one((1, 0, 0)), clipped=True)) == ((0, 3), (0, 0))
    assert sides(seen(graph, "conv2", one((1, 0, 0)), clipped=False)) == ((0, 6), (0, 0))


def test_units_of_a_vector() -> None:
    graph = Graph.to(chain([Conv2D(2, 3), MaxPooling2D(2), Flatten()], (8, 8, 1)))
    assert sides(seen(graph, "flatten1", one((2 * (3 * 1 + 2) + 1,)), clipped=True)) == ((2, 5), (4, 7))
