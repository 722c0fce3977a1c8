"""Answers and histories in a notebook."""

import pytest

from striate.classify import Answer, Answers
from striate.history import History
from striate.messages import speak


def test_answers_are_a_list_that_a_notebook_shows_as_a_table() -> None:
    speak("en")
    one = Answer("<개>", 0.75, {"<개>": 0.75, "고양이": 0.25}, "a&b.png")
    none = Answer(None, 0.5, {str(k): 0.1 for k in range(9)})
    html = Answers([one, none])._repr_html_()
    assert html.count("<tr ") == 2 and "<strong>&lt;개&gt;</strong>" in html and "a&amp;b.png" in html
    assert "75.0 % &lt;개&gt;" in html and "width: 6.00em" in html
    assert html.count("10.0 %") == 5  # the likeliest five
    assert Answers([one]) == [one] and one._repr_html_().count("<tr ") == 1
    assert "2 more pictures." in Answers([one] * 52)._repr_html_()


def test_a_history_is_its_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    png = History({"loss": [2.0, 1.0]}, "ended")._repr_png_()
    assert png is not None and png.startswith(b"\x89PNG")
    assert History({}, "ended")._repr_png_() is None
    monkeypatch.setattr("striate.figures.canvas.find_spec", lambda name: None)
    assert History({"loss": [1.0]}, "ended")._repr_png_() is None
