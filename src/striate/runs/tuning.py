"""What is tried out before a training, on copies of its weights: the learning rate, and how long an epoch takes."""

import csv
import io
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from striate.choices.facts import Choice, Chosen
from striate.data.dataset import Images
from striate.errors import MissingExtraError, SettingError, TrainingError, tell
from striate.files import write_text
from striate.model import Model
from striate.network.settings import convert, optional, positive_real
from striate.recipe import Decided, Recipe
from striate.training.callbacks import Callback
from striate.training.rate_range import STEPS, RangeTest, RateRange, rows
from striate.training.time_limit import Speed, StopAfter, Stopwatch
from striate.transfer import Start

TRIED_SECONDS = 2.0  # of learning are timed
TRIED_STEPS = 4  # a round; the first one does what happens only once
JUDGED = 512  # pictures held out that are timed at most
TRIED_ON = 4  # keeps the draw of pictures to try on apart from others of the same seed
LONGER = 4  # times the usual number of epochs are the most that a time is filled with
JUDGED_AFTER = 2  # times that the pictures held out are judged at the end, before those for the test
DRAWING = 4.0  # seconds for the curves and the report at the end
RATES_CSV, RATES_PNG = "lr.csv", "lr.png"
MANY = 1_000_000  # epochs: the clock or the callback ends them


@dataclass(frozen=True)
class Tuning:
    """What is found out before training.

    `minutes` is how long it may take from here to the best model's result; `find_rate`: try learning rates.
    """

    minutes: float | None = None
    find_rate: bool = False

    def __post_init__(self) -> None:
        convert("Tuning", "minutes", optional(positive_real), self.minutes)

    def check(self, recipe: Recipe) -> None:
        """Raise `SettingError` where a rate is given and to be found."""
        if self.find_rate and recipe.learning_rate is not None:
            raise SettingError("tuning.rate_given", came=recipe.learning_rate)


@dataclass(frozen=True)
class Material:
    """What is tried on: a model as training begins; pictures; weights of classes."""

    model: Model
    training: Images
    validation: Images
    test: Images | None = None
    class_weight: dict[int, float] | None = None
    start: Start | None = None

    def copy(self, recipe: Decided) -> Model:
        """The model with weights of its own, to learn by a constant rate."""
        model = self.model
        copied = Model.of(model.graph, seed=model.seed, theta=model.theta.copy(), state=model.state.copy())
        copied.compile(
            recipe.rule,
            recipe.loss,
            metrics=["accuracy"],
            engine=recipe.engine,
            threads=recipe.threads,
            isa=recipe.isa,
        )
        copied.preflighted = True  # what is wrong is said of the model itself
        if self.start:
            self.start.lead(copied)
        return copied

    def some(self, recipe: Decided, steps: int) -> Images:
        """Drawn pictures for so many whole batches, or for as many as there are."""
        pictures = len(self.training)
        size = min(recipe.batch_size, pictures) if isinstance(recipe.batch_size, int) else pictures
        drawn = np.random.default_rng([recipe.seed, TRIED_ON]).permutation(pictures)
        return self.training.take(drawn[: size * min(steps, pictures // size)])

    def fit(self, recipe: Decided, steps: int, callback: Callback, **more: Any) -> None:
        """Let a copy learn from some pictures as the training will, until the callback ends it."""
        images = self.some(recipe, steps)
        size = min(recipe.batch_size, len(images)) if isinstance(recipe.batch_size, int) else "all"
        self.copy(recipe).fit(
            images,
            batch_size=size,
            epochs=MANY,
            callbacks=callback,
            augmentation=recipe.augmentation,
            class_weight=self.class_weight,
            verbose=0,
            **more,
        )


@dataclass(frozen=True)
class Tried:
    """What came of it: the choices, what the rates showed, what ends the training."""

    chosen: Chosen
    found: RateRange | None = None
    stop: StopAfter | None = None


def try_out(chosen: Chosen, material: Material, tuning: Tuning, began: float) -> Tried:
    """What is to be found out, found out, the time counted from a moment of `time.monotonic`."""
    found, stop = None, None
    if tuning.find_rate:
        chosen, found = with_found_rate(chosen, material)
    if tuning.minutes is not None:
        chosen, stop = in_time(chosen, material, tuning.minutes, began)
    return Tried(chosen, found, stop)


def with_found_rate(chosen: Chosen, material: Material) -> tuple[Chosen, RateRange]:
    """Try learning rates; the choices with what the test suggests, or as they were where it found nothing."""
    test = RangeTest()
    with suppress(TrainingError):  # the rate became too large: what the test is for
        material.fit(chosen.recipe, STEPS, test)
    rate = test.result.suggestion
    if rate is None:
        tell("tuning.no_rate", rate=chosen.recipe.learning_rate)
        return chosen, test.result
    why = Choice("lr", rate, "choice.lr.found", {"steps": len(test.result.rates)})
    return chosen.changed(why, learning_rate=rate), test.result


def write_range(folder: Path, found: RateRange, rate: float) -> dict[str, Path]:
    """The test as a table and, where matplotlib is there, as a picture in which the rate that is used is marked."""
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(rows(found))
    write_text(folder / RATES_CSV, table.getvalue())
    files = {RATES_CSV: folder / RATES_CSV}
    try:
        from striate.figures.rate_range import rate_range
        from striate.figures.save import save

        save(rate_range(found.rates, found.losses, found.smoothed, rate), folder / RATES_PNG)
    except MissingExtraError as error:
        tell("run.no_curves", reason=error)
        return files
    return files | {RATES_PNG: folder / RATES_PNG}


def in_time(chosen: Chosen, material: Material, minutes: float, began: float) -> tuple[Chosen, StopAfter]:
    """As many epochs as fit into minutes from a moment of `time.monotonic`, and what ends training at the last second.

    Epochs that were given stay; then only the end is watched.
    """
    speed = measured(chosen.recipe, material)
    held_out = material.test or material.validation
    last = speed.judging * (JUDGED_AFTER + len(held_out) / len(material.validation)) + DRAWING
    left = began + 60 * minutes - time.monotonic() - last
    stop = StopAfter(time.monotonic() + max(0.0, left))
    usual = chosen.recipe.epochs
    if any(choice.setting == "epochs" and choice.given for choice in chosen.choices):
        if usual * speed.epoch > left:
            tell("tuning.too_long", epochs=usual, minutes=minutes, expected=usual * speed.epoch)
        return chosen, stop
    epochs = speed.epochs(left, LONGER * usual)
    fields = {"minutes": minutes, "seconds": speed.epoch, "expected": epochs * speed.epoch, "times": LONGER}
    return chosen.changed(
        Choice("epochs", epochs, _why(epochs, usual, too_long=speed.epoch > left), fields), epochs=epochs
    ), stop


def _why(epochs: int, usual: int, *, too_long: bool) -> str:
    """The code of why so many epochs."""
    if epochs == LONGER * usual:
        return "choice.epochs.enough"
    return "choice.epochs.least" if too_long else "choice.epochs.minutes"


def measured(recipe: Decided, material: Material) -> Speed:
    """How long an epoch will take, by the clock, from a few steps and a few answers of copies."""
    watch = Stopwatch()
    material.fit(recipe, TRIED_STEPS, StopAfter(time.monotonic() + TRIED_SECONDS), progress=watch)
    return Speed(len(material.training) / watch.settled, judging_seconds(recipe, material))


def judging_seconds(recipe: Decided, material: Material) -> float:
    """How long judging the pictures held out will take, from a few answers of a copy."""
    model, pictures = material.copy(recipe), len(material.validation)
    some = material.validation.take(np.arange(min(JUDGED, pictures)))
    size = recipe.batch_size if isinstance(recipe.batch_size, int) else len(some)
    model.judge(some, batch_size=size)  # the program is planned
    begun = time.perf_counter()
    model.judge(some, batch_size=size)
    return (time.perf_counter() - begun) / len(some) * pictures
