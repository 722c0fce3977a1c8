"""Where sums over windows lie in memory: which of a window's values are beside the map, and are passed over."""

import pytest

from striate.engines.native.geometry import Sum, stretches, widened
from striate.engines.native.memory import Maps
from striate.engines.native.tensors import Space, Stretch
from striate.network.layers import Conv2D
from striate.network.layout import Span
from striate.network.shapes import windows
from striate.network.window import Pair


def seen(layer: Conv2D, size: Pair, channels: int) -> tuple[Maps, Sum, list[Stretch]]:
    at, x = windows(layer, size), Maps("x", (*size, channels))
    kernel = Span("kernel", (*at.kernel, channels, layer.filters), 0, "zeros")
    of = Sum(at.kernel, at.stride, at.dilation, at.border, at.count, channels, layer.filters, 1, kernel, None)
    widened(x, of)
    x.place(Space.ARENA, 0)
    return x, of, stretches(of, x.tensor)


@pytest.mark.parametrize(
    ("layer", "size", "beside"),
    [
        (Conv2D(8, 3, padding="same"), (4, 6), [1, 0, 2]),
        (Conv2D(8, 3, padding="same"), (4, 1), [1, 0, 2]),
        (Conv2D(8, 5, padding="same"), (6, 6), [1, 1, 0, 2, 2]),
        (Conv2D(8, 3, strides=2, padding="same"), (6, 6), [0, 0, 2]),  # a border of 0 and 1
        (Conv2D(8, 3, strides=2, padding=1), (6, 6), [1, 0, 0]),  # the last window ends with the map
        (Conv2D(8, 3, padding="same", dilation_rate=2), (5, 5), [1, 0, 2]),
        (Conv2D(8, 3), (4, 6), [0, 0, 0]),
    ],
)
def test_what_lies_beside_the_map(layer: Conv2D, size: Pair, beside: list[int]) -> None:
    x, of, found = seen(layer, size, 16)
    where = [stretch.beside for stretch in found for _ in range(stretch.size)]
    assert where == [each for each in beside for _ in range(16)] * of.kernel[0]
    # The same rows of weights, in their order, at the same places.
    taps = [r * of.dilation[0] * x.tensor.row + s * of.dilation[1] * 16 for r, s in pairs(of.kernel)]
    read = [stretch.offset + i for stretch in found for i in range(stretch.size)]
    assert read == [tap + c for tap in taps for c in range(16)]


def test_of_few_channels_rows_of_a_kernel_stay_one_stretch() -> None:
    _, _, found = seen(Conv2D(8, 3, padding="same"), (4, 6), 3)
    assert {stretch.beside for stretch in found} == {0}


def pairs(size: Pair) -> list[Pair]:
    return [(r, s) for r in range(size[0]) for s in range(size[1])]
