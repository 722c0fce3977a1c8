"""striate train looks ahead: what it says before the first step, and where it does not begin."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import write_parts

from striate.engines.native.room import resident_bytes
from striate.errors import Notice, OutOfMemoryError
from striate.history import History
from striate.model import Model
from striate.presets.models import convnet, softmax
from striate.training.forecast import Memory, check_memory, largest

QUICK = ("--model", "softmax", "--epochs", "2", "--threads", "1")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_parts(tmp_path_factory.mktemp("pictures"))


@pytest.fixture
def train(
    run: Callable[..., Any], pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    monkeypatch.setattr(History, "plot", lambda self, path: path.touch())

    def train(*options: str) -> Any:
        return run("train", str(pictures), "-o", str(tmp_path / "out"), *QUICK, *options)

    return train


def test_a_dry_run_says_what_training_will_take_and_writes_nothing(train: Callable[..., Any], tmp_path: Path) -> None:
    ended = train("--dry-run")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.splitlines()[-1].startswith("It will take about ")
    assert "note:" not in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_is_said_before_training_and_does_not_stop_it(train: Callable[..., Any], tmp_path: Path) -> None:
    ended = train("--dry-run", "--lr", "30")
    assert ended.code == 1 and "The learning rate 30 is too large" in ended.err
    ended = train("--lr", "30")
    assert ended.code == 0 and "The learning rate 30 is too large" in ended.err
    assert (tmp_path / "out" / "best.safetensors").is_file()


def test_without_preflight_nothing_is_said_of_what_comes(train: Callable[..., Any]) -> None:
    ended = train("--no-preflight", "--lr", "30")
    assert "The learning rate 30" not in ended.err and "It will take" not in ended.err


def test_for_a_program_it_is_a_line(train: Callable[..., Any]) -> None:
    ended = train("--dry-run", "--lr", "30", "--json")
    line = json.loads(ended.out.splitlines()[-1])
    assert line.keys() == {"event", "findings", "bytes", "seconds"} and line["event"] == "preflight"
    (finding,) = line["findings"]
    assert (finding["code"], finding["rate"]) == ("preflight.rate_large", 30)
    assert line["bytes"] > resident_bytes() / 2 and line["seconds"] is None


def test_what_is_beyond_the_memory_allowed_does_not_begin(train: Callable[..., Any], tmp_path: Path) -> None:
    ended = train("--max-memory", "10MB")
    assert ended.code == 3 and "more than the 10 MB allowed" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_looking_ahead_leaves_every_bit_as_it_is(train: Callable[..., Any], tmp_path: Path) -> None:
    def weights(*options: str) -> bytes:
        assert train("--force", *options).code == 0
        return (tmp_path / "out" / "last.safetensors").read_bytes()

    assert weights() == weights("--no-preflight")


# The memory


def of(batch: int) -> Memory:
    """A batch takes a MB a picture, and 10 MB whatever its size."""
    return Memory(held=10_000_000, slots=0, programs=0, batches=batch * 1_000_000)


@pytest.mark.parametrize(("allowed", "fits"), [(50.5e6, 40), (11e6, 1), (10e6, 0)])
def test_the_largest_batch_that_fits_is_told(allowed: float, fits: int) -> None:
    with pytest.raises(OutOfMemoryError) as caught:
        check_memory(of, 64, int(allowed))
    assert caught.value.code == ("memory.above_allowed" if fits else "memory.above_allowed_for_one")
    assert caught.value.fields == {"needed": 74_000_000, "bound": int(allowed), "pictures": 64, "fits": fits}
    assert check_memory(of, 64, 74_000_000).total == 74_000_000


def test_what_the_computer_has_not_is_said_with_the_batch_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("striate.training.forecast.free_bytes", lambda: 20_000_000)
    with pytest.raises(OutOfMemoryError) as caught:
        check_memory(of, 64)
    assert (caught.value.code, caught.value.fields["fits"]) == ("memory.above_free", 20)
    assert largest(lambda size: False, 9) == 0


# In a process of its own: a forecast, a training, and what the system says of the process then.
MEASURED = """
import numpy as np
from pathlib import Path
from striate.presets.models import {preset}
model = {preset}(10, 28, 1)
model.compile("adam", "sparse_categorical_crossentropy", engine="{engine}", threads=1)
x, y = np.random.default_rng(0).random(({pictures}, 28, 28, 1), np.float32), np.arange({pictures}) % 10
forecast = model.preflight(x, y, batch_size={batch}, seconds=0).memory.total
model.fit(x, y, batch_size={batch}, verbose=0)
print(forecast, 1024 * int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells it")
@pytest.mark.parametrize(
    ("preset", "engine", "pictures", "batch"),
    # Large enough that what Python itself takes meanwhile, some megabytes, is a small share.
    [("convnet", "native", 1024, 1024), ("lenet5", "native", 1024, 1024), ("convnet", "reference", 128, 128)],
)
def test_the_forecast_is_within_a_tenth_of_what_comes(preset: str, engine: str, pictures: int, batch: int) -> None:
    code = MEASURED.format(preset=preset, engine=engine, pictures=pictures, batch=batch)
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    forecast, peak = map(int, ended.stdout.split())
    assert abs(forecast / peak - 1) < 0.1


# In Python


def fitted(model: Model, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> None:
    model.compile("adam", "sparse_categorical_crossentropy", threads=1)
    model.fit(x, y, verbose=0)


def test_fit_says_what_it_sees_without_computing_and_says_it_once(recwarn: pytest.WarningsRecorder) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.random((1000, 8, 8, 1)) * 255, np.arange(1000) % 10
    model = softmax(10, 8)
    fitted(model, x, y)
    model.fit(x, y, verbose=0)
    (warning,) = recwarn.list
    assert isinstance(warning.message, Notice) and warning.message.code == "preflight.unscaled"
    assert warning.filename == __file__


def test_fit_does_not_look_where_preflight_did(recwarn: pytest.WarningsRecorder) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.random((1000, 8, 8, 1)) * 255, np.arange(1000) % 10
    model = softmax(10, 8)
    model.compile("adam", "sparse_categorical_crossentropy", threads=1)
    seen = model.preflight(x, y)
    assert [finding.code for finding in seen.findings] == ["preflight.unscaled"]
    assert str(seen).startswith("The numbers in the pictures go from 0.0")
    model.fit(x, y, verbose=0)
    assert not recwarn.list


def test_a_large_network_says_what_it_needs() -> None:
    model = convnet()
    model.compile("adam", "sparse_categorical_crossentropy", threads=1)
    x, y = np.random.default_rng(0).random((16, 28, 28, 1)), np.arange(16) % 10
    few, all_ = (model.preflight(x, y, batch_size=size, seconds=0).memory for size in (1, 16))
    assert few.slots == all_.slots == 8 * (model.graph.theta.size + model.graph.state.size)
    assert few.programs < all_.programs and few.batches * 16 == all_.batches
