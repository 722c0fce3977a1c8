"""The list of pictures to leave out: written, read, followed; the split that is written down; copies that are told."""

import csv
import io
import unicodedata
import warnings
from pathlib import Path

import numpy as np
import pytest
from pictures import digit, write_classes, write_parts, write_png

from striate.data.check.copies import tell_copies
from striate.data.dividing import divided, split_csv
from striate.data.load import load_images
from striate.data.skipping import line, read_list
from striate.errors import DataError, FileError, Notice
from striate.files import write_text

AWKWARD = [
    "a/b.png", "고양이/사진 1.jpg", "#1.png", '"quoted".png', " leads.png", "ends ", "tab\there.png", "line\nbreak.png",
    "hash # inside.png", "\udcff.png", "c\\d.png",
]  # fmt: skip


def test_every_name_comes_back(tmp_path: Path) -> None:
    text = "# head\n\n" + "".join(line(name, "why # so") + "\n" for name in AWKWARD) + "plain by hand.png\r\n"
    (tmp_path / "list.txt").write_bytes(text.encode())
    assert read_list(tmp_path / "list.txt") == [*AWKWARD, "plain by hand.png"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'"open', b'"a\\q"'])
def test_what_is_no_list(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "list.txt").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_list(tmp_path / "list.txt")
    assert (caught.value.code, caught.value.fields) == ("skip.no_list", {"file": str(tmp_path / "list.txt")})
    with pytest.raises(FileError):
        read_list(tmp_path / "nothing.txt")


def test_listed_files_are_left_out_and_unknown_names_said(tmp_path: Path) -> None:
    root = write_classes(tmp_path / "data", each=5)
    decomposed = unicodedata.normalize("NFD", "한글.png")
    write_png(root / "0" / decomposed, digit(0, 9))
    names = ["0/000.png", "0/한글.png", "nowhere.png"]
    (tmp_path / "list.txt").write_text("\n".join(names), encoding="utf-8")
    with pytest.warns(Notice) as told:
        data = load_images(root, skip=tmp_path / "list.txt")
    assert len(data.train) == 14
    assert not [file for file in data.train.files or () if file.endswith(("000.png", decomposed))]
    said = {str(each.message.code): each.message.fields for each in told if isinstance(each.message, Notice)}
    assert said["skip.done"]["count"] == 2
    assert (said["skip.unknown"]["count"], said["skip.unknown"]["shown"]) == (1, ("nowhere.png",))


def test_rows_of_arrays_are_left_out(tmp_path: Path) -> None:
    x, y = np.arange(6 * 64, dtype=np.int64).reshape(6, 8, 8).astype(np.uint8), np.arange(6) % 2
    np.savez(tmp_path / "data.npz", x=x, y=y)
    (tmp_path / "list.txt").write_text("train/1\ntrain/4\t# why\n", encoding="utf-8")
    with pytest.warns(Notice):
        data = load_images(tmp_path / "data.npz", skip=tmp_path / "list.txt")
    np.testing.assert_array_equal(data.train.labels, [0, 0, 1, 1])
    np.testing.assert_array_equal(np.asarray(data.train.pictures)[:, 0, 0, 0], x[[0, 2, 3, 5], 0, 0])


def test_a_list_that_leaves_a_class_nothing(tmp_path: Path) -> None:
    root = write_classes(tmp_path / "data", each=2)
    (tmp_path / "list.txt").write_text("1/002.png\n1/003.png\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_images(root, skip=tmp_path / "list.txt")
    fields = {"file": str(tmp_path / "list.txt"), "name": "1"}
    assert (caught.value.code, caught.value.fields) == ("skip.class_gone", fields)


def test_strict_refuses_what_is_skipped_else(tmp_path: Path) -> None:
    root = write_classes(tmp_path, each=5)
    (root / "1" / "text.png").write_text("no picture", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_images(root, strict=True)
    assert (caught.value.code, caught.value.fields["shown"]) == ("skip.strict", ("1/text.png",))
    for i in range(5):
        (root / "0" / f"text{i}.png").write_text("no picture", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_images(root, strict=True)
    assert (caught.value.code, caught.value.fields["count"]) == ("skip.strict_many", 6)
    assert "6 entries" in str(caught.value) and "among them '0/text0.png'" in str(caught.value)
    for i in range(5):
        (root / "0" / f"text{i}.png").unlink()
    with pytest.warns(Notice):
        assert len(load_images(root).train) == 15


def test_the_split_is_written_down_and_keeps_copies_together(tmp_path: Path) -> None:
    root = write_classes(tmp_path, each=20)
    for number in range(12):
        write_png(root / "0" / f"copy {number}.png", digit(0, 3))  # as 003.png
    data = load_images(root)
    rows = list(csv.DictReader(io.StringIO(split_csv(data, 7))))
    training, validation = divided(data, 7)
    for part, images in (("train", training), ("validation", validation)):
        written = [row["picture"] for row in rows if row["part"] == part]
        assert written == [Path(file).relative_to(root).as_posix() for file in images.files or ()]
    assert {row["picture"].split("/")[0] == row["class"] for row in rows} == {True}
    sides = {row["part"] for row in rows if "copy" in row["picture"] or row["picture"] == "0/003.png"}
    assert len(sides) == 1


def test_a_text_with_a_name_that_is_no_text_is_written(tmp_path: Path) -> None:
    """Linux lets the bytes of a file's name be anything; Python then holds lone surrogates."""
    write_text(tmp_path / "split.csv", "train,a,\udcff 한글.png\n")
    assert (tmp_path / "split.csv").read_text("utf-8") == "train,a,\\udcff 한글.png\n"


def test_a_training_tells_of_copies(tmp_path: Path) -> None:
    root = write_parts(tmp_path, train=8, val=4, test=4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tell_copies(load_images(root), "data")
    write_png(root / "train" / "1" / "as another.png", digit(0, 2))
    write_png(root / "test" / "2" / "as in training.png", digit(2, 5))
    with pytest.warns(Notice) as told:
        tell_copies(load_images(root), "data")
    said = [(each.message.code, each.message.fields["count"]) for each in told if isinstance(each.message, Notice)]
    assert said == [("copies.labels", 2), ("copies.parts", 1)]


def test_names_below_a_root_that_is_named_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_classes(tmp_path / "data", each=4)
    monkeypatch.chdir(tmp_path)
    rows = list(csv.DictReader(io.StringIO(split_csv(load_images("data"), 7))))
    assert sorted(row["picture"] for row in rows)[0] == "0/000.png"
