"""How fast and how well a LeNet-like CNN and softmax regression learn MNIST.

The CNN: conv 32 3x3, pool 2, conv 64 3x3, pool 2, dense 128, dense 10, ReLU; one epoch of Adam in batches of 128. The
epoch is cut into parts; where PyTorch is installed it learns the same pictures in the same order by the same rule on as
many threads, part by part in turn with Striate, so that what else the machine does falls on both.

Softmax regression is one dense layer: `striate train --model softmax`, and examples/softmax_numpy.py.

FOLDER holds MNIST's four IDX files, packed with gzip or not: train-images-idx3-ubyte, train-labels-idx1-ubyte,
t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte. They are not part of Striate, and nothing is downloaded. Who has
torchvision gets them from `torchvision.datasets.MNIST("data", download=True)`, in data/MNIST/raw.
"""

import re
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Protocol

import numpy as np

from benchmarks.machine import usable_cores
from benchmarks.result import Limit, Result, Table
from striate.data.load import Dataset, Images, load_images
from striate.layers import Conv2D, Dense, Flatten, MaxPooling2D
from striate.models import Sequential
from striate.recipe import Recipe
from striate.runs.train import train_run

BATCH = 128
PARTS = 10  # of the epoch: a rate for each
EXAMPLE = Path(__file__).parents[1] / "examples" / "softmax_numpy.py"


class Learner(Protocol):
    """A CNN that learns."""

    name: str

    def learn(self, images: Images) -> None:
        """Go over the pictures once."""
        ...

    def accuracy(self, images: Images) -> float:
        """The share that is answered rightly."""
        ...


class Striate:
    """The CNN on an engine of Striate."""

    def __init__(self, engine: str, threads: int, seed: int) -> None:
        self.name = f"striate, {engine}"
        self._model = Sequential(
            [
                Conv2D(32, 3, activation="relu"),
                MaxPooling2D(2),
                Conv2D(64, 3, activation="relu"),
                MaxPooling2D(2),
                Flatten(),
                Dense(128, activation="relu"),
                Dense(10, activation="softmax"),
            ],
            seed=seed,
        )
        self._model.compile(
            "adam", "sparse_categorical_crossentropy", metrics=["accuracy"], engine=engine, threads=threads
        )

    def learn(self, images: Images) -> None:
        """Go over the pictures once; a later call goes on."""
        self._model.fit(images, batch_size=BATCH, verbose=0)

    def accuracy(self, images: Images) -> float:
        """The share that is answered rightly."""
        return self._model.judge(images, batch_size=BATCH)["accuracy"]


def add_arguments(parser: ArgumentParser) -> None:
    """Where the pictures are, and on how many threads to learn."""
    parser.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", help="the folder of the four IDX files")
    parser.add_argument("--threads", type=int, default=usable_cores(), help="(default: one for each usable core)")
    parser.add_argument("--seed", type=int, default=0, help="of weights and order (default: 0)")


def run(options: Namespace) -> Result:
    """Learn by turns, then judge."""
    if options.folder is None:
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    data = load_images(options.folder)
    if data.test is None:
        raise SystemExit(f"{options.folder} holds no test pictures")
    learners: list[Learner] = [Striate("reference", options.threads, options.seed)]
    notes = [f"{options.threads} threads, batches of {BATCH}, seed {options.seed}"]
    if find_spec("torch"):
        from benchmarks.pytorch import PyTorch

        learners.append(PyTorch(options.threads, options.seed, BATCH))
    else:
        notes.append("PyTorch is not installed, so there is no peer to compare with: pip install torch")
    cnn, limits = _cnn(learners, data.train, data.test, options.seed)
    softmax, more = _softmax(data, options)
    return Result((cnn, softmax), limits + more, tuple(notes))


def _cnn(learners: list[Learner], train: Images, test: Images, seed: int) -> tuple[Table, tuple[Limit, ...]]:
    """One epoch of each, in turns."""
    rates: dict[str, list[float]] = {learner.name: [] for learner in learners}
    order = np.random.default_rng(seed).permutation(len(train))
    for part in np.array_split(order, PARTS):
        images = train.take(part)
        for learner in learners:
            began = perf_counter()
            learner.learn(images)
            rates[learner.name].append(len(images) / (perf_counter() - began))
    ours = learners[0].name
    accuracies = {learner.name: 100 * learner.accuracy(test) for learner in learners}
    rows = [
        (name, median(of), min(of), max(of), median(np.divide(of, rates[ours])), accuracies[name])
        for name, of in rates.items()
    ]
    columns = {
        "CNN": "",
        "images/s": ",.0f",
        "slowest": ",.0f",
        "fastest": ",.0f",
        "x striate": ".2f",
        "accuracy %": ".2f",
    }
    limits = (
        Limit("the CNN's accuracy after one epoch", accuracies[ours], "%", "at least", 98),
        Limit("the CNN's training, median over the parts", median(rates[ours]), "images/s", "at least", 500),
    )
    return Table(f"one epoch of Adam, {len(train):,} pictures in {PARTS} parts", columns, rows), limits


def _softmax(data: Dataset, options: Namespace) -> tuple[Table, tuple[Limit, ...]]:
    """The preset, and the example's ten lines of NumPy."""
    with TemporaryDirectory() as scratch:
        recipe = Recipe("softmax", seed=options.seed, threads=options.threads)
        began = perf_counter()
        preset = 100 * train_run(data, Path(scratch) / "run", recipe, verbose=0).judged["accuracy"]
        trained = perf_counter()
    printed = subprocess.run(
        [sys.executable, EXAMPLE, options.folder], capture_output=True, text=True, check=True
    ).stdout
    ended = perf_counter()
    found = re.search(r"accuracy: ([0-9.]+) %", printed)
    example = float(found[1]) if found else 0.0
    rows = [("preset softmax", preset, trained - began), (f"examples/{EXAMPLE.name}", example, ended - trained)]
    limits = [Limit(f"{name}, accuracy", accuracy, "%", "at least", 91.5) for name, accuracy, _ in rows]
    return Table("softmax regression", {"by": "", "accuracy %": ".2f", "seconds": ".1f"}, rows), tuple(limits)
