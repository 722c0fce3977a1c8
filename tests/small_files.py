"""The smallest real files of every kind that Striate reads: what fuzzing begins from."""

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from striate.checkpoints import Checkpoints
from striate.confidence import Confidence
from striate.data.preprocessing import Preprocessing
from striate.data.setfile import SetWriter
from striate.data.tars import BLOCK

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "JPEG2000", "AVIF", "MPO")
SHAPE = (2, 3, 1)  # of the pictures of a set file

NETWORK = """# striate's way to write a network
[recipe]
epochs = 3
batch_size = 16
optimizer = "adam"
learning_rate = 0.002
schedule = "one_cycle"
augment = "flip"

[[layers]]
layer = "Conv2D"
name = "첫째"
filters = 4
kernel_size = [3, 2]
strides = 1
padding = "same"
activation = "relu"

[[layers]]
layer = "Flatten"
inputs = ["첫째"]

[[layers]]
layer = "Dense"
units = "classes"
activation = "softmax"
"""

SETTINGS = """striate = "0.1.0"
[train]
model = "convnet"
learning_rate = 0.001
[data]
source = "mnist"
classes = ["0", "1"]
pictures = 500
"""

METRICS = b"epoch,loss,accuracy\n0,2.3,0.1\n1,1.5,0.5\n2,0.25,0.9\n"

LIST = (
    "# left out\n"
    "cat/1.png\t# as dog/7.png\n"
    '"cat/\\u0007 bell.png"\t# a name that would be misread\n'
    "./dog/2.png\n\n"
    "고양이/3.png\t# blank\r\n"
).encode()

PREPROCESSING = json.dumps(Preprocessing((9, 8), "grey").to_config()).encode()
CONFIDENCE = json.dumps(Confidence(1.5, 0.25).to_config()).encode()


def idx_pictures() -> bytes:
    """Three pictures of 4x5."""
    return struct.pack(">4B3I", 0, 0, 8, 3, 3, 4, 5) + bytes(range(60))


def idx_labels() -> bytes:
    """Three labels."""
    return struct.pack(">4BI", 0, 0, 8, 1, 3) + bytes((0, 1, 0))


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return file.getvalue()


def arrays() -> dict[str, bytes]:
    """The members of an .npz."""
    x = np.arange(24, dtype=np.uint8).reshape(4, 2, 3, 1)
    held = {"x_train": x, "y_train": np.array([0, 1, 0, 1]), "class_names": np.array(["고양이", "dog"])}
    members: dict[str, bytes] = {}
    for name, array in held.items():
        file = io.BytesIO()
        np.save(file, array)
        members[f"{name}.npy"] = file.getvalue()
    return members


@cache
def picture(form: str) -> bytes:
    """Six pixels, of different colours."""
    file = io.BytesIO()
    pixels = np.arange(0, 180, 5, dtype=np.uint8)[:36].reshape(4, 3, 3)
    exif = Image.Exif()
    exif[0x0112] = 6  # turned
    options = {"exif": exif} if form in ("PNG", "JPEG", "WEBP", "TIFF") else {}
    Image.fromarray(pixels).save(file, form, **options)
    return file.getvalue()


def classes() -> dict[str, bytes]:
    """A folder of pictures as the members of an archive."""
    return {"cat/1.png": picture("PNG"), "cat/2.jpg": picture("JPEG"), "개/1.png": picture("GIF")}


def tarred(members: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar archive, with a folder, a link and a long name."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for name, data in {**members, f"cat/{'n' * 110}.png": picture("PNG")}.items():
            head = tarfile.TarInfo(name)
            head.size = len(data)
            archive.addfile(head, io.BytesIO(data))
        link = tarfile.TarInfo("개/2.png")
        link.type, link.linkname = tarfile.LNKTYPE, "cat/1.png"
        archive.addfile(link)
        end = archive.offset
    return file.getvalue()[: end + 2 * BLOCK]  # not filled up with zeros to 10 KB


PACKERS = {
    "gz": lambda data: gzip.compress(data, mtime=0),
    "bz2": bz2.compress,
    "xz": lzma.compress,
}


def set_file() -> bytes:
    """A set of the cache: three pictures known, two kept."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "a.set"
        with SetWriter(file, SHAPE, 2) as writer:
            index = np.arange(12, dtype=np.int64).reshape(3, 4)
            writer.write(index, np.arange(18, dtype=np.uint8).reshape(3, *SHAPE))
            writer.finish()
        return file.read_bytes()


def checkpoint() -> bytes:
    """What a training keeps, in small."""
    kept = {
        "theta": np.arange(6, dtype=np.float32),
        "slots": [np.zeros(6, np.float32)],
        "history": {"loss": [1.5, float("nan")]},
        "step": 7,
        "best": float("inf"),
        "frozen": ["conv1"],
    }
    with TemporaryDirectory() as folder:
        Checkpoints(Path(folder)).write(kept)
        return (Path(folder) / "00000001.safetensors").read_bytes()


def record() -> bytes:
    """What a run is made with, sealed."""
    told = {"format": 1, "version": "0.1.0", "engine": "reference", "isa": "", "recipe": {"epochs": 3}, "network": []}
    told |= {"about": {}, "preprocessing": {}, "class_names": ["개", "dog"], "batch_size": 32, "seconds": None}
    told |= {"source": "개", "reading": {"cache": 0}, "frequency": {}, "film": {}, "data": {}, "settings": ""}
    text = json.dumps(told)
    return json.dumps({"sha256": sha256(text.encode()).hexdigest(), "run": text}).encode()


def cifar() -> bytes:
    """Two pictures of CIFAR-10's binary version."""
    return bytes([3]) + bytes(3072) + bytes([9]) + bytes([200]) * 3072
