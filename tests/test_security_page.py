"""What docs/security.md promises is kept by the tests that it names, and its limits are those of the code."""

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


@pytest.mark.parametrize("page", PAGES)
def test_each_promise_names_a_test_that_is_there(page: str) -> None:
    promises = [row for row in text(page).splitlines() if row.startswith("| ") and "tests/" in row]
    assert len(promises) == 11
    for file, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", "\n".join(promises)):
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8")


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
