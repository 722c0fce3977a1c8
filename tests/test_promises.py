"""What docs/security.md and docs/reliability.md promise is kept by the tests that they name; limits are the code's."""

import re
from pathlib import Path

import pytest
from PIL import Image

from striate import storage, toml
from striate.data import archive, reading, skipping, tars

ROOT = Path(__file__).parents[1]
PAGES = ("docs/security.md", "docs/ko/security.md")


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def promises(page: str) -> list[str]:
    return [row for row in text(page).splitlines() if row.startswith("| ") and "tests" in row]


@pytest.mark.parametrize("page", [*PAGES, "docs/reliability.md", "docs/ko/reliability.md"])
def test_each_promise_names_a_test_that_is_there(page: str) -> None:
    assert len(promises(page)) >= 11
    for row in promises(page):
        tests = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row)
        assert tests
        for file, test in tests:
            assert f"def {test}" in (ROOT / file).read_text(encoding="utf-8")
        for module in re.findall(r"`python -m (tests\.nightly\.\w+)`", row):
            assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file()


def test_both_languages_promise_the_same() -> None:
    for page in ("security.md", "reliability.md"):
        ours, theirs = (
            [re.findall(r"`(?:python -m )?tests[^`]+`", row) for row in promises(each)]
            for each in (f"docs/{page}", f"docs/ko/{page}")
        )
        assert ours == theirs


@pytest.mark.parametrize("page", PAGES)
def test_its_limits_are_the_codes(page: str) -> None:
    limits = {
        storage.LONGEST_HEADER: "32 MB",
        storage.LONGEST_DOCUMENT: "4,000,000",
        Image.MAX_IMAGE_PIXELS: "89,478,485",
        archive.LARGEST_MEMBER: "256 MiB",
        reading.LARGEST_UNPACKED: "2 GiB",
        tars.LARGEST_DICTIONARY: "256 MiB",
        tars.LARGEST_RATIO: "20",
        reading.DEFLATE_LIMIT: "1,032",
        toml.LARGEST: "1,048,576",
        toml.DEEPEST: "32",
        skipping.LARGEST: "256 MiB",
    }
    units = {"MB": 10**6, "MiB": 2**20, "GiB": 2**30}
    for value, shown in limits.items():
        number, _, unit = shown.partition(" ")
        assert int(number.replace(",", "")) * units.get(unit, 1) == value
        assert shown in text(page)


def test_how_to_report_is_where_hosts_look_for_it() -> None:
    assert "docs/security.md" in text("SECURITY.md") and "docs/ko/security.md" in text("SECURITY.md")
