"""Figures: what is drawn, in which letters, and the files made of it."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.patches import Rectangle
from PIL import Image

from striate.errors import DataError, FileError, MissingExtraError, Notice
from striate.figures.canvas import DPI
from striate.figures.curves import training_curves
from striate.figures.fonts import Lettering, hangul_font, lettering
from striate.figures.romanize import romanized
from striate.figures.save import save
from striate.figures.sheets import map_sheet, picture_sheet
from striate.messages import speak

SYLLABLES = range(ord("가"), ord("힣") + 1)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    speak("en")
    yield
    speak(None)


def font_file(path: Path, family: str, characters: range) -> Path:
    """A font in which every character is the same square, one em wide."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 800), (800, 800), (800, 0)):
        pen.lineTo(corner)
    pen.closePath()
    square = pen.glyph()
    font = FontBuilder(1000)
    font.setupGlyphOrder([".notdef", "square"])
    font.setupCharacterMap(dict.fromkeys(characters, "square"))
    font.setupGlyf({".notdef": square, "square": square})
    font.setupHorizontalMetrics({".notdef": (1000, 0), "square": (1000, 0)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": family, "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(path)
    return path


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


def drawn_texts(figure: Figure) -> list[str]:
    """Every text of a figure as it is drawn, ticks too."""
    from matplotlib.text import Text

    figure.draw_without_rendering()
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


def decoded(figure: Figure) -> np.ndarray:
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=figure.dpi)
    return np.asarray(Image.open(png).convert("RGB"))


# Curves.

HISTORY = {
    "accuracy": [0.5, 0.75, 0.875],
    "loss": [2.0, 1.0, 0.25],
    "val_loss": [2.5, 1.5, 0.75],
    "val_accuracy": [0.25, 0.5, 0.8125],
}


def test_curves_draw_what_the_history_holds_from_epoch_one() -> None:
    figure = training_curves(HISTORY)
    assert len(figure.axes) == 2
    for panel, name in zip(figure.axes, ("loss", "accuracy"), strict=True):
        training, validation = panel.lines
        np.testing.assert_array_equal(training.get_xdata(), [1, 2, 3])
        np.testing.assert_array_equal(training.get_ydata(), HISTORY[name])
        np.testing.assert_array_equal(validation.get_ydata(), HISTORY[f"val_{name}"])
        assert training.get_linestyle() != validation.get_linestyle()  # not by colour alone


def test_curves_say_what_they_are() -> None:
    texts = drawn_texts(training_curves(HISTORY))
    assert {"loss", "accuracy", "epoch", "training 0.25", "validation 0.75", "training 87.50 %", "80 %"} <= set(texts)


def test_legends_cover_no_curve() -> None:
    figure = training_curves(HISTORY)
    figure.draw_without_rendering()
    for panel in figure.axes:
        legend = panel.get_legend()
        assert legend is not None
        assert legend.get_window_extent().y0 >= panel.get_window_extent().y1
        assert legend.get_window_extent().y1 <= panel.title.get_window_extent().y0 + figure.bbox.height


def test_training_without_validation() -> None:
    (panel,) = training_curves({"loss": [1.0]}).axes
    assert len(panel.lines) == 1
    assert panel.lines[0].get_marker() == "o"  # one point is no line


@pytest.mark.parametrize(
    ("epochs", "ticks"),
    [
        (1, [1]),
        (3, [1, 2, 3]),
        (12, [1, 2, 4, 6, 8, 10, 12]),
        (100, [1, 20, 40, 60, 80, 100]),
        (55, [1, 10, 20, 30, 40, 50]),
    ],
)
def test_ticks_are_whole_epochs(epochs: int, ticks: list[int]) -> None:
    (panel,) = training_curves({"loss": [1.0] * epochs}).axes
    assert list(panel.get_xticks()) == ticks


def test_other_metrics_get_panels_of_their_own() -> None:
    figure = training_curves({"my_$cost$": [3, 2], **HISTORY, "learning_rate": [0.1, 0.1]})
    titles = [panel.get_title(loc="left") for panel in figure.axes]
    assert titles == ["loss", "accuracy", "my_$cost$", "learning rate"]
    assert not any(panel._left_title.get_parse_math() for panel in figure.axes)  # dollar signs are no mathematics


@pytest.mark.parametrize("history", [{}, {"loss": []}, {"val_loss": [1.0]}])
def test_an_empty_history_is_refused(history: dict[str, list[float]]) -> None:
    with pytest.raises(DataError) as error:
        training_curves(history)
    assert error.value.code == "figure.no_history"


def test_accuracy_axis_stays_within_reason() -> None:
    (panel,) = training_curves({"accuracy": [0.0, 1.0]}).axes
    low, high = panel.get_ylim()
    assert -0.05 < low <= 0
    assert 1 <= high < 1.05


# Sheets of pictures.


def random_pictures(count: int, height: int = 9, width: int = 7, channels: int = 1) -> np.ndarray:
    return np.random.default_rng(0).random((count, height, width, channels))


def page(figure: Figure) -> Axes:
    return figure.axes[0]


def test_pictures_are_drawn_in_order_upright_and_in_proportion() -> None:
    pictures = random_pictures(6, 9, 6)
    axes = page(picture_sheet(pictures, [("a", 0.5, None)] * 6))
    assert len(axes.images) == 6
    places = []
    for image, picture in zip(axes.images, pictures, strict=True):
        np.testing.assert_array_equal(image.get_array(), picture[..., 0])
        left, right, bottom, top = image.get_extent()
        assert (bottom - top) / (right - left) == pytest.approx(9 / 6)
        places.append((top, left))
    assert places == sorted(places)
    assert axes.yaxis_inverted()


def test_the_pixels_that_are_drawn() -> None:
    """A picture black above and white below comes out so."""
    picture = np.concatenate([np.zeros((4, 8, 1)), np.ones((4, 8, 1))])[np.newaxis]
    pixels = decoded(picture_sheet(picture, [("a", 1.0, None)]))
    middle = pixels[:, pixels.shape[1] // 2].mean(axis=1)
    dark = np.flatnonzero(middle < 5)
    assert 0 < dark.min() < dark.max() < len(middle) / 2
    assert dark.max() - dark.min() + 1 == pytest.approx(1.5 * DPI, abs=3)  # half of three inches


@pytest.mark.parametrize(
    ("pictures", "shown"),
    [
        (np.array([[0, 51], [204, 102]], np.uint8), [[0, 0.2], [0.8, 0.4]]),
        (np.array([[0.0, 0.2], [1.0, 0.4]]), [[0, 0.2], [1, 0.4]]),
        (np.array([[-1.0, 0.0], [3.0, 1.0]]), [[0, 0.25], [1, 0.5]]),
        (np.array([[0.0, 4.0], [16.0, 8.0]], np.float32), [[0, 0.25], [1, 0.5]]),
        (np.array([[0.25, np.nan], [1.0, 0.5]]), [[0.25, 0], [1, 0.5]]),
        (np.array([[7.0, 7.0], [7.0, 7.0]]), [[0, 0], [0, 0]]),
        (np.array([[False, True], [True, False]]), [[0, 1], [1, 0]]),
    ],
    ids=["bytes", "shares", "standardized", "sixteenths", "nan", "flat", "bool"],
)
def test_numbers_become_greys(pictures: np.ndarray, shown: list[list[float]]) -> None:
    (image,) = page(picture_sheet(pictures[np.newaxis, ..., np.newaxis], [("a", 1.0, None)])).images
    np.testing.assert_allclose(np.ma.filled(image.get_array(), -1), shown)
    assert image.get_clim() == (0.0, 1.0)


def test_colours_are_kept() -> None:
    pictures = random_pictures(1, 3, 3, channels=3)
    (image,) = page(picture_sheet(pictures, [("a", 1.0, None)])).images
    np.testing.assert_array_equal(image.get_array(), pictures[0])


def frames(axes: Axes) -> list[Rectangle]:
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def test_answers_are_marked_by_sign_frame_and_words_not_by_colour_alone() -> None:
    answers = [("7", 0.992, "7"), ("3", 0.714, "8"), ("5", 0.5, None)]
    axes = page(picture_sheet(random_pictures(3), answers))
    assert [text.get_text() for text in axes.texts] == ["✓ 7  99.2 %", "✗ 3  71.4 %", "true: 8", "5  50.0 %"]
    right, wrong, unknown = frames(axes)
    assert wrong.get_linewidth() > 3 * right.get_linewidth()
    assert right.get_linewidth() == unknown.get_linewidth()


LONG = "아주아주 기다란 한국어 분류 이름을 가진 열두 점 무늬의 사랑스러운 동물"


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("count", [1, 7, 200])
@pytest.mark.parametrize("name", ["0", LONG, "long_english_class_name_without_any_spaces_in_it"], ids=["0", "ko", "en"])
def test_nothing_overlaps_and_nothing_leaves_the_sheet(count: int, name: str, language: str, hangul: str) -> None:
    speak(language)
    answers = [(name, 1.0, None), (name, 0.125, f"{name}!"), (name, 1.0, name)] * count
    figure = picture_sheet(random_pictures(count), answers[:count], title=LONG * 3)
    figure.draw_without_rendering()
    axes = page(figure)
    boxes = [text.get_window_extent() for text in axes.texts]
    boxes += [image.get_window_extent() for image in axes.images]
    sheet = figure.bbox
    for box in boxes:
        assert sheet.x0 <= box.x0 and box.x1 <= sheet.x1 and sheet.y0 <= box.y0 and box.y1 <= sheet.y1
    corners = np.array([box.extents for box in boxes])
    x0, y0, x1, y1 = corners.T[:, :, np.newaxis]
    across = np.minimum(x1, x1.T) - np.maximum(x0, x0.T)
    down = np.minimum(y1, y1.T) - np.maximum(y0, y0.T)
    # Lines of text stand closer than the boxes around their letters, which count room for the tallest ones.
    overlap = (across > 2) & (down > 0.06 * DPI)
    np.fill_diagonal(overlap, False)
    assert not overlap.any()


@pytest.mark.parametrize("shape", [(2, 8, 8), (2, 8, 8, 2), (0, 8, 8, 1), (2, 0, 8, 1)])
def test_pictures_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError) as error:
        picture_sheet(np.zeros(shape), [("a", 1.0, None)] * shape[0])
    assert error.value.code == "figure.pictures_shape"
    assert error.value.fields == {"came": shape}


def test_each_picture_needs_an_answer() -> None:
    with pytest.raises(DataError) as error:
        picture_sheet(random_pictures(3), [("a", 1.0, None)])
    assert error.value.code == "figure.answers"
    assert error.value.fields == {"pictures": 3, "answers": 1}


def test_a_label_with_dollars_or_without_letters() -> None:
    answers = [("$a$_$b$", 0.5, None), ("", 0.5, None), ("a\nb\tc", 0.5, "$")]
    figure = picture_sheet(random_pictures(3), answers)
    assert not any(text.get_parse_math() for text in page(figure).texts)  # dollar signs are no mathematics
    assert drawn_texts(figure) == ["$a$_$b$  50.0 %", "50.0 %", "✗ a?b?c  50.0 %", "true: $"]


# Sheets of maps.


def test_maps_share_one_scale_that_is_the_same_on_both_sides_of_zero() -> None:
    maps = np.random.default_rng(1).normal(size=(5, 4, 6)) - 2.0
    figure = map_sheet(maps, title="conv1")
    most = np.abs(maps).max()
    images = page(figure).images
    assert len(images) == 6
    for i, image in enumerate(images):
        np.testing.assert_array_equal(image.get_array(), maps[:, :, i])
        assert image.get_clim() == (-most, most)
    assert images[0].get_cmap()(0.5)[:3] == pytest.approx((1, 1, 1), abs=0.05)  # 0 is white
    (bar,) = figure.axes[1:]
    assert [label.get_text() for label in bar.get_yticklabels()] == [f"{-most:.3g}", "0", f"{most:.3g}"]
    (colors,) = [mesh for mesh in bar.get_children() if isinstance(mesh, QuadMesh)]
    assert colors.get_clim() == (-most, most)


def test_maps_are_numbered_from_zero_and_titled() -> None:
    texts = [text.get_text() for text in page(map_sheet(np.ones((3, 3, 12)), title="conv1")).texts]
    assert texts == ["conv1", *map(str, range(12))]


def test_maps_stand_beside_their_picture() -> None:
    picture = random_pictures(1, 8, 8, channels=3)[0]
    axes = page(map_sheet(np.ones((3, 3, 4)), title="conv1", picture=picture))
    np.testing.assert_array_equal(axes.images[0].get_array(), picture)
    right_edge = axes.images[0].get_extent()[1]
    assert all(image.get_extent()[0] > right_edge for image in axes.images[1:])
    assert "picture" in [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("maps", [np.zeros((4, 4, 2)), np.full((4, 4, 2), np.nan)], ids=["zero", "nan"])
def test_maps_without_a_scale_of_their_own(maps: np.ndarray) -> None:
    figure = map_sheet(maps, title="dead")
    assert page(figure).images[0].get_clim() == (-1.0, 1.0)
    decoded(figure)


@pytest.mark.parametrize("shape", [(1, 4, 4, 2), (4, 4), (4, 4, 0)])
def test_maps_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError) as error:
        map_sheet(np.zeros(shape), title="x")
    assert error.value.code == "figure.maps_shape"


@pytest.mark.parametrize(("height", "width"), [(26, 26), (1, 1), (3, 40), (40, 3)])
@pytest.mark.parametrize("count", [1, 6, 30])
def test_map_sheets_keep_apart_and_within(count: int, height: int, width: int) -> None:
    figure = map_sheet(np.ones((height, width, count)), title="conv1", picture=random_pictures(1)[0])
    figure.draw_without_rendering()
    axes, bar = figure.axes
    boxes = [image.get_window_extent() for image in axes.images]
    for box in [*boxes, bar.get_tightbbox()]:
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert not any(box.overlaps(bar.get_tightbbox()) for box in boxes)


# Letters.


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


# Files.


def test_a_png_has_the_size_of_the_figure_and_shows_something(tmp_path: Path) -> None:
    figure = training_curves(HISTORY)
    save(figure, tmp_path / "curves.png")
    with Image.open(tmp_path / "curves.png") as image:
        assert image.format == "PNG"
        assert image.size == (int(2 * 4.6 * DPI), int(3.4 * DPI))
        pixels = np.asarray(image.convert("L"))
    assert pixels[0, 0] == 255
    assert 0.005 < (pixels < 200).mean() < 0.5
    assert [path.name for path in tmp_path.iterdir()] == ["curves.png"]


def test_an_svg_is_one_and_the_same_figure_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg", "a.PNG", "b.png"):
        save(map_sheet(np.eye(3)[:, :, np.newaxis], title="conv1"), tmp_path / name)
    assert b"<svg" in (tmp_path / "a.svg").read_bytes()
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.PNG").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_path_may_be_a_text(tmp_path: Path) -> None:
    save(training_curves(HISTORY), str(tmp_path / "a.png"))
    assert (tmp_path / "a.png").exists()


@pytest.mark.parametrize("name", ["a.jpg", "a", "a.png.txt"])
def test_other_endings_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(FileError) as error:
        save(training_curves(HISTORY), tmp_path / name)
    assert error.value.code == "figure.unknown_ending"
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileError) as error:
        save(training_curves(HISTORY), tmp_path / "no" / "a.png")
    assert error.value.code == "figure.no_folder"
    assert error.value.fields["folder"] == tmp_path / "no"
    assert not list(tmp_path.iterdir())


def test_a_failure_keeps_the_old_file_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.png").write_bytes(b"old")

    def full(self: Figure, path: Path, **_: object) -> None:
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", full)
    with pytest.raises(FileError):
        save(training_curves(HISTORY), tmp_path / "a.png")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.png": b"old"}


def test_a_folder_in_the_files_place(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    with pytest.raises(FileError):
        save(training_curves(HISTORY), tmp_path / "a.png")


def test_a_notebook_shows_a_figure_as_a_picture() -> None:
    figure = map_sheet(np.eye(3)[:, :, np.newaxis], title="conv1")
    with Image.open(io.BytesIO(figure._repr_png_())) as image:
        assert image.size == tuple(int(side) for side in figure.bbox.size)


def test_pyplot_is_left_alone() -> None:
    import subprocess

    program = (
        "import sys, numpy\n"
        "from striate.figures.curves import training_curves\n"
        "from striate.figures.sheets import map_sheet, picture_sheet\n"
        "assert 'matplotlib' not in sys.modules\n"
        "training_curves({'loss': [1, 2]}).savefig('/dev/null', format='png')\n"
        "assert 'matplotlib' in sys.modules and 'matplotlib.pyplot' not in sys.modules\n"
    )
    environment = {"PYTHONPATH": ":".join(sys.path), "PATH": "", "MPLBACKEND": "TkAgg", "LC_ALL": "C.UTF-8"}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: training_curves(HISTORY),
        lambda: picture_sheet(np.zeros((1, 2, 2, 1)), [("a", 1.0, None)]),
        lambda: map_sheet(np.zeros((2, 2, 1)), title="x"),
    ],
    ids=["curves", "pictures", "maps"],
)
def test_without_matplotlib_the_error_says_what_to_install(draw: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError) as error:
        draw()
    assert error.value.fields == {"package": "matplotlib", "extra": "plot"}
    assert "pip install 'striate[plot]'" in str(error.value)
    assert isinstance(error.value, ImportError)
