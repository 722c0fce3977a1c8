"""Two hundred awkward pictures through every door: whatever asks for them, the model sees the same numbers."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from striate.classify import answers
from striate.data import parts
from striate.data.dataset import Images
from striate.data.decoded import Decoded
from striate.data.images import ORIENTATION, decode
from striate.data.load import load_images
from striate.data.preprocessing import Preprocessing
from striate.layers import Dense, Flatten
from striate.models import Sequential
from striate.network.graph import Graph
from striate.network.losses import SparseCategoricalCrossentropy
from striate.training.evaluate import evaluate
from striate.training.feeding import batches_for

COUNT = 200
SIZES = ((1, 1), (1, 40), (33, 1), (7, 5), (24, 20), (20, 24), (61, 90), (130, 40), (16, 20))
RULES = (Preprocessing((16, 20), "rgb", resize="fit"), Preprocessing((24, 20), "grey", resize="crop"))

Draw = Callable[..., np.ndarray]
Save = Callable[[Path, Draw, int], object]


def photo(mode: str, ending: str, channels: int = 3, **options: Any) -> Save:
    """Save random pixels in a mode."""

    def save(path: Path, draw: Draw, size: int) -> None:
        pixels = draw(SIZES[size], channels)
        image = Image.fromarray(pixels[..., 0] if channels == 1 else pixels, mode)
        image.save(path.with_suffix(ending), **options)

    return save


def converted(mode: str, ending: str, **options: Any) -> Save:
    """Save random pixels, converted to a mode."""

    def save(path: Path, draw: Draw, size: int) -> None:
        Image.fromarray(draw(SIZES[size], 3)).convert(mode).save(path.with_suffix(ending), **options)

    return save


def turned(orientation: int) -> Save:
    def save(path: Path, draw: Draw, size: int) -> None:
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        Image.fromarray(draw(SIZES[size], 3)).save(path.with_suffix(".jpg"), exif=exif)

    return save


def deep(path: Path, draw: Draw, size: int) -> None:
    pixels = draw(SIZES[size], 2).astype(np.uint16)
    Image.fromarray(pixels[..., 0] * 256 + pixels[..., 1]).save(path.with_suffix(".png"))


def moving(path: Path, draw: Draw, size: int) -> None:
    first, second = (Image.fromarray(draw(SIZES[size], 3)) for _ in range(2))
    first.save(path.with_suffix(".gif"), save_all=True, append_images=[second])


KINDS: tuple[Save, ...] = (
    photo("RGB", ".png"),
    photo("RGBA", ".png", 4),
    photo("LA", ".png", 2),
    photo("L", ".png", 1),
    photo("L", ".jpg", 1),
    photo("CMYK", ".jpg", 4),
    photo("RGB", ".jpg", progressive=True),
    photo("RGB", ".bmp"),
    photo("RGB", ".webp", lossless=True),
    photo("RGBA", ".tiff", 4),
    photo("RGB", ".ppm"),
    converted("P", ".png"),
    converted("P", ".png", transparency=3),
    converted("P", ".gif"),
    converted("1", ".png"),
    converted("RGB", ".png", transparency=(1, 2, 3)),
    *(turned(orientation) for orientation in range(2, 9)),
    deep,
    moving,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng, root = np.random.default_rng(5), tmp_path_factory.mktemp("awkward")

    def draw(size: tuple[int, int], channels: int) -> np.ndarray:
        return rng.integers(0, 256, (*size, channels), np.uint8)

    for name in ("고양이", "dog 🐕"):
        (root / name).mkdir()
    for i in range(COUNT):
        path = root / ("고양이" if i % 2 else "dog 🐕") / f"{i:03}"
        KINDS[i % len(KINDS)](path, draw, i % 9)
    return root


class Seen(NamedTuple):
    """Keeps what it is asked to judge or predict."""

    batches: list[np.ndarray]
    graph: Graph
    preprocessing: Preprocessing
    class_names: None = None
    confidence: None = None

    def judge(self, theta: object, state: object, x: np.ndarray, y: np.ndarray, w: object) -> tuple[float, np.ndarray]:
        self.batches.append(x.copy())
        return 0.0, np.full((len(x), 2), 0.5, np.float32)

    def predict(self, x: np.ndarray) -> np.ndarray:
        self.batches.append(x.copy())
        return np.full((len(x), 2), 0.5, np.float32)

    @property
    def all(self) -> np.ndarray:
        return np.concatenate(self.batches)


def load(source: Path, rule: Preprocessing, cache: int = 0) -> Images:
    return load_images(source, size=rule.size, colour=rule.colour, resize=rule.resize, cache=cache).train


@pytest.mark.filterwarnings("ignore::striate.Notice")  # what was converted, said for all
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_every_door_gives_the_same_numbers(
    folder: Path, rule: Preprocessing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = load(folder, rule)
    expected, files = whole.x, list(whole.files or ())
    assert len(files) == COUNT
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for file in files:
            archive.write(file, Path(file).relative_to(folder).as_posix())
    ways = {"in memory": whole, "archive": load(tmp_path / "all.zip", rule)}
    monkeypatch.setattr(parts, "SMALL_FILES", -1)
    ways |= {"cache, made": load(folder, rule, 10**9), "cache, found": load(folder, rule, 10**9)}
    monkeypatch.setattr(parts, "SMALL", 0)
    ways["decoded when asked for"] = load(folder, rule)
    assert isinstance(ways["cache, found"].pictures, np.memmap)
    assert isinstance(ways["decoded when asked for"].pictures, Decoded)

    net = Sequential([Flatten(input_shape=rule.shape), Dense(2, activation="softmax")])
    order = np.random.default_rng(1).permutation(COUNT)
    for way, images in ways.items():
        np.testing.assert_array_equal(images.x, expected, err_msg=way)
        _, data = batches_for("fit", net.graph, SparseCategoricalCrossentropy(), images, None)
        for some in (order[:50], order[50:]):
            np.testing.assert_array_equal(data.take(some, 0).x, expected[some], err_msg=f"training, {way}")
        seen = Seen([], net.graph, rule)
        evaluate(seen, net.theta, net.state, data, (), 32)  # type: ignore[arg-type]
        np.testing.assert_array_equal(seen.all, expected, err_msg=f"evaluation, {way}")
    seen = Seen([], net.graph, rule)
    assert len(list(answers(seen, files))) == COUNT  # type: ignore[arg-type]
    np.testing.assert_array_equal(seen.all, expected, err_msg="predict")
    seen = Seen([], net.graph, rule)
    # Arrays are whole: of a JPEG that is read for a smaller size, no more than that size is decoded.
    kept = np.array([not file.endswith(".jpg") for file in files])
    list(answers(seen, [decode(file) for file, here in zip(files, kept, strict=True) if here]))  # type: ignore[arg-type]
    np.testing.assert_array_equal(seen.all, expected[kept], err_msg="classify, arrays")
