"""Varied pictures: what each setting does to one, when it happens, and that nothing but the key decides it."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from striate import Augmentation, Sequential
from striate.data.batches import ArrayBatches
from striate.data.load import Images
from striate.data.preprocessing import Preprocessing
from striate.data.variation import Variation
from striate.errors import DataError, SettingError, StriateError, UnknownNameError
from striate.network.settings import config

Build = Callable[..., Sequential]
Task = tuple[np.ndarray, np.ndarray]
H, W = 9, 14
MANY = 4000
EVERYTHING = Augmentation(flip=True, shift=3, rotation=20, zoom=0.2, cutout=4)


def drawn(augmentation: Augmentation, n: int = MANY, seed: int = 0, epoch: int = 0) -> Variation:
    return augmentation.draw(seed, epoch, np.arange(n), H, W)


def source(variation: Variation, row: float, column: float) -> NDArray[np.float64]:
    """Where a pixel of each picture comes from: (n, 2)."""
    return variation.warps @ np.array([row, column, 1.0])


def test_nothing_is_the_default() -> None:
    variation = drawn(Augmentation())
    assert (variation.warps == np.array([[1.0, 0, 0], [0, 1, 0]])).all()
    assert (variation.holes[:, 0] == variation.holes[:, 2]).all()


def test_flipping_mirrors_half_of_the_pictures() -> None:
    warps = drawn(Augmentation(flip=True)).warps
    mirrored = (warps == np.array([[1.0, 0, 0], [0, -1, W - 1]])).all(axis=(1, 2))
    same = (warps == np.array([[1.0, 0, 0], [0, 1, 0]])).all(axis=(1, 2))
    assert (mirrored | same).all()
    assert abs(mirrored.mean() - 0.5) < 4 * 0.5 / MANY**0.5


def test_shifting_moves_by_every_step_alike_in_both_directions() -> None:
    variation = drawn(Augmentation(shift=2))
    moved = source(variation, 4, 6) - [4, 6]
    assert (moved == np.round(moved)).all() and (variation.warps[:, :, :2] == np.eye(2)).all()
    counts = np.zeros((5, 5))
    np.add.at(counts, tuple((moved + 2).astype(int).T), 1)
    expected = MANY / 25
    assert np.abs(counts - expected).max() < 5 * expected**0.5


def test_each_picture_is_mirrored_once_in_two_epochs() -> None:
    pictures, how = np.arange(200), Augmentation(flip=True)
    mirrored = np.stack([how.draw(3, epoch, pictures, 8, 8).warps[:, 1, 1] < 0 for epoch in range(6)])
    assert (mirrored[::2] != mirrored[1::2]).all()
    assert (mirrored[0] != mirrored[2]).any() and (mirrored[2] != mirrored[4]).any()  # pairs are drawn anew


def test_a_flipped_picture_is_shifted_as_an_unflipped_one() -> None:
    """The amounts go by their own numbers; in the flipped picture columns come from the other side."""
    plain, flipped = drawn(Augmentation(shift=3)), drawn(Augmentation(flip=True, shift=3))
    mirrored = flipped.warps[:, 1, 1] < 0
    assert mirrored.any()
    there, here = source(plain, 2, 5), source(flipped, 2, 5)
    np.testing.assert_array_equal(here[~mirrored], there[~mirrored])
    np.testing.assert_array_equal(here[mirrored], there[mirrored] * [1, -1] + [0, W - 1])


def test_turning_and_zooming_keep_the_middle_and_scale_all_lengths() -> None:
    middle = np.array([(H - 1) / 2, (W - 1) / 2])
    variation = drawn(Augmentation(rotation=30, zoom=0.25))
    np.testing.assert_allclose(source(variation, *middle), np.tile(middle, (MANY, 1)), atol=1e-12)
    matrices = variation.warps[:, :, :2]
    factor = 1 / np.sqrt(np.linalg.det(matrices))
    turn = np.rad2deg(np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0]))
    np.testing.assert_allclose(
        matrices @ matrices.transpose(0, 2, 1) * factor[:, None, None] ** 2, [np.eye(2)] * MANY, atol=1e-14
    )
    for values, low, high in ((turn, -30, 30), (factor, 0.75, 1.25)):
        assert low <= values.min() < low + 0.02 * (high - low) and high - 0.02 * (high - low) < values.max() <= high
        assert abs(values.mean() - (low + high) / 2) < 5 * (high - low) / (12 * MANY) ** 0.5
    assert abs(np.corrcoef(turn, factor)[0, 1]) < 5 / MANY**0.5


def test_a_hole_is_a_square_around_any_pixel_cut_off_at_the_border() -> None:
    top, left, bottom, right = drawn(Augmentation(cutout=4)).holes.T
    assert top.min() == left.min() == 0 and bottom.max() == H and right.max() == W
    assert set(bottom - top) == {2, 3, 4} == set(right - left)
    inside = (top > 0) & (bottom < H)
    assert ((bottom - top)[inside] == 4).all()


@pytest.mark.parametrize("setting", ["flip", "shift", "rotation", "zoom", "cutout"])
def test_switching_one_off_changes_no_other(setting: str) -> None:
    kept = {name: value for name, value in config(EVERYTHING).items() if name != setting}
    alone = Augmentation(**{setting: config(EVERYTHING)[setting]})
    without, with_it = drawn(Augmentation(**kept)), drawn(EVERYTHING)
    unchanged = (without.holes == with_it.holes).all()
    assert unchanged == (setting != "cutout")
    if setting == "cutout":
        np.testing.assert_array_equal(without.warps, with_it.warps)
        np.testing.assert_array_equal(drawn(alone).holes, with_it.holes)
    else:
        assert (without.warps != with_it.warps).any()


def test_every_key_draws_anew_and_only_the_key_decides() -> None:
    first = drawn(EVERYTHING, seed=3, epoch=2)
    for other in (drawn(EVERYTHING, seed=4, epoch=2), drawn(EVERYTHING, seed=3, epoch=3)):
        assert (first.warps != other.warps).any(axis=(1, 2)).all()
    some = np.array([70, 3, 3, 1999])
    again = EVERYTHING.draw(3, 2, some, H, W)
    np.testing.assert_array_equal(again.warps, first.warps[some])
    np.testing.assert_array_equal(again.holes, first.holes[some])
    far = EVERYTHING.draw(2**40, 2**31, np.array([2**31]), H, W)
    assert np.isfinite(far.warps).all()


def test_what_is_drawn_stays_the_same_for_ever() -> None:
    """A resumed run must go on as it began, in every version."""
    variation = EVERYTHING.draw(1, 2, np.array([5]), H, W)
    expected = [[1.00469289, 0.31561899, 0.62816466], [0.31561899, -1.00469289, 13.71957765]]
    np.testing.assert_allclose(variation.warps[0], expected, atol=1e-8)
    assert variation.holes[0].tolist() == [3, 6, 7, 10]


def batches(augmentation: Augmentation | None, *, scale: float | None = 1 / 255, n: int = 40) -> ArrayBatches:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (n, 6, 5, 1), np.uint8)
    stored = pixels if scale else (pixels / np.float32(255)).astype(np.float32)
    return ArrayBatches(stored, np.arange(n) % 3, None, scale).augmented(augmentation, seed=7, classes=3)


@pytest.mark.parametrize("scale", [1 / 255, None])
def test_batches_are_varied_in_an_epoch_and_only_then(scale: float | None) -> None:
    data, plain = batches(Augmentation(flip=True, shift=2), scale=scale), batches(None, scale=scale)
    everything = np.arange(40)
    np.testing.assert_array_equal(data.take(everything).x, plain.take(everything, epoch=0).x)
    one, two = data.take(everything, epoch=0).x, data.take(everything, epoch=1).x
    assert one.dtype == np.float32 and (one != two).any() and (one != plain.take(everything).x).any()
    order = np.random.default_rng(1).permutation(40)
    apart = np.concatenate([data.take(order[i : i + 7], epoch=1).x for i in range(0, 40, 7)])
    np.testing.assert_array_equal(apart, two[order])


def test_a_part_of_augmented_pictures_keeps_what_is_drawn() -> None:
    data = batches(Augmentation(shift=1))
    np.testing.assert_array_equal(data.part(slice(3, 9)).take(np.arange(3, 6)).x, data.take(np.arange(6, 9)).x)


def images(x: np.ndarray, y: np.ndarray) -> Images:
    return Images(np.clip(x * 40 + 120, 0, 255).astype(np.uint8), y, None, Preprocessing((6, 5), "grey"))


@pytest.mark.parametrize("as_images", [True, False])
def test_training_learns_from_varied_pictures_and_is_judged_on_plain_ones(
    as_images: bool, build: Build, task: Task, held_out: Task
) -> None:
    data = (images(*task),) if as_images else task
    test = images(*held_out) if as_images else held_out
    plain, varied, again = build(), build(), build()
    plain.fit(*data, epochs=2, verbose=0)
    how = Augmentation(flip=True, shift=1, cutout=2)
    history = varied.fit(*data, epochs=2, verbose=0, validation_data=test, augmentation=how)
    again.fit(*data, epochs=2, verbose=0, augmentation=Augmentation.of(str(how)))
    assert varied.fingerprint == again.fingerprint != plain.fingerprint
    judged = varied.judge(test) if as_images else varied.judge(*test)
    assert history.history["val_loss"][-1] == judged["loss"]


def test_a_training_in_two_calls_draws_as_in_one(build: Build, task: Task) -> None:
    once, twice = build(), build()
    once.fit(*task, epochs=3, batch_size=16, verbose=0, augmentation=EVERYTHING_SMALL)
    for epochs in (1, 2):
        twice.fit(*task, epochs=epochs, batch_size=16, verbose=0, augmentation=EVERYTHING_SMALL)
    assert once.fingerprint == twice.fingerprint


EVERYTHING_SMALL = Augmentation(flip=True, shift=1, rotation=10, zoom=0.1, cutout=2)


@pytest.mark.parametrize(
    "text", ["none", "flip", "shift=2", "flip,shift=4,rotation=7.5,zoom=0.1,cutout=8", " rotation = 10 , flip "]
)
def test_written_and_read_back(text: str) -> None:
    assert str(Augmentation.of(text)) == text.replace(" rotation = 10 , flip ", "flip,rotation=10")
    assert config(Augmentation.of(str(Augmentation.of(text)))) == config(Augmentation.of(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "name.unknown"),
        ("flip,", "name.unknown"),
        ("flip,none", "name.unknown"),
        ("flop", "name.unknown_did_you_mean"),
        ("blur=2", "name.unknown"),
        ("shift", "augmentation.text"),
        ("flip=1", "augmentation.text"),
        ("flip,flip", "augmentation.text"),
        ("shift=", "augmentation.text"),
        ("shift=-1", "augmentation.text"),
        ("shift=1e3", "augmentation.text"),
        ("shift=1.5", "setting.whole"),
        ("zoom=1", "setting.share"),
        ("rotation=181", "setting.angle"),
    ],
)
def test_what_is_no_augmentation_is_said(text: str, code: str) -> None:
    with pytest.raises(StriateError) as caught:
        Augmentation.of(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"flip": 1}, "setting.flag"),
        ({"shift": -1}, "setting.whole"),
        ({"rotation": float("nan")}, "setting.angle"),
        ({"rotation": -5}, "setting.angle"),
        ({"zoom": -0.1}, "setting.share"),
        ({"cutout": 2.5}, "setting.whole"),
    ],
)
def test_settings_are_checked(settings: dict[str, object], code: str) -> None:
    with pytest.raises(SettingError) as caught:
        Augmentation(**settings)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_an_unknown_setting_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError) as caught:
        Augmentation(shfit=2)  # type: ignore[call-arg]
    assert caught.value.fields["close"] == ["shift"]


def test_what_cannot_be_varied_is_refused(build: Build, task: Task) -> None:
    for how, code in (
        (Augmentation(shift=5), "augmentation.too_far"),
        (Augmentation(cutout=6), "augmentation.too_far"),
    ):
        with pytest.raises(DataError) as caught:
            build().fit(*task, verbose=0, augmentation=how)
        assert caught.value.code == code and caught.value.fields["size"] == (6, 5)
    with pytest.raises(DataError) as caught:
        Augmentation(flip=True).check((7,))
    assert caught.value.code == "augmentation.no_pictures"
