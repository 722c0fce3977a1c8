"""Sheets of pictures with answers and of feature maps."""

import numpy as np
import pytest
from drawing import decoded, drawn_texts, page, random_pictures
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.patches import Rectangle

from striate.errors import DataError
from striate.figures.canvas import DPI
from striate.figures.sheets import map_sheet, picture_sheet
from striate.messages import speak


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
    assert texts[:-1] == ["conv1", *map(str, range(12))]
    assert texts[-1].startswith("One scale of colours for all")


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
