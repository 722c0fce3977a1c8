"""The practicals' page and the script that runs them at night say the same."""

from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not (ROOT / "docs").exists(), reason="an sdist without its pages")


@pytest.mark.parametrize("page", ["docs/practicals.md", "docs/ko/practicals.md"])
def test_the_page_has_the_commands_that_are_run(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT)
    script = import_module("tests.nightly.practicals")
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [command for command in script.TRAININGS.values() if text.count(command) != 2] == []
    assert set(script.PRACTICALS) == set(script.TRAININGS)
    assert "python -m tests.nightly.practicals" in text
