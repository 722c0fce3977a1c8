"""What every test of a view needs."""

from collections.abc import Iterator

import pytest

from striate.messages import speak


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    speak("en")
    yield
    speak(None)
