"""Maps over pictures: the picture stays, the strongest place is coloured, both signs in their colours."""

import numpy as np
import pytest
from drawing import drawn_texts, page, random_pictures

from striate.errors import Notice
from striate.figures.overlays import BOTH_SIDES, FROM_ZERO, grey, over
from striate.figures.ranges import unit_range
from striate.figures.why import WhyPanel, why_figure
from striate.messages import speak

FACTS = [("why.gradcam.fact", {"layer": "conv2", "size": (3, 4)})]


def panels(*maps: np.ndarray) -> list[WhyPanel]:
    return [WhyPanel(f"class {i}", 1.5, 0.25 if i else None, values) for i, values in enumerate(maps)]


def test_where_nothing_counts_the_picture_is_seen_in_grey() -> None:
    picture = random_pictures(1, 5, 4, channels=3)[0]
    for colors in (FROM_ZERO, BOTH_SIDES):
        seen = over(picture, np.zeros((5, 4)), 1.0, colors)
        np.testing.assert_allclose(seen, np.repeat(grey(picture)[..., np.newaxis], 3, axis=-1))


def test_under_the_strongest_colour_the_picture_is_still_seen() -> None:
    """Two pixels that differ by all differ by a sixth of it under the same colour."""
    picture = np.array([[[0.0], [1.0]]])
    for colors in (FROM_ZERO, BOTH_SIDES):
        seen = over(picture, np.ones((1, 2)), 1.0, colors)
        assert (seen[0, 1] - seen[0, 0]).min() > 0.15


def test_signs_have_their_colours() -> None:
    seen = over(None, np.array([[-2.0, -0.01, 0.0, 0.01, 2.0]]), 2.0, BOTH_SIDES)[0]
    assert seen[0, 2] > seen[0, 0] + 0.1  # blue
    assert seen[4, 0] > seen[4, 2] + 0.1  # red
    np.testing.assert_array_equal(seen[2], 1)
    assert np.abs(seen[[1, 3]] - 1).max() < 0.1


def test_lightness_tells_the_order_to_those_who_see_no_colours() -> None:
    """Over white, what is stronger is darker or at least other; on viridis itself lightness rises all the way."""
    from matplotlib import colormaps

    table = np.asarray(colormaps[FROM_ZERO](np.linspace(0, 1, 50)))[:, :3] @ [0.299, 0.587, 0.114]
    assert (np.diff(table) > 0).all()


def test_pictures_of_all_kinds() -> None:
    np.testing.assert_allclose(unit_range(np.array([[[0], [51]]], np.uint8)), [[[0], [0.2]]])
    np.testing.assert_allclose(unit_range(np.array([[[-1.0], [3.0]]])), [[[0], [1]]])


@pytest.mark.parametrize("spoken", ["en", "ko"])
@pytest.mark.parametrize("signed", [True, False])
def test_one_scale_for_all_classes(signed: bool, spoken: str) -> None:
    speak(spoken)
    try:
        maps = [np.zeros((3, 4)), np.zeros((3, 4))]
        maps[0][1, 2], maps[1][0, 0] = 4.0, 2.0
        picture = random_pictures(1, 3, 4)[0]
        figure = why_figure("why.gradcam.title", picture, panels(*maps), FACTS, signed=signed)
        shown, first, second = (np.asarray(image.get_array()) for image in page(figure).images)
        np.testing.assert_allclose(shown, picture[..., 0])
        strength = [np.ptp(each, axis=-1) for each in (first, second)]
        assert strength[0][1, 2] == max(each.max() for each in strength)
        assert np.flatnonzero(strength[1]).tolist() == [0]
        texts = " ".join(drawn_texts(figure))
        for part in ("class 0", "class 1", "1.50", "25.0 %", "conv2", "3x4"):
            assert part in texts
    finally:
        speak(None)


def test_nothing_at_all_and_no_picture() -> None:
    figure = why_figure("why.saliency.title", None, panels(np.zeros((3, 4)), np.zeros((3, 4))), [], signed=False)
    for image in page(figure).images:
        assert (np.asarray(image.get_array()) == 1).all()


def test_names_in_letters_that_no_font_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """No box: a class and a layer with Hangul names are written in Latin letters, and it is said once."""
    monkeypatch.setattr("striate.figures.fonts.HANGUL_FONTS", ())
    named = [WhyPanel("고양이", 1.0, 0.5, np.ones((3, 4)))]
    facts = [("why.gradcam.fact", {"layer": "층", "size": (3, 4)})]
    with pytest.warns(Notice):
        figure = why_figure("why.gradcam.title", None, named, facts, signed=False)
    assert all(text.isascii() for text in drawn_texts(figure))
