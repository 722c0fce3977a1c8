"""Pictures that are decoded when they are asked for: like an array, and with files that break meanwhile."""

import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from striate.data import parts
from striate.data.augment import Augmentation
from striate.data.batches import ArrayBatches
from striate.data.dataset import Images
from striate.data.decoded import Decoded
from striate.data.folder import ListedPart, list_folder
from striate.data.names import Names
from striate.data.parts import read_part
from striate.data.preprocessing import Preprocessing
from striate.data.same import hashes_of
from striate.data.source import Stamp
from striate.errors import DataError, FileError

RULE = Preprocessing((4, 5), "rgb")


@pytest.fixture(autouse=True)
def nothing_stays_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SMALL", 0)


@pytest.fixture
def images(tmp_path: Path, photo: Callable[..., Path]) -> Images:
    for i in range(9):
        photo(tmp_path / "ab"[i % 2] / f"{i}.png")
    return read_part(list_folder(tmp_path).parts["train"], RULE)[0]


def lazily(images: Images) -> Decoded:
    assert isinstance(images.pictures, Decoded)
    return images.pictures


def test_it_is_asked_like_an_array(images: Images) -> None:
    pictures, array = lazily(images), np.stack([RULE.read(file) for file in images.files or ()])
    assert (pictures.shape, pictures.ndim, pictures.dtype, len(pictures)) == (array.shape, 4, array.dtype, 9)
    for which in (
        0,
        -1,
        np.int64(3),
        slice(2, 7, 2),
        [5, 1, 1],
        np.array([], int),
        array[:, 0, 0, 0] > 99,
        (..., 0),
        (3, 1),
    ):
        np.testing.assert_array_equal(pictures[which], array[which])
    np.testing.assert_array_equal(pictures, array)
    np.testing.assert_array_equal(images.x, RULE.prepare(array))
    with pytest.raises(IndexError):
        pictures[9]
    some = images.take(np.array([7, 2, 2]))
    assert isinstance(some.pictures, Decoded)
    np.testing.assert_array_equal(some.pictures, array[[7, 2, 2]])
    np.testing.assert_array_equal(some.take(np.array([1])).pictures, array[[2]])
    assert repr(some) == "Images(pictures=(3, 4, 5, 3), labels=(3,))"


def test_what_is_the_same_is_known_without_decoding_again(images: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = hashes_of(np.asarray(images.pictures))

    def reread(*_: object) -> None:
        pytest.fail("a picture is decoded again")

    monkeypatch.setattr(Decoded, "_read", reread)
    np.testing.assert_array_equal(images.hashes, expected)
    some = np.array([7, 2, 2])
    np.testing.assert_array_equal(images.take(some).hashes, expected[some])


def test_batches_are_as_from_memory(images: Images, rng: np.random.Generator) -> None:
    whole = np.asarray(images.pictures)
    weights = rng.random(9).astype(np.float32)
    lazy = ArrayBatches(images.pictures, images.labels, weights, RULE.scale)
    array = ArrayBatches(whole, images.labels, weights, RULE.scale)
    places = np.array([8, 0, 3, 3])
    for one, other in ((lazy, array), (lazy.part(slice(2, 6)), array.part(slice(2, 6)))):
        chosen = places % len(one)
        for mine, expected in zip(one.take(chosen), other.take(chosen), strict=True):
            np.testing.assert_array_equal(mine, expected)


MIXED = Augmentation(flip=True, mixup=0.5, cutmix=1.0)


def test_mixed_pictures_are_as_from_memory(images: Images) -> None:
    whole = np.asarray(images.pictures)
    lazy, array = (ArrayBatches(each, images.labels, None, RULE.scale) for each in (images.pictures, whole))
    for epoch in range(3):
        both = (each.augmented(MIXED, 7, 2).take(np.arange(9), epoch) for each in (lazy, array))
        for mine, expected in zip(*both, strict=True):
            np.testing.assert_array_equal(mine, expected)


def test_what_has_lost_its_partner_stays_out(images: Images) -> None:
    batches = ArrayBatches(images.pictures, images.labels, None, RULE.scale).augmented(MIXED, 7, 2)
    partners = MIXED.mix(7, 0, np.arange(9), 9, 4, 5).partners
    before = batches.take(np.arange(9), 0)
    gone = int(partners[0])
    assert images.files is not None
    Path(images.files[gone]).unlink()
    batch = batches.take(np.arange(9), 0)
    left = np.flatnonzero((np.arange(9) != gone) & (partners != gone))
    np.testing.assert_array_equal(batch.x, before.x[left])
    np.testing.assert_array_equal(batch.y, before.y[left])
    assert len(batch.unread) == 1
    assert len(batches.take(np.array([gone]), 0).x) == 0


BREAKS: dict[str, tuple[Callable[[Path], object], type[Exception], str]] = {
    "deleted": (lambda file: file.unlink(), FileError, "file.not_found"),
    "cut": (lambda file: file.write_bytes(file.read_bytes()[:40]), DataError, "picture.changed"),
    "replaced": (lambda file: file.write_bytes(file.with_name("4.png").read_bytes()), DataError, "picture.changed"),
}


@pytest.mark.parametrize("way", BREAKS)
def test_a_file_that_breaks_is_left_out_and_named(images: Images, way: str) -> None:
    broke, kind, code = BREAKS[way]
    whole, files = np.asarray(images.pictures), list(images.files or ())
    broke(Path(files[1]))
    batch = ArrayBatches(images.pictures, np.arange(9), np.arange(9), RULE.scale).take(np.array([3, 1, 0]))
    np.testing.assert_array_equal(batch.x, RULE.prepare(whole[[3, 0]]))
    assert batch.y.tolist() == [3, 0]
    assert batch.sample_weight is not None
    assert batch.sample_weight.tolist() == [3, 0]
    ((file, error),) = batch.unread
    assert (file, type(error), error.code) == (files[1], kind, code)
    with pytest.raises(kind):
        images.pictures[1]
    alone = ArrayBatches(images.pictures, np.arange(9), None, RULE.scale).take(np.array([1, 1]))
    assert (alone.x.shape, len(alone.unread)) == ((0, 4, 5, 3), 2)


def test_a_file_that_loses_its_bytes_but_not_its_stamp(images: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a disk does that fails."""

    def damaged(self: Preprocessing, file: str, *rest: object) -> object:
        raise DataError("picture.damaged", file=file)

    monkeypatch.setattr(Preprocessing, "read", damaged)
    batch = ArrayBatches(images.pictures, np.arange(9), None, RULE.scale).take(np.arange(9))
    assert [each.error.code for each in batch.unread] == ["picture.damaged"] * 9


class Named:
    """A source with any file in it."""

    def open(self, file: str) -> BinaryIO:
        return io.BytesIO()

    def stamp(self, file: str) -> Stamp:
        return Stamp(len(file), 10**18)


def test_memory_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most 200 bytes for each, its name of usual length counted; decoded it would take 12,288."""
    rule, count, black = Preprocessing((64, 64), "rgb"), 10_000, np.zeros((64, 64, 3), np.uint8)

    def read(self: Preprocessing, file: str, source: object) -> np.ndarray:
        return black

    monkeypatch.setattr(Preprocessing, "read", read)

    def loaded(count: int) -> Images:
        folder = "/home/somebody/Pictures/flowers/train"
        files = Names(f"{folder}/dandelion/IMG_20240101_{i:06}.jpg" for i in range(count))
        return read_part(ListedPart(folder, files, np.arange(count) % 2), rule, Named())[0]

    def in_batches(images: Images) -> ArrayBatches:
        some = images.take(np.arange(0, len(images), 2))
        return ArrayBatches(some.pictures, some.labels.copy(), None, rule.scale)

    in_batches(loaded(3)).take(np.arange(2))  # whatever is made once
    tracemalloc.start()
    images = loaded(count)
    batches = in_batches(images)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    for first in range(0, 320, 32):
        batches.take(np.arange(first, first + 32))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after / count <= 200
    in_flight = 32 * 64 * 64 * 3 * (1 + 4)  # bytes, then float32
    assert peak - after < 2 * in_flight
