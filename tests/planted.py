"""Collections of real pictures with faults planted in them, and which those are."""

import io
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

Picture = Image.Image
Change = Callable[[Picture], Picture]
ORIENTATION = 0x0112
COPIES: dict[str, Change] = {
    "half": lambda image: image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS),
    "larger": lambda image: image.resize((image.width * 5 // 3, image.height * 5 // 3), Image.Resampling.BICUBIC),
    "squared": lambda image: image.resize((64, 64)),
    "quality 60": lambda image: jpeg(image, 60),
    "cut on all sides": lambda image: cut(image, 0.03, 0.03, 0.03, 0.03),
    "cut left and above": lambda image: cut(image, 0.03, 0.03, 0, 0),
    "cut right and below": lambda image: cut(image, 0, 0, 0.03, 0.03),
    "all of it": lambda image: jpeg(cut(image, 0.03, 0.03, 0.03, 0.03).resize((100, 90)), 60),
}


def jpeg(image: Picture, quality: int) -> Picture:
    """As it comes out of a JPEG file of this quality."""
    held = io.BytesIO()
    image.save(held, "JPEG", quality=quality)
    return Image.open(held)


def cut(image: Picture, left: float, top: float, right: float, bottom: float) -> Picture:
    """Without a share of its sides."""
    w, h = image.size
    return image.crop((round(w * left), round(h * top), w - round(w * right), h - round(h * bottom)))


@cache
def crops(side: int = 104, contrast: float = 30) -> tuple[Picture, ...]:
    """28 pieces of scikit-learn's two photographs that do not overlap, without those of plain sky."""
    from sklearn.datasets import load_sample_images

    found: list[Picture] = []
    for photo in load_sample_images().images:
        rows, columns = photo.shape[0] // side, photo.shape[1] // side
        places = [(y * side, x * side) for y in range(rows) for x in range(columns)]
        pieces = [np.ascontiguousarray(photo[y : y + side, x : x + side]) for y, x in places]
        found += [Image.fromarray(piece) for piece in pieces if piece.mean(axis=2).std() > contrast]
    return tuple(found[:28])


@dataclass
class Planted:
    """What was planted: names of files, or pairs of names."""

    broken: set[str] = field(default_factory=set)
    misnamed: set[str] = field(default_factory=set)
    exact: set[tuple[str, str]] = field(default_factory=set)
    near: dict[tuple[str, str], str] = field(default_factory=dict)
    black: set[str] = field(default_factory=set)
    white: set[str] = field(default_factory=set)
    flat: set[str] = field(default_factory=set)
    blurred: set[str] = field(default_factory=set)
    turned: set[str] = field(default_factory=set)


def plant(root: Path, names: Sequence[str]) -> Planted:
    """Plant every kind of fault beside the JPEG files with these names below the root, which stay as they are.

    Each fault takes the next of the names; so many names are needed as there are faults, about two dozen.
    """
    planted, left = Planted(), iter(names)

    def beside(name: str, new: str) -> Path:
        return (root / name).with_name(new)

    def named(path: Path) -> str:
        return path.relative_to(root).as_posix()

    for kind, content in (("cut", None), ("empty", b""), ("text", b"no picture"), ("page", b"<html></html>")):
        name = next(left)
        data = (root / name).read_bytes()
        broken = beside(name, f"broken {kind}.jpg")
        broken.write_bytes(data[: len(data) // 2] if content is None else content)
        planted.broken.add(named(broken))
    name = next(left)
    copy = beside(name, "사본 copy 😀.jpg")
    shutil.copy(root / name, copy)
    planted.exact.add((name, named(copy)))
    name = next(left)
    same = beside(name, "same pixels.png")
    Image.open(root / name).save(same)
    planted.exact.add((name, named(same)))
    name = next(left)
    lies = beside(name, "lies.jpg")
    Image.open(root / name).save(lies, "PNG")
    planted.misnamed.add(named(lies))
    planted.exact.add((name, named(lies)))
    for kind, change in COPIES.items():
        name = next(left)
        near = beside(name, f"near {kind}.png")
        change(Image.open(root / name).convert("RGB")).save(near)
        planted.near[name, named(near)] = kind
    for kind, value in (("black", 4), ("white", 252), ("flat", 120)):
        path = beside(names[0], f"{kind} <b>.png")
        Image.new("RGB", (90, 80), (value, value, value + 2)).save(path)
        getattr(planted, kind).add(named(path))
    name = next(left)
    image = Image.open(root / name).convert("RGB")
    blurred = beside(name, "blurred.png")
    image.filter(ImageFilter.GaussianBlur(0.06 * min(image.size))).save(blurred)
    planted.blurred.add(named(blurred))
    name = next(left)
    turned, mark = beside(name, "turned.jpg"), Image.Exif()
    mark[ORIENTATION] = 6
    Image.open(root / name).transpose(Image.Transpose.ROTATE_90).save(turned, quality=95, exif=mark)
    planted.turned.add(named(turned))
    planted.near[name, named(turned)] = "turned"
    return planted


def example(root: Path) -> None:
    """The collection that docs/check.md shows: 24 photographs of two classes in two parts, a fault of most kinds."""
    left = iter(crops())
    for part, count in (("train", 10), ("test", 2)):
        for name in ("china", "flower"):
            (root / part / name).mkdir(parents=True)
            for number in range(count):
                next(left).save(root / part / name / f"{number}.jpg", quality=92)
    china, flower = root / "train" / "china", root / "train" / "flower"
    shutil.copy(china / "0.jpg", flower / "again.jpg")
    shutil.copy(china / "1.jpg", china / "copy.jpg")
    COPIES["half"](Image.open(china / "3.jpg")).save(root / "test" / "china" / "smaller.png")
    (flower / "cut.jpg").write_bytes((flower / "0.jpg").read_bytes()[:1500])
    (flower / "text.jpg").write_text("no picture")
    next(left).save(china / "really a png.jpg", "PNG")
    Image.new("RGB", (90, 80)).save(flower / "black.png")
    next(left).filter(ImageFilter.GaussianBlur(6)).save(flower / "blurred.png")
    mark = Image.Exif()
    mark[ORIENTATION] = 6
    next(left).transpose(Image.Transpose.ROTATE_90).save(flower / "turned.jpg", quality=92, exif=mark)
