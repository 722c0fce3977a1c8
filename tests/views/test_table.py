"""The tables made of a network's facts: plain, HTML, on a terminal, as JSON."""

import io
import itertools
import json
import os
import pty
import re
import sys
import types
from html.parser import HTMLParser

import pytest
from networks import lenet_like, summary_of

from striate.messages import speak
from striate.network.graph import Graph, Input
from striate.network.layers import Conv2D, Dense, Flatten, MaxPooling2D
from striate.network.summary import AxisSize, Summary, summarize
from striate.network.window import output_size
from striate.sequential import Sequential
from striate.views.columns import aligned, printable, width
from striate.views.table import SummaryTable, as_dict, as_html, as_rich, as_text, formula_text, note_text, show


@pytest.mark.parametrize(
    ("n", "f", "s", "p", "text"),
    [
        (7, 3, 1, 0, "(7 - 3)/1 + 1 = 5"),
        (5, 3, 1, 0, "(5 - 3)/1 + 1 = 3"),
        (7, 3, 3, 0, "(7 - 3)/3 + 1 = 2.33 -> 2"),
        (7, 3, 1, 1, "(7 + 2*1 - 3)/1 + 1 = 7"),
        (5, 3, 1, 1, "(5 + 2*1 - 3)/1 + 1 = 5"),
        (3, 2, 2, 2, "(3 + 2*2 - 2)/2 + 1 = 3.5 -> 3"),
        (427, 2, 2, 0, "(427 - 2)/2 + 1 = 213.5 -> 213"),
    ],
)
def test_formula_shows_its_numbers(n: int, f: int, s: int, p: int, text: str) -> None:
    assert formula_text(AxisSize(n, p, p, f, s, output_size(n, f, s, p, p))) == text


def test_formula_of_lopsided_padding() -> None:
    assert formula_text(AxisSize(28, 0, 1, 2, 1, 28)) == "(28 + 0 + 1 - 2)/1 + 1 = 28"


@pytest.mark.parametrize("f", [2, 3])
@pytest.mark.parametrize("s", [1, 2, 4])
@pytest.mark.parametrize("p", [0, 1])
def test_a_layers_formula_is_what_its_shape_follows(f: int, s: int, p: int) -> None:
    layer = summary_of([Conv2D(2, f, strides=(s, 1), padding=((p, 0), (0, 2 * p)))], (11, 8, 3)).layers[1]
    assert layer.formula is not None
    assert tuple(axis.result for axis in layer.formula) == layer.shape[:2]
    text = formula_text(layer.formula[0]).partition(" = ")[0]
    assert eval(text) == layer.formula[0].exact  # the text is arithmetic that gives the value


def test_every_note_has_its_sentence_in_both_languages() -> None:
    summaries = [
        lenet_like(),
        summary_of(
            [Conv2D(2, k, strides=s, padding="same") for k, s in (((2, 3), 1), ((3, 2), 1), (2, 1), (3, 2))],
            (20, 20, 1),
        ),
        summary_of([MaxPooling2D((2, 1)), MaxPooling2D((1, 2)), Conv2D(1, 1, strides=2)], (21, 21, 1)),
        summary_of([shared := Conv2D(1, 3), shared], (9, 9, 1)),
    ]
    said = [(layer.name, note) for summary in summaries for layer in summary.layers for note in layer.notes]
    assert {note.code for _, note in said} == {
        *(f"summary.{what}_{axis}" for what in ("unseen", "lopsided") for axis in ("rows", "columns", "both")),
        "summary.gaps",
        "summary.two_sames",
        "summary.shared",
        "summary.dense_holds_most",
    }
    for language, (name, note) in itertools.product(("en", "ko"), said):
        speak(language)
        assert note_text(name, note).startswith(f"{name}: ")


def test_a_note_in_words() -> None:
    (note,) = summary_of([MaxPooling2D()], (427, 640, 3)).layers[1].notes
    assert note_text("pool1", note) == (
        "pool1: no window sees the last rows (426, counted from 0) of the maps that reach it: 640 of 273,280 pixels."
    )
    speak("ko")
    assert note_text("pool1", note) == (
        "pool1: 들어오는 맵의 마지막 행(426, 0부터 셈)은 어느 창도 보지 않습니다. 픽셀 273,280개 중 640개입니다."
    )


def named_in_korean() -> Summary:
    layers = [Conv2D(4, 3, name="합성곱"), MaxPooling2D(name="p"), Flatten(name="펼치기-층"), Dense(2)]
    return summary_of(layers, (9, 9, 1))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_columns_align_also_with_korean(language: str) -> None:
    speak(language)
    lines = as_text(named_in_korean()).splitlines()[:6]
    kinds = ["종류" if language == "ko" else "kind", "InputLayer", "Conv2D", "MaxPooling2D", "Flatten", "Dense"]
    assert len({width(line[: line.index(kind)]) for line, kind in zip(lines, kinds, strict=True)}) == 1
    weights = [0, 40, 0, 0, 74]
    # Numbers end where their column's title ends.
    ends = {
        width(line[: re.search(rf"x?\d+  +({count})  ", line).end(1)])
        for line, count in zip(lines[1:], weights, strict=True)
    }
    title = "가중치" if language == "ko" else "weights"
    assert ends == {width(lines[0][: lines[0].index(title)] + title)}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_plain_text_has_no_control_characters(language: str) -> None:
    speak(language)
    text = as_text(lenet_like())
    assert "\x1b" not in text
    assert text.replace("\n", "").isprintable()
    assert not re.search("[\u2500-\u257f]", text)  # no box drawing
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_plain_text_does_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = as_text(lenet_like())
    monkeypatch.setenv("COLUMNS", "20")
    assert as_text(lenet_like()) == wide


def test_plain_text_tells_everything() -> None:
    lines = as_text(lenet_like()).splitlines()
    assert lines[5].split("  ")[0] == "pool2"
    assert lines[5].endswith("10x10, stride 4  (11 - 2)/2 + 1 = 5.5 -> 5")
    assert lines[7].endswith("whole picture")
    assert "weights: 225,034, of which biases: 234" in lines
    assert "in float32: 900,136 bytes" in lines
    assert "multiply-adds for one picture: 2,631,040" in lines
    assert sum(line.startswith(("pool2: ", "dense1: ")) for line in lines) == 2


def test_both_axes_are_shown_where_they_differ() -> None:
    text = as_text(summary_of([Conv2D(1, 3, strides=(1, 2))], (9, 10, 1)))
    assert "(9 - 3)/1 + 1 = 7; (10 - 3)/2 + 1 = 4.5 -> 4" in text
    assert "3x3, stride 1x2" in text


def test_a_network_on_vectors_has_no_receptive_field() -> None:
    text = as_text(summarize(Graph.to(Dense(3)(Input((5,))))))
    assert "whole picture" not in text
    assert "weights: 18" in text


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("합성곱", 6), ("a합b", 4), ("", 0), ("e\u0301", 1), ("Ａ", 2), ("ﾊﾝ", 2)]
)
def test_width_counts_cells(text: str, cells: int) -> None:
    assert width(text) == cells


def test_cells_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[31mb\nc\udcff") == "a?[31mb?c?"
    assert aligned([["a\tb", "c"]]) == ["a?b  c"]
    assert printable("\u1112\u1161\u11ab") == "한"  # parts put together, as macOS writes file names


class Cells(HTMLParser):
    """Collects rows of cells, and checks that every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag != "br":
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data


def test_html_is_well_formed_escaped_and_self_contained() -> None:
    name = "<script>alert('x')<b>&amp;"
    html = as_html(summary_of([Conv2D(4, 2, name=name, padding="same"), Flatten(), Dense(2)], (9, 9, 1)))
    page = Cells()
    page.feed(html)
    assert page.open == []
    assert page.tags <= {"div", "table", "thead", "tbody", "tr", "th", "td", "p", "br", "ul", "li"}
    assert "http" not in html
    assert [len(row) for row in page.rows] == [7] * 5
    assert page.rows[2][0] == name
    assert page.rows[2][6] == "(9 + 0 + 1 - 2)/1 + 1 = 9"


def test_a_table_shows_itself_in_notebooks_and_prints_as_text() -> None:
    summary = lenet_like()
    assert SummaryTable.of(summary)._repr_html_() == as_html(summary)
    assert str(SummaryTable.of(summary)) == as_text(summary)


def test_what_a_model_says_of_itself_shows_itself() -> None:
    model = Sequential([Conv2D(2, 3, input_shape=(6, 5, 1)), Flatten(), Dense(3)])
    found = model.summarize()
    assert isinstance(found, SummaryTable) and found == SummaryTable.of(summarize(model.graph))
    assert found._repr_html_() == as_html(summarize(model.graph))
    assert as_dict(found) == as_dict(summarize(model.graph))


def test_a_file_gets_plain_text() -> None:
    stream = io.StringIO()
    show(lenet_like(), stream)
    assert stream.getvalue() == as_text(lenet_like()) + "\n"


def test_stdout_is_asked_when_the_table_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    show(lenet_like())
    assert capsys.readouterr().out == as_text(lenet_like()) + "\n"


def test_a_notebook_gets_a_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shown: list[object] = []
    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: types.SimpleNamespace(kernel=object())
    display = types.ModuleType("IPython.display")
    display.display = shown.append
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    show(lenet_like())
    assert shown == [SummaryTable.of(lenet_like())]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("cells", [200, 100, 80])
def test_a_terminal_table_fits_and_loses_nothing(cells: int) -> None:
    from rich.console import Console

    stream = io.StringIO()
    Console(file=stream, width=cells, force_terminal=True).print(as_rich(lenet_like(), cells))
    text = re.sub(r"\x1b\[[\d;]*m", "", stream.getvalue())
    assert max(map(width, text.splitlines())) <= cells
    assert text != stream.getvalue()
    for layer in lenet_like().layers:
        assert re.search(rf"^{layer.name}  +{layer.kind}  ", text, re.MULTILINE)  # no name is broken
    assert "(11 - 2)/2 + 1 = 5.5 -> 5" in text
    assert "multiply-adds for one picture: 2,631,040" in text


def test_names_are_not_read_as_markup() -> None:
    from rich.console import Console

    stream = io.StringIO()
    name = "[red]x[bold]"
    Console(file=stream, width=200).print(
        as_rich(summary_of([Conv2D(1, 2, padding="same", name=name)], (4, 4, 1)), 200)
    )
    assert stream.getvalue().count(name) == 2  # in its row and in its note


def test_a_real_terminal_gets_colours() -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal, os.fdopen(ours, "rb", buffering=0) as reader:
        show(summary_of([MaxPooling2D()], (5, 5, 1)), terminal)
        terminal.flush()
        assert b"\x1b[" in reader.read(65536)


def test_json_holds_every_fact_under_its_name() -> None:
    summary = summary_of([Conv2D(2, 2, strides=2, padding="same"), MaxPooling2D(), Flatten(), Dense(3)], (7, 9, 1))
    loaded = json.loads(json.dumps(as_dict(summary), allow_nan=False))
    assert loaded.keys() == {"layers", "weights", "biases", "multiply_adds", "bytes", "trainable"}
    assert all(
        layer.keys()
        == {
            "name",
            "kind",
            "shape",
            "weights",
            "multiply_adds",
            "field",
            "field_stride",
            "formula",
            "notes",
            "formula_open",
        }
        for layer in loaded["layers"]
    )
    conv = loaded["layers"][1]
    assert conv["formula"][0] == {"size": 7, "before": 0, "after": 1, "kernel": 2, "stride": 2, "result": 4}
    assert conv["notes"][0] == {"code": "summary.lopsided_both", "fields": {"rows": [0, 1], "columns": [0, 1]}}
    assert loaded["layers"][3]["field"] is None
