"""The check of a collection: everything planted is found, and nothing else."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from planted import COPIES, Planted, crops, plant

from striate.data.check import near
from striate.data.check.findings import Findings, judge
from striate.data.check.looks import SIDE, blur_of, look_at
from striate.data.check.near import alike, near_duplicates
from striate.data.check.quarantine import quarantined
from striate.data.check.survey import Survey, survey
from striate.data.load import digits
from striate.errors import DataError

PARTS = {"train/china": 12, "train/꽃": 12, "test/china": 2, "test/꽃": 2}


def write_crops(root: Path) -> list[str]:
    """The crops as JPEG files of two classes and two parts; the names."""
    names: list[str] = []
    waiting = list(crops())
    for folder, count in PARTS.items():
        (root / folder).mkdir(parents=True)
        for number in range(count):
            names.append(f"{folder}/{number}.jpg")
            waiting.pop().save(root / names[-1], quality=92)
    return names


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("clean")
    write_crops(root)
    return root


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Planted]:
    root = tmp_path_factory.mktemp("faulty")
    return root, plant(root, write_crops(root))


@pytest.fixture(scope="module")
def seen(faulty: tuple[Path, Planted]) -> Survey:
    return survey(faulty[0])


def names_of(seen: Survey, findings: Findings, kind: str) -> list[tuple[str, ...]]:
    groups = [finding.groups for finding in findings.found if finding.kind == kind]
    return [tuple(seen.names[row] for row in group) for each in groups for group in each]


def single(seen: Survey, findings: Findings, kind: str) -> set[str]:
    return {name for group in names_of(seen, findings, kind) for name in group}


def test_in_good_pictures_nothing_is_found(clean: Path) -> None:
    seen = survey(clean)
    findings = judge(seen)
    assert findings.near_searched
    assert [(each.kind, each.groups) for each in findings.problems if each.kind != "few"] == []


def test_every_fault_is_found_and_nothing_else(faulty: tuple[Path, Planted], seen: Survey) -> None:
    planted, findings = faulty[1], judge(seen)
    assert single(seen, findings, "unreadable") == planted.broken
    assert single(seen, findings, "ending") == planted.misnamed
    assert {tuple(sorted(pair)) for pair in names_of(seen, findings, "duplicate")} == {
        tuple(sorted(pair)) for pair in planted.exact
    }
    assert {tuple(sorted(pair)) for pair in names_of(seen, findings, "duplicate_near")} == {
        tuple(sorted(pair)) for pair in planted.near
    }
    for kind in ("black", "white", "flat", "blurred", "turned"):
        assert single(seen, findings, kind) == getattr(planted, kind), kind


def test_the_worst_stand_first(clean: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(clean, tmp_path / "data"))
    shutil.copy(root / "train/china/0.jpg", root / "train/꽃/again.jpg")
    COPIES["all of it"](Image.open(root / "train/china/1.jpg")).save(root / "test/꽃/nearly.jpg")
    shutil.copy(root / "train/china/2.jpg", root / "test/china/leak.jpg")
    COPIES["half"](Image.open(root / "train/china/3.jpg")).save(root / "test/china/near leak.png")
    seen = survey(root)
    findings = judge(seen)
    assert [(each.kind, each.pictures) for each in findings.found if each.groups] == [
        ("labels_differ", 2),
        ("labels_differ_near", 2),
        ("across", 2),
        ("across_near", 2),
    ]
    left_out = [(seen.names[each.row], each.why) for each in quarantined(seen, findings)]
    assert sorted(left_out) == [
        ("test/꽃/nearly.jpg", "labels_differ_near"),
        ("train/china/0.jpg", "labels_differ"),
        ("train/china/1.jpg", "labels_differ_near"),
        ("train/china/2.jpg", "across"),
        ("train/china/3.jpg", "across_near"),
        ("train/꽃/again.jpg", "labels_differ"),
    ]


def test_what_goes_on_the_list(faulty: tuple[Path, Planted], seen: Survey) -> None:
    planted = faulty[1]
    listed = {seen.names[each.row]: each for each in quarantined(seen, judge(seen))}
    # Of a pair of copies the second goes, in the order of names; near copies in one class and part do no harm.
    second = {max(pair, key=lambda name: seen.names.index(name)) for pair in planted.exact}
    assert set(listed) == planted.broken | second
    for row in listed.values():
        assert (row.other is None) == (row.why == "unreadable")


def test_each_way_of_copying_is_seen_through() -> None:
    for kind, change in COPIES.items():
        thumbnails = [look_at(np.asarray(each)).thumbnail for each in crops()]
        copies = [look_at(np.asarray(change(each).convert("RGB"))).thumbnail for each in crops()]
        found = near_duplicates(np.stack([*thumbnails, *copies]))
        assert found is not None
        right = set(zip(found.first.tolist(), found.second.tolist(), strict=True))
        wanted = {(i, i + len(thumbnails)) for i in range(len(thumbnails))}
        assert len(right & wanted) >= 0.95 * len(wanted), kind
        assert right <= wanted, kind


def test_the_likeness_is_the_same_both_ways_and_of_itself_one(rng: np.random.Generator) -> None:
    some = rng.integers(0, 256, (5, SIDE, SIDE), np.uint8)
    others = rng.integers(0, 256, (5, SIDE, SIDE), np.uint8)
    np.testing.assert_allclose(alike(some, some), 1, atol=1e-4)
    assert (alike(some, others) < 0.5).all()


def test_a_sieve_that_overflows_keeps_the_most_alike(monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator) -> None:
    base = rng.integers(0, 256, (40, SIDE, SIDE), np.uint8)
    twice = np.concatenate([base, base])
    monkeypatch.setattr(near, "SIEVE", -1.0)  # everything passes
    monkeypatch.setattr(near, "CROWDED", 2.0)
    monkeypatch.setattr(near, "MOST_PAIRS", 60)
    monkeypatch.setattr(near, "ROWS", 16)
    monkeypatch.setattr(near, "COLUMNS", 16)
    found = near_duplicates(twice)
    assert found is not None
    assert sorted(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [(i, i + 40) for i in range(40)]


def test_digits_are_too_alike_to_tell_copies() -> None:
    thumbnails = np.stack([look_at(each).thumbnail for each in digits().train.pictures[:300]])
    assert near_duplicates(thumbnails) is None


def test_flat_pictures_have_no_near_duplicates(rng: np.random.Generator) -> None:
    flat = rng.integers(120, 123, (30, SIDE, SIDE), np.uint8)
    found = near_duplicates(flat)
    assert found is not None and len(found.first) == 0


def test_no_pictures_at_all() -> None:
    found = near_duplicates(np.empty((0, SIDE, SIDE), np.uint8))
    assert found is not None and len(found.first) == 0


def test_the_blur_measure_is_cretes_formula(rng: np.random.Generator) -> None:
    """Written once more in plain loops."""
    grey = rng.integers(0, 256, (17, 13), np.uint8)

    def along(values: np.ndarray) -> float:
        h, w = values.shape
        before = lost = 0.0
        mean = [
            [sum(values[min(max(y + k, 0), h - 1), x] for k in range(-4, 5)) / 9 for x in range(w)] for y in range(h)
        ]
        for y in range(1, h):
            for x in range(w):
                step = abs(values[y, x] - values[y - 1, x])
                before += step
                lost += max(0, step - abs(mean[y][x] - mean[y - 1][x]))
        return 1 - lost / before

    values = grey.astype(float)
    assert blur_of(grey) == pytest.approx(max(along(values), along(values.T)), abs=1e-5)
    assert blur_of(np.full((20, 20), 7, np.uint8)) == 0


def test_grey_is_the_same_whether_stored_as_grey_or_as_rgb(rng: np.random.Generator) -> None:
    grey = rng.integers(0, 256, (20, 30, 1), np.uint8)
    assert look_at(grey).pixels == look_at(np.repeat(grey, 3, axis=2)).pixels
    assert look_at(grey).pixels != look_at(grey.reshape(30, 20, 1)).pixels


def test_arrays_are_checked_like_files(tmp_path: Path) -> None:
    pictures = np.stack([np.asarray(each.resize((48, 48))) for each in crops()])
    x, y = pictures[:24].copy(), np.arange(24) % 2
    x_test, y_test = pictures[24:].copy(), np.arange(4) % 2
    x[3], x_test[1] = x[0], x[7]  # labels 1 and 0; labels 1 and 1
    x[5] = 2
    np.savez(tmp_path / "data.npz", x_train=x, y_train=y, x_test=x_test, y_test=y_test)
    seen = survey(tmp_path / "data.npz")
    findings = judge(seen)
    assert {each.kind: names_of(seen, findings, each.kind) for each in findings.found if each.groups} == {
        "labels_differ": [("train/0", "train/3")],
        "across": [("train/7", "test/1")],
        "black": [("train/5",)],
    }


def test_arrays_with_labels_beyond_the_names_are_refused(tmp_path: Path, rng: np.random.Generator) -> None:
    x, y = rng.integers(0, 256, (3, 20, 20), np.uint8), np.array([0, 1, 1])
    np.savez(tmp_path / "data.npz", x_train=x, y_train=y, x_val=x, y_val=y + 1, class_names=["cat", "dog"])
    with pytest.raises(DataError) as caught:
        survey(tmp_path / "data.npz")
    assert (caught.value.code, caught.value.fields["came"]) == ("labels.range", 2)


def test_small_classes(tmp_path: Path) -> None:
    for number, (name, count) in enumerate({"one": 1, "some": 5, "many": 12}.items()):
        for i in range(count):
            (tmp_path / name).mkdir(exist_ok=True)
            crops()[number * 6 + i].save(tmp_path / name / f"{i}.png")
    seen = survey(tmp_path)
    found = {each.kind: each.classes for each in judge(seen).found}
    label = seen.class_names.index
    assert found == {
        "lone_class": ((label("one"), 1),),
        "few": ((label("some"), 5),),
        "unbalanced": ((label("many"), 12), (label("one"), 1)),
    }


def test_a_file_that_may_not_be_read_is_a_finding(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def refusing(path: Path, *args: Any, **more: Any) -> Any:
        if path.as_posix().endswith("train/china/3.jpg"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **more)

    monkeypatch.setattr(Path, "open", refusing)
    seen = survey(clean)
    assert {seen.names[row]: error.code for row, error in seen.faults.items()} == {
        "train/china/3.jpg": "file.no_permission"
    }


def test_an_archive_is_checked_in_place(faulty: tuple[Path, Planted], seen: Survey, tmp_path: Path) -> None:
    packed = Path(shutil.make_archive(str(tmp_path / "data"), "zip", faulty[0]))
    inside = survey(packed)
    assert sorted(inside.names) == sorted(seen.names)
    here, there = judge(seen), judge(inside)
    for kind in ("unreadable", "duplicate", "duplicate_near", "ending", "blurred"):
        assert single(inside, there, kind) == single(seen, here, kind)
