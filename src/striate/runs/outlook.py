"""What a training will take, and what is wrong with it, said before it begins: `striate train` looks ahead by this."""

import gc
import time
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from math import prod

from striate.data.dataset import Images
from striate.data.decoded import Decoded
from striate.engines.select import engine as engine_named
from striate.runs.preparing import Prepared
from striate.runs.tuning import JUDGED_AFTER, Material, judging_seconds
from striate.training.events import EpochDone, Event, StepDone
from striate.training.forecast import FLOAT, IN_FLIGHT, MEASURED, Memory, bytes_of, check_memory, judging, memory
from striate.training.keeping import LEAST
from striate.training.plan import Plan
from striate.training.preflight.findings import Finding
from striate.training.time_limit import StopAfter

FLOPS = 5e10  # a second, by which a training's length is guessed before anything is measured: a modest computer's
SHORT = 10.0  # seconds: what is guessed to be shorter is not measured
SHARE = 0.05  # of the guessed time may be spent on measuring, and as much on learning by heart
LONGEST, SHORTEST = 2.0, 0.3  # seconds of measuring
LONG = 60.0  # seconds: a training that is worth learning a few pictures by heart first
HEART = 3.0  # seconds for that
TIMED_STEPS = 64  # at most
DRAWING = 0.6  # seconds for the curves and the report on a computer at rest; `--minutes` reckons with a busy one
DRAWN, LOADED = 22 << 20, 6 << 20  # bytes of libraries: for curves, where they are there; others that training loads
HELD_AFTER = 2  # times the weights: those of the best model, and while they are read
REPORTED = 256  # pictures that the report at the end judges at a time


@dataclass(frozen=True)
class Outlook:
    """What is seen ahead: mistakes; the memory; the seconds that it will take, None where nobody measured them."""

    findings: tuple[Finding, ...]
    memory: Memory
    seconds: float | None


def outlook(run: Prepared, *, max_memory: int | None = None, looks: bool = True) -> Outlook:
    """Look ahead at a training that is prepared. Raises `OutOfMemoryError` where it will take too much memory.

    It takes a few seconds where the training takes minutes, and none where that takes none. Without `looks` nothing
    but the memory is thought of.
    """
    needed = check_memory(lambda batch: forecast(run, batch), _batch(run), max_memory)
    if not looks:
        return Outlook((), needed, None)
    guess = guessed(run)
    seen = run.model.preflight(
        run.training,
        batch_size=run.recipe.batch_size if run.recipe.batch_size == "all" else _batch(run),
        epochs=run.epochs,
        validation_data=run.validation,
        seconds=min(HEART, SHARE * guess) if guess > LONG else 0,
    )
    seconds = expected(run, guess)
    if (guess if seconds is None else seconds) < LEAST:  # it ends before a checkpoint is written
        needed = replace(needed, saving=MEASURED * bytes_of(run.model.graph))
    return Outlook(seen.findings, needed, seconds)


def forecast(run: Prepared, batch: int) -> Memory:
    """The memory that a training by batches of this size will take, with all that is loaded on the way."""
    recipe = run.recipe
    size = recipe.batch_size if recipe.batch_size == "all" else batch
    plan = Plan(recipe.rule, recipe.loss, epochs=run.epochs, batch_size=size, threads=recipe.threads)
    engine = engine_named(recipe.engine, isa=recipe.isa)
    graph, counts = run.model.graph, (len(run.training), len(run.validation))
    drawn = DRAWN if find_spec("matplotlib") else 0
    judged = min(REPORTED, max(counts))
    after = HELD_AFTER * bytes_of(graph) + judging(engine, graph, plan, judged) + drawn
    after += IN_FLIGHT * judged * FLOAT * prod(graph.input_shape)
    needed = memory(engine, graph, plan, *counts, saves=True, after=after)
    parts = filter(None, (run.training, run.validation, run.data.test))
    return replace(needed, held=needed.held + LOADED + sum(map(_unread, parts)))


def guessed(run: Prepared) -> float:
    """Seconds that the arithmetic alone will take on a modest computer: the way forward, and twice as much back."""
    graph = run.model.graph
    products = sum(graph.multiply_adds(node) or 0 for node in graph.nodes)
    return 2 * products * run.epochs * (3 * len(run.training) + len(run.validation)) / FLOPS


def expected(run: Prepared, guess: float) -> float | None:
    """Seconds from the first step to the best model's result, by a few steps on copies; None where it is short."""
    if guess < SHORT or run.stop is not None:
        return None
    data = run.data
    material = Material(run.model, run.training, run.validation, data.test, run.class_weight, run.start)
    pace = Pace()
    seconds = min(LONGEST, max(SHORTEST, SHARE * guess))
    material.fit(run.recipe, TIMED_STEPS, StopAfter(time.monotonic() + seconds), progress=pace)
    gc.collect()  # a model and its run name each other
    judging = judging_seconds(run.recipe, material)
    gc.collect()
    epoch = len(run.training) / pace.speed + judging
    after = JUDGED_AFTER + len(data.test or run.validation) / len(run.validation)
    looks = 2 if run.recipe.augmentation and run.recipe.augmentation.flip else 1
    return run.epochs * epoch + looks * after * judging + DRAWING


@dataclass
class Pace:
    """Takes the events of a training and keeps how fast it is once it is going: pictures a second.

    The first step of an epoch waits for its pictures, and the first ones of all do what is done only once.
    """

    steps: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])  # pictures, seconds
    epochs: list[float] = field(default_factory=list[float])
    _last: StepDone | None = None

    def __call__(self, event: Event) -> None:
        if isinstance(event, EpochDone):
            self.epochs.append(event.pictures_per_second)
        if isinstance(event, StepDone):
            last, self._last = self._last, event
            if last is not None and last.epoch == event.epoch:
                self.steps.append((event.pictures - last.pictures, event.seconds - last.seconds))

    @property
    def speed(self) -> float:
        """Pictures a second: of whole steps, or where an epoch has only one, of epochs."""
        if not (timed := self.steps[1:] or self.steps):
            return self.epochs[-1]
        return sum(pictures for pictures, _ in timed) / sum(seconds for _, seconds in timed)


def _batch(run: Prepared) -> int:
    size = run.recipe.batch_size
    return min(size, len(run.training)) if isinstance(size, int) else len(run.training)


def _unread(images: Images) -> int:
    """Bytes of pictures that are mapped from a file, and come to memory as they are looked at."""
    pictures = images.pictures
    if not isinstance(pictures, Decoded):
        return 0
    kept = sum(int(row) < len(pictures.kept) for row in pictures.rows)
    return kept * (pictures.kept[0].nbytes if kept else 0)
