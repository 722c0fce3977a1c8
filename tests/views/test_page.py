"""The report as a page: whole, harmless whatever things are called, and saying what was found."""

import base64
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from striate.confidence import Confidence
from striate.messages import speak
from striate.report import Report
from striate.training.answers import Answering
from striate.training.calibration import Calibration
from striate.training.confusion import Confusion
from striate.views.page.charts import HEIGHT, WIDTH, Axis, Line, at, axis, chart, epochs_axis, shares_axis
from striate.views.page.html import LONGEST_NAME, POLICY, Markup, document, joined, name, percent, tag
from striate.views.page.mistakes import Mistake
from striate.views.page.pictures import LARGEST, data_uri
from striate.views.page.report import Story, report_page

HOSTILE = ("<script>alert(1)</script>", "\"quotes' & <b>", "고양이", "x" * 300, "evil\u202egnp.exe", "a\nb\x1b[2J")
VOID = {"meta", "img"}


class Page(HTMLParser):
    """What a browser sees: each element with its attributes, and the text; elements end in the order they began."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.found if found == tag]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    speak("en")
    yield
    speak(None)


def judged(names: tuple[str, ...], rng: np.random.Generator, n: int = 300, *, sure: float = 2.5) -> Report:
    """What a model that is mostly right would be found to be."""
    k = len(names)
    y, z = rng.integers(0, k, n), rng.standard_normal((n, k))
    z[np.arange(n), y] += sure
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    confidence = Confidence(1.4, 0.55)
    confusion, calibration, answering = Confusion(), Calibration(), Answering(confidence)
    for tally in (confusion, calibration, answering):
        tally.update(p, y)
    bins, error = tuple(calibration.bins()), calibration.result()
    return Report(names, 0.5, confusion.matrix, bins, error, confidence, answering.answers())


def mistake(truth: str, answer: str, file: str | None = None) -> Mistake:
    return Mistake(np.zeros((4, 4, 1), np.uint8), truth, answer, 0.987, file, 12)


SETTINGS = {
    "train": {"model": "convnet", "epochs": 3, "learning_rate": 0.001},
    "data": {"source": "/data/<i>", "classes": list(HOSTILE), "pictures": 270},
    "preprocessing": {"size": [4, 4], "colour": "grey"},
    "why": {"epochs": "because <u>"},
    "layers": [{"layer": "Dense"}],
}
HISTORY = {
    "loss": [2.0, 1.0, 0.5],
    "val_loss": [1.5, 0.9, 1.1],
    "accuracy": [0.2, 0.5, 0.7],
    "learning_rate": [0.1] * 3,
}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_name_gets_out_of_its_place(language: str, rng: np.random.Generator) -> None:
    speak(language)
    shown = [mistake(a, b, f"/data/{a}/<img src=x onerror=alert(1)>.jpg") for a, b in pairwise(HOSTILE)]
    story = Story(HOSTILE[0], "test", shown, SETTINGS, HISTORY, weights=1234, fingerprint="f00d")
    text = report_page(judged(HOSTILE, rng), story)
    page = Page(text)
    tags = {found for found, _ in page.found}
    assert not tags & {"script", "link", "iframe", "object", "embed", "form", "u", "base", "video", "audio"}
    attributes = [name for _, each in page.found for name in each]
    assert not [name for name in attributes if name.startswith("on") or name in ("href", "srcset")]
    assert all(each["src"].startswith("data:image/") for each in page.all("img"))  # type: ignore[union-attr]
    assert not re.search(r"https?:|url\(|@import", text)
    assert {"http-equiv": "Content-Security-Policy", "content": POLICY} in page.all("meta")
    assert page.all("html") == [{"lang": language}] and text.startswith("<!doctype html>\n")
    assert "<script>alert(1)</script>" in page.text and "because <u>" in page.text and "고양이" in page.text
    assert not set("\u202e\x1b") & set(text)
    text.encode()


def test_what_was_found_stands_there(rng: np.random.Generator) -> None:
    found = judged(("cat", "dog"), rng)
    page = Page(report_page(found, Story("run", "test", (), SETTINGS, HISTORY, weights=1234)))
    some = found.abstaining
    assert some is not None and some.accuracy is not None
    low, high = found.classes[1].recall_interval
    for said in (
        percent(found.accuracy),
        percent(found.balanced_accuracy),
        percent(some.accuracy),
        f"{some.refused:,} / 300",
        f"{some.right:,} / {some.answered:,}",
        f"{100 * low:.1f}–{100 * high:.1f}",
        "convnet, 1,234 weights, learned from 270 pictures of 6 classes, 4x4 grey, for 3 epochs.",
        "epoch 2 of 3, with the smallest validation loss: 0.9",
        "below 55.0\u00a0%",
    ):
        assert said in page.text, said
    assert "chosen by these same pictures" not in page.text
    assert page.text.count("Expected calibration error") == 2  # as they come, and calibrated
    # loss, accuracy, learning rate; two of calibration, one of risk; a small one for each precision and recall
    assert len([each for each in page.all("svg") if each.get("role") == "img"]) == 6
    assert len([each for each in page.all("svg") if each.get("class") == "interval"]) == 4


def test_without_a_test_part_it_warns(rng: np.random.Generator) -> None:
    page = Page(report_page(judged(("a", "b"), rng), Story("x", "validation", chosen_here=True)))
    assert page.text.count("chosen by these same pictures") == 2 and "(the validation part)" in page.text


def test_of_many_classes_the_worst_and_the_largest_confusions_come_first(rng: np.random.Generator) -> None:
    names = tuple(f"name{k}" for k in range(100))
    found = judged(names, rng, 2000)
    text = report_page(found, Story("x", "test"))
    page = Page(text)
    rows = re.findall(r'<th scope="row"><bdi>(name\d+)</bdi></th>', text)
    f1 = [found.classes[names.index(row)].f1 for row in rows[:100]]
    assert f1 == sorted(f1, key=lambda share: (share is None, share)) and len(set(rows[:100])) == 100
    assert len(rows) == 120 and "matrix" not in [each.get("class") for each in page.all("table")]
    assert len(text) < 300_000


def test_a_model_that_gives_no_probabilities_and_one_that_is_always_right() -> None:
    matrix = np.array([[3, 0], [0, 4]])
    bare = Page(report_page(Report(("a", "b"), 0.5, matrix, None, None), Story("x", "train")))
    assert "not a single mistake" in bare.text and "calibration" not in bare.text
    sure = Answering(Confidence(1, 0.9))
    sure.update(np.float64([[0.6, 0.4]]), np.array([0]))
    refusing = Report(("a", "b"), 0.5, np.array([[1, 0], [0, 0]]), None, None, Confidence(1, 0.9), sure.answers())
    page = Page(report_page(refusing, Story("x", "test")))  # refuses everything, and one class has no pictures
    assert "1 / 1" in page.text and "0 / 0" in page.text


@pytest.mark.parametrize("validation", [[1.5, float("inf"), 1.1], [float("nan"), 1.5, 1.1], [float("nan")] * 3])
def test_a_validation_that_came_to_no_number_leaves_a_gap(validation: list[float], rng: np.random.Generator) -> None:
    page = report_page(judged(("a", "b"), rng), Story("run", "test", history={**HISTORY, "val_loss": validation}))
    assert not any(re.search("nan|inf", path.get("d") or "") for path in Page(page).all("path"))
    assert ("that of epoch 3 of 3" in page) == (validation[2] == 1.1)


def test_settings_that_somebody_has_edited_do_not_stop_the_page(rng: np.random.Generator) -> None:
    for settings in ({"train": 3}, {"train": {}, "data": [], "preprocessing": {}}, {"why": 5}, {"layers": 1}):
        Page(report_page(judged(("a", "b"), rng, 20), Story("x", "test", settings=settings)))


# Parts


def test_only_markup_stands_as_it_is() -> None:
    assert (
        tag("b", "<&>\"'", Markup("<i>"), None, class_='a"b') == '<b class="a&quot;b">&lt;&amp;&gt;&quot;&#x27;<i></b>'
    )
    assert joined("a < b", None, tag("hr")) == "a &lt; b<hr></hr>"
    assert tag("p", "5\u00a0%", hidden_=None, aria_label="x") == '<p aria-label="x">5\u00a0%</p>'
    assert document("<t>").count("&lt;t&gt;") == 1
    long = name("abc" * 100)
    assert len(Page(long).text) == LONGEST_NAME and "…" in long and 'title="abcabc' in long
    assert percent(None) == "–"


@pytest.mark.parametrize(
    "values", [[0.0, 2.31], [0.997, 0.9991], [1e-5, 3e-3], [5.0, 5.0], [0.0], [-1.0, 12345.0], [-0.3, -0.3]]
)
def test_an_axis_holds_all_values_and_is_marked_at_round_numbers(values: list[float]) -> None:
    found = axis(values, str)
    assert found.low <= min(values) and found.high >= max(values) and found.low < found.high
    assert 2 <= len(found.ticks) <= 8
    steps = np.diff(found.ticks)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-6)
    mantissa = steps[0] / 10 ** np.floor(np.log10(steps[0]) + 1e-9)
    assert round(mantissa, 6) in (1, 2, 5)


def test_a_share_has_no_marks_above_1() -> None:
    found = axis([0.93, 1.0], str, most=1.0)
    assert max(found.ticks) <= 1 + 1e-9 and found.high == pytest.approx(1)


@pytest.mark.parametrize("count", [1, 2, 7, 30, 1000])
def test_epochs_are_marked_at_whole_numbers(count: int) -> None:
    found = epochs_axis(count, "")
    assert found.low < 1 and found.high > count
    assert found.ticks[0] == 1 and found.ticks[-1] <= count and len(found.ticks) <= 9
    assert all(float(tick).is_integer() for tick in found.ticks)


def test_points_stand_where_their_numbers_say() -> None:
    x, y = shares_axis("x"), Axis(0, 10, (0, 10), str)
    (left, low), (right, high) = at(x, y, (0, 0)), at(x, y, (1, 10))
    assert left < right and low > high  # up is less in a picture
    assert at(x, y, (0.5, 5)) == ((left + right) / 2, (low + high) / 2)
    assert 0 < left < right < WIDTH and 0 < high < low < HEIGHT
    drawn = chart(x, y, [Line([(0, 0), (1, 10)], "first", "a")], "<label>")
    assert f'd="M{left:g} {low:g}L{right:g} {high:g}"' in drawn and 'aria-label="&lt;label&gt;"' in drawn
    assert Page(drawn).all("circle")[-1] == {"cx": f"{right:g}", "cy": f"{high:g}", "r": "2.4", "class": "dot first"}


def stored(uri: str) -> np.ndarray:
    kind, _, data = uri.partition(";base64,")
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        assert f"data:image/{image.format.lower()}" == kind  # type: ignore[union-attr]
        return np.asarray(image)


@pytest.mark.parametrize("channels", [1, 3])
def test_small_pictures_are_stored_exactly_larger_ones_nearly(channels: int, rng: np.random.Generator) -> None:
    small = rng.integers(0, 256, (8, 12, channels), np.uint8)
    np.testing.assert_array_equal(stored(data_uri(small)).reshape(small.shape), small)
    smooth = np.linspace(0, 255, 90 * 300 * channels).reshape(90, 300, channels).astype(np.uint8)
    found = stored(data_uri(smooth))
    assert found.shape[1] == LARGEST and abs(found.mean() - smooth.mean()) < 4
    assert len(data_uri(smooth)) < 20_000
