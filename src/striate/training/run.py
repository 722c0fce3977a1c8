"""A training under way."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from striate.engines.contract import Array
from striate.errors import StateError
from striate.network.graph import Graph
from striate.network.layout import Span
from striate.network.losses import Loss
from striate.network.optimizers import Rule
from striate.network.schedules import Schedule
from striate.training.averaging import Average
from striate.training.counts import Counts
from striate.training.measured import Probing


@dataclass
class Run:
    """A training under way: what callbacks look at and may change. Epochs and steps count from 0."""

    graph: Graph
    theta: Array
    state: Array
    slots: tuple[Array, ...]
    learning_rate: float
    save: Callable[[Path], None]
    epoch: int = 0
    epochs_before: int = 0  # of earlier trainings of the same weights, which this one continues
    step: int = 0  # steps of the rule since the beginning, over all epochs
    history: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    stopped: str | None = None
    spans: tuple[Span, ...] = ()  # how each weight learns; none: all as they are in the graph
    frozen: frozenset[str] = frozenset()  # layers whose running statistics stay as they are, too
    gathered: Array | None = None  # the sum of gradients that wait for a step of the rule
    average: Average | None = None  # of the weights along the training, which is what it will end with
    scheduled: bool = False  # a schedule sets the learning rate
    logs_rate: bool = False  # the learning rate stands in the logs, since something changes it
    position: int = 0  # steps of this epoch that are done
    counts: Counts | None = None  # over them
    epoch_begun: float = 0.0  # when this epoch began, by time.perf_counter; resumed, less what it had taken before
    recent: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])  # loss and gradient's norm
    loss: Loss | None = None  # what is made small
    rule: Rule | None = None  # by what
    probe: Probing | None = None  # measures it
    explained: bool = True  # a number that is not finite is looked for, which takes a while

    def __post_init__(self) -> None:
        self.spans = self.spans or self.graph.theta.spans

    def change_rate(self, rate: float, where: str) -> None:
        """Go on with another learning rate. Raises `StateError` where a schedule sets it."""
        if self.scheduled:
            raise StateError("training.rate_is_scheduled", where=where)
        self.learning_rate = rate

    @contextmanager
    def averaged(self) -> Generator[None]:
        """Within it the weights are their average, where there is one."""
        average = self.average
        if average is None:
            yield
            return
        average.swap(self.theta, self.state)
        try:
            yield
        finally:
            average.swap(self.theta, self.state)

    def settle(self) -> None:
        """Let the weights be their average for good."""
        if self.average is not None:
            self.average.swap(self.theta, self.state)
            self.average = None

    def record(self, logs: Mapping[str, float]) -> None:
        """Keep an epoch's logs."""
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)

    def stop(self, reason: str = "training.stopped_by_callback") -> None:
        """End training after this step."""
        self.stopped = self.stopped or reason


def started(
    graph: Graph, theta: Array, state: Array, rule: Rule, save: Callable[[Path], None], last: Run | None
) -> Run:
    """A run from these weights; slots, steps, epochs and the learning rate go on where the last run ended."""
    return Run(
        graph=graph,
        theta=theta,
        state=state,
        slots=last.slots if last else rule.first_slots(theta),
        learning_rate=last.learning_rate if last else rule.rate_at(0),
        save=save,
        epochs_before=last.epochs_before + last.epoch if last else 0,
        step=last.step if last else 0,
        gathered=last.gathered if last else None,
        recent=last.recent if last else [],
        scheduled=isinstance(rule.learning_rate, Schedule),
    )
