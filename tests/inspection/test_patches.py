"""What excites units most: against a search by brute force, for every layer that ships, from every source."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import CASES, Case, random_state, random_theta
from drawn_graphs import graphs
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import write_parts
from PIL import Image

from striate.data.load import load_images
from striate.data.preprocessing import Preprocessing
from striate.engines.native.core import available
from striate.errors import DataError, SettingError, StateError, UnknownNameError
from striate.inspection.patches import Patches, patches
from striate.layers import Conv2D, Dense, Flatten, MaxPooling2D
from striate.model import Model
from striate.network.graph import Graph
from striate.sequential import Sequential

ENGINES = ["reference", *(["native"] if available() else [])]
FOR_PICTURES = [case for case in CASES if len(case.shape) == 3]


def model_of(graph: Graph, rng: np.random.Generator, engine: str = "reference") -> Model:
    theta, state = random_theta(graph, rng).astype(np.float32), random_state(graph, rng).astype(np.float32)
    model = Model.of(graph, theta=theta, state=state)
    model.use(engine=engine, threads=1)
    return model


def by_brute_force(maps: Any, count: int, each: int) -> list[list[tuple[float, int, int]]]:
    """For each unit (-value, picture, place), the best first: one number after the other."""
    found: list[list[tuple[float, int, int]]] = []
    for unit in range(maps.shape[-1]):
        best: list[tuple[float, int, int]] = []
        for picture, own in enumerate(maps[..., unit].reshape(len(maps), -1)):
            best += sorted((-float(value), picture, place) for place, value in enumerate(own))[:each]
        found.append(sorted(best)[:count])
    return found


def check(model: Model, x: Any, layer: str, count: int, each: int) -> Patches:
    found = patches(model, x, layer, count=count, per_picture=each)
    maps = model.feature_maps(x, layer)
    expected = by_brute_force(maps, count, each)
    shape = maps.shape[1:]
    for row, best in enumerate(expected):
        np.testing.assert_array_equal(found.values[row], [-value for value, _, _ in best])
        assert found.numbers[row].tolist() == [picture for _, picture, _ in best]
        if len(shape) == 3:
            assert found.places[row].tolist() == [list(divmod(place, shape[1])) for _, _, place in best]
        assert found.same[row] == (np.ptp(maps[..., row]) == 0)
    return found


@pytest.mark.parametrize("case", FOR_PICTURES[::3], ids=lambda case: case.id)
def test_true_maxima_and_what_a_unit_sees(case: Case, rng: np.random.Generator) -> None:
    """Beyond the patch pixels may be anything: the unit gives the same number."""
    model = model_of(case.graph, rng)
    x = rng.standard_normal((3, *case.shape)).astype(np.float32)
    for node in model.graph.nodes[1:]:
        found = check(model, x, node.name, count=4, each=2)
        if found.field is None:
            continue
        row, rank = 0, found.values.shape[1] - 1
        top, left, bottom, right = found.box(row, rank)
        number = int(found.numbers[row, rank])
        other = rng.standard_normal(x[number].shape).astype(np.float32)
        seen = slice(max(top, 0), max(bottom, 0)), slice(max(left, 0), max(right, 0))
        other[seen] = x[number][seen]
        again = model.feature_maps(other[np.newaxis], node.name)[0]
        # BLAS may add the terms of another place in another order.
        assert again[tuple(found.places[row, rank])][0] == pytest.approx(found.values[row, rank], rel=1e-4, abs=1e-5)
        pixels, inside = found.patch(row, rank)
        assert (pixels.shape[:2], inside.sum()) == (found.field, x[number][seen].shape[0] * x[number][seen].shape[1])
        np.testing.assert_array_equal(pixels[inside], x[number][seen].reshape(-1, case.shape[2]))
        assert not pixels[~inside].any()


@settings(max_examples=8, derandomize=True)
@given(graph=graphs(), seed=st.integers(0, 99))
def test_of_any_network(graph: Graph, seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = model_of(graph, rng)
    for node in model.graph.nodes[1:]:
        check(model, rng.standard_normal((4, *graph.input_shape)).astype(np.float32), node.name, count=3, each=1)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_few_pictures_at_a_time(engine: str, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many go through at once, equal numbers among them; what is done is told."""
    monkeypatch.setattr(sys.modules[Patches.__module__], "ROOM", 300)
    layers = [
        Conv2D(5, 3, padding="same", activation="relu", input_shape=(6, 5, 1)),
        MaxPooling2D(2),
        Flatten(),
        Dense(3),
    ]
    model = model_of(Sequential(layers).graph, rng, engine)
    x = rng.integers(0, 3, (23, 6, 5, 1)).astype(np.float32)
    x[17:] = x[2:8]
    done: list[tuple[int, int]] = []
    patches(model, x, "conv1", progress=lambda *now: done.append(now))
    assert (done[:2], done[-1], len(done)) == ([(2, 23), (4, 23)], (23, 23), 12)
    for layer in ("conv1", "pool1", "dense1"):
        check(model, x, layer, count=9, each=1)
        check(model, x, layer, count=9, each=3)


def test_whole_pictures_and_sizes(rng: np.random.Generator) -> None:
    layers = [Conv2D(2, 3, input_shape=(6, 5, 1)), Conv2D(2, 4, padding="same"), Flatten(), Dense(3)]
    model = model_of(Sequential(layers).graph, rng)
    x = rng.standard_normal((4, 6, 5, 1)).astype(np.float32)
    one, two, last = (patches(model, x, layer) for layer in ("conv1", "conv2", "dense1"))
    assert (one.field, two.field, last.field) == ((3, 3), None, None)
    assert (two.box(0, 0), last.box(2, 1)) == ((0, 0, 6, 5), (0, 0, 6, 5))
    assert last.places[0, 0].tolist() == [-1, -1]
    np.testing.assert_array_equal(last.patch(1, 0)[0], x[last.numbers[1, 0]])
    assert last.values.shape == (3, 4)  # no more than there are pictures
    some = last.of([2, 0])
    assert some.units.tolist() == [2, 0]
    np.testing.assert_array_equal(some.values, last.values[[2, 0]])


def test_every_source(tmp_path: Path) -> None:
    """A folder, what was read of it, a part of that, and its pixels: the same pictures, with their files."""
    root = write_parts(tmp_path)
    data = load_images(root)
    model = Sequential([Conv2D(3, 3, padding="same", input_shape=data.preprocessing.shape), Flatten(), Dense(3)])
    model.preprocessing = data.preprocessing
    parts = [part for part in (data.train, data.validation, data.test) if part]
    whole = patches(model, data, "conv1")
    assert len(whole.pictures) == sum(map(len, parts)) == 108
    of_folder, of_path = patches(model, str(root), "conv1"), patches(model, root, "conv1")
    pixels = np.concatenate([np.asarray(part.pictures) for part in parts])
    of_pixels, of_numbers = (
        patches(model, pixels, "conv1"),
        patches(model, model.preprocessing.prepare(pixels), "conv1"),
    )
    for other in (of_folder, of_path, of_pixels, of_numbers):
        np.testing.assert_array_equal(other.values, whole.values)
        np.testing.assert_array_equal(other.numbers, whole.numbers)
    for row, rank in np.ndindex(whole.values.shape):
        file = whole.file(row, rank)
        assert file is not None
        stored = np.asarray(Image.open(file))
        shown = whole.pictures.shown(int(whole.numbers[row, rank]))[..., 0]
        np.testing.assert_array_equal(shown, stored)
    assert of_pixels.file(0, 0) is None
    only = patches(model, data.train, "conv1")
    assert len(only.pictures) == len(data.train)


def test_refusals(rng: np.random.Generator) -> None:
    model = model_of(Sequential([Conv2D(2, 3, input_shape=(6, 5, 4)), Flatten(), Dense(3)]).graph, rng)
    x = rng.standard_normal((2, 6, 5, 4)).astype(np.float32)
    with pytest.raises(UnknownNameError) as unknown:
        patches(model, x, "conv9")
    assert unknown.value.code == "name.unknown_did_you_mean"
    for call, kind, code in [
        (lambda: patches(model, x, "input1"), SettingError, "patches.input"),
        (lambda: patches(model, x[:0], "conv1"), DataError, "patches.no_pictures"),
        (lambda: patches(model, x, "conv1").of([2]), SettingError, "patches.no_unit"),
        (lambda: patches(model, x, "conv1").figure(), DataError, "patches.channels"),
        (lambda: patches(model, "pictures", "conv1"), StateError, "model.no_preprocessing"),
        (lambda: patches(model, x, "conv1", count=0), SettingError, "setting.positive"),
    ]:
        with pytest.raises(kind) as caught:
            call()
        assert caught.value.code == code, code
    two = Sequential([Conv2D(2, 3, use_bias=False, input_shape=(6, 5, 4)), Conv2D(1, 1, use_bias=False)])
    two.set_weights([np.full((3, 3, 4, 2), 100.0), np.array([1.0, -1.0]).reshape(1, 1, 2, 1)])
    with pytest.raises(DataError) as caught, np.errstate(all="ignore"):  # infinity minus infinity
        patches(two, np.full_like(x, 3e38), "conv2")
    assert caught.value.code == "patches.not_finite"
    model.preprocessing = Preprocessing((6, 5), "grey")
    with pytest.raises(DataError):
        patches(model, load_images((np.zeros((3, 9, 9), np.uint8), [0, 1, 0])), "conv1")


@pytest.mark.parametrize("channels", [1, 3])
def test_the_sheet(channels: int, rng: np.random.Generator) -> None:
    """Patches that reach beyond the border, a unit that gives the same everywhere, more units than fit."""
    model = model_of(Sequential([Conv2D(26, 5, padding="same", input_shape=(8, 7, channels))]).graph, rng)
    kernel, bias = model.get_weights()
    kernel[..., 1], bias[1] = 0, -1
    model.set_weights([kernel, bias])
    x = rng.random((12, 8, 7, channels)).astype(np.float32)
    found = patches(model, x, "conv1")
    assert found.same.tolist() == [unit == 1 for unit in range(26)]
    texts = [text.get_text() for axes in found.figure().axes for text in axes.texts]
    assert "unit 1: the same everywhere" in texts
    assert "unit 23" in texts
    assert "unit 24" not in texts
    assert texts.count(f"{float(found.values[0, 0]):.3g}") >= 1
    assert any("24 of 26" in text for text in texts)
    assert any("5x5 of 8x7" in text for text in texts)
