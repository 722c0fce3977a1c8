"""Well-known collections of pictures: where their files are to be had, and how one knows that they are these files.

The lengths and SHA-256 are those that are published for these files, among others by torchvision (Fashion-MNIST) and
TensorFlow Datasets (CIFAR-10).
"""

import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from striate.data.cifar import BATCH_BYTES, NAMES_FILE, bin_files
from striate.data.download import TIMEOUT, Progress, Remote, download, is_there
from striate.data.reading import named_faults
from striate.errors import DataError, FileError
from striate.files import exists, written_apart

MOST_NAMES_BYTES = 4096  # of the file with the classes' names


@dataclass(frozen=True)
class Collection:
    """A collection: its files, and what a person must know who uses it."""

    name: str
    title: str
    page: str
    licence: str  # the code of a text
    files: tuple[Remote, ...]
    unpack: Callable[[Path, Path], None] | None = None  # what is read out of an archive, into a folder


def _idx_files(bases: tuple[str, ...], files: tuple[tuple[str, int, str], ...]) -> tuple[Remote, ...]:
    return tuple(Remote(name, size, sha256, tuple(base + name for base in bases)) for name, size, sha256 in files)


def unpack_cifar10(archive: Path, folder: Path) -> None:
    """The files of CIFAR-10's binary version out of their archive, by name and length; nothing else is written.

    Those that are in the folder already stay as they are. Raises `DataError` for another archive, `FileError` where the
    folder cannot be written to.
    """
    wanted = {name for name in bin_files() if not (folder / name).is_file()}
    if not wanted:
        return
    with named_faults(archive, "collections.damaged"), tarfile.open(archive, "r:gz") as packed:
        for member in packed:
            name = member.name.rpartition("/")[2]
            if name not in wanted or not member.isfile():
                continue
            if member.size != BATCH_BYTES and (name != NAMES_FILE or member.size > MOST_NAMES_BYTES):
                raise DataError("collections.damaged", file=str(archive))
            content = packed.extractfile(member)
            with written_apart(folder / name) as apart, apart.open("wb") as file:
                while content and (chunk := content.read(1 << 20)):
                    file.write(chunk)
            wanted.discard(name)
    if wanted:
        raise DataError("collections.damaged", file=str(archive))


MNIST = Collection(
    "mnist",
    "MNIST",
    "http://yann.lecun.com/exdb/mnist/",
    "collections.licence.mnist",
    _idx_files(
        ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
        (
            (
                "train-images-idx3-ubyte.gz",
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            ("train-labels-idx1-ubyte.gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            (
                "t10k-images-idx3-ubyte.gz",
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            ("t10k-labels-idx1-ubyte.gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        ),
    ),
)
FASHION_MNIST = Collection(
    "fashion-mnist",
    "Fashion-MNIST",
    "https://github.com/zalandoresearch/fashion-mnist",
    "collections.licence.mit",
    _idx_files(
        (
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ),
        (
            (
                "train-images-idx3-ubyte.gz",
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            ),
            ("train-labels-idx1-ubyte.gz", 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            (
                "t10k-images-idx3-ubyte.gz",
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            ),
            ("t10k-labels-idx1-ubyte.gz", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        ),
    ),
)
CIFAR10 = Collection(
    "cifar10",
    "CIFAR-10",
    "https://www.cs.toronto.edu/~kriz/cifar.html",
    "collections.licence.cifar10",
    (
        Remote(
            "cifar-10-binary.tar.gz",
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",),
        ),
    ),
    unpack_cifar10,
)
COLLECTIONS = {each.name: each for each in (MNIST, FASHION_MNIST, CIFAR10)}


def fetch(
    collection: Collection,
    folder: Path,
    cache: Path,
    *,
    begins: Callable[[str], None],
    progress: Progress,
    timeout: float = TIMEOUT,
) -> None:
    """The collection in a folder, ready to be read; its files are kept in another, `cache`, which may be the same.

    What is in either of them already is not fetched. Raises `FileError` where a file cannot be had, or where another
    one of its name is in the folder, and `DataError`.
    """
    for file in collection.files:
        if is_there(folder / file.name, file):
            kept = folder / file.name
        else:
            kept = download(file, cache, begins=begins, progress=progress, timeout=timeout)
        if collection.unpack:
            collection.unpack(kept, folder)
        elif kept != folder / file.name:
            _copy(kept, folder / file.name)


def _copy(kept: Path, path: Path) -> None:
    if exists(path):
        raise FileError("fetch.other_there", path=path)
    with written_apart(path) as apart:
        shutil.copyfile(kept, apart)
