"""Training within a time. No clock is asked: tests bring their own."""

import numpy as np
import pytest

from striate.layers import Dense
from striate.messages import render
from striate.sequential import Sequential
from striate.training.events import EpochDone, Event, Finished
from striate.training.time_limit import TIME_IS_UP, Speed, StopAfter, Stopwatch
from striate.views.lines import end_text


@pytest.mark.parametrize(
    ("seconds", "most", "epochs"), [(100, 1000, 45), (100, 40, 40), (2, 1000, 1), (0, 1000, 1), (-5, 9, 1)]
)
def test_how_many_epochs_fit(seconds: float, most: int, epochs: int) -> None:
    assert Speed(1.5, 0.5).epochs(seconds, most) == epochs  # a tenth of the time is left


def trained(stop: StopAfter, epochs: int = 5) -> tuple[dict[str, list[float]], list[Event]]:
    """Three steps an epoch."""
    model = Sequential([Dense(2, "softmax", input_shape=(3,))])
    model.compile("sgd", "sparse_categorical_crossentropy", threads=1)
    events: list[Event] = []
    x, y = np.random.default_rng(0).random((12, 3), np.float32), np.arange(12) % 2
    history = model.fit(
        x, y, batch_size=4, epochs=epochs, callbacks=stop, progress=events.append, validation_data=(x, y)
    )
    return history.history, events


def test_it_ends_at_the_first_step_after_the_moment_and_still_judges() -> None:
    ticks = iter(range(100))
    history, events = trained(StopAfter(7, lambda: float(next(ticks))))  # the eighth step: in the third epoch
    assert len(history["loss"]) == len(history["val_loss"]) == 3
    last = events[-1]
    assert isinstance(last, Finished) and (last.reason, last.epochs) == (TIME_IS_UP, 3)
    assert end_text(last) == render("training.time_is_up", {"epochs": 3, "reason": TIME_IS_UP, "seconds": last.seconds})


def test_in_time_nothing_happens() -> None:
    _, events = trained(StopAfter(100, lambda: 0.0), epochs=2)
    assert isinstance(events[-1], Finished) and events[-1].reason == "training.all_epochs"


def test_the_stopwatch_leaves_out_the_first_round() -> None:
    watch = Stopwatch()
    watch(EpochDone(0, 1.0, 10.0, {}))
    assert watch.settled == 10
    for speed in (200.0, 400.0):
        watch(EpochDone(1, 1.0, speed, {}))
    assert watch.settled == pytest.approx(2 / (1 / 200 + 1 / 400))
