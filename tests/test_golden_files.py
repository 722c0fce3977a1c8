"""Files written long ago stay readable for ever, mean what they meant, and are written again as they were.

`golden/make.py` wrote them; a file that stands there is never written anew. A new format version adds files.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open

from striate import Preprocessing, load_model, storage
from striate.network.description import to_document
from striate.network.graph import Graph
from striate.network.layers import LAYERS
from striate.network.settings import config

GOLDEN = Path(__file__).parent / "golden"
WRITTEN_BY = {"v1-chain": "0.1.0", "v1-shared": "0.1.0"}
SHA256 = {
    "v1-chain": "875bc486555eb68897b761356ad3a2fcba245b3131b613cec0b916f28d24e8f6",
    "v1-shared": "834683ec33d8f83546d728189d32338445becff08f2e69b005dd7bc52e1fb927",
}
ANSWERS = {
    "v1-chain": [[0.40885970, 0.32800418, 0.26313618], [0.40878904, 0.32815295, 0.26305795]],
    "v1-shared": [[0.47241351], [0.47246018]],
}
every_file = pytest.mark.parametrize("name", SHA256)


@every_file
def test_the_file_is_the_one_that_was_written(name: str) -> None:
    assert hashlib.sha256((GOLDEN / f"{name}.safetensors").read_bytes()).hexdigest() == SHA256[name]


@every_file
def test_it_means_what_it_meant(name: str) -> None:
    model, count = load_model(GOLDEN / f"{name}.safetensors"), 0
    for weight in model.weights.values():
        expected = (17 * (count + np.arange(weight.size)) % 31 - 15) / 64
        np.testing.assert_array_equal(weight.ravel(), expected.astype(np.float32))
        count += weight.size
    shape = (2, *model.graph.input_shape)
    x = (np.arange(np.prod(shape)) % 13 / 13).reshape(shape)
    np.testing.assert_allclose(model.predict(x), ANSWERS[name], rtol=2e-6)


def test_what_stands_beside_the_weights() -> None:
    model = load_model(GOLDEN / "v1-chain.safetensors")
    assert model.class_names == ("고양이", "dog", "'\"\\ \u2028")
    assert model.preprocessing == Preprocessing(size=(9, 8), colour="grey", scale=1 / 255, resize="crop", draft=False)
    assert model.about == {"accuracy": 0.1 + 0.2, "note": "학습", "history": {"loss": [1.5, None]}}
    assert [node.name for node in model.graph.nodes][1:4] == ["conv1", "pool1", "둘째"]
    shared = load_model(GOLDEN / "v1-shared.safetensors").graph
    assert shared.node("twice").layer is shared.node("twice:2").layer


@every_file
def test_written_again_it_has_the_same_bytes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the version that writes it, and for settings that its layers have gained since, at their defaults."""
    old = load_model(GOLDEN / f"{name}.safetensors")
    known = {entry["name"]: entry.get("settings") for entry in written_settings(name)}

    def as_then(graph: Graph) -> list[dict[str, Any]]:
        return [{**entry, **only_known(entry, known[entry["name"]])} for entry in to_document(graph)]

    monkeypatch.setattr(storage, "to_document", as_then)
    monkeypatch.setattr(storage, "__version__", WRITTEN_BY[name])
    old.save(tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == (GOLDEN / f"{name}.safetensors").read_bytes()


def written_settings(name: str) -> list[dict[str, Any]]:
    """The network as the file itself describes it."""
    with safe_open(GOLDEN / f"{name}.safetensors", framework="np") as file:
        return json.loads(file.metadata()["striate"])["network"]


def only_known(entry: dict[str, Any], known: dict[str, Any] | None) -> dict[str, Any]:
    if known is None:
        return {}
    settings = entry["settings"]
    required = {setting: known[setting] for setting in known if setting in settings}
    defaults = config(LAYERS[entry["layer"]](**required))
    gained = {setting: value for setting, value in settings.items() if setting not in known}
    assert gained == {setting: defaults[setting] for setting in gained}
    return {"settings": {setting: value for setting, value in settings.items() if setting in known}}
