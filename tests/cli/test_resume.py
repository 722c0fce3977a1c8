"""striate resume: a training is ended from outside, and the line that is printed goes on with it."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pictures import write_parts

from striate.cli import main
from striate.run_folder import held

pytestmark = pytest.mark.usefixtures("no_drawing")

Run = Callable[..., Any]
QUICK = ("--model", "digits", "--epochs", "4", "--batch", "16", "--threads", "1", "--augment", "shift=1")
SOURCE = str(Path(main.__file__).parents[2])
# Steps that take their time from where the signal is sent, so that it comes between two of them; both keepers of models
# say it.
SLOWLY = """
import itertools, sys, time
from striate.training.callbacks import ModelCheckpoint
after, said = int(sys.argv[1]), itertools.count(1)
def step(*_):
    print("step", file=sys.stderr, flush=True)
    if next(said) >= after: time.sleep(0.2)
ModelCheckpoint.on_train_batch_end = step
from striate.cli.main import program
program.main(sys.argv[2:])
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of parts."""
    return write_parts(tmp_path_factory.mktemp("data"))


def ended(source: Path, folder: str, cwd: Path, number: int, after: int) -> "tuple[int, str]":
    """Train slowly, send a signal after half as many steps; the exit code, and what was said."""
    environment = {**os.environ, "PYTHONPATH": SOURCE, "LC_ALL": "C.UTF-8", "COLUMNS": "80"}
    line = [sys.executable, "-c", SLOWLY, str(after), "train", str(source), "-o", folder, *QUICK]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(line, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        signal.signal(signal.SIGINT, before)
        assert running.stderr is not None
        steps = 0
        for said in running.stderr:
            steps += said == b"step\n"
            if steps == after:
                break
        running.send_signal(number)
        said = running.stderr.read().decode()
    return running.returncode, said


@pytest.mark.parametrize(
    ("number", "code", "folder"), [(signal.SIGINT, 130, "첫 번째 run"), (signal.SIGTERM, 143, "-run")], ids=str
)
def test_the_line_that_is_printed_goes_on(
    source: Path, run: Run, number: int, code: int, folder: str, tmp_path: Path
) -> None:
    came, said = ended(source, folder, tmp_path, number, after=12)
    assert came == code
    *_, resume, stopped = filter(None, said.splitlines())  # click ends the terminal's line with ^C
    assert stopped == "Stopped."
    found = re.fullmatch(r"What was learned is kept. Go on with: (striate resume (.+))", resume)
    assert found
    folder_typed = shlex.split(found[1])[2]
    (record,) = (tmp_path / folder_typed / "checkpoints").glob("0*.json")
    assert record.name == "00000001.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        resumed = run("resume", folder_typed, "--json")
        unbroken = run("train", str(source), "-o", "unbroken", *QUICK, "--json")
    fingerprints = [json.loads(each.out.splitlines()[-1])["fingerprint"] for each in (resumed, unbroken)]
    assert fingerprints[0] == fingerprints[1]
    for name in ("best.safetensors", "last.safetensors", "metrics.csv", "health.jsonl", "settings.toml"):
        assert (tmp_path / folder_typed / name).read_bytes() == (tmp_path / "unbroken" / name).read_bytes(), name
    assert not (tmp_path / folder_typed / "checkpoints").exists()


def test_what_it_says(source: Path, run: Run, tmp_path: Path) -> None:
    """Where it goes on, on what, and of a finished run that it is finished."""
    source = Path(shutil.copytree(source, tmp_path / "data"))
    out, moved = str(tmp_path / "out"), tmp_path / "moved"
    ended(source, out, tmp_path, signal.SIGTERM, after=12)
    told = run("train", str(source), "-o", out, *QUICK)
    assert told.code == 3
    assert told.err.endswith(f"{out} holds a training that was broken off; go on with: striate resume {out}, "
                             "or begin anew with --force.\n")  # fmt: skip
    (tmp_path / "out" / "settings.toml").write_text("other = true\n")
    told = run("resume", out)
    assert told.code == 3
    assert "settings.toml was changed, and only what it said at the beginning counts" in told.err
    source.rename(moved)
    told = run("resume", out, "--anyway", "--checkpoint", "1")
    assert told.code == 3 and str(source) in told.err
    assert told.err.splitlines()[-2].startswith("error: ")
    told = run("resume", out, "--anyway", "--data", str(moved), "--checkpoint", "5s", "--threads", "2")
    assert told.code == 0
    assert "goes on in epoch 2, at step " in told.err and told.out.startswith("accuracy: ")
    told = run("resume", out)
    assert (told.code, told.out) == (0, "") and "has come to its end" in told.err
    assert "마쳤으므로" in run("resume", out, "--lang", "ko").err


@pytest.mark.parametrize("wrong", ["0", "-1", "s", "1m", "5.5", "sometimes"])
def test_a_checkpoint_that_is_none(run: Run, wrong: str) -> None:
    told = run("train", "data", "-o", "out", f"--checkpoint={wrong}")
    assert told.code == 2 and f"'{wrong}' is none of these" in told.err


def test_what_nobody_can_go_on_with_is_not_said_to_be_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "run.json").write_text("{}")
    told = run("resume", str(tmp_path))
    assert told.code == 3 and told.err.count("\n") == 1 and "--force" in told.err


def test_what_was_done_is_kept_where_it_fails(source: Path, run: Run, tmp_path: Path) -> None:
    """An error that can be mended says how to go on; the disk's own file that takes nothing is a real one."""
    out = tmp_path / "out"
    ended(source, str(out), tmp_path, signal.SIGTERM, after=12)
    with held(out):  # there is nothing to mend while another goes on with it
        told = run("resume", str(out))
    assert told.code == 3 and told.err.count("\n") == 1 and str(os.getpid()) in told.err
    (out / "last.safetensors").unlink()
    (out / "last.safetensors").mkdir()  # cannot be replaced by a file
    told = run("resume", str(out))
    assert told.code == 3
    assert told.err.splitlines()[-1] == (
        f"What was learned is kept. When that is mended, go on with: striate resume {out}"
    )
    for file in (out / "checkpoints").glob("0*"):
        file.unlink()
    told = run("resume", str(out))
    assert told.err.splitlines()[-1] == (
        f"It ended before its first checkpoint. When that is mended, begin anew with: striate resume {out}"
    )
    (out / "last.safetensors").rmdir()
    assert run("resume", str(out)).code == 0
