"""The first number that is not finite is found where it began: in layers, pictures, labels, rules."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from all_in_one import all_in_one
from cases import CASES, Case, random_state, random_theta
from numpy.typing import NDArray

from striate import Sequential, speak
from striate.callbacks import Callback
from striate.data.batches import ArrayBatches
from striate.data.names import Names
from striate.engines.contract import Engine, Key, Purpose
from striate.engines.native import core
from striate.engines.reference.activation import ACTIVATIONS
from striate.engines.reference.dissect import Operation
from striate.engines.reference.program import ReferenceEngine
from striate.engines.reference.replay import Origin, Replay, Taken
from striate.engines.select import engine as engine_named
from striate.errors import DataError, TrainingError
from striate.layers import (
    BatchNormalization,
    Conv2D,
    CustomLayer,
    Dense,
    Flatten,
    Input,
    Layer,
    LayerNormalization,
    custom,
    custom_activation,
)
from striate.losses import Loss, MeanSquaredError, SparseCategoricalCrossentropy
from striate.network.layers import ACTIVATIONS as NAMES
from striate.network.optimizers import Rule
from striate.network.settings import described
from striate.optimizers import SGD, Adagrad, Adam, Momentum
from striate.training.autopsy import Autopsy
from striate.training.guard import EVERY, RECENT
from striate.training.loop import train
from striate.training.plan import CHUNK, Plan
from striate.training.run import Run, started

Array = NDArray[Any]
ENGINES = [*(["native"] if core.available() else []), "reference"]
on_both = pytest.mark.parametrize("engine", ENGINES)
BADS = (np.nan, np.inf, -np.inf)
HUGE, LARGEST = 3e38, float(np.finfo(np.float32).max)


def origin(case: Case, engine: str, theta: Array, x: Array) -> Origin | None:
    state = random_state(case.graph, np.random.default_rng(4)).astype(np.float32)
    y = np.zeros((len(x), *case.graph.output_shape), np.float32)
    purpose = Purpose(loss=MeanSquaredError(), dropout=True, batch_statistics=True)
    return Replay(
        engine_named(engine), case.graph, purpose, Taken(theta, state, x, y, None, Key(0, 0)), threads=1
    ).origin()


def numbers(case: Case) -> tuple[Array, Array]:
    rng = np.random.default_rng(5)
    theta = random_theta(case.graph, rng).astype(np.float32)
    return theta, rng.standard_normal((3, *case.graph.input_shape)).astype(np.float32)


every_row = all_in_one("case, number", [(case, i) for i, case in enumerate(CASES)])


@every_row
def test_a_planted_weight_and_pixel_are_named(case: Case, number: int) -> None:
    """In every kind of layer."""
    theta, x = numbers(case)
    engine, bad = ENGINES[number % len(ENGINES)], BADS[number % 3]
    assert origin(case, engine, theta, x) is None
    for span in case.graph.theta.spans[number % 2 :: 2]:
        spoilt = theta.copy()
        spoilt[span.offset + span.size // 2] = bad
        found = origin(case, engine, spoilt, x)
        assert found is not None and (found.way, found.layer) == ("given", span.layer)
        assert found.bad.operation == Operation("weight", span.name)
        assert (found.bad.nan + found.bad.infinite, found.bad.numbers) == (1, span.size)
    x[1].flat[0] = bad
    found = origin(case, engine, theta, x)
    assert found is not None and (found.way, found.bad.operation.word) == ("given", "pictures")
    assert (found.bad.pictures, bool(found.bad.nan), found.bad.numbers) == ([1], bool(np.isnan(bad)), x.size)


@every_row
def test_what_overflows_is_found_in_the_first_layer_where_it_does(case: Case, number: int) -> None:
    """One picture as large as float32 can hold; the reference, node by node, says where that must show first."""
    theta, x = numbers(case)
    x[1] = HUGE * np.sign(x[1])
    engine = ENGINES[number % len(ENGINES)]
    names = tuple(node.name for node in case.graph.nodes[1:])
    purpose = Purpose(dropout=True, batch_statistics=True, keep=names)
    state = random_state(case.graph, np.random.default_rng(4)).astype(np.float32)
    kept = ReferenceEngine().compile(case.graph, 3, purpose).forward(theta, state, x, Key(0, 0)).kept
    first = next((name for name in names if not np.isfinite(kept[name]).all()), None)
    found = origin(case, engine, theta, x)
    if found is None:  # sigmoid, tanh and their like bring the largest number back
        assert all(np.isfinite(values).all() and np.abs(values).max() < 10 for values in (kept[names[-1]],))
        return
    normalised = [n.name for n in case.graph.nodes if isinstance(n.layer, BatchNormalization | LayerNormalization)]
    if found.layer in normalised:  # its variance overflows, and hides that from its output
        assert found.bad.operation.word in ("mean", "variance", "normalisation")
        assert first is None or case.graph.place(found.layer) <= case.graph.place(first)
    elif first is None:
        assert found.way in ("loss", "backward")
    else:
        assert (found.way, found.layer) == ("forward", first)
        assert found.bad.nan or found.bad.infinite
        assert not found.bad.pictures or 1 in found.bad.pictures


# Each operation by its name


def stopped(model: Sequential, x: Array, y: Array, **settings: Any) -> tuple[TrainingError, Autopsy]:
    with pytest.raises(TrainingError) as caught:
        model.fit(x, y, verbose=0, **{"batch_size": 8, "shuffle": False, **settings})
    assert np.isfinite(model.theta).all() or caught.value.fields["autopsy"].way == "given"
    return caught.value, caught.value.fields["autopsy"]


def net(
    layers: Sequence[Layer], shape: tuple[int, ...], engine: str, loss: Any = "mse", rule: Any = None
) -> Sequential:
    model = Sequential([Input(shape), *layers])
    model.compile(rule or SGD(0.01), loss, engine=engine)
    return model


@on_both
@pytest.mark.parametrize(
    ("weight", "value", "operation"),
    [
        ("conv1/kernel", 3e38, "convolution"),
        ("norm1/gamma", 3e38, "scale"),
        ("dense1/kernel", 3e38, "product"),
    ],
)
def test_a_huge_weight_overflows_in_its_operation(engine: str, weight: str, value: float, operation: str) -> None:
    rng = np.random.default_rng(0)
    layers = [Conv2D(3, 3), BatchNormalization(), Flatten(), Dense(2)]
    model = net(layers, (5, 5, 2), engine)
    model.weights[weight][...] = value
    x, y = 10 * rng.standard_normal((16, 5, 5, 2)), rng.standard_normal((16, 2))
    error, autopsy = stopped(model, x, y)
    assert (autopsy.way, autopsy.layer, autopsy.operation) == ("forward", weight.partition("/")[0], operation)
    assert autopsy.cause == "autopsy.cause.large_weight" and autopsy.about["weight"] == weight
    assert (autopsy.infinite > 0, autopsy.step, autopsy.epoch) == (True, 1, 1)
    assert error.code.startswith("training.")


@on_both
def test_a_bias_that_overflows(engine: str) -> None:
    model = net([Dense(2)], (3,), engine)
    model.weights["dense1/kernel"][...] = 1e38
    model.weights["dense1/bias"][...] = 3e38
    _, autopsy = stopped(model, np.ones((8, 3)), np.zeros((8, 2)))
    assert (autopsy.layer, autopsy.operation, autopsy.numbers, autopsy.infinite) == ("dense1", "bias", 16, 16)


@on_both
def test_a_variance_that_overflows_never_reaches_the_statistics(engine: str) -> None:
    """Its root's inverse is 0 then, so the output and the loss stay finite."""
    model = net([BatchNormalization(), Dense(2)], (4,), engine)
    state, x = model.state.copy(), np.random.default_rng(1).standard_normal((8, 4)).astype(np.float32)
    x[3, 2] = 1e30
    error, autopsy = stopped(model, x, np.zeros((8, 2)))
    assert (error.code, autopsy.stopped_by) == ("training.state_not_finite", "state")
    assert (autopsy.layer, autopsy.operation, autopsy.infinite) == ("norm1", "variance", 1)
    assert autopsy.cause == "autopsy.cause.large_picture"
    np.testing.assert_array_equal(model.state, state)


@on_both
def test_the_loss_that_squares(engine: str) -> None:
    model = net([Dense(2)], (3,), engine)
    y = np.zeros((8, 2))
    y[5] = 1e20
    _, autopsy = stopped(model, np.ones((8, 3)), y)
    assert (autopsy.way, autopsy.operation, autopsy.name) == ("loss", "loss", "MeanSquaredError")
    assert (autopsy.picture, autopsy.infinite, autopsy.numbers) == (5, 1, 8)


@on_both
def test_outputs_that_are_no_probabilities(engine: str) -> None:
    """ReLU gives zeros, whose sum a cross-entropy divides by."""
    model = net([Dense(3, "relu")], (2,), engine, "sparse_categorical_crossentropy")
    model.weights["dense1/bias"][...] = -100
    _, autopsy = stopped(model, np.ones((8, 2)), np.zeros(8, np.int64))
    assert (autopsy.operation, autopsy.cause, autopsy.about) == (
        "loss",
        "autopsy.cause.no_softmax",
        {"layer": "dense1"},
    )


# A user's own


@custom
class Broken(CustomLayer):
    """y = x; NaN at one number of a picture, forward or backward."""

    stem = "broken"
    way: str = "forward"

    def forward(self, *arrays: Any) -> tuple[Any, Any]:
        y = arrays[0].copy()
        if self.way == "forward":
            y[2, 0] = np.nan
        return y, None

    def backward(self, dy: Any, saved: Any) -> tuple[Any, ...]:
        dx = dy.copy()
        dx[1, 1] = np.inf
        return (dx,)


@custom
class Exponential(CustomLayer):
    """y = e^x, without a thought."""

    stem = "exponential"

    def forward(self, *arrays: Any) -> tuple[Any, Any]:
        y = np.exp(arrays[0])
        return y, y

    def backward(self, dy: Any, saved: Any) -> tuple[Any, ...]:
        return (dy * saved,)


@described
class LogLoss(Loss):
    """-ln a, of whatever a is."""

    def forward(self, output: Any, y: Any) -> Any:
        return -np.log(output).mean(axis=1)

    def backward(self, output: Any, y: Any) -> Any:
        return -1 / output


@described
class Divided(Rule):
    """theta <- theta - eta g / 0 at the first number."""

    def update(self, theta: Any, g: Any, slots: Any, t: int, eta: float) -> None:
        theta[0] -= eta / (0 * g[0])


@on_both
@pytest.mark.parametrize(("way", "operation", "picture"), [("forward", "own", 2), ("backward", "own_back", 1)])
def test_a_layer_of_the_users(engine: str, way: str, operation: str, picture: int) -> None:
    model = net([Dense(3), Broken(way=way), Dense(2)], (3,), engine)
    _, autopsy = stopped(model, np.ones((8, 3)), np.zeros((8, 2)))
    assert (autopsy.way, autopsy.layer, autopsy.operation, autopsy.name) == (way, "broken1", operation, "Broken")
    assert (autopsy.picture, autopsy.nan + autopsy.infinite, autopsy.numbers) == (picture, 1, 24)
    assert autopsy.cause == "autopsy.cause.own"


@on_both
def test_an_exp_that_overflows(engine: str) -> None:
    model = net([Exponential(), Dense(2)], (3,), engine)
    x = np.ones((8, 3))
    x[6, 1] = 812
    _, autopsy = stopped(model, x, np.zeros((8, 2)))
    assert (autopsy.layer, autopsy.operation, autopsy.heard) == ("exponential1", "own", (("overflow", "exp"),))
    assert (autopsy.picture, autopsy.infinite, autopsy.largest) == (6, 1, 812)
    assert (autopsy.cause, autopsy.about) == ("autopsy.cause.exp", {"name": "Exponential", "largest": 812})


@on_both
def test_an_activation_of_the_users(engine: str) -> None:
    custom_activation("root_of_x", lambda x: np.sqrt(x), lambda dy, x, y: dy / (2 * y))
    try:
        model = net([Dense(3, "root_of_x"), Dense(2)], (3,), engine)
        model.weights["dense1/bias"][...] = -100
        _, autopsy = stopped(model, np.ones((8, 3)), np.zeros((8, 2)))
    finally:
        del NAMES["root_of_x"], ACTIVATIONS["root_of_x"]
    assert (autopsy.layer, autopsy.operation, autopsy.name) == ("dense1", "activation", "root_of_x")
    assert (autopsy.nan, autopsy.cause, autopsy.heard) == (24, "autopsy.cause.own", (("invalid value", "sqrt"),))


@on_both
def test_a_logarithm_of_0_in_a_loss_of_the_users(engine: str) -> None:
    model = net([Dense(2, "relu")], (3,), engine, LogLoss())
    model.weights["dense1/bias"][...] = -100
    _, autopsy = stopped(model, np.ones((8, 3)), np.zeros((8, 2)))
    assert (autopsy.operation, autopsy.name, autopsy.cause) == ("loss", "LogLoss", "autopsy.cause.log")


@on_both
def test_a_rule_of_the_users(engine: str) -> None:
    model = net([Dense(2)], (3,), engine, rule=Divided(0.1))
    before = model.theta.copy()
    error, autopsy = stopped(model, np.ones((8, 3)), np.ones((8, 2)))
    assert (error.code, autopsy.way, autopsy.layer) == ("training.weights_not_finite", "update", "dense1/kernel")
    assert (autopsy.operation, autopsy.name, autopsy.cause) == ("rule", "Divided", "autopsy.cause.own")
    np.testing.assert_array_equal(model.theta, before)


# The course of a training


class Planted(Callback):
    """Does something to the run before a step."""

    def __init__(self, step: int, act: Callable[[Run], object]) -> None:
        self._step, self._act, self._steps = step, act, 0

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        self._steps += 1
        if self._steps == self._step - 1:
            self._act(self.run)


def line(engine: str, rule: Rule, pictures: int = 40) -> tuple[Sequential, Array, Array]:
    rng = np.random.default_rng(2)
    model = net([Dense(4), Dense(2)], (3,), engine, rule=rule)
    return model, rng.standard_normal((pictures, 3)).astype(np.float32), rng.standard_normal((pictures, 2))


@on_both
def test_a_learning_rate_that_is_too_large(engine: str) -> None:
    model, x, y = line(engine, SGD(0.9))
    _, autopsy = stopped(model, x, y, epochs=100)
    assert autopsy.cause == "autopsy.cause.loss_rose" and autopsy.about["better"] == pytest.approx(0.09)
    steps = [passed.step for passed in autopsy.recent]
    assert steps == list(range(steps[0], autopsy.step + 1)) and len(steps) <= RECENT
    norms = [passed.norm for passed in autopsy.recent if np.isfinite(passed.norm)]
    assert norms[-1] > norms[0] and autopsy.about["high"] == autopsy.recent[-2].loss


@on_both
def test_a_gradient_whose_square_overflows_leaves_what_the_rule_keeps(engine: str) -> None:
    """Adam's v would be infinite for ever, and the weight stand still; the weights themselves stay finite."""
    model, x, y = line(engine, Adam(0.01))
    kept: list[Array] = []

    def plant(run: Run) -> None:
        run.theta[...] *= 1e8
        y[...] = 0
        x[...] = 1e6
        kept.extend(each.copy() for each in (run.theta, *run.slots))

    error, autopsy = stopped(model, x, y, epochs=3, callbacks=[Planted(7, plant)])
    if error.code == "training.slots_not_finite":
        assert (autopsy.way, autopsy.operation) == ("update", "slot")
    run: Run = model._run  # type: ignore[assignment]
    for now, before in zip((run.theta, *run.slots), kept, strict=True):
        np.testing.assert_array_equal(now, before)
    assert run.step == 6


@on_both
def test_a_weight_that_a_callback_spoils(engine: str) -> None:
    model, x, y = line(engine, Momentum(0.01, 0.9))

    def plant(run: Run) -> None:
        run.theta[1] = np.inf

    _, autopsy = stopped(model, x, y, epochs=3, callbacks=[Planted(7, plant)])
    assert (autopsy.step, autopsy.epoch, autopsy.way) == (7, 2, "given")
    assert (autopsy.cause, autopsy.about["weight"]) == ("autopsy.cause.weight", "dense1/kernel")


@on_both
def test_everything_is_looked_at_every_so_often(engine: str) -> None:
    """What the rule keeps can be infinite without any loss or gradient showing it."""
    model, x, y = line(engine, Adagrad(0.001))

    def plant(run: Run) -> None:
        run.slots[0][5] = np.inf

    error, autopsy = stopped(model, x, y, epochs=100, callbacks=[Planted(7, plant)])
    assert (error.code, autopsy.step, autopsy.layer) == ("training.slots_not_finite", EVERY + 1, "dense1/kernel")
    assert (autopsy.way, autopsy.operation, autopsy.name) == ("update", "slot", "v")


def trained(engine: Engine, x: Array, y: Array, plan: Plan, callbacks: Sequence[Callback] = (), **more: Any) -> Run:
    """A training on data that no door has seen; the run is an attribute of the error's."""
    model = net([BatchNormalization(), Dense(3, "softmax")], x.shape[1:], "reference")
    run = started(model.graph, model.theta, model.state, plan.rule, lambda path: None, None)
    try:
        train(engine, run, plan, ArrayBatches(x, y, **more), callbacks=callbacks)
    except (TrainingError, DataError) as error:
        error.run = run  # type: ignore[union-attr]
        raise
    return run


PLAN = Plan(SGD(0.1), SparseCategoricalCrossentropy(), epochs=2, batch_size=8)


@on_both
@pytest.mark.parametrize("bad", BADS)
def test_a_picture_that_turned_bad_is_named_by_its_file(engine: str, bad: float) -> None:
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((40, 5)).astype(np.float32), rng.integers(0, 3, 40)
    files = Names(f"shapes/{i:02}.png" for i in range(40))

    def plant(run: Run) -> None:
        x[17, 2] = bad

    with pytest.raises(TrainingError) as caught:
        trained(engine_named(engine), x, y, PLAN, [Planted(6, plant)], files=files)
    autopsy: Autopsy = caught.value.fields["autopsy"]  # type: ignore[assignment]
    assert (autopsy.epoch, autopsy.way, autopsy.operation) == (2, "given", "pictures")
    assert (autopsy.picture, autopsy.file, autopsy.numbers) == (17, "shapes/17.png", 8 * 5)
    assert len(autopsy.files) == len(autopsy.pictures) == 8
    assert [f"shapes/{i:02}.png" for i in autopsy.pictures] == list(autopsy.files) and 17 in autopsy.pictures
    assert (autopsy.cause, autopsy.about) == ("autopsy.cause.file", {"file": "shapes/17.png"})


@on_both
@pytest.mark.parametrize("label", [3, -1])
def test_a_label_out_of_range_within_training(engine: str, label: int) -> None:
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((40, 5)).astype(np.float32), rng.integers(0, 3, 40)

    def plant(run: Run) -> None:
        y[17] = label

    for files, code in ((None, "training.label_out_of_range"), (Names(map(str, range(40))), "training.label_of_file")):
        y[17] = 0
        with pytest.raises(DataError) as caught:
            trained(engine_named(engine), x, y, PLAN, [Planted(6, plant)], files=files)
        fields = caught.value.fields
        assert (caught.value.code, fields["picture"], fields["came"], fields["last"]) == (code, 17, label, 2)
        assert fields.get("file", "17") == "17"


@on_both
def test_a_later_part_of_a_step_leaves_everything_as_it_was(engine: str) -> None:
    """A step over all the data comes in parts: those before the bad one have not moved the statistics either."""
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((CHUNK + 40, 5)).astype(np.float32), rng.integers(0, 3, CHUNK + 40)
    plan = replace(PLAN, batch_size="all", shuffle=False)
    wanted = trained(engine_named(engine), x, y, replace(plan, epochs=1))

    def plant(run: Run) -> None:
        x[CHUNK + 3] = np.nan

    with pytest.raises(TrainingError) as caught:
        trained(engine_named(engine), x, y, plan, [Planted(2, plant)])
    run: Run = caught.value.run  # type: ignore[attr-defined]
    np.testing.assert_array_equal(run.theta, wanted.theta)
    np.testing.assert_array_equal(run.state, wanted.state)
    assert (run.step, run.gathered, len(run.recent)) == (1, None, 1)
    assert caught.value.fields["autopsy"].picture == CHUNK + 3  # type: ignore[attr-defined]


@on_both
def test_the_sum_of_gathered_gradients_may_overflow_where_none_of_them_does(engine: str) -> None:
    """Clipping to a value would hide that."""
    model, x, y = line(engine, SGD(1e-30, clipvalue=1, gradient_accumulation_steps=2))
    before, x = model.theta.copy(), x * np.float32(1e17)

    def plant(run: Run) -> None:
        assert run.gathered is not None
        run.gathered[:8:2], run.gathered[1:8:2] = LARGEST, -LARGEST

    error, _ = stopped(model, x, y, callbacks=[Planted(2, plant)])
    assert error.code == "training.gradient_not_finite"
    np.testing.assert_array_equal(model.theta, before)


def test_the_last_steps_are_kept_on_the_run() -> None:
    model, x, y = line("reference", SGD(0.001))
    losses = model.fit(x, y, batch_size=40, epochs=RECENT + 5, verbose=0).history["loss"]
    run: Run = model._run  # type: ignore[assignment]
    assert [loss for loss, _ in run.recent] == pytest.approx(losses[5:])
    assert all(norm > 0 for _, norm in run.recent)


def test_the_sentence_in_both_languages() -> None:
    model = net([Dense(2)], (3,), "reference")
    model.weights["dense1/kernel"][...] = 1e38
    model.weights["dense1/bias"][...] = 3e38
    error, _ = stopped(model, np.ones((8, 3)), np.zeros((8, 2)))
    said: list[str] = []
    for language in ("en", "ko"):
        speak(language)
        said.append(str(error))
    speak(None)
    assert said == [
        "Training stopped in epoch 1 at step 1: the loss is inf. It began going forward in dense1, in adding the bias: "
        "16 infinite of 16 numbers (the largest that came in is 1; first in picture 0). dense1/bias held numbers up to "
        "3e+38 from the beginning: begin with smaller weights. The weights are those before this step.",
        "에폭 1, 스텝 1에서 학습을 멈췄습니다: 손실이 inf입니다. 순전파 중 dense1 층의 편향 덧셈에서 시작되었습니다: "
        "수 16개 가운데 무한대 16개(들어온 가장 큰 수는 1; 처음은 사진 0번). dense1/bias에 처음부터 3e+38까지의 수가 "
        "있었습니다. 더 작은 가중치로 시작하십시오. 가중치는 이 스텝 이전 그대로입니다.",
    ]
