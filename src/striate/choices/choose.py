"""How to train where nobody says: a function from facts to settings with reasons. It reads no pictures, trains nothing.

What a user gave comes first; then, where no network was named, what is usual for the kind of pictures
(choices/table.py); then the network's own `[recipe]`; then what is usual for any.
"""

from dataclasses import fields, replace
from typing import Any, Literal, NamedTuple

from striate.choices.facts import GIVEN, OPTIONS, Choice, Chosen, Facts
from striate.choices.table import (
    DEFAULT_BATCH,
    EVEN,
    FEWEST_STEPS,
    FINE_TUNING_EPOCHS,
    WEIGHTS,
    kind_of,
)
from striate.data.usual_augmentation import USUAL, usual_augmentation
from striate.recipe import AUTO, DEFAULT_OPTIMIZER, Decided, Recipe, recipe_of


class Reason(NamedTuple):
    """The code of why, and its fields."""

    code: str
    fields: dict[str, object]


UNNAMED = ("class",)  # says nothing about how its pictures may vary
_SAID = Reason(GIVEN, {})


def choose(recipe: Recipe, facts: Facts) -> Chosen:
    """What is open in a recipe, decided for these pictures. Raises what is wrong with the network's own recipe."""
    return _Choosing(recipe, facts).chosen()


class _Choosing:
    def __init__(self, recipe: Recipe, facts: Facts) -> None:
        self._given, self._facts, self._kind = recipe, facts, kind_of(facts)
        self._named = recipe.model or recipe.start
        self._model = self._named or self._kind.model
        self._own = recipe_of(self._model)
        self._of_kind: dict[str, Any] = {} if self._named else dict(self._kind.recipe)
        self._choices: list[Choice] = []

    def chosen(self) -> Chosen:
        self._size()
        settings: dict[str, Any] = {each.name: getattr(self._given, each.name) for each in fields(self._given)}
        settings |= self._network()
        settings["epochs"] = self._told("epochs", *self._epochs())
        settings["batch_size"] = self._told("batch_size", *self._batch())
        settings |= self._learning()
        settings["augment"] = self._told("augment", *self._augment())
        settings["class_weights"] = self._told("class_weights", *self._class_weights())
        return Chosen(Decided(**settings), tuple(self._choices))

    def _told(self, name: str, value: Any, why: Reason) -> Any:
        """Keep the choice and hand its value on."""
        shown = "none" if value is None else value
        self._choices.append(Choice(OPTIONS.get(name, name).replace("_", "-"), shown, *why))
        return value

    def _first(self, name: str) -> tuple[Any, Reason] | None:
        """What was given, is usual for the kind, or stands in the network's recipe: the first of these."""
        if (given := getattr(self._given, name)) not in (None, AUTO):
            return given, _SAID
        if name in self._of_kind:
            return self._of_kind[name], Reason("choice.of_kind", {"kind": self._kind.code})
        if (own := getattr(self._own, name)) is not None:
            return own, Reason("choice.of_network", {"model": self._model})
        return None

    def _size(self) -> None:
        """Already decided, by those who read the pictures (data/choosing.py); told here."""
        facts = self._facts
        if facts.size_of_start:
            why = Reason("choice.size.start", {"file": self._given.start})
        elif facts.size_given:
            why = _SAID
        elif facts.sizes:
            why = Reason("choice.size.mixed", {"smallest": facts.sizes[0], "largest": facts.sizes[1]})
        else:
            why = Reason("choice.size.same", {})
        self._told("size", facts.shape[:2], why)

    def _network(self) -> dict[str, Any]:
        said, kind = self._given, self._kind
        if said.model:
            why = _SAID
        elif said.start:
            why = Reason("choice.model.start", {"file": said.start})
        else:
            why = Reason(kind.code, {})
        self._told("model", self._model, why)
        if self._named or said.width != 1 or kind.width == 1:
            return {"model": self._model}
        return {"model": self._model, "width": self._told("width", kind.width, Reason(kind.code, {}))}

    def _epochs(self) -> tuple[int, Reason]:
        kind, pictures = self._kind, self._facts.pictures
        if self._given.epochs:
            return self._given.epochs, _SAID
        if self._given.start:
            share = max(1, round(FINE_TUNING_EPOCHS * kind.epochs(pictures)))
            return share, Reason("choice.epochs.start", {"file": self._given.start, "share": FINE_TUNING_EPOCHS})
        if self._named and self._own.epochs:
            return self._own.epochs, Reason("choice.of_network", {"model": self._model})
        seen = {"in_all": kind.pictures_in_all, "fewest": kind.fewest_epochs, "most": kind.most_epochs}
        return kind.epochs(pictures), Reason("choice.epochs.by_number", {"pictures": pictures, **seen})

    def _batch(self) -> tuple[int | Literal["all"], Reason]:
        found = self._first("batch_size")
        if found is None:
            return DEFAULT_BATCH, Reason("choice.batch.usual", {})
        size, why = found
        fewer = size if why is _SAID else _fewer(size, self._facts.pictures)
        if fewer == size:
            return size, why
        return fewer, Reason("choice.batch.fewer", {"batch": size, "steps": FEWEST_STEPS})

    def _learning(self) -> dict[str, Any]:
        """Optimizer, learning rate, schedule, weight decay, label smoothing."""
        optimizer = self._told(
            "optimizer", *(self._first("optimizer") or (DEFAULT_OPTIMIZER, Reason("choice.optimizer.usual", {})))
        )
        return {
            "optimizer": optimizer,
            "learning_rate": self._told("learning_rate", *self._rate(optimizer)),
            "schedule": self._schedule(),
            "weight_decay": self._where_said("weight_decay"),
            "label_smoothing": self._where_said("label_smoothing"),
        }

    def _rate(self, optimizer: str) -> tuple[float, Reason]:
        usual = replace(self._given, model=None, optimizer=optimizer).rule.rate_at(0)
        rate, why = self._first("learning_rate") or (usual, Reason("choice.lr.usual", {"optimizer": optimizer}))
        return float(rate), why

    def _schedule(self) -> str | None:
        found = self._first("schedule")
        if found is None:
            self._told("schedule", "constant", Reason("choice.schedule.usual", {}))
            return None
        return self._told("schedule", *found)

    def _where_said(self, name: str) -> float | None:
        """A setting that stays away where neither a user nor a recipe names it."""
        found = self._first(name)
        return self._told(name, *found) if found else None

    def _augment(self) -> tuple[str | None, Reason]:
        kind, facts = self._kind, self._facts
        if self._given.augment == USUAL:
            return self._usual_augmentation()
        if self._given.augment not in (None, AUTO):
            return self._given.augment, _SAID
        if self._named and self._own.augment not in (None, USUAL):
            return self._own.augment, Reason("choice.of_network", {"model": self._model})
        if kind.augment != "usual":
            return (None if kind.augment == "none" else kind.augment), Reason("choice.of_kind", {"kind": kind.code})
        if kind.varied_up_to is not None and facts.pictures > kind.varied_up_to:
            return None, Reason("choice.augment.enough", {"pictures": facts.pictures})
        return self._usual_augmentation()

    def _usual_augmentation(self) -> tuple[str, Reason]:
        """What suits the pictures, whatever the network."""
        height, width, channels = self._facts.shape
        usual = usual_augmentation((height, width, channels), self._facts.class_names or UNNAMED)
        return str(usual.augmentation), Reason(usual.reason, {})

    def _class_weights(self) -> tuple[str, Reason]:
        ratio = self._facts.imbalance
        if (given := self._given.class_weights) not in (None, AUTO):
            return str(given), _SAID
        if ratio < EVEN:
            return "none", Reason("choice.weights.even", {"ratio": ratio})
        return WEIGHTS, Reason("choice.weights.uneven", {"ratio": ratio})


def _fewer(batch_size: int | Literal["all"], pictures: int) -> int | Literal["all"]:
    """A batch, halved where it left an epoch too few steps, but not below the usual one."""
    if not isinstance(batch_size, int):
        return batch_size
    while batch_size >= 2 * DEFAULT_BATCH and pictures < FEWEST_STEPS * batch_size:
        batch_size //= 2
    return batch_size
