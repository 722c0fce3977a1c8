"""Batches from stored pictures: against plain loops, NumPy against the core, and what a caller may hand the core."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from all_in_one import all_in_one
from hypothesis import given, settings
from hypothesis import strategies as st

from striate.data import prepare
from striate.data.augment import Augmentation
from striate.data.prepare import by_numpy, mix_in_by_numpy
from striate.data.variation import FILLS, Fill, Mix, Variation
from striate.engines.native import core
from striate.engines.native import prepare as native

built = pytest.mark.skipif(not core.available(), reason=str(core.why_absent()))
Computed = Callable[..., np.ndarray]
SHAPES = [(7, 5, 6, 3), (3, 1, 1, 1), (4, 9, 4, 1), (2, 28, 28, 1), (5, 8, 8, 5), (2, 1, 7, 2)]
every_shape = all_in_one("shape", SHAPES)
every_type = pytest.mark.parametrize("dtype", [np.uint8, np.float32])
AUGMENTATIONS = {
    "nothing": None,
    "copied": Augmentation(flip=True, shift=2, cutout=3),
    "turned": Augmentation(flip=True, shift=1, rotation=180, zoom=0.5, cutout=2),
    "cropped": Augmentation(flip=True, crop=0.2, cutout=2),
    "edge": Augmentation(flip=True, shift=6, fill="edge"),
    "mirror": Augmentation(flip=True, shift=6, zoom=0.6, fill="mirror"),
    "mirror turned": Augmentation(shift=9, rotation=180, zoom=0.6, fill="mirror"),
    "bright": Augmentation(shift=1, brightness=0.9, contrast=0.9),
    "all": Augmentation(crop=0.3, rotation=90, brightness=0.5, contrast=0.5, saturation=0.9, hue=180, fill="edge"),
}


@pytest.fixture(params=["numpy", pytest.param("native", marks=built)])
def compute(request: pytest.FixtureRequest) -> Computed:
    return by_numpy if request.param == "numpy" else native.prepared


def stored(shape: tuple[int, ...], dtype: type[Any], rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 256, shape, np.uint8) if dtype == np.uint8 else rng.standard_normal(shape, np.float32)


def recoloured(picture: np.ndarray, rows: np.ndarray, *, clipped: bool) -> np.ndarray:
    """The definition, pixel by pixel."""
    H, W, C = picture.shape
    brightness = (picture @ [0.299, 0.587, 0.114] if C == 3 else picture.mean(axis=2)).mean()
    out = np.empty_like(picture)
    for r in range(H):
        for c in range(W):
            for k in range(C):
                row = rows[k] if C == 3 else rows[0]
                mixed = row[:3] @ picture[r, c] if C == 3 else row[0] * picture[r, c, k]
                out[r, c, k] = mixed + row[3] * brightness
    return np.clip(out, 0, 255) if clipped else out


def found(place: float, size: int, fill: str) -> float:
    """Where what lies at a place is found in the picture: for mirrors, by walking back and forth."""
    last = size - 1
    if fill == "edge":
        return min(max(place, 0), last)
    while fill == "mirror" and last and not 0 <= place <= last:
        place = -place if place < 0 else 2 * last - place
    return place if fill == "black" or last else 0


def by_loops(pictures: np.ndarray, indices: np.ndarray, scale: Any, offset: Any, variation: Variation) -> np.ndarray:
    """The definition, in float64, pixel by pixel."""
    _, H, W, _ = pictures.shape
    out = np.empty((len(indices), *pictures.shape[1:]))
    for i, picture in enumerate(pictures[indices].astype(np.float64)):
        if variation.colours is not None:
            picture = recoloured(picture, variation.colours[i].astype(float), clipped=pictures.dtype == np.uint8)
        top, left, bottom, right = variation.holes[i]
        for r in range(H):
            for c in range(W):
                y, x = variation.warps[i] @ [r, c, 1.0]
                y, x = found(y, H, variation.fill), found(x, W, variation.fill)
                value = np.zeros(pictures.shape[3])
                for row in range(int(np.floor(y)), int(np.floor(y)) + 2):
                    for column in range(int(np.floor(x)), int(np.floor(x)) + 2):
                        if 0 <= row < H and 0 <= column < W:
                            value += (1 - abs(y - row)) * (1 - abs(x - column)) * picture[row, column]
                hole = top <= r < bottom and left <= c < right
                out[i, r, c] = offset + (0 if hole else value * scale)
    return out


@every_shape
@every_type
@pytest.mark.parametrize("name", [name for name in AUGMENTATIONS if name != "nothing"])
def test_both_compute_the_definition(
    shape: tuple[int, ...], dtype: type[Any], name: str, compute: Computed, rng: np.random.Generator
) -> None:
    pictures = stored(shape, dtype, rng)
    indices = rng.integers(0, shape[0], 6)
    scale, offset = rng.uniform(0.5, 2, shape[3]).astype(np.float32), rng.standard_normal(shape[3], np.float32)
    how = AUGMENTATIONS[name]
    assert how
    variation = how.draw(3, 1, indices, *shape[1:3])
    assert variation.fill == how.fill
    came = compute(pictures, indices, scale, offset, variation)
    assert came.dtype == np.float32 and came.shape == (6, *shape[1:])
    # Four products and sums each for colours and places, a product and a sum; colours up to four times as large.
    tolerance = 80 * float(np.finfo(np.float32).eps) * float(np.abs(pictures.astype(float)).max() + 1)
    np.testing.assert_allclose(came, by_loops(pictures, indices, scale, offset, variation), rtol=0, atol=tolerance)


@built
@every_shape
@every_type
@pytest.mark.parametrize("name", AUGMENTATIONS)
@pytest.mark.parametrize("uniform", [True, False])
def test_the_core_agrees_with_numpy(
    shape: tuple[int, ...], dtype: type[Any], name: str, uniform: bool, rng: np.random.Generator
) -> None:
    pictures, indices = stored(shape, dtype, rng), rng.integers(0, shape[0], 30)
    scale, offset = rng.uniform(0, 1 / 255, shape[3]).astype(np.float32), rng.standard_normal(shape[3], np.float32)
    if uniform:
        scale, offset = np.full_like(scale, 1 / 255), np.zeros_like(offset)
    how = AUGMENTATIONS[name]
    variation = how.draw(3, 1, indices, *shape[1:3]) if how else None
    ours = native.prepared(pictures, indices, scale, offset, variation)
    theirs = by_numpy(pictures, indices, scale, offset, variation)
    if name not in ("nothing", "copied", "edge") or not uniform:  # a compiler may round a product and a sum together
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=2e-6)
    else:
        assert ours.tobytes() == (theirs + np.float32(0)).tobytes()


@built
@every_type
def test_a_partner_is_mixed_in_by_both(dtype: type[Any], rng: np.random.Generator) -> None:
    """p + share (q - p) within the box, p outside of it."""
    pictures, indices = stored((9, 6, 5, 3), dtype, rng), np.array([0, 8, 3])
    mix = Mix(np.array([4, 4, 8]), np.array([[0, 0, 6, 5], [1, 2, 6, 4], [3, 3, 3, 3]], np.int32), f32([0.25, 1, 0.5]))
    variation = Augmentation(flip=True, crop=0.5).draw(1, 2, mix.partners, 6, 5)
    scale, offset = f32([0.5, 1, 2]), f32([1, 2, 3])
    plain = by_numpy(pictures, indices, scale, offset)
    partners = by_numpy(pictures, mix.partners, scale, offset, variation)
    expected = plain.copy()
    expected[0] = 0.75 * plain[0] + 0.25 * partners[0]
    expected[1, 1:6, 2:4] = partners[1, 1:6, 2:4]
    for mix_in in (native.mix_in, mix_in_by_numpy):
        batch = plain.copy()
        mix_in(batch, pictures, mix, scale, offset, variation)
        np.testing.assert_allclose(batch, expected, rtol=1e-5, atol=1e-4)
        assert batch[2].tobytes() == plain[2].tobytes()


def f32(values: list[float]) -> np.ndarray:
    return np.array(values, np.float32)


def test_without_variation_it_is_the_pixel_times_the_scale(compute: Computed, rng: np.random.Generator) -> None:
    pictures = np.arange(256, dtype=np.uint8).reshape(2, 16, 8, 1)
    scale = np.array([1 / 255], np.float32)
    came = compute(pictures, np.array([1, 0]), scale, np.zeros(1, np.float32))
    assert came.tobytes() == np.multiply(pictures[[1, 0]], scale[0], dtype=np.float32).tobytes()


WHOLE = st.integers(-12, 12)


@given(down=WHOLE, right=WHOLE, mirrored=st.booleans())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_whole_steps_copy_from_the_padded_picture(down: int, right: int, mirrored: bool) -> None:
    rng = np.random.default_rng(4)
    picture = rng.integers(1, 256, (1, 5, 7, 2), np.uint8)
    padded = np.pad(picture[0], ((30, 30), (30, 30), (0, 0)))
    warp = np.array([[[1.0, 0, down], [0, -1.0 if mirrored else 1.0, right]]])
    columns = right - np.arange(7) if mirrored else right + np.arange(7)
    expected = padded[np.arange(5)[:, None] + down + 30, columns + 30].astype(np.float32)
    one, zero = np.ones(2, np.float32), np.zeros(2, np.float32)
    variation = Variation(warp, np.zeros((1, 4), np.int32))
    for compute in (by_numpy, native.prepared) if core.available() else (by_numpy,):
        np.testing.assert_array_equal(compute(picture, np.array([0]), one, zero, variation)[0], expected)


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("size", [2, 3, 4, 8])
def test_just_inside_of_the_border_nothing_beyond_it_is_read(size: int, fill: Fill, compute: Computed) -> None:
    """The places next to -1, 0, the last pixel and the first beyond, where rounding could lead to the next row."""
    pixels = np.zeros((3, size, size, 1), np.uint8)
    pixels[:, :, 0] = pixels[:, 0] = 200
    pixels[1] = 1
    one, zero = np.ones(1, np.float32), np.zeros(1, np.float32)
    for edge in (-1.0, 0.0, size - 1.0, float(size)):
        for place in (np.nextafter(edge, -9), edge, np.nextafter(edge, 99)):
            for warp in ([0, 0, place, 0, 0, 0.5], [0, 0, 0.5, 0, 0, place], [0, 1e-300, place, 1e-300, 0, place]):
                variation = Variation(np.array([warp]).reshape(1, 2, 3), np.zeros((1, 4), np.int32), None, fill)
                came = compute(pixels, np.array([1]), one, zero, variation)
                assert came.min() >= -1e-6 and came.max() <= 1 + 1e-6
                np.testing.assert_allclose(came, by_numpy(pixels, np.array([1]), one, zero, variation), atol=1e-6)


@built
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, 1e300, -1e300, 1e18, 2.0**63])
@pytest.mark.parametrize("fill", FILLS)
def test_a_warp_to_nowhere_reads_nothing(number: float, fill: Fill) -> None:
    for place in range(6):
        _warp_to(number, place, fill)


def _warp_to(number: float, place: int, fill: Fill) -> None:
    warps = np.array([1.0, 0, 0, 0, 1, 0])
    warps[place] = number
    ones = np.ones((1, 4, 4, 1), np.float32)
    variation = Variation(warps.reshape(1, 2, 3), np.zeros((1, 4), np.int32), None, fill)
    came = native.prepared(ones, np.array([0]), ones[0, 0, 0], 0 * ones[0, 0, 0], variation)
    assert ((came >= 0) & (came <= 1)).all()


def test_pictures_with_gaps_between_them_are_taken_as_any(rng: np.random.Generator) -> None:
    pictures = rng.integers(0, 256, (6, 4, 10, 3), np.uint8)[::2, :, ::2]
    came = prepare.prepared(pictures, np.array([2, 0]), 0.5)
    np.testing.assert_array_equal(came, pictures[[2, 0]] * np.float32(0.5))


def arguments() -> dict[str, Any]:
    """What the core takes: three of four pictures."""
    return {
        "pictures": np.zeros((4, 5, 6, 3), np.uint8),
        "indices": np.array([0, 3, 1], np.int64),
        "warps": np.zeros((3, 2, 3)),
        "holes": np.zeros((3, 4), np.int32),
        "colours": np.ones((3, 3, 4), np.float32),
        "fill": 0,
        "boxes": np.tile(np.array([0, 0, 5, 6], np.int32), (3, 1)),
        "shares": np.ones(3, np.float32),
        "scale": np.ones(3, np.float32),
        "offset": np.ones(3, np.float32),
        "out": np.empty((3, 5, 6, 3), np.float32),
    }


WRONG: dict[str, tuple[str, Any, type[Exception]]] = {
    "index below": ("indices", np.array([0, -1, 1]), IndexError),
    "index above": ("indices", np.array([0, 4, 1]), IndexError),
    "index far above": ("indices", np.array([0, 2**62, 1]), IndexError),
    "index count": ("indices", np.array([0, 1]), ValueError),
    "index type": ("indices", np.array([0, 1, 2], np.int32), TypeError),
    "index rank": ("indices", np.array([[0, 1, 2]]), TypeError),
    "index gaps": ("indices", np.zeros(6, np.int64)[::2], TypeError),
    "picture rank": ("pictures", np.zeros((4, 5, 18), np.uint8), TypeError),
    "picture type": ("pictures", np.zeros((4, 5, 6, 3)), TypeError),
    "picture layout": ("pictures", np.zeros((4, 6, 5, 3), np.uint8).swapaxes(1, 2), TypeError),
    "picture size": ("pictures", np.zeros((4, 5, 7, 3), np.uint8), ValueError),
    "picture channels": ("pictures", np.zeros((4, 5, 6, 1), np.uint8), ValueError),
    "no pictures": ("pictures", np.zeros((0, 5, 6, 3), np.uint8), IndexError),
    "no channels": ("pictures", np.zeros((4, 5, 6, 0), np.uint8), ValueError),
    "picture none": ("pictures", None, TypeError),
    "warp count": ("warps", np.zeros((2, 2, 3)), ValueError),
    "warp type": ("warps", np.zeros((3, 2, 3), np.float32), TypeError),
    "warp shape": ("warps", np.zeros((3, 3, 2)), TypeError),
    "hole count": ("holes", np.zeros((4, 4), np.int32), ValueError),
    "hole type": ("holes", np.zeros((3, 4), np.int64), TypeError),
    "hole below": ("holes", np.array([[0, 0, 0, 0], [0, 0, 0, 0], [-1, 0, 2, 2]], np.int32), ValueError),
    "hole above": ("holes", np.array([[0, 0, 0, 0], [0, 0, 6, 2], [0, 0, 0, 0]], np.int32), ValueError),
    "hole wide": ("holes", np.array([[0, 0, 0, 0], [0, 0, 2, 7], [0, 0, 0, 0]], np.int32), ValueError),
    "hole backwards": ("holes", np.array([[3, 0, 2, 2], [0, 0, 0, 0], [0, 0, 0, 0]], np.int32), ValueError),
    "colour count": ("colours", np.ones((2, 3, 4), np.float32), ValueError),
    "colour type": ("colours", np.ones((3, 3, 4)), TypeError),
    "colour shape": ("colours", np.ones((3, 4, 3), np.float32), TypeError),
    "fill below": ("fill", -1, ValueError),
    "fill above": ("fill", 3, ValueError),
    "box count": ("boxes", np.zeros((4, 4), np.int32), ValueError),
    "box below": ("boxes", np.array([[0, 0, 0, 0], [0, 0, 0, 0], [-1, 0, 2, 2]], np.int32), ValueError),
    "box wide": ("boxes", np.array([[0, 0, 0, 0], [0, 0, 2, 7], [0, 0, 0, 0]], np.int32), ValueError),
    "box without share": ("shares", None, ValueError),
    "share without box": ("boxes", None, ValueError),
    "share count": ("shares", np.ones(2, np.float32), ValueError),
    "share type": ("shares", np.ones(3), TypeError),
    "scale count": ("scale", np.ones(2, np.float32), ValueError),
    "scale type": ("scale", np.ones(3), TypeError),
    "offset count": ("offset", np.ones(4, np.float32), ValueError),
    "out type": ("out", np.empty((3, 5, 6, 3)), TypeError),
    "out size": ("out", np.empty((3, 5, 5, 3), np.float32), ValueError),
    "out count": ("out", np.empty((2, 5, 6, 3), np.float32), ValueError),
    "out gaps": ("out", np.empty((3, 5, 6, 6), np.float32)[..., ::2], TypeError),
    "out read-only": ("out", np.broadcast_to(np.float32(0), (3, 5, 6, 3)), TypeError),
}


@built
@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_an_exception(case: str) -> None:
    from striate.engines.native import _core

    name, value, error = WRONG[case]
    with pytest.raises(error):
        _core.prepare(**arguments() | {name: value})


@built
def test_what_fits_is_computed_and_nothing_is_converted() -> None:
    from striate.engines.native import _core

    fitting = arguments()
    fitting["out"][...] = 7
    _core.prepare(**fitting)
    assert (fitting["out"] == 1).all()
    fitting["out"].flags.writeable = False
    with pytest.raises(TypeError):
        _core.prepare(**fitting)


def test_without_a_core_numpy_serves(monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator) -> None:
    pictures, indices = rng.integers(0, 256, (4, 6, 5, 1), np.uint8), np.array([3, 3, 0])
    variation = Augmentation(flip=True, shift=2).draw(0, 0, indices, 6, 5)
    by_either = prepare.prepared(pictures, indices, 1 / 255, variation)
    monkeypatch.setattr(native, "available", lambda: False)
    monkeypatch.delattr(native, "prepared")
    assert prepare.prepared(pictures, indices, 1 / 255, variation).tobytes() == by_either.tobytes()
