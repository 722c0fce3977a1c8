"""How much memory training takes at most: Striate's engines and PyTorch, each a process of its own.

The peak of what was resident in the whole process, over some steps of forward, backward and Adam on one batch: with the
interpreter, the packages, weights, gradients, slots and all that is kept between forward and backward. Of PyTorch's
layouts the one that takes less is the measure.
"""

from argparse import ArgumentParser, Namespace
from importlib.util import find_spec

from benchmarks.machine import usable_cores
from benchmarks.peers.process import PeerError, Process
from benchmarks.peers.work import Task
from benchmarks.result import Limit, Result, Table

MIB = 2**20
BATCHES = {"vgg": 128, "resnet18": 16}
MOST = 0.7  # of PyTorch's
# {who: (file, settings, variant)}
RUNS = {
    "striate native": ("on_striate", {"engine": "native"}, ""),
    "striate reference": ("on_striate", {"engine": "reference"}, ""),
    "torch default": ("on_torch", {}, "default, fused Adam"),
    "torch channels_last": ("on_torch", {}, "channels_last, fused Adam"),
}
JUDGED = "striate native"


def add_arguments(parser: ArgumentParser) -> None:
    """Which nets, on how many threads."""
    parser.add_argument("--nets", default=",".join(BATCHES), help="of vgg,resnet18 (default: both)")
    parser.add_argument("--threads", type=int, default=usable_cores(), help="(default: one for each usable core)")


def run(options: Namespace) -> Result:
    """Train a little in fresh processes, and ask each for its peak."""
    notes: list[str] = []
    rows: list[tuple[object, ...]] = []
    limits: list[Limit] = []
    for net in options.nets.split(","):
        peaks = _peaks(net, options.threads, notes)
        torch = min((peak for who, (_, peak) in peaks.items() if who.startswith("torch")), default=None)
        for who, (before, peak) in peaks.items():
            rows.append((net, BATCHES[net], who, before / MIB, peak / MIB, torch and peak / torch))
        if torch and JUDGED in peaks:
            limits.append(Limit(f"{net}, {JUDGED}", peaks[JUDGED][1] / torch, "x PyTorch's", "at most", MOST))
    columns = {"net": "", "batch": "", "by": "", "imported MiB": ".0f", "peak MiB": ".0f", "x PyTorch": ".2f"}
    return Result((Table("memory of training", columns, rows),), tuple(limits), tuple(notes))


def _peaks(net: str, threads: int, notes: list[str]) -> dict[str, tuple[int, int]]:
    """{who: (bytes before anything is built, bytes at most)}."""
    found: dict[str, tuple[int, int]] = {}
    for who, (file, settings, variant) in RUNS.items():
        if file == "on_torch" and not find_spec("torch"):
            notes.append(f"{net}: {who} is left out: torch is not installed")
            continue
        try:
            found[who] = _peak(Task(net, "train", BATCHES[net], variant, threads), file, settings)
        except PeerError as error:
            notes.append(f"{net}: {who} is left out: {error}")
    return found


def _peak(task: Task, file: str, settings: dict[str, str]) -> tuple[int, int]:
    process = Process(file, task.threads, settings)
    try:
        before = process.peak_memory()
        process.time(process.build(task)["id"], seconds=0)
        return before, process.peak_memory()
    finally:
        process.end()
