"""The figures of the lessons: numbers stand in their cells, nothing covers anything, every letter can be drawn."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
from drawing import decoded, drawn_texts, page
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from striate.figures.fonts import hangul_font
from striate.figures.layer_costs import layer_costs
from striate.figures.lesson_curves import gradients_by_depth, valley_paths
from striate.figures.number_grids import CELL, Grid, number_grids
from striate.figures.page import MARGIN
from striate.figures.passes import Stop, passes
from striate.figures.window_rows import WindowRow, window_rows
from striate.messages import speak

VALUES = np.array([[8.0, -1.25, 0.0], [100.0, -3.0, 7.0]])


@pytest.fixture(autouse=True, params=["en", "ko"])
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "ko" and hangul_font() is None:
        pytest.skip("no font with Hangul is installed")
    speak(request.param)
    yield request.param
    speak(None)


def boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Where each text is, in pixels."""
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    return [(text.get_text(), text.get_window_extent()) for text in texts]


def nothing_overlaps(figure: Figure) -> None:
    placed = boxes(figure)
    for name, box in placed:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1, name
    for (one, a), (other, b) in combinations(placed, 2):
        across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across < 1 or down < 1, (one, other)


def stops() -> list[Stop]:
    return [Stop("x", "2", None), Stop("z", "-1.25", "12.5", "w1 = 0.5", "dE/dw1 = 24"), Stop("E", "4", None, "ReLU")]


def every_figure() -> list[Figure]:
    return [
        number_grids([[Grid(VALUES, "learn.picture"), Grid(VALUES, "learn.kernel", "*")], [Grid(VALUES, "learn.map")]]),
        window_rows([WindowRow(7, 3, 3, 2, (6,)), WindowRow(7, 3, 1, 5, ())]),
        passes(stops()),
        layer_costs([("C1", 156, 117_600), ("output", 850, 1)]),
    ]


def test_nothing_covers_anything_and_every_letter_is_there() -> None:
    for figure in every_figure():
        nothing_overlaps(figure)
        decoded(figure)  # a letter that no font has is a warning, and that an error


def test_numbers_stand_in_the_middle_of_their_cells() -> None:
    figure = number_grids([[Grid(VALUES, "learn.map", unit="%")]])
    placed = dict(boxes(figure))
    cells = [patch.get_window_extent() for patch in page(figure).patches if isinstance(patch, Rectangle)]
    assert len(cells) == VALUES.size
    for cell, value in zip(cells, VALUES.ravel(), strict=True):
        box = placed[f"{value:g}%"]
        assert cell.x0 <= box.x0 and box.x1 <= cell.x1
        assert abs((box.x0 + box.x1) - (cell.x0 + cell.x1)) / 2 < 2
        assert abs((box.y0 + box.y1) - (cell.y0 + cell.y1)) / 2 < 0.2 * (cell.y1 - cell.y0)


def test_grids_of_one_figure_may_share_a_scale_of_colours() -> None:
    ones = np.ones((1, 1))

    def color(most: float | None) -> np.ndarray:
        figure = number_grids([[Grid(ones, "learn.map", most=most)]])
        pixels = decoded(figure)
        at = int((MARGIN + 0.1 * CELL) * figure.dpi)
        return pixels[-at, at]

    alone, shared = color(None).astype(int), color(3.0).astype(int)
    assert alone[1] < shared[1]  # redder


def test_a_window_has_a_frame_around_its_cells() -> None:
    figure = number_grids([[Grid(VALUES, "learn.map", window=(0, 1, 2, 2))]])
    frames = [patch for patch in page(figure).patches if isinstance(patch, Rectangle)]
    (frame,) = [patch for patch in frames if patch.get_linewidth() == 2.0]
    assert frame.get_width() == pytest.approx(2 * CELL, abs=0.05)
    assert frame.get_x() == pytest.approx(MARGIN + CELL, abs=0.05)


def test_windows_are_counted_and_stand_over_their_pixels() -> None:
    figure = window_rows([WindowRow(7, 3, 3, 2, (6,))])
    bars = [patch for patch in page(figure).patches if isinstance(patch, Rectangle) and patch.get_linewidth() == 1.2]
    assert len(bars) == 2
    assert bars[1].get_x() - bars[0].get_x() == pytest.approx(3 * 0.42)
    assert "N = 7, F = 3, s = 3: k = 2" in drawn_texts(figure)


def test_bars_say_their_numbers(spoken: str) -> None:
    said = drawn_texts(layer_costs([("C1", 156, 117_600), ("F6", 10_164, 10_080)]))
    assert {" 156", " 117,600", "C1", {"en": "weights", "ko": "가중치"}[spoken]} <= set(said)


def test_curves_of_both_kinds_are_named() -> None:
    shares = tuple(0.5**depth for depth in range(1, 6))
    said = drawn_texts(gradients_by_depth({("relu", "he_normal"): shares, ("relu", "glorot_uniform"): shares}))
    assert {"relu, he", "relu, glorot"} <= set(said)
    assert {"SGD", "Adam"} <= set(drawn_texts(valley_paths(dict.fromkeys(("SGD", "Adam"), np.zeros((3, 2))), (1, 25))))
