"""How well and how fast `striate demo` learns scikit-learn's handwritten digits, over several seeds.

Each run is the demo's recipe with its folder of files: a fixed quarter of the 1,797 digits is held out and judged at
the end by the best weights.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.result import Limit, Result, Table
from striate.cli.demo import recipe
from striate.data.load import Dataset, digits
from striate.runs.train import train_run


def add_arguments(parser: ArgumentParser) -> None:
    """How many seeds."""
    parser.add_argument("--seeds", type=int, default=5, help="seeds 0, 1, ... (default: 5)")


def run(options: Namespace) -> Result:
    """Train once with each seed."""
    data = digits()
    with TemporaryDirectory() as scratch:
        rows = [(str(seed), *_trained(data, Path(scratch) / str(seed), seed)) for seed in range(options.seeds)]
    accuracies, seconds = [row[1] for row in rows], [row[2] for row in rows]
    summary = [("mean", mean(accuracies), mean(seconds)), ("worst", min(accuracies), max(seconds))]
    return Result(
        tables=(
            Table("runs of the demo's recipe", {"seed": "", "accuracy %": ".2f", "seconds": ".1f"}, rows + summary),
        ),
        limits=(
            Limit("mean accuracy", mean(accuracies), "%", "at least", 98.3),
            Limit("lowest accuracy", min(accuracies), "%", "at least", 97.5),
            Limit("slowest run", max(seconds), "s", "at most", 60),
        ),
    )


def _trained(data: Dataset, folder: Path, seed: int) -> tuple[float, float]:
    """Accuracy in percent, and seconds from the pictures to the last file."""
    began = perf_counter()
    trained = train_run(data, folder, recipe(seed), verbose=0)
    return 100 * trained.judged["accuracy"], perf_counter() - began
