"""One object decides what a picture becomes, whether it comes from a file or as an array."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from striate.data.images import Colour, decode, inspect
from striate.data.preprocessing import LARGEST_SIDE, Preprocessing, Resize
from striate.data.source import DISK
from striate.errors import DataError, SettingError, StriateError, UnknownNameError

RULES: list[Resize] = ["stretch", "fit", "crop"]
COLOURS: list[Colour] = ["grey", "rgb"]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_file_and_the_same_picture_as_an_array_are_identical(
    tmp_path: Path, photo: Callable[..., Path], mode: str, rule: Resize, colour: Colour
) -> None:
    preprocessing = Preprocessing((8, 5), colour, resize=rule)
    for size in [(13, 29), (8, 5), (3, 4), (40, 1)]:
        file = photo(tmp_path / "a.png", size, mode=mode)
        array = np.array(Image.open(file))
        picture = preprocessing.read(file)
        assert picture.shape == preprocessing.shape == (8, 5, 1 if colour == "grey" else 3)
        np.testing.assert_array_equal(preprocessing.picture(array), picture)
        np.testing.assert_array_equal(preprocessing.pictures(array[None])[0], picture)
        np.testing.assert_array_equal(preprocessing.prepare(picture[None]), picture[None] * np.float32(1 / 255))


def test_prepared_numbers_go_from_0_to_1() -> None:
    prepared = Preprocessing((1, 3), "grey").prepare(np.array([0, 51, 255], np.uint8).reshape(1, 1, 3, 1))
    assert prepared.dtype == np.float32
    assert prepared.ravel().tolist() == [0, np.float32(51) * np.float32(1 / 255), 1]


def test_scale_is_a_factor() -> None:
    prepared = Preprocessing((1, 2), "grey", scale=0.5).prepare(np.array([3, 255], np.uint8).reshape(1, 1, 2, 1))
    assert prepared.ravel().tolist() == [1.5, 127.5]


@pytest.mark.parametrize("rule", RULES)
def test_a_picture_of_the_right_size_stays_as_it_is(rng: np.random.Generator, rule: Resize) -> None:
    pixels = rng.integers(0, 256, (4, 6, 3), np.uint8)
    np.testing.assert_array_equal(Preprocessing((4, 6), "rgb", resize=rule).picture(pixels), pixels)


def test_stretch_shows_all_of_it() -> None:
    stripes = np.repeat([[10] * 30 + [100] * 30 + [200] * 30], 4, axis=0).astype(np.uint8)  # 4 90
    stretched = Preprocessing((9, 9), "grey").picture(stripes)[..., 0]
    assert stretched[:, [0, 1, 4, 7, 8]].tolist() == [[10, 10, 100, 200, 200]] * 9


def test_shrinking_averages_instead_of_skipping(rng: np.random.Generator) -> None:
    checkered = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    small = Preprocessing((8, 8), "grey").picture(checkered)
    assert 120 <= small.min() <= small.max() <= 135  # sampling single pixels would give 0 or 255


def test_fit_keeps_proportions_and_continues_the_border() -> None:
    wide = np.full((2, 8), 90, np.uint8)
    wide[:, 3:5] = 250  # of 20 border pixels 8 are bright: the median is 90
    fitted = Preprocessing((5, 8), "grey", resize="fit").picture(wide)[..., 0]
    assert fitted[1:3].tolist() == wide.tolist()  # of 3 rows to add, 1 above and 2 below
    assert np.unique(fitted[[0, 3, 4]]).tolist() == [90]


def test_fit_takes_the_border_channel_by_channel() -> None:
    tall = np.tile(np.array([10, 100, 200], np.uint8), (6, 2, 1))
    fitted = Preprocessing((6, 6), "rgb", resize="fit").picture(tall)
    assert np.unique(fitted.reshape(-1, 3), axis=0).tolist() == [[10, 100, 200]]


def test_crop_cuts_the_middle_out() -> None:
    wide = np.tile(np.arange(0, 80, 10, np.uint8), (4, 1))  # 4 8
    cropped = Preprocessing((4, 4), "grey", resize="crop").picture(wide)[..., 0]
    assert cropped.tolist() == wide[:, 2:6].tolist()
    cropped = Preprocessing((4, 4), "grey", resize="crop").picture(wide.T)[..., 0]
    assert cropped.tolist() == wide.T[2:6].tolist()


def test_crop_of_extreme_proportions() -> None:
    for size in [(1, 3000), (3000, 1), (2, 4999)]:
        pixels = np.full(size, 77, np.uint8)
        assert np.unique(Preprocessing((31, 64), "grey", resize="crop").picture(pixels)).tolist() == [77]


def test_grey_weighs_colours_as_the_eye_does() -> None:
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 9, 9]]], np.uint8)
    assert Preprocessing((1, 4), "grey").picture(colours).ravel().tolist() == [76, 150, 29, 9]


def test_other_whole_numbers_are_taken_where_they_fit() -> None:
    preprocessing = Preprocessing((1, 2), "grey")
    for dtype in (np.int64, np.uint16, np.int8):
        assert preprocessing.picture(np.array([[0, 100]], dtype)).ravel().tolist() == [0, 100]


@pytest.mark.parametrize(
    ("array", "code", "fields"),
    [
        (np.zeros((4, 4)), "array.dtype", {"came": "float64"}),
        (np.zeros((4, 4), np.bool_), "array.dtype", {"came": "bool"}),
        (np.array([[0, 256]]), "array.range", {"least": 0, "most": 256}),
        (np.array([[-1, 9]]), "array.range", {"least": -1, "most": 9}),
        (np.zeros((4, 4, 4), np.uint8), "array.one_picture", {"came": (4, 4, 4)}),
        (np.zeros((2, 4, 4, 1), np.uint8), "array.one_picture", {"came": (2, 4, 4, 1)}),
        (np.zeros(16, np.uint8), "array.one_picture", {"came": (16,)}),
        (np.zeros((0, 4), np.uint8), "array.one_picture", {"came": (0, 4)}),
        ([[1, 2]], "array.type", {"came": "list"}),
    ],
)
def test_arrays_that_are_no_picture(refuses: Any, array: Any, code: str, fields: dict[str, Any]) -> None:
    with refuses(DataError, code, where="picture", **fields):
        Preprocessing((4, 4), "grey").picture(array)


@pytest.mark.parametrize("shape", [(4, 4), (0, 4, 4), (2, 4, 4, 2), (2, 3, 4, 4), (1, 2, 4, 4, 1)])
def test_arrays_that_are_no_pictures(refuses: Any, shape: tuple[int, ...]) -> None:
    with refuses(DataError, "array.many_pictures", where="x_test", came=shape):
        Preprocessing((4, 4), "grey").pictures(np.zeros(shape, np.uint8), "x_test")


@pytest.mark.parametrize(
    "pictures", [np.zeros((2, 4, 5, 1), np.uint8), np.zeros((2, 4, 4, 3), np.uint8), np.zeros((2, 4, 4, 1))]
)
def test_prepare_wants_what_the_others_made(refuses: Any, pictures: Any) -> None:
    unfit = {"required": (4, 4, 1), "came": pictures.shape, "dtype": str(pictures.dtype)}
    with refuses(DataError, "pictures.unfit", **unfit):
        Preprocessing((4, 4), "grey").prepare(pictures)


def test_its_config_goes_through_json() -> None:
    for preprocessing in (Preprocessing((28, 30), "grey"), Preprocessing((1, LARGEST_SIDE), "rgb", 1 / 127.5, "crop")):
        assert Preprocessing.from_config(json.loads(json.dumps(preprocessing.to_config()))) == preprocessing


def test_one_number_is_both_sides() -> None:
    assert Preprocessing(28, "grey").size == (28, 28)  # type: ignore[arg-type]
    assert Preprocessing(np.int64(3), "grey").size == (3, 3)  # type: ignore[arg-type]


GOOD = {"size": [8, 9], "colour": "grey", "scale": 0.5, "resize": "fit"}


@pytest.mark.parametrize(
    "size", [0, -1, 2.0, True, None, "64", [8], [8, 0], [8, 9, 1], [8, LARGEST_SIDE + 1], 10**12, [8, True], [[8], 9]]
)
def test_sizes_that_cannot_be(refuses: Any, size: Any) -> None:
    with refuses(SettingError, "preprocessing.size", where="Preprocessing", largest=LARGEST_SIDE, came=size):
        Preprocessing.from_config(GOOD | {"size": size})


@pytest.mark.parametrize("scale", [0, -1.0, float("nan"), float("inf"), 1e-60, 1e38, True, "0.5", None])
def test_scales_that_cannot_be(refuses: Any, scale: Any) -> None:
    with pytest.raises(SettingError) as caught:
        Preprocessing.from_config(GOOD | {"scale": scale})
    assert caught.value.code == "setting.positive_real"
    assert caught.value.fields == {"where": "Preprocessing", "setting": "scale", "came": scale} or scale != scale


@pytest.mark.parametrize(
    ("setting", "name", "code", "close"),
    [
        ("colour", "gray", "name.unknown_did_you_mean", ["grey"]),
        ("colour", 3, "name.unknown", []),
        ("colour", ["grey"], "name.unknown_did_you_mean", ["grey"]),
        ("resize", "strech", "name.unknown_did_you_mean", ["stretch"]),
        ("resize", None, "name.unknown", []),
    ],
)
def test_names_that_nothing_has(refuses: Any, setting: str, name: Any, code: str, close: list[str]) -> None:
    known = sorted(COLOURS if setting == "colour" else [*RULES, "digit"])
    with refuses(UnknownNameError, code, kind=f"kind.{setting}", name=name, close=close, known=known):
        Preprocessing.from_config(GOOD | {setting: name})


@pytest.mark.parametrize("setting", GOOD)
def test_a_config_with_a_gap(refuses: Any, setting: str) -> None:
    with refuses(SettingError, "setting.missing", where="Preprocessing", setting=setting):
        Preprocessing.from_config({name: value for name, value in GOOD.items() if name != setting})


def test_a_config_with_more(refuses: Any) -> None:
    unknown = {"where": "Preprocessing", "name": "__class__", "close": [], "known": [*GOOD, "draft"]}
    with refuses(UnknownNameError, "keyword.unknown", **unknown):
        Preprocessing.from_config(GOOD | {"__class__": "os.system"})


@pytest.mark.parametrize(("config", "came"), [(None, "NoneType"), ([], "list"), ("grey", "str"), (3, "int")])
def test_a_config_that_is_no_table(refuses: Any, config: Any, came: str) -> None:
    with refuses(DataError, "preprocessing.config", came=came):
        Preprocessing.from_config(config)


def test_wrong_settings_are_refused_where_it_is_made() -> None:
    with pytest.raises(StriateError):
        Preprocessing((0, 8), "grey")
    with pytest.raises(StriateError):
        Preprocessing((8, 8), "bw")  # type: ignore[arg-type]


# JPEG decoded at a fraction of its size


@pytest.fixture
def jpeg(tmp_path: Path) -> Callable[..., str]:
    """Write a picture in colours that change smoothly, as most of a photograph does."""

    def write(height: int, width: int, **options: Any) -> str:
        y, x = np.mgrid[:height, :width] / max(height, width)
        pixels = np.stack([x, y, np.sin(19 * x + 13 * y) ** 2], axis=-1)
        file = tmp_path / f"{height}x{width}.jpg"
        Image.fromarray((20 + 200 * pixels).astype(np.uint8)).save(file, quality=95, **options)
        return str(file)

    return write


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("size", [(16, 16), (9, 31), (40, 12), (64, 64)])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_fraction_gives_nearly_the_pixels_of_the_whole(
    jpeg: Callable[..., str], rule: Any, size: Any, orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = jpeg(263, 389, exif=exif)  # 32.875 x 48.625 eighths: the last row and column do not count in full
    drafted, full = (Preprocessing(size, "rgb", resize=rule, draft=draft).read(file) for draft in (True, False))
    differences = np.abs(drafted.astype(int) - full)
    assert differences.mean() < 1
    assert differences.max() <= 20


@pytest.mark.parametrize(
    ("size", "decoded"),
    [
        ((64, 64), 1),
        ((63, 60), 1),
        ((60, 60), 2),
        ((30, 61), 1),
        ((60, 30), 2),
        ((30, 30), 4),
        ((15, 15), 8),
        ((1, 1), 8),
    ],
)
def test_the_fraction_is_at_least_twice_the_size(jpeg: Callable[..., str], size: Any, decoded: int) -> None:
    found = inspect(jpeg(250, 243), DISK, size)
    assert found.pixels.shape == (-(-250 // decoded), -(-243 // decoded), 3)
    assert found.box == (0, 0, 243 / decoded, 250 / decoded)


def test_only_jpeg_has_fractions(tmp_path: Path, jpeg: Callable[..., str]) -> None:
    Image.open(jpeg(200, 300)).save(tmp_path / "a.png")
    found = inspect(str(tmp_path / "a.png"), DISK, (10, 10))
    assert (found.pixels.shape, found.box) == ((200, 300, 3), (0, 0, 300, 200))


def test_models_from_before_fractions_read_as_they_did(jpeg: Callable[..., str]) -> None:
    old = Preprocessing.from_config({**GOOD, "colour": "rgb"})
    assert not old.draft
    assert Preprocessing((8, 9), "rgb").draft
    file = jpeg(100, 200)
    np.testing.assert_array_equal(old.read(file), old.picture(decode(file)))
    assert (old.read(file) != replace(old, draft=True).read(file)).any()


def test_draft_is_a_flag(refuses: Any) -> None:
    with refuses(SettingError, "setting.flag", where="Preprocessing", setting="draft", came=1):
        Preprocessing.from_config(GOOD | {"draft": 1})
