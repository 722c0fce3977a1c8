"""A race on a network: the training that everybody knows, with the same start and the same batches."""

import hashlib
from itertools import islice

import numpy as np
import pytest
from wirings import WIRINGS

from striate.data.load import load_images
from striate.engines.select import default_engine
from striate.engines.select import engine as engine_named
from striate.inspection.race.contest import Contest, contest, pictures_needed, runs_of
from striate.inspection.race.course import Course, course_of, run_of, seconds_a_step
from striate.inspection.race.racers import KNOWN, rule_of
from striate.model import Model
from striate.network import layers
from striate.network.graph import Graph, Input

ENGINES = sorted({"reference", default_engine()})


def course(engine: str = "reference", size: tuple[int, int] = (8, 9), count: int = 64, **settings: object) -> Course:
    rng = np.random.default_rng(0)
    labels = np.arange(count) % 3
    pictures = (rng.integers(0, 60, (count, *size)) + 60 * labels[:, None, None]).astype(np.uint8)
    data = load_images((pictures, labels))
    return course_of(data, **{"steps": 6, "batch_size": 16, "engine": engine, **settings})  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("racer", ["sgd", "nag", "adam", "gd"])
def test_a_run_is_the_training_that_fit_does(racer: str, engine: str) -> None:
    """Four batches make an epoch here, so that the batches are those of `fit`."""
    on = course(engine, steps=8)
    run = run_of(on, racer, 0.02, seed=3)
    model = Model.of(on.graph, seed=3)
    model.compile(rule_of(racer, 0.02), "sparse_categorical_crossentropy", engine=engine)
    model.fit(on.x, on.y, batch_size="all" if racer == "gd" else 16, epochs=2, verbose=0, shuffle=racer != "gd")
    assert run.fingerprint == model.fingerprint
    assert run.steps == (2 if racer == "gd" else 8) and run.seen[-1] == 128
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"], engine=engine)
    loss, accuracy = model.evaluate(on.x, on.y)  # type: ignore[misc]
    assert run.losses[-1] == pytest.approx(loss, rel=1e-5) and run.accuracy == pytest.approx(accuracy)


@pytest.mark.parametrize(("racer", "network", "count"), [("sgd", "digits", 32), ("gd", None, 300)])
def test_dropout_and_parts_of_a_batch_are_those_of_fit(racer: str, network: str | None, count: int) -> None:
    """Dropout is drawn by seed and step; 300 pictures are more than a program takes at once."""
    on = course(default_engine(), network=network, count=count, steps=2 * count // 16)
    run = run_of(on, racer, 0.05, seed=1)
    model = Model.of(on.graph, seed=1)
    model.compile(rule_of(racer, 0.05), "sparse_categorical_crossentropy", engine=default_engine())
    model.fit(
        on.x,
        on.y,
        batch_size="all" if racer == "gd" else 16,
        epochs=1 if racer == "gd" else 2,
        verbose=0,
        shuffle=racer == "sgd",
    )
    assert run.steps == (1 if racer == "gd" else 4) and run.fingerprint == model.fingerprint


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["net_residual", "net_inception"])
def test_networks_with_branches_run_as_fit_trains_them(name: str, engine: str) -> None:
    wire, shape = WIRINGS[name]
    x = Input(shape)
    y = wire(layers, x)
    if name == "net_inception":  # its convolution is used twice
        y = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(y))
    rng = np.random.default_rng(4)
    pictures, labels = rng.standard_normal((32, *shape)).astype(np.float32), np.arange(32) % 3
    on = Course(Graph.to(y), pictures, labels, pictures, labels, 4, 16, engine_named(engine), None)
    run = run_of(on, "nag", 0.01, seed=2)
    model = Model.of(on.graph, seed=2)
    model.compile(rule_of("nag", 0.01), "sparse_categorical_crossentropy", engine=engine)
    model.fit(pictures, labels, batch_size=16, epochs=2, verbose=0)
    assert run.fingerprint == model.fingerprint


def test_losses_are_smoothed_where_they_jump() -> None:
    run = run_of(course(steps=30), "sgd", 0.1, 0)
    assert len(run.losses) == 21 == len(run.smoothed) and run.smoothed[0] == run.losses[0]
    assert run.smoothed[1] == run.losses[:2].mean() and run.final == run.losses[-3:].mean()
    full = run_of(course(steps=30), "gd", 0.1, 0)
    assert len(full.losses) == 8 and (full.smoothed == full.losses).all()


def test_batches_cover_all_pictures_and_their_hash_tells_them() -> None:
    on = course(batch_size=24)
    several = list(islice(on.batches(5), 8))
    assert sorted(np.concatenate(several).tolist()) == sorted([*range(64)] * 3)
    told = hashlib.sha256(b"".join(batch.astype("<i8").tobytes() for batch in several[:6])).hexdigest()
    assert on.batches_hash(5) == told != on.batches_hash(6)
    assert on.start_hash(5) == hashlib.sha256(Model.of(on.graph, seed=5).theta.tobytes()).hexdigest()


def test_batch_normalisation_and_dropout_learn_too() -> None:
    run = run_of(course(size=(16, 17), network="mnist", steps=2, batch_size=8, pictures=24), "adam", 0.01, 0)
    assert np.isfinite(run.losses).all() and run.diverged is None


def raced(**settings: object) -> Contest:
    return contest(course(), ("sgd", "momentum", "adam"), seeds=(0, 1), grid=(0.1, 0.01), rate=0.01, **settings)  # type: ignore[arg-type]


def test_a_contest() -> None:
    told: list[tuple[int, int]] = []
    found = raced(done=lambda runs, total: told.append((runs, total)))
    assert told == [(i, 12) for i in range(1, 13)] and runs_of(3, 2, 0.01, (0.1, 0.01)) == 12
    assert runs_of(3, 2, 0.03, (0.1, 0.01)) == 18
    assert {entry.learning_rate for entry in found.equal} == {0.01}
    for entry in found.best:
        assert entry.tried[entry.learning_rate] == min(entry.tried.values()) and entry.at_edge
        assert entry.tried[entry.learning_rate] == pytest.approx(np.mean([run.final for run in entry.runs]))
    # Everybody begins where the others do.
    for seed in (0, 1):
        assert len({entry.runs[seed].losses[0] for entry in (*found.equal, *found.best)}) == 1
    assert found.equal[0].runs[0].losses[0] != found.equal[0].runs[1].losses[0]
    assert raced().hash == found.hash
    needed = pictures_needed(found.best)
    assert needed["sgd"] is not None and needed["sgd"] <= 6 * 16
    assert pictures_needed(found.best[1:]) == {}


def test_what_is_not_finite_ends_a_run() -> None:
    run = run_of(course(steps=40), "momentum", 1e30, 0)
    assert run.diverged is not None and run.losses[-1] == np.inf and run.accuracy == 0
    assert np.isfinite(run.losses[0])


@pytest.mark.parametrize("racer", KNOWN)
def test_threads_and_repetition_change_no_bit(racer: str) -> None:
    prints = {run_of(course(default_engine(), steps=3, threads=n), racer, 0.01, 0).fingerprint for n in (1, 2)}
    assert len(prints) == 1


def test_a_step_takes_time() -> None:
    ticks = iter(range(100))
    assert seconds_a_step(course(), clock=lambda: float(next(ticks))) == pytest.approx(1 / 5 + 20 / 6)
