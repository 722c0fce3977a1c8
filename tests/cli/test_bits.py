"""The hash that a training ends with: printed, in the file, in the report, the same each time."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from native_parity import instruction_sets
from pictures import write_classes

from striate import Sequential, load_images, load_model
from striate.bits import BITS, Bits, bits_of
from striate.engines.native import core
from striate.layers import Dense, Flatten
from striate.recipe import Recipe
from striate.runs.train import train_run

pytestmark = pytest.mark.skipif(not core.available(), reason="the compiled core is not there")
BEST_SET = core.kernel_sets()[-1] if core.available() else ""
Run = Callable[..., Any]
PRINTED = re.compile(r"^same bits: sha256 ([0-9a-f]{16}) \((\w+)\)$", re.MULTILINE)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classes(tmp_path_factory.mktemp("bits") / "data", 2, 6)


def line(data: Path, folder: Path, *more: str) -> list[str]:
    return ["train", str(data), "-o", str(folder), "--model", "softmax", "--epochs", "2", *more]


def test_a_command_gives_the_same_bits_each_time_and_they_stand_everywhere(
    run: Run, data: Path, tmp_path: Path
) -> None:
    printed = [PRINTED.findall(run(*line(data, tmp_path / name)).err) for name in ("one", "two")]
    assert printed[0] == printed[1] and len(printed[0]) == 1
    ((short, isa),) = printed[0]
    model = load_model(tmp_path / "one" / "best.safetensors")
    assert isa == BEST_SET
    assert model.fingerprint.startswith(short)
    assert model.about[BITS] == {"sha256": model.fingerprint, "isa": isa}
    assert f"{model.fingerprint}</code> ({isa})" in (tmp_path / "one" / "report.html").read_text(encoding="utf-8")
    assert (
        f"sha256 of the weights: {model.fingerprint} (computed on {isa};" in run("summary", str(tmp_path / "one")).out
    )
    facts = json.loads(run("summary", str(tmp_path / "one"), "--json").out)
    assert (facts["fingerprint"], facts["isa"]) == (model.fingerprint, isa)


@pytest.mark.parametrize("isa", instruction_sets()[:1])
def test_another_instruction_set_is_said_to_be_one(isa: str, run: Run, data: Path, tmp_path: Path) -> None:
    """Its bits may differ; here alone they are the same, on any number of threads."""
    for threads in ("1", "3"):
        ended = run(*line(data, tmp_path / threads, "--isa", isa, "--threads", threads, "--json"))
        result = json.loads(ended.out.splitlines()[-1])
        model = load_model(tmp_path / threads / "best.safetensors")
        assert (result["fingerprint"], result["isa"]) == (model.fingerprint, isa) == tuple(model.about[BITS].values())
    assert len({load_model(tmp_path / threads / "best.safetensors").fingerprint for threads in "13"}) == 1


def test_the_reference_engine_is_named(data: Path, tmp_path: Path) -> None:
    trained = train_run(load_images(data), tmp_path / "run", Recipe("softmax", 1, engine="reference"), verbose=0)
    assert bits_of(trained.model) == Bits(trained.model.fingerprint, "reference")


def small() -> Sequential:
    model = Sequential([Flatten(input_shape=(2, 2, 1)), Dense(2, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def test_a_history_has_them(rng: np.random.Generator) -> None:
    model = small()
    history = model.fit(rng.random((4, 2, 2, 1), np.float32), [0, 1, 0, 1], verbose=0)
    assert history.bits == Bits(model.fingerprint, BEST_SET)
    assert history.bits.short == model.fingerprint[:16]


def test_what_is_changed_behind_it_is_not_said_to_be_computed() -> None:
    model = small()
    model.about[BITS] = {"sha256": model.fingerprint, "isa": "avx512"}
    assert bits_of(model) == Bits(model.fingerprint, "avx512")
    model.theta[0] += 1
    assert bits_of(model) == Bits(model.fingerprint, None)


@pytest.mark.parametrize("recorded", [None, 5, [], {}, {"sha256": 1}, {"isa": ["avx512"]}])
def test_a_file_may_say_anything(recorded: object) -> None:
    model = small()
    model.about[BITS] = recorded
    assert bits_of(model) == Bits(model.fingerprint, None)


def test_a_model_that_was_not_trained(run: Run, tmp_path: Path) -> None:
    model = small()
    model.save(tmp_path / "m.safetensors")
    assert f"{model.fingerprint} (the file does not say" in run("summary", str(tmp_path / "m.safetensors")).out
    assert "sha256" not in run("summary", "lenet5").out
