"""What crops, colours and mixing draw: within what was asked, as their sources say, by the key alone."""

import colorsys
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from striate import Augmentation, Sequential
from striate.data import draws
from striate.data.batches import ArrayBatches
from striate.data.mixing import as_shares, mixed_targets
from striate.data.prepare import by_numpy
from striate.data.variation import Mix, Variation
from striate.errors import DataError, SettingError, StriateError

H, W = 9, 14
MANY = 4000
ONE = np.ones(3, np.float32)


def drawn(augmentation: Augmentation, n: int = MANY) -> Variation:
    return augmentation.draw(0, 3, np.arange(n), H, W)


def test_a_crop_lies_inside_keeps_its_area_and_is_stretched_by_a_third_at_most() -> None:
    warps = drawn(Augmentation(crop=0.4)).warps
    high, wide = warps[:, 0, 0], warps[:, 1, 1]
    area, aspect = high * wide, wide / high
    assert (warps[:, 0, 1] == 0).all() and (warps[:, 1, 0] == 0).all()
    assert 0.4 <= area.min() < 0.41 and 0.99 < area.max() <= 1
    assert abs(area.mean() - 0.7) < 5 * 0.6 / (12 * MANY) ** 0.5
    assert 0.75 - 1e-12 <= aspect.min() < 0.76 and 1.32 < aspect.max() <= 4 / 3 + 1e-12
    for first, size, side in ((warps[:, 0, 2], H, high), (warps[:, 1, 2], W, wide)):
        last = first + side * (size - 1)
        assert first.min() >= 0 and last.max() <= size - 1 + 1e-12
        assert (first < 0.05).any() and (last > size - 1 - 0.05).any()


def test_a_crop_is_taken_out_of_the_flipped_picture() -> None:
    plain, flipped = drawn(Augmentation(crop=0.3)), drawn(Augmentation(crop=0.3, flip=True))
    mirrored = flipped.warps[:, 1, 1] < 0
    assert mirrored.any() and (~mirrored).any()
    there, here = plain.warps @ [2, 5, 1.0], flipped.warps @ [2, 5, 1.0]
    np.testing.assert_allclose(here[mirrored], there[mirrored] * [1, -1] + [0, W - 1], atol=1e-12)
    np.testing.assert_array_equal(here[~mirrored], there[~mirrored])


def test_the_newer_settings_change_nothing_that_the_older_draw() -> None:
    older = Augmentation(flip=True, shift=3, rotation=20, zoom=0.2, cutout=4)
    newer = Augmentation(flip=True, shift=3, rotation=20, zoom=0.2, cutout=4, brightness=0.5, hue=9, mixup=1)
    np.testing.assert_array_equal(drawn(older).warps, drawn(newer).warps)
    np.testing.assert_array_equal(drawn(older).holes, drawn(newer).holes)
    assert drawn(older).colours is None and drawn(newer).colours is not None


def photograph(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Not grey, and nothing near 0 or 255, where rounding and cutting off would hide what was done."""
    return rng.integers(70, 170, (1, H, W, 3), np.uint8)


ENHANCERS = {"brightness": ImageEnhance.Brightness, "contrast": ImageEnhance.Contrast, "saturation": ImageEnhance.Color}


@pytest.mark.parametrize("setting", ENHANCERS)
def test_colours_change_as_in_pillow(setting: str, rng: np.random.Generator) -> None:
    pictures = photograph(rng)
    place = {"brightness": draws.BRIGHTNESS, "contrast": draws.CONTRAST, "saturation": draws.SATURATION}[setting]
    how = Augmentation(**{setting: 0.4})  # type: ignore[arg-type]
    for picture in range(3):
        number = np.array([picture])
        factor = 1 + 0.4 * (2 * draws.uniform(0, 3, number)[0, place] - 1)
        came = by_numpy(pictures, np.array([0]), ONE, 0 * ONE, how.draw(0, 3, number, H, W))[0]
        theirs = np.asarray(ENHANCERS[setting](Image.fromarray(pictures[0])).enhance(factor), np.float32)
        assert abs(factor - 1) > 0.02
        np.testing.assert_allclose(came, theirs, rtol=0, atol=1.5)  # Pillow rounds twice


def test_turning_the_hue_turns_i_and_q_and_keeps_the_brightness(rng: np.random.Generator) -> None:
    pictures = photograph(rng)
    number = np.array([5])
    degrees = 90 * (2 * draws.uniform(0, 3, number)[0, draws.HUE] - 1)
    how = Augmentation(hue=90).draw(0, 3, number, H, W)
    came = by_numpy(pictures, np.array([0]), ONE, 0 * ONE, how)[0]
    before, after = ([colorsys.rgb_to_yiq(*map(float, x)) for x in each.reshape(-1, 3)] for each in (pictures, came))
    turns = [np.angle(complex(*new[1:]) / complex(*old[1:]), deg=True) for old, new in zip(before, after, strict=True)]
    assert abs(degrees) > 10
    np.testing.assert_allclose(turns, degrees, rtol=0, atol=3)  # colorsys rounds its matrix to two digits
    luma = [0.299, 0.587, 0.114]
    np.testing.assert_allclose(came @ luma, pictures[0] @ luma, rtol=1e-5)


@pytest.mark.parametrize("alpha", [0.02, 0.2, 0.7, 1.0])
def test_shares_are_drawn_from_the_beta_distribution(alpha: float) -> None:
    shares = draws.symmetric_beta(alpha, 0, 1, np.arange(MANY))
    theirs = np.sort(np.random.default_rng(1).beta(alpha, alpha, MANY))
    assert ((shares >= 0) & (shares <= 1)).all()
    # Kolmogorov and Smirnov: the largest difference of two empirical distributions, exceeded once in 10,000.
    grid = np.linspace(0, 1, 999)
    ours = np.searchsorted(np.sort(shares), grid) / MANY
    assert np.abs(ours - np.searchsorted(theirs, grid) / MANY).max() < 2.23 * (2 / MANY) ** 0.5
    again = draws.symmetric_beta(alpha, 0, 1, np.array([17, 3]))
    np.testing.assert_array_equal(again, shares[[17, 3]])
    assert (draws.symmetric_beta(alpha, 0, 2, np.arange(MANY)) != shares).mean() > 0.8


def mixed(augmentation: Augmentation, n: int = MANY) -> Mix:
    return augmentation.mix(0, 3, np.arange(n), n, H, W)


def test_mixup_leaves_each_picture_the_larger_share_and_takes_any_partner() -> None:
    mix = mixed(Augmentation(mixup=1))
    assert (mix.boxes == [0, 0, H, W]).all()
    assert mix.shares.min() >= 0 and 0.49 < mix.shares.max() <= 0.5
    assert abs(mix.shares.mean() - 0.25) < 5 * 0.5 / (12 * MANY) ** 0.5
    np.testing.assert_allclose(mix.of_targets(H, W), mix.shares, rtol=1e-6)
    assert mix.partners.min() >= 0 and mix.partners.max() < MANY
    assert abs(np.corrcoef(mix.partners, np.arange(MANY))[0, 1]) < 5 / MANY**0.5


def test_cutmix_pastes_a_box_and_counts_what_of_it_lies_inside() -> None:
    mix = mixed(Augmentation(cutmix=1))
    top, left, bottom, right = mix.boxes.T
    assert (mix.shares == 1).all()
    area = (bottom - top) * (right - left)
    np.testing.assert_allclose(mix.of_targets(H, W), area / (H * W), rtol=1e-6)
    assert area.min() == 0 and area.max() <= 0.6 * H * W  # half, and rounding of both sides


def test_with_both_half_of_the_pictures_get_each() -> None:
    both, up, cut = (
        mixed(Augmentation(mixup=0.5, cutmix=1)),
        mixed(Augmentation(mixup=0.5)),
        mixed(Augmentation(cutmix=1)),
    )
    pasted = (both.boxes == cut.boxes).all(axis=1) & (both.shares == 1)
    blended = (both.boxes == up.boxes).all(axis=1) & (both.shares == up.shares)
    assert (pasted | blended).all() and abs(pasted.mean() - 0.5) < 4 * 0.5 / MANY**0.5
    np.testing.assert_array_equal(both.partners, up.partners)


def batches(how: Augmentation | None, *, weighted: bool = False, n: int = 40) -> ArrayBatches:
    rng = np.random.default_rng(0)
    pictures, weights = rng.integers(0, 256, (n, 6, 5, 3), np.uint8), rng.uniform(0, 2, n).astype(np.float32)
    data = ArrayBatches(pictures, np.arange(n) % 3, weights if weighted else None, 1 / 255)
    return data.augmented(how, seed=7, classes=3)


MIXING = Augmentation(flip=True, crop=0.5, contrast=0.3, mixup=0.6, cutmix=1)


def test_mixed_batches_do_not_depend_on_how_they_are_made_up() -> None:
    data, everything = batches(MIXING, weighted=True), np.arange(40)
    whole = data.take(everything, epoch=1)
    order = np.random.default_rng(1).permutation(40)
    parts = [data.take(order[i : i + 7], epoch=1) for i in range(0, 40, 7)]
    for name in ("x", "y", "sample_weight"):
        apart = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_array_equal(apart, getattr(whole, name)[order])
    assert (data.take(everything, epoch=2).x != whole.x).any(axis=(1, 2, 3)).all()
    assert data.take(everything).y.dtype == np.int64  # as they are, where no epoch is asked for


def test_a_mixed_picture_is_made_of_two_that_are_varied_as_in_their_own_turn() -> None:
    how = Augmentation(flip=True, crop=0.5, mixup=1)
    plain = batches(Augmentation(flip=True, crop=0.5)).take(np.arange(40), epoch=1).x
    data, mix = batches(how).take(np.arange(40), epoch=1), how.mix(7, 1, np.arange(40), 40, 6, 5)
    share = mix.shares[:, np.newaxis, np.newaxis, np.newaxis]
    np.testing.assert_allclose(data.x, (1 - share) * plain + share * plain[mix.partners], atol=1e-5)
    truth = np.eye(3)[np.arange(40) % 3]
    np.testing.assert_allclose(data.y, (1 - share[:, 0, 0]) * truth + share[:, 0, 0] * truth[mix.partners], atol=1e-6)


def test_the_loss_of_a_mixed_picture_is_the_mixed_loss_of_both() -> None:
    rng = np.random.default_rng(5)
    logs, share = rng.standard_normal((4, 3)), np.array([0.0, 0.3, 1.0, 0.5], np.float32)
    own, partner = as_shares(np.array([0, 1, 2, 2]), 3), as_shares(np.array([2, 2, 1, 0]), 3)
    w, v = np.array([1, 2, 0.5, 0], np.float32), np.array([3, 0.5, 1, 0], np.float32)
    targets, weights = mixed_targets(own, partner, share, (w, v))
    assert weights is not None
    both = (1 - share) * w * (own * logs).sum(axis=1) + share * v * (partner * logs).sum(axis=1)
    np.testing.assert_allclose(weights * (targets * logs).sum(axis=1), both, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-6)


def test_class_numbers_are_learned_from_as_shares(
    build: Callable[..., Sequential], task: tuple[np.ndarray, np.ndarray]
) -> None:
    plain, once, again = build(), build(), build()
    plain.fit(*task, verbose=0)
    for model in (once, again):
        model.fit(*task, verbose=0, validation_split=0.2, augmentation=Augmentation(mixup=0.4), class_weight={1: 2.0})
    assert once.fingerprint == again.fingerprint != plain.fingerprint


def test_numbers_as_targets_are_mixed_as_they_are() -> None:
    own, partner = np.array([[1.0], [2.0]], np.float32), np.array([[3.0], [6.0]], np.float32)
    targets, weights = mixed_targets(as_shares(own, 1), as_shares(partner, 1), np.array([0.5, 0.25], np.float32))
    assert targets.tolist() == [[2.0], [3.0]] and weights is None


def test_colours_need_three_channels() -> None:
    for how in (Augmentation(saturation=0.1), Augmentation(hue=5)):
        with pytest.raises(DataError) as caught:
            how.check((8, 8, 1))
        assert caught.value.code == "augmentation.no_colours" and caught.value.fields["channels"] == 1
    Augmentation(brightness=0.5, contrast=0.5).check((8, 8, 1))


@pytest.mark.parametrize(
    "text", ["crop=0.6,brightness=0.2,contrast=0.3", "hue=10,mixup=1,fill=mirror", "saturation=0.5"]
)
def test_written_and_read_back(text: str) -> None:
    assert str(Augmentation.of(text)) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("fill", "augmentation.text"),
        ("fill=", "name.unknown"),
        ("fill=miror", "name.unknown_did_you_mean"),
        ("crop=1", "setting.share"),
        ("hue=181", "setting.angle"),
        ("mixup=1.5", "setting.alpha"),
        ("saturation=-1", "augmentation.text"),
    ],
)
def test_what_is_no_augmentation_is_said(text: str, code: str) -> None:
    with pytest.raises(StriateError) as caught:
        Augmentation.of(text)
    assert caught.value.code == code


@pytest.mark.parametrize("came", [float("nan"), -0.1, True, "1"])
def test_settings_are_checked(came: object) -> None:
    with pytest.raises(SettingError) as caught:
        Augmentation(mixup=came)  # type: ignore[arg-type]
    assert caught.value.code == "setting.alpha"
