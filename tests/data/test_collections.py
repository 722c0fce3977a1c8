"""Well-known collections: what is fetched, unpacked and read; CIFAR-10's binary version, and archives that pretend."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from striate.data import cifar, collections
from striate.data.collections import CIFAR10, COLLECTIONS, MNIST, Collection, fetch, unpack_cifar10
from striate.data.download import Remote
from striate.data.load import load_images
from striate.errors import DataError, FileError
from tests.data.lying_server import Server, serving

NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
EACH = 20  # pictures a file


def batch(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, bytes]:
    """Pictures, labels, and the file that they are: label, then all red, all green, all blue."""
    pictures, labels = rng.integers(0, 256, (EACH, 32, 32, 3), np.uint8), np.arange(EACH, dtype=np.uint8) % 10
    colours = [b"".join(picture[:, :, c].tobytes() for c in range(3)) for picture in pictures]
    rows = [bytes([label]) + planes for label, planes in zip(labels.tolist(), colours, strict=True)]
    return pictures, labels, b"".join(rows)


@pytest.fixture
def folder(tmp_path: Path, rng: np.random.Generator) -> Path:
    made = tmp_path / "cifar"
    made.mkdir()
    for name in (*cifar.TRAIN_FILES, cifar.TEST_FILE):
        (made / name).write_bytes(batch(rng)[2])
    (made / cifar.NAMES_FILE).write_text("\n".join(NAMES) + "\n\n")
    return made


def test_the_binary_version_is_read(folder: Path) -> None:
    pictures, labels, content = batch(np.random.default_rng(9))
    (folder / "data_batch_2.bin").write_bytes(content)
    data = load_images(folder)
    assert data.class_names == NAMES and data.test is not None and data.validation is None
    assert len(data.train) == 5 * EACH and len(data.test) == EACH
    np.testing.assert_array_equal(data.train.pictures[EACH : 2 * EACH], pictures)
    np.testing.assert_array_equal(data.train.labels[EACH : 2 * EACH], labels)


def damaged(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        load_images(folder)
    return caught.value.code


@pytest.mark.parametrize("content", [b"", bytes(3072), bytes(2 * 3073 + 1), b"\x0a" + bytes(3072)])
def test_a_damaged_file_of_pictures_is_named(folder: Path, content: bytes) -> None:
    assert damaged(folder, "data_batch_3.bin", content) == "cifar.damaged"


@pytest.mark.parametrize("content", [b"", b"a\nb\n", b"\xff" * 30, b"x\n" * 4000])
def test_damaged_names_are_named(folder: Path, content: bytes) -> None:
    assert damaged(folder, cifar.NAMES_FILE, content) == "cifar.damaged"


def test_missing_files_are_named(folder: Path) -> None:
    (folder / "data_batch_4.bin").unlink()
    (folder / cifar.TEST_FILE).unlink()
    with pytest.raises(DataError) as caught:
        load_images(folder)
    assert caught.value.code == "cifar.missing" and caught.value.fields["missing"] == ["data_batch_4.bin"]


def archive(path: Path, members: dict[str, bytes | str]) -> Path:
    """A tar of files, or of links where a member is a text."""
    with tarfile.open(path, "w:gz") as packed:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            if isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
                packed.addfile(member)
            else:
                member.size = len(content)
                packed.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def packed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes | str]:
    monkeypatch.setattr(collections, "BATCH_BYTES", EACH * cifar.PICTURE_BYTES)
    return {f"cifar-10-batches-bin/{name}": (folder / name).read_bytes() for name in cifar.bin_files()}


def test_the_archive_gives_its_files_and_nothing_else(packed: dict[str, bytes | str], tmp_path: Path) -> None:
    more: dict[str, bytes | str] = {"../../escaped.txt": b"x", "/etc/x": b"x", "readme.html": b"x", "evil.pkl": b"x"}
    unpack_cifar10(archive(tmp_path / "a.tar.gz", more | packed), tmp_path / "new" / "out")
    assert sorted(path.name for path in (tmp_path / "new" / "out").iterdir()) == sorted(cifar.bin_files())
    assert not list(tmp_path.rglob("escaped*"))
    assert len(load_images(tmp_path / "new" / "out").train) == 5 * EACH


SPOILED: dict[str, Callable[[dict[str, bytes | str]], object]] = {
    "missing": lambda members: members.pop("cifar-10-batches-bin/test_batch.bin"),
    "too long": lambda members: members.update({"cifar-10-batches-bin/test_batch.bin": bytes(10**6)}),
    "names too long": lambda members: members.update({"cifar-10-batches-bin/batches.meta.txt": bytes(10**5)}),
    "a link": lambda members: members.update({"cifar-10-batches-bin/test_batch.bin": "/etc/passwd"}),
}


@pytest.mark.parametrize("how", SPOILED)
def test_another_archive_is_refused(packed: dict[str, bytes | str], tmp_path: Path, how: str) -> None:
    SPOILED[how](packed)
    with pytest.raises(DataError) as caught:
        unpack_cifar10(archive(tmp_path / "a.tar.gz", packed), tmp_path / "out")
    assert caught.value.code == "collections.damaged"


# gzip writes the second into its header unless one is given, and each process would have another name for the test.
@pytest.mark.parametrize("content", [b"", b"nonsense", gzip.compress(b"no tar at all" * 99, mtime=0)])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.tar.gz").write_bytes(content)
    with pytest.raises(DataError) as caught:
        unpack_cifar10(tmp_path / "a.tar.gz", tmp_path / "out")
    assert caught.value.code == "collections.damaged"


def on(server: Server, collection: Collection) -> Collection:
    """A collection whose files are all the server's."""
    sha256 = hashlib.sha256(server.content).hexdigest()
    files = [Remote(file.name, len(server.content), sha256, (f"{server.address}/good",)) for file in collection.files]
    return replace(collection, files=tuple(files))


def get(collection: Collection, folder: Path, cache: Path) -> list[str]:
    asked: list[str] = []
    fetch(collection, folder, cache, begins=asked.append, progress=lambda came, size: None)
    return asked


def test_files_are_kept_and_fetched_once(tmp_path: Path) -> None:
    with serving(b"a file of some bytes") as server:
        collection = on(server, MNIST)
        assert len(get(collection, tmp_path / "one", tmp_path / "cache")) == 4
        assert get(collection, tmp_path / "two", tmp_path / "cache") == []
        assert get(collection, tmp_path / "cache", tmp_path / "cache") == []
        # What a person has put there by hand is as good.
        assert get(collection, tmp_path / "two", tmp_path / "none") == []
    for folder in ("one", "two", "cache"):
        assert sorted(path.name for path in (tmp_path / folder).iterdir()) == sorted(f.name for f in MNIST.files)
    assert not (tmp_path / "none").exists()


def test_another_file_of_the_name_stays(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    mine = tmp_path / "out" / "train-images-idx3-ubyte.gz"
    mine.write_bytes(b"mine")
    with serving(b"a file of some bytes") as server, pytest.raises(FileError) as caught:
        get(on(server, MNIST), tmp_path / "out", tmp_path / "cache")
    assert caught.value.code == "fetch.other_there" and mine.read_bytes() == b"mine"


def test_an_archive_is_unpacked_into_the_folder(packed: dict[str, bytes | str], tmp_path: Path) -> None:
    with serving(archive(tmp_path / "a.tar.gz", packed).read_bytes()) as server:
        collection = on(server, CIFAR10)
        assert get(collection, tmp_path / "out", tmp_path / "cache") == [f"{server.address}/good"]
        assert get(collection, tmp_path / "out", tmp_path / "cache") == []
    assert len(load_images(tmp_path / "out").train) == 5 * EACH


@pytest.mark.parametrize("name", COLLECTIONS)
def test_each_is_named_by_its_name_with_addresses_lengths_and_sums(name: str) -> None:
    collection = COLLECTIONS[name]
    assert collection.name == name and collection.files
    for file in collection.files:
        assert file.size > 0 and len(file.sha256) == 64 and int(file.sha256, 16)
        assert all(address.endswith(f"/{file.name}") for address in file.addresses)
        assert file.addresses[0].startswith("https://")
