"""Snapshots of a training: when, how many bytes, the same after a resume; and what each class did to the weights."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import CASES, Case

from striate.callbacks import BackupAndRestore, Callback, Snapshots
from striate.engines.contract import Key, Purpose
from striate.engines.native.core import available
from striate.engines.reference.program import ReferenceEngine
from striate.errors import DataError, FileError, Notice, SettingError, StateError
from striate.inspection.films.class_shares import class_shares
from striate.inspection.films.film import film
from striate.layers import Activation, BatchNormalization, Conv2D, Dense, Dropout, Flatten, Softmax
from striate.network.layers import CustomLayer
from striate.network.losses import SparseCategoricalCrossentropy
from striate.network.optimizers import SGD, Adam, GradientDescent, Momentum
from striate.sequential import Sequential
from striate.training.class_parts import class_numbers, pictures_stand_alone
from striate.training.film_folder import FilmFolder
from striate.training.snapshots import MOST, kept_layers, on_grid

ENGINES = ["reference", *(["native"] if available() else [])]
Task = tuple[Any, Any]
CLASSES = 3


@pytest.fixture
def task(rng: np.random.Generator) -> Task:
    return rng.standard_normal((40, 6, 5, 2)).astype(np.float32), rng.integers(0, CLASSES, 40)


def network(*more: Any, engine: str = "reference", rule: Any = None) -> Sequential:
    layers = [Conv2D(4, 3, activation="relu", input_shape=(6, 5, 2)), *more, Conv2D(3, 2), Flatten()]
    model = Sequential([*layers, Dense(CLASSES, "softmax")], seed=3)
    model.use(engine=engine, threads=1)
    model.compile(rule or Adam(0.01), "sparse_categorical_crossentropy")
    return model


def fit(model: Sequential, task: Task, *callbacks: Callback, epochs: int = 2, **settings: Any) -> None:
    given = {"batch_size": 7, "verbose": 0, **settings}
    model.fit(*task, epochs=epochs, callbacks=list(callbacks), **given)


class Remembers(Callback):
    """The weights and the loss after each step."""

    def __init__(self) -> None:
        self.theta: dict[int, Any] = {}

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.theta[self.run.step] = self.run.theta.copy(), self.run.recent[-1][0]


class Breaks(Callback):
    """Ends a training like an error, after a step."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.run.step == self.step:
            raise InterruptedError


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# When


def test_the_grid_is_even_in_the_logarithm_and_every_second_of_it_is_the_coarser_one() -> None:
    for density in (8.0, 4.0, 2.0, 1.0, 0.5):
        steps = [step for step in range(5000) if on_grid(step, density)]
        assert steps[:2] == [0, 1]
        assert all(on_grid(step, 2 * density) for step in steps)
        logs = np.log2(steps[1:])
        expected = np.arange(len(logs)) / density
        if density <= 1:
            np.testing.assert_array_equal(logs, expected)
        else:
            far = [math.log2(step) for step in steps if step > 100]
            np.testing.assert_allclose(np.diff(far), 1 / density, atol=0.02)
    assert {2**i for i in range(31)} <= {step for step in (2**i for i in range(31)) if on_grid(step, 1.0)}


def test_weights_step_epoch_and_loss(task: Task, tmp_path: Path) -> None:
    model, remembers = network(), Remembers()
    first = model.theta.copy()
    fit(model, task, remembers, Snapshots(tmp_path / "film"), epochs=3)
    where = FilmFolder(tmp_path / "film")
    assert where.steps() == [*range(9), 10, 11, 13, 16, 18]  # the last is on no grid
    described = where.description()
    assert described.layers == ("conv1", "conv2")  # nothing behind the last convolution
    for shot in where.read(described):
        theta, loss = remembers.theta.get(shot.step, (first, None))
        assert (shot.loss, shot.epoch) == (loss, -(-shot.step // 6))
        for span in model.graph.theta.spans:
            if span.layer in described.layers:
                np.testing.assert_array_equal(shot.weights[span.name], model.graph.theta.view(theta, span))


def test_running_statistics_are_kept_too(task: Task, tmp_path: Path) -> None:
    model = network(BatchNormalization())
    fit(model, task, Snapshots(tmp_path))
    shots = FilmFolder(tmp_path).read(FilmFolder(tmp_path).description())
    mean = model.graph.state.views(model.state)["norm1/moving_mean"]
    assert (shots[0].weights["norm1/moving_mean"] == 0).all()
    np.testing.assert_array_equal(shots[-1].weights["norm1/moving_mean"], mean)


@pytest.mark.parametrize("budget", [60_000, 10_000_000])
def test_the_budget_holds(budget: int, task: Task, tmp_path: Path) -> None:
    fit(network(), task, Snapshots(tmp_path, budget), epochs=40, batch_size=4)
    where = FilmFolder(tmp_path)
    steps = where.steps()
    assert sum(map(len, files(tmp_path).values())) <= budget
    assert {0, 1, 400} <= set(steps)
    assert 5 <= len(steps) <= MOST
    assert budget > 1e6 or len(steps) < 40
    density = min(d for d in (4.0, 2.0, 1.0, 0.5) if all(on_grid(step, d) for step in steps[:-1]))
    assert steps[:-1] == [step for step in range(400) if on_grid(step, density)]


def test_of_large_networks_the_first_layers() -> None:
    layers = [Conv2D(8, 3, padding="same", input_shape=(9, 9, 3)), Conv2D(8, 3), Conv2D(9, 3), Flatten(), Dense(4)]
    graph = Sequential(layers).graph
    sizes = [8 * 27 + 8, 8 * 72 + 8, 9 * 72 + 9]
    assert kept_layers(graph, 10**6) == (("conv1", "conv2", "conv3"), sum(sizes))
    assert kept_layers(graph, sum(sizes) - 1) == (("conv1", "conv2"), sum(sizes[:2]))
    assert kept_layers(graph, 1) == (("conv1",), sizes[0])
    assert kept_layers(Sequential([Flatten(input_shape=(3, 3, 1)), Dense(4), Dense(2)]).graph, 99)[0] == ("dense1",)


def test_a_layer_that_is_too_large_is_said(task: Task, tmp_path: Path) -> None:
    with pytest.warns(Notice) as told:
        fit(network(), task, Snapshots(tmp_path / "film", 12_000))
    assert [notice.message.code for notice in told] == ["film.too_large"]  # type: ignore[union-attr]
    assert not (tmp_path / "film").exists()


def test_another_training_begins_another_film(task: Task, tmp_path: Path) -> None:
    model, kept = network(), Snapshots(tmp_path)
    fit(model, task, kept, epochs=3)
    fit(model, task, kept, epochs=1)
    assert FilmFolder(tmp_path).steps() == [18, 19, 20, 21, 22, 23, 24]


@pytest.mark.parametrize("batch", [7, 5])
def test_with_averaging_the_film_is_of_what_learns_and_ends_with_the_mean(
    batch: int, task: Task, tmp_path: Path
) -> None:
    """Also where the last step is one of the others."""
    remembers, model = Remembers(), network(rule=Adam(0.01, use_ema=True, ema_momentum=0.9))
    fit(model, task, remembers, Snapshots(tmp_path), batch_size=batch)
    *shots, last = FilmFolder(tmp_path).read(FilmFolder(tmp_path).description())
    span = model.graph.theta.spans[0]
    for shot in shots[1:]:
        theta, _ = remembers.theta[shot.step]
        np.testing.assert_array_equal(shot.weights[span.name], model.graph.theta.view(theta, span))
    np.testing.assert_array_equal(last.weights[span.name], model.graph.theta.view(model.theta, span))


# After a resume


@pytest.mark.parametrize("classes", [False, True])
def test_the_film_of_a_resumed_training_is_that_of_the_unbroken_one(classes: bool, task: Task, tmp_path: Path) -> None:
    """Also where snapshots went because there were too many, between the checkpoint and the end."""

    def trained(place: Path, *more: Callback) -> None:
        rule = SGD(0.05) if classes else Adam(0.01)
        kept = Snapshots(place / "film", 400_000 if classes else 90_000, classes=classes)
        fit(network(rule=rule), task, kept, BackupAndRestore(place / "backup", 5), *more, epochs=7)

    trained(tmp_path / "unbroken")
    for step in (4, 13, 32):
        with pytest.raises(InterruptedError):
            trained(tmp_path / "broken", Breaks(step))
    trained(tmp_path / "broken")
    assert files(tmp_path / "broken" / "film") == files(tmp_path / "unbroken" / "film")
    assert len(files(tmp_path / "unbroken" / "film")) > 10


def test_the_last_of_a_training_that_goes_on_for_longer_is_none(task: Task, tmp_path: Path) -> None:
    class BreaksAtItsEnd(Callback):
        def on_train_end(self, logs: Any = None) -> None:
            raise InterruptedError

    def trained(place: Path, epochs: int, *more: Callback) -> None:
        backup = BackupAndRestore(place / "backup", 1)
        fit(network(), task, Snapshots(place / "film"), *more, backup, epochs=epochs)

    with pytest.raises(InterruptedError):
        trained(tmp_path / "broken", 3, BreaksAtItsEnd())
    assert FilmFolder(tmp_path / "broken" / "film").steps()[-1] == 18
    trained(tmp_path / "broken", 5)
    trained(tmp_path / "unbroken", 5)
    assert files(tmp_path / "broken" / "film") == files(tmp_path / "unbroken" / "film")


# What each class did


def check_sums(place: Path, most: float = 1e-6) -> None:
    """The parts, and weight decay, make up the change of the weights; and are not nothing."""
    where = FilmFolder(place)
    described = where.description()
    shots = where.read(described)
    learned = [span.name for span in described.graph.theta.spans if span.layer in described.layers]
    assert set(shots[-1].classes) == set(learned)
    for name in learned:
        for shot in shots:
            change = shot.weights[name].astype(np.float64) - shots[0].weights[name]
            assert np.abs(change - shot.classes[name].astype(np.float64).sum(axis=0)).max() < most
        assert (np.abs(shots[-1].classes[name][:-1]).max() > 1e-3) == (np.abs(change).max() > 1e-3)


NETS: dict[str, Callable[[], list[Any]]] = {
    "alone": lambda: [Activation("tanh")],
    "batch_norm": lambda: [BatchNormalization()],
    "dropout": lambda: [Dropout(0.4)],
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("how", ["weighted", "all"])
def test_the_parts_of_the_classes_add_up_to_the_change(
    engine: str, net: str, how: str, task: Task, rng: np.random.Generator, tmp_path: Path
) -> None:
    """With weight decay, with weights of pictures, with a batch in parts; 20 to 30 steps in float32."""
    model = network(*NETS[net](), engine=engine, rule=SGD(0.1, weight_decay=0.01))
    assert pictures_stand_alone(model.graph) == (net == "alone")
    settings: dict[str, Any] = {"sample_weight": rng.uniform(0, 2, 40)} if how == "weighted" else {}
    batch, epochs = ("all", 20) if how == "all" else (7, 5)
    fit(model, task, Snapshots(tmp_path, classes=True), epochs=epochs, batch_size=batch, **settings)
    check_sums(tmp_path)


def test_a_batch_in_parts(task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("striate.training.plan.CHUNK", 16)
    model = network(rule=SGD(0.1))
    fit(model, task, Snapshots(tmp_path, classes=True), epochs=20, batch_size="all")
    check_sums(tmp_path)


@pytest.mark.parametrize("engine", ENGINES)
def test_frozen_layers_rates_and_schedules(engine: str, task: Task, tmp_path: Path) -> None:
    model = network(engine=engine)
    model.freeze("conv1")
    model.compile(GradientDescent(0.1), "sparse_categorical_crossentropy")
    fit(model, task, Snapshots(tmp_path, classes=True), epochs=5)
    check_sums(tmp_path)
    assert not FilmFolder(tmp_path).read(FilmFolder(tmp_path).description())[-1].classes["conv1/kernel"].any()


def test_each_class_has_its_own_part(task: Task, tmp_path: Path) -> None:
    """In one step of full batches: a class's part is minus eta times the gradient of its pictures alone."""
    x, y = task
    model = network(rule=SGD(0.1))
    theta, state = model.theta.copy(), model.state.copy()
    fit(model, task, Snapshots(tmp_path, classes=True), epochs=1, batch_size=40)
    shot = FilmFolder(tmp_path).read(FilmFolder(tmp_path).description())[-1]
    program = ReferenceEngine().compile(model.graph, 40, Purpose(loss=SparseCategoricalCrossentropy()))
    for number in range(CLASSES):
        own = y == number
        gradient = program.step(theta, state, x[own], y[own], None, Key(0, 0)).gradient * own.mean()
        expected = -0.1 * model.graph.theta.views(gradient)["conv1/kernel"]
        np.testing.assert_allclose(shot.classes["conv1/kernel"][number], expected, rtol=1e-4, atol=1e-7)


SUMMED = [case for case in CASES if not isinstance(case.graph.nodes[-1].layer, Softmax) and case.graph.theta.size]


@pytest.mark.parametrize("case", SUMMED[::9], ids=lambda case: case.id)
def test_the_gradient_is_the_sum_over_the_pictures_of_each_class(case: Case, rng: np.random.Generator) -> None:
    """In float64, for every kind of layer, with the statistics of the batch and with masks that are drawn."""
    from cases import random_state, random_theta

    from striate.network.losses import MeanSquaredError

    theta, state = random_theta(case.graph, rng), random_state(case.graph, rng)
    x, labels = rng.standard_normal((6, *case.shape)), np.array([0, 1, 2, 0, 1, 1])
    y = rng.standard_normal((6, *case.graph.output_shape))
    purpose = Purpose(loss=MeanSquaredError(), dropout=True, batch_statistics=True, dtype=np.float64)
    program = ReferenceEngine().compile(case.graph, 6, purpose)
    whole = program.step(theta, state, x, y, None, Key(1, 2)).gradient.copy()
    parts = sum(
        program.step(theta, state, x, y, (labels == number).astype(np.float64), Key(1, 2)).gradient.copy()
        for number in range(3)
    )
    np.testing.assert_allclose(parts, whole, rtol=1e-9, atol=1e-12 * (1 + np.abs(whole).max()))
    alone = not any(isinstance(node.layer, BatchNormalization | Dropout | CustomLayer) for node in case.graph.nodes)
    assert pictures_stand_alone(case.graph) == alone
    if alone:
        cut = sum(
            program.step(theta, state, x[own], y[own], None, Key(1, 2)).gradient * own.mean()
            for own in (labels == number for number in range(3))
        )
        np.testing.assert_allclose(cut, whole, rtol=1e-9, atol=1e-12 * (1 + np.abs(whole).max()))


def test_class_numbers() -> None:
    for y in ([2, 0, 1], [[2.0], [0.0], [1.0]], np.eye(3)[[2, 0, 1]]):
        assert class_numbers(np.asarray(y), 3).tolist() == [2, 0, 1]
    for y in ([0.5, 1], [3, 0], [-1, 0], [[0.9, 0.1], [0, 1]], [[1, 1, 0]], np.zeros((2, 2, 2))):
        with pytest.raises(DataError) as caught:
            class_numbers(np.asarray(y), 3)
        assert caught.value.code == "film.classes_targets"


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (Momentum(0.1), "film.classes_rule"),
        (Adam(0.1), "film.classes_rule"),
        (GradientDescent(0.1, clipnorm=1.0), "film.classes_settings"),
        (GradientDescent(0.1, gradient_accumulation_steps=2), "film.classes_settings"),
        (GradientDescent(0.1, use_ema=True), "film.classes_settings"),
    ],
    ids=str,
)
def test_only_of_plain_steps(rule: Any, code: str, task: Task, tmp_path: Path) -> None:
    with pytest.raises(StateError) as caught:
        fit(network(rule=rule), task, Snapshots(tmp_path, classes=True))
    assert caught.value.code == code


# What is wrong


def test_a_folder_that_goes_and_settings(task: Task, tmp_path: Path) -> None:
    class Removes(Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            if self.run.step == 3:
                FilmFolder(tmp_path / "film").clear()

    with pytest.raises(FileError) as caught:
        fit(network(), task, Removes(), Snapshots(tmp_path / "film"))
    assert caught.value.code == "run.folder_gone"
    for wrong in ({"budget": 0}, {"classes": 1}, {"folder": 3}):
        with pytest.raises(SettingError):
            Snapshots(**{"folder": tmp_path, **wrong})


def test_damaged_files(task: Task, tmp_path: Path) -> None:
    """A film without them; the others are as they were."""
    fit(network(), task, Snapshots(tmp_path))
    where = FilmFolder(tmp_path)
    whole = where.steps()
    path = tmp_path / "00000003.safetensors"
    content = path.read_bytes()
    for damaged in (
        content[:-9],
        content[:-1] + bytes([content[-1] ^ 1]),
        b"",
        b"\xff" * 900,
        b"\x02" + bytes(7) + b"{}",
    ):
        path.write_bytes(damaged)
        with pytest.warns(Notice) as told:
            shown = film(tmp_path)
        assert [notice.message.code for notice in told] == ["film.damaged"]  # type: ignore[union-attr]
        assert [frame.step for frame in shown] == [step for step in whole if step != 3]
    path.write_bytes(content)
    known = json.loads((tmp_path / "film.json").read_text())
    for wrong in ({**known, "format": 9}, {**known, "layers": ["conv9"]}, {**known, "network": []}, [], {}, 3, None):
        (tmp_path / "film.json").write_text(json.dumps(wrong))
        with pytest.raises(FileError) as caught:
            film(tmp_path)
        assert caught.value.code == "film.damaged_description"
    for text in ("", "{", "[" * 100_000):
        (tmp_path / "film.json").write_text(text)
        with pytest.raises(FileError):
            class_shares(tmp_path)


def test_other_weights_than_the_network_has(task: Task, tmp_path: Path) -> None:
    fit(network(), task, Snapshots(tmp_path / "a"))
    fit(network(BatchNormalization()), task, Snapshots(tmp_path / "b"))
    (tmp_path / "a" / "00000002.safetensors").write_bytes((tmp_path / "b" / "00000002.safetensors").read_bytes())
    with pytest.warns(Notice) as told:
        assert 2 not in [frame.step for frame in film(tmp_path / "a")]
    assert [notice.message.code for notice in told] == ["film.damaged"]  # type: ignore[union-attr]
