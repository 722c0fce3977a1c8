"""One picture file to its pixels: each way that files keep them, and each way that they fail."""

import os
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any
from unicodedata import normalize

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from striate.data.images import Header, decode, examine, in_parallel
from striate.data.profiles import means_other_colours
from striate.errors import DataError, FileError

LOSSLESS = ["png", "bmp", "tiff", "webp"]


def save(path: Path, array: np.ndarray, mode: str | None = None, **options: Any) -> str:
    Image.fromarray(array, mode).save(path, **options)
    return str(path)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, depth: int, rows: bytes, more: bytes = b"") -> bytes:
    """A grey PNG as its standard has it, so that it need not be one that Pillow would write."""
    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    data = _chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + more + data + _chunk(b"IEND", b"")


@pytest.mark.parametrize("ending", LOSSLESS)
def test_colour_comes_back_exactly(tmp_path: Path, rng: np.random.Generator, ending: str) -> None:
    pixels = rng.integers(0, 256, (5, 7, 3), np.uint8)
    file = save(tmp_path / f"a.{ending}", pixels, **({"lossless": True} if ending == "webp" else {}))
    np.testing.assert_array_equal(decode(file), pixels)
    assert decode(file).dtype == np.uint8
    assert examine(file) == Header((5, 7), "rgb")


@pytest.mark.parametrize("ending", ["png", "bmp", "tiff", "pgm", "gif"])
def test_grey_comes_back_exactly_with_one_channel(tmp_path: Path, rng: np.random.Generator, ending: str) -> None:
    pixels = rng.integers(0, 256, (5, 7), np.uint8)
    file = save(tmp_path / f"a.{ending}", pixels)
    np.testing.assert_array_equal(decode(file), pixels[..., None])
    assert examine(file) == Header((5, 7), "grey")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["png", "tiff", "webp", "jpg"])
def test_exif_orientation_is_applied(tmp_path: Path, rng: np.random.Generator, ending: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = rng.integers(0, 256, (5, 7, 3), np.uint8)
    file = save(tmp_path / f"a.{ending}", pixels, exif=exif, **({"lossless": True} if ending == "webp" else {}))
    with Image.open(file) as image:
        wanted = np.array(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(decode(file), wanted)
    assert examine(file).size == wanted.shape[:2] == ((7, 5) if orientation > 4 else (5, 7))


def test_a_damaged_annotation_spoils_nothing_and_says_nothing(tmp_path: Path, rng: np.random.Generator) -> None:
    pixels = rng.integers(0, 256, (5, 7, 3), np.uint8)
    # A directory that claims five entries and ends: Pillow warns of it, and warnings are errors here.
    file = save(tmp_path / "a.png", pixels, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x05\x01\x12")
    with pytest.warns(UserWarning, match="Corrupt EXIF"), Image.open(file) as image:
        image.getexif()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(decode(file), pixels)
        assert examine(file).size == (5, 7)
        assert len(in_parallel(decode, [file] * 8)) == 8


def test_transparent_pixels_become_white(tmp_path: Path) -> None:
    pixels = np.array([[[10, 20, 30, 255], [10, 20, 30, 0], [0, 0, 0, 51]]], np.uint8)
    file = save(tmp_path / "a.png", pixels)
    # 51 of 255 is a fifth of black over white: 204.
    assert decode(file).tolist() == [[[10, 20, 30], [255, 255, 255], [204, 204, 204]]]


def test_transparent_grey_stays_grey(tmp_path: Path) -> None:
    file = save(tmp_path / "a.png", np.array([[[7, 255], [7, 0]]], np.uint8), "LA")
    assert decode(file).tolist() == [[[7], [255]]]
    assert examine(file).colour == "grey"


def test_a_palette_becomes_what_it_stands_for(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1], [2, 1]], np.uint8), "P")
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.save(tmp_path / "a.png", transparency=1)
    file = str(tmp_path / "a.png")
    assert decode(file).tolist() == [[[255, 0, 0], [255, 255, 255]], [[0, 0, 255], [255, 255, 255]]]
    assert examine(file).colour == "rgb"


def test_a_palette_of_greys_is_grey(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([9, 9, 9, 200, 200, 200])
    image.save(tmp_path / "a.png")
    assert decode(str(tmp_path / "a.png")).tolist() == [[[9], [200]]]


def test_black_and_white_is_grey(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 255]], np.uint8)).convert("1").save(tmp_path / "a.png")
    assert decode(str(tmp_path / "a.png")).tolist() == [[[0], [255]]]


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    file = save(tmp_path / "a.tiff", np.array([[[0, 255, 255, 0], [0, 0, 0, 255]]], np.uint8), "CMYK")
    assert decode(file).tolist() == [[[255, 0, 0], [0, 0, 0]]]


@pytest.mark.parametrize("ending", ["png", "tiff", "pgm"])
def test_of_16_bits_the_upper_8_are_kept(tmp_path: Path, ending: str) -> None:
    values = np.array([[0, 255, 256, 0x1234, 0xFFFF]], np.uint16)
    file = str(tmp_path / f"a.{ending}")
    if ending == "pgm":
        Path(file).write_bytes(b"P5 5 1 65535\n" + values.astype(">u2").tobytes())
    else:
        save(Path(file), values)
    assert decode(file).tolist() == [[[0], [0], [1], [0x12], [255]]]
    assert examine(file).colour == "grey"


def test_16_bits_grey_with_one_grey_declared_transparent(tmp_path: Path) -> None:
    row = b"\0" + bytes([0x12, 0x34, 0x12, 0x35])
    (tmp_path / "a.png").write_bytes(_png(2, 1, 16, row, _chunk(b"tRNS", b"\x12\x34")))
    assert decode(str(tmp_path / "a.png")).tolist() == [[[255], [0x12]]]


def test_of_an_animation_the_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("L", (4, 3), value) for value in (50, 200)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert np.unique(decode(str(tmp_path / "a.gif"))).tolist() == [50]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("name", ["고양이 사진.png", "カメラ 📷.png", "ümläut.png"])
def test_names_in_any_script(tmp_path: Path, photo: Callable[..., Path], name: str, form: str) -> None:
    file = photo(tmp_path / normalize(form, name))
    assert decode(str(file)).shape == (6, 9, 3)


def test_a_file_that_is_no_picture(tmp_path: Path, refuses: Any) -> None:
    for name, content in {
        "a.png": b"hello",
        "b.jpg": b"cats are nice\n" * 100,
        "c.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    }.items():
        (tmp_path / name).write_bytes(content)
        for work in (decode, examine):
            with refuses(DataError, "picture.unknown", file=str(tmp_path / name)):
                work(str(tmp_path / name))


@pytest.mark.parametrize("ending", ["png", "jpg", "bmp", "gif", "tiff", "webp"])
@pytest.mark.parametrize("kept", [0.5, 0.9])
def test_a_truncated_picture(
    tmp_path: Path, photo: Callable[..., Path], refuses: Any, ending: str, kept: float
) -> None:
    content = photo(tmp_path / f"a.{ending}", (64, 64)).read_bytes()
    (tmp_path / f"b.{ending}").write_bytes(content[: int(len(content) * kept)])
    with refuses(DataError, "picture.damaged", file=str(tmp_path / f"b.{ending}")):
        decode(str(tmp_path / f"b.{ending}"))


def test_a_picture_with_wrong_bytes(tmp_path: Path, photo: Callable[..., Path], refuses: Any) -> None:
    content = bytearray(photo(tmp_path / "a.png", (64, 64)).read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "a.png").write_bytes(content)
    with refuses(DataError, "picture.damaged", file=str(tmp_path / "a.png")):
        decode(str(tmp_path / "a.png"))


@pytest.mark.parametrize("side", [10_000, 100_000])  # Pillow warns of the first and refuses the second
def test_a_picture_that_would_fill_the_memory(tmp_path: Path, refuses: Any, side: int) -> None:
    (tmp_path / "a.png").write_bytes(_png(side, side, 8, bytes(99)))
    for work in (decode, examine):
        with refuses(DataError, "picture.too_large", file=str(tmp_path / "a.png"), limit=Image.MAX_IMAGE_PIXELS):
            work(str(tmp_path / "a.png"))


def test_the_limit_is_pillows_own(tmp_path: Path, photo: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    file = photo(tmp_path / "a.png", (6, 9))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 54)
    assert decode(str(file)).shape == (6, 9, 3)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 53)
    with pytest.raises(DataError, match="53"):
        decode(str(file))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert decode(str(file)).shape == (6, 9, 3)


@pytest.mark.parametrize(("dtype", "mode"), [(np.int32, "I"), (np.float32, "F")])
def test_32_bits_of_grey_have_no_agreed_white(tmp_path: Path, refuses: Any, dtype: type, mode: str) -> None:
    file = save(tmp_path / "a.tiff", np.ones((3, 4), dtype))
    with refuses(DataError, "picture.depth", file=file, mode=mode):
        decode(file)


def test_a_file_that_is_not_there(tmp_path: Path, refuses: Any) -> None:
    with refuses(FileError, "file.not_found", path=str(tmp_path / "a.png")):
        decode(str(tmp_path / "a.png"))


def test_a_folder_in_place_of_a_file(tmp_path: Path, refuses: Any) -> None:
    with refuses(FileError, "file.folder_given", path=str(tmp_path)):
        decode(str(tmp_path))


def test_many_keep_their_order_and_faults_their_place(tmp_path: Path, photo: Callable[..., Path]) -> None:
    files = [str(photo(tmp_path / f"{i}.png", (i + 1, 3))) for i in range(20)]
    (tmp_path / "7.png").write_bytes(b"no picture")
    read = in_parallel(decode, files)
    assert [type(one) is DataError for one in read] == [i == 7 for i in range(20)]
    assert [one.shape[0] for one in read if isinstance(one, np.ndarray)] == [i + 1 for i in range(20) if i != 7]


def test_a_file_that_cannot_be_read_is_an_error_in_its_place(tmp_path: Path, photo: Callable[..., Path]) -> None:
    files = [str(photo(tmp_path / "a.png")), str(tmp_path / "gone.png")]
    assert [type(one) for one in in_parallel(decode, files)] == [np.ndarray, FileError]


def test_no_filter_of_warnings_is_left_behind() -> None:
    # Python's filters belong to the whole process: of two threads that set and restore them in turns, the second leaves
    # behind what the first had set.
    first_in, second_in, first_out = Event(), Event(), Event()

    def work(which: int) -> None:
        if which == 1:
            first_in.wait(1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (second_in if which == 1 else first_in).set()
            (first_out if which == 1 else second_in).wait(1)
        first_out.set()

    before = list(warnings.filters)
    in_parallel(work, [0, 1])
    assert warnings.filters == before


# What reading changes


def changes(file: str) -> tuple[str, ...]:
    decode(file)
    return examine(file).changes


def test_what_is_done_to_pixels_is_told(tmp_path: Path, rng: np.random.Generator) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    rgb = rng.integers(0, 256, (5, 7, 3), np.uint8)
    grey16 = rng.integers(0, 2**16, (5, 7), np.uint16)
    palette = Image.fromarray(rgb).quantize(16)
    frames = [Image.new("L", (4, 3), value) for value in (50, 200)]
    frames[0].save(tmp_path / "frames.gif", save_all=True, append_images=frames[1:])
    frames[0].save(tmp_path / "frames.tiff", save_all=True, append_images=frames[1:])
    palette.save(tmp_path / "palette.png")
    wanted = {
        save(tmp_path / "plain.jpg", rgb): (),
        save(tmp_path / "plain.png", rgb): (),
        save(tmp_path / "grey.gif", rgb[..., 0]): (),
        save(tmp_path / "turned.jpg", rgb, exif=exif): ("turned",),
        save(tmp_path / "alpha.png", rng.integers(0, 256, (5, 7, 4), np.uint8)): ("transparent",),
        save(tmp_path / "cmyk.jpg", rng.integers(0, 256, (5, 7, 4), np.uint8), "CMYK", exif=exif): ("turned", "cmyk"),
        save(tmp_path / "lab.tiff", rgb, "LAB"): ("lab",),
        save(tmp_path / "ycbcr.tiff", rgb, "YCbCr"): ("ycbcr",),
        save(tmp_path / "deep.png", grey16): ("deep",),
        save(tmp_path / "deep.tiff", grey16): ("deep",),
        str(tmp_path / "palette.png"): ("palette",),
        str(tmp_path / "frames.gif"): ("frames",),
        str(tmp_path / "frames.tiff"): ("frames",),
    }
    assert {file: changes(file) for file in wanted} == wanted


def profile_of(red_x: float) -> bytes:
    """Little CMS's profile of sRGB, with another X of its red: Display P3 has 0.5151."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (at,) = struct.unpack_from(">L", made, made.index(b"rXYZ") + 4)
    struct.pack_into(">l", made, at + 8, round(red_x * 2**16))
    return bytes(made)


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tiff"])
def test_a_profile_of_other_colours_is_told_and_not_applied(
    tmp_path: Path, rng: np.random.Generator, ending: str
) -> None:
    rgb = rng.integers(0, 256, (5, 7, 3), np.uint8)
    plain = save(tmp_path / f"plain.{ending}", rgb)
    wanted = {
        save(tmp_path / f"srgb.{ending}", rgb, icc_profile=profile_of(0.4361)): (),
        save(tmp_path / f"p3.{ending}", rgb, icc_profile=profile_of(0.5151)): ("profile",),
    }
    assert {file: changes(file) for file in wanted} == wanted
    for file in wanted:
        np.testing.assert_array_equal(decode(file), decode(plain))


def test_a_profile_that_is_cut_off_or_none_says_nothing() -> None:
    whole = profile_of(0.5151)
    assert means_other_colours(whole) and not means_other_colours(profile_of(0.4361))
    for end in (0, 10, 20, 130, 140, whole.index(b"rXYZ") + 6):
        assert not means_other_colours(whole[:end])
    assert not means_other_colours(whole.replace(b"RGB ", b"CMYK"))


def test_adobes_inverted_cmyk(tmp_path: Path) -> None:
    """Adobe's JPEGs hold 255 minus the ink, which the marker APP14 says."""
    ink = np.array([[[0, 255, 255, 0], [0, 0, 0, 255], [0, 0, 0, 0]]], np.uint8).repeat(16, 0).repeat(16, 1)
    file = save(tmp_path / "a.jpg", ink, "CMYK", quality=100)
    assert b"Adobe" in Path(file).read_bytes()
    shown = decode(file)[8, 8::16].astype(int)
    assert np.abs(shown - [[255, 0, 0], [0, 0, 0], [255, 255, 255]]).max() <= 3


def test_lab_becomes_the_colour_that_it_stands_for(tmp_path: Path) -> None:
    """CIE 1976: L* of 53.2, a* of 80.1 and b* of 67.2 is sRGB's red."""
    lab = np.array([[[136, 80, 67], [255, 0, 0], [0, 0, 0]]], np.uint8)
    shown = decode(save(tmp_path / "a.tiff", lab, "LAB"))[0].astype(int)
    assert np.abs(shown - [[255, 0, 0], [255, 255, 255], [0, 0, 0]]).max() <= 12


def test_16_bits_of_colour(tmp_path: Path) -> None:
    (tmp_path / "a.ppm").write_bytes(b"P6 2 1 65535\n" + np.array([0, 256, 0xFFFF, 0x1234, 1, 2], ">u2").tobytes())
    assert decode(str(tmp_path / "a.ppm")).tolist() == [[[0, 1, 255], [0x12, 0, 0]]]


# Files that are none


def test_a_file_without_bytes(tmp_path: Path, refuses: Any) -> None:
    (tmp_path / "a.jpg").touch()
    for work in (decode, examine):
        with refuses(DataError, "picture.empty", file=str(tmp_path / "a.jpg")):
            work(str(tmp_path / "a.jpg"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path, refuses: Any) -> None:
    os.mkfifo(tmp_path / "a.png")
    for work in (decode, examine):
        with refuses(DataError, "picture.no_file", file=str(tmp_path / "a.png")):
            work(str(tmp_path / "a.png"))


def test_a_gif_without_a_frame(tmp_path: Path, refuses: Any) -> None:
    (tmp_path / "a.gif").write_bytes(b"GIF89a" + struct.pack("<2H3B", 4, 3, 0, 0, 0) + b";")
    for work in (decode, examine):
        with refuses(DataError, "picture.damaged", file=str(tmp_path / "a.gif")):
            work(str(tmp_path / "a.gif"))


def test_a_sound_picture_of_60_000_by_60_000(tmp_path: Path, refuses: Any) -> None:
    """450 MB of zeros in half a megabyte: each of the equal pieces is a block of deflate that needs none before it."""
    side = 60_000
    rows = side * (1 + side // 8)
    piece, pieces = rows // 1000, 1000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(piece)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = struct.pack(">2H", rows % 65521, 1)  # Adler-32 of zeros
    packed = b"\x78\xda" + block * pieces + packer.flush() + checksum
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    assert len(content) < 600_000 and piece * pieces == rows
    (tmp_path / "a.png").write_bytes(content)
    for work in (decode, examine):
        with refuses(DataError, "picture.too_large", file=str(tmp_path / "a.png"), limit=Image.MAX_IMAGE_PIXELS):
            work(str(tmp_path / "a.png"))
