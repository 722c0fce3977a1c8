"""The shape doctor where branches join, layers are shared, strides must divide, nets are deep or hostile."""

import json
from typing import Any

import pytest

from striate import Model, Sequential
from striate.errors import SettingError, SizeError
from striate.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    Layer,
    MaxPooling2D,
)
from striate.network.doctor import LARGEST_SIDE, MOST_PLACES, Fix, fixes, refusal
from striate.network.graph import Graph, Symbol
from striate.network.wiring import Place, Wiring, picture_shape, resized, walk


def wired(*places: tuple[Layer, tuple[int, ...]], shape: tuple[int, ...] = (9, 9, 1)) -> Wiring:
    """Layers with the numbers of their inputs; 0 is the picture."""
    return Place("0", Input(shape).layer, ()), *(Place(str(i), *place) for i, place in enumerate(places, 1))


def built(wiring: Wiring) -> Graph:
    symbols: list[Symbol] = []
    for place in wiring:
        symbols.append(Symbol(place.layer, [symbols[i] for i in place.inputs]))
    return Graph.to(symbols[-1])


def fits(wiring: Wiring, size: int) -> bool:
    return walk(resized(wiring, (size, size, 1)))[1] is None


def found(wiring: Wiring, *, strict: bool = False) -> dict[str, Fix]:
    fitting = {fix.code.removeprefix("fix."): fix for fix in fixes(wiring, strict=strict)}
    for fix in fitting.values():
        built(fix.wiring)
    return fitting


def conv(kernel: Any, **settings: Any) -> Conv2D:
    return Conv2D(1, kernel, **settings)


# Branches


def test_two_branches_with_one_too_deep() -> None:
    """What mends the one that does not fit must not part it from the other."""
    wiring = wired((conv(3), (0,)), (conv(3), (1,)), (conv(3), (0,)), (conv(3), (3,)), (Add(), (2, 4)), (conv(8), (5,)))
    fitting = found(wiring)
    assert fitting["padding"].fields == {"layers": ["6"], "padding": "same"}
    assert fitting["pictures_or_larger"].fields == {"size": (12, 12)}
    assert fitting["kernel_size"].fields == {"layers": ["6"], "value": 5}
    assert fitting["leave_out"].fields == {"layers": ["6"]}


def test_padding_in_one_branch_alone_would_part_it_from_the_other() -> None:
    """'same' in the deep branch would do for its layers, not for the sum."""
    wiring = wired(
        (conv(6), (0,)), (conv(6), (1,)), (conv(11), (0,)), (Add(), (2, 3)), (Flatten(), (4,)), shape=(10, 10, 1)
    )
    fitting = found(wiring)
    assert fitting["padding"].fields["layers"] == ["1", "2", "3"]
    assert fitting["pictures_or_larger"].fields == {"size": (11, 11)}


def test_pictures_that_fit_now_and_then_are_not_said_to_fit_when_larger() -> None:
    """A branch by halves and one by 'same' halves join where the height is even: 12 fits, 13 does not."""
    halves = [(MaxPooling2D(2), (0,)), (MaxPooling2D(2, padding="same"), (0,)), (Concatenate(), (1, 2))]
    wiring = wired(*halves, (conv(5), (3,)))
    assert [size for size in range(6, 20) if fits(wiring, size)] == [10, 12, 14, 16, 18]
    fitting = found(wired(*halves, (conv(6), (3,)), shape=(8, 8, 1)))
    assert fitting["pictures"].fields == {"size": (12, 12)} and "pictures_or_larger" not in fitting


def test_joined_flattened_maps_are_not_said_to_fit_when_larger() -> None:
    """At 2x2 behind it, both rows are 4 numbers long; never again."""
    wiring = wired(
        (conv(4), (0,)), (Flatten(), (1,)), (Dense(4), (2,)), (Add(), (2, 3)), shape=(3, 3, 1)
    )  # fmt: skip
    fitting = found(wiring)
    assert fitting["pictures"].fields == {"size": (5, 5)}
    assert not fits(wiring, 6)


def test_square_pictures_that_fit_say_nothing_of_oblong_ones() -> None:
    """(H - 2) W = H (W - 2) holds where H = W alone: 'or larger' would promise 7x6."""
    tall, wide = (Conv2D(1, kernel) for kernel in ((3, 1), (1, 3)))
    branches = [(tall, (1,)), (Flatten(), (2,)), (wide, (1,)), (Flatten(), (4,)), (Add(), (3, 5))]
    wiring = wired((conv(4), (0,)), *branches, shape=(3, 3, 1))
    assert all(fits(wiring, n) for n in range(6, 40)) and walk(resized(wiring, (7, 6, 1)))[1] is not None
    fitting = found(wiring)
    assert fitting["pictures"].fields == {"size": (6, 6)} and "pictures_or_larger" not in fitting


@pytest.mark.parametrize("first", range(1, 9))
def test_maps_joined_below_each_other(first: int) -> None:
    """Their rows add up, so what follows may fit pictures that are smaller than its kernel."""
    wiring = wired((conv((1, first)), (0,)), (Concatenate(axis=1), (1, 1)), (conv((9, 3)), (2,)), shape=(2, 2, 1))
    expected = next(n for n in range(2, 40) if fits(wiring, n))
    assert expected == max(5, first + 2)
    assert found(wiring)["pictures_or_larger"].fields == {"size": (expected, expected)}


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_larger_pictures_of_a_residual_net(depth: int) -> None:
    places: list[tuple[Layer, tuple[int, ...]]] = []
    for _ in range(depth):
        at = len(places)
        places += [
            (conv(3, strides=2, padding="same"), (at,)),
            (conv(3, padding="same"), (at + 1,)),
            (conv(1, strides=2), (at,)),
            (Add(), (at + 2, at + 3)),
        ]
    wiring = wired(*places, (conv(4), (len(places),)), shape=(5, 5, 1))
    size, _ = found(wiring)["pictures_or_larger"].fields["size"]  # type: ignore[misc]
    assert size == 3 * 2**depth + 1
    assert not any(fits(wiring, n) for n in range(1, size)) and all(fits(wiring, n) for n in range(size, 200))


# Shared layers


def test_a_shared_layer_changes_everywhere_and_is_named_once() -> None:
    twice = conv(4)
    wiring = wired((twice, (0,)), (twice, (1,)), (twice, (2,)), shape=(8, 8, 1))
    fitting = found(wiring)
    assert fitting["padding"].fields == {"layers": ["1"], "padding": "same"}
    assert fitting["kernel_size"].fields == {"layers": ["1"], "value": 3}
    graph = built(fitting["kernel_size"].wiring)
    assert len(graph.layers) == 1 and graph.output_shape == (2, 2, 1)
    assert fitting["pictures_or_larger"].fields == {"size": (10, 10)}


def test_a_shared_dense_layer_ties_the_size_of_the_picture() -> None:
    """It takes 4 numbers at both places only where the map is 2x2."""
    dense = Dense(4)
    wiring = wired((conv(4), (0,)), (Flatten(), (1,)), (dense, (2,)), (dense, (3,)), shape=(3, 3, 1))
    fitting = found(wiring)
    assert fitting["pictures"].fields == {"size": (5, 5)}
    assert "padding" not in fitting and "kernel_size" in fitting


# Strides that divide


def test_strict_refuses_what_is_cut_off() -> None:
    x = Input((9, 8, 1))
    y = MaxPooling2D(2)(conv(3)(x))
    Model(x, y)
    with pytest.raises(SizeError) as caught:
        Model(x, y, strict=True)
    assert caught.value.code == "size.does_not_divide"
    fields = caught.value.fields
    assert (fields["layer"], fields["size"], fields["rows"], fields["columns"]) == ("pool1", (7, 6), 1, 0)
    assert fields["fixes"] == [
        ("fix.padding", {"layers": ["pool1"], "padding": "same"}),
        ("fix.pictures", {"size": (8, 8)}),
        ("fix.pictures", {"size": (10, 8)}),
    ]
    even = Input((10, 8, 1))
    assert Model(even, MaxPooling2D(2)(conv(3)(even)), strict=True).graph.output_shape == (4, 3, 1)


def test_strict_numbers_of_padding() -> None:
    """(7 + 2p - 4) / 3 is whole for p = 0, 3."""
    wiring = wired((conv(3), (0,)), (conv(4, strides=3, padding=1), (1,)))
    numbers = [fix.fields["padding"] for fix in fixes(wiring, strict=True) if fix.code == "fix.padding"]
    assert numbers == ["same", 0]


def test_strict_sequential_keeps_being_strict() -> None:
    model = Sequential([conv(3)], strict=True)
    model.add(AveragePooling2D(2))
    with pytest.raises(SizeError):
        model.build((9, 9, 1))
    model.build((10, 10, 1))
    with pytest.raises(SettingError):
        Sequential(strict="yes")  # type: ignore[arg-type]


@pytest.mark.parametrize("size", range(4, 24))
@pytest.mark.parametrize("layer", [conv(3), conv(3, strides=2), conv(4, strides=3, padding=1), MaxPooling2D(2)])
def test_strict_is_the_formula(layer: Layer, size: int) -> None:
    """By the last window: it ends at the last pixel, padding counted."""
    padding = 1 if layer.padding != "valid" else 0  # type: ignore[attr-defined]
    reach, step = (2, 2) if isinstance(layer, MaxPooling2D) else (layer.kernel_size[0], layer.strides[0])  # type: ignore[attr-defined]
    ends = [start + reach for start in range(0, size + 2 * padding, step)]
    assert (refusal(wired((layer, (0,)), shape=(size, size, 1)), strict=True) is None) == (size + 2 * padding in ends)


@pytest.mark.parametrize("size", range(10, 30))
def test_strict_pictures_are_the_nearest(size: int) -> None:
    wiring = wired(
        (conv(3), (0,)), (MaxPooling2D(2), (1,)), (conv(3), (2,)), (MaxPooling2D(2), (3,)), shape=(size, size, 1)
    )
    dividing = [n for n in range(1, 60) if refusal(resized(wiring, (n, n, 1)), strict=True) is None]
    came = [fix.fields["size"] for fix in fixes(wiring, strict=True) if fix.code == "fix.pictures"]
    if size in dividing:
        assert came == []
    else:
        below, above = max((n for n in dividing if n < size), default=None), min(n for n in dividing if n > size)
        assert came == [(n, n) for n in (below, above) if n]


# Deep, hostile, empty


def residual(blocks: int) -> Wiring:
    """A broken net of ResNet-50's depth: three convolutions with norms and activations a block."""
    places: list[tuple[Layer, tuple[int, ...]]] = [(Conv2D(4, 7, strides=2), (0,)), (MaxPooling2D(3, strides=2), (1,))]
    for block in range(blocks):
        at = len(places)
        step = 2 if block % 4 == 3 else 1
        for i, kernel in enumerate((1, 3, 1)):
            places += [
                (Conv2D(4, kernel, strides=step if i == 1 else 1, padding="same"), (len(places),)),
                (BatchNormalization(), (len(places) + 1,)),
                (Activation("relu"), (len(places) + 2,)),
            ]
        places += [(Conv2D(4, 1, strides=step, padding="same"), (at,)), (Add(), (len(places), len(places) + 1))]
    return wired(
        *places, (Conv2D(4, 7), (len(places),)), (GlobalAveragePooling2D(), (len(places) + 1,)), shape=(64, 64, 3)
    )


def test_a_deep_residual_net() -> None:
    wiring = residual(16)
    fitting = found(wiring)
    assert fitting["padding"].fields == {"layers": ["179"], "padding": "same"}
    assert fitting["leave_out"].fields == {"layers": ["179"]}
    size = picture_shape(fitting["pictures_or_larger"].wiring)[0]
    tried = [walk(resized(wiring, (n, n, 3)))[1] is None for n in (size - 64, size - 1, size, size + 1, size + 1000)]
    assert tried == [False, False, True, True, True]


def test_a_net_that_needs_pictures_larger_than_any() -> None:
    pools = [(MaxPooling2D(2), (i,)) for i in range(LARGEST_SIDE.bit_length())]
    assert not {"pictures", "pictures_or_larger"} & set(found(wired(*pools, shape=(8, 8, 1))))


def test_huge_settings_and_endless_nets_are_answered_all_the_same() -> None:
    huge = refusal(wired((conv(10**9), (0,)), (conv(3, strides=10**9), (1,))))
    assert huge is not None and huge.fields["layer"] == "1"
    assert "\n" in str(huge)
    endless = refusal(wired(*((conv(2), (i,)) for i in range(MOST_PLACES))))
    assert endless is not None and (endless.fields["fixes"], endless.fields["advice"]) == ([], "fix.none")
    assert str(endless).endswith("must be chosen anew.")


def test_where_all_fits_there_is_nothing_to_fix() -> None:
    wiring = wired((conv(3), (0,)))
    assert (fixes(wiring), fixes(wiring, strict=True), refusal(wiring)) == ([], [], None)


def test_the_answer_is_never_left_out() -> None:
    """A convolution that ends in softmax gives the classes."""
    assert "leave_out" not in found(wired((conv(3), (0,)), (conv(10, activation="softmax"), (1,))))


def test_what_fields_hold_is_plain_data() -> None:
    error = refusal(wired((conv(3), (0,)), (conv(9, strides=2), (1,))))
    assert error is not None
    assert json.loads(json.dumps(error.fields["fixes"]))
