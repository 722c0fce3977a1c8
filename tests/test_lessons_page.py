"""docs/lessons.md and its Korean twin are what docs/lessons.py makes of the lessons."""

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from striate.inspection.lessons.book import CONTENTS, lesson
from striate.messages import speak

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not (ROOT / "docs").exists(), reason="an sdist without its pages")
LAST = 12  # what it learns differs by a digit or two from one instruction set to another
LARGEST, ALL_TOGETHER = 60_000, 600_000  # bytes


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "docs" / "lessons.py"))


@pytest.fixture(autouse=True)
def the_language_is_put_back() -> Iterator[None]:
    yield
    speak(None)


def parted(page: str) -> tuple[str, str]:
    """All lessons whose numbers are the same everywhere, and the last one."""
    before, heading, last = re.split(rf"^(## .*\b{LAST}.*)$", page, flags=re.MULTILINE)
    return before, heading + last


@pytest.mark.parametrize("spoken", ["en", "ko"])
def test_the_pages_are_what_the_script_makes(script: dict[str, Any], spoken: str) -> None:
    pytest.importorskip("sklearn")
    speak(spoken)
    made = script["page"]([lesson(number) for number in range(1, len(CONTENTS) + 1)], spoken)
    there = (ROOT / "docs" / script["PAGES"][spoken]).read_text(encoding="utf-8")
    (made_all, made_last), (all_there, last_there) = parted(made), parted(there)
    assert made_all == all_there, "run: python docs/lessons.py"
    number = re.compile(r"\d+(?:[.,]\d+)*")
    assert number.sub("#", made_last) == number.sub("#", last_there)
    for new, old in zip(number.findall(made_last), number.findall(last_there), strict=True):
        assert float(new.replace(",", "")) == pytest.approx(float(old.replace(",", "")), abs=10), (new, old)


@pytest.mark.parametrize("spoken", ["en", "ko"])
def test_pictures_are_small_and_all_there(script: dict[str, Any], spoken: str) -> None:
    page = ROOT / "docs" / script["PAGES"][spoken]
    shown = [page.parent / file for file in re.findall(r"!\[[^]]*\]\(([^)]*)\)", page.read_text(encoding="utf-8"))]
    folder = ROOT / "docs" / script["PICTURES"]
    assert len(shown) == len(CONTENTS)
    assert {file.resolve() for file in shown} == {file.resolve() for file in folder.glob(f"*.{spoken}.png")}
    assert max(file.stat().st_size for file in shown) < LARGEST
    assert sum(file.stat().st_size for file in folder.iterdir()) < ALL_TOGETHER


def test_markdown_in_a_text_is_no_markdown(script: dict[str, Any]) -> None:
    assert script["escaped"]("a*b _c_ <d> e|f") == r"a\*b \_c\_ \<d> e\|f"
