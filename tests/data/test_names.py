"""Names in few bytes: what goes in comes out."""

import tracemalloc

import numpy as np
import pytest

from striate.data.names import Names

TEXTS = ("고양이/사진 1.jpg", "", "고양이/📷.png", "고\udcff", "고", "고양이/사진 1.jpg")


@pytest.mark.parametrize("texts", [TEXTS, TEXTS[:1], (), ("", ""), tuple(f"/data/train/{i}.jpg" for i in range(300))])
def test_a_sequence_as_any_other(texts: tuple[str, ...]) -> None:
    names = Names(texts)
    assert tuple(names) == texts
    assert names == texts and texts == names and names == Names(iter(texts)) and names != (*texts, "more")
    assert len(names) == len(texts)
    assert [names[i] for i in range(-len(texts), len(texts))] == list(texts * 2)
    assert tuple(names[1:5:2]) == texts[1:5:2]
    for outside in (len(texts), -len(texts) - 1):
        with pytest.raises(IndexError):
            names[outside]


def test_another_order() -> None:
    assert Names(TEXTS).take(np.array([4, 0, 4])) == ("고", TEXTS[0], "고")
    assert Names(TEXTS) != 3


def test_memory_is_that_of_the_bytes() -> None:
    tracemalloc.start()
    names = Names(f"/home/somebody/pictures/train/cat/{i:07}.jpg" for i in range(20_000))
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size / len(names) < len("0000000.jpg") + 8 + 1
