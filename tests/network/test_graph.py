"""Wiring, names, and where each weight stands in theta."""

from math import prod

import numpy as np
import pytest
from all_in_one import all_in_one
from cases import CASES, Case

from striate.errors import GraphError, SizeError, StateError, StriateError
from striate.layers import Add, Conv2D, Dense, Dropout, Flatten, Input, InputLayer, Layer, MaxPooling2D
from striate.network.graph import Graph, Symbol, chain
from striate.network.layout import ALIGNMENT

over_the_table = all_in_one("case", CASES)


def names(graph: Graph) -> list[str]:
    return [node.name for node in graph.nodes]


@over_the_table
def test_nodes_stand_behind_their_inputs(case: Case) -> None:
    graph = case.graph
    assert graph.nodes[0].inputs == ()
    assert all(0 <= i < place for place, node in enumerate(graph.nodes[1:], 1) for i in node.inputs)
    if not callable(case.layers):
        assert [node.layer for node in graph.nodes[1:]] == list(case.layers)
    assert len(set(names(graph))) == len(graph.nodes)
    assert (graph.input_shape, graph.output_shape) == (case.shape, graph.nodes[-1].shape)


@over_the_table
def test_weights_start_at_64_bytes_without_overlapping(case: Case) -> None:
    layout, end = case.graph.theta, 0
    for span in layout.spans:
        assert span.offset * 4 % 64 == 0
        assert 0 <= span.offset - end < ALIGNMENT
        assert span.size == prod(span.shape)
        end = span.offset + span.size
    assert 0 <= layout.size - end < ALIGNMENT
    assert layout.size % ALIGNMENT == 0
    assert layout.count == sum(prod(span.shape) for span in layout.spans)


@over_the_table
def test_views_share_the_vector_and_leave_the_padding_alone(case: Case) -> None:
    layout = case.graph.theta
    theta = np.full(layout.size, -1.0)
    for number, view in enumerate(layout.views(theta).values()):
        view[...] = number
    padding = np.ones(layout.size, bool)
    for number, span in enumerate(layout.spans):
        assert (theta[span.slice] == number).all()
        padding[span.slice] = False
    assert (theta[padding] == -1).all()


def test_biases_are_not_decayed() -> None:
    graph = Graph.to(chain([Conv2D(2, 3), Flatten(), Dense(3)], (5, 5, 1)))
    assert {span.name: span.decayed for span in graph.theta.spans} == {
        "conv1/kernel": True,
        "conv1/bias": False,
        "dense1/kernel": True,
        "dense1/bias": False,
    }


def test_unnamed_layers_are_counted_by_kind() -> None:
    layers = [Conv2D(1, 1), MaxPooling2D(1), Conv2D(1, 1), Dropout(0), Flatten(), Dense(1), Dense(1)]
    graph = Graph.to(chain(layers, (3, 3, 1)))
    assert names(graph) == ["input1", "conv1", "pool1", "conv2", "dropout1", "flatten1", "dense1", "dense2"]


def test_given_names_are_kept_and_never_given_again() -> None:
    graph = Graph.to(chain([Dense(1, name="dense2"), Dense(1), Dense(1), Dense(1, name="ein Name")], (3,)))
    assert names(graph) == ["input1", "dense2", "dense1", "dense3", "ein Name"]


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(GraphError) as caught:
        Graph.to(chain([Dense(1, name="a"), Dense(2, name="a")], (3,)))
    assert (caught.value.code, caught.value.fields["name"]) == ("graph.name_twice", "a")


def test_names_of_places_never_meet_given_ones() -> None:
    """A layer used again is called a:2; another layer must not be called the same."""
    x = Input((4,))
    shared = Dense(4, name="a")
    try:
        graph = Graph.to(Dense(4, name="a:2")(shared(shared(x))))
    except StriateError:
        return
    assert len(set(names(graph))) == len(graph.nodes)


def test_a_shared_layer_has_one_set_of_weights() -> None:
    shared = Dense(4)
    graph = Graph.to(shared(Dense(4)(shared(Input((4,))))))
    assert names(graph) == ["input1", "dense1", "dense2", "dense1:2"]
    assert [span.name for span in graph.theta.spans] == ["dense1/kernel", "dense1/bias", "dense2/kernel", "dense2/bias"]
    assert graph.owner(graph.node("dense1:2")) is graph.node("dense1")
    assert graph.layers == [shared, graph.node("dense2").layer]


def test_a_shared_layer_must_find_the_same_channels_everywhere() -> None:
    shared = Dense(4)
    with pytest.raises(SizeError):
        Graph.to(shared(shared(Input((8,)))))


def test_a_shared_convolution_may_find_other_sizes() -> None:
    """Its weights do not depend on the picture's size."""
    shared = Conv2D(2, 3)
    graph = Graph.to(shared(shared(Input((9, 8, 2)))))
    assert [node.shape for node in graph.nodes] == [(9, 8, 2), (7, 6, 2), (5, 4, 2)]
    assert graph.theta.count == 3 * 3 * 2 * 2 + 2


def test_a_layer_without_weights_may_find_anything() -> None:
    flatten = Flatten()
    assert Graph.to(flatten(Dense(3)(flatten(Input((2, 2, 1)))))).output_shape == (3,)


def test_deep_networks_need_no_recursion() -> None:
    x = Input((2,))
    for _ in range(5000):
        x = Dense(2)(x)
    graph = Graph.to(x)
    assert len(graph.nodes) == 5001
    assert graph.theta.count == 5000 * 6


def test_an_unknown_place_is_answered_with_the_nearest() -> None:
    with pytest.raises(StriateError) as caught:
        Graph.to(Dense(1)(Input((2,)))).node("dens1")
    assert caught.value.fields["close"] == ["dense1"]


def test_a_model_has_one_input() -> None:
    with pytest.raises(GraphError) as caught:
        Graph.to(_two_inputs())
    assert caught.value.code == "graph.one_input"


def _two_inputs() -> Symbol:
    return Add()([Input((3,)), Input((3,))])


def test_an_input_behind_other_layers_is_refused() -> None:
    for wire in (
        lambda: chain([Dense(3), InputLayer((3,)), Dense(2)], (4,)),
        lambda: InputLayer((3,))(Input((3,))),
    ):
        with pytest.raises(StriateError):
            wire()


def test_a_chain_needs_layers_and_a_size() -> None:
    with pytest.raises(GraphError) as caught:
        chain([])
    assert caught.value.code == "graph.no_layers"
    with pytest.raises(StateError) as unknown:
        chain([Dense(3)])
    assert unknown.value.code == "graph.input_shape_unknown"
    assert unknown.value.fields["layer"] == "Dense"


@pytest.mark.parametrize("first", [Dense(2, input_shape=(5,)), Dense(2, input_shape=[5]), Dense(2, input_shape=5)])
def test_the_first_layer_may_say_the_size(first: Layer) -> None:
    assert Graph.to(chain([first])).input_shape == (5,)
