from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.errors import StriateError
from striate.messages import render

SHARED = Path(__file__).parents[3] / "shared" / "data"  # beside the checkout; not part of it

Refuses = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def refuses() -> Refuses:
    """A block must raise exactly this error, with this code and these fields, and have a text in both languages."""

    @contextmanager
    def expecting(kind: type[StriateError], code: str, /, **fields: object) -> Generator[None]:
        with pytest.raises(kind) as caught:
            yield
        assert (type(caught.value), caught.value.code, caught.value.fields) == (kind, code, fields)
        assert render(code, fields, "en") != render(code, fields, "ko")

    return expecting


@pytest.fixture
def photo(rng: np.random.Generator) -> Callable[..., Path]:
    """Write a picture of random pixels."""

    def write(path: Path, size: tuple[int, int] = (6, 9), *, mode: str = "RGB", **options: object) -> Path:
        channels = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (*size, *channels), np.uint8), mode).save(path, **options)
        return path

    return write


def _shared(name: str) -> Path:
    if not (path := SHARED / name).exists():
        pytest.skip(f"{path} is not there")
    return path


@pytest.fixture
def mnist() -> Path:
    return _shared("mnist")


@pytest.fixture
def cats_dogs() -> Path:
    return _shared("cats_dogs.zip")
