"""What `striate train` forecasts against what then happens: the peak of memory within 10 %, the time within 25 %.

    python -m tests.nightly.forecast                  # everything, about ten minutes on two cores
    python -m tests.nightly.forecast --only lenet5

Each training is a process of its own on real pictures; its peak is VmHWM of proc(5) as it ends (not ru_maxrss, which
begins with what the parent held at the fork), its time goes from the forecast to the result. Of times the median
counts: a busy computer makes one training slower. The presets' trainings must also pass without a finding. The exit
code is 1 where a figure is missed.
"""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
MEMORY, TIME = 0.10, 0.25

TRAININGS: dict[str, tuple[str, ...]] = {
    "lenet5": ("mnist", "--model", "lenet5", "--epochs", "3"),
    "convnet": ("mnist", "--model", "convnet", "--epochs", "1"),
    "convnet-1024": ("mnist", "--model", "convnet", "--epochs", "2", "--batch", "1024"),
    "mnist": ("mnist", "--model", "mnist", "--epochs", "1"),
    "softmax-all": ("mnist", "--model", "softmax", "--epochs", "20", "--batch", "all"),
    "vgg-small": ("smiles.zip", "--model", "vgg-small", "--size", "32", "--epochs", "2"),
    "photos": ("cats_dogs.zip", "--model", "photos", "--size", "64", "--epochs", "2"),
    "cifar10": ("smiles.zip", "--model", "cifar10", "--size", "32", "--epochs", "1", "--batch", "256"),
    "resnet18": ("cats_dogs.zip", "--model", "resnet18", "--size", "64", "--epochs", "1"),
    "mobilenetv2": ("cats_dogs.zip", "--model", "mobilenetv2", "--size", "64", "--epochs", "1", "--batch", "64"),
    "wide": ("wide.npz", "--model", "wide.toml", "--epochs", "3", "--optimizer", "adam"),
    "reference": ("wide.npz", "--model", "convnet", "--epochs", "3", "--engine", "reference"),
}
WIDE = (
    "\n".join(('[[layers]]\nlayer = "Flatten"\n', '[[layers]]\nlayer = "Dense"\nunits = 4096\nactivation = "relu"\n'))
    + '\n[[layers]]\nlayer = "Dense"\nunits = "classes"\nactivation = "softmax"\n'
)


# `striate`, which leaves behind what the system says of the process as it ends.
STRIATE = """
import atexit, os, pathlib
atexit.register(lambda: pathlib.Path(os.environ["PEAK"]).write_text(pathlib.Path("/proc/self/status").read_text()))
from striate.entry import main
main()
"""


class Found(NamedTuple):
    """One training: what was forecast and what came, in bytes and seconds; None where no time was forecast."""

    forecast: int
    peak: int
    expected: float | None
    taken: float
    findings: list[str]

    @property
    def memory_off(self) -> float:
        """By what share of the peak the forecast is too large."""
        return self.forecast / self.peak - 1

    @property
    def time_off(self) -> float | None:
        """By what share of the time the forecast is too long."""
        return None if self.expected is None else self.expected / self.taken - 1


def main() -> int:
    """Run what is asked for, print the figures; the answer is the exit code."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--only", nargs="+", choices=list(TRAININGS), default=list(TRAININGS))
    options = parser.parse_args()
    missed, times = 0, list[float]()
    with TemporaryDirectory() as scratch:
        prepare(Path(scratch))
        for name in options.only:
            found = train(name, options.data, Path(scratch))
            wrong = abs(found.memory_off) > MEMORY or bool(found.findings)
            missed += wrong
            off = found.time_off
            times += [] if off is None else [abs(off)]
            print(f"{name}: {line(found)} {'MISSED' if wrong else 'ok'}", flush=True)
    if times:
        print(f"time: off by {100 * median(times):.0f} % (median of {len(times)}; bound {100 * TIME:.0f} %)")
        missed += median(times) > TIME
    return 1 if missed else 0


def line(found: Found) -> str:
    """The figures of a training."""
    memory = f"{found.forecast / 1e6:.0f} MB forecast, {found.peak / 1e6:.0f} came ({100 * found.memory_off:+.0f} %)"
    if found.time_off is None:
        return f"{memory}; {found.taken:.0f} s {found.findings or ''}"
    time = f"{found.expected:.0f} s forecast, {found.taken:.0f} came ({100 * found.time_off:+.0f} %)"
    return f"{memory}; {time} {found.findings or ''}"


def prepare(scratch: Path) -> None:
    """A network with many weights, and pictures in memory."""
    rng = np.random.default_rng(0)
    labels = np.arange(6000) % 10
    shapes = rng.integers(0, 200, (10, 32, 32, 3))
    pictures = (shapes[labels] + rng.integers(0, 55, (6000, 32, 32, 3))).astype(np.uint8)
    np.savez(scratch / "wide.npz", x_train=pictures, y_train=labels)
    (scratch / "wide.toml").write_text(WIDE)


def train(name: str, data: Path, scratch: Path) -> Found:
    """Train in a process of its own."""
    source, *options = TRAININGS[name]
    place = scratch / source if source.endswith(".npz") else data / source
    options = [str(scratch / each) if each.endswith(".toml") else each for each in options]
    command = [sys.executable, "-c", STRIATE, "train", str(place), "-o", str(scratch / name), "--json", *options]
    peak = scratch / f"{name}.peak"
    environment = {
        **os.environ,
        "PEAK": str(peak),
        "PYTHONPATH": str(ROOT / "src"),
        "STRIATE_CACHE": str(scratch / "cache"),
    }
    subprocess.run([*command, "--dry-run"], env=environment, capture_output=True, check=False)  # pictures are decoded
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    began, events = 0.0, list[dict[str, Any]]()
    for text in process.stdout:
        events.append(json.loads(text))
        began = perf_counter() if events[-1]["event"] == "preflight" else began
    taken = perf_counter() - began
    if process.wait():
        raise SystemExit(f"{' '.join(command)} failed")
    return found_in(events, taken, 1024 * int(peak.read_text().split("VmHWM:")[1].split()[0]))


def found_in(events: Sequence[dict[str, Any]], taken: float, peak: int) -> Found:
    """What the JSON lines of a training say."""
    ahead = next(event for event in events if event["event"] == "preflight")
    codes = [finding["code"] for finding in ahead["findings"]]
    return Found(ahead["bytes"], peak, ahead["seconds"], taken, codes)


if __name__ == "__main__":
    sys.exit(main())
