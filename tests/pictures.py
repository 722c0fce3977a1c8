"""Small sets of real pictures in every form that the command line takes: scikit-learn's digits as files."""

import gzip
import struct
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from striate.data.load import digits

Pixels = NDArray[np.uint8]
IDX_NAMES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


@cache
def _digits() -> tuple[Pixels, NDArray[np.int64]]:
    train = digits().train
    return train.pictures[..., 0], train.labels


def digit(label: int, number: int = 0) -> Pixels:
    """The picture of a digit, 8x8; `number` counts those of one label."""
    pictures, labels = _digits()
    return pictures[np.flatnonzero(labels == label)[number]]


def some(classes: int, each: int, skip: int = 0) -> tuple[Pixels, NDArray[np.int64]]:
    """So many pictures of each of the first classes, (N, 8, 8), and their labels; a skip gives others."""
    labels = np.repeat(np.arange(classes), each)
    return np.stack([digit(int(label), skip + i % each) for i, label in enumerate(labels)]), labels


def write_png(path: Path, pixels: Pixels) -> Path:
    """A picture file, its folder made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, "PNG")
    return path


def write_classes(root: Path, classes: int = 3, each: int = 20, skip: int = 0) -> Path:
    """One subfolder a class."""
    for i, (pixels, label) in enumerate(zip(*some(classes, each, skip), strict=True)):
        write_png(root / str(label) / f"{i:03d}.png", pixels)
    return root


def write_parts(root: Path, *, train: int = 20, val: int = 6, test: int = 10) -> Path:
    """Folders of parts, each with one subfolder a class; no picture twice."""
    write_classes(root / "train", each=train)
    write_classes(root / "val", each=val, skip=train)
    write_classes(root / "test", each=test, skip=train + val)
    return root


def write_npz(path: Path, names: tuple[str, ...] = ("zero", "one", "two")) -> Path:
    """Arrays of training and test pictures, with names for the classes."""
    (x, y), (x_test, y_test) = some(3, 20), some(3, 10, skip=20)
    np.savez(path, x_train=x, y_train=y, x_test=x_test, y_test=y_test, class_names=np.array(names))
    return path


def write_idx(folder: Path, *, packed: bool = False) -> Path:
    """The four files that MNIST comes in."""
    folder.mkdir(parents=True)
    for part, (pictures, labels) in {"train": some(3, 20), "test": some(3, 10, skip=20)}.items():
        write_idx_part(folder, part, pictures, labels, packed=packed)
    return folder


def write_idx_part(
    folder: Path, part: str, pictures: Pixels, labels: NDArray[np.int64], *, packed: bool = False
) -> None:
    """Pictures and labels of one part. Format: yann.lecun.com/exdb/mnist, unsigned bytes, sizes big-endian."""
    for name, array in zip(IDX_NAMES[part], (pictures, labels.astype(np.uint8)), strict=True):
        content = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()
        (folder / (name + ".gz" * packed)).write_bytes(gzip.compress(content) if packed else content)


def is_picture_with_something_on_it(path: Path) -> bool:
    """Opens, and is not all of one colour."""
    with Image.open(path) as image:
        return len(np.unique(np.asarray(image.convert("L")))) > 10
