"""The facts of a network: sizes, weights, receptive fields, and what to look out for."""

import pytest
from networks import lenet_like, summary_of

from striate.network.layers import Activation, AveragePooling2D, Conv2D, Dense, Dropout, Flatten, Layer, MaxPooling2D
from striate.network.summary import AxisSize, Note, Summary


def codes(summary: Summary) -> dict[str, list[str]]:
    return {layer.name: [note.code for note in layer.notes] for layer in summary.layers if layer.notes}


def test_facts_of_the_lenet_like_network() -> None:
    summary = lenet_like()
    facts = {layer.name: (layer.shape, layer.weights, layer.multiply_adds) for layer in summary.layers}
    assert facts == {
        "input1": ((28, 28, 1), 0, 0),
        "conv1": ((26, 26, 32), 3 * 3 * 32 + 32, 26 * 26 * 32 * 9),
        "pool1": ((13, 13, 32), 0, 0),
        "conv2": ((11, 11, 64), 3 * 3 * 32 * 64 + 64, 11 * 11 * 64 * 9 * 32),
        "pool2": ((5, 5, 64), 0, 0),
        "flatten1": ((1600,), 0, 0),
        "dense1": ((128,), 1600 * 128 + 128, 1600 * 128),
        "dense2": ((10,), 1290, 1280),
    }
    assert summary.weights == sum(layer.weights for layer in summary.layers) == 225_034
    assert summary.biases == 32 + 64 + 128 + 10
    assert summary.bytes == 4 * 225_034
    assert summary.multiply_adds == 194_688 + 2_230_272 + 204_800 + 1_280


def test_receptive_fields_grow_until_flatten() -> None:
    layers = lenet_like().layers
    assert [layer.field for layer in layers] == [(1, 1), (3, 3), (4, 4), (8, 8), (10, 10), None, None, None]
    assert [layer.field_stride for layer in layers[:5]] == [(1, 1), (1, 1), (2, 2), (2, 2), (4, 4)]


def test_shared_weights_are_counted_once() -> None:
    twice = Conv2D(3, 3, padding="same")
    summary = summary_of([twice, twice], (9, 9, 3))
    assert [layer.weights for layer in summary.layers] == [0, 84, 0]
    assert summary.weights == 84
    assert summary.layers[2].notes == (Note("summary.shared", {"owner": "conv1"}),)
    assert summary.layers[2].multiply_adds == summary.layers[1].multiply_adds


def seen_by_windows(axis: AxisSize) -> set[int]:
    return {w * axis.stride - axis.before + tap for w in range(axis.result) for tap in range(axis.kernel)}


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (MaxPooling2D(), (427, 640, 3)),
        (MaxPooling2D(), (7, 5, 1)),
        (MaxPooling2D(3), (7, 9, 1)),
        (Conv2D(1, (3, 2), strides=(3, 5)), (10, 14, 1)),
        (Conv2D(1, 1, strides=3), (8, 7, 2)),
        (Conv2D(1, 2, strides=4, padding=1), (11, 13, 1)),
        (Conv2D(1, 2, strides=4), (3, 3, 1)),
        (Conv2D(1, 2, strides=9, padding=4), (5, 6, 1)),
        (AveragePooling2D((2, 3), strides=(1, 2), padding=((0, 1), (2, 0))), (6, 7, 1)),
    ],
    ids=str,
)
def test_unseen_pixels_are_those_that_no_window_covers(layer: Conv2D | MaxPooling2D, shape: tuple[int, ...]) -> None:
    described = summary_of([layer], shape).layers[1]
    assert described.formula is not None
    rows, columns = map(seen_by_windows, described.formula)
    unseen = [(r, c) for r in range(shape[0]) for c in range(shape[1]) if r not in rows or c not in columns]
    notes = {note.code: note.fields for note in described.notes}
    kernel = described.formula[0].kernel, described.formula[1].kernel
    stride = described.formula[0].stride, described.formula[1].stride
    if "summary.gaps" in notes:
        assert any(s > f for s, f in zip(stride, kernel, strict=True))
        assert notes["summary.gaps"]["pixels"] == len(unseen)
        assert notes["summary.gaps"]["of"] == shape[0] * shape[1]
    else:
        border = [fields for code, fields in notes.items() if code.startswith("summary.unseen")]
        assert [fields["pixels"] for fields in border] == ([len(unseen)] if unseen else [])
    for code, fields in notes.items():
        if code.startswith("summary.unseen"):
            assert set(fields.get("rows", ())) <= set(range(shape[0])) - rows
            assert set(fields.get("columns", ())) <= set(range(shape[1])) - columns


def test_the_last_row_of_427_is_named() -> None:
    notes = summary_of([MaxPooling2D()], (427, 640, 3)).layers[1].notes
    assert notes == (Note("summary.unseen_rows", {"rows": (426,), "pixels": 640, "of": 427 * 640}),)


def test_both_sides_are_named_where_both_are_unseen() -> None:
    (note,) = summary_of([MaxPooling2D(4)], (7, 9, 1)).layers[1].notes
    assert note.code == "summary.unseen_both"
    assert (note.fields["rows"], note.fields["columns"]) == ((4, 5, 6), (8,))


@pytest.mark.parametrize(
    ("kernel", "code", "fields"),
    [
        ((2, 3), "summary.lopsided_rows", {"rows": (0, 1)}),
        ((3, 4), "summary.lopsided_columns", {"columns": (1, 2)}),
        ((2, 4), "summary.lopsided_both", {"rows": (0, 1), "columns": (1, 2)}),
    ],
)
def test_even_kernels_pad_lopsidedly(kernel: tuple[int, int], code: str, fields: dict[str, object]) -> None:
    assert summary_of([Conv2D(1, kernel, padding="same")], (8, 8, 1)).layers[1].notes == (Note(code, fields),)


def test_nothing_is_said_where_there_is_nothing_to_say() -> None:
    assert codes(summary_of([Conv2D(4, 3, padding="same"), Conv2D(4, 3), MaxPooling2D()], (28, 28, 1))) == {}


def test_padding_that_the_user_chose_is_not_called_lopsided() -> None:
    assert codes(summary_of([Conv2D(1, 3, padding=((0, 1), (0, 1)))], (8, 8, 1))) == {}


def test_the_two_meanings_of_same_differ_where_the_stride_is_above_one() -> None:
    notes = summary_of([Conv2D(1, 3, strides=(2, 1), padding="same")], (7, 6, 1)).layers[1].notes
    assert notes == (Note("summary.two_sames", {"keras": (4, 6), "formula": (7, 6), "padding": (8, 2)}),)
    assert (7 + 8 - 3) // 2 + 1 == 7  # the padding that it names keeps N
    assert codes(summary_of([Conv2D(1, 1, strides=2, padding="same")], (1, 1, 1))) == {}  # both keep 1


@pytest.mark.parametrize("between", [[], [Dropout(0.5)], [Activation("relu"), Dropout(0.1)]], ids=str)
def test_a_dense_layer_behind_flatten_that_holds_most_weights_is_named(between: list[Layer]) -> None:
    summary = summary_of([Conv2D(4, 3), Flatten(), *between, Dense(10), Dense(5)], (12, 12, 1))
    fields = {"weights": 4010, "of": 4010 + 40 + 55, "maps": (10, 10, 4), "values": 400}
    assert codes(summary) == {"dense1": ["summary.dense_holds_most"]}
    assert summary.layers[-2].notes[0].fields == fields


def test_a_dense_layer_that_holds_less_than_half_is_not_named() -> None:
    summary = summary_of([Conv2D(4, 3), Flatten(), Dense(1)], (5, 5, 1))
    assert (summary.layers[3].weights, summary.weights) == (37, 77)
    assert codes(summary) == {}
