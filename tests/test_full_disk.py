"""Disks that become full while a training runs, folders that may not be written to: a sentence, and nothing is lost."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import write_parts

from striate.checkpoints import Checkpoints
from striate.errors import FileError
from striate.files import append_text

SCRIPT = Path(__file__).with_name("full_disk.py")
# A file system of its own, for the process and those that it starts: in a name space where every user may mount.
ISOLATED = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")


def mounted(folder: Path, size: str, line: str) -> "subprocess.CompletedProcess[str]":
    """Run a line of the shell with a small file system at a folder, which goes away with it."""
    shell = f"mount -t tmpfs -o size={size} tmpfs {shlex.quote(str(folder))} || exit 77; {line}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"}
    try:
        return subprocess.run([*ISOLATED, shell], capture_output=True, text=True, env=environment, check=False)
    except FileNotFoundError:
        pytest.skip("unshare is not there")


def seen(data: Path, folder: Path, how: str, step: int) -> dict[str, Any]:
    line = shlex.join([sys.executable, str(SCRIPT), str(data), str(folder / "run"), how, str(step)])
    done = mounted(folder, "20m", line)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"this process may not mount: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("how", "step", "kept"), [("disk", 0, 3), ("disk", 3, 6), ("limit", 3, 6)], ids=lambda value: str(value)
)
def test_a_disk_that_becomes_full(how: str, step: int, kept: int, tmp_path: Path) -> None:
    """At a checkpoint and at an epoch's end: what was written before is whole, and goes on where there is room."""
    data = write_parts(tmp_path / "data")
    (tmp_path / "disk").mkdir()
    found = seen(data, tmp_path / "disk", how, step)
    assert found["code"] == "file.cannot_write"
    assert "RUN" in found["sentence"] and ("No space left" if how == "disk" else "File too large") in found["sentence"]
    assert (found["step"], found["parts"]) == (kept, [])
    assert found["models"] == ["best.safetensors", "last.safetensors"]
    assert (found["lines"], found["ends"]) == (2, "\n")
    assert found["resumed"] == found["unbroken"]


LINES = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from full_disk import fill
from striate.errors import FileError
from striate.files import append_text
folder = Path(sys.argv[1])
log = folder / "log"
log.write_text("a line\\n")
fill(folder / "ballast")
try:
    while True:
        append_text(log, "another line, and a longer one\\n")
except FileError as error:
    print(error.code)
print({*log.read_text().splitlines()} <= {"a line", "another line, and a longer one"}, log.read_bytes()[-1:])
"""


def test_a_line_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    line = shlex.join([sys.executable, "-c", LINES, str(tmp_path), str(SCRIPT.parent)])
    done = mounted(tmp_path, "64k", line)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"this process may not mount: {done.stderr.strip()}")
    assert done.stdout.split("\n")[:2] == ["file.cannot_write", "True b'\\n'"], done.stderr


READ_ONLY = """
import sys
from pathlib import Path
from striate.errors import FileError
from striate.run_folder import claimed
try:
    with claimed(Path(sys.argv[1]) / "run", overwrite=True):
        pass
except FileError as error:
    print(error.code, error.fields["reason"])
"""


def test_a_folder_that_may_only_be_read(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    disk = shlex.quote(str(tmp_path / "disk"))
    line = f"mkdir {disk}/run; mount -o remount,ro {disk}; " + shlex.join(
        [sys.executable, "-c", READ_ONLY, str(tmp_path / "disk")]
    )
    done = mounted(tmp_path / "disk", "1m", line)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"this process may not mount: {done.stderr.strip()}")
    assert done.stdout == "file.cannot_write Read-only file system\n", done.stderr


@pytest.mark.parametrize("write", [lambda path: append_text(path, "x"), lambda path: Checkpoints(path).write({"a": 1})])
def test_a_device_that_takes_nothing(write: Callable[[Path], object]) -> None:
    with pytest.raises(FileError) as caught:
        write(Path("/dev/full"))
    assert caught.value.code == "file.cannot_write"


def test_what_a_checkpoint_holds_comes_back(rng: np.random.Generator, tmp_path: Path) -> None:
    """Every kind of value, to the bit."""
    kept = {
        "arrays": [
            rng.standard_normal((3, 5)).astype(np.float32),
            np.arange(4),
            np.zeros((0, 7)),
            np.ones(3, np.uint8),
        ],
        "numbers": {"a": 0.1 + 0.2, "b": -(2**60), "c": float("inf"), "d": None, "e": True, "f": "칸"},
        "tables": {"tensor": "arrays/0", "float": "nan", "table": {}},
        "": [],
    }
    Checkpoints(tmp_path).write(kept)
    came = Checkpoints(tmp_path).newest()
    assert came is not None
    for own, its in zip(kept["arrays"], came["arrays"], strict=True):
        assert own.dtype == its.dtype and np.array_equal(own, its) and its.flags.writeable  # type: ignore[union-attr]
    assert {**came, "arrays": None} == {**kept, "arrays": None}
