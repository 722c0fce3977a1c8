"""Hand-made kernels: what they answer, by nested loops."""

from pathlib import Path

import numpy as np
import pytest

from striate.data.load import load_images
from striate.engines.select import default_engine
from striate.errors import DataError, SizeError, UnknownNameError
from striate.inspection.by_hand.strokes import STROKES, strokes


def some(size: tuple[int, int] = (7, 6), classes: int = 3, colours: int = 1) -> object:
    rng = np.random.default_rng(2)
    labels = np.arange(12) % classes
    pictures = rng.integers(0, 256, (12, *size, colours), np.uint8)
    return load_images((pictures, labels), resize="stretch")


def test_kernels_answer_nothing_to_a_plain_surface_and_have_one_norm() -> None:
    for stroke in STROKES:
        assert stroke.kernel.shape == (5, 5) and stroke.kernel.sum() == 0 and (stroke.kernel**2).sum() == 70
    assert [stroke.curved for stroke in STROKES] == [False, False, True, True, True, True]
    left, right, upper, lower = (stroke.kernel for stroke in STROKES[2:])
    assert (left == right[:, ::-1]).all() and (upper == lower[::-1]).all() and (upper == left.T).all()


@pytest.mark.parametrize("engine", sorted({"reference", default_engine()}))
def test_answers_are_those_of_nested_loops(engine: str) -> None:
    data = some()
    found = strokes(data, "2", "0", engine=engine)  # type: ignore[arg-type]
    assert (found.pictures, found.part, found.classes) == ((4, 4), "train", ("2", "0"))
    for i, stroke in enumerate(STROKES):
        for side, label in enumerate((2, 0)):
            means, largest, inks = [], [], []
            for picture in data.train.x[data.train.labels == label][..., 0].astype(float):  # type: ignore[attr-defined]
                windows = [picture[p : p + 5, q : q + 5] for p in range(3) for q in range(2)]
                answers = [max(0.0, float((window * stroke.kernel).sum())) for window in windows]
                means.append(np.mean(answers))
                largest.append(max(answers))
                inks.append(sum(answers) / picture.sum())
            answer = found.answers[i][side]
            expected = (np.mean(means), np.mean(largest), np.mean(inks))
            # Sums of 25 products up to 2, in float32.
            assert (answer.mean, answer.largest, answer.per_ink) == pytest.approx(expected, rel=1e-4, abs=1e-4)
            assert found.maps[side, :, :, i].mean() == pytest.approx(answer.mean)
    said = found.higher("mean")
    assert said[0] == (found.answers[0][0].mean >= found.answers[0][1].mean)
    assert said[2] == (found.answers[2][1].mean > found.answers[2][0].mean)


def test_the_figure(tmp_path: Path) -> None:
    strokes(some(), "2", "0").save_figure(tmp_path / "strokes.svg")  # type: ignore[arg-type]
    assert (tmp_path / "strokes.svg").stat().st_size > 10_000


def test_what_they_cannot_answer_to() -> None:
    with pytest.raises(UnknownNameError) as error:
        strokes(some(), "9", "0")  # type: ignore[arg-type]
    assert error.value.fields["known"] == ["0", "1", "2"]
    with pytest.raises(DataError) as colour:
        strokes(some(colours=3))  # type: ignore[arg-type]
    assert (colour.value.code, colour.value.fields) == ("strokes.colour", {"came": (7, 6, 3)})
    with pytest.raises(SizeError) as small:
        strokes(some((7, 4)))  # type: ignore[arg-type]
    assert (small.value.code, small.value.fields) == ("strokes.small", {"came": (7, 4), "side": 5})
