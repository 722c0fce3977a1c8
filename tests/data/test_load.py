"""Whole data sets, from each kind of source."""

import gzip
import struct
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unicodedata import normalize
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from striate.data.load import Dataset, digits, load_images
from striate.data.preprocessing import Preprocessing
from striate.errors import DataError, FileError, Notice, SettingError, StateError, UnknownNameError
from striate.messages import render


def load_saying(source: Any, **options: Any) -> tuple[Dataset, list[Notice]]:
    """The data set and the notices; any other warning is an error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("error")
        warnings.simplefilter("always", Notice)
        dataset = load_images(source, **options)
    assert {Path(warning.filename).name for warning in caught} <= {Path(__file__).name}  # they point at who called
    notices = [warning.message for warning in caught]
    assert all(isinstance(notice, Notice) for notice in notices)
    return dataset, notices  # type: ignore[return-value]


# Folders


def test_what_reading_changes_is_said_once(tmp_path: Path, photo: Callable[..., Path]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    for name in "ab":
        for i in range(3):
            photo(tmp_path / "train" / name / f"{i}.jpg", (6, 6), exif=exif)
        photo(tmp_path / "train" / name / "3.png", (6, 6), mode="RGBA")
        photo(tmp_path / "test" / name / "4.png", (6, 6), mode="RGBA")
    for options in ({}, {"size": 6, "colour": "rgb"}):
        _, (notice,) = load_saying(tmp_path, **options)
        assert (notice.code, notice.fields["pictures"]) == ("data.changes", 10)
        kinds = [("picture.change.turned", {"count": 6}), ("picture.change.transparent", {"count": 4})]
        assert notice.fields["kinds"] == kinds


def test_reading_says_how_far_it_has_come(tmp_path: Path, photo: Callable[..., Path]) -> None:
    for part, count in (("train", 3), ("test", 1)):
        for name in "ab":
            for i in range(count):
                photo(tmp_path / part / name / f"{i}.png", (6, 6))
    said: list[tuple[str, int, int]] = []
    load_images(tmp_path, progress=lambda *step: said.append(step))
    assert said == [(f"reading.{what}", i, 8) for what in ("headers", "pictures") for i in range(1, 9)]


def test_endings_that_lie_are_counted_once(tmp_path: Path, photo: Callable[..., Path]) -> None:
    for name in "ab":
        for i, ending in enumerate(("png", "jpg", "JPEG", "dat")):
            photo(tmp_path / name / f"{i}.png", (6, 6)).rename(tmp_path / name / f"{i}.{ending}")
    _, (notice,) = load_saying(tmp_path)
    assert (notice.code, notice.fields["count"]) == ("data.misnamed", 4)
    assert notice.fields["shown"] == ("a/1.jpg", "a/2.JPEG", "b/1.jpg", "b/2.JPEG")


def test_a_folder_of_small_grey_pictures(tmp_path: Path, photo: Callable[..., Path]) -> None:
    files = [photo(tmp_path / name / f"{i}.png", (7, 5), mode="L") for name in "ba" for i in range(3)]
    data = load_images(tmp_path)
    assert data.class_names == ("a", "b")
    assert data.preprocessing == Preprocessing((7, 5), "grey")
    assert (data.validation, data.test) == (None, None)
    assert data.train.files == tuple(str(file) for file in files[3:] + files[:3])
    assert data.train.y.tolist() == [0, 0, 0, 1, 1, 1]
    for picture, file in zip(data.train.pictures, data.train.files, strict=True):
        np.testing.assert_array_equal(picture[..., 0], np.array(Image.open(file)))
    assert data.train.x.dtype == np.float32
    np.testing.assert_array_equal(data.train.x, data.preprocessing.prepare(data.train.pictures))
    assert len(data.train) == 6
    assert repr(data.train) == "Images(pictures=(6, 7, 5, 1), labels=(6,))"


def test_a_folder_with_parts(tmp_path: Path, photo: Callable[..., Path]) -> None:
    for part, count in (("train", 4), ("val", 2), ("test", 1)):
        for name in ("cat", "dog"):
            for i in range(count):
                photo(tmp_path / part / name / f"{i}.png", (7, 5))
    data = load_images(str(tmp_path))
    assert data.validation is not None
    assert data.test is not None
    assert [len(part) for part in (data.train, data.validation, data.test)] == [8, 4, 2]
    assert data.test.y.tolist() == [0, 1]
    assert data.preprocessing.shape == (7, 5, 3)


def test_size_colour_and_rule_can_be_given(tmp_path: Path, photo: Callable[..., Path]) -> None:
    for name in "ab":
        photo(tmp_path / name / "1.png", (30, 50))
        photo(tmp_path / name / "2.png", (40, 20), mode="L")
    data = load_images(tmp_path, size=12, colour="grey", resize="crop")
    assert data.preprocessing == Preprocessing((12, 12), "grey", resize="crop")
    assert data.train.files is not None
    np.testing.assert_array_equal(data.train.pictures[0], data.preprocessing.read(data.train.files[0]))
    assert load_images(tmp_path, size=(3, 4), colour="rgb").train.x.shape == (4, 3, 4, 3)


def test_what_was_decided_is_said(tmp_path: Path, photo: Callable[..., Path]) -> None:
    photo(tmp_path / "a" / "1.png", (200, 300))
    photo(tmp_path / "b" / "1.png", (100, 80), mode="L")
    data, notices = load_saying(tmp_path)
    assert data.train.pictures.shape == (2, 96, 96, 3)
    assert [(notice.code, notice.fields) for notice in notices] == [
        ("data.size_chosen", {"smallest": (100, 80), "largest": (200, 300), "size": (96, 96)}),
        ("data.colour_chosen", {"grey": 1, "rgb": 1}),
    ]
    assert [notice.code for notice in load_saying(tmp_path, size=8)[1]] == ["data.colour_chosen"]
    assert [notice.code for notice in load_saying(tmp_path, colour="rgb")[1]] == ["data.size_chosen"]
    assert load_saying(tmp_path, size=8, colour="rgb")[1] == []


def test_what_is_no_picture_is_skipped_and_listed(tmp_path: Path, photo: Callable[..., Path]) -> None:
    for name in "ab":
        for i in range(3):
            photo(tmp_path / name / f"{i}.png", (64, 64))
    (tmp_path / "a" / "0.txt").write_text("no picture")
    (tmp_path / "a" / ".hidden").write_text("no picture")
    (tmp_path / "README.md").write_text("no picture")
    whole = (tmp_path / "b" / "1.png").read_bytes()
    (tmp_path / "b" / "1.png").write_bytes(whole[: len(whole) // 2])
    for options in ({}, {"size": 64, "colour": "rgb"}):
        data, (notice,) = load_saying(tmp_path, **options)
        names = ("README.md", "a/0.txt", "b/1.png")
        assert notice.code == "folder.skipped"
        assert notice.fields == {"folder": str(tmp_path), "count": 3, "shown": names, "files": names}
        assert [Path(file).name for file in data.train.files or ()] == ["0.png", "1.png", "2.png", "0.png", "2.png"]
        assert data.train.y.tolist() == [0, 0, 0, 1, 1]
        np.testing.assert_array_equal(data.train.pictures[4, ..., :], np.array(Image.open(tmp_path / "b" / "2.png")))


def test_of_many_that_are_skipped_some_are_shown(tmp_path: Path, photo: Callable[..., Path]) -> None:
    for name in "ab":
        photo(tmp_path / name / "1.png")
        for i in range(4):
            (tmp_path / name / f"{i}.txt").write_text("no picture")
    _, (notice,) = load_saying(tmp_path)
    assert notice.code == "folder.skipped_many"
    assert notice.fields["count"] == len(notice.fields["files"]) == 8  # type: ignore[arg-type]
    assert notice.fields["shown"] == ("a/0.txt", "a/1.txt", "a/2.txt", "a/3.txt", "b/0.txt")


def test_a_class_without_a_usable_picture(tmp_path: Path, photo: Callable[..., Path], refuses: Any) -> None:
    photo(tmp_path / "a" / "1.png")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "1.png").write_bytes(b"no picture")
    with refuses(DataError, "folder.empty_class", folder=str(tmp_path), name="b"):
        load_images(tmp_path)


@pytest.mark.parametrize("options", [{}, {"size": 8, "colour": "rgb"}])
def test_no_usable_picture_at_all(tmp_path: Path, refuses: Any, options: dict[str, Any]) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_bytes(b"no picture")
    with refuses(DataError, "folder.no_pictures", folder=str(tmp_path)):
        load_images(tmp_path, **options)


def test_a_part_without_a_usable_picture(tmp_path: Path, photo: Callable[..., Path], refuses: Any) -> None:
    for name in "ab":
        photo(tmp_path / "train" / name / "1.png")
    (tmp_path / "test" / "a").mkdir(parents=True)
    with refuses(DataError, "folder.no_pictures", folder=str(tmp_path / "test")):
        load_images(tmp_path)


def test_folders_and_files_in_any_script(tmp_path: Path, photo: Callable[..., Path]) -> None:
    root = tmp_path / normalize("NFD", "내 사진 📷")
    for name in ("고양이", "강아지"):
        photo(root / normalize("NFD", name) / f"{normalize('NFD', '첫째')} 1.png")
    data = load_images(root)
    assert data.class_names == ("강아지", "고양이")
    assert len(data.train) == 2


def test_many_pictures_read_by_threads_come_out_the_same(tmp_path: Path, photo: Callable[..., Path]) -> None:
    for name in "ab":
        for i in range(40):
            photo(tmp_path / name / f"{i}.jpg", (20 + i, 30))
    options = {"size": 16, "colour": "rgb"}
    one, other = (load_images(tmp_path, **options).train for _ in range(2))
    np.testing.assert_array_equal(one.pictures, other.pictures)
    assert one.files is not None
    alone = np.stack([one.preprocessing.read(file) for file in one.files])
    np.testing.assert_array_equal(one.pictures, alone)


def test_real_photos(cats_dogs: Path, tmp_path: Path) -> None:
    with ZipFile(cats_dogs) as archive:
        for part, count in (("train", 15), ("test", 5)):
            for name in ("cat", "dog"):
                wanted = [each for each in sorted(archive.namelist()) if each.startswith(f"{part}/{name}/{name}.")]
                archive.extractall(tmp_path, wanted[:count])
    data, (notice,) = load_saying(tmp_path)
    assert notice.code == "data.size_chosen"
    assert data.class_names == ("cat", "dog")
    assert data.train.pictures.shape == (30, 96, 96, 3)
    assert data.train.y.tolist() == [0] * 15 + [1] * 15
    assert data.test is not None
    assert data.test.y.tolist() == [0] * 5 + [1] * 5
    assert data.train.files is not None
    assert Path(data.train.files[0]).name.startswith("cat.")
    assert 0.2 < float(data.train.x.mean()) < 0.7  # photographs, neither black nor white
    assert float(data.train.x.std()) > 0.1


# Arrays


@pytest.fixture
def arrays(rng: np.random.Generator) -> dict[str, Any]:
    return {"x_train": rng.integers(0, 256, (6, 4, 5), np.uint8), "y_train": np.array([0, 1, 2, 0, 1, 2])}


def test_an_npz(tmp_path: Path, arrays: dict[str, Any]) -> None:
    np.savez(tmp_path / "a.npz", **arrays, x_test=arrays["x_train"][:2], y_test=arrays["y_train"][:2, None])
    data, notices = load_saying(tmp_path / "a.npz")
    assert notices == []
    assert data.preprocessing == Preprocessing((4, 5), "grey")
    assert data.class_names == ("0", "1", "2")
    np.testing.assert_array_equal(data.train.pictures[..., 0], arrays["x_train"])
    assert data.train.files is None
    assert data.test is not None
    assert data.test.y.tolist() == [0, 1]


def test_an_npz_with_names_and_more(tmp_path: Path, arrays: dict[str, Any]) -> None:
    names = np.array(["고양이", "dog", "bird", "fish"])
    np.savez(tmp_path / "a.npz", **arrays, class_names=names, comment=np.array(3))
    data, notices = load_saying(tmp_path / "a.npz")
    assert data.class_names == ("고양이", "dog", "bird", "fish")
    assert [(notice.code, notice.fields) for notice in notices] == [
        ("labels.unused", {"where": f"{tmp_path / 'a.npz'}: y_train", "count": 1, "shown": ("fish",)}),
        ("npz.ignored", {"file": str(tmp_path / "a.npz"), "keys": ("comment",)}),
    ]


def test_large_arrays_keep_their_size(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.zeros((2, 150, 200, 3), np.uint8), y=np.array([0, 1]))
    data, notices = load_saying(tmp_path / "a.npz")
    assert (data.preprocessing.shape, notices) == ((150, 200, 3), [])


def test_arrays_are_resized_as_files_are(tmp_path: Path, arrays: dict[str, Any]) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    data = load_images(tmp_path / "a.npz", size=(3, 9), colour="rgb", resize="fit")
    wanted = [Preprocessing((3, 9), "rgb", resize="fit").picture(one) for one in arrays["x_train"]]
    np.testing.assert_array_equal(data.train.pictures, wanted)


def test_parts_of_two_colours(tmp_path: Path, arrays: dict[str, Any]) -> None:
    np.savez(tmp_path / "a.npz", **arrays, x_test=np.zeros((2, 4, 5, 3), np.uint8), y_test=np.array([0, 1]))
    data, (notice,) = load_saying(tmp_path / "a.npz")
    assert (notice.code, notice.fields) == ("data.colour_chosen", {"grey": 6, "rgb": 2})
    assert data.train.pictures.shape == (6, 4, 5, 3)


def test_parts_of_two_sizes(tmp_path: Path, arrays: dict[str, Any], refuses: Any) -> None:
    np.savez(tmp_path / "a.npz", **arrays, x_test=np.zeros((2, 5, 4), np.uint8), y_test=np.array([0, 1]))
    sizes = {"where": f"{tmp_path / 'a.npz'}: x_test", "required": (4, 5), "came": (5, 4)}
    with refuses(DataError, "data.sizes_differ", **sizes):
        load_images(tmp_path / "a.npz")
    assert load_images(tmp_path / "a.npz", size=4).train.pictures.shape == (6, 4, 4, 1)


@pytest.mark.parametrize(
    ("changed", "key", "code", "fields"),
    [
        ({"x_train": np.full((6, 4, 5), np.nan)}, "x_train", "array.dtype", {"came": "float64"}),
        ({"x_train": np.zeros((6, 20), np.uint8)}, "x_train", "array.many_pictures", {"came": (6, 20)}),
        ({"x_train": np.full((6, 4, 5), 256)}, "x_train", "array.range", {"least": 256, "most": 256}),
        ({"y_train": np.array([0, 1, 2])}, "y_train", "labels.count", {"pictures": 6, "labels": 3}),
        ({"y_train": np.array([0, 1, np.nan, 0, 0, 0])}, "y_train", "labels.nan", {}),
        ({"y_train": np.zeros(6, np.int64)}, "y_train", "labels.one_class", {"name": "0"}),
        ({"y_train": np.array([0, 1, 10**9, 0, 0, 0])}, "y_train", "labels.range", {"last": 99_999, "came": 10**9}),
        ({"class_names": np.array(["a", "b"])}, "y_train", "labels.range", {"last": 1, "came": 2}),
        ({"class_names": np.array(["a", "a"])}, "class_names", "class_names.unfit", {}),
        ({"x_test": np.zeros((1, 4, 5), np.uint8), "y_test": [3]}, "y_test", "labels.range", {"last": 2, "came": 3}),
    ],
)
def test_arrays_that_cannot_be(
    tmp_path: Path,
    arrays: dict[str, Any],
    refuses: Any,
    changed: dict[str, Any],
    key: str,
    code: str,
    fields: dict[str, Any],
) -> None:
    np.savez(tmp_path / "a.npz", **(arrays | changed))
    with refuses(DataError, code, where=f"{tmp_path / 'a.npz'}: {key}", **fields):
        load_images(tmp_path / "a.npz")


def test_idx_files(tmp_path: Path, arrays: dict[str, Any]) -> None:
    for name, values in (("images-idx3", arrays["x_train"]), ("labels-idx1", arrays["y_train"].astype(np.uint8))):
        header = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
        (tmp_path / f"train-{name}-ubyte.gz").write_bytes(gzip.compress(header + values.tobytes()))
    data = load_images(tmp_path)
    np.testing.assert_array_equal(data.train.pictures[..., 0], arrays["x_train"])
    assert data.train.y.tolist() == [0, 1, 2, 0, 1, 2]
    assert data.test is None


def test_the_real_mnist(mnist: Path) -> None:
    data, notices = load_saying(mnist)
    assert [notice.code for notice in notices] == ["data.digit_rule"]
    assert data.class_names == tuple("0123456789")
    assert data.preprocessing == Preprocessing((28, 28), "grey", resize="digit")
    assert data.train.pictures.shape == (60_000, 28, 28, 1)
    assert data.test is not None
    assert data.test.x.shape == (10_000, 28, 28, 1)
    assert (data.test.x.min(), data.test.x.max()) == (0, 1)


# Sources that are none


def test_a_source_that_is_not_there(tmp_path: Path, refuses: Any) -> None:
    with refuses(FileError, "file.not_found", path=str(tmp_path / "gone")):
        load_images(tmp_path / "gone")


@pytest.mark.parametrize("name", ["a.csv", "a.npy", "a.png", "train-images-idx3-ubyte"])
def test_a_source_that_is_no_data(tmp_path: Path, refuses: Any, name: str) -> None:
    (tmp_path / name).write_bytes(b"1,2,3")
    with refuses(DataError, "data.unknown_source", file=str(tmp_path / name)):
        load_images(tmp_path / name)


def test_a_name_that_no_file_can_have(refuses: Any) -> None:
    with refuses(DataError, "data.unknown_source", file="a\0b"):
        load_images("a\0b")
    with refuses(SettingError, "setting.path", where="load_images", setting="source", came=""):
        load_images("")
    with pytest.raises(FileError) as caught:
        load_images("a" * 5000)
    assert caught.value.code == "file.cannot_read"


def test_settings_are_checked_before_anything_is_read(refuses: Any) -> None:
    with refuses(SettingError, "preprocessing.size", where="load_images", largest=4096, came=-1):
        load_images("gone", size=-1)
    with pytest.raises(UnknownNameError):
        load_images("gone", colour="gray")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError):
        load_images("gone", resize="squeeze")  # type: ignore[arg-type]


# Samples


def test_the_digits() -> None:
    from sklearn.datasets import load_digits

    data = digits()
    assert data.test is not None
    assert (len(data.train), len(data.test), data.validation) == (1352, 445, None)
    assert data.preprocessing == Preprocessing((8, 8), "grey")
    bunch: Any = load_digits()
    every = np.concatenate([data.train.pictures, data.test.pictures])
    # Each of the 17 values has one byte, so nothing is lost.
    table = [0, 16, 32, 48, 64, 80, 96, 112, 128, 143, 159, 175, 191, 207, 223, 239, 255]
    assert table == [int(v * 255 / 16 + 0.5) for v in range(17)]
    assert np.unique(every).tolist() == table
    rows = sorted(bytes(np.array(table, np.uint8)[image.astype(int)]) for image in bunch.images)
    assert sorted(bytes(picture) for picture in every) == rows
    counts, held = np.bincount(bunch.target), np.bincount(data.test.y)
    assert held.tolist() == [count // 4 for count in counts]
    # Fixed for ever: the fourth, eighth, twelfth ... of each class.
    fourth = bunch.images[bunch.target == 7][3].astype(int)
    np.testing.assert_array_equal(data.test.pictures[data.test.y == 7][0, ..., 0], np.array(table)[fourth])


def test_the_digits_without_scikit_learn(monkeypatch: pytest.MonkeyPatch, refuses: Any) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)  # Python's own way to make an import fail
    with refuses(StateError, "samples.missing", command="pip install 'striate[samples]'"):
        digits()


def test_some_images_of_a_part(tmp_path: Path, photo: Callable[..., Path]) -> None:
    for name in "ab":
        for i in range(3):
            photo(tmp_path / name / f"{i}.png")
    train = load_images(tmp_path).train
    some = train.take(np.array([4, 0]))
    assert some.files == (train.files[4], train.files[0])  # type: ignore[index]
    assert some.y.tolist() == [1, 0]
    np.testing.assert_array_equal(some.x, train.x[[4, 0]])


# Texts


@pytest.mark.parametrize(
    ("code", "fields", "english", "korean"),
    [
        (
            "picture.damaged",
            {"file": "cat/고양이.jpg"},
            "cat/고양이.jpg is a picture, but it ends early or is damaged; copy it again or leave it out.",
            "cat/고양이.jpg는 사진이지만 중간에 끊겼거나 손상되었습니다. 다시 복사하거나 빼십시오.",
        ),
        (
            "labels.range",
            {"where": "a.npz: y", "last": 9, "came": 11},
            "a.npz: y: labels must lie from 0 to 9, got 11; classes are counted from 0.",
            "a.npz: y: 레이블은 0부터 9까지여야 하는데 11이 들어왔습니다. 클래스 번호는 0부터 셉니다.",
        ),
        (
            "data.colour_chosen",
            {"grey": 2, "rgb": 1},
            "2 pictures are grey and 1 in colour; all are taken as RGB. "
            "Give --colour grey, in Python colour='grey', to take all as grey.",
            "흑백 사진이 2장, 컬러 사진이 1장이어서 모두 RGB로 읽었습니다. "
            "모두 흑백으로 읽으려면 --colour grey를 주십시오(파이썬에서는 colour='grey').",
        ),
        (
            "data.changes",
            {
                "pictures": 40,
                "kinds": [("picture.change.turned", {"count": 37}), ("picture.change.deep", {"count": 3})],
            },
            "Of 40 pictures, 37 are turned upright (EXIF); 3 of 16 bits keep the upper 8.",
            "사진 40장을 읽으면서 다음과 같이 바꾸었습니다: "
            "37장은 EXIF에 따라 바로 세움; 3장은 16비트 중 위쪽 8비트만 씀.",
        ),
        (
            "data.misnamed",
            {"count": 1200, "shown": ("a/1.jpg",)},
            "1,200 pictures are of another format than the endings of their names say, such as 'a/1.jpg', "
            "and read all the same.",
            "사진 1,200장의 실제 형식이 확장자와 다릅니다(예: 'a/1.jpg'). 읽는 데는 문제가 없습니다.",
        ),
        (
            "archive.escapes",
            {"file": "사진.zip", "member": "../x.png"},
            "사진.zip: the path of a member, '../x.png', leads out of the archive; pack the folder anew.",
            "사진.zip: 안에 든 경로 '../x.png'가 압축 파일 바깥을 가리킵니다. 폴더를 다시 압축하십시오.",
        ),
    ],
)
def test_texts(code: str, fields: dict[str, Any], english: str, korean: str) -> None:
    assert render(code, fields, "en") == english
    assert render(code, fields, "ko") == korean
