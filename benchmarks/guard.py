"""What it costs to look at every step's numbers, and at a training's health at the end of an epoch.

Steps of LeNet-like networks on random pictures of 28x28, on one thread, in processor time: in turn one with the looks
of striate.training.guard and one without any. What is looked at every so often counts as often as it comes. The health
is measured as `striate train` does it; its share is that of an epoch of 60,000 pictures.
"""

from argparse import ArgumentParser, Namespace
from statistics import fmean, median
from time import process_time

import numpy as np

from benchmarks.result import Limit, Result, Table
from striate.data.batches import ArrayBatches
from striate.engines.contract import Engine, Key, Program
from striate.engines.select import engine as engine_named
from striate.network.graph import Graph, chain
from striate.network.initializers import first_values
from striate.network.layers import BatchNormalization, Conv2D, Dense, Flatten, Layer, MaxPooling2D
from striate.network.losses import SparseCategoricalCrossentropy
from striate.network.optimizers import Adam
from striate.training.guard import EVERY, Guard
from striate.training.plan import Plan, Training
from striate.training.probe import Probe
from striate.training.run import started

MOST = 1.0  # percent of a step
EPOCH = 60_000  # pictures
LAYERS: dict[str, list[Layer]] = {
    "LeNet": [
        Conv2D(6, 5, padding="same", activation="relu"),
        MaxPooling2D(),
        Conv2D(16, 5, activation="relu"),
        MaxPooling2D(),
        Flatten(),
        Dense(120, "relu"),
        Dense(84, "relu"),
        Dense(10, "softmax"),
    ],
    "two convolutions, normalised": [
        Conv2D(32, 3, use_bias=False),
        BatchNormalization(),
        MaxPooling2D(),
        Conv2D(64, 3, activation="relu"),
        MaxPooling2D(),
        Flatten(),
        Dense(128, "relu"),
        Dense(10, "softmax"),
    ],
}


def add_arguments(parser: ArgumentParser) -> None:
    """How much."""
    parser.add_argument(
        "--steps", type=int, default=16 * EVERY, help=f"of each network and kind (default: {16 * EVERY})"
    )
    parser.add_argument("--batch", type=int, default=64, help="pictures of a batch (default: 64)")


def run(options: Namespace) -> Result:
    """Take steps, and time the looks among them."""
    engine = engine_named("native")
    rows = [(name, *_measured(engine, layers, options.steps, options.batch)) for name, layers in LAYERS.items()]
    columns = {
        "network": "",
        "weights": ",d",
        "step ms": ".3f",
        "looks us": ".1f",
        "looks %": ".2f",
        "health ms": ".1f",
        "health %": ".2f",
    }
    (_, _, _, _, looks, _, health), *_ = rows
    limits = (
        Limit("looks, LeNet", looks, "% of a step", "at most", MOST),
        Limit("health, LeNet", health, "% of an epoch", "at most", MOST),
    )
    return Result((Table(f"batches of {options.batch}", columns, rows),), limits)


def _measured(
    engine: Engine, layers: list[Layer], steps: int, batch: int
) -> tuple[int, float, float, float, float, float]:
    """Weights, milliseconds of a step, microseconds and percent of looking, milliseconds and percent of the health."""
    graph = Graph.to(chain(layers, (28, 28, 1)))
    rule, loss, rng = Adam(), SparseCategoricalCrossentropy(), np.random.default_rng(0)
    theta, state = first_values(graph.theta, 0), first_values(graph.state, 0)
    going = started(graph, theta, state, rule, lambda path: None, None)
    x, y = rng.random((8 * batch, 28, 28, 1), np.float32), rng.integers(0, 10, 8 * batch)
    data = ArrayBatches(x, y)
    training = Training(engine, going, Plan(rule, loss, batch_size=batch, threads=1), batch)
    guard, purpose = Guard(training, data), training.plan.learning(frozen=())
    program = training.compiled(purpose)
    bare: list[float] = []
    looked: list[float] = []
    for number in range(2 * steps):
        some, key = data.take(np.arange(batch) + number % 8 * batch), Key(0, number)
        since = process_time()
        if number % 2:
            step, norm = guard.step(program, purpose, going.theta, going.state, some, key)
            guard.update(step.gradient, norm, number + 1)
            guard.passed(step.loss, norm)
            going.step += 1
        else:
            step = program.step(going.theta, going.state, some.x, some.y, None, key)
            engine.update(rule, going.theta, step.gradient, going.slots, number + 1, 0.001, going.spans, threads=1)
        (looked if number % 2 else bare).append(process_time() - since)
    # Others on the machine only make a step longer: the fastest twentieth is compared.
    everything = max(0.0, _fast(looked[::EVERY]) - _fast(looked)) / EVERY
    looks = _fast(looked) - _fast(bare) + everything
    health = _health(training, data, guard, program)
    of_epoch = 100 * health / (EPOCH / batch * _fast(bare))
    return graph.theta.count, 1e3 * _fast(bare), 1e6 * looks, 100 * looks / _fast(bare), 1e3 * health, of_epoch


def _fast(times: list[float]) -> float:
    """The mean of the fastest twentieth."""
    return fmean(sorted(times)[: -(-len(times) // 20)])


def _health(training: Training, data: ArrayBatches, guard: Guard, program: Program) -> float:
    probe = Probe(training, data, None, guard)
    probe.learning = program
    probe.begin()
    probe.measured()  # plans what it runs, once for all epochs
    times: list[float] = []
    for _ in range(5):
        since = process_time()
        probe.measured()
        times.append(process_time() - since)
    return median(times)
