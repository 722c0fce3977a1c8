"""fit, evaluate and predict: what they answer, as Keras does."""

from collections.abc import Callable

import numpy as np
import pytest

import striate
from striate import Model, Notice, Sequential
from striate.errors import DataError, SettingError, StateError, StriateError, UnknownNameError
from striate.layers import Dense, Dropout, Flatten, Input
from striate.optimizers import SGD, Adam
from striate.training.callbacks import Callback

Build = Callable[..., Sequential]
Task = tuple[np.ndarray, np.ndarray]


def test_it_learns_what_can_be_learned(build: Build, task: Task, held_out: Task) -> None:
    model = build()
    history = model.fit(*task, batch_size=16, epochs=15, validation_data=held_out, verbose=0)
    assert history.history["accuracy"][-1] > 0.9
    assert history.history["val_accuracy"][-1] > 0.9
    assert history.history["loss"][-1] < history.history["loss"][0] / 2


def test_the_history_has_a_number_an_epoch(build: Build, task: Task, held_out: Task) -> None:
    history = build().fit(*task, epochs=3, validation_data=held_out, verbose=0)
    assert list(history.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert {len(values) for values in history.history.values()} == {3}
    assert {type(value) for values in history.history.values() for value in values} == {float}  # as JSON has them
    assert history.epoch == [0, 1, 2]
    assert history.reason == "training.all_epochs"
    assert list(build().fit(*task, epochs=1, verbose=0).history) == ["loss", "accuracy"]


@pytest.mark.parametrize("metric", ["acc", "mse", "mae", "mean_squared_error"])
def test_metrics_are_logged_by_the_name_they_were_asked_for(metric: str, task: Task, held_out: Task) -> None:
    model = Sequential([Flatten(), Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=[metric])
    history = model.fit(*task, validation_data=held_out, verbose=0).history
    assert list(history) == ["loss", metric, "val_loss", f"val_{metric}"]
    assert history[f"val_{metric}"][-1] == model.evaluate(*held_out, return_dict=True)[metric]


def test_validation_is_what_evaluate_says_of_the_same_weights(build: Build, task: Task, held_out: Task) -> None:
    model = build()
    history = model.fit(*task, epochs=2, batch_size=20, validation_data=held_out, verbose=0).history
    judged = model.evaluate(*held_out, batch_size=20)
    assert judged == [history["val_loss"][-1], history["val_accuracy"][-1]]


def test_evaluate_is_the_mean_over_all_pictures(build: Build, held_out: Task) -> None:
    """Also where the last batch is short: 41 pictures, 16 at a time."""
    model, (x, y) = build(), held_out
    p = model.predict(x).astype(np.float64)
    loss, accuracy = model.evaluate(x, y, batch_size=16)
    np.testing.assert_allclose(loss, -np.log(p[np.arange(41), y]).mean(), rtol=1e-6)
    assert accuracy == np.mean(p.argmax(axis=1) == y)
    for size in (1, 7, 41, 500):
        np.testing.assert_allclose(model.evaluate(x, y, batch_size=size), [loss, accuracy], rtol=1e-6)


def test_what_evaluate_answers(build: Build, held_out: Task) -> None:
    model = build()
    loss, accuracy = model.evaluate(*held_out)  # type: ignore[misc]
    assert model.evaluate(*held_out, return_dict=True) == {"loss": loss, "accuracy": accuracy}
    model.compile("adam", "sparse_categorical_crossentropy")
    assert model.evaluate(*held_out) == loss


def test_the_loss_of_an_epoch_is_the_mean_over_its_pictures(build: Build, task: Task) -> None:
    """With a learning rate too small to move anything, it is what evaluate says; 90 pictures, 32 at a time."""
    model = build(optimizer=SGD(1e-12), dropout=0.0)
    logs = model.fit(*task, batch_size=32, verbose=0).history
    loss, accuracy = model.evaluate(*task)  # type: ignore[misc]
    np.testing.assert_allclose(logs["loss"], [loss], rtol=1e-6)
    assert logs["accuracy"] == [accuracy]


class Seen(Callback):
    """Remembers how many pictures each step took, from the logs' means."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        self.batches.append(batch)


def test_validation_split_takes_the_last_part_before_shuffling(build: Build, task: Task) -> None:
    """floor(90 * (1 - 0.3)) = 62 are kept, as Keras does: int(floor(...)) of the first."""
    x, y = task
    split, given = build(), build()
    one = split.fit(x, y, validation_split=0.3, epochs=2, verbose=0)
    two = given.fit(x[:62], y[:62], validation_data=(x[62:], y[62:]), epochs=2, verbose=0)
    assert one.history == two.history
    assert split.fingerprint == given.fingerprint


def test_validation_data_goes_before_validation_split(build: Build, task: Task, held_out: Task) -> None:
    both, one = build(), build()
    both.fit(*task, validation_split=0.5, validation_data=held_out, verbose=0)
    one.fit(*task, validation_data=held_out, verbose=0)
    assert both.fingerprint == one.fingerprint


@pytest.mark.parametrize("share", [0.999, 1e-17])
def test_a_split_that_leaves_nothing(share: float, build: Build, task: Task) -> None:
    x, y = task
    with pytest.raises(DataError) as caught:
        build().fit(x[:3], y[:3], validation_split=share, verbose=0)
    assert caught.value.code == "data.split_empty"


def test_validation_data_may_have_weights(build: Build, task: Task, held_out: Task) -> None:
    x, y = held_out
    weight = np.arange(len(x)) % 2
    weighted = build().fit(*task, validation_data=(x, y, weight), verbose=0).history["val_loss"]
    model = build()
    model.fit(*task, verbose=0)
    np.testing.assert_allclose(weighted, [model.evaluate(x, y, sample_weight=weight, return_dict=True)["loss"]])


@pytest.mark.parametrize("came", [(1,), (1, 2, 3, 4), 5, "xy"])
def test_validation_data_that_is_none(came: object, build: Build, task: Task) -> None:
    with pytest.raises(StriateError):
        build().fit(*task, validation_data=came, verbose=0)  # type: ignore[arg-type]


def test_a_batch_larger_than_the_data_is_one_short_batch_and_a_notice(build: Build, task: Task) -> None:
    larger, all_of_it, seen = build(), build(), Seen()
    with pytest.warns(Notice) as caught:
        larger.fit(*task, batch_size=1000, shuffle=False, callbacks=seen, verbose=0)
    assert [notice.message.code for notice in caught] == ["training.short_batch"]  # type: ignore[union-attr]
    assert caught[0].filename == __file__
    all_of_it.fit(*task, batch_size=len(task[0]), shuffle=False, verbose=0)
    assert seen.batches == [0]
    assert larger.fingerprint == all_of_it.fingerprint


def test_batches_are_counted_and_the_last_is_short(build: Build, task: Task) -> None:
    seen = Seen()
    build().fit(*task, batch_size=40, epochs=2, callbacks=[seen], verbose=0)
    assert seen.batches == [0, 1, 2, 0, 1, 2]


def test_keras_defaults_may_be_written_out(build: Build, task: Task) -> None:
    model, x, y = build(), *task
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=None)
    model.fit(x, y, None, 1, 0, None, 0.0, None, True)
    model.evaluate(x, y, batch_size=None, verbose=0)
    model.predict(x, batch_size=None, verbose=0)


@pytest.mark.parametrize(
    ("call", "close"),
    [
        (lambda m, x, y: m.fit(x, y, epoch=3), "epochs"),
        (lambda m, x, y: m.fit(x, y, validation_datas=3), "validation_data"),
        (lambda m, x, y: m.evaluate(x, y, batchsize=3), "batch_size"),
        (lambda m, x, y: m.predict(x, bach_size=3), "batch_size"),
        (lambda m, x, y: m.compile("sgd", "mse", metric=["mse"]), "metrics"),
        (lambda m, x, y: m.compile("sgd", "mse", metrics=["acuracy"]), "accuracy"),
        (lambda m, x, y: m.compile("sgd", "mse", engine="refrence"), "reference"),
    ],
)
def test_an_unknown_word_is_answered_with_the_nearest(
    call: Callable[..., object], close: str, build: Build, task: Task
) -> None:
    with pytest.raises(UnknownNameError) as caught:
        call(build(), *task)
    assert close in caught.value.fields["close"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": -1}, "batch_size"),
        ({"batch_size": 1.5}, "batch_size"),
        ({"batch_size": "some"}, "batch_size"),
        ({"epochs": 0}, "epochs"),
        ({"epochs": True}, "epochs"),
        ({"validation_split": 1}, "validation_split"),
        ({"validation_split": -0.1}, "validation_split"),
    ],
)
def test_numbers_that_cannot_be(settings: dict[str, object], setting: str, build: Build, task: Task) -> None:
    with pytest.raises(SettingError) as caught:
        build().fit(*task, **settings, verbose=0)  # type: ignore[arg-type]
    assert caught.value.fields["setting"] == setting


def test_a_model_that_was_not_compiled(task: Task) -> None:
    model = Sequential([Flatten(), Dense(3, "softmax")])
    for call in (model.fit, model.evaluate):
        with pytest.raises(StateError) as caught:
            call(*task)
        assert caught.value.code == "model.not_compiled"


def test_compile_needs_a_loss(build: Build) -> None:
    with pytest.raises(SettingError) as caught:
        build().compile("adam")
    assert caught.value.fields["setting"] == "loss"


def test_nothing_is_shown_with_verbose_0(build: Build, task: Task, capfd: pytest.CaptureFixture[str]) -> None:
    model = build()
    model.fit(*task, epochs=2, verbose=0)
    model.evaluate(*task, verbose=0)
    model.predict(task[0], verbose=0)
    assert capfd.readouterr() == ("", "")


def test_progress_goes_to_stderr_one_line_an_epoch(build: Build, task: Task, capfd: pytest.CaptureFixture[str]) -> None:
    build().fit(*task, epochs=3, verbose=2)
    out, err = capfd.readouterr()
    assert out == "" and len(err.splitlines()) == 3


def test_sample_weights_multiply_each_pictures_loss(build: Build, task: Task) -> None:
    """Weight 0 leaves a picture out of the gradient, weight 2 counts it twice."""
    x, y = task
    x, y, weight = x[:4], y[:4], np.array([1.0, 0, 2, 1])
    weighted, repeated = build(optimizer=SGD(0.1), dropout=0.0), build(optimizer=SGD(0.1), dropout=0.0)
    weighted.fit(x, y, batch_size=4, sample_weight=weight, verbose=0)
    repeated.fit(x[[0, 2, 2, 3]], y[[0, 2, 2, 3]], batch_size=4, verbose=0)
    np.testing.assert_allclose(weighted.theta, repeated.theta, rtol=1e-5, atol=1e-7)
    plain = build(optimizer=SGD(0.1), dropout=0.0)
    plain.fit(x, y, batch_size=4, verbose=0)
    assert np.abs(plain.theta - weighted.theta).max() > 1e-4


def test_sample_weights_follow_their_pictures_through_shuffling(build: Build, task: Task) -> None:
    x, y = task
    weight = np.where(y == 0, 0.0, 1.0)
    weighted = build(optimizer=Adam(0.02), dropout=0.0)
    weighted.fit(x, y, batch_size=8, epochs=15, sample_weight=weight, verbose=0)
    answers = weighted.predict(x).argmax(axis=1)
    assert np.mean(answers[y > 0] == y[y > 0]) > 0.9
    assert np.mean(answers == 0) < 0.05  # nothing ever taught it to answer 0


def test_a_split_takes_weights_along(build: Build, task: Task) -> None:
    (x, y), weight = task, np.random.default_rng(0).uniform(0, 2, 90)
    split, given = build(), build()
    one = split.fit(x, y, validation_split=0.3, sample_weight=weight, verbose=0)
    held_out = (x[62:], y[62:], weight[62:])
    two = given.fit(x[:62], y[:62], validation_data=held_out, sample_weight=weight[:62], verbose=0)
    assert split.fingerprint == given.fingerprint
    assert one.history == two.history


def test_images_take_weights_too(task: Task) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (20, 4, 4, 1), np.uint8)
    preprocessing = striate.Preprocessing(size=4, colour="grey")
    images = striate.Images(pictures, np.arange(20) % 2, None, preprocessing)
    models = [Sequential([Flatten(), Dense(2, "softmax")]) for _ in range(2)]
    for model, weight in zip(models, (None, np.arange(20) / 10), strict=True):
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(images, batch_size=5, sample_weight=weight, verbose=0)
    assert models[0].fingerprint != models[1].fingerprint


def test_a_shared_layer_is_trained_as_one(task: Task) -> None:
    x = Input((6, 5, 1))
    shared = Dense(8, "tanh")
    flat = Dropout(0.0)(Dense(8)(Flatten()(x)))
    model = Model(x, Dense(3, "softmax")(shared(shared(flat))))
    model.compile(Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    assert [name for name in model.weights if name.startswith("dense2")] == ["dense2/kernel", "dense2/bias"]
    history = model.fit(*task, epochs=15, batch_size=16, verbose=0)
    assert history.history["accuracy"][-1] > 0.9
