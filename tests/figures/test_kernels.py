"""Kernels as pictures, vectors as bars: what is drawn, in which colours, and that nothing leaves the page."""

import numpy as np
import pytest
from drawing import drawn_texts, page, random_pictures
from matplotlib.figure import Figure

from striate.errors import DataError
from striate.figures.kernels import color_kernel_sheet, kernel_sheet, weight_matrix
from striate.figures.maps import largest_maps, maps_figure
from striate.figures.sheets import map_sheet
from striate.figures.traced import Block, traced_sheet
from striate.figures.vectors import vector_figure
from striate.messages import speak

RNG = np.random.default_rng(3)
KERNELS = RNG.standard_normal((3, 2, 3, 5))


def test_a_kernel_in_colours_is_grey_where_it_is_zero() -> None:
    kernels = np.zeros((1, 2, 3, 2))
    kernels[0, 0, :, 0] = [2, 0, -2]
    kernels[0, 1, :, 1] = [1, 1, 0]
    first, second = page(color_kernel_sheet(kernels, title="conv1", numbers=[0, 4], scale="shared", notes=[])).images
    assert np.asarray(first.get_array()).tolist() == [[[1, 0.5, 0], [0.5, 0.5, 0.5]]]
    assert np.asarray(second.get_array()).tolist() == [[[0.5, 0.5, 0.5], [0.75, 0.75, 0.5]]]
    own = page(color_kernel_sheet(kernels, title="conv1", numbers=[0, 4], scale="own", notes=[])).images[1]
    assert np.asarray(own.get_array()).tolist() == [[[0.5, 0.5, 0.5], [1, 1, 0.5]]]


def test_filters_are_rows_and_channels_are_columns() -> None:
    figure = kernel_sheet(
        KERNELS[:, :, :2, :3], title="conv2", filters=[0, 2, 7], channels=[1, 4], scale="shared", notes=["a note"]
    )
    images = page(figure).images
    most = np.abs(KERNELS[:, :, :2, :3]).max()
    for i, image in enumerate(images):
        np.testing.assert_array_equal(image.get_array(), KERNELS[:, :, i % 2, i // 2])
        assert image.get_clim() == (-most, most)
    tops, lefts = ([image.get_extent()[k] for image in images] for k in (3, 0))
    assert tops[0] == tops[1] < tops[2] and lefts[0] == lefts[2] < lefts[1]
    texts = drawn_texts(figure)
    assert {"conv2", "input channels", "filters", "1", "4", "0", "2", "7", "a note"} <= set(texts)
    own = kernel_sheet(KERNELS, title="x", filters=range(5), channels=range(3), scale="own", notes=[])
    assert page(own).images[3].get_clim()[1] == np.abs(KERNELS[..., 1]).max()
    assert len(own.axes) == 1  # no bar of colours


def test_a_matrix_of_weights_has_a_row_for_each_output() -> None:
    weights = RNG.standard_normal((7, 3))
    (image,) = page(weight_matrix(weights, title="dense1", notes=[])).images
    np.testing.assert_array_equal(image.get_array(), weights.T)


def test_what_is_no_kernel_is_refused() -> None:
    for draw in (
        lambda: weight_matrix(np.zeros(3), title="", notes=[]),
        lambda: kernel_sheet(np.zeros((3, 3)), title="", filters=[], channels=[], scale="own", notes=[]),
        lambda: color_kernel_sheet(np.zeros((3, 3, 3, 0)), title="", numbers=[], scale="own", notes=[]),
        lambda: vector_figure(np.zeros((2, 2)), title=""),
    ):
        with pytest.raises(DataError) as caught:
            draw()
        assert caught.value.code in ("figure.kernels_shape", "figure.vector_shape")


def test_each_map_by_its_own_scale() -> None:
    maps = np.stack([np.eye(3), -4 * np.eye(3), np.zeros((3, 3))], axis=2)
    figure = map_sheet(maps, title="conv1", scale="own")
    assert [image.get_clim()[1] for image in page(figure).images] == [1, 4, 1]
    texts = drawn_texts(figure)
    assert texts[1:4] == ["0  ±1", "1  ±4", "2  ±0"]
    assert "own scale" in texts[4]


def test_the_maps_with_the_largest_values_are_kept() -> None:
    maps = np.stack([np.full((2, 2), value) for value in (1, -5, 0, 3)], axis=2)
    assert largest_maps(maps, 2) == [1, 3]
    texts = drawn_texts(maps_figure(maps, title="conv1", most=2))
    assert texts[:3] == ["conv1", "1", "3"] and "2 of 4 maps, those with the largest values." in texts


def test_a_vector_is_bars_with_names() -> None:
    figure = maps_figure(np.array([1.5, -0.25]), title="dense1", names=["개", "cat"])
    assert {"1.5", "-0.25", "cat"} <= set(drawn_texts(figure))
    (bars,) = figure.axes[1:]
    assert [patch.get_width() for patch in bars.patches] == [1.5, -0.25]
    many = maps_figure(RNG.standard_normal(500), title="flatten1").axes[1]
    assert many.get_xlim() == (-1, 500)


BLOCK = Block(3, np.eye(3), np.zeros((3, 3), bool), -np.eye(3), -np.eye(3) / 7)


def _figures() -> dict[str, Figure]:
    long = "A note that is much longer than one line of a small figure can hold, as those in Korean may be. " * 2
    picture = random_pictures(1, 30, 20, channels=3)[0]
    names = [("conv1:0:0,0", 1.0), ("others (12)", -3.0), ("bias", 0.0), ("sum", -2.0)]
    return {
        "colours": color_kernel_sheet(KERNELS, title="c", numbers=range(5), scale="own", notes=[long]),
        "sheet": kernel_sheet(KERNELS, title="c", filters=range(5), channels=range(3), scale="shared", notes=[long]),
        "one": kernel_sheet(KERNELS[..., :1], title="c", filters=[511], channels=[0, 1, 2], scale="shared", notes=[]),
        "flat": weight_matrix(RNG.standard_normal((500, 2)), title="d", notes=[long]),
        "tall": weight_matrix(RNG.standard_normal((2, 500)), title="d", notes=[]),
        "maps": map_sheet(RNG.standard_normal((5, 6, 7)), title="c", picture=picture, scale="own", notes=[long]),
        "vector": vector_figure(RNG.standard_normal(9), title="d", picture=picture, names=["아주 긴 이름" * 9] * 9),
        "many": vector_figure(RNG.standard_normal(99), title="d", picture=picture),
        "trace": traced_sheet("conv2:0:0,0 = -2", (picture, ((3, 9), (0, 2))), [BLOCK] * 2, names, [long[:60]]),
        "bare": traced_sheet("dense1:0 = 1", (None, None), [], [("개", 1.0), *names], ["Gradient of class 고양이"]),
        "pixel": traced_sheet("input1:0:0,0 = 1", (picture, ((0, 1), (0, 1))), [], [], []),
    }


@pytest.mark.parametrize("language", ["en", "ko"])
def test_nothing_leaves_the_page_and_no_text_lies_on_another(language: str, hangul: str) -> None:
    speak(language)
    for name, figure in _figures().items():
        figure.draw_without_rendering()
        axes = page(figure)
        texts = [text.get_window_extent() for text in axes.texts if text.get_fontsize() > 7]
        images = [image.get_window_extent() for image in axes.images]
        for box in [*texts, *images, *(each.get_tightbbox() for each in figure.axes[1:])]:
            assert box.x0 >= figure.bbox.x0 - 1 and box.x1 <= figure.bbox.x1 + 1, name
            assert box.y0 >= figure.bbox.y0 - 1 and box.y1 <= figure.bbox.y1 + 1, name
        for i, a in enumerate(texts):
            for b in texts[:i]:
                across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
                assert across <= 2 or down <= 9, name
