"""Folders of pictures: which files, which classes, in which order."""

import os
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unicodedata import normalize

import pytest

from striate.data.folder import RUN_FILES, RUN_FOLDERS, Listing, list_folder, natural
from striate.data.sources import find
from striate.errors import DataError, FileError
from striate.run_folder import CHECKPOINTS, FILM, SETTINGS, SPLIT


@pytest.fixture
def make(tmp_path: Path) -> Any:
    """Make files (or, for names that end with '/', folders)."""

    def making(*names: str) -> Path:
        for name in names:
            path = tmp_path / name
            (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
            if not name.endswith("/"):
                path.write_bytes(b"")
        return tmp_path

    return making


def test_one_subfolder_a_class(make: Any) -> None:
    root = make("dog/b.png", "cat/2.png", "cat/10.png", "cat/1.png", "dog/a.jpg")
    listing = list_folder(root)
    assert listing.class_names == ("cat", "dog")
    assert list(listing.parts) == ["train"]
    train = listing.parts["train"]
    names = ("cat/1.png", "cat/2.png", "cat/10.png", "dog/a.jpg", "dog/b.png")
    assert train.files == tuple(str(root / name) for name in names)
    assert train.labels.tolist() == [0, 0, 0, 1, 1]
    assert train.folder == str(root)
    assert listing.stray == ()


def test_numbered_classes_follow_their_numbers(make: Any) -> None:
    root = make(*(f"{n}/a.png" for n in range(12)))
    assert list_folder(root).class_names == tuple(str(n) for n in range(12))


def test_names_with_and_without_numbers_can_be_compared() -> None:
    names = ["a10b", "a2", "b", "10", "9", "a", "a02", "", "a2b1"]
    assert sorted(names, key=natural) == ["", "9", "10", "a", "a02", "a2", "a2b1", "a10b", "b"]


def test_composed_and_decomposed_letters_sort_alike() -> None:
    composed, decomposed = (normalize(form, "é1") for form in ("NFC", "NFD"))
    assert sorted([composed, "z1", decomposed, "f1"], key=natural) == ["f1", "z1", decomposed, composed]


@pytest.mark.parametrize(("train", "validation"), [("train", "val"), ("Train", "VALID"), ("TRAIN", "validation")])
def test_train_validation_and_test(make: Any, train: str, validation: str) -> None:
    root = make(*(f"{part}/{name}/{i}.png" for part in (train, validation, "test") for name in "ab" for i in range(2)))
    listing = list_folder(root)
    assert list(listing.parts) == ["train", "validation", "test"]
    assert listing.class_names == ("a", "b")
    assert listing.parts["validation"].files[0] == str(root / validation / "a" / "0.png")
    assert listing.parts["test"].labels.tolist() == [0, 0, 1, 1]


def test_a_part_need_not_have_every_class(make: Any) -> None:
    listing = list_folder(make("train/a/1.png", "train/b/1.png", "test/b/1.png"))
    assert listing.parts["test"].labels.tolist() == [1]


def test_train_can_be_a_class(make: Any) -> None:
    listing = list_folder(make("train/1.png", "bus/1.png", "test/1.png"))
    assert listing.class_names == ("bus", "test", "train")
    assert list(listing.parts) == ["train"]


def test_files_further_down_belong_to_the_class(make: Any) -> None:
    root = make("a/x/y/1.png", "a/2.png", "b/1.png")
    assert tuple(list_folder(root).parts["train"].files)[:2] == (str(root / "a/2.png"), str(root / "a/x/y/1.png"))


def test_hidden_files_and_leftovers_are_passed_over(make: Any) -> None:
    root = make("a/1.png", "b/1.png", "a/.DS_Store", "b/Thumbs.db", ".git/config", "__MACOSX/a/1.png", "desktop.ini")
    root = make("a/.ipynb_checkpoints/1.png", ".ipynb_checkpoints/")
    listing = list_folder(root)
    assert listing.class_names == ("a", "b")
    assert len(listing.parts["train"].files) == 2
    assert listing.stray == ()


def test_what_belongs_to_no_class_is_named(make: Any) -> None:
    root = make("a/1.png", "b/1.png", "README.md")
    assert list_folder(root).stray == (str(root / "README.md"),)


def test_what_belongs_to_no_part_is_named(make: Any) -> None:
    root = make("train/a/1.png", "train/b/1.png", "train/labels.csv", "README.md", "extra/a/1.png")
    assert set(list_folder(root).stray) == {str(root / name) for name in ("train/labels.csv", "README.md", "extra")}


def test_links(make: Any) -> None:
    root = make("a/1.png", "elsewhere/2.png", "data/b/1.png")
    (root / "data" / "c").symlink_to(root / "elsewhere")  # a class may be a link
    (root / "data" / "b" / "up").symlink_to(root)  # but what leads back up is not followed
    (root / "data" / "b" / "nowhere.png").symlink_to(root / "gone")
    (root / "data" / "b" / "linked.png").symlink_to(root / "a" / "1.png")
    os.mkfifo(root / "data" / "b" / "pipe.png")  # reading it would wait for ever
    listing = list_folder(root / "data")
    assert [Path(file).name for file in listing.parts["train"].files] == ["1.png", "linked.png", "2.png"]
    assert {Path(file).name for file in listing.stray} == {"up", "nowhere.png", "pipe.png"}


def test_composed_and_decomposed_names_are_one_class(make: Any) -> None:
    composed, decomposed = (normalize(form, "고양이") for form in ("NFC", "NFD"))
    assert composed != decomposed
    root = make(f"train/{decomposed}/2.png", f"train/{composed}/1.png", "train/개/1.png", f"test/{composed}/3.png")
    listing = list_folder(root)
    assert listing.class_names == ("개", composed)
    assert listing.parts["train"].labels.tolist() == [0, 1, 1]
    assert listing.parts["test"].labels.tolist() == [1]


def test_the_order_does_not_depend_on_the_file_system(make: Any, tmp_path: Path) -> None:
    names = [f"{name}/{i}.png" for name in "ba" for i in (3, 1, 10, 2)]
    one = list_folder(make(*[f"one/{name}" for name in names]) / "one")
    other = list_folder(make(*[f"other/{name}" for name in reversed(names)]) / "other")
    assert [Path(file).name for file in one.parts["train"].files] == [f"{i}.png" for i in (1, 2, 3, 10)] * 2
    assert [f.replace("/one/", "/other/") for f in one.parts["train"].files] == list(other.parts["train"].files)


def test_an_empty_folder(make: Any, refuses: Any) -> None:
    root = make(".hidden")
    with refuses(DataError, "folder.empty", folder=str(root)):
        list_folder(root)


def test_pictures_without_classes(make: Any, refuses: Any) -> None:
    root = make("1.png", "2.png")
    with refuses(DataError, "folder.no_classes", folder=str(root)):
        list_folder(root)


def test_a_part_without_classes(make: Any, refuses: Any) -> None:
    root = make("train/a/1.png", "train/b/1.png", "test/1.png")
    with refuses(DataError, "folder.no_classes", folder=str(root / "test")):
        list_folder(root)


def test_all_classes_empty(make: Any, refuses: Any) -> None:
    root = make("a/", "b/")
    with refuses(DataError, "folder.no_pictures", folder=str(root)):
        list_folder(root)


def test_one_class_empty(make: Any, refuses: Any) -> None:
    root = make("train/a/1.png", "train/b/", "train/c/1.png")
    with refuses(DataError, "folder.empty_class", folder=str(root / "train"), name="b"):
        list_folder(root)


def test_the_folder_of_a_training(make: Any, refuses: Any) -> None:
    """Whole, without a film, or broken off; pictures whose folder holds such files are pictures all the same."""
    assert {SETTINGS, SPLIT} == RUN_FILES and {FILM, CHECKPOINTS} == RUN_FOLDERS
    files = (SETTINGS, SPLIT, "best.safetensors")
    for i, folders in enumerate(([], ["film/1.safetensors"], ["film/1.safetensors", "checkpoints/run.json"])):
        root = make(*(f"{i}/{name}" for name in (*files, *folders))) / str(i)
        with refuses(DataError, "folder.is_run", folder=str(root)):
            list_folder(root)
    pictures = make(*(f"pets/{name}" for name in (*files, "a/1.png", "b/1.png"))) / "pets"
    assert list_folder(pictures).class_names == ("a", "b")


def test_archives_in_place_of_classes(make: Any, refuses: Any) -> None:
    root = make("cats.zip", "dogs.tar.gz", "notes.txt")
    with refuses(DataError, "folder.packed", folder=str(root), inside=["cats.zip", "dogs.tar.gz"]):
        list_folder(root)


def test_one_class_only(make: Any, refuses: Any) -> None:
    root = make("a/1.png", "a/2.png")
    with refuses(DataError, "folder.one_class", folder=str(root), name="a"):
        list_folder(root)


def test_one_class_under_two_spellings(make: Any, refuses: Any) -> None:
    root = make(*(f"{normalize(form, '가')}/1.png" for form in ("NFC", "NFD")))
    with pytest.raises(DataError) as caught:
        list_folder(root)
    assert caught.value.code == "folder.one_class"


def around(listing: Listing) -> list[dict[str, Any]]:
    assert {notice.code for notice in listing.notices} <= {"folder.around"}
    return [notice.fields for notice in listing.notices]


@pytest.mark.parametrize("outer", ["pets", "pets/pets", "고양이와 개"])
def test_a_folder_around_the_classes(make: Any, outer: str) -> None:
    root = make(f"{outer}/cat/1.png", f"{outer}/dog/1.png", f"{outer}/README", "LICENSE", "__MACOSX/pets/cat/._1.png")
    listing = list_folder(root)
    assert listing.class_names == ("cat", "dog")
    assert listing.root == str(root)
    assert listing.parts["train"].folder == str(root / outer)
    assert set(listing.stray) == {str(root / "LICENSE"), str(root / outer / "README")}
    assert around(listing) == [{"folder": str(root), "inner": str(root / outer)}]


def test_a_folder_around_the_parts(make: Any) -> None:
    root = make("pets/train/cat/1.png", "pets/train/dog/1.png", "pets/test/dog/2.png")
    listing = list_folder(root)
    assert list(listing.parts) == ["train", "test"]
    assert around(listing) == [{"folder": str(root), "inner": str(root / "pets")}]
    only = make("only/pets/train/cat/1.png", "only/pets/train/dog/1.png") / "only"
    assert around(list_folder(only)) == [{"folder": str(only), "inner": str(only / "pets")}]


def test_a_lone_test_part_is_a_folder_around(make: Any) -> None:
    root = make("test/cat/1.png", "test/dog/1.png")
    listing = list_folder(root)
    assert (list(listing.parts), listing.class_names) == (["train"], ("cat", "dog"))
    assert around(listing) == [{"folder": str(root), "inner": str(root / "test")}]


def test_a_part_is_no_folder_around(make: Any) -> None:
    listing = list_folder(make("train/a/1.png", "train/b/1.png"))
    assert (listing.class_names, around(listing)) == (("a", "b"), [])


def test_a_folder_with_pictures_of_its_own_is_not_sure_to_stand_around(make: Any, refuses: Any) -> None:
    root = make("pets/cat/1.png", "pets/dog/1.png", "pets/2.JPG")
    with refuses(DataError, "folder.one_class_around", folder=str(root / "pets"), inside=["cat", "dog"]):
        list_folder(root)


def test_no_train(make: Any, refuses: Any) -> None:
    root = make("test/a/1.png", "test/b/1.png", "val/a/1.png")
    with refuses(DataError, "folder.no_train", folder=str(root), came=["test", "val"]):
        list_folder(root)


def test_two_folders_for_one_part(make: Any, refuses: Any) -> None:
    root = make("train/a/1.png", "train/b/1.png", "val/a/1.png", "valid/a/1.png")
    with refuses(DataError, "folder.part_twice", folder=str(root), one="val", other="valid"):
        list_folder(root)


def test_a_class_that_is_not_trained(make: Any, refuses: Any) -> None:
    root = make("train/a/1.png", "train/b/1.png", "test/c/1.png")
    with refuses(DataError, "folder.unknown_class", folder=str(root / "test"), name="c", known=("a", "b")):
        list_folder(root)


def test_a_folder_that_is_not_there(tmp_path: Path, refuses: Any) -> None:
    with refuses(FileError, "file.not_found", path=str(tmp_path / "gone")):
        list_folder(tmp_path / "gone")


@pytest.fixture
def open_to_all() -> Generator[Path]:
    """A folder that every user can enter, while this process is one that may not do everything."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        was_root = os.geteuid() == 0
        if was_root:
            os.seteuid(65534)
        yield Path(folder)
        if was_root:
            os.seteuid(0)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_folder_without_permission(open_to_all: Path, refuses: Any) -> None:
    for name in "ab":
        (open_to_all / name).mkdir()
        (open_to_all / name / "1.png").write_bytes(b"")
    (open_to_all / "b").chmod(0)
    with refuses(FileError, "file.no_permission", path=str(open_to_all / "b")):
        list_folder(open_to_all)
    (open_to_all / "b").chmod(0o700)
    assert list_folder(open_to_all).class_names == ("a", "b")


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_pictures_in_a_folder_that_may_not_be_entered(open_to_all: Path, refuses: Any) -> None:
    (open_to_all / "data").mkdir()
    (open_to_all / "data").chmod(0)
    with refuses(FileError, "file.no_permission", path=str(open_to_all / "data")):
        find(open_to_all / "data")
    (open_to_all / "data").chmod(0o700)
