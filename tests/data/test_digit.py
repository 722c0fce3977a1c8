"""Photographed digits become what MNIST would hold; what MNIST holds stays."""

from pathlib import Path

import numpy as np
import pytest
from photographed import drawn, photographed, ten
from PIL import Image

from striate.data.components import pieces
from striate.data.digit import is_normalised, looks_like_mnist, normalised
from striate.data.idx import read_idx
from striate.data.load import load_images
from striate.data.preprocessing import Preprocessing
from striate.errors import Notice

SIZE = (28, 28)
RULE = Preprocessing(SIZE, "grey", resize="digit")


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """The cosine of the angle between two pictures as vectors: 1 where they are the same."""
    a, b = one.astype(float).ravel(), other.astype(float).ravel()
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


# The form


def test_what_comes_out_is_as_mnist_has_it(rng: np.random.Generator) -> None:
    for picture in ten(rng):
        digit = RULE.picture(picture)
        assert digit.shape == (28, 28, 1) and digit.dtype == np.uint8
        assert is_normalised(digit[np.newaxis], SIZE).all()
        assert digit.max() == 255
        assert np.array_equal(RULE.picture(digit), digit)  # and what is so stays so


WAYS = {
    "chalk": {"dark": False},
    "off-centre": {"around": (1.5, 0.2, 0.3, 1.2)},
    "far away": {"around": (4.0, 3.0, 2.0, 4.0)},
    "uneven light": {"light": 0.6},
    "grain": {"grain": 8},
    "grid": {"grid": True},
    "coloured": {"colour": True, "quality": 60},
    "all at once": {"around": (1.5, 0.3, 0.2, 0.9), "light": 0.4, "grain": 5, "grid": True, "colour": True},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("digit", [2, 5, 8])
def test_the_same_digit_in_any_photograph_is_the_same(digit: int, way: str, rng: np.random.Generator) -> None:
    plain = RULE.picture(photographed(drawn(digit), rng))
    other = RULE.picture(photographed(drawn(digit), rng, **WAYS[way]))
    assert alike(plain, other) > 0.93


@pytest.mark.parametrize("pen", [0.02, 0.04, 0.2])
def test_thin_and_thick_pens_leave_strokes_of_usual_width(pen: float, rng: np.random.Generator) -> None:
    digit = RULE.picture(photographed(drawn(3, pen=pen), rng))
    assert 50 < (digit > 127).sum() < 200  # of MNIST's own: 38 to 196, from the 1st to the 99th percentile


def test_a_bar_that_stands_apart_belongs_to_its_digit_and_dirt_does_not(rng: np.random.Generator) -> None:
    ink = np.zeros((180, 140), np.uint8)
    ink[60:170, 20:40] = ink[150:170, 20:120] = 255
    ink[20:40, 20:120] = 255  # 20 pixels above
    whole = RULE.picture(photographed(ink, rng))
    ink[5:9, 132:136] = 255
    assert alike(whole, RULE.picture(photographed(ink, rng))) > 0.97
    ink[20:40, 20:120] = 0
    assert alike(whole, RULE.picture(photographed(ink, rng))) < 0.9


def test_what_comes_in_from_the_border_is_left_out(rng: np.random.Generator) -> None:
    picture = np.array(photographed(drawn(4), rng, around=(0.5, 0.5, 0.5, 0.5)))
    plain = RULE.picture(picture)
    picture[:, 20:28] = 40  # a line from edge to edge, as dark as the ink
    assert alike(plain, RULE.picture(picture)) > 0.97


@pytest.mark.parametrize("light", [0, 128, 255])
def test_where_there_is_no_digit_it_is_black(light: int) -> None:
    assert not RULE.picture(np.full((50, 70), light, np.uint8)).any()


def test_a_noisy_empty_page_is_black(rng: np.random.Generator) -> None:
    page = np.clip(rng.normal(200, 5, (300, 200)), 0, 255).astype(np.uint8)
    assert not RULE.picture(page).any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (3, 2), (28, 28), (600, 20)])
def test_any_size_is_taken(shape: tuple[int, int], rng: np.random.Generator) -> None:
    assert RULE.picture(rng.integers(0, 256, shape).astype(np.uint8)).shape == (28, 28, 1)


def test_other_sizes_and_colours(rng: np.random.Generator) -> None:
    picture = photographed(drawn(2), rng)
    small = Preprocessing(14, "grey", resize="digit").picture(picture)  # type: ignore[arg-type]
    rows = np.flatnonzero(small.any((1, 2)))
    assert rows[-1] - rows[0] + 1 == 10
    colour = Preprocessing(SIZE, "rgb", resize="digit").picture(picture)
    assert np.array_equal(colour, np.repeat(RULE.picture(picture), 3, axis=2))


# Every door


def test_files_arrays_and_many_at_once_agree(tmp_path: Path, rng: np.random.Generator) -> None:
    pictures = np.stack([photographed(drawn(d, pen=0.06), rng, around=(1, 1, 1, 1)) for d in (0, 0, 0)])
    many = RULE.pictures(pictures)
    for i, one in enumerate(pictures):
        Image.fromarray(one).save(tmp_path / "one.png")
        assert np.array_equal(RULE.read(tmp_path / "one.png"), many[i])
        assert np.array_equal(RULE.picture(one), many[i])
    assert np.array_equal(RULE.pictures(many), many)


def test_pictures_of_the_right_size_are_looked_at_too(rng: np.random.Generator) -> None:
    photo = Image.fromarray(photographed(drawn(7), rng)).resize((28, 28), Image.Resampling.BOX)
    dark_on_light = np.asarray(photo)
    digit = RULE.pictures(dark_on_light[np.newaxis])[0]
    assert is_normalised(digit[np.newaxis], SIZE).all()
    assert alike(digit, RULE.picture(photographed(drawn(7), rng))) > 0.85


def test_it_is_saved_with_the_model() -> None:
    assert Preprocessing.from_config(RULE.to_config()) == RULE


# MNIST


def test_mnist_stays_bit_for_bit_and_is_known(mnist: Path) -> None:
    raw = read_idx(mnist).parts["test"].pictures[..., np.newaxis]
    assert is_normalised(raw, SIZE).all()
    assert np.array_equal(RULE.pictures(raw), raw)
    names = tuple("0123456789")
    assert looks_like_mnist(raw, names)
    assert not looks_like_mnist(255 - raw, names)
    assert not looks_like_mnist(np.roll(raw, 3, axis=1), names)
    assert not looks_like_mnist(raw, tuple("abcdefghij"))
    assert not looks_like_mnist(np.repeat(raw, 3, axis=3), names)


def made_up_mnist(path: Path, rng: np.random.Generator) -> Path:
    pictures = np.stack([RULE.picture(photographed(drawn(d, 60), rng))[..., 0] for d in range(10)])
    np.savez(path, x_train=pictures, y_train=np.arange(10))
    return path


def test_arrays_of_such_digits_choose_the_rule(tmp_path: Path, rng: np.random.Generator) -> None:
    path = made_up_mnist(tmp_path / "digits.npz", rng)
    with pytest.warns(Notice) as told:
        data = load_images(path)
    assert [(n.message.code) for n in told] == ["data.digit_rule"]  # type: ignore[union-attr]
    assert data.preprocessing == RULE
    assert np.array_equal(data.train.pictures[..., 0], np.load(path)["x_train"])
    assert load_images(path, resize="stretch").preprocessing.resize == "stretch"
    assert load_images(path, size=20).preprocessing.resize == "stretch"


def test_files_of_such_digits_choose_it_too(tmp_path: Path, rng: np.random.Generator) -> None:
    pictures = np.load(made_up_mnist(tmp_path / "digits.npz", rng))["x_train"]
    for digit, pixels in enumerate(pictures):
        (tmp_path / "files" / str(digit)).mkdir(parents=True)
        Image.fromarray(pixels).save(tmp_path / "files" / str(digit) / "one.png")
    with pytest.warns(Notice) as told:
        data = load_images(tmp_path / "files")
    assert [(n.message.code) for n in told] == ["data.digit_rule"]  # type: ignore[union-attr]
    assert data.preprocessing.resize == "digit"
    assert np.array_equal(data.train.pictures[..., 0], pictures)
    Image.fromarray(np.roll(pictures[3], 4, 1)).save(tmp_path / "files" / "3" / "one.png")
    assert load_images(tmp_path / "files").preprocessing.resize == "stretch"


def test_evaluate_reads_photographs_as_the_model_does(tmp_path: Path, rng: np.random.Generator) -> None:
    for digit, photo in enumerate(ten(rng)):
        (tmp_path / str(digit)).mkdir()
        Image.fromarray(photo).save(tmp_path / str(digit) / "photo.png")
    data = load_images(tmp_path, size=28, colour="grey", resize="digit")
    assert is_normalised(np.asarray(data.train.pictures), SIZE).all()


# The pieces


def test_pieces_hang_together_over_corners() -> None:
    mask = np.array([list(map(int, row)) for row in ("1000110", "0100010", "0011100", "1000000", "1101011")], bool)
    labels, found = pieces(mask)
    assert [piece.pixels for piece in found] == [8, 3, 2, 1]
    assert (found[0].top, found[0].left, found[0].bottom, found[0].right, found[0].length) == (0, 0, 3, 6, 6)
    assert [int((labels == piece.label).sum()) for piece in found] == [8, 3, 2, 1]
    assert (labels > 0).tolist() == mask.tolist()
    assert found[0].gap(found[1]) == 0 and found[1].gap(found[2]) == 3


def test_pieces_are_those_of_scipy(rng: np.random.Generator) -> None:
    label = pytest.importorskip("scipy.ndimage").label
    for density in (0.05, 0.3, 0.45, 0.6, 1.0):
        mask = rng.random((37, 53)) < density
        labels, found = pieces(mask)
        expected, count = label(mask, np.ones((3, 3)))
        assert len(found) == count
        assert len({*zip(labels.ravel().tolist(), expected.ravel().tolist(), strict=True)}) == count + (not mask.all())


def test_nothing_has_no_pieces() -> None:
    assert pieces(np.zeros((3, 4), bool))[1] == []


def test_a_speck_of_less_than_half_a_pixel_is_looked_at_as_a_whole() -> None:
    page = np.full((40, 40, 1), 200, np.uint8)
    page[0, 0] = 221  # resized it is 1x2 pixels of ink, which lie between two of the page's own
    assert normalised(page, (28, 28)).shape == (28, 28, 1)
