"""Machines with Korean fonts and without."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from drawing import SYLLABLES, font_file
from matplotlib.font_manager import fontManager

from striate.messages import speak


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    speak("en")
    yield
    speak(None)


@pytest.fixture
def no_hangul(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on a machine whose only fonts are those of matplotlib."""
    bundled = [entry for entry in fontManager.ttflist if "mpl-data" in entry.fname]
    monkeypatch.setattr(fontManager, "ttflist", bundled)
    monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", list)
    fontManager._findfont_cached.cache_clear()
    yield
    fontManager._findfont_cached.cache_clear()


@pytest.fixture
def hangul(no_hangul: None, tmp_path: Path) -> str:
    """As on a machine with one font that has Hangul."""
    fontManager.addfont(font_file(tmp_path / "NanumGothic.ttf", "NanumGothic", SYLLABLES))
    return "NanumGothic"
