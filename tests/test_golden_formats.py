"""Files of every format that there ever was: read for ever, to the same bits. `golden/make.py` wrote them.

Model files have tests of their own besides (test_golden_files.py). Of a later version a sentence says to update; what
only saves time, the cache, is made anew.
"""

import hashlib
import json
from pathlib import Path

import pytest

from striate import load_model
from striate.bits import Bits, bits_of
from striate.confidence import Confidence
from striate.data.setfile import DIGEST, FIXED, MAGIC, read_set
from striate.errors import ModelFileError
from striate.messages import LANGUAGES, render
from striate.network.description import to_document
from striate.network.graph import Graph
from striate.presets.read import wired
from striate.report_page import read_settings
from striate.run_folder import source_of
from striate.storage import FORMAT

GOLDEN = Path(__file__).parent / "golden"
# Of the files; and of what is read from them.
FILES = {
    "v1-chain.safetensors": "875bc486555eb68897b761356ad3a2fcba245b3131b613cec0b916f28d24e8f6",
    "v1-shared.safetensors": "834683ec33d8f83546d728189d32338445becff08f2e69b005dd7bc52e1fb927",
    "v1-confident.safetensors": "1e7ac4d03108ae886e9c2593a5843265a223e274802cfb642d1306621fb41558",
    "v1-pictures.set": "f152c5e55171d94ce487d1fa62e3cc39968f430932fb6077bbd77ca845666258",
    "v1-settings.toml": "9760b7dd2165d201d58e7e06fccd855b6d4d2ef946634af7bd811916f8bd6d0c",
}
MODELS = {
    "v1-chain.safetensors": "ce0784d2169a4fed9b7458d8dfb65941737870b9a0c86eda2ce0416c237b4a8e",
    "v1-shared.safetensors": "cad31759a4d4e3af909b73f24504b8e6e1cb037c6d3dd1ca46f6563ee301490a",
    "v1-confident.safetensors": "ad2d42f3ed4b5f0122bb6dca3b97d455f26d07c1440c31383bc42fb8001bc88e",
}
PIXELS = "938be2b672bebd56753e5c07de6ab431ee1f1117cc464965303815935e1f431a"
INDEX = "896220a69a9fe52004321174c620f8b7a243f1936f204110357252501c5b4462"
NETWORK = "ff9c42efbc0958882c1a01a905861e849878515a7d3a2f2540b7d275b1350c96"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_those_that_were_written(name: str) -> None:
    assert sha256((GOLDEN / name).read_bytes()) == FILES[name]


def test_each_file_there_is_one_of_them() -> None:
    assert {path.name for path in GOLDEN.iterdir() if path.suffix not in (".py", "") and path.is_file()} == set(FILES)


@pytest.mark.parametrize("name", MODELS)
def test_models(name: str) -> None:
    assert load_model(GOLDEN / name).fingerprint == MODELS[name]


def test_what_model_files_have_gained_since_the_first() -> None:
    model = load_model(GOLDEN / "v1-confident.safetensors")
    assert model.confidence == Confidence(temperature=1.25, threshold=0.625, mirrored=True)
    assert model.preprocessing is not None and model.preprocessing.draft
    assert bits_of(model) == Bits(MODELS["v1-confident.safetensors"], "avx512")
    first = load_model(GOLDEN / "v1-chain.safetensors")
    assert first.confidence is None and first.preprocessing is not None and not first.preprocessing.draft


def test_a_set_of_the_cache() -> None:
    kept = read_set(GOLDEN / "v1-pictures.set", (2, 3, 3))
    assert kept is not None and kept.pixels.shape == (3, 2, 3, 3) and kept.index.shape == (5, 4)
    assert (sha256(kept.pixels.tobytes()), sha256(kept.index.tobytes())) == (PIXELS, INDEX)


def test_settings_are_a_network_and_name_their_pictures(tmp_path: Path) -> None:
    file = GOLDEN / "v1-settings.toml"
    network = to_document(Graph.to(wired(str(file), 2, (8, 9, 3))))
    assert sha256(json.dumps(network, sort_keys=True).encode()) == NETWORK
    settings = read_settings(file)
    assert settings["train"]["schedule"] == "cosine" and settings["preprocessing"]["size"] == [8, 9]
    (tmp_path / "settings.toml").write_bytes(file.read_bytes())
    assert source_of(tmp_path) == "six pictures"


def test_a_model_of_a_later_format_is_refused_with_the_way_to_read_it(tmp_path: Path) -> None:
    data = (GOLDEN / "v1-confident.safetensors").read_bytes()
    (tmp_path / "m.safetensors").write_bytes(data.replace(b'\\"format\\": 1', b'\\"format\\": 2'))
    with pytest.raises(ModelFileError) as caught:
        load_model(tmp_path / "m.safetensors")
    assert (caught.value.code, caught.value.fields["came"]) == ("model_file.newer_format", FORMAT + 1)
    for spoken, word in zip(LANGUAGES, ("update it", "업데이트"), strict=True):
        assert word in render(caught.value.code, caught.value.fields, spoken)


def test_a_set_of_a_later_format_is_made_anew(tmp_path: Path) -> None:
    data = bytearray((GOLDEN / "v1-pictures.set").read_bytes())
    assert data.startswith(MAGIC)
    later = MAGIC.replace(b"1", b"2")
    data[: len(later)] = later
    digest = hashlib.blake2b(bytes(data[: FIXED.size]), digest_size=DIGEST)
    digest.update(bytes(data[-5 * 32 :]))
    data[FIXED.size : FIXED.size + DIGEST] = digest.digest()
    (tmp_path / "a.set").write_bytes(data)
    assert read_set(tmp_path / "a.set", (2, 3, 3)) is None
