"""striate check: its report in every form, its exit code, and that training follows its list."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pictures import digit, write_classes, write_png
from planted import example
from test_docs import blocks

Run = Callable[..., Any]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Digits with a contradiction, a copy and a file that is no picture; names that HTML must not take for marks."""
    root = write_classes(tmp_path / "data", each=12)
    write_png(root / "1" / "<b>&amp;.png", digit(0, 3))
    shutil.copy(root / "2" / "025.png", root / "2" / "다시.png")
    (root / "2" / "text.png").write_text("no picture", encoding="utf-8")
    return root


def state(root: Path) -> dict[str, tuple[bytes, int]]:
    return {path.as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in root.rglob("*.*")}


def test_the_report(run: Run, data: Path) -> None:
    before = state(data)
    ended = run("check", str(data))
    assert ended.code == 1
    lines = ended.out.splitlines()
    assert lines[:3] == [
        "Problems of 3 kinds, in 5 of 39 pictures.",
        "",
        "Same picture, different labels: 2 pictures (groups: 1)",
    ]
    assert "  0/003.png = 1/<b>&amp;.png" in lines
    assert "  2/text.png: no picture" in lines
    assert "  2/025.png = 2/다시.png" in lines
    assert re.search(r"train +12 +13 +13 +38", ended.out)
    assert "Near duplicates were not looked for" in ended.out
    assert f"striate check {data} --list skip.txt" in ended.err
    assert state(data) == before


@pytest.mark.parametrize(("page", "language"), [("check.md", "en"), ("ko/check.md", "ko")])
def test_the_documents_show_what_it_says(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str, language: str
) -> None:
    example(tmp_path / "flowers")
    monkeypatch.chdir(tmp_path)
    ended = run("check", "flowers", "--list", "skip.txt", "--lang", language)
    shown = [block.text for block in blocks(f"docs/{page}") if block.kind == "text"]
    assert shown == [ended.out, Path("skip.txt").read_text(encoding="utf-8")]


def test_nothing_found(run: Run, tmp_path: Path) -> None:
    ended = run("check", str(write_classes(tmp_path, each=12)))
    assert (ended.code, ended.out.splitlines()[0]) == (0, "No problems in 36 pictures.")


def test_what_is_left_out_of_a_line_is_counted(run: Run, data: Path) -> None:
    for i in range(4):
        shutil.copy(data / "2" / "025.png", data / "2" / f"z{i}.png")
        (data / f"stray{i}.txt").touch()
    (data / "0" / "empty.png").touch()
    lines = run("check", str(data)).out.splitlines()
    assert "  2/025.png = 2/z0.png = 2/z1.png = 2/z2.png and 2 more" in lines
    assert "4 entries belong to no class, among them 'stray0.txt', 'stray1.txt', 'stray2.txt'." in lines
    assert "  0/empty.png: no bytes in it" in lines


def test_classes_with_too_few_and_nothing_else(run: Run, tmp_path: Path) -> None:
    ended = run("check", str(write_classes(tmp_path, each=3)))
    assert (ended.code, ended.out.splitlines()[0]) == (
        1,
        "No problem in any single picture (9), but classes with too few.",
    )


def test_in_korean(run: Run, data: Path) -> None:
    ended = run("check", str(data), "--lang", "ko")
    assert "사진 39장 가운데 5장에서 3가지 문제를 찾았습니다." in ended.out
    assert "같은 사진인데 레이블이 다름: 1묶음, 사진 2장" in ended.out


def test_for_programs(run: Run, data: Path) -> None:
    ended = run("check", str(data), "--json")
    facts = json.loads(ended.out)
    assert (ended.code, ended.err) == (1, "")
    assert (facts["pictures"], facts["readable"], facts["problems"]) == (39, 38, 3)
    assert facts["parts"] == {"train": {"0": 12, "1": 13, "2": 13}}
    assert [each["kind"] for each in facts["findings"]] == ["labels_differ", "unreadable", "duplicate"]
    assert facts["findings"][0]["groups"] == [["0/003.png", "1/<b>&amp;.png"]]
    assert list(facts["findings"][1]["reasons"]) == ["2/text.png"]
    assert {each["file"] for each in facts["quarantine"]} == {"0/003.png", "1/<b>&amp;.png", "2/text.png", "2/다시.png"}


def test_the_page_holds_its_pictures_and_nothing_from_elsewhere(run: Run, data: Path, tmp_path: Path) -> None:
    run("check", str(data), "--html", str(tmp_path / "report.html"))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count('src="data:image/png;base64,') == 4
    assert "<script" not in page and "http://" not in page and "https://" not in page
    assert "<b>" not in page and "&lt;b&gt;&amp;amp;.png" in page


def test_training_follows_the_list(run: Run, data: Path, tmp_path: Path) -> None:
    ended = run("check", str(data), "--list", str(tmp_path / "skip.txt"))
    assert "Files listed in" in ended.err and ": 4;" in ended.err
    assert f"striate train {data} -o OUT --skip" in ended.err
    line = ("train", str(data), "-o", str(tmp_path / "run"), "--model", "softmax", "--epochs", "1", "--threads", "1")
    trained = run(*line, "--skip", str(tmp_path / "skip.txt"), "--strict")
    assert trained.code == 0
    assert "4 pictures are left out" in trained.err
    split = (tmp_path / "run" / "split.csv").read_text(encoding="utf-8")
    assert len(split.splitlines()) == 1 + 35
    assert run(*line, "--force", "--strict").code == 3


@pytest.mark.parametrize("what", ["empty", "one class"])
def test_data_that_are_none(run: Run, tmp_path: Path, what: str) -> None:
    if what == "one class":
        write_png(tmp_path / "only" / "0.png", digit(0))
    ended = run("check", str(tmp_path))
    assert (ended.code, ended.out) == (3, "") and len(ended.err.splitlines()) == 1
