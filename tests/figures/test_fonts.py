"""Letters: Hangul where there is a font for it, and never a box."""

from pathlib import Path

import pytest
from drawing import HISTORY, SYLLABLES, decoded, drawn_texts, font_file, random_pictures
from matplotlib.font_manager import fontManager

from striate.errors import Notice
from striate.figures.curves import training_curves
from striate.figures.fonts import Lettering, hangul_font, lettering
from striate.figures.romanize import romanized
from striate.figures.sheets import picture_sheet
from striate.messages import speak


def test_korean_labels_are_drawn_in_a_font_that_has_them(hangul: str) -> None:
    speak("ko")
    figure = training_curves(HISTORY)
    assert {"손실", "정확도", "에폭", "학습 0.25", "검증 0.75"} <= set(drawn_texts(figure))
    decoded(figure)  # matplotlib warns of a letter that it has no shape for, and warnings are errors here


def test_korean_names_are_drawn_also_among_english_labels(hangul: str) -> None:
    figure = picture_sheet(random_pictures(2), [("고양이", 0.5, "강아지")] * 2)
    assert "✗ 고양이  50.0 %" in drawn_texts(figure)
    decoded(figure)


def test_without_a_font_labels_are_english_and_one_notice_says_why(no_hangul: None) -> None:
    speak("ko")
    with pytest.warns(Notice) as notices:
        figure = picture_sheet(random_pictures(3), [("고양이 3", 0.5, "강아지")] * 3, title="숫자")
    assert [notice.message.code for notice in notices] == ["figure.no_hangul_font"]
    assert "fonts-nanum" in str(notices[0].message)
    texts = drawn_texts(figure)
    assert texts[:3] == ["sutja", "✗ goyangi 3  50.0 %", "true: gangaji"]
    decoded(figure)


def test_without_korean_nothing_is_said(no_hangul: None) -> None:
    decoded(training_curves(HISTORY))
    assert lettering(["cat"]) == Lettering(("DejaVu Sans",), "en")


def test_a_font_that_lacks_syllables_is_not_taken_for_its_name(no_hangul: None, tmp_path: Path) -> None:
    fontManager.addfont(font_file(tmp_path / "a.ttf", "NanumGothic", range(ord("가"), ord("가") + 2350)))
    assert hangul_font() is None
    fontManager.addfont(font_file(tmp_path / "b.ttf", "Malgun Gothic", SYLLABLES))
    assert hangul_font() == "Malgun Gothic"


def test_a_font_installed_later_is_found(no_hangul: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = font_file(tmp_path / "NanumGothic.ttf", "NanumGothic", SYLLABLES)
    broken = tmp_path / "NanumBroken.ttf"
    broken.write_bytes(b"no font")
    monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", lambda: [str(broken), str(path)])
    assert hangul_font() == "NanumGothic"


def test_letters_that_no_font_has_become_question_marks(hangul: str) -> None:
    written = lettering(["한"])
    assert written.name("한\U0001f9e0a\n猫é") == "한?a??é"
    assert written.name("\u1112\u1161\u11ab") == "한"  # parts put together, as macOS writes file names


@pytest.mark.parametrize(
    ("syllable", "latin"),
    [("가", "ga"), ("한", "han"), ("글", "geul"), ("왕", "wang"), ("의", "ui"), ("힣", "hit"), ("쌍", "ssang")],
)
def test_romanization(syllable: str, latin: str) -> None:
    assert romanized(syllable) == latin


def test_width_is_that_of_the_font(hangul: str) -> None:
    written = lettering(["가"])
    assert written.width("가나다", 72) == pytest.approx(3.0)  # three ems of 72 points are three inches
    assert written.width("W", 72) == pytest.approx(2025 / 2048)  # DejaVu's own table


def test_wrapping_breaks_between_words_and_ends_in_an_ellipsis(hangul: str) -> None:
    written = lettering(["가"])

    def wrapped(text: str, ems: float, lines: int) -> list[str]:
        return written.wrapped(text, ems, 72, lines)

    assert wrapped("가나 다라마 바사", 6, 3) == ["가나 다라마", "바사"]
    assert wrapped("가나다라마바사", 3, 3) == ["가나다", "라마바", "사"]
    assert wrapped("가 나다라마바사", 4, 2) == ["가 나다", "라마바사"]  # no line that is nearly empty
    assert wrapped("가나다라마바사아자차", 4.9, 2) == ["가나다라", "마바사…"]
    assert wrapped("가나", 0.1, 5) == ["가", "나"]
    assert wrapped("", 5, 2) == []
    assert wrapped("가나다", 3, 1) == ["가나다"]
