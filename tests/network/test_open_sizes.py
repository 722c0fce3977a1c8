"""Networks whose pictures may have any height and width."""

from collections.abc import Callable

import pytest

from striate.errors import SizeError
from striate.layers import (
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    MaxPooling2D,
    ZeroPadding2D,
)
from striate.network.description import from_document, tables_of, to_document, wired_from_toml
from striate.network.graph import Graph, Symbol
from striate.network.summary import summarize

SIZES = ((9, 9, 3), (12, 17, 3))


def branched(shape: tuple[int | None, ...]) -> Graph:
    """Windows with either padding, a branch, and an end that takes any size."""
    x = Input(shape)
    y = BatchNormalization()(ZeroPadding2D(1)(Conv2D(4, 3, activation="relu")(x)))
    y = Add()([y, Conv2D(4, 1)(x)])
    y = Concatenate()([y, Conv2D(2, 3, padding="same")(x)])
    return Graph.to(Dense(2)(GlobalAveragePooling2D()(Dense(5)(MaxPooling2D(2)(y)))))


def test_open_sizes_pass_through_until_they_are_closed() -> None:
    shapes = [node.shape for node in branched((None, None, 3)).nodes]
    assert shapes[-4:] == [(None, None, 6), (None, None, 5), (5,), (2,)]


@pytest.mark.parametrize("shape", SIZES)
def test_at_a_size_it_is_the_network_of_that_size(shape: tuple[int, ...]) -> None:
    opened, known = branched((None, None, 3)), branched(shape)
    planned = opened.at(shape)
    assert [node.shape for node in planned.nodes] == [node.shape for node in known.nodes]
    assert (planned.theta, planned.state) == (known.theta, known.state) == (opened.theta, opened.state)


def test_one_open_side_leaves_the_other_known() -> None:
    assert Conv2D(4, 3, 2)(Input((None, 9, 3))).shape == (None, 4, 4)


def test_a_known_size_is_held_against_an_open_one_when_planned() -> None:
    x = Input((None, None, 3))
    y = Add()([Conv2D(4, 3)(x), Conv2D(4, 1)(x)])
    assert y.shape == (None, None, 4)
    with pytest.raises(SizeError) as refused:
        Graph.to(y).at((8, 8, 3))
    assert (refused.value.code, refused.value.fields["shapes"]) == ("size.add", ((6, 6, 4), (8, 8, 4)))


REFUSED: dict[str, tuple[Callable[[Symbol], Symbol], str]] = {
    "flatten": (Flatten(), "size.open"),
    "groups": (Conv2D(4, 3, groups=2), "size.groups"),
    "channels": (lambda x: Add()([x, Conv2D(4, 1)(x)]), "size.add"),
}


@pytest.mark.parametrize(("layer", "code"), REFUSED.values(), ids=REFUSED)
def test_what_no_size_can_mend_is_refused_at_once(layer: Callable[[Symbol], Symbol], code: str) -> None:
    with pytest.raises(SizeError) as refused:
        layer(Input((None, None, 3)))
    assert refused.value.code == code


def test_pictures_that_do_not_agree_are_refused() -> None:
    for shape in ((8, 8, 4), (None, 8, 3)):
        with pytest.raises(SizeError) as refused:
            branched((None, None, 3)).at(shape)  # type: ignore[arg-type]
        assert refused.value.code == "size.other_pictures"


def test_a_window_too_large_for_a_known_side_waits_for_fixes() -> None:
    with pytest.raises(SizeError) as refused:
        Conv2D(1, 7)(Input((None, 5, 3)))
    fields = refused.value.fields
    assert (refused.value.code, fields["size"], fields["advice"]) == ("size.kernel_too_large", (None, 5), "fix.open")


def test_strides_must_divide_at_each_size_in_strict_mode() -> None:
    graph = Graph.to(Conv2D(1, 3, 2)(Input((None, None, 3))), strict=True)
    assert graph.at((7, 7, 3)).output_shape == (3, 3, 1)
    with pytest.raises(SizeError) as refused:
        graph.at((8, 8, 3))
    assert refused.value.code == "size.does_not_divide"


def test_the_summary_counts_what_does_not_depend_on_the_size() -> None:
    opened, known = summarize(branched((None, None, 3))), summarize(branched((9, 9, 3)))
    assert (opened.weights, opened.biases, opened.multiply_adds) == (known.weights, known.biases, None)
    assert [layer.field for layer in opened.layers] == [layer.field for layer in known.layers]
    by_name = {layer.name: layer for layer in opened.layers}
    assert by_name["conv1"].multiply_adds is None and by_name["conv1"].formula is None
    assert by_name["dense2"].multiply_adds == 10


def test_descriptions_keep_sizes_open() -> None:
    graph = branched((None, None, 3))
    again = from_document(to_document(graph))
    wired = Graph.to(wired_from_toml({"layers": tables_of(graph)}, 2, (None, None, 3)))
    for read in (again, wired):
        assert [node.shape for node in read.nodes] == [node.shape for node in graph.nodes]


def test_a_known_size_beside_an_open_one_is_open() -> None:
    x = Input((None, None, 3))
    y = Add()([x, GlobalAveragePooling2D(keepdims=True)(x)])
    assert y.shape == (None, None, 3)
    assert Graph.to(y).at((1, 1, 3)).output_shape == (1, 1, 3)
