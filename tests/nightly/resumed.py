"""Trainings killed twenty times each: `PYTHONPATH=src:tests python -m tests.nightly.resumed [KIND ...]`.

For every kind of training in tests/broken_off.py: SIGKILL at 20 moments drawn by a seed, every third of them while a
checkpoint is being written, with one thread and two in turn; in the end the SHA-256 of weights, statistics, slots, best
file and metrics.csv must be those of the unbroken training. Then a run of `striate train` in the same way, and what
checkpoints cost. Some minutes; the exit code is the number of what does not hold.
"""

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from broken_off import BACKUP, KINDS, at_its_end, killed
from pictures import write_parts

KILLS, EPOCHS, SEED = 20, 40, 20260101
RUN, COST = "striate train", "cost"
LINE = ("--model", "digits", "--epochs", "12", "--batch", "16", "--schedule", "one_cycle", "--augment", "shift=1")
COMPARED = ("best.safetensors", "last.safetensors", "metrics.csv", "health.jsonl", "settings.toml", "split.csv")
MOST_OF_THE_TIME = 0.02


class Held(NamedTuple):
    """What came of the kills."""

    kills: int
    while_writing: int
    trainings: int
    same: bool


def main(asked: list[str]) -> int:
    """Everything; how many did not hold."""
    wrong = 0
    with tempfile.TemporaryDirectory() as place:
        for name in asked or [*KINDS, RUN, COST]:
            began = time.monotonic()
            if name == COST:
                wrong += not is_cheap(Path(place))
                continue
            work = run_killed if name == RUN else training_killed
            (Path(place) / name).mkdir()
            held = work(Path(place) / name, name)
            wrong += not held.same
            print(
                f"{name}: {held.kills} kills, {held.while_writing} of them in a write, {held.trainings} trainings, "
                f"{'the same bits' if held.same else 'OTHER BITS'}; {time.monotonic() - began:.0f} s",
                flush=True,
            )
    return wrong


def training_killed(place: Path, kind: str) -> Held:
    """A `fit` with `BackupAndRestore`."""
    unbroken = at_its_end(place / "unbroken", kind, EPOCHS)

    def kill(folder: Path, rng: random.Random, number: int) -> bool:
        return killed(folder, kind, EPOCHS, rng, writing=number % 3 == 2, threads=1 + number % 2)

    def ends_same(folder: Path) -> bool:
        return at_its_end(folder, kind, EPOCHS, threads=2) == unbroken

    return all_kills(place, kind, BACKUP, kill, ends_same)


def run_killed(place: Path, name: str) -> Held:
    """`striate train`, then `striate resume`; killed at any moment, also before training begins and as it is judged."""
    data = write_parts(place / "data")

    def start(folder: Path, threads: int) -> "subprocess.Popen[bytes]":
        resumes = (folder / "checkpoints" / "run.json").exists()
        rest = ("resume", str(folder)) if resumes else ("train", str(data), "-o", str(folder), "--force", *LINE)
        # How many threads a run began with stands in its settings and models.
        more = ("--checkpoint", "2", "--threads", str(threads if resumes else 1))
        line = [sys.executable, "-m", "striate", *rest, *more]
        return subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def content(folder: Path) -> dict[str, str]:
        running = start(folder, 2)
        _, said = running.communicate()
        assert running.returncode == 0, said.decode()
        found = {name: sha256((folder / name).read_bytes()).hexdigest() for name in COMPARED}
        film = (path.name.encode() + path.read_bytes() for path in sorted((folder / "film").iterdir()))
        found["film"] = sha256(b"".join(film)).hexdigest()
        print(f"  {folder.name}: {found}", flush=True)
        return found

    def kill(folder: Path, rng: random.Random, number: int) -> bool:
        checkpoints = folder / "checkpoints"
        running, behind = start(folder, 1 + number % 2), newest(checkpoints) + rng.randrange(0, 6)
        while running.poll() is None and newest(checkpoints) < behind:
            time.sleep(0.0005)
        if number % 3 == 2:
            while running.poll() is None and not any(checkpoints.glob(".*.part*")):
                pass
        else:
            time.sleep(0.05 * rng.random())
        alive = running.poll() is None
        running.kill()
        running.communicate()
        return alive

    unbroken = content(place / "unbroken")
    return all_kills(place, name, "checkpoints", kill, lambda folder: content(folder) == unbroken)


def newest(checkpoints: Path) -> int:
    """The number of the last checkpoint."""
    return max((int(path.stem) for path in checkpoints.glob("[0-9]*.json")), default=0)


def all_kills(
    place: Path,
    name: str,
    checkpoints: str,
    kill: Callable[[Path, random.Random, int], bool],
    ends_same: Callable[[Path], bool],
) -> Held:
    """So many kills, of as many trainings as that takes; each must end with the same bits."""
    rng, kills, while_writing, trainings = random.Random(f"{SEED} {name}"), 0, 0, 0
    same = True
    while same and kills < KILLS:
        folder = place / f"broken {trainings}"
        trainings += 1
        while kills < KILLS and kill(folder, rng, kills):
            kills += 1
            while_writing += any((folder / checkpoints).glob(".*.part*"))
        same = ends_same(folder)
        shutil.rmtree(folder)
    return Held(kills, while_writing, trainings, same)


def is_cheap(place: Path) -> bool:
    """What checkpoints of two networks cost: the median of their writes, their share of half a minute's training."""
    import striate
    from striate.checkpoints import Checkpoints
    from striate.training.keeping import Cadence, CheckpointKeeper
    from striate.training.run import Run
    from striate.training.time_limit import StopAfter

    class Watched(CheckpointKeeper):
        costs: list[float]

        def keep(self, run: Run) -> None:
            began = time.perf_counter()
            super().keep(run)
            self.costs.append(time.perf_counter() - began)

    cheap, rng = True, np.random.default_rng(SEED)
    nets: dict[str, Any] = {
        "lenet5, 28x28": striate.presets.lenet5(),
        "resnet18, 32x32": striate.presets.resnet18(classes=10, size=32, channels=3),
    }
    for name, model in nets.items():
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        x, y = rng.random((2048, *model.graph.input_shape), np.float32), rng.integers(0, 10, 2048)
        (place / name).mkdir()
        keeper = Watched(Checkpoints(place / name), Cadence())
        keeper.costs = []
        began = time.perf_counter()
        model.fit(x, y, 64, 1_000_000, 0, callbacks=[keeper, StopAfter.after(35)])
        seconds = time.perf_counter() - began
        size = max((path.stat().st_size for path in (place / name).glob("*.safetensors")), default=0)
        share = sum(keeper.costs) / seconds
        cheap &= share < MOST_OF_THE_TIME
        median = 1e3 * float(np.median(keeper.costs))
        print(f"{name}: {len(keeper.costs)} checkpoints of {size / 1e6:.2f} MB in {seconds:.0f} s", flush=True)
        print(f"  median {median:.1f} ms, {100 * share:.3f} % of the time", flush=True)
    return cheap


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
