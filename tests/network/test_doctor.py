"""The shape doctor: each proposed change builds, nothing smaller of its kind does; by building, not by its search."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from striate.errors import SizeError
from striate.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    Layer,
    MaxPooling2D,
    ZeroPadding2D,
)
from striate.network.doctor import Fix, fixes
from striate.network.graph import Graph, Symbol, chain
from striate.network.wiring import Place, Wiring, picture_shape

Shape = tuple[int, ...]
WINDOWED = (Conv2D, DepthwiseConv2D, MaxPooling2D, AveragePooling2D)


def wired(layers: Sequence[Layer], shape: Shape) -> Wiring:
    """A chain that need not fit, its places called by their numbers."""
    first = Place("0", Input(shape).layer, ())
    return first, *(Place(str(i), layer, (i - 1,)) for i, layer in enumerate(layers, 1))


def built(wiring: Wiring) -> Symbol:
    """The network, through the functional form: raises where it does not fit."""
    symbols: list[Symbol] = []
    for place in wiring:
        symbols.append(Symbol(place.layer, [symbols[i] for i in place.inputs]))
    Graph.to(symbols[-1])
    return symbols[-1]


def builds(wiring: Wiring) -> bool:
    try:
        built(wiring)
    except SizeError:
        return False
    return True


def by_kind(wiring: Wiring, *, strict: bool = False) -> dict[str, Fix]:
    return {fix.code.removeprefix("fix."): fix for fix in fixes(wiring, strict=strict)}


def told(layers: Sequence[Layer], shape: Shape) -> list[tuple[str, dict[str, Any]]]:
    with pytest.raises(SizeError) as caught:
        chain(layers, shape)
    return caught.value.fields["fixes"]  # type: ignore[return-value]


def stages(count: int) -> list[Layer]:
    return [layer for _ in range(count) for layer in (Conv2D(8, 3), MaxPooling2D(2))]


def test_four_stages_on_28() -> None:
    """Also behind it, so that it is the whole model through which each is proved."""
    for head in ([], [Flatten(), Dense(10, "softmax")]):
        assert told([*stages(4), *head], (28, 28, 1)) == [
            ("fix.padding", {"layers": ["conv1", "conv2", "conv3", "conv4"], "padding": "same"}),
            ("fix.pictures_or_larger", {"size": (46, 46)}),
            ("fix.leave_out", {"layers": ["conv4", "pool4"]}),
        ]


def test_called_one_by_one_the_fixes_are_for_what_is_known() -> None:
    x = Input((28, 28, 1))
    for layer in stages(3):
        x = layer(x)
    with pytest.raises(SizeError) as caught:
        Conv2D(8, 3)(x)
    assert caught.value.fields["advice"] == "fix.so_far"
    assert dict(caught.value.fields["fixes"])["fix.pictures_or_larger"] == {"size": (38, 38)}  # type: ignore[call-overload]


# Sizes counted by hand


def windows_counted(size: int, reach: int, stride: int, padding: Any) -> int:
    """Slid by hand over one axis."""
    if padding == "same":
        return len(range(0, size, stride))
    start, windows = 0, 0
    while start + reach <= size + sum(padding):
        start, windows = start + stride, windows + 1
    return windows


def sides(padding: Any, axis: int) -> Any:
    return padding if padding == "same" else (0, 0) if padding == "valid" else padding[axis]


def after(layer: Layer, size: int, axis: int) -> int:
    """How long an axis is behind a layer; 0: no window fits."""
    if isinstance(layer, ZeroPadding2D):
        return size + sum(layer.padding[axis])
    if isinstance(layer, MaxPooling2D | AveragePooling2D):
        steps = layer.strides or layer.pool_size
        return windows_counted(size, layer.pool_size[axis], steps[axis], sides(layer.padding, axis))
    if isinstance(layer, Conv2D | DepthwiseConv2D):
        reach = layer.dilation_rate[axis] * (layer.kernel_size[axis] - 1) + 1
        return windows_counted(size, reach, layer.strides[axis], sides(layer.padding, axis))
    return size


def fits(layers: Sequence[Layer], shape: Shape) -> bool:
    """Without any rule of the package."""
    for axis in (0, 1):
        size = shape[axis]
        for layer in layers:
            size = after(layer, size, axis)
            if size < 1:
                return False
    return True


# Random chains, judged by brute force


def random_chain(rng: np.random.Generator) -> tuple[list[Layer], Shape]:
    layers: list[Layer] = []
    for _ in range(rng.integers(1, 6)):
        kernel = int(rng.integers(1, 6)) if rng.random() < 0.7 else (int(rng.integers(1, 6)), int(rng.integers(1, 4)))
        stride = int(rng.integers(1, 4)) if rng.random() < 0.4 else 1
        padding: Any = ["valid", "valid", "same", int(rng.integers(0, 3)), ((1, 0), (0, 2))][rng.integers(5)]
        if rng.random() < 0.15:
            layers.append(DepthwiseConv2D(kernel, stride, padding))
        else:
            layers.append(
                Conv2D(2, kernel, stride, padding, dilation_rate=1 if stride > 1 else int(rng.integers(1, 3)))
            )
        if rng.random() < 0.3:
            layers.append(BatchNormalization())
        if rng.random() < 0.6:
            layers.append(
                MaxPooling2D(int(rng.integers(2, 4)), None if rng.random() < 0.7 else int(rng.integers(1, 4)))
            )
        if rng.random() < 0.1:
            layers.append(ZeroPadding2D(1))
    head: list[list[Layer]] = [[], [Flatten(), Dense(3, "softmax")], [Dropout(0.2), GlobalAveragePooling2D(), Dense(2)]]
    height = int(rng.integers(1, 24))
    width = height if rng.random() < 0.6 else int(rng.integers(1, 24))
    return [*layers, *head[rng.integers(3)]], (height, width, 1)


def broken_chains(count: int) -> Iterator[Wiring]:
    rng = np.random.default_rng(20260303)
    while count:
        layers, shape = random_chain(rng)
        if not fits(layers, shape):
            count -= 1
            yield wired(layers, shape)


@cache  # by the first test that asks: every process collects, few come to these tests
def mended() -> list[tuple[Wiring, dict[str, Fix]]]:
    """Random chains that do not fit, with what the doctor proposes for each."""
    return [(wiring, by_kind(wiring)) for wiring in broken_chains(500)]


def layers_of(wiring: Wiring) -> list[Layer]:
    return [place.layer for place in wiring[1:]]


def at_fault(layers: Sequence[Layer], shape: Shape) -> int:
    """The first layer that does not fit."""
    return next(i for i in range(len(layers)) if not fits(layers[: i + 1], shape))


def resizable(wiring: Wiring) -> Callable[[int, int], bool]:
    """Whether pictures of a height and width fit."""
    return lambda height, width: fits(layers_of(wiring), (height, width, 1))


def put(layers: Sequence[Layer], which: set[int], **settings: Any) -> list[Layer]:
    return [replace(layer, **settings) if i in which else layer for i, layer in enumerate(layers)]


def pair(value: Any) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def numbers(fix: Fix) -> set[int]:
    return {int(name) - 1 for name in fix.fields["layers"]}  # type: ignore[attr-defined]


def test_every_fix_builds_and_is_a_change_of_its_kind_alone() -> None:
    kinds = set()
    for wiring, found in mended():
        before, shape = layers_of(wiring), picture_shape(wiring)
        for code, fix in found.items():
            built(fix.wiring)
            kinds.add(code)
            changed = layers_of(fix.wiring)
            if code.startswith("pictures"):
                assert changed == before and picture_shape(fix.wiring)[:2] == fix.fields["size"]
                continue
            assert picture_shape(fix.wiring) == shape
            if code == "leave_out":
                assert changed == [layer for i, layer in enumerate(before) if i not in numbers(fix)]
                continue
            setting = code.removesuffix("_at_most")
            differing = {i for i, (a, b) in enumerate(zip(before, changed, strict=True)) if a is not b}
            assert differing == numbers(fix)
            for i in differing:
                old, new = before[i], changed[i]
                assert replace(old, **{setting: getattr(new, setting)}).__dict__ == new.__dict__  # type: ignore[type-var]
    assert kinds >= {
        "padding", "strides", "kernel_size", "kernel_size_at_most", "pool_size", "pictures_or_larger", "leave_out",
    }  # fmt: skip


def shrinks(layer: Layer) -> bool:
    """By counting: 'same' nowhere makes a smaller map than the layer's own padding, and somewhere a larger one."""
    if not isinstance(layer, WINDOWED) or layer.padding == "same":
        return False
    sizes = [(n, axis) for n in range(14, 26) for axis in (0, 1)]
    own, same = ([after(each, *size) for size in sizes] for each in (layer, replace(layer, padding="same")))
    return own != same and all(a <= b for a, b in zip(own, same, strict=True))


def test_no_smaller_padding_builds() -> None:
    for wiring, found in mended():
        layers, shape = layers_of(wiring), picture_shape(wiring)
        last = at_fault(layers, shape)
        pools = [i for i, layer in enumerate(layers) if isinstance(layer, MaxPooling2D | AveragePooling2D)]
        eligible = [i for i, layer in enumerate(layers) if shrinks(layer)]
        convolutions = [i for i in eligible if i not in pools]
        order = [{i} for i in reversed(convolutions) if i <= last]
        order += [set(convolutions[:n]) for n in range(2, len(convolutions) + 1)]
        order += [{i} for i in reversed(eligible) if i <= last and i in pools]
        order += [set(eligible[:n]) for n in range(2, len(eligible) + 1)]
        first = next((each for each in order if fits(put(layers, each, padding="same"), shape)), None)
        fix = found.get("padding")
        assert (fix and numbers(fix)) == first


def lowered(layers: Sequence[Layer], which: Sequence[int], setting: str, t: int) -> list[Layer]:
    values = {i: tuple(min(t, n) for n in pair(getattr(layers[i], setting))) for i in which}
    return [replace(layer, **{setting: values[i]}) if i in which else layer for i, layer in enumerate(layers)]


def smallest_lowering(
    layers: Sequence[Layer], shape: Shape, which: Sequence[int], setting: str, least: int
) -> list[Layer] | None:
    last = at_fault(layers, shape)
    for group in [*([i] for i in reversed(which) if i <= last), which]:
        top = max((max(pair(getattr(layers[i], setting))) for i in group), default=0)
        for t in range(top - 1, least - 1, -1):
            if fits(changed := lowered(layers, group, setting, t), shape):
                return changed
    return None


@pytest.mark.parametrize("setting", ["strides", "kernel_size", "pool_size"])
def test_no_smaller_lowering_builds(setting: str) -> None:
    for wiring, found in mended():
        layers, shape = layers_of(wiring), picture_shape(wiring)
        if setting == "pool_size" and {"kernel_size", "kernel_size_at_most"} & set(found):
            continue  # poolings are asked where convolutions do not help
        which = [
            i
            for i, layer in enumerate(layers)
            if getattr(layer, setting, None) and max(pair(getattr(layer, setting))) > 1
        ]
        if setting != "strides":
            which = [i for i in which if layers[i].padding != "same"]  # type: ignore[attr-defined]
        expected = smallest_lowering(layers, shape, which, setting, 1 if setting == "strides" else 2)
        fix = found.get(setting) or found.get(f"{setting}_at_most")
        assert (fix is None) == (expected is None)
        if fix and expected:
            values = [[getattr(layer, setting, None) for layer in each] for each in (layers_of(fix.wiring), expected)]
            assert values[0] == values[1]


def below(low: int, high: int) -> set[int]:
    """The numbers from low to below high: all, or of very many the last and some of the others."""
    return {*range(max(low, high - 20), high), *range(low, high, 1 + (high - low) // 20)}


def test_no_smaller_pictures_fit_and_all_larger_ones_do() -> None:
    for wiring, found in mended():
        height, width, _ = picture_shape(wiring)
        fit = resizable(wiring)
        down, right = found["pictures_or_larger"].fields["size"]  # type: ignore[misc]
        if height == width:
            assert down == right and not any(fit(n, n) for n in below(height, down))
        else:
            assert not any(fit(n, right) for n in below(height, down))
            assert not any(fit(down, n) for n in below(width, right))
        for more in (*range(12), 53):
            assert fit(down + more, right) and fit(down + more // 2, right + more)


def stage_groups(layers: Sequence[Layer]) -> list[list[int]]:
    """Each convolution with norms and poolings behind it; a pooling behind none of these stands alone."""
    groups: list[list[int]] = []
    joined = False
    for i, layer in enumerate(layers):
        pooling = isinstance(layer, MaxPooling2D | AveragePooling2D)
        if joined and (pooling or isinstance(layer, BatchNormalization)):
            groups[-1].append(i)
            continue
        joined = isinstance(layer, WINDOWED)
        if joined:
            groups.append([i])
    return groups


def test_no_fewer_layers_can_be_left_out() -> None:
    for wiring, found in mended():
        layers, shape = layers_of(wiring), picture_shape(wiring)
        groups = stage_groups(layers)
        runs = [groups[a : a + n] for n in range(1, len(groups) + 1) for a in range(len(groups) - n, -1, -1)]
        for run in runs:
            left = {i for group in run for i in group}
            rest = [layer for i, layer in enumerate(layers) if i not in left]
            if rest and fits(rest, shape):
                assert numbers(found["leave_out"]) == left
                break
        else:
            assert "leave_out" not in found
