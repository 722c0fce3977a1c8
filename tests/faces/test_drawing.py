"""What is drawn: a square and a legible answer, in the reader's language where a font allows it."""

from collections.abc import Iterator

import numpy as np
import pytest

from striate.errors import Notice
from striate.faces import drawing
from striate.faces.detection import Box
from striate.faces.drawing import COLOURS, Artist, hangul_font, word_for
from striate.faces.watching import Face
from striate.messages import speak

GREY = np.full((240, 320, 3), 128, np.uint8)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    speak("en")
    yield
    speak(None)


BOX = Box(100, 80, 60)


def face(label: str = "smile", box: Box = BOX) -> Face:
    return Face(1, box, label, 0.9, 0.87)


def test_a_square_and_a_label_in_the_colour_of_the_class() -> None:
    drawn = Artist(["neutral", "smile"]).drawn(GREY, [face()])
    assert drawn.shape == GREY.shape and (GREY == 128).all()  # a copy
    changed = (drawn != GREY).any(-1)
    assert changed[80:141, 100].all() and changed[140, 100:161].all()
    assert not changed[90:130, 110:150].any()  # the face itself stays as it is
    assert tuple(drawn[140, 130]) == COLOURS[1]
    label = changed[:80]
    assert label.any() and label[:, :95].sum() == 0
    assert (drawn[60:80] > 200).all(-1).any()  # white letters


@pytest.mark.parametrize("box", [Box(0, 0, 60), Box(300, 2, 60), Box(-10, -10, 400), Box(310, 230, 80)])
def test_labels_stay_in_the_picture(box: Box) -> None:
    drawn = Artist(["neutral", "smile"]).drawn(GREY, [face(box=box)])
    assert (drawn > 200).all(-1).sum() > 20


def test_nothing_to_draw() -> None:
    assert np.array_equal(Artist(["a", "b"]).drawn(GREY, []), GREY)


def test_words_for_classes() -> None:
    assert word_for("smile", "ko") == "웃음" and word_for("Neutral", "ko") == "무표정"
    assert word_for("smile", "en") == "smile" and word_for("고양이", "en") == "고양이"


@pytest.mark.skipif(hangul_font() is None, reason="no font with Hangul is installed")
def test_korean_is_drawn_in_hangul() -> None:
    english = Artist(["neutral", "smile"]).drawn(GREY, [face()])
    speak("ko")
    assert not np.array_equal(Artist(["neutral", "smile"]).drawn(GREY, [face()]), english)


def test_without_a_font_with_hangul_it_is_english_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    english = Artist(["neutral", "smile"]).drawn(GREY, [face()])
    monkeypatch.setattr(drawing, "HANGUL_FONTS", ("no-such-font.ttf",))
    speak("ko")
    with pytest.warns(Notice) as told:
        artist = Artist(["neutral", "smile"])
    assert [notice.message.code for notice in told] == ["smile.no_hangul_font"]  # type: ignore[union-attr]
    assert np.array_equal(artist.drawn(GREY, [face()]), english)
    with pytest.warns(Notice):
        named = Artist(["고양이", "개"])
    assert named.drawn(GREY, [face("개")]).shape == GREY.shape
