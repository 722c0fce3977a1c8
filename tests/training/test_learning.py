"""What changes how weights follow their gradient: schedules, gathering, frozen layers, weights of classes."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from striate import Model, Sequential
from striate.callbacks import Callback, EarlyStopping, LearningRateScheduler, ReduceLROnPlateau
from striate.errors import DataError, SettingError, StateError, UnknownNameError
from striate.layers import Dense, Flatten, Input
from striate.losses import CategoricalCrossentropy, Loss
from striate.network.graph import Graph, chain
from striate.optimizers import NAG, SGD, Adam, Rule, schedules
from striate.training.events import EpochDone, StepDone
from striate.training.run import Run

Build = Callable[..., Sequential]
Task = tuple[np.ndarray, np.ndarray]


# The learning rate


def test_a_schedule_sets_the_rate_of_each_step(build: Build, task: Task) -> None:
    """90 pictures, 30 at a time: three steps an epoch, and it goes on in the next training."""
    schedule = schedules.ExponentialDecay(0.5, 1, 0.5)
    events: list[Any] = []
    model = build(optimizer=SGD(schedule))
    history = model.fit(*task, batch_size=30, epochs=2, progress=events.append)
    assert [e.logs["learning_rate"] for e in events if isinstance(e, StepDone)] == [0.5**i for i in range(1, 7)]
    assert [e.logs["learning_rate"] for e in events if isinstance(e, EpochDone)] == [0.5**3, 0.5**6]
    assert history.history["learning_rate"] == [0.5**3, 0.5**6]
    again = model.fit(*task, batch_size=30, epochs=1, verbose=0)
    assert again.history["learning_rate"] == [0.5**9]


def test_a_schedule_moves_weights_as_its_rates_do(build: Build, task: Task) -> None:
    scheduled = build(optimizer=Adam(schedules.PiecewiseConstantDecay([2], [0.1, 0.01])))
    scheduled.fit(*task, batch_size=30, epochs=2, verbose=0)
    by_hand = build(optimizer=Adam(0.1))
    by_hand.fit(*task, batch_size=30, epochs=2, verbose=0, callbacks=[LearningRateScheduler(lambda e: (0.1, 0.01)[e])])
    assert scheduled.fingerprint == by_hand.fingerprint


def test_the_rate_is_logged_only_where_something_changes_it(build: Build, task: Task) -> None:
    assert "learning_rate" not in build().fit(*task, verbose=0, callbacks=[EarlyStopping("loss")]).history
    plateau = ReduceLROnPlateau("loss")
    assert build().fit(*task, epochs=2, verbose=0, callbacks=[plateau]).history["learning_rate"] == [0.01, 0.01]


def test_a_scheduler_takes_the_epoch_or_the_rate_too(build: Build, task: Task) -> None:
    def halved(epoch: int, rate: float) -> float:
        return rate / 2 if epoch else rate

    history = build(optimizer=SGD(0.4)).fit(*task, epochs=3, verbose=0, callbacks=[LearningRateScheduler(halved)])
    assert history.history["learning_rate"] == [0.4, 0.2, 0.1]
    listed = LearningRateScheduler([0.3, 0.0].__getitem__)
    assert build().fit(*task, epochs=2, verbose=0, callbacks=[listed]).history["learning_rate"] == [0.3, 0.0]


@pytest.mark.parametrize("bad", [-0.1, float("nan"), None, "fast"])
def test_what_a_scheduler_gives_must_be_a_rate(bad: Any, build: Build, task: Task) -> None:
    with pytest.raises(SettingError) as caught:
        build().fit(*task, verbose=0, callbacks=[LearningRateScheduler(lambda epoch: bad)])
    assert caught.value.code == "rate.no_rate"
    assert caught.value.fields == {"where": "LearningRateScheduler", "epoch": 0, "came": bad}


def test_a_scheduler_needs_a_function() -> None:
    with pytest.raises(SettingError) as caught:
        LearningRateScheduler(0.1)  # type: ignore[arg-type]
    assert caught.value.code == "rate.no_function"


@pytest.mark.parametrize("callback", [LearningRateScheduler(lambda epoch: 0.1), ReduceLROnPlateau("loss", patience=0)])
def test_a_schedule_and_a_callback_exclude_each_other(callback: Callback, build: Build, task: Task) -> None:
    model = build(optimizer=SGD(schedules.CosineDecay(1e-9, 100)))
    with pytest.raises(StateError) as caught:
        model.fit(*task, epochs=5, verbose=0, callbacks=[callback, NeverBetter()])
    assert caught.value.code == "training.rate_is_scheduled"
    assert caught.value.fields == {"where": type(callback).__name__}


class NeverBetter(Callback):
    """So small a rate moves nothing, so the loss stays."""


ONE = Graph.to(chain([Dense(1, use_bias=False)], (1,)))


def rates_of(plateau: ReduceLROnPlateau, values: list[float], name: str = "val_loss") -> list[float]:
    """The learning rate after each epoch."""
    run = Run(ONE, np.zeros(16, np.float32), np.zeros(0, np.float32), (), 1.0, lambda path: None)
    plateau.run = run
    plateau.on_train_begin()
    rates = []
    for epoch, value in enumerate(values):
        plateau.on_epoch_end(epoch, {name: value})
        rates.append(run.learning_rate)
    return rates


@pytest.mark.parametrize(
    ("settings", "values", "rates"),
    [
        ({"patience": 2}, [3, 2, 2, 2, 2, 2], [1, 1, 1, 0.5, 0.5, 0.25]),
        ({"patience": 1}, [3, 3, 2, 2], [1, 0.5, 0.5, 0.25]),
        ({"patience": 1, "min_lr": 0.4}, [3, 3, 3, 3], [1, 0.5, 0.4, 0.4]),
        ({"patience": 1, "cooldown": 2}, [3, 3, 3, 3, 3, 3], [1, 0.5, 0.5, 0.25, 0.25, 0.125]),
        ({"patience": 1, "min_delta": 0.5}, [3, 2.6, 2.4], [1, 0.5, 0.5]),
        ({"patience": 1, "monitor": "val_accuracy"}, [0.5, 0.6, 0.6], [1, 1, 0.5]),
    ],
)
def test_a_plateau_lowers_the_rate(settings: dict[str, Any], values: list[float], rates: list[float]) -> None:
    """As Keras's does with these values."""
    plateau = ReduceLROnPlateau(factor=0.5, **settings)
    name = settings.get("monitor", "val_loss")
    assert rates_of(plateau, values, name) == rates
    assert rates_of(plateau, values, name) == rates  # a new training begins anew


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"factor": 1.0}, "setting.proper_share"),
        ({"factor": 0}, "setting.proper_share"),
        ({"patience": -1}, "setting.whole"),
        ({"min_lr": -1}, "setting.not_negative"),
        ({"cooldown": 0.5}, "setting.whole"),
        ({"mode": "up"}, "setting.mode"),
    ],
)
def test_settings_of_a_plateau(settings: dict[str, Any], code: str) -> None:
    with pytest.raises(SettingError) as caught:
        ReduceLROnPlateau(**settings)
    assert (caught.value.code, caught.value.fields["where"]) == (code, "ReduceLROnPlateau")


# Gathering gradients


def test_gathered_batches_make_the_step_of_one_large(build: Build, task: Task) -> None:
    """Three batches of 30 gathered are one of 90."""
    gathered = build(optimizer=Adam(0.01, gradient_accumulation_steps=3), dropout=0.0)
    gathered.fit(*task, batch_size=30, epochs=4, shuffle=False, verbose=0)
    large = build(optimizer=Adam(0.01), dropout=0.0)
    large.fit(*task, batch_size=90, epochs=4, shuffle=False, verbose=0)
    np.testing.assert_allclose(gathered.theta, large.theta, rtol=0, atol=2e-5)
    assert gathered._run.step == 12  # type: ignore[union-attr]


def test_what_waits_is_carried_on(build: Build, task: Task) -> None:
    """Over epochs and over trainings: 3 batches an epoch, 4 a step."""
    whole, parts = (build(optimizer=SGD(0.1, gradient_accumulation_steps=4)) for _ in range(2))
    before = whole.fingerprint
    whole.fit(*task, batch_size=30, epochs=1, verbose=0)
    assert whole.fingerprint == before
    whole.fit(*task, batch_size=30, epochs=3, verbose=0)
    parts.fit(*task, batch_size=30, epochs=4, verbose=0)
    assert whole.fingerprint == parts.fingerprint != before


# Frozen layers


@pytest.mark.parametrize("rule", [SGD(0.1, 0.9, weight_decay=0.1), NAG(0.1), Adam(0.1)])
def test_frozen_weights_are_the_same_bits(rule: Rule, build: Build, task: Task) -> None:
    model = build(optimizer=rule)
    model.fit(*task, verbose=0)
    before = {name: weight.tobytes() for name, weight in model.weights.items()}
    slots = [slot.copy() for slot in model._run.slots]  # type: ignore[union-attr]
    model.freeze("conv1")
    model.fit(*task, epochs=2, verbose=0)
    after = {name: weight.tobytes() for name, weight in model.weights.items()}
    assert {name for name in before if before[name] == after[name]} == {"conv1/kernel", "conv1/bias"}
    spans = [span for span in model.graph.theta.spans if span.layer == "conv1"]
    for was, now in zip(slots, model._run.slots, strict=True):  # type: ignore[union-attr]
        assert all(was[span.slice].tobytes() == now[span.slice].tobytes() for span in spans)
    model.unfreeze()
    model.fit(*task, verbose=0)
    assert model.weights["conv1/kernel"].tobytes() != before["conv1/kernel"]


def test_layers_by_name_by_themselves_or_all(build: Build, task: Task) -> None:
    model = build()
    assert model.summarize().trainable == model.summarize().weights == 40 + 4 * 2 * 1 * 3 + 3
    model.freeze(model.layers[0], "dense1")
    assert model.summarize().trainable == 0
    model.unfreeze("dense1")
    assert model.summarize().trainable == 27
    model.unfreeze()
    model.freeze()
    before = model.fingerprint
    model.fit(*task, verbose=0)
    assert model.fingerprint == before


def test_the_summary_says_what_is_frozen(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    model = build()
    model.summary()
    assert "trainable" not in capsys.readouterr().out
    model.freeze("conv1")
    model.summary()
    assert "trainable: 27" in capsys.readouterr().out


def test_a_shared_layer_is_frozen_at_every_place() -> None:
    x, shared = Input((3,)), Dense(3, "relu")
    model = Model(x, Dense(2, "softmax")(shared(shared(x))))
    model.freeze("dense1:2")
    assert model.summarize().trainable == 8


def test_a_factor_slows_a_layer_down(build: Build, task: Task) -> None:
    models = [build(optimizer=SGD(rate), dropout=0.0) for rate in (0.25, 0.5)]
    models[1].scale_rate(0.5, "conv1", "dense1")
    for model in models:
        model.fit(*task, batch_size=30, epochs=2, verbose=0)
    assert models[0].fingerprint == models[1].fingerprint
    with pytest.raises(SettingError) as caught:
        models[0].scale_rate(0, "conv1")
    assert (caught.value.code, caught.value.fields["setting"]) == ("setting.positive_real", "factor")


@pytest.mark.parametrize("bad", ["conv", Dense(3), 3])
def test_a_layer_that_is_not_there(bad: Any, build: Build) -> None:
    with pytest.raises(UnknownNameError) as caught:
        build().freeze(bad)
    assert caught.value.fields["kind"] == "kind.node"


# Weights of classes


def test_classes_weigh_as_their_pictures_would(build: Build, task: Task) -> None:
    x, y = task
    by_class, by_picture = build(), build()
    by_class.fit(x, y, epochs=2, verbose=0, class_weight={0: 2.0, 2: 0.25})
    by_picture.fit(x, y, epochs=2, verbose=0, sample_weight=np.array([2.0, 1.0, 0.25])[y])
    assert by_class.fingerprint == by_picture.fingerprint
    one_hot = build()
    one_hot.fit(x, np.eye(3)[y], epochs=2, verbose=0, class_weight={0: 2.0, 2: 0.25})
    assert one_hot.fingerprint == by_class.fingerprint


def test_validation_does_not_weigh_classes(build: Build, task: Task) -> None:
    """Nor do pictures set apart by `validation_split`."""
    x, y = task
    for weight in ({0: 5.0}, {np.int64(0): 5}):
        model = build()
        history = model.fit(x, y, verbose=0, validation_split=0.5, class_weight=weight).history
        assert history["val_loss"] == [model.evaluate(x[45:], y[45:])[0]]  # type: ignore[index]


def test_classes_of_one_output(task: Task) -> None:
    x, y = task[0], (task[1] > 0).astype(int)
    models = [Sequential([Flatten(), Dense(1, "sigmoid")]) for _ in range(2)]
    for model, weights in zip(models, ({"class_weight": {1: 3.0}}, {"sample_weight": 1 + 2.0 * y}), strict=True):
        model.compile("sgd", "binary_crossentropy")
        model.fit(x, y, verbose=0, **weights)
    assert models[0].fingerprint == models[1].fingerprint


@pytest.mark.parametrize(
    "bad", [{3: 1.0}, {-1: 1.0}, {"a": 1.0}, {0: -1.0}, {0: float("nan")}, {True: 1.0}, [1.0, 2.0, 3.0]]
)
def test_what_weights_of_classes_cannot_be(bad: Any, build: Build, task: Task) -> None:
    with pytest.raises(DataError) as caught:
        build().fit(*task, verbose=0, class_weight=bad)
    assert caught.value.code == "weights.by_class" and caught.value.fields["last"] == 2


def test_weights_of_classes_or_of_pictures(build: Build, task: Task) -> None:
    with pytest.raises(SettingError) as caught:
        build().fit(*task, verbose=0, class_weight={0: 1.0}, sample_weight=np.ones(90))
    assert caught.value.code == "weights.both"


def test_maps_of_classes_have_no_class(rng: np.random.Generator) -> None:
    model = Sequential([Dense(3, "softmax", input_shape=(2, 2, 1))])
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(DataError) as caught:
        model.fit(rng.random((4, 2, 2, 1)), np.zeros((4, 2, 2), int), verbose=0, class_weight={0: 2.0})
    assert (caught.value.code, caught.value.fields) == ("weights.no_class", {"shape": (2, 2)})


def test_smoothed_targets_keep_answers_from_certainty(build: Build, task: Task) -> None:
    """The best answer to targets of 0.8, 0.1, 0.1 is just these shares."""
    model = Sequential([Dense(3, "softmax", use_bias=False, input_shape=(3,))])
    model.compile(SGD(5.0), CategoricalCrossentropy(label_smoothing=0.3))
    model.fit(np.eye(3), [0, 1, 2], epochs=200, batch_size="all", verbose=0)
    np.testing.assert_allclose(model.predict(np.eye(3)), np.eye(3) * 0.7 + 0.1, atol=1e-4)


# Of one's own


class Signs(Rule):
    """Against the sign of g, faster where signs agree with the last ones."""

    slots = ("last",)

    def update(self, theta: Any, g: Any, slots: Any, t: int, eta: float) -> None:
        (last,) = slots
        theta -= eta * (np.sign(g) + np.sign(last)) / 2
        last[:] = g


class Quiet(Adam):
    """Adam with another way of writing, found before Adam's own."""

    def update(self, theta: Any, g: Any, slots: Any, t: int, eta: float) -> None:
        theta -= 0


class Renamed(Adam):
    """Adam by inheritance."""


class Nothing(Rule):
    pass


def test_a_rule_of_ones_own_learns(build: Build, task: Task) -> None:
    model = build(optimizer=Signs(0.01, clipvalue=1.0, weight_decay=0.001))
    model.freeze("conv1")
    before = model.weights["conv1/kernel"].copy()
    history = model.fit(*task, batch_size=10, epochs=15, verbose=0).history
    assert history["accuracy"][-1] > 0.7
    np.testing.assert_array_equal(model.weights["conv1/kernel"], before)


def test_the_nearest_formula_is_taken(build: Build, task: Task) -> None:
    quiet, renamed, adam = (build(optimizer=rule) for rule in (Quiet(0.1), Renamed(0.1), Adam(0.1)))
    first = quiet.fingerprint
    for model in (quiet, renamed, adam):
        model.fit(*task, verbose=0)
    assert quiet.fingerprint == first != renamed.fingerprint == adam.fingerprint


def test_a_rule_without_a_formula(build: Build, task: Task) -> None:
    with pytest.raises(SettingError) as caught:
        build(optimizer=Nothing()).fit(*task, verbose=0)
    assert (caught.value.code, caught.value.fields) == ("rule.no_formula", {"where": "Nothing"})


class Squares(Loss):
    def forward(self, output: Any, y: Any) -> Any:
        return np.square(output - y).mean(axis=-1)

    def backward(self, output: Any, y: Any) -> Any:
        return 2 * (output - y) / output.shape[-1]


class Speechless(Loss):
    pass


def learned(task: Task, rule: str, engine: str | None) -> tuple[Sequential, Sequential]:
    """The same training with a loss in Python and with the engine's own."""
    x, y = task[0], np.eye(3)[task[1]]
    models = [Sequential([Flatten(), Dense(3, "sigmoid")]) for _ in range(2)]
    for model, loss in zip(models, (Squares(), "mse"), strict=True):
        model.compile(rule, loss, engine=engine)
        model.fit(x, y, epochs=2, verbose=0, sample_weight=np.linspace(0, 2, 90))
    return models[0], models[1]


def test_a_loss_of_ones_own_is_as_good(task: Task) -> None:
    own, named = learned(task, "adam", "reference")
    assert own.fingerprint == named.fingerprint
    assert own.evaluate(task[0], np.eye(3)[task[1]]) == named.evaluate(task[0], np.eye(3)[task[1]])


def test_a_loss_of_ones_own_is_as_good_on_every_engine(task: Task) -> None:
    own, named = learned(task, "sgd", None)
    # Six steps; in each the two gradients of a mean of 32 pictures are rounded in another order.
    np.testing.assert_allclose(own.theta, named.theta, rtol=0, atol=6 * 32 * 2.0**-24 * 0.01)


def test_a_loss_without_a_formula(task: Task) -> None:
    model = Sequential([Flatten(), Dense(3)])
    model.compile("adam", Speechless())
    with pytest.raises(SettingError) as caught:
        model.fit(task[0], np.eye(3)[task[1]], verbose=0)
    assert (caught.value.code, caught.value.fields) == ("loss.no_formula", {"where": "Speechless"})


def test_a_callback_of_ones_own_may_thaw_a_layer(build: Build, task: Task) -> None:
    class Thaw(Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            kernels.append(self.model.weights["conv1/kernel"].copy())
            if epoch == 2:
                self.model.unfreeze("conv1")

    kernels: list[np.ndarray] = []
    model = build()
    model.freeze("conv1")
    model.fit(*task, epochs=4, verbose=0, callbacks=[Thaw()])
    same = [np.array_equal(a, b) for a, b in pairwise(kernels)]
    assert same == [True, True, False]
