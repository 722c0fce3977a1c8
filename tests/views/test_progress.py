"""How a training is shown where nothing moves: lines, JSON, silence."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from trainings import LOGS, run, shown_to

from striate.errors import SettingError
from striate.messages import speak
from striate.training.events import EpochDone, Event, StepDone
from striate.views.lines import JsonLines, Lines
from striate.views.progress import Verbose, progress_view


@pytest.mark.parametrize("verbose", [1, 2, "auto"])
def test_a_file_gets_exactly_one_plain_line_an_epoch(verbose: Verbose) -> None:
    stream = io.StringIO()
    shown_to(progress_view(verbose, stream), run(epochs=3))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert all(line.isprintable() for line in lines)
    assert lines[1] == (
        "epoch 2/3  loss 0.2310  accuracy 93.10 %  validation loss 12.50  validation accuracy 100.00 %  "
        "25 images/s  5.0 s"
    )


def test_lines_in_korean() -> None:
    speak("ko")
    stream = io.StringIO()
    shown_to(Lines(stream), run(epochs=1))
    assert stream.getvalue() == (
        "에폭 1/1  손실 0.2310  정확도 93.10 %  검증 손실 12.50  검증 정확도 100.00 %  초당 25장  5.0초\n"
    )


@pytest.mark.parametrize("view", [Lines, JsonLines])
def test_a_line_is_there_as_soon_as_its_epoch_is_done(view: type[Lines | JsonLines], tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("w") as stream, view(stream) as show:
        for event in run(epochs=2, steps=1):
            show(event)
            if isinstance(event, EpochDone):
                assert path.read_text().count("25") >= event.epoch + 1
                assert path.read_text().endswith("\n")


def test_silence() -> None:
    stream = io.StringIO()
    shown_to(progress_view(0, stream), run())
    assert stream.getvalue() == ""


def test_an_early_end_is_explained_in_one_more_line() -> None:
    stream = io.StringIO()
    shown_to(Lines(stream), run(epochs=2, reason="training.stopped_early"))
    assert len(stream.getvalue().splitlines()) == 3
    assert stream.getvalue().splitlines()[2].startswith("Stopped early")


def test_a_reason_in_the_users_own_words_is_shown_as_it_is() -> None:
    stream = io.StringIO()
    shown_to(Lines(stream), run(epochs=1, reason="good {enough}\x1b[31m"))
    assert stream.getvalue().splitlines()[1] == "good {enough}?[31m"


def test_other_metrics_are_shown_under_their_own_names() -> None:
    stream = io.StringIO()
    logs = {"mean_absolute_error": 1234.5678, "top_2_accuracy": 0.5, "loss": float("nan"), "val_f7": 1e-7}
    Lines(stream)(EpochDone(0, 0.04, 1234567.0, logs))
    for part in (
        "mean_absolute_error 1235.",
        "top_2_accuracy 50.00 %",
        "loss nan",
        "validation f7 1.000e-07",
        "1,234,567 images/s",
    ):
        assert part in stream.getvalue()


def test_waiting_is_shown_where_it_is_worth_saying() -> None:
    for share, said in ((0.0, ""), (0.01, ""), (0.126, "13 % waiting for pictures")):
        stream = io.StringIO()
        Lines(stream)(EpochDone(0, 1.0, 1.0, {}, share))
        assert stream.getvalue().endswith(f"1.0 s{'  ' * bool(said)}{said}\n")


@pytest.mark.parametrize("verbose", [3, -1, "yes", None])
def test_unknown_verbosity_is_refused(verbose: Verbose) -> None:
    with pytest.raises(SettingError) as error:
        progress_view(verbose)
    assert error.value.code == "progress.unknown_verbose"
    assert error.value.fields == {"came": verbose}


def test_progress_goes_to_stderr_and_leaves_stdout_to_results(capsys: pytest.CaptureFixture[str]) -> None:
    shown_to(progress_view("auto"), run(epochs=2))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 2


KEYS = {
    "started": {"event", "epochs", "steps", "pictures", "validation_pictures", "engine"},
    "step": {"event", "epoch", "step", "pictures", "seconds", "logs", "waiting"},
    "epoch": {"event", "epoch", "seconds", "pictures_per_second", "logs", "waiting", "unread"},
    "finished": {"event", "reason", "epochs", "seconds"},
}


def json_of(events: Iterator[Event]) -> list[dict[str, object]]:
    stream = io.StringIO()
    shown_to(JsonLines(stream), events)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_json_lines_have_the_documented_keys() -> None:
    lines = json_of(run(epochs=2, steps=3))
    assert [line["event"] for line in lines] == ["started", *["step", "step", "step", "epoch"] * 2, "finished"]
    assert all(line.keys() == KEYS[str(line["event"])] for line in lines)
    documented = JsonLines.__doc__ or ""
    for name, keys in KEYS.items():
        (line,) = re.findall(rf"^ *{name}: (.*)$", documented, re.MULTILINE)
        assert set(line.split(", ")) == keys - {"event"}


def test_json_counts_from_one_and_holds_the_values() -> None:
    lines = json_of(run(epochs=2, steps=3))
    assert lines[0] == {
        "event": "started",
        "epochs": 2,
        "steps": 3,
        "pictures": 100,
        "validation_pictures": 20,
        "engine": "reference",
    }
    step = {
        "event": "step",
        "epoch": 1,
        "step": 1,
        "pictures": 25,
        "seconds": 1.0,
        "logs": {"loss": 2.0, "accuracy": 0.0},
        "waiting": 0.0,
    }
    assert lines[1] == step
    speed = {"seconds": 4.0, "pictures_per_second": 25.0}
    assert lines[-2] == {"event": "epoch", "epoch": 2, **speed, "logs": LOGS, "waiting": 0.0, "unread": 0}
    assert lines[-1] == {"event": "finished", "reason": "training.all_epochs", "epochs": 2, "seconds": 8.0}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float32("-inf"), np.float64("nan")])
def test_json_has_null_where_a_number_is_not_finite(value: float) -> None:
    stream = io.StringIO()
    JsonLines(stream)(StepDone(0, 0, 1, 0.0, {"loss": value, "accuracy": 0.5}))
    line = json.loads(stream.getvalue(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert line["logs"] == {"loss": None, "accuracy": 0.5}


def test_json_takes_numpy_numbers() -> None:
    logs = {"loss": np.float32(0.25)}
    (line,) = json_of(iter([EpochDone(np.int64(0), np.float64(0.5), np.float32(2.5), logs, np.float64(0.75), 3)]))
    assert line == {
        "event": "epoch",
        "epoch": 1,
        "seconds": 0.5,
        "pictures_per_second": 2.5,
        "logs": {"loss": 0.25},
        "waiting": 0.75,
        "unread": 3,
    }
