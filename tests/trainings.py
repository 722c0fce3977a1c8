"""The events of a training that several tests show."""

from collections.abc import Iterator

from striate.training.events import EpochDone, Event, Finished, Started, StepDone
from striate.views.lines import View

LOGS = {"loss": 0.23104, "accuracy": 0.93104, "val_loss": 12.5, "val_accuracy": 1.0}


def run(epochs: int = 3, steps: int = 4, reason: str = "training.all_epochs") -> Iterator[Event]:
    """The events of a training of 100 pictures, a second a step."""
    yield Started(epochs, steps, 100, 20, "reference")
    for epoch in range(epochs):
        for step in range(steps):
            yield StepDone(
                epoch, step, 25 * (step + 1), 1.0 * (step + 1), {"loss": 2.0 - step, "accuracy": 0.25 * step}
            )
        yield EpochDone(epoch, steps + 1.0, 25.0, LOGS)
    yield Finished(reason, epochs, (steps + 1.0) * epochs)


def shown_to(view: View, events: Iterator[Event]) -> None:
    with view as show:
        for event in events:
            show(event)
