"""Windows that slide: every position shows what the convolution written out has."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.errors import SettingError
from striate.inspection.by_hand.slides import MOST_FRAMES, MOST_ON_SHEET, sliding
from striate.inspection.by_hand.windows import KINDS, convolution, pooling


def random(*shape: int) -> list[list[float]]:
    return np.random.default_rng(sum(shape)).integers(-4, 5, shape).tolist()


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, "same"), (3, 2), (2, ((0, 1), (2, 0)))])
def test_positions_add_up_to_the_map(stride: int, padding: object) -> None:
    channels, kernels = [random(5, 7), random(5, 7)], [random(3, 2), random(3, 2)]
    facts = convolution(channels, kernels, stride, padding)  # type: ignore[arg-type]
    slide = sliding(facts, channels, kernels).slide
    assert slide.count == facts.windows.count and slide.map.tolist() == [list(row) for row in facts.map]
    padded = np.pad(np.array(channels), ((0, 0), *facts.windows.border))
    (above, _), (before, _) = facts.windows.border
    for at in slide.positions:
        rows, columns = slice(at.top + above, at.top + above + 3), slice(at.left + before, at.left + before + 2)
        assert (at.seen == padded[:, rows, columns]).all()
        assert at.products is not None and (at.products == at.seen * np.array(kernels)).all()
        assert at.products.sum() == at.value
        inside = np.pad(np.ones((5, 7)), facts.windows.border)[rows, columns]
        assert (at.inside == inside.astype(bool)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_pools_count_no_padding(kind: str) -> None:
    picture = random(5, 6)
    facts = pooling(picture, (2, 3), (2, 2), 1, kind)  # type: ignore[arg-type]
    padded = np.pad(np.array(picture, float), 1, constant_values=np.nan)
    for at in sliding(facts, [picture]).slide.positions:
        assert (at.top, at.left) == (2 * at.row - 1, 2 * at.column - 1)
        np.testing.assert_array_equal(at.seen[0], padded[at.top + 1 : at.top + 3, at.left + 1 : at.left + 4])
        counted = at.seen[~np.isnan(at.seen)]
        assert at.value == pytest.approx(counted.max() if kind == "max" else counted.mean())
        assert (np.isnan(at.seen[0]) == ~at.inside).all()


def test_a_figure_for_each_position(tmp_path: Path) -> None:
    picture, kernel = random(4, 4), random(3, 3)
    shown = sliding(convolution([picture], [kernel], padding=0), [picture], [kernel])
    sizes = {tuple(frame.get_size_inches()) for frame in shown.frames()}
    assert len(sizes) == 1
    shown.save_animation(tmp_path / "slide.webp")
    with Image.open(tmp_path / "slide.webp") as moving:
        assert moving.n_frames == 4  # type: ignore[attr-defined]
    shown.save_figure(tmp_path / "slide.png")
    one = sliding(convolution([picture], [kernel]), [picture], [kernel], at=(1, 1))
    one.save_figure(tmp_path / "one.svg")
    assert len(list(one.frames())) == 1


def words(figure: object) -> set[str]:
    return {text.get_text() for axes in figure.axes for text in axes.texts}  # type: ignore[attr-defined]


def test_what_stands_on_a_page() -> None:
    picture, kernel = [[1.5, -2.0], [0.0, 3.0]], [[1.0, -1.0]]
    shown = sliding(convolution([picture], [kernel], padding=((0, 0), (1, 0))), [picture], [kernel], at=(0, 1))
    found = words(shown.figure())
    assert "1.5*1 + (−2)*(−1) = 3.5" in found and {"−1.5", "3.5", "×", "="} <= found
    facts = convolution([picture], [kernel], padding=((0, 0), (1, 0)))
    assert "[0]*1 + 1.5*(−1) = −1.5" in words(sliding(facts, [picture], [kernel], at=(0, 0)).figure())
    pooled = words(sliding(pooling(picture, 2, kind="average"), [picture], at=(0, 0)).figure())
    assert "(1.5 + (−2) + 0 + 3)/4 = 0.625" in pooled


def test_more_positions_than_can_be_shown() -> None:
    picture = np.zeros((20, 20)).tolist()
    shown = sliding(convolution([picture], [[[1.0]]]), [picture], [[[1.0]]])
    for call, most in ((shown.figure, MOST_ON_SHEET), (shown.frames, MOST_FRAMES)):
        with pytest.raises(SettingError) as error:
            call()
        assert (error.value.code, error.value.fields) == ("learn.too_many_positions", {"came": 400, "most": most})
    outside = sliding(convolution([picture], [[[1.0]]]), [picture], [[[1.0]]], at=(20, 0))
    with pytest.raises(SettingError) as error:
        outside.figure()
    assert error.value.code == "learn.at_outside"
