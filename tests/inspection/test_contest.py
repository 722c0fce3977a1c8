"""A race on a network: the training that everybody knows, with the same start and the same batches."""

import hashlib
from itertools import islice

import numpy as np
import pytest

from striate.data.load import load_images
from striate.engines.select import default_engine
from striate.inspection.contest import Contest, contest, pictures_needed, runs_of
from striate.inspection.course import Course, course_of, run_of, seconds_a_step
from striate.inspection.racers import KNOWN, rule_of
from striate.model import Model

ENGINES = sorted({"reference", default_engine()})


def course(engine: str = "reference", size: tuple[int, int] = (8, 9), **settings: object) -> Course:
    rng = np.random.default_rng(0)
    labels = np.arange(64) % 3
    pictures = (rng.integers(0, 60, (64, *size)) + 60 * labels[:, None, None]).astype(np.uint8)
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
