"""Figures of receptive fields and of padding: what is drawn stands where it says."""

import numpy as np
import pytest
from drawing import decoded, drawn_texts, page
from matplotlib.patches import Ellipse, Rectangle

from striate.figures.fields import FieldPanel, field_figure
from striate.figures.padding import padding_figure
from striate.messages import speak


def panel(share: np.ndarray, *, silent: bool = False) -> FieldPanel:
    bell = None if silent else (4.0, 6.0, 2.0, 1.0, 30.0)
    return FieldPanel("field.figure.now", {}, share, bell, 0.5, None if silent else 0.875)


def share_of(size: tuple[int, int]) -> np.ndarray:
    share = np.zeros(size)
    share[2:6, 4:9] = np.random.default_rng(0).random((4, 5))
    return share / share.sum()


def test_box_and_bell_stand_in_pixels() -> None:
    share = share_of((9, 12))
    figure = field_figure("conv2:5:7,9", (9, 12), None, (2, 6, 4, 9), (1, 6, 4, 9), [panel(share), panel(share)])
    _, first, second, _ = figure.axes
    for axes in (first, second):
        (box,) = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
        assert (box.get_x(), box.get_y(), box.get_width(), box.get_height()) == (3.5, 0.5, 5, 5)
        ellipses = [patch for patch in axes.patches if isinstance(patch, Ellipse)]
        assert {(each.center, each.width, each.height, each.angle) for each in ellipses} == {((6, 4), 8, 4, -30)}
        assert axes.yaxis_inverted()
        assert axes.get_xlim() == (2.5, 9.5)
    framed = [patch for patch in page(figure).patches if isinstance(patch, Rectangle)]
    assert len(framed) == 2  # the picture's, the field's
    assert framed[1].get_width() / framed[0].get_width() == pytest.approx(5 / 12, rel=0.05)


def test_the_strongest_pixel_has_the_strongest_colour() -> None:
    share = np.zeros((5, 5))
    share[1, 3] = 1
    figure = field_figure("a:0:1,3", (5, 5), None, (0, 5, 0, 5), (-1, 5, 0, 5), [panel(share)])
    (image,) = figure.axes[1].images
    colors = np.asarray(image.get_array())
    assert colors.shape == (8, 7, 3)  # two more rows above, where one is padding; one more on the other sides
    tinted = np.argwhere(np.ptp(colors, axis=-1) > 0.2)
    assert tinted.tolist() == [[3, 4]]
    assert len(np.unique(colors[:2])) == 1
    assert colors[0, 0, 0] < 1
    assert colors[7, 6, 0] < 1  # beyond the last row and column of the picture


@pytest.mark.parametrize("spoken", ["en", "ko"])
def test_what_is_written(spoken: str) -> None:
    speak(spoken)
    try:
        share = share_of((9, 12))
        figure = field_figure("conv2:5:7,9", (9, 12), np.zeros((9, 12, 3)), (2, 6, 4, 9), (2, 6, 4, 9), [panel(share)])
        texts = " ".join(drawn_texts(figure))
        for part in ("conv2:5:7,9", "9x12", "50 %", "2.00", "1.00", "30°", "0.875"):
            assert part in texts
        silent = field_figure("a", (9, 12), None, (0, 0, 0, 0), (0, 3, 0, 3), [panel(np.zeros((9, 12)), silent=True)])
        assert len(drawn_texts(silent)) >= 4
        assert decoded(silent).std() > 0
    finally:
        speak(None)


@pytest.mark.parametrize("spoken", ["en", "ko"])
def test_padding_maps_share_one_scale(spoken: str) -> None:
    speak(spoken)
    try:
        boxes, walks = np.array([[0.5, 0.25], [0.0, 0.125]]), np.array([[0.25, 0.0], [0.0, 0.0]])
        figure = padding_figure("conv1", (4, 4), boxes, walks)
        images = page(figure).images
        assert [image.get_clim() for image in images] == [(0, 0.5), (0, 0.5)]
        for image, values in zip(images, (boxes, walks), strict=True):
            np.testing.assert_array_equal(image.get_array(), values)
        texts = drawn_texts(figure)
        assert {"50", "25", "12", "50 %", "0 %"} <= set(texts)
        none = padding_figure("conv1", (4, 4), np.zeros((9, 9)), np.zeros((9, 9)))
        assert "0" not in drawn_texts(none)
    finally:
        speak(None)
