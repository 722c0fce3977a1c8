"""Every reader of files, as fuzzing takes it: the files to begin from, how to harm them, and what reads them."""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import harm_formats as formats
import small_files as small
from harm import harmed, reworded
from hostile import GOLDEN
from limits import MEMORY
from PIL import Image

from striate import load_model
from striate.checkpoints import Checkpoints
from striate.confidence import Confidence
from striate.data import cifar, idx
from striate.data.archive import LARGEST_MEMBER, is_archive, list_archive
from striate.data.images import decode, examine
from striate.data.load import load_images
from striate.data.preprocessing import Preprocessing
from striate.data.setfile import read_set
from striate.data.skipping import read_list
from striate.errors import StriateError
from striate.presets.read import wired
from striate.recipe import recipe_of
from striate.report_page import read_metrics, read_settings
from striate.run_folder import source_of
from striate.runs.record import read_record

Rng = random.Random
Harm = Callable[[bytes, Rng], bytes]


@dataclass(frozen=True)
class Reader:
    """What reads one kind of file. `share`: of the test's mutations; `memory`: bytes that reading may take."""

    seeds: Callable[[], list[bytes]]
    harms: tuple[Harm, ...]
    read: Callable[[Path], object]
    share: int
    ending: str = ""
    memory: int = MEMORY

    def file(self, folder: Path) -> Path:
        """Where it looks for such a file."""
        file = folder / (self.ending[1:] if self.ending.startswith("/") else f"file{self.ending}")
        file.parent.mkdir(exist_ok=True)
        return file

    def mutations(self, seed: int, count: int | None = None) -> Iterator[bytes]:
        """Harmed files, the same for the same seed."""
        rng, seeds = random.Random(seed), self.seeds()
        for _ in range(self.share if count is None else count):
            yield rng.choice(self.harms)(rng.choice(seeds), rng)


def model_twice(file: Path) -> None:
    """A model; what is read can be written, and read again as the same."""
    model = load_model(file)
    model.save(file)
    assert load_model(file).fingerprint == model.fingerprint


def archive(file: Path) -> None:
    """Its members, each opened by itself."""
    assert is_archive(file)
    listing = list_archive(file)
    for part in listing.parts.values():
        for name in part.files:
            _own_errors_alone(lambda name=name: decode(name, listing.source))


def pictures(file: Path) -> None:
    """As a whole data set."""
    load_images(file, cache=0)


def network(file: Path) -> None:
    """A network's layers and its recipe, each by itself."""
    _own_errors_alone(lambda: recipe_of(str(file)))
    wired(str(file), 3, (6, 5, 1))


def settings(file: Path) -> None:
    """What others ask a run's folder for; of what cannot be read they get nothing."""
    assert isinstance(read_settings(file), dict)
    source_of(file.parent)


def picture(file: Path) -> None:
    """Looked at, then decoded, then as a model takes it."""
    _own_errors_alone(lambda: examine(str(file)))
    decode(str(file))
    Preprocessing((4, 4), "grey").read(file)


def checkpoint(file: Path) -> None:
    """The newest of a run, whatever its checksum: a damaged one is as good as none."""
    data = file.read_bytes()
    seal = {"format": 1, "bytes": len(data), "sha256": sha256(data).hexdigest()}
    file.with_suffix(".json").write_text(json.dumps(seal), encoding="utf-8")
    Checkpoints(file.parent).newest()


def _own_errors_alone(read: Callable[[], object]) -> None:
    try:
        read()
    except StriateError as error:
        str(error)


def _json(file: Path) -> object:
    try:
        return json.loads(file.read_bytes())
    except (ValueError, RecursionError):  # no document; the fuzzer begins with nothing at all
        return None


READERS: Mapping[str, Reader] = {
    "model": Reader(
        lambda: [GOLDEN.read_bytes(), GOLDEN.with_name("v1-shared.safetensors").read_bytes()],
        (harmed, formats.model_document),
        model_twice,
        3500,
        ".safetensors",
    ),
    "idx": Reader(
        lambda: [small.idx_pictures()],
        (harmed, formats.idx_header, formats.idx_packed),
        lambda file: idx.read_file(file, idx.IMAGES_RANK),
        1500,
    ),
    "idx labels": Reader(
        lambda: [small.idx_labels()],
        (harmed, formats.idx_header, formats.idx_packed),
        lambda file: idx.read_file(file, idx.LABELS_RANK),
        1000,
    ),
    "npz": Reader(
        lambda: [small.zipped(small.arrays(), 0), small.zipped(small.arrays())],
        (harmed, formats.zip_fields, formats.npz_arrays, formats.npz_arrays),
        pictures,
        2500,
        ".npz",
    ),
    "network": Reader(
        lambda: [small.NETWORK.encode()],
        (harmed, reworded, reworded),
        network,
        2000,
        ".toml",
    ),
    "settings": Reader(lambda: [small.SETTINGS.encode()], (harmed, reworded), settings, 500, "/settings.toml"),
    "metrics": Reader(lambda: [small.METRICS], (harmed, reworded), read_metrics, 500),
    "list": Reader(lambda: [small.LIST], (harmed, reworded), read_list, 1000),
    "zip": Reader(
        lambda: [
            small.zipped(small.classes()),
            small.zipped(small.classes(), 0),
            small.zipped(small.classes(), 12),
            small.zipped(small.classes(), 14),
        ],
        (harmed, formats.zip_fields, formats.zip_fields),
        archive,
        2000,
        ".zip",
        MEMORY + LARGEST_MEMBER,  # which a member packed by LZMA may ask for at once
    ),
    "tar": Reader(
        lambda: [small.tarred(small.classes()), small.tarred(small.classes(), 1)],
        (harmed, formats.tar_fields, formats.tar_fields),
        archive,
        1000,
        ".tar",
    ),
    "packed tar": Reader(
        lambda: [pack(small.tarred(small.classes())) for pack in small.PACKERS.values()],
        (harmed, formats.numbers),
        archive,
        500,
        ".tar",
    ),
    "set": Reader(
        lambda: [small.set_file()],
        (harmed, formats.set_header),
        lambda file: read_set(file, small.SHAPE),
        500,
    ),
    "checkpoint": Reader(
        lambda: [small.checkpoint()],
        (harmed, formats.checkpoint_document),
        checkpoint,
        500,
        "/checkpoints/00000001.safetensors",
    ),
    "run": Reader(
        lambda: [small.record()],
        (harmed, formats.record),
        lambda file: read_record(file.parents[1]),
        500,
        "/checkpoints/run.json",
    ),
    "cifar": Reader(lambda: [small.cifar()], (harmed,), cifar._rows, 500),
    "preprocessing": Reader(
        lambda: [small.PREPROCESSING],
        (formats.document,),
        lambda file: Preprocessing.from_config(_json(file)),
        500,
    ),
    "confidence": Reader(
        lambda: [small.CONFIDENCE],
        (formats.document,),
        lambda file: Confidence.from_config(_json(file)),
        500,
    ),
    "picture": Reader(
        lambda: [small.picture(form) for form in small.FORMATS],
        (harmed, formats.numbers, formats.png_chunks),
        picture,
        1000,
        memory=16 * (Image.MAX_IMAGE_PIXELS or 0),  # bytes: what a header declares is taken before its pixels are there
    ),
}
