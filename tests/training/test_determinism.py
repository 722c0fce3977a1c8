"""The same seed gives the same bits, however training is cut into calls, batches and chunks."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from striate import Sequential
from striate.data.batches import ArrayBatches
from striate.engines.contract import Key, Purpose
from striate.engines.reference.program import ReferenceEngine
from striate.losses import SparseCategoricalCrossentropy
from striate.optimizers import NAG, SGD, Adam, Momentum, Nesterov, Rule
from striate.training.callbacks import Callback, CSVLogger, EarlyStopping, ModelCheckpoint
from striate.training.loop import train
from striate.training.plan import CHUNK, Plan
from striate.training.run import Run

Build = Callable[..., Sequential]
Task = tuple[np.ndarray, np.ndarray]
RULES: list[Rule] = [SGD(0.05), Momentum(0.05, 0.9), NAG(0.05, 0.9), Nesterov(0.05, 0.9), Adam(0.01)]
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)


@every_rule
def test_the_same_seed_gives_the_same_bits(rule: Rule, build: Build, task: Task) -> None:
    models = [build(seed=5, optimizer=rule) for _ in range(2)]
    logs = [model.fit(*task, epochs=2, batch_size=16, verbose=0).history for model in models]
    assert models[0].fingerprint == models[1].fingerprint
    assert logs[0] == logs[1]


def test_another_seed_gives_other_bits(build: Build, task: Task) -> None:
    fingerprints = set()
    for seed in range(4):
        model = build(seed=seed)
        fingerprints.add(model.fingerprint)
        model.fit(*task, verbose=0)
        fingerprints.add(model.fingerprint)
    assert len(fingerprints) == 8


@every_rule
def test_three_fits_of_one_epoch_are_one_fit_of_three(rule: Rule, build: Build, task: Task) -> None:
    """The order of pictures, what is dropped, the slots and the count of steps go on where they ended."""
    once, twice = build(optimizer=rule), build(optimizer=rule)
    whole = once.fit(*task, epochs=3, batch_size=16, verbose=0).history
    parts = [twice.fit(*task, epochs=1, batch_size=16, verbose=0).history for _ in range(3)]
    assert once.fingerprint == twice.fingerprint
    assert whole["loss"] == [loss for part in parts for loss in part["loss"]]


def test_compiling_again_begins_again(build: Build, task: Task) -> None:
    model, other = build(), build()
    first = model.get_weights()
    model.fit(*task, verbose=0)
    model.set_weights(first)
    model.compile(Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(*task, verbose=0)
    other.fit(*task, verbose=0)
    assert model.fingerprint == other.fingerprint


def order_of(build: Build, n: int, *, shuffle: bool, epochs: int = 1, seed: int = 0) -> list[list[int]]:
    """Which picture each step of each epoch took."""
    seen: list[int] = []

    class Numbered(ArrayBatches):
        def take(self, indices, epoch=None):  # type: ignore[no-untyped-def]
            seen.extend(indices.tolist())
            return super().take(indices, epoch)

    model = build(seed=seed)
    data = Numbered(np.zeros((n, 6, 5, 1), np.float32), np.zeros(n, np.int64))
    plan = Plan(SGD(0.1), SparseCategoricalCrossentropy(), epochs=epochs, batch_size=4, shuffle=shuffle, seed=seed)
    run = Run(model.graph, model.theta, model.state, (), 0.1, lambda path: None)
    train(ReferenceEngine(), run, plan, data)
    return [seen[first : first + n] for first in range(0, n * epochs, n)]


def test_every_epoch_takes_every_picture_once_in_another_order(build: Build) -> None:
    first, second = order_of(build, 23, shuffle=True, epochs=2)
    assert sorted(first) == sorted(second) == list(range(23))
    assert first != second
    assert order_of(build, 23, shuffle=True, epochs=2) == [first, second]
    assert order_of(build, 23, shuffle=True, seed=1) != [first]


def test_without_shuffling_the_order_is_that_of_the_data(build: Build) -> None:
    assert order_of(build, 11, shuffle=False, epochs=2) == [list(range(11))] * 2


def many(n: int) -> Task:
    rng = np.random.default_rng(n)
    return rng.standard_normal((n, 6, 5, 1)).astype(np.float32), rng.integers(0, 3, n)


@pytest.mark.parametrize("n", [3, CHUNK, CHUNK + 1, 2 * CHUNK + 77])
@pytest.mark.parametrize("weighted", [False, True])
def test_all_at_once_is_the_gradient_of_the_whole_data(n: int, weighted: bool, build: Build) -> None:
    """Gathered in chunks, with dropout, the step is that of one large batch: only the order of sums differs."""
    model, (x, y) = build(optimizer=SGD(0.5)), many(n)
    weight = np.random.default_rng(1).uniform(0, 2, n).astype(np.float32) if weighted else None
    before = model.theta.astype(np.float64)
    losses = model.fit(x, y, batch_size="all", shuffle=False, sample_weight=weight, verbose=0).history["loss"]

    purpose = Purpose(loss=SparseCategoricalCrossentropy(), dropout=True, dtype=np.float64)
    program = ReferenceEngine().compile(model.graph, n, purpose)
    stepped = program.step(before, np.zeros(0), x, y, weight, Key(seed=0, step=0))
    eps, scale = float(np.finfo(np.float32).eps), np.abs(before).max()
    np.testing.assert_allclose(model.theta, before - 0.5 * stepped.gradient, rtol=0, atol=40 * eps * scale)
    np.testing.assert_allclose(losses, [stepped.loss], rtol=20 * eps)


def test_all_at_once_is_one_step_an_epoch(build: Build, task: Task) -> None:
    batches: list[int] = []

    class Counting(Callback):
        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            batches.append(batch)

    build().fit(*task, batch_size="all", epochs=3, callbacks=[Counting()], verbose=0)
    assert batches == [0, 0, 0]


def test_nag_learns_where_it_looks_ahead(build: Build, task: Task) -> None:
    """Through the whole loop: the textbook's theta - gamma v is Keras's theta, step by step."""
    textbook, keras = build(optimizer=NAG(0.1, 0.9)), build(optimizer=SGD(0.1, 0.9, True))
    for _ in range(3):
        textbook.fit(*task, batch_size=30, verbose=0)
        keras.fit(*task, batch_size=30, verbose=0)
        (v,) = textbook._run.slots  # type: ignore[union-attr]
        np.testing.assert_allclose(textbook.theta - 0.9 * v, keras.theta, rtol=0, atol=2e-5)
    assert np.abs(textbook.theta - keras.theta).max() > 1e-3


def test_the_padding_of_theta_stays_zero(build: Build, task: Task) -> None:
    for rule in RULES:
        model = build(optimizer=rule)
        model.fit(*task, epochs=2, verbose=0)
        padding = np.ones(model.graph.theta.size, bool)
        for span in model.graph.theta.spans:
            padding[span.slice] = False
        assert padding.any() and not model.theta[padding].any()


def test_a_callback_that_only_looks_changes_nothing(build: Build, task: Task, tmp_path: Path) -> None:
    plain, watched = build(), build()
    plain.fit(*task, epochs=2, validation_split=0.2, verbose=0)
    looking = [CSVLogger(tmp_path / "a.csv"), EarlyStopping(patience=9), ModelCheckpoint(tmp_path / "m.safetensors")]
    watched.fit(*task, epochs=2, validation_split=0.2, verbose=0, callbacks=looking)
    assert plain.fingerprint == watched.fingerprint


def test_orders_are_not_drawn_from_the_stream_of_the_weights(build: Build) -> None:
    """One seed serves both: the first weights are drawn by (seed, place)."""
    for epoch, order in enumerate(order_of(build, 23, shuffle=True, epochs=3, seed=3)):
        assert order != np.random.default_rng([3, epoch]).permutation(23).tolist()
