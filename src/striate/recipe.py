"""How to train: what a user says, else what the network's own recipe says, else what is usual.

A network's own recipe is the `[recipe]` table of its TOML file.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

from striate.data.augment import Augmentation
from striate.data.usual_augmentation import USUAL
from striate.engines.select import engine as engine_named
from striate.errors import SettingError, StriateError, unknown_name
from striate.network.graph import Symbol
from striate.network.layers import Layer
from striate.network.losses import CategoricalCrossentropy, Loss, SparseCategoricalCrossentropy
from striate.network.optimizers import Rule, rule_named
from striate.network.schedules import CosineDecay, OneCycle, PolynomialDecay, Schedule
from striate.network.settings import (
    convert,
    not_negative,
    one_of,
    optional,
    positive,
    positive_real,
    share,
    text,
    whole,
)
from striate.presets.read import network, recipe_table, wired
from striate.training.class_weight import WEIGHTINGS

AUTO = "auto"  # as much as not said
DEFAULT_OPTIMIZER = "adam"
OF_A_NETWORK = (
    "epochs",
    "batch_size",
    "optimizer",
    "learning_rate",
    "schedule",
    "weight_decay",
    "label_smoothing",
    "augment",
)


def constant(rate: float, steps: int) -> float:
    """The same rate at every step."""
    return rate


def cosine(rate: float, steps: int) -> Schedule:
    """Down to 0 along half a cosine."""
    return CosineDecay(rate, steps)


def linear(rate: float, steps: int) -> Schedule:
    """Down to 0 along a straight line."""
    return PolynomialDecay(rate, steps, 0.0)


def one_cycle(rate: float, steps: int) -> Schedule:
    """Up to the rate and down to almost nothing."""
    return OneCycle(rate, steps)


SCHEDULES = {schedule.__name__: schedule for schedule in (constant, cosine, linear, one_cycle)}


@dataclass(frozen=True)
class Recipe:
    """How to train. What is None (or "auto", where that is possible) is chosen by choices/choose.py.

    `augment` is written as `Augmentation.of` reads it; `class_weights` is a rule of training/class_weight.py. `start`
    is a model file to begin from, `freeze` says which of its layers stay as they are: a number counts them from the
    first, else their names stand with commas between.

    Raises `SettingError` or `UnknownNameError` for what these cannot be; a `model` that is none is found by `layers`.
    """

    model: str | None = None
    epochs: int | None = None
    batch_size: int | Literal["all"] | None = None
    optimizer: str | None = None
    learning_rate: float | None = None
    seed: int = 0
    engine: str | None = None
    threads: int | None = None
    width: float = 1.0
    schedule: str | None = None
    weight_decay: float | None = None
    label_smoothing: float | None = None
    augment: str | None = None
    isa: str | None = None
    class_weights: str | None = None
    start: str | None = None
    freeze: str | None = None

    def __post_init__(self) -> None:
        convert("Recipe", "epochs", optional(positive), self.epochs)
        if self.batch_size != "all":
            convert("Recipe", "batch_size", optional(positive), self.batch_size)
        convert("Recipe", "seed", whole, self.seed)
        convert("Recipe", "threads", optional(positive), self.threads)
        convert("Recipe", "width", positive_real, self.width)
        convert("Recipe", "weight_decay", optional(not_negative), self.weight_decay)
        if self.schedule is not None:
            one_of("schedule", SCHEDULES)(self.schedule)
        if self.class_weights is not None:
            one_of("class_weights", (AUTO, *WEIGHTINGS, "none"))(self.class_weights)
        if self.freeze is not None and self.start is None:
            raise SettingError("recipe.freeze_alone", came=self.freeze)
        engine_named(self.engine, isa=self.isa)
        _ = self.rule, self.loss, self.augmentation

    @property
    def rule(self) -> Rule:
        """The optimizer with its learning rate, which a schedule, if there is one, begins from."""
        given: dict[str, Any] = {"learning_rate": self.learning_rate, "weight_decay": self.weight_decay}
        said = {name: value for name, value in given.items() if value is not None}
        return replace(rule_named(self.optimizer or DEFAULT_OPTIMIZER), **said)

    @property
    def loss(self) -> Loss:
        """Cross-entropy of class numbers, smoothed or not."""
        if not self.label_smoothing:
            return SparseCategoricalCrossentropy()
        return CategoricalCrossentropy(
            label_smoothing=convert("Recipe", "label_smoothing", share, self.label_smoothing)
        )

    @property
    def augmentation(self) -> Augmentation | None:
        """How pictures are varied; None: they are not."""
        if self.augment in (None, AUTO, USUAL):
            return None
        return Augmentation.of(convert("Recipe", "augment", text, self.augment))

    def layers(self, classes: int) -> list[Layer]:
        """The network's layers. Raises `UnknownNameError`, `GraphError` or a setting's own error where it is none."""
        return network(self.model, classes, self.width) if self.model else []


@dataclass(frozen=True)
class Decided(Recipe):
    """A recipe for certain pictures: what is None here stays away."""

    model: str = "convnet"
    epochs: int = 1
    batch_size: int | Literal["all"] = 32
    optimizer: str = DEFAULT_OPTIMIZER
    learning_rate: float = 0.001

    def wired(self, classes: int, shape: tuple[int, ...]) -> Symbol:
        """The network's answers for pictures of a shape."""
        return wired(self.model, classes, shape, self.width)

    def rule_for(self, pictures: int) -> Rule:
        """The optimizer, its learning rate as the schedule has it over a training on so many pictures."""
        steps = self.epochs * (1 if self.batch_size == "all" else -(-pictures // self.batch_size))
        rate = SCHEDULES[self.schedule or constant.__name__](self.learning_rate, steps)
        return replace(self.rule, learning_rate=rate)


def recipe_of(model: str) -> Recipe:
    """A network's own recipe. Raises `UnknownNameError` or `SettingError` for one that is none, with its place."""
    table = recipe_table(model)
    try:
        for name in table:
            if name not in OF_A_NETWORK:
                raise unknown_name("recipe", name, OF_A_NETWORK)
        return Recipe(**table)
    except StriateError as error:
        error.place = f"{model}, [recipe]"
        raise
