"""Callbacks with Keras's names, signatures and habits."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from striate import Sequential, load_model
from striate.callbacks import (
    BackupAndRestore,
    Callback,
    CSVLogger,
    EarlyStopping,
    Health,
    ModelCheckpoint,
    ReduceLROnPlateau,
)
from striate.errors import FileError, SettingError, UnknownNameError
from striate.layers import Dense
from striate.network.graph import Graph, chain
from striate.training.json_lines import JSONLinesLogger
from striate.training.run import Run

Build = Callable[..., Sequential]
Task = tuple[np.ndarray, np.ndarray]


class Diary(Callback):
    """Every call with what came, in Keras's signatures."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, ...]] = []

    def on_train_begin(self, logs=None):  # type: ignore[no-untyped-def]
        self.calls.append(("train_begin",))

    def on_epoch_begin(self, epoch, logs=None):  # type: ignore[no-untyped-def]
        self.calls.append(("epoch_begin", epoch))

    def on_train_batch_end(self, batch, logs=None):  # type: ignore[no-untyped-def]
        self.calls.append(("batch_end", batch, sorted(logs)))

    def on_epoch_end(self, epoch, logs=None):  # type: ignore[no-untyped-def]
        self.calls.append(("epoch_end", epoch, sorted(logs)))

    def on_train_end(self, logs=None):  # type: ignore[no-untyped-def]
        self.calls.append(("train_end",))


def test_every_occasion_in_its_order(build: Build, task: Task) -> None:
    diary = Diary()
    build().fit(*task, batch_size=50, epochs=2, validation_split=0.2, callbacks=[diary], verbose=0)
    logs, validated = ["accuracy", "loss"], ["accuracy", "loss", "val_accuracy", "val_loss"]
    epochs = [
        [("epoch_begin", e), ("batch_end", 0, logs), ("batch_end", 1, logs), ("epoch_end", e, validated)]
        for e in range(2)
    ]
    assert diary.calls == [("train_begin",), *epochs[0], *epochs[1], ("train_end",)]


def test_one_callback_needs_no_list_and_none_may_be_none(build: Build, task: Task) -> None:
    diary = Diary()
    build().fit(*task, callbacks=diary, verbose=0)
    build().fit(*task, callbacks=None, verbose=0)
    assert diary.calls[-1] == ("train_end",)


@pytest.mark.parametrize("came", [[EarlyStopping], [print], "early", [None], 5])
def test_what_is_no_callback(came: object, build: Build, task: Task) -> None:
    with pytest.raises(SettingError) as caught:
        build().fit(*task, callbacks=came, verbose=0)  # type: ignore[arg-type]
    assert caught.value.fields["setting"] == "callbacks"


def test_a_callback_sees_its_model_and_logs_of_the_history(build: Build, task: Task) -> None:
    seen: list[object] = []

    class Looking(Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seen.append((self.model, dict(logs), self.run.epoch))

    model = build()
    history = model.fit(*task, epochs=2, callbacks=[Looking()], verbose=0).history
    assert seen == [(model, {name: values[e] for name, values in history.items()}, e) for e in range(2)]


@pytest.mark.parametrize("occasion", ["on_train_batch_end", "on_epoch_end", "on_epoch_begin"])
def test_a_callback_may_stop_training(occasion: str, build: Build, task: Task) -> None:
    class Stopping(Diary):
        pass

    def stop(self: Callback, number: int, logs: object = None) -> None:
        self.model.stop_training = True

    setattr(Stopping, occasion, stop)
    model = build()
    history = model.fit(*task, batch_size=30, epochs=5, callbacks=[Stopping()], verbose=0)
    assert len(history.epoch) == 1
    assert history.reason == "training.stopped_by_callback"
    steps = 3 if occasion == "on_epoch_end" else 1
    assert model._run.step == steps  # type: ignore[union-attr]
    again = model.fit(*task, epochs=1, verbose=0)
    assert again.reason == "training.all_epochs"


# EarlyStopping, fed with values by hand: what Keras's does with them.

FIVE = Graph.to(chain([Dense(1, use_bias=False)], (1,)))


def run_through(stopping: EarlyStopping, values: list[float], name: str = "val_loss") -> tuple[int, float]:
    """(epochs run, the weight at the end), where the weight after epoch e is e."""
    theta = np.zeros(FIVE.theta.size, np.float32)
    run = Run(FIVE, theta, np.zeros(0, np.float32), (), 0.1, lambda path: None)
    stopping.run = run
    stopping.on_train_begin()
    for epoch, value in enumerate(values):
        theta[0] = epoch
        stopping.on_epoch_end(epoch, {name: value})
        run.epoch = epoch + 1
        if run.stopped:
            break
    stopping.on_train_end()
    return run.epoch, float(theta[0])


@pytest.mark.parametrize(
    ("settings", "values", "epochs", "best"),
    [
        ({"patience": 0}, [3, 2, 2, 1], 3, 1),
        ({"patience": 1}, [3, 2, 2, 1], 3, 1),
        ({"patience": 2}, [3, 2, 2, 1], 4, 3),
        ({"patience": 2}, [3, 1, 2, 2, 0], 4, 1),
        ({"patience": 2}, [1, 2, 0, 1, 2], 5, 2),
        ({"patience": 3}, [1, 2, 3], 3, 0),
        ({"patience": 1, "min_delta": 0.5}, [3, 2.6, 2.4, 0], 2, 0),
        ({"patience": 1, "min_delta": -0.5}, [3, 2.6, 2.4, 0], 2, 0),
        ({"patience": 1, "min_delta": 0.5}, [3, 2.5, 2.4], 2, 0),
        ({"patience": 2, "min_delta": 0.5}, [3, 2.6, 2.4, 2.3, 2.2], 5, 2),
        ({"patience": 1, "mode": "max"}, [1, 2, 3, 3, 9], 4, 2),
        ({"patience": 1}, [2, float("nan"), 1], 2, 0),
        ({"patience": 1}, [float("nan"), 3, 4], 3, 1),
        ({"patience": 1}, [float("nan"), float("nan")], 2, 0),
        ({"patience": 1}, [float("inf"), 3, float("inf")], 3, 1),
        ({"patience": 1, "start_from_epoch": 3}, [0, 1, 2, 9, 8, 8, 1], 6, 4),
        ({"patience": 9, "start_from_epoch": 3}, [5, 1, 2], 3, 0),
        # Worse than the baseline 2: waited 1, 2 although better each time, and 3 where it is not; 2.0 is not below it.
        ({"patience": 3, "baseline": 2}, [5, 4, 4, 0], 3, 1),
        ({"patience": 3, "baseline": 2}, [5, 4, 2, 2, 0], 4, 2),
        ({"patience": 3, "baseline": 2}, [5, 1, 1, 1, 1, 0], 5, 1),
        ({"patience": 2, "baseline": 2, "min_delta": 1}, [5, 3, 1.5, 1.4, 0], 4, 2),
        ({"patience": 2, "baseline": 4, "mode": "max"}, [1, 2, 5, 3, 3, 9], 5, 2),
    ],
)
def test_early_stopping(settings: dict[str, Any], values: list[float], epochs: int, best: int) -> None:
    kept = EarlyStopping(restore_best_weights=True, **settings)
    never = len(values) <= settings.get("start_from_epoch", 0)
    assert run_through(kept, values) == (epochs, epochs - 1 if never else best)
    assert kept.best_epoch == best
    assert run_through(EarlyStopping(**settings), values) == (epochs, epochs - 1)


@pytest.mark.parametrize(("name", "better"), [("val_accuracy", 1), ("acc", 1), ("val_loss", -1), ("mae", -1)])
def test_an_accuracy_is_to_grow_and_everything_else_to_shrink(name: str, better: int) -> None:
    growing = [1.0, 2, 3]
    assert run_through(EarlyStopping(monitor=name), growing, name)[0] == (3 if better == 1 else 2)


def test_early_stopping_may_be_used_again() -> None:
    stopping = EarlyStopping(patience=1, restore_best_weights=True)
    assert run_through(stopping, [5, 4, 3, 2, 1]) == (5, 4)
    assert run_through(stopping, [9, 8, 9, 9]) == (3, 1)


def test_early_stopping_in_training(build: Build, task: Task, held_out: Task) -> None:
    stopping = EarlyStopping(patience=2, restore_best_weights=True)
    model = build(optimizer="adam")
    model.compile(model._plan.rule, "sparse_categorical_crossentropy")  # type: ignore[union-attr]
    x, y = task
    history = model.fit(
        x, (y + np.arange(len(y)) % 3) % 3, epochs=200, batch_size=8, validation_data=held_out,
        callbacks=[stopping], verbose=0,
    )  # fmt: skip
    losses = history.history["val_loss"]
    assert history.reason == "training.stopped_early"
    assert stopping.best_epoch == int(np.argmin(losses)) == len(losses) - 3
    assert model.evaluate(*held_out) == pytest.approx(min(losses), rel=1e-6)


@pytest.mark.parametrize("make", [EarlyStopping, lambda **s: ModelCheckpoint("m.safetensors", **s)])
def test_modes(make: Callable[..., Callback]) -> None:
    with pytest.raises(SettingError) as caught:
        make(mode="largest")
    assert caught.value.code == "setting.mode"


@pytest.mark.parametrize("patience", [-1, 1.5, "2", None])
def test_patience_is_a_number_of_epochs(patience: object) -> None:
    with pytest.raises(SettingError):
        EarlyStopping(patience=patience)  # type: ignore[arg-type]


@pytest.mark.parametrize("baseline", ["2", float("nan"), float("inf"), True])
def test_a_baseline_is_a_number(baseline: object) -> None:
    with pytest.raises(SettingError) as caught:
        EarlyStopping(baseline=baseline)  # type: ignore[arg-type]
    assert caught.value.code == "setting.real"


@pytest.mark.parametrize(
    ("make", "code", "setting"),
    [
        (lambda: EarlyStopping(min_delta="a"), "setting.real", "min_delta"),  # type: ignore[arg-type]
        (lambda: EarlyStopping(min_delta=float("nan")), "setting.real", "min_delta"),
        (lambda: ReduceLROnPlateau(min_delta=None), "setting.real", "min_delta"),  # type: ignore[arg-type]
        (lambda: EarlyStopping(monitor=5), "setting.text", "monitor"),  # type: ignore[arg-type]
        (lambda: ModelCheckpoint("a", monitor=None), "setting.text", "monitor"),  # type: ignore[arg-type]
        (lambda: EarlyStopping(restore_best_weights="no"), "setting.flag", "restore_best_weights"),  # type: ignore[arg-type]
        (lambda: ModelCheckpoint("a", save_best_only="no"), "setting.flag", "save_best_only"),  # type: ignore[arg-type]
        (lambda: CSVLogger("a.csv", append="no"), "setting.flag", "append"),  # type: ignore[arg-type]
        (lambda: CSVLogger("a.csv", 5), "setting.separator", "separator"),  # type: ignore[arg-type]
        (lambda: CSVLogger("a.csv", ", "), "setting.separator", "separator"),
        (lambda: CSVLogger("a.csv", "\n"), "setting.separator", "separator"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_at_once(make: Callable[[], Callback], code: str, setting: str) -> None:
    with pytest.raises(SettingError) as caught:
        make()
    assert (caught.value.code, caught.value.fields["setting"]) == (code, setting)


def test_unknown_keywords_are_answered_with_the_nearest() -> None:
    for make in (
        lambda: EarlyStopping(patient=2),  # type: ignore[call-arg]
        lambda: ModelCheckpoint("m.safetensors", save_best=True),  # type: ignore[call-arg]
        lambda: CSVLogger("a.csv", seperator=";"),  # type: ignore[call-arg]
    ):
        with pytest.raises(UnknownNameError) as caught:
            make()
        assert caught.value.code == "keyword.unknown_did_you_mean"


def test_what_is_watched_must_be_logged(build: Build, task: Task) -> None:
    """Without validation there is no val_loss; the error says what there is."""
    with pytest.raises(UnknownNameError) as caught:
        build().fit(*task, callbacks=[EarlyStopping()], verbose=0)
    assert caught.value.fields["known"] == ["accuracy", "loss"]


# ModelCheckpoint


def test_a_checkpoint_an_epoch_named_by_its_logs(build: Build, task: Task, tmp_path: Path) -> None:
    model = build()
    pattern = tmp_path / "deep" / "m-{epoch:02d}-{loss:.3f}.safetensors"
    losses = model.fit(*task, epochs=3, callbacks=[ModelCheckpoint(pattern)], verbose=0).history["loss"]
    names = sorted(path.name for path in (tmp_path / "deep").iterdir())
    assert names == [f"m-{e:02d}-{loss:.3f}.safetensors" for e, loss in enumerate(losses, 1)]
    assert load_model(tmp_path / "deep" / names[-1]).fingerprint == model.fingerprint


def test_only_the_best_is_kept(build: Build, task: Task, tmp_path: Path) -> None:
    file = tmp_path / "best.safetensors"
    model, fingerprints = build(), []

    class Remember(Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            fingerprints.append(self.model.fingerprint)

    watched = [ModelCheckpoint(file, "val_accuracy", save_best_only=True), Remember()]
    values = model.fit(*task, epochs=8, validation_split=0.3, callbacks=watched, verbose=0).history["val_accuracy"]
    assert load_model(file).fingerprint == fingerprints[int(np.argmax(values))]
    assert len(set(values)) > 1  # or this test could not fail


def test_a_checkpoint_keeps_its_best_when_training_goes_on(tmp_path: Path) -> None:
    """Keras's does: a second call of fit must not put a worse model into the place of a better one."""
    saved: list[str] = []
    keeping = ModelCheckpoint(tmp_path / "best.safetensors", save_best_only=True)
    for values in ([3.0, 1.0], [2.0, 0.5]):
        keeping.run = Run(FIVE, np.zeros(16), np.zeros(0), (), 0.1, lambda path: saved.append(path.name))
        keeping.on_train_begin()
        for epoch, value in enumerate(values):
            keeping.on_epoch_end(epoch, {"val_loss": value})
    assert len(saved) == 3


def test_a_checkpoint_named_by_what_is_not_logged(build: Build, task: Task, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError) as caught:
        build().fit(*task, callbacks=[ModelCheckpoint(tmp_path / "{val_los}.safetensors")], verbose=0)
    assert caught.value.fields["name"] == "val_los"


@pytest.mark.parametrize("pattern", ["m-{epoch:.3q}.safetensors", "m-{epoch", "m-}.safetensors", "m-{}.safetensors"])
def test_a_pattern_that_is_none(pattern: str, build: Build, task: Task, tmp_path: Path) -> None:
    with pytest.raises((SettingError, UnknownNameError)):
        build().fit(*task, callbacks=[ModelCheckpoint(tmp_path / pattern)], verbose=0)


# CSVLogger


def rows(file: Path, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(file.read_text().splitlines(), delimiter=separator))


def test_one_line_an_epoch_with_the_logs_in_full(build: Build, task: Task, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    history = build().fit(*task, epochs=3, validation_split=0.2, callbacks=[CSVLogger(file)], verbose=0).history
    header, *lines = rows(file)
    assert header == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
    assert [line[0] for line in lines] == ["0", "1", "2"]
    for column, name in enumerate(header[1:], 1):
        assert [float(line[column]) for line in lines] == history[name]


def test_a_log_is_begun_anew_or_gone_on_with(build: Build, task: Task, tmp_path: Path) -> None:
    anew, onward = tmp_path / "anew.csv", tmp_path / "onward.csv"
    for _ in range(2):
        loggers = [CSVLogger(anew, ";"), CSVLogger(onward, append=True)]
        build().fit(*task, epochs=2, callbacks=loggers, verbose=0)
    assert [row[0] for row in rows(anew, ";")] == ["epoch", "0", "1"]
    assert [row[0] for row in rows(onward)] == ["epoch", "0", "1", "0", "1"]


def test_a_logger_may_be_used_again(build: Build, task: Task, tmp_path: Path) -> None:
    logger = CSVLogger(tmp_path / "log.csv")
    for _ in range(2):
        build().fit(*task, callbacks=[logger], verbose=0)
    assert [row[0] for row in rows(tmp_path / "log.csv")] == ["epoch", "0"]


def test_a_log_that_cannot_be_written(build: Build, task: Task, tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        build().fit(*task, callbacks=[CSVLogger(tmp_path)], verbose=0)
    assert caught.value.code == "file.cannot_write"


def test_a_line_of_json_an_epoch(build: Build, task: Task, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    history = build().fit(*task, epochs=2, callbacks=[JSONLinesLogger(file)], verbose=0).history
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["epoch"], line["loss"]) for line in lines] == list(enumerate(history["loss"]))


def test_what_json_has_no_word_for_is_null(tmp_path: Path) -> None:
    logger = JSONLinesLogger(tmp_path / "log.jsonl")
    logger.on_train_begin()
    logger.on_epoch_end(0, {"loss": 1.5, "val_loss": float("inf"), "val_accuracy": float("nan")})
    line = json.loads((tmp_path / "log.jsonl").read_text(), parse_constant=lambda name: pytest.fail(name))
    assert (line["loss"], line["val_loss"], line["val_accuracy"]) == (1.5, None, None)


@pytest.mark.parametrize(
    ("make", "setting"),
    [
        (lambda: BackupAndRestore(5), "backup_dir"),  # type: ignore[arg-type]
        (lambda: CSVLogger(""), "filename"),
        (lambda: Health(filename=5), "filename"),  # type: ignore[arg-type]
        (lambda: ModelCheckpoint(5), "filepath"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_path_is_named_by_its_setting(make: Any, setting: str) -> None:
    with pytest.raises(SettingError) as caught:
        make()
    assert (caught.value.code, caught.value.fields["setting"]) == ("setting.path", setting)
