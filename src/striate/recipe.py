"""How to train: what a user says, else what the network's own recipe says, else what is usual.

A network's own recipe is the `[recipe]` table of its TOML file.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from striate.data.augment import Augmentation
from striate.engines.select import engine as engine_named
from striate.errors import StriateError, unknown_name
from striate.network.graph import Symbol
from striate.network.layers import Layer
from striate.network.losses import CategoricalCrossentropy, Loss, SparseCategoricalCrossentropy
from striate.network.optimizers import Rule, rule_named
from striate.network.schedules import CosineDecay, OneCycle, Schedule
from striate.network.settings import (
    convert,
    one_of,
    optional_not_negative,
    optional_positive,
    positive_real,
    share,
    text,
    whole,
)
from striate.presets.read import network, recipe_table, wired

DEFAULT_BATCH = 32  # Keras's
# How long to train where nobody says: about so many pictures in all, but neither less nor more often than this.
PICTURES_IN_ALL, FEWEST_EPOCHS, MOST_EPOCHS = 220_000, 4, 25
FEWEST_STEPS = 100  # an epoch should have, or a network's own batch is halved
# Pictures whose shorter side is less leave nothing for a second pooling.
SMALL, SMALL_NETWORK, LARGE_NETWORK = 16, "digits", "convnet"
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


def one_cycle(rate: float, steps: int) -> Schedule:
    """Up to the rate and down to almost nothing."""
    return OneCycle(rate, steps)


SCHEDULES = {schedule.__name__: schedule for schedule in (constant, cosine, one_cycle)}


@dataclass(frozen=True)
class Recipe:
    """How to train. What is None is for the network's own recipe to say; where that says nothing:

    `model` by the size of the pictures, `epochs` by their number, `batch_size` 32, `optimizer` "adam" with its own
    `learning_rate` and `weight_decay`, `schedule` "constant", no `label_smoothing`, no augmentation. `augment` is
    written as `Augmentation.of` reads it.

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

    def __post_init__(self) -> None:
        convert("Recipe", "epochs", optional_positive, self.epochs)
        if self.batch_size != "all":
            convert("Recipe", "batch_size", optional_positive, self.batch_size)
        convert("Recipe", "seed", whole, self.seed)
        convert("Recipe", "threads", optional_positive, self.threads)
        convert("Recipe", "width", positive_real, self.width)
        convert("Recipe", "weight_decay", optional_not_negative, self.weight_decay)
        if self.schedule is not None:
            one_of("schedule", SCHEDULES)(self.schedule)
        engine_named(self.engine, isa=self.isa)
        _ = self.rule, self.loss, self.augmentation

    @property
    def rule(self) -> Rule:
        """The optimizer with its learning rate, which a schedule, if there is one, begins from."""
        kind = type(rule_named(self.optimizer or DEFAULT_OPTIMIZER))
        given: dict[str, Any] = {"learning_rate": self.learning_rate, "weight_decay": self.weight_decay}
        return kind(**{name: value for name, value in given.items() if value is not None})

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
        return None if self.augment is None else Augmentation.of(convert("Recipe", "augment", text, self.augment))

    def layers(self, classes: int) -> list[Layer]:
        """The network's layers. Raises `UnknownNameError`, `GraphError` or a setting's own error where it is none."""
        return network(self.model or LARGE_NETWORK, classes, self.width)

    def decided(self, shape: tuple[int, ...], pictures: int) -> "Decided":
        """The recipe for a training with so many pictures of a shape. Raises what is wrong with the network's own."""
        model = self.model or usual_model(shape)
        given = {name: value for name in OF_A_NETWORK if (value := getattr(self, name)) is not None}
        own = recipe_of(model)
        chosen = replace(replace(own, batch_size=_fewer(own.batch_size, pictures)), **given)
        settings = {each.name: getattr(self, each.name) for each in fields(self)}
        settings |= {name: getattr(chosen, name) for name in OF_A_NETWORK}
        settings |= {
            "model": model,
            "epochs": chosen.epochs or usual_epochs(pictures),
            "batch_size": chosen.batch_size or DEFAULT_BATCH,
            "optimizer": chosen.optimizer or DEFAULT_OPTIMIZER,
            "learning_rate": chosen.rule.rate_at(0),
        }
        return Decided(**settings)


@dataclass(frozen=True)
class Decided(Recipe):
    """A recipe for certain pictures: what is None here stays away."""

    model: str = LARGE_NETWORK
    epochs: int = MOST_EPOCHS
    batch_size: int | Literal["all"] = DEFAULT_BATCH
    optimizer: str = DEFAULT_OPTIMIZER
    learning_rate: float = 0.001

    def wired(self, classes: int, shape: tuple[int, ...]) -> Symbol:
        """The network's answers for pictures of a shape."""
        return wired(self.model, classes, shape, self.width)

    def rule_for(self, pictures: int) -> Rule:
        """The optimizer, its learning rate as the schedule has it over a training on so many pictures."""
        steps = self.epochs * (1 if self.batch_size == "all" else -(-pictures // self.batch_size))
        rate = SCHEDULES[self.schedule or constant.__name__](self.learning_rate, steps)
        return type(self.rule)(rate, weight_decay=self.rule.weight_decay)

    def options(self) -> list[str]:
        """What is not always there, as options of `striate train`."""
        shown = ("schedule", "weight_decay", "label_smoothing", "augment")
        given = {name: getattr(self, name) for name in shown}
        return [f"--{name.replace('_', '-')} {value}" for name, value in given.items() if value is not None]


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


def usual_model(shape: tuple[int, ...]) -> str:
    """The preset for pictures of a shape where nobody names one."""
    return SMALL_NETWORK if min(shape[:2]) < SMALL else LARGE_NETWORK


def usual_epochs(pictures: int) -> int:
    """How often to go over the pictures where nobody says: small sets more often than large ones."""
    return min(MOST_EPOCHS, max(FEWEST_EPOCHS, round(PICTURES_IN_ALL / pictures)))


def _fewer(batch_size: int | Literal["all"] | None, pictures: int) -> int | Literal["all"] | None:
    """A network's own batch, halved where it left an epoch too few steps, but not below the usual one."""
    if not isinstance(batch_size, int):
        return batch_size
    while batch_size >= 2 * DEFAULT_BATCH and pictures < FEWEST_STEPS * batch_size:
        batch_size //= 2
    return batch_size
