"""A film shows what the weights were, for any network; its moving picture, page and sheets are made of that."""

import base64
import io
import json
import re
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import CASES, Case, random_state, random_theta
from PIL import Image

from striate.callbacks import Snapshots
from striate.engines.native.core import available
from striate.errors import DataError, FileError, MissingExtraError, StateError, UnknownNameError
from striate.figures.columns import columns_for
from striate.figures.tiles import GAP, as_rgb, diverging, kernel_panel, painted, sheet
from striate.inspection.films.class_shares import ClassShares, class_shares
from striate.inspection.films.film import Film, film
from striate.inspection.kernels import kernels
from striate.inspection.looks_at import of_the_picture
from striate.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    MaxPooling2D,
    ZeroPadding2D,
)
from striate.messages import speak
from striate.model import Model
from striate.network.graph import Graph
from striate.network.optimizers import SGD
from striate.sequential import Sequential
from striate.training.film_folder import Description, FilmFolder, Snapshot

ENGINES = ["reference", *(["native"] if available() else [])]
STEPS = 4


def write(place: Path, graph: Graph, rng: np.random.Generator, layers: tuple[str, ...] | None = None) -> list[Any]:
    """A film of random weights, and the weights and statistics of each of its frames."""
    layouts = graph.theta, graph.state
    known = tuple(dict.fromkeys(span.layer for layout in layouts for span in layout.spans))
    where, frames = FilmFolder(place), []
    where.begin(Description(graph, known if layers is None else layers))
    for step in range(STEPS):
        vectors = random_theta(graph, rng).astype(np.float32), random_state(graph, rng).astype(np.float32)
        weights = {
            span.name: layout.view(vector, span)
            for layout, vector in zip(layouts, vectors, strict=True)
            for span in layout.spans
            if span.layer in (known if layers is None else layers)
        }
        where.write(Snapshot(2**step, step, 1 / (step + 1), weights))
        frames.append(vectors)
    return frames


WITH_KERNELS = [
    case for case in CASES if any(isinstance(node.layer, Conv2D | DepthwiseConv2D | Dense) for node in case.graph.nodes)
]


@pytest.mark.parametrize("case", WITH_KERNELS[::4], ids=lambda case: case.id)
@pytest.mark.parametrize("engine", ENGINES)
def test_any_network(case: Case, engine: str, rng: np.random.Generator, tmp_path: Path) -> None:
    frames, graph = write(tmp_path, case.graph, rng), case.graph
    x = rng.standard_normal(case.shape).astype(np.float32)
    for node in graph.nodes:
        if not isinstance(node.layer, Conv2D | DepthwiseConv2D | Dense):
            continue
        maps = len(case.shape) == 3 and len(node.shape) == 3
        found = film(tmp_path, node.name, x if maps else None, engine=engine, threads=1)
        assert [tuple(frame) for frame in found] == [(2**i, i, 1 / (i + 1)) for i in range(STEPS)]
        for i, (theta, state) in enumerate(frames):
            kernel = graph.theta.views(theta)[f"{graph.owner(node).name}/kernel"]
            np.testing.assert_array_equal(found.kernels[i].ravel(), kernel.ravel())
            if maps:
                model = Model.of(graph, theta=theta, state=state)
                model.use(engine=engine, threads=1)
                assert found.maps is not None
                np.testing.assert_array_equal(found.maps[i], model.feature_maps(x[np.newaxis], node.name)[0])


def test_kernels_of_each_kind(rng: np.random.Generator, tmp_path: Path) -> None:
    layers = [
        Conv2D(4, (3, 2), input_shape=(8, 7, 3)),
        DepthwiseConv2D(2, depth_multiplier=2),
        Flatten(),
        Dense(5),
        Dense(2),
    ]
    graph = Sequential(layers).graph
    ((theta, _), *_) = write(tmp_path, graph, rng)
    weights = graph.theta.views(theta)
    shown = {name: film(tmp_path, name) for name in ("conv1", "depthwise1", "dense1", "dense2")}
    assert film(tmp_path).layer == "conv1"
    assert [each.first for each in shown.values()] == [True, False, False, False]
    np.testing.assert_array_equal(shown["conv1"].kernels[0], weights["conv1/kernel"])
    for i, k in np.ndindex(4, 2):
        np.testing.assert_array_equal(
            shown["depthwise1"].kernels[0][:, :, 0, 2 * i + k], weights["depthwise1/kernel"][:, :, i, k]
        )
    assert shown["dense1"].kernels.shape == (STEPS, *graph.node("depthwise1").shape, 5)
    np.testing.assert_array_equal(shown["dense1"].kernels[0].reshape(-1, 5), weights["dense1/kernel"])
    np.testing.assert_array_equal(shown["dense2"].kernels[0][:, :, 0, 0], weights["dense2/kernel"])
    assert shown["conv1"].changes[0] == 0 and (shown["conv1"].changes[1:] > 0).all()
    for each in shown.values():
        assert len(each.scene.kernel_panel.frames) == STEPS
    dense = Sequential([Flatten(input_shape=(4, 3, 3)), Dense(2)]).graph
    assert of_the_picture(dense, dense.node("dense1"))
    pooled = Sequential([MaxPooling2D(2, input_shape=(4, 4, 3)), Conv2D(2, 1)]).graph
    assert not of_the_picture(pooled, pooled.node("conv1"))


def test_kernels_are_the_same_as_those_of_kernels(rng: np.random.Generator, tmp_path: Path) -> None:
    scaled = [BatchNormalization(input_shape=(6, 5, 3)), Dropout(0.5), ZeroPadding2D(1), Conv2D(2, 3)]
    graph = Sequential([*scaled, Dropout(0.5), Flatten(), Dropout(0.5), Dense(4)]).graph
    (*_, (theta, state)) = write(tmp_path, graph, rng)
    model = Model.of(graph, theta=theta, state=state)
    for name in ("conv1", "dense1"):
        shown, still = film(tmp_path, name), kernels(model, name)
        assert shown.first == still.in_colour == (name == "conv1")
        np.testing.assert_array_equal(shown.kernels[-1], still.values)


def test_refusals(rng: np.random.Generator, tmp_path: Path) -> None:
    layers = [Conv2D(2, 3, input_shape=(6, 5, 1)), BatchNormalization(), Conv2D(3, 2), Flatten(), Dense(2)]
    graph = Sequential(layers).graph
    write(tmp_path / "film", graph, rng)
    write(tmp_path / "part", graph, rng, ("conv1", "conv2"))
    write(tmp_path / "norm", graph, rng, ("norm1",))
    FilmFolder(tmp_path / "empty").begin(Description(graph, ("conv1",)))
    x = rng.standard_normal((6, 5, 1))
    for call, kind, code in [
        (lambda: film(tmp_path / "nowhere"), FileError, "file.not_found"),
        (lambda: film(tmp_path), None, ""),  # a run's folder
        (lambda: film(tmp_path / "empty"), StateError, "film.none"),
        (lambda: film(tmp_path / "norm"), StateError, "film.no_kernels"),
        (lambda: film(tmp_path / "film", "flatten1"), UnknownNameError, "film.layer_not_kept"),
        (lambda: film(tmp_path / "part", "dense1"), UnknownNameError, "film.layer_not_kept"),
        (lambda: film(tmp_path / "part", "conv2"), None, ""),
        (lambda: film(tmp_path / "part", "conv2", x), StateError, "film.not_kept_before"),
        (lambda: film(tmp_path / "part", "conv1", x), None, ""),
        (lambda: film(tmp_path / "film", "dense1", x), DataError, "film.no_maps"),
        (lambda: film(tmp_path / "film", "conv1", "a.png"), StateError, "model.no_preprocessing"),
        (lambda: class_shares(tmp_path), StateError, "film.no_classes"),
        (lambda: film(tmp_path).save(tmp_path / "a.mp4"), FileError, "figure.unknown_ending"),
        (lambda: film(tmp_path).save(tmp_path / "no" / "a.html"), FileError, "figure.no_folder"),
        (lambda: film(tmp_path).save(tmp_path / "no" / "a.gif"), FileError, "figure.no_folder"),
    ]:
        if kind is None:
            call()
            continue
        with pytest.raises(kind) as caught:
            call()
        assert caught.value.code == code
    with pytest.raises(UnknownNameError):
        film(tmp_path, "conv9")


# Pictures


def test_colours(rng: np.random.Generator) -> None:
    assert diverging(np.array([-2.0, 0, 2, 9, np.nan]), 2)[:, :3].tolist() == [
        [33, 102, 172],
        [247, 247, 247],
        [178, 24, 43],
        [178, 24, 43],
        [247, 247, 247],
    ]
    assert painted(np.array([-1.0, 0, 1]).reshape(1, 3, 1, 1), 1)[0, 0, 0].tolist() == [0, 128, 255, 255]
    numbers = rng.uniform(-1, 1, 10_000)
    assert len(np.unique(diverging(numbers, 1), axis=0)) <= 129  # a GIF holds 256
    assert as_rgb(np.array([[[0.0], [1.0]]])).tolist() == [[[0, 0, 0], [255, 255, 255]]]


def test_tiles_in_their_places(rng: np.random.Generator) -> None:
    tiles = rng.integers(1, 255, (5, 40, 33, 4)).astype(np.uint8)
    whole = sheet(tiles, 2)
    assert whole.shape == (3 * 40 + 2 * GAP, 2 * 33 + GAP, 4)
    for i, tile in enumerate(tiles):
        top, left = i // 2 * (40 + GAP), i % 2 * (33 + GAP)
        np.testing.assert_array_equal(whole[top : top + 40, left : left + 33], tile)
    assert not whole[40 : 40 + GAP].any()
    small = sheet(tiles[:1, :3, :2], 1)
    np.testing.assert_array_equal(small, np.repeat(np.repeat(tiles[0, :3, :2], 10, 0), 10, 1))
    for count in range(1, 70):
        assert 1 <= columns_for(count, 0.3) <= count


def test_one_scale_for_all_frames(rng: np.random.Generator) -> None:
    kernels = rng.standard_normal((3, 3, 3, 1, 4))
    kernels[1, 0, 0, 0, 2] = -9
    panel = kernel_panel(kernels, coloured=False)
    assert panel.most == 9
    expected = diverging(np.moveaxis(kernels[2, :, :, 0], -1, 0), 9)
    assert (panel.frames[2][0, 0] == expected[0, 0, 0]).all()
    deep = kernel_panel(rng.standard_normal((2, 3, 3, 20, 30)), coloured=False)
    assert deep.note == ("film.rows_note", {"kernels": 12, "count": 30, "channels": 16, "all": 20})
    colours = kernel_panel(rng.standard_normal((2, 3, 3, 3, 5)), coloured=True)
    assert colours.note[0] == "film.colours_note"


@pytest.fixture
def shown(rng: np.random.Generator, tmp_path: Path) -> Film:
    graph = Sequential([Conv2D(4, 3, input_shape=(8, 7, 1)), Flatten(), Dense(2)]).graph
    write(tmp_path / "film", graph, rng)
    return film(tmp_path / "film", picture=rng.random((8, 7, 1)))


class Page(HTMLParser):
    """What a page has: elements with their attributes, and the text of its script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str, **has: str) -> list[dict[str, str | None]]:
        return [each for name, each in self.tags if name == tag and has.items() <= each.items()]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page(shown: Film, language: str, tmp_path: Path) -> None:
    """Every frame of kernels and maps, the last one shown; only our script may run, and nothing is loaded."""
    speak(language)
    try:
        shown.save(tmp_path / "a.html")
    finally:
        speak(None)
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    page = Page(text)
    (slider,) = page.all("input", type="range")
    assert (slider["min"], slider["max"], slider["value"]) == ("0", "3", "3")
    labels = json.loads(str(slider["data-labels"]))
    assert len(labels) == STEPS
    assert "0.250" in labels[-1] and "0.5" in labels[1]
    assert re.search("[가-힣]" if language == "ko" else "epoch 3", labels[-1])
    assert len(json.loads(str(slider["data-places"]))) == STEPS
    frames = [each for each in page.all("img") if str(each["src"]).startswith("data:image/png") and "class" not in each]
    assert ["hidden" in each for each in frames] == [True, True, True, False] * 2
    decoded = np.asarray(Image.open(io.BytesIO(base64.b64decode(str(frames[1]["src"]).partition(",")[2]))))
    np.testing.assert_array_equal(decoded, shown.scene.kernel_panel.frames[1])
    script = text.partition("<script>")[2].partition("</script>")[0]
    allowed = base64.b64encode(sha256(script.encode()).digest()).decode()
    (policy,) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert str(policy["content"]).endswith(f"script-src 'sha256-{allowed}'")
    assert "default-src 'none'" in str(policy["content"])
    assert not re.search(r"(?:src|href)=\"(?!data:)", text)


def test_the_page_needs_no_matplotlib(shown: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("striate.figures.canvas.find_spec", lambda name: None)
    shown.save(tmp_path / "a.html")
    for name in ("a.png", "a.gif"):
        with pytest.raises(MissingExtraError):
            shown.save(tmp_path / name)


def test_the_moving_picture_and_the_still(shown: Film, tmp_path: Path) -> None:
    made: list[tuple[int, int]] = []
    shown.save(tmp_path / "a.gif", 50, made=lambda *now: made.append(now))
    with Image.open(tmp_path / "a.gif") as moving:
        assert moving.n_frames == STEPS  # type: ignore[attr-defined]
        durations = []
        for i in range(STEPS):
            moving.seek(i)
            durations.append(moving.info["duration"])
    assert (made, durations) == ([(i + 1, STEPS) for i in range(STEPS)], [50, 50, 50, 500])
    texts = [text.get_text() for axes in shown.figure().axes for text in axes.texts]
    assert "step 8 · epoch 3 · loss 0.250" in texts
    assert "step 1 · before the first" in texts


# Classes


@pytest.fixture
def classed(rng: np.random.Generator, tmp_path: Path) -> ClassShares:
    layers = [Conv2D(3, 3, activation="relu", input_shape=(6, 5, 3)), Conv2D(2, 2), Flatten(), Dense(3, "softmax")]
    model = Sequential(layers, seed=2)
    model.class_names = ("고양이", "dog", "bird")
    model.compile(SGD(0.1, weight_decay=0.02), "sparse_categorical_crossentropy", threads=1)
    x, y = rng.standard_normal((30, 6, 5, 3)), rng.integers(0, 3, 30)
    model.fit(x, y, epochs=4, batch_size=8, verbose=0, callbacks=Snapshots(tmp_path / "film", classes=True))
    return class_shares(tmp_path)


def test_shares_add_up(classed: ClassShares, tmp_path: Path) -> None:
    """To one but for rounding, and the parts to the change; what goes along the change is counted, with its sign."""
    assert classed.class_names == ("고양이", "dog", "bird")
    assert np.abs(classed.rest).max() < 1e-6
    shares = classed.shares
    assert shares.shape == (len(classed.frames), 3, 4) and np.isnan(shares[0]).all()
    np.testing.assert_allclose(shares[1:].sum(axis=2), 1, atol=1e-3)
    change, part = classed.change[-1, ..., 1].ravel(), classed.parts[-1, 2, ..., 1].ravel().astype(float)
    assert shares[-1, 1, 2] == pytest.approx(part @ change / (change @ change))
    assert shares[-1, :, 3].any()
    deeper = class_shares(tmp_path, "conv2")
    assert (deeper.parts.shape[2:], deeper.first) == ((2, 2, 3, 2), False)
    assert np.abs(deeper.rest).max() < 1e-6


def test_the_sheet_of_classes(classed: ClassShares, tmp_path: Path) -> None:
    texts = [text.get_text() for axes in classed.figure().axes for text in axes.texts]
    assert {"change", "dog", "bird"} <= set(texts)
    assert {"weight", "decay"} <= set(texts) | set(" ".join(texts).split())
    assert f"{round(100 * classed.shares[-1, 0, 0])} %" in texts
    class_shares(tmp_path, "conv2").figure()
    classed.save(tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as moving:
        assert moving.n_frames == len(classed.frames)  # type: ignore[attr-defined]


def test_the_page_of_classes(classed: ClassShares, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture and the shares of every frame, the last one shown: all that the sheet has, without matplotlib."""
    monkeypatch.setattr("striate.figures.canvas.find_spec", lambda name: None)
    classed.save(tmp_path / "a.html")
    text, count = (tmp_path / "a.html").read_text(encoding="utf-8"), len(classed.frames)
    page = Page(text)
    (slider,) = page.all("input", type="range")
    assert len(json.loads(str(slider["data-labels"]))) == count
    frames = [each for each in page.all("img") if "class" not in each]
    assert ["hidden" in each for each in frames] == [True] * (count - 1) + [False]
    drawn = np.asarray(Image.open(io.BytesIO(base64.b64decode(str(frames[-1]["src"]).partition(",")[2]))))
    scale, scene = round(30 / 3), classed.scene
    for column in range(5):  # change, three classes, weight decay
        tile = drawn[33 : 33 + 30 : scale, 33 * column : 33 * column + 30 : scale]
        np.testing.assert_array_equal(tile, scene.tile(column, count - 1, 1))
    texts = [json.loads(str(each["data-texts"])) for each in page.all("span") if "data-texts" in each]
    assert [len(each) for each in texts] == [count] * (3 * 4) and {each[0] for each in texts} == {"–"}
    assert texts[4 * 1 + 2][-1] == f"{100 * classed.shares[-1, 1, 2]:.1f}\u00a0%"
    assert all(name in text for name in ("고양이", "dog", "bird", "weight decay"))
    class_shares(tmp_path, "conv2").save(tmp_path / "b.html")
