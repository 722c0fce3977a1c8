"""Small kernels behind one another against a large one that sees as much: the time of a training step, as a ratio.

The networks of `striate learn versus`, on random pictures of 28x28, on one thread, in processor time, in turn.
"""

from argparse import ArgumentParser, Namespace
from statistics import fmean
from time import process_time

import numpy as np

from benchmarks.result import Result, Table
from striate.engines.contract import Engine, Key, Purpose
from striate.engines.select import engine as engine_named
from striate.inspection.versus.nets import FIELDS, PAIRS, Net, compared_nets
from striate.network.initializers import first_values
from striate.network.losses import SparseCategoricalCrossentropy

CLASSES = 10


def add_arguments(parser: ArgumentParser) -> None:
    """The work."""
    parser.add_argument("--steps", type=int, default=200, help="steps of each network")
    parser.add_argument("--batch", type=int, default=64, help="pictures in a step")
    parser.add_argument("--filters", type=int, default=16, help="maps of each convolution")


def run(options: Namespace) -> Result:
    """Take steps of each pair in turn."""
    nets = compared_nets((28, 28, 1), CLASSES, options.filters)
    engine = engine_named("native")
    columns = {"small": "", "large": "", "weights": ".2f", "multiply-adds": ".2f", "step": ".2f"}
    rows = [(_name(a), _name(b), *_ratios(engine, nets[a], nets[b], options)) for a, b in PAIRS]
    return Result((Table(f"small to large, {options.filters} maps, batches of {options.batch}", columns, rows),), ())


def _ratios(engine: Engine, small: Net, large: Net, options: Namespace) -> tuple[float, float, float]:
    """Of weights, of multiply-adds, of the time of a step."""
    rng = np.random.default_rng(0)
    x = rng.random((options.batch, 28, 28, 1), np.float32)
    y = rng.integers(0, CLASSES, options.batch)
    purpose, times = Purpose(loss=SparseCategoricalCrossentropy()), list[list[float]]()
    made = [
        (
            engine.compile(net.graph, options.batch, purpose, threads=1),
            first_values(net.graph.theta, 0),
            first_values(net.graph.state, 0),
        )
        for net in (small, large)
    ]
    for number in range(options.steps):
        row: list[float] = []
        for program, theta, state in made:
            since = process_time()
            program.step(theta, state, x, y, None, Key(0, number))
            row.append(process_time() - since)
        times.append(row)
    a, b = (_fast(list(column)) for column in zip(*times, strict=True))
    return small.weights / large.weights, small.multiply_adds / large.multiply_adds, a / b


def _fast(times: list[float]) -> float:
    """The mean of the fastest twentieth: others on the machine only make a step longer."""
    return fmean(sorted(times)[: -(-len(times) // 20)])


def _name(net: str) -> str:
    sizes = FIELDS[net]
    return f"{len(sizes)} x {sizes[0]}x{sizes[0]}"
